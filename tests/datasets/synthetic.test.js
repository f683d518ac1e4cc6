import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datasets, loadCore } from '../../shim/index.js';
import { progressLog, sha256 } from './support.js';

// The first 1000 training pictures of seed 1; tests/core/synthetic_test.c checks that native code gives the same bytes.
const GOLDEN_IMAGES = '0159cfd34be031f053df7a60f6b46c5b94a0a38d2136a363467b27e47374ac10';
const GOLDEN_LABELS = 'a9481e67d43d78eaced2fabc1ae4280a3fe5677aedcdff0b4901a264a4967279';

test('draws the same garments on every machine', async () => {
  const { train, test: held, ...about } = await datasets.synthetic({ trainSize: 1000, testSize: 10, seed: 1 });
  assert.deepEqual(about, {
    name: 'synthetic garments',
    synthetic: true,
    source: 'generator',
    classNames: datasets.FASHION_MNIST.classNames,
  });
  assert.deepEqual(train.images.shape, [1000, 28, 28, 1]);
  assert.deepEqual(train.labels.shape, [1000]);
  assert.deepEqual(held.images.shape, [10, 28, 28, 1]);
  assert.equal(sha256(train.images.data), GOLDEN_IMAGES);
  assert.equal(sha256(train.labels.data), GOLDEN_LABELS);
});

test('a picture depends on the seed and its index alone', async () => {
  const small = await datasets.synthetic({ trainSize: 30, testSize: 20, seed: 7 });
  const large = await datasets.synthetic({ trainSize: 700, testSize: 600, seed: 7 });
  for (const part of /** @type {const} */ (['train', 'test'])) {
    const count = small[part].labels.data.length;
    assert.deepEqual(large[part].labels.data.subarray(0, count), small[part].labels.data);
    assert.deepEqual(large[part].images.data.subarray(0, count * 784), small[part].images.data);
  }
  const other = await datasets.synthetic({ trainSize: 30, testSize: 20, seed: 7 + 2 ** 32 });
  assert.notDeepEqual(other.train.images.data, small.train.images.data);
  assert.notDeepEqual(small.test.images.data, small.train.images.data.subarray(0, 20 * 784));
});

test('every ten pictures hold each class once, in an order that changes', async () => {
  const { train } = await datasets.synthetic({ trainSize: 400, testSize: 1 });
  const orders = new Set();
  for (let at = 0; at < 400; at += 10) {
    const ten = [...train.labels.data.subarray(at, at + 10)];
    assert.deepEqual([...ten].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    orders.add(ten.join());
  }
  assert.ok(orders.size > 35, `${orders.size} orders in 40 tens`);
});

test('no picture is empty, and no two are alike', async () => {
  const { train } = await datasets.synthetic({ trainSize: 2000, testSize: 1, seed: 3 });
  const seen = new Set();
  for (let at = 0; at < 2000; at++) {
    const pixels = train.images.data.subarray(at * 784, (at + 1) * 784);
    const drawn = pixels.filter((pixel) => pixel > 0).length;
    assert.ok(drawn > 50 && drawn < 700, `picture ${at} (class ${train.labels.data[at]}) has ${drawn} pixels drawn`);
    seen.add(sha256(pixels));
  }
  assert.equal(seen.size, 2000);
});

test('tells of its progress in pictures and lets other tasks in between', async () => {
  const { events, onProgress } = progressLog();
  let tasks = 0;
  const timer = setInterval(() => tasks++, 0);
  await datasets.synthetic({ trainSize: 3000, testSize: 1000, onProgress });
  clearInterval(timer);
  assert.ok(tasks >= 3, `${tasks} timers ran`);
  const loaded = events.map((event) => event.loaded);
  assert.deepEqual(
    loaded,
    [...loaded].sort((a, b) => a - b),
  );
  assert.equal(loaded.at(-1), 4000);
  assert.ok(events.length > 10 && events.every((event) => event.phase === 'generate' && event.total === 4000));
});

test('leaves nothing behind in the core', async () => {
  const core = await loadCore();
  await datasets.synthetic({ trainSize: 10, testSize: 10 });
  const before = core.heapInUse();
  await datasets.synthetic({ trainSize: 1000, testSize: 10 });
  assert.equal(core.heapInUse(), before);
});

test('refuses sizes and seeds that make no sense', async () => {
  for (const [options, message] of /** @type {[any, RegExp][]} */ ([
    [{ trainSize: 0 }, /trainSize must be an integer 1\.\.1000000, got 0/],
    [{ testSize: 2.5 }, /testSize must be an integer .* got 2\.5/],
    [{ trainSize: 1e7 }, /trainSize must be an integer .* got 10000000/],
    [{ seed: -1 }, /seed must be an integer 0\.\..* got -1/],
    [{ size: 5 }, /no option 'size'/],
  ]))
    await assert.rejects(datasets.synthetic(options), message);
});
