import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as api from '../../../shim/index.js';
import { agree } from './agree.js';
import { useOracles } from './support.js';

before(useOracles);

const WEIGHTS = {
  l1: { l1: 0.03 },
  l2: { l2: 0.05 },
  l1l2: { l1: 0.02, l2: 0.04 },
};

// TensorFlow.js adds them to the training loss, as we do, but leaves them out of what evaluate reports.
for (const [name, regularizer] of Object.entries(WEIGHTS)) {
  test(`regularizer ${name}: of kernels and biases`, () =>
    agree({
      inputShape: [5, 4, 2],
      nodes: [
        {
          layer: 'conv2d',
          options: {
            filters: 3,
            kernelSize: 2,
            activation: 'tanh',
            kernelRegularizer: regularizer,
            biasRegularizer: { l2: 0.5 },
          },
        },
        {
          layer: 'depthwiseConv2d',
          options: {
            kernelSize: 2,
            activation: 'tanh',
            depthwiseRegularizer: regularizer,
            biasRegularizer: regularizer,
          },
        },
        { layer: 'flatten' },
        { layer: 'dense', options: { units: 3, kernelRegularizer: regularizer, biasRegularizer: regularizer } },
      ],
    }));

  test(`regularizer ${name}: of batch normalization's gamma and beta`, () =>
    agree(
      {
        inputShape: [6],
        nodes: [
          { layer: 'dense', options: { units: 5, useBias: false } },
          {
            layer: 'batchNormalization',
            options: { gammaRegularizer: regularizer, betaRegularizer: { l1: 0.1, l2: 0.2 } },
          },
          { layer: 'dense', options: { units: 3, useBias: false, kernelRegularizer: regularizer } },
        ],
      },
      { count: 6 },
    ));

  test(`regularizer ${name}: with other optimizers`, async () => {
    for (const optimizer of [
      { name: 'adam', learningRate: 0.01 },
      { name: 'rmsprop', learningRate: 0.01 },
      { name: 'sgd', clipNorm: 0.1 },
    ])
      await agree(
        {
          inputShape: [5],
          nodes: [{ layer: 'dense', options: { units: 4, activation: 'softmax', kernelRegularizer: regularizer } }],
        },
        { optimizer, loss: { name: 'categoricalCrossentropy' } },
      );
  });
}

test('regularizer l1, l2, l1l2: a hundredth each where nothing is said', async () => {
  const { layers, regularizers, sequential } = /** @type {any} */ (api);
  /** @type {[any, number][]} */
  const cases = [
    ['l1', 0.01 * 3],
    ['l2', 0.01 * 5],
    ['l1l2', 0.01 * 8],
    [regularizers.l1(), 0.03],
    [regularizers.l2(), 0.05],
    [regularizers.l1l2(), 0.08],
    [regularizers.l1l2({ l1: 0.5, l2: 0 }), 1.5],
  ];
  for (const [kernelRegularizer, want] of cases) {
    const model = await sequential({
      layers: [layers.dense({ inputShape: [2], units: 1, useBias: false, kernelRegularizer })],
    });
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    model.setWeights([api.tensor([1, -2], [2, 1])]);
    const [loss] = await model.evaluate(api.tensor([0, 0], [1, 2]), api.tensor([0], [1, 1])); // only the penalty
    assert.ok(Math.abs(loss - want) < 1e-7, `${JSON.stringify(kernelRegularizer)}: ${loss}, want ${want}`);
    model.dispose();
  }
});
