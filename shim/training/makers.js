/** @import { OptimizerName, OptimizerOptions } from './optimizers.js' */
/** @import { Schedule } from './schedules.js' */

/**
 * @template {unknown[]} Args
 * @param {OptimizerName} name
 * @param {...string} options the options that the arguments stand for
 * @returns {(...args: Args) => OptimizerOptions}
 */
const maker =
  (name, ...options) =>
  (...args) => ({ name, ...Object.fromEntries(args.map((value, i) => [options[i], value])) });

/** TensorFlow.js's functions that make optimizers, adamw and muon; every argument may be left out. */
export const train = Object.freeze({
  /**
   * Stochastic gradient descent; learningRate: default 0.01.
   * @type {(learningRate?: number | Schedule) => OptimizerOptions}
   */
  sgd: maker('sgd', 'learningRate'),
  /**
   * Stochastic gradient descent with momentum; learningRate: default 0.01, momentum: default 0.
   * @type {(learningRate?: number | Schedule, momentum?: number, nesterov?: boolean) => OptimizerOptions}
   */
  momentum: maker('sgd', 'learningRate', 'momentum', 'nesterov'),
  /**
   * Adam; defaults: learningRate 0.001, beta1 0.9, beta2 0.999, epsilon 1e-7.
   * @type {(learningRate?: number | Schedule, beta1?: number, beta2?: number, epsilon?: number) => OptimizerOptions}
   */
  adam: maker('adam', 'learningRate', 'beta1', 'beta2', 'epsilon'),
  /**
   * Adam with decoupled weight decay; defaults as adam's, weightDecay 0.004.
   * @type {(learningRate?: number | Schedule, beta1?: number, beta2?: number, epsilon?: number, weightDecay?: number)
   *   => OptimizerOptions}
   */
  adamw: maker('adamw', 'learningRate', 'beta1', 'beta2', 'epsilon', 'weightDecay'),
  /**
   * Adadelta; defaults: learningRate 0.001, rho 0.95, epsilon 1e-7.
   * @type {(learningRate?: number | Schedule, rho?: number, epsilon?: number) => OptimizerOptions}
   */
  adadelta: maker('adadelta', 'learningRate', 'rho', 'epsilon'),
  /**
   * RMSprop; defaults: learningRate 0.001, rho 0.9, momentum 0, epsilon 1e-7, centered false.
   * @type {(learningRate?: number | Schedule, rho?: number, momentum?: number, epsilon?: number, centered?: boolean) =>
   *   OptimizerOptions}
   */
  rmsprop: maker('rmsprop', 'learningRate', 'rho', 'momentum', 'epsilon', 'centered'),
  /**
   * Adagrad; defaults: learningRate 0.001, initialAccumulatorValue 0.1.
   * @type {(learningRate?: number | Schedule, initialAccumulatorValue?: number) => OptimizerOptions}
   */
  adagrad: maker('adagrad', 'learningRate', 'initialAccumulatorValue'),
  /**
   * Muon for the kernels of convolutions, which are taken as matrices [height · width · channels, filters], and AdamW
   * for all other weights.
   * @type {(learningRate?: number | Schedule, momentum?: number, nesterov?: boolean, weightDecay?: number) =>
   *   OptimizerOptions}
   */
  muon: maker('muon', 'learningRate', 'momentum', 'nesterov', 'weightDecay'),
});
