import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { text } from '../support/given.js';
import { idxPair, pixelTable } from '../support/tables.js';
import { tasksDuring } from '../support/tasks.js';
import { thing, writeAll, zipped } from '../support/things.js';
import { chooseOwn, dropFromDisk, plain, says, textsOf, there, train } from './own.js';
import { hook, openPage, withPage } from './page.js';

/** People's own data in other forms than folders: tables of labels, tables of pixels, IDX files. */

/** @typedef {import('./page.js').Opened} Opened */

const QUICK = 'data=synthetic&epochs=2&train-size=500&size=28&model=flatten,dense:32:relu';
const ROWS = Number(process.env.ROWS ?? 3000); // of a large table

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
/** Labels and how many pictures each has; quoted as tables need it. */
const LABELS = { '<b>': 8, ['__proto__']: 8, 'a "b", c': 8, כובע: 8 };

/** Pictures in one folder, and a table of what they are. */
function listed() {
  const names = Object.entries(LABELS).flatMap(([label, count], kind) =>
    Array.from({ length: count }, (_, i) => ({ name: `${kind}-${i}`, label, kind, i })),
  );
  const rows = names.map(({ name, label }) => `images\\${name},"${label.replaceAll('"', '""')}"`);
  return {
    ...Object.fromEntries(names.map(({ name, kind, i }) => [`set/images/${name}.png`, thing(kind, i)])),
    'set/images/left.png': thing(0, 99),
    'set/labels.csv': text(`\ufefffile;label\r\n`.replace(';', ',') + [...rows, 'gone.png,hat'].join('\r\n')),
  };
}

/** @type {string} */
let folder;
const at = (/** @type {string} */ name) => join(folder, name);
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fitting-room-formats-'));
  await writeAll(folder, {
    ...listed(),
    'set.zip': zipped(listed()),
    'bars_train.csv': text(pixelTable(120, { side: 28 })),
    'bars_test.csv': text(`${pixelTable(30, { side: 28 })}0,300\n`),
    'bad.csv': text('a,b,c\n1,2,3\n'),
    'bars.zip': zipped({ 'x/train.csv': text(pixelTable(90)), 'x/readme.md': text('bars') }),
    'large.csv': text(pixelTable(ROWS, { side: 28 })),
    ...idxPair('emnist-letters-train', 260, { classes: 26, side: 28, first: 1, turned: true }),
    ...idxPair('emnist-letters-test', 52, { classes: 26, side: 28, first: 1, turned: true }),
  });
});
after(() => rm(folder, { recursive: true, force: true }));

for (const name of inBrowsers('engine')) {
  describe(`other forms of people’s own data in ${name}`, { timeout: 240_000 }, () => {
    /** @type {Opened} */
    let opened;
    before(async () => {
      opened = await openPage(name, { query: QUICK });
      await opened.page.loaded();
    });
    after(() => opened?.close());

    /** Until the page has taken stock of new pictures, it shows the classes before. @param {string[]} wanted */
    async function classesAre(wanted) {
      const names = `${hook('own-classes')} tbody th`;
      await opened.browser.waitFor(
        (/** @type {string} */ selector, /** @type {number} */ number) =>
          document.querySelectorAll(selector).length === number,
        { args: [names, wanted.length] },
      );
      assert.deepEqual(await textsOf(opened, names), wanted);
    }
    const dims = () => opened.browser.evaluate(() => document.getElementById('dims')?.textContent);
    const hasMaking = () => opened.browser.evaluate(() => document.querySelector('.own-making')?.checkVisibility());

    /** @param {string} note @returns {Promise<string[]>} what it names */
    async function named(note) {
      const selector = `[data-note="${note}"]`;
      await there(opened, selector);
      await opened.browser.click(`${selector} summary`);
      await there(opened, `${selector} li`);
      return (await textsOf(opened, `${selector} li`)).toSorted();
    }

    test('a table in an archive says what the pictures are', async () => {
      await chooseOwn(opened, 'zip', at('set.zip'));
      await says(opened, /^set: 4 classes/);
      await there(opened, hook('own-classes'));
      await classesAre(Object.keys(LABELS).toSorted());
      assert.deepEqual(await named('refused'), [
        'gone.png is named in a table, but not there',
        'set/images/left.png is named in no table',
      ]);
      assert.ok(await hasMaking());
    });

    test('a table of pixels is trained on, and drawings are asked about as it was', async () => {
      const { browser, page } = opened;
      await chooseOwn(opened, 'zip', at('bars_train.csv'), at('bars_test.csv'));
      await says(opened, /^bars: 3 classes, 108 training images, 12 for validation, 30 test images/);
      await there(opened, hook('own-classes'));
      await classesAre(['0', '1', '2']);
      assert.match(await dims(), /\(108, 28, 28\)/);
      assert.ok(!(await hasMaking()), 'images are what they are');
      assert.match((await named('refused'))[0], /^bars_test\.csv, row 32 it has 2 columns instead of 785$/);
      await browser.type(hook('settings-epochs'), '20');
      await train(opened);
      assert.match(String(await page.text('test-accuracy')), /^(9\d|100)\.\d\d%$/);
      const bars = await import('../support/pictures.js');
      const paper = new Uint8Array(28 * 28 * 3).fill(250);
      for (let i = 0; i < 26 * 3; i++) paper[(2 * 28 + 1) * 3 + i] = 20; // where class 1 has its bar
      await writeAll(folder, { 'drawing.png': bars.png(28, 28, 3, paper) });
      await browser.uploadFile(hook('photo-input'), at('drawing.png'));
      await page.waitForState('photo-result', 'ready');
      assert.equal(await page.data('photo-result', 'class'), '1', 'dark on bright became bright on dark');
    });

    test('a table of pixels may lie in an archive', async () => {
      await chooseOwn(opened, 'zip', at('bars.zip'));
      await says(opened, /^bars: 3 classes, 63 training images/);
      assert.match(await dims(), /\(63, 8, 8\)/);
    });

    test('letters as IDX files stand upright under their names', async () => {
      const { browser } = opened;
      const kinds = ['train-images-idx3', 'train-labels-idx1', 'test-images-idx3', 'test-labels-idx1'];
      await chooseOwn(opened, 'zip', ...kinds.map((kind) => at(`emnist-letters-${kind}-ubyte`)));
      await says(opened, /^emnist-letters: 26 classes, 234 training images, 26 for validation, 52 test images/);
      await there(opened, hook('own-classes'));
      await classesAre(LETTERS);
      const wide = () => {
        const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector('#own-found canvas'));
        const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(0, 0, 28, 28);
        const inked = (/** @type {number} */ y, /** @type {number} */ x) =>
          Math.abs(data[(y * 28 + x) * 4] - data[0]) > 60;
        const across = Array.from({ length: 28 }, (_, x) => inked(1, x)).filter(Boolean).length;
        return data[3] === 255 && across > 20;
      };
      assert.ok(await browser.waitFor(wide), 'the bar of A lies across');
      await train(opened);
      assert.deepEqual(await textsOf(opened, `${hook('confusion-matrix')} thead th`), LETTERS);
      assert.deepEqual(opened.browser.errors, []);
    });

    test('what is no such table is refused with its reason', async () => {
      const { browser, page } = opened;
      await chooseOwn(opened, 'zip', at('bad.csv'));
      await page.waitForState('dataset-status', 'failed');
      const detail = plain(await browser.evaluate(() => document.getElementById('dataset-detail')?.textContent));
      assert.match(detail, /bad\.csv: a row must hold a label and the pixels of a square image.*got 3 columns/);
    });
  });
}

test('chromium: tables and IDX files are dropped anywhere', { timeout: 120_000 }, () =>
  withPage(['chromium', { query: QUICK }], async (opened) => {
    const { browser, page } = opened;
    await page.loaded();
    await dropFromDisk(opened, at('set/images'), at('set/labels.csv'));
    await says(opened, /4 classes/);
    await dropFromDisk(
      opened,
      at('set/labels.csv'),
      ...['0-0', '0-1', '1-0', '1-1'].map((each) => at(`set/images/${each}.png`)),
    );
    await says(opened, /2 classes, 4 training/);
    await dropFromDisk(opened, at('bars_train.csv'));
    await says(opened, /^bars_train: 3 classes, 84 training/);
    await dropFromDisk(
      opened,
      at('emnist-letters-train-images-idx3-ubyte'),
      at('emnist-letters-train-labels-idx1-ubyte'),
    );
    await says(opened, /^emnist-letters-train: 26 classes/);
    await dropFromDisk(opened, at('set/images/0-0.png'), at('bad.csv'));
    await says(opened, /Not opened:.*bad\.csv/, 'incoming-note');
    await page.waitForState('photo-result', 'ready');
    assert.match(String(await page.text('dataset-status')), /^emnist-letters-train: 26 classes/);
    assert.deepEqual(browser.errors, []);
  }),
);

test('chromium: a large table does not hold up the page', { timeout: 300_000 }, () =>
  withPage(['chromium', { query: QUICK }], async (opened) => {
    const { browser, page } = opened;
    await page.loaded();
    const tasks = await tasksDuring(/** @type {import('puppeteer-core').Page} */ (browser.page), async () => {
      await dropFromDisk(opened, at('large.csv'));
      await says(opened, /^large: 3 classes/);
      await there(opened, hook('own-classes'));
    });
    assert.ok(tasks.length > 30, 'the tasks of the main thread were recorded');
    const longest = Math.max(...tasks.map(({ processor }) => processor));
    assert.ok(longest <= 100, `the page stood still for ${longest} ms`);
  }),
);
