import { sizeOf } from './array.js';
import { targetRow } from './losses.js';

/** @import { Doubles } from './array.js' */
/** @typedef {{ p: Float64Array, t: Float64Array }} Row the outputs and targets of a sample */

/** The index of the largest, the first among equal ones. @param {Float64Array} values */
const argmax = (values) => values.reduce((best, value, i) => (value > values[best] ? i : best), 0);

/** Σ over all outputs of all rows. @param {Row[]} rows @param {(p: number, t: number) => number} value */
const total = (rows, value) =>
  rows.reduce((sum, { p, t }) => sum + p.reduce((inner, pi, i) => inner + value(pi, t[i]), 0), 0);

/** @param {Row[]} rows @param {(p: number, t: number) => number} value */
const meanOf = (rows, value) => total(rows, value) / total(rows, () => 1);

/** @param {Row[]} rows @param {(row: Row) => boolean} holds */
const share = (rows, holds) => rows.filter(holds).length / rows.length;

/** @param {number} k @returns {(rows: Row[]) => number} */
const topK = (k) => (rows) => share(rows, ({ p, t }) => p.filter((value) => value > p[argmax(t)]).length < k);

/** @param {number} a @param {number} b */
const ratio = (a, b) => (b === 0 ? 0 : a / b);

/** @type {Record<string, (rows: Row[], k?: number) => number>} over all samples at once, like Keras's states */
const FORMULAS = {
  binaryAccuracy: (rows) => meanOf(rows, (p, t) => Number(p > 0.5 === t > 0.5)),
  categoricalAccuracy: (rows) => share(rows, ({ p, t }) => argmax(p) === argmax(t)),
  sparseCategoricalAccuracy: (rows) => share(rows, ({ p, t }) => argmax(p) === argmax(t)),
  topKCategoricalAccuracy: (rows, k = 5) => topK(k)(rows),
  sparseTopKCategoricalAccuracy: (rows, k = 5) => topK(k)(rows),
  meanSquaredError: (rows) => meanOf(rows, (p, t) => (p - t) ** 2),
  meanAbsoluteError: (rows) => meanOf(rows, (p, t) => Math.abs(p - t)),
  // For these two, Keras converts the targets to booleans: any number but zero is true.
  precision(rows) {
    const hits = total(rows, (p, t) => Number(p > 0.5 && t !== 0));
    return ratio(hits, hits + total(rows, (p, t) => Number(p > 0.5 && t === 0)));
  },
  recall(rows) {
    const hits = total(rows, (p, t) => Number(p > 0.5 && t !== 0));
    return ratio(hits, hits + total(rows, (p, t) => Number(p <= 0.5 && t !== 0)));
  },
};

/** Depends on the loss, as in Keras. @param {string} loss @param {number} width */
export function accuracyFor(loss, width) {
  if (width === 1 || loss === 'binaryCrossentropy') return 'binaryAccuracy';
  return loss === 'sparseCategoricalCrossentropy' ? 'sparseCategoricalAccuracy' : 'categoricalAccuracy';
}

/**
 * @param {string} metric
 * @param {string} loss says whether targets are class indices
 * @param {Doubles} outputs
 * @param {ArrayLike<number>} targets
 * @param {number} [k]
 */
export function metricOf(metric, loss, outputs, targets, k) {
  const [count, ...sample] = outputs.shape;
  const width = sizeOf(sample);
  const rows = Array.from({ length: count }, (_, n) => ({
    p: outputs.data.subarray(n * width, (n + 1) * width),
    t: targetRow(loss, targets, n, width),
  }));
  return FORMULAS[metric === 'accuracy' ? accuracyFor(loss, width) : metric](rows, k);
}
