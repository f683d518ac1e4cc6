/**
 * Each hostile file is read, or refused for what is wrong with it, within one second of processor time and 200 MB of
 * memory.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HOSTILE, MOST_BYTES } from './hostile.js';
import { MOST_MB, MOST_MS } from './limits.js';

/** @import { Result } from './hostile-run.js' */

const RUNNER = fileURLToPath(new URL('hostile-run.js', import.meta.url));
const PATIENCE = 120_000; // ms until a process that has not finished is killed

/** @param {string[]} words with which the names begin @returns {Promise<Result[]>} */
async function results(words) {
  const child = spawn(process.execPath, ['--no-concurrent-recompilation', RUNNER, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  await once(child, 'close');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

const FORMATS = [...new Set(HOSTILE.map(({ name }) => name.slice(0, name.indexOf(':') + 1)))];

for (const format of FORMATS) {
  test(`hostile files, ${format.slice(0, -1)}: read or refused, soon and in little memory`, async () => {
    const expected = HOSTILE.filter(({ name }) => name.startsWith(format));
    const found = await results([format]);
    /** @type {string[]} */
    const faults = [];
    expected.forEach(({ name, refused }, i) => {
      const result = found[i];
      if (result?.name !== name) return faults.push(`${name}: it has not been dealt with`);
      const { bytes, ms, mb, said, stack } = result;
      if (bytes > MOST_BYTES) faults.push(`${name}: it has ${bytes} bytes itself`);
      if (ms > MOST_MS || mb > MOST_MB) faults.push(`${name}: it takes ${ms.toFixed()} ms and ${mb.toFixed()} MB`);
      if (stack) faults.push(`${name}: ${stack}`);
      else if (!refused !== (said === undefined) || (refused && !refused.test(String(said))))
        faults.push(`${name}: ${said ?? 'it is read'}`);
    });
    assert.deepEqual(faults, []);
    if (process.env.FUZZ_RUNS === undefined) return;
    const most = (/** @type {'ms' | 'mb'} */ what) => Math.max(...found.map((each) => each[what])).toFixed();
    console.log(
      `fuzz: hostile files, ${format.slice(0, -1)}: ${found.length} executions, at most ${most('ms')} ms and ` +
        `${most('mb')} MB each`,
    );
  });
}

test('hostile files have names of their own', () => {
  assert.equal(new Set(HOSTILE.map(({ name }) => name)).size, HOSTILE.length);
});
