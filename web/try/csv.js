import { csvFile } from '../../shim/csv.js';
import { numberText } from '../../shim/number-text.js';
import { verdictOf } from './album.js';
import { labelOf } from './sorting.js';

/** @typedef {import('./album.js').Item} Item */

/**
 * One line per picture: its file, the class, the model's class and its confidence, and the confidence of each class.
 * @param {Item[]} items
 * @param {string[]} names of the classes
 * @param {{ nameOf: (label: string) => string, none: string }} words `nameOf`: what a class is called in the file;
 *   `none`: in place of a class
 */
export function csvOf(items, names, { nameOf, none }) {
  const lines = items.map((item) => {
    const { file, predicted, probabilities } = item;
    const shares = names.map((_, k) =>
      probabilities ? numberText(probabilities[k], (share) => share.toFixed(4)) : '',
    );
    if (predicted < 0) return [file.name, nameOf(labelOf(item)), '', '', ...shares];
    const answer = verdictOf(item) === 'none' ? none : names[predicted];
    return [file.name, nameOf(labelOf(item)) || answer, answer, shares[predicted], ...shares];
  });
  return csvFile([['file', 'class', 'predicted', 'confidence', ...names], ...lines]);
}
