/** Cases small enough for pencil and paper; the working is next to each. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as api from '../../../shim/index.js';
import { ourLoss, useOracles } from './support.js';

before(useOracles);

const { layers, sequential, tensor } = /** @type {any} */ (api);

/** @param {any[]} stack @param {number[][]} [weights] values in the order of the model's weights */
async function modelOf(stack, weights) {
  const model = await sequential({ layers: stack, seed: 1 });
  if (weights)
    model.setWeights(
      model.getWeights().map((/** @type {any} */ { shape }, /** @type {number} */ i) => tensor(weights[i], shape)),
    );
  return model;
}

/**
 * Within a few units in the last place of a float.
 * @param {ArrayLike<number>} got
 * @param {number[]} want
 * @param {number} [tolerance]
 */
function equal(got, want, tolerance = 1e-6) {
  assert.equal(got.length, want.length);
  const wrong = want.findIndex((value, i) => !(Math.abs(got[i] - value) <= tolerance * Math.max(1, Math.abs(value))));
  assert.equal(wrong, -1, `${got[wrong]} at ${wrong}, want ${want[wrong]}; all: ${Array.from(got)}`);
}

/**
 * @param {any[]} stack
 * @param {number[][] | undefined} weights
 * @param {number[]} x one sample, with the first layer's shape
 */
async function outputOf(stack, weights, x) {
  const model = await modelOf(stack, weights);
  const { data } = await model.predict(tensor(x, [1, ...model.inputShape]));
  model.dispose();
  return data;
}

/* ---- 'same' padding ---------------------------------------------------------------------------- */

const NINE = [1, 2, 3, 4, 5, 6, 7, 8, 9];

test("layer conv2d: 'same', an even kernel: the odd pixel of padding stands at the end", async () => {
  // width 3, window 4: 3 pixels of padding, 1 before and 2 after; the kernel's digits are 1, 10, 100, 1000
  const stack = [
    layers.conv2d({ inputShape: [1, 3, 1], filters: 1, kernelSize: [1, 4], padding: 'same', useBias: false }),
  ];
  equal(await outputOf(stack, [[1, 10, 100, 1000]], [1, 2, 3]), [3210, 321, 32]);
});

test("layer conv2d: 'same', an even kernel and strides", async () => {
  // 3×3, window 2×2, strides of two: ceil(3 / 2) = 2 per side, (2 - 1) · 2 + 2 - 3 = 1 pixel of padding, below and to
  // the right
  const stack = [
    layers.conv2d({ inputShape: [3, 3, 1], filters: 1, kernelSize: 2, strides: 2, padding: 'same', useBias: false }),
  ];
  equal(await outputOf(stack, [[1, 1, 1, 1]], NINE), [1 + 2 + 4 + 5, 3 + 6, 7 + 8, 9]);
});

test("layer depthwiseConv2d: 'same', an even kernel and strides, two kernels a channel", async () => {
  const stack = [
    layers.depthwiseConv2d({
      inputShape: [3, 3, 1],
      kernelSize: 2,
      strides: 2,
      depthMultiplier: 2,
      padding: 'same',
      useBias: false,
    }),
  ];
  // the second kernel takes only the upper left pixel
  equal(await outputOf(stack, [[1, 1, 1, 0, 1, 0, 1, 0]], NINE), [12, 1, 9, 3, 15, 7, 9, 9]);
});

test('layer depthwiseConv2d: outputs stand channel by channel, kernel by kernel', async () => {
  const stack = [layers.depthwiseConv2d({ inputShape: [1, 1, 2], kernelSize: 1, depthMultiplier: 3 })];
  equal(
    await outputOf(
      stack,
      [
        [1, 2, 3, 4, 5, 6],
        [0, 0, 0, 0, 0, 0.5],
      ],
      [10, 100],
    ),
    [10, 20, 30, 400, 500, 600.5],
  );
});

test("layer maxPooling2d: 'same' does not count the padding as zeros", async () => {
  const stack = [layers.maxPooling2d({ inputShape: [3, 3, 1], poolSize: 2, padding: 'same' })];
  equal(
    await outputOf(
      stack,
      undefined,
      NINE.map((value) => -value),
    ),
    [-1, -3, -7, -9],
  );
});

test("layer averagePooling2d: 'same' divides by the pixels inside the image", async () => {
  const stack = [layers.averagePooling2d({ inputShape: [3, 3, 1], poolSize: 2, padding: 'same' })];
  equal(await outputOf(stack, undefined, NINE), [(1 + 2 + 4 + 5) / 4, (3 + 6) / 2, (7 + 8) / 2, 9]);
});

test("layer averagePooling2d: 'same', the gradient divides by the pixels inside the image too", async () => {
  // y is the mean over 4, 2, 2, 1 outputs; their sum over pixels is k·x with k = 1: the derivative by k is the sum of
  // the four means
  const model = await modelOf(
    [
      layers.conv2d({ inputShape: [3, 3, 1], filters: 1, kernelSize: 1, useBias: false }),
      layers.averagePooling2d({ poolSize: 2, padding: 'same' }),
    ],
    [[1]],
  );
  model.compile({ optimizer: 'sgd', loss: 'mae' }); // each output has slope 1/4, since all are above the targets
  const { gradients } = model.gradients(tensor(NINE, [1, 3, 3, 1]), tensor([-1, -1, -1, -1], [1, 2, 2, 1]));
  equal(gradients[0].data, [(3 + 4.5 + 7.5 + 9) / 4]);
  model.dispose();
});

/* ---- max-pooling's ties, ReLU's corner ------------------------------------------------------------ */

/**
 * All pixels are equal because the kernel is zero: the derivative by the kernel is the value of the chosen pixel.
 * @param {any} pool
 */
async function chosenPixel(pool) {
  const model = await modelOf(
    [layers.conv2d({ inputShape: [2, 2, 1], filters: 1, kernelSize: 1, useBias: false }), pool],
    [[0]],
  );
  model.compile({ optimizer: 'sgd', loss: 'mae' }); // slope 1, since the output is above the target
  const size = model.layers[1].outputShape.slice(1);
  const { gradients } = model.gradients(tensor([1, 20, 300, 4000], [1, 2, 2, 1]), tensor([-1], [1, ...size]));
  model.dispose();
  return gradients[0].data;
}

test('layer maxPooling2d: of equal values the first gets the gradient', async () => {
  equal(await chosenPixel(layers.maxPooling2d({ poolSize: 2 })), [1]);
  equal(await chosenPixel(layers.maxPooling2d({ poolSize: [2, 2], strides: 2, padding: 'same' })), [1]);
});

// Keras takes the maximum over both axes at once, and its backends divide that gradient equally; TensorFlow.js gives
// the whole gradient to each.
test('layer globalMaxPooling2d: equal values share the gradient', async () => {
  equal(await chosenPixel(layers.globalMaxPooling2d()), [(1 + 20 + 300 + 4000) / 4]);
});

test('activation relu, relu6, leakyRelu: no slope at zero itself, and none at six', async () => {
  /** @type {[any, number, number][]} layer, bias, slope */
  const cases = [
    [layers.reLU(), 0, 0],
    [layers.activation({ activation: 'relu6' }), 0, 0],
    [layers.activation({ activation: 'relu6' }), 6, 0],
    [layers.reLU({ maxValue: 6 }), 6, 0],
    [layers.leakyReLU({ alpha: 0.25 }), 0, 0.25],
  ];
  for (const [layer, bias, slope] of cases) {
    const model = await modelOf([layers.dense({ inputShape: [1], units: 1 }), layer], [[0], [bias]]);
    model.compile({ optimizer: 'sgd', loss: 'mae' });
    const { gradients } = model.gradients(tensor([1], [1, 1]), tensor([-100], [1, 1]));
    equal(gradients[1].data, [slope]);
    model.dispose();
  }
});

test('loss meanAbsoluteError: no slope where nothing is wrong', async () => {
  const model = await modelOf(
    [layers.dense({ inputShape: [1], units: 2 })],
    [
      [0, 0],
      [1, 2],
    ],
  );
  model.compile({ optimizer: 'sgd', loss: 'mae' });
  const { gradients } = model.gradients(tensor([1], [1, 1]), tensor([1, 5], [1, 2])); // right; below: -1/2
  equal(gradients[1].data, [0, -0.5]);
  model.dispose();
});

/* ---- batches ------------------------------------------------------------------------------------ */

test('model: the loss of an epoch is weighted by the batches’ sizes, the last update is of its few', async () => {
  const model = await modelOf([layers.dense({ inputShape: [1], units: 1, useBias: false })], [[0]]);
  model.compile({ optimizer: { name: 'sgd', learningRate: 0.1 }, loss: 'mse' });
  const { history } = await model.fit(tensor([1, 1, 1], [3, 1]), tensor([1, 3, 5], [3, 1]), {
    batchSize: 2,
    shuffle: false,
    verbose: 0,
  });
  // batch 1: loss (1 + 9) / 2 = 5, slope (2·(0 - 1) + 2·(0 - 3)) / 2 = -4, w = 0.4; batch 2: loss 4.6² = 21.16, slope
  // -9.2, w = 1.32
  equal(model.getWeights()[0].data, [1.32]);
  equal(history.loss, [(2 * 5 + 21.16) / 3]);
  // evaluation of w = 1.32: (0.32² + 1.68² + 3.68²) / 3, however it is divided into batches
  for (const batchSize of [1, 2, 3])
    equal(await model.evaluate(tensor([1, 1, 1], [3, 1]), tensor([1, 3, 5], [3, 1]), { batchSize }), [
      (0.1024 + 2.8224 + 13.5424) / 3,
    ]);
  model.dispose();
});

/* ---- optimizers: one weight, whose gradient is the input, as the loss is |w·x + 1000| -------------- */

/**
 * @param {any} optimizer
 * @param {number[]} gradients of each step
 * @returns {Promise<number[]>} the weight after each, from 0
 */
async function path(optimizer, gradients) {
  const model = await modelOf([layers.dense({ inputShape: [1], units: 1, useBias: false })], [[0]]);
  model.compile({ optimizer, loss: 'mae' });
  const weights = [];
  for (const g of gradients) {
    await model.fit(tensor([g], [1, 1]), tensor([-1000], [1, 1]), { verbose: 0 });
    weights.push(model.getWeights()[0].data[0]);
  }
  model.dispose();
  return weights;
}

test('optimizer adam: corrected at once, and with epsilon beside the uncorrected root', async () => {
  // without epsilon, the first step is the learning rate whatever the gradient; so is each further step while the
  // gradient stays the same
  equal(await path({ name: 'adam', learningRate: 0.1 }, [1, 1, 1]), [-0.1, -0.2, -0.3]);
  // √v = 1e-3·√0.001 = 3e-5, of which epsilon is 0.3 %
  equal(await path({ name: 'adam', learningRate: 0.1 }, [-1e-3]), [0.1], 4e-3);
  // gradients 1, 3: m = 0.39, v = 0.009999; corrected 0.39 / 0.19 and 0.009999 / 0.001999; 0.1 · 2.0526316 / √5.0020010
  // = 0.0917781
  equal(await path({ name: 'adam', learningRate: 0.1 }, [1, 3]), [-0.1, -0.1917781]);
  // epsilon 0.5: m = 0.1, v = 0.001, 0.1 · √0.001 / 0.1 · 0.1 / (√0.001 + 0.5) = 0.0059484; then √0.001999: 0.1 ·
  // 0.0447102 / 0.5447102
  equal(
    await path({ name: 'adam', learningRate: 0.1, epsilon: 0.5 }, [1, 1]),
    [-0.00594836, -0.00594836 - 0.00820807],
    1e-7,
  );
});

test('optimizer adamw: decays by its share of the learning rate, apart from the averages', async () => {
  // first step -0.1; then w = -0.1 + 0.1 · 0.1 · 0.5 = -0.095 before the second -0.1
  equal(await path({ name: 'adamw', learningRate: 0.1, weightDecay: 0.5 }, [1, 1]), [-0.1, -0.195]);
});

test('optimizer rmsprop: epsilon under the root, no correction', async () => {
  // v = 0.1: 0.1 / √(0.1 + 0.5) = 0.1290994; then v = 0.19: 0.1 / √0.69 = 0.1203859
  equal(await path({ name: 'rmsprop', learningRate: 0.1, epsilon: 0.5 }, [1, 1]), [-0.1290994, -0.2494853]);
  // momentum 0.5: second step 0.5 · 0.1290994 + 0.1203859
  equal(
    await path({ name: 'rmsprop', learningRate: 0.1, epsilon: 0.5, momentum: 0.5 }, [1, 1]),
    [-0.1290994, -0.314035],
  );
  // centered: 0.1 - 0.1² = 0.09: 0.1 / √0.59 = 0.1301889
  equal(await path({ name: 'rmsprop', learningRate: 0.1, epsilon: 0.5, centered: true }, [1]), [-0.1301889]);
});

test('optimizer adagrad: begins at 0.1, epsilon under the root', async () => {
  // 0.1 / √(0.1 + 1 + 0.5) = 0.0790569; then 0.1 · 2 / √(1.1 + 4 + 0.5) = 0.0845154
  equal(await path({ name: 'adagrad', learningRate: 0.1, epsilon: 0.5 }, [1, 2]), [-0.0790569, -0.1635723]);
});

test('optimizer adadelta: divides by the average that holds the gradient at hand', async () => {
  // s = 0.1: √0.5 / √0.6 = 0.9128709, d = 0.1 · 0.8333333; then s = 0.19: √0.5833333 / √0.69 = 0.9194624
  equal(await path({ name: 'adadelta', learningRate: 1, rho: 0.9, epsilon: 0.5 }, [1, 1]), [-0.9128709, -1.8323333]);
});

test('optimizer sgd: momentum and Nesterov’s', async () => {
  // v = -0.1, -0.15, -0.275
  equal(await path({ name: 'sgd', learningRate: 0.1, momentum: 0.5 }, [1, 1, 2]), [-0.1, -0.25, -0.525]);
  // the same v; steps 0.5 v - 0.1 g: -0.15, -0.175, -0.3375
  equal(
    await path({ name: 'sgd', learningRate: 0.1, momentum: 0.5, nesterov: true }, [1, 1, 2]),
    [-0.15, -0.325, -0.6625],
  );
});

test('optimizer sgd: weight decay before the step, by the rate of the step', async () => {
  // -0.1; then -0.1 · (1 - 0.1 · 0.5) - 0.1 = -0.195
  equal(await path({ name: 'sgd', learningRate: 0.1, weightDecay: 0.5 }, [1, 1]), [-0.1, -0.195]);
});

test('optimizer sgd: clipValue, clipNorm, globalClipNorm', async () => {
  equal(await path({ name: 'sgd', learningRate: 1, clipValue: 0.5 }, [3, -4, 0.25]), [-0.5, 0, -0.25]);
  // gradients (3, 4) of the kernel, 1 of the bias: norms 5 and 1, together √26
  for (const [options, want] of /** @type {[any, number[]][]} */ ([
    [{ clipNorm: 2 }, [-1.2, -1.6, -1]],
    [{ globalClipNorm: 2 }, [3, 4, 1].map((g) => (-2 * g) / Math.sqrt(26))],
    [{ globalClipNorm: 6 }, [-3, -4, -1]],
    [{ clipValue: 3.5 }, [-3, -3.5, -1]],
  ])) {
    const model = await modelOf([layers.dense({ inputShape: [2], units: 1 })], [[0, 0], [0]]);
    model.compile({ optimizer: { name: 'sgd', learningRate: 1, ...options }, loss: 'mae' });
    await model.fit(tensor([3, 4], [1, 2]), tensor([-1000], [1, 1]), { verbose: 0 });
    equal(
      model.getWeights().flatMap((/** @type {any} */ { data }) => [...data]),
      want,
    );
    model.dispose();
  }
});

test('optimizer sgd: the moving average begins with the first weights, and is what fit leaves', async () => {
  const model = await modelOf([layers.dense({ inputShape: [1], units: 1, useBias: false })], [[0]]);
  model.compile({ optimizer: { name: 'sgd', learningRate: 1, useEma: true, emaMomentum: 0.75 }, loss: 'mae' });
  // w = -1, -2, -3; average -1, 0.75·-1 + 0.25·-2 = -1.25, 0.75·-1.25 + 0.25·-3 = -1.6875
  await model.fit(tensor([1, 1, 1], [3, 1]), tensor([-1000, -1000, -1000], [3, 1]), { batchSize: 1, verbose: 0 });
  equal(model.getWeights()[0].data, [-1.6875]);
  model.dispose();
});

test('optimizer sgd: the moving average takes the weights’ place every second step', async () => {
  const model = await modelOf([layers.dense({ inputShape: [1], units: 1, useBias: false })], [[0]]);
  model.compile({
    optimizer: { name: 'sgd', learningRate: 1, useEma: true, emaMomentum: 0.75, emaOverwriteFrequency: 2 },
    loss: 'mae',
  });
  // w = -1, average -1; w = -2, average -1.25, so w = -1.25; w = -2.25, average 0.75·-1.25 + 0.25·-2.25 = -1.5
  await model.fit(tensor([1, 1, 1], [3, 1]), tensor([-1000, -1000, -1000], [3, 1]), { batchSize: 1, verbose: 0 });
  equal(model.getWeights()[0].data, [-1.5]);
  model.dispose();
});

/* ---- batch normalization ------------------------------------------------------------------------- */

test('layer batchNormalization: epsilon under the root, biased variance, momentum, evaluation', async () => {
  const model = await modelOf(
    [layers.batchNormalization({ inputShape: [1], momentum: 0.75, epsilon: 0.5625 })],
    [[2], [10], [0], [1]],
  );
  model.compile({ optimizer: { name: 'sgd', learningRate: 0 }, loss: 'mse' });
  const x = tensor([2, 4], [2, 1]);
  // mean 3, variance ((-1)² + 1²) / 2 = 1, divisor √1.5625 = 1.25
  equal(model.activations(x, 0, { training: true }).data, [10 - 2 / 1.25, 10 + 2 / 1.25]);
  equal((await model.predict(x)).data, [10 + (2 * 2) / 1.25, 10 + (2 * 4) / 1.25]); // averages 0 and 1
  equal(model.getWeights()[2].data, [0]); // evaluation changes no averages
  await model.fit(x, tensor([0, 0], [2, 1]), { verbose: 0 });
  // mean 0.75 · 0 + 0.25 · 3; variance 0.75 · 1 + 0.25 · 1, and unbiased it would be 1.25
  equal(
    model.getWeights().map((/** @type {any} */ { data }) => data[0]),
    [2, 10, 0.75, 1],
  );
  equal((await model.predict(x)).data, [10 + (2 * 1.25) / 1.25, 10 + (2 * 3.25) / 1.25]);
  await model.fit(tensor([0, 8], [2, 1]), tensor([0, 0], [2, 1]), { verbose: 0 });
  equal(
    model
      .getWeights()
      .slice(2)
      .map((/** @type {any} */ { data }) => data[0]),
    [0.75 * 0.75 + 0.25 * 4, 0.75 + 0.25 * 16],
  );
  const before = model.getWeights().map((/** @type {any} */ { data }) => data[0]);
  await model.evaluate(x, tensor([0, 0], [2, 1]));
  model.gradients(x, tensor([0, 0], [2, 1]));
  equal(
    model.getWeights().map((/** @type {any} */ { data }) => data[0]),
    before,
    0,
  );
  model.dispose();
});

test('layer batchNormalization: one sample of one pixel is its own mean', async () => {
  const model = await modelOf(
    [layers.batchNormalization({ inputShape: [2] })],
    [
      [3, 4],
      [0.5, -1],
      [0, 0],
      [1, 1],
    ],
  );
  model.compile({ optimizer: { name: 'sgd', learningRate: 1 }, loss: 'mse' });
  const x = tensor([7, -5], [1, 2]);
  equal(model.activations(x, 0, { training: true }).data, [0.5, -1]); // only beta remains
  const { gradients } = model.gradients(x, tensor([0, 0], [1, 2]));
  equal(gradients[0].data, [0, 0]); // gamma does not matter either
  equal(gradients[1].data, [0.5, -1]);
  model.dispose();
});

/* ---- losses -------------------------------------------------------------------------------------- */

/** @param {any} loss @param {number[]} p the outputs of one sample @param {number[]} t */
async function lossOf(loss, p, t) {
  const model = await modelOf([layers.activation({ inputShape: [p.length], activation: 'linear' })]);
  model.compile({ optimizer: 'sgd', loss: ourLoss(loss) });
  const [value] = await model.evaluate(
    tensor(p, [1, p.length]),
    tensor(t, loss.name.startsWith('sparse') ? [1] : [1, t.length]),
  );
  model.dispose();
  return value;
}

test('loss categoricalCrossentropy: labelSmoothing shares out what it takes', async () => {
  // targets 0.9 + 0.1 / 4 = 0.925 and three times 0.025: -(0.925 ln 0.4 + 0.025 (ln 0.3 + ln 0.2 + ln 0.1)) = 0.8476 +
  // 0.1279
  const want = -(0.925 * Math.log(0.4) + 0.025 * (Math.log(0.3) + Math.log(0.2) + Math.log(0.1)));
  equal(
    [await lossOf({ name: 'categoricalCrossentropy', labelSmoothing: 0.1 }, [0.4, 0.3, 0.2, 0.1], [1, 0, 0, 0])],
    [want],
  );
});

test('loss binaryCrossentropy: labelSmoothing moves towards a half', async () => {
  // 1 becomes 0.9, 0 becomes 0.1
  const want = -(0.9 * Math.log(0.8) + 0.1 * Math.log(0.2) + 0.1 * Math.log(0.4) + 0.9 * Math.log(0.6)) / 2;
  equal([await lossOf({ name: 'binaryCrossentropy', labelSmoothing: 0.2 }, [0.8, 0.4], [1, 0])], [want]);
});

test('loss categoricalCrossentropy, sparseCategoricalCrossentropy: probabilities of 0 and 1', async () => {
  // clipped to [1e-7, 1 - 1e-7], the latter being 1 - 2^-23 as a float
  for (const [name, zero, one] of /** @type {[string, number[], number[]][]} */ ([
    ['categoricalCrossentropy', [1, 0], [0, 1]],
    ['sparseCategoricalCrossentropy', [0], [1]],
  ])) {
    equal([await lossOf({ name }, [0, 1], zero)], [-Math.log(1e-7)]);
    equal([await lossOf({ name }, [0, 1], one)], [2 ** -23], 1e-7);
  }
});

test('loss binaryCrossentropy: probabilities of 0 and 1', async () => {
  equal([await lossOf({ name: 'binaryCrossentropy' }, [0], [1])], [-Math.log(1e-7)]);
  // 1 - p is rounded: 15.94 to 16.12
  equal([await lossOf({ name: 'binaryCrossentropy' }, [1], [0])], [-Math.log(2 ** -23)], 2e-2);
  equal([await lossOf({ name: 'binaryCrossentropy' }, [1, 0], [1, 0])], [0], 2e-7);
});

test('loss categoricalCrossentropy, binaryCrossentropy: fromLogits has no clip, however sure the network', async () => {
  equal([await lossOf({ name: 'categoricalCrossentropy', fromLogits: true }, [200, 0], [0, 1])], [200]);
  equal([await lossOf({ name: 'categoricalCrossentropy', fromLogits: true }, [1e4, 0], [1, 0])], [0]);
  equal([await lossOf({ name: 'sparseCategoricalCrossentropy', fromLogits: true }, [-300, 0], [0])], [300]);
  equal([await lossOf({ name: 'binaryCrossentropy', fromLogits: true }, [150], [0])], [150]);
  equal([await lossOf({ name: 'binaryCrossentropy', fromLogits: true }, [-150], [0])], [0]);
});

test('loss categoricalCrossentropy: a gradient of p - t where the probability is 0 to a float', async () => {
  const model = await modelOf(
    [layers.dense({ inputShape: [1], units: 2, activation: 'softmax' })],
    [
      [200, 0],
      [0, 0],
    ],
  );
  model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
  const { gradients } = model.gradients(tensor([1], [1, 1]), tensor([0, 1], [1, 2]));
  equal(gradients[1].data, [1, -1]);
  model.dispose();
});

test('loss sparseCategoricalCrossentropy: sampleWeight is divided by the number of samples', async () => {
  const model = await modelOf(
    [layers.activation({ inputShape: [2], activation: 'linear' }), layers.dense({ units: 2, useBias: false })],
    [[1, 0, 0, 1]],
  );
  model.compile({ optimizer: { name: 'sgd', learningRate: 0 }, loss: 'sparseCategoricalCrossentropy' });
  const x = tensor([0.5, 0.5, 0.25, 0.75], [2, 2]);
  const { history } = await model.fit(x, tensor(Int32Array.of(0, 0), [2]), {
    verbose: 0,
    sampleWeight: tensor([3, 1], [2]),
  });
  equal(history.loss, [(3 * Math.log(2) + Math.log(4)) / 2]);
  model.dispose();
});

/* ---- dropout ------------------------------------------------------------------------------------- */

test('layer concatenate: at each pixel, the channels of one input after those of the other', async () => {
  // pixels (1, 2) and (3, 4); the convolution's kernel is 1, 10, so that its channel is 21 and 43
  const picture = api.input({ shape: [1, 2, 2] });
  const sum = layers.conv2d({ filters: 1, kernelSize: 1, useBias: false }).apply(picture);
  for (const [tensors, want] of [
    [
      [sum, picture],
      [21, 1, 2, 43, 3, 4],
    ],
    [
      [picture, sum, sum],
      [1, 2, 21, 21, 3, 4, 43, 43],
    ],
  ]) {
    const made = await api.model({ inputs: picture, outputs: layers.concatenate().apply(tensors) });
    made.setWeights([tensor([1, 10], [1, 1, 2, 1])]);
    equal((await made.predict(tensor([1, 2, 3, 4], [1, 1, 2, 2]))).data, want);
    made.dispose();
  }
});

test('layer dropout: what stays is scaled up in training, and nothing is in inference', async () => {
  const n = 40_000;
  const model = await modelOf([layers.dropout({ inputShape: [n], rate: 0.2 })]);
  const x = tensor(new Float32Array(n).fill(8), [1, n]);
  equal((await model.predict(x)).data, new Array(n).fill(8), 0);
  const { data } = model.activations(x, 0, { training: true });
  assert.ok(
    data.every((/** @type {number} */ value) => value === 0 || Math.abs(value - 10) < 1e-5),
    '8 / 0.8 or nothing',
  );
  const mean = data.reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b) / n;
  assert.ok(Math.abs(mean - 8) < (5 * 4) / Math.sqrt(n), `mean ${mean}: deviation of one value is 10 √(0.2 · 0.8) = 4`);
  model.dispose();
});

/* ---- not a number -------------------------------------------------------------------------------- */

/** @type {[string, () => any][]} */
const LETS_THROUGH = [
  ['conv2d', () => layers.conv2d({ inputShape: [4, 4, 1], filters: 5, kernelSize: 3, activation: 'relu' })],
  [
    'depthwiseConv2d',
    () => layers.depthwiseConv2d({ inputShape: [4, 4, 1], kernelSize: 3, depthMultiplier: 4, activation: 'relu' }),
  ],
  ['maxPooling2d', () => layers.maxPooling2d({ inputShape: [4, 4, 1], poolSize: 4 })],
  ['averagePooling2d', () => layers.averagePooling2d({ inputShape: [4, 4, 1], poolSize: 4 })],
  ['globalMaxPooling2d', () => layers.globalMaxPooling2d({ inputShape: [4, 4, 1] })],
  ['globalAveragePooling2d', () => layers.globalAveragePooling2d({ inputShape: [4, 4, 1] })],
  ...['relu', 'relu6', 'leakyRelu', 'gelu', 'sigmoid', 'tanh', 'swish', 'softmax'].map(
    (activation) =>
      /** @type {[string, () => any]} */ ([
        `activation ${activation}`,
        () => layers.activation({ inputShape: [4, 4, 1], activation }),
      ]),
  ),
  ['reLU', () => layers.reLU({ inputShape: [4, 4, 1] })],
  ['leakyReLU', () => layers.leakyReLU({ inputShape: [4, 4, 1] })],
];

for (const [name, layer] of LETS_THROUGH) {
  const what = name.startsWith('activation') ? name : `layer ${name}`;
  test(`${what}: a NaN comes out as NaN, in its sample alone`, async () => {
    const model = await modelOf([layer()]);
    const x = new Float32Array(3 * 16).fill(0.5);
    x[16 + 5] = NaN; // a pixel that every window of four or three contains
    for (const data of [
      (await model.predict(tensor(x, [3, 4, 4, 1]))).data,
      model.activations(tensor(x, [3, 4, 4, 1]), 0).data,
    ]) {
      const third = data.length / 3;
      assert.ok(data.slice(third, 2 * third).some(Number.isNaN), `${Array.from(data)}`);
      if (!name.startsWith('activation') && !/LU/.test(name))
        assert.ok(data.slice(third, 2 * third).every(Number.isNaN), 'every window');
      assert.ok([...data.slice(0, third), ...data.slice(2 * third)].every(Number.isFinite), 'the others are sound');
    }
    model.dispose();
  });
}

test('model: a NaN in the input comes out as a loss of NaN, and training ends', async () => {
  const stack = () => [
    layers.conv2d({ inputShape: [6, 6, 1], filters: 4, kernelSize: 3, activation: 'relu' }),
    layers.maxPooling2d(),
    layers.flatten(),
    layers.dense({ units: 8, activation: 'relu' }),
    layers.dense({ units: 3, activation: 'softmax' }),
  ];
  const x = new Float32Array(4 * 36).fill(0.5);
  x[36 + 14] = NaN;
  const y = tensor(Int32Array.of(0, 1, 2, 0), [4]);
  for (const optimizer of ['sgd', 'adam', 'adadelta', 'rmsprop', 'adagrad', 'muon', { name: 'sgd', clipNorm: 1 }]) {
    const model = await modelOf(stack());
    model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    const [before] = await model.evaluate(tensor(x, [4, 6, 6, 1]), y);
    assert.ok(Number.isNaN(before), `evaluated ${before}`);
    const { history } = await model.fit(tensor(x, [4, 6, 6, 1]), y, { epochs: 2, verbose: 0 });
    assert.ok(history.loss.every(Number.isNaN), `loss ${history.loss}`);
    assert.ok(history.acc.every(Number.isFinite), 'an accuracy is a count');
    model.dispose();
  }
});
