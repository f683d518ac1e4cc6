import { TABLE } from '../../shim/datasets/bytes.js';
import { rowsOfTable } from '../../shim/datasets/table.js';
import { isPicture } from '../incoming.js';

/**
 * Tables that are dropped beside pictures: whether they are about these, seen from their beginning.
 *
 * @typedef {import('./given.js').Placed} Placed
 */

const BEGINNING = 2 ** 16; // bytes

/** What a path and a name in a table have in common. @param {string} path */
const plain = (path) => path.replace(/.*[\\/]/, '').replace(/\.[^.]*$/, '');

/**
 * Whether a table among the files names a picture that is there too.
 * @param {Placed[]} files
 */
export async function namePictures(files) {
  const tables = files.filter(({ path }) => TABLE.test(path));
  const names =
    tables.length > 0 && new Set(files.filter(({ file }) => isPicture(file)).map(({ path }) => plain(path)));
  for (const { file } of names ? tables : [])
    if (await namesSome(file, /** @type {Set<string>} */ (names))) return true;
  return false;
}

/** @param {File} table @param {Set<string>} names */
async function namesSome(table, names) {
  const beginning = new File([table.slice(0, BEGINNING)], table.name);
  try {
    for await (const { rows } of rowsOfTable(beginning))
      if (rows.some(({ cells }) => cells.some((cell) => names.has(plain(cell.trim()))))) return true;
  } catch {
    // what cannot be read names nothing; the end of a longer text may be half a character
  }
  return false;
}
