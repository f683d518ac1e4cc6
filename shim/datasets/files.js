import { FittingRoomError, clipped } from '../check.js';
import { MAX_BYTES, formatOf, gunzip } from './bytes.js';
import { pair, promisedLength, readIdx } from './idx.js';
import { followFiles } from './progress.js';
import { FASHION_MNIST } from './catalogue.js';

/**
 * @typedef {import('./fashion-mnist.js').Dataset} Dataset
 * @typedef {import('./idx.js').IdxFile} IdxFile
 * @typedef {{ name: string, size?: number, arrayBuffer: () => Promise<ArrayBuffer> }} FileLike such as a File of the
 *   browser
 * @typedef {{ name: string, bytes: Uint8Array<ArrayBuffer> }} Given
 * @typedef {'train' | 'test'} Part
 */

/** @type {Record<Part, string>} */
const PART_NAMES = { train: 'training', test: 'test' };
/** @type {Record<IdxFile['kind'], string>} */
const KIND_NAMES = { images: 'images', labels: 'labels' };

const LONGEST_NAME = 255; // characters; the limit of file systems
/** More files than anyone needs, so that each can still be named in a message. */
const MOST_FILES = 16;
/**
 * Largest size in bytes of all files together once unpacked: 42,000 images, enough for a dataset that is mostly blank,
 * or this many times their packed size.
 */
const MOST_UNPACKED = 2 ** 25;
const MOST_EXPANDED = 20;

const refusal = (/** @type {string} */ message, /** @type {unknown} */ cause = undefined) =>
  new FittingRoomError(clipped(message), 'bad-data', { cause });

/** The memory that the files may still use. */
class Allowance {
  /** @param {Given[]} files @param {number} most bytes */
  constructor(files, most) {
    this.most = Math.min(
      most,
      Math.max(MOST_UNPACKED, MOST_EXPANDED * files.reduce((sum, { bytes }) => sum + bytes.length, 0)),
    );
    this.left = this.most;
  }

  /** Reserves the length that a file's header states. @param {Uint8Array} head @returns {number | undefined} */
  takeFor(head) {
    const length = promisedLength(head);
    if (length === undefined) return undefined;
    if (length > this.left)
      throw refusal(
        `too large: ${this.most - this.left + length} bytes, unpacked, with the files before it; at most ` +
          `${this.most} are read`,
      );
    this.left -= length;
    return length;
  }
}

/**
 * @param {Given} file
 * @param {Allowance} allowance
 * @param {(consumed: number) => void} onConsumed
 * @param {AbortSignal} [signal]
 */
async function contentOf({ name, bytes }, allowance, onConsumed, signal) {
  const format = formatOf(bytes);
  if (format === 'idx') return bytes;
  if (format !== 'gzip')
    throw refusal(`${name} must be a gzip or IDX file${format === 'html' ? ', got a web page' : ''}`);
  return gunzip(bytes, onConsumed, (head) => allowance.takeFor(head), signal).catch((error) => {
    signal?.throwIfAborted();
    const what =
      error instanceof FittingRoomError ? error.message : `the gzip file is cut short or damaged (${error.message})`;
    throw refusal(`${name}: ${what}`, error);
  });
}

/** @param {FileLike[]} files @param {number} most bytes */
function checkSizes(files, most) {
  let sum = 0;
  for (const { name, size = 0 } of files) {
    sum += size;
    if (sum > most)
      throw refusal(
        `${clipped(name, LONGEST_NAME)}: too large: ${sum} bytes with the files before it; at most ${most} ` +
          'are read',
      );
  }
}

/** @param {FileLike} file @returns {Promise<Given>} */
const givenBy = async (file) => ({
  name: clipped(file.name, LONGEST_NAME),
  bytes: new Uint8Array(await file.arrayBuffer()),
});

/** @param {string} name @returns {Part | null} */
function partByName(name) {
  const train = /train/i.test(name);
  const test = /t10k|test/i.test(name);
  return train === test ? null : train ? 'train' : 'test';
}

/** @param {IdxFile} file @returns {Part | null} */
function partByOfficialCount({ count }) {
  const official = FASHION_MNIST.files.find((file) => file.count === count);
  return official ? (official.kind.startsWith('train') ? 'train' : 'test') : null;
}

const list = (/** @type {IdxFile[]} */ files) => files.map(({ name }) => name).join(', ');

/** @param {IdxFile} a @param {IdxFile} b */
function sameData(a, b) {
  if (a.count !== b.count) return false;
  for (let i = 0; i < a.data.length; i++) if (a.data[i] !== b.data[i]) return false; // every() takes five times as long
  return true;
}

/**
 * Tells the training file of a kind from the test file: the larger one is for training; if equal, names decide.
 * @param {IdxFile['kind']} kind
 * @param {IdxFile[]} files one or two
 * @returns {Partial<Record<Part, IdxFile>>}
 */
function parts(kind, files) {
  const [a, b] = files;
  if (!b) return { [partByOfficialCount(a) ?? partByName(a.name) ?? 'train']: a };
  if (sameData(a, b)) throw refusal(`${a.name} and ${b.name} hold the same ${KIND_NAMES[kind]}`);
  if (a.count !== b.count) return a.count > b.count ? { train: a, test: b } : { train: b, test: a };
  const byName = { [partByName(a.name) ?? '']: a, [partByName(b.name) ?? '']: b };
  if (byName.train && byName.test) return byName;
  throw refusal(
    `${a.name} and ${b.name} both hold ${a.count} ${KIND_NAMES[kind]}; ` +
      'put “train” into the name of one and “test” into that of the other',
  );
}

/** The images and labels of each part. @param {IdxFile[]} files of two parts */
export function sortOut(files) {
  const images = files.filter(({ kind }) => kind === 'images');
  const labels = files.filter(({ kind }) => kind === 'labels');
  for (const group of [images, labels]) {
    if (group.length <= 2) continue;
    throw refusal(`there must be two files of ${KIND_NAMES[group[0].kind]}, got ${group.length}: ${list(group)}`);
  }
  const sorted = {
    images: images.length ? parts('images', images) : {},
    labels: labels.length ? parts('labels', labels) : {},
  };
  const missing = /** @type {Part[]} */ (['train', 'test']).flatMap((part) =>
    /** @type {IdxFile['kind'][]} */ (['images', 'labels'])
      .filter((kind) => !sorted[kind][part])
      .map((kind) => `the ${PART_NAMES[part]} ${KIND_NAMES[kind]} (such as ${officialName(part, kind)})`),
  );
  if (missing.length) throw refusal(`missing: ${missing.join(', ')}; given: ${list(files) || 'no file'}`);
  return /** @type {Record<IdxFile['kind'], Record<Part, IdxFile>>} */ (sorted);
}

/** @param {Part} part @param {IdxFile['kind']} kind */
function officialName(part, kind) {
  return FASHION_MNIST.files.find((file) => file.kind === `${part}-${kind}`)?.name;
}

/**
 * Reads IDX files, gzip or not.
 * @param {FileLike[]} files
 * @param {{ classes: number, side?: number | null, most?: number }} wanted see readIdx; most: bytes of all files
 * @param {{ onProgress?: import('./progress.js').OnProgress, signal?: AbortSignal }} watch
 * @returns {Promise<IdxFile[]>}
 */
export async function readFiles(files, { classes, side, most = MAX_BYTES }, { onProgress = () => {}, signal }) {
  if (files.length > MOST_FILES) throw refusal(`a dataset must have four files, got ${files.length}`);
  checkSizes(files, most);
  const given = await Promise.all(files.map(givenBy));
  signal?.throwIfAborted();
  const allowance = new Allowance(given, most);
  const tell = followFiles(
    given.map(({ bytes }, i) => ({ name: String(i), bytes: bytes.length })),
    (progress) => onProgress({ ...progress, file: given[Number(progress.file)].name }),
    'decompress',
  );
  const read = [];
  for (const [i, file] of given.entries()) {
    const content = await contentOf(file, allowance, (consumed) => tell(String(i), 'decompress', consumed), signal);
    tell(String(i), 'decompress', file.bytes.length);
    read.push(await readIdx(file.name, content, classes, side));
  }
  return read;
}

/**
 * @typedef {object} FilesOptions
 * @property {import('./progress.js').OnProgress} [onProgress] called with { phase, file, loaded, total }, in bytes
 * @property {AbortSignal} [signal] aborts reading, which rejects with the signal's reason
 */

/**
 * Makes a dataset from the user's own four files: Fashion-MNIST's or others in its format, gzip or not, in any order
 * and under any names. For other classes and sizes, see fromIdx.
 * @param {Iterable<FileLike>} files
 * @param {FilesOptions} [options]
 * @returns {Promise<Dataset>}
 */
export async function fromFiles(files, options = {}) {
  const { classNames } = FASHION_MNIST;
  const { images, labels } = sortOut(await readFiles(Array.from(files), { classes: classNames.length }, options));
  return {
    name: 'Fashion-MNIST',
    synthetic: false,
    source: 'files',
    classNames,
    train: pair(images.train, labels.train),
    test: pair(images.test, labels.test),
  };
}
