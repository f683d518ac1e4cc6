import { FittingRoomError, checkBelow, checkInteger, choice, flag, optional, show, within } from '../check.js';
import { LIMITS } from '../core/limits.js';
import { checkInitializer } from './initializers.js';
import { MAX_LENGTH } from './layer.js';
import { define, pair, seed, units } from './fields.js';
import { randomLayers } from './random.js';
import { checkRegularizer } from './regularizers.js';

/** @import { Activation, AnyLayer, Common, Padding, Pair } from './layer.js' */
/** @import { Field } from '../check.js' */
/** @import { Initializer } from './initializers.js' */
/** @import { Regularizer } from './regularizers.js' */
/** @typedef {import('./layer.js').LayerConfig} LayerConfig */
/** @typedef {import('./layer.js').LayerKind} LayerKind */

/**
 * @typedef {{ activation?: Activation, useBias?: boolean, biasInitializer?: Initializer, biasRegularizer?: Regularizer
 *   }} Affine
 */
/** @typedef {{ kernelInitializer?: Initializer, kernelRegularizer?: Regularizer }} Kernel */
/** @typedef {{ kernelSize: Pair, strides?: Pair, padding?: Padding }} Sliding */
/** @typedef {Common & Affine & Kernel & Sliding & { filters: number }} Conv2DOptions */
/**
 * @typedef {Common & Affine & Sliding & { depthMultiplier?: number, depthwiseInitializer?: Initializer,
 *   depthwiseRegularizer?: Regularizer }} DepthwiseConv2DOptions
 */
/** @typedef {Common & { poolSize?: Pair, strides?: Pair, padding?: Padding }} Pooling2DOptions */
/** @typedef {Common & Affine & Kernel & { units: number }} DenseOptions */
/**
 * @typedef {Common & { momentum?: number, epsilon?: number, center?: boolean, scale?: boolean, gammaInitializer?:
 *   Initializer,
 *   betaInitializer?: Initializer, movingMeanInitializer?: Initializer, movingVarianceInitializer?: Initializer,
 *   gammaRegularizer?: Regularizer, betaRegularizer?: Regularizer }} BatchNormalizationOptions
 */
/**
 * @typedef {number | [number, number] | [[number, number], [number, number]]} Margins all alike, [height, width] or
 *   [[top, bottom], [left, right]]
 */

export const ACTIVATIONS = /** @type {const} */ ([
  'linear',
  'relu',
  'sigmoid',
  'softmax',
  'relu6',
  'leakyRelu',
  'gelu',
  'tanh',
  'swish',
  'silu',
]);
export const PADDINGS = /** @type {const} */ (['valid', 'same']);

/** @type {Field[0]} */
const activationOf = choice(ACTIVATIONS);
const initializer = optional(checkInitializer);
const regularizer = optional(checkRegularizer);

/** @type {Record<string, Field>} */
const window = { strides: [pair, 1], padding: [choice(PADDINGS), 'valid'] };

/** @type {Record<string, Field>} */
const affine = { activation: [activationOf, 'linear'], useBias: [flag, true] };

/** @param {string} first what the first weights are called @param {string} second @returns {Record<string, Field>} */
const weights = (first, second) => ({
  [`${first}Initializer`]: initializer,
  [`${second}Initializer`]: initializer,
  [`${first}Regularizer`]: regularizer,
  [`${second}Regularizer`]: regularizer,
});

/** @type {Record<string, Field>} */
const pooling = {
  poolSize: [pair, 2],
  strides: [pair, (/** @type {Pooling2DOptions} */ { poolSize = 2 }) => poolSize],
  padding: window.padding,
};

/** @type {Field[0]} */
function targetShape(name, value) {
  const lengths = Array.isArray(value) ? value : [];
  const open = lengths.filter((length) => length === -1 || length === null).length;
  if (lengths.length < 1 || lengths.length > 3 || open > 1) {
    throw new FittingRoomError(
      `${name} must be an array of one to three lengths, at most one of them -1, got ${show(value)}`,
    );
  }
  return lengths.map((length) => (length === -1 || length === null ? -1 : checkInteger(name, length, 1, MAX_LENGTH)));
}

/** @type {Field[0]} */
function margins(name, value) {
  const sides = Array.isArray(value) ? value : [value, value];
  const all = sides.map((side) => (Array.isArray(side) ? side : [side, side]));
  if (all.length !== 2 || all.some((side) => side.length !== 2)) {
    throw new FittingRoomError(
      `${name} must be one number, [height, width] or [[top, bottom], [left, right]], got ${show(value)}`,
    );
  }
  return all.map((side) => side.map((margin) => checkInteger(name, margin, 0, LIMITS.maxWindow)));
}

/** Two-dimensional convolution over images [height, width, channels]. @type {(options: Conv2DOptions) => AnyLayer} */
const conv2d = define('conv2d', {
  filters: [units],
  kernelSize: [pair],
  ...window,
  ...affine,
  ...weights('kernel', 'bias'),
});

/**
 * Convolution of each channel by itself, with depthMultiplier kernels.
 * @type {(options: DepthwiseConv2DOptions) => AnyLayer}
 */
const depthwiseConv2d = define('depthwise_conv2d', {
  kernelSize: [pair],
  ...window,
  depthMultiplier: [units, 1],
  ...affine,
  ...weights('depthwise', 'bias'),
});

/** The largest value of each window. @type {(options?: Pooling2DOptions) => AnyLayer} */
const maxPooling2d = define('max_pooling2d', pooling);

/** The mean of each window, of what lies inside the image. @type {(options?: Pooling2DOptions) => AnyLayer} */
const averagePooling2d = define('average_pooling2d', pooling);

/** The mean of each channel. @type {(options?: Common) => AnyLayer} */
const globalAveragePooling2d = define('global_average_pooling2d', {});

/** The largest value of each channel. @type {(options?: Common) => AnyLayer} */
const globalMaxPooling2d = define('global_max_pooling2d', {});

/** Makes each sample one row of numbers. @type {(options?: Common) => AnyLayer} */
const flatten = define('flatten', {});

/**
 * The same numbers in another shape; one length may be -1: what is left.
 * @type {(options: Common & { targetShape: number[] }) => AnyLayer}
 */
const reshape = define('reshape', { targetShape: [targetShape] });

/** Zeros around an image. @type {(options?: Common & { padding?: Margins }) => AnyLayer} */
const zeroPadding2d = define('zero_padding2d', { padding: [margins, 1] });

/** A fully connected layer. @type {(options: DenseOptions) => AnyLayer} */
const dense = define('dense', { units: [units], ...affine, ...weights('kernel', 'bias') });

/**
 * Sets a share of its inputs to zero while training and scales the rest by 1 / (1 - rate).
 * @type {(options: Common & { rate: number, seed?: number }) => AnyLayer}
 */
const dropout = define('dropout', { rate: [(name, value) => checkBelow(name, value, 0, 1)], seed });

/**
 * Normalizes each channel by the batch's mean and variance, in inference by their moving averages.
 * @type {(options?: BatchNormalizationOptions) => AnyLayer}
 */
const batchNormalization = define('batch_normalization', {
  momentum: [within(0, 1), 0.99],
  epsilon: [within(1e-12, 1), 0.001],
  center: [flag, true],
  scale: [flag, true],
  ...weights('gamma', 'beta'),
  movingMeanInitializer: initializer,
  movingVarianceInitializer: initializer,
});

/** @type {(options: Common & { activation: Activation }) => AnyLayer} */
const activation = define('activation', { activation: [activationOf] });

/** @type {(options?: Common & { maxValue?: 6 }) => AnyLayer} */
const reLU = define('re_lu', { maxValue: optional(checkSix) }, ({ maxValue }) => ({
  activation: maxValue ? 'relu6' : 'relu',
}));

/** @type {(options?: Common & { alpha?: number }) => AnyLayer} */
const leakyReLU = define('leaky_re_lu', { alpha: [within(0, 1), 0.3] }, () => ({ activation: 'leakyRelu' }));

/** @type {(options?: Common) => AnyLayer} */
const softmax = define('softmax', {}, () => ({ activation: 'softmax' }));

/** The sum of tensors of one shape: `layers.add().apply([a, b])`. @type {(options?: Common) => AnyLayer} */
const add = define('add', {});

/** @type {Field[0]} */
function checkSix(name, value) {
  if (value === 6) return value;
  throw new FittingRoomError(`${name} must be 6 where it is given, got ${show(value)}`);
}

export const layers = Object.freeze({
  conv2d,
  depthwiseConv2d,
  maxPooling2d,
  averagePooling2d,
  globalAveragePooling2d,
  globalMaxPooling2d,
  flatten,
  reshape,
  zeroPadding2d,
  dense,
  dropout,
  batchNormalization,
  activation,
  reLU,
  leakyReLU,
  softmax,
  add,
  ...randomLayers,
});
