import { zipSync } from 'fflate';
import { show } from '../../check.js';
import { Zip, inMemory } from '../../datasets/zip.js';
import { MAX_FILE, refusal } from '../common.js';

/** @import { Member } from '../../datasets/zip.js' */

/* The zip archive of a .keras file. */

export const CONFIG = 'config.json';
export const METADATA = 'metadata.json';
export const WEIGHTS = 'model.weights.h5';
/** Largest size of a JSON member in bytes. */
export const MAX_CONFIG = 2 ** 20;
const MEMBERS = [CONFIG, METADATA, WEIGHTS];
const MAX_ENTRIES = 1024;
/** The earliest time that zip archives can hold, so that the same model makes the same archive. */
const TIME = '1980-01-01T12:00:00';

/** Not compressed, as Keras does it. @param {Record<string, Uint8Array>} members @returns {Uint8Array<ArrayBuffer>} */
export const packArchive = (members) => zipSync(members, { level: 0, mtime: TIME });

const LISTED_WITHIN = 2 ** 17; // bytes at the end that contain the directory

/** Whether the directory lists the members of a model. @param {Uint8Array} bytes */
export function holdsModel(bytes) {
  const text = new TextDecoder('latin1').decode(bytes.subarray(-LISTED_WITHIN));
  return [CONFIG, WEIGHTS].every((name) => text.includes(name));
}

/** Turns what an archive is refused for into a refusal of the file. @param {Error} error @returns {never} */
function refuse(error) {
  throw refusal(error.message, error);
}

/** The members of a model's archive. */
export class Archive {
  /** @type {Map<string, Member>} */
  #members = new Map();
  #zip;

  /** @param {Zip} zip */
  constructor(zip) {
    this.#zip = zip;
    for (const member of zip.members) {
      if (!MEMBERS.includes(member.name)) continue;
      if (this.#members.has(member.name)) throw refusal(`the archive has ${show(member.name)} twice`);
      this.#members.set(member.name, member);
    }
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes */
  static async open(bytes) {
    return new Archive(await Zip.open(inMemory(bytes), MAX_ENTRIES).catch(refuse));
  }

  /** @param {string} name */
  has(name) {
    return this.#members.has(name);
  }

  /**
   * @param {string} name of an existing member
   * @param {number} most the largest unpacked size in bytes
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  unpack(name, most) {
    const member = /** @type {Member} */ (this.#members.get(name));
    return this.#zip.unpack(member, Math.min(most, MAX_FILE)).catch(refuse);
  }
}
