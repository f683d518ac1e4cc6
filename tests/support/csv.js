import assert from 'node:assert/strict';

/** The byte order mark, by which spreadsheets recognise UTF-8. */
export const MARK = '\ufeff';

/** RFC 4180, letter by letter; a leading byte order mark is skipped. @param {string} text */
export function parse(text) {
  /** @type {string[][]} */
  const rows = [];
  let row = [''];
  let quoted = false;
  for (let at = text.startsWith(MARK) ? 1 : 0; at < text.length; at++) {
    const letter = text[at];
    if (quoted && letter === '"' && text[at + 1] === '"') row[row.length - 1] += text[++at];
    else if (letter === '"') quoted = !quoted;
    else if (quoted) row[row.length - 1] += letter;
    else if (letter === ',') row.push('');
    else if (letter === '\r' && text[at + 1] === '\n') [row, at] = [(rows.push(row), ['']), at + 1];
    else row[row.length - 1] += letter;
  }
  assert.ok(!quoted && row.length === 1 && row[0] === '', 'ends with a line');
  return rows;
}
