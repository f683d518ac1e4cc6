import { className } from '../classes.js';
import { byId, el, setText } from '../dom.js';
import { count, onLanguage, t } from '../i18n/index.js';
import { mostMistaken } from '../metrics.js';
import { blankCanvas, paint, pictureAt } from './pictures.js';
import { verdictTitle } from './titles.js';

/** The confusion matrix, and below it the images of the selected cell. */

const MOST_CLASSES = 30; // of so many rows and columns people can still make something
const BATCH = 40; // pictures shown at a time
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * @param {import('../session.js').Session} session
 * @param {(index: number) => void} onSelect
 */
export function createConfusionView(session, onSelect) {
  const table = byId('confusion-matrix', 'table');
  const panel = byId('cell-pictures');
  const list = byId('cell-list');
  const more = byId('cell-more');
  const note = el('p', { className: 'quiet', hidden: true });
  let { subject } = session;
  /** @type {number[][][] | null} */
  let cells = null;
  /** @type {number[]} */
  let classes = []; // that are shown
  let [row, column] = [0, 0]; // the cell that Tab reaches, by its place among those shown
  /** @type {{ row: number, column: number, shown: number } | null} */
  let open = null;

  const nameOf = (/** @type {number} */ place) => className(classes[place], subject.classNames);
  const cellAt = (/** @type {number} */ r, /** @type {number} */ c) => cells?.[classes[r]][classes[c]] ?? [];

  function render() {
    const all = subject.classNames.length;
    classes =
      all > MOST_CLASSES && cells ? mostMistaken(cells, MOST_CLASSES) : [...Array(Math.min(all, MOST_CLASSES)).keys()];
    note.hidden = all <= MOST_CLASSES;
    if (!note.hidden) setText(note, t('confusion.most', { shown: count(MOST_CLASSES), count: count(all) }));
    const places = [...classes.keys()];
    table.replaceChildren(
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          el('td', { className: 'corner' }, t('confusion.corner')),
          ...places.map((c) => nameCell(c, 'col')),
        ),
      ),
      el(
        'tbody',
        {},
        ...places.map((r) => el('tr', {}, nameCell(r, 'row'), ...places.map((c) => el('td', {}, button(r, c))))),
      ),
    );
  }

  /** @param {number} place @param {string} scope */
  const nameCell = (place, scope) => el('th', { scope }, el('span', { title: nameOf(place) }, nameOf(place)));

  /** @param {number} r @param {number} c */
  function button(r, c) {
    const found = cellAt(r, c).length;
    const values = { true: nameOf(r), predicted: nameOf(c), count: count(found) };
    const node = el(
      'button',
      {
        type: 'button',
        className: `${r === c ? 'hit' : 'miss'}${found === 0 ? ' none' : ''}`,
        tabIndex: r === row && c === column ? 0 : -1,
        disabled: cells === null,
        ariaLabel: t(r === c ? 'confusion.cell-right' : 'confusion.cell', values),
      },
      found > 0 ? count(found) : '·',
    );
    Object.assign(node.dataset, { row: r, column: c, count: found });
    node.style.setProperty('--share', String(shareOfRow(r, found)));
    return node;
  }

  /** @param {number} r @param {number} found */
  function shareOfRow(r, found) {
    const total = cells?.[classes[r]].reduce((sum, cell) => sum + cell.length, 0) ?? 0;
    return total ? found / total : 0;
  }

  /** @param {number} r @param {number} c */
  function moveTo(r, c) {
    const at = (/** @type {number} */ y, /** @type {number} */ x) =>
      /** @type {HTMLButtonElement} */ (table.tBodies[0].rows[y].cells[x + 1].firstChild);
    at(row, column).tabIndex = -1;
    [row, column] = [r, c];
    at(row, column).tabIndex = 0;
    return at(row, column);
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const step = ARROWS[/** @type {keyof typeof ARROWS} */ (event.key)];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return; // the browser's own: Alt and an arrow go back
    event.preventDefault();
    moveTo(clamp(row + step[0]), clamp(column + step[1])).focus();
  }

  /** @param {Event} event */
  function onPress(event) {
    const pressed = /** @type {HTMLElement} */ (event.target).closest('button');
    if (!pressed) return;
    moveTo(Number(pressed.dataset.row), Number(pressed.dataset.column));
    open = { row, column, shown: 0 };
    list.replaceChildren();
    panel.hidden = false;
    renderTitle();
    showMore();
    byId('cell-title').focus({ preventScroll: true });
    panel.scrollIntoView({ block: 'nearest' });
  }

  function renderTitle() {
    if (!open || !cells) return;
    const values = {
      true: nameOf(open.row),
      predicted: nameOf(open.column),
      count: count(cellAt(open.row, open.column).length),
    };
    byId('cell-title').textContent = t(open.row === open.column ? 'confusion.cell-right' : 'confusion.cell', values);
  }

  async function showMore() {
    if (!open || !cells) return;
    const mine = open;
    const all = cellAt(open.row, open.column);
    const indices = all.slice(open.shown, open.shown + BATCH);
    open.shown += indices.length;
    more.hidden = open.shown >= all.length;
    const { pixels } = await session.pictures('test', indices);
    if (open === mine) list.append(...indices.map((index, i) => picture(index, pictureAt(pixels, i, subject), mine)));
  }

  /** @param {number} index @param {Uint8Array} pixels @param {{ row: number, column: number }} cell */
  function picture(index, pixels, cell) {
    const canvas = blankCanvas(subject);
    paint(canvas, pixels, subject);
    const title = verdictTitle(classes[cell.column], classes[cell.row], subject.classNames);
    const node = el('button', { type: 'button', className: 'picture' }, canvas, title);
    node.addEventListener('click', () => onSelect(index));
    return el('li', { 'data-index': index }, node);
  }

  function close() {
    open = null;
    panel.hidden = true;
    list.replaceChildren();
  }

  /** @param {number} place */
  const clamp = (place) => Math.max(0, Math.min(classes.length - 1, place));

  byId('confusion-box').before(note);
  table.addEventListener('keydown', onKey);
  table.addEventListener('click', onPress);
  more.addEventListener('click', showMore);
  byId('cell-close').addEventListener('click', () => {
    close();
    moveTo(row, column).focus();
  });
  onLanguage(() => {
    close();
    render();
  });

  return {
    /** @param {number[][][] | null} next @param {import('../subject.js').Subject} of */
    show(next, of) {
      if (of !== subject) [row, column] = [0, 0];
      cells = next;
      subject = of;
      close();
      render();
    },
  };
}
