import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as api from '../../shim/index.js';
import { GOLDEN_RUNS, GOLDEN_SHA256, TWO_HUNDRED_STEPS, hashOfWeights } from '../support/golden.js';
import { openPage, QUICK } from './page.js';

/** @type {Record<import('./page.js').BrowserName, number[]>} the thread counts to test in each */
const THREADS = { chromium: [1, 2], firefox: [1, 2], webkit: [1] };

describe('the same weights as in Node, to the bit', { timeout: 300_000 }, () => {
  /** @type {string} */
  let expected;

  before(async () => {
    expected = await hashOfWeights(api, TWO_HUNDRED_STEPS, { deterministic: true, threads: 1 });
  });

  for (const [name, all] of Object.entries(THREADS)) {
    test(name, { timeout: 120_000 }, async () => {
      const { browser, close } = await openPage(/** @type {import('./page.js').BrowserName} */ (name), {
        query: QUICK,
      });
      const run = (/** @type {object} */ runs, /** @type {number} */ threads) =>
        browser.evaluate(
          `(${hashOfWeights})(globalThis.fittingRoom, ${JSON.stringify(runs)}, { deterministic: true, threads: ` +
            `${threads} })`,
        );
      try {
        await browser.waitFor('typeof globalThis.fittingRoom === "object"');
        for (const threads of all) {
          const core =
            `fittingRoom.loadCore({ deterministic: true, threads: ${threads} }).then(({ build, threads }) => ` +
            '[build, threads])';
          assert.deepEqual(await browser.evaluate(core), [threads > 1 ? 'simd-mt' : 'simd', threads]);
          assert.equal(await run(GOLDEN_RUNS, threads), GOLDEN_SHA256, `golden run, ${threads} threads`);
          assert.equal(await run(TWO_HUNDRED_STEPS, threads), expected, `200 steps, ${threads} threads`);
        }
      } finally {
        await close();
      }
    });
  }
});
