import { FittingRoomError } from '../check.js';
import { refusal } from './common.js';
import { fromHalf, isFiniteHalf, toHalf } from './float16.js';

/**
 * How numbers are stored. channels: number of a kernel's output channels; number i belongs to channel i modulo
 * channels.
 * @typedef {object} Storage
 * @property {(elements: number, channels: number) => number} bytes
 * @property {(what: string, bytes: Uint8Array<ArrayBuffer>, values: Float32Array, channels: number) => void} write
 * @property {(what: string, bytes: Uint8Array<ArrayBuffer>, channels: number) => Float32Array<ArrayBuffer>} read
 */

const LARGEST = 127; // of int8 as used here; the smallest is -127
const LARGEST_FLOAT = 2 ** 128 - 2 ** 104;
const LARGEST_HALF = 65504;

/** @param {string} what @param {number} index @param {number} value @param {string} dtype @param {number} largest */
const unfit = (what, index, value, dtype, largest) =>
  new FittingRoomError(
    `save: ${what}: number ${index} is ${value}; ${dtype} holds -${largest}..${largest}, save as float32 instead`,
  );

/** @type {Storage} */
const float32 = {
  bytes: (elements) => 4 * elements,
  write: (_, bytes, values) => new Float32Array(bytes.buffer, bytes.byteOffset, values.length).set(values),
  read: (_, bytes) => new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4).slice(),
};

/** @type {Storage} */
const float16 = {
  bytes: (elements) => 2 * elements,
  write(what, bytes, values) {
    const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, values.length);
    values.forEach((value, i) => {
      halves[i] = toHalf(value);
      if (!isFiniteHalf(halves[i])) throw unfit(what, i, value, 'float16', LARGEST_HALF);
    });
  },
  read(what, bytes) {
    const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
    const values = new Float32Array(halves.length);
    for (let i = 0; i < values.length; i++) {
      if (!isFiniteHalf(halves[i])) throw refusal(`${what}: number ${i} is not finite`);
      values[i] = fromHalf(halves[i]);
    }
    return values;
  },
};

/**
 * The scale of each channel: its largest magnitude divided by the largest number in int8.
 * @param {string} what
 * @param {Float32Array} values
 * @param {number} channels
 */
function scalesOf(what, values, channels) {
  const largest = new Float32Array(channels);
  values.forEach((value, i) => {
    if (!Number.isFinite(value)) throw unfit(what, i, value, 'int8', LARGEST_FLOAT);
    largest[i % channels] = Math.max(largest[i % channels], Math.abs(value));
  });
  return largest.map((magnitude) => magnitude / LARGEST);
}

/** @type {Storage} */
const int8 = {
  bytes: (elements, channels) => 4 * channels + elements,
  write(what, bytes, values, channels) {
    const scales = scalesOf(what, values, channels);
    const numbers = new Int8Array(bytes.buffer, bytes.byteOffset + 4 * channels, values.length);
    new Float32Array(bytes.buffer, bytes.byteOffset, channels).set(scales);
    values.forEach((value, i) => {
      const scale = scales[i % channels];
      numbers[i] = scale && Math.max(-LARGEST, Math.min(LARGEST, Math.round(value / scale)));
    });
  },
  read(what, bytes, channels) {
    const scales = new Float32Array(bytes.buffer, bytes.byteOffset, channels);
    const unfit = scales.findIndex((scale) => !(scale >= 0 && scale <= LARGEST_FLOAT / LARGEST));
    if (unfit >= 0)
      throw refusal(`${what}: the scale of channel ${unfit} must be finite and at least 0, got ${scales[unfit]}`);
    const numbers = new Int8Array(bytes.buffer, bytes.byteOffset + 4 * channels, bytes.length - 4 * channels);
    const values = new Float32Array(numbers.length); // Float32Array.from takes ten times as long
    for (let i = 0; i < values.length; i++) values[i] = numbers[i] * scales[i % channels];
    return values;
  },
};

/** @typedef {'float32' | 'float16' | 'int8'} DType */
/** @type {Record<DType, Storage>} */
export const DTYPES = { float32, float16, int8 };
export const DTYPE_NAMES = /** @type {DType[]} */ (Object.keys(DTYPES));
