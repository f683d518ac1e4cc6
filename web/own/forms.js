import { datasets } from 'fitting-room';
import { TABLE } from '../../shim/datasets/bytes.js';
import { isLitter, stepsOf } from '../../shim/datasets/folder.js';
import { filesOf } from '../../shim/datasets/placed.js';
import { isPicture, sorted } from '../incoming.js';

/**
 * What the user's files are: pictures, tables of pixels, or IDX files. Any of them may come in a folder or an archive.
 *
 * @typedef {import('./given.js').Placed} Placed
 * @typedef {import('../../shim/datasets/pictures.js').PictureDataset} PictureDataset
 * @typedef {import('../../shim/datasets/known.js').PixelDataset} PixelDataset
 * @typedef {NonNullable<Parameters<typeof datasets.fromFolder>[1]>} Options
 */

/** How IDX files are called, and what names their classes. */
const IDX = /(ubyte|\.idx)(\.gz)?$|\.gz$|mapping\.txt$/i;

/**
 * Makes a dataset of files. What comes as pixels keeps its size.
 * @param {Blob | Placed[]} given an archive, or files
 * @param {Options} options how pictures become images
 * @returns {Promise<PictureDataset | PixelDataset>}
 */
export async function datasetOf(given, options) {
  const all = await filesOf('fromFolder', given);
  const files = all.filter(({ path }) => !stepsOf(path).some(isLitter)).map(({ file }) => /** @type {File} */ (file));
  if (files.some(isPicture)) return datasets.fromFolder(all, options);
  const { seed, signal } = options;
  const watched = { seed, signal, onProgress: /** @type {any} */ (options.onProgress) };
  const pairs = await idxOf(files);
  if (pairs.length > 0) return datasets.fromIdx(pairs, watched);
  const tables = files.filter(({ name }) => TABLE.test(name));
  return tables.length > 0 ? datasets.fromCsv(tables, watched) : datasets.fromFolder(all, options);
}

/** By their names, and outside archives, by what they begin with. @param {File[]} files */
async function idxOf(files) {
  const { dataset } = await sorted(files.filter((file) => file instanceof Blob));
  return files.filter((file) => dataset.includes(file) || IDX.test(file.name));
}
