import { FANS, resolveInitializer } from './initializers.js';
import { KINDS, MOST_SOURCES } from './layer.js';
import { ACTIVATIONS, PADDINGS } from './index.js';
import { FILLS, INTERPOLATIONS } from './random.js';
import { factorsOf } from './regularizers.js';

/** @import { Initializer } from './initializers.js' */
/** @import { LayerConfig } from './layer.js' */

/** A layer's configuration as the list of doubles that fr_add (src/api.c) reads. */

/** Zoom's width where it has no factor of its own. @type {[number, number]} */
const ALIKE = [1, -1];
export const LEAKY_SLOPE = 0.2; // Keras 3's of the activation; the layer has a slope of its own

/** @param {number} length @param {number[]} [values] */
const padded = (length, values = []) => Array.from({ length }, (_, i) => values[i] ?? 0);

/** @param {LayerConfig['activation']} activation */
const activationNumber = (activation = 'linear') => ACTIVATIONS.indexOf(activation === 'silu' ? 'swish' : activation);

/** @param {Initializer} [initializer] @returns {number[]} distribution, value, fan, seed */
function initializerNumbers(initializer) {
  if (!initializer) return [0, 0, 0, -1];
  const resolved = resolveInitializer(initializer);
  if ('constant' in resolved) return [1, resolved.constant, 0, -1];
  const { scale, mode, uniform, seed = -1 } = resolved;
  return [uniform ? 2 : 3, scale, FANS.indexOf(mode), seed];
}

/** What the random layers draw from. @param {LayerConfig} config @returns {number[]} up to four */
function rangeNumbers({ kind, mode, factor, heightFactor, widthFactor = ALIKE, scale }) {
  if (kind === 'random_flip') return [Number(mode !== 'vertical'), Number(mode !== 'horizontal')];
  if (kind === 'random_erasing') return [scale, factor].flat().map(Number);
  if (heightFactor) return [...heightFactor, ...widthFactor];
  return Array.isArray(factor) ? factor : [];
}

/** top, bottom, left, right @param {LayerConfig['padding']} padding */
const marginNumbers = (padding) => (Array.isArray(padding) ? padding.flat() : []);

/**
 * @param {LayerConfig} config
 * @param {number[]} sources the numbers of the layers it reads; -1: the model's input
 * @param {number[]} [target] reshape's, no length left open
 * @returns {number[]}
 */
export function layerNumbers(config, sources, target = []) {
  const { padding, activation = 'linear' } = config;
  return [
    KINDS[config.kind],
    config.units ?? config.filters ?? config.depthMultiplier ?? 0,
    ...padded(2, config.kernelSize ?? config.poolSize),
    ...padded(2, config.strides),
    typeof padding === 'string' ? PADDINGS.indexOf(padding) : 0,
    activationNumber(activation),
    Number(config.useBias ?? false),
    config.rate ?? 0,
    activation === 'leakyRelu' ? (config.alpha ?? LEAKY_SLOPE) : 0,
    ...padded(4, marginNumbers(padding)),
    target.length,
    ...padded(3, target),
    config.momentum ?? 0,
    config.epsilon ?? 0,
    Number(config.center ?? false),
    Number(config.scale === true),
    ...factorsOf(config.kernelRegularizer ?? config.depthwiseRegularizer ?? config.gammaRegularizer),
    ...factorsOf(config.biasRegularizer ?? config.betaRegularizer),
    ...initializerNumbers(config.kernelInitializer ?? config.depthwiseInitializer ?? config.gammaInitializer),
    ...initializerNumbers(config.biasInitializer ?? config.betaInitializer),
    ...initializerNumbers(config.movingMeanInitializer),
    ...initializerNumbers(config.movingVarianceInitializer),
    config.seed ?? -1,
    ...padded(4, rangeNumbers(config)),
    FILLS.indexOf(config.fillMode ?? 'constant'),
    INTERPOLATIONS.indexOf(config.interpolation ?? 'bilinear'),
    config.fillValue ?? (config.kind === 'random_erasing' ? NaN : 0),
    ...padded(2, config.valueRange),
    sources.length,
    ...padded(MOST_SOURCES, sources),
  ];
}
