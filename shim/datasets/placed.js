import { FittingRoomError, show } from '../check.js';
import { importForNode } from './sources.js';

/** @import { Placed } from './folder.js' */

const MOST_ENTRIES = 2 ** 20; // of an archive
const MOST_OF_FILE = 2 ** 28; // bytes, unpacked

/**
 * The files of a folder or an archive, each of which is read when it is asked for.
 * @param {string} name of the function in messages
 * @param {string | Blob | Iterable<Placed | File>} folder see fromFolder
 * @returns {Promise<Placed[]>}
 */
export async function filesOf(name, folder) {
  const given = typeof folder === 'string' ? await (await importForNode('./node.js')).filesIn(folder) : folder;
  if (given instanceof Blob) return filesInZip(given);
  if (typeof given?.[Symbol.iterator] !== 'function')
    throw new FittingRoomError(`${name} takes a path, a zip archive or a list of files, got ${show(given)}`);
  return Array.from(given, (file) => ('path' in file ? file : { path: file.webkitRelativePath || file.name, file }));
}

/** The files of an archive, each unpacked when it is asked for. @param {Blob} blob @returns {Promise<Placed[]>} */
async function filesInZip(blob) {
  const { Zip, inBlob } = await import('./zip.js');
  const zip = await Zip.open(inBlob(blob), MOST_ENTRIES);
  return zip.members
    .filter(({ name }) => !name.endsWith('/'))
    .map((member) => ({
      path: member.name,
      file: {
        name: member.name,
        size: member.length,
        arrayBuffer: async () => bufferOf(await zip.unpack(member, MOST_OF_FILE)),
      },
    }));
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
const bufferOf = (bytes) => (bytes.length === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer);
