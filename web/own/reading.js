import { picturesIn } from '../../shim/datasets/folder.js';
import { filesOf } from '../../shim/datasets/pictures.js';
import { descriptionIn } from './packing.js';

/**
 * What the files hold that the user chose.
 *
 * @typedef {import('./given.js').Placed} Placed
 */

/** Files on their way. @type {Placed[]} */
let gathered = [];

/** Takes some of the files that will be read. @param {{ files: Placed[], begins: boolean }} some */
export function gather({ files, begins }) {
  if (begins) gathered = [];
  gathered.push(...files);
}

/**
 * What the files hold that were gathered: pictures and their classes, or a project that was packed.
 * @param {{ isArchive: boolean, lost: string[], label?: string }} options `label`: the class of all
 */
export async function gatheredPictures({ isArchive, lost, label }) {
  const files = gathered;
  gathered = [];
  const placed = await filesOf(isArchive ? files[0].file : files);
  const gone = lost.map((path) => ({ name: path, reason: 'unreadable' }));
  if (label !== undefined) {
    const items = placed.map(({ path, file }) => ({ name: `${label}/${path}`, file }));
    return { items, labels: items.map(() => label), refused: gone };
  }
  const packed = await descriptionIn(placed);
  if (packed) return { ...packed, refused: [...gone, ...packed.refused] };
  const { pictures, refused } = picturesIn(placed);
  const items = pictures.map(({ name, part, file }) => ({ name, file, ...(part && { part }) }));
  return { items, labels: pictures.map(({ label }) => label), refused: [...gone, ...refused] };
}
