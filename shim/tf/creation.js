import { FittingRoomError, checkInteger, show } from '../check.js';
import { allocated, elementsOf } from '../tensor.js';
import { normals, uniforms } from './random.js';
import { Tensor, arrayOf, shapeOf, tensor, tensorOf } from './tensor.js';

/** @import { DataType, Nested } from './tensor.js' */

/** @param {number | boolean} value @param {DataType} [dtype] */
export const scalar = (value, dtype) => tensor(value, [], dtype);

/** @param {Nested} values @param {DataType} [dtype] */
export const tensor1d = (values, dtype) => ofRank(1)(values, undefined, dtype);

/** @param {number} rank @returns {(values: Nested, shape?: number[], dtype?: DataType) => Tensor} */
function ofRank(rank) {
  return (values, shape = shapeOf(values), dtype = undefined) => {
    if (shape.length !== rank)
      throw new FittingRoomError(`tensor${rank}d: the shape must have ${rank} lengths, got ${show(shape)}`);
    return tensor(values, shape, dtype);
  };
}

export const tensor2d = ofRank(2);
export const tensor3d = ofRank(3);
export const tensor4d = ofRank(4);

/** @param {string} what @param {number[]} shape */
function checkLengths(what, shape) {
  if (!Array.isArray(shape))
    throw new FittingRoomError(`${what}: the shape must be an array of lengths, got ${show(shape)}`);
  return shape.map((length, axis) => checkInteger(`${what}: length ${axis}`, length, 0, Number.MAX_SAFE_INTEGER));
}

/** @param {number[]} shape @param {number} value @param {DataType} [dtype] */
export function fill(shape, value, dtype = 'float32') {
  const lengths = checkLengths('fill', shape);
  return new Tensor(allocated(arrayOf('fill', dtype), elementsOf(lengths)).fill(value), lengths, dtype);
}

/** @param {number[]} shape @param {DataType} [dtype] */
export const zeros = (shape, dtype) => fill(shape, 0, dtype);

/** @param {number[]} shape @param {DataType} [dtype] */
export const ones = (shape, dtype) => fill(shape, 1, dtype);

/**
 * A row of `depth` numbers for each index.
 * @param {Tensor | number[] | Int32Array | Uint8Array} indices
 * @param {number} depth
 * @param {number} [on] default 1
 * @param {number} [off] default 0
 */
export function oneHot(indices, depth, on = 1, off = 0) {
  const at = tensorOf(indices);
  const values = allocated(Int32Array, at.size * checkInteger('oneHot: depth', depth, 1, 2 ** 26)).fill(off);
  at.dataSync().forEach((index, i) => {
    if (!Number.isInteger(index))
      throw new FittingRoomError(`oneHot: index ${i} must be a whole number, got ${index}`, 'bad-data');
    if (index >= 0 && index < depth) values[i * depth + index] = on;
  });
  return new Tensor(values, [...at.shape, depth], 'int32');
}

/** @param {Tensor} like */
export const zerosLike = (like) => zeros(like.shape, like.dtype);

/** @param {Tensor} like */
export const onesLike = (like) => ones(like.shape, like.dtype);

/** The identity matrix. @param {number} rows @param {number} [columns] default: rows */
export const eye = (rows, columns = rows) =>
  tensor(
    Float32Array.from({ length: rows * columns }, (_, i) => Number(Math.floor(i / columns) === i % columns)),
    [rows, columns],
  );

/** Evenly spaced numbers, both ends included. @param {number} start @param {number} stop @param {number} count */
export const linspace = (start, stop, count) =>
  tensor(Float32Array.from({ length: count }, (_, i) => start + (i * (stop - start)) / Math.max(1, count - 1)));

/** @param {number} start @param {number} stop exclusive @param {number} [step] @param {DataType} [dtype] */
export function range(start, stop, step = start < stop ? 1 : -1, dtype = 'float32') {
  if (step === 0) throw new FittingRoomError('range: step must not be 0');
  const count = Math.max(0, Math.ceil((stop - start) / step));
  return tensor(
    Array.from({ length: count }, (_, i) => start + i * step),
    [count],
    dtype,
  );
}

/**
 * @param {string} what
 * @param {number[]} shape
 * @param {(count: number) => Float64Array} draw
 * @param {DataType} [dtype]
 */
const drawn = (what, shape, draw, dtype = 'float32') =>
  tensor(draw(elementsOf(checkLengths(what, shape))), shape, dtype);

/**
 * Drawn from [minval, maxval). The same seed gives the same numbers, but not those of TF.js.
 * @param {number[]} shape @param {number} [minval] @param {number} [maxval] @param {DataType} [dtype] @param {number |
 *   string} [seed]
 */
export const randomUniform = (shape, minval = 0, maxval = 1, dtype, seed) =>
  drawn('randomUniform', shape, (count) => uniforms(count, minval, maxval, seed), dtype);

/**
 * @param {number[]} shape @param {number} [mean] @param {number} [stdDev] @param {DataType} [dtype] @param {number}
 *   [seed]
 */
export const randomNormal = (shape, mean = 0, stdDev = 1, dtype, seed) =>
  drawn('randomNormal', shape, (count) => normals(count, { mean, deviation: stdDev, seed }), dtype);

/**
 * As randomNormal, drawn again beyond two deviations.
 * @param {number[]} shape @param {number} [mean] @param {number} [stdDev] @param {DataType} [dtype] @param {number}
 *   [seed]
 */
export const truncatedNormal = (shape, mean = 0, stdDev = 1, dtype, seed) =>
  drawn('truncatedNormal', shape, (count) => normals(count, { mean, deviation: stdDev, seed, most: 2 }), dtype);
