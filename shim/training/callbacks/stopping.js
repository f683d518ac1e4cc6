import { checkFields, checkNumber, field, flag, whole } from '../../check.js';
import { Callback, Counting } from './callback.js';
import { MONITOR_FIELDS, Monitor } from './monitor.js';

/** @import { Progress } from '../pass.js' */
/** @import { Logs } from '../progress.js' */
/** @import { Tensor } from '../../tensor.js' */
/** @import { MonitorOptions } from './monitor.js' */

const epochs = whole(0, 1e6);

/**
 * @typedef {object} OwnOptions
 * @property {number} [patience] epochs without improvement after which training stops; default 0
 * @property {number | null} [baseline] the value to beat before patience starts over; default: none
 * @property {boolean} [restoreBestWeights] default false; true: at the end, whether stopped early or not, the weights
 *   are those of the best epoch
 * @property {number} [startFromEpoch] epochs before this one, counted from 0, do not count; default 0
 * @property {0 | 1} [verbose] 1 prints when it acts; default 0
 */
/** @typedef {MonitorOptions & OwnOptions} EarlyStoppingOptions */

/**
 * @typedef {{ wait: number, best: number, bestEpoch: number, bestWeights?: Tensor[] }} StoppingState wait: epochs
 *   without improvement on best
 */

/** @extends {Counting<StoppingState>} */
export class EarlyStopping extends Counting {
  #monitor;
  /**
   * @type {{ patience: number, baseline: number | null, restoreBestWeights: boolean, startFromEpoch: number, verbose:
   *   number }}
   */
  #options;
  #stoppedEpoch = 0;

  /** @param {EarlyStoppingOptions} options */
  constructor(options) {
    const what = 'earlyStopping';
    const checked = checkFields(what, options, {
      ...MONITOR_FIELDS,
      patience: field(epochs, 0),
      baseline: field((name, value) => (value === null ? null : checkNumber(name, value, -1e30, 1e30)), null),
      restoreBestWeights: field(flag, false),
      startFromEpoch: field(epochs, 0),
      verbose: field(whole(0, 1), 0),
    });
    const monitor = new Monitor(what, options);
    super({ wait: 0, best: monitor.worst, bestEpoch: 0 });
    this.#options = checked;
    this.#monitor = monitor;
  }

  /** The epoch after which training was stopped; 0 if it was not. */
  get stoppedEpoch() {
    return this.#stoppedEpoch;
  }

  /** The epoch after which training was stopped, or null. */
  get stopped() {
    return this.#stoppedEpoch ? { epoch: this.#stoppedEpoch } : null;
  }

  onTrainBegin() {
    super.onTrainBegin();
    this.#stoppedEpoch = 0;
  }

  /** @param {number} epoch @param {Logs} logs */
  onEpochEnd(epoch, logs) {
    if (this.wasCut(epoch)) return;
    const { patience, baseline, restoreBestWeights, startFromEpoch } = this.#options;
    const { seen } = this;
    const current = this.#monitor.read(logs);
    if (current === undefined || epoch < startFromEpoch) return;
    const better = this.#monitor.improves(current, seen.best);
    if (restoreBestWeights && (better || !seen.bestWeights)) {
      seen.bestWeights = this.model.getWeights();
      seen.bestEpoch = epoch;
    }
    seen.wait++;
    if (better) {
      seen.best = current;
      if (baseline === null || this.#monitor.improves(current, baseline)) seen.wait = 0;
      return;
    }
    if (seen.wait >= patience && epoch > 0) {
      this.#stoppedEpoch = epoch;
      this.model.stopTraining = true;
    }
  }

  onTrainEnd() {
    if (this.model.interrupted) return;
    const { bestWeights, bestEpoch } = this.seen;
    const { verbose } = this.#options;
    if (verbose && this.#stoppedEpoch) console.log(`Epoch ${this.#stoppedEpoch + 1}: early stopping`);
    if (!bestWeights) return;
    if (verbose) console.log(`Restoring model weights from the end of the best epoch: ${bestEpoch + 1}.`);
    this.model.setWeights(bestWeights);
  }
}

/**
 * @typedef {object} TerminateOptions
 * @property {boolean} [perBatch] default true: each batch is checked, and so a slice of work of its own; false checks
 *   once per slice, which costs no time
 */

export class TerminateOnNaN extends Callback {
  #epoch = 0;
  /** @type {{ epoch: number, batch: number } | null} */
  #stopped = null;

  /** @param {TerminateOptions} options */
  constructor(options) {
    super();
    const { perBatch } = checkFields('terminateOnNaN', options, { perBatch: field(flag, true) });
    // Only one of the two hooks: with onBatchEnd, every batch is a slice of work.
    if (perBatch)
      this.onBatchEnd = (/** @type {number} */ batch, /** @type {Logs} */ { loss }) =>
        this.#look(this.#epoch, batch, loss);
    else
      this.onProgress = (/** @type {Progress} */ { phase, epoch, batch, logs }) =>
        phase === 'train' && this.#look(epoch, batch - 1, logs.loss);
  }

  /** @type {((batch: number, logs: Logs) => void) | undefined} */
  onBatchEnd;

  /** @type {((progress: Progress) => unknown) | undefined} */
  onProgress;

  /** The epoch and batch after which training was stopped, or null. */
  get stopped() {
    return this.#stopped && { ...this.#stopped };
  }

  onTrainBegin() {
    this.#stopped = null;
  }

  /** @param {number} epoch */
  onEpochBegin(epoch) {
    this.#epoch = epoch;
  }

  /** @param {number} epoch @param {number} batch @param {number} loss */
  #look(epoch, batch, loss) {
    if (Number.isFinite(loss)) return;
    console.log(`Batch ${batch}: Invalid loss, terminating training`);
    this.#stopped = { epoch, batch };
    this.model.stopTraining = true;
  }
}

/** @param {EarlyStoppingOptions} [options] */
export const earlyStopping = (options = {}) => new EarlyStopping(options);

/** @param {TerminateOptions} [options] */
export const terminateOnNaN = (options = {}) => new TerminateOnNaN(options);
