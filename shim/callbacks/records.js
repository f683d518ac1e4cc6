import { cellText, csvLine, csvLineOf, marked, rowsOfCsv } from '../csv.js';
import { FittingRoomError, checkInteger, show } from '../errors.js';
import { callable, checkFields, flag, optional, unchecked, whole, within } from '../fields.js';
import { inNode } from '../host.js';
import { appendLogs } from '../progress.js';
import { Callback } from './callback.js';
import { Monitor } from './monitor.js';

/** @import { Cell } from '../csv.js' */
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
function character(name, value) {
  if (typeof value !== 'string') throw new FittingRoomError(`${name} must be a string, got ${show(value)}`);
  if ([...value].length === 1 && !/["\r\n]/.test(value)) return value;
  throw new FittingRoomError(`${name} must be one character, no quote or end of line, got ${show(value)}`);
}

export class CsvLogger extends Callback {
  /** @type {CsvOptions & { separator: string }} */
  #options;
  /** As they are written, the epoch first; none before there is a line. @type {string[]} */
  #columns = [];
  /** What was written so far. */
  text = '';

  /** @param {CsvOptions} options */
  constructor(options) {
    super();
    this.#options = checkFields('csvLogger', options, { filename: unchecked, write: callable, separator: [character, ','], append: [flag, false] });
    if (options.filename !== undefined && !inNode()) throw new FittingRoomError('csvLogger: filename is for Node; give write, or read text', 'unsupported');
  }

  onTrainBegin() {
    const { filename, append, separator } = this.#options;
    if (!append) this.text = '';
    else if (filename && fileSystem().existsSync(filename)) this.text = fileSystem().readFileSync(filename, 'utf8');
    this.#columns = rowsOfCsv(this.text, separator)[0] ?? [];
    if (this.text && this.#columns[0] !== 'epoch') {
      throw new FittingRoomError(`csvLogger: a table to append to must have epoch as its first column, got ${show(this.#columns[0])}; give its separator, or another filename`);
    }
    this.#save(this.text);
  }

  /** @param {number} epoch @param {Logs} logs */
  async onEpochEnd(epoch, logs) {
    const figures = new Map(Object.entries(logs).map(([name, value]) => [cellText(name), value]));
    const unknown = [...new Set([...this.#expected(), ...figures.keys()])].filter((name) => !this.#columns.includes(name)).sort();
    if (unknown.length) await this.#widen(this.#columns.length ? unknown : ['epoch', ...unknown]);
    await this.#line([epoch, ...this.#columns.slice(1).map((name) => figures.get(name))]);
  }

  /** What the run's logs will hold, in epochs without validation too. */
  #expected() {
    if (!this.params) return [];
    const trained = ['loss', ...this.params.metrics];
    return this.params.doValidation ? [...trained, ...trained.map((name) => `val_${name}`)] : trained;
  }

  /** Adds columns, which are empty in the lines that are there. @param {string[]} names */
  async #widen(names) {
    const { separator, write } = this.#options;
    this.#columns.push(...names);
    const rows = rowsOfCsv(this.text, separator).slice(1);
    const lines = [this.#columns, ...rows].map((row) => csvLineOf(this.#columns.map((_, i) => row[i] ?? ''), separator));
    this.#save(lines.map((line) => `${line}\n`).join(''));
    await write?.(lines[0]);
  }

  /** @param {Cell[]} cells */
  async #line(cells) {
    const { separator, write } = this.#options;
    const line = csvLine(cells, separator);
    const end = this.text.endsWith('\n') ? '' : '\n'; // of a line that somebody added by hand
    this.#save(`${this.text}${end}${line}\n`);
    await write?.(line);
  }

  /** Makes the file what the text is, by appending where that will do. @param {string} text */
  #save(text) {
    const { filename } = this.#options;
    const [before, after] = [this.text, marked(text)];
    this.text = after;
    if (!filename) return;
    if (before && after.startsWith(before)) fileSystem().appendFileSync(filename, after.slice(before.length));
    else fileSystem().writeFileSync(filename, after);
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
 * One line per epoch: its number and its figures in the order of their names; what an epoch does not have is an empty cell. The lines
 * are in `text`, and go to the file and to `write` if given. A figure that comes up later gets a column after the others: text and
 * file have it in all their lines, and `write` is given the new first line.
 * @param {CsvOptions} [options]
 */
export const csvLogger = (options = {}) => new CsvLogger(options);

/** The figures of each epoch, as fit returns them, in `epoch` and `history`. */
export const history = () => new History();
