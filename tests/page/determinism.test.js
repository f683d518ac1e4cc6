import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GOLDEN_SHA256, goldenRun } from '../support/golden.js';
import { openPage, QUICK } from './page.js';

for (const name of /** @type {const} */ (['chromium', 'firefox', 'webkit'])) {
  test(`${name} trains to the same weights as Node, to the bit`, { timeout: 120_000 }, async () => {
    const { browser, close } = await openPage(name, { query: QUICK });
    try {
      await browser.waitFor('typeof globalThis.fittingRoom === "object"');
      assert.equal(await browser.evaluate(`(${goldenRun})(globalThis.fittingRoom)`), GOLDEN_SHA256);
    } finally {
      await close();
    }
  });
}
