import { before, test } from 'node:test';
import * as api from '../../../shim/index.js';
import { Optimizer } from '../../support/reference/optimizers.js';
import { trainStep } from '../../support/reference/training.js';
import { agree } from './agree.js';
import { makeBatch, near, ourModel, referenceOf, toDoubles, uniform, useOracles } from './support.js';

/** @import { Loss } from '../../support/reference/losses.js' */

before(useOracles);

/** @param {number} units @param {string} activation */
const row = (units, activation) => ({
  inputShape: [6],
  nodes: [
    { layer: 'dense', options: { units: 5, activation: 'tanh' } },
    { layer: 'dense', options: { units, activation } },
  ],
});

/** @param {string} activation */
const image = (activation) => ({
  inputShape: [4, 3, 2],
  nodes: [
    { layer: 'conv2d', options: { filters: 2, kernelSize: 2, activation: 'tanh' } },
    { layer: 'conv2d', options: { filters: 2, kernelSize: 2, activation } },
  ],
});

/** @type {[string, any, Loss][]} name, network, loss */
const CASES = [
  ['sparseCategoricalCrossentropy: of softmax', row(4, 'softmax'), { name: 'sparseCategoricalCrossentropy' }],
  [
    'sparseCategoricalCrossentropy: of outputs of any sum',
    row(4, 'sigmoid'),
    { name: 'sparseCategoricalCrossentropy' },
  ],
  [
    'sparseCategoricalCrossentropy: fromLogits',
    row(4, 'linear'),
    { name: 'sparseCategoricalCrossentropy', fromLogits: true },
  ],
  ['categoricalCrossentropy: of softmax', row(4, 'softmax'), { name: 'categoricalCrossentropy' }],
  ['categoricalCrossentropy: of outputs of any sum', row(4, 'sigmoid'), { name: 'categoricalCrossentropy' }],
  ['categoricalCrossentropy: fromLogits', row(4, 'linear'), { name: 'categoricalCrossentropy', fromLogits: true }],
  [
    'categoricalCrossentropy: fromLogits, though they have been through softmax',
    row(4, 'softmax'),
    { name: 'categoricalCrossentropy', fromLogits: true },
  ],
  [
    'categoricalCrossentropy: labelSmoothing',
    row(4, 'softmax'),
    { name: 'categoricalCrossentropy', labelSmoothing: 0.1 },
  ],
  [
    'categoricalCrossentropy: labelSmoothing and fromLogits',
    row(4, 'linear'),
    { name: 'categoricalCrossentropy', labelSmoothing: 0.2, fromLogits: true },
  ],
  [
    'categoricalCrossentropy: labelSmoothing of outputs of any sum',
    row(4, 'sigmoid'),
    { name: 'categoricalCrossentropy', labelSmoothing: 0.3 },
  ],
  ['binaryCrossentropy: of one sigmoid', row(1, 'sigmoid'), { name: 'binaryCrossentropy' }],
  ['binaryCrossentropy: of several sigmoids', row(3, 'sigmoid'), { name: 'binaryCrossentropy' }],
  ['binaryCrossentropy: of softmax', row(3, 'softmax'), { name: 'binaryCrossentropy' }],
  ['binaryCrossentropy: fromLogits', row(3, 'linear'), { name: 'binaryCrossentropy', fromLogits: true }],
  [
    'binaryCrossentropy: fromLogits, though they have been through sigmoid',
    row(3, 'sigmoid'),
    { name: 'binaryCrossentropy', fromLogits: true },
  ],
  ['binaryCrossentropy: labelSmoothing', row(3, 'sigmoid'), { name: 'binaryCrossentropy', labelSmoothing: 0.1 }],
  [
    'binaryCrossentropy: labelSmoothing and fromLogits',
    row(2, 'linear'),
    { name: 'binaryCrossentropy', labelSmoothing: 0.2, fromLogits: true },
  ],
  ['binaryCrossentropy: of an image', image('sigmoid'), { name: 'binaryCrossentropy' }],
  ['meanSquaredError: of a row', row(3, 'linear'), { name: 'meanSquaredError' }],
  ['meanSquaredError: of softmax', row(3, 'softmax'), { name: 'meanSquaredError' }],
  ['meanSquaredError: of an image', image('linear'), { name: 'meanSquaredError' }],
  ['meanAbsoluteError: of a row', row(3, 'linear'), { name: 'meanAbsoluteError' }],
  ['meanAbsoluteError: of softmax', row(3, 'softmax'), { name: 'meanAbsoluteError' }],
  ['meanAbsoluteError: of an image', image('linear'), { name: 'meanAbsoluteError' }],
];

for (const [name, description, loss] of CASES) test(`loss ${name}`, () => agree(description, { loss, count: 5 }));

// TensorFlow.js's gradient of logits assumes that targets sum to one.
for (const [of, activation, fromLogits] of /** @type {[string, string, boolean][]} */ ([
  ['softmax', 'softmax', false],
  ['sigmoids', 'sigmoid', false],
  ['logits', 'linear', true],
]))
  test(`loss categoricalCrossentropy: targets that do not sum to one, of ${of}`, () =>
    agree(row(4, activation), {
      loss: { name: 'categoricalCrossentropy', ...(fromLogits && { fromLogits }) },
      targetScale: 0.625,
      tensorflow: fromLogits ? 'forward' : 'all',
    }));

for (const name of [
  'sparseCategoricalCrossentropy',
  'categoricalCrossentropy',
  'binaryCrossentropy',
  'meanSquaredError',
  'meanAbsoluteError',
]) {
  const activation = name.startsWith('mean') ? 'linear' : name === 'binaryCrossentropy' ? 'sigmoid' : 'softmax';
  // Keras divides the weighted sum by the number of samples, not by the sum of the weights.
  test(`loss ${name}: sampleWeight`, () =>
    agree(row(3, activation), {
      loss: { name },
      count: 4,
      sampleWeight: Float32Array.of(0, 1, 2.5, 0.25, 3, 0, 0, 1, 0.5, 0.5, 4, 1),
    }));
}

test('loss meanSquaredError, meanAbsoluteError: by their short names', async () => {
  for (const [short, name] of [
    ['mse', 'meanSquaredError'],
    ['mae', 'meanAbsoluteError'],
  ]) {
    const description = row(3, 'linear');
    const { x, y } = makeBatch(description, { name }, 5);
    const ours = await ourModel(description);
    /** @type {number[]} */
    const losses = [];
    for (const loss of [short, name, /** @type {any} */ (api).losses[name], /** @type {any} */ (api).losses[name]()]) {
      ours.model.compile({ optimizer: 'sgd', loss });
      losses.push((await ours.model.evaluate(x, y))[0]);
    }
    near(
      short,
      losses,
      losses.map(() => losses[0]),
      { relative: 0, floor: 0 },
    );
    ours.dispose();
  }
});

/** @type {[string, (weights: number[]) => any][]} */
const CLASS_WEIGHTS = [
  ['an object', (weights) => ({ ...weights })],
  ['an array', (weights) => weights],
];

for (const [form, classWeight] of CLASS_WEIGHTS)
  test(`loss sparseCategoricalCrossentropy, categoricalCrossentropy: classWeight as ${form}`, async () => {
    const byClass = [0.5, 3, 0, 1.25];
    for (const name of ['sparseCategoricalCrossentropy', 'categoricalCrossentropy']) {
      const description = row(4, 'softmax');
      const { x, y: classes } = makeBatch(description, { name: 'sparseCategoricalCrossentropy' }, 12);
      const hot = Float32Array.from({ length: 48 }, (_, i) => Number(classes.data[i >> 2] === (i & 3)));
      const y = name === 'categoricalCrossentropy' ? api.tensor(hot, [12, 4]) : classes;
      const network = referenceOf(description);
      const ours = await ourModel(description, {
        weights: network.weights.map(({ shape, data }) => ({ shape, data: Float32Array.from(data) })),
      });
      ours.model.compile({ optimizer: { name: 'sgd', learningRate: 0.5 }, loss: name });
      const { history } = await ours.model.fit(x, y, {
        batchSize: 12,
        shuffle: false,
        verbose: 0,
        classWeight: classWeight(byClass),
      });
      const sampleWeight = Float32Array.from(classes.data, (label) => byClass[label]);
      const { loss } = trainStep(network, { name }, new Optimizer({ name: 'sgd', learningRate: 0.5 }), {
        x: toDoubles(x),
        targets: y.data,
        sampleWeight,
      });
      near('loss', history.loss, [loss]);
      network.weights.forEach(({ data }, i) => near(`weights ${i}`, ours.getWeights()[i].data, data));
      ours.dispose();
    }
  });

test('loss sparseCategoricalCrossentropy: a ragged last batch, weighted', async () => {
  const description = row(3, 'softmax');
  const loss = { name: 'sparseCategoricalCrossentropy' };
  const { x, y } = makeBatch(description, loss, 11);
  const sampleWeight = uniform(11, 9, 0, 2);
  const network = referenceOf(description);
  const ours = await ourModel(description, {
    weights: network.weights.map(({ shape, data }) => ({ shape, data: Float32Array.from(data) })),
  });
  const options = { name: 'sgd', learningRate: 0.2 };
  ours.model.compile({ optimizer: options, loss: loss.name });
  const { history } = await ours.model.fit(x, y, {
    batchSize: 4,
    shuffle: false,
    verbose: 0,
    sampleWeight: api.tensor(sampleWeight, [11]),
  });
  const optimizer = new Optimizer(options);
  let sum = 0;
  for (const [first, end] of [
    [0, 4],
    [4, 8],
    [8, 11],
  ]) {
    const part = toDoubles({ shape: [end - first, 6], data: x.data.slice(6 * first, 6 * end) });
    const batch = { x: part, targets: y.data.slice(first, end), sampleWeight: sampleWeight.slice(first, end) };
    sum += trainStep(network, loss, optimizer, batch).loss * (end - first);
  }
  near('the epoch’s loss', history.loss, [sum / 11]);
  network.weights.forEach(({ data }, i) => near(`weights ${i}`, ours.getWeights()[i].data, data));
  ours.dispose();
});
