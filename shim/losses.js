import { FittingRoomError, checkBoolean, checkChoice, checkNumber, checkOptions } from './errors.js';

/** @typedef {'sparseCategoricalCrossentropy' | 'categoricalCrossentropy' | 'binaryCrossentropy' | 'meanSquaredError' | 'meanAbsoluteError'} LossName */
/**
 * @typedef {object} LossConfig
 * @property {LossName} name
 * @property {boolean} [fromLogits] crossentropies: false; the outputs are sums before softmax or sigmoid
 * @property {number} [labelSmoothing] categoricalCrossentropy, binaryCrossentropy: 0; the share of each target that is spread over all
 */
/** @typedef {LossName | 'mse' | 'mae' | LossConfig | ((options?: any) => LossConfig)} Loss a function: one of `losses` itself */

/* The order of the enumeration in src/loss.h. */
const LOSSES = /** @type {const} */ ([
  'sparseCategoricalCrossentropy', 'categoricalCrossentropy', 'binaryCrossentropy', 'meanSquaredError', 'meanAbsoluteError',
]);
/** @type {Record<string, LossName>} */
const SHORT = { mse: 'meanSquaredError', mae: 'meanAbsoluteError' };

/** @type {Record<LossName, string[]>} */
const OPTIONS = {
  sparseCategoricalCrossentropy: ['fromLogits'],
  categoricalCrossentropy: ['fromLogits', 'labelSmoothing'],
  binaryCrossentropy: ['fromLogits', 'labelSmoothing'],
  meanSquaredError: [],
  meanAbsoluteError: [],
};

/** @param {unknown} loss @returns {Required<LossConfig>} */
export function lossOf(loss) {
  const made = typeof loss === 'function' && Object.values(losses).includes(/** @type {any} */ (loss)) ? loss() : loss;
  const given = typeof made === 'object' && made !== null ? made : { name: made };
  const named = checkChoice('compile: loss', given.name, [...LOSSES, ...Object.keys(SHORT)]);
  const name = SHORT[named] ?? named;
  const { name: _, ...options } = given;
  return { name, ...checkLossOptions(name, options) };
}

/** @param {LossName} name @param {{ fromLogits?: boolean, labelSmoothing?: number }} options */
function checkLossOptions(name, options) {
  checkOptions(`loss ${name}`, options, OPTIONS[name]);
  const { fromLogits = false, labelSmoothing = 0 } = options;
  checkBoolean(`loss ${name}: fromLogits`, fromLogits);
  checkNumber(`loss ${name}: labelSmoothing`, labelSmoothing, 0, 1);
  return { fromLogits, labelSmoothing };
}

/** As fr_compile (src/api.c) reads it. @param {Required<LossConfig>} loss @returns {number[]} */
export const lossNumbers = ({ name, fromLogits, labelSmoothing }) => [LOSSES.indexOf(name), Number(fromLogits), labelSmoothing];

/** @param {LossName} name @returns {(options?: { fromLogits?: boolean, labelSmoothing?: number }) => LossConfig} */
const maker = (name) => (options = {}) => {
  checkLossOptions(name, options);
  return { name, ...options };
};

export const losses = Object.freeze({
  sparseCategoricalCrossentropy: maker('sparseCategoricalCrossentropy'),
  categoricalCrossentropy: maker('categoricalCrossentropy'),
  binaryCrossentropy: maker('binaryCrossentropy'),
  meanSquaredError: maker('meanSquaredError'),
  meanAbsoluteError: maker('meanAbsoluteError'),
});
