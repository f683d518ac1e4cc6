import {
  FittingRoomError,
  clipped,
  checkFunction,
  checkInteger,
  checkNumber,
  checkOptions,
  checkSignal,
  show,
} from '../check.js';
import { checkPreparation, preparePicture } from '../photo.js';
import { allocated, permuteRows } from '../tensor.js';
import { platformDecoder } from './decoding.js';
import { picturesIn } from './folder.js';
import { groupAlike } from './likeness.js';
import { importForNode } from './sources.js';
import { PARTS, grouped, ranksOf, splitOf } from './split.js';

/** @import { Preparation } from '../photo.js' */
/** @import { Decode, Decoded } from './decoding.js' */
/** @import { Picture, Placed, Refused } from './folder.js' */
/** @import { Part } from './split.js' */

/**
 * @typedef {object} PictureOptions
 * @property {number | [height: number, width: number] | 'same'} [size] of the images, pixels; 'same': as the pictures
 *   are, if all are equal; default 48
 * @property {1 | 3} [channels] 1: grey; 3: colour, the default
 * @property {Preparation['crop']} [crop] the part of each picture that is used, default 'whole'; see preparePicture
 * @property {number} [validation] the share of the pictures kept for validation, default 0.1
 * @property {number} [test] the share kept for testing, default 0.2; folders of that name count instead
 * @property {number} [seed] of the split, default 0
 * @property {Decode} [decode] what decodes a file; default: the browser, or the package sharp in Node
 * @property {(progress: { loaded: number, total: number }) => void} [onProgress] in pictures
 * @property {AbortSignal} [signal]
 */
/**
 * @typedef {{ images: { shape: number[], data: Uint8Array<ArrayBuffer> }, labels: { shape: number[], data:
 *   Int32Array }, names: string[] }} PicturePart images [n, height, width, channels], labels [n], names of the pictures
 */
/**
 * @typedef {object} PictureDataset
 * @property {string[]} classNames in the order of the labels
 * @property {Preparation} preparation how pictures become images; ask a model about pictures that preparePicture
 *   prepared in the same way
 * @property {PicturePart} train
 * @property {PicturePart} validation may be empty
 * @property {PicturePart} test may be empty
 * @property {Refused[]} refused files that are not in it, and why
 * @property {{ names: string[], parts: Part[] }[]} alike groups of pictures that are nearly the same
 * @property {string[]} small pictures that had fewer pixels than the images along an edge
 */

export const MOST_CLASSES = 1000;
export const LONGEST_CLASS_NAME = 100;
const MOST_BYTES = 2 ** 30; // of all images
const MOST_ENTRIES = 2 ** 20; // of an archive
const MOST_OF_FILE = 2 ** 28; // bytes, unpacked
const AHEAD = 4; // pictures that are decoded at a time
const OPTIONS = ['size', 'channels', 'crop', 'validation', 'test', 'seed', 'decode', 'onProgress', 'signal'];
const NAME = 'fromPictures';

/** @param {string} name @param {PictureOptions} options */
function checkPictureOptions(name, options) {
  checkOptions(name, options, OPTIONS);
  const { size = 48, channels = 3, crop = 'whole', validation = 0.1, test = 0.2, seed = 0 } = options;
  checkNumber(`${name}: validation`, validation, 0, 0.9);
  checkNumber(`${name}: test`, test, 0, 0.9);
  if (validation + test > 0.9)
    throw new FittingRoomError(
      `${name}: validation and test must leave a tenth for training, got ${validation + test}`,
    );
  checkInteger(`${name}: seed`, seed, 0, 2 ** 53 - 1);
  checkFunction(`${name}: decode`, options.decode);
  checkFunction(`${name}: onProgress`, options.onProgress);
  checkSignal(`${name}: signal`, options.signal);
  const given = size === 'same' || Array.isArray(size) ? size : [size, size];
  const { size: edges, ...rest } = checkPreparation({ size: given === 'same' ? [1, 1] : given, channels, crop });
  return { ...options, preparation: rest, size: given === 'same' ? null : edges, shares: { validation, test }, seed };
}

/** @param {Iterable<Picture>} pictures @returns {Picture[]} */
function checkPictures(pictures) {
  const all = Array.from(pictures);
  for (const [i, picture] of all.entries()) {
    const { name, label, part, file } = picture ?? {};
    const wrong =
      typeof name !== 'string' ||
      typeof label !== 'string' ||
      typeof (/** @type {any} */ (file)?.arrayBuffer) !== 'function' ||
      !(part === undefined || PARTS.includes(part));
    if (wrong)
      throw new FittingRoomError(
        `${NAME}: picture ${i} must be { name, label, part?, file }, where part is ${PARTS.join(', ')} and file is a ` +
          `File, got ${show(picture)}`,
      );
  }
  return all;
}

/** Each name once: as numbers if all are, else by their letters. @param {string[]} names */
export function inOrder(names) {
  const some = [...new Set(names)];
  const areNumbers = some.every((name) => /^\d{1,9}$/.test(name));
  return some.sort((a, b) => (areNumbers && Number(a) - Number(b)) || (a < b ? -1 : 1));
}

/**
 * Names of classes in order.
 * @param {Picture[]} pictures
 * @param {Refused[]} [refused] files that could not be read
 */
export function classesOf(pictures, refused = []) {
  const names = inOrder(pictures.map(({ label }) => label));
  if (names.length < 2) {
    const [first] = refused;
    const why = first ? `; ${refused.length} pictures could not be read, such as ${first.name}: ${first.reason}` : '';
    throw new FittingRoomError(
      `${NAME}: at least two classes are needed, got ${show(names)}${clipped(why)}`,
      'bad-data',
    );
  }
  if (names.length > MOST_CLASSES)
    throw new FittingRoomError(`${NAME}: at most ${MOST_CLASSES} classes, got ${names.length}`, 'bad-data');
  const long = names.find((name) => name === '' || name.length > LONGEST_CLASS_NAME);
  if (long !== undefined)
    throw new FittingRoomError(
      `${NAME}: names of classes must have 1..${LONGEST_CLASS_NAME} characters, got ${show(long)}`,
      'bad-data',
    );
  return names;
}

/** Refuses before anything is read. @param {number} count @param {number[]} image its shape */
export function checkMemory(count, [height, width, channels]) {
  const bytes = count * height * width * channels;
  if (bytes <= MOST_BYTES) return;
  throw new FittingRoomError(
    `${NAME}: ${count} images of ${height} × ${width} × ${channels} take ${megabytes(bytes)} MB; at most ` +
      `${megabytes(MOST_BYTES)} MB are held, so use a smaller size or fewer pictures`,
    'out-of-memory',
  );
}

const megabytes = (/** @type {number} */ bytes) => Math.ceil(bytes / 2 ** 20);

/**
 * Decodes pictures a few at a time, and hands them over in order.
 * @param {Picture[]} pictures
 * @param {Decode} decode
 * @param {AbortSignal | undefined} signal
 * @returns {AsyncGenerator<{ picture: Picture } & ({ decoded: Decoded } | { error: Error }), void>}
 */
async function* decodedInOrder(pictures, decode, signal) {
  /** @type {Promise<{ picture: Picture } & ({ decoded: Decoded } | { error: Error })>[]} */
  const under = [];
  const begin = (/** @type {Picture} */ picture) =>
    decode(picture.file).then(
      (decoded) => ({ picture, decoded }),
      (error) => ({ picture, error }),
    );
  let next = 0;
  try {
    while (next < pictures.length || under.length > 0) {
      signal?.throwIfAborted();
      while (under.length < AHEAD && next < pictures.length) under.push(begin(pictures[next++]));
      yield await /** @type {typeof under[0]} */ (under.shift());
    }
  } finally {
    for (const one of under) one.then((each) => 'decoded' in each && each.decoded.close?.());
  }
}

/** The images as they arrive, of one size, in one piece of memory. */
class Collected {
  /** @type {Picture[]} */
  pictures = [];
  /** @type {Refused[]} */
  refused = [];
  /** @type {string[]} */
  small = [];
  /** @type {Preparation | undefined} */
  preparation;
  /** @type {Uint8Array<ArrayBuffer>} */
  data = new Uint8Array();

  /** @param {number} count @param {[number, number] | null} size @param {Omit<Preparation, 'size'>} rest */
  constructor(count, size, rest) {
    this.count = count;
    this.rest = rest;
    this.isSame = size === null;
    if (size) this.#allocate(size);
  }

  /** @param {[number, number]} size */
  #allocate(size) {
    this.preparation = checkPreparation({ ...this.rest, size });
    checkMemory(this.count, [...size, this.rest.channels]);
    this.data = allocated(Uint8Array, this.count * size[0] * size[1] * this.rest.channels);
  }

  /** @param {Picture} picture @param {Decoded} decoded */
  async add(picture, decoded) {
    const { width, height } = decoded;
    if (!this.preparation) this.#allocate([height, width]);
    const preparation = /** @type {Preparation} */ (this.preparation);
    const [rows, columns] = preparation.size;
    if (this.isSame && (width !== columns || height !== rows))
      throw new Error(`it has ${width} × ${height} pixels, and the first one ${columns} × ${rows}`);
    const { data } = await preparePicture(decoded, preparation);
    this.data.set(data, this.pictures.length * data.length);
    if (width < columns || height < rows) this.small.push(picture.name);
    this.pictures.push(picture);
  }

  /** [count, height, width, channels] */
  get images() {
    const { size, channels } = /** @type {Preparation} */ (this.preparation);
    const shape = [this.pictures.length, ...size, channels];
    return {
      shape,
      data: this.data.subarray(
        0,
        shape.reduce((product, length) => product * length, 1),
      ),
    };
  }
}

/**
 * The part of each picture: as its folder says; where none is kept for validation or for testing, by the split.
 * @param {Picture[]} pictures @param {Int32Array} labels @param {Int32Array} groups
 * @param {{ validation: number, test: number }} shares @param {number} seed
 * @param {Parameters<typeof splitOf>[4]} [had]
 * @returns {Promise<Part[]>}
 */
export async function partsOf(pictures, labels, groups, shares, seed, had) {
  const given = new Set(pictures.map(({ part }) => part));
  const open = pictures.flatMap(({ part = 'train' }, i) => (part === 'train' ? [i] : []));
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
  return pictures.map(({ part = 'train' }, i) => (part === 'train' ? divided[rank.get(i) ?? 0] : part));
}

/** @param {Int32Array} groups @param {Picture[]} pictures @param {Part[]} parts */
export function alikeOf(groups, pictures, parts) {
  return [...grouped(groups.keys(), (image) => groups[image]).values()]
    .filter(({ length }) => length > 1)
    .map((images) => ({ names: images.map((i) => pictures[i].name), parts: images.map((i) => parts[i]) }));
}

/**
 * Makes a dataset of pictures of any kind: reads them, prepares them alike, and divides them into pictures for
 * training, validation and testing. The split depends on the seed alone; every class is divided in the same way, and
 * pictures that are nearly the same stay on the same side. Files that cannot be read are listed, and the rest goes on.
 * @param {Iterable<Picture>} pictures
 * @param {PictureOptions} [options]
 * @returns {Promise<PictureDataset>}
 * @throws {FittingRoomError} 'bad-data' if fewer than two classes have pictures that can be read, 'out-of-memory'
 *   before anything is read if there are too many
 */
export async function fromPictures(pictures, options = {}) {
  const { size, preparation: rest, shares, seed, onProgress, signal, ...given } = checkPictureOptions(NAME, options);
  const all = checkPictures(pictures);
  classesOf(all);
  const decode = given.decode ?? (await platformDecoder());
  return divided(await collect(all, { size, preparation: rest, decode, signal, onProgress }), shares, seed);
}

/**
 * Reads pictures and prepares them alike.
 * @param {Picture[]} pictures
 * @param {{ size: [number, number] | null, preparation: Omit<Preparation, 'size'>, decode: Decode, signal?:
 *   AbortSignal, onProgress?: PictureOptions['onProgress'] }} options size: null if they are to be as they are
 * @returns {Promise<Collected>} those that could be read, in their order
 */
export async function collect(pictures, { size, preparation, decode, signal, onProgress }) {
  const collected = new Collected(pictures.length, size, preparation);
  let loaded = 0;
  for await (const each of decodedInOrder(pictures, decode, signal)) {
    try {
      if ('error' in each) throw each.error;
      await collected.add(each.picture, each.decoded);
    } catch (error) {
      const { message, code } = /** @type {FittingRoomError} */ (error);
      if (code === 'out-of-memory') throw error;
      collected.refused.push({ name: each.picture.name, reason: message });
    } finally {
      if ('decoded' in each) each.decoded.close?.();
    }
    onProgress?.({ loaded: ++loaded, total: pictures.length });
  }
  return collected;
}

/**
 * @param {Collected} collected @param {{ validation: number, test: number }} shares @param {number} seed
 * @returns {Promise<PictureDataset>}
 */
async function divided({ pictures, refused, small, preparation, images }, shares, seed) {
  const classNames = classesOf(pictures, refused);
  const numbers = new Map(classNames.map((name, i) => [name, i]));
  const labels = Int32Array.from(pictures, ({ label }) => /** @type {number} */ (numbers.get(label)));
  const groups = groupAlike(images);
  const parts = await partsOf(pictures, labels, groups, shares, seed);
  const alike = alikeOf(groups, pictures, parts);
  const order = PARTS.flatMap((part) => parts.flatMap((each, i) => (each === part ? [i] : [])));
  permuteRows(images, order); // in place: there may be no memory for two
  let first = 0;
  const [train, validation, test] = PARTS.map((part) => {
    const indices = order.slice(first, first + parts.filter((each) => each === part).length);
    const made = partFrom(images, first, indices, labels, pictures);
    first += indices.length;
    return made;
  });
  return {
    classNames,
    preparation: /** @type {Preparation} */ (preparation),
    train,
    validation,
    test,
    refused,
    alike,
    small,
  };
}

/**
 * @param {{ shape: number[], data: Uint8Array<ArrayBuffer> }} images @param {number} first of them
 * @param {number[]} indices of the pictures @param {Int32Array} labels @param {Picture[]} pictures
 * @returns {PicturePart}
 */
function partFrom({ shape: [, ...image], data }, first, indices, labels, pictures) {
  const size = image.reduce((product, length) => product * length, 1);
  const count = indices.length;
  return {
    images: { shape: [count, ...image], data: data.subarray(first * size, (first + count) * size) },
    labels: { shape: [count], data: Int32Array.from(indices, (i) => labels[i]) },
    names: indices.map((i) => pictures[i].name),
  };
}

/**
 * Makes a dataset of a folder whose subfolders are the classes; above these, folders named train, validation and test
 * are recognised.
 * @param {string | Blob | Iterable<Placed | File>} folder a zip archive of it; its files, as an input for folders gives
 *   them; in Node also the path of the folder or of the archive
 * @param {PictureOptions} [options]
 * @returns {Promise<PictureDataset>} see fromPictures
 */
export async function fromFolder(folder, options = {}) {
  checkPictureOptions('fromFolder', options);
  const { pictures, refused } = picturesIn(await filesOf(folder));
  const dataset = await fromPictures(pictures, options);
  return { ...dataset, refused: [...refused, ...dataset.refused] };
}

/** @param {Parameters<typeof fromFolder>[0]} folder @returns {Promise<Placed[]>} */
export async function filesOf(folder) {
  const given = typeof folder === 'string' ? await (await importForNode('./node.js')).filesIn(folder) : folder;
  if (given instanceof Blob) return filesInZip(given);
  if (typeof given?.[Symbol.iterator] !== 'function')
    throw new FittingRoomError(`fromFolder takes a path, a zip archive or a list of files, got ${show(given)}`);
  return Array.from(given, (file) => ('path' in file ? file : { path: file.webkitRelativePath || file.name, file }));
}

/** The files of an archive, each unpacked when it is asked for. @param {Blob} blob @returns {Promise<Placed[]>} */
async function filesInZip(blob) {
  const { Zip, inBlob } = await import('./zip.js');
  const zip = await Zip.open(inBlob(blob), MOST_ENTRIES);
  return zip.members
    .filter(({ name }) => !name.endsWith('/'))
    .map((member) => ({
      path: member.name,
      file: {
        name: member.name,
        size: member.length,
        arrayBuffer: async () => (await zip.unpack(member, MOST_OF_FILE)).slice().buffer,
      },
    }));
}
