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
import { cardOf, percent } from '../../models/card.js';
import { measure, sha256 } from '../../models/measure.js';
import { fileOf } from '../../models/recipe.js';
import { askPage } from './ask-page.js';

/** What each folder's photos show: any of these classes is right. @type {Record<string, number[]>} */
const KINDS = { 't-shirt': [0], pants: [1], longsleeve: [2], dress: [3], outwear: [4], shirt: [6], shoes: [5, 7, 9] };
const CLASSES = 10;

/** @typedef {{ kind: string, path: string }} Photo */

/** @param {string} folder @returns {Photo[]} */
const photosIn = (folder) =>
  Object.keys(KINDS).flatMap((kind) =>
    readdirSync(join(folder, kind))
      .sort()
      .map((name) => ({ kind, path: join(folder, kind, name) })),
  );

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
const answers = await askPage(
  model,
  photos.map(({ path }) => path),
);
const predicted = answers.map((answer) => answer.class);
const facts = { sha256: sha256(readFileSync(fileOf(model, 'fit'))), ...tally(photos, predicted) };
const width = Math.max(...names.map((name) => name.length));
console.log(`${''.padEnd(11)}${names.map((name) => name.padStart(width + 1)).join('')}`);
for (const [kind, counts] of Object.entries(facts.confusion))
  console.log(kind.padEnd(11) + counts.map((count) => String(count).padStart(width + 1)).join(''));
console.log(`models/${model}.fit: ${facts.right} of ${facts.photos} photos, ${percent(facts.right / facts.photos)}`);
writeFileSync(fileOf(model, 'photos.json'), `${JSON.stringify(facts, null, 2)}\n`);
const { model: loaded, measured } = await measure(readFileSync(fileOf(model, 'fit')), await datasets.fashionMnist());
writeFileSync(fileOf(model, 'md'), cardOf(loaded, measured));
process.exit(0);
