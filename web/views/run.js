import { byId, hook, setText } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';

/**
 * Start, Pause and Stop, and in words how the run stands.
 * @param {import('../session.js').Session} session
 * @param {import('../trainer.js').Trainer} trainer
 * @param {() => HTMLElement | null} firstInvalid
 */
export function createRunView(session, trainer, firstInvalid) {
  const startButton = byId('train-start');
  const pauseButton = byId('train-pause');
  const stopButton = byId('train-stop');
  const anewButton = byId('train-anew');
  const status = hook('train-status');

  /** @param {{ anew?: boolean }} [options] */
  function start(options) {
    const invalid = firstInvalid();
    if (invalid) invalid.focus();
    else trainer.start(options);
  }

  function render() {
    const { state, message, continues, evaluating } = trainer.view;
    const running = state === 'training' || state === 'paused';
    startButton.disabled = trainer.busy();
    pauseButton.disabled = !running || (state === 'training' && evaluating);
    stopButton.disabled = !trainer.busy();
    anewButton.hidden = !continues || trainer.busy();
    setText(startButton, t(continues ? 'train.continue' : 'train.start'));
    setText(pauseButton, t(state === 'paused' ? 'train.resume' : 'train.pause'));
    status.dataset.state = state;
    setText(status, message ? `${statusText()} ${message}` : statusText());
  }

  function statusText() {
    const { state, position, continues, evaluating, epochs, early } = trainer.view;
    if (state === 'training' && evaluating) return t('status.evaluating');
    if (state === 'training') return trainer.progress ? t('status.training', atEpoch(trainer.progress)) : t('status.starting');
    if (state === 'done') return early ? t('status.early', { epoch: position?.epoch ?? 0, epochs }) : t('status.done', { epochs });
    if (state === 'idle' && position && continues) {
      return position.batch === 0
        ? t('status.stopped-between', { epoch: position.epoch })
        : t('status.stopped', { epoch: position.epoch + 1, batch: position.batch });
    }
    if (state === 'idle' && session.data.state !== 'ready') return t('status.idle-no-data');
    return t(`status.${state}`);
  }

  byId('train-form').addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    start();
  });
  pauseButton.addEventListener('click', () => (trainer.view.state === 'paused' ? trainer.resume() : trainer.pause()));
  stopButton.addEventListener('click', trainer.stop);
  anewButton.addEventListener('click', () => start({ anew: true }));
  trainer.on('state', render);
  trainer.on('progress', () => setText(status, statusText()));
  session.on('data', render);
  onLanguage(render);

  return { start };
}

/** @param {{ epoch: number, epochs: number }} progress */
const atEpoch = ({ epoch, epochs }) => ({ epoch: epoch + 1, epochs });
