import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { shirt } from '../support/pictures.js';
import { drop, hook, withPage } from './page.js';

/** Pictures that are made on the page: drawn, or taken with the camera. */

const QUICK = { query: 'data=synthetic&train-size=100' };

/** @typedef {import('./page.js').Opened} Opened */

/** @param {Opened} opened @param {'draw' | 'camera'} what */
async function open({ browser }, what) {
  await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
    args: [hook(`photo-${what}`)],
  });
  await browser.click(hook(`photo-${what}`));
}

/** The fraction of the sheet that has ink. @param {Opened} opened */
const ink = ({ browser }) =>
  browser.evaluate((/** @type {string} */ selector) => {
    const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector(selector));
    const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(
      0,
      0,
      canvas.width,
      canvas.height,
    );
    return data.filter((value, i) => i % 4 === 3 && value > 128).length / (data.length / 4);
  }, hook('drawing-canvas'));

/** Draws along points, given in fractions of the sheet. @param {Opened} opened @param {number[][]} places */
const draw = ({ browser }, places) =>
  browser.evaluate(
    (/** @type {string} */ selector, /** @type {number[][]} */ path) => {
      const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector(selector));
      canvas.setPointerCapture = () => {};
      canvas.hasPointerCapture = () => true;
      const { left, top, width } = canvas.getBoundingClientRect();
      path.forEach(([x, y], i) => {
        const at = { clientX: left + x * width, clientY: top + y * width, pointerId: 1, bubbles: true };
        canvas.dispatchEvent(new PointerEvent(i === 0 ? 'pointerdown' : 'pointermove', at));
        if (i === path.length - 1) canvas.dispatchEvent(new PointerEvent('pointerup', at));
      });
    },
    hook('drawing-canvas'),
    places,
  );

const TROUSERS = [
  [0.35, 0.08],
  [0.65, 0.08],
  [0.7, 0.92],
  [0.57, 0.92],
  [0.5, 0.35],
  [0.43, 0.92],
  [0.3, 0.92],
  [0.35, 0.08],
];

for (const name of inBrowsers('any')) {
  test(`${name}: a drawing is filled, erased, taken back, and told apart`, async () => {
    await withPage([name, QUICK], async (opened) => {
      const { browser, page } = opened;
      await open(opened, 'draw');
      await browser.click(hook('drawing-use'));
      assert.match(
        String(
          await browser.evaluate(
            (/** @type {string} */ selector) => document.querySelector(selector)?.textContent,
            hook('drawing'),
          ),
        ),
        /nothing on the sheet/,
      );
      await draw(opened, TROUSERS);
      const outline = await ink(opened);
      assert.ok(outline > 0.05);
      await browser.click(hook('drawing-fill'));
      await draw(opened, [[0.5, 0.15]]);
      const filled = await ink(opened);
      assert.ok(filled > outline && filled < 0.6, 'as far as the lines, no farther');
      await browser.click(hook('drawing-eraser'));
      await draw(opened, [
        [0.4, 0.2],
        [0.6, 0.2],
      ]);
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
    await browser.evaluate(
      (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector)).blur(),
      hook('drawing-canvas'),
    );
    const drawn = await ink(opened);
    assert.ok(drawn > 0.005 && drawn < 0.02, String(drawn));
  });
});

/**
 * Fingers on the screen; the page has handled each step before the next one comes.
 * @param {import('./page.js').Browser} browser
 */
async function touchScreen({ page: tab, evaluate, waitFor }) {
  await evaluate(() => {
    const page = /** @type {any} */ (globalThis);
    page.pointers = [];
    for (const name of /** @type {const} */ (['pointerdown', 'pointermove']))
      addEventListener(name, ({ clientX, clientY }) => page.pointers.push([clientX, clientY]), { capture: true });
  });
  const seen = (/** @type {number[][]} */ places) =>
    waitFor(
      (/** @type {number[][]} */ wanted) => {
        const { pointers } = /** @type {any} */ (globalThis);
        return (
          wanted.every(([x, y]) =>
            pointers.some((/** @type {number[]} */ [left, top]) => Math.abs(left - x) < 2 && Math.abs(top - y) < 2),
          ) && ((pointers.length = 0), true)
        );
      },
      { args: [places] },
    );
  const session = await /** @type {import('puppeteer-core').Page} */ (tab).createCDPSession();
  /** The position of each finger that is down. @type {Map<number, { x: number, y: number }>} */
  const fingers = new Map();
  const send = (/** @type {'touchStart' | 'touchMove' | 'touchEnd' | 'touchCancel'} */ type) =>
    session.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: [...fingers].map(([id, place]) => ({ id, ...place })),
    });
  return {
    /** @param {number} id @param {number[]} place */
    down: async (id, [x, y]) => {
      fingers.set(id, { x, y });
      await send('touchStart');
      await seen([[x, y]]);
    },
    /** Moves all the given fingers at once. @param {Record<number, number[]>} places */
    move: async (places) => {
      for (const [id, [x, y]] of Object.entries(places)) fingers.set(Number(id), { x, y });
      await send('touchMove');
      await seen(Object.values(places));
    },
    /** @param {number} id */
    up: (id) => (fingers.delete(id), send('touchEnd')),
    cancel: () => (fingers.clear(), send('touchCancel')),
  };
}

/** Converts fractions of an element to positions on the screen. @param {Opened} opened @param {string} selector */
async function placesOn({ browser }, selector) {
  const { left, top, width, height } = await browser.evaluate((/** @type {string} */ wanted) => {
    const node = /** @type {Element} */ (document.querySelector(wanted));
    node.scrollIntoView({ block: 'center', behavior: 'instant' });
    return node.getBoundingClientRect().toJSON();
  }, selector);
  return (/** @type {number} */ x, /** @type {number} */ y) => [left + x * width, top + y * height];
}

/**
 * The fraction of a part of the sheet that has ink.
 * @param {Opened} opened
 * @param {number} from fraction of the width
 * @param {number} to
 */
const inkBetween = ({ browser }, from, to) =>
  browser.evaluate(
    (/** @type {string} */ selector, /** @type {number} */ left, /** @type {number} */ right) => {
      const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector(selector));
      const width = Math.round((right - left) * canvas.width);
      const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(
        Math.round(left * canvas.width),
        0,
        width,
        canvas.height,
      );
      return data.filter((value, i) => i % 4 === 3 && value > 128).length / (data.length / 4);
    },
    hook('drawing-canvas'),
    from,
    to,
  );

test('chromium: each finger draws its own line, and both are undone at once', async () => {
  await withPage(['chromium', QUICK], async (opened) => {
    const { browser } = opened;
    await open(opened, 'draw');
    await browser.waitFor(
      () => document.querySelector('[data-testid="confusion-matrix"] button') && document.querySelector('#keep'),
    ); // nothing can move it any more
    const screen = await touchScreen(browser);
    const at = await placesOn(opened, hook('drawing-canvas'));
    await screen.down(1, at(0.2, 0.2));
    await screen.down(2, at(0.8, 0.2));
    for (const y of [0.4, 0.6, 0.8]) await screen.move({ 1: at(0.2, y), 2: at(0.8, y) });
    assert.equal(await inkBetween(opened, 0.3, 0.7), 0, 'nothing is drawn from one finger to the other');
    assert.ok((await inkBetween(opened, 0, 0.3)) > 0.1 && (await inkBetween(opened, 0.7, 1)) > 0.1);
    await screen.up(1);
    const left = await inkBetween(opened, 0, 0.3);
    await screen.move({ 2: at(0.8, 0.95) });
    assert.equal(await inkBetween(opened, 0, 0.3), left, 'one that is lifted draws no more');
    await browser.click(hook('drawing-undo'));
    assert.equal(await ink(opened), 0, 'one press takes back what was drawn at the same time');
    await screen.move({ 2: at(0.8, 0.3) });
    assert.equal(await ink(opened), 0, 'what is taken back is not drawn on');
    await screen.up(2);

    await screen.down(3, at(0.5, 0.2));
    await screen.move({ 3: at(0.5, 0.5) });
    await screen.cancel();
    await screen.down(4, at(0.1, 0.8));
    await screen.move({ 4: at(0.2, 0.8) });
    await screen.up(4);
    assert.equal(await inkBetween(opened, 0.28, 0.42), 0, 'a stroke that was broken off has ended');

    await browser.click(hook('drawing-clear'));
    await browser.page?.mouse.move(...pair(at(0.5, 0.9)));
    await browser.page?.mouse.down();
    await browser.page?.mouse.move(...pair(at(0.5, 1.4)));
    await browser.page?.mouse.up();
    await browser.page?.mouse.move(...pair(at(0.1, 0.5)));
    assert.equal(await inkBetween(opened, 0, 0.4), 0, 'a button that is released outside has been released');
    assert.deepEqual(browser.errors, []);
  });
});

/** @param {number[]} place @returns {[number, number]} */
const pair = ([x, y]) => [x, y];

test('chromium: the box and the charts follow the pointer that came first', async () => {
  await withPage(['chromium', { query: 'data=synthetic&epochs=3&train-size=200' }], async (opened) => {
    const { browser, page } = opened;
    await page.loaded();
    await browser.waitFor(
      () => document.querySelector('[data-testid="confusion-matrix"] button') && document.querySelector('#keep'),
    );
    const screen = await touchScreen(browser);
    await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
      args: [hook('photo-input')],
    });
    await drop(browser, shirt());
    await page.waitForState('photo-result', 'ready');
    const edges = () =>
      browser.evaluate(() =>
        [...document.querySelectorAll('.box-sliders input')].map((slider) =>
          Number(/** @type {HTMLInputElement} */ (slider).value),
        ),
      );
    const [left, top, right, bottom] = await edges();
    const at = await placesOn(opened, hook('photo-preview'));
    await screen.down(1, at((left + right) / 2, (top + bottom) / 2)); // grabs all of it
    await screen.down(2, at(left, bottom)); // grabs nothing
    await screen.move({ 1: at((left + right) / 2 - 0.05, (top + bottom) / 2), 2: at(left + 0.2, bottom - 0.2) });
    await screen.up(2);
    await screen.up(1);
    await page.waitForState('photo-result', 'ready');
    const moved = await edges();
    [left - 0.05, top, right - 0.05, bottom].forEach((edge, i) =>
      assert.ok(Math.abs(moved[i] - edge) < 0.02, `edges at ${moved}`),
    );

    await page.click('train-start');
    await page.trained('done');
    const on = await placesOn(opened, '#history-loss .chart');
    const readout = () => browser.evaluate(() => document.querySelector('#history-loss .readout')?.textContent);
    await screen.down(1, on(0.35, 0.5));
    const first = await readout();
    assert.match(first, /^Epoch 1:/);
    await screen.down(2, on(0.9, 0.5));
    assert.equal(await readout(), first);
    await screen.up(1);
    await screen.up(2);
    assert.deepEqual(browser.errors, []);
  });
});

/** Keys in several layouts; `does`: whether the last stroke is undone. */
const KEYS = [
  { layout: 'QWERTY', key: 'z', code: 'KeyZ', does: true },
  { layout: 'caps lock', key: 'Z', code: 'KeyZ', does: true },
  { layout: 'AZERTY', key: 'z', code: 'KeyW', does: true },
  { layout: 'AZERTY, where Z would be', key: 'w', code: 'KeyZ', does: false },
  { layout: 'Dvorak', key: 'z', code: 'Slash', does: true },
  { layout: 'Dvorak, where Z would be', key: ';', code: 'KeyZ', does: false },
  { layout: 'Cyrillic', key: 'я', code: 'KeyZ', does: true },
  { layout: 'Cyrillic, caps lock', key: 'Я', code: 'KeyZ', does: true },
  { layout: 'Hebrew', key: 'ז', code: 'KeyZ', does: true },
  { layout: 'Greek', key: 'ζ', code: 'KeyZ', does: true },
  { layout: 'Arabic', key: 'ئ', code: 'KeyZ', does: true },
  { layout: 'Devanagari', key: 'ॆ', code: 'KeyZ', does: true },
  { layout: 'another key', key: 'я', code: 'KeyX', does: false },
  { layout: 'redo', key: 'Z', code: 'KeyZ', shiftKey: true, does: false },
  { layout: 'AltGr', key: 'z', code: 'KeyZ', altKey: true, does: false },
  { layout: 'no Ctrl', key: 'z', code: 'KeyZ', ctrlKey: false, does: false },
  { layout: '⌘', key: 'z', code: 'KeyZ', ctrlKey: false, metaKey: true, does: true },
];

test('chromium: keys do the same on every layout, and leave the browser its own', async () => {
  await withPage(['chromium', QUICK], async (opened) => {
    const { browser } = opened;
    await open(opened, 'draw');
    const press = (/** @type {string} */ selector, /** @type {any} */ key) =>
      browser.evaluate(
        (/** @type {string} */ target, /** @type {KeyboardEventInit} */ init) =>
          document
            .querySelector(target)
            ?.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init })),
        selector,
        key,
      );
    for (const { layout, does, ...key } of KEYS) {
      await draw(opened, [
        [0.2, 0.2],
        [0.8, 0.8],
      ]);
      await press(hook('drawing-canvas'), { ctrlKey: true, ...key });
      assert.equal((await ink(opened)) === 0, does, layout);
      await browser.click(hook('drawing-clear'));
    }
    // The pen that the keyboard put down is lifted when its line is undone.
    const sheet = hook('drawing-canvas');
    await press(sheet, { key: '\u00a0', code: 'Space' });
    await press(sheet, { key: 'ArrowDown' });
    await press(sheet, { key: 'z', code: 'KeyZ', ctrlKey: true });
    await press(sheet, { key: 'ArrowDown' });
    await press(sheet, { key: ' ', code: 'Space' });
    assert.ok((await ink(opened)) > 0, 'Space puts it down again');
    await press(sheet, { key: ' ', code: 'Space' });
    const drawn = await ink(opened);
    await press(sheet, { key: 'ArrowRight' });
    assert.equal(await ink(opened), drawn, 'and lifts it');
    await browser.waitFor(() => document.querySelector('[data-testid="confusion-matrix"] button'));
    for (const selector of [sheet, `${hook('confusion-matrix')} button`]) {
      assert.equal(await press(selector, { key: 'ArrowLeft', altKey: true }), true, 'Alt and an arrow go back a page');
      assert.equal(await press(selector, { key: 'ArrowLeft' }), false);
    }
  });
});

test('chromium: the camera is on while its panel is open, and its picture is told apart', async () => {
  await withPage(['chromium', QUICK], async (opened) => {
    const { browser, page } = opened;
    // A camera that shows a canvas, since test machines have none.
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
    await browser.waitFor(
      (/** @type {string} */ selector) =>
        !(/** @type {HTMLButtonElement} */ (document.querySelector(selector)).disabled),
      { args: [hook('camera-take')] },
    );
    await browser.click(hook('camera-take'));
    await page.waitForState('photo-result', 'ready');
    const state = () =>
      browser.evaluate(() =>
        /** @type {any} */ (globalThis).stream
          .getTracks()
          .map((/** @type {MediaStreamTrack} */ track) => track.readyState)
          .join(),
      );
    assert.equal(await state(), 'ended', 'off once the picture is taken');
    assert.deepEqual(browser.errors, []);
  });
});

test('chromium: a camera that cannot be had is told of, and one that comes too late is switched off', async () => {
  await withPage(['chromium', QUICK], async (opened) => {
    const { browser, page } = opened;
    for (const [error, words] of /** @type {const} */ ([
      ['NotAllowedError', /not allowed to use the camera/],
      ['NotFoundError', /No camera was found/],
      ['NotReadableError', /Another program/],
    ])) {
      await browser.evaluate((/** @type {string} */ kind) => {
        navigator.mediaDevices.getUserMedia = async () => {
          throw new DOMException('', kind);
        };
      }, error);
      await open(opened, 'camera');
      await browser.waitFor(
        (/** @type {string} */ selector, /** @type {string} */ pattern) =>
          new RegExp(pattern).test(document.querySelector(selector)?.textContent ?? ''),
        {
          args: [hook('camera-status'), words.source],
        },
      );
      await browser.click(hook('camera-stop'));
    }
    await browser.evaluate(() => {
      const stream = document.createElement('canvas').captureStream();
      Object.assign(globalThis, { stream, late: () => {} });
      navigator.mediaDevices.getUserMedia = () =>
        new Promise((resolve) => Object.assign(globalThis, { late: () => resolve(stream) }));
    });
    await open(opened, 'camera');
    await browser.click(hook('camera-stop'));
    await browser.evaluate(() => /** @type {any} */ (globalThis).late());
    await browser.waitFor(() => /** @type {any} */ (globalThis).stream.getTracks()[0].readyState === 'ended');
    assert.equal(await page.text('camera-status'), '');
  });
});

test('chromium: filling at any edge of the sheet fills the sheet, and comes to an end', { timeout: 60_000 }, () =>
  withPage(['chromium', QUICK], async ({ browser, page }) => {
    await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
      args: [hook('photo-draw')],
    });
    await page.click('photo-draw');
    await page.click('drawing-fill');
    for (const [across, down] of [
      ['ArrowRight', 'ArrowDown'],
      ['ArrowLeft', 'ArrowUp'],
    ]) {
      await page.click('drawing-clear');
      const filled = await browser.evaluate(
        (/** @type {string} */ selector, /** @type {string[]} */ keys) => {
          const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector(selector));
          canvas.focus();
          for (const key of keys)
            for (let i = 0; i < 60; i++)
              canvas.dispatchEvent(new KeyboardEvent('keydown', { key, code: key, bubbles: true }));
          canvas.dispatchEvent(new KeyboardEvent('keydown', { key: ' ', code: 'Space', bubbles: true }));
          const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(
            0,
            0,
            canvas.width,
            canvas.height,
          );
          return data.filter((value, i) => i % 4 === 3 && value === 255).length / (canvas.width * canvas.height);
        },
        hook('drawing-canvas'),
        [across, down],
      );
      assert.ok(filled > 0.99, `${across}, ${down}: ${filled} of the sheet`);
    }
  }),
);
