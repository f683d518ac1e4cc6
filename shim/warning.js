import { FittingRoomError, show } from './check.js';

/** @typedef {(message: string) => void} Warn */

/** @type {Warn | null | undefined} undefined: the console */
let receiver;

/**
 * Decides where warnings go: what is allowed, but likely to be a mistake.
 * @param {Warn | null} [receive] called with each warning; null: they are dropped; default: console.warn
 */
export function onWarning(receive) {
  if (receive !== undefined && receive !== null && typeof receive !== 'function')
    throw new FittingRoomError(`onWarning takes a function, or null for no warnings, got ${show(receive)}`);
  receiver = receive;
}

/** The only way in which this library warns. @param {string} message */
export const warn = (message) => (receiver === undefined ? console.warn(message) : receiver?.(message));
