import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { fileURLToPath } from 'node:url';
import { finish } from '../../.setup/finish.js';
import { datasetFolder } from '../support/dataset.js';
import { shirt } from '../support/pictures.js';
import { hook, QUICK, withPage } from './page.js';

/** The page without a network, and how it updates. */

/** @typedef {import('./page.js').Opened} Opened */

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const LONG = { timeout: 180_000 };

/** @param {Opened} opened @param {string} testid */
const shown = ({ browser }, testid) =>
  browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector)?.textContent, {
    args: [hook(testid)],
  });

/** @param {Opened} opened @param {string} build */
const runsOn = ({ browser }, build) =>
  browser.waitFor(
    (/** @type {string} */ wanted) =>
      /** @type {HTMLElement} */ (document.querySelector('[data-testid="runtime-info"]'))?.dataset.build === wanted,
    {
      args: [build],
    },
  );

/** @param {Opened} opened */
const keptForOffline = (opened) => shown(opened, 'offline-status');

/** @param {(folder: string) => Promise<void>} use */
async function inFolder(use) {
  const folder = await mkdtemp(join(tmpdir(), 'fitting-room-picture-'));
  await use(folder).finally(() => rm(folder, { recursive: true }));
}

/** A user's own picture is classified. @param {Opened} opened @param {string} folder to put it in */
async function answersPicture({ browser, page }, folder) {
  const { name, bytes } = shirt();
  await writeFile(join(folder, name), bytes);
  await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
    args: [hook('photo-input')],
  });
  await browser.uploadFile(hook('photo-input'), join(folder, name));
  await page.waitForState('photo-result', 'ready');
  assert.equal(await page.data('photo-result', 'class'), '0');
}

/** @param {Opened} opened */
async function trains({ page }) {
  await page.loaded();
  await page.click('train-start');
  await page.trained('done', 120_000);
  assert.equal(await page.data('history-loss', 'points'), '2');
}

/**
 * A folder with the next version of the page: its script and one language have other names, and the old ones are gone.
 * @param {(folder: string) => Promise<void>} use
 */
async function withNextVersion(use) {
  const folder = await mkdtemp(join(tmpdir(), 'fitting-room-next-'));
  try {
    await cp(dist, folder, { recursive: true });
    const names = (await readdir(join(folder, 'assets'))).filter((name) =>
      /^(index|zh-Hans|offline)-.*\.js$/.test(name),
    );
    assert.equal(names.length, 5); // the script, a language, and offline.js with its texts in two languages
    for (const name of names) await rename(join(folder, 'assets', name), join(folder, 'assets', renamed(name)));
    const scripts = (await readdir(join(folder, 'assets')))
      .filter((name) => name.endsWith('.js'))
      .map((name) => `assets/${name}`);
    for (const name of ['index.html', ...scripts]) {
      const text = await readFile(join(folder, name), 'utf8');
      await writeFile(
        join(folder, name),
        names.reduce((so, old) => so.replaceAll(old, renamed(old)), text),
      );
    }
    await finish(folder);
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {string} name */
const renamed = (name) => name.replace(/-.{8}\.js$/, '-00000002.js');

/** @param {Opened} opened */
const script = ({ browser }) =>
  browser.evaluate(() => /** @type {HTMLScriptElement} */ (document.querySelector('script[type=module]')).src);

/** @param {Opened} opened */
const cacheNames = ({ browser }) =>
  browser.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('fitting-room http')));

for (const name of inBrowsers('engine')) {
  for (const headers of [true, false]) {
    test(
      `${name}, a host that ${headers ? 'sends' : 'does not send'} the headers: after one visit, all of it ` +
        'without a network',
      LONG,
      () =>
        withPage([name, { query: QUICK, offline: true, server: { headers } }], async (opened) => {
          const { page, browser, server } = opened;
          await keptForOffline(opened);
          assert.equal(await page.text('offline-status'), 'Ready to work offline.');
          await server.close();
          await page.open(QUICK);
          assert.ok(await browser.evaluate(() => globalThis.crossOriginIsolated));
          await runsOn(opened, 'relaxed-mt');
          await inFolder((folder) => answersPicture(opened, folder));
          await trains(opened);
          await page.speak('zh-Hans');
          await page.click('settings-deterministic');
          await runsOn(opened, 'simd-mt');
          await page.click('train-start');
          await page.trained('done');
          await page.open(`${QUICK}&threads=1&deterministic=1`);
          await runsOn(opened, 'simd');
          await keptForOffline(opened);
          assert.equal(await page.text('offline-status'), '现在可以离线使用了。');
          assert.deepEqual(
            browser.errors.filter((text) => !/favicon|icons\//.test(text)),
            [],
          );
        }),
    );
  }

  test(
    `${name}, the dataset, fetched once, is there without a network`,
    { ...LONG, skip: !datasetFolder() && 'no dataset on this machine' },
    () =>
      withPage([name, { offline: true, server: { dataset: datasetFolder() } }], async (opened) => {
        const { page, server } = opened;
        await page.loaded();
        await keptForOffline(opened);
        await server.close();
        await page.open('');
        await page.loaded();
        assert.match(await page.text('dataset-status'), /^Fashion-MNIST: 60,000/);
      }),
  );

  test(`${name}, an update: waits, is announced, and is used when asked for, with the settings kept`, LONG, () =>
    withNextVersion((folder) =>
      withPage([name, { query: QUICK, offline: true }], async (opened) => {
        const { page, browser, server } = opened;
        await keptForOffline(opened);
        assert.equal((await cacheNames(opened)).length, 1);
        server.options.folder = folder;
        await page.open(`${QUICK}&seed=7`);
        assert.doesNotMatch(await script(opened), /00000002/, 'the old version opens');
        await shown(opened, 'update-notice');
        assert.match(await page.text('update-notice'), /^A new version is ready\./);
        assert.equal((await cacheNames(opened)).length, 2);
        await page.speak('zh-Hans'); // from the old cache: the server no longer has it
        assert.match(await page.text('update-notice'), /^新版本已就绪。/);
        await page.choose('settings-epochs', '1000');
        await page.loaded();
        await page.click('train-start');
        await page.trained('training');
        assert.match(await page.text('update-notice'), /训练结束或停止后即可更新/);
        assert.equal(
          await browser.evaluate(
            (/** @type {string} */ selector) => /** @type {any} */ (document.querySelector(selector)).disabled,
            hook('update-use'),
          ),
          true,
        );
        await page.click('train-stop');
        await page.trained('idle');
        assert.match(await page.text('update-notice'), /结束此标签页中的训练/);
        await page.click('update-use');
        await browser.waitFor(() => document.querySelector('script[src*="00000002"]') !== null);
        await keptForOffline(opened);
        assert.equal(
          await browser.evaluate(() => location.search),
          `?${QUICK.replace('epochs=2', 'epochs=1000')}&seed=7`,
        );
        assert.equal(await browser.evaluate(() => document.documentElement.lang), 'zh-Hans');
        assert.equal((await cacheNames(opened)).length, 1);
        assert.equal(
          await browser.evaluate(
            (/** @type {string} */ selector) => document.querySelector(selector),
            hook('update-notice'),
          ),
          null,
        );
        await server.close();
        await page.open(QUICK);
        assert.match(await script(opened), /00000002/);
        await trains(opened);
      }),
    ),
  );
}

for (const name of inBrowsers('any')) {
  test(`${name}, a cache that cannot be filled: the page works, and the next visit fills it`, LONG, () =>
    withPage(
      [
        name,
        {
          query: QUICK,
          offline: true,
          server: { fail: (path) => (path === 'icons/maskable-512.png' ? 'cut' : undefined) },
        },
      ],
      async (opened) => {
        const { page, browser, server } = opened;
        await trains(opened);
        await browser.waitFor(() => navigator.serviceWorker.controller !== null);
        const asked = () => server.requests.filter((path) => path.endsWith('maskable-512.png')).length;
        while (!asked()) await new Promise((resolve) => setTimeout(resolve, 100));
        assert.equal(await page.text('offline-status'), undefined);
        await page.open(QUICK);
        await trains(opened);
        server.options.fail = undefined;
        await page.open(QUICK);
        await keptForOffline(opened);
      },
    ),
  );

  test(`${name}, an update that cannot be had whole: the old version goes on`, LONG, () =>
    withNextVersion((folder) =>
      withPage([name, { query: QUICK, offline: true }], async (opened) => {
        const { page, browser, server } = opened;
        await keptForOffline(opened);
        server.options.folder = folder;
        server.options.fail = (path) => (path === 'index.html' ? 503 : undefined);
        await page.open(QUICK);
        await trains(opened);
        await browser.evaluate(async () => (await navigator.serviceWorker.ready).update().catch(() => {}));
        assert.equal(await page.text('update-notice'), undefined);
        await server.close();
        await page.open(QUICK);
        await trains(opened);
      }),
    ),
  );
}

test('two tabs: an open one finds the update, and goes on with the old version where the other has used it', LONG, () =>
  withNextVersion((folder) =>
    withPage(['chromium', { query: QUICK, offline: true }], async (opened) => {
      const { page, browser, server } = opened;
      await keptForOffline(opened);
      server.options.folder = folder;
      await browser.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
      await shown(opened, 'update-notice');
      const first = /** @type {import('puppeteer-core').Page} */ (browser.page);
      const second = await first.browserContext().newPage();
      await second.goto(`${server.url}?${QUICK}`);
      await second.waitForSelector(hook('update-use'));
      await second.click(hook('update-use'));
      await second.waitForSelector('script[src*="00000002"]');
      await second.waitForSelector(hook('offline-status'));
      await first.bringToFront();
      assert.doesNotMatch(await script(opened), /00000002/);
      await page.speak('zh-Hans');
      assert.match(await page.text('update-notice'), /^新版本已就绪。/);
      await second.close();
      await page.click('update-use');
      await browser.waitFor(() => document.querySelector('script[src*="00000002"]') !== null);
      await keptForOffline(opened);
      await browser.waitFor(async () => (await caches.keys()).length === 1);
    }),
  ),
);

for (const headers of [true, false]) {
  test(`webkit, ${headers ? 'with' : 'without'} headers: after one visit, without a network`, LONG, () =>
    withPage(['webkit', { query: QUICK, server: { headers } }], async (opened) => {
      const { page, server } = opened;
      await keptForOffline(opened);
      await server.close();
      await page.open(QUICK);
      await runsOn(opened, 'simd');
      await inFolder((folder) => answersPicture(opened, folder));
      await trains(opened);
      await page.speak('zh-Hans');
    }),
  );
}

test('the page can be installed', async () => {
  const manifest = JSON.parse(await readFile(join(dist, 'manifest.webmanifest'), 'utf8'));
  assert.deepEqual([manifest.start_url, manifest.scope, manifest.display], ['./', './', 'standalone']);
  for (const { src, sizes, type } of manifest.icons) {
    const bytes = await readFile(join(dist, src));
    if (type !== 'image/png') continue;
    assert.equal(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, sizes, src);
  }
  const html = await readFile(join(dist, 'index.html'), 'utf8');
  for (const [, address] of html.matchAll(/<link[^>]*href="?\.\/([^" >]+)/g)) await readFile(join(dist, address));
});
