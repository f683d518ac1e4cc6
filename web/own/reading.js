import { picturesIn } from '../../shim/datasets/folder.js';
import { picturesListed } from '../../shim/datasets/listing.js';
import { filesOf } from '../../shim/datasets/placed.js';
import { descriptionIn } from './packing.js';

/**
 * What the files hold that the user chose.
 *
 * @typedef {import('../../shim/datasets/folder.js').Placed} Placed
 */

/** Files on their way. @type {Placed[]} */
let gathered = [];

/** Takes some of the files that will be read. @param {{ files: Placed[], begins: boolean }} some */
export function gather({ files, begins }) {
  if (begins) gathered = [];
  gathered.push(...files);
}

/**
 * The files that were gathered, or those in the archive that was.
 * @param {{ isArchive: boolean }} options
 */
export function gatheredFiles({ isArchive }) {
  const files = gathered;
  gathered = [];
  return filesOf('fromFolder', isArchive ? /** @type {File} */ (files[0].file) : files);
}

/** What is said of files that could not be opened. @param {string[]} paths */
export const unopened = (paths) => paths.map((name) => ({ name, reason: 'unreadable' }));

/**
 * The pictures among files and their classes: of a project that was packed, of a table, or of folders.
 * @param {Placed[]} placed
 * @param {{ lost: string[], label?: string, signal?: AbortSignal }} options `label`: the class of all
 */
export async function picturesAmong(placed, { lost, label, signal }) {
  const gone = unopened(lost);
  if (label !== undefined) {
    const items = placed.map(({ path, file }) => ({ name: `${label}/${path}`, file }));
    return { items, labels: items.map(() => label), refused: gone };
  }
  const packed = await descriptionIn(placed);
  if (packed) return { ...packed, refused: [...gone, ...packed.refused] };
  const { pictures, refused } = (await picturesListed(placed, { signal })) ?? picturesIn(placed);
  const items = pictures.map(({ name, part, file }) => ({ name, file, ...(part && { part }) }));
  return { items, labels: pictures.map(({ label: each }) => each), refused: [...gone, ...refused] };
}
