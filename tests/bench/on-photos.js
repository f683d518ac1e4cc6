/**
 * How well a model recognises real photos, measured through the page itself: Chromium gets each photo as a user's
 * browser would.
 *
 * node tests/bench/on-photos.js MODEL FOLDER
 *
 * FOLDER has one folder of photos for each kind below. Prints accuracy and confusion, and writes them to
 * models/MODEL.photos.json and into the model's card.
 */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { datasets } from '../../shim/index.js';
import { hook, openPage } from '../page/page.js';
import { cardOf, percent } from '../../models/card.js';
import { measure, sha256 } from '../../models/measure.js';
import { fileOf } from '../../models/recipe.js';

/** What each folder's photos show: any of these classes is right. @type {Record<string, number[]>} */
const KINDS = { 't-shirt': [0], pants: [1], longsleeve: [2], dress: [3], outwear: [4], shirt: [6], shoes: [5, 7, 9] };
const CLASSES = 10;
const BATCH = 50;

/** @typedef {{ kind: string, path: string }} Photo */

/** @param {string} folder @returns {Photo[]} */
const photosIn = (folder) =>
  Object.keys(KINDS).flatMap((kind) =>
    readdirSync(join(folder, kind))
      .sort()
      .map((name) => ({ kind, path: join(folder, kind, name) })),
  );

/**
 * The classes that the page's section Try it answers with.
 * @param {string} model
 * @param {Photo[]} photos
 * @returns {Promise<number[]>} -1: refused
 */
async function classesOf(model, photos) {
  const { browser, page, close } = await openPage('chromium', { query: 'data=synthetic&train-size=10' });
  try {
    await browser.waitFor((/** @type {string} */ selector) => document.querySelector(selector) !== null, {
      args: [hook('photo-input')],
    });
    await page.choose('model-choice', model);
    for (let done = 0; done < photos.length; done += BATCH) {
      const some = photos.slice(done, done + BATCH);
      await browser.uploadFile(hook('photo-input'), ...some.map(({ path }) => path));
      await browser.waitFor(
        (/** @type {number} */ count) => {
          const items = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[data-testid="photo-item"]')]);
          return (
            items.length === count &&
            items.every(({ dataset }) => dataset.state === 'ready' || dataset.state === 'refused')
          );
        },
        { args: [done + some.length], timeout: 120_000 },
      );
    }
    return await browser.evaluate(() =>
      /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[data-testid="photo-item"]')]).map(({ dataset }) =>
        Number(dataset.class),
      ),
    );
  } finally {
    await close();
  }
}

/** @param {Photo[]} photos @param {number[]} predicted */
function tally(photos, predicted) {
  const confusion = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, new Array(CLASSES).fill(0)]));
  photos.forEach(({ kind }, i) => predicted[i] >= 0 && confusion[kind][predicted[i]]++);
  const right = photos.filter(({ kind }, i) => KINDS[kind].includes(predicted[i])).length;
  return { photos: photos.length, right, confusion };
}

const [model = 'photos', folder = ''] = process.argv.slice(2);
if (!existsSync(join(folder, 'shoes'))) {
  console.error(
    `on-photos: ${folder || 'a folder'} must have the folders ${Object.keys(KINDS).join(', ')} with photos in them`,
  );
  process.exit(1);
}
const photos = photosIn(folder);
const { classNames: names } = await datasets.synthetic({ trainSize: 1, testSize: 1 });
const facts = { sha256: sha256(readFileSync(fileOf(model, 'fit'))), ...tally(photos, await classesOf(model, photos)) };
const width = Math.max(...names.map((name) => name.length));
console.log(`${''.padEnd(11)}${names.map((name) => name.padStart(width + 1)).join('')}`);
for (const [kind, counts] of Object.entries(facts.confusion))
  console.log(kind.padEnd(11) + counts.map((count) => String(count).padStart(width + 1)).join(''));
console.log(`models/${model}.fit: ${facts.right} of ${facts.photos} photos, ${percent(facts.right / facts.photos)}`);
writeFileSync(fileOf(model, 'photos.json'), `${JSON.stringify(facts, null, 2)}\n`);
const { model: loaded, measured } = await measure(readFileSync(fileOf(model, 'fit')), await datasets.fashionMnist());
writeFileSync(fileOf(model, 'md'), cardOf(loaded, measured));
process.exit(0);
