/**
 * How well few photos are told apart: draws of three classes, twenty photos of each to learn from, tested on all others
 * of these classes but near duplicates. Compares training from scratch with heads on a trained model's features.
 *
 * node tests/bench/few-shot.js [--base=accurate] [--layer=batch_normalization_5] [--seeds=1,2,…] [--survey] FOLDER…
 *
 * FOLDER has a folder of photos for each class; those of the same name are one class. --survey measures every layer of
 * the base instead, on other draws, which is how layers are chosen.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { heads, layers, loadModel, model, sequential, transfer } from '../../shim/index.js';
import { argmax } from '../../shim/classify.js';
import { platformDecoder } from '../../shim/datasets/decoding.js';
import { picturesIn } from '../../shim/datasets/folder.js';
import { groupAlike } from '../../shim/datasets/likeness.js';
import { filesIn } from '../../shim/datasets/node.js';
import { ranksOf } from '../../shim/datasets/split.js';
import { preparePicture } from '../../shim/photo.js';
import { rowsOf } from '../../shim/tensor.js';
import { assemble } from '../../web/assembly.js';
import { TRAINING, parseModel, specsOf } from '../../web/model-spec.js';
import { compileOptions, oneHot } from '../../web/recipe.js';
import { fileOf } from '../../models/recipe.js';

/** @import { Preparation } from '../../shim/photo.js' */
/** @import { Model } from '../../shim/index.js' */
/** @typedef {{ shape: number[], data: Uint8Array }} Images [n, height, width, channels] */
/** @typedef {{ shape: number[], data: Int32Array }} Labels */
/** @typedef {{ names: string[], labels: number[], groups: Int32Array, images: Record<string, Images> }} Photos */
/** @typedef {{ seed: number, train: number[], test: number[], labels: Map<number, number> }} Draw indices of photos */

const [CLASSES, EACH] = [3, 20];
/** Draws for choosing, which those that are reported have nothing to do with. */
const SURVEYED = '101,102,103,104,105,106,107,108,109,110';

/** @type {Record<string, Preparation & { range?: undefined }>} */
const PREPARATIONS = {
  cutout: { size: [28, 28], channels: 1, crop: 'cutout' },
  whole: { size: [48, 48], channels: 3, crop: 'whole' },
};

/**
 * The page's presets, and the images they are trained on; each in its own way, if it has one.
 * @type {[preset: string, images: string][]}
 */
const FROM_SCRATCH = [
  ['few', 'whole'],
  ['few', 'cutout'],
  ['tutorial', 'cutout'],
];
const SCRATCH = { epochs: 100, batchSize: 16 };
const USUAL = { optimizer: 'adam', schedule: 'cosine', warmUp: 0, learningRate: 0.001 };
const TUNING = { epochs: 30, batchSize: 16, learningRate: 3e-4 };

/** @param {string[]} folders @returns {Promise<Photos>} */
async function readPhotos(folders) {
  const placed = (await Promise.all(folders.map((folder) => filesIn(folder)))).flat();
  const { pictures } = picturesIn(/** @type {import('../../shim/datasets/folder.js').Placed[]} */ (placed));
  const names = [...new Set(pictures.map(({ label }) => label))].sort();
  const decode = await platformDecoder();
  /** @type {Record<string, Uint8Array[]>} */
  const rows = Object.fromEntries(Object.keys(PREPARATIONS).map((name) => [name, []]));
  for (const { file } of pictures) {
    const decoded = await decode(file);
    for (const [name, preparation] of Object.entries(PREPARATIONS))
      rows[name].push((await preparePicture(decoded, preparation)).data);
  }
  const images = Object.fromEntries(
    Object.entries(PREPARATIONS).map(([name, { size, channels }]) => [
      name,
      { shape: [pictures.length, ...size, channels], data: new Uint8Array(Buffer.concat(rows[name])) },
    ]),
  );
  return { names, labels: pictures.map(({ label }) => names.indexOf(label)), groups: groupAlike(images.whole), images };
}

/** @param {Photos} photos @param {number} seed @returns {Promise<Draw>} */
async function drawOf({ names, labels, groups }, seed) {
  const ranked = async (/** @type {number} */ salt, /** @type {number} */ count) => [
    ...(await ranksOf(1000 * seed + salt, count)),
  ];
  const classes = (await ranked(0, names.length)).slice(0, CLASSES);
  /** @type {Draw} */
  const draw = { seed, train: [], test: [], labels: new Map() };
  const ofClass = classes.map((c) => labels.flatMap((label, i) => (label === c ? [i] : [])));
  for (const [k, members] of ofClass.entries()) {
    const order = (await ranked(k + 1, members.length)).map((rank) => members[rank]);
    for (const i of order) draw.labels.set(i, k);
    draw.train.push(...order.slice(0, EACH));
  }
  const taken = new Set(draw.train.map((i) => groups[i]));
  draw.test = ofClass.flat().filter((i) => !taken.has(groups[i]));
  return draw;
}

/** @param {Draw} draw @param {number[]} indices @returns {Labels} */
const labelsOf = ({ labels }, indices) => ({
  shape: [indices.length],
  data: Int32Array.from(indices, (i) => /** @type {number} */ (labels.get(i))),
});

/** @param {Model} made @param {any} inputs @param {Labels} wanted */
async function accuracyOf(made, inputs, wanted) {
  const found = argmax((await made.predict(inputs)).data, CLASSES);
  return found.filter((label, i) => label === wanted.data[i]).length / found.length;
}

/** @param {Draw} draw @param {Photos} photos @param {string} preset @param {string} kind of images */
async function fromScratch(draw, { images }, preset, kind) {
  const parsed = parseModel(preset);
  const { shape } = images[kind];
  const options = { seed: draw.seed, runtime: {}, shape: shape.slice(1) };
  const { built } = await assemble(specsOf(parsed.layers ?? [], CLASSES), options);
  const steps = Math.ceil(draw.train.length / SCRATCH.batchSize) * SCRATCH.epochs;
  const training = /** @type {any} */ (TRAINING[preset] ?? USUAL);
  built.compile(compileOptions({ ...training, ...SCRATCH }, steps));
  const labels = labelsOf(draw, draw.train);
  const targets = training.labelSmoothing ? oneHot(labels, CLASSES) : labels;
  await built.fit(rowsOf(images[kind], draw.train), targets, { ...SCRATCH, verbose: 0 });
  const accuracy = await accuracyOf(built, rowsOf(images[kind], draw.test), labelsOf(draw, draw.test));
  built.dispose();
  return accuracy;
}

/** The part of a model that gives its head the features. @param {Model} made */
const bodyOf = (made) => model({ inputs: made.inputs, outputs: made.layers[made.layers.length - 2].output });

/**
 * Trains all but the batch normalizations, whose statistics need many photos.
 * @param {Model} made @param {Images} images @param {Labels} labels
 */
async function fineTune(made, images, labels) {
  for (const layer of made.layers) layer.trainable = layer.config.kind !== 'batch_normalization';
  const { learningRate, ...fit } = TUNING;
  made.compile({ optimizer: { name: 'adam', learningRate }, loss: 'sparseCategoricalCrossentropy' });
  await made.fit(images, labels, { ...fit, verbose: 0 });
}

/**
 * Accuracies with the base's features, and the time that the last photo of a draw takes to its answer, in seconds.
 * @param {Draw} draw @param {Photos} photos @param {Model} base @param {string} layer
 */
async function withFeatures(draw, { images: { cutout } }, base, layer) {
  const [x, y] = [rowsOf(cutout, draw.train), labelsOf(draw, draw.train)];
  const test = [rowsOf(cutout, draw.test), labelsOf(draw, draw.test)];
  const start = performance.now();
  const made = await transfer(base, { classes: CLASSES, layer, seed: draw.seed });
  const [head] = made.layers.slice(-1);
  const body = await bodyOf(made);
  const features = await body.predict(x);
  body.dispose();
  head.setWeights(await heads.nearestMean(features, y, { classes: CLASSES }));
  await made.predict(rowsOf(cutout, draw.test.slice(0, 1)));
  const answered = performance.now();
  const tested = () => accuracyOf(made, test[0], /** @type {Labels} */ (test[1]));
  const nearest = await tested();
  const begun = performance.now();
  head.setWeights(await heads.logistic(features, y, { classes: CLASSES }));
  const fitted = performance.now();
  const logistic = await tested();
  await fineTune(made, x, y);
  const tuned = await tested();
  made.dispose();
  return {
    'nearest mean': nearest,
    logistic,
    'fine-tuned': tuned,
    first: (answered - start) / 1000,
    fitting: (fitted - begun) / 1000,
  };
}

/** Every layer with few enough features. @param {Draw[]} draws @param {Photos} photos @param {Model} base */
async function survey(draws, { images: { cutout } }, base) {
  for (const { name, outputShape, config } of base.layers) {
    const width = outputShape.slice(1).reduce((product, length) => /** @type {number} */ (product) * Number(length), 1);
    if (Number(width) > 8000 || /^(random|dropout|flatten)/.test(config.kind)) continue;
    const made = await transfer(base, { classes: CLASSES, layer: name });
    const body = await bodyOf(made);
    const all = await body.predict(cutout);
    const alone = await sequential({
      layers: [layers.dense({ inputShape: all.shape.slice(1), units: CLASSES, activation: 'softmax' })],
    });
    /** @type {Record<string, number[]>} */
    const found = { nearestMean: [], logistic: [] };
    for (const draw of draws) {
      const [x, y] = [rowsOf(all, draw.train), labelsOf(draw, draw.train)];
      const [others, wanted] = [rowsOf(all, draw.test), labelsOf(draw, draw.test)];
      for (const head of /** @type {const} */ (['nearestMean', 'logistic'])) {
        alone.setWeights(await heads[head](x, y, { classes: CLASSES }));
        found[head].push(await accuracyOf(alone, others, wanted));
      }
    }
    alone.dispose();
    body.dispose();
    made.dispose();
    console.log(`${name.padEnd(24)} nearest mean ${percent(found.nearestMean)}, logistic ${percent(found.logistic)}`);
  }
}

const mean = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const percent = (/** @type {number[]} */ values) => `${(100 * mean(values)).toFixed(1)} %`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    base: { type: 'string', default: 'accurate' },
    layer: { type: 'string', default: 'batch_normalization_5' },
    seeds: { type: 'string' },
    survey: { type: 'boolean', default: false },
  },
});
const missing = positionals.find((folder) => !existsSync(folder));
if (positionals.length === 0 || missing !== undefined) {
  console.error(`few-shot: there must be a folder with a folder of photos for each class, got ${missing ?? 'none'}`);
  process.exit(1);
}
const base = await loadModel(new Uint8Array(readFileSync(fileOf(values.base, 'fit'))));
const photos = await readPhotos(positionals);
const seeds = values.seeds ?? (values.survey ? SURVEYED : '1,2,3,4,5,6,7,8,9,10');
/** @type {Draw[]} */
const draws = [];
for (const seed of seeds.split(',')) draws.push(await drawOf(photos, Number(seed)));
const tested = mean(draws.map(({ test }) => test.length)).toFixed(0);
console.log(
  `${photos.labels.length} photos, ${photos.names.length} classes; ${draws.length} draws of ${CLASSES} classes, ` +
    `${EACH} photos of each; tested on ${tested} others on average`,
);
if (values.survey) {
  await survey(draws, photos, base);
  process.exit(0);
}

/** @type {Record<string, number[]>} */
const accuracies = {};
/** @type {{ first: number[], fitting: number[] }} seconds */
const times = { first: [], fitting: [] };
const note = (/** @type {string} */ what, /** @type {number} */ accuracy) => (accuracies[what] ??= []).push(accuracy);
for (const draw of draws) {
  for (const [preset, kind] of FROM_SCRATCH)
    note(`from scratch: ${preset}, ${kind}`, await fromScratch(draw, photos, preset, kind));
  const { first, fitting, ...found } = await withFeatures(draw, photos, base, values.layer);
  for (const [head, accuracy] of Object.entries(found)) note(head, accuracy);
  times.first.push(first);
  times.fitting.push(fitting);
  const line = Object.entries(accuracies).map(([what, all]) => `${what} ${percent(all.slice(-1))}`);
  console.log(`seed ${draw.seed}: ${line.join('; ')}`);
}
console.log(`mean over ${draws.length} draws, with the features of ${values.base}, ${values.layer}:`);
for (const [what, all] of Object.entries(accuracies)) console.log(`  ${what.padEnd(32)} ${percent(all)}`);
const [first, fitting] = [times.first, times.fitting].map((all) => `${Math.max(...all).toFixed(2)} s`);
console.log(`  from the last photo to the first answer at most ${first}; logistic regression at most ${fitting}`);
process.exit(0);
