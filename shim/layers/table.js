import { below, field, flag, optional, required, within } from '../check.js';
import { LIMITS } from '../core/limits.js';
import * as option from './options.js';

/** @import { Field } from '../check.js' */
/** @import { Initializer } from './initializers.js' */
/** @import { Activation, AnyLayer, Common, LayerConfig, Padding, Pair } from './layer.js' */
/** @import { WeightRow } from './options.js' */
/** @import { Regularizer } from './regularizers.js' */

/*
 * The table of layers. A row is the only place that states a layer's names, options and weights: the API's functions
 * and checks, the file formats and the page's editor read it. The core has its own table, src/layers.def.
 */

/**
 * A row of the table.
 * @template {string} Kind
 * @template {unknown[]} Taken the arguments of its function in `layers`
 * @typedef {object} Row
 * @property {Kind} kind the layer's name in files and in default names
 * @property {string} keras its class in Keras and TensorFlow.js
 * @property {Record<string, Field>} [options] in addition to name and inputShape; Keras spells them in snake_case
 * @property {readonly WeightRow[]} [weights] in Keras's order
 * @property {readonly [least: number, most: number]} [reads] number of input tensors, if not one
 * @property {'image' | 'row'} [needs] the kind of input shape, if not every shape is accepted
 * @property {boolean} [augments] acts during training only, and must come before the first layer with weights
 * @property {(options: Record<string, unknown>) => Partial<LayerConfig>} [sets] fields of the configuration that follow
 *   from the options
 * @property {number} [axis] the axis it acts along, if a file does not say; its inputs may differ along it
 * @property {Record<string, unknown>} [fixed] further fields that Keras writes; constant here
 * @property {boolean} [isBornBuilt] Keras builds it on construction and writes no shapes for it
 * @property {PageRow} [page] its place in the page's editor, if it has one
 * @property {(...taken: Taken) => AnyLayer} [type] never set: it only carries the types of the arguments
 */
/**
 * A layer in the page's editor: its options in the order in which the address lists them. Those in `rare` are
 * collapsed.
 * @typedef {object} PageRow
 * @property {'learning' | 'shaping' | 'between' | 'varying'} group
 * @property {Record<string, PageOption>} [shown]
 * @property {Record<string, PageOption>} [rare]
 */
/**
 * Differences from the option's own check and default. initial: null leaves the option out at first.
 * @typedef {{ initial?: unknown, low?: number, high?: number, isWhole?: boolean, choices?: readonly string[] }}
 *   PageOption
 */

/**
 * @typedef {object} Affine
 * @property {Activation} [activation] default 'linear'
 * @property {boolean} [useBias] whether it adds a bias; default true
 * @property {Initializer} [biasInitializer] default 'zeros'
 * @property {Regularizer} [biasRegularizer] default: none
 */
/**
 * @typedef {object} Kernel
 * @property {Initializer} [kernelInitializer] default 'glorotUniform'
 * @property {Regularizer} [kernelRegularizer] default: none
 */
/**
 * @typedef {object} Sliding
 * @property {Pair} kernelSize of the window in pixels: one number, or [height, width]
 * @property {Pair} [strides] pixels from one window to the next; default 1
 * @property {Padding} [padding] 'valid', the default: only windows within the image; 'same': zeros around it, so that
 *   with strides of 1 the output is as large as the input
 */
/**
 * @typedef {object} Filters
 * @property {number} filters the number of channels of the output
 */
/** @typedef {Common & Affine & Kernel & Sliding & Filters} Conv2DOptions */
/**
 * @typedef {object} Depthwise
 * @property {number} [depthMultiplier] kernels per channel of the input; default 1
 * @property {Initializer} [depthwiseInitializer] default 'glorotUniform'
 * @property {Regularizer} [depthwiseRegularizer] default: none
 */
/** @typedef {Common & Affine & Sliding & Depthwise} DepthwiseConv2DOptions */
/**
 * @typedef {object} Pooling
 * @property {Pair} [poolSize] of the window in pixels: one number, or [height, width]; default 2
 * @property {Pair} [strides] pixels from one window to the next; default: poolSize
 * @property {Padding} [padding] 'valid', the default: only windows within the image; 'same': also those that reach
 *   beyond it
 */
/** @typedef {Common & Pooling} Pooling2DOptions */
/**
 * @typedef {object} Units
 * @property {number} units the number of outputs
 */
/** @typedef {Common & Affine & Kernel & Units} DenseOptions */
/**
 * @typedef {object} Normalization
 * @property {number} [momentum] the share of the moving averages that each batch keeps; default 0.99
 * @property {number} [epsilon] added to the variance; default 0.001
 * @property {boolean} [center] whether it adds beta; default true
 * @property {boolean} [scale] whether it multiplies by gamma; default true
 * @property {Initializer} [gammaInitializer] default 'ones'
 * @property {Initializer} [betaInitializer] default 'zeros'
 * @property {Initializer} [movingMeanInitializer] default 'zeros'
 * @property {Initializer} [movingVarianceInitializer] default 'ones'
 * @property {Regularizer} [gammaRegularizer] default: none
 * @property {Regularizer} [betaRegularizer] default: none
 */
/** @typedef {Common & Normalization} BatchNormalizationOptions */
/**
 * @typedef {object} Reshaping
 * @property {readonly number[]} targetShape one to three lengths, without the batch axis; one may be -1
 */
/** @typedef {Common & Reshaping} ReshapeOptions */
/**
 * One number for all sides, [height, width] or [[top, bottom], [left, right]].
 * @typedef {number | readonly [number, number] | readonly [readonly [number, number], readonly [number, number]]}
 *   Margins
 */
/**
 * @typedef {object} ZeroPadding
 * @property {Margins} [padding] pixels to add: one number for all sides, [height, width] or [[top, bottom], [left,
 *   right]]; default 1
 */
/** @typedef {Common & ZeroPadding} ZeroPadding2DOptions */
/**
 * @typedef {object} Activating
 * @property {Activation} activation the function
 */
/** @typedef {Common & Activating} ActivationOptions */
/**
 * @typedef {object} Capped
 * @property {6} [maxValue] the largest output; default: none
 */
/** @typedef {Common & Capped} ReLUOptions */
/**
 * @typedef {object} Leaky
 * @property {number} [alpha] the slope below zero, 0 … 1; default 0.3
 */
/** @typedef {Common & Leaky} LeakyReLUOptions */
/**
 * @typedef {object} Seeded
 * @property {number} [seed] of its random numbers, 0..2⁵³-1; default: the model's seed decides
 */
/**
 * @typedef {object} Dropping
 * @property {number} rate the share that becomes zero, 0 … 1
 */
/** @typedef {Common & Seeded & Dropping} DropoutOptions */
/**
 * @typedef {object} Along
 * @property {number} [axis] -1, the default, or the number of the last axis, counted with the batch as 0
 */
/** @typedef {Common & Along} ConcatenateOptions */
/** @typedef {number | readonly [number, number]} Range [low, high]; f stands for [-f, f] */
/**
 * How areas that an image was moved out of are filled.
 * @typedef {object} Filling
 * @property {'reflect' | 'constant' | 'wrap' | 'nearest'} [fillMode] default 'reflect'; constant: with fillValue
 * @property {'bilinear' | 'nearest'} [interpolation] between pixels; default 'bilinear'
 * @property {number} [fillValue] default 0
 * @property {number} [seed] of its random numbers, 0..2⁵³-1; default: the model's seed decides
 */
/**
 * @typedef {object} Flipping
 * @property {'horizontalAndVertical' | 'horizontal' | 'vertical'} [mode] default 'horizontalAndVertical'
 */
/** @typedef {Common & Seeded & Flipping} RandomFlipOptions */
/**
 * @typedef {object} Translation
 * @property {Range} heightFactor how far down at most, as a share of the height: [low, high]; f stands for [-f, f]
 * @property {Range} widthFactor how far to the right at most, as a share of the width
 */
/** @typedef {Common & Filling & Translation} RandomTranslationOptions */
/**
 * @typedef {object} Rotation
 * @property {Range} factor the angle, as a share of a full turn: [low, high]; f stands for [-f, f]
 */
/** @typedef {Common & Filling & Rotation} RandomRotationOptions */
/**
 * @typedef {object} Zoom
 * @property {Range} heightFactor how much smaller (above 0) or larger (below 0), as a share: [low, high]; f stands for
 *   [-f, f]
 * @property {Range} [widthFactor] the same for the width; default: as the height
 */
/** @typedef {Common & Filling & Zoom} RandomZoomOptions */
/**
 * @typedef {object} Valued
 * @property {readonly [number, number]} [valueRange] the range of pixels; default [0, 1], that of bytes as a model sees
 *   them
 */
/**
 * @typedef {object} Contrast
 * @property {Pair} factor [lower, upper], each 0 … 1; f stands for [f, f]
 */
/** @typedef {Common & Seeded & Valued & Contrast} RandomContrastOptions */
/**
 * @typedef {object} Erasing
 * @property {Range} [factor] the probability: [low, high]; f stands for [0, f]; default 1
 * @property {readonly [number, number]} [scale] shares of the image's area, from which one is drawn; default [0.02,
 *   0.33]
 * @property {number} [fillValue] what the rectangle is filled with; default: normal noise
 */
/** @typedef {Common & Seeded & Valued & Erasing} RandomErasingOptions */

/** Of batch normalization: 1 + 1e-12 is 1 in floats. */
export const LEAST_EPSILON = 1e-12;

/* Weights. */

/** @type {WeightRow} */
const KERNEL = { name: 'kernel', prefix: 'kernel', initializer: 'glorotUniform', isRegularized: true };
/** @type {WeightRow} */
const BIAS = { name: 'bias', prefix: 'bias', initializer: 'zeros', isRegularized: true, option: 'useBias' };
const KERNEL_AND_BIAS = [KERNEL, BIAS];
const DEPTHWISE = [{ ...KERNEL, name: 'depthwise_kernel', prefix: 'depthwise' }, BIAS];
/** @type {WeightRow[]} */
const NORMALIZING = [
  { name: 'gamma', prefix: 'gamma', initializer: 'ones', isRegularized: true, option: 'scale' },
  { name: 'beta', prefix: 'beta', initializer: 'zeros', isRegularized: true, option: 'center' },
  { name: 'moving_mean', prefix: 'movingMean', initializer: 'zeros', isRegularized: false },
  { name: 'moving_variance', prefix: 'movingVariance', initializer: 'ones', isRegularized: false },
];

/* Fields that Keras writes for many layers. */

const LAST = { data_format: 'channels_last' };
const CONVOLVING = { ...LAST, dilation_rate: [1, 1], activity_regularizer: null, bias_constraint: null };
const GLOBAL = { ...LAST, keepdims: false };

/* Editor settings shared by many layers. */

const SIDE = 28; // of the page's images, in pixels
/** @type {PageOption} */
const ACTIVATION = {
  choices: ['linear', 'relu', 'relu6', 'leakyRelu', 'gelu', 'sigmoid', 'tanh', 'swish', 'softmax'],
};
const KERNEL_SIZE = { initial: 3, high: SIDE };
const STRIDES = { high: SIDE };
const SHARE = { initial: 0.1, low: 0 };
const RARE_KERNEL = {
  kernelInitializer: {},
  kernelRegularizer: {},
  useBias: {},
  biasInitializer: {},
  biasRegularizer: {},
};
/** @type {Record<string, PageOption>} */
const FILL = { fillMode: { choices: ['reflect', 'constant', 'wrap', 'nearest'] } };
const RARE_FILL = { interpolation: {}, fillValue: { low: 0, high: 1 } };
/** @type {PageRow} */
const POOLING_ON_PAGE = {
  group: 'shaping',
  shown: { poolSize: { high: SIDE }, padding: {} },
  rare: { strides: { initial: null, high: SIDE } },
};
/** @type {PageRow} */
const SHAPING = { group: 'shaping' };

/** The rows by the names of their functions in `layers`, in the order in which the page offers them. */
export const TABLE = Object.freeze({
  /** Two-dimensional convolution over images [height, width, channels]. */
  conv2d: /** @type {Row<'conv2d', [options: Conv2DOptions]>} */ ({
    kind: 'conv2d',
    keras: 'Conv2D',
    needs: 'image',
    weights: KERNEL_AND_BIAS,
    options: {
      filters: required(option.units),
      kernelSize: required(option.pair),
      ...option.sliding,
      ...option.affine,
      ...option.weightOptions(KERNEL_AND_BIAS),
    },
    fixed: { ...CONVOLVING, groups: 1, kernel_constraint: null },
    page: {
      group: 'learning',
      shown: {
        filters: { initial: 32, high: 1024 },
        kernelSize: KERNEL_SIZE,
        activation: ACTIVATION,
        padding: {},
        strides: STRIDES,
      },
      rare: RARE_KERNEL,
    },
  }),

  /** Convolution of each channel separately, with depthMultiplier kernels per channel. */
  depthwiseConv2d: /** @type {Row<'depthwise_conv2d', [options: DepthwiseConv2DOptions]>} */ ({
    kind: 'depthwise_conv2d',
    keras: 'DepthwiseConv2D',
    needs: 'image',
    weights: DEPTHWISE,
    options: {
      kernelSize: required(option.pair),
      ...option.sliding,
      depthMultiplier: field(option.units, 1),
      ...option.affine,
      ...option.weightOptions(DEPTHWISE),
    },
    fixed: { ...CONVOLVING, depthwise_constraint: null },
    page: {
      group: 'learning',
      shown: {
        kernelSize: KERNEL_SIZE,
        activation: ACTIVATION,
        padding: {},
        strides: STRIDES,
        depthMultiplier: { high: 64 },
      },
      rare: {
        depthwiseInitializer: {},
        depthwiseRegularizer: {},
        useBias: {},
        biasInitializer: {},
        biasRegularizer: {},
      },
    },
  }),

  /** A fully connected layer. */
  dense: /** @type {Row<'dense', [options: DenseOptions]>} */ ({
    kind: 'dense',
    keras: 'Dense',
    needs: 'row',
    weights: KERNEL_AND_BIAS,
    options: { units: required(option.units), ...option.affine, ...option.weightOptions(KERNEL_AND_BIAS) },
    fixed: { kernel_constraint: null, bias_constraint: null, quantization_config: null },
    page: { group: 'learning', shown: { units: { initial: 128 }, activation: ACTIVATION }, rare: RARE_KERNEL },
  }),

  /** Normalizes each channel by the mean and variance of the batch; during inference, by their moving averages. */
  batchNormalization: /** @type {Row<'batch_normalization', [options?: BatchNormalizationOptions]>} */ ({
    kind: 'batch_normalization',
    keras: 'BatchNormalization',
    weights: NORMALIZING,
    options: {
      momentum: field(within(0, 1), 0.99),
      epsilon: field(within(LEAST_EPSILON, 1), 0.001),
      center: field(flag, true),
      scale: field(flag, true),
      ...option.weightOptions(NORMALIZING),
    },
    axis: -1,
    fixed: {
      axis: -1,
      beta_constraint: null,
      gamma_constraint: null,
      synchronized: false,
      renorm: false,
      renorm_clipping: null,
      renorm_momentum: 0.99,
    },
    page: {
      group: 'learning',
      rare: {
        momentum: {},
        epsilon: { low: 1e-7 },
        center: {},
        scale: {},
        betaInitializer: {},
        gammaInitializer: {},
        movingMeanInitializer: {},
        movingVarianceInitializer: {},
        betaRegularizer: {},
        gammaRegularizer: {},
      },
    },
  }),

  /** The largest value of each window. */
  maxPooling2d: /** @type {Row<'max_pooling2d', [options?: Pooling2DOptions]>} */ ({
    kind: 'max_pooling2d',
    keras: 'MaxPooling2D',
    needs: 'image',
    options: option.pooling,
    fixed: LAST,
    isBornBuilt: true,
    page: POOLING_ON_PAGE,
  }),

  /** The mean of each window, over the part of the window that lies inside the image. */
  averagePooling2d: /** @type {Row<'average_pooling2d', [options?: Pooling2DOptions]>} */ ({
    kind: 'average_pooling2d',
    keras: 'AveragePooling2D',
    needs: 'image',
    options: option.pooling,
    fixed: LAST,
    isBornBuilt: true,
    page: POOLING_ON_PAGE,
  }),

  /** The largest value of each channel. */
  globalMaxPooling2d: /** @type {Row<'global_max_pooling2d', [options?: Common]>} */ ({
    kind: 'global_max_pooling2d',
    keras: 'GlobalMaxPooling2D',
    needs: 'image',
    fixed: GLOBAL,
    isBornBuilt: true,
    page: SHAPING,
  }),

  /** The mean of each channel. */
  globalAveragePooling2d: /** @type {Row<'global_average_pooling2d', [options?: Common]>} */ ({
    kind: 'global_average_pooling2d',
    keras: 'GlobalAveragePooling2D',
    needs: 'image',
    fixed: GLOBAL,
    isBornBuilt: true,
    page: SHAPING,
  }),

  /** All values of a sample as one row. */
  flatten: /** @type {Row<'flatten', [options?: Common]>} */ ({
    kind: 'flatten',
    keras: 'Flatten',
    fixed: LAST,
    page: SHAPING,
  }),

  /** The same values in another shape; one length may be -1 and is then derived from the others. */
  reshape: /** @type {Row<'reshape', [options: ReshapeOptions]>} */ ({
    kind: 'reshape',
    keras: 'Reshape',
    options: { targetShape: required(option.targetShape) },
    isBornBuilt: true,
    page: { ...SHAPING, shown: { targetShape: { initial: '-1' } } },
  }),

  /** Adds zeros around an image. */
  zeroPadding2d: /** @type {Row<'zero_padding2d', [options?: ZeroPadding2DOptions]>} */ ({
    kind: 'zero_padding2d',
    keras: 'ZeroPadding2D',
    needs: 'image',
    options: { padding: field(option.margins, 1) },
    fixed: LAST,
    page: { ...SHAPING, shown: { padding: { high: SIDE } } },
  }),

  /** An activation function as a layer. */
  activation: /** @type {Row<'activation', [options: ActivationOptions]>} */ ({
    kind: 'activation',
    keras: 'Activation',
    options: { activation: required(option.activation) },
    isBornBuilt: true,
    page: { group: 'between', shown: { activation: { ...ACTIVATION, initial: 'relu' } } },
  }),

  /** The larger of 0 and each value; with maxValue 6, capped at 6. */
  reLU: /** @type {Row<'re_lu', [options?: ReLUOptions]>} */ ({
    kind: 're_lu',
    keras: 'ReLU',
    options: { maxValue: optional(option.six) },
    sets: ({ maxValue }) => ({ activation: maxValue ? 'relu6' : 'relu' }),
    fixed: { negative_slope: 0, threshold: 0 },
    isBornBuilt: true,
  }),

  /** Values of 0 or more unchanged; values below zero multiplied by alpha. */
  leakyReLU: /** @type {Row<'leaky_re_lu', [options?: LeakyReLUOptions]>} */ ({
    kind: 'leaky_re_lu',
    keras: 'LeakyReLU',
    options: { alpha: field(within(0, 1), 0.3) },
    sets: () => ({ activation: 'leakyRelu' }),
    isBornBuilt: true,
    page: { group: 'between', shown: { alpha: {} } },
  }),

  /** Turns the values along the last axis into probabilities. */
  softmax: /** @type {Row<'softmax', [options?: Common]>} */ ({
    kind: 'softmax',
    keras: 'Softmax',
    sets: () => ({ activation: 'softmax' }),
    axis: 1,
    isBornBuilt: true,
  }),

  /** Sets a share of its inputs to zero during training, and scales the rest by 1 / (1 - rate). */
  dropout: /** @type {Row<'dropout', [options: DropoutOptions]>} */ ({
    kind: 'dropout',
    keras: 'Dropout',
    options: { rate: required(below(0, 1)), seed: option.seed },
    fixed: { noise_shape: null },
    isBornBuilt: true,
    page: { group: 'between', shown: { rate: { initial: 0.5, low: 0, high: 0.999 } } },
  }),

  /** The sum of tensors of the same shape: `layers.add().apply([a, b])`. */
  add: /** @type {Row<'add', [options?: Common]>} */ ({
    kind: 'add',
    keras: 'Add',
    reads: [2, LIMITS.maxSources],
    page: { group: 'between' },
  }),

  /**
   * Tensors one after another along the last axis; their other axes must agree: `layers.concatenate().apply([a, b])`.
   * axis: -1, or the number of the last axis, counted with the batch as 0.
   */
  concatenate: /** @type {Row<'concatenate', [options?: ConcatenateOptions]>} */ ({
    kind: 'concatenate',
    keras: 'Concatenate',
    reads: [2, LIMITS.maxSources],
    options: { axis: field(option.lastAxis, -1) },
    axis: -1,
    fixed: { axis: -1 },
    page: { group: 'between' },
  }),

  /*
   * Augmentation layers: during training, each image is varied differently every time it is used. They must come before
   * the first layer with weights. Their semantics and defaults are Keras's.
   */

  /** Flips images, in each direction with probability one half. */
  randomFlip: /**
   * @type {Row<'random_flip', [options?: RandomFlipOptions]>}
   */ ({
    kind: 'random_flip',
    keras: 'RandomFlip',
    needs: 'image',
    augments: true,
    options: { mode: field(option.flips, 'horizontalAndVertical'), seed: option.seed },
    fixed: LAST,
    page: {
      group: 'varying',
      shown: { mode: { initial: 'horizontal', choices: ['horizontal', 'vertical', 'horizontalAndVertical'] } },
    },
  }),

  /** Shifts images by a share of their height and width. */
  randomTranslation: /**
   * @type {Row<'random_translation', [options: RandomTranslationOptions]>}
   */ ({
    kind: 'random_translation',
    keras: 'RandomTranslation',
    needs: 'image',
    augments: true,
    options: { heightFactor: required(option.either), widthFactor: required(option.either), ...option.filling },
    fixed: LAST,
    page: { group: 'varying', shown: { heightFactor: SHARE, widthFactor: SHARE, ...FILL }, rare: RARE_FILL },
  }),

  /** Rotates images about their centre, by a share of a full turn. */
  randomRotation: /** @type {Row<'random_rotation', [options: RandomRotationOptions]>} */ ({
    kind: 'random_rotation',
    keras: 'RandomRotation',
    needs: 'image',
    augments: true,
    options: { factor: required(option.either), ...option.filling },
    fixed: LAST,
    page: { group: 'varying', shown: { factor: { initial: 0.05, low: 0 }, ...FILL }, rare: RARE_FILL },
  }),

  /** Scales images down (above 0) or up (below 0); without widthFactor, both sides by the same factor. */
  randomZoom: /**
   * @type {Row<'random_zoom', [options: RandomZoomOptions]>}
   */ ({
    kind: 'random_zoom',
    keras: 'RandomZoom',
    needs: 'image',
    augments: true,
    options: { heightFactor: required(option.either), widthFactor: optional(option.either), ...option.filling },
    fixed: LAST,
    page: {
      group: 'varying',
      shown: { heightFactor: SHARE, widthFactor: { low: 0 }, ...FILL },
      rare: RARE_FILL,
    },
  }),

  /** Scales the contrast about each channel's mean by a factor from 1 - lower … 1 + upper; f stands for [f, f]. */
  randomContrast: /**
   * @type {Row<'random_contrast', [options: RandomContrastOptions]>}
   */ ({
    kind: 'random_contrast',
    keras: 'RandomContrast',
    needs: 'image',
    augments: true,
    options: {
      factor: required(option.shares),
      valueRange: field(option.range(-1e6, 1e6), [0, 1]),
      seed: option.seed,
    },
    fixed: LAST,
    page: { group: 'varying', shown: { factor: { initial: 0.2 } } },
  }),

  /**
   * Erases a rectangle with a probability drawn from `factor`; f stands for [0, f]. Its height and width are those of
   * the image, each times the square root of a share drawn from `scale`. It is filled with fillValue or, if that is
   * left out, with normal noise; both are clipped to valueRange.
   */
  randomErasing: /**
   * @type {Row<'random_erasing', [options?: RandomErasingOptions]>}
   */ ({
    kind: 'random_erasing',
    keras: 'RandomErasing',
    needs: 'image',
    augments: true,
    options: {
      factor: field(
        option.range(0, 1, (size) => [0, size]),
        [0, 1],
      ),
      scale: field(option.range(0, 1), [0.02, 0.33]),
      fillValue: optional(within(-1e6, 1e6)),
      valueRange: field(option.range(-1e6, 1e6), [0, 1]),
      seed: option.seed,
    },
    fixed: LAST,
    page: {
      group: 'varying',
      shown: {
        factor: { initial: 0.5 },
        smallest: { initial: 0.02, low: 0, high: 1 }, // the ends of scale
        largest: { initial: 0.33, low: 0, high: 1 },
      },
      rare: { fillValue: { low: 0, high: 1 } },
    },
  }),
});

/** @typedef {typeof TABLE} Table */
/** @typedef {keyof Table} Factory the name of a function in `layers` */
/** @typedef {Table[Factory]['kind']} LayerKind */

/** @typedef {Row<LayerKind, any[]>} AnyRow */
export const ROWS = /** @type {[Factory, AnyRow][]} */ (Object.entries(TABLE));
const BY_KIND = new Map(ROWS.map(([factory, row]) => [row.kind, { factory, ...row }]));

/** @param {LayerKind} kind */
export const rowOf = (kind) => /** @type {AnyRow & { factory: Factory }} */ (BY_KIND.get(kind));

/** Whether `kind` is the kind of a layer. @param {unknown} kind @returns {kind is LayerKind} */
export const isKind = (kind) => BY_KIND.has(/** @type {LayerKind} */ (kind));

/** The rows by their Keras classes. */
export const BY_CLASS = new Map([...BY_KIND.values()].map((row) => [row.keras, row]));

/** The weights of a layer, in Keras's order. @param {LayerConfig} config */
export const weightsOf = (config) =>
  (rowOf(config.kind).weights ?? []).filter(({ option }) => option === undefined || config[option] !== false);
