import { FittingRoomError, checkFunction, checkSignal, show } from '../check.js';
import { importFromNode, inNode } from '../core/host.js';
import { download } from '../download.js';
import { checkFileLength, joined } from './common.js';

/** @typedef {Uint8Array | ArrayBuffer | Blob | URL | string} Source bytes, or an address; in Node also file: */

/**
 * @typedef {{ received: number, total?: number }} Received bytes of all files: received so far, and in total if known
 */
/**
 * @typedef {object} ReadOptions
 * @property {AbortSignal} [signal] aborts reading; the promise rejects with the signal's reason
 * @property {(received: Received) => void} [onProgress] called as bytes arrive
 */

const MAGIC_BYTES = 8;

/**
 * what: the caller's name in messages; checkHead: checks the first bytes as soon as they arrive; stallMs: how long a
 * server may be silent.
 * @typedef {ReadOptions & { what: string, checkHead: (head: Uint8Array) => void, stallMs?: number }} Reading
 */

/** @param {string} what @param {ReadOptions} options */
export function checkReading(what, { signal, onProgress }) {
  checkSignal(`${what}: signal`, signal);
  checkFunction(`${what}: onProgress`, onProgress);
  signal?.throwIfAborted();
}

/** @param {Reading} reading @param {unknown} address @param {unknown} cause */
function unreachable({ what, signal }, address, cause) {
  if (signal?.aborted) return signal.reason;
  const { message, cause: deeper } = /** @type {Error & { cause?: Error }} */ (cause);
  return new FittingRoomError(`${what}: ${address} could not be read (${deeper?.message || message})`, 'network', {
    cause,
  });
}

/**
 * Reads a body; stops early if it proves too long or not to be a model file.
 * @param {AsyncIterable<Uint8Array>} body
 * @param {number | undefined} total
 * @param {Reading} reading
 */
async function readBody(body, total, { checkHead, onProgress }) {
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;
  for await (const chunk of body) {
    const first = length < MAGIC_BYTES;
    chunks.push(chunk);
    length += chunk.length;
    checkFileLength(length);
    if (first && length >= MAGIC_BYTES) checkHead(joined(chunks));
    onProgress?.({ received: length, total });
  }
  return joined(chunks);
}

/** @param {string | URL} address @param {Reading} reading @returns {Promise<Uint8Array<ArrayBuffer>>} */
function readRemote(address, reading) {
  const read = download(address, reading, (body, { least = 0, total }) => {
    checkFileLength(least);
    return readBody(body, total, reading);
  });
  return read.catch((error) =>
    Promise.reject(error instanceof FittingRoomError ? error : unreachable(reading, address, error)),
  );
}

/** @param {URL} address @param {Reading} reading */
async function readLocal(address, reading) {
  /** @type {typeof import('node:fs/promises')} */
  const { readFile, stat } = await importFromNode('node:fs/promises');
  try {
    checkFileLength((await stat(address)).size);
    return Uint8Array.from(await readFile(address, { signal: reading.signal }));
  } catch (error) {
    throw error instanceof FittingRoomError ? error : unreachable(reading, address, error);
  }
}

/** @param {ArrayBuffer | Uint8Array} source */
function copyOf(source) {
  checkFileLength(source.byteLength);
  const bytes = new Uint8Array(source.byteLength);
  // A buffer that has been transferred has no bytes, and no array can be made from it.
  if (bytes.length > 0) bytes.set(source instanceof ArrayBuffer ? new Uint8Array(source) : source);
  return bytes;
}

/** @param {Blob} blob @param {Reading} reading */
async function readBlob(blob, reading) {
  checkFileLength(blob.size);
  const buffer = await blob.arrayBuffer().catch((error) => {
    throw unreachable(reading, 'the file', error);
  });
  return new Uint8Array(buffer);
}

/**
 * @param {unknown} source
 * @param {Reading} reading
 * @returns {Promise<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>}
 */
function readSource(source, reading) {
  if (source instanceof Blob) return readBlob(source, reading);
  if (source instanceof ArrayBuffer || source instanceof Uint8Array) return copyOf(source);
  if (typeof source !== 'string' && !(source instanceof URL)) {
    throw new FittingRoomError(
      `${reading.what} takes a Uint8Array, an ArrayBuffer, a Blob or an address, got ${show(source)}`,
    );
  }
  const name = String(source);
  if (inNode() && !URL.canParse(name)) {
    throw new FittingRoomError(
      `${reading.what}: ${show(name)} is no address; to read a file, give its bytes, await readFile(${show(name)}) ` +
        "of 'node:fs/promises', or a URL that begins with file:",
    );
  }
  return inNode() && /^file:/i.test(name) ? readLocal(new URL(source), reading) : readRemote(source, reading);
}

/**
 * A copy of the file's bytes, which nothing else can change while they are checked.
 * @param {unknown} source
 * @param {Reading} reading
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function readBytes(source, reading) {
  reading.signal?.throwIfAborted();
  const bytes = await readSource(source, reading);
  reading.signal?.throwIfAborted();
  reading.onProgress?.({ received: bytes.length, total: bytes.length });
  return bytes;
}
