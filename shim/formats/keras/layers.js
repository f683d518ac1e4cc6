import { show } from '../../errors.js';
import { inFile } from '../../files/topology.js';
import { layers } from '../../layers.js';
import { checkObject } from '../json.js';
import { checkFixed, entryOf, layerFrom as knownFrom, optionOf } from '../tfjs/layers.js';

/** @import { BuiltLayer } from '../../building.js' */
/** @import { AnyLayer } from '../../layer.js' */

/** Layers as Keras 3 serializes them, where that is not as TF.js does. */

/** @typedef {{ module: string, class_name: string, config: Record<string, any>, registered_name: null, build_config?: object }} Serialized */

const FILLED = ['fill_mode', 'interpolation', 'fill_value', 'seed'];

/** The layers that augment: what is taken over of each one's configuration, both ways. @type {Record<string, string[]>} */
const RANDOM = {
  RandomFlip: ['mode', 'seed'],
  RandomTranslation: ['height_factor', 'width_factor', ...FILLED],
  RandomRotation: ['factor', ...FILLED],
  RandomZoom: ['height_factor', 'width_factor', ...FILLED],
  RandomContrast: ['factor', 'value_range', 'seed'],
  RandomErasing: ['factor', 'scale', 'fill_value', 'value_range', 'seed'],
};
const OWN_KEYS = ['name', 'trainable', 'dtype'];

/** Whose names Keras spells in another way. @type {[string, string][]} */
const SPELLINGS = [['leakyRelu', 'leaky_relu'], ['horizontalAndVertical', 'horizontal_and_vertical']];

/** @param {unknown} value */
const toKeras = (value) => SPELLINGS.find(([ours]) => ours === value)?.[1] ?? value ?? null;
/** @param {unknown} value */
const fromKeras = (value) => SPELLINGS.find(([, theirs]) => theirs === value)?.[0] ?? value;

/** @param {string} module @param {string} className @param {Record<string, any>} config @returns {Serialized} */
export const serialized = (module, className, config) => ({ module, class_name: className, config, registered_name: null });

/** @param {BuiltLayer['config']} config @param {string} name @returns {{ class_name: string, config: Record<string, any> }} */
function randomEntry(config, name) {
  const className = /** @type {string} */ (Object.keys(RANDOM).find((known) => known.toLowerCase() === config.kind.replaceAll('_', '')));
  const options = RANDOM[className].map((key) => [key, config[/** @type {keyof typeof config} */ (optionOf(key))] ?? null]);
  return { class_name: className, config: { name, trainable: true, ...Object.fromEntries(options) } };
}

/** @param {[string, any]} field @returns {[string, any]} */
function spelled([key, value]) {
  if (key === 'alpha') return ['negative_slope', value];
  if (key.endsWith('_regularizer') && value) return [key, serialized('keras.regularizers', value.class_name, value.config)];
  return [key, toKeras(value)];
}

/** @param {BuiltLayer} layer @param {string} name @param {(number | null)[]} inputShape with the batch @returns {Serialized} */
export function serializedLayer({ kind, config, outputShape }, name, inputShape) {
  const target = /** @type {number[]} */ (outputShape.slice(1));
  const entry = kind.startsWith('random_') ? randomEntry(config, name) : entryOf(kind === 'reshape' ? { kind, targetShape: target } : config, name);
  const fields = Object.entries(entry.config).map(spelled);
  const made = serialized('keras.layers', entry.class_name, { dtype: 'float32', ...Object.fromEntries(fields) });
  return { ...made, build_config: { input_shape: inputShape } };
}

/** A function by its name. @param {any} value */
const functionName = (value) => fromKeras(value?.class_name === 'function' ? value.config : value);

/** What TF.js does not know, as it does. @param {string} className @param {Record<string, any>} given */
function translated(className, { negative_slope: slope, synchronized, quantization_config: quantization, ...config }) {
  const isLeaky = className === 'LeakyReLU';
  return {
    ...config,
    ...(config.activation && { activation: functionName(config.activation) }),
    ...(slope !== undefined && { [isLeaky ? 'alpha' : 'negative_slope']: slope }),
    ...(synchronized && { synchronized }),
    ...(quantization && { quantization_config: quantization }),
  };
}

/** @param {string} where @param {string} className @param {Record<string, any>} given @param {number[]} [inputShape] @returns {AnyLayer} */
function randomFrom(where, className, given, inputShape) {
  const place = `${where} (${className} ${show(given.name)})`;
  /** @type {Record<string, unknown>} */
  const options = { name: given.name, ...(inputShape && { inputShape }) };
  for (const [key, value] of Object.entries(given)) {
    if (value === null || OWN_KEYS.includes(key)) continue;
    if (RANDOM[className].includes(key)) options[optionOf(key)] = fromKeras(value);
    else checkFixed(place, key, value);
  }
  const maker = Object.entries(layers).find(([name]) => name.toLowerCase() === className.toLowerCase())?.[1];
  return inFile(`${place}: `, () => /** @type {(options: any) => AnyLayer} */ (maker)(options));
}

/** @param {string} where @param {Record<string, any>} entry @param {number[]} [inputShape] of a stack's first @returns {AnyLayer} */
export function layerFrom(where, entry, inputShape) {
  const { class_name: className } = entry;
  const given = checkObject(`${where}: config`, entry.config);
  if (Object.hasOwn(RANDOM, className)) return randomFrom(where, className, given, inputShape);
  return knownFrom(where, { ...entry, config: translated(className, given) }, inputShape);
}
