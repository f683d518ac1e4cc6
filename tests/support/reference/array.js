/**
 * The oracle's network, in doubles: plain loops after Keras 3's documented formulas, written to be read next to them,
 * not to be fast. Nothing here uses the library under test.
 */

/** @typedef {{ shape: number[], data: Float64Array }} Doubles row-major */

/** @param {number[]} shape */
export const sizeOf = (shape) => shape.reduce((product, length) => product * length, 1);

/**
 * @param {number[]} shape
 * @param {ArrayLike<number>} [values] default zeros
 * @returns {Doubles}
 */
export function doubles(shape, values) {
  const data = values ? Float64Array.from(values) : new Float64Array(sizeOf(shape));
  if (data.length !== sizeOf(shape)) throw new Error(`${data.length} values do not fill ${shape}`);
  return { shape: [...shape], data };
}

/** @param {number | number[]} value one number for both, or [height, width] @returns {[number, number]} */
export const pairOf = (value) => (typeof value === 'number' ? [value, value] : [value[0], value[1]]);
