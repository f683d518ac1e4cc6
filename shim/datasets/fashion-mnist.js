import { checkOptions, FittingRoomError } from '../check.js';
import { inNode } from '../core/host.js';
import { formatOf, gunzip, sha256 } from './bytes.js';
import { pair, readIdx } from './idx.js';
import { followFiles } from './progress.js';
import { browserCache, importForNode, webFolder } from './sources.js';
import { FASHION_MNIST } from './catalogue.js';

/**
 * @typedef {import('./catalogue.js').DatasetFile} DatasetFile
 * @typedef {import('./catalogue.js').DatasetTable} DatasetTable
 * @typedef {import('./sources.js').Source} Source
 * @typedef {import('./sources.js').SourceKind} SourceKind
 * @typedef {import('./idx.js').IdxFile} IdxFile
 * @typedef {import('./idx.js').Tensor} Tensor
 * @typedef {(file: string, phase: import('./progress.js').Phase, done: number) => void} Tell
 *
 * @typedef {object} Dataset
 * @property {'Fashion-MNIST' | 'synthetic garments'} name
 * @property {boolean} synthetic
 * @property {SourceKind | 'files' | 'generator'} source
 * @property {string[]} classNames
 * @property {{ images: Tensor, labels: Tensor }} train
 * @property {{ images: Tensor, labels: Tensor }} test
 *
 * @typedef {{ place: string, reason: string }} Failure
 * @typedef {{ bytes: Uint8Array<ArrayBuffer>, source: Source }} Found
 */

/** A dataset's source is that of its farthest file. @type {SourceKind[]} */
const NEAR_TO_FAR = ['cache', 'folder', 'beside', 'public'];

/**
 * @param {DatasetFile} file
 * @param {Uint8Array<ArrayBuffer>} bytes the file as published, or its content
 */
async function verify(file, bytes) {
  const [length, digest] =
    formatOf(bytes) === 'idx' ? [file.contentBytes, file.contentSha256] : [file.bytes, file.sha256];
  if (bytes.length !== length) throw new Error(`the file has ${bytes.length} bytes instead of ${length}`);
  const found = await sha256(bytes);
  if (found !== digest)
    throw new Error(`the file is damaged or a different one: its SHA-256 is ${found}, not ${digest}`);
}

/** Ignores failures: used to keep bytes for the next visit, and to drop them. */
async function atBest(/** @type {Promise<void> | undefined} */ attempt) {
  await attempt?.catch(() => {});
}

/**
 * @param {DatasetFile} file
 * @param {Source} source
 * @param {Tell} tell
 * @param {AbortSignal} [signal]
 */
async function readVerified(file, source, tell, signal) {
  const bytes = await source.read(file, { signal, onBytes: (received) => tell(file.name, 'download', received) });
  try {
    tell(file.name, 'verify', 0);
    await verify(file, bytes);
    tell(file.name, 'verify', file.bytes);
    return bytes;
  } catch (error) {
    await atBest(source.forget?.(file));
    throw error;
  }
}

/**
 * Reads a file from the first source that has it; otherwise, returns all the reasons for failure.
 * @param {DatasetFile} file
 * @param {Source[]} sources
 * @param {Tell} tell
 * @param {AbortSignal} [signal]
 * @returns {Promise<Found | { failures: Failure[] }>}
 */
async function find(file, sources, tell, signal) {
  /** @type {Failure[]} */
  const failures = [];
  for (const source of sources) {
    try {
      return { bytes: await readVerified(file, source, tell, signal), source };
    } catch (error) {
      signal?.throwIfAborted();
      failures.push({ place: source.place, reason: /** @type {Error} */ (error).message });
    }
  }
  return { failures };
}

/**
 * One message for all failures, with a line for each place and reason.
 * @param {DatasetFile[]} files
 * @param {(Found | { failures: Failure[] })[]} results one per file
 */
function notFound(files, results) {
  /** @type {Map<string, string[]>} */
  const lines = new Map();
  results.forEach((result, i) => {
    if ('bytes' in result) return;
    for (const { place, reason } of result.failures) {
      const line = `${place}: ${reason}`;
      lines.set(line, [...(lines.get(line) ?? []), files[i].name]);
    }
  });
  const which = (/** @type {string[]} */ names) => (names.length === files.length ? 'all files' : names.join(', '));
  const tried = [...lines].map(([line, names]) => `- ${line} (${which(names)})`);
  return new FittingRoomError(
    'Fashion-MNIST could not be loaded. Tried:\n' +
      `${tried.join('\n')}\n` +
      'Put the four files beside the page, hand them over yourself (datasets.fromFiles), ' +
      'or use garments drawn from a seed instead (datasets.synthetic).',
    'network',
  );
}

/**
 * @param {DatasetFile} file
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} classes
 * @param {Tell} tell
 */
async function unpack(file, bytes, classes, tell) {
  tell(file.name, 'decompress', 0);
  const content =
    formatOf(bytes) === 'gzip' ? await gunzip(bytes, (done) => tell(file.name, 'decompress', done)) : bytes;
  tell(file.name, 'decompress', file.bytes);
  return readIdx(file.name, content, classes);
}

/** @param {Found[]} found */
function farthest(found) {
  return NEAR_TO_FAR[Math.max(...found.map(({ source }) => NEAR_TO_FAR.indexOf(source.kind)))];
}

/**
 * Loads all files of a table in parallel, each from the first source that has it.
 * @param {DatasetTable} table
 * @param {Source[]} sources nearest first
 * @param {{ signal?: AbortSignal, onProgress?: import('./progress.js').OnProgress }} [options]
 * @returns {Promise<Dataset>}
 */
export async function loadTable({ files, classNames }, sources, { signal, onProgress = () => {} } = {}) {
  signal?.throwIfAborted();
  const tell = followFiles(files, onProgress);
  const results = await Promise.all(files.map((file) => find(file, sources, tell, signal)));
  if (!results.every((result) => 'bytes' in result)) throw notFound(files, results);
  const found = /** @type {Found[]} */ (results);
  const kept = files.map((file, i) => keepForNextTime(file, found[i], sources));
  const parts = await Promise.all(files.map((file, i) => unpack(file, found[i].bytes, classNames.length, tell)));
  await Promise.all(kept);
  signal?.throwIfAborted();
  const part = (/** @type {string} */ kind) => parts[files.findIndex((file) => file.kind === kind)];
  return {
    name: 'Fashion-MNIST',
    synthetic: false,
    source: farthest(found),
    classNames,
    train: pair(part('train-images'), part('train-labels')),
    test: pair(part('test-images'), part('test-labels')),
  };
}

/**
 * Keeps files that came over the network; local folders are at hand anyway.
 * @param {DatasetFile} file
 * @param {Found} found
 * @param {Source[]} sources
 */
async function keepForNextTime(file, { bytes, source }, sources) {
  if (source.kind !== 'beside' && source.kind !== 'public') return;
  await Promise.all(sources.map((each) => atBest(each.keep?.(file, bytes))));
}

/** @param {FashionMnistOptions} options @returns {Promise<Source[]>} nearest first */
async function sourcesFor({ baseUrl, publicUrl = FASHION_MNIST.publicUrl, cache = true }) {
  const sources = [];
  if (inNode()) {
    const { folder, cacheFolder, datasetFolder, userCacheFolder } = await importForNode('./node.js');
    sources.push(folder(datasetFolder()));
    if (cache) sources.push(cacheFolder(userCacheFolder()));
  } else if (cache) {
    sources.push(browserCache(() => globalThis.caches));
  }
  const here = globalThis.document?.baseURI ?? globalThis.location?.href;
  if (baseUrl || here) sources.push(webFolder('beside', new URL(baseUrl ?? 'fashion-mnist/', here)));
  sources.push(webFolder('public', new URL(publicUrl, here)));
  return sources;
}

/**
 * Fashion-MNIST: 60,000 training and 10,000 test images. Searched for in the browser's cache, beside the page and at
 * the public address; in Node, in FASHION_MNIST_DIR (or ../shared/fashion-mnist), in the user's cache folder and at the
 * public address. Every file is checked by SHA-256.
 * @typedef {object} FashionMnistOptions
 * @property {string | URL} [baseUrl] the folder of the four files; default: fashion-mnist/ beside the page
 * @property {string | URL} [publicUrl] the address to try after it
 * @property {boolean} [cache] whether to keep the files for the next time; default true
 * @property {AbortSignal} [signal] aborts reading, which rejects with the signal's reason
 * @property {import('./progress.js').OnProgress} [onProgress] called with { phase, file, loaded, total }, in bytes
 * @param {FashionMnistOptions} [options]
 * @returns {Promise<Dataset>}
 */
export async function fashionMnist(options = {}) {
  checkOptions('datasets.fashionMnist', options, ['baseUrl', 'publicUrl', 'cache', 'signal', 'onProgress']);
  return loadTable(FASHION_MNIST, await sourcesFor(options), options);
}
