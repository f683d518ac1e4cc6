import { FittingRoomError, checkBoolean, checkChoice, checkInteger, checkNumber, checkOptions, show } from './errors.js';

/** @import { Initializer } from './initializers.js' */
/** @import { Regularizer } from './regularizers.js' */

/** @typedef {'linear' | 'relu' | 'relu6' | 'leakyRelu' | 'gelu' | 'sigmoid' | 'tanh' | 'swish' | 'silu' | 'softmax'} Activation */
/** @typedef {'valid' | 'same'} Padding */
/** @typedef {number | [number, number]} Pair one number for both, or [height, width] */
/** @typedef {{ inputShape?: number[], name?: string }} Common inputShape: of a sample, on the first layer */
/** @typedef {keyof typeof KINDS} LayerKind */

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
 * @property {Padding | [[number, number], [number, number]]} [padding] of zero_padding2d: [[top, bottom], [left, right]]
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

/** Each kind's number in src/layer.h. */
export const KINDS = /** @type {const} */ ({
  conv2d: 0, max_pooling2d: 1, flatten: 2, dense: 3, dropout: 4, activation: 5, re_lu: 5, leaky_re_lu: 5, softmax: 5,
  depthwise_conv2d: 6, average_pooling2d: 7, global_average_pooling2d: 8, global_max_pooling2d: 9, reshape: 10,
  batch_normalization: 11, zero_padding2d: 12, add: 13, random_flip: 14, random_translation: 15, random_rotation: 16,
  random_zoom: 17, random_contrast: 18, random_erasing: 19,
});

/** A value in the graph of a model that is being put together: what a layer, or with none the model's input, gives. */
export class SymbolicTensor {
  /** @param {AnyLayer | null} layer @param {SymbolicTensor[]} sources @param {{ shape: number[], name: string }} [input] */
  constructor(layer, sources, input) {
    this.layer = layer;
    this.sources = sources;
    this.input = input;
  }
}

/** @type {WeakSet<object>} */
const applied = new WeakSet();
const MOST_SOURCES = 8; // of src/layer.h

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
    const stranger = sources.find((source) => !(source instanceof SymbolicTensor));
    if (stranger !== undefined || sources.length === 0) {
      throw new FittingRoomError(`${kind}: apply takes what input or another layer's apply returned, got ${show(stranger ?? inputs)}`);
    }
    const [least, most] = kind === 'add' ? [2, MOST_SOURCES] : [1, 1];
    if (sources.length < least || sources.length > most) {
      throw new FittingRoomError(`${kind}: apply takes ${least === most ? 'one tensor' : `${least}..${most} tensors`}, got ${sources.length}`);
    }
    if (applied.has(this)) {
      throw new FittingRoomError(`${kind}: a layer is applied once; make another one (weights cannot be shared)`);
    }
    applied.add(this);
    return new SymbolicTensor(layer, [...sources]);
  }
}

/** @typedef {Layer & LayerConfig} AnyLayer */

/**
 * How an option is checked, and what it is where it is left out; without that it is required.
 * @typedef {[check: (name: string, value: unknown) => unknown, initial?: unknown]} Field
 */

/**
 * A layer's maker out of its fields.
 * @param {LayerKind} kind
 * @param {Record<string, Field>} fields an initial value may be a function of the options
 * @param {(config: any) => object} [derive] what follows from the fields
 * @returns {(options?: any) => AnyLayer}
 */
export function define(kind, fields, derive) {
  const known = ['inputShape', 'name', ...Object.keys(fields)];
  const required = Object.values(fields).some((field) => field.length === 1);
  return (options = required ? undefined : {}) => {
    checkOptions(kind, options, known);
    /** @type {Record<string, unknown>} */
    const config = { kind, ...common(kind, options) };
    for (const [field, [check, initial]] of Object.entries(fields)) {
      const given = options[field];
      const value = given !== undefined ? given : typeof initial === 'function' ? initial(options) : initial;
      const checked = check(field === kind ? kind : `${kind}: ${field}`, value);
      if (checked !== undefined) config[field] = checked;
    }
    return /** @type {AnyLayer} */ (new Layer(/** @type {any} */ ({ ...config, ...derive?.(config) })));
  };
}

/** @param {string} layer @param {Common} options */
function common(layer, { inputShape, name }) {
  if (inputShape !== undefined && !Array.isArray(inputShape)) {
    throw new FittingRoomError(`${layer}: inputShape must be an array such as [28, 28, 1], got ${show(inputShape)}`);
  }
  return { ...(inputShape && { inputShape: [...inputShape] }), ...(name !== undefined && { name: String(name) }) };
}

const MAX_UNITS = 65536;
const MAX_WINDOW = 255;

/* Checks of fields. */

/** @type {Field[0]} */
export const units = (name, value) => checkInteger(name, value, 1, MAX_UNITS);

/** @type {Field[0]} */
export function pair(name, value) {
  if (Array.isArray(value) && value.length !== 2) {
    throw new FittingRoomError(`${name} must be one number or [height, width], got ${show(value)}`);
  }
  const [height, width] = Array.isArray(value) ? value : [value, value];
  return [checkInteger(name, height, 1, MAX_WINDOW), checkInteger(name, width, 1, MAX_WINDOW)];
}

/** @param {readonly string[]} choices @returns {Field[0]} */
export const choice = (choices) => (name, value) => checkChoice(name, value, choices);

/** @param {number} low @param {number} high @returns {Field[0]} */
export const within = (low, high) => (name, value) => checkNumber(name, value, low, high);

/** @param {Field[0]} check @returns {Field} a field that may be left out, and then is not there */
export const optional = (check) => [(name, value) => (value === undefined ? undefined : check(name, value)), undefined];

/** @type {Field[0]} */
export const flag = checkBoolean;

/** A seed of its own. */
export const seed = optional((name, value) => checkInteger(name, value, 0, Number.MAX_SAFE_INTEGER));

/**
 * @param {number} low
 * @param {number} high
 * @param {(size: number) => [number, number]} [spread] what one number f stands for
 * @returns {Field[0]} [low, high]
 */
export const range = (low, high, spread) => (name, value) => {
  const given = typeof value === 'number' && spread ? spread(value) : value;
  if (Array.isArray(given) && given.length === 2 && given.every((end) => typeof end === 'number' && end >= low && end <= high) && !(given[0] > given[1])) {
    return [...given];
  }
  throw new FittingRoomError(`${name} must be ${spread ? 'a number or ' : ''}[low, high] within ${low}..${high}, got ${show(value)}`);
};
