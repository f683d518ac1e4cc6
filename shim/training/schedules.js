import {
  FittingRoomError,
  below,
  checkFields,
  checkInteger,
  checkOptions,
  field,
  flag,
  optional,
  rate,
  required,
  show,
  whole,
  within,
} from '../check.js';

/**
 * A learning rate as a function of the number of optimizer steps taken so far. made: the schedule and its options, for
 * files, which can only store `schedules`.
 * @typedef {((step: number) => number) & { made?: { schedule: string, options: object } }} Schedule
 */

const MOST_STEPS = 1e9;
const steps = whole(1, MOST_STEPS);
const share = within(0, 1);
const divisor = within(1, 1e12);

/** Falls from 1 to 0 as `share` goes from 0 to 1. @param {number} share */
const cosine = (share) => 0.5 * (1 + Math.cos(Math.PI * share));

/**
 * @typedef {object} ExponentialDecayOptions
 * @property {number} initialLearningRate the rate of the first step
 * @property {number} decaySteps the steps in which the rate is multiplied by decayRate once
 * @property {number} decayRate what it is multiplied by
 * @property {boolean} [staircase] default false; true: it changes only every decaySteps
 */

/** @param {ExponentialDecayOptions} options @returns {Schedule} */
function exponentialDecay(options) {
  const { initialLearningRate, decaySteps, decayRate, staircase } = checkFields('exponentialDecay', options, {
    initialLearningRate: required(rate),
    decaySteps: required(steps),
    decayRate: required(within(0, 1e3)),
    staircase: field(flag, false),
  });
  return (step) => {
    const periods = step / decaySteps;
    return initialLearningRate * decayRate ** (staircase ? Math.floor(periods) : periods);
  };
}

/**
 * @typedef {object} CosineDecayOptions
 * @property {number} initialLearningRate the rate of the first step
 * @property {number} decaySteps the steps until it is lowest, without those of the warm-up
 * @property {number} [alpha] the lowest rate, as a share of the highest; default 0
 * @property {number} [warmupTarget] the rate after a warm-up; default: there is no warm-up
 * @property {number} [warmupSteps] the steps of the warm-up; default 0
 */

/** @param {CosineDecayOptions} options @returns {Schedule} */
function cosineDecay(options) {
  const { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps } = checkFields('cosineDecay', options, {
    initialLearningRate: required(rate),
    decaySteps: required(steps),
    alpha: field(share, 0),
    warmupTarget: optional(rate),
    warmupSteps: field(whole(0, MOST_STEPS), 0),
  });
  const warmup = warmupTarget === undefined ? 0 : warmupSteps;
  const peak = warmupTarget ?? initialLearningRate;
  return (step) => {
    if (step < warmup) return initialLearningRate + (peak - initialLearningRate) * (step / warmup);
    return peak * ((1 - alpha) * cosine(Math.min((step - warmup) / decaySteps, 1)) + alpha);
  };
}

/**
 * @typedef {object} OneCycleOptions
 * @property {number} maxLearningRate the highest rate
 * @property {number} totalSteps of the whole run: batches of an epoch · epochs
 * @property {number} [warmupShare] the share of them in which the rate rises; default 0.3
 * @property {number} [divFactor] the highest rate divided by the first; default 25
 * @property {number} [finalDivFactor] the first rate divided by the last; default 10000
 */

/**
 * With PyTorch's numbers: the first part ends at step warmupShare · totalSteps - 1, the second at totalSteps - 1.
 * @param {OneCycleOptions} options
 * @returns {Schedule}
 */
function oneCycle(options) {
  const { maxLearningRate, totalSteps, warmupShare, divFactor, finalDivFactor } = checkFields('oneCycle', options, {
    maxLearningRate: required(rate),
    totalSteps: required(whole(2, MOST_STEPS)),
    warmupShare: field(below(0, 1), 0.3),
    divFactor: field(divisor, 25),
    finalDivFactor: field(divisor, 1e4),
  });
  const first = maxLearningRate / divFactor;
  const last = first / finalDivFactor;
  const top = Math.max(warmupShare * totalSteps - 1, 0);
  return (step) => {
    if (step < top) return maxLearningRate + (first - maxLearningRate) * cosine(step / top);
    return last + (maxLearningRate - last) * cosine(Math.min((step - top) / (totalSteps - 1 - top), 1));
  };
}

/**
 * @typedef {object} PiecewiseOptions
 * @property {readonly number[]} boundaries the steps after which the rate changes, ascending
 * @property {readonly number[]} values the rates, one more than boundaries
 */

/** @param {PiecewiseOptions} options @returns {Schedule} */
function piecewiseConstantDecay(options) {
  const name = 'piecewiseConstantDecay';
  checkOptions(name, options, ['boundaries', 'values']);
  const { boundaries, values } = options;
  if (!Array.isArray(boundaries) || !Array.isArray(values) || values.length !== boundaries.length + 1) {
    throw new FittingRoomError(
      `${name} takes two arrays, values one longer than boundaries, got ${show(boundaries)} and ${show(values)}`,
    );
  }
  boundaries.forEach((boundary, i) =>
    checkInteger(`${name}: boundary ${i}`, boundary, i ? boundaries[i - 1] + 1 : 0, MOST_STEPS),
  );
  values.forEach((value, i) => rate(`${name}: value ${i}`, value));
  const [ends, rates] = [[...boundaries], [...values]];
  return (step) => {
    const piece = ends.findIndex((end) => step <= end);
    return rates[piece < 0 ? ends.length : piece];
  };
}

/**
 * @template Options
 * @param {string} schedule its name; given here because a bundler may rename the function
 * @param {(options: Options) => Schedule} make
 * @returns {(options: Options) => Schedule}
 */
const telling = (schedule, make) => (options) =>
  Object.assign(make(options), { made: { schedule, options: structuredClone(options) } });

/** Learning rates that change with the optimizer's steps; any function `(step) => rate` will do, too. */
export const schedules = Object.freeze({
  /** initialLearningRate · decayRate ^ (step / decaySteps) */
  exponentialDecay: telling('exponentialDecay', exponentialDecay),
  /**
   * Half a cosine from initialLearningRate down to alpha times that. With a warmupTarget: first a straight line from
   * initialLearningRate to warmupTarget in warmupSteps, then the cosine from there.
   */
  cosineDecay: telling('cosineDecay', cosineDecay),
  /**
   * Half a cosine up from maxLearningRate / divFactor, then one down to that start value / finalDivFactor (Smith and
   * Topin 2018).
   */
  oneCycle: telling('oneCycle', oneCycle),
  /** values[0] up to and including step boundaries[0], values[1] up to boundaries[1], …, the last value after that. */
  piecewiseConstantDecay: telling('piecewiseConstantDecay', piecewiseConstantDecay),
});
