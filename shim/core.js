import { FittingRoomError } from './errors.js';

/**
 * The instance that Emscripten's glue resolves to.
 * @typedef {{ wasmMemory: WebAssembly.Memory, [exported: `_${string}`]: (...args: (number | bigint)[]) => number }} CoreModule
 *
 * @typedef {object} CoreOptions what the glue is given, and what it adds
 * @property {number} [helpers] threads to have ready beside the calling one; builds with threads only
 * @property {(() => void)[]} [preRun]
 * @property {{ terminateAllThreads(): void }} [PThread]
 */

/** The codes of src/status.h. */
const CODES = /** @type {const} */ ({
  1: 'invalid-argument',
  2: 'bad-data',
  3: 'wrong-state',
  4: 'out-of-memory',
});

/**
 * Why a core runs on one thread where more were wanted: the page is not cross-origin isolated, the
 * engine has no shared memory, or the threads did not come up.
 * @typedef {{ reason: 'not-isolated' | 'unsupported' | 'failed', message: string }} Fallback
 */

/** The WebAssembly core: calls, memory, and nothing else. */
export class Core {
  #module;

  /**
   * @param {CoreModule} module
   * @param {{ build: string, threads: number, fallback: Fallback | null }} runtime
   */
  constructor(module, { build, threads, fallback }) {
    this.#module = module;
    /** Which build runs: simd, relaxed, or either with -mt for threads. */
    this.build = build;
    /** How many threads it computes on. */
    this.threads = threads;
    this.fallback = fallback;
  }

  /**
   * Calls the exported C function `name`.
   * @param {string} name
   * @param {...(number | bigint)} args
   * @throws {FittingRoomError} with the core's own message where the status is not 0
   */
  call(name, ...args) {
    const status = this.#module[`_${name}`](...args);
    if (status !== 0) throw this.#failure(status);
  }

  /** @param {number} status */
  #failure(status) {
    const start = this.#module._fr_last_error();
    const heap = new Uint8Array(this.#module.wasmMemory.buffer);
    const text = new TextDecoder().decode(heap.slice(start, heap.indexOf(0, start)));
    return new FittingRoomError(text, CODES[/** @type {keyof typeof CODES} */ (status)]);
  }

  /**
   * Allocates; the caller frees.
   * @param {number} bytes
   * @returns {number} the address, a multiple of 8
   */
  allocate(bytes) {
    const address = this.#module._malloc(Math.max(bytes, 1));
    if (address) return address;
    throw new FittingRoomError(`the core has no ${bytes} bytes of memory left`, 'out-of-memory');
  }

  /** @param {number} address */
  free(address) {
    this.#module._free(address);
  }

  /**
   * Runs `use` with a piece of the heap that is freed when it returns or throws.
   * @template T
   * @param {number} bytes
   * @param {(address: number) => T} use synchronous
   * @returns {T}
   */
  withBytes(bytes, use) {
    const address = this.allocate(bytes);
    try {
      return use(address);
    } finally {
      this.free(address);
    }
  }

  /**
   * A view of the heap. Take it after the last call that may allocate: growth detaches it.
   * @param {number} address
   * @param {number} length in bytes
   */
  bytes(address, length) {
    return new Uint8Array(this.#module.wasmMemory.buffer, address, length);
  }

  /** @param {number} address @param {number} length in elements */
  floats(address, length) {
    return new Float32Array(this.#module.wasmMemory.buffer, address, length);
  }

  /** @param {number} address @param {number} length in elements */
  doubles(address, length) {
    return new Float64Array(this.#module.wasmMemory.buffer, address, length);
  }

  /** @param {number} address @param {number} length in elements */
  ints(address, length) {
    return new Int32Array(this.#module.wasmMemory.buffer, address, length);
  }

  /** Bytes of the heap that are allocated now. */
  heapInUse() {
    return this.withBytes(8, (out) => {
      this.call('fr_heap_in_use', out);
      return this.doubles(out, 1)[0];
    });
  }
}

/**
 * A seed as the core takes it: its low and its high 32 bits.
 * @param {number} seed 0..2⁵³-1
 * @returns {[number, number]}
 */
export const seedWords = (seed) => [seed >>> 0, Math.floor(seed / 2 ** 32)];
