/** The one writer of tables as comma-separated values (RFC 4180), for the page's downloads and csvLogger. */
import { numberText } from './number-text.js';

/** What is null or undefined is an empty cell. @typedef {string | number | null | undefined} Cell */

/** Says that a text is UTF-8. Spreadsheets would otherwise read it in the encoding of the system. */
const BYTE_ORDER_MARK = '\ufeff';

/**
 * As it stands in a cell. What a spreadsheet would take for a formula gets an apostrophe, which it shows as text.
 * @param {Cell} value
 */
export const cellText = (value) =>
  typeof value === 'number' ? numberText(value) : String(value ?? '').replace(/^(\s*[=+\-@＝＋－＠]|[\t\r\n])/, "'$&");

/** @param {string} text @param {string} separator */
const field = (text, separator) =>
  /["\r\n]/.test(text) || text.includes(separator) ? `"${text.replaceAll('"', '""')}"` : text;

/**
 * One line, without its end, of cells that cellText or rowsOfCsv made.
 * @param {string[]} texts
 * @param {string} [separator]
 */
export const csvLineOf = (texts, separator = ',') => texts.map((text) => field(text, separator)).join(separator);

/** One line, without its end. @param {Cell[]} row @param {string} [separator] */
export const csvLine = (row, separator) => csvLineOf(row.map(cellText), separator);

/** @param {Cell[][]} rows */
export const csvOfRows = (rows) => rows.map((row) => `${csvLine(row)}\r\n`).join('');

/** Of what begins a file: with a byte order mark where a letter beyond ASCII needs one. @param {string} text */
export const marked = (text) =>
  /[^\0-\x7f]/.test(text) && !text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK + text : text;

/** A whole table, as a file. @param {Cell[][]} rows */
export const csvFile = (rows) => marked(csvOfRows(rows));

/**
 * The cells of a table that was written here, or by another writer of RFC 4180.
 * @param {string} text
 * @param {string} [separator] one character
 * @returns {string[][]}
 */
export function rowsOfCsv(text, separator = ',') {
  const between = `\\u{${/** @type {number} */ (separator.codePointAt(0)).toString(16)}}`;
  const cells = new RegExp(`("(?:[^"]|"")*"|[^${between}\\n]*?)(${between}|\\r?\\n|$)`, 'uy');
  const body = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  /** @type {string[][]} */
  const rows = [];
  let open = false; // the row at hand goes on
  while (open || cells.lastIndex < body.length) {
    const [, cell, end] = /** @type {RegExpExecArray} */ (cells.exec(body));
    if (!open) rows.push([]);
    rows[rows.length - 1].push(/^".*"$/s.test(cell) ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    open = end === separator;
  }
  return rows;
}
