import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import '@tensorflow/tfjs-backend-cpu';
import { zipSync } from 'fflate';
import { inBrowsers } from '../support/browsers.js';
import { shirt } from '../support/pictures.js';
import { SMALL, teachableFiles, teachableModel } from '../support/teachable.js';
import { hook, openPage } from './page.js';

/** A model from Teachable Machine is opened, and classifies with its own classes. */

const LABELS = ['Left shoe', 'Right shoe', 'No shoe'];

for (const name of inBrowsers('any')) {
  describe(`Teachable Machine in ${name}`, { timeout: 120_000 }, () => {
    /** @type {Awaited<ReturnType<typeof openPage>>} */
    let opened;
    /** @type {string} */
    let folder;
    /** @type {string[]} */
    let paths;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'fitting-room-teachable-'));
      const files = await teachableFiles(teachableModel(SMALL, LABELS.length), LABELS);
      const archive = zipSync(Object.fromEntries(files.map(({ name: called, bytes }) => [called, bytes])));
      const picture = shirt();
      const all = [...files, { name: 'my-shoes.zip', bytes: archive }, picture];
      for (const { name: called, bytes } of all) await writeFile(join(folder, called), Uint8Array.from(bytes));
      paths = all.map(({ name: called }) => join(folder, called));
      opened = await openPage(name, { query: 'data=synthetic&epochs=1&train-size=500' });
      await opened.page.loaded();
    });
    after(async () => {
      await opened?.close();
      await rm(folder, { recursive: true, force: true });
    });

    test('its three files, or an archive of them, are one model', async () => {
      await opened.browser.uploadFile(hook('photo-input'), ...paths.slice(0, 3));
      await opened.page.waitForCount('library-item', 1);
      await opened.browser.uploadFile(hook('photo-input'), paths[3]);
      await opened.page.waitForCount('library-item', 2);
      assert.equal(
        await opened.browser.evaluate(
          (/** @type {string} */ selector) => /** @type {HTMLInputElement} */ (document.querySelector(selector)).value,
          hook('library-name'),
        ),
        'my-shoes',
      );
    });

    test('a picture is classified as one of its classes', async () => {
      await opened.page.click('library-use');
      await opened.browser.waitFor(
        (/** @type {string} */ selector) =>
          /my-shoes .*It answers in section 5/s.test(document.querySelector(selector)?.textContent ?? ''),
        { args: [hook('keep-message')] },
      );
      await opened.browser.uploadFile(hook('photo-input'), paths[4]);
      await opened.browser.waitFor(
        (/** @type {string} */ selector, /** @type {string[]} */ labels) => {
          const words = document.querySelector(selector)?.textContent ?? '';
          return labels.every((label) => words.includes(label));
        },
        { args: [hook('photo-result'), LABELS] },
      );
      assert.deepEqual(opened.browser.errors, []);
    });
  });
}
