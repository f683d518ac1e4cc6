import { FittingRoomError } from '../check.js';

/** @typedef {import('../check.js').FittingRoomError['code']} Code */

/**
 * The text at an address, up to its final zero.
 * @param {WebAssembly.Memory} memory
 * @param {number} start
 */
export function textAt({ buffer }, start) {
  const bytes = new Uint8Array(buffer);
  return new TextDecoder().decode(bytes.slice(start, bytes.indexOf(0, start)));
}

/**
 * The error for a function of the C code that did not succeed.
 * @param {WebAssembly.Memory} memory
 * @param {number} message the address that fr_last_error returns
 * @param {number} code the address that fr_status_name returns
 */
export const failureOf = (memory, message, code) =>
  new FittingRoomError(textAt(memory, message), /** @type {Code} */ (textAt(memory, code)));
