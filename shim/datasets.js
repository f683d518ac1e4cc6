/* Sources of images: the real dataset, the user's own files or pictures, or a generator. */
import { fashionMnist } from './datasets/fashion-mnist.js';
import { FASHION_MNIST } from './datasets/catalogue.js';

/* All but Fashion-MNIST is loaded when it is asked for. */

/** @typedef {import('./datasets/fashion-mnist.js').Dataset} Dataset */
/** @typedef {import('./datasets/pictures.js').PictureDataset} PictureDataset */
/** @typedef {import('./datasets/known.js').PixelDataset} PixelDataset */

/**
 * Garments drawn from a seed: see datasets/synthetic.js.
 * @type {typeof import('./datasets/synthetic.js').synthetic}
 */
const synthetic = async (options) => (await import('./datasets/synthetic.js')).synthetic(options);

/**
 * A dataset of four IDX files of yours: see datasets/files.js.
 * @type {typeof import('./datasets/files.js').fromFiles}
 */
const fromFiles = async (files, options) => (await import('./datasets/files.js')).fromFiles(files, options);

const reading = () => import('./datasets/pictures.js');

/**
 * A dataset of pictures of any kind: see datasets/pictures.js.
 * @type {typeof import('./datasets/pictures.js').fromPictures}
 */
const fromPictures = async (pictures, options) => (await reading()).fromPictures(pictures, options);

/**
 * A dataset of a folder of pictures, by its subfolders or a table in it: see datasets/pictures.js.
 * @type {typeof import('./datasets/pictures.js').fromFolder}
 */
const fromFolder = async (folder, options) => (await reading()).fromFolder(folder, options);

/**
 * A dataset of tables of pixels: see datasets/pixels.js.
 * @type {typeof import('./datasets/pixels.js').fromCsv}
 */
const fromCsv = async (files, options) => (await import('./datasets/pixels.js')).fromCsv(files, options);

/**
 * A dataset of IDX files of any size and number of classes: see datasets/pairs.js.
 * @type {typeof import('./datasets/pairs.js').fromIdx}
 */
const fromIdx = async (files, options) => (await import('./datasets/pairs.js')).fromIdx(files, options);

/**
 * What there is to know of a dataset of pictures before training: see datasets/report.js.
 * @type {(...given: Parameters<typeof import('./datasets/report.js').report>) =>
 *   Promise<import('./datasets/report.js').DataReport>}
 */
const report = async (dataset) => (await import('./datasets/report.js')).report(dataset);

/**
 * Each image's probabilities by a model that was trained without it: see datasets/labels.js.
 * @type {typeof import('./datasets/labels.js').crossPredict}
 */
const crossPredict = async (train, images, labels, options) =>
  (await import('./datasets/labels.js')).crossPredict(train, images, labels, options);

/**
 * The images whose labels are most likely wrong: see datasets/labels.js.
 * @param {Parameters<typeof import('./datasets/labels.js').mislabelled>} given
 */
const mislabelled = async (...given) => (await import('./datasets/labels.js')).mislabelled(...given);

/** Sources of images: Fashion-MNIST, files and pictures of your own, and garments that are drawn. */
export const datasets = {
  fashionMnist,
  fromCsv,
  fromFiles,
  fromFolder,
  fromIdx,
  fromPictures,
  synthetic,
  report,
  crossPredict,
  mislabelled,
  FASHION_MNIST,
};
