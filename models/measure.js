import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { datasets, loadModel } from '../shim/index.js';
import { argmax } from '../shim/classify.js';
import { predictTwice } from '../shim/mirror.js';
import { RUNTIME, fileOf } from './recipe.js';

/** @import { Dataset } from '../shim/datasets/fashion-mnist.js' */
/** @import { Model } from '../shim/index.js' */
/** @import { Tensor } from '../shim/tensor.js' */

/** Pictures that exist without any dataset. */
export const DRAWN = { trainSize: 1, testSize: 500, seed: 1 };

/**
 * The result of tests/bench/on-photos.js.
 * @typedef {{ sha256: string, photos: number, right: number, confusion: Record<string, number[]> }} OnPhotos
 */

/**
 * @typedef {object} Measured of the weights as they are stored
 * @property {number} bytes of the file
 * @property {string} sha256 of the file
 * @property {number} trainAccuracy
 * @property {number} testAccuracy
 * @property {number} testAccuracyTwice by the mean of the answers for a picture and its mirror image
 * @property {number[][]} confusion pictures, by true class, then predicted class
 * @property {OnPhotos | null} onPhotos null if tests/bench/on-photos.js has not measured this very file
 * @property {string} drawnSha256 of the classes predicted for the pictures that DRAWN describes, one byte each
 */

/** @param {Uint8Array} bytes */
export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** @param {number[][]} confusion @returns {number} the fraction on its diagonal */
export const accuracyOf = (confusion) =>
  confusion.reduce((sum, row, label) => sum + row[label], 0) / confusion.flat().reduce((sum, count) => sum + count, 0);

/**
 * @param {Model} model
 * @param {{ images: Tensor<Uint8Array>, labels: Tensor }} pictures
 * @param {{ twice?: boolean }} [options] `twice`: the mean of the answers for a picture and its mirror image
 * @returns {Promise<number[][]>} by true class, then predicted class
 */
export async function confusionOf(model, { images, labels }, { twice = false } = {}) {
  const classes = model.outputShape[0];
  const data = twice
    ? argmax(await predictTwice(model, /** @type {Tensor<Uint8Array>} */ (images)), classes) // as the page does
    : (await model.predictClasses(images)).data;
  const counts = Array.from({ length: classes }, () => new Array(classes).fill(0));
  data.forEach((predicted, i) => counts[labels.data[i]][predicted]++);
  return counts;
}

/** @param {string} name @param {string} hash of the model's file @returns {OnPhotos | null} */
function onPhotos(name, hash) {
  const path = fileOf(name, 'photos.json');
  const found = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
  return found?.sha256 === hash ? found : null;
}

/** @param {Model} model */
export async function drawnSha256(model) {
  const { test } = await datasets.synthetic(DRAWN);
  return sha256(Uint8Array.from((await model.predictClasses(test.images)).data));
}

/**
 * @param {Uint8Array} file
 * @param {Dataset} dataset
 * @returns {Promise<{ model: Model, measured: Measured }>}
 */
export async function measure(file, { train, test }) {
  const model = await loadModel(file, RUNTIME);
  const confusion = await confusionOf(model, test);
  const measured = {
    bytes: file.length,
    sha256: sha256(file),
    trainAccuracy: accuracyOf(await confusionOf(model, train)),
    testAccuracy: accuracyOf(confusion),
    testAccuracyTwice: accuracyOf(await confusionOf(model, test, { twice: true })),
    confusion,
    onPhotos: onPhotos(model.name, sha256(file)),
    drawnSha256: await drawnSha256(model),
  };
  return { model, measured };
}
