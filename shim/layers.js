import { FittingRoomError, checkBoolean, checkChoice, checkInteger, checkNumber, checkOptions, show } from './errors.js';

/** @typedef {'linear' | 'relu' | 'sigmoid' | 'softmax'} Activation */
/** @typedef {'valid' | 'same'} Padding */
/** @typedef {number | [number, number]} Pair one number for both, or [height, width] */
/** @typedef {{ inputShape?: number[], name?: string }} Common inputShape: of a sample, on the first layer */
/** @typedef {Common & { filters: number, kernelSize: Pair, strides?: Pair, padding?: Padding, activation?: Activation, useBias?: boolean }} Conv2DOptions */
/** @typedef {Common & { poolSize?: Pair, strides?: Pair, padding?: Padding }} MaxPooling2DOptions */
/** @typedef {Common & { units: number, activation?: Activation, useBias?: boolean }} DenseOptions */
/** @typedef {'conv2d' | 'max_pooling2d' | 'flatten' | 'dense' | 'dropout' | 'activation'} LayerKind */

/**
 * A layer before it is built: plain data.
 * @typedef {object} LayerConfig
 * @property {LayerKind} kind
 * @property {string} [name]
 * @property {number[]} [inputShape]
 * @property {number} [units] of dense
 * @property {number} [filters] of conv2d
 * @property {[number, number]} [kernelSize]
 * @property {[number, number]} [poolSize]
 * @property {[number, number]} [strides]
 * @property {Padding} [padding]
 * @property {Activation} [activation]
 * @property {boolean} [useBias]
 * @property {number} [rate] of dropout
 */

export const ACTIVATIONS = /** @type {const} */ (['linear', 'relu', 'sigmoid', 'softmax']);
export const PADDINGS = /** @type {const} */ (['valid', 'same']);
const COMMON = ['inputShape', 'name'];
const MAX_UNITS = 65536;
const MAX_WINDOW = 255;

/**
 * @param {string} name
 * @param {unknown} value
 * @returns {[number, number]}
 */
function checkPair(name, value) {
  if (Array.isArray(value) && value.length !== 2) {
    throw new FittingRoomError(`${name} must be one number or [height, width], got ${show(value)}`);
  }
  const [height, width] = Array.isArray(value) ? value : [value, value];
  return [checkInteger(name, height, 1, MAX_WINDOW), checkInteger(name, width, 1, MAX_WINDOW)];
}

/**
 * @param {string} layer
 * @param {Common} options
 */
function common(layer, { inputShape, name }) {
  if (inputShape !== undefined && !Array.isArray(inputShape)) {
    throw new FittingRoomError(`${layer}: inputShape must be an array such as [28, 28, 1], got ${show(inputShape)}`);
  }
  return { ...(inputShape && { inputShape: [...inputShape] }), ...(name !== undefined && { name: String(name) }) };
}

/**
 * Two-dimensional convolution over images [height, width, channels].
 * @param {Conv2DOptions} options
 * @returns {LayerConfig}
 */
function conv2d(options) {
  const layer = 'conv2d';
  checkOptions(layer, options, [...COMMON, 'filters', 'kernelSize', 'strides', 'padding', 'activation', 'useBias']);
  const { filters, kernelSize, strides = 1, padding = 'valid', activation = 'linear', useBias = true } = options;
  return {
    kind: layer,
    ...common(layer, options),
    filters: checkInteger(`${layer}: filters`, filters, 1, MAX_UNITS),
    kernelSize: checkPair(`${layer}: kernelSize`, kernelSize),
    strides: checkPair(`${layer}: strides`, strides),
    padding: checkChoice(`${layer}: padding`, padding, PADDINGS),
    activation: checkChoice(`${layer}: activation`, activation, ACTIVATIONS),
    useBias: checkBoolean(`${layer}: useBias`, useBias),
  };
}

/**
 * The largest value of each window.
 * @param {MaxPooling2DOptions} [options]
 * @returns {LayerConfig}
 */
function maxPooling2d(options = {}) {
  const layer = 'max_pooling2d';
  checkOptions(layer, options, [...COMMON, 'poolSize', 'strides', 'padding']);
  const { poolSize = 2, strides = poolSize, padding = 'valid' } = options;
  return {
    kind: layer,
    ...common(layer, options),
    poolSize: checkPair(`${layer}: poolSize`, poolSize),
    strides: checkPair(`${layer}: strides`, strides),
    padding: checkChoice(`${layer}: padding`, padding, PADDINGS),
  };
}

/**
 * Makes each sample one row of numbers.
 * @param {Common} [options]
 * @returns {LayerConfig}
 */
function flatten(options = {}) {
  checkOptions('flatten', options, COMMON);
  return { kind: 'flatten', ...common('flatten', options) };
}

/**
 * A fully connected layer.
 * @param {DenseOptions} options
 * @returns {LayerConfig}
 */
function dense(options) {
  const layer = 'dense';
  checkOptions(layer, options, [...COMMON, 'units', 'activation', 'useBias']);
  const { units, activation = 'linear', useBias = true } = options;
  return {
    kind: layer,
    ...common(layer, options),
    units: checkInteger(`${layer}: units`, units, 1, MAX_UNITS),
    activation: checkChoice(`${layer}: activation`, activation, ACTIVATIONS),
    useBias: checkBoolean(`${layer}: useBias`, useBias),
  };
}

/**
 * Sets a share of its inputs to zero while training and scales the rest by 1 / (1 - rate).
 * @param {Common & { rate: number }} options
 * @returns {LayerConfig}
 */
function dropout(options) {
  checkOptions('dropout', options, [...COMMON, 'rate']);
  const rate = checkNumber('dropout: rate', options.rate, 0, 1);
  if (rate === 1) throw new FittingRoomError('dropout: rate must be below 1, got 1');
  return { kind: 'dropout', ...common('dropout', options), rate };
}

/**
 * @param {Common & { activation: Activation }} options
 * @returns {LayerConfig}
 */
function activation(options) {
  checkOptions('activation', options, [...COMMON, 'activation']);
  return {
    kind: 'activation',
    ...common('activation', options),
    activation: checkChoice('activation', options.activation, ACTIVATIONS),
  };
}

/** @param {Common} [options] */
const reLU = (options = {}) => activation({ name: 're_lu', ...options, activation: 'relu' });

/** @param {Common} [options] */
const softmax = (options = {}) => activation({ name: 'softmax', ...options, activation: 'softmax' });

export const layers = Object.freeze({ conv2d, maxPooling2d, flatten, dense, dropout, activation, reLU, softmax });
