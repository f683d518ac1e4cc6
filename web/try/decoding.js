import { FittingRoomError } from '../../shim/check.js';
import { contextOf } from '../../shim/bitmap.js';
import { headOf } from '../head.js';
import { sizeOf } from './picture-size.js';

/** Decodes pictures with the browser's decoders, in the worker, so that the page stays responsive. */

/** Longest edge that every browser's canvas takes, pixels. */
const LONGEST_EDGE = 16384;

/** What a file may be; decoded, a picture takes 8 to 16 bytes of memory per pixel. */
const MOST_BYTES = 256 * 2 ** 20;
const FEW_PIXELS = 12 * 2 ** 20; // 4096 × 3072, a photo of 12 megapixels: as many as 200 MB hold
const PIXELS_PER_BYTE = 24; // more of them in a file of more than a megabyte
const MOST_PIXELS = 120e6;
const MOST_EDGE = 32767; // Firefox has no longer ones

/**
 * The pixels that a file of so many bytes may have: a small one that has more is not a photo, and was made to do harm.
 * @param {number} bytes
 */
export const mostPixels = (bytes) => Math.min(MOST_PIXELS, FEW_PIXELS + PIXELS_PER_BYTE * Math.max(0, bytes - 2 ** 20));
const MOST_WORK = 4; // as much as so many pictures of the largest size

/**
 * @typedef {import('../../shim/datasets/decoding.js').FileLike} FileLike
 * @typedef {'unreadable' | 'empty-file' | 'heic' | 'svg' | 'not-a-picture' | 'too-large' | 'too-many-bytes' |
 *   'too-slow'} Reason why a file is refused;
 *   the page has the words
 */

export class Refusal extends Error {
  /** @param {Reason} code @param {Record<string, number>} [values] numbers for the words @param {unknown} [cause] */
  constructor(code, values = {}, cause = undefined) {
    super(code, { cause });
    this.name = 'Refusal';
    this.code = code;
    this.values = values;
  }
}

/**
 * The bytes of a file that may be a picture.
 * @param {Pick<FileLike, 'size' | 'arrayBuffer'>} file
 * @returns {Promise<ArrayBuffer>}
 */
export async function contentOf(file) {
  const { size = 0 } = file;
  if (size > MOST_BYTES) throw new Refusal('too-many-bytes', { bytes: size, most: MOST_BYTES });
  const data = await file.arrayBuffer().catch((cause) => {
    if (cause instanceof FittingRoomError) throw cause; // of an archive
    throw new Refusal('unreadable', {}, cause); // a folder, or a file that is gone
  });
  if (data.byteLength === 0) throw new Refusal('empty-file'); // only now: what is gone may have no size either
  return data;
}

/**
 * The bytes as a picture, once what its headers claim has been compared with what a picture may be.
 * @param {ArrayBuffer} data
 * @returns {Promise<Blob>}
 */
export async function checked(data) {
  const size = sizeOf(new Uint8Array(data));
  if (!size) throw new Refusal(await reasonOf(new Blob([data])));
  checkSize(size, data.byteLength);
  return new Blob([data], { type: size.type });
}

/**
 * Decodes the first frame of a picture, turned upright.
 * @param {Blob} picture that has been checked
 * @returns {Promise<ImageBitmap>}
 */
export async function decode(picture) {
  try {
    return await fitted(await createImageBitmap(picture, { imageOrientation: 'from-image' }));
  } catch (error) {
    throw new Refusal(await reasonOf(picture), {}, error);
  }
}

/** @param {import('./picture-size.js').Size} size @param {number} bytes of the file */
function checkSize({ width, height, work }, bytes) {
  const most = mostPixels(bytes);
  if (width * height > most || Math.max(width, height) > MOST_EDGE)
    throw new Refusal('too-large', { width, height, megapixels: most / 1e6, edge: MOST_EDGE });
  if (work > MOST_WORK * most) throw new Refusal('too-slow');
}

/** What kind of file it was that could not be decoded. @param {Blob} file @returns {Promise<Reason>} */
async function reasonOf(file) {
  const head = await headOf(file, 1024);
  if (/^....ftyp(hei[cfmsx]|hev[cx]|mif1|msf1)/s.test(head)) return 'heic';
  return /<svg[\s>]/i.test(head) ? 'svg' : 'not-a-picture';
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
  const context = contextOf(canvas);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  return canvas;
}

/** A smaller picture to be shown. @param {ImageBitmap} bitmap @param {number} edge its longest, pixels */
export const previewOf = (bitmap, edge) =>
  drawn(bitmap, Math.min(1, edge / Math.max(bitmap.width, bitmap.height))).transferToImageBitmap();
