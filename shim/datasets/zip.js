import { FittingRoomError } from '../check.js';
import { inflate } from './bytes.js';

/*
 * Zip archives (PKWARE's APPNOTE). The directory of members is at the end. The lengths that it states are checked
 * before a member is unpacked, and enforced during unpacking.
 */

const STORED = 0;
const DEFLATED = 8;

const LOCAL = { signature: 0x04034b50, bytes: 30 };
const LISTED = { signature: 0x02014b50, bytes: 46 };
const END = { signature: 0x06054b50, bytes: 22 };
/* Of archives with more entries or bytes than the end record has places for. */
const LARGE_END = { signature: 0x06064b50, bytes: 56 };
const LARGE_END_AT = { signature: 0x07064b50, bytes: 20 };
const LONGEST_COMMENT = 65535;
const LARGE_FIELD = 1;
const USUAL_EXTRA = 256; // bytes of a local header, which the directory does not tell
const IN_LARGE_FIELD = 0xffffffff;
const ENCRYPTED = 1;

/**
 * What bytes are read from, a part at a time: a large archive need not be in memory.
 * @typedef {{ size: number, read: (from: number, to: number) => Promise<Uint8Array<ArrayBuffer>> }} Bytes
 */
/**
 * @typedef {{ name: string, method: number, isEncrypted: boolean, packed: number, length: number, at: number, head:
 *   number }} Member packed: bytes in the archive; length: unpacked; at: address of its local header; head: bytes of
 *   that, without what the directory does not tell
 */

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Bytes} */
export const inMemory = (bytes) => ({ size: bytes.length, read: async (from, to) => bytes.subarray(from, to) });

const AT_ONCE = 2 ** 20; // bytes: a browser takes as long for a few of them
const MOST_KEPT = 2; // parts: somebody else may be reading as well
const NEAR = 2 ** 10; // bytes

/**
 * Reads ahead if what is asked for goes on where something before ended.
 * @param {Blob} blob
 * @returns {Bytes}
 */
export function inBlob(blob) {
  /**
   * The latest first; `next`: the end of what was asked for last.
   * @type {{ from: number, to: number, next: number, bytes: Promise<Uint8Array<ArrayBuffer>> }[]}
   */
  let kept = [];

  /** @param {number} from @param {number} to */
  function partWith(from, to) {
    const there = kept.find((part) => part.from <= from && to <= part.to);
    if (there) return there;
    const goesOn = kept.some(({ next }) => Math.abs(from - next) <= NEAR);
    const end = goesOn ? Math.min(blob.size, Math.max(to, from + AT_ONCE)) : to;
    const bytes = blob.slice(from, end).arrayBuffer();
    return { from, to: end, next: to, bytes: bytes.then((buffer) => new Uint8Array(buffer)) };
  }

  return {
    size: blob.size,
    async read(from, to) {
      const part = partWith(from, to);
      part.next = to;
      const others = kept.filter((each) => each !== part);
      kept = part.to - part.from > AT_ONCE ? others : [part, ...others].slice(0, MOST_KEPT);
      try {
        return (await part.bytes).subarray(from - part.from, to - part.from);
      } catch (error) {
        kept = kept.filter((each) => each !== part);
        throw error;
      }
    },
  };
}

/** @param {string} message @param {unknown} [cause] */
const refusal = (message, cause) => new FittingRoomError(message, 'bad-data', { cause });

/** @param {string} message */
const unreadable = (message) => refusal(`the archive cannot be read (${message})`);

/** @param {DataView} view @param {number} at @param {{ signature: number, bytes: number }} record @returns {boolean} */
const stands = (view, at, { signature, bytes }) =>
  at >= 0 && at + bytes <= view.byteLength && view.getUint32(at, true) === signature;

/** @param {Uint8Array} bytes */
const viewOf = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** @param {DataView} view @param {number} at */
const large = (view, at) => Number(view.getBigUint64(at, true));

/** The members of a zip archive. Each is unpacked only on request, and never beyond its limit. */
export class Zip {
  /** @param {Bytes} source @param {Member[]} members */
  constructor(source, members) {
    this.source = source;
    this.members = members;
  }

  /**
   * Reads the directory of an archive.
   * @param {Bytes} source
   * @param {number} most the largest number of entries
   * @throws {FittingRoomError} 'bad-data' if it is no archive, is damaged, or has more entries
   */
  static async open(source, most) {
    const { count, from, to } = await directoryOf(source);
    if (count > most) throw refusal(`the archive has more than ${most} entries`);
    const bytes = from < to && to <= source.size ? await source.read(from, to) : new Uint8Array();
    return new Zip(source, membersIn(bytes, count, from));
  }

  /**
   * @param {Member} member
   * @param {number} most the largest unpacked size in bytes
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  async unpack({ name, method, isEncrypted, packed, length, at, head }, most) {
    if (length > most) throw refusal(`${name}: too large: ${length} bytes; at most ${most} are read`);
    if (isEncrypted) throw refusal(`${name} is encrypted`);
    if (method !== DEFLATED && (method !== STORED || packed !== length))
      throw unreadable(`${name} has a compression method that is not supported`);
    const { size } = this.source;
    const isThere = at + head + packed <= size;
    const all = await this.source.read(at, Math.min(size, at + head + (isThere ? packed + USUAL_EXTRA : 0)));
    const view = viewOf(all);
    if (!stands(view, 0, LOCAL)) throw unreadable(`${name} must begin at byte ${at}`);
    const from = LOCAL.bytes + view.getUint16(26, true) + view.getUint16(28, true);
    const to = from + packed;
    if (at + to > size) throw unreadable(`${name} ends beyond it`);
    const content = to <= all.length ? all.subarray(from, to) : await this.source.read(at + from, at + to);
    return method === DEFLATED ? inflated(content, name, length) : content;
  }
}

/** Where the directory is, and how many entries it has. @param {Bytes} source */
async function directoryOf(source) {
  const begins = Math.max(0, source.size - END.bytes - LONGEST_COMMENT - LARGE_END_AT.bytes);
  const view = viewOf(await source.read(begins, source.size));
  let end = view.byteLength - END.bytes;
  while (end >= 0 && !stands(view, end, END)) end--;
  if (end < 0) throw unreadable('its end is missing');
  const from = view.getUint32(end + 16, true);
  const isLarge = stands(view, end - LARGE_END_AT.bytes, LARGE_END_AT);
  if (!isLarge) return { count: view.getUint16(end + 10, true), from, to: begins + end };
  const at = large(view, end - LARGE_END_AT.bytes + 8);
  const record = viewOf(await source.read(at, Math.min(source.size, at + LARGE_END.bytes)));
  if (!stands(record, 0, LARGE_END)) throw unreadable('its end is missing');
  return { count: large(record, 32), from: large(record, 48), to: at };
}

/**
 * @param {Uint8Array} bytes the directory @param {number} count @param {number} from its address
 * @returns {Member[]}
 */
function membersIn(bytes, count, from) {
  const view = viewOf(bytes);
  let at = 0;
  return Array.from({ length: count }, () => {
    if (!stands(view, at, LISTED)) throw unreadable(`an entry must be listed at byte ${from + at}`);
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const nameEnd = at + LISTED.bytes + nameLength;
    const member = {
      name: new TextDecoder().decode(bytes.subarray(at + LISTED.bytes, nameEnd)),
      isEncrypted: (view.getUint16(at + 8, true) & ENCRYPTED) !== 0,
      method: view.getUint16(at + 10, true),
      head: LOCAL.bytes + nameLength,
      ...sizesOf(view, at, nameEnd, Math.min(nameEnd + extra, bytes.length)),
    };
    at = nameEnd + extra + comment;
    return member;
  });
}

/**
 * @param {DataView} view of the directory @param {number} at where the entry begins
 * @param {number} first of its extra fields @param {number} end
 */
function sizesOf(view, at, first, end) {
  const stated = [24, 20, 42].map((offset) => view.getUint32(at + offset, true));
  let field = first;
  while (field + 4 <= end && view.getUint16(field, true) !== LARGE_FIELD) field += 4 + view.getUint16(field + 2, true);
  let next = field + 4;
  const [length, packed, address] = stated.map((number) => {
    if (number !== IN_LARGE_FIELD || next + 8 > end) return number;
    next += 8;
    return large(view, next - 8);
  });
  return { length, packed, at: address };
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
