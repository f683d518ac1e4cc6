import {
  FittingRoomError,
  callable,
  checkFields,
  checkInteger,
  field,
  flag,
  optional,
  show,
  unchecked,
  whole,
  within,
} from '../../check.js';
import { inNode } from '../../core/host.js';
import { appendLogs } from '../progress.js';
import { Callback } from './callback.js';
import { Monitor } from './monitor.js';

/** @import { Model } from '../../model.js' */
/** @import { Checking } from '../../check.js' */
/** @import { Logs } from '../progress.js' */
/** @import { Mode } from './monitor.js' */

/**
 * @typedef {(model: Model, at: { epoch: number, batch: number | undefined, logs: Logs }) => unknown} Save batch: only
 *   if saveFreq is a number of batches
 */
/**
 * @typedef {object} CheckpointOptions
 * @property {Save} save called with the model, which `model.save()` turns into bytes; training waits for its promise
 * @property {string} [monitor] for saveBestOnly: the figure of the logs to watch; default 'val_loss'
 * @property {boolean} [saveBestOnly] default false; true: only when the figure is better than ever before
 * @property {Mode} [mode] 'min': lower is better; 'max': higher; default 'auto': as the figure's name tells
 * @property {'epoch' | number} [saveFreq] default 'epoch'; a number: after so many batches
 * @property {number} [initialValueThreshold] for saveBestOnly: the value to beat at first; default: none
 * @property {0 | 1} [verbose] 1 prints when it acts; default 0
 */

/** @type {Checking} */
const frequency = (name, value) =>
  value === 'epoch' ? value : checkInteger(`${name} (if not 'epoch')`, value, 1, 1e9);

export class ModelCheckpoint extends Callback {
  #save;
  /** @type {Monitor | undefined} for saveBestOnly */
  #monitor;
  #best;
  #saveFreq;
  #verbose;
  #epoch = 0;
  #batches = 0; // since the last save

  /** @param {CheckpointOptions} options */
  constructor(options) {
    super();
    const what = 'modelCheckpoint';
    const { save, monitor, mode, saveBestOnly, saveFreq, initialValueThreshold, verbose } = checkFields(what, options, {
      save: callable,
      monitor: unchecked,
      saveBestOnly: field(flag, false),
      mode: unchecked,
      saveFreq: field(frequency, 'epoch'),
      initialValueThreshold: optional(within(-1e30, 1e30)),
      verbose: field(whole(0, 1), 0),
    });
    if (!save)
      throw new FittingRoomError('modelCheckpoint: save must be a function (model, { epoch, batch, logs }) => …');
    if (saveBestOnly) this.#monitor = new Monitor(what, { monitor, mode });
    this.#best = initialValueThreshold ?? this.#monitor?.worst;
    this.#save = /** @type {Save} */ (save);
    this.#saveFreq = saveFreq;
    this.#verbose = verbose;
    // Only if it is needed: with this hook, every batch is a slice of work.
    if (saveFreq !== 'epoch') this.onTrainBatchEnd = this.#afterBatch;
  }

  /** @type {((batch: number, logs: Logs) => Promise<void>) | undefined} */
  onTrainBatchEnd;

  /** @param {number} epoch */
  onEpochBegin(epoch) {
    this.#epoch = epoch;
  }

  /** @param {number} epoch @param {Logs} logs */
  async onEpochEnd(epoch, logs) {
    const counts = !this.#monitor || !this.wasCut(epoch); // the figures of part of an epoch do not count
    if (this.#saveFreq === 'epoch' && counts) await this.#consider(epoch, undefined, logs);
  }

  /** @param {number} batch @param {Logs} logs */
  async #afterBatch(batch, logs) {
    if (++this.#batches < Number(this.#saveFreq)) return;
    this.#batches = 0;
    await this.#consider(this.#epoch, batch, logs);
  }

  /** @param {number} epoch @param {number | undefined} batch @param {Logs} logs */
  async #consider(epoch, batch, logs) {
    const current = this.#monitor?.read(logs);
    if (this.#monitor && current !== undefined) {
      if (!this.#monitor.improves(current, /** @type {number} */ (this.#best))) return;
      this.#best = current;
    }
    if (this.#verbose) console.log(`Epoch ${epoch + 1}: saving model`);
    await this.#save(this.model, { epoch, batch, logs: { ...logs } });
  }
}

/**
 * @typedef {object} CsvOptions
 * @property {string} [filename] the file to write, in Node only
 * @property {(line: string) => unknown} [write] receives each line, without its end
 * @property {string} [separator] between cells, one character; default ','
 * @property {boolean} [append] default false; true: earlier lines stay
 */

/** @type {Checking} */
function character(name, value) {
  if (typeof value !== 'string') throw new FittingRoomError(`${name} must be a string, got ${show(value)}`);
  if ([...value].length === 1 && !/["\r\n]/.test(value)) return value;
  throw new FittingRoomError(`${name} must be one character, no quote or end of line, got ${show(value)}`);
}

export class CsvLogger extends Callback {
  /** @type {CsvOptions & { separator: string }} */
  #options;
  /** @type {Promise<import('./csv-log.js').CsvLog> | undefined} writes the lines; loaded when a run begins */
  #log;
  /** The text written so far. */
  text = '';

  /** @param {CsvOptions} options */
  constructor(options) {
    super();
    this.#options = checkFields('csvLogger', options, {
      filename: unchecked,
      write: callable,
      separator: field(character, ','),
      append: field(flag, false),
    });
    if (options.filename !== undefined && !inNode())
      throw new FittingRoomError('csvLogger: filename is for Node; give write, or read text', 'unsupported');
  }

  /** Whether earlier lines stay: with append, and in a run that is continued. */
  get #goesOn() {
    return this.#options.append || Boolean(this.model?.continues);
  }

  async #begin() {
    const { CsvLog } = await import('./csv-log.js');
    const log = new CsvLog({ ...this.#options, append: this.#goesOn }, this.text, this.params);
    this.text = log.text;
    return log;
  }

  async onTrainBegin() {
    if (!this.#goesOn) this.text = '';
    this.#log = this.#begin();
    await this.#log;
  }

  /** @param {number} epoch @param {Logs} logs */
  async onEpochEnd(epoch, logs) {
    const log = /** @type {import('./csv-log.js').CsvLog} */ (await this.#log);
    await log.add(epoch, logs);
    this.text = log.text;
  }
}

export class History extends Callback {
  /** @type {number[]} */
  epoch = [];
  /** @type {Record<string, number[]>} */
  history = {};

  onTrainBegin() {
    this.epoch = [];
    this.history = {};
  }

  /** @param {number} epoch @param {Logs} logs */
  onEpochEnd(epoch, logs) {
    this.epoch.push(epoch);
    appendLogs(this.history, logs);
  }
}

/** @param {CheckpointOptions} options */
export const modelCheckpoint = (options) => new ModelCheckpoint(options);

/** @param {CsvOptions} [options] */
export const csvLogger = (options = {}) => new CsvLogger(options);

export const history = () => new History();
