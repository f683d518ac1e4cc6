import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { layers, sequential } from '../../shim/index.js';
import { isolated } from '../../web/i18n/bidi.js';
import { shirt } from '../support/pictures.js';
import { QUICK, drop, hook, withPage } from './page.js';

/** Users' file names in right-to-left scripts do not change the direction of the text around them. */

const NAMES = ['תמונה 12', 'صورة 34', 'ތަސްވީރު'];

/**
 * The Latin text and numbers within an element that do not run from left to right, line by line; runs in the page.
 * Names themselves are excluded: inside isolates they may run in any direction.
 * @param {string} selector
 */
function turnedIn(selector) {
  const turned = [];
  for (const element of document.querySelectorAll(selector)) {
    const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const text = /** @type {Text} */ (node).data.replace(/\u2068[^\u2069]*\u2069/g, (name) =>
        '\u2068'.repeat(name.length),
      );
      /** @type {DOMRect | null} */
      let last = null;
      for (const { 0: word, index } of text.matchAll(/[\dA-Za-z]+/g)) {
        const range = document.createRange();
        range.setStart(node, index);
        range.setEnd(node, index + word.length);
        const box = range.getBoundingClientRect();
        if (last && Math.abs(box.top - last.top) < 4 && box.left < last.left) turned.push(`${word} in ${text}`);
        last = box;
      }
    }
  }
  return turned;
}

test('chromium: sizes, figures and words stay in their order beside such names, in both languages', {
  timeout: 120_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fitting-room-names-'));
  const [hebrew, arabic] = NAMES;
  const model = await sequential({
    layers: [layers.flatten({ inputShape: [28, 28, 1] }), layers.dense({ units: 10, activation: 'softmax' })],
    seed: 1,
  });
  await writeFile(join(folder, `${hebrew}.fit`), await model.save());
  model.dispose();
  await writeFile(join(folder, `${arabic}.onnx`), 'no model at all');
  await writeFile(join(folder, `${hebrew}.idx`), 'no images at all');
  try {
    await withPage(['chromium', { query: QUICK }], async ({ browser, page }) => {
      const says = (/** @type {string} */ name) =>
        browser.waitFor(
          (/** @type {string} */ selector, /** @type {string} */ part) =>
            document.querySelector(selector)?.textContent?.includes(part),
          { args: [hook('keep-message'), name] },
        );
      await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
        args: [hook('model-input')],
      });
      await page.loaded();
      /** @type {Record<string, string>} */
      const checked = {};
      const check = async (/** @type {Record<string, string>} */ places) => {
        for (const language of ['en', 'zh-Hans']) {
          await page.speak(language);
          for (const [selector, part] of Object.entries(places)) {
            const text = await browser.evaluate(
              (/** @type {string} */ wanted) => document.querySelector(wanted)?.textContent,
              selector,
            );
            assert.ok(text?.includes(part), `${selector}: ${text}`);
            assert.deepEqual(await browser.evaluate(turnedIn, selector), [], language);
            checked[selector] = text;
          }
        }
        await page.speak('en');
      };
      await drop(browser, { ...shirt(), name: hebrew });
      await page.waitForState('photo-result', 'ready');
      await check({ '.photo-given figcaption': hebrew });
      await drop(browser, { name: `${arabic}.png`, type: 'image/png', bytes: new Uint8Array(40) });
      await page.waitForState('photo-result', 'refused');
      await check({ [hook('photo-message')]: arabic, '.photo-given figcaption': arabic });
      const label = await browser.evaluate(() =>
        document.querySelector('.photos [data-state="ready"] .picture')?.getAttribute('aria-label'),
      );
      assert.ok(label.startsWith(`${isolated(hebrew)}:`), label);
      await browser.uploadFile(hook('model-input'), join(folder, `${hebrew}.fit`));
      await browser.waitFor(() => document.querySelector('.models .quiet') !== null);
      await says(hebrew);
      await check({ [hook('keep-message')]: hebrew, '.models .quiet': hebrew });
      await browser.uploadFile(hook('model-input'), join(folder, `${arabic}.onnx`));
      await browser.waitFor(
        (/** @type {string} */ selector) => document.querySelector(selector)?.classList.contains('error'),
        { args: [hook('keep-message')] },
      );
      await check({ [hook('keep-message')]: '' });
      await browser.uploadFile(hook('dataset-files'), join(folder, `${hebrew}.idx`));
      await browser.waitFor(
        (/** @type {string} */ name) => document.getElementById('dataset-detail')?.textContent?.includes(name),
        { args: [hebrew.split(' ')[0]] },
      );
      await check({ '#dataset-detail': hebrew.split(' ')[0] });
      await page.click('library-delete');
      await browser.waitFor(() => document.querySelector('.undo:not([hidden])'));
      await check({ '.undo': hebrew });
      for (const field of ['library-name', 'save-name']) {
        const direction = await browser.evaluate(
          (/** @type {string} */ selector) => document.querySelector(selector)?.getAttribute('dir') ?? 'auto',
          hook(field),
        );
        assert.equal(direction, 'auto', `${field}: what is typed decides`);
      }
      assert.equal(Object.keys(checked).length, 6);
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});
