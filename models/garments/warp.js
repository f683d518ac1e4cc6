import { CANVAS, SIDE, boxOf, eased, noiseOf, sample } from './canvas.js';
import { isDress, isTop, isTrouser, mayBeShort } from './classes.js';

/**
 * One garment as it may lie in a photo: turned, stretched, bent, its outline rough, sleeves spread, legs opened, skirt flared.
 * Every pixel of the canvas asks where in the dataset's picture it comes from.
 */

/** @import { Picture } from './canvas.js' */
/** @import { Random } from './random.js' */

/** @typedef {{ x: number, y: number }} Place mutable, so that none is made for each pixel */
/** @typedef {(place: Place) => boolean} Fold moves a place in the dataset's picture; false where nothing can come from */

const INK = 20; // grey from which on it is the garment
const CENTRE = (SIDE - 1) / 2;
const BEND = 0.12;
const ROUGH = 1.2; // pixels, of the outline's slow waves
const FRAYED = 0.35; // pixels, of its quick ones

/** @param {Picture} picture */
function measured({ data, at }) {
  const { left, top, right, bottom } = boxOf(data, SIDE, INK, at);
  return { top, bottom, height: Math.max(1, bottom - top), centre: (left + right - 1) / 2, half: Math.max(1, (right - left) / 2) };
}

/** @typedef {ReturnType<typeof measured>} Measures */

/** Half the width of what is below the sleeves. @param {Picture} picture @param {Measures} measures */
function bodyHalf({ data, at }, { top, bottom, height, centre, half }) {
  let widest = 0;
  for (let y = top + Math.floor(height * 0.55); y < bottom; y++) {
    for (let x = 0; x < SIDE; x++) if (data[at + y * SIDE + x] > INK) widest = Math.max(widest, Math.abs(x - centre));
  }
  return Math.min(half, widest + 1.2);
}

/** Sleeves that hang down along the body are turned outwards about the shoulders. @param {Picture} picture @param {number} label @param {Measures} measures @param {Random} random @returns {Fold} */
function sleeves(picture, label, measures, random) {
  const { top, height, centre, half } = measures;
  const short = mayBeShort(label);
  const angle = random.between(0, short ? 0.5 : 1);
  const angles = [angle, angle * random.between(0.8, 1.2)];
  const turns = angles.map((each) => ({ cos: Math.cos(each), sin: Math.sin(each) }));
  const shoulder = short ? bodyHalf(picture, measures) : half * random.between(0.5, 0.7);
  const height0 = top + height * random.between(0.08, 0.18);
  return (place) => {
    const side = place.x < centre ? -1 : 1;
    const { cos, sin } = turns[side < 0 ? 0 : 1];
    const dx = (place.x - centre) * side - shoulder;
    if (dx <= -0.3) return true;
    const dy = place.y - height0;
    const share = eased((dx + 0.3) / 1.5);
    const x = dx + (cos * dx - sin * dy - dx) * share;
    place.x = centre + side * (shoulder + x);
    place.y = height0 + dy + (sin * dx + cos * dy - dy) * share;
    return x >= -0.5 || dx <= 0.5;
  };
}

/** Legs are turned apart about the hips. @param {Measures} measures @param {Random} random @returns {Fold} */
function legs({ top, height, centre, half }, random) {
  const angle = random.between(0, 0.2);
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const hip = top + height * random.between(0.25, 0.35);
  return (place) => {
    if (place.y <= hip) return true;
    const side = place.x < centre ? -1 : 1;
    const dx = (place.x - centre) * side - half * 0.4;
    const dy = place.y - hip;
    const x = cos * dx - sin * dy;
    place.x = centre + side * (half * 0.4 + x);
    place.y = hip + sin * dx + cos * dy;
    return x >= -half * 0.42;
  };
}

/** A skirt grows wider downwards. @param {Measures} measures @param {Random} random @returns {Fold} */
function flare({ top, height, centre }, random) {
  const more = random.between(0, 0.5);
  const waist = top + height * 0.35;
  return (place) => {
    if (place.y > waist) place.x = centre + (place.x - centre) / (1 + (more * (place.y - waist)) / (height * 0.65));
    return true;
  };
}

/** @param {Picture} picture @param {number} label @param {Random} random */
function foldsOf(picture, label, random) {
  const measures = measured(picture);
  /** @type {Fold[]} */
  const folds = [];
  if ((isTop(label) || isDress(label)) && random.happens(0.7)) folds.push(sleeves(picture, label, measures, random));
  if (isTrouser(label) && random.happens(0.6)) folds.push(legs(measures, random));
  if (isDress(label) && random.happens(0.5)) folds.push(flare(measures, random));
  return folds;
}

/**
 * @typedef {object} Pose
 * @property {number} angle radians
 * @property {number} scaleX of the garment, before it is turned
 * @property {number} scaleY
 * @property {number} size canvas pixels for each of the dataset's
 * @property {boolean} mirrored
 * @property {number} [x] where its centre is on the canvas
 * @property {number} [y]
 * @property {number} softness 0 … 1: how much cloth bends and frays; a bag keeps its shape
 */

/** Lays a garment on a canvas, over all that was there. @param {Picture} picture @param {number} label @param {Float32Array} canvas @param {Pose} pose @param {Random} random */
export function lay(picture, label, canvas, { angle, scaleX, scaleY, size, mirrored, x = CANVAS / 2, y = CANVAS / 2, softness }, random) {
  const folds = foldsOf(picture, label, random);
  const cells = 5 + random.below(4);
  const [waveX, waveY, frayX, frayY] = [noiseOf(random, cells), noiseOf(random, cells), noiseOf(random, 18), noiseOf(random, 18)];
  const rough = random.between(0, ROUGH) * softness;
  const frayed = random.between(0, FRAYED) * softness;
  const bend = softness === 1 ? random.around(BEND) : 0;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
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
