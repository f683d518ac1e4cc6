import { createEmitter } from '../emitter.js';
import { NO_CLASS, argmax } from '../../shim/classify.js';
import { GARMENTS } from '../subject.js';

/**
 * The user's pictures, what was found in each, and the chosen model's answer.
 *
 * @typedef {import('../../shim/photo.js').Box} Box
 * @typedef {import('./photo-worker.js').Found} Found
 *
 * @typedef {object} Item
 * @property {number} id counts up from 1
 * @property {File} file
 * @property {'waiting' | 'looking' | 'ready' | 'refused'} state
 * @property {string} reason why it was refused: a code, or a message if there is no code
 * @property {Record<string, number>} values numbers that belong to the reason
 * @property {Found | null} found
 * @property {Float32Array | null} probabilities
 * @property {number} predicted a class; NO_CLASS without an answer
 * @property {{ box?: Box, inverted?: boolean }} choice what the user wants instead of what is found
 * @property {string} label the class that the user says it is, '' if nothing
 *
 * @typedef {object} AlbumEvents
 * @property {Item} item was added or has changed
 * @property {Item | null} selected another picture is selected, or the selected one has changed
 * @property {Item[]} removed pictures are no longer there
 * @property {{ name: string, failure: string }} model another model answers, or it failed
 */

/** Longest edges of what is shown, pixels. */
const LARGE = 720;
const SMALL = 112;

/** @param {Pick<import('./photo-client.js').PhotoClient, 'ask' | 'look'>} worker */
export function createAlbum(worker) {
  /** @type {import('../emitter.js').Emitter<AlbumEvents>} */
  const { on, emit } = createEmitter();
  /** @type {Item[]} */
  const items = [];
  let added = 0; // pictures, ever
  /** What was removed last. @type {Item[]} */
  let removed = [];
  /** @type {Item | null} */
  let selected = null;
  let model = 'photos';
  let { classNames } = GARMENTS; // that the answering model knows
  let working = Promise.resolve();

  /** One after the other: the worker holds one picture at a time. @param {() => Promise<void>} work */
  const queue = (work) => (working = working.then(work, work));

  /** @param {File[]} files */
  function add(files) {
    const fresh = files.map((file) => newItem(++added, file));
    items.push(...fresh);
    for (const item of fresh) emit('item', item);
    if (fresh.length > 0) show(fresh[0]);
    for (const item of fresh) queue(() => look(item));
  }

  /** Takes pictures away. `restore` brings them back, until others are taken away. @param {Item[]} some */
  function remove(some) {
    const before = selected && items.indexOf(selected);
    for (const item of removed) item.found?.preview.close();
    removed = some;
    for (const item of some) items.splice(items.indexOf(item), 1);
    emit('removed', some);
    if (selected && before !== null && some.includes(selected)) show(items[Math.min(before, items.length - 1)] ?? null);
  }

  function restore() {
    const back = removed;
    removed = [];
    items.push(...back);
    items.sort((a, b) => a.id - b.id);
    for (const item of back) {
      emit('item', item);
      if (item.state === 'waiting') queue(() => look(item));
    }
    if (!selected && back.length > 0) select(back[0]);
  }

  /** Says which class a picture is of; '' leaves it to the model. @param {Item} item @param {string} label */
  const correct = (item, label) => update(item, { label });

  /** @param {Item} item @param {Partial<Item>} change */
  function update(item, change) {
    Object.assign(item, change);
    if (!items.includes(item)) return; // removed while it was looked at
    emit('item', item);
    if (item === selected) emit('selected', item);
  }

  /** @param {Item} item */
  async function look(item) {
    if (!items.includes(item)) return;
    update(item, { state: 'looking' });
    try {
      const { id, file, choice } = item;
      const { probabilities, failure, ...found } = await worker.look({
        id,
        file,
        ...choice,
        edge: item === selected ? LARGE : SMALL,
        model,
      });
      item.found?.preview.close();
      item.found = found;
      if (item !== selected) shrinkPreview(item); // another was chosen meanwhile
      if (!probabilities) throw failure;
      ({ classNames } = found.asking);
      tell([item], probabilities);
    } catch (error) {
      const {
        code,
        message,
        values = {},
      } = /** @type {Error & { code?: string, values?: Record<string, number> }} */ (error);
      update(item, { ...UNANSWERED, state: 'refused', reason: code ?? message, values });
    }
  }

  /**
   * Asks another model about pictures. Those whose images it cannot take become its images first.
   * @param {(Item & { found: Found })[]} some that something was found in
   */
  async function answer(some) {
    const name = model;
    const asking = await worker.ask('asking', { model: name });
    ({ classNames } = asking);
    const alike = some.filter(({ found }) => found.asking.way === asking.way);
    for (const item of some) if (!alike.includes(item)) queue(() => (model === name ? look(item) : Promise.resolve()));
    if (alike.length === 0) return;
    const size = alike[0].found.pixels.length;
    const pixels = new Uint8Array(alike.length * size);
    alike.forEach(({ found }, i) => pixels.set(found.pixels, i * size));
    const { probabilities } = await worker.ask('classify', { model: name, pixels });
    for (const { found } of alike) found.asking = asking;
    tell(alike, probabilities);
  }

  /** @param {Item[]} some that were asked about in the same way @param {Float32Array} probabilities [n, classes] */
  function tell(some, probabilities) {
    const classes = probabilities.length / some.length;
    const predicted = argmax(probabilities, classes);
    some.forEach((item, i) => {
      if (predicted[i] === NO_CLASS) update(item, { ...UNANSWERED, state: 'refused', reason: 'no-numbers' });
      else
        update(item, {
          state: 'ready',
          reason: '',
          values: {},
          probabilities: probabilities.slice(i * classes, (i + 1) * classes),
          predicted: predicted[i],
        });
    });
  }

  /** @param {Item | null} item */
  function show(item) {
    const before = selected;
    selected = item;
    if (before && before !== item) shrinkPreview(before);
    emit('selected', item);
  }

  /** Only the selected picture keeps a large preview. @param {Item} item */
  async function shrinkPreview({ found }) {
    if (!found || Math.max(found.preview.width, found.preview.height) <= SMALL) return;
    const { preview } = found;
    const scale = SMALL / Math.max(preview.width, preview.height);
    const [resizeWidth, resizeHeight] = [preview.width, preview.height].map((edge) =>
      Math.max(1, Math.round(edge * scale)),
    );
    const small = await createImageBitmap(preview, { resizeWidth, resizeHeight, resizeQuality: 'medium' }).catch(
      () => null,
    );
    if (!small || selected?.found === found || found.preview !== preview) return small?.close();
    preview.close();
    found.preview = small;
  }

  /** Selects a picture, and examines it again if it has only a small preview. @param {Item} item */
  function select(item) {
    if (item === selected) return;
    show(item);
    if (item.state === 'ready') queue(() => look(item));
  }

  /** @param {Item['choice']} choice */
  function adjust(choice) {
    if (!selected) return;
    const item = selected;
    item.choice = choice;
    emit('selected', item);
    // while an edge is dragged, only its last place counts
    queue(() => (item.choice === choice ? look(item) : Promise.resolve()));
  }

  /** Has another model answer for all pictures. @param {string} name */
  function use(name) {
    model = name;
    emit('model', { name, failure: '' });
    const found = () => /** @type {(Item & { found: Found })[]} */ (items.filter((item) => item.found));
    for (const item of found()) update(item, { ...UNANSWERED, state: 'looking' });
    queue(async () => {
      const asked = found();
      if (model !== name || asked.length === 0) return;
      await answer(asked).catch((error) => {
        if (model !== name) return; // cancelled, as another was chosen
        for (const item of asked)
          update(item, { ...UNANSWERED, state: 'refused', reason: error.code ?? error.message });
        emit('model', { name, failure: error.message });
      });
    });
  }

  return {
    on,
    add,
    remove,
    restore,
    correct,
    select,
    adjust,
    use,
    items,
    idle: () => working,
    get selected() {
      return selected;
    },
    /** How many pictures `restore` would bring back. */
    get restorable() {
      return removed.length;
    },
    get model() {
      return model;
    },
    get classNames() {
      return classNames;
    },
  };
}

/** @typedef {ReturnType<typeof createAlbum>} Album */

const UNANSWERED = { reason: '', values: {}, probabilities: null, predicted: NO_CLASS };

/** @param {number} id @param {File} file @returns {Item} */
const newItem = (id, file) => ({ id, file, state: 'waiting', ...UNANSWERED, found: null, choice: {}, label: '' });

/** Below this confidence a model isn't sure; it may have a threshold of its own for none. */
const SURE = 0.5;

/** @param {Item} item */
export const confidenceOf = ({ probabilities, predicted }) => (probabilities ? probabilities[predicted] : 0);

/**
 * The classes of an answer, likeliest first: all that are likely enough for a model that says what is enough, else one.
 * @param {Item} item
 */
export function answersOf({ probabilities, predicted, found }) {
  const share = found?.asking.share;
  if (!probabilities || !share) return [predicted];
  const likely = [...probabilities.keys()].filter((k) => k === predicted || probabilities[k] >= share);
  return likely.sort((a, b) => probabilities[b] - probabilities[a]);
}

/**
 * What an answer says of a picture: a class, perhaps a class, or none of those that the model knows.
 * @param {Item} item
 * @returns {'sure' | 'unsure' | 'none'}
 */
export function verdictOf(item) {
  const confidence = confidenceOf(item);
  const { threshold = 0, share = 0 } = item.found?.asking ?? {};
  if (item.probabilities && confidence < threshold) return 'none';
  return (share ? answersOf(item).length === 1 : confidence >= SURE) ? 'sure' : 'unsure';
}
