/** Measures each model's file on the dataset, and compares the result with its card: node models/check.js [NAME …] */
import { readFileSync } from 'node:fs';
import { datasets, loadModel } from '../shim/index.js';
import { DTYPE_NAMES } from '../shim/formats/dtypes.js';
import { cardOf, percent } from './card.js';
import { accuracyOf, confusionOf, measure } from './measure.js';
import { RUNTIME, fileOf } from './recipe.js';
import { recipesOf } from './recipes.js';

/** @param {string} card @param {string} wanted @returns {string[]} the lines in which the card differs */
function differences(card, wanted) {
  const [found, right] = [card.split('\n'), wanted.split('\n')];
  const longest = Math.max(found.length, right.length);
  return Array.from({ length: longest }, (_, i) => i)
    .filter((i) => found[i] !== right[i])
    .map((i) => `line ${i + 1}: ${found[i] ?? 'nothing'}\n  measured: ${right[i] ?? 'nothing'}`);
}

/**
 * The cost of storing a model's kernels in fewer bits.
 * @param {import('../shim/index.js').Model} model
 * @param {import('../shim/formats/dtypes.js').DType} dtype
 */
async function storedAs(model, dtype) {
  const file = await model.save({ dtype });
  const stored = await loadModel(file, RUNTIME);
  const accuracy = accuracyOf(await confusionOf(stored, dataset.test));
  stored.dispose();
  return `${dtype}: test ${percent(accuracy)}, ${file.length.toLocaleString('en-US')} bytes`;
}

const recipes = recipesOf(process.argv.slice(2));
const dataset = await datasets.fashionMnist();
for (const { name } of recipes) {
  const { model, measured } = await measure(readFileSync(fileOf(name, 'fit')), dataset);
  const faults = differences(readFileSync(fileOf(name, 'md'), 'utf8'), cardOf(model, measured));
  for (const fault of faults) console.error(`models/${name}.md: ${fault}`);
  const { testAccuracy, trainAccuracy } = measured;
  const verdict = faults.length ? 'not what its card says' : 'as its card says';
  console.log(`models/${name}.fit: test ${percent(testAccuracy)}, train ${percent(trainAccuracy)}, ${verdict}`);
  if (faults.length) process.exitCode = 1;
  for (const dtype of DTYPE_NAMES) console.log(`  stored as ${await storedAs(model, dtype)}`);
  model.dispose();
}
