/**
 * How well the page's preset for few pictures learns: photos in folders are divided into folds, each is recognised by a
 * model that was trained on the others, as the page trains it.
 *
 * node tests/bench/few-pictures.js [--preset=few] [--size=48] [--folds=5] [--only=0] [--seed=1] FOLDER…
 *
 * FOLDER has a folder of photos for each class; those of the same name are one class.
 */
import { parseArgs } from 'node:util';
import { argmax } from '../../shim/classify.js';
import { checkInteger } from '../../shim/check.js';
import { picturesIn } from '../../shim/datasets/folder.js';
import { groupAlike } from '../../shim/datasets/likeness.js';
import { filesIn } from '../../shim/datasets/node.js';
import { foldsOf, ranksOf } from '../../shim/datasets/split.js';
import { datasets, loadCore } from '../../shim/index.js';
import { rowsOf } from '../../shim/tensor.js';
import { assembled } from '../../web/assembly.js';
import { TRAINING, parseModel, specsOf } from '../../web/model-spec.js';
import { compileOptions, oneHot } from '../../web/recipe.js';
import { FIELDS } from '../../web/settings.js';

/** @import { Settings } from '../../web/settings.js' */

const { values, positionals } = parseArgs({
  options: {
    preset: { type: 'string', default: 'few' },
    size: { type: 'string', default: '48' },
    folds: { type: 'string', default: '5' },
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
  allowPositionals: true,
});
const number = (/** @type {'size' | 'folds' | 'seed'} */ name, /** @type {number} */ low, /** @type {number} */ high) =>
  checkInteger(`--${name}`, Number(values[name]), low, high);
const [size, folds, seed] = [number('size', 8, 256), number('folds', 2, 20), number('seed', 0, 1e6)];

/** Every photo as an image, as the page makes it. */
async function photos() {
  const placed = (await Promise.all(positionals.map((folder) => filesIn(folder)))).flat();
  const { pictures } = picturesIn(/** @type {import('../../shim/datasets/folder.js').Placed[]} */ (placed));
  const { train, classNames } = await datasets.fromPictures(pictures, { size, validation: 0, test: 0 });
  return { ...train, classNames };
}

const { images, labels, classNames } = await photos();
const count = images.shape[0];
const ranks = await ranksOf(0, count); // the photos lie class after class
const fold = foldsOf(labels.data, groupAlike(images), folds, ranks);
const usual = Object.fromEntries(Object.entries(FIELDS).map(([name, { initial }]) => [name, initial]));
const settings = /** @type {Settings} */ (/** @type {unknown} */ ({ ...usual, ...TRAINING[values.preset], seed }));
const layers = parseModel(values.preset).layers;
if (!layers) throw new Error(`--preset: there is no preset ${values.preset}`);
const { build, threads } = await loadCore({});
console.log(`${count} photos of ${classNames.length} classes, ${size} × ${size}; build ${build}, ${threads} threads`);

/** @param {number[]} indices */
const some = (indices) => ({
  images: /** @type {typeof images} */ (rowsOf(images, indices)),
  labels: { shape: [indices.length], data: Int32Array.from(indices, (i) => labels.data[i]) },
});

/** @param {number} one the fold that is left out @returns {Promise<{ accuracy: number, minutes: number }>} */
async function accuracyWithout(one) {
  const order = Array.from(ranks);
  const [learnt, left] = [some(order.filter((i) => fold[i] !== one)), some(order.filter((i) => fold[i] === one))];
  const steps = settings.epochs * Math.ceil(learnt.labels.shape[0] / settings.batchSize);
  const options = { seed, runtime: {}, shape: images.shape.slice(1) };
  const specs = specsOf(/** @type {NonNullable<typeof layers>} */ (layers), classNames.length);
  const { built } = await assembled(specs, options, compileOptions(settings, steps));
  const { epochs, batchSize, labelSmoothing } = settings;
  const targets = labelSmoothing ? oneHot(learnt.labels, classNames.length) : learnt.labels;
  const began = performance.now();
  await built.fit(learnt.images, targets, { epochs, batchSize, verbose: 0 });
  const minutes = (performance.now() - began) / 60_000;
  const found = argmax((await built.predict(left.images)).data, classNames.length);
  built.dispose();
  const right = found.filter((label, i) => label === left.labels.data[i]).length;
  return { accuracy: right / found.length, minutes };
}

/** @param {number[]} numbers */
const mean = (numbers) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;

const wanted = values.only === undefined ? Array.from({ length: folds }, (_, one) => one) : [Number(values.only)];
const results = [];
for (const one of wanted) {
  const result = await accuracyWithout(one);
  results.push(result);
  console.log(`fold ${one}: ${(100 * result.accuracy).toFixed(1)} %, ${result.minutes.toFixed(1)} minutes`);
}
console.log(
  `mean of ${results.length}: ${(100 * mean(results.map(({ accuracy }) => accuracy))).toFixed(1)} %, ` +
    `${mean(results.map(({ minutes }) => minutes)).toFixed(1)} minutes`,
);
process.exit();
