/**
 * What values one setting may have, how an address spells them, and its initial value.
 *
 * @typedef {string | number | boolean | undefined} Value
 * @typedef {object} Field
 * @property {Value} initial undefined: it may be left out
 * @property {(text: string) => Value} parse undefined for a text that is not valid
 * @property {string[]} [values] to choose from
 * @property {number} [min]
 * @property {number} [max]
 * @property {boolean} [whole]
 * @property {boolean} [flag] yes or no
 */

/** A number as people and addresses write it. */
const NUMBER = /^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i;
/** A comma that may separate thousands or decimals. */
const GROUPED = /^[+-]?[1-9]\d{0,2}(,\d{3})+$/;

/** In the digits and signs of programs: keyboards for Chinese write others. @param {string} text */
const plainOf = (text) => text.normalize('NFKC').trim().replace('\u2212', '-');

/**
 * Reads a number with a decimal point or a decimal comma. `1,000` could be meant either way, so it is none.
 * @param {string} text @returns {number} NaN for what is no number
 */
export function numberOf(text) {
  const plain = plainOf(text);
  return NUMBER.test(plain) && !GROUPED.test(plain) ? Number(plain.replace(',', '.')) + 0 : NaN; // + 0 makes 0 of -0
}

/**
 * @param {Value} initial
 * @param {number} min
 * @param {number} max
 * @param {boolean} [whole]
 * @returns {Field}
 */
export function number(initial, min, max, whole = false) {
  /** @param {string} text */
  const parse = (text) => {
    const value = numberOf(text);
    // 1.000 and 1,000 are a thousand to some and one to others
    if (whole && /[.,]/.test(plainOf(text))) return undefined;
    return value >= min && value <= max && (!whole || Number.isInteger(value)) ? value : undefined;
  };
  return { initial, parse, min, max, whole };
}

/** @param {Value} initial @param {number} min @param {number} max */
export const whole = (initial, min, max) => number(initial, min, max, true);

/** @param {string[]} values the first one is the initial one @returns {Field} */
export const choice = (...values) => ({
  initial: values[0],
  values,
  parse: (text) => (values.includes(text) ? text : undefined),
});

/** @param {RegExp} others values that are known only later @param {string[]} values @returns {Field} */
export const choiceOr = (others, ...values) => ({
  ...choice(...values),
  parse: (text) => (values.includes(text) || others.test(text) ? text : undefined),
});

/** @param {boolean} initial @returns {Field} */
export const flag = (initial) => ({
  initial,
  flag: true,
  parse: (text) => (/^[01]$/.test(text) ? text === '1' : undefined),
});

/** A value as an address spells it. @param {Value} value */
export const spelt = (value) => String(typeof value === 'boolean' ? Number(value) : value);
