import { show } from '../check.js';
import { TABLE } from './bytes.js';
import { LONGEST_CLASS_NAME } from './division.js';
import { OUTSIDE, isLitter, mayBePictures, partInName, partNamed, stepsOf } from './folder.js';
import { columnOf, columnWanted, rowsOfTable, tableRefusal } from './table.js';

/* Tables that list pictures: a column of file names, one of labels, and perhaps one of parts. */

/** @import { Picture, Placed, Refused } from './folder.js' */
/** @import { Part } from './split.js' */

/**
 * @typedef {Placed & { steps: string[] }} Kept
 * @typedef {{ labelColumn?: string | number, signal?: AbortSignal }} ListingOptions
 * @typedef {{ file: string, label: string, part: string | null, row: number }} Line of a table; part: null if it has no
 *   column of parts
 */

const MOST_ROWS = 2 ** 20; // as many as an archive has entries

/** Why what a table says is not used. */
const ABSENT = 'no file has this name';
const UNCLEAR = 'several files have this name';
const NOT_LISTED = 'no table names it';
const NO_LABEL = 'it has no label';
const TWICE = 'it has two labels';

const WITHOUT_ENDING = /\.[^./]*$/;

/** Files by their name, with and without its ending. */
class Index {
  /** @type {Map<string, Kept[]>} by path */
  #paths = new Map();
  /** @type {Map<string, Kept[]>} by the last step of the path */
  #names = new Map();

  /** @param {Kept[]} files */
  constructor(files) {
    for (const file of files) {
      const path = file.steps.join('/');
      const name = /** @type {string} */ (file.steps.at(-1));
      for (const [map, key] of /** @type {const} */ ([
        [this.#paths, path],
        [this.#names, name],
      ]))
        for (const each of new Set([key, key.replace(WITHOUT_ENDING, '')])) {
          const known = map.get(each);
          if (known) known.push(file);
          else map.set(each, [file]);
        }
    }
  }

  /**
   * The file that a table means: as seen from the table's folder, from the folder beside it that is called as the table
   * is, or from each folder above; or else the only one of which one path ends in the other.
   * @param {string[]} name its steps @param {string[]} table the steps of the table
   * @returns {Kept | string} why not
   */
  find(name, table) {
    const folders = [table.slice(0, -1), [...table.slice(0, -1), String(table.at(-1)).replace(WITHOUT_ENDING, '')]];
    for (let depth = table.length - 2; depth >= 0; depth--) folders.push(table.slice(0, depth));
    let isInside = false;
    for (const folder of folders) {
      const path = resolved(folder, name);
      if (path === null) continue;
      isInside = true;
      const found = this.#paths.get(path);
      if (found) return only(found, path);
    }
    if (!isInside) return OUTSIDE;
    if (name.includes('..')) return ABSENT;
    const end = name.join('/');
    const ending = (this.#names.get(/** @type {string} */ (name.at(-1))) ?? []).filter(({ steps }) => {
      const path = steps.join('/');
      return [path, path.replace(WITHOUT_ENDING, '')].some((each) => endsSo(each, end) || endsSo(end, each));
    });
    return ending.length === 0 ? ABSENT : only(ending, end);
  }
}

/** Whether a path is another one, or ends in it. @param {string} path @param {string} end */
const endsSo = (path, end) => `/${path}`.endsWith(`/${end}`);

/** The one that has exactly the name, or the only one. @param {Kept[]} files @param {string} end */
function only(files, end) {
  const exact = files.filter(({ steps }) => endsSo(steps.join('/'), end));
  const some = exact.length > 0 ? exact : files;
  return some.length === 1 ? some[0] : UNCLEAR;
}

/** @param {string[]} folder @param {string[]} name @returns {string | null} null: it leads out of all folders */
function resolved(folder, name) {
  const steps = [...folder];
  for (const step of name)
    if (step !== '..') steps.push(step);
    else if (steps.pop() === undefined) return null;
  return steps.join('/');
}

/**
 * The lines of a table that lists pictures.
 * @param {Kept} table
 * @param {(name: string) => boolean} isThere whether there is a file that a cell means
 * @param {ListingOptions} options
 * @returns {Promise<Line[] | null>} null: it lists none
 */
async function linesOf({ file }, isThere, { labelColumn, signal }) {
  /** @type {ReturnType<typeof columnsOf>} */
  let columns = null;
  /** @type {Line[]} */
  const lines = [];
  for await (const { rows } of rowsOfTable(file, signal))
    for (const { row, cells } of rows) {
      if (row > MOST_ROWS) throw tableRefusal(file, `it has more than ${MOST_ROWS} rows`);
      if (!columns) {
        columns = columnsOf(file, cells, isThere, labelColumn);
        if (!columns) return null;
        if (columns.isHeader) continue;
      }
      const { name, label, part } = columns;
      const cell = (/** @type {number} */ column) => (cells[column] ?? '').trim();
      lines.push({ row, file: cell(name), label: cell(label), part: part < 0 ? null : cell(part) });
    }
  return lines;
}

/**
 * Where the columns are: by the header, or two without one.
 * @param {import('./decoding.js').FileLike} file
 * @param {string[]} first the first row
 * @param {(name: string) => boolean} isThere
 * @param {string | number} [wanted]
 */
function columnsOf(file, first, isThere, wanted) {
  const header = first.map((cell) => cell.trim());
  const isPair = header.length === 2;
  const there = header.findIndex(isThere);
  if (isPair && there >= 0) return { isHeader: false, name: there, label: 1 - there, part: -1 };
  const [named, labelled, part] = /** @type {const} */ (['file', 'label', 'part']).map((kind) =>
    columnOf(header, kind),
  );
  const name = named < 0 && isPair ? Number(labelled === 0) : named;
  const known = wanted === undefined ? labelled : columnWanted(file, header, wanted);
  const label = known < 0 && isPair ? 1 - name : known;
  if (name < 0 || label < 0 || label === name) return null;
  return { isHeader: named >= 0 || labelled >= 0 || !WITHOUT_ENDING.test(header[name]), name, label, part };
}

/**
 * The pictures that tables among the files list, as CSV or TSV files. They count instead of folders if at least half of
 * their rows name pictures that are there, or they name half of the pictures.
 * @param {Placed[]} files
 * @param {ListingOptions} [options]
 * @returns {Promise<{ pictures: Picture[], refused: Refused[] } | null>} null: no table lists pictures; refused: also
 *   pictures that no table names, and rows whose file is not there
 * @throws {FittingRoomError} 'bad-data' if a table cannot be read
 */
export async function picturesListed(files, options = {}) {
  const { kept, refused: others } = mayBePictures(files);
  const tables = files
    .map((each) => ({ ...each, steps: stepsOf(each.path) }))
    .filter(({ path, steps }) => TABLE.test(path) && !steps.includes('..') && !steps.some(isLitter));
  if (tables.length === 0 || kept.length === 0) return null;
  const index = new Index(kept);
  const find = (/** @type {string} */ name, /** @type {Kept} */ table) => {
    const steps = stepsOf(name);
    return steps.length === 0 ? ABSENT : index.find(steps, table.steps);
  };
  /** @type {Map<Kept, Picture>} */
  const listed = new Map();
  /** @type {Refused[]} */
  const refused = [];
  /** @type {Set<string>} */
  const read = new Set();
  for (const table of tables) {
    const isThere = (/** @type {string} */ name) => typeof find(name, table) !== 'string';
    const lines = await linesOf(table, isThere, options);
    if (!lines) continue;
    const found = lines.map(({ file }) => find(file, table));
    const named = new Set(found.filter((each) => typeof each !== 'string')).size;
    if (named === 0 || 2 * named < Math.min(lines.length, kept.length)) continue;
    read.add(table.path);
    lines.forEach((line, i) => {
      const picture = found[i];
      const reason = typeof picture === 'string' ? picture : faultOf(line) || taken(listed, picture, line, table);
      if (reason) refused.push({ name: line.file || `${table.path}, row ${line.row}`, reason });
    });
  }
  if (read.size === 0) return null;
  for (const file of kept) if (!listed.has(file)) refused.push({ name: file.path, reason: NOT_LISTED });
  return {
    pictures: [...listed.values()],
    refused: [...others.filter(({ name }) => !read.has(name)), ...refused],
  };
}

/** @param {Line} line @returns {string} why it cannot be used, or nothing */
function faultOf({ label, part }) {
  if (label === '') return NO_LABEL;
  if (label.length > LONGEST_CLASS_NAME) return `its label has more than ${LONGEST_CLASS_NAME} characters`;
  return part && !partNamed(part) ? `its part must be train, validation or test, got ${show(part)}` : '';
}

/**
 * Takes a picture for what a line says.
 * @param {Map<Kept, Picture>} listed added to
 * @param {Kept} picture @param {Line} line @param {Kept} table
 * @returns {string} why not, or nothing
 */
function taken(listed, picture, { label, part }, table) {
  const known = listed.get(picture);
  if (known) return known.label === label ? '' : TWICE;
  const its = part === null ? partInName(/** @type {string} */ (table.steps.at(-1))) : partNamed(part);
  listed.set(picture, { name: picture.path, file: picture.file, label, ...(its && { part: its }) });
  return '';
}
