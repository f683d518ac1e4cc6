import { entryOf, optionOf } from '../entries.js';
import { RANDOM, toKeras } from './deserialize.js';
import { USUAL, initializerKeys, serializedInitializer } from './initializer-classes.js';

/** @import { BuiltLayer } from '../../core/build.js' */
/** @import { Initializer } from '../../layers/initializers.js' */

/**
 * Layers as Keras 3.16 writes them: with every key that its get_config has, also where there is no such option here.
 */

/**
 * @typedef {{ module: string, class_name: string, config: Record<string, any>, registered_name: string | null,
 *   build_config?: object, compile_config?: object }} Serialized
 */

/** The only one of a session, which Keras gives a number from its second use on, so that it is shared again. */
const POLICY = { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null };
const SHARED = { ...POLICY, shared_object_id: 1 };

const LAST = { data_format: 'channels_last' };
const CONVOLVING = { ...LAST, dilation_rate: [1, 1], activity_regularizer: null, bias_constraint: null };
const GLOBAL = { ...LAST, keepdims: false };

/** What Keras writes of each class and there is no option for here. @type {Record<string, Record<string, unknown>>} */
const CONSTANT = {
  Conv2D: { ...CONVOLVING, groups: 1, kernel_constraint: null },
  DepthwiseConv2D: { ...CONVOLVING, depthwise_constraint: null },
  Dense: { kernel_constraint: null, bias_constraint: null, quantization_config: null },
  BatchNormalization: {
    axis: -1,
    beta_constraint: null,
    gamma_constraint: null,
    synchronized: false,
    renorm: false,
    renorm_clipping: null,
    renorm_momentum: 0.99,
  },
  MaxPooling2D: LAST,
  AveragePooling2D: LAST,
  GlobalMaxPooling2D: GLOBAL,
  GlobalAveragePooling2D: GLOBAL,
  Flatten: LAST,
  ZeroPadding2D: LAST,
  Dropout: { noise_shape: null },
  ReLU: { negative_slope: 0, threshold: 0 },
  ...Object.fromEntries(Object.keys(RANDOM).map((name) => [name, LAST])),
};

/** Layers that Keras builds as it makes them, and so writes no shapes of. */
const MADE_BUILT = [
  'Activation',
  'ReLU',
  'LeakyReLU',
  'Softmax',
  'Dropout',
  'Reshape',
  'MaxPooling2D',
  'AveragePooling2D',
  'GlobalMaxPooling2D',
  'GlobalAveragePooling2D',
];

/**
 * @param {string} module
 * @param {string} className
 * @param {Record<string, any>} config
 * @param {string | null} [registered]
 * @returns {Serialized}
 */
export const serialized = (module, className, config, registered = null) => ({
  module,
  class_name: className,
  config,
  registered_name: registered,
});

/** @param {boolean} first of those that have one in the file */
export const policy = (first) => (first ? POLICY : SHARED);

/**
 * @param {BuiltLayer['config']} config
 * @param {string} name
 * @returns {{ class_name: string, config: Record<string, any> }}
 */
function randomEntry(config, name) {
  const className = /** @type {string} */ (
    Object.keys(RANDOM).find((known) => known.toLowerCase() === config.kind.replaceAll('_', ''))
  );
  const options = RANDOM[className].map((key) => [
    key,
    config[/** @type {keyof typeof config} */ (optionOf(key))] ?? null,
  ]);
  return { class_name: className, config: { name, trainable: true, ...Object.fromEntries(options) } };
}

/** @param {BuiltLayer['config']} config @returns {[string, object][]} of all weights that the kind can have */
const initializersOf = (config) =>
  initializerKeys(config.kind).map((key) => {
    const given = /** @type {Initializer | undefined} */ (config[/** @type {keyof typeof config} */ (optionOf(key))]);
    return [key, serializedInitializer(given ?? USUAL[key])];
  });

/** @param {[string, any]} field @returns {[string, any]} */
function spelled([key, value]) {
  if (key === 'alpha') return ['negative_slope', value];
  if (key.endsWith('_regularizer') && value)
    return [key, serialized('keras.regularizers', value.class_name, value.config)];
  return [key, toKeras(value)];
}

/**
 * @param {BuiltLayer} layer
 * @param {string} name
 * @param {(number | null)[][]} inputShapes of all that it reads, with the batch
 * @param {boolean} first of the model
 * @returns {Serialized}
 */
export function serializedLayer({ kind, config, outputShape }, name, inputShapes, first) {
  const target = /** @type {number[]} */ (outputShape.slice(1));
  const entry = kind.startsWith('random_')
    ? randomEntry(config, name)
    : entryOf(kind === 'reshape' ? { kind, targetShape: target } : config, name);
  const {
    class_name: className,
    config: { name: _, trainable, ...options },
  } = entry;
  const fields = Object.entries(options).map(spelled);
  const made = serialized('keras.layers', className, {
    name,
    trainable,
    dtype: policy(first),
    ...Object.fromEntries(fields),
    ...CONSTANT[className],
    ...Object.fromEntries(initializersOf(config)),
  });
  if (MADE_BUILT.includes(className)) return made;
  return { ...made, build_config: { input_shape: kind === 'add' ? inputShapes : inputShapes[0] } };
}

/** @param {string} name @param {(number | null)[]} shape with the batch @returns {Serialized} */
export const serializedInput = (name, shape) =>
  serialized('keras.layers', 'InputLayer', {
    batch_shape: shape,
    dtype: 'float32',
    sparse: false,
    ragged: false,
    name,
    optional: false,
  });
