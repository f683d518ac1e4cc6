import { headOf } from '../head.js';

/** Pictures as the platform decodes them, in the worker: nothing here ever holds the page up. */

/** Longest edge that every browser's canvas takes, pixels. */
const LONGEST_EDGE = 16384;

/** @typedef {'unreadable' | 'empty-file' | 'heic' | 'svg' | 'not-a-picture' | 'too-large'} Reason why a file is refused; the page has the words */

export class Refusal extends Error {
  /** @param {Reason} code @param {unknown} [cause] */
  constructor(code, cause) {
    super(code, { cause });
    this.name = 'Refusal';
    this.code = code;
  }
}

/**
 * Decodes the first frame of a picture, turned upright.
 * @param {Blob} file
 * @returns {Promise<ImageBitmap>}
 */
export async function decode(file) {
  if (file.size === 0) throw new Refusal('empty-file');
  try {
    return await fitted(await createImageBitmap(file, { imageOrientation: 'from-image' }));
  } catch (error) {
    throw new Refusal(await reasonOf(file).catch(() => 'unreadable'), error); // a folder, or a file that is gone
  }
}

/** What kind of file it was that could not be decoded. @param {Blob} file @returns {Promise<Reason>} */
async function reasonOf(file) {
  const head = await headOf(file, 1024);
  if (/^....ftyp(hei[cfmsx]|hev[cx]|mif1|msf1)/s.test(head)) return 'heic';
  if (/<svg[\s>]/i.test(head)) return 'svg';
  // What begins as a picture does and still cannot be decoded is broken, or more than there is memory for.
  const known = /^(\x89PNG|\xff\xd8\xff|GIF8|BM|RIFF....WEBP)/s.test(head);
  return known && file.size > 30e6 ? 'too-large' : 'not-a-picture';
}

/** @param {ImageBitmap} bitmap */
async function fitted(bitmap) {
  const longest = Math.max(bitmap.width, bitmap.height);
  if (longest <= LONGEST_EDGE) return bitmap;
  const small = drawn(bitmap, LONGEST_EDGE / longest).transferToImageBitmap();
  bitmap.close();
  return small;
}

/** @param {ImageBitmap} bitmap @param {number} scale */
function drawn(bitmap, scale) {
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = new OffscreenCanvas(width, height);
  const context = contextOf(canvas, { willReadFrequently: true }); // a processor's canvas: it is there at once
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  return canvas;
}

/** @param {OffscreenCanvas} canvas @param {CanvasRenderingContext2DSettings} [settings] */
function contextOf(canvas, settings) {
  const context = canvas.getContext('2d', settings);
  if (!context) throw new Error('no canvas can be had');
  return context;
}

/** A smaller picture to be shown. @param {ImageBitmap} bitmap @param {number} edge its longest, pixels */
export const previewOf = (bitmap, edge) => drawn(bitmap, Math.min(1, edge / Math.max(bitmap.width, bitmap.height))).transferToImageBitmap();

/** The pixels, a strip of rows at a time. @param {ImageBitmap} bitmap @returns {import('../../shim/photo.js').Pixels} */
export function pixelsOf(bitmap) {
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, 1);
  const context = contextOf(canvas, { willReadFrequently: true });
  return {
    width,
    height,
    rows(first, count) {
      canvas.height = count; // clears it as well
      context.drawImage(bitmap, 0, -first);
      return context.getImageData(0, 0, width, count).data;
    },
  };
}
