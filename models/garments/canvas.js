/** A canvas of grey values for laying out garments, larger than the picture that is made from it at the end. */

export const SIDE = 28;
export const PIXELS = SIDE * SIDE;
export const CANVAS = 64;
/** Darker grey on a canvas counts as background. */
const GROUND = 12;

export const newCanvas = () => new Float32Array(CANVAS * CANVAS);

/**
 * A picture of the dataset, not copied.
 * @typedef {{ data: Uint8Array, at: number }} Picture `at`: of its first pixel
 */

/**
 * The grey value at a point, interpolated between pixels; outside the picture it is black.
 * @param {Picture} picture
 * @param {number} x pixels; whole numbers are centres
 * @param {number} y
 */
export function sample({ data, at }, x, y) {
  const left = Math.floor(x);
  const top = Math.floor(y);
  if (left < -1 || top < -1 || left >= SIDE || top >= SIDE) return 0;
  const fx = x - left;
  const fy = y - top;
  const grey = (/** @type {number} */ column, /** @type {number} */ row) =>
    column < 0 || row < 0 || column >= SIDE || row >= SIDE ? 0 : data[at + row * SIDE + column];
  return (
    (grey(left, top) * (1 - fx) + grey(left + 1, top) * fx) * (1 - fy) +
    (grey(left, top + 1) * (1 - fx) + grey(left + 1, top + 1) * fx) * fy
  );
}

/**
 * The smallest box around everything brighter than `threshold`; right and bottom are exclusive.
 * @param {ArrayLike<number>} values @param {number} side @param {number} threshold @param {number} [at]
 */
export function boxOf(values, side, threshold, at = 0) {
  const box = { left: side, top: side, right: 0, bottom: 0 };
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (values[at + y * side + x] <= threshold) continue;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x + 1);
      box.top = Math.min(box.top, y);
      box.bottom = y + 1;
    }
  }
  return box;
}

/** From 0 to 1, smooth at both ends. @param {number} x */
export const eased = (x) => (x < 0 ? 0 : x > 1 ? 1 : x * x * (3 - 2 * x));

/**
 * Smooth noise over a canvas, −1 … 1.
 * @param {import('./random.js').Random} random @param {number} cells across the canvas
 * @returns {(x: number, y: number) => number}
 */
export function noiseOf(random, cells) {
  const width = cells + 2;
  const knots = Float32Array.from({ length: width * width }, () => random.around(1));
  return (x, y) => {
    const u = (x / CANVAS) * cells;
    const v = (y / CANVAS) * cells;
    const i = Math.floor(u);
    const j = Math.floor(v);
    const at = j * width + i;
    const fx = eased(u - i);
    const upper = knots[at] * (1 - fx) + knots[at + 1] * fx;
    const lower = knots[at + width] * (1 - fx) + knots[at + width + 1] * fx;
    return upper + (lower - upper) * eased(v - j);
  };
}

/**
 * Makes the 28 × 28 picture of a canvas: takes the box around everything on it, scales its longest edge to the fraction
 * `fill` of the picture's, and centres it; each pixel is the average of the area that it covers.
 * @param {Float32Array} canvas @param {Uint8Array} out @param {number} at of its first pixel in `out` @param {number}
 *   fill
 */
export function fit(canvas, out, at, fill) {
  const { left, top, right, bottom } = boxOf(canvas, CANVAS, GROUND);
  if (left >= right) return void out.fill(0, at, at + PIXELS);
  const scale = Math.max(right - left, bottom - top) / (SIDE * fill);
  const x0 = (left + right) / 2 - (SIDE / 2) * scale;
  const y0 = (top + bottom) / 2 - (SIDE / 2) * scale;
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++)
      out[at + y * SIDE + x] = Math.min(255, Math.round(average(canvas, x0 + x * scale, y0 + y * scale, scale)));
  }
}

/** @param {Float32Array} canvas @param {number} left @param {number} top @param {number} size of a square */
function average(canvas, left, top, size) {
  let sum = 0;
  for (let y = Math.max(0, Math.floor(top)); y < Math.min(CANVAS, top + size); y++) {
    const height = Math.min(y + 1, top + size) - Math.max(y, top);
    for (let x = Math.max(0, Math.floor(left)); x < Math.min(CANVAS, left + size); x++) {
      sum += canvas[y * CANVAS + x] * height * (Math.min(x + 1, left + size) - Math.max(x, left));
    }
  }
  return sum / (size * size);
}
