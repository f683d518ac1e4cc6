import { allocated } from '../tensor.js';

/* Which images are nearly the same, so that none of them is learnt from while another is tested with. */

const EDGE = 16; // cells of a thumbnail along each edge
const CELLS = EDGE * EDGE;
/** The mean difference of two thumbnails up to which they are alike: in grey levels, and as a share of contrast. */
const MOST_LEVELS = 6;
const MOST_OF_CONTRAST = 0.2;

/**
 * Small grey copies of images without their mean: brightness does not count.
 * @param {Uint8Array} pixels [count, height, width, channels]
 * @param {number[]} shape
 * @returns {Float32Array} [count, 256]
 */
function thumbnailsOf(pixels, [count, height, width, channels]) {
  const thumbnails = allocated(Float32Array, count * CELLS);
  const edges = (/** @type {number} */ length) =>
    Array.from({ length: EDGE }, (_, i) => {
      const first = Math.min(length - 1, Math.floor((i * length) / EDGE));
      return [first, Math.max(first + 1, Math.floor(((i + 1) * length) / EDGE))];
    });
  const [rows, columns] = [edges(height), edges(width)];
  for (let image = 0; image < count; image++) {
    const thumbnail = thumbnails.subarray(image * CELLS, (image + 1) * CELLS);
    const start = image * height * width * channels;
    rows.forEach(([top, bottom], r) =>
      columns.forEach(([left, right], c) => {
        let sum = 0;
        for (let y = top; y < bottom; y++) {
          const from = start + (y * width + left) * channels;
          for (let at = from; at < from + (right - left) * channels; at++) sum += pixels[at];
        }
        thumbnail[r * EDGE + c] = sum / ((bottom - top) * (right - left) * channels);
      }),
    );
    const mean = thumbnail.reduce((sum, value) => sum + value, 0) / CELLS;
    for (let i = 0; i < CELLS; i++) thumbnail[i] -= mean;
  }
  return thumbnails;
}

/** The mean of some signed cells. @param {Float32Array} thumbnail @param {(cell: number) => boolean} plus */
function projected(thumbnail, plus) {
  let sum = 0;
  for (let i = 0; i < CELLS; i++) sum += plus(i) ? thumbnail[i] : -thumbnail[i];
  return sum / CELLS;
}

/** Sets that can be joined. */
class Sets {
  /** @param {number} count */
  constructor(count) {
    this.parents = Int32Array.from({ length: count }, (_, i) => i);
  }

  /** The member that stands for a set: its first. @param {number} i @returns {number} */
  of(i) {
    while (this.parents[i] !== i) i = this.parents[i] = this.parents[this.parents[i]];
    return i;
  }

  /** @param {number} i @param {number} j */
  join(i, j) {
    const [a, b] = [this.of(i), this.of(j)];
    this.parents[Math.max(a, b)] = Math.min(a, b);
  }
}

/**
 * Groups images that are nearly the same: the mean difference of their thumbnails is small. The difference of two
 * projections is never larger than that, so only images whose projections are near each other are compared.
 * @param {{ shape: number[], data: Uint8Array }} images [count, height, width, channels]
 * @returns {Int32Array} [count]: the first image of each one's group
 */
export function groupAlike({ shape, data }) {
  const count = shape[0];
  const thumbnails = thumbnailsOf(data, shape);
  const of = (/** @type {number} */ i) => thumbnails.subarray(i * CELLS, (i + 1) * CELLS);
  const across = Float32Array.from({ length: count }, (_, i) => projected(of(i), (cell) => cell % EDGE < EDGE / 2));
  const down = Float32Array.from({ length: count }, (_, i) => projected(of(i), (cell) => cell < CELLS / 2));
  const allowed = Float32Array.from({ length: count }, (_, i) =>
    Math.min(MOST_LEVELS, (MOST_OF_CONTRAST * of(i).reduce((sum, value) => sum + Math.abs(value), 0)) / CELLS),
  );
  const order = Array.from({ length: count }, (_, i) => i).sort((i, j) => across[i] - across[j]);
  const sets = new Sets(count);
  for (let at = 0; at < count; at++) {
    const i = order[at];
    for (let next = at + 1; next < count && across[order[next]] - across[i] <= allowed[i]; next++) {
      const j = order[next];
      if (sets.of(i) === sets.of(j)) continue; // as of thousands that are the same
      const most = Math.min(allowed[i], allowed[j]);
      if (Math.abs(down[i] - down[j]) <= most && areWithin(of(i), of(j), most)) sets.join(i, j);
    }
  }
  return Int32Array.from({ length: count }, (_, i) => sets.of(i));
}

/** @param {Float32Array} a @param {Float32Array} b @param {number} most their mean difference */
function areWithin(a, b, most) {
  let left = most * CELLS;
  for (let i = 0; i < CELLS && left >= 0; i++) left -= Math.abs(a[i] - b[i]);
  return left >= 0;
}
