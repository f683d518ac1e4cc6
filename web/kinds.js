import { choice, flag, number, whole } from './fields.js';

/**
 * The kinds of layers that a model can be made of, and the options of each, by the names that the API gives them. Those
 * that are not in `rare` are shown first. A pair of equal numbers is one number here.
 *
 * @typedef {import('./fields.js').Field} Field
 * @typedef {{ fields: Record<string, Field>, rare: Record<string, Field> }} Kind
 */

const kernelSize = whole(3, 1, 28);
const strides = whole(1, 1, 28);
const padding = choice('valid', 'same');
const ACTIVATIONS = ['linear', 'relu', 'relu6', 'leakyRelu', 'gelu', 'sigmoid', 'tanh', 'swish', 'softmax'];
const activation = choice(...ACTIVATIONS);
const INITIALIZERS = ['glorotUniform', 'glorotNormal', 'heUniform', 'heNormal', 'leCunUniform', 'leCunNormal'];
const weights = choice(...INITIALIZERS, 'zeros', 'ones');
const zeros = choice('zeros', 'ones', ...INITIALIZERS);
const ones = choice('ones', 'zeros', ...INITIALIZERS);
const regularizer = choice('none', 'l1', 'l2', 'l1l2');
const strength = number(0.01, 0, 10); // of all regularizers of a layer
const bias = { useBias: flag(true), biasInitializer: zeros, biasRegularizer: regularizer };
const kernel = { kernelInitializer: weights, kernelRegularizer: regularizer, ...bias, strength };
const share = number(0.1, 0, 1);
const fill = { fillMode: choice('reflect', 'constant', 'wrap', 'nearest') };
const filling = { interpolation: choice('bilinear', 'nearest'), fillValue: number(0, 0, 1) };
const pooling = { fields: { poolSize: whole(2, 1, 28), padding }, rare: { strides: whole(undefined, 1, 28) } };
const plain = { fields: {}, rare: {} };

/** Of a reshaped picture: 14x14x4, where one may be -1. @type {Field} */
const targetShape = {
  initial: '-1',
  parse: (text) =>
    /^(-1|[1-9]\d{0,4})(x(-1|[1-9]\d{0,4})){0,2}$/.test(text) && text.split('-1').length < 3 ? text : undefined,
};

/** @type {Record<string, Kind>} */
export const KINDS = {
  conv2d: { fields: { filters: whole(32, 1, 1024), kernelSize, activation, padding, strides }, rare: kernel },
  depthwiseConv2d: {
    fields: { kernelSize, activation, padding, strides, depthMultiplier: whole(1, 1, 64) },
    rare: { depthwiseInitializer: weights, depthwiseRegularizer: regularizer, ...bias, strength },
  },
  dense: { fields: { units: whole(128, 1, 65536), activation }, rare: kernel },
  batchNormalization: {
    fields: {},
    rare: {
      momentum: number(0.99, 0, 1),
      epsilon: number(0.001, 1e-7, 1),
      center: flag(true),
      scale: flag(true),
      betaInitializer: zeros,
      gammaInitializer: ones,
      movingMeanInitializer: zeros,
      movingVarianceInitializer: ones,
      betaRegularizer: regularizer,
      gammaRegularizer: regularizer,
      strength,
    },
  },
  maxPooling2d: pooling,
  averagePooling2d: pooling,
  globalMaxPooling2d: plain,
  globalAveragePooling2d: plain,
  flatten: plain,
  reshape: { fields: { targetShape }, rare: {} },
  zeroPadding2d: { fields: { padding: whole(1, 0, 28) }, rare: {} },
  activation: { fields: { activation: choice('relu', ...ACTIVATIONS.filter((each) => each !== 'relu')) }, rare: {} },
  leakyReLU: { fields: { alpha: number(0.3, 0, 10) }, rare: {} },
  dropout: { fields: { rate: number(0.5, 0, 0.999) }, rare: {} },
  add: plain,
  randomFlip: { fields: { mode: choice('horizontal', 'vertical', 'horizontalAndVertical') }, rare: {} },
  randomTranslation: { fields: { heightFactor: share, widthFactor: share, ...fill }, rare: filling },
  randomRotation: { fields: { factor: number(0.05, 0, 1), ...fill }, rare: filling },
  randomZoom: { fields: { heightFactor: share, widthFactor: number(undefined, 0, 1), ...fill }, rare: filling },
  randomContrast: { fields: { factor: number(0.2, 0, 1) }, rare: {} },
  randomErasing: {
    fields: { factor: number(0.5, 0, 1), smallest: number(0.02, 0, 1), largest: number(0.33, 0, 1) },
    rare: { fillValue: number(undefined, 0, 1) },
  },
};

/** As the page lists them. */
export const GROUPS = {
  learning: ['conv2d', 'depthwiseConv2d', 'dense', 'batchNormalization'],
  shaping: [
    'maxPooling2d',
    'averagePooling2d',
    'globalMaxPooling2d',
    'globalAveragePooling2d',
    'flatten',
    'reshape',
    'zeroPadding2d',
  ],
  between: ['activation', 'leakyReLU', 'dropout', 'add'],
  varying: ['randomFlip', 'randomTranslation', 'randomRotation', 'randomZoom', 'randomContrast', 'randomErasing'],
};

/** Every option of a kind. @param {string} kind @returns {Record<string, Field>} */
export const optionsOf = (kind) => ({ ...KINDS[kind].fields, ...KINDS[kind].rare });
