/**
 * Where TensorFlow.js deviates from Keras 3, which we follow. Each deviation is shown on the smallest case. If a later
 * TensorFlow.js agrees, the test reports it, and the comparisons that leave the case out can include it.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tfc from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { gradientsOf } from '../../support/reference/gradients.js';
import { batchLoss } from '../../support/reference/losses.js';
import { metricOf } from '../../support/reference/metrics.js';
import { Optimizer } from '../../support/reference/optimizers.js';
import { doubles } from '../../support/reference/array.js';
import { TfModel, largest, makeBatch, near, referenceOf, tfLoss, toDoubles, toTf, useOracles } from './support.js';
import { within } from './agree.js';

before(useOracles);

/**
 * @param {ArrayLike<number>} theirs
 * @param {ArrayLike<number>} keras
 * @param {number} [least] the fraction by which they differ
 */
function differ(theirs, keras, least = 0.01) {
  const gap = Array.from(keras, (value, i) => theirs[i] - value);
  assert.ok(
    gap.some(Number.isNaN) || largest(gap) > least * largest(keras),
    `TensorFlow.js agrees by now: ${Array.from(theirs)}`,
  );
}

/** One weight at zero, two steps with a gradient of 1. @param {tfc.Optimizer} optimizer */
function tfPath(optimizer) {
  const w = tfc.variable(tfc.scalar(0), true);
  for (let step = 0; step < 2; step++) optimizer.minimize(() => /** @type {tfc.Scalar} */ (tfc.mul(w, 1)), false, [w]);
  return w.dataSync();
}

/** @param {any} options */
function kerasPath(options) {
  const w = [new Float64Array(1)];
  const optimizer = new Optimizer(options);
  for (let step = 0; step < 2; step++) optimizer.apply(w, [Float64Array.of(1)]);
  return w[0];
}

test('deviation adam: epsilon beside the corrected root', () =>
  differ(tfPath(tfc.train.adam(0.1, 0.9, 0.999, 0.5)), kerasPath({ name: 'adam', learningRate: 0.1, epsilon: 0.5 })));

test('deviation adadelta: divides by the average from before the gradient at hand', () =>
  differ(
    tfPath(tfc.train.adadelta(1, 0.9, 0.5)),
    kerasPath({ name: 'adadelta', learningRate: 1, rho: 0.9, epsilon: 0.5 }),
  ));

test('deviation rmsprop: centered takes epsilon away under the root', () =>
  differ(
    tfPath(tfc.train.rmsprop(0.1, 0.9, 0, 0.02, true)),
    kerasPath({ name: 'rmsprop', learningRate: 0.1, epsilon: 0.02, centered: true }),
  ));

test('deviation adagrad, adadelta: by name they learn at 0.01 and 1, not 0.001', () => {
  const model = () => tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [1] })] });
  for (const [name, rate] of /** @type {const} */ ([
    ['adagrad', 0.01],
    ['adadelta', 1],
  ])) {
    const made = model();
    made.compile({ optimizer: name, loss: 'meanSquaredError' });
    assert.equal(made.optimizer.getConfig().learningRate, rate);
    assert.notEqual(new Optimizer({ name }).options.learningRate, rate);
  }
});

test("deviation averagePooling2d: the gradient under 'same' divides by the whole window", async () => {
  const description = within([6, 5, 2], 'averagePooling2d', { poolSize: 3, strides: 2, padding: 'same' });
  const loss = { name: 'meanSquaredError' };
  const network = referenceOf(description);
  const { x, y } = makeBatch(description, loss, 3);
  const theirs = new TfModel(
    description,
    network.weights.map(({ shape, data }) => ({ shape, data: Float32Array.from(data) })),
  );
  const outputs = network.forward(toDoubles(x));
  near('the output does not', theirs.predict(x), outputs[outputs.length - 1].data);
  differ(
    (await theirs.gradients(tfLoss(loss), x, y)).gradients[0],
    gradientsOf(network, loss, { x: toDoubles(x), targets: y.data }).gradients[0],
  );
});

test('deviation globalMaxPooling2d, max: each of several equal values gets the whole gradient', () => {
  const gradient = tfc.grad((x) => tfc.max(x))(tfc.tensor1d([5, 5, 1]));
  differ(gradient.dataSync(), [0.5, 0.5, 0]);
});

test('deviation maxPooling2d: lets no NaN through', () => {
  const x = tfc.tensor4d([1, NaN, 0, 2], [1, 2, 2, 1]);
  assert.equal(tfc.maxPool(x, 2, 2, 'valid').dataSync()[0], 2, 'TensorFlow.js agrees by now');
});

test('deviation batchNormalization: cannot train without center or scale', async () => {
  for (const options of [{ center: false }, { scale: false }]) {
    const theirs = new TfModel(within([4], 'batchNormalization', options));
    theirs.compile('meanSquaredError', tfc.train.sgd(0.1));
    await assert.rejects(
      theirs.step({ shape: [2, 4], data: new Float32Array(8) }, { shape: [2, 3], data: new Float32Array(6) }),
      TypeError,
    );
  }
});

test('deviation softmax: takes the axis after the batch unless told, and refuses it in an image', () => {
  const image = tfl.layers.softmax({ inputShape: [2, 2, 3] });
  assert.throws(() => image.apply(tfc.zeros([1, 2, 2, 3])), /non-last dimension/);
});

test('deviation reshape: leaves a length of -1 open, which flatten refuses', () => {
  const layer = tfl.layers.reshape({ targetShape: [2, -1] });
  assert.deepEqual(/** @type {tfl.SymbolicTensor} */ (layer.apply(tfl.input({ shape: [6] }))).shape, [null, 2, null]);
});

test('deviation flatten: refuses a row', () => {
  assert.throws(() => tfl.layers.flatten().apply(tfl.input({ shape: [6] })), /incompatible/);
});

test('deviation getWeights: those that are not trained come last', () => {
  const model = tfl.sequential({
    layers: [tfl.layers.batchNormalization({ inputShape: [2] }), tfl.layers.dense({ units: 3, useBias: false })],
  });
  assert.deepEqual(
    model.getWeights().map(({ shape }) => shape),
    [[2], [2], [2, 3], [2], [2]],
  );
});

test('deviation regularizers: evaluate leaves them out', () => {
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({
        units: 1,
        inputShape: [1],
        useBias: false,
        kernelInitializer: 'ones',
        kernelRegularizer: tfl.regularizers.l2({ l2: 0.5 }),
      }),
    ],
  });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const loss = /** @type {tfc.Scalar} */ (model.evaluate(tfc.zeros([1, 1]), tfc.zeros([1, 1])));
  differ(loss.dataSync(), [0.5]);
});

test('deviation categoricalCrossentropy: fromLogits is clipped at 16.1', () => {
  const logits = [50, 0];
  const keras = [batchLoss({ name: 'categoricalCrossentropy', fromLogits: true }, doubles([1, 2], logits), [0, 1])];
  const theirs = /** @type {any} */ (tfl.metrics).categoricalCrossentropy(
    tfc.tensor2d([[0, 1]]),
    tfc.tensor2d([logits]),
    true,
  );
  differ(theirs.dataSync(), keras);
});

test('deviation meanAbsoluteError: a slope of -1 where nothing is wrong', () => {
  assert.equal(
    tfc
      .grad((x) => tfc.abs(x))(tfc.scalar(0))
      .dataSync()[0],
    -1,
    'TensorFlow.js agrees by now',
  );
});

test('deviation relu6: a slope of 1 at six', () => {
  assert.equal(
    tfc
      .grad((x) => tfc.relu6(x))(tfc.scalar(6))
      .dataSync()[0],
    1,
    'TensorFlow.js agrees by now',
  );
});

test('deviation precision, recall: count outputs that are exactly 0 or 1', () => {
  const [t, p] = [tfc.tensor2d([[1], [1], [0]]), tfc.tensor2d([[0.9], [0.8], [0.7]])];
  differ(tfl.metrics.precision(t, p).dataSync(), [
    metricOf('precision', 'binaryCrossentropy', doubles([3, 1], [0.9, 0.8, 0.7]), [1, 1, 0]),
  ]);
  differ(tfl.metrics.recall(t, p).dataSync(), [
    metricOf('recall', 'binaryCrossentropy', doubles([3, 1], [0.9, 0.8, 0.7]), [1, 1, 0]),
  ]);
});

test('deviation topKCategoricalAccuracy: not there', () => {
  const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 6, inputShape: [1] })] });
  assert.throws(() =>
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError', metrics: ['topKCategoricalAccuracy'] }),
  );
});

test('deviation heNormal and its kin: not corrected for the tails that are cut off', () => {
  const values = Array.from(tfl.initializers.heNormal({ seed: 3 }).apply([200, 200]).dataSync());
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  differ([deviation], [Math.sqrt(2 / 200)]);
  near('by as much', [deviation], [0.8796 * Math.sqrt(2 / 200)], { relative: 0.02 });
});

test('deviation activations: no leakyRelu and no silu by name', () => {
  for (const activation of ['leakyRelu', 'silu'])
    assert.throws(() => tfl.layers.activation({ activation: /** @type {any} */ (activation) }));
});

test('deviation sampleWeight: not there', async () => {
  const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [1] })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  await assert.rejects(
    model.fit(toTf({ shape: [1, 1], data: [1] }), toTf({ shape: [1, 1], data: [1] }), { sampleWeight: tfc.ones([1]) }),
    /not supported/,
  );
});

test('deviation stopTraining: an epoch that is cut short is not validated', async () => {
  const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [1] })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const ones = toTf({ shape: [4, 1], data: [1, 1, 1, 1] });
  /** @type {number[]} */
  const ended = [];
  const { history } = await model.fit(ones, ones, {
    batchSize: 1,
    epochs: 3,
    verbose: 0,
    validationData: [ones, ones],
    callbacks: {
      onBatchEnd: (batch) => {
        model.stopTraining = batch === 1;
      },
      onEpochEnd: (epoch) => void ended.push(epoch),
    },
  });
  assert.deepEqual([ended, history.loss.length], [[0], 1], 'the epoch ends in the history, as in Keras');
  assert.equal(history.val_loss, undefined, 'TensorFlow.js agrees by now');
});

test('deviation fitDataset: after the end of the dataset, epochs have no batches', async (t) => {
  const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [1] })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const warn = t.mock.method(console, 'warn', () => {});
  let begun = 0;
  let left = 3;
  const next = async () => {
    const ones = () => toTf({ shape: [1, 1], data: [1] });
    return left-- > 0 ? { done: false, value: { xs: ones(), ys: ones() } } : { done: true, value: null };
  };
  const iterator = async () => {
    begun++;
    return { next };
  };
  const dataset = /** @type {any} */ ({ iterator });
  const ones = toTf({ shape: [4, 1], data: [1, 1, 1, 1] });
  const { epoch, history } = await model.fitDataset(dataset, {
    batchesPerEpoch: 2,
    epochs: 4,
    verbose: 0,
    validationData: [ones, ones],
  });
  assert.deepEqual([epoch, begun], [[0, 1, 2, 3], 1]);
  assert.deepEqual([history.loss.length, history.val_loss.length], [2, 1], 'TensorFlow.js agrees by now');
  assert.equal(warn.mock.callCount(), 3);
});

test('deviation classWeight: a class without a weight is refused', async () => {
  const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [1] })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const ones = toTf({ shape: [2, 1], data: [1, 1] });
  await assert.rejects(
    model.fit(ones, toTf({ shape: [2, 1], data: [0, 5] }), { classWeight: { 0: 2 }, verbose: 0 }),
    /must contain all classes/,
  );
});
