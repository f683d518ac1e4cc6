import { allocated, elementsOf } from '../tensor.js';

/* Where the numbers of a tensor lie, row by row. */

/** How far apart neighbours along each axis lie. @param {number[]} shape @returns {number[]} */
export function stridesOf(shape) {
  const strides = Array(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1] * shape[axis + 1];
  return strides;
}

/**
 * The places of the elements of a tensor of this shape, in order, within other numbers that lie `strides` apart: 0
 * repeats them along an axis, a negative stride goes backwards.
 * @param {number[]} shape
 * @param {number[]} strides
 * @param {number} [start] the place of the first
 */
export function placesOf(shape, strides, start = 0) {
  const places = allocated(Int32Array, elementsOf(shape));
  const at = Array(shape.length).fill(0);
  let place = start;
  for (let i = 0; i < places.length; i++) {
    places[i] = place;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += strides[axis];
      if (++at[axis] < shape[axis]) break;
      place -= strides[axis] * shape[axis];
      at[axis] = 0;
    }
  }
  return places;
}

/**
 * The shape that two shapes have together: from the end, lengths are equal or one of them is 1.
 * @param {number[]} one @param {number[]} other @returns {number[] | undefined} undefined if there is none
 */
export function commonShape(one, other) {
  const rank = Math.max(one.length, other.length);
  const lengths = Array.from({ length: rank }, (_, axis) => [
    one[axis - rank + one.length] ?? 1,
    other[axis - rank + other.length] ?? 1,
  ]);
  if (lengths.some(([a, b]) => a !== b && a !== 1 && b !== 1)) return undefined;
  return lengths.map(([a, b]) => (a === 1 ? b : a));
}

/**
 * How far to go along each axis of `common` in a tensor that is repeated to fill it.
 * @param {number[]} shape
 * @param {number[]} common
 */
export function repeatingStrides(shape, common) {
  const strides = stridesOf(shape);
  const missing = common.length - shape.length;
  return common.map((_, axis) => (axis < missing || shape[axis - missing] === 1 ? 0 : strides[axis - missing]));
}
