/**
 * What every engine and every build must come to, bit for bit. Changes only when the arithmetic does;
 * then `node tests/api/update-golden.js` writes the new one here.
 */
export const GOLDEN_SHA256 = 'b9511c1ff1de93682e3c3d9726c7d91481767f76a34fa642f692e7bba4c60dca';

/**
 * Trains two models on pictures from the generator, 21 steps each, and hashes all their weights. Refers to
 * nothing outside itself, so that a test can send its text to a browser.
 * @param {typeof import('../../shim/index.js')} api
 * @param {import('../../shim/loading.js').RuntimeOptions} [runtime]
 * @returns {Promise<string>} hexadecimal
 */
export async function goldenRun({ datasets, layers, sequential }, runtime = { deterministic: true }) {
  const { train } = await datasets.synthetic({ trainSize: 650, testSize: 10, seed: 7 });
  /** @type {[import('../../shim/layers.js').LayerConfig[], import('../../shim/model.js').OptimizerOptions][]} */
  const models = [
    [
      [
        layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, activation: 'relu' }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.flatten(),
        layers.dense({ units: 128, activation: 'relu' }),
        layers.dropout({ rate: 0.5 }),
        layers.dense({ units: 10, activation: 'softmax' }),
      ],
      { name: 'adam' },
    ],
    [
      [
        layers.conv2d({ inputShape: [28, 28, 1], filters: 6, kernelSize: [3, 5], strides: 2, padding: 'same', activation: 'sigmoid' }),
        layers.conv2d({ filters: 11, kernelSize: 3, padding: 'same', activation: 'relu' }),
        layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
        layers.flatten(),
        layers.dropout({ rate: 0.25 }),
        layers.dense({ units: 10, activation: 'softmax' }),
      ],
      { name: 'sgd', momentum: 0.9, nesterov: true },
    ],
  ];
  /** @type {Blob[]} */
  const weights = [];
  for (const [stack, optimizer] of models) {
    const model = await sequential({ layers: stack, seed: 20, ...runtime });
    model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    await model.fit(train.images, train.labels, { epochs: 1, batchSize: 32, verbose: 0 });
    weights.push(new Blob(model.getWeights().map(({ data }) => /** @type {Float32Array<ArrayBuffer>} */ (data))));
    model.dispose();
  }
  const digest = await crypto.subtle.digest('SHA-256', await new Blob(weights).arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
