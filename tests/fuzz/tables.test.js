/** Tables that people bring: any text, and rows that are nearly right. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { useBuild } from '../../shim/core/loading.js';
import { datasets } from '../../shim/index.js';
import { BUILDS, isRefusal } from '../api/support.js';
import { fileOf } from '../support/tables.js';
import { fuzz } from './property.js';

useBuild(...BUILDS[0]);

const odd = fc.constantFrom(
  '',
  ' ',
  '0',
  '255',
  '256',
  '-1',
  '1e2',
  '0x10',
  'NaN',
  '"',
  '""',
  '\ufeff',
  '\0',
  '<b>',
  '..',
);
const word = fc.constantFrom('label', 'class', 'file', 'pixels', 'split', 'pixel1', 'id', 'train', 'test', '__proto__');
const picture = fc.constantFrom('a', 'a.png', 'd/a.png', '..\\a.png', 'b', 'b.png', 'x/b', '/', '../..', 'gone');
const cell = fc.oneof(
  { weight: 6, arbitrary: fc.nat(255).map(String) },
  odd,
  word,
  picture,
  fc.string({ maxLength: 8 }),
);
const table = fc
  .record({
    rows: fc.array(fc.array(cell, { minLength: 1, maxLength: 12 }), { maxLength: 12 }),
    wide: fc.option(fc.constantFrom(2, 5, 10, 13)),
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    end: fc.constantFrom('\n', '\r\n', '\r'),
    quoted: fc.boolean(),
  })
  .map(({ rows, wide, delimiter, end, quoted }) =>
    rows
      .map((cells) => (wide ? Array.from({ length: wide }, (_, i) => cells[i % cells.length]) : cells))
      .map((cells) => cells.map((each) => (quoted ? `"${each.replaceAll('"', '""')}"` : each)).join(delimiter))
      .join(end),
  );
const text = fc.oneof({ weight: 5, arbitrary: table }, fc.string({ unit: 'binary', maxLength: 200 }));

let read = 0;

fuzz(
  'tables of pixels',
  1,
  fc.array(fc.tuple(fc.constantFrom('train.csv', 'test.csv', 'a.csv', 'fashion.csv'), text), {
    minLength: 1,
    maxLength: 3,
  }),
  async (files) => {
    const dataset = await datasets
      .fromCsv(files.map((each) => fileOf(...each)))
      .catch((error) => void isRefusal(error));
    if (!dataset) return;
    read++;
    for (const { images, labels, names } of [dataset.train, dataset.validation, dataset.test]) {
      assert.equal(
        images.data.length,
        images.shape.reduce((a, b) => a * b),
      );
      assert.deepEqual([labels.data.length, names.length], [images.shape[0], images.shape[0]]);
      assert.ok(labels.data.every((label) => label < dataset.classNames.length));
    }
  },
  { after: () => assert.ok(read > 0, 'some are read') },
);

/** Names and labels, perhaps with a header. */
const listing = fc
  .tuple(
    fc.array(fc.tuple(picture, cell), { minLength: 1, maxLength: 8 }),
    fc.boolean(),
    fc.constantFrom(',', ';', '\t'),
  )
  .map(([rows, hasHeader, delimiter]) =>
    [...(hasHeader ? [['file', 'label']] : []), ...rows].map((row) => row.join(delimiter)).join('\n'),
  );

const decode = async () => ({ width: 1, height: 1, rows: () => new Uint8Array(4) });
const PATHS = ['d/a.png', 'd/b.png', 'd/e/a.png', 'c.png'];
let listed = 0;

fuzz(
  'tables of labels',
  1,
  fc.oneof(listing, text),
  async (content) => {
    const files = [...PATHS.map((path) => [path, '']), ['d/labels.csv', content]];
    const placed = files.map(([path, bytes]) => ({ path, file: fileOf(path, bytes) }));
    const dataset = await datasets
      .fromFolder(placed, { size: 1, decode, validation: 0, test: 0 })
      .catch((error) => void isRefusal(error));
    if (!dataset) return;
    listed++;
    const { train, refused } = dataset;
    for (const path of PATHS)
      assert.ok(train.names.includes(path) || refused.some(({ name }) => name === path), `${path} is told of`);
  },
  { after: () => assert.ok(listed > 0, 'some are used') },
);
