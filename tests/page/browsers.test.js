import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launch } from '../support/browsers.js';
import { startServer } from '../support/static-server.js';

const page = `<!doctype html><html lang="en"><title>support</title>
<style>body { background: white; } @media (prefers-color-scheme: dark) { body { background: black; } }</style>
<h1>Support</h1><button onclick="this.dataset.clicks = 1 + Number(this.dataset.clicks ?? 0)">press</button>
<input id="text" value="old"><input id="file" type="file" multiple></html>`;

/** A function that splats a byte: () => i32x4.extract_lane(i8x16.splat(1)); validates only with SIMD. */
const simd = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 10, 11, 1, 9, 0, 65, 1, 253, 15, 253, 27, 0, 11,
];

/** @type {string} */
let folder;
/** @type {import('../support/static-server.js').StaticServer} */
let server;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fitting-room-support-'));
  await writeFile(join(folder, 'index.html'), page);
  server = await startServer({ folder, base: '/some/path/' });
});

after(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

for (const name of /** @type {const} */ (['chromium', 'firefox', 'webkit'])) {
  describe(name, { timeout: 120_000 }, () => {
    /** @type {import('../support/browsers.js').Browser} */
    let browser;

    before(async () => {
      browser = await launch(name, { dark: true, width: 1000, height: 700, locale: 'zh-CN' });
      await browser.open(server.url);
    });

    after(() => browser?.close());

    test('evaluates in the page, promises too', async () => {
      assert.equal(await browser.evaluate(() => document.title), 'support');
      assert.equal(await browser.evaluate(async (/** @type {number} */ a, /** @type {number} */ b) => a + b, 2, 3), 5);
      await assert.rejects(
        browser.evaluate(() => Promise.reject(new Error('as it should'))),
        /as it should/,
      );
    });

    test('has WebAssembly SIMD', async () => {
      assert.equal(
        await browser.evaluate((/** @type {number[]} */ bytes) => WebAssembly.validate(Uint8Array.from(bytes)), simd),
        true,
      );
    });

    test('clicks, types, presses keys and chooses files', async () => {
      await browser.click('button');
      await browser.waitFor(() => document.querySelector('button')?.dataset.clicks === '1');
      await browser.type('#text', 'new');
      await browser.press('!');
      assert.equal(await browser.evaluate(() => /** @type {any} */ (document.querySelector('#text')).value), 'new!');
      await browser.uploadFile('#file', join(folder, 'index.html'));
      assert.equal(
        await browser.waitFor(() => /** @type {any} */ (document.querySelector('#file')).files[0]?.name),
        'index.html',
      );
    });

    test('keeps the viewport and colour scheme asked for', async () => {
      assert.deepEqual(await browser.evaluate(() => [innerWidth, innerHeight]), [1000, 700]);
      await browser.setViewport(360, 640);
      assert.deepEqual(await browser.evaluate(() => [innerWidth, innerHeight]), [360, 640]);
      assert.equal(await browser.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches), true);
    });

    test('speaks the language asked for', {
      skip: name === 'webkit' && "takes the system's locales only",
    }, async () => {
      assert.match(await browser.evaluate(() => navigator.language), /^zh-CN/);
    });

    test('takes a screenshot', async () => {
      const picture = await browser.screenshot();
      assert.equal(picture.toString('latin1', 1, 4), 'PNG');
      assert.ok(picture.length > 1000, `${picture.length} bytes`);
    });
  });
}
