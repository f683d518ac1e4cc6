import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { NOTES, OFFICIAL, teachable } from '../support/given.js';
import { shirt } from '../support/pictures.js';
import { hook, openPage } from './page.js';

/**
 * Files that are dropped, pasted or chosen reach the right section, and a file that cannot be opened changes nothing.
 */

/** @typedef {import('../support/given.js').Given} Given */

for (const name of inBrowsers('any')) {
  describe(`files in ${name}`, { timeout: 120_000 }, () => {
    /** @type {Awaited<ReturnType<typeof openPage>>} */
    let opened;
    /** @type {string} */
    let folder;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'fitting-room-incoming-'));
      opened = await openPage(name, { query: 'data=synthetic&epochs=2&train-size=500' });
      await opened.page.loaded();
      await opened.page.click('train-start');
      await opened.page.trained('done');
    });
    after(async () => {
      await opened?.close();
      await rm(folder, { recursive: true, force: true });
    });

    /**
     * @param {'drop' | 'paste'} how
     * @param {Given[]} files
     * @param {string} [target]
     * @param {string} [words] pasted or dropped with them
     */
    const give = (how, files, target = 'body', words = '') =>
      opened.browser.evaluate(
        (
          /** @type {string} */ event,
          /** @type {any[]} */ all,
          /** @type {string} */ selector,
          /** @type {string} */ plain,
        ) => {
          const transfer = new DataTransfer();
          for (const { name: called, type, bytes } of all)
            transfer.items.add(new File([new Uint8Array(bytes)], called, { type }));
          if (plain) transfer.setData('text/plain', plain);
          const options = { bubbles: true, cancelable: true };
          const made =
            event === 'drop'
              ? new DragEvent('drop', { ...options, dataTransfer: transfer })
              : new ClipboardEvent('paste', { ...options, clipboardData: transfer });
          return /** @type {Element} */ (document.querySelector(selector)).dispatchEvent(made);
        },
        how,
        files.map(({ name: called, type = '', bytes }) => ({ name: called, type, bytes: [...bytes] })),
        target,
        words,
      );

    const state = async () => ({
      status: await opened.page.text('dataset-status'),
      train: await opened.page.text('train-status'),
      accuracy: await opened.page.text('test-accuracy'),
      address: await opened.browser.evaluate(() => location.search),
      source: await opened.browser.evaluate(
        () => /** @type {HTMLSelectElement} */ (document.querySelector('[data-testid="dataset-source"]')).value,
      ),
    });

    /** @param {RegExp} words */
    const says = (words) =>
      opened.browser.waitFor(
        (/** @type {string} */ selector, /** @type {string} */ pattern) => {
          const note = document.querySelector(selector);
          return note?.checkVisibility() && new RegExp(pattern).test(note.textContent ?? '');
        },
        { args: [hook('incoming-note'), words.source] },
      );

    const items = (/** @type {number} */ wanted) =>
      opened.browser.waitFor(
        (/** @type {string} */ selector, /** @type {number} */ count) =>
          document.querySelectorAll(selector).length === count,
        { args: [hook('photo-item'), wanted] },
      );

    test('what nobody can open is named, and nothing else changes', async () => {
      const before = await state();
      await give('drop', [NOTES]);
      await says(/notes\.txt/);
      assert.deepEqual(await state(), before);
      await opened.page.click('incoming-close');
      await opened.page.choose('settings-epochs', '1');
      await opened.page.click('train-start');
      await opened.page.trained('done');
    });

    test('a dataset that cannot be used leaves the one that is loaded', async () => {
      const before = await state();
      await give('drop', OFFICIAL.slice(0, 3));
      await opened.page.waitForState('dataset-status', 'failed');
      const { status, ...after } = await state();
      assert.match(String(status), /could not be loaded.*Still loaded/s);
      assert.deepEqual({ status: before.status, ...after }, before);
      await opened.page.choose('settings-seed', '5');
      await opened.page.click('train-start');
      await opened.page.trained('done');
    });

    test('pictures and files that are none, at once: the ones are answered, the others named', async () => {
      const { name: called, type, bytes } = shirt();
      await give('drop', [{ name: called, type, bytes }, NOTES, { name: 'other', bytes }]);
      await items(2);
      await says(/notes\.txt/);
    });

    test('text with a picture, pasted into a field, is the field’s', async () => {
      const { name: called, type, bytes } = shirt();
      await opened.browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
        args: [hook('save-name')],
      });
      for (const field of ['save-name', 'settings-seed']) {
        assert.equal(
          await give('paste', [{ name: called, type, bytes }], hook(field), 'Coats'),
          true,
          `${field}: the browser pastes`,
        );
      }
      if (name === 'firefox') return; // where no script can paste files
      await give('paste', [{ name: called, type, bytes }]);
      await items(3);
    });

    test('a model is found among its files in any order, wherever it is chosen', async () => {
      const paths = [];
      for (const { name: called, bytes } of await teachable()) {
        paths.push(join(folder, called));
        await writeFile(join(folder, called), Uint8Array.from(bytes));
      }
      await opened.browser.uploadFile(hook('photo-input'), ...paths);
      await opened.browser.waitFor(
        (/** @type {string} */ selector) => document.querySelectorAll(selector).length === 1,
        { args: [hook('library-item')] },
      );
    });

    test('while a run is under way, images stay what they are, and that is said', async () => {
      await opened.page.choose('settings-epochs', '300');
      await opened.page.click('train-start');
      await opened.page.trained('training');
      await give('drop', OFFICIAL);
      await says(/Press Stop, then drop/);
      await opened.page.click('train-stop');
      await opened.page.trained('idle');
      await give('drop', OFFICIAL);
      await opened.browser.waitFor(() =>
        /: 60 .* 20 /.test(document.querySelector('[data-testid="dataset-status"]')?.textContent ?? ''),
      );
      assert.equal((await state()).source, 'files');
      await opened.browser.waitFor(
        (/** @type {string} */ selector) => {
          const offer = document.querySelector(selector);
          return Boolean(offer?.checkVisibility() && /interrupted in epoch/.test(offer.textContent ?? ''));
        },
        { args: [hook('resume-offer')] },
      ); // the model trained on the earlier images is saved, and the page says so
    });

    if (name === 'chromium') {
      test('a folder is opened, its folders too, without what systems leave there', async () => {
        const { bytes } = shirt();
        await mkdir(join(folder, 'wardrobe/winter'), { recursive: true });
        for (const path of ['a.png', 'winter/b.png']) await writeFile(join(folder, 'wardrobe', path), bytes);
        for (const path of ['.DS_Store', 'winter/Thumbs.db', 'list.csv'])
          await writeFile(join(folder, 'wardrobe', path), 'x');
        const protocol = await /** @type {import('puppeteer-core').Page} */ (opened.browser.page).createCDPSession();
        const data = { items: [], files: [join(folder, 'wardrobe')], dragOperationsMask: 1 };
        for (const type of /** @type {const} */ (['dragEnter', 'dragOver', 'drop']))
          await protocol.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
        await items(5);
        await says(/list\.csv/);
        assert.doesNotMatch(await opened.browser.evaluate(() => document.body.innerText), /DS_Store|Thumbs|: 8\b/);
      });
    }

    test('without an error in the console', () => assert.deepEqual(opened.browser.errors, []));
  });
}
