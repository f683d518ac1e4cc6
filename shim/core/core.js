import { FittingRoomError, checkInteger, outOfMemory, show } from '../check.js';
import { checkLimits, descriptionOf } from './description.js';
import { failureOf, textAt } from './failure.js';

/**
 * The instance that Emscripten's glue resolves to.
 * @typedef {{ wasmMemory: WebAssembly.Memory, [exported: `_${string}`]: (...args: (number | bigint)[]) => number }}
 *   CoreModule
 *
 * @typedef {object} CoreOptions the options of the glue, and what the glue adds to them
 * @property {number} [helpers] threads to start in addition to the calling one; only in builds with threads
 * @property {(() => void)[]} [preRun]
 * @property {{ terminateAllThreads(): void }} [PThread]
 */

/** More bytes than the memory of any build has. Sizes from here on would wrap when passed to the core. */
const MEMORY_END = 2 ** 31;

/** More than a program usually has at once. */
const MANY_MODELS = 8;

/** Whether a number is unchanged when passed to the core. @param {number | bigint} value */
const isInt32 = (value) => typeof value === 'number' && (value === (value | 0) || value === value >>> 0);

/** @param {string} name @param {(number | bigint)[]} args @param {number} [double] index of the one that is a double */
function checkArguments(name, args, double) {
  const wrong = args.findIndex((value, i) => i !== double && !isInt32(value));
  if (wrong >= 0)
    throw new FittingRoomError(`${name}: argument ${wrong} must be an integer of 32 bits, got ${show(args[wrong])}`);
}

/**
 * Why a core runs on one thread although more were requested: the page is not cross-origin isolated, the engine has no
 * shared memory, or the threads failed to start.
 * @typedef {{ reason: 'not-isolated' | 'unsupported' | 'failed', message: string }} Fallback
 */

/** The WebAssembly core: calls and memory, nothing else. */
export class Core {
  #module;

  /**
   * @param {CoreModule} module
   * @param {{ build: string, threads: number, fallback: Fallback | null }} runtime
   */
  constructor(module, { build, threads, fallback }) {
    this.#module = module;
    /** The build in use: simd, relaxed, or either with -mt for threads. */
    this.build = build;
    /** The number of threads it computes on. */
    this.threads = threads;
    this.fallback = fallback;
    /** How many models it holds. */
    this.models = 0;
    const description = descriptionOf(textAt(module.wasmMemory, module._fr_describe()));
    checkLimits(description);
    /** The core's enumerations: the number of each name. */
    this.enums = description.enums;
    this.limits = description.limits;
    /** The index of a function's argument that is a double; all others are integers. */
    this.doubleArguments = description.doubleArguments;
  }

  /**
   * Calls the exported C function `name`.
   * @param {string} name
   * @param {...(number | bigint)} args
   * @throws {FittingRoomError} with the core's own message if the status is not 0
   */
  call(name, ...args) {
    checkArguments(name, args, this.doubleArguments[name]);
    const status = this.#module[`_${name}`](...args);
    const { wasmMemory, _fr_last_error, _fr_status_name } = this.#module;
    if (status !== 0) throw this.#told(failureOf(wasmMemory, _fr_last_error(), _fr_status_name(status)));
  }

  /**
   * Allocates memory, which the caller frees.
   * @param {number} bytes any whole number; throws if there is not enough memory
   * @returns {number} the address, a multiple of 8
   */
  allocate(bytes) {
    checkInteger('allocate: bytes', bytes, 0, Number.MAX_SAFE_INTEGER);
    const address = bytes < MEMORY_END ? this.#module._malloc(Math.max(bytes, 1)) : 0;
    if (address) return address;
    throw this.#told(outOfMemory('the core', bytes));
  }

  /** Says what may help if memory is short because there are many models. @param {FittingRoomError} error */
  #told(error) {
    if (error.code === 'out-of-memory' && this.models > MANY_MODELS)
      error.message += `; ${this.models} models are in memory: dispose those that are no longer needed`;
    return error;
  }

  /** @param {number} address */
  free(address) {
    checkArguments('free', [address]);
    this.#module._free(address);
  }

  /**
   * Runs `use` with a block of the heap that is freed when it returns or throws.
   * @template T
   * @param {number} bytes
   * @param {(address: number) => T} use must be synchronous
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
   * @template View
   * @param {{ new (buffer: ArrayBuffer, address: number, length: number): View, BYTES_PER_ELEMENT: number, name: string
   *   }} View
   * @param {number} address
   * @param {number} length in elements
   */
  #view(View, address, length) {
    const { buffer } = this.#module.wasmMemory;
    const whole =
      Number.isInteger(address / View.BYTES_PER_ELEMENT) && Number.isInteger(length) && address >= 0 && length >= 0;
    if (whole && address + length * View.BYTES_PER_ELEMENT <= buffer.byteLength)
      return new View(buffer, address, length);
    throw new FittingRoomError(
      `${View.name}: must lie within the core's ${buffer.byteLength} bytes of memory, got length ${length} at ` +
        `${address}`,
    );
  }

  /**
   * A view of the heap. Take it after the last call that may allocate: memory growth detaches it.
   * @param {number} address
   * @param {number} length in bytes
   */
  bytes(address, length) {
    return this.#view(Uint8Array, address, length);
  }

  /** @param {number} address @param {number} length in elements */
  floats(address, length) {
    return this.#view(Float32Array, address, length);
  }

  /** @param {number} address @param {number} length in elements */
  doubles(address, length) {
    return this.#view(Float64Array, address, length);
  }

  /** @param {number} address @param {number} length in elements */
  ints(address, length) {
    return this.#view(Int32Array, address, length);
  }

  /** The number of bytes of the heap that are allocated now. */
  heapInUse() {
    return this.withBytes(8, (out) => {
      this.call('fr_heap_in_use', out);
      return this.doubles(out, 1)[0];
    });
  }
}

/**
 * A seed as the core takes it: its low and high 32 bits.
 * @param {number} seed 0..2⁵³-1
 * @returns {[number, number]}
 */
export const seedWords = (seed) => [seed >>> 0, Math.floor(seed / 2 ** 32)];
