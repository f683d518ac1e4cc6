import { FittingRoomError, checkOptions, show } from '../check.js';
import { allocated } from '../tensor.js';
import { DIVISION, LONGEST_CLASS_NAME, checkDivision, checkMemory } from './division.js';
import { partInName, partNamed } from './folder.js';
import { isTransposed, pixelDataset } from './known.js';
import { isCalledFashion } from './official.js';
import { importForNode } from './sources.js';
import { columnOf, columnWanted, rowsOfTable, tableRefusal } from './table.js';

/* Tables of pixels: a row for each image, with its label and its pixels. */

/** @import { FileLike } from './decoding.js' */
/** @import { DivisionOptions, Labelled } from './division.js' */
/** @import { Refused } from './folder.js' */
/** @import { PixelDataset } from './known.js' */
/** @import { Part } from './split.js' */

/**
 * @typedef {object} CsvSettings
 * @property {string | number} [labelColumn] its name or its place (0: the first; -1: the last); default: the column
 *   called label, class or category, or else the first
 * @property {boolean} [transposed] whether images are stored column by column; default: those of files called emnist
 * @property {(progress: { phase: 'parse', loaded: number, total: number }) => void} [onProgress] in bytes
 * @typedef {CsvSettings & DivisionOptions} CsvOptions
 *
 * @typedef {object} Columns
 * @property {number} count of all
 * @property {number} label
 * @property {number} part -1: there is none
 * @property {number[]} pixels
 * @property {number} packed a column that holds all pixels, with spaces between them; -1: there is none
 */

const NAME = 'fromCsv';
const MOST_FILES = 16;
const LARGEST_SIDE = 256; // pixels
const SMALLEST_SIDE = 2;
const CHANNELS = /** @type {const} */ ([1, 3]);
const MOST_REFUSED = 1000; // rows, of which the table is given up
const MARGIN = 1.02; // as rows differ in length
const GROWTH = 1.25;
const PACKED = /^pixels?$/i;
const NO_PIXEL = /^(id|index|unnamed: 0|)$/i;

/** @param {string} text */
const isNumber = (text) => text.trim() !== '' && Number.isFinite(Number(text));

/** The shape of square images of so many pixels. @param {number} pixels @returns {number[] | null} */
function shapeOf(pixels) {
  const channels = CHANNELS.find((each) => Number.isInteger(Math.sqrt(pixels / each)));
  const side = Math.sqrt(pixels / (channels ?? 1));
  return channels && side >= SMALLEST_SIDE && side <= LARGEST_SIDE ? [side, side, channels] : null;
}

/**
 * What the columns are. The first row is a header if hardly any of its cells are numbers.
 * @param {FileLike} file
 * @param {string[]} first the first row
 * @param {string | number} [wanted]
 * @returns {{ columns: Columns, isHeader: boolean }}
 */
function columnsOf(file, first, wanted) {
  const header = first.map((cell) => cell.trim());
  const isHeader = 2 * header.filter(isNumber).length < header.length;
  const part = isHeader ? columnOf(header, 'part') : -1;
  const packed = isHeader ? header.findIndex((name) => PACKED.test(name)) : -1;
  const isOther = (/** @type {number} */ i) => i === part || (isHeader && NO_PIXEL.test(header[i]));
  const known = isHeader ? columnOf(header, 'label') : -1;
  const open = header.flatMap((_, i) => (isOther(i) || i === packed ? [] : [i]));
  const label = wanted !== undefined ? columnWanted(file, header, wanted) : known >= 0 ? known : (open[0] ?? -1);
  const pixels = packed >= 0 ? [] : open.filter((i) => i !== label);
  if (label >= 0 && (packed >= 0 || shapeOf(pixels.length)))
    return { columns: { count: header.length, label, part, pixels, packed }, isHeader };
  if (known < 0 && wanted === undefined && shapeOf(open.length)) throw tableRefusal(file, 'it has no column of labels');
  throw tableRefusal(
    file,
    `a row must hold a label and the pixels of a square image, n × n or n × n × 3 numbers with n up to ` +
      `${LARGEST_SIDE}, got ${header.length} columns`,
  );
}

/** Images as rows bring them, in one piece of memory. */
class Rows {
  /** @type {Labelled[]} */
  images = [];
  /** @type {Refused[]} */
  refused = [];
  /** @type {number[]} */
  shape = [];
  /** @type {Uint8Array<ArrayBuffer>} */
  data = new Uint8Array();
  size = 0; // pixels of an image

  /**
   * @param {FileLike} file whose images come next @param {number} pixels of each
   */
  begin(file, pixels) {
    if (this.size > 0 && pixels !== this.size)
      throw tableRefusal(file, `its images have ${pixels} pixels instead of ${this.size}`);
    const shape = shapeOf(pixels);
    if (!shape)
      throw tableRefusal(file, `its images must be square, with edges up to ${LARGEST_SIDE}, got ${pixels} pixels`);
    this.shape = shape;
    this.size = pixels;
  }

  /** @param {number} count of images, about */
  reserve(count) {
    const some = Math.max(count, this.images.length + 1);
    if (some * this.size <= this.data.length) return;
    checkMemory(NAME, some, this.shape);
    const larger = allocated(Uint8Array, some * this.size);
    larger.set(this.data.subarray(0, this.images.length * this.size));
    this.data = larger;
  }

  /** [count, height, width, channels] */
  get block() {
    const count = this.images.length;
    return { shape: [count, ...this.shape], data: this.data.subarray(0, count * this.size) };
  }

  /**
   * @param {string[]} cells @param {Columns} columns @param {Part | undefined} part of the whole table
   * @param {string} name @returns {string} why the row cannot be used, or nothing
   */
  add(cells, columns, part, name) {
    if (cells.length !== columns.count) return `it has ${cells.length} columns instead of ${columns.count}`;
    const label = cells[columns.label].trim().replace(/^(\d+)\.0+$/, '$1'); // as of a column of floats
    if (label === '') return 'it has no label';
    if (label.length > LONGEST_CLASS_NAME) return `its label has more than ${LONGEST_CLASS_NAME} characters`;
    const said = columns.part < 0 ? '' : cells[columns.part].trim();
    const its = said === '' ? part : partNamed(said);
    if (said !== '' && !its) return `its part must be train, validation or test, got ${show(said)}`;
    const fault = this.#setPixels(cells, columns);
    if (fault === '') this.images.push({ name, label, ...(its && { part: its }) });
    return fault;
  }

  /** @param {string[]} cells @param {Columns} columns */
  #setPixels(cells, { pixels, packed }) {
    const texts = packed < 0 ? cells : unpacked(cells[packed]);
    const count = packed < 0 ? pixels.length : texts.length;
    if (count !== this.size) return `its image has ${count} pixels instead of ${this.size}`;
    const from = this.images.length * this.size;
    if (from === this.data.length) this.reserve(Math.ceil(GROWTH * this.images.length));
    for (let i = 0; i < count; i++) {
      const text = texts[packed < 0 ? pixels[i] : i];
      const value = Number(text);
      if (!(value >= 0 && value <= 255) || value !== Math.floor(value) || (value === 0 && text.trim() === ''))
        return `pixel ${i + 1} must be a whole number 0..255, got ${show(text)}`;
      this.data[from + i] = value;
    }
    return '';
  }
}

/** The pixels of a cell that holds all of them. @param {string | undefined} cell */
const unpacked = (cell = '') => cell.trim().split(/\s+/);

/**
 * @param {FileLike & { size: number }} file
 * @param {Rows} all added to
 * @param {Part | undefined} part
 * @param {Pick<CsvOptions, 'labelColumn' | 'signal'> & { onBytes: (read: number) => void }} options
 */
async function readTable(file, all, part, { labelColumn, signal, onBytes }) {
  /** @type {Columns | undefined} */
  let columns;
  let isReady = false; // for images of this size
  let refused = 0;
  const first = all.images.length;
  for await (const { rows, read } of rowsOfTable(file, signal)) {
    for (const { row, cells } of rows) {
      if (!columns) {
        const found = columnsOf(file, cells, labelColumn);
        columns = found.columns;
        if (found.isHeader) continue;
      }
      if (!isReady) {
        all.begin(file, columns.packed < 0 ? columns.pixels.length : unpacked(cells[columns.packed]).length);
        all.reserve(first + Math.ceil((MARGIN * rows.length * file.size) / read));
        isReady = true;
      }
      const name = `${file.name}, row ${row}`;
      const reason = all.add(cells, columns, part, name);
      if (!reason) continue;
      all.refused.push({ name, reason });
      if (++refused >= MOST_REFUSED && all.images.length === first)
        throw tableRefusal(file, `the first ${MOST_REFUSED} rows cannot be used; row ${row}: ${reason}`);
    }
    onBytes(read);
  }
  if (!columns) throw tableRefusal(file, 'it is empty');
}

/**
 * Which part each table is: as its name tells; of two without such names, the smaller one is for testing.
 * @param {(FileLike & { size: number })[]} files
 * @returns {(Part | undefined)[]}
 */
function partsOf(files) {
  const parts = files.map(({ name }) => partInName(name));
  const others = parts.filter((part) => part !== 'validation').length;
  if (others !== 2 || parts.includes('test')) return parts;
  const [a, b] = files.flatMap((_, i) => (parts[i] === 'validation' ? [] : [i]));
  const isTest = parts[a] === 'train' || (parts[b] !== 'train' && files[b].size <= files[a].size) ? b : a;
  return parts.map((part, i) => (i === isTest && part === undefined ? 'test' : part));
}

/** @param {Parameters<typeof fromCsv>[0]} given @returns {Promise<(FileLike & { size: number })[]>} */
async function tablesOf(given) {
  const isOne = typeof given === 'string' || 'arrayBuffer' in Object(given);
  const all = isOne ? [given] : given;
  if (typeof (/** @type {any} */ (all)?.[Symbol.iterator]) !== 'function')
    throw new FittingRoomError(`${NAME} takes a CSV file or a list of them, got ${show(given)}`);
  const files = await Promise.all(
    Array.from(/** @type {Iterable<string | FileLike>} */ (all), async (file) =>
      typeof file === 'string' ? fileAt(file) : file,
    ),
  );
  if (files.length === 0 || files.length > MOST_FILES)
    throw new FittingRoomError(`${NAME} takes 1..${MOST_FILES} files, got ${files.length}`, 'bad-data');
  return files.map((file) => sized(file));
}

/** In Node. @param {string} path */
async function fileAt(path) {
  const file = await (await importForNode('./node.js')).filesIn(path);
  if (!(file instanceof Blob)) throw new FittingRoomError(`${NAME}: ${path} must be a file, not a folder`);
  return new File([file], path.replace(/.*[\\/]/, ''));
}

/** @param {FileLike} file @returns {FileLike & { size: number }} */
function sized(file) {
  if (file instanceof Blob || file.size !== undefined) return /** @type {FileLike & { size: number }} */ (file);
  throw new FittingRoomError(`${NAME}: a file must have a name, a size and an arrayBuffer, got ${show(file)}`);
}

/**
 * Makes a dataset of tables of pixels: CSV files with a row for each image, which holds its label and its pixels,
 * 0..255 and row by row, the channels of a pixel together. Images are square, grey or in colour, as the number of
 * columns tells. A column called split, part, set or usage says which part a row is in, or else the file's name (train,
 * validation, test); of two files without such names, the smaller one is for testing. The rest is divided as by
 * fromPictures. Files are read piece by piece. Rows that cannot be used are listed, and the rest goes on.
 * @param {string | FileLike | Iterable<string | FileLike>} files such as Files of the browser; in Node also paths
 * @param {CsvOptions} [options]
 * @returns {Promise<PixelDataset>} `alike`: of images that are the same
 * @throws {FittingRoomError} 'bad-data' if a table cannot be read, or there are fewer than two classes; 'out-of-memory'
 *   as soon as it is clear that there are too many images
 */
export async function fromCsv(files, options = {}) {
  checkOptions(NAME, options, ['labelColumn', 'transposed', ...DIVISION]);
  const division = checkDivision(NAME, options);
  const { labelColumn, signal, onProgress } = options;
  const tables = await tablesOf(files);
  const parts = partsOf(tables);
  const total = tables.reduce((sum, { size }) => sum + size, 0);
  const all = new Rows();
  let before = 0;
  // the largest first: it tells the size of the images
  for (const table of [...tables].sort((a, b) => b.size - a.size)) {
    const onBytes = (/** @type {number} */ read) => onProgress?.({ phase: 'parse', loaded: before + read, total });
    try {
      await readTable(table, all, parts[tables.indexOf(table)], { labelColumn, signal, onBytes });
    } catch (error) {
      signal?.throwIfAborted();
      const { code, message } = /** @type {FittingRoomError} */ (error);
      if (code !== 'bad-data' || all.images.length === 0) throw error;
      all.refused.push({ name: table.name, reason: message.replace(`${table.name}: `, '') });
    }
    before += table.size;
  }
  const names = tables.map(({ name }) => name);
  return pixelDataset(NAME, [all.block], all.images, {
    ...division,
    refused: all.refused,
    files: names,
    areGarments: names.every(isCalledFashion),
    isTurned: options.transposed ?? names.every(isTransposed),
  });
}
