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

/** @typedef {'adam' | 'adamw' | 'sgd' | 'adadelta' | 'rmsprop' | 'adagrad' | 'muon'} OptimizerName */
/**
 * @typedef {object} OptimizerOptions options left out have Keras's defaults
 * @property {OptimizerName} name
 * @property {number | Schedule} [learningRate] default 0.001, sgd 0.01; a number or a function of the steps taken
 * @property {number} [momentum] sgd, rmsprop: default 0; muon: default 0.95
 * @property {boolean} [nesterov] sgd: default false; muon: default true
 * @property {number} [beta1] adam, adamw, muon: default 0.9
 * @property {number} [beta2] adam, adamw, muon: default 0.999
 * @property {number} [rho] default 0.95 for adadelta, 0.9 for rmsprop
 * @property {number} [epsilon] all but sgd: default 1e-7
 * @property {boolean} [centered] rmsprop: default false; true divides by the standard deviation of the gradients
 * @property {number} [initialAccumulatorValue] adagrad: default 0.1
 * @property {number} [weightDecay] default 0, adamw and muon 0.004; each step subtracts learningRate · weightDecay of
 *   weight
 * @property {number} [clipValue] largest absolute value of a gradient
 * @property {number} [clipNorm] largest norm of one tensor's gradients
 * @property {number} [globalClipNorm] largest norm of all gradients together
 * @property {boolean} [useEma] default false; keeps an average of the weights, which replaces them when a run ends
 * @property {number} [emaMomentum] default 0.99: the share of the average that is kept in each step
 * @property {number} [emaOverwriteFrequency] replace the weights by the average every this many steps; default: never
 */
/**
 * The optimizer's options, defaults filled in.
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

/** @type {Record<OptimizerName, Record<string, Field>>} the options of each optimizer, with Keras's defaults */
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
  muon: { ...adam, momentum: number(0.95), nesterov: field(flag, true), weightDecay: number(0.004) },
};

/** The options of every optimizer. @type {Record<string, Field>} */
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
 * Checks names and types; the core checks most ranges.
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
 * The numbers that fr_compile (src/api.c) reads; 0 for options that the optimizer does not have.
 * @param {Description} core
 * @param {Optimizer} o
 * @param {number} learningRate
 * @returns {number[]}
 */
export const optimizerNumbers = (core, o, learningRate) =>
  [
    numberOf(core, 'optimizer', o.name === 'adamw' ? 'adam' : o.name), // adamw is adam with weight decay
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

/** The optimizer of a compiled model: its settings, and its learning rate, which can be read and set. */
export class OptimizerHandle {
  #config;
  #steps;
  #average;
  #swapped = false;
  /** The latest epoch for which a scheduler set the rate. @type {number | undefined} */
  scheduledEpoch;
  /** @type {number | Schedule} */
  #learningRate;

  /**
   * @param {Optimizer} config
   * @param {{ steps: () => number, average: (swap: 0 | 1) => void }} core steps: number of steps since compile;
   *   average: the core's fr_average
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

  /** The number of steps taken since compile. */
  get iterations() {
    return this.#steps();
  }

  /** The learning rate as it was set: a number or a schedule. */
  get rateNow() {
    return this.#learningRate;
  }

  /** The learning rate of the next step. @returns {number} */
  get learningRate() {
    return this.rateAt(this.#steps());
  }

  /** @throws if a schedule determines it */
  set learningRate(rate) {
    if (typeof this.#learningRate === 'function') {
      throw new FittingRoomError(
        'optimizer: a schedule determines the learning rate; compile with a number to set it',
        'wrong-state',
      );
    }
    this.#learningRate = checkNumber('optimizer: learningRate', rate, 0, MOST);
  }

  /** Whether weights and averages are swapped. */
  get swapped() {
    return this.#swapped;
  }

  /** Swaps the weights and their averages; a second call swaps them back. */
  swapAverages() {
    this.#average(1);
    this.#swapped = !this.#swapped;
  }

  /** Continues from a state that is already in the core. @param {boolean} swapped */
  resume(swapped) {
    this.#swapped = swapped && this.useEma;
  }

  /** Undoes a swap of weights and averages. */
  unswap() {
    if (this.#swapped) this.swapAverages();
  }

  /** Ends a run: with useEma, the averages replace the weights. */
  finish() {
    this.unswap();
    if (this.#config.useEma) this.#average(0);
  }

  /** @param {number} step from 0 */
  rateAt(step) {
    if (typeof this.#learningRate === 'number') return this.#learningRate;
    return checkNumber(`optimizer ${this.name}: the scheduled learning rate`, this.#learningRate(step), 0, MOST);
  }
}
