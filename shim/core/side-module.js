import { FittingRoomError } from '../check.js';
import { failureOf, textAt } from './failure.js';

/**
 * Reads a file that stands next to this library's scripts. Node reads it from disk, because its fetch reads no files.
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

/** A small WebAssembly module next to the core, with static memory: a folder of src/ with an exports.txt. */
export class SideModule {
  #exports;

  /** @param {WebAssembly.Exports} exports */
  constructor(exports) {
    this.#exports = /** @type {Record<string, any>} */ (exports);
    this.#exports._initialize();
  }

  /** The result of a function that cannot fail. @param {string} name @returns {number} */
  get(name) {
    return this.#exports[name]();
  }

  /**
   * Calls a function that returns an fr_status.
   * @param {string} name
   * @param {...number} args
   * @throws {FittingRoomError} with the module's own message if the status is not FR_OK
   */
  call(name, ...args) {
    const { memory, fr_last_error, fr_status_name } = this.#exports;
    const status = this.#exports[name](...args);
    if (status !== 0) throw failureOf(memory, fr_last_error(), fr_status_name(status));
  }

  /** The text at the address that a function returns. @param {string} name */
  text(name) {
    return textAt(this.#exports.memory, this.get(name));
  }

  /** `count` bytes at the address that a function returns. @param {string} name @param {number} count */
  bytes(name, count) {
    return new Uint8Array(this.#exports.memory.buffer, this.get(name), count);
  }

  /** `count` floats at the address that a function returns. @param {string} name @param {number} count */
  floats(name, count) {
    return new Float32Array(this.#exports.memory.buffer, this.get(name), count);
  }
}

/**
 * Loads a module on the first call. After a failed load, the next call tries again.
 * @param {string} what the module's name in messages
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
