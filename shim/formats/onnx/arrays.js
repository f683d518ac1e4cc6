import { FittingRoomError } from '../../check.js';
import { elementsOf } from '../../tensor.js';
import { DTYPES } from '../dtypes.js';

/** @import { Tensor } from '../../tensor.js' */
/** @import { OnnxTensor } from './messages.js' */

/** ONNX's type numbers. */
export const FLOAT = 1;
export const INT32 = 6;
export const INT64 = 7;
const BOOL = 9;
export const FLOAT16 = 10;

/** @param {number[]} shape @returns {number[]} the distance between neighbours along each axis, row-major */
export const stridesOf = (shape) => shape.map((_, axis) => elementsOf(shape.slice(axis + 1)));

/**
 * The same numbers with the axes in another order.
 * @param {Tensor<Float32Array<ArrayBuffer>>} tensor
 * @param {number[]} order axis i of the result is axis order[i] of the tensor
 * @returns {Tensor<Float32Array<ArrayBuffer>>}
 */
export function transposed({ shape, data }, order) {
  const strides = stridesOf(shape);
  const lengths = order.map((axis) => shape[axis]);
  const result = new Float32Array(data.length);
  const index = lengths.map(() => 0);
  let from = 0;
  for (let at = 0; at < data.length; at++) {
    result[at] = data[from];
    for (let axis = lengths.length - 1; axis >= 0; axis--) {
      from += strides[order[axis]];
      if (++index[axis] < lengths[axis]) break;
      from -= lengths[axis] * strides[order[axis]];
      index[axis] = 0;
    }
  }
  return { shape: lengths, data: result };
}

/** @param {number[]} order @returns {number[]} the inverse permutation */
export const inverse = (order) => order.map((_, axis) => order.indexOf(axis));

/**
 * @param {string} name
 * @param {number[]} dims
 * @param {Float32Array} values
 * @param {'float32' | 'float16'} dtype
 * @returns {OnnxTensor}
 */
export function floatTensor(name, dims, values, dtype = 'float32') {
  const raw = new Uint8Array(DTYPES[dtype].bytes(values.length, 1));
  DTYPES[dtype].write(name, raw, values, 1);
  return { dims, dataType: dtype === 'float16' ? FLOAT16 : FLOAT, name, raw };
}

/** @param {string} name @param {number[]} values @returns {OnnxTensor} */
export const integerTensor = (name, values) => ({ dims: [values.length], dataType: INT64, integers: values, name });

/** @param {OnnxTensor} tensor @param {string} kind of its values @param {number} found @param {number} needed */
function checkCount({ name, dims = [] }, kind, found, needed) {
  if (found === needed) return;
  throw new FittingRoomError(`tensor ${name}: the shape [${dims.join(', ')}] needs ${needed} ${kind}, got ${found}`);
}

const MOST_SHARED = 2 ** 22; // numbers

/** The numbers that may be read from a file: each once, and some more often, such as a bias that several layers use. */
export class Allowance {
  /** @param {number} bytes of the file; a number takes at least two */
  constructor(bytes) {
    this.most = bytes / 2 + MOST_SHARED;
    this.taken = 0;
  }

  /** @param {OnnxTensor} tensor */
  take(tensor) {
    this.taken += elementsOf(dimsOf(tensor));
    if (this.taken > this.most)
      throw new FittingRoomError(
        `tensor ${tensor.name}: too large: with it, ${this.taken} weights; at most ${this.most} are read from a ` +
          'file of this length',
      );
  }
}

/** Most axes of a tensor: more than any operator here uses. */
export const MOST_AXES = 8;

/** @param {OnnxTensor} tensor @returns {number[]} */
export function dimsOf({ name, dims = [], location }) {
  if (location) throw new FittingRoomError(`tensor ${name}: its data is in an external file, which is not supported`);
  if (dims.length > MOST_AXES)
    throw new FittingRoomError(`tensor ${name}: it has ${dims.length} axes; at most ${MOST_AXES} are read`);
  if (dims.some((length) => length < 1))
    throw new FittingRoomError(`tensor ${name}: the lengths in its shape must be at least 1, got [${dims.join(', ')}]`);
  return dims;
}

/** The numbers of a tensor of floats. @param {OnnxTensor} tensor @returns {Tensor<Float32Array<ArrayBuffer>>} */
export function floatsOf(tensor) {
  const { name, dataType, raw, floats, halves } = tensor;
  const shape = dimsOf(tensor);
  if (dataType !== FLOAT && dataType !== FLOAT16)
    throw new FittingRoomError(
      `tensor ${name}: its type must be ${FLOAT} (float) or ${FLOAT16} (float16), got ${dataType}`,
    );
  const storage = DTYPES[dataType === FLOAT ? 'float32' : 'float16'];
  const stored =
    raw ??
    (dataType === FLOAT
      ? floats
      : Uint8Array.from((halves ?? []).flatMap((half) => [half & 255, (half >> 8) & 255]))) ??
    new Uint8Array();
  checkCount(tensor, 'bytes', stored.length, storage.bytes(elementsOf(shape), 1));
  return { shape: [...shape], data: storage.read(`ONNX: tensor ${name}`, Uint8Array.from(stored), 1) };
}

const MOST_INTEGERS = 32; // in a shape or in paddings; nodes may share them

/** The numbers of a tensor of integers: a shape, axes or paddings. @param {OnnxTensor} tensor @returns {number[]} */
export function integersOf(tensor) {
  const { name, dataType, raw, integers, halves } = tensor;
  if (dataType !== INT64 && dataType !== INT32)
    throw new FittingRoomError(
      `tensor ${name}: its type must be ${INT64} (int64) or ${INT32} (int32), got ${dataType}`,
    );
  const needed = elementsOf(dimsOf(tensor));
  if (needed > MOST_INTEGERS)
    throw new FittingRoomError(`tensor ${name}: at most ${MOST_INTEGERS} integers are read, got ${needed}`);
  const bytes = dataType === INT64 ? 8 : 4;
  if (raw) checkCount(tensor, 'bytes', raw.length, needed * bytes);
  const view = raw && new DataView(raw.buffer, raw.byteOffset);
  const values = view
    ? Array.from({ length: needed }, (_, i) =>
        bytes === 8 ? Number(view.getBigInt64(8 * i, true)) : view.getInt32(4 * i, true),
      )
    : ((dataType === INT64 ? integers : halves) ?? []);
  checkCount(tensor, 'integers', values.length, needed);
  return values;
}

/** The value of a tensor with a single boolean. @param {OnnxTensor} tensor @returns {boolean} */
export function flagOf(tensor) {
  const { name, dataType, raw, halves } = tensor;
  if (dataType !== BOOL) throw new FittingRoomError(`tensor ${name}: its type must be ${BOOL} (bool), got ${dataType}`);
  const values = [...(raw ?? halves ?? [])];
  checkCount(tensor, 'booleans', values.length, 1);
  return values[0] !== 0;
}
