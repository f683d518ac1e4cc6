import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  exportModel,
  heads,
  importModel,
  input,
  layers,
  loadModel,
  model,
  sequential,
  tensor,
  transfer,
} from '../../shim/index.js';
import { CLASSES, SIDE, isRefusal, refused, smallData, smallModel, weightBytes, wrong } from './support.js';

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

describe('transfer', () => {
  const halved = tensor(
    data.y.data.map((label) => label % 2),
    [30],
  );
  const frozen = (/** @type {import('../../shim/index.js').Model} */ { layers: all }) =>
    all.filter(({ trainable }) => !trainable).map(({ name }) => name);

  test('makes a frozen base with a new head, of stacks and of graphs', async () => {
    const stack = await trained();
    const made = await transfer(stack, { classes: 2, seed: 1 });
    assert.deepEqual(
      made.layers.slice(0, -1).map(({ name }) => name),
      stack.layers.slice(0, 3).map(({ name }) => name),
      'up to what the first dense layer reads',
    );
    assert.deepEqual(
      frozen(made),
      made.layers.slice(0, -1).map(({ name }) => name),
    );
    assert.deepEqual(frozen(stack), [], 'the base stays as it is');
    const graph = await branched();
    const other = await transfer(graph, { classes: 5, layer: 'sum', name: 'other' });
    assert.deepEqual(other.outputShape, [5]);
    assert.equal(other.name, 'other');
    assert.deepEqual(weightsOf(other, 'norm'), weightsOf(graph, 'norm'));
    const body = await model({ inputs: other.inputs, outputs: other.layers[other.layers.length - 2].output });
    const whole = await model({ inputs: graph.inputs, outputs: graph.getLayer('flat').output });
    assert.deepEqual((await body.predict(data.x)).data, (await whole.predict(data.x)).data);
    const again = await transfer(other, { classes: 3 });
    assert.equal(new Set(again.layers.map(({ name }) => name)).size, again.layers.length);
  });

  test('answers with a head of its features, and goes on from there: the head first, then all of it', async () => {
    const made = await transfer(await trained(), { classes: 2, seed: 1 });
    const [head] = made.layers.slice(-1);
    const body = await model({ inputs: made.inputs, outputs: made.layers[made.layers.length - 2].output });
    const features = await body.predict(data.x);
    made.compile({ ...COMPILE, metrics: ['accuracy'] });
    for (const weights of [
      await heads.nearestMean(features, halved, { classes: 2 }),
      await heads.logistic(features, halved, { classes: 2 }),
    ]) {
      head.setWeights(weights);
      const [, accuracy] = await made.evaluate(data.x, halved);
      assert.ok(accuracy > 0.8, `${accuracy}`);
    }
    const before = weightBytes(made);
    const [loss] = await made.evaluate(data.x, halved);
    await made.fit(data.x, halved, FIT);
    const inHead = 4 * head.parameters;
    assert.deepEqual(weightBytes(made).subarray(0, -inHead), before.subarray(0, -inHead));
    made.trainable = true;
    made.compile({ ...COMPILE, optimizer: { name: 'adam', learningRate: 1e-4 } });
    await made.fit(data.x, halved, FIT);
    assert.notDeepEqual(weightBytes(made).subarray(0, -inHead), before.subarray(0, -inHead));
    assert.ok((await made.evaluate(data.x, halved))[0] < loss);
  });

  test('keeps how pictures become its images, and nothing else that was said of the base', async () => {
    const base = await trained();
    const preparation = { size: [SIDE, SIDE], channels: 1, crop: 'whole' };
    base.metadata = { classNames: ['a', 'b', 'c'], preparation };
    assert.deepEqual((await transfer(base, { classes: 2 })).metadata, { preparation });
    assert.equal((await transfer(await trained(), { classes: 2 })).metadata, undefined);
  });

  test('comes back from every format', async () => {
    const made = await transfer(await trained(), { classes: 4 });
    const { data: wanted } = await made.predict(data.x);
    const copies = [await loadModel(await made.save())];
    for (const format of /** @type {const} */ (['keras', 'onnx', 'tfjs']))
      copies.push(await importModel(await exportModel(made, format)));
    for (const copy of copies) {
      const { data: got } = await copy.predict(data.x);
      wanted.forEach((value, i) => assert.ok(Math.abs(value - got[i]) < 1e-5));
    }
  });

  test('refuses what is no model, has no such layer or no layers before its head', async () => {
    const base = await trained();
    const bare = await sequential({ layers: [layers.dense({ inputShape: [4], units: 3 })] });
    /** @type {[any, any, RegExp][]} */
    const cases = [
      [null, { classes: 2 }, /^transfer takes a model, got null$/],
      [base, { classes: 1 }, /^transfer: classes must be an integer 2\.\.65536, got 1$/],
      [base, { classes: 2, layer: 'none' }, /^getLayer: no layer "none"; there are conv2d, /],
      [base, { classes: 2, layers: 'flatten' }, /^transfer has no option 'layers'/],
      [bare, { classes: 2 }, /^transfer: this model has no dense layer with others before it/],
    ];
    for (const [from, options, message] of cases)
      await assert.rejects(transfer(from, options), (error) => isRefusal(error) && message.test(error.message));
  });
});
