/**
 * A field as RFC 4180 has it. What a spreadsheet would take for a formula gets an apostrophe, which it shows as text.
 * @param {string | number} value
 */
function field(value) {
  const text = typeof value === 'string' ? value.replace(/^(\s*[=+\-@＝＋－＠]|[\t\r\n])/, "'$&") : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @param {(string | number)[][]} rows */
export const csvOfRows = (rows) => rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');
