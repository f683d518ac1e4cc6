import { text } from './given.js';
import { idx } from './idx.js';

/** Tables and pairs of files that hold pixels: small images that say what they are. */

/**
 * The pixels of an image: a bright bar on black, whose row says its class.
 * @param {number} label
 * @param {number} seed
 * @param {number} [side]
 */
export const bar = (label, seed, side = 8) =>
  Uint8Array.from({ length: side * side }, (_, i) => {
    const [y, x] = [Math.floor(i / side), i % side];
    return y === 1 + (label % (side - 2)) && x > 0 && x < side - 1 ? 255 - ((seed * 7 + x * 31 + label) % 100) : 0;
  });

/**
 * A table of such images.
 * @param {number} count
 * @param {{ classes?: number, side?: number, header?: boolean, last?: boolean, separator?: string, first?: number,
 *   labelOf?: (label: number) => string }} [options] last: whether the label stands last; first: label
 */
export function pixelTable(count, options = {}) {
  const { classes = 3, side = 8, header = true, last = false, separator = ',', first = 0, labelOf = String } = options;
  const row = (/** @type {unknown} */ label, /** @type {unknown[]} */ pixels) =>
    (last ? [...pixels, label] : [label, ...pixels]).join(separator);
  const rows = Array.from({ length: count }, (_, i) =>
    row(labelOf(first + (i % classes)), [...bar(i % classes, i, side)]),
  );
  const names = Array.from({ length: side * side }, (_, i) => `pixel${i + 1}`);
  return `${[...(header ? [row('label', names)] : []), ...rows].join('\n')}\n`;
}

/** @param {string} name @param {string | Uint8Array} content */
export const fileOf = (name, content) =>
  new File([typeof content === 'string' ? text(content) : Uint8Array.from(content)], name);

/**
 * A pair of IDX files of such images, by name.
 * @param {string} prefix of their names
 * @param {number} count
 * @param {{ classes?: number, side?: number, first?: number, turned?: boolean }} [options] first: label; turned:
 *   columns are stored as rows
 * @returns {Record<string, Uint8Array>}
 */
export function idxPair(prefix, count, { classes = 10, side = 8, first = 0, turned = false } = {}) {
  const images = Array.from({ length: count }, (_, i) => bar(i % classes, i, side));
  const at = (/** @type {number} */ i) => {
    const [image, pixel] = [Math.floor(i / side / side), i % (side * side)];
    return images[image][turned ? (pixel % side) * side + Math.floor(pixel / side) : pixel];
  };
  return {
    [`${prefix}-images-idx3-ubyte`]: idx([count, side, side], at),
    [`${prefix}-labels-idx1-ubyte`]: idx([count], (i) => first + (i % classes)),
  };
}
