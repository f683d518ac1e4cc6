/**
 * What travels between the page and its worker, as one tagged union. Every call has an id; its events, and the one
 * result or error that ends it, carry the same id. Errors cross as values.
 *
 * page → worker   { kind: 'call', id, method, args }
 *                 { kind: 'cancel', id }
 * worker → page   { kind: 'event', id, event }
 *                 { kind: 'result', id, value }
 *                 { kind: 'error', id, error: { name, message, code, layer, values } }
 *
 * @typedef {{ name: string, message: string, code?: string, layer?: number, values?: Record<string, number> }}
 *   PlainError `values`: numbers for the
 *   page's words
 * @typedef {{ kind: 'call', id: number, method: string, args: any } | { kind: 'cancel', id: number }} Request
 * @typedef {{ kind: 'event', id: number, event: any } | { kind: 'result', id: number, value: any }
 *   | { kind: 'error', id: number, error: PlainError }} Reply
 * @typedef {{ signal: AbortSignal, emit: (event: any) => void }} CallContext
 * @typedef {(args: any, context: CallContext) => any} Method
 * @typedef {{ postMessage(message: any, transfer: Transferable[]): void,
 *   onmessage: ((event: MessageEvent) => void) | null }} Port
 */

/** What programs call what is not there. @type {Record<string, string>} */
const WORDS = { undefined: 'nothing', null: 'none', NaN: 'no number' };

/** The API's words for programmers in those of everyone. @param {string} message */
const inWords = (message) =>
  message.replace(/\b(undefined|null|NaN)\b(?!\.\w)|\[object \w+\]/g, (word) => WORDS[word] ?? 'an object');

/** A failure that happened on the other side; its message may be shown. */
export class RemoteError extends Error {
  /** @param {PlainError} plain */
  constructor({ name, message, code, layer, values }) {
    super(inWords(message));
    this.name = name;
    this.code = code;
    this.layer = layer;
    this.values = values;
  }
}

/** The worker itself is gone; whatever it was doing is lost. */
export class WorkerDied extends Error {
  /** @param {string} detail @param {string} [code] of the error that ended it */
  constructor(detail, code) {
    super(detail);
    this.name = 'WorkerDied';
    this.code = code;
  }
}

/**
 * Answers calls that arrive at `port`.
 * @param {Port} port
 * @param {Record<string, Method>} methods
 */
export function serve(port, methods) {
  if (port.onmessage) return; // WebKit runs a worker's script once more where one that comes later imports from it
  /** @type {Map<number, AbortController>} */
  const running = new Map();
  /** @param {Reply} reply @param {Transferable[]} [transfer] */
  const send = (reply, transfer = []) => port.postMessage(reply, transfer);

  /** @param {Extract<Request, { kind: 'call' }>} request */
  async function answer({ id, method, args }) {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const value = await methods[method](args, {
        signal: controller.signal,
        emit: (event) => send({ kind: 'event', id, event }, handedOver(event)),
      });
      send({ kind: 'result', id, value }, handedOver(value));
    } catch (error) {
      send({ kind: 'error', id, error: plain(error) });
    } finally {
      running.delete(id);
    }
  }

  port.onmessage = ({ data }) => {
    if (data.kind === 'call') answer(data);
    else running.get(data.id)?.abort();
  };
}

/**
 * Calls across `port`; `move` goes on with another one, `fail` rejects all that is pending and all that comes after.
 * @param {Port} port
 */
export function connect(port) {
  /**
   * @typedef {{ request: Request, resolve: (value: any) => void, reject: (error: Error) => void, onEvent?: (event: any)
   *   => void }} Pending
   */
  /** @type {Map<number, Pending>} */
  const pending = new Map();
  /** @type {Error | null} */
  let failure = null;
  let lastId = 0;

  /**
   * @param {string} method
   * @param {any} [args]
   * @param {{ signal?: AbortSignal, onEvent?: (event: any) => void }} [options]
   * @returns {Promise<any>}
   */
  function call(method, args = {}, { signal, onEvent } = {}) {
    if (failure) return Promise.reject(failure);
    const id = ++lastId;
    signal?.addEventListener('abort', () => pending.has(id) && port.postMessage({ kind: 'cancel', id }, []));
    /** @type {Request} */
    const request = { kind: 'call', id, method, args };
    return new Promise((resolve, reject) => {
      pending.set(id, { request, resolve, reject, onEvent });
      port.postMessage(request, []);
    });
  }

  /** @param {MessageEvent} event */
  function receive({ data }) {
    const waiting = pending.get(data.id);
    if (!waiting) return;
    if (data.kind === 'event') return waiting.onEvent?.(data.event);
    pending.delete(data.id);
    if (data.kind === 'result') waiting.resolve(data.value);
    else waiting.reject(new RemoteError(data.error));
  }

  /** Asks another side whatever has no answer yet, in the same order. @param {Port} other */
  function move(other) {
    port.onmessage = null;
    port = other;
    port.onmessage = receive;
    for (const { request } of pending.values()) port.postMessage(request, []);
  }

  port.onmessage = receive;

  /** @param {Error} error */
  function fail(error) {
    failure = error;
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  }

  return { call, move, fail };
}

/** @param {any} error @returns {PlainError} */
function plain(error) {
  return {
    name: error?.name ?? 'Error',
    message: error?.message ?? String(error),
    code: typeof error?.code === 'string' ? error.code : undefined, // a DOMException's is a number that tells nobody anything
    layer: error?.layer,
    values: error?.values,
  };
}

/**
 * The buffers of the typed arrays and the bitmaps directly inside a message: they are moved, not copied.
 * @param {any} value
 */
function handedOver(value) {
  if (!value || typeof value !== 'object') return [];
  /** @type {Transferable[]} */
  const moved = [];
  for (const each of Object.values(value)) {
    if (ArrayBuffer.isView(each)) moved.push(/** @type {ArrayBuffer} */ (each.buffer));
    if (globalThis.ImageBitmap && each instanceof ImageBitmap) moved.push(each);
  }
  return moved;
}
