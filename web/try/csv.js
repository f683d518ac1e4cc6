import { csvFile } from '../../shim/csv.js';
import { numberText } from '../../shim/number-text.js';
import { verdictOf } from './album.js';

/** @typedef {import('./album.js').Item} Item */

/**
 * One line per picture: its file, the class and its confidence, and the confidence of each class.
 * @param {Item[]} items
 * @param {string[]} classNames
 * @param {string} none in place of a class
 */
export function csvOf(items, classNames, none = '') {
  const lines = items.map((item) => {
    const { file, predicted, probabilities } = item;
    const shares = classNames.map((_, k) =>
      probabilities ? numberText(probabilities[k], (share) => share.toFixed(4)) : '',
    );
    if (predicted < 0) return [file.name, '', '', ...shares];
    const called = verdictOf(item) === 'none' ? none : classNames[predicted];
    return [file.name, called, shares[predicted], ...shares];
  });
  return csvFile([['file', 'class', 'confidence', ...classNames], ...lines]);
}
