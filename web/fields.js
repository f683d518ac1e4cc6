/**
 * What one setting may be: how it reads in an address, and what it is when nobody says. `parse` gives undefined for
 * what cannot be.
 *
 * @typedef {object} Field
 * @property {any} initial undefined: it may be left out
 * @property {(text: string) => any} parse
 * @property {string[]} [values] to choose from
 * @property {number} [min]
 * @property {number} [max]
 * @property {boolean} [whole]
 * @property {boolean} [flag] yes or no
 */

/** @param {any} initial @param {number} min @param {number} max @param {boolean} [whole] @returns {Field} */
export function number(initial, min, max, whole = false) {
  /** @param {string} text */
  const parse = (text) => {
    const value = text.trim() === '' ? NaN : Number(text) + 0; // which makes 0 of -0
    return value >= min && value <= max && (!whole || Number.isInteger(value)) ? value : undefined;
  };
  return { initial, parse, min, max, whole };
}

/** @param {any} initial @param {number} min @param {number} max */
export const whole = (initial, min, max) => number(initial, min, max, true);

/** @param {string[]} values the first one is the initial one @returns {Field} */
export const choice = (...values) => ({
  initial: values[0],
  values,
  parse: (text) => (values.includes(text) ? text : undefined),
});

/** @param {boolean} initial @returns {Field} */
export const flag = (initial) => ({ initial, flag: true, parse: (text) => (/^[01]$/.test(text) ? text === '1' : undefined) });

/** A value as an address spells it. @param {any} value */
export const spelt = (value) => String(typeof value === 'boolean' ? Number(value) : value);
