import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { thing, things, zipped } from '../support/things.js';
import { ENDLESS, drop, hook, openPage, withPage } from './page.js';

/** From Start on, one screen shows the network as it learns; at the end it says how it went. */

const SIZES = /** @type {const} */ ([
  [1440, 900],
  [1024, 768],
  [390, 844],
]);

/** What has to be in the window. */
const SHOWN = {
  'the settings in a line': '.stage-line',
  'the way to them': hook('to-settings'),
  'the status': hook('train-status'),
  Pause: hook('train-pause'),
  Stop: hook('train-stop'),
  'the tape': '#tape .tape-band',
  'the figures': '#moment',
  'the trace': '#history-accuracy canvas',
  'the readout': '#history-accuracy .readout',
  images: `${hook('theatre-cell')} img`,
  labels: `${hook('theatre-cell')} .title`,
  'the picture': '.tried-body canvas',
  bars: `${hook('theatre-bars')} li`,
};

/**
 * Boxes that are not in the window as a whole, or lie on another's; runs in the page.
 * @param {Record<string, string>} shown
 */
function misplaced(shown) {
  const boxes = Object.entries(shown).flatMap(([name, selector]) =>
    [...document.querySelectorAll(selector)].map((node) => ({ name, node, box: node.getBoundingClientRect() })),
  );
  const outside = boxes.filter(
    ({ node, box }) =>
      !node.checkVisibility() ||
      box.width < 8 ||
      box.height < 8 ||
      box.top < -1 ||
      box.left < 0 ||
      box.bottom > innerHeight + 1 ||
      box.right > innerWidth,
  );
  const overlap = (/** @type {DOMRect} */ a, /** @type {DOMRect} */ b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  const pairs = boxes.flatMap((a, i) =>
    boxes
      .slice(i + 1)
      .filter((b) => !a.node.contains(b.node) && !b.node.contains(a.node) && overlap(a.box, b.box))
      .map((b) => `${a.name} and ${b.name}`),
  );
  return {
    count: boxes.length,
    outside: outside.map(({ name, box }) => `${name}: ${[box.left, box.top, box.right, box.bottom].map(Math.round)}`),
    pairs: [...new Set(pairs)],
  };
}

/** @param {import('./page.js').Opened} opened */
async function tryDress({ browser, page }) {
  await browser.click('[data-garment="dress"]');
  await page.waitForState('photo-result', 'ready');
}

/** @param {import('./page.js').Opened} opened @param {number} looks */
const looked = ({ browser }, looks) =>
  browser.waitFor(
    (/** @type {string} */ selector, /** @type {number} */ wanted) =>
      Number(/** @type {HTMLElement | null} */ (document.querySelector(selector))?.dataset.looks) >= wanted,
    { args: [hook('theatre-grid'), looks] },
  );

/** What the images are taken for, and what the bars say. @param {import('./page.js').Opened} opened */
const seen = ({ browser }) =>
  browser.evaluate(
    (/** @type {string} */ cells, /** @type {string} */ bars) => ({
      predicted: [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(cells))].map(
        ({ dataset }) => dataset.predicted,
      ),
      bars: [...document.querySelectorAll(bars)].map(({ textContent }) => textContent),
    }),
    hook('theatre-cell'),
    `${hook('theatre-bars')} .bar-value`,
  );

for (const name of inBrowsers('engine')) {
  for (const [width, height] of SIZES)
    test(`${name}, ${width} × ${height}: after Start, all is in the window`, { timeout: 120_000 }, async () => {
      await withPage([name, { query: ENDLESS, browser: { width, height, reducedMotion: true } }], async (opened) => {
        const { browser, page } = opened;
        await page.loaded();
        await tryDress(opened);
        await page.click('train-start');
        await page.trained('training');
        await looked(opened, 2);
        for (const language of ['en', 'zh-Hans']) {
          await page.speak(language);
          await browser.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
          const { count, outside, pairs } = await browser.evaluate(misplaced, SHOWN);
          assert.equal(count, 2 * 25 + 10 + 10, `${language}: something is missing`);
          assert.deepEqual(outside, [], language);
          assert.deepEqual(pairs, [], language);
        }
        assert.ok(
          await browser.evaluate(() => {
            const [part, bars] = ['.stage-tried', '.stage-tried .bars'].map(
              (selector) => /** @type {Element} */ (document.querySelector(selector)),
            );
            return bars.scrollWidth <= bars.clientWidth && part.scrollWidth <= part.clientWidth;
          }),
          'the bars stay within their column',
        );
        await page.speak('en');
        const small = await browser.evaluate(
          (/** @type {string[]} */ selectors) =>
            selectors.filter(
              (selector) =>
                /** @type {Element} */ (document.querySelector(selector)).getBoundingClientRect().height < 43.5,
            ),
          [hook('train-pause'), hook('train-stop'), hook('to-settings')],
        );
        assert.deepEqual(small, [], 'smaller than 44 px');
        assert.match(await browser.evaluate('document.title'), /^\d+% · /);
        const [points, trace] = [
          await page.data('history-accuracy', 'points'),
          await page.data('history-accuracy', 'trace'),
        ];
        assert.ok(Number(trace) >= 100 * Number(points), `${trace} points in ${points} epochs`);
        await page.click('train-stop');
        await page.trained('idle');
        assert.doesNotMatch(await browser.evaluate('document.title'), /%/);
        assert.deepEqual(browser.errors, []);
      });
    });
}

for (const name of inBrowsers('any'))
  describe(`the theatre in ${name}`, { timeout: 240_000 }, () => {
    /** @type {import('./page.js').Opened} */
    let opened;
    const QUERY = 'data=synthetic&train-size=3200&filters=8&units=32';

    before(async () => {
      opened = await openPage(name, { query: `${QUERY}&epochs=1`, offline: true });
      await opened.page.loaded();
    });
    after(() => opened?.close());

    /** What is seen after a run of so many epochs. @param {number} epochs */
    async function after_(epochs) {
      const { page } = opened;
      await page.open(`${QUERY}&epochs=${epochs}`);
      await page.loaded();
      await tryDress(opened);
      await page.click('train-start');
      await page.trained('done');
      await opened.browser.waitFor(
        (/** @type {string} */ selector) => document.querySelectorAll(selector).length === 25,
        { args: [`${hook('theatre-cell')}[data-predicted]`] },
      );
      return seen(opened);
    }

    test('the first epoch has at least a hundred points; axes are fixed', async () => {
      await after_(1);
      assert.equal(await opened.page.data('history-accuracy', 'trace'), '100');
      assert.equal(await opened.page.data('history-accuracy', 'points'), '1');
    });

    test('walking along the trace shows images and bars as they were, bit for bit', async () => {
      const { browser, page } = opened;
      const one = await after_(1);
      const three = await after_(3);
      assert.notDeepEqual(one, three);
      const cells = await page.cells();
      assert.deepEqual(
        three.predicted,
        cells.map((/** @type {any} */ cell) => String(cell.predicted)),
        'at the end, as in section 4',
      );
      await browser.evaluate(() =>
        /** @type {HTMLElement} */ (document.querySelector('[data-testid="scrub"]')).focus(),
      );
      await browser.press('Home');
      assert.deepEqual(await seen(opened), one);
      assert.equal(await page.data('theatre-grid', 'epoch'), '0');
      await browser.press('ArrowRight');
      assert.equal(await page.data('theatre-grid', 'epoch'), '1');
      assert.match(
        await browser.evaluate(() => document.querySelector('[data-testid="scrub"]')?.getAttribute('aria-valuetext')),
        /^Epoch 2: [\d.]+%/,
      );
      await page.click('scrub-now');
      assert.deepEqual(await seen(opened), three);
      assert.equal(await page.data('theatre-grid', 'epoch'), '');
    });

    test('at the end it says how it went, in the figures of section 4', async () => {
      const { browser, page } = opened;
      await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector)?.checkVisibility(), {
        args: [hook('ending')],
      });
      const words = await page.text('ending-words');
      const accuracy = parseFloat(await page.text('test-accuracy'));
      assert.ok(words.startsWith(`${accuracy.toFixed(1)}%. `), words);
      const count = words.match(/: ([\d,]+) [\w- ]+ were taken for [\w- ]+\./)?.[1].replace(',', '');
      const cells = await browser.evaluate(() =>
        [...document.querySelectorAll('[data-testid="confusion-matrix"] button')].map(
          (cell) => /** @type {HTMLElement} */ (cell).dataset.count,
        ),
      );
      assert.ok(cells.includes(count), words);
      await page.speak('zh-Hans');
      assert.match(await page.text('ending-words'), /^准确率 [\d.]+%。.+是它的弱项：/);
      await page.speak('en');
    });

    test('it can be closed and opened again, and leads on', async () => {
      const { browser, page } = opened;
      await page.click('ending-close');
      await browser.waitFor((/** @type {string} */ selector) => !document.querySelector(selector)?.checkVisibility(), {
        args: [hook('ending')],
      });
      await page.click('ending-open');
      await page.click('ending-try');
      await browser.waitFor(
        (/** @type {string} */ selector) =>
          /** @type {HTMLSelectElement} */ (document.querySelector(selector)).value === 'trained',
        { args: [hook('model-choice')] },
      );
      await page.waitForState('photo-result', 'ready');
    });

    test('again without dropout, compared with the run before, which lies beneath', async () => {
      const { browser, page } = opened;
      const accuracy = `${parseFloat(await page.text('test-accuracy')).toFixed(1)}%`;
      await page.click('ending-without-dropout');
      await page.trained('training');
      assert.doesNotMatch(await page.text('model-summary'), /Dropout/);
      assert.match(await browser.evaluate('location.search'), /model=/);
      assert.equal(
        await browser.evaluate(
          (/** @type {string} */ s) => /** @type {HTMLSelectElement} */ (document.querySelector(s)).value,
          hook('compare-with'),
        ),
        '1',
        'while the next one is under way',
      );
      await page.trained('done');
      await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector)?.checkVisibility(), {
        args: [hook('ending')],
      });
      const figures = await browser.evaluate(() =>
        [...document.querySelectorAll('.ending-figures dd')].map(({ textContent }) => textContent),
      );
      assert.equal(figures.length, 2, 'garments that are drawn are not compared with models that know photographs');
      assert.equal(figures[1], accuracy);
      assert.ok(
        await browser.evaluate(
          (/** @type {string} */ s) => document.querySelector(s) !== null,
          hook('ending-other-seed'),
        ),
      );
      await page.choose('compare-with', '0');
      assert.deepEqual(browser.errors, []);
    });

    test('the settings are below, and the line follows them', async () => {
      const { browser, page } = opened;
      await page.click('to-settings');
      assert.ok(
        await browser.evaluate(() => {
          const { top, bottom } = /** @type {Element} */ (document.activeElement).getBoundingClientRect();
          return (
            document.activeElement?.matches('[data-testid="settings-epochs"]') && top >= 0 && bottom <= innerHeight
          );
        }),
        'the first of them is in the window',
      );
      await browser.type(hook('settings-epochs'), '2');
      assert.match(
        await browser.evaluate(() => document.querySelector('.stage-line span')?.textContent),
        /^Epochs 2 · /,
      );
    });
  });

test('chromium: images and bars are looked at once a second or more often', { timeout: 60_000 }, async () => {
  await withPage(['chromium', { query: ENDLESS }], async (opened) => {
    const { browser, page } = opened;
    await page.loaded();
    await page.click('train-start');
    await page.trained('training');
    await looked(opened, 1);
    const before = Number(await page.data('theatre-grid', 'looks'));
    await browser.evaluate(() => new Promise((resolve) => setTimeout(resolve, 4000)));
    const more = Number(await page.data('theatre-grid', 'looks')) - before;
    assert.ok(more >= 4, `${more} looks in four seconds`);
    assert.ok(
      await browser.evaluate(() => document.querySelector('.stage-rail')?.checkVisibility()),
      'garments to tap',
    );
    await browser.click('.stage-rail [data-garment="bag"]');
    await browser.waitFor((/** @type {string} */ selector) => document.querySelectorAll(selector).length === 10, {
      args: [`${hook('theatre-bars')} li`],
    });
    await browser.waitFor(
      (/** @type {string} */ selector) => /%/.test(document.querySelector(selector)?.textContent ?? ''),
      { args: [hook('theatre-bars')] },
    );
    assert.deepEqual(
      await browser.evaluate(() => [
        document.activeElement?.id === 'try-title',
        /** @type {Element} */ (document.getElementById('stage')).getBoundingClientRect().bottom > innerHeight / 2,
      ]),
      [false, true],
      'the theatre stays',
    );
  });
});

test('chromium: classes, sizes and colours of one’s own', { timeout: 120_000 }, async () => {
  await withPage(
    ['chromium', { query: 'data=synthetic&model=few&size=32&epochs=200', browser: { width: 390, height: 844 } }],
    async (opened) => {
      const { browser, page } = opened;
      await page.loaded();
      const bytes = zipped(things({ discs: 40, poles: 40, [`${'W'.repeat(60)}`]: 40 }));
      await drop(browser, { name: 'things.zip', type: 'application/zip', bytes });
      await browser.waitFor(() => document.getElementById('own-found')?.checkVisibility());
      await drop(browser, { name: 'mine.png', type: 'image/png', bytes: thing(1, 99) });
      await page.waitForState('photo-result', 'ready');
      await page.click('train-start');
      await page.trained('training');
      await browser.waitFor(
        (/** @type {string} */ selector) => /%/.test(document.querySelector(selector)?.textContent ?? ''),
        { args: [hook('theatre-bars')] },
      );
      const { predicted, bars } = await seen(opened);
      assert.equal(bars.length, 3);
      assert.ok(
        predicted.length >= 20 && predicted.every((/** @type {string} */ each) => Number(each) < 3),
        `${predicted}`,
      );
      assert.deepEqual(
        await browser.evaluate(() => {
          const { width, height, classList } = /** @type {HTMLCanvasElement} */ (
            document.querySelector('.tried-body canvas')
          );
          return [width, height, classList.contains('plain')];
        }),
        [32, 32, true],
        'as the network sees it',
      );
      await looked(opened, 3);
      const { outside, pairs } = await browser.evaluate(misplaced, SHOWN);
      assert.deepEqual([outside, pairs], [[], []]);
      await page.click('train-stop');
      await page.trained('idle');
      await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector)?.checkVisibility(), {
        args: [hook('ending')],
      });
      assert.match(await page.text('ending-words'), /^[\d.]+%\./);
      assert.deepEqual(browser.errors, []);
    },
  );
});
