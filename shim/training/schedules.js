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
 * initialLearningRate · decayRate ^ (step / decaySteps); staircase: the exponent is rounded down to a whole number.
 * @param {{ initialLearningRate: number, decaySteps: number, decayRate: number, staircase?: boolean }} options
 * @returns {Schedule}
 */
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
 * Half a cosine from initialLearningRate down to alpha times that. With a warmupTarget: first a straight line from
 * initialLearningRate to warmupTarget in warmupSteps, then the cosine from there.
 * @param {{ initialLearningRate: number, decaySteps: number, alpha?: number, warmupTarget?: number, warmupSteps?:
 *   number }} options
 * @returns {Schedule}
 */
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
 * Half a cosine up from maxLearningRate / divFactor, then one down to that start value / finalDivFactor (Smith and
 * Topin 2018, with PyTorch's numbers: the first ends at step warmupShare · totalSteps - 1, the second at totalSteps -
 * 1).
 * @param {{ maxLearningRate: number, totalSteps: number, warmupShare?: number, divFactor?: number, finalDivFactor?:
 *   number }} options
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
 * values[0] up to and including step boundaries[0], values[1] up to boundaries[1], …, the last value after that.
 * @param {{ boundaries: number[], values: number[] }} options
 * @returns {Schedule}
 */
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

export const schedules = Object.freeze({
  exponentialDecay: telling('exponentialDecay', exponentialDecay),
  cosineDecay: telling('cosineDecay', cosineDecay),
  oneCycle: telling('oneCycle', oneCycle),
  piecewiseConstantDecay: telling('piecewiseConstantDecay', piecewiseConstantDecay),
});
