import { FittingRoomError, show } from '../check.js';
import { rowOf } from './table.js';

/** @import { Initializer } from './initializers.js' */
/** @import { Regularizer } from './regularizers.js' */

/**
 * @typedef {'linear' | 'relu' | 'relu6' | 'leakyRelu' | 'gelu' | 'sigmoid' | 'tanh' | 'swish' | 'silu' | 'softmax' |
 *   'elu' | 'selu' | 'softplus' | 'mish' | 'hardSwish' | 'logSoftmax'} Activation
 */
/** @typedef {'valid' | 'same'} Padding */
/** @typedef {number | readonly [number, number]} Pair one number for both sides, or [height, width] */
/**
 * @typedef {object} Common
 * @property {readonly number[]} [inputShape] of a sample, without the batch axis, such as [28, 28, 1]; for the first
 *   layer
 * @property {string} [name] default: its kind, with a number if there are several, such as conv2d_1
 * @property {boolean} [trainable] default true; false leaves the layer's weights as they are during training
 */
/** @typedef {import('./table.js').LayerKind} LayerKind */

/**
 * A layer before it is built: plain data that can be stored and sent to a worker.
 * @typedef {object} LayerConfig
 * @property {LayerKind} kind
 * @property {string} [name]
 * @property {number[]} [inputShape]
 * @property {false} [trainable] left out if training may change the layer's weights
 * @property {number} [units] for dense
 * @property {number} [filters] for conv2d
 * @property {number} [depthMultiplier] for depthwise_conv2d
 * @property {[number, number]} [kernelSize]
 * @property {[number, number]} [poolSize]
 * @property {[number, number]} [strides]
 * @property {Padding | [[number, number], [number, number]]} [padding] for zero_padding2d: [[top, bottom], [left,
 *   right]]
 * @property {Activation} [activation]
 * @property {number} [maxValue] for re_lu: 6
 * @property {number} [alpha] for leaky_re_lu: the slope below zero
 * @property {boolean} [useBias]
 * @property {number} [rate] for dropout
 * @property {number} [seed] for dropout and the random layers; default: the model's seed
 * @property {number[]} [targetShape] for reshape
 * @property {number} [axis] for concatenate: the last one
 * @property {number} [momentum] for batch_normalization, as are the next three
 * @property {number} [epsilon]
 * @property {boolean} [center]
 * @property {boolean | [number, number]} [scale] for random_erasing: shares of the image's area
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
 * @property {'horizontalAndVertical' | 'horizontal' | 'vertical'} [mode] for random_flip
 * @property {number | [number, number]} [factor] for random_rotation, random_contrast, random_erasing
 * @property {[number, number]} [heightFactor] for random_translation, random_zoom
 * @property {[number, number]} [widthFactor]
 * @property {'constant' | 'nearest' | 'reflect' | 'wrap'} [fillMode]
 * @property {'bilinear' | 'nearest'} [interpolation]
 * @property {number} [fillValue]
 * @property {[number, number]} [valueRange]
 */

/** A symbolic value in a model's graph: the output of `layer`, or the model's input if `layer` is null. */
export class SymbolicTensor {
  /**
   * @param {AnyLayer | null} layer
   * @param {SymbolicTensor[]} sources
   * @param {{ shape: number[], name: string }} [input]
   * @param {import('./built.js').Built} [origin] the layer of a built model that it is the output of; then `layer` is
   *   null
   */
  constructor(layer, sources, input, origin) {
    this.layer = layer;
    this.sources = sources;
    this.input = input;
    this.origin = origin;
    /** With null for the batch axis; undefined for a layer of which no model is built yet. */
    this.shape = input ? [null, ...input.shape] : origin?.outputShape;
  }
}

/** @type {WeakSet<object>} */
const applied = new WeakSet();

/** A layer as `layers.*` make it: its configuration as plain data, and `apply`, which puts it into a graph. */
export class Layer {
  /** @param {LayerConfig} config */
  constructor(config) {
    Object.assign(this, config);
  }

  /**
   * Connects this layer to one tensor, or `add` and `concatenate` to an array of tensors.
   * @param {SymbolicTensor | readonly SymbolicTensor[]} inputs from `input` or another layer's apply
   * @returns {SymbolicTensor}
   */
  apply(inputs) {
    const layer = /** @type {AnyLayer} */ (/** @type {Layer} */ (this));
    const { kind } = layer;
    const sources = Array.isArray(inputs) ? inputs : [inputs];
    const stranger = sources.findIndex((source) => !(source instanceof SymbolicTensor));
    if (stranger >= 0 || sources.length === 0) {
      throw new FittingRoomError(
        `${kind}: apply takes tensors from input or another layer's apply, got ${show(sources[stranger] ?? inputs)}`,
      );
    }
    const [least, most] = rowOf(kind).reads ?? [1, 1];
    if (sources.length < least || sources.length > most) {
      throw new FittingRoomError(
        `${kind}: apply takes ${least === most ? 'one tensor' : `${least}..${most} tensors`}, got ${sources.length}`,
      );
    }
    if (applied.has(this)) {
      throw new FittingRoomError(
        `${kind}: a layer can be applied only once; make another layer (weights cannot be shared)`,
      );
    }
    applied.add(this);
    return new SymbolicTensor(layer, [...sources]);
  }
}

/** @typedef {Layer & LayerConfig} AnyLayer */
