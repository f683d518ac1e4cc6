import { FittingRoomError, checkOptions } from '../check.js';
import { DIVISION, checkDivision } from './division.js';
import { readFiles, sortOut } from './files.js';
import { checkCounts } from './idx.js';
import { isTransposed, pixelDataset } from './known.js';
import { areGarmentLabels } from './official.js';

/* Pairs of IDX files, of any count, size and number of classes: MNIST, KMNIST, EMNIST and the like. */

/** @import { FileLike } from './decoding.js' */
/** @import { DivisionOptions, Labelled } from './division.js' */
/** @import { IdxFile } from './idx.js' */
/** @import { PixelDataset } from './known.js' */
/** @import { Part } from './split.js' */

/**
 * @typedef {object} IdxSettings
 * @property {boolean} [transposed] whether images are stored column by column; default: those of files called emnist
 * @property {string[]} [classNames] by label; default: what a mapping file says or file names tell, else the labels
 * @property {import('./progress.js').OnProgress} [onProgress] called with { phase, file, loaded, total }, in bytes
 * @typedef {IdxSettings & DivisionOptions} IdxOptions
 * @typedef {{ images: IdxFile, labels: IdxFile, part?: Part }} Pair
 */

const NAME = 'fromIdx';
const LABELS = 256; // as many as a byte tells apart
const LARGEST_SIDE = 256; // pixels
const MOST_BYTES = 2 ** 30 + 2 ** 21; // the images that are held, their labels and headers
const LONGEST_MAPPING = 2 ** 16; // bytes

/** A file of class names, as EMNIST has them: lines of a label and the code points of its characters. */
const MAPPING = /mapping\.txt$/i;

const refusal = (/** @type {string} */ message) => new FittingRoomError(message, 'bad-data');

/** @param {FileLike} file @returns {Promise<Map<string, string>>} the first character of each label */
async function mappingOf(file) {
  const bytes = await file.arrayBuffer();
  if (bytes.byteLength > LONGEST_MAPPING) throw refusal(`${file.name}: at most ${LONGEST_MAPPING} bytes are read`);
  const names = new Map();
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    if (line.trim() === '') continue;
    const [, label, point] = /^\s*(\d{1,3})\s+(\d{1,7})(\s+\d{1,7})*\s*$/.exec(line) ?? [];
    if (label === undefined || Number(point) > 0x10ffff)
      throw refusal(
        `${file.name}: a line must hold a label and a code point, got ${JSON.stringify(line.slice(0, 50))}`,
      );
    names.set(String(Number(label)), String.fromCodePoint(Number(point)));
  }
  return names;
}

/**
 * The pairs for training and for testing, or one that is still to be divided.
 * @param {IdxFile[]} files
 * @returns {Pair[]}
 */
function pairsOf(files) {
  const [first, second] = [files.find(({ kind }) => kind === 'images'), files.find(({ kind }) => kind === 'labels')];
  if (files.length === 2 && first && second) return [{ images: first, labels: second }];
  const { images, labels } = sortOut(files);
  return [
    { images: images.train, labels: labels.train },
    { images: images.test, labels: labels.test, part: 'test' },
  ];
}

/** The file of which data are the end. @param {Uint8Array<ArrayBuffer>} data */
const contentOf = ({ buffer, byteOffset, length }) => new Uint8Array(buffer, 0, byteOffset + length);

/** @param {Pair[]} pairs */
function checkPairs(pairs) {
  const [{ images: first }] = pairs;
  for (const { images, labels } of pairs) {
    checkCounts(images, labels);
    if (images.rows !== first.rows || images.columns !== first.columns)
      throw refusal(
        `${first.name} has images of ${first.rows}×${first.columns}, but ${images.name} of ` +
          `${images.rows}×${images.columns}`,
      );
  }
  if (Math.max(first.rows, first.columns) > LARGEST_SIDE)
    throw refusal(
      `${first.name}: images must be at most ${LARGEST_SIDE}×${LARGEST_SIDE}, got ${first.rows}×${first.columns}`,
    );
}

/**
 * Makes a dataset of IDX files, gzip or not: images and their labels, and if there are two pairs, the larger is for
 * training and the other one for testing. What is not divided is divided as by fromPictures. Labels may be any bytes,
 * images have one channel and edges up to 256 pixels.
 * @param {Iterable<FileLike>} files two or four, and perhaps EMNIST's file of class names (…mapping.txt)
 * @param {IdxOptions} [options]
 * @returns {Promise<PixelDataset>} `alike`: of images that are the same
 * @throws {FittingRoomError} 'bad-data' if files cannot be read or do not go together, or before they are unpacked if
 *   they hold more than 1 GB
 */
export async function fromIdx(files, options = {}) {
  checkOptions(NAME, options, ['transposed', 'classNames', ...DIVISION]);
  const division = checkDivision(NAME, options);
  const { classNames, signal, onProgress } = options;
  const all = Array.from(files);
  const mapping = all.find(({ name }) => MAPPING.test(name));
  const mapped = mapping && (await mappingOf(mapping));
  const wanted = { classes: LABELS, side: null, most: MOST_BYTES };
  const read = await readFiles(
    all.filter(({ name }) => !MAPPING.test(name)),
    wanted,
    { signal, onProgress },
  );
  const pairs = pairsOf(read);
  checkPairs(pairs);
  const images = pairs.flatMap(({ images: { name }, labels: { data }, part }) =>
    Array.from(data, (label, i) => ({ name: `${name}, ${i + 1}`, label: String(label), ...(part && { part }) })),
  );
  const blocks = pairs.map(({ images: { count, rows, columns, data } }) => ({
    shape: [count, rows, columns, 1],
    data,
  }));
  const names = pairs.map((pair) => pair.images.name);
  const given = (/** @type {string} */ label) => classNames?.[Number(label)] ?? mapped?.get(label) ?? label;
  const said = await Promise.all(pairs.map(({ labels: { name, data } }) => areGarmentLabels(name, contentOf(data))));
  return pixelDataset(NAME, blocks, images, {
    ...division,
    refused: [],
    files: names,
    areGarments: said.every(Boolean),
    isTurned: options.transposed ?? names.every(isTransposed),
    ...((classNames || mapped) && { nameOf: given }),
  });
}
