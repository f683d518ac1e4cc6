/**
 * Runs test files that open browsers, one per processor at a time, at most four:
 * node tests/support/run.js [--first FILE,FILE…] [--alone FILE,FILE…] FILE…
 *
 * Each file runs once. Those named by --first take long and begin before the others. Those named by --alone measure
 * time, and run after the others, one by one.
 */
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative, resolve } from 'node:path';
import { run } from 'node:test';
import { spec, tap } from 'node:test/reporters';
import { parseArgs } from 'node:util';

const TIMEOUT = 600_000; // ms, of a file
const AT_ONCE = Math.max(1, Math.min(availableParallelism(), 4));

const { values, positionals } = parseArgs({
  options: { first: { type: 'string', default: '' }, alone: { type: 'string', default: '' } },
  allowPositionals: true,
});

/** @param {string[]} files @param {number} concurrency @returns {Promise<string[]>} those that failed */
function runAll(files, concurrency) {
  if (files.length === 0) return Promise.resolve([]);
  /** @type {Set<string>} */
  const failed = new Set();
  const events = run({ files, concurrency, timeout: TIMEOUT });
  events.on('test:fail', ({ file }) => failed.add(/** @type {string} */ (file)));
  return new Promise((done, fail) => {
    const report = process.stdout.isTTY ? events.compose(new spec()) : events.compose(tap);
    report.on('end', () => done([...failed]));
    report.on('error', fail);
    report.pipe(process.stdout, { end: false });
  });
}

/** @param {string} list */
const filesOf = (list) =>
  list
    .split(',')
    .filter(Boolean)
    .map((file) => resolve(file));

const [first, alone] = [filesOf(values.first), filesOf(values.alone)];
// Those that take long, then the largest, so that none of them is left for the end.
const together = positionals
  .map((file) => resolve(file))
  .filter((file) => !alone.includes(file))
  .sort((a, b) => Number(first.includes(b)) - Number(first.includes(a)) || statSync(b).size - statSync(a).size);

const failed = [...(await runAll(together, AT_ONCE)), ...(await runAll(alone, 1))];
if (failed.length > 0) console.error(`Failed: ${failed.map((file) => relative('', file)).join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;
