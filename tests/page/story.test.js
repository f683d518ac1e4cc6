import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { datasetFolder } from '../support/dataset.js';
import { hook, openPage, TUTORIAL } from './page.js';

const CLASSES = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

/** Slow enough to be stopped in the middle of an epoch. */
const SLOW = 'data=synthetic&epochs=2&train-size=2400&batch-size=2';

for (const name of inBrowsers('engine')) {
  describe(`the story in ${name}`, { timeout: 180_000 }, () => {
    /** @type {Awaited<ReturnType<typeof openPage>>} */
    let opened;

    before(async () => {
      opened = await openPage(name, { query: TUTORIAL, offline: true, server: { dataset: datasetFolder() } });
    });
    after(() => opened?.close());

    test('loads by itself and says that the pictures are synthetic', async () => {
      const { page, browser } = opened;
      await page.loaded();
      assert.match(await page.text('dataset-status'), /^Synthetic: 10,000 .* 2,000 /);
      assert.equal(await browser.evaluate(() => document.querySelector('#dims dd')?.textContent), '(10000, 28, 28)');
      assert.equal(await page.data('sample-image', 'index'), '6');
      const names = await browser.evaluate(
        `[...document.querySelectorAll('${hook('first-30')} li')].map((li) => li.textContent)`,
      );
      assert.equal(names.length, 30);
      for (const each of names) assert.ok(CLASSES.includes(each), each);
      assert.ok(await inked(browser, `${hook('first-30')} li:nth-child(30) canvas`), 'the thirtieth picture is drawn');
      assert.ok(await inked(browser, '#sample-canvas'), 'the seventh picture is drawn');
    });

    test('describes the model', async () => {
      const { page, browser } = opened;
      await browser.waitFor(() =>
        document.querySelector('[data-testid="model-summary"]')?.textContent?.includes('693,962'),
      );
      assert.match(await page.text('model-summary'), /Layer \(type\)\s+Output Shape\s+Param #/);
      assert.match(await page.data('runtime-info', 'build'), /^relaxed(-mt)?$/);
      assert.equal(await page.data('runtime-info', 'threads'), String(Math.min(availableParallelism(), 8)));
    });

    test('trains two epochs, plots them, logs them and evaluates', async () => {
      const { page, browser } = opened;
      assert.equal(await page.data('train-status', 'state'), 'idle');
      assert.equal((await page.cells()).length, 0);
      await page.click('train-start');
      await page.trained('done');
      assert.equal(await page.data('history-loss', 'points'), '2');
      assert.equal(await page.data('history-accuracy', 'points'), '2');
      assert.equal(await page.progress(), 100);
      const log = await page.text('log');
      assert.match(log, /Epoch 1\/2 .*loss: \d.*acc: \d.*val_loss: \d.*val_acc: \d/);
      assert.match(log, /Epoch 2\/2/);
      for (const figure of ['train-loss', 'test-loss']) assert.match(await page.text(figure), /^\d+\.\d{4}$/);
      for (const figure of ['train-accuracy', 'test-accuracy']) assert.match(await page.text(figure), /^\d+\.\d\d%$/);
      assert.ok(parseFloat(await page.text('test-accuracy')) > 30, 'something was learned');
      assert.ok(await inked(browser, '#history-loss canvas'), 'the plot is drawn');
    });

    test('shows 25 predictions, right ones blue and wrong ones red', async () => {
      const { page } = opened;
      await page.click('grid-next');
      await opened.browser.waitFor(
        () => document.querySelector('[data-testid="prediction-cell"]')?.getAttribute('data-index') === '25',
      );
      const cells = await page.cells();
      assert.equal(cells.length, 25);
      const colours = { right: new Set(), wrong: new Set() };
      for (const cell of cells) {
        const sign = cell.predicted === cell.true ? 'right' : 'wrong';
        assert.equal(cell.title, `${CLASSES[cell.predicted]} (${CLASSES[cell.true]})`);
        assert.equal(cell.sign, sign);
        colours[sign].add(cell.colour);
      }
      assert.ok(colours.right.size === 1 && colours.wrong.size <= 1);
      assert.ok(
        [...colours.right].every((colour) => !colours.wrong.has(colour)),
        'two colours',
      );
    });

    test('figures agree: accuracy, confusion matrix, class table', async () => {
      const { page, browser } = opened;
      const counts = await browser.evaluate(() =>
        [...document.querySelectorAll('[data-testid="confusion-matrix"] button')].map((b) =>
          Number(/** @type {HTMLElement} */ (b).dataset.count),
        ),
      );
      assert.equal(counts.length, 100);
      const all = counts.reduce((/** @type {number} */ sum, /** @type {number} */ each) => sum + each, 0);
      const hits = counts
        .filter((/** @type {number} */ _, /** @type {number} */ i) => i % 11 === 0)
        .reduce((/** @type {number} */ sum, /** @type {number} */ each) => sum + each, 0);
      assert.equal(all, 2000);
      assert.equal(`${((100 * hits) / all).toFixed(2)}%`, await page.text('test-accuracy'));
      const shown = new Array(100).fill(0);
      for (const cell of await page.cells()) shown[10 * cell.true + cell.predicted]++;
      assert.ok(
        shown.every((count, i) => count <= counts[i]),
        'the pictures of the grid are among those that the matrix counts',
      );
      const recall = await browser.evaluate(
        () => document.querySelector('[data-testid="per-class"] tbody tr td:nth-child(3)')?.textContent,
      );
      const firstRow = counts
        .slice(0, 10)
        .reduce((/** @type {number} */ sum, /** @type {number} */ each) => sum + each, 0);
      assert.equal(recall, (counts[0] / firstRow).toFixed(3));
    });

    test('a pressed cell opens its pictures, a pressed picture its confidences', async () => {
      const { browser } = opened;
      const count = await browser.evaluate(() => {
        const cell = /** @type {HTMLElement} */ (
          [...document.querySelectorAll('[data-testid="confusion-matrix"] .hit')].find(
            (b) => Number(/** @type {HTMLElement} */ (b).dataset.count) > 0,
          )
        );
        cell.click();
        return Number(cell.dataset.count);
      });
      await browser.waitFor(
        (/** @type {number} */ wanted) => document.querySelectorAll('#cell-list li').length === wanted,
        { args: [Math.min(count, 40)] },
      );
      await browser.click('#cell-list li:last-child button');
      const index = await browser.evaluate(
        () => /** @type {HTMLElement} */ (document.querySelector('#cell-list li:last-child')).dataset.index,
      );
      await browser.waitFor(
        (/** @type {string} */ wanted) =>
          /** @type {HTMLElement} */ (document.querySelector('[data-testid="confidences"]')).dataset.index === wanted,
        { args: [index] },
      );
      const shares = await browser.evaluate(() =>
        [...document.querySelectorAll('[data-testid="confidences"] .bar-value')].map((node) =>
          parseFloat(node.textContent ?? ''),
        ),
      );
      assert.equal(shares.length, 10);
      const sum = shares.reduce((/** @type {number} */ total, /** @type {number} */ each) => total + each, 0);
      assert.ok(Math.abs(sum - 100) < 1, `ten confidences are 100 % together, not ${sum} %`);
    });

    test('pauses, resumes, stops in the middle of an epoch and goes on exactly there', async () => {
      const { page, browser } = opened;
      await page.open(SLOW);
      await page.loaded();
      await page.click('train-start');
      await page.trained('done');
      const straight = [await page.text('train-loss'), await page.text('test-loss'), await page.cells()];

      await page.open(SLOW);
      await page.loaded();
      await page.click('train-start');
      await browser.waitFor(
        () => Number(document.querySelector('[data-testid="train-progress"]')?.getAttribute('aria-valuenow')) >= 2,
      );
      await page.click('train-pause');
      await page.trained('paused');
      await browser.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)));
      const paused = await page.progress();
      await browser.evaluate(() => new Promise((resolve) => setTimeout(resolve, 700)));
      assert.equal(await page.progress(), paused, 'nothing moves while paused');
      await page.click('train-pause');
      await page.trained('training');
      await browser.waitFor(
        (/** @type {number} */ before) =>
          Number(document.querySelector('[data-testid="train-progress"]')?.getAttribute('aria-valuenow')) > before,
        { args: [paused] },
      );
      await page.click('train-stop');
      await page.trained('idle');
      assert.match(await page.text('train-status'), /^Stopped in epoch 1 after \d+ batches/);
      await browser.waitFor(() => document.getElementById('evaluation')?.dataset.state === 'ready');
      assert.equal((await page.cells()).length, 25, 'evaluated after Stop, too');
      assert.equal(await page.text('train-start'), 'Continue');

      await page.click('train-start');
      await page.trained('done');
      assert.equal(await page.data('history-loss', 'points'), '2');
      assert.deepEqual([await page.text('train-loss'), await page.text('test-loss'), await page.cells()], straight);
    });

    test('a stopped run with other settings starts anew', async () => {
      const { page } = opened;
      await page.open(SLOW);
      await page.loaded();
      await page.click('train-start');
      await page.trained('training');
      await page.click('train-stop');
      await page.trained('idle');
      await page.choose('settings-seed', '7');
      assert.equal(await page.text('train-start'), 'Start');
      await page.choose('settings-seed', '42');
      assert.equal(await page.text('train-start'), 'Continue');
    });

    test('without an error in the console', () => {
      assert.deepEqual(opened.browser.errors, []);
    });
  });

  test(`the real pictures in ${name}`, {
    timeout: 120_000,
    skip: datasetFolder() ? false : 'the dataset is not on this machine',
  }, async () => {
    const { page, browser, close } = await openPage(name, {
      query: 'epochs=2&train-size=2000&log=1',
      server: { dataset: datasetFolder() },
    });
    try {
      await page.click('train-start'); // before the images have loaded: it waits for them
      await page.trained('done', 90_000);
      assert.match(await page.text('dataset-status'), /^Fashion-MNIST: 60,000 .* 10,000 /);
      assert.equal(await page.data('sample-image', 'label'), '7');
      assert.equal((await page.cells()).length, 25);
      assert.ok(parseFloat(await page.text('test-accuracy')) > 60);
      assert.match(await page.text('log'), /\[=+\]/);

      await page.open('epochs=2');
      await page.loaded();
      const detail = await browser.evaluate(() => document.getElementById('dataset-detail')?.textContent);
      assert.equal(detail, 'Loaded from this browser’s cache.');
      assert.deepEqual(browser.errors, []);
    } finally {
      await close();
    }
  });
}

/** Whether a canvas shows anything. @param {import('./page.js').Browser} browser @param {string} selector */
function inked(browser, selector) {
  return browser.evaluate((/** @type {string} */ wanted) => {
    const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector(wanted));
    const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(
      0,
      0,
      canvas.width,
      canvas.height,
    );
    return data.some((value) => value > 0);
  }, selector);
}
