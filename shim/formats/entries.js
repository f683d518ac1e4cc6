import { show } from '../check.js';
import { distinctNames } from '../core/build.js';
import { layers } from '../layers/index.js';
import { factorsOf } from '../layers/regularizers.js';
import { BY_CLASS, rowOf } from '../layers/table.js';
import { checkObject, inFile, refusal } from './common.js';

/** @import { BuiltLayer } from '../core/build.js' */
/** @import { AnyLayer, LayerConfig } from '../layers/layer.js' */
/** @import { AnyRow, Factory } from '../layers/table.js' */

/* Layers as Keras and TensorFlow.js list them: a class and its configuration, in Keras's spelling. */

/** @typedef {{ class_name: string, config: Record<string, unknown> }} Entry */

/**
 * Accepted values of fields that have no option here, other than those that mean "off".
 * @type {Record<string, unknown[]>}
 */
const FIXED = {
  data_format: ['channels_last'],
  dilation_rate: [1, [1, 1]],
  groups: [1],
  keepdims: [false],
  negative_slope: [0],
  threshold: [0],
  synchronized: [false, true],
};

/** Most fields of a layer; Keras writes no more than thirty. */
const MOST_OPTIONS = 256;

/** Values of an option that has no effect. */
const OFF = [null, false, 0, '', 'none', 'linear', 'channels_last'];

/**
 * Fields that do not affect what the layer computes; initializers and constraints have already done their work. axis is
 * checked once shapes are known.
 */
const PASSED_OVER = /^(name|trainable|dtype|batch_input_shape|batch_shape|optional|\w+_(initializer|constraint))$/;

/** @param {string} option kernelSize → kernel_size */
const keyOf = (option) => option.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** @param {string} key kernel_size → kernelSize */
export const optionOf = (key) => key.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

/**
 * The fields of a layer's configuration that are read and written. Initializers are not among them, because the weights
 * are given. A bias's regularizer comes before the kernel's, as in all existing files.
 * @param {AnyRow} row
 */
export function keysOf({ options = {} }) {
  const keys = Object.keys(options)
    .filter((option) => !option.endsWith('Initializer'))
    .map(keyOf);
  const regularizers = keys.filter((key) => key.endsWith('_regularizer'));
  const others = keys.slice(0, keys.length - regularizers.length);
  return [...others, ...(regularizers.includes('bias_regularizer') ? regularizers.toReversed() : regularizers)];
}

/** @param {string} key @param {LayerConfig} config */
function entryValue(key, config) {
  const value = config[/** @type {keyof LayerConfig} */ (optionOf(key))];
  if (value === 'silu') return 'swish';
  if (!key.endsWith('_regularizer') || value === undefined) return value ?? null;
  const [l1, l2] = factorsOf(/** @type {import('../layers/regularizers.js').Regularizer} */ (value));
  return { class_name: 'L1L2', config: { l1, l2 } };
}

/** @param {LayerConfig} layer @param {string} name @returns {Entry} */
export function entryOf(layer, name) {
  const row = rowOf(layer.kind);
  const config = Object.fromEntries(keysOf(row).map((key) => [key, entryValue(key, layer)]));
  return {
    class_name: row.keras,
    config: { name, trainable: layer.trainable ?? true, ...config, ...(layer.kind === 'softmax' && { axis: -1 }) },
  };
}

/**
 * Names that TF.js accepts for tensors; all are different.
 * @param {BuiltLayer[]} plan
 * @param {string} [inputName]
 * @returns {string[]} the input's name is the last
 */
export function tensorNames(plan, inputName = 'input') {
  const names = [...plan.map(({ name }) => name), inputName].map((name) =>
    name.replace(/[^\w.-]/g, '_').replace(/^(?![A-Za-z0-9.])/, 'layer'),
  );
  return distinctNames(names.map((name) => ({ kind: 'activation', name })));
}

/** @param {string} where @param {unknown} value @returns {unknown} a regularizer for an option of a layer */
function regularizerFrom(where, value) {
  const { class_name: name, config } = checkObject(where, value);
  if (!['L1L2', 'L1', 'L2'].includes(name)) throw refusal(`${where}: regularizer ${show(name)} is not supported`);
  const { l1 = 0, l2 = 0 } = checkObject(`${where}: config`, config);
  return { name: 'l1l2', l1, l2 };
}

/** @param {unknown} value */
const isOff = (value) =>
  OFF.includes(/** @type {null} */ (value)) ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0);

/**
 * Whether the field belongs to a switch that is off: renorm_momentum has no effect if renorm is false.
 * @param {string} key
 * @param {Record<string, unknown>} config
 */
const isIdle = (key, config) =>
  Object.keys(config).some((other) => config[other] === false && key.startsWith(`${other}_`));

/**
 * Refuses a field that has no option here, unless it has no effect.
 * @param {string} where @param {string} key @param {Record<string, unknown>} config
 */
function checkUnknown(where, key, config) {
  const value = config[key];
  const known = Object.hasOwn(FIXED, key) ? FIXED[key] : undefined;
  if (
    value === null ||
    known?.some((fixed) => String(fixed) === String(value)) ||
    (!known && (isOff(value) || isIdle(key, config)))
  )
    return;
  if (known) throw refusal(`${where}: ${key} must be ${[...known, null].map(show).join(' or ')}, got ${show(value)}`);
  throw refusal(`${where}: ${key} is not supported; it must be off (null, false or 0), got ${show(value)}`);
}

/** Whether layers accept it as a seed; any other value is replaced by the model's seed. @param {unknown} value */
const isSeed = (value) => Number.isSafeInteger(value) && Number(value) >= 0;

/**
 * Reads the options of a layer from its configuration. All other fields must have no effect.
 * @param {string} where
 * @param {Record<string, unknown>} config
 * @param {string[]} taken
 * @param {(key: string, value: any) => unknown} read
 * @returns {Record<string, unknown>}
 */
export function optionsFrom(where, config, taken, read) {
  const entries = Object.entries(config);
  if (entries.length > MOST_OPTIONS)
    throw refusal(`${where}: too large: it has ${entries.length} options; at most ${MOST_OPTIONS} are read`);
  /** @type {Record<string, unknown>} */
  const options = {};
  for (const [key, value] of entries) {
    if (PASSED_OVER.test(key)) continue;
    if (!taken.includes(key)) checkUnknown(where, key, config);
    else if (value !== null && (key !== 'seed' || isSeed(value))) options[optionOf(key)] = read(key, value);
  }
  return options;
}

/** @param {string} place @param {Factory} factory @param {object} options @returns {AnyLayer} */
export const makeLayer = (place, factory, options) =>
  inFile(`${place}: `, () => /** @type {(options: any) => AnyLayer} */ (layers[factory])(options));

/**
 * @param {string} where
 * @param {{ class_name: string, config: Record<string, unknown> }} entry
 * @param {object} [more] further options
 * @returns {AnyLayer}
 */
export function layerFrom(where, { class_name: className, config }, more) {
  const row = BY_CLASS.get(className);
  if (!row) throw refusal(`${where}: class ${show(className)} is not supported`);
  const { axis, ...given } = config;
  const place = `${where} (${className} ${show(given.name)})`;
  const rest = row.axis !== undefined || axis === undefined ? given : { ...given, axis };
  const options = optionsFrom(place, rest, keysOf(row), (key, value) =>
    key.endsWith('_regularizer') ? regularizerFrom(`${place}: ${key}`, value) : value,
  );
  return makeLayer(place, row.factory, {
    name: given.name,
    ...(given.trainable === false && { trainable: false }),
    ...options,
    ...more,
  });
}

/** @param {string} where @param {Record<string, unknown>} config of an InputLayer, without its shape */
export const checkInput = (where, config) =>
  void optionsFrom(`${where} (InputLayer ${show(config.name)})`, config, [], () => {});
