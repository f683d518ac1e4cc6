import { el } from '../dom.js';
import { GARMENTS, areGarments } from '../subject.js';

/**
 * Images of garments are drawn as ink whose opacity is the grey value, so they lie on the page's own ground. All others
 * are drawn as they are.
 *
 * @typedef {import('../subject.js').Subject} Subject
 */

/**
 * @param {HTMLCanvasElement} canvas takes the image's size
 * @param {Uint8Array} pixels [height, width, channels]
 * @param {Subject} subject
 */
export function paint(canvas, pixels, { shape: [height, width, channels], classNames }) {
  const ink = areGarments(classNames);
  const image = new ImageData(width, height);
  const { data } = image;
  const [green, blue] = channels === 3 ? [1, 2] : [0, 0];
  for (let at = 0, from = 0; at < data.length; at += 4, from += channels) {
    data[at + 3] = ink ? pixels[from] : 255;
    if (ink) continue;
    data[at] = pixels[from];
    data[at + 1] = pixels[from + green];
    data[at + 2] = pixels[from + blue];
  }
  canvas.width = width;
  canvas.height = height;
  canvas.classList.toggle('plain', !ink);
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}

/** @param {Subject} [subject] */
export const blankCanvas = ({ shape: [height, width] } = GARMENTS) =>
  el('canvas', { className: 'pixels', width, height, ariaHidden: 'true' });

/** The i-th picture of many. @param {Uint8Array} pixels @param {number} i @param {Subject} subject */
export function pictureAt(pixels, i, { shape }) {
  const size = shape.reduce((product, length) => product * length, 1);
  return pixels.subarray(i * size, (i + 1) * size);
}
