import { FittingRoomError, checkBelow, checkBoolean, checkChoice, checkInteger, checkNumber, checkOptions } from './errors.js';

/** @import { Schedule } from './schedules.js' */

/** @typedef {'adam' | 'adamw' | 'sgd' | 'adadelta' | 'rmsprop' | 'adagrad'} OptimizerName */
/**
 * @typedef {object} OptimizerOptions Keras's defaults where one is left out
 * @property {OptimizerName} name
 * @property {number | Schedule} [learningRate] 0.001; sgd 0.01; a function of the steps taken
 * @property {number} [momentum] sgd, rmsprop: 0
 * @property {boolean} [nesterov] sgd: false
 * @property {number} [beta1] adam, adamw: 0.9
 * @property {number} [beta2] adam, adamw: 0.999
 * @property {number} [rho] adadelta: 0.95, rmsprop: 0.9
 * @property {number} [epsilon] all but sgd: 1e-7
 * @property {boolean} [centered] rmsprop: false; divides by the gradients' deviation
 * @property {number} [initialAccumulatorValue] adagrad: 0.1
 * @property {number} [weightDecay] takes learningRate · weightDecay of each weight a step: 0, adamw 0.004
 * @property {number} [clipValue] the most that a gradient may be
 * @property {number} [clipNorm] the most that the norm of a tensor's gradients may be
 * @property {number} [globalClipNorm] the most that the norm of all gradients may be
 * @property {boolean} [useEma] false; keeps an average of the weights, which they become when fit ends
 * @property {number} [emaMomentum] 0.99: what of the average is kept each step
 * @property {number} [emaOverwriteFrequency] steps after which the weights become the average; never where left out
 */
/** @typedef {Required<Omit<OptimizerOptions, 'emaOverwriteFrequency'>> & { emaOverwriteFrequency: number }} Optimizer */

/* The order of the enumeration in src/optimizer.h; adamw is adam with a decay. */
const NUMBERS = { adam: 0, adamw: 0, sgd: 1, adadelta: 2, rmsprop: 3, adagrad: 4 };

/** @type {Record<OptimizerName, Record<string, number | boolean>>} what each takes, and Keras's defaults */
const OWN = {
  adam: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  adamw: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0.004 },
  sgd: { learningRate: 0.01, momentum: 0, nesterov: false },
  adadelta: { learningRate: 0.001, rho: 0.95, epsilon: 1e-7 },
  rmsprop: { learningRate: 0.001, rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false },
  adagrad: { learningRate: 0.001, initialAccumulatorValue: 0.1, epsilon: 1e-7 },
};

/** What every one takes. */
const SHARED = {
  weightDecay: 0, clipValue: 0, clipNorm: 0, globalClipNorm: 0, useEma: false, emaMomentum: 0.99, emaOverwriteFrequency: 0,
};
/** What the core wants a number for even where the optimizer at hand has no use for it. */
const UNUSED = { momentum: 0, nesterov: false, beta1: 0.9, beta2: 0.999, rho: 0.95, epsilon: 1e-7, centered: false, initialAccumulatorValue: 0.1 };
const CLIPPINGS = ['clipValue', 'clipNorm', 'globalClipNorm'];
const MOST = 1e6;

/**
 * Names and kinds are checked here, most ranges in the core.
 * @param {OptimizerName | OptimizerOptions} optimizer
 * @returns {Optimizer}
 */
export function optimizerOf(optimizer) {
  const given = /** @type {OptimizerOptions} */ (typeof optimizer === 'object' && optimizer !== null ? optimizer : { name: optimizer });
  const name = checkChoice('compile: optimizer', given.name, /** @type {OptimizerName[]} */ (Object.keys(NUMBERS)));
  const defaults = { ...SHARED, ...OWN[name] };
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  checkOptions(`optimizer ${name}`, options, ['name', ...new Set([...Object.keys(OWN[name]), ...Object.keys(SHARED)])]);
  for (const [option, value] of Object.entries(options)) {
    const what = `optimizer ${name}: ${option}`;
    if (option === 'name' || (option === 'learningRate' && typeof value === 'function')) continue;
    if (typeof defaults[/** @type {keyof typeof defaults} */ (option)] === 'boolean') checkBoolean(what, value);
    else if (option === 'emaMomentum') checkBelow(what, value, 0, 1);
    else if (option === 'emaOverwriteFrequency') checkInteger(what, value, 1, 1e9);
    else checkNumber(what, value, 0, MOST);
  }
  const clippings = CLIPPINGS.filter((option) => options[option]);
  if (clippings.length > 1) throw new FittingRoomError(`optimizer ${name}: give one of ${CLIPPINGS.join(', ')}, not ${clippings.join(' and ')}`);
  return /** @type {Optimizer} */ (/** @type {unknown} */ ({ ...UNUSED, ...defaults, ...options, name }));
}

/** As fr_compile (src/api.c) reads it. @param {Optimizer} o @param {number} learningRate @returns {number[]} */
export const optimizerNumbers = (o, learningRate) => [
  NUMBERS[o.name], learningRate, o.momentum, Number(o.nesterov), o.beta1, o.beta2, o.rho, o.epsilon,
  o.weightDecay, o.clipValue, o.clipNorm, o.globalClipNorm,
  Number(o.useEma), o.emaMomentum, o.emaOverwriteFrequency, o.initialAccumulatorValue, Number(o.centered),
];

/** The optimizer of a compiled model: its settings, and its learning rate to read and to change. */
export class OptimizerHandle {
  #config;
  #steps;
  #average;
  #swapped = false;
  /** @type {number | Schedule} */
  #learningRate;

  /**
   * @param {Optimizer} config
   * @param {{ steps: () => number, average: (swap: 0 | 1) => void }} core steps: taken since compile; average: the core's
   *   fr_average
   */
  constructor(config, { steps, average }) {
    this.#config = config;
    this.#steps = steps;
    this.#average = average;
    this.#learningRate = config.learningRate;
  }

  get name() {
    return this.#config.name;
  }

  get useEma() {
    return this.#config.useEma;
  }

  /** Steps taken since compile. */
  get iterations() {
    return this.#steps();
  }

  /** Of the next step. @returns {number} */
  get learningRate() {
    return this.rateAt(this.#steps());
  }

  /** @throws where a schedule determines it */
  set learningRate(rate) {
    if (typeof this.#learningRate === 'function') {
      throw new FittingRoomError('optimizer: a schedule determines the learning rate; compile with a number to set it', 'wrong-state');
    }
    this.#learningRate = checkNumber('optimizer: learningRate', rate, 0, MOST);
  }

  /** Whether the weights and their averages have changed places. */
  get swapped() {
    return this.#swapped;
  }

  /** Lets the weights and their averages change places, and with a second call go back. */
  swapAverages() {
    this.#average(1);
    this.#swapped = !this.#swapped;
  }

  /** What ends a fit: with useEma the weights become their averages. */
  finish() {
    if (this.#swapped) this.swapAverages();
    if (this.#config.useEma) this.#average(0);
  }

  /** @param {number} step from 0 */
  rateAt(step) {
    if (typeof this.#learningRate === 'number') return this.#learningRate;
    return checkNumber(`optimizer ${this.name}: what the learning rate's schedule returns`, this.#learningRate(step), 0, MOST);
  }
}

/** TF.js's makers of optimizers; each argument may be left out. */
export const train = Object.freeze({
  /** @param {number | Schedule} [learningRate] @returns {OptimizerOptions} */
  sgd: (learningRate) => ({ name: 'sgd', learningRate }),
  /** @param {number | Schedule} [learningRate] @param {number} [momentum] @param {boolean} [nesterov] @returns {OptimizerOptions} */
  momentum: (learningRate, momentum, nesterov) => ({ name: 'sgd', learningRate, momentum, nesterov }),
  /** @param {number | Schedule} [learningRate] @param {number} [beta1] @param {number} [beta2] @param {number} [epsilon] @returns {OptimizerOptions} */
  adam: (learningRate, beta1, beta2, epsilon) => ({ name: 'adam', learningRate, beta1, beta2, epsilon }),
  /** @param {number | Schedule} [learningRate] @param {number} [rho] @param {number} [epsilon] @returns {OptimizerOptions} */
  adadelta: (learningRate, rho, epsilon) => ({ name: 'adadelta', learningRate, rho, epsilon }),
  /** @param {number | Schedule} [learningRate] @param {number} [rho] @param {number} [momentum] @param {number} [epsilon] @param {boolean} [centered] @returns {OptimizerOptions} */
  rmsprop: (learningRate, rho, momentum, epsilon, centered) => ({ name: 'rmsprop', learningRate, rho, momentum, epsilon, centered }),
  /** @param {number | Schedule} [learningRate] @param {number} [initialAccumulatorValue] @returns {OptimizerOptions} */
  adagrad: (learningRate, initialAccumulatorValue) => ({ name: 'adagrad', learningRate, initialAccumulatorValue }),
});
