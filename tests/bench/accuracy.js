/**
 * The tutorial's run over several seeds: 20 epochs, batch 32, Adam. Prints each seed's figures at the last epoch,
 * training accuracy without dropout, and their mean and spread.
 *
 * node tests/bench/accuracy.js [seeds=1,2,…,10] [epochs=20]
 */
import { datasets, sequential } from '../../shim/index.js';
import { tutorialLayers } from '../support/tutorial.js';

const seeds = (process.argv[2] ?? '1,2,3,4,5,6,7,8,9,10').split(',').map(Number);
const epochs = Number(process.argv[3] ?? 20);

/** @param {number} share */
const percent = (share) => `${(100 * share).toFixed(2)} %`;

/** @param {number[]} values */
function spread(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(values.length - 1, 1);
  return (
    `${percent(mean)} ± ${percent(Math.sqrt(variance))} (${percent(Math.min(...values))} … ` +
    `${percent(Math.max(...values))})`
  );
}

const { train, test } = await datasets.fashionMnist();
/** @type {number[]} */
const trained = [];
/** @type {number[]} */
const tested = [];
for (const seed of seeds) {
  const model = await sequential({ layers: tutorialLayers(), seed, deterministic: true });
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const start = performance.now();
  await model.fit(train.images, train.labels, { epochs, verbose: 0 });
  const seconds = (performance.now() - start) / 1000;
  const [, trainAccuracy] = await model.evaluate(train.images, train.labels);
  const [, testAccuracy] = await model.evaluate(test.images, test.labels);
  console.log(
    `seed ${seed}: train ${percent(trainAccuracy)}, test ${percent(testAccuracy)}, ` +
      `${(seconds / epochs).toFixed(1)} s an epoch`,
  );
  trained.push(trainAccuracy);
  tested.push(testAccuracy);
  model.dispose();
}
console.log(`${seeds.length} seeds, mean ± standard deviation (range)`);
console.log(`train ${spread(trained)}`);
console.log(`test  ${spread(tested)}`);
