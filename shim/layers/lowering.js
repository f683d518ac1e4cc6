import { numberOf } from '../core/description.js';
import { resolveInitializer } from './initializers.js';
import { factorsOf } from './regularizers.js';

/** @import { Description } from '../core/description.js' */
/** @import { Initializer } from './initializers.js' */
/** @import { LayerConfig } from './layer.js' */

/* Turns a layer's configuration into the list of doubles that fr_add (src/api.c) reads. */

/** The width's range of a zoom without widthFactor: same factor as the height. @type {[number, number]} */
const ALIKE = [1, -1];
export const LEAKY_SLOPE = 0.2; // Keras 3's default for the activation; the layer has its own slope

/** @param {number} length @param {number[]} [values] */
const padded = (length, values = []) => Array.from({ length }, (_, i) => values[i] ?? 0);

/** Layers that the core treats as an activation. @type {Set<string>} */
const ACTIVATION_KINDS = new Set(['re_lu', 'leaky_re_lu', 'softmax']);

/** @param {Description} core @param {Initializer} [initializer] @returns {number[]} distribution, value, fan, seed */
function initializerNumbers(core, initializer) {
  const distribution = (/** @type {string} */ name) => numberOf(core, 'distribution', name);
  if (!initializer) return [distribution('default'), 0, 0, -1];
  const resolved = resolveInitializer(initializer);
  if ('constant' in resolved) return [distribution('constant'), resolved.constant, 0, -1];
  const { scale, mode, uniform, seed = -1 } = resolved;
  return [distribution(uniform ? 'uniform' : 'normal'), scale, numberOf(core, 'fan', mode), seed];
}

/** The ranges that the random layers draw from. @param {LayerConfig} config @returns {number[]} at most four */
function rangeNumbers({ kind, mode, factor, heightFactor, widthFactor = ALIKE, scale }) {
  if (kind === 'random_flip') return [Number(mode !== 'vertical'), Number(mode !== 'horizontal')];
  if (kind === 'random_erasing') return [scale, factor].flat().map(Number);
  if (heightFactor) return [...heightFactor, ...widthFactor];
  return Array.isArray(factor) ? factor : [];
}

/** top, bottom, left, right @param {LayerConfig['padding']} padding */
const marginNumbers = (padding) => (Array.isArray(padding) ? padding.flat() : []);

/**
 * @param {Description} core
 * @param {LayerConfig} config
 * @param {number[]} sources the indices of the layers it reads; -1: the model's input
 * @param {number[]} [target] for reshape: its shape, with no length left open
 * @returns {number[]}
 */
export function layerNumbers(core, config, sources, target = []) {
  const { kind, padding, activation = 'linear' } = config;
  return [
    numberOf(core, 'layer', ACTIVATION_KINDS.has(kind) ? 'activation' : kind),
    config.units ?? config.filters ?? config.depthMultiplier ?? 0,
    ...padded(2, config.kernelSize ?? config.poolSize),
    ...padded(2, config.strides),
    numberOf(core, 'padding', typeof padding === 'string' ? padding : 'valid'),
    numberOf(core, 'activation', activation === 'silu' ? 'swish' : activation),
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
    ...initializerNumbers(core, config.kernelInitializer ?? config.depthwiseInitializer ?? config.gammaInitializer),
    ...initializerNumbers(core, config.biasInitializer ?? config.betaInitializer),
    ...initializerNumbers(core, config.movingMeanInitializer),
    ...initializerNumbers(core, config.movingVarianceInitializer),
    config.seed ?? -1,
    ...padded(4, rangeNumbers(config)),
    numberOf(core, 'fill', config.fillMode ?? 'constant'),
    numberOf(core, 'interpolation', config.interpolation ?? 'bilinear'),
    config.fillValue ?? (kind === 'random_erasing' ? NaN : 0),
    ...padded(2, config.valueRange),
    sources.length,
    ...padded(core.limits.maxSources, sources),
    Number(config.trainable === false),
  ];
}
