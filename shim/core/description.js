import { FittingRoomError } from '../check.js';
import { LIMITS } from './limits.js';

/**
 * A core's description of itself (src/describe.h).
 * @typedef {object} Description
 * @property {Record<string, Record<string, number>>} enums by the name of the enumeration: the number of each name
 * @property {Record<string, number>} limits
 * @property {Record<string, number>} doubleArguments the index of the one argument of a function that is a double
 */

/** The kind of the layer that the API calls `name`: max_pooling2d for maxPooling2d. @param {string} name */
const kindOf = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** @param {string} text as fr_describe writes it @returns {Description} */
export function descriptionOf(text) {
  /** @type {Description} */
  const described = { enums: {}, limits: {}, doubleArguments: {} };
  for (const line of text.trimEnd().split('\n')) {
    const [section, name, ...values] = line.split(' ');
    if (section === 'limit') described.limits[name] = Number(values[0]);
    else if (section === 'double') described.doubleArguments[name] = Number(values[0]);
    else {
      const names = name === 'layer' ? values.map(kindOf) : values;
      described.enums[name] = Object.fromEntries(names.map((each, number) => [each, number]));
    }
  }
  return described;
}

/**
 * @param {Pick<Description, 'limits'>} description
 * @throws if the core's limits differ from the library's
 */
export function checkLimits({ limits }) {
  for (const [name, value] of Object.entries(LIMITS))
    if (limits[name] !== value)
      throw new Error(`the core and the library are of different versions: ${name} is ${limits[name]}, not ${value}`);
}

/**
 * @param {Pick<Description, 'enums'>} core
 * @param {string} list
 * @param {string} name
 * @returns {number} its number in the core
 */
export function numberOf({ enums }, list, name) {
  if (Object.hasOwn(enums[list], name)) return enums[list][name];
  throw new FittingRoomError(`the core has no ${list} "${name}"`);
}
