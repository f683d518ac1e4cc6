import { alikeOf, checkMemory, classesOf, joined, partsOf } from '../../shim/datasets/division.js';
import { groupAlike } from '../../shim/datasets/likeness.js';
import { collect } from '../../shim/datasets/pictures.js';
import { report } from '../../shim/datasets/report.js';
import { PARTS, ranksOf } from '../../shim/datasets/split.js';
import { elementsOf, permuteRows } from '../../shim/tensor.js';
import { sameList } from '../subject.js';
import { GONE, NEW, edited, enlarged, namesOf, padded } from './edits.js';
import { freeName } from '../free-name.js';

/**
 * The user's pictures and their classes, as the worker has them: the one owner of which picture is in which class and
 * in which part. A picture's number is its place in the list of all that ever came; what changes is in the state.
 *
 * @typedef {import('../../shim/datasets/decoding.js').Decode} Decode
 * @typedef {import('../../shim/datasets/decoding.js').FileLike} FileLike
 * @typedef {import('../../shim/datasets/folder.js').Refused} Refused
 * @typedef {import('../../shim/datasets/known.js').PixelDataset} PixelDataset of pictures, or of files of pixels
 * @typedef {import('../../shim/datasets/report.js').DataReport} DataReport
 * @typedef {import('../../shim/datasets/split.js').Part} Part
 * @typedef {import('../../shim/photo.js').Preparation} Preparation
 * @typedef {import('./edits.js').Edit} Edit
 * @typedef {import('./edits.js').State} State
 * @typedef {import('./given.js').Making} Making
 *
 * @typedef {{ name: string, part?: Part, file: FileLike }} Item a picture; `part`: what its folder says
 * @typedef {{ items: Item[], labels: string[], parts?: Part[], classes?: string[] }} More pictures: `labels`: names of
 *   their classes; `parts`: of pictures that had one; `classes`: all, if some have no pictures
 * @typedef {{ signal?: AbortSignal, onProgress?: (progress: { loaded: number, total: number }) => void }} Watch
 * @typedef {{ ids: number[], names: string[] }} Called what classes were called together
 * @typedef {Map<string, Map<number, Float32Array>>} Features of images, by what computed them and by picture
 * @typedef {PixelDataset & { name: string, synthetic: false, source: 'pictures', report: DataReport, formerNames:
 *   string[][], numbers: number[], features: Features }} OwnDataset `formerNames`: what the same classes were called
 *   before; `numbers`: of the pictures for training; `features`: those that were computed, which datasets of the same
 *   images share
 */

const NAME = 'project';
export const SEED = 0; // the division and the order do not depend on the run
const SHARES = { validation: 0.1, test: 0.2 };
const MOST_UNDONE = 200;

/** @type {State} */
const EMPTY = { classes: [], classOf: new Int32Array(), partOf: new Uint8Array(), next: 0 };

export class Project {
  /** @type {Item[]} */
  items = [];
  state = EMPTY;
  /** What was edited, and the state before. @type {{ edit: import('./edits.js').Told, before: State }[]} */
  past = [];
  /** What the classes have been called. @type {Called[]} */
  called = [];
  /** @type {Refused[]} */
  refused = [];
  /** How many pictures were lost because the page was closed before they were saved. */
  awaited = 0;
  /** Numbers of pictures with fewer pixels than the images. @type {Set<number>} */
  small = new Set();
  /** One row for each picture that has been read. @type {{ shape: number[], data: Uint8Array<ArrayBuffer> } | null} */
  images = null;
  /** The picture in each row. @type {number[]} */
  rows = [];
  /** By picture: one that stands for all that are nearly the same. */
  groups = new Int32Array();
  /** @type {Preparation | null} */
  preparation = null;
  /** @type {Features} */
  features = new Map();

  /** @param {string} id @param {string} title @param {Making} making */
  constructor(id, title, making) {
    this.id = id;
    this.title = title;
    this.making = making;
  }

  /**
   * The same pictures in the same classes, to become other images: they have to be read again.
   * @param {Making} making
   */
  remade(making) {
    const { items, state, past, called } = this;
    return Object.assign(new Project(this.id, this.title, making), { items, state, past, called });
  }

  /**
   * Reads what has not been read, and gives a part to what has none. If that fails, nothing has changed.
   * @param {Item[]} items all
   * @param {State} state with NEW pictures
   * @param {Decode} decode
   * @param {Watch} watch
   */
  async take(items, state, decode, { signal, onProgress }) {
    const known = new Set(this.rows);
    const wanted = [...items.keys()].filter((i) => state.partOf[i] !== GONE && !known.has(i));
    const names = new Map(state.classes.map(({ id, name }) => [id, name]));
    const pictures = wanted.map((number) => ({
      ...items[number],
      label: names.get(state.classOf[number]) ?? '',
      number,
    }));
    const { size, colour, crop } = this.making;
    const side = Number(size);
    if (this.images) checkMemory(NAME, this.rows.length + wanted.length, this.images.shape.slice(1));
    const collected = await collect(pictures, {
      size: this.preparation?.size ?? (size === 'same' ? null : [side, side]),
      preparation: { channels: colour ? 3 : 1, crop: /** @type {Preparation['crop']} */ (crop) },
      decode,
      signal,
      onProgress,
    });
    if (!this.images) classesOf(NAME, collected.pictures, collected.refused); // throws if there are too few
    const read = /** @type {typeof pictures} */ (collected.pictures).map(({ number }) => number);
    const images = this.images ? joined([this.images, collected.images]) : collected.images;
    const rows = [...this.rows, ...read];
    const groups = groupsOf(images, rows, items.length);
    const divided = await withParts(readable(state, wanted, new Set(read)), items, groups);
    const small = new Set(collected.small);
    for (const number of read) if (small.has(items[number].name)) this.small.add(number);
    this.preparation = collected.preparation ?? this.preparation;
    this.refused = [...this.refused, ...collected.refused];
    Object.assign(this, { items, images, rows, groups });
    this.#change(divided);
  }

  /** @param {State} next */
  #change(next) {
    const ids = next.classes.map(({ id }) => id);
    const names = namesOf(next);
    const isKnown = this.called.some((one) => sameList(one.ids, ids) && sameList(one.names, names));
    if (!isKnown) this.called = [...this.called, { ids, names }];
    this.state = next;
  }

  /**
   * What the project would be with more pictures. Those that are there already, by their name and size, are passed
   * over.
   * @param {More} more
   * @returns {{ items: Item[], state: State, added: number }}
   */
  with({ items: more, labels, parts = [], classes }) {
    const { partOf } = this.state;
    const names = new Map(this.items.map(({ name, file }, i) => [name, partOf[i] === GONE ? null : file]));
    const items = [...this.items];
    /** @type {{ labels: string[], parts: number[], classes?: string[] }} */
    const added = { labels: [], parts: [], ...(classes && { classes }) };
    more.forEach((item, i) => {
      const there = names.get(item.name);
      if (there && there.size === item.file.size) return;
      const name = unused(item.name, names);
      names.set(name, item.file);
      items.push({ ...item, name });
      added.labels.push(labels[i]);
      const part = parts[i];
      added.parts.push(part ? PARTS.indexOf(part) : NEW);
    });
    const state = enlarged(padded(this.state, this.items.length), added);
    return { items, state, added: added.labels.length };
  }

  /**
   * Adds pictures; that can be undone.
   * @param {More} more @param {Decode} decode @param {Watch} watch
   */
  async add(more, decode, watch) {
    const before = this.state;
    const { items, state, added } = this.with(more);
    await this.take(items, state, decode, watch);
    this.#remember({ kind: 'add', count: added }, before);
  }

  /** @param {import('./edits.js').Told} edit @param {State} before */
  #remember(edit, before) {
    this.past = [...this.past, { edit, before }].slice(-MOST_UNDONE);
  }

  /** @param {Edit} edit throws a Refusal if that cannot be */
  edit(edit) {
    const before = this.state;
    const { next, told } = edited(before, edit);
    if (next === before) return;
    this.#remember(told, before);
    this.#change(next);
  }

  /** @returns {boolean} whether there was something to undo */
  undo() {
    const last = this.past.at(-1);
    if (!last) return false;
    this.past = this.past.slice(0, -1);
    this.#change(padded(last.before, this.items.length));
    return true;
  }

  /** Orders the rows: part by part, each mixed, then what is in no part. A run may use only the first images. */
  async #arrange() {
    const { partOf } = this.state;
    const members = PARTS.map((_, part) => this.items.flatMap((_, i) => (partOf[i] === part ? [i] : [])));
    const mixed = await Promise.all(
      members.map(async (some) => Array.from(await ranksOf(SEED, some.length), (rank) => some[rank])),
    );
    const placed = mixed.flat();
    const inSome = new Set(placed);
    const order = [...placed, ...this.rows.filter((i) => !inSome.has(i))];
    const rowOf = new Map(this.rows.map((number, row) => [number, row]));
    const rows = order.map((number) => /** @type {number} */ (rowOf.get(number)));
    if (this.images && rows.some((row, i) => row !== i)) permuteRows(this.images, rows);
    this.rows = order;
    return mixed;
  }

  /** The images for training, validation and testing. @returns {Promise<OwnDataset>} */
  async dataset() {
    const members = await this.#arrange();
    const { images, preparation, state, items } = this;
    if (!images || !preparation) throw new Error('no pictures have been read');
    const row = images.shape.slice(1);
    const size = elementsOf(row);
    let first = 0;
    const [train, validation, test] = members.map((some) => {
      const data = images.data.subarray(first * size, (first + some.length) * size);
      first += some.length;
      return {
        images: { shape: [some.length, ...row], data },
        labels: this.#labelsOf(some),
        names: some.map((i) => items[i].name),
      };
    });
    const present = members.flat().sort((a, b) => a - b);
    const made = {
      classNames: namesOf(state),
      preparation,
      ...{ train, validation, test },
      refused: this.refused,
      alike: alikeOf(
        Int32Array.from(present, (i) => this.groups[i]),
        present.map((i) => /** @type {any} */ (items[i])),
        present.map((i) => PARTS[state.partOf[i]]),
      ),
      small: present.filter((i) => this.small.has(i)).map((i) => items[i].name),
    };
    const ids = state.classes.map(({ id }) => id);
    const formerNames = this.called.filter((one) => sameList(one.ids, ids)).map(({ names }) => names);
    return ownDataset(made, this.title, { formerNames, numbers: members[0], features: this.features });
  }

  /** @param {number[]} pictures @returns {{ shape: number[], data: Int32Array }} [n] */
  #labelsOf(pictures) {
    const { classes, classOf } = this.state;
    const labelOf = new Map(classes.map(({ id }, label) => [id, label]));
    const data = Int32Array.from(pictures, (i) => /** @type {number} */ (labelOf.get(classOf[i])));
    return { shape: [pictures.length], data };
  }

  /** Every picture that is in a part: images [n, height, width, channels], labels [n], its number and its group. */
  all() {
    const { images, state, groups } = this;
    if (!images) throw new Error('no pictures have been read');
    const pictures = this.rows.filter((i) => state.partOf[i] < PARTS.length); // the first rows
    const shape = [pictures.length, ...images.shape.slice(1)];
    return {
      pictures,
      images: { shape, data: images.data.subarray(0, elementsOf(shape)) },
      labels: this.#labelsOf(pictures),
      groups: Int32Array.from(pictures, (i) => groups[i]),
    };
  }

  /**
   * Pictures of a class, as they lie in the dataset.
   * @param {number} id
   * @returns {import('./findings.js').Shown[]}
   */
  picturesOf(id) {
    const { classOf, partOf } = this.state;
    const counts = PARTS.map(() => 0);
    return this.rows.flatMap((picture) => {
      const part = partOf[picture];
      if (part >= PARTS.length) return [];
      const index = counts[part]++;
      return classOf[picture] === id ? [{ picture, split: PARTS[part], index, name: this.items[picture].name }] : [];
    });
  }
}

/**
 * A dataset as the page has it.
 * @param {PixelDataset} made
 * @param {string} name
 * @param {Pick<OwnDataset, 'formerNames' | 'numbers' | 'features'>} [more] of a project's
 * @returns {OwnDataset}
 */
export const ownDataset = (
  made,
  name,
  more = { formerNames: [], numbers: [...made.train.labels.data.keys()], features: new Map() },
) => ({
  ...made,
  ...{ name, synthetic: false, source: 'pictures' },
  report: report(made),
  ...more,
});

/**
 * @param {{ shape: number[], data: Uint8Array }} images @param {number[]} rows the picture in each
 * @param {number} count of pictures
 */
function groupsOf(images, rows, count) {
  const groups = new Int32Array(count).fill(-1);
  groupAlike(images).forEach((first, row) => (groups[rows[row]] = rows[first]));
  return groups;
}

/**
 * Gives a part to each picture that has none: what is nearly the same as one that has a part goes there too.
 * @param {State} state @param {Item[]} items @param {Int32Array} groups
 * @returns {Promise<State>}
 */
async function withParts(state, items, groups) {
  const { classOf } = state;
  const partOf = state.partOf.slice();
  /** @type {Map<number, number>} */
  const taken = new Map();
  partOf.forEach((part, i) => part < PARTS.length && taken.set(groups[i], part));
  const open = [...partOf.keys()].filter((i) => {
    const there = taken.get(groups[i]);
    if (partOf[i] !== NEW) return false;
    if (there === undefined || items[i].part) return true;
    partOf[i] = there;
    return false;
  });
  /** How many pictures of a class are in each part already. @type {Map<number, Record<Part, number>>} */
  const had = new Map(state.classes.map(({ id }) => [id, { train: 0, validation: 0, test: 0 }]));
  partOf.forEach((part, i) => {
    const counts = had.get(classOf[i]);
    if (counts && part < PARTS.length) counts[PARTS[part]]++;
  });
  const parts = await partsOf(
    open.map((i) => ({ ...items[i], label: '' })),
    Int32Array.from(open, (i) => classOf[i]),
    Int32Array.from(open, (i) => groups[i]),
    { shares: SHARES, seed: SEED },
    (id) => /** @type {Record<Part, number>} */ (had.get(id)),
  );
  open.forEach((i, place) => (partOf[i] = PARTS.indexOf(parts[place])));
  return { ...state, partOf };
}

/**
 * The state without pictures that could not be read, and without classes that have lost all theirs so.
 * @param {State} state @param {number[]} wanted @param {Set<number>} read @returns {State}
 */
function readable(state, wanted, read) {
  const { classOf, classes } = state;
  const partOf = state.partOf.slice();
  const lost = wanted.filter((i) => !read.has(i));
  for (const i of lost) partOf[i] = GONE;
  const inUse = new Set(classOf.filter((_, i) => partOf[i] !== GONE));
  const losing = new Set(lost.map((i) => classOf[i]));
  return { ...state, partOf, classes: classes.filter(({ id }) => inUse.has(id) || !losing.has(id)) };
}

/** A name that no other picture has. @param {string} name @param {Map<string, unknown>} names */
function unused(name, names) {
  const [, stem, ending = ''] = /** @type {RegExpExecArray} */ (/^(.*?)(\.[^./]*)?$/s.exec(name));
  return freeName(stem, ending, (one) => names.has(one));
}
