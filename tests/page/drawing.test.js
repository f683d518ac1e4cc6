import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hook, withPage } from './page.js';

/** Pictures that are made on the page: drawn, or taken with the camera. */

const QUICK = { query: 'data=synthetic&train-size=100' };

/** @typedef {import('./page.js').Opened} Opened */

/** @param {Opened} opened @param {'draw' | 'camera'} what */
async function open({ browser }, what) {
  await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, { args: [hook(`photo-${what}`)] });
  await browser.click(hook(`photo-${what}`));
}

/** Share of the sheet that has ink. @param {Opened} opened */
const ink = ({ browser }) =>
  browser.evaluate((/** @type {string} */ selector) => {
    const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector(selector));
    const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, i) => i % 4 === 3 && value > 128).length / (data.length / 4);
  }, hook('drawing-canvas'));

/** Draws along places in shares of the sheet. @param {Opened} opened @param {number[][]} places */
const draw = ({ browser }, places) =>
  browser.evaluate((/** @type {string} */ selector, /** @type {number[][]} */ path) => {
    const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector(selector));
    canvas.setPointerCapture = () => {};
    canvas.hasPointerCapture = () => true;
    const { left, top, width } = canvas.getBoundingClientRect();
    path.forEach(([x, y], i) => {
      const at = { clientX: left + x * width, clientY: top + y * width, pointerId: 1, bubbles: true };
      canvas.dispatchEvent(new PointerEvent(i === 0 ? 'pointerdown' : 'pointermove', at));
      if (i === path.length - 1) canvas.dispatchEvent(new PointerEvent('pointerup', at));
    });
  }, hook('drawing-canvas'), places);

const TROUSERS = [[0.35, 0.08], [0.65, 0.08], [0.7, 0.92], [0.57, 0.92], [0.5, 0.35], [0.43, 0.92], [0.3, 0.92], [0.35, 0.08]];

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  test(`${name}: a drawing is filled, erased, taken back, and told apart`, async () => {
    await withPage([name, QUICK], async (opened) => {
      const { browser, page } = opened;
      await open(opened, 'draw');
      await browser.click(hook('drawing-use'));
      assert.match(String(await browser.evaluate((/** @type {string} */ selector) => document.querySelector(selector)?.textContent, hook('drawing'))), /nothing on the sheet/);
      await draw(opened, TROUSERS);
      const outline = await ink(opened);
      assert.ok(outline > 0.05);
      await browser.click(hook('drawing-fill'));
      await draw(opened, [[0.5, 0.15]]);
      const filled = await ink(opened);
      assert.ok(filled > outline && filled < 0.6, 'as far as the lines, no farther');
      await browser.click(hook('drawing-eraser'));
      await draw(opened, [[0.4, 0.2], [0.6, 0.2]]);
      assert.ok((await ink(opened)) < filled);
      await browser.click(hook('drawing-clear'));
      assert.equal(await ink(opened), 0);
      await browser.click(hook('drawing-undo'));
      await browser.click(hook('drawing-undo'));
      assert.equal(await ink(opened), filled, 'both are taken back');
      await browser.click(hook('drawing-use'));
      await page.waitForState('photo-result', 'ready');
      assert.equal(await page.data('photo-result', 'class'), '1', 'a trouser');
      assert.deepEqual(browser.errors, []);
    });
  });
}

test('chromium: drawn with the keyboard', async () => {
  await withPage(['chromium', QUICK], async (opened) => {
    const { browser } = opened;
    await open(opened, 'draw');
    await browser.press('Space');
    for (let i = 0; i < 5; i++) await browser.press('ArrowDown');
    await browser.press('Space');
    for (let i = 0; i < 9; i++) await browser.press('ArrowRight'); // lifted
    await browser.evaluate((/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector)).blur(), hook('drawing-canvas'));
    const drawn = await ink(opened);
    assert.ok(drawn > 0.005 && drawn < 0.02, String(drawn));
  });
});

test('chromium: the camera is on while its panel is open, and its picture is told apart', async () => {
  await withPage(['chromium', QUICK], async (opened) => {
    const { browser, page } = opened;
    // A camera that shows a canvas, as machines that run tests have none.
    await browser.evaluate(() => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
      const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
      const paint = () => {
        context.fillStyle = '#e8e2d8';
        context.fillRect(0, 0, 320, 240);
        context.fillStyle = '#203060';
        context.fillRect(120, 30, 80, 180);
        requestAnimationFrame(paint);
      };
      paint();
      const stream = canvas.captureStream();
      Object.assign(globalThis, { stream });
      navigator.mediaDevices.getUserMedia = async () => stream;
    });
    await open(opened, 'camera');
    await browser.waitFor((/** @type {string} */ selector) => !(/** @type {HTMLButtonElement} */ (document.querySelector(selector)).disabled), { args: [hook('camera-take')] });
    await browser.click(hook('camera-take'));
    await page.waitForState('photo-result', 'ready');
    const state = () => browser.evaluate(() => /** @type {any} */ (globalThis).stream.getTracks().map((/** @type {MediaStreamTrack} */ track) => track.readyState).join());
    assert.equal(await state(), 'ended', 'off once the picture is taken');
    assert.deepEqual(browser.errors, []);
  });
});

test('chromium: a camera that cannot be had is told of, and one that comes too late is switched off', async () => {
  await withPage(['chromium', QUICK], async (opened) => {
    const { browser, page } = opened;
    for (const [error, words] of /** @type {const} */ ([['NotAllowedError', /may not use the camera/], ['NotFoundError', /No camera was found/], ['NotReadableError', /Another program/]])) {
      await browser.evaluate((/** @type {string} */ kind) => {
        navigator.mediaDevices.getUserMedia = async () => {
          throw new DOMException('', kind);
        };
      }, error);
      await open(opened, 'camera');
      await browser.waitFor((/** @type {string} */ selector, /** @type {string} */ pattern) => new RegExp(pattern).test(document.querySelector(selector)?.textContent ?? ''), {
        args: [hook('camera-status'), words.source],
      });
      await browser.click(hook('camera-stop'));
    }
    await browser.evaluate(() => {
      const stream = document.createElement('canvas').captureStream();
      Object.assign(globalThis, { stream, late: () => {} });
      navigator.mediaDevices.getUserMedia = () => new Promise((resolve) => Object.assign(globalThis, { late: () => resolve(stream) }));
    });
    await open(opened, 'camera');
    await browser.click(hook('camera-stop'));
    await browser.evaluate(() => /** @type {any} */ (globalThis).late());
    await browser.waitFor(() => /** @type {any} */ (globalThis).stream.getTracks()[0].readyState === 'ended');
    assert.equal(await page.text('camera-status'), '');
  });
});
