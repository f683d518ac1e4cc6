import { FittingRoomError, show } from '../check.js';
import { rowOf } from './table.js';

/** @import { Initializer } from './initializers.js' */
/** @import { Regularizer } from './regularizers.js' */

/**
 * @typedef {'linear' | 'relu' | 'relu6' | 'leakyRelu' | 'gelu' | 'sigmoid' | 'tanh' | 'swish' | 'silu' | 'softmax'}
 *   Activation
 */
/** @typedef {'valid' | 'same'} Padding */
/** @typedef {number | [number, number]} Pair one number for both, or [height, width] */
/** @typedef {{ inputShape?: number[], name?: string }} Common inputShape: of a sample, on the first layer */
/** @typedef {import('./table.js').LayerKind} LayerKind */

/**
 * A layer before it is built: plain data, as it can be stored and sent.
 * @typedef {object} LayerConfig
 * @property {LayerKind} kind
 * @property {string} [name]
 * @property {number[]} [inputShape]
 * @property {number} [units] of dense
 * @property {number} [filters] of conv2d
 * @property {number} [depthMultiplier] of depthwise_conv2d
 * @property {[number, number]} [kernelSize]
 * @property {[number, number]} [poolSize]
 * @property {[number, number]} [strides]
 * @property {Padding | [[number, number], [number, number]]} [padding] of zero_padding2d: [[top, bottom], [left,
 *   right]]
 * @property {Activation} [activation]
 * @property {number} [maxValue] of re_lu: 6
 * @property {number} [alpha] of leaky_re_lu: the slope below zero
 * @property {boolean} [useBias]
 * @property {number} [rate] of dropout
 * @property {number} [seed] of dropout and the random layers; the model's where left out
 * @property {number[]} [targetShape] of reshape
 * @property {number} [momentum] of batch_normalization, as are the next three
 * @property {number} [epsilon]
 * @property {boolean} [center]
 * @property {boolean | [number, number]} [scale] of random_erasing: shares of the picture's area
 * @property {Initializer} [kernelInitializer]
 * @property {Initializer} [depthwiseInitializer]
 * @property {Initializer} [biasInitializer]
 * @property {Initializer} [gammaInitializer]
 * @property {Initializer} [betaInitializer]
 * @property {Initializer} [movingMeanInitializer]
 * @property {Initializer} [movingVarianceInitializer]
 * @property {Regularizer} [kernelRegularizer]
 * @property {Regularizer} [depthwiseRegularizer]
 * @property {Regularizer} [biasRegularizer]
 * @property {Regularizer} [gammaRegularizer]
 * @property {Regularizer} [betaRegularizer]
 * @property {'horizontalAndVertical' | 'horizontal' | 'vertical'} [mode] of random_flip
 * @property {number | [number, number]} [factor] of random_rotation, random_contrast, random_erasing
 * @property {[number, number]} [heightFactor] of random_translation, random_zoom
 * @property {[number, number]} [widthFactor]
 * @property {'constant' | 'nearest' | 'reflect' | 'wrap'} [fillMode]
 * @property {'bilinear' | 'nearest'} [interpolation]
 * @property {number} [fillValue]
 * @property {[number, number]} [valueRange]
 */

/** A value in the graph of a model that is being put together: what a layer, or with none the model's input, gives. */
export class SymbolicTensor {
  /**
   * @param {AnyLayer | null} layer
   * @param {SymbolicTensor[]} sources
   * @param {{ shape: number[], name: string }} [input]
   */
  constructor(layer, sources, input) {
    this.layer = layer;
    this.sources = sources;
    this.input = input;
  }
}

/** @type {WeakSet<object>} */
const applied = new WeakSet();

/** What `layers.*` make: the configuration, readable and plain, and a way to put it into a graph. */
export class Layer {
  /** @param {LayerConfig} config */
  constructor(config) {
    Object.assign(this, config);
  }

  /**
   * Puts this layer behind one tensor, or `add` behind an array of tensors.
   * @param {SymbolicTensor | SymbolicTensor[]} inputs from `input` or another layer's apply
   * @returns {SymbolicTensor}
   */
  apply(inputs) {
    const layer = /** @type {AnyLayer} */ (/** @type {Layer} */ (this));
    const { kind } = layer;
    const sources = Array.isArray(inputs) ? inputs : [inputs];
    const stranger = sources.findIndex((source) => !(source instanceof SymbolicTensor));
    if (stranger >= 0 || sources.length === 0) {
      throw new FittingRoomError(
        `${kind}: apply takes what input or another layer's apply returned, got ${show(sources[stranger] ?? inputs)}`,
      );
    }
    const [least, most] = rowOf(kind).reads ?? [1, 1];
    if (sources.length < least || sources.length > most) {
      throw new FittingRoomError(
        `${kind}: apply takes ${least === most ? 'one tensor' : `${least}..${most} tensors`}, got ${sources.length}`,
      );
    }
    if (applied.has(this)) {
      throw new FittingRoomError(`${kind}: a layer is applied once; make another one (weights cannot be shared)`);
    }
    applied.add(this);
    return new SymbolicTensor(layer, [...sources]);
  }
}

/** @typedef {Layer & LayerConfig} AnyLayer */
