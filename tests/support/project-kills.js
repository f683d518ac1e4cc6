import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { chooseOwn, countsOf } from '../page/own.js';
import { hook, openPage } from '../page/page.js';
import { poll } from './polling.js';
import { startServer } from './static-server.js';
import { things, zipped } from './things.js';

/**
 * Kills a browser while it loads, changes or learns from people's own pictures, and opens the page again.
 *
 * @typedef {'loading' | 'labelling' | 'training'} Phase
 * @typedef {{ phase: Phase, after: number }} Blow `after`: ms since the phase began
 * @typedef {{ phase: Phase, after: number, found: string }} Survival `found`: what the page had when it opened again
 * @typedef {import('../page/page.js').Opened} Opened
 */

const COUNTS = { bar: 90, disc: 110, pole: 100 };
const ALL = Object.values(COUNTS).reduce((sum, count) => sum + count, 0);
const QUERY = 'epochs=1000&size=28&threads=1&model=conv2d:16:3:relu,maxPooling2d:2,flatten,dense:64:relu';

/** Waits until the page has images, or knows that there are none. @param {Opened} opened */
const settled = ({ browser }) =>
  browser.waitFor(
    (/** @type {string} */ status) =>
      ['ready', 'failed'].includes(
        /** @type {HTMLElement | null} */ (document.querySelector(status))?.dataset.state ?? '',
      ),
    { args: [hook('dataset-status')], timeout: 60_000 },
  );

/** How many pictures each class has, null while there are none. @param {Opened} opened */
async function counts(opened) {
  const isThere = await opened.browser.evaluate(() => document.getElementById('own-found')?.checkVisibility());
  const found = isThere ? await countsOf(opened) : {};
  return Object.keys(found).length > 0 ? found : null;
}

const sumOf = (/** @type {Record<string, number>} */ found) => Object.values(found).reduce((sum, n) => sum + n, 0);

/** @param {Opened} opened @param {string} file */
async function loadWhole(opened, file) {
  await chooseOwn(opened, 'zip', file);
  await poll(async () => sumOf((await counts(opened)) ?? {}) === ALL, 'all pictures', 60_000);
  await opened.page.waitForState('project-saved', 'saved');
}

/**
 * Renames a class over and over: `a0` to `a1` and so on. Runs in the page; what the page was told to do last is in
 * `renames`.
 * @param {string} row @param {string} field
 */
function renameOn(row, field) {
  /** @type {any} */ (globalThis).renames = 0;
  /** @type {HTMLElement} */ (document.querySelector(row)).click();
  setInterval(() => {
    const input = /** @type {HTMLInputElement | null} */ (document.querySelector(field));
    if (!input) return;
    input.value = `a${++/** @type {any} */ (globalThis).renames}`;
    input.dispatchEvent(new Event('change'));
  }, 30);
}

/**
 * What a page that opens again has: the project as it was, and in it nothing by halves.
 * @param {Opened} opened @param {Phase} phase @param {number} renames that were asked for @param {string} archive
 * @returns {Promise<string>}
 */
async function judge(opened, phase, renames, archive) {
  const { browser, page } = opened;
  await settled(opened);
  if (phase === 'loading') {
    await wait(2000); // for a project that opens after the page's own images
    await settled(opened);
    const found = await counts(opened);
    if (found) {
      assert.ok(sumOf(found) <= ALL);
      if (sumOf(found) < ALL) await browser.waitFor(() => document.querySelector('[data-note="awaited"]') !== null);
    }
    await loadWhole(opened, archive);
    return found ? `${sumOf(found)} of ${ALL} pictures` : 'nothing, as before';
  }
  const found = (await poll(() => counts(opened), 'the project', 60_000)) ?? {};
  const names = Object.keys(found);
  assert.equal(sumOf(found), ALL);
  if (phase === 'training') {
    assert.deepEqual(found, COUNTS);
    await browser.waitFor((/** @type {string} */ button) => document.querySelector(button)?.checkVisibility(), {
      args: [hook('resume-run')],
      timeout: 60_000,
    });
    await page.click('resume-run');
    await page.trained('training', 60_000);
    return 'the run, which went on';
  }
  const [name] = names.filter((each) => !Object.keys(COUNTS).includes(each));
  const said = name === undefined ? 0 : Number(name.slice(1));
  assert.ok(said >= 0 && said <= renames, `${name} after ${renames} renames`);
  assert.deepEqual(Object.values(found), Object.values(COUNTS), 'each class has its pictures');
  return `the class as it was called after ${said} of ${renames} renames`;
}

/**
 * @param {import('./browsers.js').BrowserName} name
 * @param {Blow[]} blows
 * @param {(survival: Survival) => void} [onSurvival]
 */
export async function killProjects(name, blows, onSurvival = () => {}) {
  const folder = await mkdtemp(join(tmpdir(), 'fitting-room-project-kills-'));
  const archive = join(folder, 'things.zip');
  await writeFile(archive, zipped(things(COUNTS)));
  const server = await startServer({ headers: true }); // one for all browsers: storage belongs to an origin
  try {
    for (const [i, { phase, after }] of blows.entries()) {
      const at = { at: server, query: QUERY, browser: { profile: await mkdtemp(join(folder, `profile-${i}-`)) } };
      const first = await openPage(name, at);
      let renames = 0;
      try {
        await settled(first);
        if (phase === 'loading') await chooseOwn(first, 'zip', archive);
        else await loadWhole(first, archive);
        if (phase === 'labelling') await first.browser.evaluate(renameOn, hook('own-class'), hook('class-name'));
        if (phase === 'training') {
          await first.page.click('train-start');
          await first.page.waitForState('keep-status', 'kept', 60_000).catch(() => {});
        }
        await wait(after);
        if (phase === 'labelling')
          renames = await first.browser.evaluate(() => /** @type {any} */ (globalThis).renames);
      } finally {
        await first.browser.kill();
      }
      const second = await openPage(name, at);
      try {
        const found = await judge(second, phase, renames + 20, archive);
        onSurvival({ phase, after, found });
        assert.deepEqual(second.browser.errors, []);
      } finally {
        await second.close();
      }
    }
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
