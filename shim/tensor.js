import { FittingRoomError, outOfMemory, show } from './check.js';

/**
 * @template {ArrayBufferView & ArrayLike<number>} [Data=NumberArray]
 * @typedef {{ shape: number[], data: Data }} Tensor row-major
 */
/**
 * A tensor as functions take it.
 * @template {ArrayBufferView & ArrayLike<number>} [Data=NumberArray]
 * @typedef {{ readonly shape: readonly number[], readonly data: Data }} Given
 */
/** @typedef {Given<Uint8Array | Uint8ClampedArray | Float32Array>} Samples bytes 0..255, scaled by 1/255, or floats */
/**
 * @typedef {Uint8Array | Uint8ClampedArray | Int8Array | Int16Array | Uint16Array | Int32Array | Uint32Array |
 *   Float32Array | Float64Array} NumberArray
 */

/** @param {number[]} shape */
export const elementsOf = (shape) => shape.reduce((product, length) => product * length, 1);

/**
 * Allocates a typed array of zeros; throws an error that states the size if there is not enough memory.
 * @template Data
 * @param {{ new (length: number): Data, BYTES_PER_ELEMENT: number }} Data
 * @param {number} length
 * @returns {Data}
 */
export function allocated(Data, length) {
  try {
    return new Data(length);
  } catch (cause) {
    throw outOfMemory('JavaScript', length * Data.BYTES_PER_ELEMENT, cause);
  }
}

/** A shape with a length of -1 replaced by the rest. @param {number[]} shape @param {number} elements */
export function closedShape(shape, elements) {
  const rest = -elementsOf(shape);
  if (rest < 0) return shape;
  if (elements % rest) throw new FittingRoomError(`reshape: ${elements} numbers do not fill the shape ${show(shape)}`);
  return shape.map((length) => (length < 0 ? elements / rest : length));
}

/**
 * Copies of some rows, in the given order.
 * @template {Uint8Array | Float32Array} Data
 * @param {{ shape: number[], data: Data }} tensor
 * @param {number[]} indices
 * @returns {Tensor<Data>}
 */
export function rowsOf({ shape: [, ...row], data }, indices) {
  const size = elementsOf(row);
  const Kind = /** @type {{ new (length: number): Data }} */ (data.constructor);
  const rows = new Kind(indices.length * size);
  indices.forEach((index, i) => rows.set(data.subarray(index * size, (index + 1) * size), i * size));
  return { shape: [indices.length, ...row], data: rows };
}

/**
 * Reorders rows in place: row `i` becomes what row `order[i]` was.
 * @param {{ shape: number[], data: Uint8Array }} tensor
 * @param {ArrayLike<number>} order each row once
 */
export function permuteRows({ shape: [count, ...row], data }, order) {
  const size = elementsOf(row);
  const isPlaced = new Uint8Array(count);
  const held = new Uint8Array(size);
  for (let start = 0; start < count; start++) {
    if (isPlaced[start]) continue;
    held.set(data.subarray(start * size, (start + 1) * size));
    let at = start;
    for (; order[at] !== start; at = order[at]) {
      data.copyWithin(at * size, order[at] * size, (order[at] + 1) * size);
      isPlaced[at] = 1;
    }
    data.set(held, at * size);
    isPlaced[at] = 1;
  }
}

/**
 * Makes a tensor; checks that the data fits the shape.
 * @template {NumberArray | readonly number[]} Data
 * @param {Data} data a typed array (kept, not copied) or plain numbers (copied to floats)
 * @param {readonly number[]} shape
 * @returns {Tensor<Data extends NumberArray ? Data : Float32Array<ArrayBuffer>>}
 */
export function tensor(data, shape) {
  const made = { shape: [...shape], data: Array.isArray(data) ? new Float32Array(data) : data };
  return /** @type {any} */ (checkTensor('tensor', made));
}

/**
 * @param {string} name its name in messages
 * @param {unknown} value
 * @returns {Tensor}
 */
export function checkTensor(name, value) {
  const { shape, data } = /** @type {Tensor} */ (value ?? {});
  const isNumbers = ArrayBuffer.isView(data) && 'length' in data && typeof data[0] !== 'bigint';
  if (!Array.isArray(shape) || !isNumbers) {
    throw new FittingRoomError(`${name} must be a tensor { shape: number[], data: TypedArray }, got ${show(value)}`);
  }
  if (!shape.every((length) => Number.isInteger(length) && length >= 0)) {
    throw new FittingRoomError(`${name}: shape must hold whole numbers, got ${show(shape)}`);
  }
  if (elementsOf(shape) !== data.length) {
    throw new FittingRoomError(
      `${name}: shape ${show(shape)} needs ${elementsOf(shape)} elements, the data has ${data.length}`,
    );
  }
  return /** @type {Tensor} */ (value);
}

/**
 * Checks a tensor of n samples, each of shape `sample`.
 * @param {string} name
 * @param {unknown} value
 * @param {number[]} sample
 */
export function checkSamples(name, value, sample) {
  const checked = checkTensor(name, value);
  const [count, ...rest] = checked.shape;
  if (rest.length !== sample.length || rest.some((length, axis) => length !== sample[axis])) {
    const isRgba = rest.at(-1) === 4 && [1, 3].includes(sample[2]);
    throw new FittingRoomError(
      `${name} must have shape [n, ${sample.join(', ')}], got ${show(checked.shape)}` +
        (isRgba ? "; of RGBA pixels, preparePictures of 'fitting-room/photo' makes such images" : ''),
    );
  }
  if (!count) throw new FittingRoomError(`${name} must hold at least one sample, got none`);
  return checked;
}
