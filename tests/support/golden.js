import { layers } from '../../shim/index.js';
import { tutorialLayers } from './tutorial.js';

/**
 * The result that every engine and every build must reach, bit for bit. It changes only if the arithmetic does; then
 * `node tests/api/update-golden.js` writes the new one here.
 */
export const GOLDEN_SHA256 = 'd7dcf3b28f31582f9e536b95467ceb00ec4767dd286943c572345b3078421917';

/** @typedef {import('../../shim/layers/index.js').LayerConfig} LayerConfig */
/** @typedef {import('../../shim/model.js').OptimizerOptions} OptimizerOptions */

/**
 * Runs of one epoch each, batch size 32, on generated pictures; plain values, so that a test can send them to a
 * browser.
 * @typedef {{ pictures: { trainSize: number, testSize: number, seed: number }, seed: number, models: { layers:
 *   LayerConfig[], optimizer: OptimizerOptions }[] }} Runs
 */

/** 21 steps of each model; the convolutions of the last run by Winograd’s algorithm. @type {Runs} */
export const GOLDEN_RUNS = {
  pictures: { trainSize: 650, testSize: 10, seed: 7 },
  seed: 20,
  models: [
    { layers: tutorialLayers(), optimizer: { name: 'adam' } },
    {
      layers: [
        layers.conv2d({
          inputShape: [28, 28, 1],
          filters: 6,
          kernelSize: [3, 5],
          strides: 2,
          padding: 'same',
          activation: 'sigmoid',
        }),
        layers.conv2d({ filters: 11, kernelSize: 3, padding: 'same', activation: 'relu' }),
        layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
        layers.flatten(),
        layers.dropout({ rate: 0.25 }),
        layers.dense({ units: 10, activation: 'softmax' }),
      ],
      optimizer: { name: 'sgd', momentum: 0.9, nesterov: true },
    },
    {
      layers: [
        layers.conv2d({ inputShape: [28, 28, 1], filters: 16, kernelSize: 3, strides: 2, activation: 'relu' }),
        layers.conv2d({ filters: 16, kernelSize: 3, padding: 'same' }),
        layers.conv2d({ filters: 24, kernelSize: 3, activation: 'relu' }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.flatten(),
        layers.dense({ units: 10, activation: 'softmax' }),
      ],
      optimizer: { name: 'adam' },
    },
  ],
};

/** 200 steps of the tutorial's model. @type {Runs} */
export const TWO_HUNDRED_STEPS = {
  pictures: { trainSize: 200 * 32, testSize: 10, seed: 11 },
  seed: 12,
  models: [{ layers: tutorialLayers(), optimizer: { name: 'adam' } }],
};

/**
 * Trains and hashes all weights. Refers to nothing outside itself, so that a test can send its text to a browser.
 * @param {typeof import('../../shim/index.js')} api
 * @param {Runs} runs
 * @param {import('../../shim/core/loading.js').RuntimeOptions} [runtime]
 * @returns {Promise<string>} hexadecimal
 */
export async function hashOfWeights(
  { datasets, sequential },
  { pictures, seed, models },
  runtime = { deterministic: true },
) {
  const { train } = await datasets.synthetic(pictures);
  /** @type {Blob[]} */
  const weights = [];
  for (const { layers: stack, optimizer } of models) {
    const model = await sequential({ layers: stack, seed, ...runtime });
    model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    await model.fit(train.images, train.labels, { epochs: 1, batchSize: 32, verbose: 0 });
    weights.push(new Blob(model.getWeights().map(({ data }) => /** @type {Float32Array<ArrayBuffer>} */ (data))));
    model.dispose();
  }
  const digest = await crypto.subtle.digest('SHA-256', await new Blob(weights).arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
