import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drop, hook, withPage } from './page.js';

/** How the page reports failures of the API. */

const DIVERGES =
  'data=synthetic&epochs=1&train-size=96&model=flatten,dense:64,dense:64,dense:64,dense:64' +
  '&optimizer=sgd&learning-rate=100';

/** Models whose files lack something that they need. */
const ODD = [
  {},
  { modelTopology: null },
  { modelTopology: { class_name: 'Sequential', config: null } },
  { modelTopology: { class_name: 'Sequential', config: { layers: [null] } } },
];

test('what is missing, or no number, is told in words that are not a program’s', { timeout: 120_000 }, () =>
  withPage(['chromium', { query: DIVERGES }], async ({ browser, page }) => {
    /** @param {RegExp} wanted */
    const says = async (wanted) => {
      const text = await browser.waitFor(
        (/** @type {string} */ selector, /** @type {string} */ part) => {
          const text = document.querySelector(selector)?.textContent ?? '';
          return new RegExp(part).test(text) && text;
        },
        { args: [hook('keep-message'), wanted.source] },
      );
      assert.doesNotMatch(text, /undefined|null|NaN|object O/);
    };
    await page.loaded();
    for (const odd of ODD) {
      await drop(browser, { name: 'model.json', type: 'application/json', bytes: Buffer.from(JSON.stringify(odd)) });
      await says(/This failed/);
      await browser.evaluate(
        (/** @type {string} */ selector) => document.querySelector(selector)?.replaceChildren(),
        hook('keep-message'),
      );
    }
    await page.click('train-start');
    await page.trained('done');
    await page.choose('export-dtype', 'int8');
    await page.click('export-model');
    await says(/number 0 is no number; int8 holds .* save as float32/);
  }),
);
