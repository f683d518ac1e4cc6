import { checkFunction, checkOptions } from '../check.js';

/** @import { Progress } from './pass.js' */
/** @import { Logs } from './progress.js' */
/** @import { Model } from '../model.js' */

/**
 * The argument of setParams. null: not known, in fitDataset.
 * @typedef {{ epochs: number, initialEpoch: number, steps: number | null, samples: number | null, batchSize: number |
 *   null, verbose: number, doValidation: boolean, metrics: string[] }} Params
 */

/**
 * Every hook may return a promise; fit, evaluate and predict wait for it. With a hook for batches, each batch is a
 * slice of work of its own; those of a dataset always are.
 * @typedef {object} Callbacks
 * @property {(params: Params) => unknown} [setParams] called when fit begins
 * @property {(model: Model) => unknown} [setModel]
 * @property {(logs?: Logs) => unknown} [onTrainBegin]
 * @property {(logs?: Logs) => unknown} [onTrainEnd]
 * @property {(epoch: number, logs?: Logs) => unknown} [onEpochBegin]
 * @property {(epoch: number, logs: Logs) => unknown} [onEpochEnd] figures it adds to logs go into the history
 * @property {(batch: number, logs?: Logs) => unknown} [onBatchBegin]
 * @property {(batch: number, logs: Logs) => unknown} [onBatchEnd] logs: batch, size, and the figures of this batch
 * @property {(batch: number, logs?: Logs) => unknown} [onTrainBatchBegin] the same as onBatchBegin
 * @property {(batch: number, logs: Logs) => unknown} [onTrainBatchEnd] the same as onBatchEnd
 * @property {(logs?: Logs) => unknown} [onTestBegin] for evaluate and for validation in fit, as are the next three
 * @property {(logs: Logs) => unknown} [onTestEnd]
 * @property {(batch: number, logs?: Logs) => unknown} [onTestBatchBegin]
 * @property {(batch: number, logs: Logs) => unknown} [onTestBatchEnd] logs: batch, size, and the averages so far
 * @property {(logs?: Logs) => unknown} [onPredictBegin]
 * @property {(logs?: Logs) => unknown} [onPredictEnd]
 * @property {(batch: number, logs?: Logs) => unknown} [onPredictBatchBegin]
 * @property {(batch: number, logs?: Logs) => unknown} [onPredictBatchEnd]
 * @property {(epoch: number, batch: number, logs: Logs) => unknown} [onYield] after each slice of training
 * @property {(progress: Progress) => unknown} [onProgress] after each slice of work: about every 30 ms in a page, every
 *   60 ms elsewhere
 */

/** @typedef {Exclude<keyof Callbacks, 'setModel' | 'setParams'>} Hook */

const HOOKS = [
  'setParams',
  'setModel',
  'onTrainBegin',
  'onTrainEnd',
  'onEpochBegin',
  'onEpochEnd',
  ...['Batch', 'TrainBatch', 'Test', 'TestBatch', 'Predict', 'PredictBatch'].flatMap((name) => [
    `on${name}Begin`,
    `on${name}End`,
  ]),
  'onYield',
  'onProgress',
];

/** @param {unknown} value */
const isPlain = (value) => [Object.prototype, null].includes(Object.getPrototypeOf(value));

/** The callbacks of one call, in the given order. */
export class CallbackList {
  /** @type {any[]} */
  #callbacks;

  /**
   * @param {string} what the caller, such as fit
   * @param {Callbacks | readonly Callbacks[] | undefined} given
   */
  constructor(what, given = []) {
    this.#callbacks = [given].flat();
    for (const callback of this.#callbacks) {
      // An instance of a class may have fields of its own; in a plain object, an unknown name is a typing mistake.
      if (typeof callback !== 'object' || !callback || isPlain(callback))
        checkOptions(`${what}: callbacks`, callback, HOOKS);
      for (const hook of HOOKS) checkFunction(`${what}: ${hook}`, callback[hook]);
    }
  }

  /** @param {object} model @param {Params} [params] */
  async begin(model, params) {
    for (const callback of this.#callbacks) {
      if (params) await callback.setParams?.(params);
      await callback.setModel?.(model);
    }
  }

  /** @param {...Hook} hooks */
  has(...hooks) {
    return this.#callbacks.some((callback) => hooks.some((hook) => callback[hook]));
  }

  /** @param {Hook} hook @param {...unknown} args */
  async call(hook, ...args) {
    for (const callback of this.#callbacks) await callback[hook]?.(...args);
  }
}
