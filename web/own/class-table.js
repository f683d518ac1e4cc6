import { className } from '../classes.js';
import { el, setText } from '../dom.js';
import { count, onLanguage, t } from '../i18n/index.js';
import { createClassEditor } from './class-editor.js';

/**
 * The classes with their pictures: how many for what, and an example of each. One at a time opens, and can be changed.
 *
 * @typedef {import('./findings.js').Findings} Findings
 */

const ROWS = 100; // of classes, at a time

/**
 * @param {{ session: import('../session.js').Session, thumbnails: ReturnType<typeof import('./thumbnails.js')
 *   .createThumbnails>, change: import('./index.js').Changer, addTo: (files: File[], name: string) => unknown }} parts
 *   `addTo`: adds pictures to the class of that name
 */
export function createClassTable({ session, thumbnails, change, addTo }) {
  const table = el('table', { className: 'own-classes', 'data-testid': 'own-classes' });
  const box = el('div', { className: 'scroller', tabIndex: 0, role: 'region' }, table);
  const more = el('button', { type: 'button', className: 'small', onclick: showMore });
  const field = el('input', { type: 'text', dir: 'auto', maxLength: 100, 'data-testid': 'own-new-class' });
  const create = el('button', { type: 'submit', className: 'small' });
  const form = el('form', { className: 'own-create', onsubmit: add }, field, create);
  const editor = createClassEditor({ session, thumbnails, change, addTo });
  /** @type {Findings['classes']} */
  let classes = [];
  let rows = ROWS;
  let canChange = true;
  /** The class that is open, by its id. @type {number | null} */
  let open = null;

  function showMore() {
    rows += ROWS;
    render();
  }

  /** @param {Event} event */
  async function add(event) {
    event.preventDefault();
    if (await change({ kind: 'create', name: field.value })) field.value = '';
  }

  /** @param {number} id */
  function toggle(id) {
    open = open === id ? null : id;
    render();
  }

  function render() {
    const { classNames } = session.subject;
    const largest = Math.max(1, ...classes.map(({ train }) => train));
    const last = Math.max(rows, classes.findIndex(({ id }) => id === open) + 1);
    const shown = classes.slice(0, last);
    const focused = document.activeElement;
    more.hidden = shown.length === classes.length;
    setText(more, t('found.more'));
    form.hidden = !canChange;
    setText(create, t('classes.create'));
    field.ariaLabel = field.placeholder = t('classes.new');
    box.ariaLabel = t('found.title');
    const heads = ['class', 'train', 'validation', 'test'].map((key) => el('th', { scope: 'col' }, t(`found.${key}`)));
    const lines = shown.flatMap(({ id, train, validation, test, example }, k) => {
      const bar = el('i');
      bar.style.inlineSize = `${(100 * train) / largest}%`;
      const isOpen = id === open;
      const called = [thumbnails.of(example), el('span', {}, className(k, classNames))];
      const toggles = {
        type: /** @type {const} */ ('button'),
        className: 'own-class',
        ariaExpanded: String(isOpen),
        'data-testid': 'own-class',
        onclick: () => toggle(id),
      };
      const name = canChange ? el('button', toggles, ...called) : el('span', { className: 'own-class' }, ...called);
      const line = el(
        'tr',
        {},
        el('th', { scope: 'row' }, name),
        el('td', {}, count(train), el('span', { className: 'bar' }, bar)),
        el('td', {}, count(validation)),
        el('td', {}, count(test)),
      );
      if (canChange) takesFiles(line, (files) => addTo(files, classNames[k]));
      return isOpen ? [line, el('tr', { className: 'own-open' }, el('td', { colSpan: 4 }, editor.node))] : [line];
    });
    table.replaceChildren(el('thead', {}, el('tr', {}, ...heads)), el('tbody', {}, ...lines));
    editor.show(
      classes.findIndex(({ id }) => id === open),
      classes,
    );
    thumbnails.load();
    if (focused instanceof HTMLElement && focused.isConnected) focused.focus({ preventScroll: true });
  }

  onLanguage(render);

  return {
    node: el('div', {}, box, more, form),
    /** @param {Findings} findings */
    show({ classes: next, project }) {
      canChange = project !== null;
      const isOther = !next.some(({ id }) => classes.some((one) => one.id === id));
      if (isOther) [rows, open] = [ROWS, null];
      classes = next;
      render();
    },
    /** @param {boolean} locked */
    lock(locked) {
      field.disabled = create.disabled = locked;
      editor.lock(locked);
    },
  };
}

/** Takes pictures that are dropped on an element. @param {HTMLElement} element @param {(files: File[]) => void} take */
function takesFiles(element, take) {
  const brings = (/** @type {DragEvent} */ { dataTransfer }) => dataTransfer?.types.includes('Files');
  element.addEventListener('dragover', (/** @type {DragEvent} */ event) => {
    if (!brings(event)) return;
    event.preventDefault();
    event.stopPropagation(); // the page would offer to open them
    element.classList.add('aimed');
  });
  element.addEventListener('dragleave', () => element.classList.remove('aimed'));
  element.addEventListener('drop', (/** @type {DragEvent} */ event) => {
    element.classList.remove('aimed');
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    take(files);
  });
}
