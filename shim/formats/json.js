import { show } from '../check.js';
import { checkSize, parseJson, refusal } from './fit/format.js';
import { MAX_LENGTH } from '../layers/layer.js';

/** Checks of what JSON in a file holds. `where` names the place, as messages begin. */

const MAX_RANK = 8;

/** @param {string} where @param {unknown} value @returns {Record<string, any>} */
export function checkObject(where, value) {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw refusal(`${where} must be an object, got ${show(value)}`);
}

/** @param {string} where @param {unknown} value @param {number} most @returns {any[]} */
export function checkList(where, value, most) {
  if (Array.isArray(value) && value.length <= most) return value;
  throw refusal(
    `${where} must be an array of at most ${most}, got ${Array.isArray(value) ? value.length : show(value)}`,
  );
}

/** @param {string} where @param {unknown} value @returns {string} */
export function checkText(where, value) {
  if (typeof value === 'string') return value;
  throw refusal(`${where} must be a string, got ${show(value)}`);
}

/** @param {string} where @param {unknown} value @returns {number[]} */
export function checkShape(where, value) {
  const shape = checkList(where, value, MAX_RANK);
  if (shape.every((length) => Number.isInteger(length) && length >= 1 && length <= MAX_LENGTH)) return shape;
  throw refusal(`${where} must be lengths of 1..${MAX_LENGTH}, got ${show(shape)}`);
}

/** @param {Uint8Array} bytes @param {string} what they are @param {number} most bytes */
export function objectFrom(bytes, what, most) {
  checkSize(`${what}: `, bytes.length, most);
  return checkObject(what, parseJson(bytes, what));
}
