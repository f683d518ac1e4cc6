/**
 * Fitting Room under TensorFlow.js's own names, with calls that return at once: `import * as tf from 'fitting-room/tf'`
 * instead of '@tensorflow/tfjs'.
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

/**
 * TF.js's alternative names of the pooling layers: avgPooling2d, avgPool2d, globalMaxPool2d.
 * @template {string} Name
 * @typedef {Name extends `averagePooling2d` ? 'avgPooling2d' | 'avgPool2d' : Name extends `global${infer
 *   What}Pooling2d` ? `global${What extends 'Average' ? 'Avg' : What}Pool2d` : Name extends `${infer What}Pooling2d` ?
 *   `${What}Pool2d` : never} Short
 */

/** @param {string} name */
const shortNames = (name) =>
  name === 'averagePooling2d'
    ? ['avgPooling2d', 'avgPool2d']
    : [name.replace('Average', 'Avg').replace('Pooling2d', 'Pool2d')].filter((short) => short !== name);

/** The layers, also under TF.js's shorter names. */
export const layers = /** @type {typeof own & { readonly [F in keyof typeof own as Short<F>]: (typeof own)[F] }} */ (
  Object.freeze({
    ...own,
    ...Object.fromEntries(
      Object.entries(own).flatMap(([name, make]) => shortNames(name).map((short) => [short, make])),
    ),
  })
);

/**
 * Runs a function. There is nothing to clean up afterwards.
 * @template T
 * @param {string | (() => T)} nameOrRun
 * @param {() => T} [run]
 * @returns {T}
 */
export const tidy = (nameOrRun, run) => (run ?? /** @type {() => T} */ (nameOrRun))();

/** @template T @param {T} kept */
export const keep = (kept) => kept;

/** Has no effect: there is nothing to free. @param {unknown} _tensors */
export const dispose = (_tensors) => {};

/** Lets the page paint and other tasks run. */
export const nextFrame = () =>
  /** @type {Promise<void>} */ (
    new Promise((resolve) =>
      typeof requestAnimationFrame === 'function' ? requestAnimationFrame(() => resolve()) : nextTask().then(resolve),
    )
  );

/** Resolves at once: the core is loaded together with this module. */
export const ready = async () => {};
