import { datasets } from 'fitting-room';
import { TABLE } from '../../shim/datasets/bytes.js';
import { isLitter, stepsOf } from '../../shim/datasets/folder.js';
import { MAPPING } from '../../shim/datasets/pairs.js';
import { filesOf } from '../../shim/datasets/placed.js';
import { isPicture } from '../incoming.js';

/**
 * What the user's files are: pictures, tables of pixels, or IDX files. Any of them may come in a folder or an archive.
 *
 * @typedef {import('./given.js').Placed} Placed
 * @typedef {import('../../shim/datasets/pictures.js').PictureDataset} PictureDataset
 * @typedef {import('../../shim/datasets/known.js').PixelDataset} PixelDataset
 * @typedef {NonNullable<Parameters<typeof datasets.fromFolder>[1]>} Options
 */

/** How IDX files are called, gzip or not. */
const IDX = /(ubyte|\.idx)(\.gz)?$|\.gz$/i;

/**
 * Makes a dataset of files. What comes as pixels keeps its size.
 * @param {Blob | Placed[]} given an archive, or files
 * @param {Options} options how pictures become images
 * @returns {Promise<PictureDataset | PixelDataset>}
 */
export async function datasetOf(given, options) {
  const all = await filesOf('fromFolder', given);
  const files = all.filter(({ path }) => !stepsOf(path).some(isLitter));
  const { seed, signal } = options;
  const onProgress = /** @type {(progress: { loaded: number, total: number }) => void} */ (options.onProgress);
  const called = (/** @type {RegExp} */ pattern) =>
    files.flatMap(({ path, file }) => (pattern.test(path) ? [file] : []));
  const hasPictures = files.some(({ file }) => isPicture(/** @type {File} */ (file)));
  if (!hasPictures && called(IDX).length > 1)
    return datasets.fromIdx([...called(IDX), ...called(MAPPING)], { seed, signal, onProgress });
  if (!hasPictures && called(TABLE).length > 0) return datasets.fromCsv(called(TABLE), { seed, signal, onProgress });
  return datasets.fromFolder(all, options);
}
