/** @typedef {import('./album.js').Item} Item */

/**
 * A field as RFC 4180 has it. What a spreadsheet would take for a formula gets an apostrophe, which it shows as text.
 * @param {string | number} value
 */
function field(value) {
  const text = typeof value === 'string' ? value.replace(/^(\s*[=+\-@＝＋－＠]|[\t\r\n])/, "'$&") : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

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
  return [['file', 'class', 'confidence', ...classNames], ...lines].map((line) => `${line.map(field).join(',')}\r\n`).join('');
}
