import { byId, hook, setText } from '../dom.js';
import { decimal, onLanguage, percent, t } from '../i18n/index.js';

/** Loss and accuracy on both sets, without dropout. @param {import('../trainer.js').Trainer} trainer */
export function createVerdictView(trainer) {
  const again = byId('evaluate-again');

  function render() {
    const { state, train, test, message } = trainer.evaluation;
    put('train', train);
    put('test', test);
    setText(
      byId('evaluate-status'),
      t(`evaluate.${state === 'ready' && test && !Number.isFinite(test.loss) ? 'no-numbers' : state}`, {
        reason: message,
      }),
    );
    again.hidden = !trainer.view.model || trainer.busy() || state === 'running';
    byId('evaluation').dataset.state = state;
  }

  /** @param {string} split @param {import('../trainer.js').Figures | null} figures */
  function put(split, figures) {
    setText(hook(`${split}-loss`), figures ? decimal(figures.loss, 4) : '–');
    // An accuracy that is made of no numbers says nothing.
    setText(hook(`${split}-accuracy`), figures && Number.isFinite(figures.loss) ? percent(figures.accuracy, 2) : '–');
  }

  again.addEventListener('click', trainer.evaluate);
  trainer.on('evaluation', render);
  trainer.on('state', render);
  onLanguage(render);
}
