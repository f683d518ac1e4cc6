import { className, namesOf } from '../classes.js';
import { contextOf, el, setText } from '../dom.js';
import { download } from '../download.js';
import { isolated } from '../i18n/bidi.js';
import { count, onLanguage, percent, t } from '../i18n/index.js';
import { confidenceOf, verdictOf } from './album.js';
import { csvOf } from './csv.js';
import { refusalText } from './refusals.js';

/** All pictures of this visit, a class under each. */

/** @typedef {import('./album.js').Item} Item */

/** None of the classes comes after all. @param {Item} item */
const placeOf = (item) => (verdictOf(item) === 'none' ? Number.MAX_SAFE_INTEGER : item.predicted);

/** @type {Record<string, (a: Item, b: Item) => number>} */
const ORDERS = {
  given: (a, b) => a.id - b.id,
  class: (a, b) => placeOf(a) - placeOf(b) || confidenceOf(b) - confidenceOf(a),
  least: (a, b) => confidenceOf(a) - confidenceOf(b) || a.id - b.id,
  name: (a, b) => a.file.name.localeCompare(b.file.name, undefined, { numeric: true }),
};

/** @param {import('./album.js').Album} album */
export function createGallery(album) {
  const title = el('h3');
  const sortName = el('span');
  const sort = el(
    'select',
    { 'data-testid': 'photo-sort' },
    ...Object.keys(ORDERS).map((value) => el('option', { value })),
  );
  const csv = el('button', { type: 'button', className: 'small', 'data-testid': 'photo-csv' });
  const list = el('ul', { className: 'photos', role: 'list', 'data-testid': 'photo-gallery' });
  const element = el(
    'div',
    { hidden: true },
    el(
      'div',
      { className: 'head-row' },
      title,
      el('p', { className: 'head-tools' }, el('label', { className: 'inline' }, sortName, sort), csv),
    ),
    list,
  );
  /** @type {Map<Item, { node: HTMLElement, button: HTMLElement, canvas: HTMLCanvasElement, title: HTMLElement }>} */
  const cells = new Map();

  /** @param {Item} item */
  function cellOf(item) {
    const known = cells.get(item);
    if (known) return known;
    const canvas = el('canvas', { width: 1, height: 1, ariaHidden: 'true' });
    const words = el('span', { className: 'title' });
    const button = el(
      'button',
      { type: 'button', className: 'picture', onclick: () => album.select(item) },
      canvas,
      words,
    );
    const cell = {
      node: el('li', { 'data-testid': 'photo-item', title: item.file.name }, button),
      button,
      canvas,
      title: words,
    };
    cells.set(item, cell);
    list.append(cell.node);
    return cell;
  }

  /** @param {Item} item */
  function renderItem(item) {
    const { node, button, title: words } = cellOf(item);
    Object.assign(node.dataset, {
      name: item.file.name,
      state: item.state,
      class: item.predicted,
      confidence: confidenceOf(item).toFixed(4),
      verdict: verdictOf(item),
    });
    button.setAttribute('aria-pressed', String(item === album.selected));
    button.setAttribute('aria-label', `${isolated(item.file.name)}: ${wordsOf(item)}`);
    setText(words, wordsOf(item));
  }

  /** @param {Item} item */
  function wordsOf(item) {
    if (item.state === 'refused') return refusalText(item);
    if (!item.probabilities) return '…';
    return t(`gallery.${verdictOf(item)}`, {
      class: className(item.predicted, item.found?.asking.classNames ?? []),
      confidence: percent(confidenceOf(item), 0),
    });
  }

  /** @param {Item} item */
  function paintItem(item) {
    const { canvas } = cellOf(item);
    if (!item.found || canvas.width > 1) return;
    const { preview } = item.found;
    const scale = 112 / Math.max(preview.width, preview.height);
    canvas.width = Math.max(1, preview.width * scale);
    canvas.height = Math.max(1, preview.height * scale);
    contextOf(canvas).drawImage(preview, 0, 0, canvas.width, canvas.height);
  }

  function arrange() {
    const order = [...album.items].sort(ORDERS[sort.value]);
    list.append(...order.map((item) => cellOf(item).node));
  }

  function renderHead() {
    element.hidden = album.items.length < 2;
    setText(title, t('gallery.title', { count: count(album.items.length) }));
    setText(sortName, t('gallery.sort'));
    for (const option of sort.options) setText(option, t(`gallery.by-${option.value}`));
    setText(csv, t('gallery.csv'));
  }

  function downloadCsv() {
    const names = namesOf(album.classNames);
    const sorted = [...album.items].sort(ORDERS[sort.value]);
    download('fitting-room.csv', csvOf(sorted, names, t('try.none')), 'text/csv');
  }

  let arranging = 0;
  album.on('item', (item) => {
    renderItem(item);
    paintItem(item);
    renderHead();
    clearTimeout(arranging);
    arranging = window.setTimeout(() => sort.value !== 'given' && arrange(), 200);
  });
  album.on('selected', () =>
    cells.forEach(({ button }, item) => button.setAttribute('aria-pressed', String(item === album.selected))),
  );
  sort.addEventListener('change', arrange);
  csv.addEventListener('click', downloadCsv);
  onLanguage(() => {
    renderHead();
    album.items.forEach(renderItem);
  });
  return { element };
}
