import { FittingRoomError, checkChoice, show } from '../../check.js';
import { elementsOf } from '../../tensor.js';
import { checkObject, checkShape, checkText, refusal } from '../common.js';
import { DTYPES } from '../dtypes.js';
import { dtypeOf } from '../fit/tensors.js';

/** @import { Tensor } from '../../tensor.js' */

/* Weights as TF.js stores them: in sequence without gaps, as floats or quantized. */

/** @typedef {{ dtype: string, scale?: number, min?: number }} Quantization a weight is number × scale + min */
/** @typedef {{ name: string, shape: number[], dtype: string, quantization?: Quantization }} ManifestEntry */
/** @typedef {Tensor<Float32Array<ArrayBuffer>>} Floats */

/** Bytes per number. @type {Record<string, number>} */
const SIZES = { float32: 4, float16: 2, uint8: 1, uint16: 2 };
const STEPS = 255;

/**
 * A scale and a minimum such that a weight of zero stays zero.
 * @param {string} name @param {Float32Array} values
 */
function rangeOf(name, values) {
  let [min, max] = [Infinity, -Infinity];
  values.forEach((value, i) => {
    if (!Number.isFinite(value))
      throw new FittingRoomError(`exportModel: ${name}: number ${i} is ${value}; export as float32 instead`);
    min = Math.min(min, value);
    max = Math.max(max, value);
  });
  const scale = (max - min) / STEPS || 1;
  return { scale, min: min < 0 && max > 0 ? -Math.round(-min / scale) * scale : min };
}

/**
 * @param {string} name
 * @param {Floats} tensor
 * @param {string} dtype
 * @returns {{ entry: ManifestEntry, bytes: Uint8Array<ArrayBuffer> }}
 */
export function encode(name, { shape, data }, dtype) {
  const entry = { name, shape, dtype: 'float32' };
  const stored = dtypeOf(shape, dtype);
  const bytes = new Uint8Array(SIZES[stored] * data.length);
  if (stored !== 'uint8') {
    DTYPES[/** @type {'float32'} */ (stored)].write(name, bytes, data, 1);
    return { entry: stored === 'float32' ? entry : { ...entry, quantization: { dtype: stored } }, bytes };
  }
  const { scale, min } = rangeOf(name, data);
  data.forEach((value, i) => (bytes[i] = Math.max(0, Math.min(STEPS, Math.round((value - min) / scale)))));
  return { entry: { ...entry, quantization: { dtype: stored, scale, min } }, bytes };
}

/** @param {string} where @param {unknown} value @returns {number} */
function checkFinite(where, value) {
  if (Number.isFinite(value)) return /** @type {number} */ (value);
  throw refusal(`${where} must be a number, got ${show(value)}`);
}

/** @param {string} where @param {unknown} value @returns {Quantization} */
function checkQuantization(where, value) {
  const { dtype, scale = 1, min = 0 } = checkObject(where, value);
  checkChoice(`${where}: dtype`, dtype, ['float16', 'uint8', 'uint16']);
  return { dtype, scale: checkFinite(`${where}: scale`, scale), min: checkFinite(`${where}: min`, min) };
}

/** @param {unknown} value @param {number} index @returns {ManifestEntry & { group?: unknown }} */
function checkManifestEntry(value, index) {
  const entry = checkObject(`weight ${index}`, value);
  const where = `weight ${index} (${checkText(`weight ${index}: name`, entry.name)})`;
  const shape = checkShape(`${where}: shape`, entry.shape);
  // Optimizers store their step counts as integers.
  checkChoice(`${where}: dtype`, entry.dtype, entry.group === 'optimizer' ? ['float32', 'int32'] : ['float32']);
  const quantization = entry.quantization && checkQuantization(`${where}: quantization`, entry.quantization);
  return { name: entry.name, shape, dtype: 'float32', quantization, group: entry.group };
}

/**
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} bytes must start at the beginning of their buffer
 * @param {Quantization} [quantization]
 */
function decode(name, bytes, { dtype, scale = 1, min = 0 } = { dtype: 'float32' }) {
  if (dtype === 'float32' || dtype === 'float16') return DTYPES[dtype].read(name, bytes, 1);
  const numbers = dtype === 'uint8' ? bytes : new Uint16Array(bytes.buffer);
  return new Float32Array(numbers.length).map((_, i) => numbers[i] * scale + min);
}

/**
 * @param {unknown[]} list the entries of one group of the manifest
 * @param {Uint8Array<ArrayBuffer>} bytes of its shards, joined
 * @returns {[string, Floats][]} without the optimizer's tensors
 */
export function decodeGroup(list, bytes) {
  let end = 0;
  /** @type {[string, Floats][]} */
  const tensors = [];
  list.forEach((value, index) => {
    const { name, shape, quantization, group } = checkManifestEntry(value, index);
    const start = end;
    end += elementsOf(shape) * SIZES[quantization?.dtype ?? 'float32'];
    if (end > bytes.length)
      throw refusal(`weight ${index} (${name}) ends at byte ${end}, the files hold ${bytes.length}`);
    if (group === 'optimizer') return;
    tensors.push([name, { shape, data: decode(name, bytes.slice(start, end), quantization) }]);
  });
  if (end !== bytes.length)
    throw refusal(`weightsManifest: the weights take ${end} bytes, the files hold ${bytes.length}`);
  return tensors;
}
