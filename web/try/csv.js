import { csvFile } from '../../shim/csv.js';
import { numberText } from '../../shim/number-text.js';
import { labelOf } from './sorting.js';

/** @typedef {import('./album.js').Item} Item */

/**
 * One line per picture: its file, the class, the model's class and its confidence, and the confidence of each class.
 * @param {Item[]} items
 * @param {string[]} names of the classes
 * @param {(label: string) => string} nameOf what a class is called in the file
 */
export function csvOf(items, names, nameOf) {
  const lines = items.map((item) => {
    const { file, predicted, probabilities } = item;
    const shares = names.map((_, k) =>
      probabilities ? numberText(probabilities[k], (share) => share.toFixed(4)) : '',
    );
    const answer = predicted < 0 ? ['', ''] : [names[predicted], shares[predicted]];
    return [file.name, nameOf(labelOf(item)), ...answer, ...shares];
  });
  return csvFile([['file', 'class', 'predicted', 'confidence', ...names], ...lines]);
}
