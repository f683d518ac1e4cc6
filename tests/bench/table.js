/** Tables in plain text. */

/** @param {number} value @param {number} [digits] */
export const fixed = (value, digits = 1) =>
  Number.isFinite(value)
    ? value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
    : '–';

/** @param {number} share */
export const percent = (share) => (Number.isFinite(share) ? `${fixed(100 * share, 0)} %` : '–');

/** @param {number} ratio */
export const times = (ratio) => (Number.isFinite(ratio) ? `${fixed(ratio, 2)} ×` : '–');

/**
 * The first column is left-aligned, the others, figures, right-aligned; nothing if there are no rows.
 * @param {string} title
 * @param {string[]} head
 * @param {string[][]} rows
 */
export function table(title, head, rows) {
  if (rows.length === 0) return [];
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (/** @type {string[]} */ cells) =>
    cells
      .map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('   ')
      .trimEnd();
  return ['', title, line(head), widths.map((width) => '─'.repeat(width)).join('   '), ...rows.map(line)];
}
