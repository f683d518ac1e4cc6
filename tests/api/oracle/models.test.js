/**
 * Whole models over fifty steps compared with TensorFlow.js, without dropout: its gradients, its layers, its batch
 * normalization; Keras's optimizers where its own deviate. Rounding differs from the first step on, and its effect on
 * the weights grows during training. The tolerances are for fifty steps: 2e-5 is seven times the measured difference;
 * where adam divides tiny gradients by their own size, 3e-5 was measured and 1e-4 is allowed.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tfc from '@tensorflow/tfjs-core';
import * as api from '../../../shim/index.js';
import { Network } from '../../support/reference/network.js';
import { Optimizer } from '../../support/reference/optimizers.js';
import { noise, slice } from '../support.js';
import { TfModel, drawWeights, intercept, near, ourModel, tfLoss, tfTargets, useOracles } from './support.js';

/** @import { Description } from '../../support/reference/network.js' */

before(useOracles);

const STEPS = 50;
const LOSS = { name: 'sparseCategoricalCrossentropy' };

/**
 * Bytes: noise with one bright stripe, whose place is the class.
 * @param {number} count
 * @param {number} side
 * @param {number} classes
 */
function pictures(count, side, classes) {
  const labels = noise(count, 5).map((byte) => byte % classes);
  const pixels = noise(count * side * side, 6);
  for (let i = 0; i < pixels.length; i++) {
    const bright = Math.floor(((i % side) * classes) / side) === labels[Math.floor(i / side ** 2)];
    pixels[i] = (pixels[i] >> 1) + (bright ? 100 : 0);
  }
  return { x: api.tensor(pixels, [count, side, side, 1]), y: api.tensor(labels, [count]) };
}

/** @param {any} images bytes */
const toFloats = ({ shape, data }) =>
  api.tensor(
    Float32Array.from(data, (value) => Math.fround(value / 255)),
    shape,
  );

/**
 * @param {Description} description
 * @param {object} options
 * @param {number} options.batchSize
 * @param {any} options.optimizer
 * @param {tfc.Optimizer} [options.tfOptimizer] its own
 * @param {number} options.relative of the largest weight of each tensor, after all steps
 */
async function trainAlike(description, { batchSize, optimizer, tfOptimizer, relative }) {
  const classes = new Network(description).outputShape[0];
  const all = pictures(STEPS * batchSize, description.inputShape[0], classes);
  const floats = toFloats(all.x);
  const weights = drawWeights(new Network(description));
  const ours = await ourModel(description, { weights });
  const theirs = new TfModel(description, weights);
  const keras = new Optimizer(optimizer);
  ours.model.compile({ optimizer, loss: LOSS.name, metrics: ['accuracy'] });
  theirs.compile(tfLoss(LOSS), tfOptimizer ?? intercept((w, g) => keras.apply(w, g)), ['categoricalAccuracy']);

  /** @type {number[][]} */
  const [losses, tfLosses, accuracies, tfAccuracies] = [[], [], [], []];
  await ours.model.fit(all.x, all.y, {
    batchSize,
    shuffle: false,
    verbose: 0,
    callbacks: {
      onBatchEnd: (/** @type {number} */ _, /** @type {any} */ logs) => {
        losses.push(logs.loss);
        accuracies.push(logs.acc);
      },
    },
  });
  for (let step = 0; step < STEPS; step++) {
    const [first, end] = [step * batchSize, (step + 1) * batchSize];
    const [loss, accuracy] = await theirs.step(
      slice(floats, first, end),
      tfTargets(LOSS, slice(all.y, first, end), classes),
    );
    tfLosses.push(loss);
    tfAccuracies.push(accuracy);
  }
  near('losses', losses, tfLosses, { relative });
  near('accuracies', accuracies, tfAccuracies, { relative: 1e-6 });
  assert.ok(
    tfLosses.slice(-5).reduce((a, b) => a + b) < 0.8 * tfLosses.slice(0, 5).reduce((a, b) => a + b),
    `it learns: ${tfLosses}`,
  );
  const trained = theirs.getWeights();
  ours.getWeights().forEach(({ data }, i) => near(`weights ${i}`, data, trained[i].data, { relative }));
  const few = 2 * batchSize;
  near('predictions', (await ours.model.predict(slice(all.x, 0, few))).data, theirs.predict(slice(floats, 0, few)), {
    relative,
  });

  // And the other way: their weights in a model of ours that was initialized with another seed.
  const copy = await ourModel(description, { seed: 12 });
  copy.setWeights(trained);
  near(
    'predictions from their weights',
    (await copy.model.predict(slice(all.x, 0, few))).data,
    theirs.predict(slice(floats, 0, few)),
  );
  for (const model of [ours, copy]) model.dispose();
  theirs.model.dispose();
}

const conv = (/** @type {number} */ filters, /** @type {any} */ options = {}) => ({
  layer: 'conv2d',
  options: { filters, kernelSize: 3, activation: 'relu', ...options },
});
const dense = (/** @type {number} */ units, activation = 'relu') => ({
  layer: 'dense',
  options: { units, activation },
});

/** @type {Description} */
const TUTORIAL = {
  inputShape: [28, 28, 1],
  nodes: [conv(32), { layer: 'maxPooling2d' }, { layer: 'flatten' }, dense(128), dense(10, 'softmax')],
};

/** Two blocks of convolution, normalization, ReLU and pooling. @type {Description} */
const NORMALIZED = {
  inputShape: [10, 10, 1],
  nodes: [
    ...[5, 6].flatMap((filters) => [
      conv(filters, { padding: 'same', useBias: false, activation: 'linear' }),
      { layer: 'batchNormalization', options: { momentum: 0.9 } },
      { layer: 'reLU' },
      { layer: 'maxPooling2d' },
    ]),
    { layer: 'globalAveragePooling2d' },
    dense(4, 'softmax'),
  ],
};

/** @type {Description} */
const RESIDUAL = {
  inputShape: [8, 8, 1],
  nodes: [
    conv(5, { padding: 'same' }), // 0
    conv(5, { padding: 'same', useBias: false, activation: 'linear' }), // 1
    { layer: 'batchNormalization', options: { momentum: 0.9 } }, // 2
    { layer: 'add', from: [2, 0] }, // 3
    { layer: 'reLU' }, // 4
    {
      layer: 'depthwiseConv2d',
      options: { kernelSize: 3, strides: 2, padding: 'same', depthMultiplier: 2, activation: 'swish' },
    }, // 5
    { ...conv(10, { kernelSize: 1, strides: 2, activation: 'linear' }), from: [4] }, // 6
    { layer: 'add', from: [5, 6] }, // 7
    { layer: 'averagePooling2d' },
    { layer: 'flatten' },
    dense(3, 'softmax'),
  ],
};

/** Each convolution reads what those before it have made, side by side. @type {Description} */
const JOINED = {
  inputShape: [8, 8, 1],
  nodes: [
    conv(4, { padding: 'same' }), // 0
    conv(3, { padding: 'same', activation: 'linear' }), // 1
    { layer: 'concatenate', from: [0, 1] }, // 2
    { layer: 'batchNormalization', options: { momentum: 0.9 } }, // 3
    conv(3, { padding: 'same' }), // 4
    { layer: 'concatenate', from: [2, 4, -1] }, // 5
    conv(5, { kernelSize: 1 }),
    { layer: 'averagePooling2d' },
    { layer: 'flatten' },
    dense(3, 'softmax'),
  ],
};

// Batches of two: each of these steps takes TensorFlow.js a fifth of a second.
test('model: the tutorial’s, fifty steps of adam', () =>
  trainAlike(TUTORIAL, { batchSize: 2, optimizer: { name: 'adam' }, relative: 1e-4 }));

test('model: the tutorial’s with fewer units, fifty steps of sgd', () =>
  trainAlike(
    {
      inputShape: [14, 14, 1],
      nodes: [conv(16), { layer: 'maxPooling2d' }, { layer: 'flatten' }, dense(32), dense(10, 'softmax')],
    },
    { batchSize: 8, optimizer: { name: 'sgd', learningRate: 0.1 }, tfOptimizer: tfc.train.sgd(0.1), relative: 1e-5 },
  ));

for (const [name, description] of /** @type {[string, Description][]} */ ([
  ['two blocks with batch normalization', NORMALIZED],
  ['residual, with depthwise convolution', RESIDUAL],
  ['a block of concatenations', JOINED],
]))
  for (const optimizer of [
    { name: 'adamw', learningRate: 0.003 },
    { name: 'sgd', learningRate: 0.05, momentum: 0.9 },
    { name: 'rmsprop', learningRate: 0.002, momentum: 0.5 },
  ])
    test(`model: ${name}, fifty steps of ${optimizer.name}`, () =>
      trainAlike(description, { batchSize: 6, optimizer, relative: 2e-5 }));
