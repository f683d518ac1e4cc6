import { FittingRoomError, checkFunction, checkInteger, checkOptions, checkSignal, show } from '../check.js';
import { allocated, checkTensor, rowsOf } from '../tensor.js';
import { foldsOf, ranksOf } from './split.js';

/** @import { Tensor } from '../tensor.js' */

/* Which labels are doubtful: those of images that a model that has not seen them takes for another class. */

/**
 * @typedef {{ predict: (images: Images) => Promise<Tensor>, dispose: () => void }} Trained
 * @typedef {{ shape: number[], data: Uint8Array }} Images [n, height, width, channels]
 * @typedef {{ shape: number[], data: Int32Array }} Labels [n]
 */
/**
 * @typedef {object} CrossOptions
 * @property {number} [folds] 2 … 20, default 5
 * @property {number} [seed] of the division, default 0
 * @property {ArrayLike<number>} [groups] [n]: images with the same number stay in one fold
 * @property {(done: { fold: number, folds: number }) => void} [onProgress] after each fold
 * @property {AbortSignal} [signal] between folds; `train` has to heed it itself
 */

/**
 * Each image's probabilities by a model that was trained without it: the images are divided into folds, and a model
 * trained on the others predicts each fold.
 * @param {(images: Images, labels: Labels, fold: number) => Promise<Trained>} train returns a trained model, which is
 *   disposed after its prediction
 * @param {Images} images
 * @param {Tensor} labels [n] class indices
 * @param {CrossOptions} [options]
 * @returns {Promise<{ shape: number[], data: Float32Array }>} [n, classes]
 */
export async function crossPredict(train, images, labels, options = {}) {
  const name = 'crossPredict';
  checkOptions(name, options, ['folds', 'seed', 'groups', 'onProgress', 'signal']);
  const { folds: given = 5, seed = 0, groups, onProgress, signal } = options;
  const folds = checkInteger(`${name}: folds`, given, 2, 20);
  checkFunction(`${name}: train`, train ?? null);
  checkFunction(`${name}: onProgress`, onProgress);
  checkSignal(`${name}: signal`, signal);
  checkTensor(`${name}: images`, images);
  const [count] = images.shape;
  const numbers = Int32Array.from(checkLabels(name, labels, count));
  if (groups && groups.length !== count)
    throw new FittingRoomError(`${name}: groups must have ${count} numbers, got ${groups.length}`);
  const together = firstOf(groups ?? Array.from({ length: count }, (_, i) => i));
  const fold = foldsOf(
    numbers,
    together,
    folds,
    await ranksOf(checkInteger(`${name}: seed`, seed, 0, 2 ** 53 - 1), count),
  );
  /** @type {{ shape: number[], data: Float32Array } | undefined} */
  let probabilities;
  for (let one = 0; one < folds; one++) {
    signal?.throwIfAborted();
    const [learnt, left] = [indicesWhere(fold, (each) => each !== one), indicesWhere(fold, (each) => each === one)];
    if (learnt.length === 0 || left.length === 0)
      throw new FittingRoomError(`${name}: ${count} images cannot be divided into ${folds} folds`);
    const labelsOfFold = { shape: [learnt.length], data: Int32Array.from(learnt, (i) => numbers[i]) };
    const model = await train(/** @type {Images} */ (rowsOf(images, learnt)), labelsOfFold, one);
    try {
      const { shape, data } = await model.predict(rowsOf(images, left));
      const classes = shape[1];
      probabilities ??= { shape: [count, classes], data: allocated(Float32Array, count * classes) };
      for (const [k, i] of left.entries())
        for (let c = 0; c < classes; c++) probabilities.data[i * classes + c] = data[k * classes + c];
    } finally {
      model.dispose();
    }
    onProgress?.({ fold: one + 1, folds });
  }
  return /** @type {{ shape: number[], data: Float32Array }} */ (probabilities);
}

/** @param {string} name @param {unknown} labels @param {number} count */
function checkLabels(name, labels, count) {
  const { shape, data } = checkTensor(`${name}: labels`, labels);
  if (shape.length === 1 && shape[0] === count) return data;
  throw new FittingRoomError(`${name}: labels must have the shape [${count}], got ${show(shape)}`);
}

/** The first position of each one's number. @param {ArrayLike<number>} groups */
function firstOf(groups) {
  const first = new Map();
  return Array.from(groups, (group, i) => {
    if (!first.has(group)) first.set(group, i);
    return /** @type {number} */ (first.get(group));
  });
}

/** @param {Uint16Array} fold @param {(fold: number) => boolean} wanted */
const indicesWhere = (fold, wanted) => Array.from(fold.keys()).filter((i) => wanted(fold[i]));

/**
 * @typedef {{ index: number, label: number, predicted: number, confidence: number }} Doubtful confidence: in the
 *   predicted class
 */

const LEAST = 1e-30; // below any probability that means something

/**
 * The images whose labels are most likely wrong, the likeliest first: where another class is predicted with at least
 * the confidence that its own images reach on average (Northcutt, Jiang, Chuang, “Confident learning”, 2021), in the
 * order of how little is left for the label.
 * @param {Tensor} labels [n] class indices
 * @param {Tensor} probabilities [n, classes], of models that have not seen the image, as crossPredict gives them
 * @returns {Doubtful[]}
 */
export function mislabelled(labels, probabilities) {
  const name = 'mislabelled';
  const { shape, data } = checkTensor(`${name}: probabilities`, probabilities);
  if (shape.length !== 2)
    throw new FittingRoomError(`${name}: probabilities must have the shape [n, classes], got ${show(shape)}`);
  const [count, classes] = shape;
  const numbers = checkLabels(name, labels, count);
  const usual = meanConfidence(numbers, data, classes);
  /** @type {(Doubtful & { left: number })[]} */
  const found = [];
  for (let index = 0; index < count; index++) {
    const label = numbers[index];
    let predicted = -1;
    for (let c = 0; c < classes; c++) {
      const isLikely = c !== label && data[index * classes + c] >= usual[c];
      if (isLikely && (predicted < 0 || data[index * classes + c] > data[index * classes + predicted])) predicted = c;
    }
    if (predicted < 0 || data[index * classes + predicted] <= data[index * classes + label]) continue;
    const left = Math.max(data[index * classes + label], LEAST);
    found.push({ index, label, predicted, confidence: data[index * classes + predicted], left });
  }
  return found.sort((a, b) => a.left - b.left || a.index - b.index).map(({ left, ...rest }) => rest);
}

/** For each class, the mean probability of it where it is the label. @param {ArrayLike<number>} labels
 * @param {ArrayLike<number>} data @param {number} classes */
function meanConfidence(labels, data, classes) {
  const [sums, counts] = [Array(classes).fill(0), Array(classes).fill(0)];
  for (let i = 0; i < labels.length; i++) {
    sums[labels[i]] += data[i * classes + labels[i]];
    counts[labels[i]]++;
  }
  return sums.map((sum, c) => (counts[c] ? sum / counts[c] : Infinity));
}
