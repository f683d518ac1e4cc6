import { FittingRoomError, below, checkFields, checkFunction, field, rate, whole } from '../../check.js';
import { Callback, Counting } from './callback.js';
import { MONITOR_FIELDS, Monitor } from './monitor.js';

/** @import { Logs } from '../progress.js' */
/** @import { MonitorOptions } from './monitor.js' */

const epochs = whole(0, 1e6);
const verbosity = whole(0, 1);

/**
 * @typedef {object} OwnOptions
 * @property {number} [factor] what the rate is multiplied by, 0 … 1; default 0.1
 * @property {number} [patience] epochs without improvement after which it is; default 10
 * @property {number} [cooldown] epochs to wait afterwards; default 0
 * @property {number} [minLR] the rate never gets lower; default 0
 * @property {0 | 1} [verbose] 1 prints when it acts; default 0
 */
/** @typedef {MonitorOptions & OwnOptions} PlateauOptions */
/**
 * @typedef {{ best: number, wait: number, cooldown: number }} PlateauState wait: epochs without improvement on best;
 *   cooldown: epochs left to wait after a reduction
 */

/** @extends {Counting<PlateauState>} */
export class ReduceLROnPlateau extends Counting {
  #monitor;
  /** @type {{ factor: number, patience: number, cooldown: number, minLR: number, verbose: number }} */
  #options;

  /** @param {PlateauOptions} options */
  constructor(options) {
    const what = 'reduceLROnPlateau';
    const checked = checkFields(what, options, {
      ...MONITOR_FIELDS,
      factor: field(below(0, 1), 0.1),
      patience: field(epochs, 10),
      cooldown: field(epochs, 0),
      minLR: field(rate, 0),
      verbose: field(verbosity, 0),
    });
    const monitor = new Monitor(what, { minDelta: 1e-4, ...options });
    super({ best: monitor.worst, wait: 0, cooldown: 0 });
    this.#options = checked;
    this.#monitor = monitor;
  }

  /** @param {number} epoch @param {Logs} logs */
  onEpochEnd(epoch, logs) {
    logs.learning_rate = this.model.optimizer.learningRate;
    if (this.wasCut(epoch)) return;
    const { seen } = this;
    const current = this.#monitor.read(logs);
    if (current === undefined) return;
    if (seen.cooldown > 0) {
      seen.cooldown--;
      seen.wait = 0;
    }
    if (this.#monitor.improves(current, seen.best)) {
      seen.best = current;
      seen.wait = 0;
    } else if (seen.cooldown === 0 && ++seen.wait >= this.#options.patience) this.#reduce(epoch, seen);
  }

  /** @param {number} epoch @param {PlateauState} seen */
  #reduce(epoch, seen) {
    const { factor, cooldown, minLR, verbose } = this.#options;
    const { optimizer } = this.model;
    if (!(optimizer.learningRate > minLR)) return;
    optimizer.learningRate = Math.max(optimizer.learningRate * factor, minLR);
    if (verbose)
      console.log(`Epoch ${epoch + 1}: ReduceLROnPlateau reducing learning rate to ${optimizer.learningRate}.`);
    seen.cooldown = cooldown;
    seen.wait = 0;
  }
}

/** @typedef {(epoch: number, learningRate: number) => number} EpochSchedule epoch: from 0; learningRate: until now */

export class LearningRateScheduler extends Callback {
  #schedule;
  #verbose;
  /** The last epoch for which the run being continued set the rate. @type {number | undefined} */
  #set;

  /** @param {EpochSchedule} schedule @param {0 | 1} verbose */
  constructor(schedule, verbose) {
    super();
    if (schedule === undefined)
      throw new FittingRoomError('learningRateScheduler takes a function (epoch, learningRate) => learningRate');
    checkFunction('learningRateScheduler: schedule', schedule);
    this.#schedule = schedule;
    this.#verbose = verbosity('learningRateScheduler: verbose', verbose);
  }

  onTrainBegin() {
    this.#set = this.model.continues ? this.model.optimizer.scheduledEpoch : undefined;
  }

  /** @param {number} epoch */
  onEpochBegin(epoch) {
    const { optimizer, continues, position } = this.model;
    if (continues && (position.batch > 0 || epoch === this.#set)) return; // it was set when the epoch began
    optimizer.scheduledEpoch = epoch;
    const wanted = this.#schedule(epoch, optimizer.learningRate);
    optimizer.learningRate = /** @type {number} */ (rate('learningRateScheduler: the scheduled rate', wanted));
    if (this.#verbose)
      console.log(`Epoch ${epoch + 1}: LearningRateScheduler setting learning rate to ${optimizer.learningRate}.`);
  }

  /** @param {number} _epoch @param {Logs} logs */
  onEpochEnd(_epoch, logs) {
    logs.learning_rate = this.model.optimizer.learningRate;
  }
}

/** @param {PlateauOptions} [options] */
export const reduceLROnPlateau = (options = {}) => new ReduceLROnPlateau(options);

/** @param {EpochSchedule} schedule @param {0 | 1} [verbose] 1 prints each epoch's rate; default 0 */
export const learningRateScheduler = (schedule, verbose = 0) => new LearningRateScheduler(schedule, verbose);
