import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { exportModel, layers, sequential } from '../../shim/index.js';
import { startMeasuring } from '../support/consumption.js';
import { largest, tooLarge, tooSlow } from '../support/hostile-pictures.js';
import { shirt } from '../support/pictures.js';
import { storedFiles } from '../support/stored.js';
import { ENDLESS, hook, withPage } from './page.js';

/**
 * Small picture files that would take a lot of time or memory: the size that a picture claims is checked before
 * anything is decoded.
 */

/** @typedef {import('../support/pictures.js').PictureFile} PictureFile */

const MOST_TIME = 1000; // ms of processor time
const MOST_MEMORY = 200; // MB

const stored = storedFiles('hostile');

for (const name of inBrowsers('engine')) {
  test(
    `a picture below a megabyte takes at most ${MOST_TIME} ms and ${MOST_MEMORY} MB; what claims too much is ` +
      `refused with its size (${name})`,
    { timeout: 120_000 },
    () =>
      withPage([name, { query: 'data=synthetic&train-size=100' }], async ({ browser, page }) => {
        const root = Number(browser.page?.browser().process()?.pid);
        const sound = stored(shirt());
        /**
         * Opens a file and then a valid one, which is classified. Its small memory is what the next one is compared
         * with.
         * @param {PictureFile} file
         */
        async function give(file) {
          const path = stored(file);
          const before = await page.count('photo-item');
          const end = startMeasuring(root);
          await browser.uploadFile(hook('photo-input'), path, sound);
          const states = await browser.waitFor(
            (/** @type {string} */ item, /** @type {number} */ count) => {
              const added = [...document.querySelectorAll(item)]
                .slice(count)
                .map((each) => /** @type {HTMLElement} */ (each).dataset.state);
              return added.length === 2 && added.every((state) => state === 'ready' || state === 'refused') && added;
            },
            { args: [hook('photo-item'), before] },
          );
          const { time, memory } = end();
          assert.ok(time <= MOST_TIME, `${file.name}: ${time} ms of the processor's`);
          assert.ok(memory <= MOST_MEMORY, `${file.name}: ${memory} MB`);
          assert.equal(states[1], 'ready', `a picture after ${file.name}`);
          const message = String(await page.text('photo-message')).replace(/[\u2066-\u2069]/g, '');
          return { state: states[0], message };
        }

        await page.loaded();
        await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
          args: [hook('photo-input')],
        });
        await browser.uploadFile(hook('photo-input'), sound);
        await page.waitForState('photo-result', 'ready'); // everything that is loaded once has been loaded by then
        for (const { file, width, height } of tooLarge()) {
          const { state, message } = await give(file);
          assert.equal(state, 'refused', file.name);
          const numbers = [width, height].map((value) => value.toLocaleString('en'));
          assert.ok(
            message.startsWith(
              `${file.name} is too large: ${numbers.join(' × ')} pixels. ` +
                'The limits for a file of its size are 12.6 megapixels',
            ),
            message,
          );
        }
        for (const file of tooSlow()) assert.match((await give(file)).message, /took too long to decode/, file.name);
        for (const file of largest()) await give(file);
      }),
  );
}

test(
  'a picture that the decoder does not come to an end with is given up after ten seconds, and those after it are ' +
    'answered',
  { timeout: 60_000 },
  () =>
    withPage(['chromium', { query: 'data=synthetic&train-size=100' }], async ({ browser, page }) => {
      await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
        args: [hook('photo-input')],
      });
      for (const worker of browser.page?.workers() ?? []) {
        await worker.evaluate(() => {
          if (self.name.startsWith('photos')) self.createImageBitmap = () => new Promise(() => {});
        });
      }
      await browser.uploadFile(hook('photo-input'), stored(shirt('endless.png')), stored(shirt()));
      await page.waitForState('photo-result', 'refused', 30_000);
      assert.match(
        String(await page.text('photo-message')),
        /endless\.png.* took too long to decode, so decoding was stopped/,
      );
      await browser.waitFor(
        (/** @type {string} */ item) =>
          /** @type {HTMLElement} */ (document.querySelectorAll(item)[1]).dataset.state === 'ready',
        { args: [hook('photo-item')] },
      );
    }),
);

/** A file from the service worker's cache would be there at once. @param {string} path */
const withoutCache = (path) => (/service-worker/.test(path) ? 404 : undefined);

for (const name of inBrowsers('any')) {
  test(`a model file that takes too long is given up or cancelled, and the run under way goes on (${name})`, {
    timeout: 120_000,
  }, async () => {
    const model = await sequential({
      layers: [layers.flatten({ inputShape: [28, 28, 1] }), layers.dense({ units: 10, activation: 'softmax' })],
      seed: 1,
    });
    const [keras] = await exportModel(model, 'keras');
    const paths = [
      stored({ name: 'slow.keras', bytes: keras.bytes }),
      stored({ name: 'quick.fit', bytes: await model.save() }),
    ];
    /** @param {string} path */
    const fail = (path) => (/formats-keras/.test(path) ? 'hang' : undefined);
    await withPage([name, { query: ENDLESS, server: { fail } }], async ({ browser, page }) => {
      const says = (/** @type {RegExp} */ words) =>
        browser.waitFor(
          (/** @type {string} */ selector, /** @type {string} */ pattern) =>
            new RegExp(pattern).test(
              String(document.querySelector(selector)?.textContent).replace(/[\u2066-\u2069]/g, ''),
            ),
          { args: [hook('keep-message'), words.source] },
        );
      await page.loaded();
      await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
        args: [hook('model-input')],
      });
      await page.click('train-start');
      await page.trained('training');
      await browser.uploadFile(hook('model-input'), paths[0]);
      await says(/^Opening slow\.keras \(0\.0 MB\)…$/);
      await page.click('keep-cancel');
      await says(/^Cancelled: nothing was opened/);
      assert.equal(
        await browser.evaluate(
          (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector)).hidden,
          hook('keep-cancel'),
        ),
        true,
      );
      await browser.uploadFile(hook('model-input'), paths[0]);
      await says(/^This file took too long to read/);
      await browser.uploadFile(hook('model-input'), paths[1]);
      await says(/^Opened and saved in this browser: quick/);
      const before = await page.progress();
      await browser.waitFor(
        (/** @type {string} */ selector, /** @type {number} */ value) =>
          Number(document.querySelector(selector)?.getAttribute('aria-valuenow')) > value,
        { args: [hook('train-progress'), before] },
      );
      assert.equal(await page.data('train-status', 'state'), 'training');
    });
  });

  test(`a model file is read on one thread, whatever its format: the reader starts no workers of its own (${name})`, {
    timeout: 120_000,
  }, async () => {
    const model = await sequential({
      layers: [layers.flatten({ inputShape: [28, 28, 1] }), layers.dense({ units: 10, activation: 'softmax' })],
      seed: 1,
    });
    await withPage(
      [name, { query: 'data=synthetic&train-size=1000&epochs=2&threads=1&deterministic=1' }],
      async ({ browser, page, server }) => {
        await page.loaded();
        await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
          args: [hook('model-input')],
        });
        for (const [i, format] of /** @type {const} */ (['tfjs', 'onnx', 'keras', 'safetensors']).entries()) {
          const paths = (await exportModel(model, format)).map(({ name, bytes }) => stored({ name, bytes }));
          await browser.uploadFile(hook('model-input'), ...paths);
          await page.waitForCount('library-item', i + 1);
        }
        assert.ok(server.requests.some((path) => /\/simd-\w+\/fitting-room\.wasm$/.test(path)));
        // The service worker fetches every build in advance; only a build that starts threads requests their script
        // more than once.
        for (const build of ['simd-mt', 'relaxed-mt'])
          assert.ok(
            server.requests.filter((path) => path.includes(`/${build}-`) && path.endsWith('.mjs')).length <= 1,
            build,
          );
      },
    );
  });

  test(
    `a model of the page’s own shows its progress and can be cancelled: the one before answers again (${name})`,
    { timeout: 60_000 },
    () =>
      withPage(
        [name, { query: 'data=synthetic&train-size=100', server: { fail: withoutCache } }],
        async ({ browser, page, server }) => {
          await page.loaded();
          await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
            args: [hook('photo-input')],
          });
          await browser.uploadFile(hook('photo-input'), stored(shirt()));
          await page.waitForState('photo-result', 'ready');
          const confidence = await page.data('photo-result', 'confidence');
          server.options.bytesPerSecond = 50_000;
          await page.choose('model-choice', 'accurate');
          await browser.waitFor(() =>
            /Loading this model: .* of .*/.test(String(document.querySelector('.photo-model')?.textContent)),
          );
          await page.click('model-cancel');
          await page.waitForState('photo-result', 'ready');
          assert.equal(await page.data('photo-result', 'confidence'), confidence);
          assert.equal(
            await browser.evaluate(
              () => /** @type {HTMLSelectElement} */ (document.querySelector('[data-testid="model-choice"]')).value,
            ),
            'photos',
          );
          server.options.bytesPerSecond = undefined;
          await page.choose('model-choice', 'accurate');
          await browser.waitFor(
            (/** @type {string} */ selector, /** @type {string} */ old) => {
              const { state, confidence: now } = /** @type {HTMLElement} */ (document.querySelector(selector)).dataset;
              return state === 'ready' && now !== old;
            },
            { args: [hook('photo-result'), confidence] },
          );
        },
      ),
  );
}

test('of very many files the first two thousand are taken, and the page says so', () =>
  withPage(['chromium', { query: 'data=synthetic&train-size=100' }], async ({ browser }) => {
    await browser.evaluate(() => {
      const transfer = new DataTransfer();
      for (let i = 0; i < 2001; i++) transfer.items.add(new File(['-'], `${i}.txt`));
      document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: transfer }));
    });
    await browser.waitFor(
      (/** @type {string} */ selector) =>
        /Only the first 2,000 files were read.*and 1997 more/.test(
          String(document.querySelector(selector)?.textContent).replace(/[\u2066-\u2069]/g, ''),
        ),
      { args: [hook('incoming-note')] },
    );
  }));
