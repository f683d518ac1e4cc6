import { FittingRoomError, checkChoice, checkNumber, show, unchecked } from '../../check.js';
import { isBetterHigher } from '../metrics.js';
import { warn } from '../../warning.js';

/** @import { Logs } from '../progress.js' */

/** @typedef {'auto' | 'min' | 'max'} Mode which direction is better; auto: decided by the figure's name */
/**
 * @typedef {object} MonitorOptions
 * @property {string} [monitor] the figure of the logs to watch; default 'val_loss'
 * @property {Mode} [mode] 'min': lower is better; 'max': higher; default 'auto': as the figure's name tells
 * @property {number} [minDelta] the least change that counts as an improvement; default 0, reduceLROnPlateau 0.0001
 */

/** The options that Monitor checks itself. */
export const MONITOR_FIELDS = { monitor: unchecked, mode: unchecked, minDelta: unchecked };

/** A figure of the logs that is monitored, and what counts as an improvement. */
export class Monitor {
  #what;
  #higher;
  #minDelta;

  /**
   * @param {string} what the callback's name in messages
   * @param {MonitorOptions} options
   */
  constructor(what, { monitor = 'val_loss', mode = 'auto', minDelta = 0 }) {
    if (typeof monitor !== 'string')
      throw new FittingRoomError(`${what}: monitor must be a name such as "val_loss", got ${show(monitor)}`);
    this.#what = what;
    this.name = monitor;
    this.#minDelta = Math.abs(checkNumber(`${what}: minDelta`, minDelta, -1e9, 1e9));
    checkChoice(`${what}: mode`, mode, ['auto', 'min', 'max']);
    const higher = mode === 'auto' ? isBetterHigher(monitor.replace(/^val_/, '')) : mode === 'max';
    if (higher === undefined) {
      throw new FittingRoomError(
        `${what}: cannot tell whether a higher or a lower ${show(monitor)} is better; set mode to 'min' or 'max'`,
      );
    }
    this.#higher = higher;
  }

  /** The worst value: every figure improves on it. */
  get worst() {
    return this.#higher ? -Infinity : Infinity;
  }

  /** @param {Logs} logs @returns {number | undefined} undefined, with a warning, if the logs do not have the figure */
  read(logs) {
    const value = Object.hasOwn(logs, this.name) ? logs[this.name] : undefined;
    if (value === undefined)
      warn(`${this.#what}: the logs have no ${this.name}; they have ${Object.keys(logs).join(', ')}`);
    return value;
  }

  /**
   * Whether `value` is better than `reference` by more than minDelta.
   * @param {number} value
   * @param {number} reference
   */
  improves(value, reference) {
    return this.#higher ? value - this.#minDelta > reference : value + this.#minDelta < reference;
  }
}
