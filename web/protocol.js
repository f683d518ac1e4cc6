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
 *   PlainError `values`: numbers for the page's words
 * @typedef {{ kind: 'call', id: number, method: string, args: unknown } | { kind: 'cancel', id: number }} Request
 * @typedef {{ kind: 'event', id: number, event: unknown } | { kind: 'result', id: number, value: unknown }
 *   | { kind: 'error', id: number, error: PlainError }} Reply
 * @typedef {{ postMessage(message: unknown, transfer: Transferable[]): void,
 *   onmessage: ((event: MessageEvent) => void) | null }} Port
 */

/**
 * The methods of a worker, by name: the arguments of each, its result, and the events that it emits before that.
 * @typedef {Record<string, { args: unknown, result: unknown, event: unknown }>} Signatures
 */
/**
 * @template [Args={}]
 * @template [Result=void]
 * @template [Event=never]
 * @typedef {{ args: Args, result: Result, event: Event }} Signature
 */
/**
 * @template [Event=unknown]
 * @typedef {{ signal: AbortSignal, emit: (event: Event) => void }} CallContext
 */
/**
 * The functions that answer.
 * @template {Signatures} M
 * @typedef {{ [K in keyof M]:
 *   (args: M[K]['args'], context: CallContext<M[K]['event']>) => M[K]['result'] | Promise<M[K]['result']> }} Methods
 */
/**
 * @template {Signatures} M
 * @typedef {<K extends keyof M & string>(method: K, args: M[K]['args'], options?: CallOptions<M[K]['event']>) =>
 *   Promise<M[K]['result']>} Call
 */
/**
 * @template [Event=unknown]
 * @typedef {{ signal?: AbortSignal, onEvent?: (event: Event) => void }} CallOptions
 */
/**
 * @template {Signatures} M
 * @typedef {{ call: Call<M>, move: (other: Port) => void, fail: (error: Error) => void }} Connection
 */

/** The buffers and bitmaps that move with a message. @type {WeakMap<object, Transferable[]>} */
const moving = new WeakMap();

/**
 * Marks a result or an event whose buffers and bitmaps move to the other side instead of being copied; here they are
 * empty from then on.
 * @template {object} T
 * @param {T} message
 * @param {Transferable[]} parts
 * @returns {T} the message
 */
export function transfer(message, parts) {
  moving.set(message, parts);
  return message;
}

/** @param {unknown} message */
const partsOf = (message) => moving.get(/** @type {object} */ (message)) ?? [];

/** How people call the values that programs use for nothing. @type {Record<string, string>} */
const WORDS = { undefined: 'nothing', null: 'none', NaN: 'no number' };

/** A message of the API, without programmers' words. @param {string} message */
const inWords = (message) =>
  message.replace(/\b(undefined|null|NaN)\b(?!\.\w)|\[object \w+\]/g, (word) => WORDS[word] ?? 'an object');

/** An error that was thrown on the other side; its message may be shown. */
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

/** The worker has ended; what it was doing is lost. */
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
 * @template {Signatures} M
 * @param {Port} port
 * @param {Methods<M>} methods
 */
export function serve(port, methods) {
  if (port.onmessage) return; // WebKit runs a worker's script again if a script loaded later imports from it
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
        emit: (event) => send({ kind: 'event', id, event }, partsOf(event)),
      });
      send({ kind: 'result', id, value }, partsOf(value));
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
 * Calls across `port`; `move` continues on another port, `fail` rejects all pending calls and all later ones.
 * @template {Signatures} M
 * @param {Port} port
 * @returns {Connection<M>}
 */
export function connect(port) {
  /**
   * @typedef {{ request: Request, resolve: (value: unknown) => void, reject: (error: Error) => void,
   *   onEvent?: (event: unknown) => void }} Pending
   */
  /** @type {Map<number, Pending>} */
  const pending = new Map();
  /** @type {Error | null} */
  let failure = null;
  let lastId = 0;

  /** @param {string} method @param {unknown} args @param {CallOptions} [options] @returns {Promise<unknown>} */
  function call(method, args, { signal, onEvent } = {}) {
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

  /** Sends the calls that have no answer yet to another side, in the same order. @param {Port} other */
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

  return { call: /** @type {Call<M>} */ (call), move, fail };
}

/** @param {unknown} thrown @returns {PlainError} */
function plain(thrown) {
  const error = /** @type {Partial<PlainError> | null | undefined} */ (thrown);
  return {
    name: error?.name ?? 'Error',
    message: error?.message ?? String(thrown),
    code: typeof error?.code === 'string' ? error.code : undefined, // a DOMException has a number, which says nothing
    layer: error?.layer,
    values: error?.values,
  };
}
