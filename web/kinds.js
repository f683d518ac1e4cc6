import { ROWS } from '../shim/layers/table.js';
import { choice, flag, number, whole } from './fields.js';

/**
 * The kinds of layers that the editor offers, and the options of each, by the names that the API gives them: all out of
 * the table of layers. Those that are not in `rare` are shown first. A pair of equal numbers is one number here.
 *
 * @typedef {import('./fields.js').Field} Field
 * @typedef {import('./fields.js').Value} Value
 * @typedef {{ fields: Record<string, Field>, rare: Record<string, Field>, joins: boolean }} Kind joins: it has a second
 *   input
 *
 * @typedef {import('../shim/layers/table.js').AnyRow} Row
 * @typedef {import('../shim/layers/table.js').PageOption} PageOption
 */

const DRAWN = ['glorotUniform', 'glorotNormal', 'heUniform', 'heNormal', 'leCunUniform', 'leCunNormal'];
const CONSTANT = ['zeros', 'ones'];
const REGULARIZERS = ['none', 'l1', 'l2', 'l1l2'];
const strength = number(0.01, 0, 10); // of all regularizers of a layer

/** Of a reshaped picture: 14x14x4, where one may be -1. @type {Field} */
const targetShape = {
  initial: '-1',
  parse: (text) =>
    /^(-1|[1-9]\d{0,4})(x(-1|[1-9]\d{0,4})){0,2}$/.test(text) && text.split('-1').length < 3 ? text : undefined,
};

/** @param {unknown} first @param {readonly string[]} values */
const choiceFrom = (first, values) => choice(String(first), ...values.filter((value) => value !== first));

/** How a weight begins: first what it does where nothing is said, then what is like it. @param {string} usual */
const initializer = (usual) =>
  choiceFrom(usual, DRAWN.includes(usual) ? [...DRAWN, ...CONSTANT] : [...CONSTANT, ...DRAWN]);

/** @param {Row} row @param {string} name of an option @param {PageOption} own @returns {Field} */
function fieldOf({ options = {}, weights = [] }, name, own) {
  if (name === 'targetShape') return targetShape;
  if (name.endsWith('Regularizer')) return choice(...REGULARIZERS);
  const weight = weights.find(({ prefix }) => name === `${prefix}Initializer`);
  if (weight) return initializer(weight.initializer);
  const option = options[name];
  const { choices, low, high, isWhole, isFlag } = { ...option?.check, ...own };
  const initial = /** @type {Value} */ (own.initial === undefined ? option?.initial : (own.initial ?? undefined));
  if (isFlag) return flag(Boolean(initial));
  if (choices) return choiceFrom(initial, choices);
  return (isWhole ? whole : number)(initial, Number(low), Number(high));
}

/** @param {Row} row @returns {Kind} */
function kindOf(row) {
  const { shown = {}, rare = {} } = row.page ?? {};
  const fieldsOf = (/** @type {Record<string, PageOption>} */ options) =>
    Object.fromEntries(Object.entries(options).map(([name, own]) => [name, fieldOf(row, name, own)]));
  const isRegularized = Object.keys(rare).some((name) => name.endsWith('Regularizer'));
  return {
    fields: fieldsOf(shown),
    rare: { ...fieldsOf(rare), ...(isRegularized && { strength }) },
    joins: row.reads !== undefined,
  };
}

const OFFERED = ROWS.filter(([, { page }]) => page);

/** @type {Record<string, Kind>} */
export const KINDS = Object.fromEntries(OFFERED.map(([factory, row]) => [factory, kindOf(row)]));

/** As the page lists them. @type {Record<string, string[]>} */
export const GROUPS = Object.fromEntries(
  ['learning', 'shaping', 'between', 'varying'].map((group) => [
    group,
    OFFERED.filter(([, { page }]) => page?.group === group).map(([factory]) => factory),
  ]),
);

/** Every option of a kind. @param {string} kind @returns {Record<string, Field>} */
export const optionsOf = (kind) => ({ ...KINDS[kind].fields, ...KINDS[kind].rare });
