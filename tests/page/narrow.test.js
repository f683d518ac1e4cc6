import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shirt } from '../support/pictures.js';
import { drop, hook, withPage } from './page.js';

/** Narrow windows and large text: nothing needs sideways scrolling except boxes that scroll by themselves. */

const LONG = 'a-name-with-no-place-to-break-it-';
const QUERY = `data=synthetic&epochs=2&train-size=1000&seed=${LONG.repeat(3)}`; // which is reported
const WIDTHS = [320, 360, 390];

/** As set in the browser's preferences. */
const TEXT = { usual: [], 'twice as large': ['--blink-settings=defaultFontSize=32'] };

/** Elements that overflow the window and are not in a box that scrolls by itself; runs in the page. */
function sticksOut() {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const out = (/** @type {Element} */ node) =>
    node.checkVisibility() && node.getBoundingClientRect().right > clientWidth + 0.5;
  /** @type {(node: Element | null) => boolean} */
  const within = (node) =>
    node !== null &&
    node !== document.body &&
    (getComputedStyle(node).overflowX !== 'visible' || out(node) || within(node.parentElement));
  const nodes = [...document.querySelectorAll('body *')].filter((node) => out(node) && !within(node.parentElement));
  return [`${scrollWidth} of ${clientWidth}`, ...nodes.map((node) => node.outerHTML.slice(0, 100))];
}

for (const [size, args] of Object.entries(TEXT)) {
  test(`chromium, text ${size}: no sideways scrolling from 320 px on, whatever is opened and filled in`, {
    timeout: 180_000,
  }, async () => {
    await withPage(
      ['chromium', { query: QUERY, browser: { width: 320, height: 800, args } }],
      async ({ browser, page }) => {
        const there = (/** @type {string} */ selector, count = 1) =>
          browser.waitFor(
            (/** @type {string} */ wanted, /** @type {number} */ least) =>
              document.querySelectorAll(wanted).length >= least,
            { args: [selector, count] },
          );
        const openAll = () =>
          browser.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
        const check = async (/** @type {string} */ state) => {
          await openAll();
          for (const language of ['en', 'zh-Hans']) {
            await page.speak(language);
            for (const width of WIDTHS) {
              await browser.setViewport(width, 800);
              assert.deepEqual(await browser.evaluate(sticksOut), [], `${state}, ${language}, ${width} px`);
            }
          }
          await browser.setViewport(320, 800);
          await page.speak('en');
        };
        await there(hook('save-model'));
        await page.loaded();
        await check('at first');
        const kinds = await browser.evaluate(() =>
          [...document.querySelectorAll('#model-kind option')].map(
            (option) => /** @type {HTMLOptionElement} */ (option).value,
          ),
        );
        for (const kind of kinds) {
          await page.choose('model-kind', kind);
          await page.click('model-add');
        }
        await page.choose('settings-optimizer', 'sgd');
        await page.choose('settings-schedule', 'cosine');
        await page.choose('settings-epochs', '0');
        await browser.waitFor(() => document.querySelector('.layer.at-fault'));
        await check('every layer');
        await page.choose('settings-epochs', '2');
        await page.choose('settings-optimizer', 'adam');
        await page.choose('settings-schedule', 'constant');
        await page.choose('model-preset', 'tutorial');

        await page.click('train-start');
        await page.trained('done');
        await there(`${hook('prediction-cell')}[data-correct]`, 25);
        await browser.click(`${hook('confusion-matrix')} .hit`);
        await there('#cell-list li', 40);
        await drop(browser, { ...shirt(), name: `${LONG.repeat(4)}.png` });
        await page.waitForState('photo-result', 'ready');
        await page.choose('look-choice', 'occlusion');
        await openAll();
        await there(`${hook('layer-maps')} li`);
        await browser.type(hook('save-name'), LONG.repeat(4).slice(0, 120));
        await page.click('save-model');
        await there(hook('library-item'));
        await page.click('library-compare');
        await page.click('photo-draw');
        await check('all filled in');

        await drop(browser, { name: `${LONG.repeat(6)}.jpg`, type: 'image/jpeg', bytes: new Uint8Array(40) });
        await page.waitForState('photo-result', 'refused');
        await page.click('grid-enlarge');
        await page.click('photo-camera');
        await page.click('library-delete');
        await browser.waitFor(() => !document.querySelector('[data-testid="library-item"]'));
        await browser.evaluate(() => {
          for (const id of ['alarm', 'drop-veil']) {
            /** @type {HTMLElement} */ (document.getElementById(id)).hidden = false;
          }
          /** @type {HTMLElement} */ (document.getElementById('alarm-detail')).textContent =
            'WebAssembly.instantiateStreaming(https://example.org/assets/relaxed-mt/fitting-room.wasm)';
        });
        await check('refused, deleted, enlarged, an alarm');

        await browser.open(await browser.evaluate('location.href'));
        await browser.waitFor(() => document.querySelector('[data-testid="resume-offer"]:not([hidden])'));
        await check('an offer');
      },
    );
  });
}
