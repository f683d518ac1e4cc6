import { FittingRoomError, checkFunction, checkOptions, show } from '../check.js';
import { checkPreparation, preparePicture } from '../photo.js';
import { allocated, elementsOf } from '../tensor.js';
import { platformDecoder } from './decoding.js';
import { DIVISION, checkDivision, checkMemory, classesOf, divide } from './division.js';
import { picturesIn } from './folder.js';
import { groupAlike } from './likeness.js';
import { picturesListed } from './listing.js';
import { filesOf } from './placed.js';
import { PARTS } from './split.js';

/** @import { Preparation } from '../photo.js' */
/** @import { Decode, Decoded } from './decoding.js' */
/** @import { Divided, DivisionOptions } from './division.js' */
/** @import { Picture, Placed, Refused } from './folder.js' */

/**
 * @typedef {object} PictureSettings
 * @property {number | [height: number, width: number] | 'same'} [size] of the images, pixels; 'same': as the pictures
 *   are, if all are equal; default 48
 * @property {1 | 3} [channels] 1: grey; 3: colour, the default
 * @property {Preparation['crop']} [crop] the part of each picture that is used, default 'whole'; see preparePicture
 * @property {Decode} [decode] what decodes a file; default: the browser, or the package sharp in Node
 * @property {(progress: { loaded: number, total: number }) => void} [onProgress] in pictures
 * @typedef {PictureSettings & DivisionOptions} PictureOptions
 */
/** @typedef {import('./division.js').PicturePart} PicturePart */
/**
 * @typedef {object} Prepared
 * @property {Preparation} preparation how pictures become images; ask a model about pictures that preparePicture
 *   prepared in the same way
 * @property {Refused[]} refused files that are not in it, and why
 * @property {string[]} small pictures that had fewer pixels than the images along an edge
 * @typedef {Divided & Prepared} PictureDataset
 */

const AHEAD = 4; // pictures that are decoded at a time
const OPTIONS = ['size', 'channels', 'crop', 'decode', ...DIVISION];
const NAME = 'fromPictures';

/** @param {string} name @param {PictureOptions} options @param {string[]} [others] options checked elsewhere */
function checkPictureOptions(name, options, others = []) {
  checkOptions(name, options, [...OPTIONS, ...others]);
  const { size = 48, channels = 3, crop = 'whole' } = options;
  const division = checkDivision(name, options);
  checkFunction(`${name}: decode`, options.decode);
  const given = size === 'same' || Array.isArray(size) ? size : [size, size];
  const { size: edges, ...rest } = checkPreparation({ size: given === 'same' ? [1, 1] : given, channels, crop });
  return { ...options, preparation: rest, size: given === 'same' ? null : edges, division };
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
    const image = [...size, this.rest.channels];
    checkMemory(NAME, this.count, image);
    this.data = allocated(Uint8Array, this.count * elementsOf(image));
  }

  /** @param {Picture} picture @param {Decoded} decoded */
  async add(picture, decoded) {
    const { width, height } = decoded;
    if (!this.preparation) this.#allocate([height, width]);
    const preparation = /** @type {Preparation & { range?: undefined }} */ (this.preparation);
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
    return { shape, data: this.data.subarray(0, elementsOf(shape)) };
  }
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
  const { size, preparation: rest, division, onProgress, signal, ...given } = checkPictureOptions(NAME, options);
  const all = checkPictures(pictures);
  classesOf(NAME, all);
  const decode = given.decode ?? (await platformDecoder());
  const collected = await collect(all, { size, preparation: rest, decode, signal, onProgress });
  const { pictures: read, refused, small } = collected;
  classesOf(NAME, read, refused);
  const { images, preparation } = collected;
  const made = await divide(NAME, [images], read, groupAlike(images), { ...division, refused });
  return { ...made, preparation: /** @type {Preparation} */ (preparation), refused, small };
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
 * Makes a dataset of a folder of pictures. Their classes are what a table in it says, a CSV file with a column of
 * file names and one of labels; without one, its subfolders are the classes, and above these, folders named train,
 * validation and test are recognised.
 * @param {string | Blob | Iterable<Placed | File>} folder a zip archive of it; its files, as an input for folders gives
 *   them; in Node also the path of the folder or of the archive
 * @param {PictureOptions & { labelColumn?: string | number }} [options] labelColumn: of the table, by its name or its
 *   place (0: the first; -1: the last); default: the one called label, class or category
 * @returns {Promise<PictureDataset>} see fromPictures
 */
export async function fromFolder(folder, { labelColumn, ...options } = {}) {
  checkPictureOptions('fromFolder', options, ['labelColumn']);
  const files = await filesOf('fromFolder', folder);
  const { pictures, refused } =
    (await picturesListed(files, { labelColumn, signal: options.signal })) ?? picturesIn(files);
  const dataset = await fromPictures(pictures, options);
  return { ...dataset, refused: [...refused, ...dataset.refused] };
}
