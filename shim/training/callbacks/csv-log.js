import { cellText, csvLine, csvLineOf, marked, rowsOfCsv } from '../../csv.js';
import { FittingRoomError, show } from '../../check.js';

/** @import { CsvOptions } from './records.js' */
/** @import { Params } from '../callback-list.js' */
/** @import { Cell } from '../../csv.js' */
/** @import { Logs } from '../progress.js' */

const fileSystem = () => /** @type {typeof import('node:fs')} */ (globalThis.process.getBuiltinModule('node:fs'));

/** The names of a run's logs, also those that an epoch without validation lacks. @param {Params | undefined} params */
function expected(params) {
  if (!params) return [];
  const trained = ['loss', ...params.metrics];
  return params.doValidation ? [...trained, ...trained.map((name) => `val_${name}`)] : trained;
}

/** The table that csvLogger writes in one run: as text, and as a file if there is a filename. */
export class CsvLog {
  #options;
  #expected;
  /** The columns as they are written, the epoch first; empty before the first line. @type {string[]} */
  #columns;

  /**
   * @param {CsvOptions & { separator: string }} options
   * @param {string} text of earlier runs
   * @param {Params | undefined} params of the run
   */
  constructor(options, text, params) {
    this.#options = options;
    this.#expected = expected(params);
    const { filename, append, separator } = options;
    this.text =
      append && filename && fileSystem().existsSync(filename) ? fileSystem().readFileSync(filename, 'utf8') : text;
    this.#columns = rowsOfCsv(this.text, separator)[0] ?? [];
    const [first] = this.#columns;
    if (this.text && first !== 'epoch') {
      throw new FittingRoomError(
        `csvLogger: a table to append to must have epoch as its first column, got ${show(first)}; give its ` +
          'separator, or another filename',
      );
    }
    this.#save(this.text);
  }

  /** @param {number} epoch @param {Logs} logs */
  async add(epoch, logs) {
    const figures = new Map(Object.entries(logs).map(([name, value]) => [cellText(name), value]));
    const unknown = [...new Set([...this.#expected, ...figures.keys()])]
      .filter((name) => !this.#columns.includes(name))
      .sort();
    if (unknown.length) await this.#widen(this.#columns.length ? unknown : ['epoch', ...unknown]);
    await this.#line([epoch, ...this.#columns.slice(1).map((name) => figures.get(name))]);
  }

  /** Adds columns; they are empty in existing lines. @param {string[]} names */
  async #widen(names) {
    const { separator, write } = this.#options;
    this.#columns.push(...names);
    const rows = rowsOfCsv(this.text, separator).slice(1);
    const lines = [this.#columns, ...rows].map((row) =>
      csvLineOf(
        this.#columns.map((_, i) => row[i] ?? ''),
        separator,
      ),
    );
    this.#save(lines.map((line) => `${line}\n`).join(''));
    await write?.(lines[0]);
  }

  /** @param {Cell[]} cells */
  async #line(cells) {
    const { separator, write } = this.#options;
    const line = csvLine(cells, separator);
    const end = this.text.endsWith('\n') ? '' : '\n'; // for a line that was added by hand
    this.#save(`${this.text}${end}${line}\n`);
    await write?.(line);
  }

  /** Makes `text` the content of the file; only appends where that is enough. @param {string} text */
  #save(text) {
    const { filename } = this.#options;
    const [before, after] = [this.text, marked(text)];
    this.text = after;
    if (!filename) return;
    if (before && after.startsWith(before)) fileSystem().appendFileSync(filename, after.slice(before.length));
    else fileSystem().writeFileSync(filename, after);
  }
}
