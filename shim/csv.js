/* Writes and reads comma-separated values (RFC 4180), for the page's downloads and csvLogger. */
import { numberText } from './number-text.js';

/** null and undefined are empty cells. @typedef {string | number | null | undefined} Cell */

/** Marks a text as UTF-8. Without it, spreadsheets would read the file in the system's encoding. */
const BYTE_ORDER_MARK = '\ufeff';

/**
 * The text of a cell. If a spreadsheet would take it for a formula, it gets an apostrophe, so that it is shown as text.
 * @param {Cell} value
 */
export const cellText = (value) =>
  typeof value === 'number' ? numberText(value) : String(value ?? '').replace(/^(\s*[=+\-@＝＋－＠]|[\t\r\n])/, "'$&");

/** @param {string} text @param {string} separator */
const field = (text, separator) =>
  /["\r\n]/.test(text) || text.includes(separator) ? `"${text.replaceAll('"', '""')}"` : text;

/**
 * One line, without its line end, from cells made by cellText or rowsOfCsv.
 * @param {string[]} texts
 * @param {string} [separator]
 */
export const csvLineOf = (texts, separator = ',') => texts.map((text) => field(text, separator)).join(separator);

/** One line, without its line end. @param {Cell[]} row @param {string} [separator] */
export const csvLine = (row, separator) => csvLineOf(row.map(cellText), separator);

/** @param {Cell[][]} rows */
export const csvOfRows = (rows) => rows.map((row) => `${csvLine(row)}\r\n`).join('');

/** Puts a byte order mark before the text if it is not pure ASCII. @param {string} text */
export const marked = (text) =>
  /[^\0-\x7f]/.test(text) && !text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK + text : text;

/** A complete table, as a file. @param {Cell[][]} rows */
export const csvFile = (rows) => marked(csvOfRows(rows));

/**
 * The cells of a table that was written here or by another writer of RFC 4180.
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
  let open = false; // whether the current row continues
  while (open || cells.lastIndex < body.length) {
    const [, cell, end] = /** @type {RegExpExecArray} */ (cells.exec(body));
    if (!open) rows.push([]);
    rows[rows.length - 1].push(/^".*"$/s.test(cell) ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    open = end === separator;
  }
  return rows;
}
