import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { QUICK, withPage } from './page.js';

/** Faults of the browser and its machine: the page says why, and stays usable. */

const ROOT = new URL('../../', import.meta.url);

/** @param {import('./page.js').Opened} opened */
async function trains({ page }) {
  await page.loaded();
  await page.click('train-start');
  await page.trained('done');
}

test('an engine without SIMD is told what is needed', { timeout: 60_000 }, () =>
  withPage(['chromium', { query: QUICK, browser: { args: ['--js-flags=--no-enable-sse4-1 --no-enable-ssse3 --no-enable-avx'] } }], async ({ page, browser }) => {
    await browser.waitFor(() => document.getElementById('alarm')?.hidden === false);
    assert.match(await browser.evaluate(() => document.getElementById('alarm')?.textContent), /no WebAssembly SIMD; Chrome 91, Firefox 89, Safari 16\.4/);
    await page.speak('zh-Hans');
  }));

test('storage that is refused: trains, and says that nothing is kept', { timeout: 60_000 }, () =>
  withPage(['firefox', { query: QUICK, browser: { preferences: { 'network.cookie.cookieBehavior': 2 } } }], async (opened) => {
    await trains(opened);
    await opened.page.waitForState('keep-status', 'unkept');
    assert.match(await opened.page.text('keep-status'), /^Not kept: this browser gives the page no storage/);
  }));

test('each test that FAULTS.md names exists', async () => {
  const rows = [...(await readFile(new URL('tests/FAULTS.md', ROOT), 'utf8')).matchAll(/\| `([^`]+)`: `([^`]+)` \|$/gm)];
  assert.ok(rows.length > 5);
  for (const [, file, name] of rows) assert.ok((await readFile(new URL(file, ROOT), 'utf8')).includes(name), `${file}: ${name}`);
});
