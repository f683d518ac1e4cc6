/**
 * Runs test files that open browsers, one for every two processors at a time: node tests/support/run.js [--alone
 * FILE,FILE…] FILE…
 *
 * Browsers that share a machine may wait for each other longer than a test does. Files that fail are therefore run once
 * more, one
 * by one, and what fails then has failed; the end says which files needed it. Those named by --alone never share the
 * machine.
 */
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative, resolve } from 'node:path';
import { run } from 'node:test';
import { spec, tap } from 'node:test/reporters';
import { parseArgs } from 'node:util';

const TIMEOUT = 600_000; // ms, of a file
// each has a browser, and it threads of its own
const AT_ONCE = Math.max(1, Math.min(Math.floor(availableParallelism() / 2), 4));

const { values, positionals } = parseArgs({
  options: { alone: { type: 'string', default: '' } },
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

/** @param {string[]} files */
const names = (files) => files.map((file) => relative('', file)).join(', ');

const alone = values.alone
  .split(',')
  .filter(Boolean)
  .map((file) => resolve(file));
// The largest first, so that none of them is left over at the end.
const together = positionals
  .map((file) => resolve(file))
  .filter((file) => !alone.includes(file))
  .sort((a, b) => statSync(b).size - statSync(a).size);

const unsteady = [...(await runAll(together, AT_ONCE)), ...(await runAll(alone, 1))];
const failed = await runAll(unsteady, 1);
if (unsteady.length > 0) console.log(`# Run once more, alone: ${names(unsteady)}`);
if (failed.length > 0) console.error(`Failed twice: ${names(failed)}`);
process.exitCode = failed.length > 0 ? 1 : 0;
