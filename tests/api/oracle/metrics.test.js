import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as api from '../../../shim/index.js';
import { metricOf } from '../../support/reference/metrics.js';
import {
  TfModel,
  makeBatch,
  near,
  ourLoss,
  ourModel,
  referenceOf,
  tfLoss,
  toDoubles,
  toTf,
  useOracles,
} from './support.js';
import * as tfc from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

before(useOracles);

/** @param {number} units @param {string} activation */
const network = (units, activation) => ({
  inputShape: [4],
  nodes: [{ layer: 'dense', options: { units, activation } }],
});

/** @typedef {{ units: number, activation: string, loss: string }} Case */
/** @type {Case[]} */
const SPARSE = [{ units: 7, activation: 'softmax', loss: 'sparseCategoricalCrossentropy' }];
/** @type {Case[]} */
const HOT = [{ units: 7, activation: 'softmax', loss: 'categoricalCrossentropy' }];
/** @type {Case[]} */
const BINARY = [
  { units: 3, activation: 'sigmoid', loss: 'binaryCrossentropy' },
  { units: 1, activation: 'sigmoid', loss: 'binaryCrossentropy' },
];
/** @type {Case[]} */
const TWO = [
  { units: 2, activation: 'softmax', loss: 'categoricalCrossentropy' },
  { units: 2, activation: 'softmax', loss: 'sparseCategoricalCrossentropy' },
];
/** @type {Case[]} */
const NUMBERS = [{ units: 3, activation: 'linear', loss: 'meanSquaredError' }];

/**
 * @type {[string, string, Case[], boolean][]} metric, key in logs, cases, whether TensorFlow.js has it with the same
 *   meaning
 */
const METRICS = [
  ['accuracy', 'acc', [...SPARSE, ...HOT, ...BINARY], true],
  ['acc', 'acc', SPARSE, true],
  ['binaryAccuracy', 'binaryAccuracy', BINARY, true],
  ['categoricalAccuracy', 'categoricalAccuracy', HOT, true],
  // for class indices, its metrics have none by that name
  ['sparseCategoricalAccuracy', 'sparseCategoricalAccuracy', SPARSE, false],
  ['topKCategoricalAccuracy', 'topKCategoricalAccuracy', HOT, false], // declared there, not implemented
  ['sparseTopKCategoricalAccuracy', 'sparseTopKCategoricalAccuracy', SPARSE, false],
  ['meanSquaredError', 'meanSquaredError', [...NUMBERS, ...HOT], true],
  ['mse', 'mse', NUMBERS, true],
  ['meanAbsoluteError', 'meanAbsoluteError', [...NUMBERS, ...HOT], true],
  ['mae', 'mae', NUMBERS, true],
  // compares with 1 instead of a threshold, and averages over batches
  ['precision', 'precision', [...BINARY, ...TWO], false],
  ['recall', 'recall', [...BINARY, ...TWO], false],
];

/** @type {Record<string, string>} */
const LONG = { acc: 'accuracy', mse: 'meanSquaredError', mae: 'meanAbsoluteError' };

for (const [metric, key, cases, alike] of METRICS)
  for (const { units, activation, loss } of cases)
    test(`metric ${metric}: with ${loss} of ${units} outputs`, async () => {
      const description = network(units, activation);
      const reference = referenceOf(description);
      const weights = reference.weights.map(({ shape, data }) => ({ shape, data: Float32Array.from(data) }));
      const { x, y } = makeBatch(description, { name: loss }, 53, 4);
      const want = metricOf(LONG[metric] ?? metric, loss, reference.forward(toDoubles(x))[0], y.data);
      assert.ok(want > 0 && (key.startsWith('m') || want < 1), `${want} tells nothing`);

      const ours = await ourModel(description, { weights });
      ours.model.compile({ optimizer: { name: 'sgd', learningRate: 0 }, loss, metrics: [metric] });
      for (const batchSize of [53, 8]) {
        const scores = await ours.model.evaluate(x, y, { batchSize });
        assert.equal(scores.length, 2);
        // counts are integers: a wrong one differs by at least 1/53
        near(`batches of ${batchSize}`, [scores[1]], [want]);
      }
      const { history } = await ours.model.fit(x, y, { batchSize: 8, verbose: 0, validationSplit: 0.5 });
      assert.deepEqual(Object.keys(history).sort(), ['loss', key, 'val_loss', `val_${key}`].sort());
      if (alike) {
        const theirs = new TfModel(description, weights);
        theirs.compile(
          loss === 'sparseCategoricalCrossentropy' ? loss : tfLoss({ name: loss }),
          tfc.train.sgd(0),
          /** @type {any} */ ([
            loss === 'binaryCrossentropy' && metric === 'accuracy'
              ? 'binaryAccuracy'
              : metric.startsWith('mean')
                ? /** @type {any} */ (tfl.metrics)[metric]
                : metric,
          ]),
        );
        const [, value] = await theirs.step(x, y);
        near('of TensorFlow.js', [value], [want]);
      }
      ours.dispose();
    });

test('metric names in logs, metricsNames and evaluate: those of TensorFlow.js, by string and by function', async () => {
  const description = network(3, 'linear');
  const { x, y } = makeBatch(description, { name: 'meanSquaredError' }, 12);
  /** @type {any} */
  const [ours, theirs] = [api.metrics, tfl.metrics];
  const functions = Object.keys(ours).filter(
    (name) => typeof theirs[name] === 'function' && !/^(sparse|precision|recall)/.test(name),
  );
  assert.deepEqual(functions, [
    'binaryAccuracy',
    'categoricalAccuracy',
    'meanSquaredError',
    'mse',
    'meanAbsoluteError',
  ]);
  /** @type {[any[], any[]][]} */
  const cases = [
    ...['accuracy', 'acc', 'binaryAccuracy', 'categoricalAccuracy', 'mse', 'mae'].map(
      (name) => /** @type {[any[], any[]]} */ ([[name], [name]]),
    ),
    ...functions.map((name) => /** @type {[any[], any[]]} */ ([[ours[name]], [theirs[name]]])),
    // where TensorFlow.js has only the function
    ...functions.map((name) => /** @type {[any[], any[]]} */ ([[name], [theirs[name]]])),
    [
      ['mse', ours.meanSquaredError, 'acc'],
      ['mse', theirs.meanSquaredError, 'acc'],
    ],
    [
      [ours.meanAbsoluteError, 'accuracy', 'mae'],
      [theirs.meanAbsoluteError, 'accuracy', 'mae'],
    ],
  ];
  for (const [our, their] of cases) {
    const { model } = await ourModel(description);
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError', metrics: our });
    const { history } = await model.fit(x, y, { verbose: 0, validationSplit: 0.5 });
    const theirModel = new TfModel(description);
    theirModel.compile('meanSquaredError', tfc.train.sgd(0.01), /** @type {any} */ (their));
    const theirHistory = await theirModel.model.fit(toTf(x), toTf(y), { verbose: 0, validationSplit: 0.5 });
    assert.deepEqual(model.metricsNames, theirModel.model.metricsNames);
    assert.deepEqual(Object.keys(history).sort(), Object.keys(theirHistory.history).sort());
    assert.equal((await model.evaluate(x, y)).length, model.metricsNames.length);
    model.dispose();
  }
});

test('metric topK: k of one to all classes', async () => {
  const description = network(6, 'softmax');
  const reference = referenceOf(description);
  const { x, y } = makeBatch(description, { name: 'sparseCategoricalCrossentropy' }, 40);
  const ours = await ourModel(description, {
    weights: reference.weights.map(({ shape, data }) => ({ shape, data: Float32Array.from(data) })),
  });
  let before = 0;
  for (const k of [1, 2, 3, 5, 6]) {
    ours.model.compile({
      optimizer: 'sgd',
      loss: 'sparseCategoricalCrossentropy',
      metrics: [/** @type {any} */ (api).metrics.topK({ k })],
    });
    const [, value] = await ours.model.evaluate(x, y);
    near(
      `top ${k}`,
      [value],
      [
        metricOf(
          'sparseTopKCategoricalAccuracy',
          'sparseCategoricalCrossentropy',
          reference.forward(toDoubles(x))[0],
          y.data,
          k,
        ),
      ],
    );
    assert.ok(value > before, 'more classes, more hits');
    before = value;
  }
  assert.equal(before, 1, 'of all classes every one is among them');
  ours.dispose();
});

test('metric precision, recall: over the whole epoch, and zero where there is nothing to count', async () => {
  const description = network(1, 'linear');
  const ours = await ourModel(description, {
    weights: [
      { shape: [4, 1], data: Float32Array.of(1, 0, 0, 0) },
      { shape: [1], data: Float32Array.of(0) },
    ],
  });
  ours.model.compile({
    optimizer: 'sgd',
    loss: ourLoss({ name: 'meanSquaredError' }),
    metrics: ['precision', 'recall'],
  });
  const inputs = (/** @type {number[]} */ first) =>
    api.tensor(
      first.flatMap((value) => [value, 0, 0, 0]),
      [first.length, 4],
    );
  const x = inputs([0.9, 0.8, 0.5, 0.2, 0.7]);
  const y = api.tensor([1, 0, 1, 1, 1], [5, 1]);
  // Predicted positive: 0.9, 0.8, 0.7 (0.5 is not above one half), two of the three correctly; of four positives, two
  // are found. The mean over batches of two would be different.
  for (const batchSize of [5, 2])
    near('scores', (await ours.model.evaluate(x, y, { batchSize })).slice(1), [2 / 3, 2 / 4]);
  near('no yes said', (await ours.model.evaluate(inputs([0, 0.1]), api.tensor([1, 0], [2, 1]))).slice(1), [0, 0]);
  near('no yes there', (await ours.model.evaluate(inputs([0.9, 0.1]), api.tensor([0, 0], [2, 1]))).slice(1), [0, 0]);
  ours.dispose();
});
