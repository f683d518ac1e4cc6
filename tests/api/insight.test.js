/** Where a network looks and what its layers see: the worker's part of the page's section Try it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layers, sequential } from '../../shim/index.js';
import { filtersOf, layersOf, mapsOf, occlusionOf } from '../../web/try/insight-work.js';

const SIDE = 28;

/** @param {import('../../shim/layers/layer.js').AnyLayer[]} some */
const built = (some) => sequential({ layers: some, seed: 1, deterministic: true, threads: 1 });

const small = () =>
  built([
    layers.conv2d({ inputShape: [SIDE, SIDE, 1], filters: 3, kernelSize: 3, activation: 'relu', useBias: false }),
    layers.batchNormalization(),
    layers.conv2d({ filters: 2, kernelSize: 3 }),
    layers.flatten(),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);

/** @param {number} at the only bright pixel */
function spot(at) {
  const pixels = new Uint8Array(SIDE * SIDE);
  pixels[at] = 255;
  return pixels;
}

test('occlusion: only the patches that cover what the network reads count', async () => {
  const model = await built([
    layers.flatten({ inputShape: [SIDE, SIDE, 1] }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]);
  const at = 10 * SIDE + 12;
  const kernel = new Float32Array(SIDE * SIDE * 10);
  kernel[at * 10 + 3] = 4; // that pixel supports class 3
  model.setWeights([
    { shape: [SIDE * SIDE, 10], data: kernel },
    { shape: [10], data: new Float32Array(10) },
  ]);
  const whole = Math.exp(4) / (Math.exp(4) + 9);
  const change = await occlusionOf(model, spot(at), 3);
  const expected = (/** @type {number} */ x, /** @type {number} */ y) => {
    const covers = (/** @type {number} */ cx, /** @type {number} */ cy) =>
      Math.abs(cx - 12) <= 2 && Math.abs(cy - 10) <= 2;
    let sum = 0;
    for (let cy = y - 2; cy <= y + 2; cy++)
      for (let cx = x - 2; cx <= x + 2; cx++) if (covers(cx, cy)) sum += whole - 0.1;
    return sum / 25;
  };
  for (const [x, y] of [
    [12, 10],
    [13, 11],
    [16, 10],
    [17, 10],
    [20, 20],
  ])
    assert.ok(Math.abs(change[y * SIDE + x] - expected(x, y)) < 1e-6, `${x}, ${y}`);
  assert.ok((await occlusionOf(model, spot(at), 4))[at] < 0, 'it speaks against the others');
  model.dispose();
});

test('layers: what shows nothing new is left out', async () => {
  const model = await small();
  assert.deepEqual(layersOf(model), [
    { name: 'conv2d', shape: [26, 26, 3], filters: true },
    { name: 'batch_normalization', shape: [26, 26, 3], filters: false },
    { name: 'conv2d_1', shape: [24, 24, 2], filters: true },
    { name: 'dense', shape: [10], filters: false },
  ]);
  model.dispose();
});

test('maps: channel by channel, as the layer gives them', async () => {
  const model = await small();
  const pixels = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => (i * 7) % 256);
  const { data } = model.activations({ shape: [1, SIDE, SIDE, 1], data: pixels }, 'conv2d');
  const maps = mapsOf(model, pixels, 'conv2d');
  assert.deepEqual([maps.width, maps.height, maps.channels, maps.signed], [26, 26, 3, false]);
  const largest = Math.max(...data);
  for (const [x, y, c] of [
    [0, 0, 0],
    [5, 20, 1],
    [25, 25, 2],
  ]) {
    assert.equal(maps.data[(c * 26 + y) * 26 + x], Math.round((255 * data[(y * 26 + x) * 3 + c]) / largest));
  }
  const scores = mapsOf(model, pixels, 'dense');
  assert.deepEqual([scores.width, scores.height, scores.channels], [10, 1, 1]);
  model.dispose();
});

test('filters: those of a layer, the mean over its inputs, zero in the middle', async () => {
  const model = await small();
  const kernel = model.getWeights().find(({ shape }) => shape.length === 4 && shape[2] === 3);
  assert.ok(kernel);
  const { width, height, inputs, channels, signed, data } = filtersOf(model, 'conv2d_1');
  assert.deepEqual([width, height, inputs, channels, signed], [3, 3, 3, 2, true]);
  const mean = (/** @type {number} */ at, /** @type {number} */ filter) =>
    [0, 1, 2].reduce((sum, input) => sum + kernel.data[(at * 3 + input) * 2 + filter] / 3, 0);
  const all = Array.from({ length: 18 }, (_, i) => mean(i % 9, Math.floor(i / 9)));
  const largest = Math.max(...all.map(Math.abs));
  all.forEach((value, i) => assert.ok(Math.abs(data[i] - (128 + (127 * value) / largest)) <= 0.51, `${i}`));
  assert.throws(() => filtersOf(model, 'dense'), /dense has no filters/);
  model.dispose();
});
