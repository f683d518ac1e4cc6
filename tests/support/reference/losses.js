import { sizeOf } from './array.js';

/** @import { Doubles } from './array.js' */
/** @import { Kinks } from './kinks.js' */
/** @typedef {{ name: string, fromLogits?: boolean, labelSmoothing?: number }} Loss */
/** @typedef {(p: Float64Array, t: Float64Array, loss: Loss, kinks?: Kinks) => number} Formula of one sample */

const EPSILON = 1e-7; // keras.config.epsilon()

/** @param {number} p @param {Kinks} [kinks] */
function clip(p, kinks) {
  for (const edge of [EPSILON, 1 - EPSILON]) kinks?.pass(p - edge, Number(p > edge));
  return p < EPSILON ? EPSILON : p > 1 - EPSILON ? 1 - EPSILON : p;
}

/** @param {Float64Array} z */
function logSoftmax(z) {
  const largest = Math.max(...z);
  const log = Math.log(z.reduce((sum, value) => sum + Math.exp(value - largest), 0));
  return z.map((value) => value - largest - log);
}

/** @param {ArrayLike<number>} values */
const mean = (values) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** @type {Formula} -Σ t log(p / Σp), p clipped; t smoothed: t (1 - s) + s / classes */
function categorical(p, t, { fromLogits, labelSmoothing: s = 0 }, kinks) {
  const total = p.reduce((sum, value) => sum + value, 0);
  const log = fromLogits ? logSoftmax(p) : p.map((value) => Math.log(clip(value / total, kinks)));
  return -log.reduce((sum, value, i) => sum + (t[i] * (1 - s) + s / t.length) * value, 0);
}

/**
 * @type {Formula} the mean of -(t log p + (1 - t) log(1 - p)); t smoothed: t (1 - s) + s / 2; of logits max(z, 0) - z t
 *   + log(1 + e^-|z|)
 */
function binary(p, t, { fromLogits, labelSmoothing: s = 0 }, kinks) {
  return mean(
    p.map((value, i) => {
      const target = t[i] * (1 - s) + 0.5 * s;
      if (fromLogits) return Math.max(value, 0) - value * target + Math.log1p(Math.exp(-Math.abs(value)));
      const q = clip(value, kinks);
      return -(target * Math.log(q) + (1 - target) * Math.log(1 - q));
    }),
  );
}

/** @type {Record<string, Formula>} */
const FORMULAS = {
  sparseCategoricalCrossentropy: categorical,
  categoricalCrossentropy: categorical,
  binaryCrossentropy: binary,
  meanSquaredError: (p, t) => mean(p.map((value, i) => (value - t[i]) ** 2)),
  meanAbsoluteError: (p, t, _, kinks) =>
    mean(
      p.map((value, i) => {
        kinks?.pass(value - t[i], Number(value > t[i]));
        return Math.abs(value - t[i]);
      }),
    ),
};

/**
 * Targets of one sample, one for each output: a class index becomes one-hot.
 * @param {string} loss
 * @param {ArrayLike<number>} targets
 * @param {number} sample
 * @param {number} width
 */
export function targetRow(loss, targets, sample, width) {
  if (loss !== 'sparseCategoricalCrossentropy')
    return Float64Array.from({ length: width }, (_, i) => targets[sample * width + i]);
  return Float64Array.from({ length: width }, (_, i) => Number(i === targets[sample]));
}

/**
 * The loss of each sample.
 * @param {Loss} loss
 * @param {Doubles} outputs [n, …]
 * @param {ArrayLike<number>} targets
 * @param {Kinks} [kinks]
 */
export function lossesOf(loss, outputs, targets, kinks) {
  const [count, ...sample] = outputs.shape;
  const width = sizeOf(sample);
  return Array.from({ length: count }, (_, n) =>
    FORMULAS[loss.name](
      outputs.data.subarray(n * width, (n + 1) * width),
      targetRow(loss.name, targets, n, width),
      loss,
      kinks,
    ),
  );
}

/**
 * The batch's loss: Σ weight · loss / n, not / Σ weight ('sum_over_batch_size').
 * @param {Loss} loss
 * @param {Doubles} outputs
 * @param {ArrayLike<number>} targets
 * @param {{ sampleWeight?: ArrayLike<number>, kinks?: Kinks }} [options]
 */
export function batchLoss(loss, outputs, targets, { sampleWeight, kinks } = {}) {
  const losses = lossesOf(loss, outputs, targets, kinks);
  return losses.reduce((sum, value, n) => sum + value * (sampleWeight ? sampleWeight[n] : 1), 0) / losses.length;
}
