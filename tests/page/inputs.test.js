import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { ENDLESS, hook, openPage, withPage } from './page.js';

/**
 * Typing and pressing keys on the built page: nothing is misread or done twice, and the focus follows the user's
 * attention.
 */

/** @typedef {import('./page.js').Opened} Opened */

for (const name of inBrowsers('any')) {
  describe(`what is typed in ${name}`, { timeout: 120_000 }, () => {
    /** @type {Opened} */
    let opened;

    before(async () => {
      opened = await openPage(name, {
        query: 'data=synthetic&epochs=2&train-size=500&learning-rate=abc&momentum=NaN&dropout=x',
        // WebKit's limit; the built page must stay below it in every browser.
        prepare: async ({ page }) =>
          void (await page?.evaluateOnNewDocument(() => {
            const replace = history.replaceState;
            let left = 100;
            Object.assign(globalThis, { changes: 0 });
            history.replaceState = function (...args) {
              if (left-- <= 0)
                throw new DOMException(
                  'Attempt to use history.replaceState() more than 100 times per 30 seconds',
                  'SecurityError',
                );
              /** @type {any} */ (globalThis).changes++;
              setTimeout(() => left++, 30_000);
              return replace.apply(this, args);
            };
          })),
      });
      await opened.page.loaded();
    });
    after(() => opened?.close());

    /** @param {string} testid */
    const invalid = (testid) =>
      opened.browser.evaluate(
        (/** @type {string} */ selector) => document.querySelector(selector)?.getAttribute('aria-invalid') === 'true',
        hook(testid),
      );
    const search = () => opened.browser.evaluate(() => location.search);

    test('what is no number in the address is said, and the initial value is used', async () => {
      const { browser, page } = opened;
      const notes = await browser.evaluate(() => document.getElementById('corrections')?.textContent);
      for (const part of ['learning-rate=abc', 'momentum=NaN', 'dropout=x']) assert.match(notes, new RegExp(part));
      assert.equal(
        await browser.evaluate(
          (/** @type {string} */ selector) => /** @type {HTMLInputElement} */ (document.querySelector(selector)).value,
          hook('settings-learning-rate'),
        ),
        '0.001',
      );
      assert.equal(await page.data('train-status', 'state'), 'idle');
    });

    test('an empty field, a word and an ambiguous number are refused; decimal commas are read', async () => {
      const { browser, page } = opened;
      for (const text of ['', 'abc', '1,000', '0,01x']) {
        await browser.type(hook('settings-learning-rate'), text === '' ? ' ' : text);
        assert.equal(await invalid('settings-learning-rate'), true, `“${text}”`);
        assert.match(await page.text('train-status'), /not valid/);
        await page.click('train-start');
        assert.equal(await page.data('train-status', 'state'), 'idle');
        assert.equal(
          await browser.evaluate(() => document.activeElement?.getAttribute('data-testid')),
          'settings-learning-rate',
        );
      }
      await browser.type(hook('settings-learning-rate'), '0,01');
      assert.equal(await invalid('settings-learning-rate'), false);
      assert.match(await search(), /learning-rate=0\.01(&|$)/);
      await browser.type(hook('layer-rate'), '0,25');
      assert.match(await search(), /dropout=0\.25(&|$)/);
      for (const text of ['2,5', '60.000']) {
        await browser.type(hook('settings-epochs'), text);
        assert.equal(await invalid('settings-epochs'), true, text);
      }
      await browser.type(hook('settings-epochs'), '2');
      await browser.press('ArrowUp');
      assert.match(await search(), /epochs=3(&|$)/);
    });

    test('the address follows a slider’s worth of changes, within what WebKit allows', async () => {
      const { browser } = opened;
      await browser.evaluate((/** @type {string} */ selector) => {
        const field = /** @type {HTMLInputElement} */ (document.querySelector(selector));
        for (let seed = 1; seed <= 300; seed++) {
          field.value = String(seed);
          field.dispatchEvent(new Event('input', { bubbles: true }));
        }
      }, hook('settings-seed'));
      assert.equal(
        await browser.evaluate(() => document.querySelector('[data-testid="train-start"]')?.matches(':disabled')),
        false,
        'the rest was done',
      );
      await browser.waitFor(() => /seed=300(&|$)/.test(location.search));
      assert.ok((await browser.evaluate(() => /** @type {any} */ (globalThis).changes)) <= 60);
    });

    test('an invalid model is said, and cannot be started until it is corrected', async () => {
      const { browser, page } = opened;
      const disabled = () =>
        browser.evaluate(
          (/** @type {string} */ selector) =>
            document.querySelector(selector)?.getAttribute('aria-disabled') === 'true',
          hook('train-start'),
        );
      await browser.type(hook('layer-kernelSize'), '29');
      await browser.waitFor(
        (/** @type {string} */ selector) => /cannot be built/.test(document.querySelector(selector)?.textContent ?? ''),
        { args: [hook('train-status')] },
      );
      assert.equal(await disabled(), true);
      await browser.type(hook('layer-kernelSize'), '28');
      // nothing is left to pool
      await browser.waitFor(() => document.querySelector('.layer.at-fault:not(:first-child)') !== null);
      assert.equal(await disabled(), true);
      await page.click('train-start');
      assert.equal(await page.data('train-status', 'state'), 'idle');
      assert.equal(
        await browser.evaluate(() => document.activeElement?.closest('.layer.at-fault') !== null),
        true,
        'a press leads to the layer',
      );
      await browser.type(hook('layer-kernelSize'), '3');
      await browser.waitFor(
        (/** @type {string} */ selector) => /^Ready/.test(document.querySelector(selector)?.textContent ?? ''),
        { args: [hook('train-status')] },
      );
      assert.equal(await disabled(), false);
    });

    test('Enter on Start training takes the keyboard to where the page goes', async () => {
      const { browser, page } = opened;
      await page.open(ENDLESS);
      await page.loaded();
      await browser.evaluate(() => document.getElementById('begin')?.focus());
      await browser.press('Enter');
      await page.trained('training');
      assert.ok(await browser.evaluate(() => document.getElementById('train')?.contains(document.activeElement)));
      await browser.press('Tab');
      assert.ok(
        await browser.evaluate(() => document.getElementById('train')?.contains(document.activeElement)),
        'and on from there',
      );
      await page.click('train-stop');
      await page.trained('idle');
    });

    test('without an error in the console', () => assert.deepEqual(opened.browser.errors, []));
  });
}

test('a double click acts once, and so does a key that is held down', { timeout: 90_000 }, () =>
  withPage(
    ['chromium', { query: 'data=synthetic&epochs=1&train-size=500' }],
    async ({ browser, page: { loaded, click, trained, count, waitForCount } }) => {
      const page = /** @type {import('puppeteer-core').Page} */ (browser.page);
      await loaded();
      await click('train-start');
      await trained('done');
      /** @param {string} testid */
      const twice = async (testid) => {
        await browser.evaluate(
          (/** @type {string} */ selector) =>
            document.querySelector(selector)?.scrollIntoView({ block: 'center', behavior: 'instant' }),
          hook(testid),
        );
        await page.click(hook(testid), { count: 2, delay: 30 });
      };
      await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
        args: [hook('save-model')],
      });

      await twice('save-model');
      await waitForCount('library-item', 1);
      await browser.type(hook('save-name'), 'Held');
      for (let i = 0; i < 3; i++) await page.keyboard.down('Enter'); // as a repeating key
      await page.keyboard.up('Enter');
      await waitForCount('library-item', 2);

      await twice('library-delete');
      await waitForCount('library-item', 1);
      const layers = await browser.evaluate(() => document.querySelectorAll('.layer').length);
      await twice('model-add');
      assert.equal(await browser.evaluate(() => document.querySelectorAll('.layer').length), layers + 1);
      await twice('layer-remove');
      assert.equal(await browser.evaluate(() => document.querySelectorAll('.layer').length), layers);

      await click('photo-draw');
      await browser.evaluate(
        (/** @type {string} */ selector) =>
          document.querySelector(selector)?.scrollIntoView({ block: 'center', behavior: 'instant' }),
        hook('drawing-canvas'),
      );
      const box = /** @type {import('puppeteer-core').BoundingBox} */ (
        await (await page.$(hook('drawing-canvas')))?.boundingBox()
      );
      await page.mouse.move(box.x + 40, box.y + 40);
      await page.mouse.down();
      await page.mouse.move(box.x + 90, box.y + 140, { steps: 4 });
      await page.mouse.up();
      await twice('drawing-use');
      await waitForCount('photo-item', 1);

      await twice('grid-next'); // one that is deliberately pressed many times
      await browser.waitFor(
        (/** @type {string} */ selector) => document.querySelector(selector)?.getAttribute('data-index') === '50',
        { args: [hook('prediction-cell')] },
      );
      assert.equal(await count('photo-item'), 1);
      assert.equal(await count('library-item'), 1);
    },
  ),
);

test('a core that cannot be loaded is said to be just that, and is loaded again', { timeout: 90_000 }, () =>
  withPage(
    [
      'chromium',
      {
        query: 'data=synthetic&epochs=1&train-size=500',
        server: { fail: (path) => (path.endsWith('.wasm') ? 404 : undefined) },
      },
    ],
    async ({ browser, page, server }) => {
      await browser.waitFor(
        () => document.getElementById('alarm')?.hidden === false && document.getElementById('alarm')?.innerText.trim(),
      );
      const words = await browser.evaluate(() => document.getElementById('alarm')?.innerText);
      assert.match(words, /core could not be loaded.*Nothing is lost/);
      assert.doesNotMatch(words, /stopped unexpectedly|not yet saved/);
      server.options.fail = undefined;
      await browser.click('#restart');
      await page.loaded();
      await page.click('train-start');
      await page.trained('done');
      assert.equal(await browser.evaluate(() => document.getElementById('alarm')?.hidden), true);
    },
  ),
);

test(
  'another build of the core that cannot be loaded is said, and the one that is there still trains',
  { timeout: 90_000 },
  () =>
    withPage(['chromium', { query: 'data=synthetic&epochs=1&train-size=500' }], async ({ browser, page, server }) => {
      await page.loaded();
      await browser.waitFor(
        (/** @type {string} */ selector) =>
          /relaxed/.test(/** @type {HTMLElement} */ (document.querySelector(selector)).dataset.build ?? ''),
        { args: [hook('runtime-info')] },
      );
      server.options.fail = (path) => (/simd.*\.(mjs|wasm)$/.test(path) ? 404 : undefined);
      await page.click('settings-deterministic');
      await browser.waitFor(
        (/** @type {string} */ selector) =>
          /could not be loaded/.test(document.querySelector(selector)?.textContent ?? ''),
        { args: [hook('runtime-info')] },
      );
      await page.click('settings-deterministic');
      await browser.waitFor(
        (/** @type {string} */ selector) =>
          !/could not be loaded/.test(document.querySelector(selector)?.textContent ?? ''),
        { args: [hook('runtime-info')] },
      );
      await page.click('train-start');
      await page.trained('done');
    }),
);
