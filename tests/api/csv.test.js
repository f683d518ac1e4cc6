/**
 * The tables that users open in other programs: those of the page, and csvLogger's (callbacks.test.js). One writer
 * makes them all.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvFile, csvLine, csvOfRows, rowsOfCsv } from '../../shim/csv.js';
import { historyCsv, predictionsCsv } from '../../web/keep/figures.js';
import { csvOf } from '../../web/try/csv.js';
import { wrong } from './support.js';

const MARK = '\ufeff';

test('cells are quoted as in RFC 4180, formulas are text, infinities and NaN are spelt as in Python', () => {
  assert.equal(
    csvLine(['a', 'b,c', 'say "x"', 'two\nlines', '=1+1', '-x', -1.5, 0]),
    `a,"b,c","say ""x""","two\nlines",'=1+1,'-x,-1.5,0`,
  );
  assert.equal(csvLine([NaN, Infinity, -Infinity, null, undefined, '']), 'nan,inf,-inf,,,');
  assert.equal(csvLine(['a;b', 'c,d'], ';'), '"a;b";c,d');
  assert.equal(
    csvOfRows([
      ['a', 1],
      ['b', 2],
    ]),
    'a,1\r\nb,2\r\n',
  );
});

test('a file has a byte order mark where a letter beyond ASCII needs it, and only there', () => {
  assert.equal(csvFile([['a~'], [1]]), 'a~\r\n1\r\n');
  for (const letter of ['é', '上', '🩱', '\x80']) assert.equal(csvFile([['a'], [letter]]), `${MARK}a\r\n${letter}\r\n`);
});

test('what was written can be read', () => {
  for (const separator of [',', ';', '\t', '|', ']', '\\', '^', '-', '😀']) {
    const rows = [
      ['epoch', `a${separator}b`, '', 'c"d"'],
      ['1', '', '\r\n', '"'],
      ['', '', '', ''],
    ];
    assert.deepEqual(
      rowsOfCsv(rows.map((row) => `${csvLine(row, separator)}\n`).join(''), separator).map((row) =>
        row.map((cell) => cell.replace(/^'/, '')),
      ),
      rows,
      separator,
    );
  }
  assert.deepEqual(rowsOfCsv(''), []);
  assert.deepEqual(rowsOfCsv('a,b,'), [['a', 'b', '']]);
  assert.deepEqual(rowsOfCsv(`${MARK}a\r\n\r\nb`), [['a'], [''], ['b']]);
  assert.deepEqual(rowsOfCsv('"a"b,"c\nd'), [['"a"b', '"c'], ['d']], 'quotes that are none');
});

test('the page’s tables are such files', () => {
  const names = Array.from({ length: 10 }, (_, k) => (k ? `类 ${k}` : 'T恤'));
  const probabilities = Float32Array.from({ length: 20 }, (_, i) => (i < 10 ? NaN : Number(i === 13)));
  const predictions = predictionsCsv(wrong({ probabilities, labels: Uint8Array.of(0, 3) }), names);
  assert.ok(predictions.startsWith(`${MARK}picture,true,predicted,T恤,类 1,`));
  assert.deepEqual(rowsOfCsv(predictions)[1].slice(3), Array(10).fill('nan'));
  const words = { nameOf: (/** @type {string} */ label) => label, none: 'none' };
  const photos = csvOf(
    wrong(
      ['', '类 3'].map((label) => ({
        ...{ file: { name: '照片.png' }, predicted: 0, label, probabilities: probabilities.subarray(0, 10) },
        found: { asking: { classNames: names } },
      })),
    ),
    names,
    words,
  );
  assert.deepEqual(rowsOfCsv(photos)[0].slice(0, 5), ['file', 'class', 'predicted', 'confidence', 'T恤']);
  assert.deepEqual(rowsOfCsv(photos)[1], ['照片.png', 'T恤', 'T恤', ...Array(11).fill('nan')]);
  assert.deepEqual(rowsOfCsv(photos)[2].slice(0, 3), ['照片.png', '类 3', 'T恤'], 'corrected');
  assert.ok(photos.startsWith(MARK));
  const least = (/** @type {number} */ threshold) => ({
    ...{ file: { name: 'a' }, predicted: 3, label: '', probabilities: probabilities.subarray(10) },
    found: { asking: { threshold, classNames: names } },
  });
  const answers = rowsOfCsv(csvOf(wrong([least(1), least(1.01)]), names, words));
  assert.deepEqual(
    answers.slice(1).map((row) => row.slice(1, 4)),
    [
      ['类 3', '类 3', '1.0000'],
      ['none', 'none', '1.0000'],
    ],
  );
  const history = historyCsv([
    { epoch: 0, logs: { loss: 1 } },
    { epoch: 1, logs: { loss: Infinity, val_loss: NaN } },
  ]);
  assert.equal(history, 'epoch,loss,val_loss\r\n1,1,\r\n2,inf,nan\r\n');
});
