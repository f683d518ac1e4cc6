import { FittingRoomError, checkChoice, checkOptions, show, withPackages } from '../check.js';
import { loadedCore } from '../core/loading.js';
import { isModel } from '../training/samples.js';
import { checkFileLength, inFile, isHdf5, refusal } from './common.js';
import { planOf } from './described.js';
import { FORMATS } from './known.js';
import { isModelFile } from './fit/format.js';
import { readModelFile } from './fit/load.js';
import { describeModel } from './fit/save.js';
import { checkTensors, plannedWeights } from './fit/tensors.js';
import { checkReading, readBytes } from './reading.js';
import { metadataBeside } from './teachable.js';

/** @import { ReadOptions, Reading, Received, Source } from './reading.js' */
/** @import { RuntimeOptions } from '../core/loading.js' */
/** @import { Model } from '../model.js' */
/** @import { Core } from '../core/core.js' */
/** @import { Graph } from '../layers/graph.js' */
/** @import { Format, NamedFile, ReadModel, Reader } from './described.js' */

/** @typedef {import('./known.js').FormatName} FormatName */
/** @typedef {Source | readonly (File | { name: string, bytes: Uint8Array | ArrayBuffer })[]} ImportSource */
/**
 * @typedef {object} ExportOptions
 * @property {string} [dtype] how kernels are stored: 'float32', the default, or 'float16'; for tfjs also 'uint8', for
 *   fitting-room also 'int8'
 */

const BRACE = 0x7b;
const MOST_FILES = 4096; // more than any model has, even with unrelated files beside it

/** @param {Uint8Array} bytes */
const isJson = (bytes) => /^\s*\{\s*["}]/.test(new TextDecoder().decode(bytes.subarray(0, 64)));

/** The file begins with a length of eight bytes, the upper four zero, then JSON. @param {Uint8Array} bytes */
const isSafetensors = (bytes) => bytes[8] === BRACE && bytes.subarray(4, 8).every((byte) => byte === 0);

/** Whether the file begins like a zip archive. @param {Uint8Array} bytes */
const isZip = (bytes) => String.fromCharCode(...bytes.subarray(0, 4)) === 'PK\x03\x04';

/** The first protobuf field of a model is its version, a small number. @param {Uint8Array} bytes */
const isOnnx = (bytes) => bytes[0] === 0x08 && bytes[1] > 0 && bytes[1] < 0x40;

/**
 * For each format: a test of how its files begin, and the module that reads and writes it. A file that passes the test
 * need not be a model; the module decides.
 * @type {Record<Exclude<FormatName, 'fitting-room'>, { looksSo: (bytes: Uint8Array) => boolean, load: () =>
 *   Promise<Format> }>}
 */
const FOLDERS = {
  tfjs: { looksSo: isJson, load: () => import('./tfjs/index.js') },
  safetensors: { looksSo: isSafetensors, load: () => import('./safetensors/index.js') },
  keras: { looksSo: isZip, load: () => withPackages('the code for Keras files', import('./keras/index.js')) },
  onnx: { looksSo: isOnnx, load: () => withPackages('the code for ONNX files', import('./onnx/index.js')) },
};
/**
 * What is only read: models of early versions of Keras, in one file or in two.
 * @type {{ looksSo: (bytes: Uint8Array) => boolean, load: () => Promise<Reader> }[]}
 */
const READ_ONLY = [{ looksSo: (bytes) => isJson(bytes) || isHdf5(bytes), load: () => import('./keras/legacy.js') }];
const FORMAT_NAMES = /** @type {FormatName[]} */ (['fitting-room', ...Object.keys(FOLDERS)]);

/**
 * @param {Model} model
 * @param {FormatName} name
 * @param {ExportOptions} [options]
 * @returns {Promise<NamedFile[]>}
 */
export async function exportModel(model, name, options = {}) {
  // Not checked by class: a page may contain two copies of this library.
  if (!isModel(model)) throw new FittingRoomError(`exportModel takes a model, got ${show(model)}`);
  checkChoice('exportModel: format', name, FORMAT_NAMES);
  checkOptions('exportModel', options, ['dtype']);
  const { dtype = 'float32' } = options;
  if (name === 'fitting-room') return [{ name: 'model.fit', bytes: await model.save(/** @type {any} */ ({ dtype })) }];
  const described = describeModel(model);
  checkChoice('exportModel: dtype', dtype, /** @type {readonly string[]} */ (FORMATS[name].dtypes));
  return (await FOLDERS[name].load()).write(described, { dtype });
}

/** @param {any} file @param {Reading} reading @returns {Promise<NamedFile>} */
async function named(file, reading) {
  if (typeof file?.name !== 'string')
    throw new FittingRoomError(`importModel: files must be a File or { name, bytes }, got ${show(file)}`);
  return { name: file.name, bytes: await readBytes(file instanceof Blob ? file : file.bytes, reading) };
}

/** @param {unknown} source @returns {source is string | URL} */
const isAddress = (source) => typeof source === 'string' || source instanceof URL;

/**
 * Reads files one after the other; the limit on size holds for all of them together.
 * @template T
 * @param {T[]} items
 * @param {Reading} reading
 * @param {(item: T, reading: Reading) => Promise<NamedFile>} readOne
 */
async function inTurn(items, reading, readOne) {
  /** @type {NamedFile[]} */
  const files = [];
  let before = 0;
  /** @param {Received} progress of the current file */
  const onProgress = ({ received, total }) =>
    reading.onProgress?.({ received: before + received, total: items.length > 1 ? undefined : total });
  for (const item of items) {
    files.push(await readOne(item, { ...reading, onProgress }));
    before += files[files.length - 1].bytes.length;
    checkFileLength(before);
  }
  return files;
}

/** @param {ImportSource} source @param {Reading} reading @returns {Promise<NamedFile[]>} */
async function filesOf(source, reading) {
  if (Array.isArray(source)) {
    if (source.length > MOST_FILES) throw refusal(`too large: ${source.length} files; at most ${MOST_FILES} are read`);
    return inTurn(source, reading, named);
  }
  return [{ name: isAddress(source) ? String(source) : 'the file', bytes: await readBytes(source, reading) }];
}

/**
 * The address of a file beside another one. Names in a file are not trusted, so they must not lead out of its folder.
 * @param {URL} address of the other file
 * @param {string} name
 */
function addressBeside(address, name) {
  const [folder, beside] = inFile('', () => [new URL('.', address), new URL(name, address)]);
  if (!beside.href.startsWith(folder.href))
    throw refusal(`it names the file ${show(name)}, which is not in its folder`);
  beside.search ||= address.search;
  return beside;
}

/** @param {string | URL} source @param {string[]} names @param {Reading} reading @returns {Promise<NamedFile[]>} */
async function filesBeside(source, names, reading) {
  const address = new URL(source, globalThis.location?.href);
  return inTurn(names, reading, async (name, each) => ({
    name,
    bytes: await readBytes(addressBeside(address, name), each),
  }));
}

/**
 * The files in an archive that is given alone, unless it is itself the file of a model.
 * @param {NamedFile[]} files
 */
async function unpacked(files) {
  const [file, second] = files;
  return file && !second && isZip(file.bytes) ? (await import('./unzip.js')).unzipped(file) : files;
}

/** @param {Core} core @param {Graph} graph @returns {[input: number[], output: number[]]} of a sample */
function shapesOf(core, graph) {
  const [, ...output] = planOf(core, graph)[graph.nodes.length - 1].outputShape;
  return [graph.inputShape, /** @type {number[]} */ (output)];
}

/** @typedef {{ file: NamedFile, load?: () => Promise<Reader> }} Candidate load: only for other tools' formats */

/** @param {NamedFile} file @returns {Candidate[]} empty if the format is unknown */
function candidateOf(file) {
  if (isModelFile(file.bytes)) return [{ file }];
  const readers = [...Object.values(FOLDERS), ...READ_ONLY].filter(({ looksSo }) => looksSo(file.bytes));
  return readers.map(({ load }) => ({ file, load }));
}

/** @param {NamedFile[]} files */
const namesOf = (files) => show(files.map(({ name }) => name));

/**
 * Finds the one model among files by their content: in any order, under any names, among unrelated files.
 * @param {NamedFile[]} files
 * @returns {Promise<Candidate>}
 */
async function modelAmong(files) {
  const candidates = files.flatMap(candidateOf);
  if (candidates.length === 1) return candidates[0]; // if it is not a model, reading it says what is missing
  const sure = await Promise.all(candidates.map(async ({ file, load }) => !load || (await load()).isModel(file.bytes)));
  const found = candidates.filter((_, i) => sure[i]);
  // two readers may claim a damaged file
  const models = found.filter(({ file }, i) => found.findIndex((other) => other.file === file) === i);
  if (models.length === 1) return models[0];
  if (models.length === 0 && candidates.length > 0 && candidates.every(({ file }) => file === candidates[0].file))
    return candidates[0];
  if (models.length > 1)
    throw refusal(`${models.length} models are given, ${namesOf(models.map(({ file }) => file))}; give one at a time`);
  throw refusal(`none of ${namesOf(files)} is a model of a supported format: ${FORMAT_NAMES.join(', ')}`);
}

/**
 * @param {ImportSource} source
 * @param {RuntimeOptions & ReadOptions} [options]
 * @returns {Promise<ReadModel>}
 */
export async function readAnyModel(source, options = {}) {
  checkOptions('importModel', options, ['deterministic', 'threads', 'signal', 'onProgress']);
  const { signal, onProgress, ...runtime } = options;
  checkReading('importModel', options);
  const reading = { what: 'importModel', checkHead: () => {}, signal, onProgress };
  const files = await unpacked(await filesOf(source, reading));
  const { file, load } = await modelAmong(files);
  if (!load) return readModelFile(file.bytes, { ...runtime, signal });
  const { read, others } = await load();
  const beside =
    isAddress(source) && others
      ? await filesBeside(source, others(file), reading)
      : files.filter((each) => each !== file);
  const core = await loadedCore(runtime); // before the format asks for a core
  const described = await read([file, ...beside]);
  signal?.throwIfAborted();
  inFile('', () => checkTensors(described.weights, plannedWeights(core, described.graph)));
  const metadata = described.metadata ?? metadataBeside(files, ...shapesOf(core, described.graph));
  return { core, described: { ...described, ...(metadata && { metadata }) } };
}
