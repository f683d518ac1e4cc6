import { rowOf } from '../../layers/table.js';
import { entryOf, optionOf } from '../entries.js';
import { toKeras } from '../deserialize.js';
import { initializerKeys, serializedInitializer } from '../initializer-classes.js';

/** @import { BuiltLayer } from '../../core/build.js' */
/** @import { Initializer } from '../../layers/initializers.js' */

/* Writes layers as Keras 3.16 does: with every key of its get_config, also keys that have no option here. */

/**
 * @typedef {{ module: string, class_name: string, config: Record<string, any>, registered_name: string | null,
 *   build_config?: object, compile_config?: object }} Serialized
 */

/** The session's only dtype policy; from its second use on, Keras refers to it by a number, so that it stays shared. */
const POLICY = { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null };
const SHARED = { ...POLICY, shared_object_id: 1 };

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

/** @param {boolean} first whether it is the first policy in the file */
export const policy = (first) => (first ? POLICY : SHARED);

/** @param {BuiltLayer['config']} config @returns {[string, object][]} for all weights that the kind can have */
const initializersOf = (config) =>
  initializerKeys(config.kind).map(({ key, usual }) => {
    const given = /** @type {Initializer | undefined} */ (config[/** @type {keyof typeof config} */ (optionOf(key))]);
    return [key, serializedInitializer(given ?? usual)];
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
 * @param {(number | null)[][]} inputShapes of all its inputs, with the batch axis
 * @param {boolean} first whether it is the model's first layer
 * @returns {Serialized}
 */
export function serializedLayer({ kind, config, outputShape }, name, inputShapes, first) {
  const target = /** @type {number[]} */ (outputShape.slice(1));
  const { fixed, isBornBuilt, reads } = rowOf(kind);
  const {
    class_name: className,
    config: { name: _, trainable, ...options },
  } = entryOf(kind === 'reshape' ? { kind, targetShape: target } : config, name);
  const fields = Object.entries(options).map(spelled);
  const made = serialized('keras.layers', className, {
    name,
    trainable,
    dtype: policy(first),
    ...Object.fromEntries(fields),
    ...fixed,
    ...Object.fromEntries(initializersOf(config)),
  });
  if (isBornBuilt) return made;
  return { ...made, build_config: { input_shape: reads ? inputShapes : inputShapes[0] } };
}

/** @param {string} name @param {(number | null)[]} shape with the batch axis @returns {Serialized} */
export const serializedInput = (name, shape) =>
  serialized('keras.layers', 'InputLayer', {
    batch_shape: shape,
    dtype: 'float32',
    sparse: false,
    ragged: false,
    name,
    optional: false,
  });
