import assert from 'node:assert/strict';
import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { EVERYWHERE, inBrowsers } from '../support/browsers.js';
import { fileURLToPath } from 'node:url';
import { finish } from '../../.setup/finish.js';
import { FASHION_MNIST } from '../../shim/datasets/catalogue.js';
import { poll } from '../support/polling.js';
import { startServer } from '../support/static-server.js';
import { withPage } from './page.js';

/**
 * What the page's policy blocks in its workers, including the core's threads: on a host that sends its headers, on a
 * host that does not, where the service worker adds them, and on the first visit to such a host. The servers that are
 * asked exist and allow it.
 */

/** @typedef {import('./page.js').Opened} Opened */
/** @typedef {import('../support/static-server.js').StaticServer} StaticServer */

const root = fileURLToPath(new URL('../..', import.meta.url));
const dist = join(root, 'dist');
const LONG = { timeout: 180_000 };
/** The dataset's address for the page under test; the policy allows it. */
const DATASET_PATH = 'zalandoresearch/';

/**
 * What each worker tries when it starts. Threads fall asleep before a promise settles, so they try only what needs
 * none.
 * @param {string} elsewhere
 * @param {string} redirect
 */
function probe(elsewhere, redirect) {
  if ('document' in globalThis || !('WorkerGlobalScope' in globalThis)) return;
  const channel = new BroadcastChannel('probe');
  /** @param {() => unknown} act */
  const attempt = (act) => {
    try {
      return act() && 'done';
    } catch {
      return 'refused';
    }
  };
  /** @param {string} url */
  const ask = (url) => {
    const request = new XMLHttpRequest();
    request.open('GET', url, false);
    request.send();
    if (!request.status) throw new Error('no answer'); // Firefox, redirected to an address that the policy forbids
    return true;
  };
  const role = /** @type {any} */ (globalThis).name.split('-')[0];
  /** @type {Record<string, any>} */
  const tried = {
    eval: attempt(() => (0, eval)('1')),
    function: attempt(() => new Function('return 1')()),
    request: attempt(() => ask(`${elsewhere}data.json`)),
    redirected: attempt(() => ask(redirect)),
    socket: attempt(() => new WebSocket(elsewhere.replace('http', 'ws'))),
  };
  channel.postMessage({ role, tried });
  if (role === 'em') return; // one of the core's threads
  channel.onmessage = ({ data }) => data === 'again' && channel.postMessage({ role, tried });
  /** @type {Record<string, () => Promise<unknown>>} */
  const later = {
    fetch: () => fetch(`${elsewhere}data.json`),
    opaque: () => fetch(`${elsewhere}data.json`, { mode: 'no-cors' }),
    fetchRedirected: () => fetch(redirect),
    import: () => import(`${elsewhere}script.js`),
  };
  for (const [name, act] of Object.entries(later))
    act()
      .then(
        () => 'done',
        () => 'refused',
      )
      .then((what) => {
        tried[name] = what;
        channel.postMessage({ role, tried });
      });
}

/** Runs in the page: before its own scripts or, in WebKit, which cannot do that, after them. */
function collect() {
  const page = /** @type {any} */ (globalThis);
  if (page.tried) return;
  page.tried = {};
  const channel = new BroadcastChannel('probe');
  channel.onmessage = ({ data: { role, tried } }) => role && (page.tried[role] = { ...page.tried[role], ...tried });
  channel.postMessage('again');
}

const AT_ONCE = { eval: 'refused', function: 'refused', request: 'refused', redirected: 'refused' };
const LATER = { fetch: 'refused', opaque: 'refused', fetchRedirected: 'refused', import: 'refused' };

const LAST = Object.keys(LATER);

describe('the page’s policy in its workers', () => {
  /** @type {string} */
  let folder;
  /** @type {StaticServer} */
  let third;
  /** @type {StaticServer} */
  let host; // of the dataset
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'policy-'));
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, 'data.json'), '{}');
    await writeFile(join(elsewhere, 'script.js'), 'export default 1;');
    third = await startServer({ folder: elsewhere, shared: true });
    host = await startServer({ folder: elsewhere, shared: true, fail: () => ({ redirect: `${third.url}data.json` }) });
    const copy = join(folder, 'dist');
    await cp(dist, copy, { recursive: true });
    const files = (await readdir(copy, { recursive: true }))
      .filter((name) => /\.(js|mjs|html)$/.test(name))
      .map((name) => join(copy, name));
    const redirect = `${host.url}${DATASET_PATH}redirected`;
    for (const file of files) {
      const text = await readFile(file, 'utf8');
      await writeFile(
        file,
        text.replaceAll('https://raw.githubusercontent.com/zalandoresearch/', `${host.url}${DATASET_PATH}`),
      );
      if (/(index-[^/]*\.js|fitting-room\.mjs)$/.test(file))
        await appendFile(file, `;(${probe})(${JSON.stringify(third.url)}, ${JSON.stringify(redirect)});`);
    }
    await finish(copy);
    // Another app on the origin, with a service worker that controls all of it.
    await writeFile(
      join(folder, 'index.html'),
      `<!doctype html><script>navigator.serviceWorker.register('app.js')</script>`,
    );
    await writeFile(
      join(folder, 'app.js'),
      'onactivate = (event) => event.waitUntil(clients.claim()); onfetch = (event) => ' +
        'event.respondWith(fetch(event.request));',
    );
  });
  after(async () => {
    await Promise.all([third?.close(), host?.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  const withoutServiceWorker = (/** @type {string} */ path) => (/service-worker\.js$/.test(path) ? 404 : undefined);
  /**
   * @type {{ where: string, server: import('../support/static-server.js').ServerOptions, controlled: boolean, threads:
   *   boolean, app?: boolean }[]} app: another app that controls the whole origin
   */
  const PLACES = [
    {
      where: 'a host that sends the headers',
      server: { headers: true, fail: withoutServiceWorker },
      controlled: false,
      threads: true,
    },
    { where: 'the service worker', server: { headers: false }, controlled: true, threads: true },
    {
      where: 'a first visit to a host without headers',
      server: { headers: false, fail: withoutServiceWorker },
      controlled: false,
      threads: false,
    },
    {
      where: 'a first visit under the service worker of another app',
      server: { headers: false, fail: withoutServiceWorker },
      controlled: true,
      threads: false,
      app: true,
    },
  ];
  /** Engines differ in how a policy reaches a worker: by headers, or by the service worker that adds them. */
  const placesOf = (/** @type {import('./page.js').BrowserName} */ name) =>
    name === 'chromium' || EVERYWHERE ? PLACES : PLACES.slice(0, 2);
  for (const name of inBrowsers('engine', ['chromium', 'firefox', 'webkit'])) {
    for (const { where, server, controlled, threads, app = false } of placesOf(name)) {
      test(
        `${name}, ${where}: no worker evaluates a string, imports from elsewhere, asks or is sent elsewhere`,
        LONG,
        async () => {
          const prepare = async (/** @type {import('./page.js').Browser} */ { page }) =>
            void (await page?.evaluateOnNewDocument(collect));
          third.requests.length = 0;
          await withPage(
            [name, { server: { ...server, folder: app ? folder : join(folder, 'dist') }, prepare }],
            async ({ browser, page, server: { url } }) => {
              const hasThreads = threads && name !== 'webkit';
              const tried = async () => {
                if (name === 'webkit') await browser.evaluate(collect).catch(() => {});
                const found = await browser.evaluate('globalThis.tried').catch(() => null);
                return found ?? {}; // between two pages
              };
              const complete = ({ photos = {}, trainer = {}, em = {} }) =>
                LAST.every((each) => each in photos && each in trainer) && (!hasThreads || 'socket' in em);
              if (controlled) await browser.waitFor(() => navigator.serviceWorker.controller !== null);
              if (app) await browser.open(`${url}dist/`);
              await poll(async () => complete(await tried()), 'every worker to have tried');
              await page.waitForState('dataset-status', 'failed');
              assert.equal(await browser.evaluate(() => navigator.serviceWorker.controller !== null), controlled);
              const { photos, trainer, em } = await tried();
              for (const each of [photos, trainer])
                assert.deepEqual({ ...each, socket: 0 }, { ...AT_ONCE, ...LATER, socket: 0 });
              if (hasThreads) assert.deepEqual({ ...em, socket: 0 }, { ...AT_ONCE, socket: 0 });
              assert.match(
                await browser.evaluate(() => document.getElementById('dataset-detail')?.textContent),
                /redirects/,
              );
              assert.ok(
                host.requests.some((path) => path.endsWith(FASHION_MNIST.files[0].name)),
                'the dataset’s host was asked',
              );
              // the other app's worker may request anything
              if (!app) assert.deepEqual(third.requests, [], 'and nobody else');
            },
          );
        },
      );
    }
  }
});
