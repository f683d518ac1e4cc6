import { heads, loadModel, model, transfer } from 'fitting-room';
import { rowsOf } from '../../shim/tensor.js';

/**
 * A model that begins with the layers of one of the page's, with a head for the user's classes: the worker's part.
 *
 * @typedef {import('fitting-room').Model} Model
 * @typedef {import('./project.js').OwnDataset} OwnDataset
 * @typedef {import('../assembly.js').BuildOptions & Partial<Pick<import('../worker.js').Run, 'base' | 'tune' |
 *   'trainSize' | 'balance'>> & { head?: import('../worker.js').Head }} Wanted
 */

/** The layer whose output tells classes apart best that the base has not seen: make few-shot SURVEY=1. */
const LAYERS = /** @type {Record<string, string>} */ ({
  accurate: 'batch_normalization_5',
  photos: 'batch_normalization_2',
});

/** The same features in every browser. */
const RUNTIME = { deterministic: true, threads: 1 };

/** The saved model that was asked for last. @type {{ id: string, model: Promise<Model> } | null} */
let saved = null;

/** @param {string} id */
async function savedModel(id) {
  const { bytesOfModel } = await import('../keep/store.js');
  return loadModel(await bytesOfModel(id), RUNTIME);
}

/** The model of that name, as the setting spells it. @param {string} base @returns {Promise<Model>} */
export async function baseNamed(base) {
  const id = /^saved:(.*)$/.exec(base)?.[1];
  if (id === undefined) return (await import('../try/photo-worker.js')).modelNamed(base);
  if (saved?.id !== id) {
    const before = saved;
    const mine = { id, model: savedModel(id) };
    saved = mine;
    before?.model.then((one) => one.dispose()).catch(() => {});
    mine.model.catch(() => saved === mine && (saved = null)); // the next call tries again
  }
  return saved.model;
}

const NEVER = -1e9; // a bias that no other logit comes near

/**
 * The features of some images for training. Each picture's are computed once, as pictures come one by one.
 * @param {Model} made
 * @param {OwnDataset} dataset
 * @param {number[]} indices
 * @param {Pick<Wanted, 'base' | 'runtime'>} wanted
 */
async function featuresOf(made, { train, numbers, features }, indices, { base, runtime }) {
  const key = `${base} ${runtime.deterministic}`; // another build may round otherwise
  /** @type {Map<number, Float32Array>} */
  const known = features.get(key) ?? new Map();
  features.set(key, known);
  const fresh = indices.filter((i) => !known.has(numbers[i]));
  if (fresh.length > 0) {
    const outputs = made.layers[made.layers.length - 2].output;
    const body = await model({ inputs: made.inputs, outputs, ...runtime });
    const { data } = await body.predict(rowsOf(train.images, fresh));
    body.dispose();
    const width = data.length / fresh.length;
    fresh.forEach((i, row) => known.set(numbers[i], data.subarray(row * width, (row + 1) * width)));
  }
  const rows = indices.map((i) => /** @type {Float32Array} */ (known.get(numbers[i])));
  const shape = [rows.length, rows[0].length];
  const data = new Float32Array(shape[0] * shape[1]);
  rows.forEach((row, i) => data.set(row, i * row.length));
  return { shape, data };
}

/**
 * The head of class means; a class that has no pictures yet is never the answer.
 * @type {(...args: Parameters<typeof heads.nearestMean>) => ReturnType<typeof heads.nearestMean>}
 */
async function meansOf(features, { shape, data }, { classes }) {
  const present = [...new Set(data)].sort((a, b) => a - b);
  const places = Int32Array.from(data, (label) => present.indexOf(label));
  const [kernel, bias] = await heads.nearestMean(features, { shape, data: places }, { classes: present.length });
  const width = kernel.shape[0];
  const all = {
    kernel: new Float32Array(width * classes),
    bias: new Float32Array(classes).fill(NEVER),
  };
  for (const [place, label] of present.entries()) {
    all.bias[label] = bias.data[place];
    for (let j = 0; j < width; j++) all.kernel[j * classes + label] = kernel.data[j * present.length + place];
  }
  return [
    { shape: [width, classes], data: all.kernel },
    { shape: [classes], data: all.bias },
  ];
}

/**
 * Gives a model that begins with another's layers a last layer for the loaded pictures: of class means, at once, or of
 * logistic regression, in about a second.
 * @param {Model} made @param {OwnDataset} dataset @param {Wanted} wanted
 */
export async function setHead(made, dataset, wanted) {
  const { trainSize = Infinity, balance, runtime, head } = wanted;
  const classes = dataset.classNames.length;
  const { train, report } = dataset;
  const indices = [...train.labels.data.keys()].slice(0, trainSize);
  const features = await featuresOf(made, dataset, indices, wanted);
  const labels = { shape: [indices.length], data: train.labels.data.subarray(0, indices.length) };
  const options = { classes, ...runtime, ...(balance && { classWeight: report.classWeight }) };
  const weights = await (head === 'logistic'
    ? heads.logistic(features, labels, options)
    : meansOf(features, labels, { classes }));
  made.layers[made.layers.length - 1].setWeights(weights);
}

/**
 * @param {OwnDataset} dataset
 * @param {Wanted} wanted
 */
export async function begun(dataset, wanted) {
  const { base = '', tune, seed, runtime, head = 'none' } = wanted;
  const classes = dataset.classNames.length;
  const built = await transfer(await baseNamed(base), { classes, layer: LAYERS[base], seed, ...runtime });
  if (head !== 'none') await setHead(built, dataset, wanted);
  // the statistics of batch normalization need more pictures than there may be
  if (tune) for (const layer of built.layers) layer.trainable = layer.config.kind !== 'batch_normalization';
  return { built, shown: () => [] };
}
