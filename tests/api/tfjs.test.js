/**
 * The same models, weights and batches in TensorFlow.js: what both come to after a few steps. Dropout
 * is left out, as the two draw different masks. Floats are summed in other orders there, so figures
 * agree to rounding, which each tolerance allows for.
 */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import '@tensorflow/tfjs-backend-cpu';
import * as tfc from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { layers, sequential, tensor } from '../../shim/index.js';
import { noise, slice } from './support.js';

/** @import { Sequential } from '../../shim/index.js' */
/** @import { CompileOptions } from '../../shim/model.js' */
/** @import { LayerConfig } from '../../shim/layers.js' */
/** @typedef {import('../../shim/tensor.js').Tensor} Tensor */

const STEPS = 10;
const BATCH = 8;

/** @param {Tensor} t */
const toTf = ({ shape, data }) => tfc.tensor(Float32Array.from(data), shape);

/** @param {Tensor} images bytes */
const toFloats = ({ shape, data }) => tensor(Float32Array.from(data, (value) => Math.fround(value / 255)), shape);

/** @param {LayerConfig} config */
function tfLayer({ kind, inputShape, ...config }) {
  const options = /** @type {any} */ ({ ...config, ...(inputShape && { inputShape }) });
  if (kind === 'conv2d') return tfl.layers.conv2d(options);
  if (kind === 'max_pooling2d') return tfl.layers.maxPooling2d(options);
  if (kind === 'flatten') return tfl.layers.flatten(options);
  if (kind === 'dense') return tfl.layers.dense(options);
  return tfl.layers.activation(options);
}

/** Noise with one bright third. @param {number} count @param {number} side @param {number} classes */
function pictures(count, side, classes) {
  const labels = noise(count, 5).map((byte) => byte % classes);
  const pixels = noise(count * side * side, 6);
  for (let i = 0; i < pixels.length; i++) {
    const bright = Math.floor(((i % side) * classes) / side) === labels[Math.floor(i / side ** 2)];
    pixels[i] = (pixels[i] >> 1) + (bright ? 100 : 0);
  }
  const hot = new Float32Array(count * classes);
  labels.forEach((label, i) => { hot[i * classes + label] = 1; });
  return { x: tensor(pixels, [count, side, side, 1]), y: tensor(labels, [count]), hot: tensor(hot, [count, classes]) };
}

/** @param {string} what @param {ArrayLike<number>} got @param {ArrayLike<number>} want @param {number} tolerance */
function near(what, got, want, tolerance) {
  assert.equal(got.length, want.length, what);
  let worst = 0;
  for (let i = 0; i < got.length; i++) worst = Math.max(worst, Math.abs(got[i] - want[i]));
  assert.ok(worst <= tolerance, `${what} differ by ${worst}, allowed ${tolerance}`);
}

/**
 * TensorFlow.js's own Adam adds epsilon after the corrections and its AdaDelta divides by the average
 * from before the gradient at hand; Keras's formulas on TensorFlow.js's gradients are what ours must
 * come to.
 */
class KerasOptimizer extends tfc.Optimizer {
  static className = 'KerasOptimizer';
  /** @type {Map<string, [tfc.Tensor, tfc.Tensor]>} */
  #states = new Map();
  #update;
  #steps = 0;

  /** @param {(w: tfc.Tensor, g: tfc.Tensor, a: tfc.Tensor, b: tfc.Tensor, step: number) => [tfc.Tensor, tfc.Tensor, tfc.Tensor]} update */
  constructor(update) {
    super();
    this.#update = update;
  }

  /** @param {any} gradients */
  applyGradients(gradients) {
    this.#steps++;
    for (const { name, tensor: g } of /** @type {{ name: string, tensor: tfc.Tensor }[]} */ (gradients)) {
      const variable = tfc.engine().registeredVariables[name];
      const [a, b] = this.#states.get(name) ?? [tfc.zerosLike(variable), tfc.zerosLike(variable)];
      const [w, newA, newB] = this.#update(variable, g, a, b, this.#steps);
      variable.assign(/** @type {any} */ (w));
      this.#states.set(name, [tfc.keep(newA), tfc.keep(newB)]);
    }
  }

  getConfig() {
    return {};
  }
}

const { add, div, mul, sqrt, square, sub } = tfc;

/** decay · past + (1 - decay) · value @param {number} decay @param {tfc.Tensor} past @param {tfc.Tensor} value */
const average = (decay, past, value) => add(mul(past, decay), mul(value, 1 - decay));

/** @param {number} rate @param {number} beta1 @param {number} beta2 @param {number} epsilon */
const kerasAdam = (rate, beta1, beta2, epsilon) =>
  new KerasOptimizer((w, g, m, v, step) => {
    const [newM, newV] = [average(beta1, m, g), average(beta2, v, square(g))];
    const size = (rate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step);
    return [sub(w, div(mul(newM, size), add(sqrt(newV), epsilon))), newM, newV];
  });

/** @param {number} rate @param {number} rho @param {number} epsilon */
const kerasAdadelta = (rate, rho, epsilon) =>
  new KerasOptimizer((w, g, squares, changes) => {
    const newSquares = average(rho, squares, square(g));
    const change = mul(div(sqrt(add(changes, epsilon)), sqrt(add(newSquares, epsilon))), g);
    return [sub(w, mul(change, rate)), newSquares, average(rho, changes, square(change))];
  });

/**
 * Trains both for STEPS batches and compares losses, weights and predictions.
 * @param {{ stack: LayerConfig[], optimizer: any, tfOptimizer: tfc.Optimizer, data: ReturnType<typeof pictures>, loss?: any, tolerance: number }} options
 */
async function trainAlike({ stack, optimizer, tfOptimizer, data, loss = 'sparseCategoricalCrossentropy', tolerance }) {
  const ours = await sequential({ layers: stack, seed: 11 });
  ours.compile({ optimizer, loss, metrics: ['accuracy'] });
  const theirs = tfl.sequential({ layers: stack.map(tfLayer) });
  const dense = loss === 'sparseCategoricalCrossentropy' ? 'categoricalCrossentropy' : loss;
  theirs.compile({ optimizer: tfOptimizer, loss: dense, metrics: ['accuracy'] });
  theirs.setWeights(ours.getWeights().map(toTf));

  const targets = loss === 'sparseCategoricalCrossentropy' ? data.y : data.hot;
  const floats = toFloats(data.x);
  for (let step = 0; step < STEPS; step++) {
    const [first, end] = [step * BATCH, (step + 1) * BATCH];
    const { history } = await ours.fit(slice(data.x, first, end), slice(targets, first, end), { verbose: 0, batchSize: BATCH, shuffle: false });
    const result = await theirs.trainOnBatch(toTf(slice(floats, first, end)), toTf(slice(data.hot, first, end)));
    const [tfLoss, tfAccuracy] = /** @type {number[]} */ (result);
    near(`losses of step ${step}`, history.loss, [tfLoss], 10 * tolerance);
    near(`accuracies of step ${step}`, history.acc, [tfAccuracy], 1e-6);
  }
  const weights = theirs.getWeights().map((t) => t.dataSync());
  ours.getWeights().forEach(({ data: values }, i) => near(`weights of tensor ${i}`, values, weights[i], tolerance));
  const few = slice(data.x, 0, 2 * BATCH);
  const predicted = /** @type {tfc.Tensor} */ (theirs.predict(toTf(slice(floats, 0, 2 * BATCH))));
  near('predictions', (await ours.predict(few)).data, predicted.dataSync(), 10 * tolerance);

  // And back: their weights in a model of ours that was drawn from another seed.
  const copy = await sequential({ layers: stack, seed: 12 });
  copy.setWeights(theirs.getWeights().map((t) => tensor(t.dataSync(), t.shape)));
  near('predictions from their weights', (await copy.predict(few)).data, predicted.dataSync(), 1e-5);
  for (const model of [ours, copy]) model.dispose();
  theirs.dispose();
  tfOptimizer.dispose();
}

describe('TensorFlow.js comes to the same', () => {
  before(() => tfc.setBackend('cpu'));
  const digits = pictures(STEPS * BATCH, 28, 10);
  const small = pictures(STEPS * BATCH, 11, 3);

  const tutorial = () => [
    layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, activation: 'relu' }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 128, activation: 'relu' }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ];
  const strided = () => [
    layers.conv2d({ inputShape: [11, 11, 1], filters: 6, kernelSize: [3, 4], strides: 2, padding: 'same', activation: 'relu' }),
    layers.conv2d({ filters: 9, kernelSize: 3, strides: [1, 2], padding: 'same', activation: 'sigmoid', useBias: false }),
    layers.maxPooling2d({ poolSize: [3, 2], strides: [2, 1], padding: 'same' }),
    layers.flatten(),
    layers.dense({ units: 7 }),
    layers.reLU(),
    layers.dense({ units: 3, activation: 'softmax' }),
  ];

  // Adam divides by the gradient's own size: where that is near zero, rounding is a larger share.
  test('the tutorial’s model, ten steps of Adam', () =>
    trainAlike({ stack: tutorial(), optimizer: 'adam', tfOptimizer: kerasAdam(0.001, 0.9, 0.999, 1e-7), data: digits, tolerance: 2e-5 }));

  test('the tutorial’s model, ten steps of SGD', () =>
    trainAlike({ stack: tutorial(), optimizer: { name: 'sgd', learningRate: 0.05 }, tfOptimizer: tfc.train.sgd(0.05), data: digits, tolerance: 2e-6 }));

  for (const [name, optimizer, tfOptimizer, tolerance] of /** @type {[string, any, () => tfc.Optimizer, number][]} */ ([
    ['Adam', { name: 'adam', learningRate: 0.01, epsilon: 1e-3 }, () => kerasAdam(0.01, 0.9, 0.999, 1e-3), 1e-5],
    // without a second average the two Adams are one
    ['TensorFlow.js’s own Adam', { name: 'adam', learningRate: 0.01, beta2: 0, epsilon: 1e-2 }, () => tfc.train.adam(0.01, 0.9, 0, 1e-2), 1e-5],
    ['SGD', { name: 'sgd', learningRate: 0.1 }, () => tfc.train.sgd(0.1), 2e-6],
    ['momentum', { name: 'sgd', learningRate: 0.05, momentum: 0.9 }, () => tfc.train.momentum(0.05, 0.9), 5e-6],
    ['AdaDelta', { name: 'adadelta', learningRate: 1, rho: 0.9, epsilon: 1e-4 }, () => kerasAdadelta(1, 0.9, 1e-4), 1e-5],
  ]))
    test(`strides and padding 'same', ten steps of ${name}`, () =>
      trainAlike({ stack: strided(), optimizer, tfOptimizer: tfOptimizer(), data: small, tolerance }));

  for (const loss of ['categoricalCrossentropy', 'binaryCrossentropy', 'meanSquaredError'])
    test(`${loss} of sigmoids, ten steps`, () =>
      trainAlike({
        stack: [...strided().slice(0, -1), layers.dense({ units: 3, activation: 'sigmoid' })],
        optimizer: { name: 'sgd', learningRate: 0.1 }, tfOptimizer: tfc.train.sgd(0.1), data: small, loss, tolerance: 2e-6,
      }));
});
