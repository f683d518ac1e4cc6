import { FittingRoomError } from '../check.js';
import { inNode } from '../core/host.js';
import { pixelsOf } from '../bitmap.js';

/** @import { Pixels } from '../photo.js' */

/* What a file's bytes show, turned upright: by the browser's decoders, or by the package sharp in Node. */

/**
 * @typedef {{ name: string, size?: number, arrayBuffer: () => Promise<ArrayBuffer> }} FileLike such as a File of the
 *   browser
 * @typedef {Pixels & { close?: () => void }} Decoded close: frees it
 * @typedef {(file: FileLike) => Promise<Decoded>} Decode rejects if the file is not a picture that can be read
 */

/** @type {Decode} */
async function decodeInBrowser(file) {
  const blob = file instanceof Blob ? file : new Blob([await file.arrayBuffer()]);
  const bitmap = await createImageBitmap(blob, { imageOrientation: 'from-image' });
  return { ...pixelsOf(bitmap), close: () => bitmap.close() };
}

/** @returns {Promise<Decode>} */
async function nodeDecoder() {
  const { default: sharp } = await import(/* @vite-ignore */ 'sharp').catch((cause) => {
    throw new FittingRoomError(
      'reading pictures in Node needs the package sharp, which is not installed, or a decoder of yours as decode',
      'unsupported',
      { cause },
    );
  });
  return async (file) => {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const { data, info } = await sharp(bytes)
      .autoOrient()
      .toColourspace('srgb')
      .ensureAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    return { width, height, rows: (first, count) => data.subarray(first * width * 4, (first + count) * width * 4) };
  };
}

/**
 * The platform's decoder.
 * @returns {Promise<Decode>}
 * @throws {FittingRoomError} 'unsupported' if there is none
 */
export async function platformDecoder() {
  if (inNode()) return nodeDecoder();
  if (typeof createImageBitmap === 'function' && typeof OffscreenCanvas === 'function') return decodeInBrowser;
  throw new FittingRoomError('this browser cannot decode pictures here; hand over a decoder as decode', 'unsupported');
}
