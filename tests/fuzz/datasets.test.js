/** Files of a dataset: IDX headers and contents of any kind, and gzip files, intact and damaged. */
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { datasets } from '../../shim/index.js';
import { gunzip } from '../../shim/datasets/bytes.js';
import { readIdx } from '../../shim/datasets/idx.js';
import { useBuild } from '../../shim/core/loading.js';
import { BUILDS, isRefusal } from '../api/support.js';
import { bigEndian } from '../datasets/support.js';
import { damaged, damages } from './alter.js';
import { HOSTILE } from './hostile.js';
import { fuzz } from './property.js';

useBuild(...BUILDS[0]);

const word = fc.oneof(
  fc.nat(4),
  fc.constantFrom(28, 29, 4096, 4097, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1),
  fc.nat(2 ** 31 - 1),
);
const magic = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0x801, 0x803) },
  { weight: 1, arbitrary: fc.constantFrom(0x802, 0x903, 0x1f8b0800, 0x10803) },
  { weight: 1, arbitrary: word },
);

/** A file with the content that its header promises, a few bytes more or less, or none of it. */
const idx = fc
  .record({
    magic,
    words: fc.array(word, { maxLength: 3 }),
    square: fc.boolean(),
    off: fc.oneof(fc.constant(0), fc.integer({ min: -3, max: 3 })),
    content: fc.uint8Array({ minLength: 1, maxLength: 20 }),
  })
  .map(({ magic, words, square, off, content }) => {
    const said = square && magic === 0x803 ? [words[0] ?? 1, 28, 28] : magic === 0x801 ? words.slice(0, 1) : words;
    const promised = said.reduce((product, each) => product * each, 1) + off;
    const length = promised >= 0 && promised <= 5000 ? promised : content.length;
    return new Uint8Array(Buffer.concat([bigEndian([magic, ...said]), Buffer.alloc(length, content)]));
  });

let read = 0;

fuzz(
  'IDX',
  60,
  fc.oneof(idx, fc.uint8Array({ maxLength: 24 })),
  async (bytes) => {
    const file = await readIdx('given', bytes, 10).catch((error) => {
      isRefusal(error);
      assert.match(error.message, /^given: /);
    });
    if (!file) return;
    read++;
    assert.ok(file.count >= 1 && file.data.length === file.count * (file.kind === 'images' ? 784 : 1));
    if (file.kind === 'labels') assert.ok(file.data.every((label) => label < 10));
  },
  { after: (runs) => assert.ok(read > runs / 100, `${read} files read of ${runs}`) },
);

/** A gzip file with some bytes changed, cut off or appended. */
const gzip = fc
  .record({
    content: fc.oneof(idx, fc.uint8Array({ maxLength: 300 })),
    level: fc.constantFrom(0, 1, 9),
    changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
    cut: fc.oneof(fc.constant(0), fc.nat(30)),
    more: fc.oneof(fc.constant(new Uint8Array()), fc.uint8Array({ maxLength: 20 })),
  })
  .map(({ content, level, changes, cut, more }) => {
    const whole = gzipSync(content, { level });
    const bytes = Buffer.concat([whole.subarray(0, Math.max(2, whole.length - cut)), more]);
    for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
    return { content, bytes: new Uint8Array(bytes), isWhole: changes.length === 0 && cut === 0 && more.length === 0 };
  });

fuzz('gzip', 1, gzip, async ({ content, bytes, isWhole }) => {
  const unpacked = await gunzip(bytes).catch((error) => assert.ok(error instanceof Error));
  if (isWhole) assert.deepEqual(unpacked, content);
});

const names = fc.constantFrom('train-images', 'train-labels.gz', 't10k', 'a', '', '../x');
const contents = fc.oneof(
  idx,
  gzip.map(({ bytes }) => bytes),
  fc.uint8Array({ maxLength: 40 }),
  fc.constant(new TextEncoder().encode('<!doctype html>')),
);
const file = fc.record({ name: names, bytes: contents });

/** @param {{ name: string, bytes: Uint8Array<ArrayBuffer> }[]} files */
async function take(files) {
  const given = files.map(({ name, bytes }) => ({
    name,
    size: bytes.length,
    arrayBuffer: async () => bytes.slice().buffer,
  }));
  const dataset = await datasets.fromFiles(given).catch((/** @type {unknown} */ error) => void isRefusal(error));
  if (dataset)
    for (const { images, labels } of [dataset.train, dataset.test]) assert.equal(images.shape[0], labels.shape[0]);
}

fuzz('files of a dataset', 0.5, fc.array(file, { maxLength: 5 }), take);

const hostile = [];
for (const { make, of } of HOSTILE) if (of === 'dataset') hostile.push(await make());

fuzz(
  'damaged hostile files of a dataset',
  0.05,
  fc.tuple(fc.constantFrom(...hostile), fc.nat(), damages),
  ([files, which, damage]) =>
    take(files.map((file, i) => (i === which % files.length ? { ...file, bytes: damaged(file.bytes, damage) } : file))),
);
