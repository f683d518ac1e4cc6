import { zipSync } from 'fflate';
import { FittingRoomError, show } from '../../check.js';
import { inflate } from '../../datasets/bytes.js';
import { MAX_FILE, checkSize, refusal } from '../common.js';

/*
 * The zip archive of a .keras file (PKWARE's APPNOTE). The directory of members is at its end. The lengths it states
 * are checked before a member is unpacked, and enforced during unpacking.
 */

export const CONFIG = 'config.json';
export const METADATA = 'metadata.json';
export const WEIGHTS = 'model.weights.h5';
/** Largest size of a JSON member in bytes. */
export const MAX_CONFIG = 2 ** 20;
const MEMBERS = [CONFIG, METADATA, WEIGHTS];
const MAX_ENTRIES = 1024;
/** The earliest time that zip archives can hold, so that the same model makes the same archive. */
const TIME = '1980-01-01T12:00:00';

const STORED = 0;
const DEFLATED = 8;

const LOCAL = { signature: 0x04034b50, bytes: 30 };
const LISTED = { signature: 0x02014b50, bytes: 46 };
const END = { signature: 0x06054b50, bytes: 22 };
const LONGEST_COMMENT = 65535;

/**
 * @typedef {{ name: string, method: number, packed: number, length: number, at: number }} Member packed: bytes in the
 *   archive; at: address of its local header
 */

/** Not compressed, as Keras does it. @param {Record<string, Uint8Array>} members @returns {Uint8Array<ArrayBuffer>} */
export const packArchive = (members) => zipSync(members, { level: 0, mtime: TIME });

const LISTED_WITHIN = 2 ** 17; // bytes at the end that contain the directory

/** Whether the directory lists the members of a model. @param {Uint8Array} bytes */
export function holdsModel(bytes) {
  const text = new TextDecoder('latin1').decode(bytes.subarray(-LISTED_WITHIN));
  return [CONFIG, WEIGHTS].every((name) => text.includes(name));
}

/** @param {string} message */
const unreadable = (message) => refusal(`the archive cannot be read (${message})`);

/** @param {DataView} view @param {number} at @param {{ signature: number, bytes: number }} record @returns {boolean} */
const stands = (view, at, { signature, bytes }) =>
  at >= 0 && at + bytes <= view.byteLength && view.getUint32(at, true) === signature;

/** @param {DataView} view @returns {number} the address of the end record */
function endOf(view) {
  const last = view.byteLength - END.bytes;
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) if (stands(view, at, END)) return at;
  throw unreadable('its end is missing');
}

/** @param {Uint8Array} bytes @param {DataView} view @returns {Member[]} */
function membersOf(bytes, view) {
  const end = endOf(view);
  const count = view.getUint16(end + 10, true);
  if (count > MAX_ENTRIES) throw refusal(`the archive has more than ${MAX_ENTRIES} entries`);
  let at = view.getUint32(end + 16, true);
  return Array.from({ length: count }, () => {
    if (!stands(view, at, LISTED)) throw unreadable(`an entry must be listed at byte ${at}`);
    const number = (/** @type {number} */ offset) => view.getUint32(at + offset, true);
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const name = new TextDecoder().decode(bytes.subarray(at + LISTED.bytes, at + LISTED.bytes + nameLength));
    const member = {
      name,
      method: view.getUint16(at + 10, true),
      packed: number(20),
      length: number(24),
      at: number(42),
    };
    at += LISTED.bytes + nameLength + extra + comment;
    return member;
  });
}

/**
 * @param {Uint8Array<ArrayBuffer>} packed
 * @param {string} name
 * @param {number} length
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
async function inflated(packed, name, length) {
  const content = await inflate(packed, length).catch((error) => {
    const { message } = /** @type {Error} */ (error);
    throw refusal(
      error instanceof FittingRoomError ? `${name}: ${message}` : `${name} cannot be unpacked (${message})`,
      error,
    );
  });
  if (content.length < length) throw refusal(`${name}: it must unpack to ${length} bytes, got ${content.length}`);
  return content;
}

/** The members of a zip archive. Each is unpacked only on request, and never beyond its limit. */
export class Archive {
  /** @type {Map<string, Member>} */
  #members = new Map();
  #bytes;
  #view;

  /** @param {Uint8Array<ArrayBuffer>} bytes */
  constructor(bytes) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (const member of membersOf(bytes, this.#view)) {
      if (!MEMBERS.includes(member.name)) continue;
      if (this.#members.has(member.name)) throw refusal(`the archive has ${show(member.name)} twice`);
      this.#members.set(member.name, member);
    }
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
  async unpack(name, most) {
    const { method, packed, length, at } = /** @type {Member} */ (this.#members.get(name));
    checkSize(`${name}: `, length, Math.min(most, MAX_FILE));
    if (!stands(this.#view, at, LOCAL)) throw unreadable(`${name} must begin at byte ${at}`);
    const start = at + LOCAL.bytes + this.#view.getUint16(at + 26, true) + this.#view.getUint16(at + 28, true);
    if (start + packed > this.#bytes.length) throw unreadable(`${name} ends beyond it`);
    const content = this.#bytes.subarray(start, start + packed);
    if (method === DEFLATED) return inflated(content, name, length);
    if (method !== STORED || packed !== length)
      throw unreadable(`${name} has a compression method that is not supported`);
    return content;
  }
}
