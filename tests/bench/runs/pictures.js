/** The training pictures that everything is measured on, as bytes and as floats. */
import { datasets } from '../../../shim/index.js';

/** @typedef {import('../../../shim/datasets.js').Dataset} Dataset */

/** @type {Promise<Dataset> | undefined} */
let loading;

/** The folder of the four files, beside the page or that of the tests; or null. */
async function folder() {
  if (!globalThis.location) return (await import('../../support/dataset.js')).datasetFolder();
  const beside = `${location.origin}/fashion-mnist/`;
  return (await fetch(`${beside}t10k-labels-idx1-ubyte.gz`, { method: 'HEAD' })).ok ? beside : null;
}

/** Fashion-MNIST or, if it is not available, as many synthetic garments. @returns {Promise<Dataset>} */
async function load() {
  const place = await folder();
  if (!place) return datasets.synthetic({ trainSize: 60000, testSize: 10000 });
  return datasets.fashionMnist(globalThis.location ? { baseUrl: place } : {});
}

export function pictures() {
  loading ??= load();
  return loading;
}

/**
 * @param {Dataset} dataset
 * @param {number} count
 * @returns {Dataset['train']} the first `count` of the training pictures
 */
export const firstOf = ({ train: { images, labels } }, count) => ({
  images: { shape: [count, ...images.shape.slice(1)], data: images.data.subarray(0, count * 784) },
  labels: { shape: [count], data: labels.data.subarray(0, count) },
});

/**
 * As other libraries take them: floats 0..1 and 32-bit class indices.
 * @param {number} count
 */
export async function asFloats(count) {
  const { images, labels } = firstOf(await pictures(), count);
  return { pixels: Float32Array.from(images.data, (pixel) => pixel / 255), classes: Int32Array.from(labels.data) };
}

/** @returns {Promise<string>} */
export const nameOfPictures = async () => (await pictures()).name;
