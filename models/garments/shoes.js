import { CANVAS, SIDE, sample } from './canvas.js';
import { isSandal } from './classes.js';
import { cosine, exponential, power, sine } from './exact.js';
import { lay } from './warp.js';

/** Shoes come in pairs: two seen from the side, or two seen from above, which Fashion-MNIST never shows. */

/** @import { Picture } from './canvas.js' */
/** @import { Random } from './random.js' */

/**
 * Two of the same shoe, seen from the side.
 * @param {Picture} picture @param {number} label @param {Float32Array} canvas @param {Float32Array} other a canvas to
 *   work on @param {number} aspect @param {Random} random
 */
export function layPair(picture, label, canvas, other, aspect, random) {
  const angle = random.happens(0.5) ? random.around(Math.PI) : (random.sign() * Math.PI) / 2 + random.around(0.4);
  const distance = random.between(5, 12);
  const direction = angle + Math.PI / 2 + random.around(0.6);
  const dx = cosine(direction) * distance;
  const dy = sine(direction) * distance;
  const mirrored = random.happens(0.5);
  const soleToSole = random.happens(0.6);
  const shared = { scaleX: 1, size: 1.25, mirrored, softness: 1 };
  lay(
    picture,
    label,
    canvas,
    { ...shared, angle: angle + random.around(0.15), scaleY: aspect, x: CANVAS / 2 + dx, y: CANVAS / 2 + dy },
    random,
  );
  lay(
    picture,
    label,
    other,
    {
      ...shared,
      angle: angle + random.around(0.3),
      scaleY: soleToSole ? -aspect : aspect,
      x: CANVAS / 2 - dx,
      y: CANVAS / 2 - dy,
    },
    random,
  );
  for (let i = 0; i < canvas.length; i++) canvas[i] = Math.max(canvas[i], other[i]);
}

/** The properties that both shoes of a pair share. @param {number} label @param {Random} random */
const shapeOf = (label, random) => ({
  toe: random.between(1.3, 3.5), // exponents of the outline: 1 pointed, 2 an ellipse, more: blunt
  heel: random.between(2, 4),
  waist: random.between(0, 0.25),
  taper: random.between(0, 0.35),
  curve: random.between(-0.09, 0.21),
  cloth: random.between(0.4, 1.1), // the least grey, as a fraction of the shoe's mean
  open: random.happens(0.8),
  openAt: random.between(0.35, 0.6),
  openLength: random.between(0.25, 0.65),
  openWidth: random.between(0.4, 0.8),
  inside: random.between(0, 1.3), // grey in the opening
  straps: isSandal(label) && random.happens(0.6) ? random.between(4, 12) : 0,
  phase: random.between(0, 6),
  between: random.between(0, 0.6), // grey between straps
});

/** The mean grey of a shoe, and the height at which its fabric is. @param {Picture} picture */
function clothOf({ data, at }) {
  let sum = 0;
  let count = 0;
  let moment = 0;
  for (let i = 0; i < SIDE * SIDE; i++) {
    const grey = data[at + i];
    if (grey <= 20) continue;
    sum += grey;
    count++;
    moment += Math.floor(i / SIDE) * grey;
  }
  return count ? { mean: sum / count, row: moment / sum } : { mean: 128, row: 16 };
}

/**
 * One shoe seen from above, in the fabric of one seen from the side.
 * @param {Picture} picture @param {Float32Array} canvas @param {ReturnType<typeof shapeOf>} shape
 * @param {{ x: number, y: number, length: number, width: number, angle: number, mirrored: boolean }} pose half its
 *   length, half its width
 */
function layFromAbove(picture, canvas, shape, { x, y, length, width, angle, mirrored }) {
  const cos = cosine(angle);
  const sin = sine(angle);
  const { mean, row } = clothOf(picture);
  for (let i = 0; i < canvas.length; i++) {
    const px = (i % CANVAS) + 0.5 - x;
    const py = Math.floor(i / CANVAS) + 0.5 - y;
    const along = (cos * py - sin * px) / length; // −1 the toe, 1 the heel
    if (Math.abs(along) >= 1) continue;
    const across = (cos * px + sin * py) * (mirrored ? -1 : 1) - shape.curve * width * (1 - along * along);
    const half = halfWidth(shape, width, along);
    const inside = half - Math.abs(across);
    if (inside < -0.5) continue;
    const cloth = Math.max(
      sample(picture, (SIDE - 1) / 2 + along * 11, row + (across / width) * 5),
      mean * shape.cloth,
    );
    canvas[i] = Math.max(
      canvas[i],
      Math.min(255, cloth * shadeAt(shape, along, across / (half + 0.01)) * Math.min(1, inside + 0.5)),
    );
  }
}

/** @param {ReturnType<typeof shapeOf>} shape @param {number} width @param {number} along */
function halfWidth({ toe, heel, waist, taper }, width, along) {
  const exponent = along < 0 ? toe : heel;
  const outline = power(1 - power(Math.abs(along), exponent), 1 / exponent);
  const middle = 1 - waist * exponential(-((along - 0.25) * (along - 0.25)) / 0.12);
  return width * outline * middle * (along > 0 ? 1 - taper * along : 1);
}

/**
 * How much darker the shoe is in the opening and between straps.
 * @param {ReturnType<typeof shapeOf>} shape
 * @param {number} along
 * @param {number} across −1 … 1
 */
function shadeAt({ open, openAt, openLength, openWidth, inside, straps, phase, between }, along, across) {
  const u = (along - openAt) / openLength;
  const v = across / openWidth;
  const opening = open && u * u + v * v < 1 ? inside : 1;
  return straps && sine(along * straps + phase) > 0.2 ? opening * between : opening;
}

/**
 * Two shoes seen from above.
 * @param {Picture} picture
 * @param {number} label
 * @param {Float32Array} canvas empty
 * @param {Random} random
 */
export function layPairFromAbove(picture, label, canvas, random) {
  const shape = shapeOf(label, random);
  const length = random.between(18, 22);
  const width = length * random.between(0.3, 0.5);
  const gap = width * random.between(0.95, 1.3);
  const tilt = (random.next() + random.next() - 1) * 0.5;
  const apart = random.around(0.15);
  const angle = random.happens(0.75) ? tilt : random.between(0, 2 * Math.PI);
  const ahead = random.around(4) * (random.happens(0.5) ? 1 : 0.2);
  const dx = cosine(angle) * gap + sine(angle) * ahead;
  const dy = sine(angle) * gap - cosine(angle) * ahead;
  const middle = CANVAS / 2;
  layFromAbove(picture, canvas, shape, {
    x: middle - dx,
    y: middle - dy,
    length,
    width,
    angle: angle + apart,
    mirrored: false,
  });
  const second = { length: length * random.between(0.9, 1), angle: angle - apart + random.around(0.1) };
  layFromAbove(picture, canvas, shape, { x: middle + dx, y: middle + dy, width, mirrored: true, ...second });
}
