/**
 * From photos of clothing to pictures a Fashion-MNIST network can read, in a WebAssembly module of its own:
 * `import { preparePhoto } from 'fitting-room/photo'`.
 */
import { FittingRoomError, checkBoolean, checkInteger, checkNumber, checkOptions, show } from './check.js';
import { sideModule } from './core/side-module.js';

/**
 * A picture as the platform decodes it, turned upright: RGBA, 8 bits each, not premultiplied.
 * @typedef {object} Pixels
 * @property {number} width pixels, at most 32768
 * @property {number} height
 * @property {(first: number, count: number) => Uint8Array | Uint8ClampedArray} rows RGBA of rows first … first + count
 *   − 1;
 *   asked for from the top down, so that no picture need be held as a whole
 *
 * @typedef {{ left: number, top: number, right: number, bottom: number }} Box in shares of the picture, 0 … 1
 *
 * @typedef {object} PreparedPhoto
 * @property {{ shape: number[], data: Uint8Array }} image [28, 28, 1], as Fashion-MNIST has them: the garment bright,
 *   black around it
 * @property {'photo' | 'cutout' | 'ready'} kind found in a photo; cut out by its transparency; like Fashion-MNIST
 *   already
 * @property {Box} box of the garment
 * @property {{ width: number, height: number, data: Uint8Array }} mask of the picture made smaller: 1 where the garment
 *   is
 */

const EDGES = /** @type {const} */ (['left', 'top', 'right', 'bottom']);

const photoModule = sideModule('photo', new URL('../build/photo/photo.wasm', import.meta.url));

/**
 * Finds the garment in a picture and makes the [28, 28, 1] picture of it.
 * @param {Pixels | ImageData} picture
 * @param {{ box?: Box, inverted?: boolean }} [options] `box`: what to take in place of what is found; `inverted`: true
 *   takes bright
 *   for bright, false dark for bright; without it, what suits the kind of picture
 * @returns {Promise<PreparedPhoto>}
 * @throws {FittingRoomError} where nothing is to be seen ('bad-data'), or the picture is too long
 */
export async function preparePhoto(picture, options = {}) {
  checkOptions('preparePhoto', options, ['box', 'inverted']);
  const module = await photoModule();
  const { width, height, rows } = checkPixels(picture, module.get('fr_photo_most'));
  if (options.box) checkBox(options.box);
  const inverted =
    options.inverted === undefined ? -1 : Number(checkBoolean('preparePhoto: inverted', options.inverted));
  // From here on without a pause: the module holds one photo.
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

/** @param {any} picture @param {number} most the longest edge @returns {Pixels} */
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
      `preparePhoto: rows(${first}, ${count}) must give ${count * width * 4} bytes of RGBA, got ${given(data)}`,
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
