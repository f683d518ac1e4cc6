import { FittingRoomError } from '../check.js';

/** @typedef {'gzip' | 'idx' | 'html' | 'other'} Format */

/** How tables of comma-separated values are called. */
export const TABLE = /\.(csv|tsv)$/i;

const SLICE = 1 << 18; // bytes handed to the decompressor at a time
const LARGEST_RATIO = 1032; // of DEFLATE, output to input
/** Largest size of a dataset file in bytes, unpacked or not: eleven times Fashion-MNIST's largest. */
export const MAX_BYTES = 2 ** 29;

/**
 * The format of a file, judged by its first bytes: gzip (RFC 1952), IDX, or a web page sent for a missing file.
 * @param {Uint8Array} head
 * @returns {Format}
 */
export function formatOf(head) {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head.length >= 4 && head[0] === 0 && head[1] === 0) return 'idx';
  const text = String.fromCharCode(...head.subarray(0, 64)).replace(/^\u00ef\u00bb\u00bf/, '');
  return /^\s*</.test(text) ? 'html' : 'other';
}

/** Two lower-case hexadecimal digits for each byte. @param {Uint8Array} bytes */
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * SHA-256 in lower-case hexadecimal. Pages from http:// hosts other than localhost have no crypto.subtle; for them, a
 * library is loaded.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<string>}
 */
export async function sha256(bytes) {
  const digest = globalThis.crypto?.subtle
    ? new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
    : (await import('../../build/sha256/sha256.mjs')).sha256(bytes);
  return hex(digest);
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {(consumed: number) => void} onConsumed
 */
function sliced(bytes, onConsumed) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      onConsumed(at);
      if (at === bytes.length) return controller.close();
      const end = Math.min(at + SLICE, bytes.length);
      controller.enqueue(bytes.subarray(at, end));
      at = end;
    },
  });
}

/** The length of the content that the last four bytes of a gzip file state, or 0 if it is not plausible. */
function statedLength(/** @type {Uint8Array} */ bytes) {
  if (bytes.length < 18) return 0;
  const stated = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4, true);
  return stated <= bytes.length * LARGEST_RATIO ? stated : 0;
}

/** Collects bytes, in one buffer if the length was known in advance. */
class Sink {
  /** @param {number} capacity */
  constructor(capacity) {
    this.bytes = new Uint8Array(capacity);
    this.length = 0;
  }

  /** @param {Uint8Array} chunk */
  append(chunk) {
    const length = this.length + chunk.length;
    if (length > this.bytes.length) this.reserve(Math.max(2 * this.bytes.length, length));
    this.bytes.set(chunk, this.length);
    this.length += chunk.length;
  }

  /** @param {number} capacity */
  reserve(capacity) {
    if (capacity <= this.bytes.length) return;
    const larger = new Uint8Array(capacity);
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  finish() {
    return this.bytes.subarray(0, this.length);
  }
}

/** The first bytes of a file's content, which state its length. */
export const HEAD_BYTES = 16;

/**
 * Unpacks data compressed with plain DEFLATE, such as a member of an archive. Rejects as gunzip does.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} length the largest unpacked length
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export const inflate = (bytes, length) =>
  unpacked(
    'deflate-raw',
    bytes,
    () => {},
    () => length,
  );

/**
 * Unpacks a gzip file. Rejects if it is cut short or damaged, and as soon as it proves too long.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {(consumed: number) => void} [onConsumed] called with the number of `bytes` read so far
 * @param {number | ((head: Uint8Array) => number | undefined)} [most] the largest unpacked length, or a function that
 *   derives it from the first HEAD_BYTES; undefined: these bytes are enough
 * @param {AbortSignal} [signal]
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export const gunzip = (bytes, onConsumed = () => {}, most = MAX_BYTES, signal = undefined) =>
  unpacked('gzip', bytes, onConsumed, most, signal);

/**
 * Uses the platform's decompressor: one in JavaScript spends a tenth of a millisecond on each DEFLATE table, and a
 * megabyte can hold forty thousand of them.
 * @param {'gzip' | 'deflate-raw'} format
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {(consumed: number) => void} onConsumed
 * @param {number | ((head: Uint8Array) => number | undefined)} most
 * @param {AbortSignal} [signal]
 */
async function unpacked(format, bytes, onConsumed, most, signal) {
  const sink = new Sink(0);
  /** @type {number | undefined} */
  let limit;
  const reader = sliced(bytes, onConsumed).pipeThrough(new DecompressionStream(format)).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return sink.finish();
      signal?.throwIfAborted();
      if (sink.length + value.length > (limit ?? MAX_BYTES)) throw tooLong(limit ?? MAX_BYTES);
      sink.append(value);
      if (limit !== undefined || sink.length < HEAD_BYTES) continue;
      limit = typeof most === 'number' ? most : most(sink.bytes.subarray(0, HEAD_BYTES));
      if (limit === undefined) return await ended(reader, sink.finish().subarray(0, HEAD_BYTES));
      if (sink.length > limit) throw tooLong(limit);
      sink.reserve(typeof most === 'number' ? Math.min(statedLength(bytes), limit) : limit);
    }
  } catch (error) {
    await reader.cancel().catch(() => {});
    throw error;
  }
}

/** @template T @param {ReadableStreamDefaultReader<Uint8Array>} reader @param {T} result */
async function ended(reader, result) {
  await reader.cancel();
  return result;
}

/** @param {number} most */
const tooLong = (most) => new FittingRoomError(`too large: more than ${most} bytes are packed in it`, 'bad-data');
