import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { gunzip } from '../../shim/datasets/bytes.js';
import { datasets } from '../../shim/index.js';
import { file, idxImages, idxLabels, progressLog, someLabels } from './support.js';

const trainImages = idxImages(50, { seed: 1 });
const trainLabels = idxLabels(someLabels(50));
const testImages = idxImages(20, { seed: 2 });
const testLabels = idxLabels(someLabels(20, 4));

/** Four files, each of which may be replaced, or left out by null. @param {Record<string, File | null>} [changes] */
function four(changes = {}) {
  const files = {
    trainImages: file('a.gz', gzipSync(trainImages)),
    trainLabels: file('b.gz', gzipSync(trainLabels)),
    testImages: file('c.gz', gzipSync(testImages)),
    testLabels: file('d.gz', gzipSync(testLabels)),
    ...changes,
  };
  return Object.values(files).filter((each) => each !== null);
}

/** @param {File[]} files @param {RegExp} message */
async function refuses(files, message) {
  await assert.rejects(datasets.fromFiles(files), (/** @type {Error & { code?: string }} */ error) => {
    assert.equal(error.name, 'FittingRoomError', String(error.stack));
    assert.equal(error.code, 'bad-data');
    assert.match(error.message, message);
    return true;
  });
}

/** @param {import('../../shim/datasets.js').Dataset} loaded */
function assertWhole(loaded) {
  const { source, synthetic, train, test: held, classNames } = loaded;
  assert.equal(source, 'files');
  assert.equal(synthetic, false);
  assert.equal(classNames.length, 10);
  assert.deepEqual(train.images.shape, [50, 28, 28, 1]);
  assert.deepEqual(held.labels.shape, [20]);
  assert.ok(trainImages.subarray(16).equals(train.images.data));
  assert.ok(trainLabels.subarray(8).equals(train.labels.data));
  assert.ok(testImages.subarray(16).equals(held.images.data));
  assert.ok(testLabels.subarray(8).equals(held.labels.data));
}

test('takes the four files in any order, gzip or not', async () => {
  assertWhole(await datasets.fromFiles(four()));
  assertWhole(await datasets.fromFiles(four().reverse()));
  const raw = [testLabels, trainImages, trainLabels, testImages].map((bytes, i) => file(`${i}`, bytes));
  assertWhole(await datasets.fromFiles(raw));
  assertWhole(
    await datasets.fromFiles(four({ testImages: file('c', testImages), trainLabels: file('b', trainLabels) })),
  );
});

test('takes whatever has a name and an arrayBuffer', async () => {
  const plain = four().map((each) => ({ name: each.name, arrayBuffer: () => each.arrayBuffer() }));
  assertWhole(await datasets.fromFiles(plain));
});

test('tells of its progress in bytes', async () => {
  const { events, onProgress } = progressLog();
  const files = four();
  const total = files.reduce((sum, { size }) => sum + size, 0);
  await datasets.fromFiles(files, { onProgress });
  const loaded = events.map((event) => event.loaded);
  assert.deepEqual(
    loaded,
    [...loaded].sort((a, b) => a - b),
  );
  assert.equal(loaded.at(-1), total);
  assert.ok(events.every((event) => event.total === total && event.phase === 'decompress'));
  assert.deepEqual([...new Set(events.map((event) => event.file))], ['a.gz', 'b.gz', 'c.gz', 'd.gz']);
});

test('equal counts are told apart by name', async () => {
  const images = idxImages(50, { seed: 9 });
  const changes = {
    trainImages: file('my-train.gz', gzipSync(trainImages)),
    testImages: file('t10k-mine.gz', gzipSync(images)),
    testLabels: file('the-test-labels', idxLabels(someLabels(50, 1))),
    trainLabels: file('train-labels', trainLabels),
  };
  const { train, test: held } = await datasets.fromFiles(four(changes));
  assert.ok(trainImages.subarray(16).equals(train.images.data));
  assert.ok(images.subarray(16).equals(held.images.data));
  assert.equal(held.labels.data[0], 1);
  await refuses(
    four({ ...changes, testImages: file('more.gz', gzipSync(images)) }),
    /my-train\.gz and more\.gz both hold 50 images/,
  );
});

test('names what is missing', async () => {
  await refuses([], /missing: the training images .*the test labels .*given: no file/);
  await refuses(
    four({ trainLabels: null, testLabels: null }),
    /missing: the training labels \(such as train-labels-idx1-ubyte\.gz\), the test labels/,
  );
  await refuses(
    four({ testImages: null, trainImages: file('train.gz', gzipSync(trainImages)) }),
    /missing: the test images \(such as t10k-images-idx3-ubyte\.gz\); given: train\.gz, b\.gz, d\.gz/,
  );
  await refuses(four({ trainImages: null, testImages: file('t10k', testImages) }), /missing: the training images/);
});

test('names duplicates', async () => {
  await refuses(four({ testImages: file('again', trainImages) }), /a\.gz and again hold the same images/);
  await refuses([...four(), file('e', idxLabels([1, 2]))], /there must be two files of labels, got 3: b\.gz, d\.gz, e/);
});

test('names counts that do not match', async () => {
  await refuses(
    four({ trainLabels: file('short', idxLabels(someLabels(49))) }),
    /a\.gz has 50 images, but short has 49 labels/,
  );
});

test('names files that are of another kind', async () => {
  await refuses(
    four({ testImages: file('photo.png', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')) }),
    /photo\.png must be a gzip or IDX file/,
  );
  await refuses(four({ testImages: file('saved.gz', Buffer.from('<!DOCTYPE html>')) }), /saved\.gz .*web page/);
  await refuses(four({ testImages: file('empty.gz', new Uint8Array(0)) }), /empty\.gz must be a gzip or IDX file/);
});

test('what is too long is refused before it is read, or while it is unpacked', async () => {
  const long = Object.assign(file('long.gz', Buffer.alloc(0)), { arrayBuffer: () => assert.fail('it was read') });
  Object.defineProperty(long, 'size', { value: 2 ** 29 + 1 });
  await refuses(
    four({ trainImages: long }),
    /^long\.gz: too large: 536870913 bytes with the files before it; at most 536870912 are read$/,
  );
  const packed = Uint8Array.from(gzipSync(Buffer.alloc(100_000)));
  assert.equal((await gunzip(packed, undefined, 100_000)).length, 100_000);
  await assert.rejects(gunzip(packed, undefined, 99_999), {
    name: 'FittingRoomError',
    message: 'too large: more than 99999 bytes are packed in it',
  });
});

test('reading files can be given up', async () => {
  const controller = new AbortController();
  const reading = datasets.fromFiles(four(), {
    signal: controller.signal,
    onProgress: () => controller.abort(new Error('no more')),
  });
  await assert.rejects(reading, { message: 'no more' });
});

test('names gzip files that are cut short or damaged', async () => {
  const whole = gzipSync(trainImages);
  await refuses(
    four({ trainImages: file('cut.gz', whole.subarray(0, whole.length >> 1)) }),
    /cut\.gz: the gzip file is cut short or damaged/,
  );
  await refuses(
    four({ trainImages: file('tail.gz', whole.subarray(0, -4)) }),
    /tail\.gz: the gzip file is cut short or damaged/,
  );
  await refuses(
    four({ trainImages: file('head.gz', whole.subarray(0, 10)) }),
    /head\.gz: the gzip file is cut short or damaged/,
  );
  const damaged = Uint8Array.from(whole).with(whole.length - 8, whole[whole.length - 8] ^ 1);
  await refuses(four({ trainImages: file('crc.gz', damaged) }), /crc\.gz: the gzip file is cut short or damaged/);
});

test('gzip files whose stated length is wrong for them are still read', async () => {
  const members = [gzipSync(trainImages.subarray(0, 5000)), gzipSync(trainImages.subarray(5000))];
  assertWhole(await datasets.fromFiles(four({ trainImages: file('two-members.gz', Buffer.concat(members)) })));
});

/** @param {(copy: Buffer) => Uint8Array} change */
const changed = (change) => file('x.idx', change(Buffer.from(trainImages)));

/** Every fault of a header has its own message. @type {[string, File, RegExp][]} */
const malformed = [
  ['four bytes', changed((b) => b.subarray(0, 4)), /x\.idx: .*header/],
  ['half a header', changed((b) => b.subarray(0, 12)), /x\.idx: .*header/],
  ['an element type', changed((b) => (b.writeUInt8(0x0d, 2), b)), /x\.idx: .*element type must be 0x08 .*0x0d/],
  ['a rank of 2', changed((b) => (b.writeUInt8(2, 3), b)), /x\.idx: .*rank must be 1 .* or 3 .*got 2/],
  ['a count of zero', changed((b) => (b.writeUInt32BE(0, 4), b)), /x\.idx: .*count must be 1/],
  ['a huge count', changed((b) => (b.writeUInt32BE(0xffffffff, 4), b)), /x\.idx: .*count must be 1/],
  ['no rows', changed((b) => (b.writeUInt32BE(0, 8), b)), /x\.idx: .*rows must be 1/],
  ['too many columns', changed((b) => (b.writeUInt32BE(70000, 12), b)), /x\.idx: .*columns must be 1/],
  ['a missing pixel', changed((b) => b.subarray(0, -1)), /x\.idx: .*cut short: 50 images need 39216 bytes, got 39215/],
  [
    'a pixel too many',
    changed((b) => Buffer.concat([b, Buffer.of(0)])),
    /x\.idx: .*1 bytes follow the last of the 50 images/,
  ],
  ['another size', file('x.idx', idxImages(3, { rows: 32, columns: 32 })), /x\.idx: images must be 28×28, got 32×32/],
];
for (const [what, bad, message] of malformed)
  test(`refuses an IDX file with ${what}`, () => refuses(four({ trainImages: bad }), message));

test('names the first label that is out of range', async () => {
  const labels = someLabels(50);
  labels[31] = 10;
  labels[40] = 255;
  await refuses(
    four({ trainLabels: file('labels.gz', gzipSync(idxLabels(labels))) }),
    /labels\.gz: label 31 must be 0\.\.9, got 10/,
  );
});
