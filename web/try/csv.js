import { csvFile } from '../../shim/csv.js';
import { numberText } from '../../shim/number-text.js';

/** @typedef {import('./album.js').Item} Item */

/**
 * One line per picture: its file, the class and its confidence, and the confidence of each class.
 * @param {Item[]} items
 * @param {string[]} classNames
 */
export function csvOf(items, classNames) {
  const lines = items.map(({ file, predicted, probabilities }) => {
    const shares = classNames.map((_, k) =>
      probabilities ? numberText(probabilities[k], (share) => share.toFixed(4)) : '',
    );
    return [file.name, predicted < 0 ? '' : classNames[predicted], predicted < 0 ? '' : shares[predicted], ...shares];
  });
  return csvFile([['file', 'class', 'confidence', ...classNames], ...lines]);
}
