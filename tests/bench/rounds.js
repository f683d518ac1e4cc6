/**
 * Each round measures everything once, and rounds follow one another, so that other load on the machine affects all
 * figures alike. The medians count.
 */
import { median } from './statistics.js';

/** @typedef {{ id: string, measure: () => Promise<number> }} Measurement */
/** @typedef {Record<string, number[]>} Results a value for each round, by id */

/**
 * @param {Measurement[]} measurements
 * @param {number} count
 * @param {(text: string) => void} say
 */
export async function runRounds(measurements, count, say) {
  /** @type {Results} */
  const results = {};
  for (let round = 1; round <= count; round++) {
    for (const { id, measure } of measurements) {
      say(`round ${round} of ${count}: ${id}`);
      (results[id] ??= []).push(await measure());
    }
  }
  return results;
}

/** @param {Results} results @returns {(id: string) => number} the median, NaN for what was not measured */
export const reader = (results) => (id) => (results[id] ? median(results[id]) : NaN);
