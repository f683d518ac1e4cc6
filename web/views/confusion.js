import { className } from '../classes.js';
import { byId, el } from '../dom.js';
import { count, onLanguage, t } from '../i18n/index.js';
import { blankCanvas, paint, pictureAt } from './pictures.js';
import { verdictTitle } from './titles.js';

/** The confusion matrix, and below it the images of the selected cell. */

const CLASSES = [...Array(10).keys()];
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
  /** @type {number[][][] | null} */
  let cells = null;
  let [row, column] = [0, 0]; // the cell that Tab reaches
  /** @type {{ row: number, column: number, shown: number } | null} */
  let open = null;

  function render() {
    table.replaceChildren(
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          el('td', { className: 'corner' }, t('confusion.corner')),
          ...CLASSES.map((k) => nameCell(k, 'col')),
        ),
      ),
      el(
        'tbody',
        {},
        ...CLASSES.map((r) => el('tr', {}, nameCell(r, 'row'), ...CLASSES.map((c) => el('td', {}, button(r, c))))),
      ),
    );
  }

  /** @param {number} k @param {string} scope */
  const nameCell = (k, scope) => el('th', { scope }, el('span', {}, className(k)));

  /** @param {number} r @param {number} c */
  function button(r, c) {
    const found = cells?.[r][c].length ?? 0;
    const values = { true: className(r), predicted: className(c), count: count(found) };
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
    const total = cells?.[r].reduce((sum, cell) => sum + cell.length, 0) ?? 0;
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
      true: className(open.row),
      predicted: className(open.column),
      count: count(cells[open.row][open.column].length),
    };
    byId('cell-title').textContent = t(open.row === open.column ? 'confusion.cell-right' : 'confusion.cell', values);
  }

  async function showMore() {
    if (!open || !cells) return;
    const mine = open;
    const all = cells[open.row][open.column];
    const indices = all.slice(open.shown, open.shown + BATCH);
    open.shown += indices.length;
    more.hidden = open.shown >= all.length;
    const { pixels } = await session.pictures('test', indices);
    if (open === mine) list.append(...indices.map((index, i) => picture(index, pictureAt(pixels, i), mine)));
  }

  /** @param {number} index @param {Uint8Array} pixels @param {{ row: number, column: number }} cell */
  function picture(index, pixels, cell) {
    const canvas = blankCanvas();
    paint(canvas, pixels);
    const node = el('button', { type: 'button', className: 'picture' }, canvas, verdictTitle(cell.column, cell.row));
    node.addEventListener('click', () => onSelect(index));
    return el('li', { 'data-index': index }, node);
  }

  function close() {
    open = null;
    panel.hidden = true;
    list.replaceChildren();
  }

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
    /** @param {number[][][] | null} next */
    show(next) {
      cells = next;
      close();
      render();
    },
  };
}

/** @param {number} place */
const clamp = (place) => Math.max(0, Math.min(CLASSES.length - 1, place));
