import { LONGEST_CLASS_NAME, MOST_CLASSES, inOrder } from '../../shim/datasets/division.js';

/**
 * What can be done with classes and the pictures in them. Nothing is changed in place: each edit makes another state,
 * so that going back to the one before undoes it.
 *
 * @typedef {{ id: number, name: string }} OwnClass `id`: stays when it is renamed
 *
 * @typedef {object} State
 * @property {readonly OwnClass[]} classes in the order of the labels
 * @property {Int32Array} classOf by picture: the id of its class
 * @property {Uint8Array} partOf by picture: a place in PARTS, GONE, or NEW
 * @property {number} next the id of the next class
 *
 * @typedef {{ kind: 'rename', id: number, name: string } | { kind: 'create', name: string }
 *   | { kind: 'merge', id: number, into: number } | { kind: 'remove', id: number }
 *   | { kind: 'move', pictures: number[], to: number } | { kind: 'discard', pictures: number[] }} Edit
 * @typedef {{ kind: Edit['kind'] | 'add', count?: number, name?: string, to?: string }} Told what the page says of an
 *   edit
 */

/** In place of a part. GONE: the picture is in no part; NEW: it has none yet. */
export const GONE = 255;
export const NEW = 254;

const REASONS = {
  'empty-name': 'a class needs a name',
  'long-name': `names of classes have at most ${LONGEST_CLASS_NAME} characters`,
  'same-name': 'another class has that name',
  'most-classes': `at most ${MOST_CLASSES} classes`,
  'two-classes': 'pictures of at least two classes are needed',
  'no-training': 'no picture would be left for training',
};

/** The codes of refusals. */
export const REFUSALS = Object.keys(REASONS);

/** An edit that cannot be; the page says it in its language by `code`. */
export class Refusal extends Error {
  name = 'Refusal';

  /** @param {keyof REASONS} code */
  constructor(code) {
    super(REASONS[code]);
    this.code = code;
  }
}

/** @param {State} state */
export const namesOf = ({ classes }) => classes.map(({ name }) => name);

/** The state with pictures that came later: they are in no part. @param {State} state @param {number} count */
export function padded(state, count) {
  const [classOf, partOf] = [new Int32Array(count).fill(-1), new Uint8Array(count).fill(GONE)];
  classOf.set(state.classOf);
  partOf.set(state.partOf);
  return { ...state, classOf, partOf };
}

/** @param {State} state @param {number} id */
const nameOf = ({ classes }, id) => classes.find((one) => one.id === id)?.name ?? '';

/** @param {State} state @param {string} text @param {number} [id] of the class that is to have it */
function checkedName({ classes }, text, id) {
  const name = text.trim().normalize();
  if (name === '') throw new Refusal('empty-name');
  if (name.length > LONGEST_CLASS_NAME) throw new Refusal('long-name');
  if (classes.some((one) => one.name === name && one.id !== id)) throw new Refusal('same-name');
  return name;
}

/** @param {State} state @param {number[]} pictures @param {(next: State, picture: number) => void} change */
function withPictures(state, pictures, change) {
  const next = { ...state, classOf: state.classOf.slice(), partOf: state.partOf.slice() };
  for (const picture of pictures) change(next, picture);
  return next;
}

/** @param {State} state @param {number} id */
const picturesOf = ({ classOf, partOf }, id) =>
  [...classOf.keys()].filter((i) => classOf[i] === id && partOf[i] !== GONE);

/** @param {State} state @param {number} id */
const without = ({ classes }, id) => classes.filter((one) => one.id !== id);

/**
 * Each makes of a state another, and what is to be said of it.
 * @type {{ [Kind in Edit['kind']]: (state: State, edit: Extract<Edit, { kind: Kind }>) => { next: State, told:
 *   Omit<Told, 'kind'> } }}
 */
const MAKERS = {
  rename(state, { id, name: text }) {
    const name = checkedName(state, text, id);
    if (name === nameOf(state, id)) return { next: state, told: {} };
    const classes = state.classes.map((one) => (one.id === id ? { id, name } : one));
    return { next: { ...state, classes }, told: { name: nameOf(state, id), to: name } };
  },
  create(state, { name: text }) {
    const name = checkedName(state, text);
    if (state.classes.length >= MOST_CLASSES) throw new Refusal('most-classes');
    const classes = [...state.classes, { id: state.next, name }];
    return { next: { ...state, classes, next: state.next + 1 }, told: { name } };
  },
  merge(state, { id, into }) {
    const next = withPictures(state, picturesOf(state, id), ({ classOf }, picture) => (classOf[picture] = into));
    return {
      next: { ...next, classes: without(state, id) },
      told: { name: nameOf(state, id), to: nameOf(state, into) },
    };
  },
  remove(state, { id }) {
    const next = withPictures(state, picturesOf(state, id), ({ partOf }, picture) => (partOf[picture] = GONE));
    return { next: { ...next, classes: without(state, id) }, told: { name: nameOf(state, id) } };
  },
  move(state, { pictures, to }) {
    const next = withPictures(state, pictures, ({ classOf }, picture) => (classOf[picture] = to));
    return { next, told: { count: pictures.length, to: nameOf(state, to) } };
  },
  discard(state, { pictures }) {
    const next = withPictures(state, pictures, ({ partOf }, picture) => (partOf[picture] = GONE));
    return { next, told: { count: pictures.length } };
  },
};

/** There must be something to learn. @param {State} state */
function checkTrainable({ classes, classOf, partOf }) {
  if (classes.length < 2) throw new Refusal('two-classes');
  const learnt = new Set(classOf.filter((_, i) => partOf[i] === 0));
  if (learnt.size === 0) throw new Refusal('no-training');
  if (learnt.size < 2) throw new Refusal('two-classes');
}

/**
 * @param {State} state
 * @param {Edit} edit
 * @returns {{ next: State, told: Told }}
 * @throws {Refusal} if that cannot be
 */
export function edited(state, edit) {
  const make = /** @type {(state: State, edit: Edit) => { next: State, told: Omit<Told, 'kind'> }} */ (
    MAKERS[edit.kind]
  );
  const { next, told } = make(state, edit);
  if (next !== state) checkTrainable(next);
  return { next, told: { kind: edit.kind, ...told } };
}

/**
 * The state with pictures added at the end; classes are made for names that are new.
 * @param {State} state
 * @param {{ labels: string[], parts: number[], classes?: string[] }} added names of their classes, and their parts;
 *   `classes`: which there are to be, in this order, whether or not they have pictures
 * @returns {State}
 * @throws {Refusal} if that cannot be
 */
export function enlarged(state, { labels, parts, classes = [] }) {
  const ids = new Map(state.classes.map(({ id, name }) => [name, id]));
  const fresh = [...new Set([...classes, ...inOrder(labels)])].filter((name) => !ids.has(name));
  if (ids.size + fresh.length > MOST_CLASSES) throw new Refusal('most-classes');
  const made = fresh.map((name, i) => ({ id: state.next + i, name }));
  for (const { id, name } of made) {
    if (name === '') throw new Refusal('empty-name');
    if (name.length > LONGEST_CLASS_NAME) throw new Refusal('long-name');
    ids.set(name, id);
  }
  const count = state.classOf.length;
  const next = padded(
    { ...state, classes: [...state.classes, ...made], next: state.next + made.length },
    count + labels.length,
  );
  labels.forEach((name, i) => {
    next.classOf[count + i] = /** @type {number} */ (ids.get(name));
    next.partOf[count + i] = parts[i];
  });
  return next;
}
