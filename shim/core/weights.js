import { weightShapes } from './build.js';
import { FittingRoomError, show } from '../check.js';
import { checkTensor, elementsOf } from '../tensor.js';

/** @import { Core } from './core.js' */
/** @import { Tensor } from '../tensor.js' */

/**
 * @param {Core} core
 * @param {number} pointer
 * @param {(index: number, out: number, elements: number) => void} read
 * @returns {Tensor<Float32Array<ArrayBuffer>>[]}
 */
function readEach(core, pointer, read) {
  return weightShapes(core, pointer).map(({ shape }, index) => {
    const elements = elementsOf(shape);
    const data = core.withBytes(elements * 4, (out) => {
      read(index, out, elements);
      return core.floats(out, elements).slice();
    });
    return { shape, data };
  });
}

/**
 * @param {Core} core
 * @param {Tensor[]} tensors
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
 */
export const readWeights = (core, pointer, read) =>
  readEach(core, pointer, (index, out, elements) => core.call(read, pointer, index, out, elements));

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
 * Sets all weights, or none if any of them does not fit.
 * @param {Core} core
 * @param {number} pointer
 * @param {Tensor[]} weights
 */
export function writeWeights(core, pointer, weights) {
  const shapes = weightShapes(core, pointer);
  if (!Array.isArray(weights) || weights.length !== shapes.length) {
    throw new FittingRoomError(
      `setWeights takes ${shapes.length} tensors, got ${Array.isArray(weights) ? weights.length : show(weights)}`,
    );
  }
  weights.forEach((weight, index) => {
    const { shape } = checkTensor(`setWeights: tensor ${index}`, weight);
    if (String(shape) !== String(shapes[index].shape)) {
      throw new FittingRoomError(
        `setWeights: tensor ${index} must have shape ${show(shapes[index].shape)}, got ${show(shape)}`,
      );
    }
  });
  writeEach(core, weights, (index, values, elements) => core.call('fr_set_weight', pointer, index, values, elements));
}
