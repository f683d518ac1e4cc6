/**
 * Drawn values have the mean, deviation, maximum and kurtosis that the distribution's definition gives. Over n values
 * the mean is off by sd / √n and the deviation by about sd / √(2n). Five times that is allowed, which a correct
 * initializer exceeds once in two million.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as api from '../../../shim/index.js';
import { useOracles } from './support.js';

before(useOracles);

const { initializers, layers, sequential } = /** @type {any} */ (api);

/**
 * @typedef {{ fanIn: number, fanOut: number, weights: (initializer: any, seed?: number) => Promise<Float32Array> }}
 *   Shape
 */

/** @param {any} layer @param {number} [seed] @param {number} [index] which of its weights */
async function drawn(layer, seed = 5, index = 0) {
  const model = await sequential({ layers: [layer], seed });
  const { data } = model.getWeights()[index];
  model.dispose();
  return data;
}

/**
 * Keras's fans: for a convolution's kernel, also a depthwise one, the area times the channels.
 * @type {Record<string, Shape>}
 */
const SHAPES = {
  dense: {
    fanIn: 150,
    fanOut: 260,
    weights: (kernelInitializer, seed) =>
      drawn(layers.dense({ inputShape: [150], units: 260, kernelInitializer }), seed),
  },
  conv2d: {
    fanIn: 9 * 16,
    fanOut: 9 * 200,
    weights: (kernelInitializer, seed) =>
      drawn(layers.conv2d({ inputShape: [4, 4, 16], filters: 200, kernelSize: 3, kernelInitializer }), seed),
  },
  depthwiseConv2d: {
    fanIn: 9 * 400,
    fanOut: 9 * 8,
    weights: (depthwiseInitializer, seed) =>
      drawn(
        layers.depthwiseConv2d({ inputShape: [3, 3, 400], depthMultiplier: 8, kernelSize: 3, depthwiseInitializer }),
        seed,
      ),
  },
};

/** The deviation of a standard normal variable that is redrawn beyond two: √(1 - 4 φ(2) / (2 Φ(2) - 1)). */
const TRUNCATED = 0.8796256610342398;

/** @param {Float32Array} values */
function momentsOf(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [second, fourth, most] = [0, 0, 0];
  for (const value of values) {
    second += (value - mean) ** 2 / values.length;
    fourth += (value - mean) ** 4 / values.length;
    most = Math.max(most, Math.abs(value));
  }
  return { mean, deviation: Math.sqrt(second), kurtosis: fourth / second ** 2, most };
}

/** @param {Float32Array} values @param {number} deviation @param {boolean} normal */
function assertDrawn(values, deviation, normal) {
  const got = momentsOf(values);
  const n = values.length;
  const limit = normal ? (2 * deviation) / TRUNCATED : deviation * Math.sqrt(3);
  assert.ok(Math.abs(got.mean) < (5 * deviation) / Math.sqrt(n), `mean ${got.mean}`);
  assert.ok(
    Math.abs(got.deviation / deviation - 1) < 5 / Math.sqrt(2 * n),
    `deviation ${got.deviation}, want ${deviation}`,
  );
  assert.ok(got.most <= limit * (1 + 1e-6), `largest ${got.most}, want at most ${limit}`);
  assert.ok(got.most > 0.99 * limit, `largest ${got.most} of ${n}, want nearly ${limit}`);
  // for a uniform variable 9/5, for a normal one truncated at two deviations 2.3657; the estimate is off by about √(24
  // / n)
  assert.ok(Math.abs(got.kurtosis - (normal ? 2.3657 : 1.8)) < 5 * Math.sqrt(24 / n), `kurtosis ${got.kurtosis}`);
  assert.equal(new Set(values).size > 0.98 * n, true, 'values repeat');
}

/** @type {[string, string, number, boolean][]} name, mode, scale, normal */
const SCALED = [
  ['glorotUniform', 'fanAvg', 1, false],
  ['glorotNormal', 'fanAvg', 1, true],
  ['heUniform', 'fanIn', 2, false],
  ['heNormal', 'fanIn', 2, true],
  ['leCunUniform', 'fanIn', 1, false],
  ['leCunNormal', 'fanIn', 1, true],
];

/** @param {string} mode @param {Shape} shape */
const fan = (mode, { fanIn, fanOut }) => ({ fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 })[mode] ?? NaN;

// TensorFlow.js does not correct the deviation for the truncated tails, so its normal weights are an eighth too small.
for (const [name, mode, scale, normal] of SCALED)
  for (const [layer, shape] of Object.entries(SHAPES))
    test(`initializer ${name}: of ${layer}`, async () => {
      for (const initializer of [name, initializers[name](), initializers[name]({ seed: 3 })])
        assertDrawn(await shape.weights(initializer), Math.sqrt(scale / fan(mode, shape)), normal);
    });

for (const mode of ['fanIn', 'fanOut', 'fanAvg'])
  for (const distribution of ['normal', 'uniform'])
    test(`initializer varianceScaling: ${mode}, ${distribution}`, async () => {
      for (const shape of Object.values(SHAPES)) {
        const values = await shape.weights(initializers.varianceScaling({ scale: 0.7, mode, distribution, seed: 8 }));
        assertDrawn(values, Math.sqrt(0.7 / fan(mode, shape)), distribution === 'normal');
      }
    });

test('initializer glorotUniform: what kernels get where nothing is said', async () => {
  for (const shape of Object.values(SHAPES))
    assert.deepEqual(await shape.weights(undefined), await shape.weights('glorotUniform'));
});

test('initializer leCunNormal, leCunUniform: spelt either way', async () => {
  for (const name of ['Normal', 'Uniform'])
    assert.deepEqual(await SHAPES.dense.weights(`lecun${name}`), await SHAPES.dense.weights(`leCun${name}`));
});

test('initializer heNormal: the same of one seed, others of another', async () => {
  const { weights } = SHAPES.dense;
  const differ = (/** @type {Float32Array} */ a, /** @type {Float32Array} */ b) =>
    a.filter((value, i) => value !== b[i]).length / a.length;
  assert.deepEqual(
    await weights(initializers.heNormal({ seed: 1 }), 5),
    await weights(initializers.heNormal({ seed: 1 }), 6),
    'its own seed, whatever the model’s',
  );
  assert.deepEqual(await weights('heNormal', 5), await weights('heNormal', 5));
  assert.ok(differ(await weights('heNormal', 5), await weights('heNormal', 6)) > 0.99, 'the model’s seed');
  assert.ok(
    differ(await weights(initializers.heNormal({ seed: 1 })), await weights(initializers.heNormal({ seed: 2 }))) > 0.99,
  );
});

test('initializer zeros, ones, constant: of every kind of weight', async () => {
  /** @type {[any, number][]} */
  const cases = [
    ['zeros', 0],
    ['ones', 1],
    [initializers.zeros(), 0],
    [initializers.ones(), 1],
    [initializers.constant({ value: 0.1 }), Math.fround(0.1)],
    [initializers.constant({ value: -3 }), -3],
  ];
  for (const [initializer, value] of cases) {
    /** @type {[any, number][]} a layer, and which of its weights */
    const weights = [
      [layers.dense({ inputShape: [3], units: 2, kernelInitializer: initializer }), 0],
      [layers.dense({ inputShape: [3], units: 2, biasInitializer: initializer }), 1],
      [layers.conv2d({ inputShape: [3, 3, 2], filters: 2, kernelSize: 2, kernelInitializer: initializer }), 0],
      [layers.conv2d({ inputShape: [3, 3, 2], filters: 2, kernelSize: 2, biasInitializer: initializer }), 1],
      [layers.depthwiseConv2d({ inputShape: [3, 3, 2], kernelSize: 2, depthwiseInitializer: initializer }), 0],
      [layers.depthwiseConv2d({ inputShape: [3, 3, 2], kernelSize: 2, biasInitializer: initializer }), 1],
      ...['gamma', 'beta', 'movingMean', 'movingVariance'].map(
        (name, i) =>
          /** @type {[any, number]} */ ([
            layers.batchNormalization({ inputShape: [3, 3, 2], [`${name}Initializer`]: initializer }),
            i,
          ]),
      ),
    ];
    for (const [layer, index] of weights) {
      const values = await drawn(layer, 5, index);
      assert.ok(
        values.length > 0 && values.every((/** @type {number} */ got) => got === value),
        `${layer.kind} ${index}: ${values}, want ${value}`,
      );
    }
  }
});

test('initializer zeros, ones: what biases and batch normalization begin with', async () => {
  const begin = async (/** @type {any} */ layer) => {
    const model = await sequential({ layers: [layer] });
    const values = model.getWeights().map((/** @type {any} */ { data }) => data);
    model.dispose();
    return values;
  };
  const row = (/** @type {number} */ value) => Float32Array.of(value, value);
  assert.deepEqual(await begin(layers.batchNormalization({ inputShape: [2] })), [row(1), row(0), row(0), row(1)]);
  for (const layer of [
    layers.dense({ inputShape: [3], units: 2 }),
    layers.conv2d({ inputShape: [2, 2, 1], filters: 2, kernelSize: 1 }),
    layers.depthwiseConv2d({ inputShape: [2, 2, 2], kernelSize: 1 }),
  ])
    assert.deepEqual((await begin(layer))[1], row(0));
});
