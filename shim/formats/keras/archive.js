import { unzipSync, zipSync } from 'fflate';
import { show } from '../../errors.js';
import { checkFileLength, refusal } from '../../files/format.js';

/** The zip archive that a .keras file is. */

export const CONFIG = 'config.json';
export const METADATA = 'metadata.json';
export const WEIGHTS = 'model.weights.h5';
/** Of JSON, in bytes. */
export const MAX_CONFIG = 2 ** 22;
const MEMBERS = [CONFIG, METADATA, WEIGHTS];
const MAX_ENTRIES = 1024;
const MOST_INFLATED = 1032; // bytes out of one of deflate's
/** The earliest that archives know, so that the same model makes the same archive. */
const TIME = '1980-01-01T12:00:00';

/** Not compressed, as Keras does it. @param {Record<string, Uint8Array>} members @returns {Uint8Array<ArrayBuffer>} */
export const packArchive = (members) => zipSync(members, { level: 0, mtime: TIME });

const LISTED_WITHIN = 2 ** 17; // bytes at the end, where an archive lists what it holds

/** Whether an archive lists what a model has. @param {Uint8Array} bytes */
export function holdsModel(bytes) {
  const text = new TextDecoder('latin1').decode(bytes.subarray(-LISTED_WITHIN));
  return [CONFIG, WEIGHTS].every((name) => text.includes(name));
}

/**
 * The members that a model has, as far as they are there. What they will take is added up before anything is inflated, and
 * fflate inflates no further than it was told.
 * @param {Uint8Array} bytes
 * @returns {Record<string, Uint8Array<ArrayBuffer>>}
 */
export function unpackArchive(bytes) {
  let [entries, length] = [0, 0];
  /** @type {Set<string>} */
  const seen = new Set();
  try {
    return unzipSync(bytes, {
      filter({ name, size, originalSize, compression }) {
        if (++entries > MAX_ENTRIES) throw refusal(`the archive has more than ${MAX_ENTRIES} entries`);
        if (!MEMBERS.includes(name)) return false;
        if (seen.has(name)) throw refusal(`the archive has ${show(name)} twice`);
        seen.add(name);
        const inflated = compression ? originalSize : size;
        if (name !== WEIGHTS && inflated > MAX_CONFIG) throw refusal(`${name} has ${inflated} bytes; at most ${MAX_CONFIG} are read`);
        checkFileLength(length += inflated);
        if (compression && inflated > MOST_INFLATED * size) throw refusal(`${name} cannot have ${inflated} bytes, packed as ${size}`);
        return true;
      },
    });
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw message.startsWith('model file:') ? error : refusal(`the archive cannot be read (${message})`, error);
  }
}
