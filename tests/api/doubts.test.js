import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { layers, losses, onWarning, sequential, tensor } from '../../shim/index.js';
import { refused, wrong } from './support.js';

/** What is allowed, but likely to be a mistake, is told once, with what would be right. */

const SIDE = 4;
/** @param {object} [last] options of the last layer */
async function classifier(last = { activation: 'softmax' }) {
  const model = await sequential({
    layers: [layers.flatten({ inputShape: [SIDE, SIDE, 1] }), layers.dense({ units: 2, ...last })],
    seed: 1,
  });
  model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  return model;
}

const COUNT = 6;
const labels = tensor(
  Int32Array.from({ length: COUNT }, (_, i) => i % 2),
  [COUNT],
);
/** @param {(i: number) => number} value @param {typeof Float32Array | typeof Uint8Array} [Kind] */
const images = (value, Kind = Float32Array) =>
  tensor(new Kind(Array.from({ length: COUNT * SIDE * SIDE }, (_, i) => value(i))), [COUNT, SIDE, SIDE, 1]);
const good = images((i) => (i % 7) / 7);
const SILENT = /** @type {const} */ ({ verbose: 0 });

describe('warnings', () => {
  /** @type {string[]} */
  let told = [];
  beforeEach(() => {
    told = [];
    onWarning((message) => told.push(message));
  });
  afterEach(() => onWarning());

  test('none about what is right', async () => {
    for (const x of [good, images((i) => i * 2, Uint8Array), images((i) => (i % 5) - 2), images((i) => 300 + i)]) {
      const model = await classifier();
      await model.fit(x, labels, SILENT);
      await model.evaluate(x, labels);
      await model.predict(x);
    }
    assert.deepEqual(told, []);
  });

  test('values that are not finite: which and where, once per model', async () => {
    for (const [bad, shown] of /** @type {const} */ ([
      [NaN, 'NaN'],
      [Infinity, 'Infinity'],
      [-Infinity, '-Infinity'],
    ])) {
      told = [];
      const x = images((i) => (i === 2 * SIDE * SIDE + 3 ? bad : 0.5));
      const model = await classifier();
      await model.predict(x);
      await model.predict(x);
      await model.fit(x, labels, SILENT);
      assert.deepEqual(told, [
        `predict: x holds ${shown}, first in sample 2, and so will the results; replace such values, or leave those ` +
          'samples out',
      ]);
    }
  });

  test('floats that look like pixels 0..255', async () => {
    const x = images((i) => (i * 37) % 256);
    const expected =
      'x looks like pixels 0..255, but floats are taken as they are; give bytes (Uint8Array), which are scaled by ' +
      '1/255, or divide by 255';
    const model = await classifier();
    await model.fit(x, labels, { ...SILENT, epochs: 2 });
    const evaluated = await classifier();
    await evaluated.evaluate(x, labels);
    const streamed = await classifier();
    await streamed.fitDataset([{ xs: x, ys: labels }], { ...SILENT, epochs: 2 });
    assert.deepEqual(told, [`fit: ${expected}`, `evaluate: ${expected}`, `fitDataset: ${expected}`]);
  });

  test('numbers that are no pixels may be as large, and layers may scale them', async () => {
    const rows = await sequential({ layers: [layers.dense({ inputShape: [4], units: 1, activation: 'sigmoid' })] });
    rows.compile({ optimizer: 'sgd', loss: 'binaryCrossentropy' });
    await rows.fit(tensor([0, 80, 200, 12], [1, 4]), tensor([1], [1, 1]), SILENT);
    const scaling = await sequential({
      layers: [
        layers.batchNormalization({ inputShape: [SIDE, SIDE, 1] }),
        layers.flatten(),
        layers.dense({ units: 2, activation: 'softmax' }),
      ],
    });
    await scaling.predict(images((i) => i % 256));
    assert.deepEqual(told, []);
  });

  test('a crossentropy of a linear output without fromLogits', async () => {
    const model = await classifier({});
    await model.fit(good, labels, SILENT);
    await model.fit(good, labels, SILENT);
    const expected =
      'fit: sparseCategoricalCrossentropy takes probabilities, but the last layer has no activation; compile with ' +
      "loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }), or give the layer activation: 'softmax'";
    assert.deepEqual(told, [expected]);
    const right = await classifier({});
    right.compile({ optimizer: 'sgd', loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }) });
    await right.fit(good, labels, SILENT);
    const shaped = await sequential({
      layers: [
        layers.flatten({ inputShape: [SIDE, SIDE, 1] }),
        layers.dense({ units: 1 }),
        layers.reshape({ targetShape: [1] }),
      ],
    });
    shaped.compile({ optimizer: 'sgd', loss: 'binaryCrossentropy' });
    await shaped.evaluate(good, tensor(Float32Array.from(labels.data), [COUNT, 1]));
    assert.match(told[1], /^evaluate: binaryCrossentropy takes probabilities.*activation: 'sigmoid'$/);
    shaped.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await shaped.fit(good, tensor(Float32Array.from(labels.data), [COUNT, 1]), SILENT);
    assert.equal(told.length, 2);
  });

  test('go to the console where nothing else is said, and nowhere with null', async (t) => {
    const console_ = t.mock.method(console, 'warn', () => {});
    const x = images(() => NaN);
    onWarning(null);
    await (await classifier()).predict(x);
    assert.equal(console_.mock.callCount(), 0);
    onWarning();
    await (await classifier()).predict(x);
    assert.match(String(console_.mock.calls[0].arguments[0]), /^predict: x holds NaN/);
    refused(() => onWarning(wrong('off')), 'onWarning takes a function, or null for no warnings, got "off"');
    assert.deepEqual(told, []);
  });
});
