import { formatOf } from './bytes.js';

/**
 * Somewhere the dataset's files may be.
 * @typedef {import('./table.js').DatasetFile} DatasetFile
 * @typedef {'cache' | 'beside' | 'public' | 'folder'} SourceKind
 * @typedef {{ onBytes: (received: number) => void, signal?: AbortSignal }} ReadOptions
 * @typedef {object} Source
 * @property {SourceKind} kind
 * @property {string} place where that is, for messages
 * @property {(file: DatasetFile, options: ReadOptions) => Promise<Uint8Array<ArrayBuffer>>} read rejects, with
 *   the reason, where the file is not to be had
 * @property {(file: DatasetFile, bytes: Uint8Array<ArrayBuffer>) => Promise<void>} [keep] keep verified bytes for the next time
 * @property {(file: DatasetFile) => Promise<void>} [forget] drop bytes that turned out to be wrong
 */

export const CACHE_NAME = 'fitting-room-fashion-mnist-v1';
const STALL_MS = 30_000; // a server that is silent for this long has failed

/** An AbortSignal that follows `signal` and also aborts when `touch` has not been called for a while. */
class Watchdog {
  /** @param {AbortSignal | undefined} signal @param {number} milliseconds */
  constructor(signal, milliseconds) {
    this.controller = new AbortController();
    this.outer = signal;
    this.milliseconds = milliseconds;
    this.follow = () => this.controller.abort(signal?.reason);
    if (signal?.aborted) this.follow();
    signal?.addEventListener('abort', this.follow);
    this.touch();
  }

  get signal() {
    return this.controller.signal;
  }

  touch() {
    clearTimeout(this.timer);
    const silent = new Error(`no answer for ${this.milliseconds / 1000} seconds`);
    this.timer = setTimeout(() => this.controller.abort(silent), this.milliseconds);
  }

  stop() {
    clearTimeout(this.timer);
    this.outer?.removeEventListener('abort', this.follow);
  }
}

/** Says in a sentence what a fetch that threw only hints at. */
function networkError(/** @type {unknown} */ error) {
  const { message, cause } = /** @type {Error & { cause?: NodeJS.ErrnoException }} */ (error);
  return new Error(`it could not be fetched (${cause?.message || cause?.code || message})`, { cause: error });
}

const WEB_PAGE = 'the file there is not the dataset but a web page, as many hosts send for a file they do not have';

/**
 * Refuses what is neither gzip nor IDX, and returns the length to expect: hosts that send the files
 * with Content-Encoding: gzip have the browser unpack them.
 * @param {DatasetFile} file
 * @param {Uint8Array} head
 */
function expectedLength(file, head) {
  const format = formatOf(head);
  if (format === 'html') throw new Error(WEB_PAGE);
  if (format === 'other') throw new Error('the file there is not the dataset (neither gzip nor IDX)');
  return format === 'gzip' ? file.bytes : file.contentBytes;
}

const ELSEWHERE = 'the server there redirects to where this page may not ask';

const HEAD_BYTES = 4; // enough to tell formats apart

/**
 * The chunks of a body, the first of them at least HEAD_BYTES long if the body is.
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader
 */
async function* chunksOf(reader) {
  let head = new Uint8Array(0);
  for (;;) {
    const { done, value } = await reader.read().catch((error) => Promise.reject(networkError(error)));
    if (done) break;
    if (head.length >= HEAD_BYTES) {
      yield value;
    } else {
      head = Uint8Array.from([...head, ...value]);
      if (head.length >= HEAD_BYTES) yield head;
    }
  }
}

/**
 * @param {DatasetFile} file
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader
 * @param {(received: number) => void} onBytes
 */
async function receive(file, reader, onBytes) {
  /** @type {Uint8Array<ArrayBuffer> | undefined} */
  let bytes;
  let received = 0;
  for await (const chunk of chunksOf(reader)) {
    bytes ??= new Uint8Array(expectedLength(file, chunk));
    if (received + chunk.length > bytes.length) throw new Error(`the file there is longer than ${bytes.length} bytes`);
    bytes.set(chunk, received);
    received += chunk.length;
    onBytes(received);
  }
  if (!bytes || received < bytes.length)
    throw new Error(`the file there ends after ${received} of ${bytes?.length ?? file.bytes} bytes`);
  return bytes;
}

/**
 * @param {DatasetFile} file
 * @param {string} url
 * @param {ReadOptions & { stallMs: number }} options
 */
async function download(file, url, { onBytes, signal: outer, stallMs }) {
  const watchdog = new Watchdog(outer, stallMs);
  /** @type {ReadableStreamDefaultReader<Uint8Array> | undefined} */
  let reader;
  try {
    const { signal } = watchdog;
    const response = await fetch(url, { signal }).catch(async (error) => {
      signal.throwIfAborted();
      // Browsers tell a redirect to where the page must not ask from no answer at all only if they are asked not to follow.
      const { type } = await fetch(url, { signal, redirect: 'manual' }).catch(() => ({ type: 'error' }));
      throw type === 'opaqueredirect' ? new Error(ELSEWHERE) : networkError(error);
    });
    if (!response.ok) throw new Error(`the server answered ${`${response.status} ${response.statusText}`.trim()}`);
    if (!response.body) throw new Error('the server sent nothing');
    reader = response.body.getReader();
    return await receive(file, reader, (received) => {
      watchdog.touch();
      onBytes(received);
    });
  } catch (error) {
    await reader?.cancel().catch(() => {});
    throw watchdog.signal.aborted ? watchdog.signal.reason : error;
  } finally {
    watchdog.stop();
  }
}

/**
 * A folder on a web server.
 * @param {'beside' | 'public'} kind
 * @param {string | URL} url
 * @param {number} [stallMs]
 * @returns {Source}
 */
export function webFolder(kind, url, stallMs = STALL_MS) {
  const base = String(url).replace(/\/*$/, '/');
  return {
    kind,
    place: `${kind === 'beside' ? 'beside the page' : 'at the public address'}, ${base}`,
    read: (file, options) => download(file, new URL(file.name, base).href, { ...options, stallMs }),
  };
}

/**
 * The browser's Cache Storage. Whatever goes wrong with it (private windows, no space left, storage
 * switched off) is the same as finding nothing there.
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
      if (!response) throw new Error('not there');
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
