import { weightShapes } from './build.js';
import { FittingRoomError, show } from '../check.js';
import { checkTensor, elementsOf } from '../tensor.js';

/** @import { Core } from './core.js' */
/** @import { Given, Tensor } from '../tensor.js' */

/** Some of the weights, by their places in the list of all. @typedef {[first: number, end: number]} Range */

/** @type {Range} */
const ALL = [0, Infinity];

/**
 * @param {Core} core
 * @param {number} pointer
 * @param {(index: number, out: number, elements: number) => void} read
 * @param {Range} [range] default: all
 * @returns {Tensor<Float32Array<ArrayBuffer>>[]}
 */
function readEach(core, pointer, read, [first, end] = ALL) {
  const shapes = weightShapes(core, pointer).slice(first, end);
  return shapes.map(({ shape }, index) => {
    const elements = elementsOf(shape);
    const data = core.withBytes(elements * 4, (out) => {
      read(first + index, out, elements);
      return core.floats(out, elements).slice();
    });
    return { shape, data };
  });
}

/**
 * @param {Core} core
 * @param {readonly Given[]} tensors
 * @param {(index: number, values: number, elements: number) => void} write
 */
function writeEach(core, tensors, write) {
  tensors.forEach(({ data }, index) => {
    core.withBytes(data.length * 4, (values) => {
      core.floats(values, data.length).set(data);
      write(index, values, data.length);
    });
  });
}

/**
 * @param {Core} core
 * @param {number} pointer
 * @param {'fr_get_weight' | 'fr_get_gradient'} read
 * @param {Range} [range] default: all
 */
export const readWeights = (core, pointer, read, range) =>
  readEach(core, pointer, (index, out, elements) => core.call(read, pointer, index, out, elements), range);

/**
 * The optimizer's state number `which` for each weight, or the moving average of each weight.
 * @param {Core} core
 * @param {number} pointer
 * @param {number} which
 */
export const readState = (core, pointer, which) =>
  readEach(core, pointer, (index, out, elements) => core.call('fr_get_state', pointer, which, index, out, elements));

/**
 * @param {Core} core
 * @param {number} pointer
 * @param {number} which
 * @param {Tensor[]} state in the order and shapes of the weights
 */
export const writeState = (core, pointer, which, state) =>
  writeEach(core, state, (index, values, elements) =>
    core.call('fr_set_state', pointer, which, index, values, elements),
  );

/**
 * Sets the weights of a range, or none if any of them does not fit.
 * @param {Core} core
 * @param {number} pointer
 * @param {readonly Given[]} weights
 * @param {Range} [range] default: all
 */
export function writeWeights(core, pointer, weights, [first, end] = ALL) {
  const shapes = weightShapes(core, pointer).slice(first, end);
  if (!Array.isArray(weights) || weights.length !== shapes.length) {
    throw new FittingRoomError(
      `setWeights takes ${shapes.length} tensors, got ${Array.isArray(weights) ? weights.length : show(weights)}`,
    );
  }
  weights.forEach((weight, index) => {
    const { shape } = checkTensor(`setWeights: tensor ${first + index}`, weight);
    if (String(shape) !== String(shapes[index].shape)) {
      throw new FittingRoomError(
        `setWeights: tensor ${first + index} must have shape ${show(shapes[index].shape)}, got ${show(shape)}`,
      );
    }
  });
  writeEach(core, weights, (index, values, elements) =>
    core.call('fr_set_weight', pointer, first + index, values, elements),
  );
}
