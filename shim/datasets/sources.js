import { download } from '../download.js';
import { formatOf } from './bytes.js';

/**
 * A place where the dataset's files may be.
 * @typedef {import('./catalogue.js').DatasetFile} DatasetFile
 * @typedef {'cache' | 'beside' | 'public' | 'folder'} SourceKind
 * @typedef {{ onBytes: (received: number) => void, signal?: AbortSignal }} ReadOptions
 * @typedef {object} Source
 * @property {SourceKind} kind
 * @property {string} place its description in messages
 * @property {(file: DatasetFile, options: ReadOptions) => Promise<Uint8Array<ArrayBuffer>>} read rejects with the
 *   reason if the file is not available
 * @property {(file: DatasetFile, bytes: Uint8Array<ArrayBuffer>) => Promise<void>} [keep] keeps verified bytes for the
 *   next time
 * @property {(file: DatasetFile) => Promise<void>} [forget] drops bytes that turned out to be wrong
 */

export const CACHE_NAME = 'fitting-room-fashion-mnist-v1';

const WEB_PAGE = 'the server sent a web page, not the dataset; many hosts do this when a file is missing';

/**
 * Throws unless the data are gzip or IDX, and returns the length to expect: if a host sends the files with
 * Content-Encoding: gzip, the browser unpacks them.
 * @param {DatasetFile} file
 * @param {Uint8Array} head
 */
function expectedLength(file, head) {
  const format = formatOf(head);
  if (format === 'html') throw new Error(WEB_PAGE);
  if (format === 'other') throw new Error('the file is not the dataset (neither gzip nor IDX)');
  return format === 'gzip' ? file.bytes : file.contentBytes;
}

const HEAD_BYTES = 4; // enough to tell formats apart

/**
 * The chunks of a body; the first is at least HEAD_BYTES long if the body is.
 * @param {AsyncIterable<Uint8Array>} chunks
 */
async function* headFirst(chunks) {
  let head = new Uint8Array(0);
  for await (const chunk of chunks) {
    if (head.length >= HEAD_BYTES) {
      yield chunk;
    } else {
      head = Uint8Array.from([...head, ...chunk]);
      if (head.length >= HEAD_BYTES) yield head;
    }
  }
}

/**
 * @param {DatasetFile} file
 * @param {AsyncIterable<Uint8Array>} chunks
 * @param {(received: number) => void} onBytes
 */
async function receive(file, chunks, onBytes) {
  /** @type {Uint8Array<ArrayBuffer> | undefined} */
  let bytes;
  let received = 0;
  for await (const chunk of headFirst(chunks)) {
    bytes ??= new Uint8Array(expectedLength(file, chunk));
    if (received + chunk.length > bytes.length) throw new Error(`the file is longer than ${bytes.length} bytes`);
    bytes.set(chunk, received);
    received += chunk.length;
    onBytes(received);
  }
  if (!bytes || received < bytes.length)
    throw new Error(`the file ends after ${received} of ${bytes?.length ?? file.bytes} bytes`);
  return bytes;
}

/**
 * A folder on a web server.
 * @param {'beside' | 'public'} kind
 * @param {string | URL} url
 * @param {number} [stallMs]
 * @returns {Source}
 */
export function webFolder(kind, url, stallMs) {
  const base = String(url).replace(/\/*$/, '/');
  return {
    kind,
    place: `${kind === 'beside' ? 'beside the page' : 'at the public address'}, ${base}`,
    read: (file, { signal, onBytes }) =>
      download(new URL(file.name, base).href, { signal, stallMs, stays: true }, (chunks) =>
        receive(file, chunks, onBytes),
      ),
  };
}

/**
 * The browser's Cache Storage. All its failures (private windows, no space left, storage switched off) count as the
 * file not being there.
 * @param {() => CacheStorage} storage may throw, as the `caches` of a sandboxed frame does
 * @returns {Source}
 */
export function browserCache(storage) {
  const open = async () => storage().open(CACHE_NAME);
  const keyOf = (/** @type {DatasetFile} */ file) => `https://fitting-room.invalid/${file.sha256}/${file.name}`;
  return {
    kind: 'cache',
    place: "in the browser's cache",
    async read(file, { onBytes }) {
      const response = await (await open()).match(keyOf(file));
      if (!response) throw new Error('not found');
      const bytes = new Uint8Array(await response.arrayBuffer());
      onBytes(file.bytes);
      return bytes;
    },
    async keep(file, bytes) {
      const headers = { 'Content-Type': 'application/octet-stream', 'Content-Length': String(bytes.length) };
      await (await open()).put(keyOf(file), new Response(bytes, { headers }));
    },
    async forget(file) {
      await (await open()).delete(keyOf(file));
    },
  };
}

/**
 * Keeps bundlers from following the path, because that module is for Node only.
 * @param {string} path
 * @returns {Promise<typeof import('./node.js')>}
 */
export function importForNode(path) {
  return import(/* @vite-ignore */ path);
}
