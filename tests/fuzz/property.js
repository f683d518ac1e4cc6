/**
 * Fuzzing of the parsers written in JavaScript. `make fuzz` sets FUZZ_RUNS and FUZZ_SEED in the environment: then all
 * parsers together run that many times, and the number of runs of each is printed. A failure prints the smallest input
 * that fails. No input may exceed the time and memory in limits.js.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { MOST_MB, MOST_MS, measured, peak, resident } from './limits.js';

const FUZZING = process.env.FUZZ_RUNS !== undefined;
const RUNS = Number(process.env.FUZZ_RUNS ?? 20000);
const SEED = Number(process.env.FUZZ_SEED ?? 1);

/** Ends the process if an input never finishes, which a timer inside the process could not do. */
const WATCH = `
  const { parentPort, workerData: begun } = require('node:worker_threads');
  let [property, seen, still] = ['', 0, 0];
  parentPort.on('message', (name) => { property = name; });
  setInterval(() => {
    still = begun[0] === seen ? still + 1 : 0;
    seen = begun[0];
    if (still < 60) return;
    require('node:fs').writeSync(2, 'fuzz: ' + property + ': an input takes more than a minute, run ' + seen + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }, 1000);
`;
/** The total number of runs begun. */
const begun = new Int32Array(new SharedArrayBuffer(4));
const watch = FUZZING ? new Worker(WATCH, { eval: true, workerData: begun }) : undefined;
watch?.unref();

/**
 * @template T
 * @param {string} parser
 * @param {number} percent of all runs
 * @param {fc.Arbitrary<T>} inputs
 * @param {(input: T) => unknown} holds throws or rejects if an input is not handled correctly
 * @param {{ before?: () => unknown, after?: (runs: number) => unknown }} [around]
 */
export function fuzz(parser, percent, inputs, holds, { before, after } = {}) {
  test(`${parser}: any input is read, or refused with a reason`, async () => {
    let runs = 0;
    let longest = 0;
    const timed = async (/** @type {T} */ input) => {
      begun[0]++;
      const start = performance.now();
      await holds(input);
      runs++;
      return performance.now() - start;
    };
    let most = Infinity;
    let largest = 0;
    const property = fc.asyncProperty(inputs, async (input) => {
      let time = await timed(input);
      if (FUZZING && (time > MOST_MS || peak() > most)) {
        // Another program may have used the processor, or memory may be waiting to be collected.
        const { ms, mb } = await measured(() => holds(input));
        assert.ok(ms <= MOST_MS && mb <= MOST_MB, `${ms} ms, ${mb} MB`);
        time = ms;
        largest = Math.max(largest, mb);
      }
      longest = Math.max(longest, time);
    });
    watch?.postMessage(parser);
    await before?.();
    if (FUZZING) most = resident() + MOST_MB;
    await fc.assert(property, { seed: SEED, numRuns: Math.ceil((RUNS * percent) / 100), includeErrorInReport: true });
    await after?.(runs);
    if (FUZZING)
      console.log(
        `fuzz: ${parser}: ${runs} executions, seed ${SEED}, at most ${longest.toFixed()} ms and ` +
          `${largest ? largest.toFixed() : `less than ${MOST_MB}`} MB each`,
      );
  });
}

/** Unusual values that JSON or a caller can contain. */
export const awkward = fc.constantFrom(
  0,
  -1,
  0.5,
  1e308,
  2 ** 26,
  2 ** 31,
  2 ** 53,
  65536,
  '',
  '__proto__',
  'constructor',
  'toString',
  [],
  {},
  [[[[]]]],
  null,
  true,
  { toString: 1 },
  { constructor: { name: { toString: 1 } } },
  { length: -1 },
  { length: 2 ** 32 },
);
