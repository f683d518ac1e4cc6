import {
  FittingRoomError,
  below,
  checkChoice,
  checkFields,
  checkNumber,
  field,
  flag,
  optional,
  rate,
  unchecked,
  whole,
} from '../check.js';
import { numberOf } from '../core/description.js';

/** @import { Field } from '../check.js' */
/** @import { Description } from '../core/description.js' */
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
 * @property {boolean} [useEma] false; keeps an average of the weights, which they become when a run ends
 * @property {number} [emaMomentum] 0.99: what of the average is kept each step
 * @property {number} [emaOverwriteFrequency] steps after which the weights become the average; never where left out
 */
/**
 * What the optimizer takes, filled in.
 * @typedef {OptimizerOptions & { learningRate: number | Schedule, useEma: boolean }} Optimizer
 */

const MOST = 1e6;

/** @param {number} initial @returns {Field} */
const number = (initial) => field(rate, initial);

/** @param {number} initial @returns {Field} */
const learningRate = (initial) =>
  field((name, value) => (typeof value === 'function' ? value : rate(name, value)), initial);

/** @type {Field} */
const off = field(flag, false);

const adam = { learningRate: learningRate(0.001), beta1: number(0.9), beta2: number(0.999), epsilon: number(1e-7) };

/** @type {Record<OptimizerName, Record<string, Field>>} what each takes, and Keras's defaults */
const OWN = {
  adam,
  adamw: { ...adam, weightDecay: number(0.004) },
  sgd: { learningRate: learningRate(0.01), momentum: number(0), nesterov: off },
  adadelta: { learningRate: learningRate(0.001), rho: number(0.95), epsilon: number(1e-7) },
  rmsprop: {
    learningRate: learningRate(0.001),
    rho: number(0.9),
    momentum: number(0),
    epsilon: number(1e-7),
    centered: off,
  },
  adagrad: { learningRate: learningRate(0.001), initialAccumulatorValue: number(0.1), epsilon: number(1e-7) },
};

/** What every one takes. @type {Record<string, Field>} */
const SHARED = {
  weightDecay: number(0),
  clipValue: number(0),
  clipNorm: number(0),
  globalClipNorm: number(0),
  useEma: off,
  emaMomentum: field(below(0, 1), 0.99),
  emaOverwriteFrequency: optional(whole(1, 1e9)),
};
const CLIPPINGS = ['clipValue', 'clipNorm', 'globalClipNorm'];

/**
 * Names and kinds are checked here, most ranges in the core.
 * @param {OptimizerName | OptimizerOptions} optimizer
 * @returns {Optimizer}
 */
export function optimizerOf(optimizer) {
  const given = /** @type {OptimizerOptions} */ (
    typeof optimizer === 'object' && optimizer !== null ? optimizer : { name: optimizer }
  );
  const name = checkChoice('compile: optimizer', given.name, /** @type {OptimizerName[]} */ (Object.keys(OWN)));
  const checked = checkFields(`optimizer ${name}`, given, { name: unchecked, ...OWN[name], ...SHARED, ...OWN[name] });
  const clippings = CLIPPINGS.filter((option) => checked[option]);
  if (clippings.length > 1)
    throw new FittingRoomError(
      `optimizer ${name}: give one of ${CLIPPINGS.join(', ')}, not ${clippings.join(' and ')}`,
    );
  return checked;
}

/**
 * As fr_compile (src/api.c) reads it, 0 for what the optimizer at hand has no use for.
 * @param {Description} core
 * @param {Optimizer} o
 * @param {number} learningRate
 * @returns {number[]}
 */
export const optimizerNumbers = (core, o, learningRate) =>
  [
    numberOf(core, 'optimizer', o.name === 'adamw' ? 'adam' : o.name), // adamw is adam with a decay
    learningRate,
    o.momentum,
    o.nesterov,
    o.beta1,
    o.beta2,
    o.rho,
    o.epsilon,
    o.weightDecay,
    o.clipValue,
    o.clipNorm,
    o.globalClipNorm,
    o.useEma,
    o.emaMomentum,
    o.emaOverwriteFrequency,
    o.initialAccumulatorValue,
    o.centered,
  ].map((value) => Number(value ?? 0));

/** The optimizer of a compiled model: its settings, and its learning rate to read and to change. */
export class OptimizerHandle {
  #config;
  #steps;
  #average;
  #swapped = false;
  /** The latest epoch that a scheduler set the rate of. @type {number | undefined} */
  scheduledEpoch;
  /** @type {number | Schedule} */
  #learningRate;

  /**
   * @param {Optimizer} config
   * @param {{ steps: () => number, average: (swap: 0 | 1) => void }} core steps: taken since compile; average: the
   *   core's
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

  /** What sets the rate of each step: one number, or a schedule. */
  get rateNow() {
    return this.#learningRate;
  }

  /** Of the next step. @returns {number} */
  get learningRate() {
    return this.rateAt(this.#steps());
  }

  /** @throws where a schedule determines it */
  set learningRate(rate) {
    if (typeof this.#learningRate === 'function') {
      throw new FittingRoomError(
        'optimizer: a schedule determines the learning rate; compile with a number to set it',
        'wrong-state',
      );
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

  /** Goes on from a state that is in the core already. @param {boolean} swapped */
  resume(swapped) {
    this.#swapped = swapped && this.useEma;
  }

  /** Weights and averages each in their own place. */
  unswap() {
    if (this.#swapped) this.swapAverages();
  }

  /** What ends a run: with useEma the weights become their averages. */
  finish() {
    this.unswap();
    if (this.#config.useEma) this.#average(0);
  }

  /** @param {number} step from 0 */
  rateAt(step) {
    if (typeof this.#learningRate === 'number') return this.#learningRate;
    return checkNumber(
      `optimizer ${this.name}: what the learning rate's schedule returns`,
      this.#learningRate(step),
      0,
      MOST,
    );
  }
}

/**
 * @template {unknown[]} Args
 * @param {OptimizerName} name
 * @param {...string} options what the arguments are
 * @returns {(...args: Args) => OptimizerOptions}
 */
const maker =
  (name, ...options) =>
  (...args) => ({ name, ...Object.fromEntries(args.map((value, i) => [options[i], value])) });

/** TF.js's makers of optimizers, and adamw; each argument may be left out. */
export const train = Object.freeze({
  /** @type {(learningRate?: number | Schedule) => OptimizerOptions} */
  sgd: maker('sgd', 'learningRate'),
  /** @type {(learningRate?: number | Schedule, momentum?: number, nesterov?: boolean) => OptimizerOptions} */
  momentum: maker('sgd', 'learningRate', 'momentum', 'nesterov'),
  /**
   * @type {(learningRate?: number | Schedule, beta1?: number, beta2?: number, epsilon?: number) => OptimizerOptions}
   */
  adam: maker('adam', 'learningRate', 'beta1', 'beta2', 'epsilon'),
  /**
   * @type {(learningRate?: number | Schedule, beta1?: number, beta2?: number, epsilon?: number, weightDecay?: number)
   *   => OptimizerOptions}
   */
  adamw: maker('adamw', 'learningRate', 'beta1', 'beta2', 'epsilon', 'weightDecay'),
  /** @type {(learningRate?: number | Schedule, rho?: number, epsilon?: number) => OptimizerOptions} */
  adadelta: maker('adadelta', 'learningRate', 'rho', 'epsilon'),
  /**
   * @type {(learningRate?: number | Schedule, rho?: number, momentum?: number, epsilon?: number, centered?: boolean) =>
   *   OptimizerOptions}
   */
  rmsprop: maker('rmsprop', 'learningRate', 'rho', 'momentum', 'epsilon', 'centered'),
  /** @type {(learningRate?: number | Schedule, initialAccumulatorValue?: number) => OptimizerOptions} */
  adagrad: maker('adagrad', 'learningRate', 'initialAccumulatorValue'),
});
