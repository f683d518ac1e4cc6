import { FittingRoomError, clipped, show } from '../check.js';
import { LIMITS } from '../core/limits.js';

/* Shared by the formats: refusals of files, and checks of the JSON in them. */

/** Largest size of a whole file in bytes: more than any model that the core has memory for. */
export const MAX_FILE = 2 ** 29;
/** Largest size of a model's description in JSON, in bytes. */
export const MAX_JSON = 2 ** 22;
const MAX_NESTING = 32; // as deep as models within models within models are written
const MAX_RANK = 8;

/** @param {string} message @param {unknown} [cause] */
export function refusal(message, cause) {
  return new FittingRoomError(`model file: ${clipped(message)}`, 'bad-data', { cause });
}

/**
 * Runs checks of the API and of the core on the content of a file. Anything they throw becomes a refusal of the file:
 * JSON can hold values that no caller would pass, such as { "toString": 1 } for a name.
 * @template T
 * @param {string} where
 * @param {() => T} check
 * @returns {T}
 */
export function inFile(where, check) {
  try {
    return check();
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    if (error instanceof FittingRoomError && (error.code === 'out-of-memory' || message.startsWith('model file:')))
      throw error;
    throw refusal(where + message, error);
  }
}

export const HDF5_SIGNATURE = '\x89HDF\r\n\x1a\n';

/** Whether a file begins like HDF5. @param {Uint8Array} bytes */
export const isHdf5 = (bytes) => String.fromCharCode(...bytes.subarray(0, HDF5_SIGNATURE.length)) === HDF5_SIGNATURE;

/** @param {Uint8Array[]} chunks */
export function joined(chunks) {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** @param {string} where the beginning of the message @param {number} length in bytes @param {number} most */
export function checkSize(where, length, most) {
  if (length > most) throw refusal(`${where}too large: ${length} bytes; at most ${most} are read`);
}

/** @param {number} length in bytes, of all files together */
export const checkFileLength = (length) => checkSize('', length, MAX_FILE);

/**
 * Refuses values that would overflow the stack of a recursive function, and keys that reach into prototypes.
 * @param {unknown} value
 * @param {number} [depth] its depth in the outer value
 * @param {string} [what] the outer value's name in messages
 */
export function checkNesting(value, depth = 0, what = 'the header') {
  if (typeof value !== 'object' || value === null) return;
  if (depth === MAX_NESTING) throw refusal(`${what} is nested deeper than ${MAX_NESTING} levels`);
  if (Object.hasOwn(value, '__proto__')) throw refusal(`${what} has a key '__proto__'`);
  for (const each of Object.values(value)) checkNesting(each, depth + 1, what);
}

/**
 * @param {Uint8Array} bytes
 * @param {string} what the name of the JSON in messages
 * @param {string} [where] the beginning of the message
 * @returns {unknown} a value that checkNesting accepts
 */
export function parseJson(bytes, what, where = '') {
  let value;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw refusal(
      `${where}${what} is not JSON in UTF-8 (${/** @type {Error} */ (error).message.slice(0, 100)})`,
      error,
    );
  }
  checkNesting(value, 0, what);
  return value;
}

/* Checks of the JSON in a file. `where` names the place and begins the message. */

/** @param {string} where @param {unknown} value @returns {Record<string, any>} */
export function checkObject(where, value) {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw refusal(`${where} must be an object, got ${show(value)}`);
}

/** @param {string} where @param {unknown} value @param {number} most @returns {any[]} */
export function checkList(where, value, most) {
  if (Array.isArray(value) && value.length <= most) return value;
  throw refusal(
    `${where} must be an array of at most ${most}, got ${Array.isArray(value) ? value.length : show(value)}`,
  );
}

/** @param {string} where @param {unknown} value @returns {string} */
export function checkText(where, value) {
  if (typeof value === 'string') return value;
  throw refusal(`${where} must be a string, got ${show(value)}`);
}

/** @param {string} where @param {unknown} value @returns {number[]} */
export function checkShape(where, value) {
  const shape = checkList(where, value, MAX_RANK);
  if (shape.every((length) => Number.isInteger(length) && length >= 1 && length <= LIMITS.maxElements)) return shape;
  throw refusal(`${where} must be lengths of 1..${LIMITS.maxElements}, got ${show(shape)}`);
}

/** @param {Uint8Array} bytes @param {string} what their name in messages @param {number} most bytes */
export function objectFrom(bytes, what, most) {
  checkSize(`${what}: `, bytes.length, most);
  return checkObject(what, parseJson(bytes, what));
}
