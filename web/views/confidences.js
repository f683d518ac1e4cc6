import { byId, contextOf } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';
import { barsOf } from './bars.js';
import { paint } from './pictures.js';
import { verdictTitle } from './titles.js';

/** The network's confidence in each class, for one image. @param {import('../session.js').Session} session */
export function createConfidencesView(session) {
  const canvas = byId('confidence-canvas', 'canvas');
  let { subject } = session;
  /** @type {import('../metrics.js').Results | null} */
  let results = null;
  let index = 0;

  async function draw() {
    renderText();
    contextOf(canvas).clearRect(0, 0, canvas.width, canvas.height); // the picture before
    if (!results) return;
    const mine = index;
    const { pixels } = await session.pictures('test', [mine]);
    if (mine === index && results) paint(canvas, pixels, subject);
  }

  function renderText() {
    const { classNames } = subject;
    const title = byId('confidence-title');
    byId('confidences').dataset.index = results ? String(index) : '';
    if (results)
      title.replaceChildren(
        t('confidences.picture', { index: index + 1 }),
        ' ',
        verdictTitle(results.predicted[index], results.labels[index], classNames),
      );
    else title.textContent = t('confidences.empty');
    const shares = results?.probabilities.subarray(index * classNames.length) ?? null;
    byId('confidence-bars').replaceChildren(...barsOf(classNames, shares, standing));
  }

  /** @param {number} k */
  function standing(k) {
    if (!results || results.predicted[index] !== k) return '';
    return results.labels[index] === k ? 'right' : 'wrong';
  }

  onLanguage(renderText);
  return {
    /** @param {import('../metrics.js').Results | null} next @param {import('../subject.js').Subject} of */
    show(next, of) {
      results = next;
      subject = of;
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
