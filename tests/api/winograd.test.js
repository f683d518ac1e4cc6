import { test } from 'node:test';
import { layers, sequential } from '../../shim/index.js';
import { near, uniform } from './oracle/support.js';

/**
 * Convolutions that run by Winograd's algorithm, compared with convolutions that do not: a kernel of 5×5 whose outer
 * taps are zero is the same function as the 3×3 kernel inside it.
 */

const IN = 8;
const OUT = 12;
const SAMPLES = 3;

/** @param {number[]} image @param {number} kernelSize @param {number} threads */
async function networkOf(image, kernelSize, threads) {
  const model = await sequential({
    threads,
    seed: 1,
    layers: [
      layers.conv2d({ inputShape: image, filters: IN, kernelSize: 1 }),
      layers.conv2d({ filters: OUT, kernelSize, padding: 'same', activation: 'tanh' }),
      layers.globalAveragePooling2d(),
      layers.dense({ units: 2 }),
    ],
  });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return model;
}

/** @param {Float32Array} kernel (3, 3, IN, OUT) */
function widened(kernel) {
  const wide = new Float32Array(25 * IN * OUT);
  for (let y = 0; y < 3; y++)
    for (let x = 0; x < 3; x++) {
      const from = (y * 3 + x) * IN * OUT;
      wide.set(kernel.subarray(from, from + IN * OUT), ((y + 1) * 5 + x + 1) * IN * OUT);
    }
  return { shape: [5, 5, IN, OUT], data: wide };
}

/** @param {Float32Array} kernel (5, 5, IN, OUT) @returns {number[]} its middle, as (3, 3, IN, OUT) */
const middle = (kernel) =>
  [0, 1, 2].flatMap((y) =>
    [0, 1, 2].flatMap((x) => [...kernel.subarray(((y + 1) * 5 + x + 1) * IN * OUT, ((y + 1) * 5 + x + 2) * IN * OUT)]),
  );

for (const image of [
  [12, 9, 1],
  [20, 52, 1], // more tiles than are transformed together
])
  for (const threads of [1, 2])
    test(`outputs and gradients of images of ${image.slice(0, 2).join(' × ')}, ${threads} threads`, async () => {
      const [tiled, direct] = await Promise.all([3, 5].map((size) => networkOf(image, size, threads)));
      const weights = tiled.getWeights();
      direct.setWeights(
        weights.map((weight, i) => (i === 2 ? widened(/** @type {Float32Array} */ (weight.data)) : weight)),
      );
      const x = { shape: [SAMPLES, ...image], data: uniform(SAMPLES * image[0] * image[1], 2) };
      const y = { shape: [SAMPLES, 2], data: uniform(SAMPLES * 2, 3) };
      near('outputs', (await tiled.predict(x)).data, (await direct.predict(x)).data);
      const [ours, theirs] = [await tiled.gradients(x, y), await direct.gradients(x, y)];
      ours.gradients.forEach(({ data }, i) =>
        near(`gradient ${i}`, data, i === 2 ? middle(theirs.gradients[i].data) : theirs.gradients[i].data, {
          relative: 1e-5,
        }),
      );
      for (const model of [tiled, direct]) model.dispose();
    });
