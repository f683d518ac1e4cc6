import { checkNumber } from '../errors.js';
import { checkFields, flag, whole } from '../fields.js';
import { Callback } from './callback.js';
import { MONITOR_FIELDS, Monitor } from './monitor.js';

/** @import { Logs } from '../progress.js' */
/** @import { Tensor } from '../tensor.js' */
/** @import { MonitorOptions } from './monitor.js' */

const epochs = whole(0, 1e6);

/**
 * @typedef {MonitorOptions & { patience?: number, baseline?: number | null, restoreBestWeights?: boolean, startFromEpoch?: number,
 *   verbose?: 0 | 1 }} EarlyStoppingOptions
 */

/**
 * @typedef {{ wait: number, best: number, bestEpoch: number, bestWeights?: Tensor[] }} StoppingState wait: epochs without a better
 *   figure than best
 */

export class EarlyStopping extends Callback {
  #monitor;
  /** @type {{ patience: number, baseline: number | null, restoreBestWeights: boolean, startFromEpoch: number, verbose: number }} */
  #options;
  #wait = 0;
  #best = NaN;
  #bestEpoch = 0;
  #stoppedEpoch = 0;
  /** @type {Tensor[] | undefined} */
  #bestWeights;
  /** @type {StoppingState | undefined} */
  #resumed;

  /** @param {EarlyStoppingOptions} options */
  constructor(options) {
    super();
    const what = 'earlyStopping';
    this.#options = checkFields(what, options, {
      ...MONITOR_FIELDS,
      patience: [epochs, 0],
      baseline: [(name, value) => (value === null ? null : checkNumber(name, value, -1e30, 1e30)), null],
      restoreBestWeights: [flag, false],
      startFromEpoch: [epochs, 0],
      verbose: [whole(0, 1), 0],
    });
    this.#monitor = new Monitor(what, options);
  }

  /** The epoch after which training was stopped; 0 where it was not. */
  get stoppedEpoch() {
    return this.#stoppedEpoch;
  }

  /** What it has seen so far: give it to the resume of another one, and a fit that goes on there stops where this one would have. */
  get state() {
    return { wait: this.#wait, best: this.#best, bestEpoch: this.#bestEpoch, bestWeights: this.#bestWeights };
  }

  /** The next fit goes on from there. @param {StoppingState} state */
  resume(state) {
    this.#resumed = state;
  }

  onTrainBegin() {
    const { wait, best, bestEpoch, bestWeights } = this.#resumed ?? { wait: 0, best: this.#monitor.worst, bestEpoch: 0, bestWeights: undefined };
    this.#resumed = undefined;
    this.#wait = wait;
    this.#stoppedEpoch = 0;
    this.#best = best;
    this.#bestEpoch = bestEpoch;
    this.#bestWeights = bestWeights;
  }

  /** @param {number} epoch @param {Logs} logs */
  onEpochEnd(epoch, logs) {
    const { patience, baseline, restoreBestWeights, startFromEpoch } = this.#options;
    const current = this.#monitor.read(logs);
    if (current === undefined || epoch < startFromEpoch) return;
    const better = this.#monitor.improves(current, this.#best);
    if (restoreBestWeights && (better || !this.#bestWeights)) {
      this.#bestWeights = this.model.getWeights();
      this.#bestEpoch = epoch;
    }
    this.#wait++;
    if (better) {
      this.#best = current;
      if (baseline === null || this.#monitor.improves(current, baseline)) this.#wait = 0;
      return;
    }
    if (this.#wait >= patience && epoch > 0) {
      this.#stoppedEpoch = epoch;
      this.model.stopTraining = true;
    }
  }

  onTrainEnd() {
    const { verbose } = this.#options;
    if (verbose && this.#stoppedEpoch) console.log(`Epoch ${this.#stoppedEpoch + 1}: early stopping`);
    if (!this.#bestWeights) return;
    if (verbose) console.log(`Restoring model weights from the end of the best epoch: ${this.#bestEpoch + 1}.`);
    this.model.setWeights(this.#bestWeights);
  }
}

export class TerminateOnNaN extends Callback {
  /** @param {number} batch @param {Logs} logs */
  onBatchEnd(batch, { loss }) {
    if (Number.isFinite(loss)) return;
    console.log(`Batch ${batch}: Invalid loss, terminating training`);
    this.model.stopTraining = true;
  }
}

/**
 * Stops training when a figure has not become better for `patience` epochs. restoreBestWeights: at the end, stopped early
 * or not, the weights are those of the best epoch. baseline: what has to be beaten before patience begins anew.
 * @param {EarlyStoppingOptions} [options]
 */
export const earlyStopping = (options = {}) => new EarlyStopping(options);

/** Stops training when a batch's loss is no number. Makes every batch a slice of work. */
export const terminateOnNaN = () => new TerminateOnNaN();
