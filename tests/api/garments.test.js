/** The pictures that models/photos learns from. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datasets } from '../../shim/index.js';
import { CANVAS, fit, newCanvas, sample } from '../../models/garments/canvas.js';
import { garmentsOf } from '../../models/garments/garments.js';
import { randomFrom } from '../../models/garments/random.js';
import { sha256 } from '../../models/measure.js';

const SIDE = 28;
const drawn = async () => {
  const { train } = await datasets.synthetic({ trainSize: 600, testSize: 1, seed: 1 });
  return { images: /** @type {Uint8Array} */ (train.images.data), labels: /** @type {Uint8Array} */ (train.labels.data) };
};

test('mulberry32: the numbers that its author’s program gives', () => {
  const { next } = randomFrom(1);
  assert.deepEqual([next(), next(), next()].map((value) => Math.round(value * 2 ** 32)), [2693262067, 11749833, 2265367787]);
});

test('the same seed gives the same pictures, another one others', async () => {
  const { images, labels } = await drawn();
  const before = sha256(images);
  const first = garmentsOf(images, labels, 7);
  assert.equal(sha256(garmentsOf(images, labels, 7)), sha256(first));
  assert.notEqual(sha256(garmentsOf(images, labels, 8)), sha256(first));
  assert.equal(sha256(images), before, 'the dataset is left as it is');
});

test('a third of the pictures are only mirrored, and none is empty', async () => {
  const { images, labels } = await drawn();
  const made = garmentsOf(images, labels, 3);
  let clean = 0;
  for (let i = 0; i < labels.length; i++) {
    const [before, after] = [images, made].map((data) => data.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE));
    const same = after.every((value, at) => value === before[at]);
    const mirrored = after.every((value, at) => value === before[at - (at % SIDE) + SIDE - 1 - (at % SIDE)]);
    if (same || mirrored) clean++;
    assert.ok(after.filter((value) => value > 20).length > 20, `picture ${i}, of class ${labels[i]}`);
  }
  assert.ok(Math.abs(clean / labels.length - 0.35) < 0.07, `${clean} of ${labels.length}`);
});

test('sampling: a pixel at its centre, the mean of two between them, black beyond', () => {
  const data = new Uint8Array(SIDE * SIDE);
  data[5 * SIDE + 7] = 200;
  const picture = { data, at: 0 };
  assert.equal(sample(picture, 7, 5), 200);
  assert.equal(sample(picture, 7.5, 5), 100);
  assert.equal(sample(picture, 7.5, 5.5), 50);
  assert.equal(sample(picture, -3, 40), 0);
});

test('fit: the longest edge fills the picture, centred; an empty canvas gives an empty picture', () => {
  const canvas = newCanvas();
  const out = new Uint8Array(SIDE * SIDE);
  fit(canvas, out, 0, 1);
  assert.ok(out.every((value) => value === 0));
  for (let y = 4; y < 60; y++) for (let x = 20; x < 34; x++) canvas[y * CANVAS + x] = 90; // 14 × 56: a quarter as wide as high
  fit(canvas, out, 0, 1);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const inside = x >= 11 && x < 17;
      const edge = x === 10 || x === 17;
      assert.equal(out[y * SIDE + x], inside ? 90 : edge ? 45 : 0, `${x}, ${y}`);
    }
  }
});
