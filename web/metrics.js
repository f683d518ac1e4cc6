/**
 * What the predictions on a labelled set add up to.
 *
 * @typedef {{ probabilities: Float32Array, predicted: Uint8Array, labels: Uint8Array }} Results [n, classes], [n], [n]
 */

/** @param {Float32Array} probabilities [n, classes] @param {number} classes @returns {Uint8Array} [n] */
export function argmax(probabilities, classes) {
  const winners = new Uint8Array(probabilities.length / classes);
  for (let i = 0; i < winners.length; i++) {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    winners[i] = row.indexOf(Math.max(...row));
  }
  return winners;
}

/**
 * @param {Uint8Array} labels [n]
 * @param {Uint8Array} predicted [n]
 * @param {number} classes
 * @returns {number[][][]} [true class][predicted class] → the indices of the pictures
 */
export function confusion(labels, predicted, classes) {
  const cells = Array.from({ length: classes }, () => Array.from({ length: classes }, () => /** @type {number[]} */ ([])));
  labels.forEach((label, index) => cells[label][predicted[index]].push(index));
  return cells;
}

/**
 * @param {number[][][]} cells
 * @returns {{ precision: number, recall: number, f1: number, support: number }[]} NaN where nothing can be said
 */
export function perClass(cells) {
  return cells.map((row, k) => {
    const hits = row[k].length;
    const support = row.reduce((sum, cell) => sum + cell.length, 0);
    const named = cells.reduce((sum, other) => sum + other[k].length, 0);
    const precision = hits / named;
    const recall = hits / support;
    return { precision, recall, f1: (2 * hits) / (support + named), support };
  });
}
