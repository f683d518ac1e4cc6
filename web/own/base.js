import { heads, model, transfer } from 'fitting-room';
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

/**
 * The features of each dataset's training images, by base and build: computed once.
 * @type {WeakMap<OwnDataset, Map<string, { shape: number[], data: Float32Array }>>}
 */
const known = new WeakMap();

/** @param {Model} made @param {OwnDataset} dataset @param {Pick<Wanted, 'base' | 'runtime'>} wanted */
async function featuresOf(made, dataset, { base, runtime }) {
  const ofDataset = known.get(dataset) ?? new Map();
  known.set(dataset, ofDataset);
  const key = `${base} ${runtime.deterministic}`; // another build may round otherwise
  if (!ofDataset.has(key)) {
    const outputs = made.layers[made.layers.length - 2].output;
    const body = await model({ inputs: made.inputs, outputs, ...runtime });
    ofDataset.set(key, await body.predict(dataset.train.images));
    body.dispose();
  }
  return ofDataset.get(key);
}

/**
 * Logistic regression takes seconds, and class means no time.
 * @param {OwnDataset} dataset
 * @param {Model} loaded the base
 * @param {Wanted} wanted
 */
export async function begun(
  dataset,
  loaded,
  { base = '', tune, trainSize = Infinity, seed, balance, runtime, head = 'none' },
) {
  const classes = dataset.classNames.length;
  const built = await transfer(loaded, { classes, layer: LAYERS[base], seed, ...runtime });
  const [last] = built.layers.slice(-1);
  if (head !== 'none') {
    const all = await featuresOf(built, dataset, { base, runtime });
    const { train, report } = dataset;
    const indices = [...train.labels.data.keys()].slice(0, trainSize);
    const features = rowsOf(all, indices);
    const labels = { shape: [indices.length], data: train.labels.data.subarray(0, indices.length) };
    const options = { classes, ...runtime, ...(balance && { classWeight: report.classWeight }) };
    last.setWeights(
      await (head === 'logistic'
        ? heads.logistic(features, labels, options)
        : heads.nearestMean(features, labels, { classes })),
    );
  }
  // the statistics of batch normalization need more pictures than there may be
  if (tune) for (const layer of built.layers) layer.trainable = layer.config.kind !== 'batch_normalization';
  return { built, shown: () => [] };
}
