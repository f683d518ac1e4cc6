/// <reference path="./platform.d.ts" preserve="true" />

/**
 * Turns pictures into images that a network can read, in a separate WebAssembly module: `import { preparePhoto,
 * preparePicture } from 'fitting-room/photo'`. preparePhoto makes an image like Fashion-MNIST's of a photo of clothing,
 * preparePicture one of any size, in grey or colour, of any picture.
 */
import { allocated } from './tensor.js';
import { FittingRoomError, checkBoolean, checkChoice, checkInteger, checkNumber, checkOptions, show } from './check.js';
import { pixelsOf, sizeOf } from './bitmap.js';
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

/**
 * A picture as functions take it: RGBA bytes, four per pixel and row by row, such as ImageData; what a canvas can draw
 * and has loaded, such as a canvas, an ImageBitmap, an image or a video; or rows of pixels.
 * @typedef {{ readonly width: number, readonly height: number, readonly data: Uint8Array | Uint8ClampedArray }} Rgba
 * @typedef {Pixels | ImageData | Rgba | import('./bitmap.js').Drawable} Picture
 */

/**
 * How a picture becomes an image. Whoever asks a model must prepare pictures as they were for its training.
 * @typedef {object} Preparation
 * @property {[height: number, width: number]} size of the image, pixels, each 1 … 256
 * @property {1 | 3} channels 1: grey (luma of ITU-R BT.601); 3: red, green, blue
 * @property {'whole' | 'centre' | 'garment' | 'cutout'} crop whole: all of the picture, stretched if its proportions
 *   differ; centre: the largest centred part of the image's proportions; garment: the part around the garment that is
 *   found; cutout: that garment alone, bright on black, as preparePhoto makes it: for size [28, 28] and channels 1
 * @property {'dark'} [background] dark: images show something bright on a dark background, as MNIST's do, so that a
 *   picture with a bright background is inverted; default: pictures are used as they are
 * @property {[black: number, white: number]} [range] what the pixels 0 and 255 become; default: the image is of bytes,
 *   which models take as 0 … 1
 */

/**
 * The same as it is given. crop: default whole.
 * @typedef {Omit<Preparation, 'crop' | 'size'> & { crop?: Preparation['crop'], size: readonly [height: number, width:
 *   number] }} Preparing
 */

const CROPS = /** @type {const} */ (['whole', 'centre', 'garment', 'cutout']);
const CUTOUT = { size: [28, 28], channels: 1 };
const BACKGROUNDS = /** @type {const} */ (['dark']);
const MOST_IN_RANGE = 1e6;
const BRIGHT = 128; // the mean of a border from which a background counts as bright
const GARMENT_MARGIN = 0.08; // around the garment's box, of its longer edge, so that its outline is seen
const EDGES = /** @type {const} */ (['left', 'top', 'right', 'bottom']);

const photoModule = sideModule('photo', new URL('../build/photo/photo.wasm', import.meta.url));

/**
 * Finds the garment in a picture and makes a [28, 28, 1] image of it.
 * @param {Picture} picture
 * @param {{ box?: Box, inverted?: boolean }} [options] `box`: the part to use instead of the one found; `inverted`:
 *   true keeps bright as bright, false turns dark into bright; default: what suits the kind of picture
 * @returns {Promise<PreparedPhoto>}
 * @throws {FittingRoomError} if nothing is visible ('bad-data'), or the picture is too large
 */
export async function preparePhoto(picture, options = {}) {
  checkOptions('preparePhoto', options, ['box', 'inverted']);
  const module = await photoModule();
  const { width, height, rows } = checkPixels('preparePhoto', picture, module.get('fr_photo_most'));
  if (options.box) checkBox(options.box);
  const inverted =
    options.inverted === undefined ? -1 : Number(checkBoolean('preparePhoto: inverted', options.inverted));
  // No await from here on: the module holds only one photo.
  module.call('fr_photo_begin', width, height);
  send(module, { width, height, rows });
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

/**
 * @template {Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>} [Data=Uint8Array<ArrayBuffer>]
 * @typedef {{ shape: number[], data: Data }} Image [height, width, channels]
 */

/**
 * Makes an image of a picture, or of a part of it: each pixel is the mean of what it covers. See-through parts are
 * shown on white.
 * @overload
 * @param {Picture} picture
 * @param {Preparing & { range?: undefined }} preparation
 * @returns {Promise<Image>}
 */
/**
 * In floats, if the preparation has a range.
 * @overload
 * @param {Picture} picture
 * @param {Preparing} preparation
 * @returns {Promise<Image<Float32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>>>}
 */
/**
 * @param {Picture} picture
 * @param {Preparing} preparation
 * @returns {Promise<Image<any>>}
 * @throws {FittingRoomError} if the preparation or the picture is not as described
 */
export async function preparePicture(picture, preparation) {
  const module = await photoModule();
  const { size, channels, crop, background, range } = checkPreparation(preparation, module.get('fr_picture_most'));
  if (crop === 'cutout') return (await preparePhoto(picture)).image;
  const pixels = checkPixels('preparePicture', picture, module.get('fr_photo_most'));
  // No await from here on: the module holds only one picture.
  const [height, width] = size;
  const { left, top, right, bottom } = partOf(module, pixels, crop, width / height);
  module.call('fr_picture_begin', pixels.width, pixels.height, left, top, right, bottom, width, height);
  send(module, pixels, bottom);
  module.call('fr_picture_image', channels);
  const image = {
    shape: [height, width, channels],
    data: module.bytes('fr_picture_pixels', height * width * channels).slice(),
  };
  if (background === 'dark' && borderMean(image) >= BRIGHT)
    for (let i = 0; i < image.data.length; i++) image.data[i] = 255 - image.data[i];
  return range ? { ...image, data: inRange(image.data, range) } : image;
}

/**
 * A batch of images for a model, prepared alike: `await model.predict(await preparePictures([canvas], { size: [28, 28],
 * channels: 1 }))`.
 * @param {Iterable<Picture>} pictures at least one
 * @param {Preparing} preparation
 * @returns {Promise<Image<Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>>>} [n, height, width, channels]
 * @throws {FittingRoomError} if the preparation or a picture is not as described
 */
export async function preparePictures(pictures, preparation) {
  const all = typeof pictures?.[Symbol.iterator] === 'function' ? [...pictures] : [];
  if (all.length === 0) throw new FittingRoomError(`preparePictures takes an array of pictures, got ${show(pictures)}`);
  /** @type {Image<any>[]} */
  const images = [];
  for (const picture of all) images.push(await preparePicture(picture, preparation));
  const [{ shape, data }] = images;
  const batch = allocated(/** @type {typeof Uint8Array} */ (data.constructor), data.length * images.length);
  images.forEach((image, i) => batch.set(image.data, i * data.length));
  return { shape: [images.length, ...shape], data: batch };
}

/** @param {Uint8Array} pixels @param {[black: number, white: number]} range what 0 and 255 become */
export const inRange = (pixels, [black, white]) =>
  Float32Array.from(pixels, (value) => black + (value * (white - black)) / 255);

/**
 * The mean of the pixels along the edges of an image.
 * @param {{ shape: number[], data: Uint8Array }} image [height, width, channels]
 */
export function borderMean({ shape: [height, width, channels], data }) {
  let [sum, count] = [0, 0];
  for (let y = 0; y < height; y++) {
    const step = y === 0 || y === height - 1 ? 1 : Math.max(1, width - 1); // whole rows, or their ends
    for (let x = 0; x < width; x += step)
      for (let c = 0; c < channels; c++, count++) sum += data[(y * width + x) * channels + c];
  }
  return sum / count;
}

/** @param {unknown} preparation @param {number} most pixels @returns {Preparation} */
export function checkPreparation(preparation, most = Infinity) {
  const name = 'preparePicture';
  checkOptions(name, /** @type {object} */ (preparation), ['size', 'channels', 'crop', 'background', 'range']);
  const { size, channels, crop = 'whole', background, range } = /** @type {any} */ (preparation);
  if (!Array.isArray(size) || size.length !== 2)
    throw new FittingRoomError(`${name}: size must be [height, width], got ${show(size)}`);
  const [height, width] = size.map((edge) => checkInteger(`${name}: size`, edge, 1, most));
  if (channels !== 1 && channels !== 3)
    throw new FittingRoomError(`${name}: channels must be 1 or 3, got ${show(channels)}`);
  const checked = { size: /** @type {[number, number]} */ ([height, width]), channels };
  checkChoice(`${name}: crop`, crop, CROPS);
  if (crop === 'cutout' && range !== undefined) throw new FittingRoomError(`${name}: crop cutout takes no range`);
  if (crop === 'cutout' && show([checked.size, channels]) !== show([CUTOUT.size, CUTOUT.channels]))
    throw new FittingRoomError(
      `${name}: crop cutout takes size ${show(CUTOUT.size)} and channels ${CUTOUT.channels}, got ` +
        `${show(checked.size)} and ${channels}`,
    );
  return {
    ...checked,
    crop,
    ...(background !== undefined && { background: checkChoice(`${name}: background`, background, BACKGROUNDS) }),
    ...(range !== undefined && { range: checkRange(`${name}: range`, range) }),
  };
}

/** @param {string} name @param {any} range @returns {[number, number]} */
function checkRange(name, range) {
  const isEnd = (/** @type {unknown} */ end) => Number.isFinite(end) && Math.abs(Number(end)) <= MOST_IN_RANGE;
  const isRange = Array.isArray(range) && range.length === 2 && range.every(isEnd);
  if (isRange && range[0] !== range[1]) return [range[0], range[1]];
  throw new FittingRoomError(`${name} must be what 0 and 255 become, such as [-1, 1], got ${show(range)}`);
}

/**
 * The part of a picture that becomes the image, in its pixels.
 * @param {import('./core/side-module.js').SideModule} module
 * @param {Pixels} pixels
 * @param {Preparation['crop']} crop
 * @param {number} proportion of the image, width to height
 */
function partOf(module, pixels, crop, proportion) {
  const { width, height } = pixels;
  if (crop === 'whole') return { left: 0, top: 0, right: width, bottom: height };
  const box = crop === 'garment' ? garmentIn(module, pixels) : { left: 0, top: 0, right: width, bottom: height };
  const [across, down] = [box.right - box.left, box.bottom - box.top];
  // a garment fits into its part, and a picture's centre fills it
  const fits = crop === 'garment' ? across > down * proportion : across < down * proportion;
  const [wide, high] = fits ? [across, across / proportion] : [down * proportion, down];
  const [left, right] = within((box.left + box.right) / 2, wide, width);
  const [top, bottom] = within((box.top + box.bottom) / 2, high, height);
  return { left, top, right, bottom };
}

/** A stretch about `centre` of an edge of `most` pixels, moved and cut until it lies on it; at least one pixel. */
const within = (/** @type {number} */ centre, /** @type {number} */ length, /** @type {number} */ most) => {
  const whole = Math.max(1, Math.min(most, Math.round(length)));
  const first = Math.max(0, Math.min(most - whole, Math.round(centre - length / 2)));
  return [first, first + whole];
};

/**
 * The garment's box with a margin, in the picture's pixels.
 * @param {import('./core/side-module.js').SideModule} module @param {Pixels} pixels
 */
function garmentIn(module, pixels) {
  module.call('fr_photo_begin', pixels.width, pixels.height);
  send(module, pixels);
  module.call('fr_photo_segment');
  const scale = pixels.width / module.get('fr_photo_width');
  const [left, top, right, bottom] = Array.from(module.floats('fr_photo_box', 4), (edge) => edge * scale);
  const margin = GARMENT_MARGIN * Math.max(right - left, bottom - top);
  return { left: left - margin, top: top - margin, right: right + margin, bottom: bottom + margin };
}

/**
 * Sends the rows of a picture to the module, up to row `end`.
 * @param {import('./core/side-module.js').SideModule} module
 * @param {Pixels} pixels
 * @param {number} [end]
 */
function send(module, { width, height, rows }, end = height) {
  const capacity = Math.max(1, Math.floor(module.get('fr_photo_strip_bytes') / (width * 4)));
  for (let first = 0; first < end; first += capacity) {
    const count = Math.min(capacity, end - first);
    module.bytes('fr_photo_strip', count * width * 4).set(rows(first, count));
    module.call('fr_photo_rows', count);
  }
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

const DRAWABLE = /** @type {const} */ ([
  'HTMLCanvasElement',
  'OffscreenCanvas',
  'ImageBitmap',
  'HTMLImageElement',
  'HTMLVideoElement',
  'VideoFrame',
]);
/** Where the platform has no such class. */
class Never {}

/** @param {string} name @param {any} picture @param {number} most longest edge allowed @returns {Pixels} */
function checkPixels(name, picture, most) {
  if (typeof picture !== 'object' || picture === null) {
    throw new FittingRoomError(
      `${name} takes ImageData, RGBA bytes as { width, height, data }, { width, height, rows } or, in a browser, ` +
        `what a canvas can draw, got ${show(picture)}`,
    );
  }
  if (DRAWABLE.some((kind) => picture instanceof (globalThis[kind] ?? Never))) {
    const [width, height] = sizeOf(picture);
    for (const edge of [width, height]) checkInteger(`${name}: an edge of ${width} × ${height} pixels`, edge, 1, most);
    return pixelsOf(picture);
  }
  const width = checkInteger(`${name}: width`, picture.width, 1, most);
  const height = checkInteger(`${name}: height`, picture.height, 1, most);
  if (typeof picture.rows === 'function') return { width, height, rows: checkedRows(name, picture, width) };
  const { data } = picture;
  if (!areBytes(data, width * height * 4)) {
    throw new FittingRoomError(`${name}: data must be ${width * height * 4} bytes of RGBA, got ${given(data)}`);
  }
  return { width, height, rows: (first, count) => data.subarray(first * width * 4, (first + count) * width * 4) };
}

/** @param {string} name @param {Pixels} picture @param {number} width @returns {Pixels['rows']} */
function checkedRows(name, picture, width) {
  return (first, count) => {
    const data = picture.rows(first, count);
    if (areBytes(data, count * width * 4)) return data;
    throw new FittingRoomError(
      `${name}: rows(${first}, ${count}) must return ${count * width * 4} bytes of RGBA, got ${given(data)}`,
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
