import { checkChoice, checkFields, optional, rate } from '../check.js';

/** @import { Field } from '../check.js' */

/* Penalties on large weights, added to the loss: l1 Σ|w| + l2 Σw². Plain data, stored in layers. */

/**
 * @typedef {object} Factors
 * @property {number} [l1] of the sum of the weights' absolute values; default 0.01
 * @property {number} [l2] of the sum of their squares; default 0.01
 */
/** @typedef {{ name: 'l1' | 'l2' | 'l1l2' } & Factors} RegularizerConfig */
/** @typedef {RegularizerConfig['name'] | RegularizerConfig} Regularizer */

/** @type {Field} */
const factor = optional(rate);
const FIELDS = { l1: { l1: factor }, l2: { l2: factor }, l1l2: { l1: factor, l2: factor } };
const USUAL = 0.01;

/**
 * @param {string} name the option's name in messages
 * @param {unknown} value
 * @returns {Regularizer}
 */
export function checkRegularizer(name, value) {
  const given = /** @type {RegularizerConfig} */ (typeof value === 'object' && value ? value : { name: value });
  const kind = checkChoice(name, given.name, /** @type {RegularizerConfig['name'][]} */ (Object.keys(FIELDS)));
  const { name: _, ...factors } = given;
  checkFields(`${name} ${kind}`, factors, FIELDS[kind]);
  return typeof value === 'object' ? { ...given } : kind;
}

/** @param {Regularizer | undefined} regularizer @returns {[number, number]} l1, l2 */
export function factorsOf(regularizer) {
  if (!regularizer) return [0, 0];
  const given = typeof regularizer === 'object' ? regularizer : { name: regularizer };
  const { name, l1 = USUAL, l2 = USUAL } = /** @type {RegularizerConfig} */ (given);
  return [name === 'l2' ? 0 : l1, name === 'l1' ? 0 : l2];
}

/** @param {RegularizerConfig['name']} name */
const maker =
  (name) =>
  (/** @type {Factors} */ options = {}) =>
    /** @type {RegularizerConfig} */ (checkRegularizer('regularizer', { name, ...options }));

/** Penalties on large weights, which are added to the loss; a layer also takes their names as strings. */
export const regularizers = Object.freeze({
  /** l1 · Σ|w| @type {(options?: Pick<Factors, 'l1'>) => RegularizerConfig} */
  l1: maker('l1'),
  /** l2 · Σw² @type {(options?: Pick<Factors, 'l2'>) => RegularizerConfig} */
  l2: maker('l2'),
  /** l1 · Σ|w| + l2 · Σw² @type {(options?: Factors) => RegularizerConfig} */
  l1l2: maker('l1l2'),
});
