import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { lastRun } from '../support/kept.js';
import { startServer } from '../support/static-server.js';
import { followTrainers } from '../support/trainers.js';
import { QUICK, createPage, hook, openPage, withPage } from './page.js';

/** Faults of the browser and the machine: the page says why, stays usable, and keeps what it has saved. */

/**
 * A run that ends with the same weights wherever it was interrupted; long enough to be interrupted even on a busy
 * machine.
 */
const EPOCHS = 10;
const RUN = `data=synthetic&deterministic=1&epochs=${EPOCHS}&train-size=2000&filters=8&units=32`;

/** WebAssembly's memory in pages of 64 KiB: enough for RUN, and no more than 64 MB. */
const MEMORY = '--js-flags=--wasm-max-mem-pages=1024';

/** The feature that the processor is reported to lack. */
const NO_SIMD = '--js-flags=--no-enable-sse4-1 --no-enable-ssse3 --no-enable-avx';

/** The storage that the page gets, in bytes: enough for a few runs. */
const ROOM = 40e6;

const HOUR = 3_600_000; // ms

/** @typedef {import('./page.js').Opened} Opened */
/** @typedef {import('puppeteer-core').Page} Tab */

/** @param {Pick<Opened, 'page'>} opened */
async function trains({ page }) {
  await page.loaded();
  await page.click('train-start');
  await page.trained('done');
}

/**
 * Waits until the page shows a text.
 * @param {Pick<Opened, 'browser'>} opened
 * @param {string} testid
 * @param {RegExp} words
 */
const says = ({ browser }, testid, words) =>
  browser.waitFor(
    (/** @type {string} */ selector, /** @type {string} */ pattern) => {
      const element = /** @type {HTMLElement | null} */ (document.querySelector(selector));
      return Boolean(element?.checkVisibility() && new RegExp(pattern).test(element.textContent ?? ''));
    },
    { args: [hook(testid), words.source] },
  );

/**
 * Trains until a first epoch has been saved, and pauses in a later one.
 * @param {Pick<Opened, 'page' | 'browser'>} opened
 */
async function trainAndPause({ page, browser }) {
  await page.loaded();
  await browser.evaluate((/** @type {string} */ pause) => {
    const watched = /** @type {any} */ (globalThis);
    watched.onEvent = (/** @type {{ type: string }} */ { type }) => {
      if (type !== 'epoch') return;
      watched.onEvent = null;
      /** @type {HTMLElement} */ (document.querySelector(pause)).click();
    };
  }, hook('train-pause'));
  await page.click('train-start');
  await page.trained('paused');
  await page.waitForState('keep-status', 'kept');
}

/**
 * Presses without the mouse, which a background tab does not receive.
 * @param {Pick<Opened, 'browser'>} opened
 * @param {string} testid
 */
const press = ({ browser }, testid) =>
  browser.evaluate(
    (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector)).click(),
    hook(testid),
  );

/**
 * Does what a later version of the page would do; runs in a page of the same origin.
 * @param {{ letGo: boolean }} options false: it blocks all others until `release` is called, and then leaves everything
 *   unchanged
 */
const openLaterVersion = ({ letGo }) =>
  new Promise((resolve) => {
    const opening = indexedDB.open('fitting-room');
    opening.onsuccess = () => {
      const later = indexedDB.open('fitting-room', opening.result.version + 1);
      if (letGo) opening.result.close();
      later.onupgradeneeded = () => letGo || later.transaction?.abort();
      const release = () =>
        new Promise((released) => {
          later.onerror = released;
          opening.result.close();
        });
      Object.assign(globalThis, { release });
      later.onblocked = later.onsuccess = () => resolve(undefined);
    };
  });

/**
 * Whether storage is full; runs in the page. The write must exceed the room that there seemed to be: only then, or
 * after half a minute, does Chromium measure again.
 * @param {number} bytes
 * @returns {Promise<boolean>}
 */
const takesNoMore = (bytes) =>
  new Promise((resolve) => {
    const opening = indexedDB.open('probe');
    opening.onupgradeneeded = () => opening.result.createObjectStore('bytes', { autoIncrement: true });
    opening.onerror = () => resolve(true);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction('bytes', 'readwrite');
      // small enough not to become a separate file, and incompressible
      const piece = crypto.getRandomValues(new Uint8Array(60_000));
      for (let at = 0; at < bytes; at += piece.length) transaction.objectStore('bytes').add(piece);
      transaction.oncomplete = () => resolve(false);
      transaction.onabort = () => resolve(true);
      opening.result.close();
    };
  });

/** A Chromium profile that lets no page store anything. */
async function profileWithoutStorage() {
  const profile = await mkdtemp(join(tmpdir(), 'fitting-room-refused-'));
  await mkdir(join(profile, 'Default'));
  await writeFile(
    join(profile, 'Default', 'Preferences'),
    JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }),
  );
  return profile;
}

describe('faults in a browser that has kept runs', { timeout: 500_000 }, () => {
  /** @type {Opened} */
  let opened;
  /** @type {Tab} */
  let tab;
  /** @type {import('puppeteer-core').CDPSession} */
  let protocol;
  /** @type {import('../support/static-server.js').StaticServer} */
  let server;
  /** Of the uninterrupted run. @type {string} */
  let weights;

  /** The run that was saved last, which is complete but not at its end. */
  async function interrupted() {
    const run = await opened.browser.evaluate(lastRun);
    assert.ok(run.facts.position.epoch >= 1 && run.facts.position.epoch < EPOCHS, 'what was kept before is whole');
    return run;
  }

  /** The run that was saved last, which reached its end. */
  async function done() {
    const run = await opened.browser.evaluate(lastRun);
    assert.ok(run.facts.finished);
    assert.equal(run.weights, weights);
    return run;
  }

  /** Shifts the clock of the page and its workers. @param {number} by ms @param {() => Promise<void>} use */
  async function shiftClock(by, use) {
    const shift = (/** @type {number} */ more) => {
      const now = Date.now;
      Date.now = () => now() + more;
    };
    /** @param {import('puppeteer-core').WebWorker} worker */
    const shiftIn = (worker) => worker.evaluate(shift, by).catch(() => {}); // it may be gone by then
    const { identifier } = await tab.evaluateOnNewDocument(shift, by);
    tab.on('workercreated', shiftIn);
    try {
      await use();
    } finally {
      tab.off('workercreated', shiftIn);
      await tab.removeScriptToEvaluateOnNewDocument(identifier);
    }
  }

  /** Continues what the page offers, and reaches the same end as an uninterrupted run. */
  async function goesOn() {
    const { page } = opened;
    await says(opened, 'resume-offer', /interrupted in epoch/);
    await page.click('resume-run');
    await page.trained('done');
    await done();
  }

  /** @param {number} [bytes] that the page may store; default: as much as the browser allows */
  const limitStorage = (bytes) =>
    protocol.send('Storage.overrideQuotaForOrigin', { origin: new URL(server.url).origin, quotaSize: bytes });

  /** @param {import('./page.js').Browser} browser */
  async function prepare({ page }) {
    tab = /** @type {Tab} */ (page);
    tab.on('dialog', (dialog) => dialog.accept()); // it asks before the page that trains is left
    await followTrainers(tab);
    protocol = await tab.createCDPSession();
    await limitStorage(ROOM);
  }

  before(async () => {
    server = await startServer({ headers: true });
    opened = await openPage('chromium', { at: server, query: RUN, browser: { args: [MEMORY] }, prepare });
    await trains(opened);
    ({ weights } = await opened.browser.evaluate(lastRun));
  });
  after(async () => {
    await opened?.close();
    await server.close();
  });

  test('a worker that is killed within a step: an alarm, and the run goes on to the same weights', async () => {
    const { page, browser } = opened;
    await trainAndPause(opened);
    await browser.evaluate(() => {
      const kill = (/** @type {{ type: string }} */ { type }, /** @type {Worker} */ trainer) =>
        type === 'progress' && trainer.terminate();
      Object.assign(globalThis, { onEvent: kill });
    });
    await page.click('train-pause');
    await page.trained('failed');
    assert.match(
      await browser.evaluate(() => document.getElementById('alarm')?.innerText),
      /stopped unexpectedly\. Anything not yet saved is lost/,
    );
    await interrupted();
    await goesOn();
  });

  test(
    'a tab whose process ends, as when it is discarded: the run goes on to the same weights, and no other tab has ' +
      'it',
    async () => {
      const { page, browser } = opened;
      await trainAndPause(opened);
      await press(opened, 'train-pause');
      const gone = new Promise((resolve) => tab.once('error', resolve));
      protocol.send('Page.crash').catch(() => {});
      await gone;
      await page.open(RUN);
      await interrupted();
      const other = await browser.newTab();
      try {
        const second = { browser: other, page: createPage(other, server.url) };
        await second.page.open(RUN);
        await says(second, 'resume-offer', /interrupted in epoch/);
        await tab.bringToFront();
        await goesOn();
        await press(second, 'resume-discard');
        // an earlier one: the other belongs to the first tab
        await says(second, 'resume-offer', /Your last run is still here/);
        await done();
      } finally {
        await other.close();
      }
    },
  );

  test('two tabs that train at once: each keeps a run of its own, to the same weights', async () => {
    const { page, browser } = opened;
    await trainAndPause(opened);
    const ids = [(await browser.evaluate(lastRun)).id];
    const other = await browser.newTab();
    try {
      await followTrainers(/** @type {Tab} */ (other.page));
      const second = { browser: other, page: createPage(other, server.url) };
      await second.page.open(RUN);
      // an earlier one that does not belong to the first tab
      await says(second, 'resume-offer', /Your last run is still here/);
      await trainAndPause(second);
      ids.push((await other.evaluate(lastRun)).id);
      await Promise.all([opened, second].map((each) => press(each, 'train-pause')));
      await Promise.all([page, second.page].map((each) => each.trained('done')));
    } finally {
      await other.close();
    }
    await page.open(RUN);
    const last = await done();
    await says(opened, 'resume-offer', /Your last run is still here/);
    await page.click('resume-discard');
    await browser.waitFor(`(${lastRun})().then((run) => run.id !== ${JSON.stringify(last.id)})`);
    assert.deepEqual([(await done()).id, last.id].sort(), ids.sort());
  });

  test('storage that is full: says so, trains on, and goes on later from what was kept before', async () => {
    const { page, browser } = opened;
    await trainAndPause(opened);
    await limitStorage(1);
    try {
      assert.ok(await browser.evaluate(takesNoMore, ROOM));
      await page.click('train-pause');
      await page.trained('done');
      await says(opened, 'keep-status', /^Not saved: this browser’s storage is full/);
      await interrupted();
    } finally {
      await limitStorage();
    }
    await page.open(RUN);
    await goesOn();
  });

  test('storage that another tab holds up: says so, trains on, offers what was kept afterwards', async () => {
    const { page, browser } = opened;
    await trainAndPause(opened);
    await interrupted();
    const other = await browser.newTab();
    try {
      await other.open(`${server.url}icons/icon.svg`);
      await other.evaluate(openLaterVersion, { letGo: false });
      await press(opened, 'train-pause');
      await page.trained('done');
      await says(opened, 'keep-status', /^Not saved: another tab of this page is blocking the storage/);
      await page.open(RUN);
      await says(opened, 'keep-message', /^Another tab of this page is blocking the storage/);
      await other.evaluate('release().then(() => null)');
    } finally {
      await other.close();
    }
    await interrupted();
    await page.open(RUN);
    await goesOn();
  });

  test('a clock set back, and forward again: the run of now is offered, and goes on to the same weights', async () => {
    const { page } = opened;
    await shiftClock(-3 * HOUR, async () => {
      await page.open(RUN);
      await says(
        opened,
        'resume-offer',
        /Your last run is still here: .*, before the clock was set back \(it said .+\)\./,
      );
      await trainAndPause(opened);
      await page.open(RUN);
      await says(opened, 'resume-offer', /interrupted in epoch \d+ of \d+, (just now|\d minutes? ago)\./);
    });
    await goesOn();
  });

  test('WebAssembly memory that runs out: says what asks for too much, and trains once it is less', async () => {
    const { page, browser } = opened;
    const run = await browser.evaluate(lastRun);
    await page.choose('layer-filters', '32');
    await page.choose('settings-batch-size', '2000');
    await page.click('train-start');
    await page.trained('failed');
    assert.match(
      await page.text('train-status'),
      /batch size 2000 needs \d+ MB for activations, more than there is; choose a smaller one/,
    );
    await page.choose('settings-batch-size', '32');
    await page.choose('layer-filters', '8');
    await page.choose('layer-units', '40000');
    await browser.waitFor(() =>
      /no memory for [\d,]+ weights/.test(document.querySelector('.at-fault')?.textContent ?? ''),
    );
    await page.choose('layer-units', '32');
    await browser.waitFor(() => !document.querySelector('.at-fault'));
    assert.deepEqual(await browser.evaluate(lastRun), run);
    await trains(opened);
    assert.equal((await done()).weights, weights);
  });

  test('a later version of the page that has been here: says so, trains on, and has what was kept', async () => {
    const { page, browser } = opened;
    await trainAndPause(opened);
    const other = await browser.newTab();
    await other.open(`${server.url}icons/icon.svg`);
    await other.evaluate(openLaterVersion, { letGo: true });
    await other.close();
    await page.click('train-pause');
    await page.trained('done');
    await says(opened, 'keep-status', /^Not saved: a newer version of this page has upgraded its storage/);
    await interrupted();
  });
});

test(
  'an engine without SIMD: an alarm that tells what is needed, and offers nothing that cannot help',
  { timeout: 60_000 },
  () =>
    withPage(['chromium', { query: QUICK, browser: { args: [NO_SIMD] } }], async ({ page, browser }) => {
      const shown = () => browser.evaluate(() => document.getElementById('alarm')?.innerText.trim());
      await browser.waitFor(() => document.getElementById('alarm')?.hidden === false);
      await page.speak('en');
      assert.equal(
        await shown(),
        'Training needs WebAssembly SIMD, which Chrome 91, Firefox 89, Safari 16.4 and later support.',
      );
      await page.click('train-start');
      await page.trained('idle');
      await page.speak('zh-Hans');
      assert.match(await shown(), /^训练需要 WebAssembly SIMD.*。$/);
    }),
);

for (const name of inBrowsers('engine')) {
  test(`${name}, storage that is refused: trains, and says that nothing is kept`, { timeout: 90_000 }, async () => {
    const profile = await profileWithoutStorage();
    try {
      const refusing = { profile, preferences: { 'network.cookie.cookieBehavior': 2 } };
      await withPage([name, { query: QUICK, browser: refusing }], async (opened) => {
        await trains(opened);
        await says(opened, 'keep-status', /^Not saved: this browser does not let the page store data/);
        assert.deepEqual(
          opened.browser.errors.filter((text) => !/ServiceWorker/.test(text)),
          [],
        ); // which Firefox itself reports
      });
    } finally {
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  });
}
