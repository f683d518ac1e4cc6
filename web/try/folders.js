import { createArchive, safeName } from '../archive.js';
import { labelOf } from './sorting.js';

/**
 * Pictures in folders of their classes. Loaded once somebody wants them.
 *
 * @typedef {import('./album.js').Item} Item
 * @typedef {{ path: string, file: File }} Placed
 */

/**
 * @param {Item[]} items
 * @param {(label: string) => string} folderName '': of pictures without a class
 * @returns {Placed[]}
 */
export function placedOf(items, folderName) {
  /** @type {Map<string, { folder: string, taken: Set<string> }>} */
  const folders = new Map();
  const taken = new Set();
  const folderOf = (/** @type {string} */ label) => {
    const known = folders.get(label) ?? { folder: safeName(folderName(label), taken), taken: new Set() };
    folders.set(label, known);
    return known;
  };
  return items.map((item) => {
    const { folder, taken: names } = folderOf(labelOf(item));
    return { path: `${folder}/${safeName(item.file.name, names)}`, file: item.file };
  });
}

/** @param {Placed[]} placed @returns {Promise<Blob>} an archive of them */
export async function archiveOf(placed) {
  const archive = createArchive();
  for (const { path, file } of placed) archive.add(path, new Uint8Array(await file.arrayBuffer()));
  return archive.end();
}
