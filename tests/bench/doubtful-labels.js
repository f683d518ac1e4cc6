/**
 * How well doubtful labels are found: gives some of Fashion-MNIST's training images another label, and counts how many
 * of the first 200 that datasets.mislabelled names were among them:
 * node tests/bench/doubtful-labels.js [--share=0.02] [--seeds=3]
 */
import { parseArgs } from 'node:util';
import { datasets, layers, sequential } from '../../shim/index.js';

const NAMED = 200;
const FIT = /** @type {const} */ ({ epochs: 8, batchSize: 64, verbose: 0 });
const FOLDS = 3;

const { values } = parseArgs({
  options: { share: { type: 'string', default: '0.02' }, seeds: { type: 'string', default: '3' } },
});
const share = Number(values.share);
const { train } = await datasets.fashionMnist();
const count = train.labels.data.length;

/** Numbers 0 … below - 1, the same for the same seed. @param {number} seed */
function numbers(seed) {
  let state = (seed * 2654435761) >>> 0;
  return (/** @type {number} */ below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Labels of which a share is another class than it was. @param {number} seed */
function flipped(seed) {
  const next = numbers(seed);
  const labels = Int32Array.from(train.labels.data);
  const changed = new Set();
  while (changed.size < Math.round(share * count)) {
    const at = next(count);
    if (changed.has(at)) continue;
    changed.add(at);
    labels[at] = (labels[at] + 1 + next(9)) % 10;
  }
  return { labels: { shape: [count], data: labels }, changed };
}

/** @param {any} images @param {any} labels @param {number} seed */
async function trained(images, labels, seed) {
  const model = await sequential({
    layers: [
      layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 128, activation: 'relu' }),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
    seed,
  });
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
  await model.fit(images, labels, FIT);
  return model;
}

let found = 0;
for (let seed = 1; seed <= Number(values.seeds); seed++) {
  const { labels, changed } = flipped(seed);
  const probabilities = await datasets.crossPredict(
    (images, theirs, fold) => trained(images, theirs, 10 * seed + fold),
    train.images,
    labels,
    { folds: FOLDS, seed },
  );
  const doubtful = await datasets.mislabelled(labels, probabilities);
  const hits = doubtful.slice(0, NAMED).filter(({ index }) => changed.has(index)).length;
  const all = doubtful.filter(({ index }) => changed.has(index)).length;
  found += hits;
  console.log(
    `seed ${seed}: ${changed.size} labels changed; of the first ${NAMED} named, ${hits} (${(hits / NAMED) * 100} %); ` +
      `${all} among all ${doubtful.length} named`,
  );
}
console.log(`mean: ${((found / Number(values.seeds) / NAMED) * 100).toFixed(1)} % of the first ${NAMED}`);
