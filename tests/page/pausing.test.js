import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { followTrainers } from '../support/trainers.js';
import { hook, withPage } from './page.js';

/** Pause, pressed while the run is ending by itself or because of Stop. */

/** @typedef {import('puppeteer-core').Page} Tab */

const QUERY = 'data=synthetic&epochs=1&train-size=100&model=flatten';

/**
 * Presses Pause after the page has received the end of the run and before it handles it; runs in the page.
 * @param {string} pause
 */
function pauseAtTheEnd(pause) {
  const button = /** @type {HTMLElement} */ (document.querySelector(pause));
  Object.assign(globalThis, { onResult: (/** @type {any} */ value) => value?.ended && button.click() });
}

for (const name of inBrowsers('any')) {
  describe(`pausing in ${name}`, { timeout: 120_000 }, () => {
    test('Pause that crosses the end of the run does not hold up the next one', () =>
      withPage(
        [name, { query: QUERY, prepare: ({ page }) => followTrainers(/** @type {Tab} */ (page)) }],
        async ({ browser, page }) => {
          await page.loaded();
          await browser.evaluate(pauseAtTheEnd, hook('train-pause'));
          for (let run = 0; run < 2; run++) {
            await page.click('train-start');
            await page.trained('done', 20_000);
          }
          assert.deepEqual(browser.errors, []);
        },
      ));

    test('Pause after Stop pauses nothing', () =>
      withPage([name, { query: QUERY.replace('epochs=1', 'epochs=1000') }], async ({ browser, page }) => {
        await page.loaded();
        await page.click('train-start');
        const states = await browser.evaluate(
          (/** @type {string[]} */ ...selectors) => {
            const [stop, pause, status] = selectors.map(
              (selector) => /** @type {HTMLElement} */ (document.querySelector(selector)),
            );
            return [stop, pause].map((button) => (button.click(), status.dataset.state));
          },
          ...['train-stop', 'train-pause', 'train-status'].map(hook),
        );
        assert.deepEqual(states, ['training', 'training']);
        await page.trained('idle', 20_000);
      }));
  });
}
