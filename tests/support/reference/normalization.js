import { doubles } from './array.js';

/** @import { Doubles } from './array.js' */

/**
 * The mean and the (biased) variance of each channel over samples and pixels.
 * @param {Doubles} x [n, …, channels]
 */
export function moments({ shape, data }) {
  const channels = shape[shape.length - 1];
  const rows = data.length / channels;
  const mean = new Float64Array(channels);
  const variance = new Float64Array(channels);
  data.forEach((value, i) => {
    mean[i % channels] += value / rows;
  });
  data.forEach((value, i) => {
    variance[i % channels] += (value - mean[i % channels]) ** 2 / rows;
  });
  return { mean, variance };
}

/**
 * gamma · (x - mean) / √(variance + epsilon) + beta
 * @param {Doubles} x
 * @param {{ mean: Float64Array, variance: Float64Array, gamma?: Float64Array, beta?: Float64Array, epsilon: number }}
 *   by
 */
export function normalize({ shape, data }, { mean, variance, gamma, beta, epsilon }) {
  const channels = mean.length;
  return doubles(
    shape,
    data.map((value, i) => {
      const c = i % channels;
      return (gamma ? gamma[c] : 1) * ((value - mean[c]) / Math.sqrt(variance[c] + epsilon)) + (beta ? beta[c] : 0);
    }),
  );
}

/** @param {Float64Array} past @param {Float64Array} value @param {number} momentum */
export const movingAverage = (past, value, momentum) =>
  past.map((old, i) => old * momentum + value[i] * (1 - momentum));
