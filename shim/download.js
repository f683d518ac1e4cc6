/* Downloads datasets and models. */

export const STALL_MS = 30_000; // a server that is silent for this long has failed

const ELSEWHERE = 'the server redirects to another address, which is not followed';

/**
 * @typedef {object} DownloadOptions
 * @property {AbortSignal} [signal] aborts the download, which rejects with the signal's reason
 * @property {number} [stallMs] how long the server may be silent
 * @property {boolean} [stays] whether redirects to other hosts are refused: the page's own server may redirect within
 *   itself, others may not redirect at all
 */

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

/** Describes the cause of a failed fetch, which its error only hints at. */
function networkError(/** @type {unknown} */ error) {
  const { message, cause } = /** @type {Error & { cause?: NodeJS.ErrnoException }} */ (error);
  return new Error(`it could not be fetched (${cause?.message || cause?.code || message})`, { cause: error });
}

const REDIRECTS = [301, 302, 303, 307, 308]; // as Node reports them; browsers give an opaque response

/** Options of a fetch that must not be redirected to another host. @param {string | URL} url @returns {RequestInit} */
const staying = (url) => (new URL(url).origin === globalThis.origin ? { mode: 'same-origin' } : { redirect: 'error' });

/** @param {string | URL} url @param {{ signal: AbortSignal, stays: boolean }} options */
async function request(url, { signal, stays }) {
  const response = await fetch(url, { signal, ...(stays && staying(url)) }).catch(async (error) => {
    signal.throwIfAborted();
    // Only with redirect: 'manual' can a refused redirect be told from a network failure in browsers.
    const { type, status } = await fetch(url, { signal, redirect: 'manual' }).catch(() => ({
      type: 'error',
      status: 0,
    }));
    throw type === 'opaqueredirect' || REDIRECTS.includes(status) ? new Error(ELSEWHERE) : networkError(error);
  });
  const { ok, body, status, statusText } = response;
  if (ok && body) return { body, headers: response.headers };
  await body?.cancel().catch(() => {});
  throw new Error(ok ? 'the server sent nothing' : `the server answered ${`${status} ${statusText}`.trim()}`);
}

/** @param {ReadableStreamDefaultReader<Uint8Array>} reader @param {() => void} onChunk */
async function* chunksOf(reader, onChunk) {
  for (;;) {
    const { done, value } = await reader.read().catch((error) => Promise.reject(networkError(error)));
    if (done) return;
    onChunk();
    yield value;
  }
}

/**
 * The length of the body as transferred; undefined if the server does not state it.
 * @param {Headers} headers
 */
function statedLength(headers) {
  const stated = Number(headers.get('Content-Length') || NaN);
  return Number.isSafeInteger(stated) && stated >= 0 ? stated : undefined;
}

/** @param {Headers} headers */
const isEncoded = (headers) => !/^(identity)?$/i.test(headers.get('Content-Encoding') ?? '');

/**
 * Fetches an address and hands over the chunks as they arrive, so that the receiver can stop early. Rejects with an
 * Error whose message says what happened, or with what `receive` or the signal threw.
 * @template T
 * @param {string | URL} url
 * @param {DownloadOptions} options
 * @param {(chunks: AsyncIterable<Uint8Array>, stated: { least?: number, total?: number }) => Promise<T>} receive least:
 *   the body has at least this many bytes, and more if it is unpacked in transit; total: it has exactly this many
 * @returns {Promise<T>}
 */
export async function download(url, { signal: outer, stallMs = STALL_MS, stays = false }, receive) {
  const watchdog = new Watchdog(outer, stallMs);
  /** @type {ReadableStreamDefaultReader<Uint8Array> | undefined} */
  let reader;
  try {
    const { body, headers } = await request(url, { signal: watchdog.signal, stays });
    reader = body.getReader();
    const least = statedLength(headers);
    return await receive(
      chunksOf(reader, () => watchdog.touch()),
      { least, total: isEncoded(headers) ? undefined : least },
    );
  } catch (error) {
    await reader?.cancel().catch(() => {});
    throw watchdog.signal.aborted ? watchdog.signal.reason : error;
  } finally {
    watchdog.stop();
  }
}
