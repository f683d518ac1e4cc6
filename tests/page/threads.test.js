import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { fileURLToPath } from 'node:url';
import { poll } from '../support/polling.js';
import { QUICK, withPage } from './page.js';

/**
 * Cross-origin isolation, by the host's headers or by the page's service worker, and what works with and without it.
 */

/** @typedef {import('./page.js').Opened} Opened */

const THREADS = String(Math.min(availableParallelism(), 8));
const DOCUMENT = '/some/sub/path/';
const QUIET = 1000; // ms within which a page that reloads once more would do so

/** @param {Opened} opened @param {number} [timeout] */
const coreThere = ({ browser }, timeout) =>
  browser.waitFor(
    () => /** @type {HTMLElement} */ (document.querySelector('[data-testid="runtime-info"]'))?.dataset.build,
    { timeout },
  );

/** @param {Opened} opened */
async function runtime({ page }) {
  return [await page.data('runtime-info', 'build'), await page.data('runtime-info', 'threads')];
}

/** @param {Opened} opened */
async function trains({ page }) {
  await page.loaded();
  await page.click('train-start');
  await page.trained('done');
  assert.equal(await page.data('history-loss', 'points'), '2');
}

/** The document is requested this many times, and not again. @param {Opened} opened @param {number} expected */
async function visited({ server }, expected) {
  const visits = () => server.requests.filter((path) => path === DOCUMENT).length;
  await poll(async () => visits() >= expected, `${expected} visits`);
  await new Promise((resolve) => setTimeout(resolve, QUIET));
  assert.equal(visits(), expected);
}

/** @param {Opened} opened */
const keptForOffline = ({ browser }) =>
  browser.waitFor(() => document.querySelector('[data-testid="offline-status"]') !== null);

/**
 * Whether a build of the core, including the first threads' script, has already been requested.
 * @param {string[]} requests
 * @param {string} name
 */
function coreBefore(requests, name) {
  const asked = requests.findIndex((path) => path.endsWith(name));
  const before = requests.slice(0, asked);
  return (
    asked > 0 &&
    before.some((path) => path.endsWith('/fitting-room.wasm')) &&
    before.filter((path) => path.endsWith('/fitting-room.mjs')).length > 1
  );
}

/** @param {Opened} opened */
const isolated = ({ browser }) => browser.evaluate(() => globalThis.crossOriginIsolated);

/**
 * Threads whose script is missing or never comes.
 * @param {import('../support/browsers.js').BrowserName} name
 * @param {404 | 'hang'} failure
 */
const withoutHelpers = (name, failure) =>
  withPage([name, { query: QUICK, server: { fail: failHelpers(failure) } }], async (opened) => {
    await coreThere(opened, 15_000);
    assert.deepEqual(await runtime(opened), ['relaxed', '1']);
    assert.match(
      await opened.page.text('runtime-info'),
      /could not be started\. \((a thread could not be started|threads did not start within).*\)$/,
    );
    await trains(opened);
    assert.deepEqual(await runtime(opened), ['relaxed', '1']);
  });

for (const name of inBrowsers('engine')) {
  test(
    `${name}, a host that sends the headers: threads, and a service worker only after them`,
    { timeout: 120_000 },
    () =>
      withPage([name, { query: QUICK, offline: true }], async (opened) => {
        const { page, browser, server } = opened;
        await coreThere(opened);
        await keptForOffline(opened);
        assert.ok(coreBefore(server.requests, '/service-worker.js'));
        await visited(opened, 1);
        assert.deepEqual(await runtime(opened), ['relaxed-mt', THREADS]);
        assert.match(await page.text('runtime-info'), new RegExp(`^Core build relaxed-mt, ${THREADS} threads\\.$`));
        await trains(opened);
        await page.click('settings-deterministic');
        await browser.waitFor(
          () =>
            /** @type {HTMLElement} */ (document.querySelector('[data-testid="runtime-info"]')).dataset.build ===
            'simd-mt',
        );
        await page.click('train-start');
        await page.trained('done');
        assert.deepEqual(await runtime(opened), ['simd-mt', THREADS]);
        await page.open(`${QUICK}&threads=1`);
        await coreThere(opened);
        assert.deepEqual(await runtime(opened), ['relaxed', '1']);
        assert.match(await page.text('runtime-info'), /^Core build relaxed, one thread\.$/);
        assert.deepEqual(browser.errors, []);
      }),
  );

  test(
    `${name}, a host that does not: isolated after one reload, and at once the next time`,
    { timeout: 120_000 },
    () =>
      withPage([name, { query: QUICK, server: { headers: false } }], async (opened) => {
        const { page, browser, server } = opened;
        await browser.waitFor(() => globalThis.crossOriginIsolated);
        await coreThere(opened);
        assert.deepEqual(await runtime(opened), ['relaxed-mt', THREADS]);
        await trains(opened);
        await keptForOffline(opened);
        assert.ok(coreBefore(server.requests, '/index.html'), 'the cache is filled after the core is up');
        await visited(opened, 2);
        assert.equal(await browser.evaluate(() => location.search), `?${QUICK}`);
        await page.open(`${QUICK}&deterministic=1`);
        assert.ok(await isolated(opened));
        await coreThere(opened);
        assert.deepEqual(await runtime(opened), ['simd-mt', THREADS]);
        await visited(opened, 2); // the next time it comes from the cache
        assert.deepEqual(browser.errors, []);
      }),
  );

  test(`${name}, storage that is refused: one thread, no loop, and threads the next time`, { timeout: 120_000 }, () =>
    withPage([name, { query: QUICK, server: { headers: false }, prepare: refuseSessionStorage }], async (opened) => {
      await coreThere(opened);
      assert.deepEqual(await runtime(opened), ['relaxed', '1']);
      await keptForOffline(opened);
      await visited(opened, 1);
      await opened.page.open(QUICK);
      await coreThere(opened);
      assert.deepEqual(await runtime(opened), ['relaxed-mt', THREADS]);
      await visited(opened, 1); // the next time it comes from the cache
    }),
  );

  test(`${name}, threads whose script is missing: one thread, and why`, { timeout: 120_000 }, () =>
    withoutHelpers(name, 404),
  );
}

// What the page does after its own time limits is the same in every engine.
for (const name of inBrowsers('any')) {
  test(`${name}, a service worker that is refused: one thread, and why`, { timeout: 120_000 }, () =>
    withPage(
      [
        name,
        { query: QUICK, server: { headers: false, fail: (path) => (path === 'service-worker.js' ? 404 : undefined) } },
      ],
      async (opened) => {
        await coreThere(opened);
        assert.deepEqual(await runtime(opened), ['relaxed', '1']);
        assert.match(
          await opened.page.text('runtime-info'),
          /^Core build relaxed, one thread\. More threads need cross-origin isolation/,
        );
        await opened.page.speak('zh-Hans');
        assert.match(await opened.page.text('runtime-info'), /^核心版本 relaxed，单线程。 ?多线程需要跨源隔离/);
        await trains(opened);
        await visited(opened, 1);
      },
    ),
  );

  test(`${name}, a service worker that does not come: the page does not wait for it`, { timeout: 120_000 }, () =>
    withPage(
      [
        name,
        {
          query: QUICK,
          server: { headers: false, fail: (path) => (path === 'service-worker.js' ? 'hang' : undefined) },
        },
      ],
      async (opened) => {
        await coreThere(opened, 15_000);
        assert.deepEqual(await runtime(opened), ['relaxed', '1']);
        await trains(opened);
        await visited(opened, 1);
      },
    ),
  );

  test(
    `${name}, a worker that never comes back from making its threads: another one takes its calls`,
    { timeout: 120_000 },
    () =>
      withoutPolicy((folder) =>
        withPage(
          [name, { query: QUICK, server: { folder, fail: hangAt(1) }, prepare: stallThreads }],
          async (opened) => {
            await coreThere(opened, 30_000);
            assert.equal(opened.server.requests.filter((path) => path.endsWith('/stall')).length, Number(THREADS));
            assert.deepEqual(await runtime(opened), ['relaxed-mt', THREADS]);
            await trains(opened);
          },
        ),
      ),
  );

  test(`${name}, threads whose script never comes: one thread, and why`, { timeout: 120_000 }, () =>
    withoutHelpers(name, 'hang'),
  );
}

test(
  'a worker that never comes back from making the threads of another build: another one takes its place, and ' +
    'what was trained is offered',
  { timeout: 120_000 },
  () =>
    withoutPolicy((folder) =>
      withPage(
        ['chromium', { query: QUICK, server: { folder, fail: hangAt(Number(THREADS)) }, prepare: stallThreads }],
        async (opened) => {
          const { browser, page } = opened;
          await trains(opened);
          await page.click('settings-deterministic');
          await browser.waitFor(() => /it stopped answering/.test(document.getElementById('alarm')?.innerText ?? ''));
          await browser.waitFor(() => document.querySelector('[data-testid="resume-offer"]')?.checkVisibility());
          await browser.waitFor((/** @type {string} */ wanted) => document.querySelector(wanted), {
            args: ['[data-testid="runtime-info"][data-build="simd-mt"]'],
          });
          await trains(opened);
        },
      ),
    ),
);

test('Start before the service worker is there: trains, and is not torn away', { timeout: 120_000 }, () =>
  withPage(
    [
      'chromium',
      { query: QUICK, server: { headers: false, delay: (path) => (path === 'service-worker.js' ? 2700 : 0) } },
    ],
    async (opened) => {
      const { page } = opened;
      await page.click('train-start');
      assert.equal(await page.data('train-status', 'state'), 'loading');
      await page.trained('done');
      assert.deepEqual(await runtime(opened), ['relaxed', '1']);
      await visited(opened, 1);
      await page.open(QUICK);
      assert.ok(await isolated(opened));
    },
  ),
);

for (const headers of [true, false]) {
  test(`webkit, ${headers ? 'with' : 'without'} headers: one thread, and why; no loop`, { timeout: 120_000 }, () =>
    withPage(['webkit', { query: QUICK, server: { headers } }], async (opened) => {
      await coreThere(opened);
      await trains(opened);
      await visited(opened, headers ? 1 : 2);
      assert.deepEqual(await runtime(opened), ['simd', '1']);
      assert.match(await opened.page.text('runtime-info'), /one thread\. More threads need shared memory/);
    }),
  );
}

/** Fails the threads' own requests for the core's script. @param {404 | 'hang'} failure */
function failHelpers(failure) {
  return (/** @type {string} */ path, /** @type {number} */ _, /** @type {string} */ destination) =>
    /-mt-[0-9a-f]+\/fitting-room\.mjs$/.test(path) && destination === 'worker' ? failure : undefined;
}

/** @param {import('./page.js').Browser} browser */
function refuseSessionStorage(browser) {
  return /** @type {import('puppeteer-core').Page} */ (browser.page).evaluateOnNewDocument(() => {
    Object.defineProperty(globalThis, 'sessionStorage', {
      get: () => {
        throw new DOMException('refused', 'SecurityError');
      },
    });
  });
}

/**
 * Thread number `which` never starts; a build starts one thread less than it computes with.
 * @param {number} which
 * @returns {(path: string, times: number) => 'hang' | undefined}
 */
const hangAt = (which) => (path, times) => (path === 'stall' && times === which ? 'hang' : undefined);

/**
 * The page without its Content-Security-Policy, which would block the worker that stallThreads makes.
 * @param {(folder: string) => Promise<void>} use
 */
async function withoutPolicy(use) {
  const folder = await mkdtemp(join(tmpdir(), 'fitting-room-threads-'));
  try {
    await cp(fileURLToPath(new URL('../../dist', import.meta.url)), folder, { recursive: true });
    const page = join(folder, 'index.html');
    const html = await readFile(page, 'utf8');
    const [policy] = /<meta http-equiv="?Content-Security-Policy[^>]*>/.exec(html) ?? assert.fail('no policy');
    await writeFile(page, html.replace(policy, ''));
    const headers = join(folder, '_headers');
    await writeFile(headers, (await readFile(headers, 'utf8')).replace(/ *Content-Security-Policy.*\n/, ''));
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * Makes the page's worker wait, as a whole, for an answer before each thread that it starts.
 * @param {import('./page.js').Browser} browser
 */
function stallThreads(browser) {
  return /** @type {import('puppeteer-core').Page} */ (browser.page).evaluateOnNewDocument(() => {
    const RealWorker = globalThis.Worker;
    globalThis.Worker = class extends RealWorker {
      /** @param {string | URL} script @param {WorkerOptions} [options] */
      constructor(script, options) {
        const stalling = `
          import ${JSON.stringify(String(script))};
          const RealWorker = self.Worker;
          self.Worker = class extends RealWorker {
            constructor(...args) {
              const request = new XMLHttpRequest();
              request.open('GET', ${JSON.stringify(String(new URL('stall', document.baseURI)))}, false);
              request.send();
              super(...args);
            }
          };`;
        super(URL.createObjectURL(new Blob([stalling], { type: 'text/javascript' })), options);
      }
    };
  });
}
