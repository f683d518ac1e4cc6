import { numberOf } from './description.js';

/** @import { Core } from './core.js' */

/** Sums over samples; src/loss.h explains them. Saved runs store them in this order. */
export const SCORE_FIELDS = /** @type {const} */ ([
  'samples',
  'loss',
  'correct',
  'rightOutputs',
  'squaredError',
  'absoluteError',
  'topK',
  'truePositives',
  'falsePositives',
  'falseNegatives',
]);

/** @typedef {Record<typeof SCORE_FIELDS[number], number>} Scores */

/** @param {(field: typeof SCORE_FIELDS[number], index: number) => number} value @returns {Scores} */
export const scoresOf = (value) =>
  /** @type {Scores} */ (Object.fromEntries(SCORE_FIELDS.map((field, index) => [field, value(field, index)])));

export const noScores = () => scoresOf(() => 0);

/** @param {Scores} a @param {Scores} b */
export const addScores = (a, b) => scoresOf((field) => a[field] + b[field]);

/** The number of doubles in an fr_scores. @param {Core} core */
const lengthOf = (core) => Object.keys(core.enums.score).length;

/** The number of bytes in an fr_scores. @param {Core} core */
export const scoreBytes = (core) => lengthOf(core) * 8;

/**
 * @param {Core} core
 * @param {number} address
 * @param {number} count
 * @returns {Scores[]}
 */
export function readScores(core, address, count) {
  const length = lengthOf(core);
  const values = core.doubles(address, count * length);
  return Array.from({ length: count }, (_, i) =>
    scoresOf((field) => values[i * length + numberOf(core, 'score', field)]),
  );
}

/**
 * @param {Core} core
 * @param {number} address
 * @param {Scores} scores
 */
export function writeScores(core, address, scores) {
  const values = core.doubles(address, lengthOf(core));
  for (const field of SCORE_FIELDS) values[numberOf(core, 'score', field)] = scores[field];
}
