/**
 * The table that users copy into spreadsheets: an independent reader finds in it exactly what was written, and no
 * formula.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { rowsOfCsv } from '../../shim/csv.js';
import { csvOf } from '../../web/try/csv.js';
import { wrong } from '../api/support.js';
import { MARK, parse } from '../support/csv.js';
import { fuzz } from './property.js';

const FORMULA = /^(?:\s*[=+\-@＝＋－＠]|\t|\r|\n)/; // https://owasp.org/www-community/attacks/CSV_Injection

const name = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc
    .array(
      fc.constantFrom(
        '=',
        '+',
        '-',
        '@',
        '\t',
        '\r',
        '\n',
        ' ',
        ',',
        ';',
        '"',
        "'",
        'a',
        '1',
        '＝',
        '＠',
        '\u0000',
        '\ud800',
        '\ufeff',
        '\u00a0',
      ),
      { maxLength: 8 },
    )
    .map((letters) => letters.join('')),
);
const tables = fc.record({
  classNames: fc.array(name, { minLength: 1, maxLength: 4 }),
  items: fc.array(
    fc.tuple(
      name,
      fc.array(fc.float({ min: 0, max: 1 }), { minLength: 4, maxLength: 4 }),
      fc.integer({ min: -1, max: 3 }),
    ),
    { maxLength: 3 },
  ),
});

fuzz('CSV', 10, tables, ({ classNames, items }) => {
  const pictures = items.map(([file, probabilities, predicted]) => {
    const known = predicted < classNames.length ? predicted : -1;
    return {
      file: { name: file },
      predicted: known,
      label: '',
      found: { asking: { classNames } },
      probabilities: known < 0 ? null : Float32Array.from(probabilities),
    };
  });
  const text = csvOf(wrong(pictures), classNames, { nameOf: (label) => label, none: '' });
  assert.equal(
    text.startsWith(MARK),
    [...text].some((letter) => letter > '\x7f'),
  );
  const rows = parse(text);
  assert.deepEqual(rowsOfCsv(text), rows);
  assert.equal(rows.length, 1 + items.length);
  const told = (/** @type {string} */ cell) => (cell.startsWith("'") ? cell.slice(1) : cell);
  const same = (/** @type {string} */ cell, /** @type {string} */ text) =>
    assert.ok(cell === text || (told(cell) === text && FORMULA.test(text)), JSON.stringify([cell, text]));
  rows.forEach((row, i) => {
    assert.equal(row.length, 4 + classNames.length);
    for (const cell of row) assert.doesNotMatch(cell, FORMULA);
    const { file, predicted, probabilities } = pictures[i - 1] ?? {};
    if (i === 0) return classNames.forEach((each, k) => same(row[4 + k], each));
    same(row[0], file.name);
    for (const k of [1, 2]) same(row[k], predicted < 0 ? '' : classNames[predicted]);
    classNames.forEach((_, k) =>
      assert.equal(row[4 + k], probabilities ? probabilities[k].toFixed(4).toLowerCase() : ''),
    );
  });
});
