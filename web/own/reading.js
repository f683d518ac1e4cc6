import { datasets } from 'fitting-room';
import { PARTS, ranksOf } from '../../shim/datasets/split.js';
import { permuteRows } from '../../shim/tensor.js';
import { datasetOf } from './forms.js';

/**
 * Makes a dataset of the user's pictures, and tells what was found in them: the worker's part.
 *
 * @typedef {import('../../shim/datasets/pictures.js').PicturePart} PicturePart
 * @typedef {import('../../shim/datasets/report.js').DataReport} DataReport
 * @typedef {import('../../shim/datasets/folder.js').Refused} Refused
 * @typedef {import('../worker.js').Split} Split
 * @typedef {import('./given.js').Placed} Placed
 * @typedef {import('../../shim/datasets/known.js').PixelDataset} PixelDataset of pictures, or of files of pixels
 * @typedef {PixelDataset & { name: string, synthetic: false, source: 'pictures', report: DataReport }} OwnDataset
 *
 * @typedef {{ split: Split, index: number }} Place of an image
 */
/**
 * The first of many.
 * @template T
 * @typedef {{ count: number, some: T[] }} Some
 */
/**
 * @typedef {Place & { name: string, label: number }} Member of a group of pictures that are nearly the same
 * @typedef {{ count: number, members: Member[] }} Group `members`: the first of them
 *
 * @typedef {object} Findings
 * @property {{ train: number, validation: number, test: number, example: Place | null }[]} classes
 * @property {number} imbalance how many times as many pictures the largest class has as the smallest, for training
 * @property {Some<Refused>} refused
 * @property {Some<string>} small
 * @property {{ groups: number, pictures: number }} alike
 * @property {Some<Group>} contradictions
 * @property {Some<Group>} leaks
 */

const SEED = 0; // the division and the order do not depend on the run
const MOST_NAMED = 200;
const MOST_GROUPS = 20;
const MOST_MEMBERS = 6;

/** Files on their way. @type {Placed[]} */
let gathered = [];

/** Takes some of the files that will be read. @param {{ files: Placed[], begins: boolean }} some */
export function gather({ files, begins }) {
  if (begins) gathered = [];
  gathered.push(...files);
}

/**
 * Reads the files that were gathered.
 * @param {import('./given.js').ReadOptions} options
 * @param {import('../../shim/datasets/decoding.js').Decode} decode
 * @param {{ signal: AbortSignal, onProgress: (progress: import('../session.js').LoadProgress) => void }} watch
 * @returns {Promise<OwnDataset>}
 */
export async function readGathered({ name, isArchive, lost, size, colour, crop }, decode, { signal, onProgress }) {
  const files = gathered;
  gathered = [];
  const made = await datasetOf(isArchive ? files[0].file : files, {
    size: size === 'same' ? size : Number(size),
    channels: colour ? 3 : 1,
    crop: /** @type {import('../../shim/photo.js').Preparation['crop']} */ (crop),
    seed: SEED,
    decode,
    signal,
    onProgress: (progress) => onProgress({ phase: 'pictures', ...progress }),
  });
  for (const part of PARTS) await shuffle(made[part]);
  const report = await datasets.report(made);
  const gone = lost.map((path) => ({ name: path, reason: 'unreadable' }));
  return { ...made, name, synthetic: false, source: 'pictures', report, refused: [...gone, ...made.refused] };
}

/** Mixes the classes, which come one after the other: a run may use only the first images. @param {PicturePart} part */
async function shuffle({ images, labels, names }) {
  if (names.length === 0) return;
  const order = await ranksOf(SEED, names.length);
  const [classes, called] = [labels.data.slice(), [...names]];
  permuteRows(images, order);
  order.forEach((from, to) => {
    labels.data[to] = classes[from];
    names[to] = called[from];
  });
}

/** @param {import('../worker.js').Dataset} dataset @returns {Findings} */
export function findingsOf(dataset) {
  const own = /** @type {OwnDataset} */ (dataset);
  const { classes, imbalance, leaks, contradictions } = own.report;
  const examples = examplesOf(own);
  const places = placesOf(own, new Set([...leaks, ...contradictions].flatMap(({ names }) => names)));
  const groupOf = (/** @type {{ names: string[] }} */ { names }) => ({
    count: names.length,
    members: names.slice(0, MOST_MEMBERS).flatMap((name) => places.get(name) ?? []),
  });
  return {
    classes: classes.map(({ train, validation, test }, k) => ({ train, validation, test, example: examples[k] })),
    imbalance,
    refused: someOf(own.refused, MOST_NAMED),
    small: someOf(own.small, MOST_NAMED),
    alike: { groups: own.alike.length, pictures: own.alike.reduce((sum, { names }) => sum + names.length, 0) },
    contradictions: someOf(contradictions.map(groupOf), MOST_GROUPS),
    leaks: someOf(leaks.map(groupOf), MOST_GROUPS),
  };
}

/** @template T @param {T[]} all @param {number} most @returns {Some<T>} */
const someOf = (all, most) => ({ count: all.length, some: all.slice(0, most) });

/** The first image of each class. @param {OwnDataset} dataset @returns {(Place | null)[]} */
function examplesOf(dataset) {
  /** @type {(Place | null)[]} */
  const examples = dataset.classNames.map(() => null);
  for (const split of PARTS)
    dataset[split].labels.data.forEach((label, index) => (examples[label] ??= { split, index }));
  return examples;
}

/** @param {OwnDataset} dataset @param {Set<string>} wanted names of pictures @returns {Map<string, Member>} */
function placesOf(dataset, wanted) {
  const places = new Map();
  for (const split of PARTS) {
    const { names, labels } = dataset[split];
    names.forEach((name, index) => {
      if (wanted.has(name)) places.set(name, { split, index, name, label: labels.data[index] });
    });
  }
  return places;
}
