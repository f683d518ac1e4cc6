import { el, hook, setText } from '../dom.js';
import { megabytes, onLanguage, t } from '../i18n/index.js';
import { hasBegun } from './facts.js';

/** @typedef {import('../worker.js').KeptEvent | import('../worker.js').UnkeptEvent} Saving */

/** How much of the run is saved, or why nothing is. @param {import('../trainer.js').Trainer} trainer */
export function createKeepStatus(trainer) {
  const line = el('p', { className: 'quiet', role: 'status', 'data-testid': 'keep-status' });
  hook('train-status').after(line);
  /** @type {Saving | null} */
  let latest = null;

  function render() {
    line.dataset.state = latest?.type ?? 'none';
    line.hidden = !latest;
    setText(line, latest ? wordsOf(latest) : '');
  }

  /** @param {Saving | null} event */
  function show(event) {
    latest = event;
    render();
  }

  trainer.on('reset', () => show(null));
  trainer.on('kept', (event) => {
    if (hasBegun(event.position)) show(event); // that a run has begun is no news
  });
  trainer.on('unkept', show);
  onLanguage(render);
}

/** @param {Saving} event */
function wordsOf(event) {
  if (event.type === 'unkept') return t(`keep.unkept-${event.reason}`, { detail: event.detail });
  const { epoch, batch } = event.position;
  return t(batch > 0 ? 'keep.kept-within' : 'keep.kept', {
    epoch: batch > 0 ? epoch + 1 : epoch,
    batch,
    size: megabytes(event.bytes),
  });
}
