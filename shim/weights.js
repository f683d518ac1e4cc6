import { weightShapes } from './building.js';
import { FittingRoomError, show } from './errors.js';
import { checkTensor, elementsOf } from './tensor.js';

/** @import { Core } from './core.js' */
/** @import { Tensor } from './tensor.js' */

/**
 * @param {Core} core
 * @param {number} pointer
 * @param {'fr_get_weight' | 'fr_get_gradient'} read
 * @returns {Tensor<Float32Array<ArrayBuffer>>[]}
 */
export function readWeights(core, pointer, read) {
  return weightShapes(core, pointer).map(({ shape }, index) => {
    const elements = elementsOf(shape);
    const data = core.withBytes(elements * 4, (out) => {
      core.call(read, pointer, index, out, elements);
      return core.floats(out, elements).slice();
    });
    return { shape, data };
  });
}

/**
 * Sets all weights or, where any does not fit, none.
 * @param {Core} core
 * @param {number} pointer
 * @param {Tensor[]} weights
 */
export function writeWeights(core, pointer, weights) {
  const shapes = weightShapes(core, pointer);
  if (!Array.isArray(weights) || weights.length !== shapes.length) {
    throw new FittingRoomError(`setWeights takes ${shapes.length} tensors, got ${Array.isArray(weights) ? weights.length : show(weights)}`);
  }
  weights.forEach((weight, index) => {
    const { shape } = checkTensor(`setWeights: tensor ${index}`, weight);
    if (String(shape) !== String(shapes[index].shape)) {
      throw new FittingRoomError(`setWeights: tensor ${index} must have shape ${show(shapes[index].shape)}, got ${show(shape)}`);
    }
  });
  weights.forEach(({ data }, index) => {
    core.withBytes(data.length * 4, (values) => {
      core.floats(values, data.length).set(data);
      core.call('fr_set_weight', pointer, index, values, data.length);
    });
  });
}
