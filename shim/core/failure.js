import { FittingRoomError } from '../check.js';

/** @typedef {import('../check.js').FittingRoomError['code']} Code */

/**
 * The text at an address, up to the terminating zero byte.
 * @param {WebAssembly.Memory} memory
 * @param {number} start
 */
export function textAt({ buffer }, start) {
  const bytes = new Uint8Array(buffer);
  return new TextDecoder().decode(bytes.slice(start, bytes.indexOf(0, start)));
}

/**
 * The error for a call of a C function that failed.
 * @param {WebAssembly.Memory} memory
 * @param {number} message the address that fr_last_error returns
 * @param {number} code the address that fr_status_name returns
 */
export const failureOf = (memory, message, code) =>
  new FittingRoomError(textAt(memory, message), /** @type {Code} */ (textAt(memory, code)));
