/* The pixels of pictures that the browser has decoded. */

/** @import { Box, Pixels } from './photo.js' */

/**
 * What a canvas can draw.
 * @typedef {HTMLImageElement | HTMLVideoElement | HTMLCanvasElement | OffscreenCanvas | ImageBitmap | VideoFrame}
 *   Drawable
 */

/** @param {any} source @returns {[width: number, height: number]} as it is, not as the page shows it */
export const sizeOf = (source) => [
  source.videoWidth || source.naturalWidth || source.displayWidth || source.width,
  source.videoHeight || source.naturalHeight || source.displayHeight || source.height,
];

/** All of a picture. @type {Box} */
export const WHOLE = { left: 0, top: 0, right: 1, bottom: 1 };

/** Of a processor's canvas: it is there at once. @param {OffscreenCanvas} canvas */
export function contextOf(canvas) {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('the browser could not create a canvas');
  return context;
}

/** One for all pictures: a new canvas takes longer than what is drawn on it. @type {OffscreenCanvas | undefined} */
let shared;

/** A canvas whose content does not matter. @param {number} width @param {number} height */
function canvasOf(width, height) {
  shared ??= new OffscreenCanvas(width, height);
  if (shared.width !== width) shared.width = width;
  if (shared.height !== height) shared.height = height;
  return shared;
}

/**
 * The pixels of a picture or of a part of it, a strip of rows at a time.
 * @param {Drawable} bitmap
 * @param {Box} [part]
 * @returns {Pixels}
 */
export function pixelsOf(bitmap, part = WHOLE) {
  const [across, down] = sizeOf(bitmap);
  const [x, width] = stretch(part.left, part.right, across);
  const [y, height] = stretch(part.top, part.bottom, down);
  return {
    width,
    height,
    rows(first, count) {
      const context = contextOf(canvasOf(width, count));
      context.globalCompositeOperation = 'copy'; // see-through parts too
      context.drawImage(bitmap, -x, -y - first);
      return context.getImageData(0, 0, width, count).data;
    },
  };
}

/** Where a part of an edge begins, and its length: at least one pixel. @param {number} from @param {number} to */
function stretch(from, to, /** @type {number} */ edge) {
  const first = Math.min(edge - 1, Math.round(from * edge));
  return [first, Math.max(1, Math.min(edge, Math.round(to * edge)) - first)];
}
