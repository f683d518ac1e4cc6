/**
 * Trains a model of this folder on Fashion-MNIST from its recipe, and says how well it does: node models/train.js NAME
 * The same recipe gives the same weights, bit for bit, on any machine and any number of threads.
 */
import { FittingRoomError, datasets, loadCore } from '../shim/index.js';
import { twoBlock } from './two-block.js';

const recipes = [twoBlock];

/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(2)} %`;

const recipe = recipes.find(({ name }) => name === process.argv[2]);
if (!recipe) {
  throw new FittingRoomError(`models: there is ${recipes.map(({ name }) => name).join(', ')}, got ${process.argv[2]}`);
}
const { train, test } = await datasets.fashionMnist();
const runtime = { deterministic: true };
const { threads } = await loadCore(runtime);
const model = await recipe.build(runtime);
model.summary();
const start = performance.now();
await model.fit(train.images, train.labels, { ...recipe.fit, verbose: 2, validationData: [test.images, test.labels] });
const minutes = (performance.now() - start) / 60000;
const [, trainAccuracy] = await model.evaluate(train.images, train.labels);
const [, testAccuracy] = await model.evaluate(test.images, test.labels);
console.log(
  `${recipe.name}: test ${percent(testAccuracy)}, train ${percent(trainAccuracy)}, ` +
    `${model.countParams().toLocaleString('en-US')} parameters, ${minutes.toFixed(1)} minutes on ${threads} threads`,
);
if (testAccuracy < recipe.testAccuracy) {
  console.error(`${recipe.name}: at least ${percent(recipe.testAccuracy)} on the test pictures was meant to come of it`);
  process.exitCode = 1;
}
