import { show } from '../../check.js';
import { BY_CLASS } from '../../layers/table.js';
import { checkObject } from '../common.js';
import { keysOf, layerFrom as knownFrom, makeLayer, optionOf, optionsFrom } from '../entries.js';

import { initializerFrom, initializerKeys } from './initializer-classes.js';

/** @import { AnyLayer, LayerKind } from '../../layers/layer.js' */

/* Reads layers as Keras 3 serializes them, where it differs from TF.js. serialize.js writes them. */

/** Names that Keras spells differently. @type {[string, string][]} */
const SPELLINGS = [
  ['leakyRelu', 'leaky_relu'],
  ['swish', 'silu'],
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

/** Layers that are special cases of another. @type {Record<string, { class_name: string, config: object }>} */
const ALIASES = { Identity: { class_name: 'Activation', config: { activation: 'linear' } } };

/** @param {LayerKind} kind @param {Record<string, any>} config @returns {Record<string, unknown>} */
function initializersFrom(kind, config) {
  const found = initializerKeys(kind).map(({ key, usual }) => [optionOf(key), initializerFrom(usual, config[key])]);
  return Object.fromEntries(found.filter(([, initializer]) => initializer));
}

/**
 * @param {string} where
 * @param {Record<string, any>} entry
 * @param {number[]} [inputShape] for the first layer of a stack
 * @returns {AnyLayer}
 */
export function layerFrom(where, entry, inputShape) {
  const { class_name: className } = entry;
  const given = checkObject(`${where}: config`, entry.config);
  const row = BY_CLASS.get(className);
  if (row?.augments) {
    const place = `${where} (${className} ${show(given.name)})`;
    const options = optionsFrom(place, given, keysOf(row), (_, value) => fromKeras(value));
    return makeLayer(place, row.factory, { name: given.name, ...(inputShape && { inputShape }), ...options });
  }
  const alias = Object.hasOwn(ALIASES, className) ? ALIASES[className] : undefined;
  const known = { ...entry, ...alias, config: { ...translated(className, given), ...alias?.config } };
  return knownFrom(where, known, inputShape, row && initializersFrom(row.kind, given));
}
