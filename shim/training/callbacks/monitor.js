import { FittingRoomError, checkChoice, checkNumber, show, unchecked } from '../../check.js';
import { isBetterHigher } from '../metrics.js';

/** @import { Logs } from '../progress.js' */

/** @typedef {'auto' | 'min' | 'max'} Mode which way is better; auto: by the name of what is watched */
/** @typedef {{ monitor?: string, mode?: Mode, minDelta?: number }} MonitorOptions */

/** What Monitor checks. */
export const MONITOR_FIELDS = { monitor: unchecked, mode: unchecked, minDelta: unchecked };

/** A figure of the logs that is watched, and what counts as better. */
export class Monitor {
  #what;
  #higher;
  #minDelta;

  /**
   * @param {string} what the callback, as messages call it
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
        `${what}: whether more or less of ${show(monitor)} is better is not known; give mode: 'min' or 'max'`,
      );
    }
    this.#higher = higher;
  }

  /** What any figure is better than. */
  get worst() {
    return this.#higher ? -Infinity : Infinity;
  }

  /** @param {Logs} logs @returns {number | undefined} undefined, with a warning: not among them */
  read(logs) {
    const value = Object.hasOwn(logs, this.name) ? logs[this.name] : undefined;
    if (value === undefined)
      console.warn(`${this.#what}: the logs have no ${this.name}; they have ${Object.keys(logs).join(', ')}`);
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
