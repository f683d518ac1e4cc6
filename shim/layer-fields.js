import { FittingRoomError, checkBoolean, checkChoice, checkInteger, checkNumber, checkOptions, show } from './errors.js';
import { Layer } from './layer.js';

/** @import { AnyLayer, Common, LayerKind } from './layer.js' */

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
