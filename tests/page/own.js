import assert from 'node:assert/strict';
import { hook } from './page.js';

/** What tests of people's own data do on the page. */

/** @typedef {import('./page.js').Opened} Opened */

/** What reads as names, without what keeps them apart from what is beside them. @param {unknown} said */
export const plain = (said) => String(said).replace(/[\u2066-\u2069]/g, '');

/** @param {Opened} opened @param {string} selector */
export const there = ({ browser }, selector) =>
  browser.waitFor((/** @type {string} */ wanted) => document.querySelector(wanted)?.checkVisibility(), {
    args: [selector],
  });

/** @param {Opened} opened @param {string} selector @returns {Promise<string[]>} */
export const textsOf = async ({ browser }, selector) =>
  (
    await browser.evaluate(
      (/** @type {string} */ wanted) => [...document.querySelectorAll(wanted)].map(({ textContent }) => textContent),
      selector,
    )
  ).map(plain);

/** @param {Opened} opened @param {'zip' | 'folder'} how @param {string[]} paths */
export async function chooseOwn({ browser, page }, how, ...paths) {
  await page.choose('dataset-source', 'pictures');
  await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
    args: [hook(`dataset-${how}`)],
  });
  await browser.uploadFile(hook(`dataset-${how}`), ...paths);
}

/** Waits for what the status says. @param {Opened} opened @param {RegExp} words */
export const says = ({ browser }, words, testid = 'dataset-status') =>
  browser.waitFor(
    (/** @type {string} */ selector, /** @type {string} */ pattern) =>
      new RegExp(pattern).test(document.querySelector(selector)?.textContent ?? ''),
    { args: [hook(testid), words.source], timeout: 60_000 },
  );

/** How many pictures each class has, by its name. @param {Opened} opened @returns {Promise<Record<string, number>>} */
export const countsOf = ({ browser }) =>
  browser.evaluate((/** @type {string} */ table) => {
    const rows = [...document.querySelectorAll(`${table} tbody tr:not(.own-open)`)];
    return Object.fromEntries(
      rows.map((row) => [
        row.querySelector('th span')?.textContent,
        [...row.querySelectorAll('td')].reduce((sum, cell) => sum + Number(cell.textContent), 0),
      ]),
    );
  }, hook('own-classes'));

/** Waits until the classes have so many pictures. @param {Opened} opened @param {Record<string, number>} wanted */
export async function has(opened, wanted) {
  let found = {};
  for (const began = Date.now(); Date.now() - began < 20_000; await new Promise((done) => setTimeout(done, 50))) {
    found = await countsOf(opened);
    if (JSON.stringify(found) === JSON.stringify(wanted)) break;
  }
  assert.deepEqual(found, wanted);
  assert.deepEqual(Object.keys(found), Object.keys(wanted), 'in this order');
}

/**
 * Packs the project, and opens the archive by an input of the page.
 * @param {Opened} opened
 * @param {string} testid
 * @param {() => Promise<void>} [meanwhile] what is done before it is opened
 */
export async function reopenDownload({ browser, page }, testid, meanwhile) {
  await browser.evaluate(() => {
    const { createObjectURL } = URL;
    URL.createObjectURL = (blob) => {
      Object.assign(globalThis, { offered: blob });
      URL.createObjectURL = createObjectURL;
      return 'data:,';
    };
  });
  await page.click('project-pack');
  await browser.waitFor(() => /** @type {any} */ (globalThis).offered instanceof Blob);
  await meanwhile?.();
  await browser.evaluate((/** @type {string} */ selector) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([/** @type {any} */ (globalThis).offered], 'packed.zip'));
    const input = /** @type {HTMLInputElement} */ (document.querySelector(selector));
    input.files = transfer.files;
    input.dispatchEvent(new Event('change'));
  }, hook(testid));
}

/** @param {Opened} opened */
export async function train(opened) {
  await opened.page.click('train-start');
  await opened.page.trained('done');
  await opened.browser.waitFor(() => document.getElementById('evaluation')?.dataset.state === 'ready');
}

/** Drops a folder or files of the disk, as a user would: no script can make one. @param {Opened} opened */
export async function dropFromDisk({ browser }, /** @type {string[]} */ ...paths) {
  const protocol = await /** @type {import('puppeteer-core').Page} */ (browser.page).createCDPSession();
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of /** @type {const} */ (['dragEnter', 'dragOver', 'drop']))
    await protocol.send('Input.dispatchDragEvent', { type, x: 300, y: 300, data });
}
