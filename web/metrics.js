import { NO_CLASS } from '../shim/classify.js';

/**
 * Confusion, precision and recall of predictions on a labelled set.
 *
 * @typedef {{ probabilities: Float32Array, predicted: Int32Array, labels: Int32Array }} Results [n, classes], [n], [n]
 */

/**
 * @param {ArrayLike<number>} labels [n]
 * @param {Int32Array} predicted [n]
 * @param {number} classes
 * @returns {number[][][]} [true class][predicted class] → the indices of the images; if some have no class, each row
 *   has one more cell with those
 */
export function confusion(labels, predicted, classes) {
  const columns = predicted.includes(NO_CLASS) ? classes + 1 : classes;
  /** @type {number[]} */
  const none = []; // one for all empty cells: of a thousand classes there are a million
  const cells = Array.from({ length: classes }, () => Array(columns).fill(none));
  predicted.forEach((named, index) => {
    const row = cells[labels[index]];
    const column = named === NO_CLASS ? classes : named;
    if (row[column] === none) row[column] = [];
    row[column].push(index);
  });
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

/**
 * The classes with the most mistakes, in the order of the classes: images of theirs that are taken for others', and
 * others' that are taken for theirs.
 * @param {number[][][]} cells
 * @param {number} most
 */
export function mostMistaken(cells, most) {
  const mistakes = cells.map(() => 0);
  cells.forEach((row, label) =>
    row.forEach(({ length }, predicted) => {
      if (predicted === label || predicted === cells.length) return;
      mistakes[label] += length;
      mistakes[predicted] += length;
    }),
  );
  return [...cells.keys()]
    .sort((a, b) => mistakes[b] - mistakes[a] || a - b)
    .slice(0, most)
    .sort((a, b) => a - b);
}
