import { activate } from './activations.js';
import { doubles, pairOf, sizeOf } from './array.js';
import { conv2d, depthwiseConv2d } from './convolution.js';
import { moments, movingAverage, normalize } from './normalization.js';
import { averagePooling2d, globalAveragePooling2d, globalMaxPooling2d, maxPooling2d } from './pooling.js';
import { outputSides } from './window.js';

/** @import { Doubles } from './array.js' */
/** @import { Kinks } from './kinks.js' */

/**
 * @typedef {object} Pass
 * @property {boolean} training
 * @property {Kinks} [kinks]
 * @property {(moving: { mean: Float64Array, variance: Float64Array }) => void} [moved] called with the moving averages
 *   after the step
 */
/** @typedef {{ name: string, shape: number[], trainable: boolean, regularizer?: any }} WeightSpec */
/**
 * @typedef {object} Kind
 * @property {(input: number[], options: any, all: number[][]) => number[]} shape of the output of a sample, from that
 *   of its first input, or from those of all
 * @property {(input: number[], options: any) => WeightSpec[]} [weights] in Keras's order
 * @property {(inputs: Doubles[], weights: Doubles[], options: any, pass: Pass) => Doubles} forward
 */

/** @param {any} options */
const kernelWindow = ({ kernelSize, strides = 1, padding = 'valid' }) => ({
  size: pairOf(kernelSize),
  strides: pairOf(strides),
  padding,
});

/** @param {any} options */
const poolWindow = ({ poolSize = 2, strides = poolSize, padding = 'valid' }) => ({
  size: pairOf(poolSize),
  strides: pairOf(strides),
  padding,
});

/** @param {Doubles} x @param {string} [name] @param {Kinks} [kinks] @param {number} [slope] */
const activated = (x, name = 'linear', kinks, slope) =>
  doubles(x.shape, activate(name, x.data, x.shape[x.shape.length - 1], { kinks, slope }));

/** @param {Doubles} x @param {number[]} sample */
const reshaped = (x, sample) => doubles([x.shape[0], ...sample], x.data);

/** @param {number[]} input @param {number[]} target one of them may be -1 */
function inferred(input, target) {
  const known = target.reduce((product, length) => (length === -1 ? product : product * length), 1);
  return target.map((length) => (length === -1 ? sizeOf(input) / known : length));
}

/** @param {any} padding @returns {[[number, number], [number, number]]} */
function sidesOf(padding) {
  const [down, across] = typeof padding === 'number' ? [padding, padding] : padding;
  return [pairOf(down), pairOf(across)];
}

/** @param {Doubles} x [n, inputs] @param {Doubles} kernel [inputs, units] @param {Doubles} [bias] */
function dense(x, kernel, bias) {
  const [inputs, units] = kernel.shape;
  const out = doubles([...x.shape.slice(0, -1), units]);
  for (let n = 0; n < x.data.length / inputs; n++)
    for (let u = 0; u < units; u++) {
      let sum = bias ? bias.data[u] : 0;
      for (let i = 0; i < inputs; i++) sum += x.data[n * inputs + i] * kernel.data[i * units + u];
      out.data[n * units + u] = sum;
    }
  return out;
}

/** @param {number[][]} shapes which differ in the last length at most */
const joinedShape = ([first, ...others]) => [
  ...first.slice(0, -1),
  others.reduce((sum, shape) => sum + shape[shape.length - 1], first[first.length - 1]),
];

/** @param {Doubles[]} inputs [n, …, their own last length] */
function concatenated(inputs) {
  const out = doubles(joinedShape(inputs.map(({ shape }) => shape)));
  const width = out.shape[out.shape.length - 1];
  let start = 0;
  for (const { shape, data } of inputs) {
    const own = shape[shape.length - 1];
    data.forEach((value, i) => {
      out.data[Math.floor(i / own) * width + start + (i % own)] = value;
    });
    start += own;
  }
  return out;
}

/** @param {Doubles} x @param {[[number, number], [number, number]]} sides */
function zeroPadded(x, [[top, bottom], [left, right]]) {
  const [count, height, width, channels] = x.shape;
  const out = doubles([count, height + top + bottom, width + left + right, channels]);
  for (let n = 0; n < count; n++)
    for (let y = 0; y < height; y++)
      for (let i = 0; i < width * channels; i++)
        out.data[((n * out.shape[1] + y + top) * out.shape[2] + left) * channels + i] =
          x.data[(n * height + y) * width * channels + i];
  return out;
}

/** @param {Doubles} x @param {Doubles[]} weights @param {any} options @param {Pass} pass */
function batchNormalization(
  x,
  weights,
  { center = true, scale = true, momentum = 0.99, epsilon = 0.001 },
  { training, moved },
) {
  const rest = weights.map(({ data }) => data);
  const gamma = scale ? rest.shift() : undefined;
  const beta = center ? rest.shift() : undefined;
  const [movingMean, movingVariance] = rest;
  if (!training) return normalize(x, { mean: movingMean, variance: movingVariance, gamma, beta, epsilon });
  const { mean, variance } = moments(x);
  moved?.({
    mean: movingAverage(movingMean, mean, momentum),
    variance: movingAverage(movingVariance, variance, momentum),
  });
  return normalize(x, { mean, variance, gamma, beta, epsilon });
}

/** @type {Kind} the identity in inference; in training it is left to the tests of random layers */
const passesThrough = { shape: (input) => input, forward: ([x]) => x };

/** @param {(options: any) => { name: string, slope?: number }} formula @returns {Kind} */
const activationLayer = (formula) => ({
  shape: (input) => input,
  forward([x], _, options, { kinks }) {
    const { name, slope } = formula(options);
    return activated(x, name, kinks, slope);
  },
});

/** @type {Record<string, Kind>} by the names of `layers` */
export const KINDS = {
  conv2d: {
    shape: (input, options) => [...outputSides(input, kernelWindow(options)), options.filters],
    weights: ([, , channels], o) => [
      {
        name: 'kernel',
        shape: [...pairOf(o.kernelSize), channels, o.filters],
        trainable: true,
        regularizer: o.kernelRegularizer,
      },
      ...(o.useBias === false
        ? []
        : [{ name: 'bias', shape: [o.filters], trainable: true, regularizer: o.biasRegularizer }]),
    ],
    forward: ([x], [kernel, bias], o, { kinks }) =>
      activated(conv2d(x, kernelWindow(o), kernel, bias), o.activation, kinks),
  },
  depthwiseConv2d: {
    shape: (input, o) => [...outputSides(input, kernelWindow(o)), input[2] * (o.depthMultiplier ?? 1)],
    weights: ([, , channels], o) => [
      {
        name: 'kernel',
        shape: [...pairOf(o.kernelSize), channels, o.depthMultiplier ?? 1],
        trainable: true,
        regularizer: o.depthwiseRegularizer,
      },
      ...(o.useBias === false
        ? []
        : [
            {
              name: 'bias',
              shape: [channels * (o.depthMultiplier ?? 1)],
              trainable: true,
              regularizer: o.biasRegularizer,
            },
          ]),
    ],
    forward: ([x], [kernel, bias], o, { kinks }) =>
      activated(depthwiseConv2d(x, kernelWindow(o), kernel, bias), o.activation, kinks),
  },
  dense: {
    shape: (input, { units }) => [...input.slice(0, -1), units],
    weights: (input, o) => [
      { name: 'kernel', shape: [input[input.length - 1], o.units], trainable: true, regularizer: o.kernelRegularizer },
      ...(o.useBias === false
        ? []
        : [{ name: 'bias', shape: [o.units], trainable: true, regularizer: o.biasRegularizer }]),
    ],
    forward: ([x], [kernel, bias], o, { kinks }) => activated(dense(x, kernel, bias), o.activation, kinks),
  },
  batchNormalization: {
    shape: (input) => input,
    weights: (input, { center = true, scale = true, gammaRegularizer, betaRegularizer }) => {
      const shape = [input[input.length - 1]];
      return [
        ...(scale ? [{ name: 'gamma', shape, trainable: true, regularizer: gammaRegularizer }] : []),
        ...(center ? [{ name: 'beta', shape, trainable: true, regularizer: betaRegularizer }] : []),
        { name: 'movingMean', shape, trainable: false },
        { name: 'movingVariance', shape, trainable: false },
      ];
    },
    forward: ([x], weights, options, pass) => batchNormalization(x, weights, options, pass),
  },
  maxPooling2d: {
    shape: (input, options) => [...outputSides(input, poolWindow(options)), input[2]],
    forward: ([x], _, options, { kinks }) => maxPooling2d(x, poolWindow(options), kinks),
  },
  averagePooling2d: {
    shape: (input, options) => [...outputSides(input, poolWindow(options)), input[2]],
    forward: ([x], _, options) => averagePooling2d(x, poolWindow(options)),
  },
  globalMaxPooling2d: {
    shape: (input) => [input[2]],
    forward: ([x], _, __, { kinks }) => reshaped(globalMaxPooling2d(x, kinks), [x.shape[3]]),
  },
  globalAveragePooling2d: {
    shape: (input) => [input[2]],
    forward: ([x]) => reshaped(globalAveragePooling2d(x), [x.shape[3]]),
  },
  flatten: { shape: (input) => [sizeOf(input)], forward: ([x]) => reshaped(x, [sizeOf(x.shape.slice(1))]) },
  reshape: {
    shape: (input, { targetShape }) => inferred(input, targetShape),
    forward: ([x], _, { targetShape }) => reshaped(x, inferred(x.shape.slice(1), targetShape)),
  },
  zeroPadding2d: {
    shape([height, width, channels], { padding = 1 }) {
      const [[top, bottom], [left, right]] = sidesOf(padding);
      return [height + top + bottom, width + left + right, channels];
    },
    forward: ([x], _, { padding = 1 }) => zeroPadded(x, sidesOf(padding)),
  },
  add: {
    shape: (input) => input,
    forward: (inputs) =>
      doubles(
        inputs[0].shape,
        inputs[0].data.map((_, i) => inputs.reduce((sum, { data }) => sum + data[i], 0)),
      ),
  },
  concatenate: { shape: (_, __, all) => joinedShape(all), forward: concatenated },
  activation: activationLayer(({ activation }) => ({ name: activation })),
  reLU: activationLayer(({ maxValue }) => ({ name: maxValue === 6 ? 'relu6' : 'relu' })),
  leakyReLU: activationLayer(({ alpha = 0.3 }) => ({ name: 'leakyRelu', slope: alpha })),
  softmax: activationLayer(() => ({ name: 'softmax' })),
  dropout: passesThrough,
  randomFlip: passesThrough,
  randomTranslation: passesThrough,
  randomRotation: passesThrough,
  randomZoom: passesThrough,
  randomContrast: passesThrough,
  randomErasing: passesThrough,
};
