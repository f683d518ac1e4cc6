import { FittingRoomError, clipped, withPackages } from '../check.js';
import { giveWay } from '../core/turns.js';
import { formatOf } from './bytes.js';

/* Reads tables of comma-separated values row by row, so that the text is never in memory as a whole. */

/** @import { FileLike } from './decoding.js' */

const CHUNK = 2 ** 19; // bytes
/** Characters of a row: the pixels of the largest image, and more. */
const LONGEST_ROW = 2 ** 21;
const DELIMITERS = [',', ';', '\t', '|'];
const ROWS_TO_GUESS = 10; // that tell what separates the cells

/** @param {FileLike} file @param {string} what @param {unknown} [cause] */
export const tableRefusal = ({ name }, what, cause) =>
  new FittingRoomError(clipped(`${name}: ${what}`), 'bad-data', { cause });

/**
 * The bytes of a file, in pieces; of a file on disk, only these are read.
 * @param {FileLike | Blob} file
 */
async function* piecesOf(file) {
  const whole = file instanceof Blob ? file : new Uint8Array(await file.arrayBuffer());
  const length = whole instanceof Blob ? whole.size : whole.length;
  for (let from = 0; from < length; from += CHUNK) {
    const to = Math.min(length, from + CHUNK);
    const bytes =
      whole instanceof Blob ? new Uint8Array(await whole.slice(from, to).arrayBuffer()) : whole.subarray(from, to);
    yield { bytes, to, isLast: to === length };
  }
}

/** By the byte order mark, without which it is UTF-8. @param {Uint8Array} head */
function encodingOf([first, second]) {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
}

/**
 * The text of a file, in pieces.
 * @param {FileLike} file
 * @param {AbortSignal} [signal]
 */
async function* textsOf(file, signal) {
  /** @type {TextDecoder | undefined} */
  let decoder;
  for await (const { bytes, to, isLast } of piecesOf(file)) {
    signal?.throwIfAborted();
    if (!decoder && formatOf(bytes) === 'gzip') throw tableRefusal(file, 'it is compressed; unpack it first');
    decoder ??= new TextDecoder(encodingOf(bytes), { fatal: true });
    try {
      yield { text: decoder.decode(bytes, { stream: !isLast }), to, isLast };
    } catch (cause) {
      throw tableRefusal(file, 'it must be text in UTF-8; spreadsheets can save it as “CSV UTF-8”', cause);
    }
  }
}

/**
 * How the cells and rows of a table are separated.
 * @param {typeof import('papaparse')} papa @param {string} text its beginning
 */
function dialectOf({ parse }, text) {
  const guess = { preview: ROWS_TO_GUESS, delimitersToGuess: DELIMITERS, skipEmptyLines: true };
  const { delimiter, linebreak } = parse(text, guess).meta;
  // with \n, a \r before it is what cells are trimmed of
  return { delimiter, newline: linebreak === '\r' ? /** @type {const} */ ('\r') : /** @type {const} */ ('\n') };
}

/**
 * The rows of a table, some at a time; empty rows are left out.
 * @param {FileLike} file in UTF-8, or in UTF-16 with a byte order mark; commas, semicolons, tabs or bars separate
 *   cells
 * @param {AbortSignal} [signal]
 * @returns {AsyncGenerator<{ rows: { row: number, cells: string[] }[], read: number }, void>} row: its number, the
 *   first being 1; read: bytes so far
 * @throws {FittingRoomError} 'bad-data' if it is no text, or a row is too long
 */
export async function* rowsOfTable(file, signal) {
  const { default: papa } = await withPackages('the code for CSV files', import('papaparse'));
  /** @type {import('papaparse').Parser | undefined} */
  let parser;
  let rest = '';
  let row = 0;
  for await (const { text, to, isLast } of textsOf(file, signal)) {
    rest += text;
    parser ??= new papa.Parser(dialectOf(papa, rest));
    /** @type {import('papaparse').ParseResult<string[]>} */
    const { data, meta } = parser.parse(rest, 0, !isLast);
    rest = isLast ? '' : rest.slice(meta.cursor);
    if (rest.length > LONGEST_ROW)
      throw tableRefusal(file, `row ${row + data.length + 1} has more than ${LONGEST_ROW} characters`);
    const rows = data.map((cells) => ({ row: ++row, cells }));
    yield { rows: rows.filter(({ cells }) => cells.length > 1 || cells[0].trim() !== ''), read: to };
    await giveWay();
  }
}

/** A column's name without what people write differently. @param {string} name */
const plain = (name) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');

/** What columns are called, the most telling first. */
const NAMES = {
  file: [
    'filename',
    'filepath',
    'file',
    'path',
    'imagepath',
    'imagename',
    'image',
    'imageid',
    'img',
    'picture',
    'photo',
  ].concat(['id', 'name']),
  label: ['label', 'labels', 'class', 'classname', 'classlabel', 'labelname', 'category', 'target'],
  part: ['split', 'part', 'set', 'subset', 'partition', 'usage'],
};

/**
 * Where the column of a kind is; -1: there is none.
 * @param {string[]} header
 * @param {keyof typeof NAMES} kind
 */
export function columnOf(header, kind) {
  const names = header.map(plain);
  const called = NAMES[kind].find((name) => names.includes(name));
  return called === undefined ? -1 : names.indexOf(called);
}

/**
 * Where the column is that the user names.
 * @param {FileLike} file @param {string[]} header @param {string | number} wanted its name or place
 */
export function columnWanted(file, header, wanted) {
  const at = typeof wanted === 'string' ? header.findIndex((name) => plain(name) === plain(wanted)) : wanted;
  const column = at < 0 && typeof wanted === 'number' ? header.length + at : at;
  if (column >= 0 && column < header.length) return column;
  throw tableRefusal(
    file,
    `it has no column ${JSON.stringify(wanted)}; its columns are ${header.slice(0, 20).join(', ')}`,
  );
}
