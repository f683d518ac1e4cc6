/**
 * Trains the tutorial's network for 200 steps on pictures from the generator and hashes its weights. Refers to
 * nothing outside itself, so that a test can send its text to a browser.
 * @param {typeof import('../../shim/index.js')} api
 * @param {import('../../shim/loading.js').RuntimeOptions} runtime
 * @returns {Promise<string>} hexadecimal
 */
export async function twoHundredSteps({ datasets, layers, sequential }, runtime) {
  const { train } = await datasets.synthetic({ trainSize: 200 * 32, testSize: 10, seed: 11 });
  const model = await sequential({
    layers: [
      layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 128, activation: 'relu' }),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
    seed: 12,
    ...runtime,
  });
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  await model.fit(train.images, train.labels, { epochs: 1, batchSize: 32, verbose: 0 });
  const weights = new Blob(model.getWeights().map(({ data }) => /** @type {Float32Array<ArrayBuffer>} */ (data)));
  model.dispose();
  const digest = await crypto.subtle.digest('SHA-256', await weights.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
