import { csvOfRows } from '../csv.js';

/** @typedef {import('./album.js').Item} Item */

/**
 * One line a picture: its file, the class and its confidence, and the confidence of each class.
 * @param {Item[]} items
 * @param {string[]} classNames
 */
export function csvOf(items, classNames) {
  const lines = items.map(({ file, predicted, probabilities }) => {
    const shares = classNames.map((_, k) => (probabilities ? probabilities[k].toFixed(4) : ''));
    return [file.name, predicted < 0 ? '' : classNames[predicted], predicted < 0 ? '' : shares[predicted], ...shares];
  });
  return csvOfRows([['file', 'class', 'confidence', ...classNames], ...lines]);
}
