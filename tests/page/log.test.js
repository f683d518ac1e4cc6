import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withPage } from './page.js';

/** The training log, as the page shows it. */

const DIVERGES =
  'data=synthetic&epochs=3&train-size=96&model=flatten,dense:64,dense:64,dense:64,dense:64' +
  '&optimizer=sgd&learning-rate=100';

test(
  'the log of a run that diverges has a dash for what is no number, in each way of logging',
  { timeout: 120_000 },
  () =>
    withPage(['chromium', { query: 'data=synthetic' }], async ({ page }) => {
      for (const log of [1, 2]) {
        await page.open(`${DIVERGES}&log=${log}`);
        await page.loaded();
        await page.click('train-start');
        await page.trained('done');
        assert.match(await page.text('log'), /loss: –/);
        assert.doesNotMatch(await page.text('log'), /nan/i);
      }
    }),
);
