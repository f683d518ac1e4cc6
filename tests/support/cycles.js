import { withPage } from '../page/page.js';

/**
 * A tab that is used for a week, in miniature: models are created and disposed of through the API, runs through the
 * page, and the tab's memory is measured.
 *
 * @typedef {import('./browsers.js').Browser} Browser
 * @typedef {import('../page/page.js').Page} Page
 */

/**
 * Bytes. `tab`: everything the page and its workers hold, including WebAssembly's memories; `memory`: that of the core
 * which holds the API's models; `inUse`: the part of it that is allocated. `runs`: the number of runs saved in the
 * browser.
 * @typedef {{ tab: number, memory: number, inUse: number, runs: number }} Held
 */

/** Collects garbage immediately where memory is measured, instead of at some later time. */
const EAGER = '--enable-blink-features=ForceEagerMeasureMemory';
const QUERY =
  'data=synthetic&threads=1&epochs=1&train-size=320&model=conv2d:16:3:relu,maxPooling2d:2,flatten,dense:32:relu';

/** A model's whole life through the API; runs in the page. */
async function live() {
  const { fittingRoom } = /** @type {any} */ (globalThis);
  const { datasets, layers, loadCore, loadModel, sequential } = fittingRoom;
  const runtime = { deterministic: true, threads: 1 };
  // first, so that the pictures use the same core: while a thread waits for work, memory is not reported for a minute
  await loadCore(runtime);
  const { train, test } = await datasets.synthetic({ trainSize: 128, testSize: 128 });
  const stack = [
    layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, activation: 'relu' }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 128, activation: 'relu' }),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ];
  const model = await sequential({ layers: stack, seed: 1, ...runtime });
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  await model.fit(train.images, train.labels, { epochs: 1, verbose: 0, validationData: [test.images, test.labels] });
  await model.evaluate(test.images, test.labels);
  const loaded = await loadModel(await model.save({ includeOptimizer: true }), runtime);
  await loaded.predict(test.images);
  loaded.dispose();
  model.dispose();
}

/**
 * Trains on the page, which evaluates; saves by name, opens the saved model, deletes it.
 * @param {Browser} browser
 * @param {Page} page
 */
async function useThePage(browser, page) {
  await page.click('train-start');
  await page.trained('done');
  await page.click('save-model');
  await page.waitForCount('library-item', 1);
  await browser.evaluate(() => document.getElementById('evaluation')?.setAttribute('data-state', 'before'));
  await page.click('library-use');
  await browser.waitFor(() => document.getElementById('evaluation')?.dataset.state === 'ready', { timeout: 60_000 });
  await page.click('library-delete');
  await page.waitForCount('library-item', 0);
}

/** @returns {Promise<Held>} runs in the page */
async function held() {
  const { bytes } = await /** @type {any} */ (performance).measureUserAgentSpecificMemory();
  const core = await /** @type {any} */ (globalThis).fittingRoom.loadCore({ deterministic: true, threads: 1 });
  const done = (/** @type {IDBRequest} */ request) =>
    new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  const database = await done(indexedDB.open('fitting-room'));
  const runs = await done(database.transaction('runs').objectStore('runs').count());
  database.close();
  return { tab: bytes, memory: core.bytes(0, 0).buffer.byteLength, inUse: core.heapInUse(), runs };
}

/**
 * Uses one tab of Chromium over and over.
 * @param {{ warmUp: number, count: number, byPage: number }} cycles before the first measurement and after it; how many
 *   of these use the page too
 * @returns {Promise<{ before: Held, after: Held }>}
 */
export async function useTab({ warmUp, count, byPage }) {
  /** @type {Held[]} */
  const looks = [];
  await withPage(
    ['chromium', { query: QUERY, offline: true, browser: { args: [EAGER], whole: true } }],
    async ({ browser, page }) => {
      await page.loaded();
      await browser.waitFor('typeof globalThis.fittingRoom === "object"');
      for (const [byApi, byHand] of [
        [warmUp, Math.min(warmUp, byPage)],
        [count, byPage],
      ]) {
        for (let i = 0; i < byApi; i++) await browser.evaluate(live);
        for (let i = 0; i < byHand; i++) await useThePage(browser, page);
        looks.push(await browser.evaluate(held));
      }
    },
  );
  return { before: looks[0], after: looks[1] };
}
