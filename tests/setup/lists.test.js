import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { rowsOf } from '../support/keras-table.js';

/** The lists of faults, kinds of mistakes and promises name tests that exist. */

const ROOT = new URL('../../', import.meta.url);

/**
 * @param {string} file
 * @returns {Promise<string[]>} its lines; a test's name is joined to the line where the test begins
 */
async function linesOf(file) {
  const text = await readFile(new URL(file, ROOT), 'utf8');
  const joined = text.replaceAll(/\b(test\(|fault:|\{)\s+/g, '$1 ').replaceAll(/['`"] \+\s+['`"]/g, '');
  return joined.split('\n');
}

for (const [list, least] of /** @type {const} */ ([
  ['tests/FAULTS.md', 20],
  ['tests/KINDS.md', 20],
  ['.github/SECURITY.md', 12],
])) {
  test(`each row of ${list} names tests that exist`, async () => {
    const rows = rowsOf((await readFile(new URL(list, ROOT), 'utf8')).replaceAll(/\| Tests? \|$/gm, '| test |'));
    assert.ok(rows.length >= least);
    for (const { what, test: cell } of rows) {
      const named = [...cell.matchAll(/`([^`]+)`: `([^`]+)`/g)];
      assert.ok(named.length > 0, `${what} names no test`);
      for (const [, file, name] of named) {
        const lines = await linesOf(file);
        assert.ok(
          lines.some(
            (line) => /\btest\(|\bfault: |^static void /.test(line) && line.includes(name.replace(/\\'/g, "'")),
          ),
          `${file}: ${name}`,
        );
      }
    }
  });
}
