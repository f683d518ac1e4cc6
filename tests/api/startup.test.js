import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/**
 * Node settles an asynchronous compilation while it waits for its background threads. A script that continued there
 * would hang about one time in four (nodejs/node issue 54918).
 */
test('a script that works hard as soon as the core is loaded comes to its end', { timeout: 180_000 }, async () => {
  const script = fileURLToPath(new URL('startup.js', import.meta.url));
  for (let run = 0; run < 15; run++) {
    const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 20_000 });
    assert.equal(stdout, 'done\n', `run ${run}`);
  }
});
