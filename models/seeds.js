/**
 * Trains a recipe with several seeds, and says what it reaches on average and what it costs:
 * node models/seeds.js NAME [--seeds=5] [--held-out]
 *
 * --held-out  leaves every twelfth of the training images out and measures on those 5,000. Recipes are chosen by this;
 *             the test images are for the result alone.
 */
import { parseArgs } from 'node:util';
import { checkInteger } from '../shim/check.js';
import { datasets, loadCore } from '../shim/index.js';
import { rowOf } from '../shim/layers/table.js';
import { rowsOf } from '../shim/tensor.js';
import { percent } from './card.js';
import { accuracyOf, confusionOf } from './measure.js';
import { RUNTIME, build, fitTo } from './recipe.js';
import { recipesOf } from './recipes.js';

/** @import { Model } from '../shim/index.js' */
/** @typedef {import('../shim/datasets/fashion-mnist.js').Dataset['train']} Split */

const HELD_OUT = { every: 12, from: 5 };

/** The images for whose indices `wanted` is true. @param {Split} split @param {(index: number) => boolean} wanted */
function selected({ images, labels }, wanted) {
  const indices = Array.from(labels.data.keys()).filter(wanted);
  return { images: rowsOf(images, indices), labels: rowsOf(labels, indices) };
}

/**
 * Floating-point operations that training on one image takes, if every convolution and dense layer is computed as its
 * plain products: a multiplication and an addition for each, forward, and twice as many backward.
 * @param {Model} model
 */
const flopOf = (model) =>
  model.layers.reduce((sum, { config, outputShape, parameters, kind }) => {
    if (!rowOf(kind).weights?.some(({ name }) => name.endsWith('kernel'))) return sum;
    const [channels, ...places] = outputShape.slice(1).map(Number).reverse();
    const kernel = parameters - (config.useBias ? channels : 0);
    return sum + 3 * 2 * kernel * places.reduce((all, side) => all * side, 1);
  }, 0);

const { values, positionals } = parseArgs({
  options: { seeds: { type: 'string', default: '5' }, 'held-out': { type: 'boolean', default: false } },
  allowPositionals: true,
});
const seeds = checkInteger('--seeds', Number(values.seeds), 1, 1000);
const { train, test } = await datasets.fashionMnist();
const isHeldOut = (/** @type {number} */ index) => index % HELD_OUT.every === HELD_OUT.from;
const [learned, measured] = values['held-out']
  ? [selected(train, (index) => !isHeldOut(index)), selected(train, isHeldOut)]
  : [train, test];
const { threads } = await loadCore(RUNTIME);

for (const recipe of recipesOf(positionals)) {
  /** @type {{ once: number, twice: number, minutes: number }[]} */
  const results = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const model = await build({ ...recipe, seed });
    const began = performance.now();
    await fitTo(recipe, model, learned, { verbose: 0 });
    const minutes = (performance.now() - began) / 60_000;
    const once = accuracyOf(await confusionOf(model, measured));
    const twice = accuracyOf(await confusionOf(model, measured, { twice: true }));
    const tflop = (flopOf(model) * recipe.fit.epochs * learned.images.shape[0]) / 1e12;
    results.push({ once, twice, minutes });
    console.log(
      `${recipe.name}, seed ${seed}: ${percent(once)}, with the mirror image ${percent(twice)}; ` +
        `${tflop.toFixed(1)} TFLOP, ${minutes.toFixed(1)} minutes on ${threads} threads`,
    );
    model.dispose();
  }
  const mean = (/** @type {'once' | 'twice' | 'minutes'} */ key) =>
    results.reduce((sum, result) => sum + result[key], 0) / results.length;
  console.log(
    `${recipe.name}, mean of ${results.length} seeds on ${measured.labels.shape[0]} ` +
      `${values['held-out'] ? 'held-out training' : 'test'} images: ${percent(mean('once'))}, with the mirror image ` +
      `${percent(mean('twice'))}; ${mean('minutes').toFixed(1)} minutes`,
  );
}
