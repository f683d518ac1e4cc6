import { csvFile } from '../../shim/csv.js';
import { argmax } from '../../shim/classify.js';

/**
 * The figures of a run, as other programs read them.
 * @typedef {import('./facts.js').EpochLogs} EpochLogs
 */

/** One line per epoch, from 1 on. @param {EpochLogs[]} epochs */
export function historyCsv(epochs) {
  const names = [...new Set(epochs.flatMap(({ logs }) => Object.keys(logs)))];
  return csvFile([
    ['epoch', ...names],
    ...epochs.map(({ epoch, logs }) => [epoch + 1, ...names.map((name) => logs[name] ?? '')]),
  ]);
}

/** As Keras's History has it. @param {EpochLogs[]} epochs */
export function historyJson(epochs) {
  const names = [...new Set(epochs.flatMap(({ logs }) => Object.keys(logs)))];
  const history = Object.fromEntries(names.map((name) => [name, epochs.map(({ logs }) => logs[name] ?? null)]));
  return JSON.stringify({ epoch: epochs.map(({ epoch }) => epoch), history }, null, 2);
}

/**
 * One line per test picture: its number as the page has it, the true and the predicted class, and the confidence of
 * each class.
 * @param {import('../trainer.js').Predictions} predictions
 * @param {string[]} classNames
 */
export function predictionsCsv({ probabilities, labels }, classNames) {
  const classes = classNames.length;
  const predicted = argmax(probabilities, classes);
  const rows = Array.from(labels, (label, i) => [
    i + 1,
    classNames[label],
    classNames[predicted[i]] ?? '',
    ...probabilities.subarray(i * classes, (i + 1) * classes),
  ]);
  return csvFile([['picture', 'true', 'predicted', ...classNames], ...rows]);
}
