/**
 * Trains models of this folder on Fashion-MNIST from their recipes, measures them, and writes their files and cards:
 * node models/train.js [NAME …]
 *
 * Without a name, it trains all that have a file. The same recipe gives the same file, bit for bit, on every machine
 * and with any number of threads.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { datasets, loadCore } from '../shim/index.js';
import { cardOf, percent } from './card.js';
import { measure } from './measure.js';
import { RUNTIME, build, fileOf, fitTo, targetsOf } from './recipe.js';
import { recipesOf } from './recipes.js';

/** @import { Dataset } from '../shim/datasets/fashion-mnist.js' */
/** @import { Model } from '../shim/index.js' */
/** @import { Facts } from './card.js' */
/** @import { Recipe } from './recipe.js' */

const LICENCE = 'MIT licence, © 2017 Zalando SE';

/** @param {Recipe} recipe @param {Dataset} dataset @returns {Promise<{ model: Model, testAccuracy: number }>} */
async function train(recipe, { train, test }) {
  const { threads } = await loadCore(RUNTIME);
  const model = await build(recipe);
  model.summary();
  const start = performance.now();
  const targets = targetsOf(recipe, test.labels);
  await fitTo(recipe, model, train, { verbose: 2, validationData: [test.images, targets] });
  const minutes = (performance.now() - start) / 60000;
  const [, trainAccuracy] = await model.evaluate(train.images, targetsOf(recipe, train.labels));
  const [, testAccuracy] = await model.evaluate(test.images, targets);
  console.log(
    `${recipe.name}: test ${percent(testAccuracy)}, train ${percent(trainAccuracy)}, ` +
      `${model.countParams().toLocaleString('en-US')} parameters, ${minutes.toFixed(1)} minutes on ${threads} threads`,
  );
  return { model, testAccuracy };
}

/** @param {Recipe} recipe @param {Dataset} dataset @param {number} testAccuracy @returns {Facts} */
const factsOf = ({ about, limits, dtype = 'float32', optimizer, fit, twice }, dataset, testAccuracy) => ({
  about,
  classNames: dataset.classNames,
  dataset: dataset.name,
  licence: LICENCE,
  limits,
  dtype,
  ...(twice && { twice }),
  training: { optimizer, epochs: fit.epochs, batchSize: fit.batchSize, testAccuracy },
});

/** @param {Recipe} recipe @param {Dataset} dataset @param {{ model: Model, testAccuracy: number }} trained */
async function store(recipe, dataset, { model, testAccuracy }) {
  model.metadata = { ...factsOf(recipe, dataset, testAccuracy) };
  const file = await model.save({ dtype: recipe.dtype });
  const path = fileOf(recipe.name, 'fit');
  const before = existsSync(path) && readFileSync(path);
  writeFileSync(path, file);
  const stored = await measure(file, dataset);
  writeFileSync(fileOf(recipe.name, 'md'), cardOf(stored.model, stored.measured));
  const comparison = before
    ? before.equals(file)
      ? ': the same, bit for bit'
      : ': differs from the one that was there'
    : '';
  console.log(
    `models/${recipe.name}.fit, ${file.length.toLocaleString('en-US')} bytes, test ` +
      `${percent(stored.measured.testAccuracy)}${comparison}`,
  );
}

const recipes = recipesOf(process.argv.slice(2));
const dataset = await datasets.fashionMnist();
for (const recipe of recipes) {
  const trained = await train(recipe, dataset);
  if (trained.testAccuracy < recipe.testAccuracy) {
    console.error(
      `${recipe.name}: at least ${percent(recipe.testAccuracy)} on the test pictures was meant to come of it`,
    );
    process.exitCode = 1;
  } else if (recipe.dtype) {
    await store(recipe, dataset, trained);
  }
  trained.model.dispose();
}
