import { FittingRoomError, checkInteger, show } from '../errors.js';
import { callable, checkFields, flag, optional, unchecked, whole, within } from '../fields.js';
import { inNode } from '../host.js';
import { appendLogs } from '../progress.js';
import { Callback } from './callback.js';
import { Monitor } from './monitor.js';

/** @import { Model } from '../model.js' */
/** @import { Field } from '../fields.js' */
/** @import { Logs } from '../progress.js' */
/** @import { Mode } from './monitor.js' */

/** @typedef {(model: Model, at: { epoch: number, batch: number | undefined, logs: Logs }) => unknown} Save batch: of a saveFreq in batches */
/**
 * @typedef {{ save: Save, monitor?: string, saveBestOnly?: boolean, mode?: Mode, saveFreq?: 'epoch' | number, initialValueThreshold?: number,
 *   verbose?: 0 | 1 }} CheckpointOptions
 */

/** @type {Field[0]} */
const frequency = (name, value) => (value === 'epoch' ? value : checkInteger(`${name}, where it is not 'epoch',`, value, 1, 1e9));

export class ModelCheckpoint extends Callback {
  #save;
  /** @type {Monitor | undefined} of saveBestOnly */
  #monitor;
  #best;
  #saveFreq;
  #verbose;
  #epoch = 0;
  #batches = 0; // since the last saving

  /** @param {CheckpointOptions} options */
  constructor(options) {
    super();
    const what = 'modelCheckpoint';
    const { save, monitor, mode, saveBestOnly, saveFreq, initialValueThreshold, verbose } = checkFields(what, options, {
      save: callable, monitor: unchecked, saveBestOnly: [flag, false], mode: unchecked, saveFreq: [frequency, 'epoch'],
      initialValueThreshold: optional(within(-1e30, 1e30)), verbose: [whole(0, 1), 0],
    });
    if (!save) throw new FittingRoomError('modelCheckpoint: save must be a function (model, { epoch, batch, logs }) => …');
    if (saveBestOnly) this.#monitor = new Monitor(what, { monitor, mode });
    this.#best = initialValueThreshold ?? this.#monitor?.worst;
    this.#save = /** @type {Save} */ (save);
    this.#saveFreq = saveFreq;
    this.#verbose = verbose;
    // Only where it is wanted: with this hook every batch is a slice of work.
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
    if (this.#saveFreq === 'epoch') await this.#consider(epoch, undefined, logs);
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

/** @typedef {{ filename?: string, write?: (line: string) => unknown, separator?: string, append?: boolean }} CsvOptions filename: Node only */

/** @type {Field[0]} */
function text(name, value) {
  if (typeof value === 'string') return value;
  throw new FittingRoomError(`${name} must be a string, got ${show(value)}`);
}

export class CsvLogger extends Callback {
  /** @type {CsvOptions & { separator: string }} */
  #options;
  /** @type {string[] | undefined} */
  #keys;
  /** What was written so far. */
  text = '';

  /** @param {CsvOptions} options */
  constructor(options) {
    super();
    this.#options = checkFields('csvLogger', options, { filename: unchecked, write: callable, separator: [text, ','], append: [flag, false] });
    if (options.filename !== undefined && !inNode()) throw new FittingRoomError('csvLogger: filename is for Node; give write, or read text', 'unsupported');
  }

  onTrainBegin() {
    const { filename, append } = this.#options;
    this.#keys = undefined;
    if (!append) this.text = '';
    if (!filename) return;
    const { existsSync, readFileSync, writeFileSync } = fileSystem();
    if (append && existsSync(filename)) this.text = readFileSync(filename, 'utf8');
    else writeFileSync(filename, '');
  }

  /** @param {number} epoch @param {Logs} logs */
  async onEpochEnd(epoch, logs) {
    if (!this.#keys) {
      this.#keys = Object.keys(logs).sort();
      if (this.text === '') await this.#line(['epoch', ...this.#keys]);
    }
    await this.#line([epoch, ...this.#keys.map((key) => logs[key] ?? 'NA')]);
  }

  /** @param {(string | number)[]} cells */
  async #line(cells) {
    const { filename, write, separator } = this.#options;
    const line = cells.join(separator);
    this.text += `${line}\n`;
    if (filename) fileSystem().appendFileSync(filename, `${line}\n`);
    await write?.(line);
  }
}

const fileSystem = () => /** @type {typeof import('node:fs')} */ (globalThis.process.getBuiltinModule('node:fs'));

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

/**
 * Calls `save` after each epoch, or every saveFreq batches; with saveBestOnly, when the watched figure is better than ever
 * before, and than initialValueThreshold.
 * @param {CheckpointOptions} options
 */
export const modelCheckpoint = (options) => new ModelCheckpoint(options);

/**
 * A line an epoch: its number and its figures in the order of their names. They are in `text`, and go to the file and to
 * `write` where there are any.
 * @param {CsvOptions} [options]
 */
export const csvLogger = (options = {}) => new CsvLogger(options);

/** The figures of each epoch, as fit returns them, in `epoch` and `history`. */
export const history = () => new History();
