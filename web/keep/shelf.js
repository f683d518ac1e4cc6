import { el, oneAtATime, setText } from '../dom.js';
import { isolated } from '../i18n/bidi.js';
import { count, megabytes, onLanguage, percent, t } from '../i18n/index.js';
import { PAGE_COLOURS, plotOf } from './svg-plot.js';

/**
 * The saved models, one under the other, and a drawing that compares those that are ticked.
 *
 * @typedef {import('./store.js').Entry} Entry
 */

/**
 * No two with the same dashes: colours may be missing, on paper or where the system forces its own.
 * @type {[keyof typeof PAGE_COLOURS, number[]][]}
 */
const LINES = [
  ['accent', []],
  ['right', [6, 4]],
  ['wrong', [2, 3]],
  ['ink', [10, 3, 2, 3]],
  ['accent', [12, 6]],
  ['right', [4, 2, 1, 2]],
  ['wrong', [6, 2, 2, 2, 2, 2]],
  ['ink', [1, 6]],
];

/** @param {Entry} entry */
const accuraciesOf = ({ epochs }) => epochs.map(({ logs }) => logs.val_acc ?? NaN);

/**
 * @param {import('./library.js').Library} library
 * @param {{ download: (entry: Entry) => void, guard: (work: () => Promise<void>) => Promise<void>, trainer:
 *   import('../trainer.js').Trainer }} parts
 *   guard: tells what went wrong
 */
export function createShelf(library, { download, guard, trainer }) {
  const title = el('h3');
  const list = el('ul', { className: 'models', role: 'list', 'data-testid': 'library' });
  const empty = el('p', { className: 'quiet' });
  const wait = el('p', { className: 'quiet' });
  const undoText = el('span');
  const undoButton = el('button', { type: 'button', className: 'small', 'data-testid': 'library-undo' });
  const undo = el('p', { className: 'undo', role: 'status', hidden: true }, undoText, ' ', undoButton);
  const comparison = el('figure', { className: 'comparison', hidden: true, 'data-testid': 'comparison' });
  const element = el('div', { className: 'shelf' }, title, undo, empty, wait, list, comparison);
  /** @type {Set<string>} ids */
  const ticked = new Set();
  let shown = ''; // which entries, in which language

  /** What is on the list, by id. @type {Map<string, { node: HTMLElement, update: () => void }>} */
  let items = new Map();

  /** @param {Entry} entry */
  function item(entry) {
    const now = () => library.entries.find(({ id }) => id === entry.id) ?? entry;
    const field = el('input', {
      type: 'text',
      dir: 'auto',
      value: entry.name,
      maxLength: 120,
      ariaLabel: t('library.name'),
      'data-testid': 'library-name',
    });
    const rename = () => {
      const name = field.value.trim();
      if (name === '') field.value = now().name;
      else if (name !== now().name) guard(() => library.rename(now(), name)).then(update);
    };
    field.addEventListener('blur', rename);
    field.addEventListener(
      'keydown',
      (/** @type {KeyboardEvent} */ { key, isComposing }) => key === 'Enter' && !isComposing && rename(),
    );
    const tick = el('input', {
      type: 'checkbox',
      checked: ticked.has(entry.id),
      disabled: entry.epochs.length === 0,
      'data-testid': 'library-compare',
    });
    tick.addEventListener('change', () => {
      if (tick.checked) ticked.add(entry.id);
      else ticked.delete(entry.id);
      compare();
    });
    /** @param {'use' | 'download' | 'delete'} name @param {() => Promise<void>} act */
    const tool = (name, act) =>
      el(
        'button',
        { type: 'button', className: 'small', 'data-testid': `library-${name}`, onclick: oneAtATime(act) },
        t(`library.${name}`),
      );
    const use = tool('use', () => guard(() => library.use(now())));
    const tools = [
      use,
      tool('download', async () => download(now())),
      tool('delete', () => guard(() => library.remove(now())).then(() => void (undo.hidden || undoButton.focus()))),
    ];
    const node = el(
      'li',
      { 'data-testid': 'library-item' },
      field,
      el('p', { className: 'quiet' }, factsOf(entry)),
      el(
        'p',
        { className: 'model-tools' },
        el('label', { className: 'inline' }, tick, el('span', {}, t('library.compare'))),
        ...tools,
      ),
    );

    /** As another tab may have it by now; what is being typed stays. */
    function update() {
      const { name } = now();
      if (document.activeElement !== field) field.value = name;
      for (const button of tools) button.ariaLabel = `${button.textContent}: ${isolated(name)}`;
      use.disabled = trainer.busy();
    }

    update();
    return { node, update };
  }

  /** @param {Entry} entry */
  function factsOf({ testAccuracy, parameters, epochs, savedAt, bytes, origin }) {
    return [
      testAccuracy === null ? '' : t('library.accuracy', { accuracy: percent(testAccuracy, 2) }),
      t('library.parameters', { count: count(parameters) }),
      epochs.length > 0 ? t('library.epochs', { count: count(epochs.length) }) : '',
      origin && t('library.origin', { file: origin }),
      megabytes(bytes),
      new Date(savedAt).toLocaleDateString(document.documentElement.lang, { dateStyle: 'medium' }),
    ]
      .filter(Boolean)
      .join(' · ');
  }

  function compare() {
    const chosen = library.entries.filter(({ id }) => ticked.has(id));
    comparison.hidden = chosen.length === 0;
    if (chosen.length === 0) return;
    const series = chosen.map((entry, i) => {
      const [colour, dash] = LINES[i % LINES.length];
      return { name: entry.name, values: accuraciesOf(entry), colour: PAGE_COLOURS[colour], dash };
    });
    const name = t('library.comparison');
    comparison.replaceChildren(
      el('figcaption', {}, el('h4', {}, name)),
      plotOf(series, { title: name, room: comparison.clientWidth, ...PAGE_COLOURS }),
    );
  }

  function render() {
    setText(title, t('library.title'));
    setText(empty, t('library.empty'));
    empty.hidden = library.entries.length > 0;
    undo.hidden = !library.deleted;
    setText(undoText, library.deleted ? t('library.deleted', { name: library.deleted.name }) : '');
    setText(undoButton, t('library.undo'));
    // What is being typed in or pressed stays where it is.
    const wanted = [document.documentElement.lang, ...library.entries.map(({ id }) => id)].join(' ');
    if (wanted !== shown) {
      const spoken = shown.startsWith(`${document.documentElement.lang} `); // else all is made in the other language
      items = new Map(library.entries.map((entry) => [entry.id, (spoken && items.get(entry.id)) || item(entry)]));
      arrange([...items.values()].map(({ node }) => node));
    }
    shown = wanted;
    updateAll();
    compare();
  }

  /** Puts the nodes in order; a field or button that has the focus is not moved. @param {Element[]} nodes */
  function arrange(nodes) {
    for (const node of [...list.children]) if (!nodes.includes(node)) node.remove();
    nodes.forEach((node, i) => list.children[i] !== node && list.insertBefore(node, list.children[i] ?? null));
  }

  function updateAll() {
    wait.hidden = !trainer.busy() || library.entries.length === 0;
    setText(wait, t('library.busy'));
    for (const { update } of items.values()) update();
  }

  undoButton.addEventListener(
    'click',
    oneAtATime(() => guard(library.undo)),
  );
  trainer.on('state', updateAll);
  document.addEventListener('themechange', compare);
  library.on('change', render);
  onLanguage(render);
  return { element };
}
