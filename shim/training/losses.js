import { checkChoice, checkFields, field, flag, within } from '../check.js';
import { numberOf } from '../core/description.js';

/** @import { Field } from '../check.js' */
/** @import { Description } from '../core/description.js' */

/**
 * @typedef {'sparseCategoricalCrossentropy' | 'categoricalCrossentropy' | 'binaryCrossentropy' | 'meanSquaredError' |
 *   'meanAbsoluteError'} LossName
 */
/**
 * @typedef {object} LossConfig
 * @property {LossName} name
 * @property {boolean} [fromLogits] crossentropies: default false; the outputs are the values before softmax or sigmoid
 * @property {number} [labelSmoothing] categoricalCrossentropy, binaryCrossentropy: default 0; the share of each target
 *   that is spread over all classes
 */
/**
 * @typedef {LossName | 'mse' | 'mae' | LossConfig | ((options?: any) => LossConfig)} Loss a function: one of `losses`
 */

const LOSSES = /** @type {const} */ ([
  'sparseCategoricalCrossentropy',
  'categoricalCrossentropy',
  'binaryCrossentropy',
  'meanSquaredError',
  'meanAbsoluteError',
]);
/** @type {Record<string, LossName>} */
const SHORT = { mse: 'meanSquaredError', mae: 'meanAbsoluteError' };

/** @type {Field} */
const fromLogits = field(flag, false);
/** @type {Record<string, Field>} */
const smooth = { fromLogits, labelSmoothing: field(within(0, 1), 0) };

/** @type {Record<LossName, Record<string, Field>>} */
const FIELDS = {
  sparseCategoricalCrossentropy: { fromLogits },
  categoricalCrossentropy: smooth,
  binaryCrossentropy: smooth,
  meanSquaredError: {},
  meanAbsoluteError: {},
};

/** @param {unknown} loss @returns {LossConfig} */
export function lossOf(loss) {
  const made = typeof loss === 'function' && Object.values(losses).includes(/** @type {any} */ (loss)) ? loss() : loss;
  const given = typeof made === 'object' && made !== null ? made : { name: made };
  const named = checkChoice('compile: loss', given.name, [...LOSSES, ...Object.keys(SHORT)]);
  const name = SHORT[named] ?? named;
  const { name: _, ...options } = given;
  return { name, ...checkFields(`loss ${name}`, options, FIELDS[name]) };
}

/** A loss as fr_compile (src/api.c) reads it. @param {Description} core @param {LossConfig} loss @returns {number[]} */
export const lossNumbers = (core, { name, fromLogits = false, labelSmoothing = 0 }) => [
  numberOf(core, 'loss', name),
  Number(fromLogits),
  labelSmoothing,
];

/** @param {LossName} name @returns {(options?: { fromLogits?: boolean, labelSmoothing?: number }) => LossConfig} */
const maker =
  (name) =>
  (options = {}) => {
    checkFields(`loss ${name}`, options, FIELDS[name]);
    return { name, ...options };
  };

export const losses = /** @type {Readonly<Record<LossName, ReturnType<typeof maker>>>} */ (
  Object.freeze(Object.fromEntries(LOSSES.map((name) => [name, maker(name)])))
);
