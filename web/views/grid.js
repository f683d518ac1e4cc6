import { byId, el, setText } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';
import { blankCanvas, paint, pictureAt } from './pictures.js';
import { verdictTitle } from './titles.js';

/** Twenty-five test pictures, titled `predicted (true)`; clicking one selects it. */

const SIZE = 25;

/**
 * @param {import('../session.js').Session} session
 * @param {(index: number) => void} onSelect
 */
export function createGridView(session, onSelect) {
  const list = byId('prediction-grid');
  const back = byId('grid-back', 'button');
  const next = byId('grid-next', 'button');
  const enlarge = byId('grid-enlarge');
  /** @type {import('../metrics.js').Results | null} */
  let results = null;
  let { subject } = session;
  let first = 0;
  let drawn = 0; // of several drawings under way the last one counts

  async function draw() {
    const mine = ++drawn;
    renderButtons();
    if (!results) {
      renderTools();
      return list.replaceChildren(...Array.from({ length: SIZE }, () => emptyCell(subject)));
    }
    const indices = indicesFrom(first, results.labels.length);
    const { pixels } = await session.pictures('test', indices);
    if (mine !== drawn) return;
    renderTools(); // with what it is the title of
    const focused = [...list.children].findIndex((cell) => cell.contains(document.activeElement));
    list.replaceChildren(...indices.map((index, i) => filledCell(index, pictureAt(pixels, i, subject))));
    list.children[focused]?.querySelector('button')?.focus();
  }

  /** @param {number} index @param {Uint8Array} pixels */
  function filledCell(index, pixels) {
    const { predicted, labels } = /** @type {import('../metrics.js').Results} */ (results);
    const canvas = blankCanvas(subject);
    paint(canvas, pixels, subject);
    const button = el(
      'button',
      { type: 'button', className: 'picture' },
      canvas,
      verdictTitle(predicted[index], labels[index], subject.classNames),
    );
    button.addEventListener('click', () => onSelect(index));
    const cell = el('li', { 'data-testid': 'prediction-cell' }, button);
    Object.assign(cell.dataset, {
      index,
      predicted: predicted[index],
      true: labels[index],
      correct: predicted[index] === labels[index],
    });
    return cell;
  }

  /** Uses the current language, also while pictures are loading. */
  function renderText() {
    renderTools();
    for (const cell of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll('[data-index]'))) {
      const { predicted, true: label } = cell.dataset;
      cell.querySelector('.title')?.replaceWith(verdictTitle(Number(predicted), Number(label), subject.classNames));
    }
  }

  const last = () => Math.min(first + SIZE, results?.labels.length ?? SIZE);
  const renderTools = () => setText(byId('grid-title'), t('grid.title', { from: first + 1, to: last() }));

  function renderButtons() {
    back.disabled = !results || first === 0;
    next.disabled = !results || last() >= results.labels.length;
  }

  /** @param {number} step */
  function turn(step) {
    first += step;
    draw();
  }

  back.addEventListener('click', () => turn(-SIZE));
  next.addEventListener('click', () => turn(SIZE));
  enlarge.addEventListener('click', () => {
    const large = byId('grid-spread').classList.toggle('large');
    enlarge.setAttribute('aria-pressed', String(large));
  });
  onLanguage(renderText);

  return {
    /** @param {import('../metrics.js').Results | null} next @param {import('../subject.js').Subject} of */
    show(next, of) {
      if (!next) first = 0;
      results = next;
      subject = of;
      draw();
    },
  };
}

/** @param {import('../subject.js').Subject} subject */
const emptyCell = (subject) =>
  el('li', { className: 'empty' }, blankCanvas(subject), el('span', { className: 'title' }, '\u00a0'));

/** @param {number} first @param {number} count */
const indicesFrom = (first, count) => Array.from({ length: Math.min(SIZE, count - first) }, (_, i) => first + i);
