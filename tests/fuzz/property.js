/**
 * Fuzzing of the parsers that are written in JavaScript. FUZZ_RUNS and FUZZ_SEED in the environment, which `make fuzz` sets, run all
 * of them that often together and print how often each ran; a failure prints the smallest input that fails.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

const FUZZING = process.env.FUZZ_RUNS !== undefined;
const RUNS = Number(process.env.FUZZ_RUNS ?? 6000);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const LONGEST = 1000; // ms an input may take

/**
 * @template T
 * @param {string} parser
 * @param {number} percent of all runs
 * @param {fc.Arbitrary<T>} inputs
 * @param {(input: T) => unknown} holds throws or rejects where an input is not dealt with as it should be
 * @param {{ before?: () => unknown, after?: (runs: number) => unknown }} [around]
 */
export function fuzz(parser, percent, inputs, holds, { before, after } = {}) {
  test(`${parser}: any input is read, or refused with a reason`, async () => {
    let runs = 0;
    let longest = 0;
    const timed = async (/** @type {T} */ input) => {
      const start = performance.now();
      await holds(input);
      runs++;
      return performance.now() - start;
    };
    const property = fc.asyncProperty(inputs, async (input) => {
      let time = await timed(input);
      if (time > LONGEST) time = await timed(input); // the machine may have been busy with something else
      if (FUZZING) assert.ok(time <= LONGEST, `${time} ms`);
      longest = Math.max(longest, time);
    });
    await before?.();
    await fc.assert(property, { seed: SEED, numRuns: Math.ceil((RUNS * percent) / 100), includeErrorInReport: true });
    await after?.(runs);
    if (FUZZING) console.log(`fuzz: ${parser}: ${runs} executions, seed ${SEED}, at most ${longest.toFixed()} ms each`);
  });
}

/** Values that JSON or a caller can hold and that are seldom expected. */
export const awkward = fc.constantFrom(
  0, -1, 0.5, 1e308, 2 ** 26, 2 ** 31, 2 ** 53, 65536, '', '__proto__', 'constructor', 'toString', [], {}, [[[[]]]], null, true, { toString: 1 },
  { constructor: { name: { toString: 1 } } }, { length: -1 }, { length: 2 ** 32 },
);
