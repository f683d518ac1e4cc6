import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { fileURLToPath } from 'node:url';
import { poll } from '../support/polling.js';
import { startServer } from '../support/static-server.js';
import { hook, QUICK, withPage } from './page.js';

/** What others can do to the page: another page on its origin, its host, a page that frames it. */

/** @typedef {import('./page.js').Opened} Opened */

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const LONG = { timeout: 180_000 };
const BARE = { headers: false };

/** Any foreign script in this realm announces itself. */
const FOREIGN = "new BroadcastChannel('foreign').postMessage(location.href)";

/** Runs in the page, before its own scripts. */
function listen() {
  const page = /** @type {any} */ (globalThis);
  page.foreign = [];
  new BroadcastChannel('foreign').onmessage = ({ data }) => page.foreign.push(data);
}

/** @param {import('./page.js').Browser} browser */
const prepare = async ({ page }) => void (await page?.evaluateOnNewDocument(listen));

/** @param {string} url */
const framing = (url) => `<!doctype html><title>Frame</title><iframe src="${url}" width="1000" height="600"></iframe>`;

/** @param {(folder: string) => Promise<void>} use */
async function withFolder(use) {
  const folder = await mkdtemp(join(tmpdir(), 'neighbours-'));
  await use(folder).finally(() => rm(folder, { recursive: true }));
}

/** @param {Opened} opened */
const keptForOffline = ({ browser }) =>
  browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
    args: [hook('offline-status')],
    timeout: 60_000,
  });

const names = (await readdir(dist, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile())
  .map((entry) =>
    join(entry.parentPath, entry.name)
      .slice(dist.length + 1)
      .replaceAll('\\', '/'),
  );

/**
 * Another page of the origin fills a cache of its own.
 * @param {Opened} opened
 * @param {string} cacheName
 * @param {string} text of every file
 */
const fillNeighbour = ({ browser }, cacheName, text) =>
  browser.evaluate(
    async (
      /** @type {string} */ cacheName,
      /** @type {string} */ text,
      /** @type {string[]} */ names,
      /** @type {string} */ foreign,
    ) => {
      const cache = await caches.open(cacheName);
      for (const name of ['', ...names]) {
        const type = /\.m?js$/.test(name) ? 'text/javascript' : 'text/html';
        const body = type === 'text/html' ? `<!doctype html><script>${foreign}</script>` : text;
        await cache.put(
          new URL(`/some/sub/path/${name}`, location.href),
          new Response(body, { headers: { 'Content-Type': type } }),
        );
      }
    },
    cacheName,
    text,
    names,
    FOREIGN,
  );

for (const name of inBrowsers('any')) {
  test(`${name}: caches of other pages of the origin, hostile and broken, are neither used nor adopted`, LONG, () =>
    withPage(
      [
        name,
        {
          query: QUICK,
          server: { ...BARE, fail: (path) => (path === 'service-worker.js' ? 404 : undefined) },
          prepare,
        },
      ],
      async (opened) => {
        const { page, browser, server } = opened;
        await page.loaded();
        // First the neighbours load, then the page with its service worker.
        await fillNeighbour(opened, '0 hostile', FOREIGN);
        await fillNeighbour(opened, '1 broken', '<!doctype html>');
        server.options.fail = undefined;
        for (const visit of ['the first', 'the second']) {
          await page.open(QUICK);
          await page.loaded();
          await keptForOffline(opened);
          assert.deepEqual(await browser.evaluate('globalThis.foreign'), [], visit);
        }
        await browser.evaluate(async () => {
          for (const name of await caches.keys()) if (/^\d /.test(name)) await caches.delete(name);
        });
        await server.close();
        await page.open(QUICK);
        await page.loaded();
        await page.speak('zh-Hans');
        await page.click('train-start');
        await page.trained('done', 120_000);
        assert.deepEqual(await browser.evaluate('globalThis.foreign'), []);
      },
    ),
  );

  test(
    `${name}: what another page of the origin puts into the page’s own cache is not used, and comes right again`,
    LONG,
    () =>
      withPage([name, { query: QUICK, server: BARE, prepare }], async (opened) => {
        const { page, browser } = opened;
        await keptForOffline(opened);
        const own = await browser.evaluate(async () =>
          (await caches.keys()).find((name) => name.startsWith('fitting-room http')),
        );
        await fillNeighbour(opened, own, FOREIGN);
        await page.open(QUICK);
        await page.loaded();
        await page.click('train-start');
        await page.trained('done', 120_000);
        await keptForOffline(opened);
        const wrong = await browser.evaluate(
          async (/** @type {string} */ cacheName, /** @type {string} */ foreign) => {
            const cache = await caches.open(cacheName);
            const texts = await Promise.all(
              (await cache.keys()).map(
                async (request) => (await (await cache.match(request))?.text())?.includes(foreign) && request.url,
              ),
            );
            return texts.filter((url) => url && /assets/.test(url) && !/(sha256|formats-pack)-/.test(url)).length;
          },
          own,
          FOREIGN,
        );
        assert.equal(wrong, 0);
        assert.deepEqual(await browser.evaluate('globalThis.foreign'), []);
      }),
  );

  test(
    `${name}: a deployment that answers with a page for scripts: their places say so, and all is well once the host is`,
    LONG,
    () => {
      const PARTS = /^assets\/(try-try|keep-keep|results)-/;
      return withPage(
        [name, { query: QUICK, server: { ...BARE, fail: (path) => (PARTS.test(path) ? 'page' : undefined) } }],
        async (opened) => {
          const { page, browser, server } = opened;
          const missing = () =>
            browser.evaluate(
              (/** @type {string} */ selector) =>
                [...document.querySelectorAll(selector)].map((each) => each.parentElement?.id).sort(),
              hook('part-missing'),
            );
          // The page may reload meanwhile, to be isolated: what was seen counts, not what is there a moment later.
          const all = ['evaluation', 'main', 'try-body'];
          await poll(async () => String(await missing().catch(() => [])) === String(all), 'what is missing to be said');
          const why = () => page.text('part-missing').catch(() => '');
          await poll(async () => /^This part of the page could not be loaded\./.test(String(await why())), 'why');
          await page.loaded();
          await page.click('train-start');
          await page.trained('done', 120_000);
          const settled = () =>
            browser.evaluate(async () => (await navigator.serviceWorker.ready).active?.state === 'activated');
          await browser.waitFor(() => navigator.serviceWorker.controller !== null);
          assert.ok(await settled());
          await page.open(QUICK); // under the service worker, which has requested them too
          await poll(async () => (await missing().catch(() => [])).length === 3, 'what is missing to be said again');
          server.options.fail = undefined;
          await browser.click(`${hook('part-missing')} button`);
          await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
            args: [hook('photo-input')],
          });
          await keptForOffline(opened);
          assert.deepEqual(await missing(), []);
          await server.close();
          await page.open(QUICK);
          await browser.waitFor(() => document.getElementById('keep') !== null);
          assert.deepEqual(await missing(), []);
        },
      );
    },
  );

  test(
    `${name}: a deployment that answers with a page for the page’s own script: says so, and all is well once the ` +
      'host is',
    LONG,
    () =>
      withPage(
        [
          name,
          {
            query: QUICK,
            server: { ...BARE, fail: (path) => (/^assets\/index-.*js$/.test(path) ? 'page' : undefined) },
          },
        ],
        async ({ page, browser, server }) => {
          await browser.waitFor(() => document.querySelector('.reload')?.checkVisibility());
          server.options.fail = undefined;
          await browser.click('.reload a');
          await page.loaded();
          assert.equal(await browser.evaluate(() => document.querySelectorAll('.reload, .way-out').length), 0);
        },
      ),
  );

  for (const headers of [true, false]) {
    test(
      `${name}, a host that ${headers ? 'sends' : 'does not send'} the headers: inert inside a page of another origin`,
      LONG,
      () =>
        withFolder(async (folder) => {
          const server = await startServer({ headers });
          await writeFile(join(folder, 'index.html'), framing(`${server.url}?${QUICK}`));
          await withPage([name, { server: { folder, headers: false } }], async ({ browser }) => {
            if (headers) {
              await poll(async () => server.requests.length > 0, 'the page to be asked for');
              await new Promise((resolve) => setTimeout(resolve, 1000)); // time enough to request its scripts
              assert.deepEqual([...new Set(server.requests)], ['/'], 'it is not even read');
              return;
            }
            const frame = /** @type {import('puppeteer-core').Frame} */ (
              await poll(
                async () => browser.page?.frames().find((each) => each.url().startsWith(server.url)),
                'the frame',
              )
            );
            await poll(
              async () => (await frame.evaluate(() => document.readyState).catch(() => '')) === 'complete',
              'what is in the frame',
            );
            const seen = await frame.evaluate(() => ({
              text: document.body.innerText.trim().split('\n')[0],
              shown: [...document.body.children]
                .filter((each) => getComputedStyle(each).display !== 'none')
                .map((each) => each.className),
              target: /** @type {HTMLAnchorElement} */ (document.querySelector('.way-out a')).target,
              early: typeof (/** @type {any} */ (globalThis).early),
            }));
            assert.deepEqual(seen, {
              text: 'Open Fitting Room in its own tab',
              shown: ['way-out'],
              target: '_blank',
              early: 'undefined',
            });
            assert.ok(!server.requests.some((path) => path.endsWith('.wasm')), 'nothing runs');
          }).finally(server.close);
        }),
    );
  }

  test(`${name}: at home inside a page of its own origin`, LONG, () =>
    withFolder(async (folder) => {
      await cp(dist, join(folder, 'page'), { recursive: true });
      await writeFile(join(folder, 'index.html'), framing(`page/?${QUICK}`));
      await withPage([name, { server: { folder, ...BARE } }], ({ browser }) =>
        browser.waitFor(
          () =>
            document
              .querySelector('iframe')
              ?.contentDocument?.querySelector('[data-testid="dataset-status"][data-state="ready"]')?.isConnected,
        ),
      );
    }),
  );
}
