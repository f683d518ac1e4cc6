import { FittingRoomError, checkBelow, checkBoolean, checkInteger, checkNumber, checkOptions, show } from './errors.js';

/** Learning rates as functions of the optimizer steps taken so far. @typedef {(step: number) => number} Schedule */

const MOST_STEPS = 1e9;
const MOST_RATE = 1e6;

/** @param {string} name @param {unknown} value */
const checkRate = (name, value) => checkNumber(name, value, 0, MOST_RATE);

/** @param {string} name @param {unknown} value @param {number} [least] */
const checkSteps = (name, value, least = 1) => checkInteger(name, value, least, MOST_STEPS);

/** From 1 to 0 as `share` goes from 0 to 1. @param {number} share */
const cosine = (share) => 0.5 * (1 + Math.cos(Math.PI * share));

/**
 * initialLearningRate · decayRate ^ (step / decaySteps); staircase: of whole numbers of decaySteps.
 * @param {{ initialLearningRate: number, decaySteps: number, decayRate: number, staircase?: boolean }} options
 * @returns {Schedule}
 */
function exponentialDecay(options) {
  const name = 'exponentialDecay';
  checkOptions(name, options, ['initialLearningRate', 'decaySteps', 'decayRate', 'staircase']);
  const { initialLearningRate, decaySteps, decayRate, staircase = false } = options;
  checkRate(`${name}: initialLearningRate`, initialLearningRate);
  checkSteps(`${name}: decaySteps`, decaySteps);
  checkNumber(`${name}: decayRate`, decayRate, 0, 1e3);
  checkBoolean(`${name}: staircase`, staircase);
  return (step) => {
    const periods = step / decaySteps;
    return initialLearningRate * decayRate ** (staircase ? Math.floor(periods) : periods);
  };
}

/**
 * Half a cosine from initialLearningRate to alpha times that. With a warmupTarget: first a straight line from
 * initialLearningRate to it in warmupSteps, then the cosine from there.
 * @param {{ initialLearningRate: number, decaySteps: number, alpha?: number, warmupTarget?: number, warmupSteps?: number }} options
 * @returns {Schedule}
 */
function cosineDecay(options) {
  const name = 'cosineDecay';
  checkOptions(name, options, ['initialLearningRate', 'decaySteps', 'alpha', 'warmupTarget', 'warmupSteps']);
  const { initialLearningRate, decaySteps, alpha = 0, warmupTarget, warmupSteps = 0 } = options;
  checkRate(`${name}: initialLearningRate`, initialLearningRate);
  checkSteps(`${name}: decaySteps`, decaySteps);
  checkNumber(`${name}: alpha`, alpha, 0, 1);
  if (warmupTarget !== undefined) checkRate(`${name}: warmupTarget`, warmupTarget);
  checkSteps(`${name}: warmupSteps`, warmupSteps, 0);
  const warmup = warmupTarget === undefined ? 0 : warmupSteps;
  const peak = warmupTarget ?? initialLearningRate;
  return (step) => {
    if (step < warmup) return initialLearningRate + (peak - initialLearningRate) * (step / warmup);
    return peak * ((1 - alpha) * cosine(Math.min((step - warmup) / decaySteps, 1)) + alpha);
  };
}

/**
 * Half a cosine up from maxLearningRate / divFactor, one down to that / finalDivFactor (Smith and Topin 2018, with
 * PyTorch's numbers: the first ends at step warmupShare · totalSteps - 1, the second at totalSteps - 1).
 * @param {{ maxLearningRate: number, totalSteps: number, warmupShare?: number, divFactor?: number, finalDivFactor?: number }} options
 * @returns {Schedule}
 */
function oneCycle(options) {
  const name = 'oneCycle';
  checkOptions(name, options, ['maxLearningRate', 'totalSteps', 'warmupShare', 'divFactor', 'finalDivFactor']);
  const { maxLearningRate, totalSteps, warmupShare = 0.3, divFactor = 25, finalDivFactor = 1e4 } = options;
  checkRate(`${name}: maxLearningRate`, maxLearningRate);
  checkSteps(`${name}: totalSteps`, totalSteps, 2);
  checkBelow(`${name}: warmupShare`, warmupShare, 0, 1);
  checkNumber(`${name}: divFactor`, divFactor, 1, 1e12);
  checkNumber(`${name}: finalDivFactor`, finalDivFactor, 1, 1e12);
  const first = maxLearningRate / divFactor;
  const last = first / finalDivFactor;
  const top = Math.max(warmupShare * totalSteps - 1, 0);
  return (step) => {
    if (step < top) return maxLearningRate + (first - maxLearningRate) * cosine(step / top);
    return last + (maxLearningRate - last) * cosine(Math.min((step - top) / (totalSteps - 1 - top), 1));
  };
}

/**
 * values[0] up to and including step boundaries[0], values[1] up to boundaries[1], …, the last one after that.
 * @param {{ boundaries: number[], values: number[] }} options
 * @returns {Schedule}
 */
function piecewiseConstantDecay(options) {
  const name = 'piecewiseConstantDecay';
  checkOptions(name, options, ['boundaries', 'values']);
  const { boundaries, values } = options;
  if (!Array.isArray(boundaries) || !Array.isArray(values) || values.length !== boundaries.length + 1) {
    throw new FittingRoomError(`${name} takes an array of boundaries and one more of values, got ${show(boundaries)} and ${show(values)}`);
  }
  boundaries.forEach((boundary, i) => checkSteps(`${name}: boundary ${i}`, boundary, i ? boundaries[i - 1] + 1 : 0));
  values.forEach((value, i) => checkRate(`${name}: value ${i}`, value));
  const [ends, rates] = [[...boundaries], [...values]];
  return (step) => {
    const piece = ends.findIndex((end) => step <= end);
    return rates[piece < 0 ? ends.length : piece];
  };
}

export const schedules = Object.freeze({ exponentialDecay, cosineDecay, oneCycle, piecewiseConstantDecay });
