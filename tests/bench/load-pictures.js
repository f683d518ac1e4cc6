/**
 * How fast the page loads pictures of one's own, and what that takes, until it shows and until it has saved them.
 *
 * node tests/bench/load-pictures.js [--browser=chromium] [--rounds=3] [--drawn=32000] [--size=48] [--train]
 *   [--page=dist] [FOLDER… | ARCHIVE]
 *
 * FOLDER has a folder of pictures for each class, ARCHIVE is a .zip of one. Without either, JPEGs are drawn. --train:
 * one epoch follows; --page: a built page, several of which take turns.
 */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { finished } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { Zip, ZipPassThrough } from 'fflate';
import { checkInteger } from '../../shim/check.js';
import { filesIn } from '../../shim/datasets/node.js';
import { chooseOwn } from '../page/own.js';
import { openPage } from '../page/page.js';
import { startMeasuring } from '../support/consumption.js';
import { jpeg } from '../support/pictures.js';

/** @typedef {{ path: string, bytes: Uint8Array }} Member */

const [COLUMNS, ROWS] = [20, 15]; // of drawn pictures, in blocks of 8 × 8 pixels
/** Whether a point is on what is drawn, of size `r`. @type {((u: number, v: number, r: number) => boolean)[]} */
const KINDS = [
  (u, v, r) => u * u + v * v < r * r,
  (u, v, r) => Math.abs(u) < r / 4 && Math.abs(v) < r,
  (u, v, r) => Math.abs(v) < r / 4 && Math.abs(u) < r,
  (u, v, r) => Math.abs(u - v) < r / 4 && Math.abs(u) < r,
];
const LONGEST = 30 * 60_000; // ms

const { values, positionals } = parseArgs({
  options: {
    browser: { type: 'string', default: 'chromium' },
    rounds: { type: 'string', default: '3' },
    drawn: { type: 'string', default: '32000' },
    size: { type: 'string', default: '48' },
    train: { type: 'boolean', default: false },
    page: { type: 'string', multiple: true, default: ['dist'] },
  },
  allowPositionals: true,
});

/** @param {number} count */
function* drawn(count) {
  for (let i = 0; i < count; i++) {
    const part = (/** @type {number} */ factor) => (Math.imul(i + 1, factor) >>> 0) / 2 ** 32;
    const [x, y, r] = [0.3 + 0.4 * part(2654435761), 0.3 + 0.4 * part(40503), 0.15 + 0.15 * part(2246822519)];
    const [ink, ground] = [
      [80 * part(3266489917), 255 * part(668265263), 128],
      [175 + 80 * part(374761393), 128, 255 * part(2869860233)],
    ].map((colour) => colour.map(Math.round)); // luma and chroma
    const isOn = KINDS[i % KINDS.length];
    const bytes = jpeg(COLUMNS, ROWS, (u, v) => (isOn(u - x, v - y, r) ? ink : ground));
    yield { path: `drawn/kind ${i % KINDS.length}/${i}.jpg`, bytes };
  }
}

/** @param {string[]} folders */
async function* inFolders(folders) {
  for (const folder of folders)
    for (const { path, file } of /** @type {import('../../shim/datasets/folder.js').Placed[]} */ (
      await filesIn(folder)
    )) {
      const steps = path.split('/');
      const name = `${basename(folder)}-${steps.pop()}`;
      const bytes = new Uint8Array(await file.arrayBuffer());
      if (steps.length > 0) yield { path: ['pictures', ...steps, name].join('/'), bytes };
    }
}

/** @param {string} path @param {Iterable<Member> | AsyncIterable<Member>} members */
async function archive(path, members) {
  const out = createWriteStream(path);
  const zip = new Zip((error, chunk) => (error ? out.destroy(error) : out.write(chunk)));
  for await (const { path: name, bytes } of members) {
    const file = new ZipPassThrough(name);
    zip.add(file);
    file.push(bytes, true);
  }
  zip.end();
  out.end();
  await finished(out);
}

/** Keeps the longest task of the page's main thread, in Chromium; runs in the page. */
function watchTasks() {
  const page = /** @type {any} */ (globalThis);
  page.longest = 0;
  const keep = (/** @type {PerformanceObserverEntryList} */ list) =>
    list.getEntries().forEach(({ duration }) => (page.longest = Math.max(page.longest, duration)));
  if (PerformanceObserver.supportedEntryTypes.includes('longtask'))
    new PerformanceObserver(keep).observe({ entryTypes: ['longtask'] });
}

/** @param {string} folder of the page @param {string} file */
async function load(folder, file) {
  const name = /** @type {import('../page/page.js').BrowserName} */ (values.browser);
  const query = `data=synthetic&epochs=1&size=${values.size}`;
  const profile = await mkdtemp(join(tmpdir(), 'fitting-room-load-')); // so that what is saved is on the disk
  const opened = await openPage(name, { query, server: { folder: resolve(folder) }, browser: { profile } });
  const { browser, page, close } = opened;
  try {
    await page.loaded();
    await browser.evaluate(watchTasks);
    const consumed = startMeasuring(Number(browser.page?.browser().process()?.pid));
    const began = performance.now();
    const since = () => (performance.now() - began) / 1000;
    await chooseOwn(opened, 'zip', file);
    await browser.waitFor(() => document.getElementById('own-found')?.checkVisibility(), { timeout: LONGEST });
    const shown = since();
    await page.waitForState('project-saved', 'saved', LONGEST);
    const saved = since();
    const { time, largest } = consumed();
    const count = await browser.evaluate(
      (/** @type {string} */ cells) =>
        [...document.querySelectorAll(cells)].reduce(
          (sum, { textContent }) => sum + Number(textContent?.replace(/\D/g, '')),
          0,
        ),
      '[data-testid="own-classes"] tbody td',
    );
    if (values.train) {
      await page.click('train-start');
      await page.trained('done', LONGEST);
    }
    const longest = await browser.evaluate(() => /** @type {any} */ (globalThis).longest);
    console.log(
      `  ${folder}, ${name}: ${count} pictures shown after ${shown.toFixed(1)} s (${(count / shown).toFixed(0)}/s), ` +
        `saved after ${saved.toFixed(1)} s; ${(time / count).toFixed(2)} ms of processor time each; longest task ` +
        `${longest.toFixed(0)} ms; the largest process ${largest.toFixed(0)} MB` +
        (values.train ? `, with an epoch ${consumed().largest.toFixed(0)} MB` : ''),
    );
    if (browser.errors.length > 0) throw new Error(browser.errors.join('\n'));
  } finally {
    await close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

const place = await mkdtemp(join(tmpdir(), 'fitting-room-pictures-'));
try {
  let file = positionals[0] ?? '';
  if (positionals.length !== 1 || (await stat(file)).isDirectory()) {
    file = join(place, 'pictures.zip');
    await archive(file, positionals.length > 0 ? inFolders(positionals) : drawn(Number(values.drawn)));
  }
  for (let round = checkInteger('--rounds', Number(values.rounds), 1, 100); round > 0; round--)
    for (const folder of values.page) await load(folder, file);
} finally {
  await rm(place, { recursive: true, force: true });
}
