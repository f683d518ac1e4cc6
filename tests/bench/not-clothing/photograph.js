/** What a camera does to a picture. */
import { blur, within } from './canvas.js';

/** @typedef {import('./canvas.js').Context} Context */
/** @typedef {import('./canvas.js').Random} Random */
/** @typedef {import('./canvas.js').Kind} Kind */

/** @param {Context} context @param {Random} random @param {Kind['finish']} [finish] */
export function photograph(context, random, finish = 'photo') {
  if (finish === 'screenshot') return;
  const { width, height } = context.canvas;
  if (random.happens(0.8)) blur(context, random.between(0.3, random.happens(0.2) ? 2.2 : 0.9));
  const exposure = finish === 'dark' ? 1 : random.between(0.82, 1.12);
  const warmth = random.between(-0.07, 0.08);
  const gains = [1 + warmth, 1, 1 - warmth].map((gain) => gain * exposure);
  const [lightX, lightY] = [random.between(-0.3, 0.3), random.between(-0.3, 0.3)];
  const vignette = random.between(0.02, 0.4);
  const grain = random.between(1, random.happens(0.25) ? 14 : 6);
  const contrast = random.between(0.85, 1.12);
  const lift = random.between(0, 8);
  const image = context.getImageData(0, 0, width, height);
  let last = 0; // grain is a little wider than a pixel
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += 4) {
      const [u, v] = [x / width - 0.5, y / height - 0.5];
      const light = (1 + lightX * u + lightY * v) * (1 - vignette * 2 * (u * u + v * v));
      last = 0.4 * last + grain * random.normal();
      for (let c = 0; c < 3; c++) {
        const value = image.data[at + c] * gains[c] * light;
        image.data[at + c] = lift + (value - 128) * contrast + 128 + last + 0.35 * grain * (random.next() - 0.5);
      }
    }
  context.putImageData(image, 0, 0);
}

/** Stores the picture as JPEG and opens it again. @param {Context} context @param {Random} random */
export async function compress(context, random) {
  const quality = random.between(0.45, 0.95);
  const stored = await createImageBitmap(await context.canvas.convertToBlob({ type: 'image/jpeg', quality }));
  context.drawImage(stored, 0, 0);
  stored.close();
}

/**
 * Draws one picture as it is seen on a tilted sheet, whose corners are given in the other.
 * @param {Context} context
 * @param {Context} sheet
 * @param {import('./canvas.js').Point[]} corners from the top left, clockwise
 * @param {(u: number, v: number) => number} light on the sheet, at 0 … 1 of its edges
 */
export function lay(context, sheet, corners, light) {
  const { width, height } = context.canvas;
  const { width: sheetWidth, height: sheetHeight } = sheet.canvas;
  const from = sheet.getImageData(0, 0, sheetWidth, sheetHeight).data;
  const image = context.getImageData(0, 0, width, height);
  const at = unproject(corners);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [u, v] = at(x, y);
      if (u < 0 || v < 0 || u >= 1 || v >= 1) continue;
      const [px, py] = [
        within(u * sheetWidth - 0.5, 0, sheetWidth - 1.01),
        within(v * sheetHeight - 0.5, 0, sheetHeight - 1.01),
      ];
      const [i, j] = [Math.floor(px), Math.floor(py)];
      const [p, q] = [px - i, py - j];
      const [lit, o, n] = [light(u, v), 4 * (y * width + x), 4 * (j * sheetWidth + i)];
      for (let c = 0; c < 3; c++) {
        const upper = from[n + c] * (1 - p) + from[n + c + 4] * p;
        const lower = from[n + c + 4 * sheetWidth] * (1 - p) + from[n + c + 4 * sheetWidth + 4] * p;
        image.data[o + c] = lit * (upper * (1 - q) + lower * q);
      }
    }
  context.putImageData(image, 0, 0);
}

/**
 * The inverse of the projection of the unit square onto four corners.
 * @param {import('./canvas.js').Point[]} corners
 */
function unproject([[x0, y0], [x1, y1], [x2, y2], [x3, y3]]) {
  const [sx, sy] = [x0 - x1 + x2 - x3, y0 - y1 + y2 - y3];
  const [dx1, dy1, dx2, dy2] = [x1 - x2, y1 - y2, x3 - x2, y3 - y2];
  const whole = dx1 * dy2 - dx2 * dy1;
  const [g, h] = [(sx * dy2 - dx2 * sy) / whole, (dx1 * sy - sx * dy1) / whole];
  const [a, b, d, e] = [x1 - x0 + g * x1, x3 - x0 + h * x3, y1 - y0 + g * y1, y3 - y0 + h * y3];
  const [A, B, C] = [e - h * y0, h * x0 - b, b * y0 - e * x0];
  const [D, E, F] = [g * y0 - d, a - g * x0, d * x0 - a * y0];
  const [G, H, I] = [d * h - e * g, b * g - a * h, a * e - b * d];
  return (/** @type {number} */ x, /** @type {number} */ y) => {
    const w = G * x + H * y + I;
    return [(A * x + B * y + C) / w, (D * x + E * y + F) / w];
  };
}
