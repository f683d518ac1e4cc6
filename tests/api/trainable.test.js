import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exportModel, importModel, layers, loadModel, sequential } from '../../shim/index.js';
import { CLASSES, SIDE, onEveryBuild, refused, slice, smallData, weightBytes, wrong } from './support.js';

/** @import { AnyLayer } from '../../shim/layers/layer.js' */
/** @import { Model } from '../../shim/index.js' */

/** Layers that keep their weights: `trainable`, as in Keras. */

/**
 * Every kind of layer with weights, between two that learn.
 * @param {boolean} [smooth] without the kinks that finite differences stumble over
 * @returns {AnyLayer[]}
 */
const SANDWICH = (smooth = false, activation = /** @type {'tanh' | 'relu'} */ (smooth ? 'tanh' : 'relu')) => [
  layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation, inputShape: [SIDE, SIDE, 1] }),
  layers.conv2d({ name: 'held', filters: 8, kernelSize: 3, padding: 'same', activation }),
  smooth ? layers.averagePooling2d({ poolSize: 2 }) : layers.maxPooling2d({ poolSize: 2 }),
  layers.batchNormalization({ name: 'held_too' }),
  layers.depthwiseConv2d({ name: 'held_as_well', kernelSize: 3, activation: 'tanh' }),
  layers.conv2d({ name: 'and_held', filters: 6, kernelSize: 1 }),
  layers.flatten(),
  layers.dense({ name: 'held_last', units: 7, activation }),
  layers.dense({ units: CLASSES, activation: 'softmax' }),
];
const HELD = ['held', 'held_too', 'held_as_well', 'and_held', 'held_last'];

/** @param {Model} model @param {string[]} names */
function freeze(model, names) {
  for (const name of names) model.getLayer(name).trainable = false;
}

/** The weights of each layer, by its name. @param {Model} model */
function byLayer(model) {
  const all = model.getWeights().values();
  return Object.fromEntries(
    model.layers.map(({ name, parameters }) => {
      const own = [];
      for (let left = parameters; left > 0; ) {
        const { data } = /** @type {{ data: Float32Array }} */ (all.next().value);
        own.push(Array.from(data));
        left -= data.length;
      }
      return [name, own];
    }),
  );
}

/** @param {ArrayLike<number>} got @param {ArrayLike<number>} want @param {number} tolerance of the largest */
function near(got, want, tolerance) {
  const largest = Math.max(...Array.from(want, Math.abs));
  Array.from(want, (value, i) =>
    assert.ok(Math.abs(got[i] - value) <= tolerance * largest, `${i}: ${got[i]}, want ${value} ± ${tolerance}`),
  );
}

const data = smallData(24);
const COMPILE = { optimizer: /** @type {any} */ ('adam'), loss: /** @type {any} */ ('sparseCategoricalCrossentropy') };
const FIT = /** @type {const} */ ({ batchSize: 8, epochs: 2, verbose: 0 });

onEveryBuild(() => {
  describe('a frozen layer', () => {
    for (const optimizer of [
      'adam',
      { name: 'adamw', weightDecay: 0.1, useEma: true },
      { name: 'sgd', momentum: 0.9, globalClipNorm: 0.01 },
      { name: 'rmsprop', weightDecay: 0.1 },
    ]) {
      test(`keeps its weights, whatever updates the others: ${JSON.stringify(optimizer)}`, async () => {
        const model = await sequential({ layers: SANDWICH(), seed: 3 });
        freeze(model, HELD);
        model.compile({ ...COMPILE, optimizer: /** @type {any} */ (optimizer) });
        const before = byLayer(model);
        await model.fit(data.x, data.y, FIT);
        const after = byLayer(model);
        for (const { name, parameters } of model.layers) {
          if (HELD.includes(name) || parameters === 0) assert.deepEqual(after[name], before[name], name);
          else assert.notDeepEqual(after[name], before[name], name);
        }
      });
    }

    test('passes gradients on: those of the others are what finite differences say', async () => {
      const model = await sequential({ layers: SANDWICH(true), seed: 5 });
      model.compile(COMPILE);
      await model.fit(data.x, data.y, FIT); // moving statistics of its own
      freeze(model, HELD);
      model.compile(COMPILE);
      const batch = { x: slice(data.x, 0, 6), y: slice(data.y, 0, 6) };
      const { loss, gradients } = model.gradients(batch.x, batch.y);
      const weights = model.getWeights();
      const lossOf = async () => (await model.evaluate(batch.x, batch.y))[0];
      near([loss], [await lossOf()], 1e-5); // nothing depends on the batch
      for (const which of [0, 1, weights.length - 2, weights.length - 1]) {
        const { data: values } = weights[which];
        const differences = [];
        const places = Array.from(values.keys()).filter((i) => i % Math.ceil(values.length / 12) === 0);
        for (const i of places) {
          const [value, step] = [values[i], 5e-3];
          const at = async (/** @type {number} */ moved) => {
            values[i] = moved;
            model.setWeights(weights);
            return lossOf();
          };
          differences.push(((await at(value + step)) - (await at(value - step))) / (2 * step));
          values[i] = value;
        }
        model.setWeights(weights);
        near(
          places.map((i) => gradients[which].data[i]),
          differences,
          0.03,
        );
      }
    });

    test('is a fixed function: a head on frozen layers learns what it learns on their outputs', async () => {
      const base = () => [
        layers.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', inputShape: [SIDE, SIDE, 1], trainable: false }),
        layers.batchNormalization({ trainable: false, movingMeanInitializer: 'ones' }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.flatten(),
      ];
      const head = (/** @type {object} */ more) => layers.dense({ ...more, units: CLASSES, activation: 'softmax' });
      const whole = await sequential({ layers: [...base(), head({})], seed: 9 });
      const bare = await sequential({ layers: base(), seed: 9 });
      bare.setWeights(whole.getWeights().slice(0, -2));
      const features = await bare.predict(data.x);
      const alone = await sequential({ layers: [head({ inputShape: features.shape.slice(1) })], seed: 9 });
      alone.setWeights(whole.getWeights().slice(-2));
      for (const [model, x] of /** @type {const} */ ([
        [whole, data.x],
        [alone, features],
      ])) {
        model.compile({ ...COMPILE, optimizer: { name: 'sgd', learningRate: 0.1 } });
        await model.fit(x, data.y, { ...FIT, epochs: 5 });
      }
      const [kernel, bias] = alone.getWeights();
      const [theirs, its] = whole.getWeights().slice(-2);
      near(theirs.data, kernel.data, 1e-4);
      near(its.data, bias.data, 1e-4);
    });
  });
});

describe('trainable', () => {
  test('takes effect with the next compile, and can be taken back', async () => {
    const model = await sequential({ layers: SANDWICH(), seed: 1 });
    model.compile(COMPILE);
    model.trainable = false;
    const before = weightBytes(model);
    await model.fit(data.x, data.y, FIT);
    const moved = weightBytes(model);
    assert.notDeepEqual(moved, before, 'not compiled since');
    model.compile(COMPILE);
    await model.fit(data.x, data.y, FIT);
    assert.deepEqual(weightBytes(model), moved, 'nothing learns');
    assert.equal(model.trainable, false);
    model.trainable = true;
    model.compile(COMPILE);
    await model.fit(data.x, data.y, FIT);
    assert.notDeepEqual(weightBytes(model), moved, 'everything learns again');
  });

  test('a model that is frozen and freed again trains as one that never was', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => sequential({ layers: SANDWICH(), seed: 4 })));
    freeze(one, HELD);
    one.compile(COMPILE);
    one.trainable = true;
    for (const model of [one, other]) {
      model.compile(COMPILE);
      await model.fit(data.x, data.y, FIT);
    }
    assert.deepEqual(weightBytes(one), weightBytes(other));
  });

  test('counts in the summary', async () => {
    const model = await sequential({ layers: SANDWICH(), seed: 1 });
    const figures = () => model.summary(() => {}).match(/rainable params: [\d,]+/g);
    const [all] = /** @type {string[]} */ (figures());
    freeze(model, HELD);
    const [learned, kept] = /** @type {string[]} */ (figures());
    assert.notEqual(learned, all);
    const count = (/** @type {string} */ text) => Number(text.replace(/\D/g, ''));
    assert.equal(count(learned) + count(kept), model.countParams());
    const [first, last] = [model.layers[0], model.layers[model.layers.length - 1]];
    assert.equal(count(learned), first.parameters + last.parameters);
  });

  test('is kept in files, and read from those of other tools', async () => {
    const model = await sequential({ layers: SANDWICH(), seed: 1 });
    freeze(model, HELD);
    const frozen = (/** @type {Model} */ { layers: list }) =>
      list.filter(({ trainable }) => !trainable).map(({ name }) => name);
    const own = await loadModel(await model.save());
    assert.deepEqual(frozen(own), HELD);
    own.compile(COMPILE);
    const before = byLayer(own);
    await own.fit(data.x, data.y, FIT);
    for (const name of HELD) assert.deepEqual(byLayer(own)[name], before[name], name);
    for (const format of /** @type {const} */ (['tfjs', 'keras'])) {
      const files = await exportModel(model, format);
      assert.deepEqual(frozen(await importModel(files)), HELD, format);
    }
  });

  test('must be true or false', async () => {
    refused(
      () => layers.dense({ units: 1, trainable: wrong('no') }),
      'dense: trainable must be true or false, got "no"',
    );
    const model = await sequential({ layers: SANDWICH(), seed: 1 });
    refused(() => (model.trainable = wrong(1)), 'model: trainable must be true or false, got 1');
    model.getLayer('held').trainable = wrong(0);
    refused(() => model.compile(COMPILE), 'compile: trainable of layer held must be true or false, got 0');
  });
});
