import { byId, hook, setText } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';

/**
 * Start, Pause and Stop, and the run's state in words.
 * @param {import('../session.js').Session} session
 * @param {import('../trainer.js').Trainer} trainer
 * @param {{ model: () => HTMLElement | null, settings: () => HTMLElement | null }} firstInvalid the first controls that
 *   are not valid
 */
export function createRunView(session, trainer, firstInvalid) {
  const startButton = byId('train-start', 'button');
  const pauseButton = byId('train-pause', 'button');
  const stopButton = byId('train-stop', 'button');
  const overButton = byId('train-anew');
  const status = hook('train-status');

  /** @param {{ over?: boolean }} [options] */
  function start(options) {
    const invalid = firstInvalid.model() ?? firstInvalid.settings();
    if (invalid) invalid.focus();
    else trainer.start(options);
  }

  function render() {
    const { state, message, continues, offer, evaluating } = trainer.view;
    const running = state === 'training' || state === 'paused';
    startButton.disabled = trainer.busy();
    startButton.ariaDisabled = String(firstInvalid.model() !== null); // a press still leads to what is wrong
    pauseButton.disabled = !running || (state === 'training' && evaluating);
    stopButton.disabled = !trainer.busy();
    overButton.hidden = trainer.busy() || !(continues || offer);
    setText(startButton, t(continues || offer ? 'train.continue' : 'train.start'));
    setText(pauseButton, t(state === 'paused' ? 'train.resume' : 'train.pause'));
    status.dataset.state = state;
    setText(status, message ? `${statusText()} ${message}` : statusText());
  }

  function statusText() {
    const { state, loading, model, continues, offer, evaluating } = trainer.view;
    if (state === 'training' && evaluating) return t('status.evaluating');
    if (state === 'training')
      return trainer.progress ? t('status.training', atEpoch(trainer.progress)) : t('status.starting');
    if (state === 'loading') return t(LOADING[loading]);
    if (state === 'done' && model) return endText(model);
    if (state !== 'idle') return t(`status.${state}`);
    if (firstInvalid.model()) return t('status.invalid-model');
    if (firstInvalid.settings()) return t('status.invalid-settings');
    if (model && continues) return stopText(model);
    if (offer) return t('status.offer', { epoch: offer.epoch, epochs: offer.epochs });
    return t(session.data.info ? 'status.idle' : 'status.idle-no-data');
  }

  byId('train-form').addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    start();
  });
  pauseButton.addEventListener('click', () => (trainer.view.state === 'paused' ? trainer.resume() : trainer.pause()));
  stopButton.addEventListener('click', trainer.stop);
  overButton.addEventListener('click', () => start({ over: true }));
  trainer.on('state', render);
  trainer.on('progress', () => setText(status, statusText()));
  session.on('data', render);
  session.on('description', render);
  onLanguage(render);

  return { start };
}

const LOADING = { images: 'status.loading', model: 'status.loading-model', runs: 'status.starting' };

/** @param {import('../trainer.js').TabModel} model of a run that came to its end, or a saved one */
function endText({ origin, name, ended, position, epochs }) {
  if (origin === 'saved') return t('status.saved', { name });
  if ('epoch' in ended) return t(`status.${ended.how}`, { epoch: ended.epoch, epochs });
  return t('status.done', { epochs: position.epoch });
}

/** @param {import('../trainer.js').TabModel} model of a run that was stopped */
const stopText = ({ position: { epoch, batch } }) =>
  batch === 0 ? t('status.stopped-between', { epoch }) : t('status.stopped', { epoch: epoch + 1, batch });

/** @param {{ epoch: number, epochs: number }} progress */
const atEpoch = ({ epoch, epochs }) => ({ epoch: epoch + 1, epochs });
