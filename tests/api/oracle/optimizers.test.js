/**
 * Each optimizer over eight steps, on the reference's gradients and on TensorFlow.js's. TensorFlow.js's own optimizer
 * is compared too where it follows Keras's formula. Its Adam (epsilon added to the corrected root), its AdaDelta (the
 * average from before the current gradient) and its centered RMSprop (epsilon with the wrong sign) do not, and it has
 * no weight decay, no clipping and no moving average of weights.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tfc from '@tensorflow/tfjs-core';
import * as api from '../../../shim/index.js';
import * as exactSchedules from '../../support/reference/schedules.js';
import { agree } from './agree.js';
import { makeBatch, near, ourModel, useOracles } from './support.js';

before(useOracles);

/** Smooth, so that no step can cross a kink. */
const NETWORK = {
  inputShape: [5],
  nodes: [
    { layer: 'dense', options: { units: 4, activation: 'tanh' } },
    { layer: 'batchNormalization', options: { momentum: 0.7 } },
    { layer: 'dense', options: { units: 3, activation: 'softmax' } },
  ],
};

/**
 * The gradient of a bias before a normalization is zero except for rounding, which Adam and similar optimizers would
 * amplify to full steps.
 */
NETWORK.nodes[0].options = /** @type {any} */ ({ ...NETWORK.nodes[0].options, useBias: false });

/** With a tall kernel and a wide one. */
const CONVOLUTIONS = {
  inputShape: [5, 6, 2],
  nodes: [
    { layer: 'conv2d', options: { filters: 4, kernelSize: 3, activation: 'tanh' } },
    { layer: 'conv2d', options: { filters: 9, kernelSize: 1, activation: 'sigmoid' } },
    { layer: 'globalAveragePooling2d' },
    { layer: 'dense', options: { units: 3, activation: 'softmax' } },
  ],
};

/** @param {any} optimizer @param {any} [options] */
const follow = (optimizer, options) =>
  agree(optimizer.name === 'muon' ? CONVOLUTIONS : NETWORK, {
    loss: { name: 'categoricalCrossentropy' },
    count: 6,
    steps: 8,
    optimizer,
    ...options,
  });

/** @type {[string, any, (() => tfc.Optimizer)?][]} */
const CASES = [
  ['sgd: as it comes', { name: 'sgd' }, () => tfc.train.sgd(0.01)],
  ['sgd: learningRate', { name: 'sgd', learningRate: 0.3 }, () => tfc.train.sgd(0.3)],
  ['sgd: momentum', { name: 'sgd', learningRate: 0.1, momentum: 0.9 }, () => tfc.train.momentum(0.1, 0.9)],
  [
    'sgd: nesterov',
    { name: 'sgd', learningRate: 0.1, momentum: 0.8, nesterov: true },
    () => tfc.train.momentum(0.1, 0.8, true),
  ],
  ['adam: as it comes', { name: 'adam' }],
  ['adam: beta1, beta2, epsilon', { name: 'adam', learningRate: 0.02, beta1: 0.7, beta2: 0.9, epsilon: 0.01 }],
  [
    'adam: no averages at all',
    { name: 'adam', learningRate: 0.02, beta1: 0, beta2: 0, epsilon: 0.1 },
    () => tfc.train.adam(0.02, 0, 0, 0.1),
  ],
  ['adamw: as it comes', { name: 'adamw' }],
  ['adamw: weightDecay', { name: 'adamw', learningRate: 0.02, weightDecay: 0.3 }],
  ['rmsprop: as it comes', { name: 'rmsprop' }, () => tfc.train.rmsprop(0.001, 0.9, 0, 1e-7)],
  [
    'rmsprop: rho, epsilon',
    { name: 'rmsprop', learningRate: 0.01, rho: 0.6, epsilon: 1e-3 },
    () => tfc.train.rmsprop(0.01, 0.6, 0, 1e-3),
  ],
  [
    'rmsprop: momentum',
    { name: 'rmsprop', learningRate: 0.01, rho: 0.8, momentum: 0.7, epsilon: 1e-3 },
    () => tfc.train.rmsprop(0.01, 0.8, 0.7, 1e-3),
  ],
  ['rmsprop: centered', { name: 'rmsprop', learningRate: 0.01, rho: 0.8, centered: true, epsilon: 1e-3 }],
  [
    'rmsprop: centered, momentum',
    { name: 'rmsprop', learningRate: 0.01, rho: 0.8, centered: true, momentum: 0.5, epsilon: 1e-3 },
  ],
  ['adagrad: as it comes', { name: 'adagrad' }, () => tfc.train.adagrad(0.001, 0.1)],
  [
    'adagrad: initialAccumulatorValue, epsilon',
    { name: 'adagrad', learningRate: 0.1, initialAccumulatorValue: 0.5, epsilon: 0.01 },
  ],
  ['adadelta: as it comes', { name: 'adadelta' }],
  ['muon: as it comes', { name: 'muon', epsilon: 1e-3 }],
  [
    'muon: momentum, nesterov, beta1, beta2',
    { name: 'muon', learningRate: 0.02, momentum: 0.5, nesterov: false, beta1: 0.7, beta2: 0.9, epsilon: 0.01 },
  ],
  ['adadelta: rho, epsilon', { name: 'adadelta', learningRate: 1, rho: 0.8, epsilon: 1e-4 }],
];

for (const [name, optimizer, tfOptimizer] of CASES)
  test(`optimizer ${name}`, async () => {
    await follow(optimizer);
    if (tfOptimizer) await follow(optimizer, { tfOptimizer: tfOptimizer() });
  });

for (const name of ['adam', 'adamw', 'sgd', 'rmsprop', 'adagrad', 'adadelta', 'muon']) {
  const base = { name, learningRate: name === 'adadelta' ? 1 : 0.05, ...(name !== 'sgd' && { epsilon: 1e-3 }) };
  /** @type {[string, any][]} */
  const options = [
    ['weightDecay', { weightDecay: 0.2 }],
    ['clipValue', { clipValue: 0.02 }],
    ['clipNorm', { clipNorm: 0.05 }],
    ['globalClipNorm', { globalClipNorm: 0.05 }],
    ['clips that leave the gradient alone', { globalClipNorm: 1e3 }],
    ['weightDecay and clipNorm', { weightDecay: 0.1, clipNorm: 0.05 }],
    ['useEma', { useEma: true, emaMomentum: 0.8 }],
    ['useEma, emaOverwriteFrequency', { useEma: true, emaMomentum: 0.8, emaOverwriteFrequency: 3 }],
  ];
  for (const [option, values] of options) test(`optimizer ${name}: ${option}`, () => follow({ ...base, ...values }));
}

test('optimizer sgd: momentum with weightDecay and clipValue', () =>
  follow({ name: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 0.1, clipValue: 0.03 }));

/* ---- learning rates ---------------------------------------------------------------------------- */

/** @type {[string, any][]} */
const SCHEDULES = [
  ['exponentialDecay', { initialLearningRate: 0.2, decaySteps: 3, decayRate: 0.5 }],
  ['exponentialDecay', { initialLearningRate: 0.2, decaySteps: 3, decayRate: 0.5, staircase: true }],
  ['cosineDecay', { initialLearningRate: 0.2, decaySteps: 5 }],
  ['cosineDecay', { initialLearningRate: 0.01, decaySteps: 4, alpha: 0.1, warmupTarget: 0.2, warmupSteps: 2 }],
  ['oneCycle', { maxLearningRate: 0.3, totalSteps: 8 }],
  ['oneCycle', { maxLearningRate: 0.3, totalSteps: 10, warmupShare: 0.5, divFactor: 10, finalDivFactor: 100 }],
  ['piecewiseConstantDecay', { boundaries: [2, 5], values: [0.3, 0.1, 0.01] }],
];

for (const [name, options] of SCHEDULES)
  test(`schedule ${name}: ${JSON.stringify(options)}`, async () => {
    const exact = /** @type {any} */ (exactSchedules)[name](options);
    const ours = /** @type {any} */ (api).schedules[name](options);
    for (let step = 0; step < 12; step++)
      assert.ok(Math.abs(ours(step) - exact(step)) < 1e-12, `step ${step}: ${ours(step)}, want ${exact(step)}`);
    for (const optimizer of ['sgd', 'adam'])
      await follow(
        { name: optimizer, learningRate: ours },
        { referenceOptimizer: { name: optimizer, learningRate: exact } },
      );
  });

test('schedule: any function of the step', async () => {
  const learningRate = (/** @type {number} */ step) => 0.1 / (1 + step);
  await follow({ name: 'sgd', learningRate });
  await follow({ name: 'adamw', learningRate, weightDecay: 0.5 });
});

test('optimizer: its state goes on from one fit to the next, and begins anew at compile', async () => {
  const loss = { name: 'categoricalCrossentropy' };
  const { x, y } = makeBatch(NETWORK, loss, 24);
  const fitted = async (/** @type {any} */ optimizer, /** @type {number[]} */ cuts) => {
    const ours = await ourModel(NETWORK);
    ours.model.compile({ optimizer, loss: loss.name });
    for (let i = 1; i < cuts.length; i++) {
      const [first, end] = [cuts[i - 1], cuts[i]];
      const part = (/** @type {any} */ { shape, data }, /** @type {number} */ size) =>
        api.tensor(data.slice(first * size, end * size), [end - first, ...shape.slice(1)]);
      await ours.model.fit(part(x, 5), part(y, 3), { batchSize: 6, shuffle: false, verbose: 0 });
    }
    const weights = ours.getWeights();
    ours.dispose();
    return weights;
  };
  for (const optimizer of [
    { name: 'adam' },
    { name: 'sgd', momentum: 0.9 },
    { name: 'rmsprop', momentum: 0.5, centered: true },
    { name: 'adagrad' },
    { name: 'adadelta' },
  ]) {
    const whole = await fitted(optimizer, [0, 24]);
    (await fitted(optimizer, [0, 6, 12, 24])).forEach(({ data }, i) =>
      near(`${optimizer.name} ${i}`, data, whole[i].data, { relative: 0, floor: 0 }),
    );
  }
});
