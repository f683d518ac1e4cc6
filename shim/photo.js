/**
 * Turns photos of clothing into images that a Fashion-MNIST network can read, in a separate WebAssembly module: `import
 * { preparePhoto } from 'fitting-room/photo'`.
 */
import { FittingRoomError, checkBoolean, checkInteger, checkNumber, checkOptions, show } from './check.js';
import { sideModule } from './core/side-module.js';

/**
 * A picture as the platform decodes it, rotated upright: RGBA, 8 bits per channel, not premultiplied.
 * @typedef {object} Pixels
 * @property {number} width pixels, at most 32768
 * @property {number} height
 * @property {(first: number, count: number) => Uint8Array | Uint8ClampedArray} rows the RGBA values of rows first …
 *   first + count − 1; called from top to bottom, so that the picture need not be in memory as a whole
 *
 * @typedef {{ left: number, top: number, right: number, bottom: number }} Box as fractions of the picture, 0 … 1
 *
 * @typedef {object} PreparedPhoto
 * @property {{ shape: number[], data: Uint8Array }} image [28, 28, 1], in the style of Fashion-MNIST: a bright garment
 *   on black
 * @property {'photo' | 'cutout' | 'ready'} kind photo: the garment was found in a photo; cutout: transparency outlines
 *   it; ready: the picture was already like Fashion-MNIST
 * @property {Box} box around the garment
 * @property {{ width: number, height: number, data: Uint8Array }} mask for a smaller version of the picture: 1 on the
 *   garment
 */

const EDGES = /** @type {const} */ (['left', 'top', 'right', 'bottom']);

const photoModule = sideModule('photo', new URL('../build/photo/photo.wasm', import.meta.url));

/**
 * Finds the garment in a picture and makes a [28, 28, 1] image of it.
 * @param {Pixels | ImageData} picture
 * @param {{ box?: Box, inverted?: boolean }} [options] `box`: the part to use instead of the one found; `inverted`:
 *   true keeps bright as bright, false turns dark into bright; default: what suits the kind of picture
 * @returns {Promise<PreparedPhoto>}
 * @throws {FittingRoomError} if nothing is visible ('bad-data'), or the picture is too large
 */
export async function preparePhoto(picture, options = {}) {
  checkOptions('preparePhoto', options, ['box', 'inverted']);
  const module = await photoModule();
  const { width, height, rows } = checkPixels(picture, module.get('fr_photo_most'));
  if (options.box) checkBox(options.box);
  const inverted =
    options.inverted === undefined ? -1 : Number(checkBoolean('preparePhoto: inverted', options.inverted));
  // No await from here on: the module holds only one photo.
  module.call('fr_photo_begin', width, height);
  const capacity = Math.max(1, Math.floor(module.get('fr_photo_strip_bytes') / (width * 4)));
  for (let first = 0; first < height; first += capacity) {
    const count = Math.min(capacity, height - first);
    module.bytes('fr_photo_strip', count * width * 4).set(rows(first, count));
    module.call('fr_photo_rows', count);
  }
  module.call('fr_photo_segment');
  const size = { width: module.get('fr_photo_width'), height: module.get('fr_photo_height') };
  const corners = module.floats('fr_photo_box', 4);
  if (options.box) corners.set(cornersOf(options.box, size));
  const [left, top, right, bottom] = corners;
  module.call('fr_photo_garment', inverted);
  return {
    image: { shape: [28, 28, 1], data: module.bytes('fr_photo_picture', 784).slice() },
    kind: /** @type {PreparedPhoto['kind']} */ (module.text('fr_photo_kind_name')),
    box: { left: left / size.width, top: top / size.height, right: right / size.width, bottom: bottom / size.height },
    mask: { ...size, data: module.bytes('fr_photo_mask', size.width * size.height).slice() },
  };
}

/** @param {Box} box @param {{ width: number, height: number }} size */
const cornersOf = ({ left, top, right, bottom }, { width, height }) => [
  left * width,
  top * height,
  right * width,
  bottom * height,
];

/** @param {unknown} data @param {number} length */
const areBytes = (data, length) =>
  (data instanceof Uint8Array || data instanceof Uint8ClampedArray) && data.length === length;

/** @param {any} data */
const given = (data) =>
  ArrayBuffer.isView(data) ? `${data.constructor.name} of ${data.byteLength} bytes` : show(data);

/** @param {any} picture @param {number} most longest edge allowed @returns {Pixels} */
function checkPixels(picture, most) {
  if (typeof picture !== 'object' || picture === null) {
    throw new FittingRoomError(`preparePhoto takes ImageData or { width, height, rows }, got ${show(picture)}`);
  }
  const width = checkInteger('preparePhoto: width', picture.width, 1, most);
  const height = checkInteger('preparePhoto: height', picture.height, 1, most);
  if (typeof picture.rows === 'function') return { width, height, rows: checkedRows(picture, width) };
  const { data } = picture;
  if (!areBytes(data, width * height * 4)) {
    throw new FittingRoomError(`preparePhoto: data must be ${width * height * 4} bytes of RGBA, got ${given(data)}`);
  }
  return { width, height, rows: (first, count) => data.subarray(first * width * 4, (first + count) * width * 4) };
}

/** @param {Pixels} picture @param {number} width @returns {Pixels['rows']} */
function checkedRows(picture, width) {
  return (first, count) => {
    const data = picture.rows(first, count);
    if (areBytes(data, count * width * 4)) return data;
    throw new FittingRoomError(
      `preparePhoto: rows(${first}, ${count}) must return ${count * width * 4} bytes of RGBA, got ${given(data)}`,
    );
  };
}

/** @param {Box} box */
function checkBox(box) {
  const [left, top, right, bottom] = EDGES.map((edge) => checkNumber(`preparePhoto: box: ${edge}`, box[edge], 0, 1));
  if (left < right && top < bottom) return;
  throw new FittingRoomError(
    `preparePhoto: box must have 0 ≤ left < right ≤ 1 and 0 ≤ top < bottom ≤ 1, got ${left} … ${right} and ` +
      `${top} … ${bottom}`,
  );
}
