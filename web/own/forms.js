import { datasets } from 'fitting-room';
import { TABLE } from '../../shim/datasets/bytes.js';
import { isLitter, stepsOf } from '../../shim/datasets/folder.js';
import { PARTS, ranksOf } from '../../shim/datasets/split.js';
import { permuteRows } from '../../shim/tensor.js';
import { isPicture, sorted } from '../incoming.js';

/**
 * What the user's files are: pictures, tables of pixels, or IDX files. Any of them may come in a folder or an archive.
 *
 * @typedef {import('../../shim/datasets/folder.js').Placed} Placed
 * @typedef {import('../../shim/datasets/known.js').PixelDataset} PixelDataset
 */

/** How IDX files are called, and what names their classes. */
const IDX = /(ubyte|\.idx)(\.gz)?$|\.gz$|mapping\.txt$/i;

/**
 * Makes a dataset of tables of pixels or of IDX files, whose images keep their size.
 * @param {Placed[]} all
 * @param {{ seed: number, signal?: AbortSignal, onProgress?: (progress: any) => void }} options
 * @returns {Promise<PixelDataset | null>} null: they are pictures
 */
export async function pixelsAmong(all, options) {
  const files = all.filter(({ path }) => !stepsOf(path).some(isLitter)).map(({ file }) => /** @type {File} */ (file));
  if (files.some(isPicture)) return null;
  const pairs = await idxOf(files);
  const tables = files.filter(({ name }) => TABLE.test(name));
  if (pairs.length + tables.length === 0) return null;
  const made = await (pairs.length > 0 ? datasets.fromIdx(pairs, options) : datasets.fromCsv(tables, options));
  for (const part of PARTS) await mix(made[part], options.seed);
  return made;
}

/**
 * Mixes the classes, which may come one after the other: a run may use only the first images.
 * @param {import('../../shim/datasets/division.js').PicturePart} part
 * @param {number} seed
 */
async function mix({ images, labels, names }, seed) {
  if (names.length === 0) return;
  const order = await ranksOf(seed, names.length);
  const [classes, called] = [labels.data.slice(), [...names]];
  permuteRows(images, order);
  order.forEach((from, to) => {
    labels.data[to] = classes[from];
    names[to] = called[from];
  });
}

/** By their names, and outside archives, by what they begin with. @param {File[]} files */
async function idxOf(files) {
  const { dataset } = await sorted(files.filter((file) => file instanceof Blob));
  return files.filter((file) => dataset.includes(file) || IDX.test(file.name));
}
