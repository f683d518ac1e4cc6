import { subjectOf } from './subject.js';

/**
 * The images that are loaded, in the worker.
 *
 * @typedef {import('./worker.js').Dataset} Dataset
 * @typedef {import('./worker.js').Part} Part
 */
/** @type {Dataset | null} */
let dataset = null;

/** @param {Dataset} loaded */
export function setDataset(loaded) {
  dataset = loaded;
  return infoOf(loaded);
}

export function loadedDataset() {
  if (!dataset) throw new Error('no dataset is loaded yet');
  return dataset;
}

/** Whether they are pictures of people's own. */
export const hasPreparation = () => dataset !== null && 'preparation' in dataset;

/** What the images are of that are loaded. */
export const subject = () => subjectOf(dataset && infoOf(dataset));

/** @param {Dataset} dataset @returns {import('./session.js').DatasetInfo} */
function infoOf({ name, synthetic, source, classNames, ...parts }) {
  const shapesOf = (/** @type {Part} */ { images, labels }) => ({ images: images.shape, labels: labels.shape });
  const { train, test } = parts;
  const validation = 'validation' in parts && countOf(parts.validation) > 0 ? shapesOf(parts.validation) : null;
  const formerNames = 'formerNames' in parts ? parts.formerNames : [];
  return { name, synthetic, source, classNames, formerNames, train: shapesOf(train), validation, test: shapesOf(test) };
}

export const countOf = (/** @type {Part} */ { images }) => images.shape[0];

/** What a run is validated on: the images that are kept for that, or those for testing. @returns {Part | null} */
export function heldOut() {
  const { test, ...others } = loadedDataset();
  const kept = 'validation' in others ? [others.validation, test] : [test];
  return kept.find((part) => countOf(part) > 0) ?? null;
}
