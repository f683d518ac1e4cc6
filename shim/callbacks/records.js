import { FittingRoomError, checkBoolean, checkFunction, checkInteger, checkNumber, checkOptions, show } from '../errors.js';
import { inNode } from '../host.js';
import { Callback } from './callback.js';
import { Monitor } from './monitor.js';

/** @import { Model } from '../model.js' */
/** @import { Logs } from '../progress.js' */
/** @import { Mode } from './monitor.js' */

/** @typedef {(model: Model, at: { epoch: number, batch: number | undefined, logs: Logs }) => unknown} Save batch: of a saveFreq in batches */
/**
 * @typedef {{ save: Save, monitor?: string, saveBestOnly?: boolean, mode?: Mode, saveFreq?: 'epoch' | number, initialValueThreshold?: number,
 *   verbose?: 0 | 1 }} CheckpointOptions
 */

const MOST_BATCHES = 1e9;

class ModelCheckpoint extends Callback {
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
    checkOptions(what, options, ['save', 'monitor', 'saveBestOnly', 'mode', 'saveFreq', 'initialValueThreshold', 'verbose']);
    const { save, monitor, mode, saveBestOnly = false, saveFreq = 'epoch', initialValueThreshold, verbose = 0 } = options;
    if (save === undefined) throw new FittingRoomError('modelCheckpoint: save must be a function (model, { epoch, batch, logs }) => …');
    checkFunction(`${what}: save`, save);
    if (checkBoolean(`${what}: saveBestOnly`, saveBestOnly)) this.#monitor = new Monitor(what, { monitor, mode });
    this.#best = initialValueThreshold === undefined ? this.#monitor?.worst : checkNumber(`${what}: initialValueThreshold`, initialValueThreshold, -1e30, 1e30);
    this.#save = save;
    this.#saveFreq = saveFreq === 'epoch' ? saveFreq : checkInteger(`${what}: saveFreq, where it is not 'epoch',`, saveFreq, 1, MOST_BATCHES);
    this.#verbose = checkInteger(`${what}: verbose`, verbose, 0, 1);
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

class CsvLogger extends Callback {
  #options;
  /** @type {string[] | undefined} */
  #keys;
  /** What was written so far. */
  text = '';

  /** @param {CsvOptions} options */
  constructor(options) {
    super();
    checkOptions('csvLogger', options, ['filename', 'write', 'separator', 'append']);
    const { filename, write, separator = ',', append = false } = options;
    if (filename !== undefined && !inNode()) throw new FittingRoomError('csvLogger: filename is for Node; give write, or read text', 'unsupported');
    if (typeof separator !== 'string') throw new FittingRoomError(`csvLogger: separator must be a string, got ${show(separator)}`);
    checkFunction('csvLogger: write', write);
    this.#options = { filename, write, separator, append: checkBoolean('csvLogger: append', append) };
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

class History extends Callback {
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
    for (const [name, value] of Object.entries(logs)) (this.history[name] ??= []).push(value);
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
