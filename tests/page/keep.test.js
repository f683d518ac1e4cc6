import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { layers, sequential } from '../../shim/index.js';
import { QUICK, hook, withPage } from './page.js';

/** Models saved by name in the browser, downloaded as files, and opened from files. */

const FORMATS = ['fitting-room', 'tfjs', 'onnx', 'keras', 'safetensors'];

/** Collects what the page downloads, by name; runs in the page. */
function catchDownloads() {
  const caught = /** @type {any} */ (globalThis);
  caught.downloads = {};
  const blobs = new Map();
  const create = URL.createObjectURL;
  URL.createObjectURL = (blob) => {
    const address = create.call(URL, blob);
    blobs.set(address, blob);
    return address;
  };
  HTMLAnchorElement.prototype.click = function () {
    caught.downloads[this.download] = blobs.get(this.href);
  };
}

/**
 * The output of the downloaded files, read with `importModel`, for an all-zero picture; runs in the page.
 * @param {string[]} names
 */
async function predictionOf(names) {
  const { fittingRoom, downloads } = /** @type {any} */ (globalThis);
  const files = await Promise.all(
    names.map(async (name) => ({ name, bytes: new Uint8Array(await downloads[name].arrayBuffer()) })),
  );
  const model = await fittingRoom.importModel(files, { deterministic: true, threads: 1 });
  const { data } = await model.predict({ shape: [1, 28, 28, 1], data: new Uint8Array(784) });
  model.dispose();
  return [...data];
}

for (const name of inBrowsers('any')) {
  describe(`models in ${name}`, { timeout: 120_000 }, () => {
    test('are saved, renamed, compared, deleted and brought back, taken away in every format, and used', () =>
      withPage([name, { query: QUICK }], async ({ browser, page }) => {
        const items = (/** @type {number} */ count) => page.waitForCount('library-item', count);
        const says = (/** @type {string} */ text) =>
          browser.waitFor(
            (/** @type {string} */ selector, /** @type {string} */ part) =>
              document.querySelector(selector)?.textContent?.includes(part),
            { args: [hook('keep-message'), text] },
          );
        await page.loaded();
        await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
          args: [hook('save-model')],
        });
        assert.equal(
          await browser.evaluate(
            (/** @type {string} */ selector) => document.querySelector(selector)?.matches(':disabled'),
            hook('save-model'),
          ),
          true,
        );
        await page.click('train-start');
        await page.trained('done');
        await browser.waitFor(() => document.getElementById('evaluation')?.dataset.state === 'ready');
        const accuracy = await page.text('test-accuracy');

        const markup = '<img src=x onerror=alert(1)>';
        await browser.type(hook('save-name'), markup);
        await page.click('save-model');
        await items(1);
        await says(markup);
        assert.equal(await browser.evaluate(() => document.querySelectorAll('#keep img').length), 0, 'a name is text');
        await browser.type(hook('library-name'), 'First of all');
        await browser.press('Enter');
        await page.click('library-compare');
        await browser.waitFor(() =>
          document.querySelector('[data-testid="comparison"] svg')?.textContent?.includes('First of all'),
        );
        await page.click('library-delete');
        await items(0);
        await page.click('library-undo');
        await items(1);

        await browser.evaluate(catchDownloads);
        /** @type {number[]} */
        const own = [];
        for (const format of FORMATS) {
          await page.choose('export-format', format);
          await page.click('library-download');
          const files =
            format === 'tfjs'
              ? ['model.json', 'weights.bin']
              : [`First of all.${{ 'fitting-room': 'fit' }[format] ?? format}`];
          await says(files[0]);
          const prediction = await browser.evaluate(predictionOf, files);
          if (own.length === 0) own.push(...prediction);
          prediction.forEach((/** @type {number} */ value, /** @type {number} */ i) =>
            assert.ok(Math.abs(value - own[i]) < 1e-6, `${format}: ${value}, not ${own[i]}`),
          );
        }
        for (const figures of ['history-csv', 'history-json', 'predictions-csv', 'plot-svg']) await page.click(figures);
        const text = (/** @type {string} */ file) =>
          browser.evaluate(
            (/** @type {string} */ wanted) => /** @type {any} */ (globalThis).downloads[wanted].text(),
            file,
          );
        assert.match(await text('history.csv'), /^epoch,.*val_acc.*\r\n1,.*\r\n2,.*\r\n$/);
        assert.equal(JSON.parse(await text('history.json')).history.val_acc.length, 2);
        assert.equal((await text('predictions.csv')).split('\r\n').length, 2_002);
        assert.match(await text('acc.svg'), /^<svg .*<path/);

        await page.open(QUICK);
        await items(1);
        assert.equal(await page.data('train-status', 'state'), 'idle');
        await page.loaded();
        await page.click('library-use');
        await browser.waitFor(() => document.getElementById('evaluation')?.dataset.state === 'ready');
        assert.equal(await page.text('test-accuracy'), accuracy);
      }));

    test('are opened from files, and what cannot be one is refused with its reason', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'fitting-room-models-'));
      const small = await sequential({
        layers: [layers.flatten({ inputShape: [4, 4, 1] }), layers.dense({ units: 2 })],
        seed: 1,
      });
      await writeFile(join(folder, 'small.fit'), await small.save());
      await writeFile(join(folder, 'broken.onnx'), 'no model at all');
      try {
        await withPage([name, { query: QUICK }], async ({ browser, page }) => {
          const says = (/** @type {string} */ text) =>
            browser.waitFor(
              (/** @type {string} */ selector, /** @type {string} */ part) =>
                document.querySelector(selector)?.textContent?.includes(part),
              { args: [hook('keep-message'), text] },
            );
          await page.loaded();
          await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
            args: [hook('model-input')],
          });
          await browser.uploadFile(hook('model-input'), join(folder, 'broken.onnx'));
          await says('This failed');
          await browser.uploadFile(hook('model-input'), join(folder, 'small.fit'));
          await says('small');
          await page.click('library-use');
          await says('got [4,4,1] to [2]');
        });
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  });
}

test('two tabs see the same models: what one deletes or renames, the other does not offer', { timeout: 90_000 }, () =>
  withPage(['chromium', { query: QUICK }], async ({ browser, page, server }) => {
    await page.loaded();
    await page.click('train-start');
    await page.trained('done');
    await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
      args: [hook('save-name')],
    });
    for (const name of ['First', 'Second']) {
      await browser.type(hook('save-name'), name);
      await page.click('save-model');
      await browser.waitFor(
        (/** @type {string} */ selector, /** @type {string} */ wanted) =>
          [...document.querySelectorAll(selector)].some(
            (field) => /** @type {HTMLInputElement} */ (field).value === wanted,
          ),
        { args: [hook('library-name'), name] },
      );
    }
    const other = await browser.newTab();
    try {
      /** @param {import('./page.js').Browser} tab */
      const names = (tab) =>
        tab.evaluate(
          (/** @type {string} */ selector) =>
            [...document.querySelectorAll(selector)].map((field) => /** @type {HTMLInputElement} */ (field).value),
          hook('library-name'),
        );
      /** @param {import('./page.js').Browser} tab @param {string[]} wanted */
      const lists = (tab, wanted) =>
        tab.waitFor(
          (/** @type {string} */ selector, /** @type {string} */ all) =>
            JSON.stringify(
              [...document.querySelectorAll(selector)].map((field) => /** @type {HTMLInputElement} */ (field).value),
            ) === all,
          { args: [hook('library-name'), JSON.stringify(wanted)] },
        );
      const says = (/** @type {string} */ text) =>
        other.waitFor(
          (/** @type {string} */ selector, /** @type {string} */ part) =>
            document.querySelector(selector)?.textContent?.includes(part),
          { args: [hook('keep-message'), text] },
        );
      const press = (/** @type {import('./page.js').Browser} */ tab, /** @type {string} */ testid) =>
        tab.evaluate(
          (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector)).click(),
          hook(testid),
        );
      await other.open(`${server.url}?${QUICK}`);
      await lists(other, ['Second', 'First']);
      await other.waitFor(
        (/** @type {string} */ selector) =>
          /** @type {HTMLElement} */ (document.querySelector(selector))?.dataset.state === 'ready',
        { args: [hook('dataset-status')] },
      );

      await browser.evaluate((/** @type {string} */ selector) => {
        const field = /** @type {HTMLInputElement} */ (document.querySelector(selector));
        field.value = 'Renamed';
        field.dispatchEvent(new Event('blur'));
      }, hook('library-name'));
      await lists(other, ['Renamed', 'First']);
      for (const left of [['First'], []]) {
        await press(browser, 'library-delete');
        await lists(other, left);
        await lists(browser, left);
      }
      for (const back of [['First'], ['Renamed', 'First']]) {
        await press(browser, 'library-undo');
        await lists(other, back);
        await lists(browser, back);
      }

      // If no tab reports a change: the requested model is missing, and the list is corrected.
      for (const [act, done] of /** @type {const} */ ([
        ['library-use', 1],
        ['library-download', 0],
      ])) {
        const database = (/** @type {number} */ left) =>
          browser.evaluate(
            (/** @type {number} */ count) =>
              new Promise((resolve, reject) => {
                const opening = indexedDB.open('fitting-room');
                opening.onerror = reject;
                opening.onsuccess = () => {
                  const transaction = opening.result.transaction(['models', 'bytes'], 'readwrite');
                  const models = transaction.objectStore('models');
                  models.getAll().onsuccess = ({ target }) => {
                    const [last] = /** @type {any} */ (target).result.sort(
                      (/** @type {any} */ a, /** @type {any} */ b) => b.savedAt - a.savedAt,
                    );
                    for (const store of ['models', 'bytes']) transaction.objectStore(store).delete(last.id);
                  };
                  transaction.oncomplete = () => (opening.result.close(), resolve(count));
                };
              }),
            left,
          );
        await database(done);
        await press(other, act);
        await says('deleted in another tab');
        assert.equal((await names(other)).length, done);
      }
      assert.equal(
        await other.evaluate(() => document.querySelector('[data-testid="train-status"]')?.getAttribute('data-state')),
        'idle',
        'nothing has changed',
      );
      assert.deepEqual(other.errors, []);
    } finally {
      await other.close();
    }
    assert.deepEqual(browser.errors, []);
  }),
);
