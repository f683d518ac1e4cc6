import { el, hook, setText } from '../dom.js';
import { megabytes, onLanguage, t } from '../i18n/index.js';
import { hasBegun } from './facts.js';

/** How much of the run is kept, or why none is. @param {import('../trainer.js').Trainer} trainer */
export function createKeepStatus(trainer) {
  const line = el('p', { className: 'quiet', role: 'status', 'data-testid': 'keep-status' });
  hook('train-status').after(line);
  /** @type {any} */
  let latest = null;

  function render() {
    line.dataset.state = latest?.type ?? 'none';
    line.hidden = !latest;
    setText(line, latest ? wordsOf(latest) : '');
  }

  /** @param {any} event */
  function show(event) {
    latest = event;
    render();
  }

  trainer.on('reset', () => show(null));
  trainer.on('kept', (/** @type {any} */ event) => {
    if (hasBegun(event.position)) show(event); // the beginning is no news
  });
  trainer.on('unkept', show);
  onLanguage(render);
}

/** @param {any} event */
function wordsOf({ type, reason, detail, position, bytes }) {
  if (type === 'unkept') return t(`keep.unkept-${reason}`, { detail });
  const { epoch, batch } = position;
  return t(batch > 0 ? 'keep.kept-within' : 'keep.kept', {
    epoch: batch > 0 ? epoch + 1 : epoch,
    batch,
    size: megabytes(bytes),
  });
}
