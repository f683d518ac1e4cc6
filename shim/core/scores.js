/** @import { Core } from './core.js' */

/* Sums over samples, in the order of src/loss.h's fr_scores. */
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

/** Bytes of an fr_scores. */
export const SCORE_BYTES = SCORE_FIELDS.length * 8;

/** @param {(field: typeof SCORE_FIELDS[number], index: number) => number} value @returns {Scores} */
export const scoresOf = (value) =>
  /** @type {Scores} */ (Object.fromEntries(SCORE_FIELDS.map((field, index) => [field, value(field, index)])));

export const noScores = () => scoresOf(() => 0);

/** @param {Scores} a @param {Scores} b */
export const addScores = (a, b) => scoresOf((field) => a[field] + b[field]);

/**
 * @param {Core} core
 * @param {number} address
 * @param {number} count
 * @returns {Scores[]}
 */
export function readScores(core, address, count) {
  const values = core.doubles(address, count * SCORE_FIELDS.length);
  return Array.from({ length: count }, (_, i) => scoresOf((_field, index) => values[i * SCORE_FIELDS.length + index]));
}

/**
 * @param {Core} core
 * @param {number} address
 * @param {Scores} scores
 */
export function writeScores(core, address, scores) {
  core.doubles(address, SCORE_FIELDS.length).set(SCORE_FIELDS.map((field) => scores[field]));
}
