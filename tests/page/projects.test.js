import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { inBrowsers } from '../support/browsers.js';
import { killProjects } from '../support/project-kills.js';
import { thing, things, zipped } from '../support/things.js';
import { chooseOwn, has, reopenDownload } from './own.js';
import { hook, openPage, withPage } from './page.js';

/** Pictures of one's own as a project: changing its classes, finding it again, taking it along. */

/** @typedef {import('./page.js').Opened} Opened */

const QUICK = 'epochs=6&size=28&model=conv2d:8:3:relu,maxPooling2d:2,flatten';

const HEAVY = 8000; // bytes of a picture

/** @type {string} */
let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fitting-room-projects-'));
  await writeFile(join(folder, 'things.zip'), zipped(things({ bar: 12, disc: 14, pole: 16 })));
  await writeFile(join(folder, 'others.zip'), zipped(things({ disc: 5, ring: 8 }, 'others')));
  const files = things({ disc: 40, pole: 40 }, 'astray');
  for (const i of [3, 11]) {
    files[`astray/pole/astray-${i}.png`] = files[`astray/disc/${i}.png`];
    delete files[`astray/disc/${i}.png`];
  }
  await writeFile(join(folder, 'astray.zip'), zipped(files));
  await writeFile(join(folder, 'more.png'), thing(0, 77));
});
after(() => rm(folder, { recursive: true, force: true }));

/** Waits for a text. @param {Opened} opened @param {string} selector @param {RegExp} words */
const says = ({ browser }, selector, words) =>
  browser.waitFor(
    (/** @type {string} */ wanted, /** @type {string} */ pattern) => {
      const node = document.querySelector(wanted);
      return node?.checkVisibility() && new RegExp(pattern).test(node.textContent ?? '');
    },
    { args: [selector, words.source], timeout: 60_000 },
  );

/** @param {Opened} opened @param {string} name of an archive */
const choose = (opened, name) => chooseOwn(opened, 'zip', join(folder, name));

/** @param {Opened} opened */
const saved = ({ page }) => page.waitForState('project-saved', 'saved');

/** Opens a class. @param {Opened} opened @param {string} name */
async function openClass({ browser }, name) {
  await browser.evaluate(
    (/** @type {string} */ rows, /** @type {string} */ wanted) => {
      const row = [...document.querySelectorAll(rows)].find(
        (each) => each.querySelector('span')?.textContent === wanted,
      );
      if (row?.getAttribute('aria-expanded') !== 'true') /** @type {HTMLElement} */ (row).click();
    },
    hook('own-class'),
    name,
  );
  await browser.waitFor(
    (/** @type {string} */ field, /** @type {string} */ wanted) =>
      /** @type {HTMLInputElement | null} */ (document.querySelector(field))?.value === wanted,
    { args: [hook('class-name'), name] },
  );
}

/** Chooses the class of that name in a list. @param {Opened} opened @param {string} testid @param {string} name */
const pick = ({ browser }, testid, name) =>
  browser.evaluate(
    (/** @type {string} */ selector, /** @type {string} */ wanted) => {
      const select = /** @type {HTMLSelectElement} */ (document.querySelector(selector));
      select.value = [...select.options].find(({ text }) => text === wanted)?.value ?? '';
      select.dispatchEvent(new Event('change'));
    },
    hook(testid),
    name,
  );

/** The numbers of the pictures that are stored; runs in the page. @returns {Promise<number[]>} */
const numbersStored = () =>
  new Promise((resolve, reject) => {
    const opening = indexedDB.open('fitting-room');
    opening.onerror = reject;
    opening.onsuccess = () => {
      const asking = opening.result.transaction('pictures').objectStore('pictures').getAllKeys();
      asking.onsuccess = () => resolve(asking.result.map((key) => /** @type {[string, number]} */ (key)[1]));
      opening.result.close();
    };
  });

for (const name of inBrowsers('engine')) {
  describe(`a project in ${name}`, { timeout: 240_000 }, () => {
    /** @type {Opened} */
    let opened;
    before(async () => {
      opened = await openPage(name, { query: `${QUICK}&data=synthetic` });
      await opened.page.loaded();
    });
    after(() => opened?.close());

    test('is saved as it is loaded, and its classes can be renamed without a change to what was learnt', async () => {
      const { browser, page } = opened;
      await choose(opened, 'things.zip');
      await says(opened, hook('dataset-status'), /^things: 3 classes/);
      await saved(opened);
      await page.click('train-start');
      await page.trained('done');
      await browser.waitFor(() => document.getElementById('evaluation')?.dataset.state === 'ready');
      const before = await page.cells();
      await openClass(opened, 'disc');
      await browser.type(hook('class-name'), ' plate ');
      await browser.press('Enter');
      await has(opened, { bar: 12, plate: 14, pole: 16 });
      await browser.waitFor(() => document.getElementById('evaluation')?.dataset.state === 'ready');
      const after = await page.cells();
      /** @param {{ predicted: number, title?: string }} cell */
      const told = ({ predicted, title }) => [predicted, title?.replaceAll('disc', 'plate')];
      assert.deepEqual(after.map(told), before.map(told));
      assert.ok(after.every(({ title = 'disc' }) => !title.includes('disc')));
      assert.equal(await page.data('train-status', 'state'), 'done');
      await browser.uploadFile(hook('photo-input'), join(folder, 'more.png'));
      await says(opened, '.photo-said', /plate/);
    });

    test('refuses what cannot be, and says why', async () => {
      const { browser, page } = opened;
      await browser.type(hook('class-name'), 'bar');
      await browser.press('Enter');
      await says(opened, hook('project-problem'), /Another class has that name/);
      await has(opened, { bar: 12, plate: 14, pole: 16 });
      await page.choose('own-new-class', '   ');
      await browser.evaluate((/** @type {string} */ field) => {
        /** @type {HTMLInputElement} */ (document.querySelector(field)).form?.requestSubmit();
      }, hook('own-new-class'));
      await says(opened, hook('project-problem'), /needs a name/);
    });

    test('gets a class, pictures move there, and each step is undone', async () => {
      const { browser, page } = opened;
      await browser.type(hook('own-new-class'), '<i>ring</i>');
      await browser.press('Enter');
      await has(opened, { bar: 12, plate: 14, pole: 16, '<i>ring</i>': 0 });
      await openClass(opened, 'plate');
      await browser.waitFor((/** @type {string} */ list) => document.querySelectorAll(`${list} button`).length === 14, {
        args: [hook('class-pictures')],
      });
      await browser.evaluate((/** @type {string} */ list) => {
        for (const at of [0, 5]) /** @type {HTMLElement} */ (document.querySelectorAll(`${list} button`)[at]).click();
      }, hook('class-pictures'));
      await says(opened, hook('class-chosen'), /2 selected/);
      await pick(opened, 'class-move', '<i>ring</i>');
      await has(opened, { bar: 12, plate: 12, pole: 16, '<i>ring</i>': 2 });
      await pick(opened, 'class-merge', 'bar');
      await has(opened, { bar: 24, pole: 16, '<i>ring</i>': 2 });
      await says(opened, hook('project-undo'), /plate merged into bar/);
      for (const [left, next] of /** @type {[Record<string, number>, RegExp][]} */ ([
        [{ bar: 12, plate: 12, pole: 16, '<i>ring</i>': 2 }, /2 moved/],
        [{ bar: 12, plate: 14, pole: 16, '<i>ring</i>': 0 }, /ring<\/i> added/],
        [{ bar: 12, plate: 14, pole: 16 }, /disc renamed/],
      ])) {
        await page.click('project-undo');
        await has(opened, left);
        await says(opened, hook('project-undo'), next);
      }
      assert.equal(await browser.evaluate(() => document.querySelectorAll('#own-found i:not(.bar i)').length), 0);
    });

    test('takes more pictures: into a class, and another project', async () => {
      const { browser } = opened;
      await openClass(opened, 'plate');
      await browser.uploadFile(hook('class-files'), join(folder, 'more.png'));
      await has(opened, { bar: 12, plate: 15, pole: 16 });
      await browser.uploadFile(hook('adding-zip'), join(folder, 'others.zip'));
      await has(opened, { bar: 12, plate: 15, pole: 16, disc: 5, ring: 8 });
      await saved(opened);
    });

    test('is there again, with all that was changed, when the page opens', async () => {
      const { page } = opened;
      await page.open(QUICK);
      await says(opened, hook('dataset-status'), /^things: 5 classes/);
      await has(opened, { bar: 12, plate: 15, pole: 16, disc: 5, ring: 8 });
    });

    test('is the same after it was packed and unpacked', async () => {
      const { browser, page } = opened;
      await openClass(opened, 'ring');
      await page.click('class-remove');
      await has(opened, { bar: 12, plate: 15, pole: 16, disc: 5 });
      const digest = () => browser.evaluate(() => document.querySelector('#sample-image')?.toString());
      const before = await digest();
      await browser.type(hook('project-title'), 'My things');
      await browser.press('Tab');
      await reopenDownload(opened, 'dataset-zip');
      await says(opened, hook('dataset-status'), /^My things: 4 classes/);
      await has(opened, { bar: 12, plate: 15, pole: 16, disc: 5 });
      assert.equal(await digest(), before);
      await saved(opened);
    });

    test('is listed beside others, which can be opened, and deleted with undo', async () => {
      const { browser, page } = opened;
      await says(opened, hook('projects'), /things.*4 classes.*48 pictures/s);
      await page.click('projects-delete');
      await says(opened, hook('projects'), /Deleted/);
      await page.click('projects-undo');
      await page.click('projects-open');
      await says(opened, hook('dataset-status'), /: 4 classes/);
      assert.deepEqual(browser.errors, []);
    });
  });
}

for (const name of inBrowsers('any'))
  test(`pictures in the wrong class are found, and put right with a click (${name})`, { timeout: 120_000 }, () =>
    withPage([name, { query: `${QUICK.replace('epochs=6', 'epochs=30')}&data=synthetic` }], async (opened) => {
      const { browser, page } = opened;
      await page.loaded();
      await choose(opened, 'astray.zip');
      await has(opened, { disc: 38, pole: 42 });
      await page.click('doubts-look');
      await says(opened, hook('doubts-status'), /Probably wrong: \d/);
      const first = await browser.evaluate(
        (/** @type {string} */ rows) =>
          [...document.querySelectorAll(rows)].slice(0, 2).map((row) => row.getAttribute('title')),
        `${hook('doubts')} > li`,
      );
      assert.deepEqual(first.toSorted(), ['astray/pole/astray-11.png', 'astray/pole/astray-3.png']);
      await page.click('doubts-move');
      await has(opened, { disc: 39, pole: 41 });
      await page.click('doubts-move');
      await has(opened, { disc: 40, pole: 40 });
      await page.click('project-undo');
      await has(opened, { disc: 39, pole: 41 });
      await browser.type(hook('settings-epochs'), '1000'); // so that it takes long enough
      await page.click('doubts-look');
      await page.click('doubts-cancel');
      await browser.waitFor((/** @type {string} */ button) => document.querySelector(button)?.checkVisibility(), {
        args: [hook('doubts-look')],
      });
      assert.deepEqual(browser.errors, []);
    }),
  );

test(
  'chromium: storage that fills up half way is said, and the project is saved once there is room',
  { timeout: 120_000 },
  () =>
    withPage(['chromium', { query: `${QUICK}&data=synthetic&threads=1` }], async (opened) => {
      const { browser, page, server } = opened;
      const tab = /** @type {import('puppeteer-core').Page} */ (browser.page);
      const protocol = await tab.createCDPSession();
      /** @param {number} [quotaSize] bytes; default: as much as the browser allows */
      const limitStorage = (quotaSize) =>
        protocol.send('Storage.overrideQuotaForOrigin', { origin: new URL(server.url).origin, quotaSize });
      await page.loaded();
      const files = things({ bar: 350, pole: 350 }, 'heavy');
      const heavy = Object.entries(files).map(([path, bytes]) => [path, Buffer.concat([bytes, Buffer.alloc(HEAVY)])]);
      await writeFile(join(folder, 'heavy.zip'), zipped(Object.fromEntries(heavy)));
      // the browser's estimate is wrong as well: a write has to fail. Helper threads, which wait, would not answer.
      for (const worker of tab.workers())
        await worker.evaluate(() => {
          StorageManager.prototype.estimate = async () => ({ quota: 2 ** 40, usage: 0 });
        });
      await limitStorage(400 * HEAVY);
      await choose(opened, 'heavy.zip');
      await page.waitForState('project-saved', 'unsaved');
      assert.match(String(await page.text('project-saved')), /storage is full.*as a \.zip/);
      await has(opened, { bar: 350, pole: 350 });
      assert.deepEqual(await browser.evaluate(numbersStored), [], 'a part is not left behind');
      await page.click('train-start');
      await page.trained('done');
      await limitStorage();
      await openClass(opened, 'bar');
      await browser.type(hook('class-name'), 'rod');
      await browser.press('Enter');
      await saved(opened);
      assert.equal((await browser.evaluate(numbersStored)).length, 700);
      await page.open(QUICK);
      await has(opened, { rod: 350, pole: 350 });
    }),
);

for (const name of inBrowsers('any'))
  test(`a project survives a browser that is killed (${name})`, { timeout: 180_000 }, async () => {
    /** @type {string[]} */
    const found = [];
    const blows = /** @type {const} */ ([
      { phase: 'loading', after: 700 },
      { phase: 'labelling', after: 900 },
      { phase: 'training', after: 1200 },
    ]);
    await killProjects(name, [...blows], ({ phase }) => found.push(phase));
    assert.deepEqual(
      found,
      blows.map(({ phase }) => phase),
    );
  });
