import { FittingRoomError, show } from '../errors.js';
import { inNode } from '../host.js';
import { checkFileLength, checkMagic } from './format.js';

/** @typedef {Uint8Array | ArrayBuffer | Blob | URL | string} Source bytes, or an address: under Node also file: */

const MAGIC_BYTES = 8;

/**
 * Who reads, as messages call it, and what is looked at as soon as the first bytes are there.
 * @typedef {{ what: string, checkHead: (head: Uint8Array) => void }} Reading
 */

/** @param {Reading} reading @param {unknown} address @param {unknown} cause */
function unreachable({ what }, address, cause) {
  const { message, cause: deeper } = /** @type {Error & { cause?: Error }} */ (cause);
  return new FittingRoomError(`${what}: ${address} could not be read (${deeper?.message || message})`, 'network', { cause });
}

/**
 * Reads a body, and no further where it turns out not to be a model file.
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader
 * @param {Reading['checkHead']} checkHead
 */
async function readBody(reader, checkHead) {
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    const first = length < MAGIC_BYTES;
    chunks.push(value);
    length += value.length;
    checkFileLength(length);
    if (first && length >= MAGIC_BYTES) checkHead(joined(chunks, length));
  }
  return joined(chunks, length);
}

/** @param {Uint8Array[]} chunks @param {number} length in bytes */
export function joined(chunks, length) {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** @param {string | URL} address @param {Reading} reading */
async function download(address, reading) {
  const response = await fetch(address).catch((error) => Promise.reject(unreachable(reading, address, error)));
  const reader = response.body?.getReader();
  try {
    if (!response.ok || !reader) throw new Error(`the server answered ${`${response.status} ${response.statusText}`.trim()}`);
    return await readBody(reader, reading.checkHead);
  } catch (error) {
    await reader?.cancel().catch(() => {});
    throw error instanceof FittingRoomError ? error : unreachable(reading, address, error);
  }
}

/** Keeps bundlers from following it: that module is Node's. @param {string} name @returns {Promise<typeof import('node:fs/promises')>} */
const importFromNode = (name) => import(/* @vite-ignore */ name);

/** @param {URL} address @param {Reading} reading */
async function readLocal(address, reading) {
  const { readFile, stat } = await importFromNode('node:fs/promises');
  try {
    checkFileLength((await stat(address)).size);
    return Uint8Array.from(await readFile(address));
  } catch (error) {
    throw error instanceof FittingRoomError ? error : unreachable(reading, address, error);
  }
}

/** @param {ArrayBuffer | Uint8Array} source */
function copyOf(source) {
  checkFileLength(source.byteLength);
  const bytes = new Uint8Array(source.byteLength);
  // A buffer that was transferred elsewhere has no bytes, and no array can be made of it.
  if (bytes.length > 0) bytes.set(source instanceof ArrayBuffer ? new Uint8Array(source) : source);
  return bytes;
}

/**
 * A copy of the file's bytes, which nobody else can change while they are being checked.
 * @param {unknown} source
 * @param {Reading} [reading]
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function bytesOf(source, reading = { what: 'loadModel', checkHead: checkMagic }) {
  if (typeof source === 'string' || source instanceof URL) {
    return inNode() && /^file:/i.test(String(source)) ? readLocal(new URL(source), reading) : download(source, reading);
  }
  if (source instanceof Blob) {
    checkFileLength(source.size);
    const buffer = await source.arrayBuffer().catch((error) => {
      throw unreachable(reading, 'the file', error);
    });
    return new Uint8Array(buffer);
  }
  if (source instanceof ArrayBuffer || source instanceof Uint8Array) return copyOf(source);
  throw new FittingRoomError(`${reading.what} takes a Uint8Array, an ArrayBuffer, a Blob or an address, got ${show(source)}`);
}
