import { el, setText } from '../dom.js';
import { count, onLanguage, t } from '../i18n/index.js';
import { ACCEPTED, onFilesChosen } from '../incoming.js';
import { createCamera } from '../try/camera.js';
import { createTool, createTools } from './tool.js';

/**
 * One class, opened: its name, its pictures, and what can be done with them.
 *
 * @typedef {import('./findings.js').Findings['classes'][number]} Row
 * @typedef {import('./findings.js').Shown} Shown
 */

const PICTURES = 60; // at a time

/**
 * @param {{ session: import('../session.js').Session, thumbnails: ReturnType<typeof import('./thumbnails.js')
 *   .createThumbnails>, change: import('./index.js').Changer, addTo: (files: File[], name: string) => unknown }} parts
 */
export function createClassEditor({ session, thumbnails, change, addTo }) {
  const name = el('input', { type: 'text', dir: 'auto', maxLength: 100, 'data-testid': 'class-name' });
  const nameText = el('span');
  const merge = el('select', { 'data-testid': 'class-merge' });
  const input = el('input', { type: 'file', multiple: true, hidden: true, accept: ACCEPTED.pictures });
  input.dataset.testid = 'class-files';
  const add = createTool('class-add', () => input.click());
  const camera = createCamera((files) => addTo(files, nameNow()), { held: true });
  const photograph = createTool('class-camera', () => camera.open());
  const remove = createTool('class-remove', () => change({ kind: 'remove', id: row?.id ?? -1 }));
  const list = el('ul', { className: 'own-pictures', role: 'list', 'data-testid': 'class-pictures' });
  const more = el('button', { type: 'button', className: 'small', onclick: showMore });
  const chosenText = el('span', { role: 'status', 'data-testid': 'class-chosen' });
  const move = el('select', { 'data-testid': 'class-move' });
  const discard = createTool('class-discard', () => change({ kind: 'discard', pictures: [...chosen] }));
  const about = el('p', { className: 'quiet' });
  const tools = createTools(chosenText, move, discard);
  const label = el('label', { className: 'field' }, nameText, name);
  const ways = createTools(label, merge, add, input, photograph, remove);
  const node = el('div', { className: 'own-editor' }, ways, camera.element, about, tools, list, more);

  /** @type {Row | null} */
  let row = null;
  /** @type {Row[]} */
  let rows = [];
  let place = -1;
  /** @type {Shown[]} */
  let pictures = [];
  let most = PICTURES;
  /** Pictures that are chosen, by their numbers. @type {Set<number>} */
  const chosen = new Set();

  const nameNow = () => session.subject.classNames[place] ?? '';

  function rename() {
    if (row && name.value !== nameNow()) change({ kind: 'rename', id: row.id, name: name.value }).then(render);
  }

  function showMore() {
    most += PICTURES;
    renderPictures();
  }

  /** @param {Shown} shown */
  function pictureOf(shown) {
    const { picture } = shown;
    const button = el(
      'button',
      { type: 'button', title: shown.name, ariaLabel: shown.name, ariaPressed: String(chosen.has(picture)) },
      thumbnails.of(shown, true),
    );
    button.addEventListener('click', () => {
      if (!chosen.delete(picture)) chosen.add(picture);
      button.ariaPressed = String(chosen.has(picture));
      renderTools();
    });
    return el('li', {}, button);
  }

  function renderPictures() {
    list.replaceChildren(...pictures.slice(0, most).map(pictureOf));
    more.hidden = pictures.length <= most;
    thumbnails.load();
  }

  function renderTools() {
    tools.hidden = pictures.length === 0;
    move.disabled = discard.disabled = chosen.size === 0;
    setText(chosenText, t('classes.chosen', { count: count(chosen.size) }));
  }

  /** @param {HTMLSelectElement} select @param {string} first */
  function offer(select, first) {
    const options = rows.flatMap(({ id }, k) =>
      id === row?.id ? [] : [el('option', { value: String(id) }, session.subject.classNames[k] ?? '')],
    );
    select.replaceChildren(el('option', { value: '' }, first), ...options);
  }

  function render() {
    setText(nameText, t('classes.name'));
    if (document.activeElement !== name) name.value = nameNow();
    offer(merge, t('classes.merge'));
    offer(move, t('classes.move'));
    merge.ariaLabel = t('classes.merge');
    move.ariaLabel = t('classes.move');
    for (const [button, key] of /** @type {const} */ ([
      [add, 'add'],
      [photograph, 'camera'],
      [remove, 'remove'],
      [discard, 'discard'],
      [more, 'more'],
    ]))
      setText(button, t(`classes.${key}`));
    setText(about, t(pictures.length > 0 ? 'classes.choose' : 'classes.empty'));
    renderTools();
  }

  async function load() {
    const mine = row;
    const found = mine ? await session.call('classPictures', { id: mine.id }).catch(() => []) : [];
    if (mine !== row) return;
    pictures = found;
    const numbers = new Set(found.map(({ picture }) => picture));
    for (const number of chosen) if (!numbers.has(number)) chosen.delete(number);
    render();
    renderPictures();
  }

  name.addEventListener('change', rename);
  name.addEventListener('keydown', ({ key, isComposing }) => key === 'Enter' && !isComposing && rename());
  merge.addEventListener('change', () => {
    if (row && merge.value) change({ kind: 'merge', id: row.id, into: Number(merge.value) });
  });
  move.addEventListener('change', () => {
    if (move.value) change({ kind: 'move', pictures: [...chosen], to: Number(move.value) });
  });
  onFilesChosen(input, (files) => addTo(files, nameNow()));
  onLanguage(render);

  return {
    node,
    /** @param {number} at its place among the classes, or -1: none is open @param {Row[]} all */
    show(at, all) {
      const isOther = all[at]?.id !== row?.id;
      [place, rows, row] = [at, all, all[at] ?? null];
      if (isOther) {
        pictures = [];
        most = PICTURES;
        chosen.clear();
        list.replaceChildren();
        name.value = nameNow();
        camera.close();
      }
      render();
      load();
    },
    /** @param {boolean} locked */
    lock(locked) {
      ways.disabled = tools.disabled = locked;
    },
  };
}
