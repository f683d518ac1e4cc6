import { byId, hook, setText } from '../dom.js';
import { decimal, onLanguage, percent, t } from '../i18n/index.js';

/** Loss and accuracy on both sets, without dropout. @param {import('../trainer.js').Trainer} trainer */
export function createVerdictView(trainer) {
  const again = byId('evaluate-again');

  function render() {
    const { state, train, test, message } = trainer.evaluation;
    put('train', train);
    put('test', test);
    setText(byId('evaluate-status'), t(`evaluate.${state === 'ready' ? readyKey(test) : state}`, { reason: message }));
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

/** What there is to say of an evaluation that came to its end. @param {import('../trainer.js').Figures | null} test */
function readyKey(test) {
  if (!test) return 'no-test';
  return Number.isFinite(test.loss) ? 'ready' : 'no-numbers';
}
