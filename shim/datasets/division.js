import { FittingRoomError, checkFunction, checkInteger, checkNumber, checkSignal, clipped, show } from '../check.js';
import { allocated, elementsOf, permuteRows } from '../tensor.js';
import { PARTS, grouped, ranksOf, splitOf } from './split.js';

/* Makes a dataset of images that have been read: gives numbers to classes, and divides the images into parts. */

/** @import { Refused } from './folder.js' */
/** @import { Part } from './split.js' */

/**
 * @typedef {{ name: string, label: string, part?: Part }} Labelled an image: where it comes from, and its class
 * @typedef {{ shape: number[], data: Uint8Array<ArrayBuffer> }} Block images [n, height, width, channels]
 *
 * @typedef {object} DivisionOptions
 * @property {number} [validation] the share of the images kept for validation, default 0.1
 * @property {number} [test] the share kept for testing, default 0.2; neither counts for images that are divided already
 * @property {number} [seed] of the split, default 0
 * @property {AbortSignal} [signal] aborts reading, which rejects with the signal's reason
 *
 * @typedef {{ shares: { validation: number, test: number }, seed: number }} Division
 */
/**
 * @typedef {{ images: Block, labels: { shape: number[], data: Int32Array }, names: string[] }} PicturePart
 *   images [n, height, width, channels], labels [n], names of the pictures
 */
/**
 * @typedef {object} Divided
 * @property {string[]} classNames in the order of the labels
 * @property {PicturePart} train
 * @property {PicturePart} validation may be empty
 * @property {PicturePart} test may be empty
 * @property {{ names: string[], parts: Part[] }[]} alike groups of pictures that are nearly the same
 */

export const MOST_CLASSES = 1000;
/** Characters. */
export const LONGEST_CLASS_NAME = 100;
const MOST_BYTES = 2 ** 30; // of all images

/** The names of what checkDivision checks. */
export const DIVISION = ['validation', 'test', 'seed', 'onProgress', 'signal'];

/**
 * @param {string} name of the function in messages
 * @param {DivisionOptions & { onProgress?: unknown }} options
 * @returns {Division}
 */
export function checkDivision(name, { validation = 0.1, test = 0.2, seed = 0, onProgress, signal }) {
  checkNumber(`${name}: validation`, validation, 0, 0.9);
  checkNumber(`${name}: test`, test, 0, 0.9);
  if (validation + test > 0.9)
    throw new FittingRoomError(
      `${name}: validation and test must leave a tenth for training, got ${validation + test}`,
    );
  checkInteger(`${name}: seed`, seed, 0, 2 ** 53 - 1);
  checkFunction(`${name}: onProgress`, onProgress);
  checkSignal(`${name}: signal`, signal);
  return { shares: { validation, test }, seed };
}

/** Each name once: as numbers if all are, else by their letters. @param {string[]} names */
export function inOrder(names) {
  const some = [...new Set(names)];
  const areNumbers = some.every((name) => /^\d{1,9}$/.test(name));
  return some.sort((a, b) => (areNumbers && Number(a) - Number(b)) || (a < b ? -1 : 1));
}

/**
 * Names of classes in order.
 * @param {string} name of the function in messages
 * @param {Iterable<Labelled>} images
 * @param {Refused[]} [refused] files that could not be read
 */
export function classesOf(name, images, refused = []) {
  const names = inOrder(Array.from(images, ({ label }) => label));
  if (names.length < 2) {
    const [first] = refused;
    const why = first ? `; ${refused.length} pictures could not be read, such as ${first.name}: ${first.reason}` : '';
    throw new FittingRoomError(
      `${name}: at least two classes are needed, got ${show(names)}${clipped(why)}`,
      'bad-data',
    );
  }
  if (names.length > MOST_CLASSES)
    throw new FittingRoomError(`${name}: at most ${MOST_CLASSES} classes, got ${names.length}`, 'bad-data');
  const long = names.find((each) => each === '' || each.length > LONGEST_CLASS_NAME);
  if (long !== undefined)
    throw new FittingRoomError(
      `${name}: names of classes must have 1..${LONGEST_CLASS_NAME} characters, got ${show(long)}`,
      'bad-data',
    );
  return names;
}

/**
 * Refuses images that would take too much memory, before they are read.
 * @param {string} name of the function in messages
 * @param {number} count
 * @param {number[]} image its shape
 */
export function checkMemory(name, count, [height, width, channels]) {
  const bytes = count * height * width * channels;
  if (bytes <= MOST_BYTES) return;
  throw new FittingRoomError(
    `${name}: ${count} images of ${height} × ${width} × ${channels} take ${megabytes(bytes)} MB; at most ` +
      `${megabytes(MOST_BYTES)} MB are held, so use a smaller size or fewer pictures`,
    'out-of-memory',
  );
}

const megabytes = (/** @type {number} */ bytes) => Math.ceil(bytes / 2 ** 20);

/**
 * The part of each image: as it is given, if that leaves something to train on; where none is kept for validation or
 * for testing, by the split.
 * @param {Labelled[]} all @param {Int32Array} labels @param {Int32Array} groups @param {Division} division
 * @param {Parameters<typeof splitOf>[4]} [had]
 * @returns {Promise<Part[]>}
 */
export async function partsOf(all, labels, groups, { shares, seed }, had) {
  const isDivided = all.some(({ part = 'train' }) => part === 'train');
  const images = isDivided ? all : all.map(() => ({ part: undefined }));
  const given = new Set(images.map(({ part }) => part));
  const open = images.flatMap(({ part = 'train' }, i) => (part === 'train' ? [i] : []));
  const rank = new Map(open.map((image, i) => [image, i]));
  const first = new Map();
  for (const image of open) if (!first.has(groups[image])) first.set(groups[image], rank.get(image));
  const divided = splitOf(
    open.map((image) => labels[image]),
    open.map((image) => first.get(groups[image])),
    { validation: given.has('validation') ? 0 : shares.validation, test: given.has('test') ? 0 : shares.test },
    await ranksOf(seed, open.length),
    had,
  );
  return images.map(({ part = 'train' }, i) => (part === 'train' ? divided[rank.get(i) ?? 0] : part));
}

/** @param {Int32Array} groups @param {Labelled[]} images @param {Part[]} parts */
export function alikeOf(groups, images, parts) {
  return [...grouped(groups.keys(), (image) => groups[image]).values()]
    .filter(({ length }) => length > 1)
    .map((some) => ({ names: some.map((i) => images[i].name), parts: some.map((i) => parts[i]) }));
}

/**
 * Divides images into those for training, validation and testing. Every class is divided in the same way, and images
 * of a group stay on the same side. The blocks are reordered in place, as there may be no memory for two.
 * @param {string} name of the function in messages
 * @param {Block[]} blocks the images; those of one part are copied if they lie in several blocks
 * @param {Labelled[]} images what is known of each, in the order of the blocks
 * @param {Int32Array} groups [count]: the first image of each one's group
 * @param {Division & { refused?: Refused[] }} division
 * @returns {Promise<Divided>}
 */
export async function divide(name, blocks, images, groups, { refused, ...division }) {
  const classNames = classesOf(name, images, refused);
  const numbers = new Map(classNames.map((each, i) => [each, i]));
  const labels = Int32Array.from(images, ({ label }) => /** @type {number} */ (numbers.get(label)));
  const parts = await partsOf(images, labels, groups, division);
  const alike = alikeOf(groups, images, parts);
  /** @type {ReturnType<typeof piecesOf>[]} */
  const pieces = [];
  let first = 0;
  for (const block of blocks) {
    pieces.push(piecesOf(block, first, parts));
    first += block.shape[0];
  }
  const [train, validation, test] = PARTS.map((_, part) => {
    const some = pieces.map((each) => each[part]);
    const indices = some.flatMap((each) => each.indices);
    return {
      images: joined(some.map((each) => each.images)),
      labels: { shape: [indices.length], data: Int32Array.from(indices, (i) => labels[i]) },
      names: indices.map((i) => images[i].name),
    };
  });
  return { classNames, train, validation, test, alike };
}

/** The images of a block that are in each part. @param {Block} block @param {number} first @param {Part[]} parts */
function piecesOf(block, first, parts) {
  const [count, ...image] = block.shape;
  const mine = parts.slice(first, first + count);
  const byPart = PARTS.map((part) => mine.flatMap((each, i) => (each === part ? [i] : [])));
  permuteRows(block, byPart.flat());
  let from = 0;
  return byPart.map((some) => {
    const start = from;
    from += some.length;
    return {
      images: {
        shape: [some.length, ...image],
        data: block.data.subarray(start * elementsOf(image), from * elementsOf(image)),
      },
      indices: some.map((i) => first + i),
    };
  });
}

/** Images one after the other; a copy, unless only one piece has some. @param {Block[]} pieces @returns {Block} */
export function joined(pieces) {
  const filled = pieces.filter(({ shape: [count] }) => count > 0);
  if (filled.length < 2) return filled[0] ?? pieces[0];
  const [, ...image] = filled[0].shape;
  const count = filled.reduce((sum, { shape }) => sum + shape[0], 0);
  const data = allocated(Uint8Array, count * elementsOf(image));
  let at = 0;
  for (const piece of filled) {
    data.set(piece.data, at);
    at += piece.data.length;
  }
  return { shape: [count, ...image], data };
}
