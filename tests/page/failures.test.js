import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, describe, test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { gzipSync } from 'node:zlib';
import { idx } from '../support/idx.js';
import { lastRun } from '../support/kept.js';
import { startServer } from '../support/static-server.js';
import { followTrainers } from '../support/trainers.js';
import { ENDLESS, hook, openPage } from './page.js';

/** What the page does when something fails; also users' own files. */

const dist = fileURLToPath(new URL('../../dist', import.meta.url));

/** The page with a public address where nothing answers, so that no network is used. */
async function copyWithoutPublicAddress() {
  const folder = await mkdtemp(join(tmpdir(), 'fitting-room-page-'));
  await cp(dist, folder, { recursive: true });
  for (const file of await readdir(join(folder, 'assets'))) {
    if (!file.endsWith('.js')) continue;
    const path = join(folder, 'assets', file);
    await writeFile(
      path,
      (await readFile(path, 'utf8')).replaceAll('https://raw.githubusercontent.com', 'http://127.0.0.1:9'),
    );
  }
  return folder;
}

/**
 * Four small files in the official format and under the official names, two of them gzipped.
 * @param {string} folder
 */
async function writeFiles(folder) {
  const files = {
    'train-images-idx3-ubyte': idx([120, 28, 28], (i) => i * 7),
    'train-labels-idx1-ubyte.gz': gzipSync(idx([120], (i) => i % 10)),
    't10k-images-idx3-ubyte.gz': gzipSync(idx([40, 28, 28], (i) => i * 3)),
    't10k-labels-idx1-ubyte': idx([40], (i) => i % 10),
  };
  await mkdir(join(folder, 'files'));
  const paths = Object.keys(files).map((name) => join(folder, 'files', name));
  for (const [i, bytes] of Object.values(files).entries()) await writeFile(paths[i], bytes);
  return paths;
}

const LABELS = 'train-labels-idx1-ubyte.gz';
const LABELS_BYTES = 29515;
// Chromium, Firefox
const CUT = String.raw`(it could not be fetched \(.+\)|the file ends after \d+ of ${LABELS_BYTES} bytes)`;
const ELSEWHERE = 'the server redirects to another address, which is not followed';

/**
 * Faults of the file beside the page that holds the labels, and what the page then says.
 * @type {{ fault: string, answer?: 'cut' | 404 | 'elsewhere' | { redirect: string }, reason: string, files?: string
 *   }[]}
 */
const FAULTS = [
  { fault: 'a file that is cut within', answer: 'cut', reason: CUT },
  {
    fault: 'wrong bytes',
    reason: 'the file is damaged or a different one: its SHA-256 is [0-9a-f]{64}, not a04f17134.*',
  },
  {
    fault: 'a file that is missing (404)',
    answer: 404,
    reason: 'the server answered 404 Not Found',
    files: 'all files',
  },
  {
    fault: 'a redirect within the host',
    answer: { redirect: `../${LABELS}` },
    reason: 'the file is damaged or a different one.*',
  },
  { fault: 'a redirect to another host', answer: 'elsewhere', reason: ELSEWHERE },
];

for (const name of inBrowsers('any')) {
  describe(`failures in ${name}`, { timeout: 300_000 }, () => {
    /** @type {Awaited<ReturnType<typeof openPage>>} */
    let opened;
    /** @type {string} */
    let folder;
    /** @type {string[]} */
    let files;
    /** @type {import('../support/static-server.js').StaticServer} another host, which lets every page read its files */
    let elsewhere;

    before(async () => {
      folder = await copyWithoutPublicAddress();
      files = await writeFiles(folder);
      elsewhere = await startServer({ folder, shared: true });
      await writeFile(
        join(folder, LABELS),
        Buffer.from([0x1f, 0x8b]).toString('latin1').padEnd(LABELS_BYTES),
        'latin1',
      );
      opened = await openPage(name, {
        server: { folder },
        prepare: ({ page }) => followTrainers(/** @type {import('puppeteer-core').Page} */ (page)),
      });
    });
    after(async () => {
      await Promise.all([opened?.close(), elsewhere?.close()]);
      await rm(folder, { recursive: true, force: true });
    });

    test('a dataset that cannot be had: says so, and offers the synthetic one', async () => {
      const { page, browser } = opened;
      await page.waitForState('dataset-status', 'failed');
      assert.match(await page.text('dataset-status'), /could not be loaded/);
      assert.match(
        await browser.evaluate(() => document.getElementById('dataset-detail')?.textContent),
        /went wrong: .{10,}/,
      );
      await page.click('dataset-offer-synthetic');
      await page.loaded();
      assert.match(await page.text('dataset-status'), /^Synthetic/);
      assert.equal(await browser.evaluate(() => location.search), '?data=synthetic');
    });

    test('Start, when the data fails, says so and can be pressed again', async () => {
      const { page } = opened;
      await page.open('epochs=1&train-size=200');
      await page.click('train-start');
      await page.trained('failed');
      await page.click('dataset-offer-synthetic');
      await page.loaded();
      await page.click('train-start');
      await page.trained('done');
    });

    for (const { fault, answer, reason, files: which = LABELS } of FAULTS) {
      test(`${fault}: says which and why, offers the synthetic ones, and leaves what was kept`, async () => {
        const { page, browser, server } = opened;
        const kept = await browser.evaluate(lastRun);
        assert.ok(kept?.facts.finished);
        const asked = server.requests.length;
        const failure = answer === 'elsewhere' ? { redirect: `${elsewhere.url}${LABELS}` } : answer;
        Object.assign(server.options, {
          dataset: folder,
          fail: (/** @type {string} */ path) => (path === `fashion-mnist/${LABELS}` ? failure : undefined),
        });
        await page.open('');
        await page.waitForState('dataset-status', 'failed');
        const detail = await browser.evaluate(() => document.getElementById('dataset-detail')?.textContent);
        assert.match(detail, new RegExp(`beside the page, \\S+: ${reason} \\(${which}\\)$`, 'm'));
        assert.deepEqual(elsewhere.requests, []);
        if (fault === 'a redirect within the host')
          assert.ok(
            server.requests.slice(asked).some((path) => path.endsWith(`/path/${LABELS}`)),
            'it is followed',
          );
        await page.click('dataset-offer-synthetic');
        await page.loaded();
        assert.deepEqual(await browser.evaluate(lastRun), kept);
      });
    }

    test('four files of one’s own, gzipped or not, in any order', async () => {
      const { page, browser } = opened;
      await page.open('data=synthetic');
      await page.loaded();
      await browser.uploadFile(hook('dataset-files'), ...files.toReversed());
      await browser.waitFor(() =>
        /: 120 .* 40 /.test(document.querySelector('[data-testid="dataset-status"]')?.textContent ?? ''),
      );
      assert.equal(
        await browser.evaluate(() => document.querySelectorAll('[data-testid="first-30"] canvas').length),
        30,
      );
    });

    test('four files that are dropped on the page, under other names', async () => {
      const { page, browser } = opened;
      await page.open('data=synthetic&epochs=1');
      await page.loaded();
      const contents = await Promise.all(files.map(async (file) => (await readFile(file)).toString('base64')));
      await browser.evaluate((/** @type {string[]} */ all) => {
        const dataTransfer = new DataTransfer();
        all.forEach((text, i) =>
          dataTransfer.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], `file-${i}`)),
        );
        const options = { dataTransfer, bubbles: true, cancelable: true };
        document.body.dispatchEvent(new DragEvent('dragover', options));
        if (/** @type {HTMLElement} */ (document.getElementById('drop-veil')).hidden)
          throw new Error('the veil is not shown');
        document.body.dispatchEvent(new DragEvent('drop', options));
      }, contents);
      await browser.waitFor(() =>
        /^file: 10 classes, 1\d\d training .* 40 test/.test(
          document.querySelector('[data-testid="dataset-status"]')?.textContent ?? '',
        ),
      );
      await page.click('train-start');
      await page.trained('done');
      const cells = await page.cells();
      assert.equal(cells.length, 25);
      assert.match(String(cells[0].title), /\d.*\(.*\d.*\)/, 'their names do not say that they are garments');
    });

    test('files that do not belong together are refused with the reason', async () => {
      const { page, browser } = opened;
      await browser.uploadFile(hook('dataset-files'), files[0], files[1], files[2]);
      await page.waitForState('dataset-status', 'failed');
      assert.match(await page.text('dataset-status'), /four official/);
    });

    test('a worker that dies while training: says so, and begins again', async () => {
      const { page, browser } = opened;
      await page.open(ENDLESS);
      await page.loaded();
      await page.click('train-start');
      await page.trained('training');
      await browser.evaluate(() => /** @type {any} */ (globalThis).trainers.at(-1).terminate());
      await page.trained('failed');
      assert.equal(await browser.evaluate(() => document.getElementById('alarm')?.hidden), false);
      await browser.click('#restart');
      await page.loaded();
      assert.equal(await browser.evaluate(() => document.getElementById('alarm')?.hidden), true);
      await page.choose('settings-epochs', '1');
      await page.click('train-start');
      await page.trained('done');
    });

    test('a worker that dies at rest: says so; Start begins again', async () => {
      const { page, browser } = opened;
      await browser.evaluate(() => /** @type {any} */ (globalThis).trainers.at(-1).terminate());
      await browser.waitFor(() => document.getElementById('alarm')?.hidden === false);
      assert.equal(await page.data('train-status', 'state'), 'idle');
      await page.click('train-start');
      await page.trained('done');
      assert.equal(await browser.evaluate(() => document.getElementById('alarm')?.hidden), true);
    });

    test('without an error in the console but the ones of the requests', () => {
      const others = opened.browser.errors.filter(
        (text) => !/Failed to load resource|127\.0\.0\.1:9|Cross-Origin Request Blocked/.test(text),
      );
      assert.deepEqual(others, []);
    });
  });
}

test('a load can be given up, and another one begun', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fitting-room-slow-'));
  await writeFile(join(folder, 'train-images-idx3-ubyte.gz'), Buffer.alloc(26421880));
  const { page, browser, close } = await openPage('chromium', { server: { dataset: folder, bytesPerSecond: 500_000 } });
  try {
    await page.waitForState('dataset-status', 'loading');
    await browser.click('#dataset-cancel');
    await page.waitForState('dataset-status', 'empty');
    await page.choose('dataset-source', 'synthetic');
    await page.click('dataset-load');
    await page.loaded();
    await page.choose('dataset-source', 'auto');
    await page.click('dataset-load');
    await page.waitForState('dataset-status', 'loading');
    await browser.click('#dataset-cancel');
    await page.loaded();
    assert.match(await page.text('dataset-status'), /^Synthetic/, 'what was there stays');
  } finally {
    await close();
    await rm(folder, { recursive: true, force: true });
  }
});
