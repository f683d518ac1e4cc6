import { FittingRoomError } from './errors.js';
import { nextTask } from './turns.js';

/** @import { CoreModule } from '../build/simd/fitting-room.mjs' */
/** @typedef {() => Promise<{ default: () => Promise<CoreModule> }>} Loader */

/** The codes of src/status.h. */
const CODES = /** @type {const} */ ({
  1: 'invalid-argument',
  2: 'bad-data',
  3: 'wrong-state',
  4: 'out-of-memory',
});

/** A module of one function that returns an i32x4: valid only where SIMD128 is. */
const SIMD_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15,
  253, 98, 11,
]);

/** The WebAssembly core: calls, memory, and nothing else. */
export class Core {
  #module;

  /**
   * @param {CoreModule} module
   * @param {string} build
   */
  constructor(module, build) {
    this.#module = module;
    /** Which build runs: 'simd'. */
    this.build = build;
    /** How many threads it computes on. */
    this.threads = 1;
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
    const heap = this.#module.HEAPU8;
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
    return new Uint8Array(this.#module.HEAPU8.buffer, address, length);
  }

  /** @param {number} address @param {number} length in elements */
  floats(address, length) {
    return new Float32Array(this.#module.HEAPU8.buffer, address, length);
  }

  /** @param {number} address @param {number} length in elements */
  doubles(address, length) {
    return new Float64Array(this.#module.HEAPU8.buffer, address, length);
  }

  /** @param {number} address @param {number} length in elements */
  ints(address, length) {
    return new Int32Array(this.#module.HEAPU8.buffer, address, length);
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

/** @type {{ build: string, load: Loader }} */
let source = { build: 'simd', load: () => import('../build/simd/fitting-room.mjs') };

/** @type {Promise<Core> | undefined} */
let loading;

/**
 * Makes the next loadCore load another build; tests run the checking one this way.
 * @param {string} build
 * @param {Loader} load
 */
export function useBuild(build, load) {
  source = { build, load };
  loading = undefined;
}

/**
 * Loads and starts the core, once; later calls return the same one. A failed load is tried anew.
 * @returns {Promise<Core>}
 */
export function loadCore() {
  loading ??= load(source).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** @param {{ build: string, load: Loader }} from */
async function load({ build, load }) {
  if (typeof WebAssembly !== 'object' || !WebAssembly.validate(SIMD_PROBE)) {
    throw new FittingRoomError(
      'this browser has no WebAssembly SIMD; Chrome 91, Firefox 89, Safari 16.4, Node 16.4 and later have it',
      'unsupported',
    );
  }
  try {
    const { default: createModule } = await load();
    const core = new Core(await createModule(), build);
    // Node settles a compilation inside a wait for its background threads; what went on in there
    // could wait for ever (https://github.com/nodejs/node/issues/54918).
    await nextTask();
    return core;
  } catch (cause) {
    throw new FittingRoomError(`the WebAssembly core could not be loaded: ${cause}`, 'network', { cause });
  }
}
