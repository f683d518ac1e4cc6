import { sizeOf } from '../bitmap.js';
import { FittingRoomError, checkInteger, show } from '../check.js';
import { withLeftOut } from './left-out.js';
import { Tensor, concat, tensorOf } from './tensor.js';

/** @import { Drawable } from '../bitmap.js' */

/* tf.image and tf.browser: from pixels to tensors, and back. */

/** @typedef {{ width: number, height: number, data: ArrayLike<number> }} Pixels four bytes per pixel: RGBA */
/** @param {number} width @param {number} height */
const canvasOf = (width, height) =>
  typeof OffscreenCanvas === 'function'
    ? new OffscreenCanvas(width, height)
    : Object.assign(document.createElement('canvas'), { width, height });

/** @param {any} source @returns {Pixels} */
function pixelsOf(source) {
  if (source?.data?.length !== undefined && source.data.length === source.width * source.height * 4) return source;
  const [width, height] = sizeOf(Object(source));
  const canDraw = typeof OffscreenCanvas === 'function' || typeof document === 'object';
  if (!canDraw || !(width > 0 && height > 0))
    throw new FittingRoomError(
      'fromPixels takes ImageData, { width, height, data } with four bytes per pixel or, in a page, an image, ' +
        `video or canvas that is loaded, got ${show(source)}`,
    );
  const context = /** @type {CanvasRenderingContext2D | null} */ (
    canvasOf(width, height).getContext('2d', { willReadFrequently: true })
  );
  if (!context) throw new FittingRoomError('fromPixels: no 2D context could be made', 'unsupported');
  context.drawImage(source, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/** @param {Pixels | Drawable} source @param {number} [numChannels] of red, green, blue, alpha: how many; default 3 */
function fromPixels(source, numChannels = 3) {
  checkInteger('fromPixels: numChannels', numChannels, 1, 4);
  const { width, height, data } = pixelsOf(source);
  const values = new Int32Array(width * height * numChannels);
  for (let i = 0; i < values.length; i++) values[i] = data[Math.floor(i / numChannels) * 4 + (i % numChannels)];
  return new Tensor(values, [height, width, numChannels], 'int32');
}

/**
 * RGBA bytes of a picture: integers 0..255 or floats 0..1, grey, RGB or RGBA.
 * @param {Tensor} img [height, width] or [height, width, 1 | 3 | 4]
 * @param {HTMLCanvasElement | OffscreenCanvas} [canvas] to draw it on
 * @returns {Promise<Uint8ClampedArray<ArrayBuffer>>}
 */
async function toPixels(img, canvas) {
  const picture = tensorOf(img);
  const [height, width, depth = 1] = picture.shape;
  if (picture.rank < 2 || picture.rank > 3 || ![1, 3, 4].includes(depth))
    throw new FittingRoomError(
      `toPixels: the shape must be [height, width] or [height, width, 1, 3 or 4], got ${show(picture.shape)}`,
    );
  const values = picture.dataSync();
  const scale = picture.dtype === 'int32' ? 1 : 255;
  const bytes = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < Math.max(depth, 3); c++)
      bytes[i * 4 + c] = Math.round(values[i * depth + (depth === 1 ? 0 : c)] * scale);
  if (canvas) {
    Object.assign(canvas, { width, height });
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.putImageData(new ImageData(bytes, width, height), 0, 0);
  }
  return bytes;
}

export const browser = withLeftOut(
  'tf.browser',
  {
    fromPixels,
    /** @param {Pixels | Drawable} source @param {number} [numChannels] */
    fromPixelsAsync: async (source, numChannels) => fromPixels(source, numChannels),
    toPixels,
  },
  'draw',
);

/**
 * Where the samples of a resized axis lie in the original.
 * @param {number} from its length @param {number} to @param {boolean} alignCorners @param {boolean} halfPixelCenters
 * @returns {(i: number) => number}
 */
function positions(from, to, alignCorners, halfPixelCenters) {
  if (halfPixelCenters && alignCorners)
    throw new FittingRoomError('resize: give alignCorners or halfPixelCenters, not both');
  const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  return (i) => (halfPixelCenters ? (i + 0.5) * scale - 0.5 : i * scale);
}

/**
 * @param {string} what
 * @param {Tensor} images [height, width, channels] or [n, height, width, channels]
 * @param {[number, number]} size
 * @returns {{ batch: Tensor, done: (values: Float32Array) => Tensor }}
 */
function resizing(what, images, size) {
  const given = tensorOf(images);
  if (given.rank !== 3 && given.rank !== 4)
    throw new FittingRoomError(
      `${what}: images must have shape [height, width, channels] or [n, height, width, channels], got ` +
        show(given.shape),
    );
  const [height, width] = [0, 1].map((axis) => checkInteger(`${what}: size ${axis}`, size?.[axis], 1, 65536));
  const batch = given.rank === 3 ? given.expandDims(0) : given;
  const [count, , , channels] = batch.shape;
  const shape = [...(given.rank === 3 ? [] : [count]), height, width, channels];
  return { batch, done: (values) => new Tensor(values, shape, 'float32') };
}

/**
 * @param {Tensor} images @param {[number, number]} size [height, width] @param {boolean} [alignCorners] @param
 *   {boolean}
 *   [halfPixelCenters]
 */
function resizeBilinear(images, size, alignCorners = false, halfPixelCenters = false) {
  const { batch, done } = resizing('resizeBilinear', images, size);
  const [count, height, width, channels] = batch.shape;
  const [rows, columns] = size;
  const from = batch.dataSync();
  const axis = (/** @type {number} */ length, /** @type {number} */ wanted) => {
    const at = positions(length, wanted, alignCorners, halfPixelCenters);
    return Array.from({ length: wanted }, (_, i) => {
      const place = at(i);
      const low = Math.max(0, Math.floor(place));
      return { low, high: Math.min(length - 1, Math.ceil(place)), share: place - low };
    });
  };
  const [vertical, horizontal] = [axis(height, rows), axis(width, columns)];
  const values = new Float32Array(count * rows * columns * channels);
  let i = 0;
  for (let n = 0; n < count; n++)
    for (const y of vertical)
      for (const x of horizontal)
        for (let c = 0; c < channels; c++) {
          const at = (/** @type {number} */ row, /** @type {number} */ column) =>
            from[((n * height + row) * width + column) * channels + c];
          const top = at(y.low, x.low) + (at(y.low, x.high) - at(y.low, x.low)) * x.share;
          const bottom = at(y.high, x.low) + (at(y.high, x.high) - at(y.high, x.low)) * x.share;
          values[i++] = top + (bottom - top) * y.share;
        }
  return done(values);
}

/**
 * @param {Tensor} images @param {[number, number]} size [height, width] @param {boolean} [alignCorners] @param
 *   {boolean}
 *   [halfPixelCenters]
 */
function resizeNearestNeighbor(images, size, alignCorners = false, halfPixelCenters = false) {
  const { batch } = resizing('resizeNearestNeighbor', images, size);
  const nearest = (/** @type {number} */ length, /** @type {number} */ wanted) => {
    const at = positions(length, wanted, alignCorners, halfPixelCenters);
    return Array.from({ length: wanted }, (_, i) => {
      const place = alignCorners ? Math.round(at(i)) : Math.floor(at(i) + (halfPixelCenters ? 0.5 : 0));
      return Math.min(length - 1, Math.max(0, place));
    });
  };
  const [, height, width] = batch.shape;
  const made = batch.gather(nearest(height, size[0]), 1).gather(nearest(width, size[1]), 2);
  return tensorOf(images).rank === 3 ? made.squeeze([0]) : made;
}

export const image = withLeftOut(
  'tf.image',
  {
    resizeBilinear,
    resizeNearestNeighbor,
    /** Mirrors pictures. @param {Tensor} images [n, height, width, channels] */
    flipLeftRight: (images) => images.reverse(2),
    /** @param {Tensor} images [..., 1] */
    grayscaleToRGB: (images) => concat([images, images, images], -1),
  },
  'cropAndResize nonMaxSuppression nonMaxSuppressionAsync nonMaxSuppressionPadded nonMaxSuppressionPaddedAsync ' +
    'nonMaxSuppressionWithScore nonMaxSuppressionWithScoreAsync rgbToGrayscale rotateWithOffset threshold transform',
);
