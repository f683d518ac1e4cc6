import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exportModel, importModel, input, layers, loadModel, model, sequential, tensor } from '../../shim/index.js';
import { CLASSES, SIDE, refused, smallData, smallModel, weightBytes, wrong } from './support.js';

/** Models that begin like another one: a new head on what a trained model has learned. */

const data = smallData(30);
const FIT = /** @type {const} */ ({ batchSize: 8, epochs: 2, verbose: 0 });
const COMPILE = /** @type {const} */ ({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });

/** A trained stack. */
async function trained() {
  const base = await smallModel();
  await base.fit(data.x, data.y, FIT);
  return base;
}

/** A trained graph with a branch. */
async function branched() {
  const start = input({ shape: [SIDE, SIDE, 1] });
  const stem = layers.conv2d({ name: 'stem', filters: 4, kernelSize: 3, padding: 'same' }).apply(start);
  const norm = layers.batchNormalization({ name: 'norm' }).apply(stem);
  const sum = layers.add({ name: 'sum' }).apply([norm, stem]);
  const flat = layers.flatten({ name: 'flat' }).apply(sum);
  const head = layers.dense({ name: 'head', units: CLASSES, activation: 'softmax' }).apply(flat);
  const base = await model({ inputs: start, outputs: head, seed: 2 });
  base.compile(COMPILE);
  await base.fit(data.x, data.y, FIT);
  return base;
}

/** @param {import('../../shim/index.js').Model} made @param {string} name */
const weightsOf = (made, name) => made.getLayer(name).getWeights();

describe('a stack that begins with the layers of another', () => {
  test('has copies of their weights, under the same names', async () => {
    const base = await trained();
    const kept = weightBytes(base);
    const next = await sequential({
      layers: [...base.layers.slice(0, -1), layers.dense({ name: 'new_head', units: 2, activation: 'softmax' })],
      seed: 5,
    });
    assert.deepEqual(
      next.layers.slice(0, -1).map(({ name }) => name),
      base.layers.slice(0, -1).map(({ name }) => name),
    );
    for (const { name } of base.layers.slice(0, -1)) assert.deepEqual(weightsOf(next, name), weightsOf(base, name));
    assert.deepEqual(next.outputShape, [2]);
    next.compile(COMPILE);
    await next.fit(
      data.x,
      tensor(
        data.y.data.map((label) => label % 2),
        [30],
      ),
      FIT,
    );
    assert.deepEqual(weightBytes(base), kept, 'weights are not shared');
    base.dispose();
    await next.predict(data.x);
  });

  test('answers as they do', async () => {
    const base = await trained();
    const whole = await sequential({ layers: base.layers });
    assert.deepEqual((await whole.predict(data.x)).data, (await base.predict(data.x)).data);
  });

  test('with them frozen, learns the new head alone', async () => {
    const base = await trained();
    base.trainable = false;
    const next = await sequential({ layers: [...base.layers.slice(0, -1), layers.dense({ units: CLASSES })], seed: 1 });
    assert.deepEqual(
      next.layers.map(({ trainable }) => trainable),
      next.layers.map((_, i) => i === next.layers.length - 1),
    );
    next.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    await next.fit(data.x, tensor(new Float32Array(30 * CLASSES), [30, CLASSES]), FIT);
    for (const { name } of base.layers.slice(0, -1)) assert.deepEqual(weightsOf(next, name), weightsOf(base, name));
  });
});

describe('a graph that begins inside another', () => {
  test('goes on from the output of any of its layers', async () => {
    const base = await branched();
    const features = await model({ inputs: base.inputs, outputs: base.getLayer('flat').output });
    assert.deepEqual((await features.predict(data.x)).shape, [30, SIDE * SIDE * 4]);
    const head = layers.dense({ name: 'fresh', units: 5 }).apply(base.getLayer('flat').output);
    const next = await model({ inputs: base.inputs, outputs: head, seed: 3 });
    assert.deepEqual(
      next.layers.map(({ name }) => name),
      ['stem', 'norm', 'sum', 'flat', 'fresh'],
    );
    for (const name of ['stem', 'norm']) assert.deepEqual(weightsOf(next, name), weightsOf(base, name));
    const same = await model({ inputs: base.inputs, outputs: base.outputs });
    assert.deepEqual((await same.predict(data.x)).data, (await base.predict(data.x)).data);
  });

  test('works from files, of other tools too', async () => {
    const base = await branched();
    for (const copy of [await loadModel(await base.save()), await importModel(await exportModel(base, 'keras'))]) {
      const next = await model({ inputs: copy.inputs, outputs: copy.getLayer('sum').output });
      assert.deepEqual(weightsOf(next, 'norm'), weightsOf(base, 'norm'));
    }
  });

  test('is refused between two models', async () => {
    const [one, other] = [await branched(), await branched()];
    await assert.rejects(
      model({ inputs: one.inputs, outputs: other.outputs }),
      /outputs must depend on inputs alone, got another input/,
    );
  });
});

describe('a layer of a model', () => {
  test('has weights that can be read and set', async () => {
    const base = await trained();
    const layer = base.layers[3];
    const [kernel, bias] = layer.getWeights();
    assert.equal(kernel.data.length + bias.data.length, layer.parameters);
    layer.setWeights([kernel, tensor(new Float32Array(bias.data.length).fill(2), bias.shape)]);
    assert.ok(layer.getWeights()[1].data.every((value) => value === 2));
    assert.deepEqual(base.layers[1].getWeights(), []);
    refused(() => layer.setWeights([kernel]), `setWeights: layer ${layer.name} has 2 tensors, got 1`);
    refused(() => layer.setWeights(wrong(null)), `setWeights: layer ${layer.name} has 2 tensors, got null`);
    assert.throws(() => layer.setWeights([bias, kernel]), /^FittingRoomError: setWeights: tensor 2 must have shape/);
  });

  test('of a model that has been disposed has none to copy', async () => {
    const base = await trained();
    const old = base.layers;
    base.dispose();
    await assert.rejects(sequential({ layers: old }), /this model has been disposed/);
  });
});
