import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The examples of shim/README.md, as somebody who copies them would run them. */

const readme = new URL('../../shim/README.md', import.meta.url);
/** Within the package, so that its name leads to it. */
const folder = new URL('../../build/readme/', import.meta.url);

test('the code of the first hour runs from its first line to its last', { timeout: 120_000 }, async () => {
  const [, section] = /\n## The first hour\n([^]*?)\n## /.exec(await readFile(readme, 'utf8')) ?? [];
  const blocks = [...(section ?? '').matchAll(/```js\n([^]*?)```/g)].map(([, code]) => code);
  assert.ok(blocks.length >= 5, `${blocks.length} blocks`);
  await mkdir(folder, { recursive: true });
  const file = new URL('first-hour.mjs', folder);
  await writeFile(file, blocks.join('\n'));
  try {
    const node = [process.execPath, ['--no-concurrent-recompilation', fileURLToPath(file)]];
    const { stdout, stderr } = await promisify(execFile)(.../** @type {[string, string[]]} */ (node));
    assert.equal(stderr, '');
    const lines = stdout.trimEnd().split('\n');
    assert.equal(lines[0], 'down');
    assert.match(lines[1], /^0 [\d.]+ [\d.]+$/);
    assert.equal(lines[lines.length - 1], '[ 2, 3 ]');
  } finally {
    await rm(folder, { recursive: true });
  }
});
