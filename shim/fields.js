import { checkBoolean, checkChoice, checkFunction, checkInteger, checkNumber, checkOptions } from './errors.js';

/**
 * How an option is checked, and what it is where it is left out; without that it is required.
 * @typedef {[check: (name: string, value: unknown) => unknown, initial?: unknown]} Field
 */

/**
 * Options checked, those that were left out filled in.
 * @param {string} what they belong to, as messages call it
 * @param {any} options
 * @param {Record<string, Field>} fields an initial value may be a function of the options
 * @param {string[]} [others] options that are known, but not looked at here
 * @returns {any}
 */
export function checkFields(what, options, fields, others = []) {
  checkOptions(what, options, [...others, ...Object.keys(fields)]);
  /** @type {Record<string, unknown>} */
  const checked = {};
  for (const [field, [check, initial]] of Object.entries(fields)) {
    const given = options[field];
    const value = given !== undefined ? given : typeof initial === 'function' ? initial(options) : initial;
    const result = check(field === what ? what : `${what}: ${field}`, value);
    if (result !== undefined) checked[field] = result;
  }
  return checked;
}

/** @param {readonly string[]} choices @returns {Field[0]} */
export const choice = (choices) => (name, value) => checkChoice(name, value, choices);

/** @param {number} low @param {number} high @returns {Field[0]} */
export const within = (low, high) => (name, value) => checkNumber(name, value, low, high);

/** @param {number} low @param {number} high @returns {Field[0]} */
export const whole = (low, high) => (name, value) => checkInteger(name, value, low, high);

/** @type {Field[0]} */
export const flag = checkBoolean;

/** Any value, which is checked elsewhere. @type {Field} */
export const unchecked = [(_, value) => value, undefined];

/** @type {Field} */
export const callable = [
  (name, value) => {
    checkFunction(name, value);
    return value;
  },
  undefined,
];

/** @param {Field[0]} check @returns {Field} a field that may be left out, and then is not there */
export const optional = (check) => [(name, value) => (value === undefined ? undefined : check(name, value)), undefined];

/** A learning rate. */
export const rate = within(0, 1e6);
