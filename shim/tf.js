/**
 * Fitting Room under TensorFlow.js's own names, whose calls return at once:
 * `import * as tf from 'fitting-room/tf'` in place of '@tensorflow/tfjs'.
 */
import { layers as own } from './layers/index.js';
import { nextTask } from './core/turns.js';

/** @import { Tensor } from './tf/tensor.js' */

export { callbacks } from './training/callbacks/index.js';
export { Callback, CustomCallback } from './tf/callbacks.js';
export { input } from './layers/graph.js';
export { initializers } from './layers/initializers.js';
export { metrics } from './training/metrics.js';
export { train } from './training/optimizers.js';
export { regularizers } from './layers/regularizers.js';
export { LayersModel, Sequential, model, sequential, tfLosses as losses } from './tf/model.js';
export {
  Tensor,
  fill,
  oneHot,
  ones,
  scalar,
  tensor,
  tensor1d,
  tensor2d,
  tensor3d,
  tensor4d,
  zeros,
} from './tf/tensor.js';

const { averagePooling2d, globalAveragePooling2d, globalMaxPooling2d, maxPooling2d } = own;

/** With the shorter names that TF.js has too. */
export const layers = Object.freeze({
  ...own,
  avgPool2d: averagePooling2d,
  avgPooling2d: averagePooling2d,
  maxPool2d: maxPooling2d,
  globalAvgPool2d: globalAveragePooling2d,
  globalMaxPool2d: globalMaxPooling2d,
});

/**
 * Runs a function. There is nothing to clean up after it.
 * @template T
 * @param {string | (() => T)} nameOrRun
 * @param {() => T} [run]
 * @returns {T}
 */
export const tidy = (nameOrRun, run) => (run ?? /** @type {() => T} */ (nameOrRun))();

/** @template T @param {T} kept */
export const keep = (kept) => kept;

/** There is nothing to free. @param {unknown} _tensors */
export const dispose = (_tensors) => {};

/** Lets the page paint, and other tasks have their turn. */
export const nextFrame = () =>
  /** @type {Promise<void>} */ (
    new Promise((resolve) =>
      typeof requestAnimationFrame === 'function' ? requestAnimationFrame(() => resolve()) : nextTask().then(resolve),
    )
  );

/** The core is there once this module is. */
export const ready = async () => {};
