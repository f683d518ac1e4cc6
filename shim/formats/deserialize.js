import { show } from '../check.js';
import { BY_CLASS } from '../layers/table.js';
import { keysOf, layerFrom as knownFrom, makeLayer, optionOf, optionsFrom } from './entries.js';

import { initializerFrom, initializerKeys } from './initializer-classes.js';

/** @import { AnyLayer, LayerKind } from '../layers/layer.js' */

/* Reads layers as all versions of Keras, and TF.js, serialize them. */

/** Names that Keras spells differently. @type {[string, string][]} */
const SPELLINGS = [
  ['leakyRelu', 'leaky_relu'],
  ['swish', 'silu'],
  ['hardSwish', 'hard_silu'],
  ['hardSwish', 'hard_swish'],
  ['logSoftmax', 'log_softmax'],
  ['horizontalAndVertical', 'horizontal_and_vertical'],
];

/** @param {unknown} value */
export const toKeras = (value) => SPELLINGS.find(([ours]) => ours === value)?.[1] ?? value ?? null;
/** @param {unknown} value */
const fromKeras = (value) => SPELLINGS.find(([, theirs]) => theirs === value)?.[0] ?? value;

/** A function, given by its name. @param {any} value */
const functionName = (value) => fromKeras(value?.class_name === 'function' ? value.config : value);

/** Translates what TF.js does not have into its terms. @param {string} className @param {Record<string, any>} config */
function translated(className, { activation, negative_slope: slope, ...config }) {
  return {
    ...config,
    ...(activation !== undefined && { activation: functionName(activation) }),
    ...(slope !== undefined && { [className === 'LeakyReLU' ? 'alpha' : 'negative_slope']: slope }),
  };
}

/** @param {LayerKind} kind @param {Record<string, any>} config @returns {Record<string, unknown>} */
function initializersFrom(kind, config) {
  const found = initializerKeys(kind).map(({ key, usual }) => [optionOf(key), initializerFrom(usual, config[key])]);
  return Object.fromEntries(found.filter(([, initializer]) => initializer));
}

/**
 * @param {string} where
 * @param {{ class_name: string, config: Record<string, any> }} entry
 * @returns {AnyLayer}
 */
export function layerFrom(where, { class_name: className, config }) {
  const row = BY_CLASS.get(className);
  if (row?.augments) {
    const place = `${where} (${className} ${show(config.name)})`;
    const options = optionsFrom(place, config, keysOf(row), (_, value) => fromKeras(value));
    return makeLayer(place, row.factory, { name: config.name, ...options });
  }
  const known = { class_name: className, config: translated(className, config) };
  return knownFrom(where, known, row && initializersFrom(row.kind, config));
}
