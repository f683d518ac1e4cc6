import { train as own } from '../training/makers.js';
import { leaveOutMethods, withLeftOut } from './left-out.js';

/** @import { OptimizerOptions } from '../training/optimizers.js' */

/* tf.train: descriptions of optimizers, which compile takes. */

const METHODS = {};
leaveOutMethods('optimizer', METHODS, 'minimize computeGradients applyGradients');

/** @type {<F extends (...args: any[]) => OptimizerOptions>(make: F) => F} */
const withMethods = (make) =>
  /** @type {any} */ ((/** @type {any[]} */ ...args) => Object.assign(Object.create(METHODS), make(...args)));

export const train = withLeftOut(
  'tf.train',
  {
    sgd: withMethods(own.sgd),
    momentum: withMethods(own.momentum),
    adam: withMethods(own.adam),
    adamw: withMethods(own.adamw),
    adadelta: withMethods(own.adadelta),
    rmsprop: withMethods(own.rmsprop),
    adagrad: withMethods(own.adagrad),
  },
  'adamax',
);

/**
 * Names of optimizers count in any case: 'SGD', 'rmsProp'.
 * @template T
 * @param {T} optimizer
 * @returns {T}
 */
export const optimizerNamed = (optimizer) =>
  typeof optimizer === 'string' ? /** @type {T & string} */ (optimizer.toLowerCase()) : optimizer;
