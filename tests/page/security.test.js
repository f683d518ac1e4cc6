import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { FASHION_MNIST } from '../../shim/datasets/catalogue.js';
import { shirt } from '../support/pictures.js';
import { poll } from '../support/polling.js';
import { hook, QUICK, withPage } from './page.js';

/** What the page's Content-Security-Policy allows, which is everything that the page does, and what it blocks. */

/** @typedef {import('./page.js').Opened} Opened */

const dist = fileURLToPath(new URL('../../dist', import.meta.url));
const LONG = { timeout: 180_000 };
const MARKUP = '<img src=x onerror=alert(1)>';

const folder = mkdtempSync(join(tmpdir(), 'security-'));
test.after(() => rmSync(folder, { recursive: true }));

/**
 * Every address that the browser requests, starting before the page is opened.
 * @param {import('./page.js').Browser} browser
 * @param {string[]} asked
 */
function listen({ page }, asked) {
  page?.on('request', (request) => asked.push(request.url()));
}

/** Those of them that belong to other hosts. @param {Opened} opened @param {string[]} asked */
const elsewhere = ({ server }, asked) =>
  asked.filter((url) => /^https?:/.test(url) && new URL(url).origin !== new URL(server.url).origin);

/** Records what the policy blocks. @param {Opened} opened */
const watch = ({ browser }) =>
  browser.evaluate(() => {
    const page = /** @type {any} */ (globalThis);
    page.stopped = [];
    document.addEventListener('securitypolicyviolation', (event) =>
      page.stopped.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`),
    );
  });

/** @param {Opened} opened @returns {Promise<string[]>} */
const stopped = ({ browser }) => browser.evaluate('globalThis.stopped');

/** @param {Opened} opened @param {string} name @param {Uint8Array} bytes */
async function give({ browser }, name, bytes) {
  await writeFile(join(folder, name), bytes);
  await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
    args: [hook('photo-input')],
  });
  await browser.uploadFile(hook('photo-input'), join(folder, name));
  await browser.waitFor(
    (/** @type {string} */ wanted) =>
      [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-testid="photo-item"]'))].some(
        ({ dataset }) => dataset.name === wanted && dataset.state !== 'working' && dataset.state !== 'waiting',
      ),
    { args: [name], timeout: 60_000 },
  );
}

/**
 * The result of eval in the page itself, some time after the page was told to run it: until then Chromium allows it, as
 * it does to a developer.
 * @param {import('./page.js').Browser} browser
 */
async function evalLater(browser) {
  await browser.evaluate(() => {
    const page = /** @type {any} */ (globalThis);
    setTimeout(() => {
      try {
        page.evaluated = (0, eval)('"done"');
      } catch (error) {
        page.evaluated = String(error);
      }
    }, 300);
  });
  await wait(600);
  return browser.waitFor('globalThis.evaluated');
}

/** A run, a picture whose name would be markup, and the page saved for offline use. @param {Opened} opened */
async function wholeVisit(opened) {
  const { browser, page } = opened;
  await page.loaded();
  await page.click('train-start');
  await page.trained('done', 120_000);
  await give(opened, `${MARKUP}.png`, shirt().bytes);
  await page.waitForState('photo-result', 'ready');
  await give(opened, `${MARKUP} 2.png`, new Uint8Array(100));
  await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
    args: [hook('offline-status')],
    timeout: 60_000,
  });
}

for (const name of inBrowsers('engine')) {
  test(
    `${name}: a whole visit needs nothing that the policy forbids, asks nobody else, and names stay text`,
    LONG,
    async () => {
      /** @type {string[]} */
      const asked = [];
      await withPage(
        [name, { query: QUICK, offline: true, prepare: async (browser) => listen(browser, asked) }],
        async (opened) => {
          await watch(opened);
          await wholeVisit(opened);
          assert.deepEqual(await stopped(opened), []);
          assert.deepEqual(opened.browser.errors, []);
          assert.equal(
            await opened.browser.evaluate(
              () => document.querySelectorAll('img:not(#rail img, .stage-rail img, .faces img)').length,
            ),
            0,
          );
          assert.match(
            await opened.browser.evaluate(() => document.body.textContent ?? ''),
            /<img src=x onerror=alert\(1\)>/,
          );
          assert.ok(
            asked.some((url) => url.endsWith('/fitting-room.wasm')),
            'a request of a worker was seen',
          );
          assert.deepEqual(elsewhere(opened, asked), []);
        },
      );
    },
  );

  test(`${name}: scripts and styles that are put in, eval, and other hosts are stopped`, LONG, () =>
    withPage([name, { query: QUICK }], async (opened) => {
      const { browser } = opened;
      await watch(opened);
      const done = await browser.evaluate(async () => {
        const page = /** @type {any} */ (globalThis);
        const attempt = async (/** @type {() => unknown} */ act) => {
          try {
            await act();
            return 'done';
          } catch {
            return 'refused';
          }
        };
        const add = (/** @type {string} */ tag, /** @type {Record<string, string>} */ attributes, text = '') => {
          const node = document.createElement(tag);
          for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
          node.append(text);
          document.body.append(node);
          return node;
        };
        await attempt(() => add('script', {}, 'globalThis.injected = true'));
        add('style', {}, 'body { outline: 3px solid rgb(1, 2, 3) }');
        const tried = {
          fetch: await attempt(() => fetch('https://example.invalid/')),
          worker: await attempt(
            () =>
              new Promise((resolve, reject) => {
                const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(1)'])));
                worker.onmessage = resolve;
                worker.onerror = reject;
              }),
          ),
        };
        return { tried, injected: typeof page.injected, outline: getComputedStyle(document.body).outlineStyle };
      });
      assert.deepEqual(done, {
        tried: { fetch: 'refused', worker: 'refused' },
        injected: 'undefined',
        outline: 'none',
      });
      assert.match(await evalLater(browser), /^EvalError/);
      const directives = new Set((await stopped(opened)).map((line) => line.split(' ')[0]));
      for (const directive of ['require-trusted-types-for', 'style-src-elem', 'connect-src'])
        assert.ok(directives.has(directive), `${directive}: ${[...directives]}`);
    }),
  );

  test(`${name}: a script that came into the file does not run`, LONG, async () => {
    const other = join(folder, `${name}-dist`);
    await cp(dist, other, { recursive: true });
    const html = await readFile(join(other, 'index.html'), 'utf8');
    await writeFile(
      join(other, 'index.html'),
      html.replace(
        '<main',
        '<script>globalThis.injected = true</script><img src="x" onerror="globalThis.injected = true"><main',
      ),
    );
    await withPage([name, { query: QUICK, server: { folder: other } }], async ({ browser, page }) => {
      await page.loaded();
      assert.equal(await browser.evaluate('typeof globalThis.injected'), 'undefined');
      assert.match(browser.errors.join(), /script-src|inline script/i);
    });
  });
}

test(
  'chromium: where the dataset is not beside the page, its own host is asked, as the policy allows, and nobody else',
  LONG,
  async () => {
    /** @type {string[]} */
    const asked = [];
    await withPage(['chromium', { prepare: async (browser) => listen(browser, asked) }], async (opened) => {
      await poll(async () => elsewhere(opened, asked).length >= FASHION_MNIST.files.length, 'requests for the dataset');
      for (const url of elsewhere(opened, asked)) assert.ok(url.startsWith(FASHION_MNIST.publicUrl), url);
      const policy = await opened.browser.evaluate(() =>
        document.querySelector('meta[http-equiv]')?.getAttribute('content'),
      );
      const [, host] = /connect-src 'self' ([^ ;]+)/.exec(policy) ?? [];
      assert.ok(FASHION_MNIST.publicUrl.startsWith(host), `${host} is where ${FASHION_MNIST.publicUrl} is`);
    });
  },
);

test('chromium: no string becomes markup, and a worker comes from the page’s own origin only', LONG, () =>
  withPage(['chromium', { query: QUICK }], async ({ browser }) => {
    const said = await browser.evaluate(() => {
      const attempt = (/** @type {() => unknown} */ act) => {
        try {
          return act() && 'done';
        } catch (error) {
          return /** @type {Error} */ (error).name;
        }
      };
      return {
        markup: attempt(() => (document.createElement('p').innerHTML = '<b>bold</b>')),
        other: attempt(() => new Worker('https://example.invalid/worker.js')),
        policy: attempt(() => /** @type {any} */ (globalThis).trustedTypes.createPolicy('another', {})),
      };
    });
    assert.deepEqual(said, { markup: 'TypeError', other: 'TypeError', policy: 'TypeError' });
  }),
);
