import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { overprints, readPdf } from '../support/pdf.js';
import { shirt } from '../support/pictures.js';
import { TUTORIAL, drop, hook, openPage } from './page.js';

/** The page in print, and in forced colours: everything that should be visible is, in every theme. */

const WRONG = 'b4301a'; // of the light theme, which is used for print

/** Opens, fills and draws something in every section. @param {import('./page.js').Opened} opened */
async function fill({ browser, page }) {
  const there = (/** @type {string} */ selector, count = 1) =>
    browser.waitFor(
      (/** @type {string} */ wanted, /** @type {number} */ least) => document.querySelectorAll(wanted).length >= least,
      { args: [selector, count] },
    );
  await page.loaded();
  await there(hook('save-model'));
  await page.click('train-start');
  await page.trained('done');
  await there(hook('prediction-cell'), 25);
  await there(`${hook('prediction-cell')}[data-correct="false"]`);
  await browser.click(`${hook('confusion-matrix')} .hit`);
  await there('#cell-list li', 40);
  await drop(browser, shirt());
  await page.waitForState('photo-result', 'ready');
  await page.click('photo-draw');
  await browser.evaluate(() =>
    document.querySelectorAll('#try details').forEach((details) => {
      /** @type {HTMLDetailsElement} */ (details).open = true;
    }),
  );
  await there(`${hook('layer-maps')} li`);
  await page.click('model-add');
  await page.click('layer-remove'); // which can be undone
  await browser.type(hook('save-name'), 'First');
  await page.click('save-model');
  await there(hook('library-item'));
  await page.click('library-compare');
  await there(`${hook('comparison')} svg`);
}

/** The contrast of two colours by WCAG 2. @param {number[]} a red, green, blue, 0 to 255 @param {number[]} b */
function contrast(a, b) {
  const light = (/** @type {number[]} */ colour) => {
    const [red, green, blue] = colour.map((value) =>
      value <= 10 ? value / 3294.6 : (value / 269.025 + 0.0521327) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
  };
  const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
  return high / low;
}

/** @param {string} hex */
const rgbOf = (hex) => [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16));

describe('media', { timeout: 180_000 }, () => {
  /** @type {import('./page.js').Opened} */
  let opened;
  /** @type {import('puppeteer-core').Page} */
  let tab;

  before(async () => {
    opened = await openPage('chromium', { query: TUTORIAL });
    tab = /** @type {import('puppeteer-core').Page} */ (opened.browser.page);
    await fill(opened);
  });
  after(() => opened?.close());

  /** @param {boolean} landscape */
  async function printed(landscape) {
    const pages = readPdf(Buffer.from(await tab.pdf({ format: 'A4', landscape })));
    assert.ok(pages.length >= 5);
    assert.ok(pages.every(({ texts }) => texts.length > 0));
    return pages;
  }

  for (const theme of ['light', 'dark']) {
    test(`printed from the ${theme} theme, nothing lies on anything else, and all is dark on white`, async () => {
      await opened.page.choose('theme', theme);
      const wrong = await opened.browser.evaluate(
        (/** @type {string} */ selector) => document.querySelectorAll(selector).length,
        '#evaluate .sign.cross',
      );
      for (const landscape of [false, true]) {
        const pages = await printed(landscape);
        assert.deepEqual(
          pages.map(overprints),
          pages.map(() => []),
        );
        const colours = new Set(pages.flatMap(({ texts }) => texts.map(({ colour }) => colour)));
        for (const colour of colours) assert.ok(contrast(rgbOf(colour), [255, 255, 255]) >= 4.5, `text in #${colour}`);
        const shapes = pages.flatMap((page) =>
          page.shapes.map(({ left, top, right, bottom, colour }) => ({
            width: right - left,
            height: bottom - top,
            colour,
          })),
        );
        const crosses = shapes.filter(({ width, height, colour }) => colour === WRONG && width < 8 && height < 8);
        assert.ok(crosses.length >= 2 * wrong, `two strokes for each of ${wrong} crosses`);
        const bars = shapes.filter(({ width, height }) => width > 100 && height > 5 && height < 12);
        assert.ok(bars.length >= 2, 'the longest bars of the confidences and of the own picture');
      }
    });
  }

  test('what draws its own colours takes those of paper before it is printed, and its own afterwards', async () => {
    const { browser, page } = opened;
    await page.choose('theme', 'dark');
    /** The lightness, out of 255, of the marks on the charts; runs in the page. */
    const lightness = () =>
      [...document.querySelectorAll('.chart canvas')].map((canvas) => {
        const { width, height } = /** @type {HTMLCanvasElement} */ (canvas);
        const { data } = /** @type {any} */ (canvas).getContext('2d').getImageData(0, 0, width, height);
        let [sum, count] = [0, 0];
        for (let at = 0; at < data.length; at += 4)
          if (data[at + 3] === 255) [sum, count] = [sum + data[at + 1], count + 1];
        return sum / count;
      });
    await browser.evaluate(`addEventListener('beforeprint', () => (globalThis.printed = (${lightness})()))`);
    await tab.pdf();
    const onPaper = await browser.evaluate('globalThis.printed');
    const onScreen = await browser.evaluate(lightness);
    onPaper.forEach((/** @type {number} */ light, /** @type {number} */ i) =>
      assert.ok(light < 200 && light !== onScreen[i], `${light} on paper, ${onScreen[i]} on the screen`),
    );
    assert.equal(await browser.evaluate(() => document.documentElement.dataset.theme), 'dark');
  });

  test('controls are not printed, and what they are set to is text', async () => {
    const { browser } = opened;
    await tab.emulateMediaType('print');
    try {
      const seen = await browser.evaluate(() => {
        const shown = (/** @type {string} */ selector) =>
          /** @type {HTMLElement[]} */ (
            [...document.querySelectorAll(selector)].filter(
              (node) => node.checkVisibility() && node.getBoundingClientRect().width > 1,
            )
          );
        const act =
          'button, label.button, label.link, [type="range"], [type="file"], details:not([open]) > summary, ' +
          '.notice, .drop-veil';
        return {
          controls: shown(act)
            .filter((node) => !node.matches('.picture, .bar-choice, .confusion button'))
            .map((node) => node.outerHTML.slice(0, 100)),
          boxed: shown('input:not([type="checkbox"]), select')
            .filter(
              (node) =>
                getComputedStyle(node).borderBottomStyle !== 'none' || getComputedStyle(node).appearance !== 'none',
            )
            .map((node) => node.outerHTML.slice(0, 100)),
          values: shown('select, input[type="number"], input[type="text"]').length,
          pictures: shown('.picture, .confusion button').length,
          inverted: shown('.pixels').filter((node) => getComputedStyle(node).filter !== 'none').length,
        };
      });
      assert.deepEqual(seen.controls, []);
      assert.deepEqual(seen.boxed, []);
      assert.equal(seen.inverted, 0);
      assert.ok(seen.values >= 15 && seen.pictures >= 165, JSON.stringify(seen));
    } finally {
      await tab.emulateMediaType('screen');
    }
  });

  for (const [scheme, theme] of /** @type {const} */ ([
    ['dark', 'light'],
    ['light', 'dark'],
  ])) {
    test(`where the system forces ${scheme} colours, all is seen that the ${theme} theme shows`, async () => {
      const { browser, page } = opened;
      await page.choose('theme', theme);
      await stroke(tab);
      const session = await tab.createCDPSession();
      await session.send('Emulation.setEmulatedMedia', {
        features: [
          { name: 'forced-colors', value: 'active' },
          { name: 'prefers-color-scheme', value: scheme },
        ],
      });
      try {
        await browser.waitFor(
          (/** @type {string} */ wanted) =>
            matchMedia('(forced-colors: active)').matches && document.documentElement.dataset.theme === wanted,
          { args: [scheme] },
        );
        const seen = await coloursOf(tab, [...Object.keys(STAND_OUT), ...Object.keys(READABLE), ...PRESSED]);
        const ground = scheme === 'dark' ? [0, 0, 0] : [255, 255, 255];
        for (const [selector, least] of Object.entries(STAND_OUT)) {
          const share = shareOf(seen[selector], (colour) => contrast(colour, ground) >= 3);
          assert.ok(share >= least, `${selector}: ${share} of it can be seen`);
        }
        for (const [selector, least] of Object.entries(READABLE)) {
          const own = mostCommon(seen[selector]);
          const share = shareOf(seen[selector], (colour) => contrast(colour, own) >= 4.5);
          assert.ok(share >= least, `${selector}: ${share} of it stands out from its own ground`);
        }
        const [pressed, not] = PRESSED.map((selector) => mostCommon(seen[selector]));
        assert.notDeepEqual(pressed, not, 'a button that is pressed looks it');
      } finally {
        await session.send('Emulation.setEmulatedMedia', { features: [] });
        await session.detach();
      }
    });
  }

  test('what the maps are called is true in every theme', async () => {
    const { browser, page } = opened;
    await page.choose('look-choice', 'occlusion');
    for (const theme of ['light', 'dark']) {
      await page.choose('theme', theme);
      const [right, wrong, ground] = await browser.evaluate(() => {
        const numbers = (/** @type {string} */ text) => {
          const context = /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'));
          context.fillStyle = text.trim();
          context.fillRect(0, 0, 1, 1);
          return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
        };
        const style = getComputedStyle(/** @type {Element} */ (document.querySelector('.shades')));
        return ['--right', '--wrong', '--ground'].map((name) => numbers(style.getPropertyValue(name)));
      });
      assert.ok(right[2] > right[0] + 100, `${theme}: what speaks for the class is blue, not ${right}`);
      assert.ok(
        wrong[0] > wrong[2] + 100 && wrong[0] > wrong[1] + 100,
        `${theme}: what speaks against it is red, not ${wrong}`,
      );
      for (const colour of [right, wrong]) assert.ok(contrast(colour, ground) >= 3, `${theme}: ${colour} on ${ground}`);
    }
    for (const language of ['en', 'zh-Hans']) {
      await page.speak(language);
      const legend = await browser.evaluate(() => document.querySelector('.inside .quiet')?.textContent);
      assert.match(legend, language === 'en' ? /32 feature maps/ : /32 张/);
      assert.doesNotMatch(
        legend,
        /dark|bright|light|black|white|[深浅明暗亮黑白]/,
        'how light they are depends on the theme',
      );
    }
    await page.speak('en');
  });
});

/** Elements that must stand out from the page's background, and the fraction of their box that does. */
const STAND_OUT = {
  '#tape .tape-fill': 0.5,
  '.bars .right i, .bars .wrong i': 0.8,
  '.photo-said .first i': 0.8,
  '.grid .sign.tick': 0.08,
  '.grid .sign.cross': 0.08,
  '#first-20 .sign.cross': 0.08,
  '.grid .pixels': 0.1,
  '#sample-canvas': 0.1,
  '#sample-scale': 0.3,
  '.maps': 0.02,
  '.photo-seen .pixels': 0.1,
  '#history-loss canvas': 0.004,
  '#history-loss .key svg': 0.05,
  '.comparison svg': 0.004,
  '.mark svg': 0.01,
};

/** Elements that must stand out from their own background. */
const READABLE = {
  'label.button': 0.02,
  '.drawing .primary': 0.02,
  '.confusion .hit': 0.02,
  '.sheet': 0.01,
  '.tape-fill': 0.002,
  '.drawing [aria-pressed="true"]': 0.02,
};

/** One pressed, one not pressed. */
const PRESSED = [hook('drawing-pen'), hook('drawing-eraser')];

/** Draws across the sheet with the mouse. @param {import('puppeteer-core').Page} tab */
async function stroke(tab) {
  const { left, top, width } = await tab.evaluate((/** @type {string} */ selector) => {
    const sheet = /** @type {Element} */ (document.querySelector(selector));
    sheet.scrollIntoView({ block: 'center', behavior: 'instant' });
    return sheet.getBoundingClientRect().toJSON();
  }, hook('drawing-canvas'));
  await tab.mouse.move(left + 0.2 * width, top + 0.2 * width);
  await tab.mouse.down();
  await tab.mouse.move(left + 0.8 * width, top + 0.8 * width);
  await tab.mouse.up();
}

/** @typedef {[number, number][]} Colours each as a number, with how many pixels have it */

/** @param {number} colour */
const rgb = (colour) => [colour & 255, (colour >> 8) & 255, (colour >> 16) & 255];

/** @param {Colours} colours */
const mostCommon = (colours) => rgb(colours.reduce((most, each) => (each[1] > most[1] ? each : most))[0]);

/** @param {Colours} colours @param {(colour: number[]) => boolean} wanted */
function shareOf(colours, wanted) {
  const sum = (/** @type {Colours} */ some) => some.reduce((total, [, count]) => total + count, 0);
  return sum(colours.filter(([colour]) => wanted(rgb(colour)))) / sum(colours);
}

/**
 * The colours within the first visible element for each selector, as on the screen.
 * @param {import('puppeteer-core').Page} tab
 * @param {string[]} selectors
 * @returns {Promise<Record<string, Colours>>}
 */
async function coloursOf(tab, selectors) {
  await tab.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
  const picture = await tab.screenshot({ fullPage: true, encoding: 'base64' });
  return tab.evaluate(
    async (/** @type {string} */ encoded, /** @type {string[]} */ wanted) => {
      const bitmap = await createImageBitmap(
        new Blob([Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0))]),
      );
      const context = /** @type {CanvasRenderingContext2D} */ (
        Object.assign(document.createElement('canvas'), { width: bitmap.width, height: bitmap.height }).getContext(
          '2d',
          { willReadFrequently: true },
        )
      );
      context.drawImage(bitmap, 0, 0);
      return Object.fromEntries(
        wanted.map((selector) => {
          const node = [...document.querySelectorAll(selector)].find(
            (each) => each.checkVisibility() && each.getBoundingClientRect().width > 0,
          );
          if (!node) throw new Error(`nothing is seen of ${selector}`);
          const { left, top, width, height } = node.getBoundingClientRect();
          const { data } = context.getImageData(left + scrollX, top + scrollY, width, height);
          const counts = new Map();
          for (const pixel of new Uint32Array(data.buffer))
            counts.set(pixel & 0xffffff, (counts.get(pixel & 0xffffff) ?? 0) + 1);
          return [selector, [...counts]];
        }),
      );
    },
    picture,
    selectors,
  );
}
