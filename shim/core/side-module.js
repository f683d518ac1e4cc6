import { FittingRoomError } from '../check.js';
import { failureOf, textAt } from './failure.js';

/**
 * A file of this library, next to its scripts: Node reads it from the disk, as its fetch reads no files.
 * @param {URL} url
 * @returns {Promise<BufferSource>}
 */
async function fileBytes(url) {
  if (url.protocol === 'file:') {
    const { readFile } = await import(/* @vite-ignore */ 'node:fs/promises');
    return new Uint8Array(await readFile(url));
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return response.arrayBuffer();
}

/** A small WebAssembly module beside the core, with static memory: a folder of src/ with an exports.txt. */
export class SideModule {
  #exports;

  /** @param {WebAssembly.Exports} exports */
  constructor(exports) {
    this.#exports = /** @type {Record<string, any>} */ (exports);
    this.#exports._initialize();
  }

  /** What a function that cannot fail returns. @param {string} name @returns {number} */
  get(name) {
    return this.#exports[name]();
  }

  /**
   * Calls a function that returns an fr_status.
   * @param {string} name
   * @param {...number} args
   * @throws {FittingRoomError} with the module's own message where it is not FR_OK
   */
  call(name, ...args) {
    const { memory, fr_last_error, fr_status_name } = this.#exports;
    const status = this.#exports[name](...args);
    if (status !== 0) throw failureOf(memory, fr_last_error(), fr_status_name(status));
  }

  /** The text that a function returns. @param {string} name */
  text(name) {
    return textAt(this.#exports.memory, this.get(name));
  }

  /** A view of `count` bytes where a function points to. @param {string} name @param {number} count */
  bytes(name, count) {
    return new Uint8Array(this.#exports.memory.buffer, this.get(name), count);
  }

  /** A view of `count` floats where a function points to. @param {string} name @param {number} count */
  floats(name, count) {
    return new Float32Array(this.#exports.memory.buffer, this.get(name), count);
  }
}

/**
 * Loads a module with the first call; after a failed load the next call tries again.
 * @param {string} what it is, for messages
 * @param {URL} url
 * @returns {() => Promise<SideModule>}
 */
export function sideModule(what, url) {
  /** @type {Promise<SideModule> | undefined} */
  let loading;
  const load = async () => {
    const { exports } = await WebAssembly.instantiate(await WebAssembly.compile(await fileBytes(url)));
    return new SideModule(exports);
  };
  return () =>
    (loading ??= load().catch((cause) => {
      loading = undefined;
      throw new FittingRoomError(`the ${what} module could not be loaded: ${cause}`, 'network', { cause });
    }));
}
