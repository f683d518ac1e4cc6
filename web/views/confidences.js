import { byId, contextOf } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';
import { bar } from './bars.js';
import { paint } from './pictures.js';
import { verdictTitle } from './titles.js';

/** The network's confidence in each class, for one image. @param {import('../session.js').Session} session */
export function createConfidencesView(session) {
  const canvas = byId('confidence-canvas', 'canvas');
  /** @type {import('../metrics.js').Results | null} */
  let results = null;
  let index = 0;

  async function draw() {
    renderText();
    contextOf(canvas).clearRect(0, 0, 28, 28); // the picture before
    if (!results) return;
    const mine = index;
    const { pixels } = await session.pictures('test', [mine]);
    if (mine === index && results) paint(canvas, pixels);
  }

  function renderText() {
    const title = byId('confidence-title');
    byId('confidences').dataset.index = results ? String(index) : '';
    if (results)
      title.replaceChildren(
        t('confidences.picture', { index: index + 1 }),
        ' ',
        verdictTitle(results.predicted[index], results.labels[index]),
      );
    else title.textContent = t('confidences.empty');
    byId('confidence-bars').replaceChildren(
      ...Array.from({ length: 10 }, (_, k) =>
        bar(k, results ? results.probabilities[index * 10 + k] : null, standing(k)),
      ),
    );
  }

  /** @param {number} k */
  function standing(k) {
    if (!results || results.predicted[index] !== k) return '';
    return results.labels[index] === k ? 'right' : 'wrong';
  }

  onLanguage(renderText);
  return {
    /** @param {import('../metrics.js').Results | null} next */
    show(next) {
      results = next;
      index = 0;
      draw();
    },
    /** @param {number} chosen */
    select(chosen) {
      index = chosen;
      draw();
      byId('confidences').scrollIntoView({ block: 'nearest' });
    },
  };
}
