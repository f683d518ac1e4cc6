import { Zip, inMemory } from '../datasets/zip.js';
import { MAX_FILE, refusal } from './common.js';

/** @import { NamedFile } from './described.js' */

/* Archives that hold the files of a model, as browsers download several files at once. */

const MAX_ENTRIES = 1024;
/** Largest ratio of unpacked to packed size; weights hardly compress at all. */
const MOST_EXPANDED = 16;
const MOST_BESIDE = 2 ** 20; // bytes of text
const FOLDER = /\/$|(^|\/)(__MACOSX\/|\.)/; // and what systems add

/** What tells that an archive is itself the file of a model: one of Keras 3. */
const OF_KERAS = ['config.json', 'model.weights.h5'];

/**
 * @param {NamedFile} archive
 * @returns {Promise<NamedFile[]>} its members, or itself
 */
export async function unzipped(archive) {
  const { bytes } = archive;
  try {
    const zip = await Zip.open(inMemory(bytes), MAX_ENTRIES);
    if (zip.members.some(({ name }) => OF_KERAS.includes(name))) return [archive];
    let left = Math.min(MAX_FILE, MOST_BESIDE + MOST_EXPANDED * bytes.length);
    /** @type {NamedFile[]} */
    const files = [];
    for (const member of zip.members) {
      if (FOLDER.test(member.name)) continue;
      const content = await zip.unpack(member, left);
      left -= content.length;
      files.push({ name: member.name, bytes: content.slice() });
    }
    return files;
  } catch (error) {
    throw refusal(/** @type {Error} */ (error).message, error);
  }
}
