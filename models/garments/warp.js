import { CANVAS, SIDE, noiseOf, sample } from './canvas.js';
import { cosine, sine } from './exact.js';
import { foldsOf } from './folds.js';

/**
 * One garment as it may lie in a photo: turned, stretched, bent, folded, with a rough outline. For every pixel of the
 * canvas, its source in the dataset's picture is computed.
 */

/** @import { Picture } from './canvas.js' */
/** @import { Random } from './random.js' */

const CENTRE = (SIDE - 1) / 2;
const BEND = 0.12;
const ROUGH = 1.2; // pixels, of the outline's long waves
const FRAYED = 0.35; // pixels, of its short waves

/**
 * @typedef {object} Pose
 * @property {number} angle radians
 * @property {number} scaleX of the garment, before it is turned
 * @property {number} scaleY
 * @property {number} size canvas pixels per pixel of the dataset
 * @property {boolean} mirrored
 * @property {number} [x] position of its centre on the canvas
 * @property {number} [y]
 * @property {number} softness 0 … 1: how much the fabric bends and frays; a bag keeps its shape
 */

/**
 * Lays a garment on a canvas, on top of what is there.
 * @param {Picture} picture
 * @param {number} label
 * @param {Float32Array} canvas
 * @param {Pose} pose
 * @param {Random} random
 */
export function lay(
  picture,
  label,
  canvas,
  { angle, scaleX, scaleY, size, mirrored, x = CANVAS / 2, y = CANVAS / 2, softness },
  random,
) {
  const folds = foldsOf(picture, label, random);
  const cells = 5 + random.below(4);
  const [waveX, waveY, frayX, frayY] = [
    noiseOf(random, cells),
    noiseOf(random, cells),
    noiseOf(random, 18),
    noiseOf(random, 18),
  ];
  const rough = random.between(0, ROUGH) * softness;
  const frayed = random.between(0, FRAYED) * softness;
  const bend = softness === 1 ? random.around(BEND) : 0;
  const cos = cosine(angle);
  const sin = sine(angle);
  const place = { x: 0, y: 0 };
  for (let row = 0; row < CANVAS; row++) {
    for (let column = 0; column < CANVAS; column++) {
      const px = (column + 0.5 - x) / size + rough * waveX(column, row) + frayed * frayX(column, row);
      const py = (row + 0.5 - y) / size + rough * waveY(column, row) + frayed * frayY(column, row);
      const upright = (sin * -px + cos * py) / scaleY;
      const across = (cos * px + sin * py) / scaleX;
      place.x = (mirrored ? -across : across) + (bend * upright * upright) / (SIDE / 2) + CENTRE;
      place.y = upright + CENTRE;
      canvas[row * CANVAS + column] = folds.every((fold) => fold(place)) ? sample(picture, place.x, place.y) : 0;
    }
  }
}
