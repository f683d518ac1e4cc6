/** The class if an output is not a number, as after a run that diverged. */
export const NO_CLASS = -1;

/**
 * The class of the largest probability; the first if several are equal.
 * @param {Float32Array} probabilities [n, classes]
 * @param {number} classes
 * @returns {Int32Array} [n]; NO_CLASS if any value of the sample is not a number
 */
export function argmax(probabilities, classes) {
  const winners = new Int32Array(probabilities.length / classes);
  for (let i = 0; i < winners.length; i++) {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    winners[i] = row.indexOf(Math.max(...row)); // -1 for a row with NaN
  }
  return winners;
}
