import { borderMean } from '../photo.js';
import { allocated } from '../tensor.js';
import { CLASS_NAMES } from './catalogue.js';
import { classesOf, divide } from './division.js';
import { groupSame } from './same.js';

/* What is known of datasets that come as pixels: what their classes are called, and how their images lie. */

/** @import { Preparation } from '../photo.js' */
/** @import { Block, Divided, Division, Labelled } from './division.js' */
/** @import { Refused } from './folder.js' */
/** @import { Prepared } from './pictures.js' */

/**
 * @typedef {Omit<Prepared, 'preparation'> & { preparation: Preparation | null }} Unprepared preparation: null: the
 *   images are Fashion-MNIST's, and preparePhoto makes such images of pictures
 * @typedef {Divided & Unprepared} PixelDataset as of fromPictures
 */

const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/**
 * EMNIST's sets (Cohen, Afshar, Tapson and van Schaik, 2017): the names of the classes from label `first` on.
 * @type {{ name: RegExp, first: number, classes: string }[]}
 */
const EMNIST_SETS = [
  { name: /letters/i, first: 1, classes: LETTERS },
  { name: /byclass/i, first: 0, classes: DIGITS + LETTERS + LETTERS.toLowerCase() },
  { name: /balanced|bymerge/i, first: 0, classes: `${DIGITS + LETTERS}abdefghnqrt` },
];

/** Whether a file is called as EMNIST's are, whose images are transposed. @param {string} name */
export const isTransposed = (name) => /(^|[^a-z])emnist/i.test(name);

/**
 * What labels stand for, as far as the names of files tell.
 * @param {string[]} files their names
 * @param {boolean} areGarments whether the images are Fashion-MNIST's
 * @returns {(label: string) => string} what a class is called
 */
function namesFor(files, areGarments) {
  const set = EMNIST_SETS.find(({ name }) => files.every((file) => isTransposed(file) && name.test(file)));
  const known = areGarments ? { first: 0, classes: CLASS_NAMES } : set;
  return (label) => (known && /^\d{1,3}$/.test(label) && known.classes[Number(label) - known.first]) || label;
}

/**
 * Whether images of that shape, with these labels, may be Fashion-MNIST's.
 * @param {number[]} image @param {string[]} labels
 */
const couldBeGarments = ([height, width, channels], labels) =>
  height === 28 && width === 28 && channels === 1 && labels.join('') === DIGITS;

/**
 * Makes a dataset of images that came as pixels.
 * @param {string} name of the function in messages
 * @param {Block[]} blocks changed in place
 * @param {Labelled[]} images what is known of each
 * @param {Division & { refused: Refused[], files: string[], areGarments: boolean, isTurned: boolean, nameOf?: (label:
 *   string) => string }} options `files`: their names; `areGarments`: whether these say that they are Fashion-MNIST;
 *   `isTurned`: whether images are stored column by column; `nameOf`: what classes are called, if somebody says it
 * @returns {Promise<PixelDataset>}
 */
export async function pixelDataset(name, blocks, images, { refused, files, isTurned, ...options }) {
  const labels = classesOf(name, images, refused);
  const upright = isTurned ? blocks.map(transposed) : blocks;
  const [, ...image] = upright[0].shape;
  const areGarments = options.areGarments && couldBeGarments(image, labels);
  const preparation = areGarments ? null : preparationOf(upright[0]);
  const { shares, seed, nameOf = namesFor(files, areGarments) } = options;
  const made = await divide(name, upright, images, await groupSame(upright), { shares, seed, refused });
  const classNames = labels.map(nameOf);
  const areNames = new Set(classNames).size === labels.length;
  return { ...made, classNames: areNames ? classNames : labels, preparation, refused, small: [] };
}

/**
 * Turns images whose columns are stored as rows, in place.
 * @param {Block} block
 * @returns {Block} the same memory
 */
export function transposed({ shape: [count, height, width, channels], data }) {
  const size = height * width * channels;
  const turned = allocated(Uint8Array, size);
  for (let from = 0; from < data.length; from += size) {
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < channels; c++)
          turned[(x * height + y) * channels + c] = data[from + (y * width + x) * channels + c];
    data.set(turned, from);
  }
  return { shape: [count, width, height, channels], data };
}

const DARK = 64; // the mean of the borders of images on a dark background: 12 in Fashion-MNIST
const MOST_LOOKED_AT = 2000; // images

/**
 * How pictures become images like these: as a whole, and with a dark background if that is what grey ones have.
 * @param {Block} block
 * @returns {Preparation}
 */
export function preparationOf({ shape: [count, height, width, channels], data }) {
  const preparation = /** @type {Preparation} */ ({ size: [height, width], channels, crop: 'whole' });
  const size = height * width * channels;
  const some = Math.min(count, MOST_LOOKED_AT);
  let sum = 0;
  for (let i = 0; i < some; i++)
    sum += borderMean({ shape: [height, width, channels], data: data.subarray(i * size, (i + 1) * size) });
  return channels === 1 && sum < DARK * some ? { ...preparation, background: 'dark' } : preparation;
}
