import { checkChoice, checkFields, field, flag, within } from '../check.js';
import { numberOf } from '../core/description.js';

/** @import { Field } from '../check.js' */
/** @import { Description } from '../core/description.js' */

/**
 * @typedef {'sparseCategoricalCrossentropy' | 'categoricalCrossentropy' | 'binaryCrossentropy' | 'meanSquaredError' |
 *   'meanAbsoluteError'} LossName
 */
/**
 * @typedef {object} LossOptions
 * @property {boolean} [fromLogits] crossentropies: default false; the outputs are the values before softmax or sigmoid
 * @property {number} [labelSmoothing] categoricalCrossentropy, binaryCrossentropy: default 0; the share of each target
 *   that is spread over all classes
 */
/** @typedef {{ name: LossName } & LossOptions} LossConfig */
/**
 * A function: one of `losses`.
 * @typedef {LossName | 'mse' | 'mae' | LossConfig | ((options?: LossOptions) => LossConfig)} Loss
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

/** @param {LossName} name @returns {(options?: LossOptions) => LossConfig} */
const maker =
  (name) =>
  (options = {}) => {
    checkFields(`loss ${name}`, options, FIELDS[name]);
    return { name, ...options };
  };

/**
 * @typedef {object} Losses
 * @property {(options?: Pick<LossOptions, 'fromLogits'>) => LossConfig} sparseCategoricalCrossentropy minus the
 *   logarithm of the probability of the right class. Targets: class indices, [n]; outputs: probabilities, [n, classes]
 * @property {(options?: LossOptions) => LossConfig} categoricalCrossentropy the same for one-hot or soft targets,
 *   [n, classes]
 * @property {(options?: LossOptions) => LossConfig} binaryCrossentropy of probabilities that are independent of each
 *   other, such as one output with a sigmoid. Targets: 0 … 1, in the shape of the outputs
 * @property {() => LossConfig} meanSquaredError the mean of the squared differences; 'mse' for short
 * @property {() => LossConfig} meanAbsoluteError the mean of the absolute differences; 'mae' for short
 */

/** The losses that compile accepts; it also accepts their names as strings. */
export const losses = /** @type {Readonly<Losses>} */ (
  Object.freeze(/** @type {any} */ (Object.fromEntries(LOSSES.map((name) => [name, maker(name)]))))
);
