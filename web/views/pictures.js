import { el } from '../dom.js';

/** Pictures are drawn as ink whose opacity is the grey value, so they lie on the page's own ground. */

const SIDE = 28;

/** @param {HTMLCanvasElement} canvas @param {Uint8Array} pixels [784] */
export function paint(canvas, pixels) {
  const image = new ImageData(SIDE, SIDE);
  pixels.forEach((value, i) => (image.data[i * 4 + 3] = value));
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}

export const blankCanvas = () => el('canvas', { className: 'pixels', width: SIDE, height: SIDE, ariaHidden: 'true' });

/** The i-th picture of many. @param {Uint8Array} pixels @param {number} i */
export const pictureAt = (pixels, i) => pixels.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE);
