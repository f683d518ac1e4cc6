import { className, namesOf, shownName } from '../classes.js';
import { contextOf, el, oneAtATime, setText } from '../dom.js';
import { download } from '../download.js';
import { isolated } from '../i18n/bidi.js';
import { count, onLanguage, percent, t } from '../i18n/index.js';
import { confidenceOf, verdictOf } from './album.js';
import { csvOf } from './csv.js';
import { refusalText } from './refusals.js';
import { ORDERS, groupsOf, isIn, isWorking, labelOf } from './sorting.js';

/**
 * All pictures of this visit, a class under each: looked through, corrected, and taken along.
 *
 * @typedef {import('./album.js').Item} Item
 * @typedef {import('./folders.js').Placed} Placed
 */

/**
 * @param {import('./album.js').Album} album
 * @param {{ onSelect: () => void, onProject: (placed: Placed[]) => void }} takers `onSelect`: a picture is to be shown;
 *   `onProject`: the pictures are to be learned from, in folders of their classes
 */
export function createGallery(album, { onSelect, onProject }) {
  const title = el('h3');
  const progress = el('progress', { hidden: true });
  const sortName = el('span');
  const sort = el(
    'select',
    { 'data-testid': 'photo-sort' },
    ...Object.keys(ORDERS).map((value) => el('option', { value })),
  );
  const groups = el('div', { className: 'chips', role: 'group' });
  const buttons = {
    csv: downloadCsv,
    zip: oneAtATime(downloadFolders),
    project: oneAtATime(makeProject),
    clear: () => takeAway([...album.items]),
  };
  const tools = Object.entries(buttons).map(([name, onclick]) => ({
    name,
    button: el('button', { type: 'button', className: 'small', 'data-testid': `photo-${name}`, onclick }),
  }));
  const undoNote = el('span');
  const undo = el('button', {
    type: 'button',
    className: 'small',
    'data-testid': 'photo-undo',
    onclick: album.restore,
  });
  const undoing = el('p', { className: 'photo-tools', role: 'status', hidden: true }, undoNote, undo);
  const list = el('ul', { className: 'photos', role: 'list', 'data-testid': 'photo-gallery' });
  const body = el(
    'div',
    {},
    el('div', { className: 'head-row' }, title, el('label', { className: 'inline' }, sortName, sort)),
    progress,
    groups,
    el('p', { className: 'photo-tools' }, ...tools.map(({ button }) => button)),
    list,
  );
  const element = el('div', { className: 'photo-gallery', hidden: true }, body, undoing);
  /** @type {Map<Item, { node: HTMLElement, button: HTMLElement, canvas: HTMLCanvasElement, title: HTMLElement }>} */
  const cells = new Map();
  let group = ''; // of which the pictures are shown

  /** @param {Item} item */
  function cellOf(item) {
    const known = cells.get(item);
    if (known) return known;
    const canvas = el('canvas', { width: 1, height: 1, ariaHidden: 'true' });
    const words = el('span', { className: 'title' });
    const button = el(
      'button',
      {
        type: 'button',
        className: 'picture',
        onclick: () => {
          album.select(item);
          onSelect();
        },
        onkeydown: (/** @type {KeyboardEvent} */ { key }) => key === 'Delete' && takeAway([item]),
      },
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
      label: item.label,
      confidence: confidenceOf(item).toFixed(4),
      verdict: verdictOf(item),
    });
    node.hidden = !isIn(group, item);
    button.setAttribute('aria-pressed', String(item === album.selected));
    button.setAttribute('aria-label', `${isolated(item.file.name)}: ${wordsOf(item)}`);
    setText(words, wordsOf(item));
  }

  /** @param {Item} item */
  function wordsOf(item) {
    const { classNames } = item.found?.asking ?? album;
    if (item.label) return t('gallery.corrected', { class: shownName(item.label, classNames) });
    if (item.state === 'refused') return refusalText(item);
    if (!item.probabilities) return '…';
    return t(`gallery.${verdictOf(item)}`, {
      class: className(item.predicted, classNames),
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

  const inOrder = () => [...album.items].sort(ORDERS[sort.value]);

  /** Moves nodes only where the order has changed: whoever reads a picture keeps the focus on it. */
  function arrange() {
    inOrder().forEach((item, i) => {
      const { node } = cellOf(item);
      if (list.children[i] !== node) list.insertBefore(node, list.children[i] ?? null);
    });
  }

  function renderHead() {
    const { items } = album;
    const done = items.filter((item) => !isWorking(item)).length;
    const isDone = done === items.length;
    body.hidden = items.length < 2;
    undoing.hidden = album.restorable === 0;
    element.hidden = body.hidden && undoing.hidden;
    setText(title, t(isDone ? 'gallery.title' : 'gallery.progress', { count: count(items.length), done: count(done) }));
    progress.hidden = isDone;
    Object.assign(progress, { max: items.length, value: done });
    renderGroups();
    for (const { button } of tools) button.disabled = !isDone;
  }

  function renderGroups() {
    const found = groupsOf(album.items, album.classNames);
    if (!found.some((each) => each.group === group)) show('');
    const known = /** @type {HTMLElement[]} */ ([...groups.children]);
    const chips = found.map(({ group: name, count: n }) => {
      const chip =
        known.find(({ dataset }) => dataset.group === name) ??
        el('button', { type: 'button', className: 'small', 'data-group': name, onclick: () => show(name) });
      chip.setAttribute('aria-pressed', String(name === group));
      setText(chip, t('gallery.group', { name: groupName(name), count: count(n) }));
      return chip;
    });
    if (chips.length !== known.length || chips.some((chip, i) => chip !== known[i])) groups.replaceChildren(...chips);
  }

  /** @param {string} name */
  function groupName(name) {
    if (name === '') return t('gallery.all');
    return name.startsWith('\0') ? t(`gallery.group-${name.slice(1)}`) : nameOf(name);
  }

  const nameOf = (/** @type {string} */ label) => shownName(label, album.classNames);

  /** Shows the pictures of one group. @param {string} name */
  function show(name) {
    if (group === name) return;
    group = name;
    album.items.forEach(renderItem);
    renderGroups();
  }

  function renderWords() {
    setText(sortName, t('gallery.sort'));
    for (const option of sort.options) setText(option, t(`gallery.by-${option.value}`));
    for (const { name, button } of tools) setText(button, t(`gallery.${name}`));
    groups.setAttribute('aria-label', t('gallery.groups'));
    setText(undoNote, t('gallery.removed', { count: count(album.restorable) }));
    setText(undo, t('gallery.undo'));
  }

  /** @param {Item[]} items */
  function takeAway(items) {
    const [first] = items;
    const next = items.length === 1 ? cellOf(first).node.nextElementSibling : null;
    album.remove(items);
    (next?.querySelector('button') ?? undo).focus();
  }

  function downloadCsv() {
    const words = { nameOf, none: t('try.none') };
    download('fitting-room.csv', csvOf(inOrder(), namesOf(album.classNames), words), 'text/csv');
  }

  /** @param {Item[]} items */
  async function inFolders(items) {
    const { archiveOf, placedOf } = await import('./folders.js');
    const placed = placedOf(items, (label) => nameOf(label) || t('gallery.nameless'));
    return { placed, archive: () => archiveOf(placed) };
  }

  async function downloadFolders() {
    const { archive } = await inFolders(inOrder());
    download('fitting-room.zip', await archive(), 'application/zip');
  }

  async function makeProject() {
    const { placed } = await inFolders(inOrder().filter(labelOf));
    onProject(placed);
  }

  let arranging = 0;
  const arrangeSoon = () => {
    clearTimeout(arranging);
    arranging = window.setTimeout(() => album.items.some(isWorking) || arrange(), 200);
  };
  album.on('item', (item) => {
    renderItem(item);
    paintItem(item);
    renderHead();
    arrangeSoon();
  });
  album.on('removed', (items) => {
    for (const item of items) {
      cells.get(item)?.node.remove();
      cells.delete(item);
    }
    renderHead();
    renderWords();
  });
  album.on('selected', () =>
    cells.forEach(({ button }, item) => button.setAttribute('aria-pressed', String(item === album.selected))),
  );
  sort.addEventListener('change', arrange);
  onLanguage(() => {
    renderWords();
    renderHead();
    album.items.forEach(renderItem);
  });
  return { element };
}
