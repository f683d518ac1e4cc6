import { checkFunction, checkInteger, checkNumber, checkBelow, checkOptions, FittingRoomError } from '../errors.js';
import { Callback } from './callback.js';
import { MONITOR_OPTIONS, Monitor } from './monitor.js';

/** @import { Logs } from '../progress.js' */
/** @import { MonitorOptions } from './monitor.js' */

const MOST_EPOCHS = 1e6;
const MOST_RATE = 1e6;

/** @typedef {MonitorOptions & { factor?: number, patience?: number, cooldown?: number, minLR?: number, verbose?: 0 | 1 }} PlateauOptions */

class ReduceLROnPlateau extends Callback {
  #monitor;
  #options;
  #best = NaN;
  #wait = 0;
  #cooldown = 0;

  /** @param {PlateauOptions} options */
  constructor(options) {
    super();
    const what = 'reduceLROnPlateau';
    checkOptions(what, options, [...MONITOR_OPTIONS, 'factor', 'patience', 'cooldown', 'minLR', 'verbose']);
    const { factor = 0.1, patience = 10, cooldown = 0, minLR = 0, minDelta = 1e-4, verbose = 0 } = options;
    this.#monitor = new Monitor(what, { ...options, minDelta });
    this.#options = {
      factor: checkBelow(`${what}: factor`, factor, 0, 1),
      patience: checkInteger(`${what}: patience`, patience, 0, MOST_EPOCHS),
      cooldown: checkInteger(`${what}: cooldown`, cooldown, 0, MOST_EPOCHS),
      minLR: checkNumber(`${what}: minLR`, minLR, 0, MOST_RATE),
      verbose: checkInteger(`${what}: verbose`, verbose, 0, 1),
    };
  }

  onTrainBegin() {
    this.#best = this.#monitor.worst;
    this.#wait = 0;
    this.#cooldown = 0;
  }

  /** @param {number} epoch @param {Logs} logs */
  onEpochEnd(epoch, logs) {
    logs.learning_rate = this.model.optimizer.learningRate;
    const current = this.#monitor.read(logs);
    if (current === undefined) return;
    if (this.#cooldown > 0) {
      this.#cooldown--;
      this.#wait = 0;
    }
    if (this.#monitor.improves(current, this.#best)) {
      this.#best = current;
      this.#wait = 0;
    } else if (this.#cooldown === 0 && ++this.#wait >= this.#options.patience) this.#reduce(epoch);
  }

  /** @param {number} epoch */
  #reduce(epoch) {
    const { factor, cooldown, minLR, verbose } = this.#options;
    const { optimizer } = this.model;
    if (!(optimizer.learningRate > minLR)) return;
    optimizer.learningRate = Math.max(optimizer.learningRate * factor, minLR);
    if (verbose) console.log(`Epoch ${epoch + 1}: ReduceLROnPlateau reducing learning rate to ${optimizer.learningRate}.`);
    this.#cooldown = cooldown;
    this.#wait = 0;
  }
}

/** @typedef {(epoch: number, learningRate: number) => number} EpochSchedule */

class LearningRateScheduler extends Callback {
  #schedule;
  #verbose;

  /** @param {EpochSchedule} schedule @param {0 | 1} verbose */
  constructor(schedule, verbose) {
    super();
    if (schedule === undefined) throw new FittingRoomError('learningRateScheduler takes a function (epoch, learningRate) => learningRate');
    checkFunction('learningRateScheduler: schedule', schedule);
    this.#schedule = schedule;
    this.#verbose = checkInteger('learningRateScheduler: verbose', verbose, 0, 1);
  }

  /** @param {number} epoch */
  onEpochBegin(epoch) {
    const { optimizer } = this.model;
    optimizer.learningRate = checkNumber('learningRateScheduler: what the schedule returns', this.#schedule(epoch, optimizer.learningRate), 0, MOST_RATE);
    if (this.#verbose) console.log(`Epoch ${epoch + 1}: LearningRateScheduler setting learning rate to ${optimizer.learningRate}.`);
  }

  /** @param {number} _epoch @param {Logs} logs */
  onEpochEnd(_epoch, logs) {
    logs.learning_rate = this.model.optimizer.learningRate;
  }
}

/**
 * Multiplies the learning rate by `factor` when a figure has not become better, by more than minDelta, for `patience`
 * epochs; then waits for `cooldown` epochs. Adds learning_rate to the logs.
 * @param {PlateauOptions} [options]
 */
export const reduceLROnPlateau = (options = {}) => new ReduceLROnPlateau(options);

/**
 * Sets the learning rate at the beginning of each epoch. Adds learning_rate to the logs.
 * @param {EpochSchedule} schedule
 * @param {0 | 1} [verbose]
 */
export const learningRateScheduler = (schedule, verbose = 0) => new LearningRateScheduler(schedule, verbose);
