import { FittingRoomError, checkBelow, checkFunction } from '../errors.js';
import { checkFields, rate, whole } from '../fields.js';
import { Callback } from './callback.js';
import { MONITOR_FIELDS, Monitor } from './monitor.js';

/** @import { Logs } from '../progress.js' */
/** @import { MonitorOptions } from './monitor.js' */

const epochs = whole(0, 1e6);
const verbosity = whole(0, 1);

/** @typedef {MonitorOptions & { factor?: number, patience?: number, cooldown?: number, minLR?: number, verbose?: 0 | 1 }} PlateauOptions */

export class ReduceLROnPlateau extends Callback {
  #monitor;
  /** @type {{ factor: number, patience: number, cooldown: number, minLR: number, verbose: number }} */
  #options;
  #best = NaN;
  #wait = 0;
  #cooldown = 0;

  /** @param {PlateauOptions} options */
  constructor(options) {
    super();
    const what = 'reduceLROnPlateau';
    this.#options = checkFields(what, options, {
      ...MONITOR_FIELDS,
      factor: [(name, value) => checkBelow(name, value, 0, 1), 0.1],
      patience: [epochs, 10],
      cooldown: [epochs, 0],
      minLR: [rate, 0],
      verbose: [verbosity, 0],
    });
    this.#monitor = new Monitor(what, { minDelta: 1e-4, ...options });
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

export class LearningRateScheduler extends Callback {
  #schedule;
  #verbose;

  /** @param {EpochSchedule} schedule @param {0 | 1} verbose */
  constructor(schedule, verbose) {
    super();
    if (schedule === undefined) throw new FittingRoomError('learningRateScheduler takes a function (epoch, learningRate) => learningRate');
    checkFunction('learningRateScheduler: schedule', schedule);
    this.#schedule = schedule;
    this.#verbose = verbosity('learningRateScheduler: verbose', verbose);
  }

  /** @param {number} epoch */
  onEpochBegin(epoch) {
    const { optimizer } = this.model;
    const wanted = this.#schedule(epoch, optimizer.learningRate);
    optimizer.learningRate = /** @type {number} */ (rate('learningRateScheduler: what the schedule returns', wanted));
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
