import { NO_CLASS } from '../shim/classify.js';

/**
 * Confusion, precision and recall of predictions on a labelled set.
 *
 * @typedef {{ probabilities: Float32Array, predicted: Int32Array, labels: Uint8Array }} Results [n, classes], [n], [n]
 */

/**
 * @param {Uint8Array} labels [n]
 * @param {Int32Array} predicted [n]
 * @param {number} classes
 * @returns {number[][][]} [true class][predicted class] → the indices of the images; if some have no class, each row
 *   has one more cell with those
 */
export function confusion(labels, predicted, classes) {
  const columns = predicted.includes(NO_CLASS) ? classes + 1 : classes;
  const cells = Array.from({ length: classes }, () =>
    Array.from({ length: columns }, () => /** @type {number[]} */ ([])),
  );
  labels.forEach((label, index) =>
    cells[label][predicted[index] === NO_CLASS ? classes : predicted[index]].push(index),
  );
  return cells;
}

/**
 * @param {number[][][]} cells
 * @returns {{ precision: number, recall: number, f1: number, support: number }[]} NaN where undefined
 */
export function perClass(cells) {
  return cells.map((row, k) => {
    const hits = row[k].length;
    const support = row.reduce((sum, cell) => sum + cell.length, 0);
    const named = cells.reduce((sum, other) => sum + other[k].length, 0);
    const precision = hits / named; // of those that have a class
    const recall = hits / support;
    return { precision, recall, f1: (2 * hits) / (support + named), support };
  });
}
