import { SIDE, boxOf, eased } from './canvas.js';
import { isDress, isTop, isTrouser, mayBeShort } from './classes.js';
import { cosine, sine } from './exact.js';

/** Garments that lie differently from the dataset's: sleeves spread, legs opened, skirts flared. */

/** @import { Picture } from './canvas.js' */
/** @import { Random } from './random.js' */

/** @typedef {{ x: number, y: number }} Place mutable, so that no object is created per pixel */
/**
 * @typedef {(place: Place) => boolean} Fold moves a place in the dataset's picture; false if nothing can come from
 *   there
 */

const INK = 20; // the least grey that counts as garment

/** @param {Picture} picture */
function measured({ data, at }) {
  const { left, top, right, bottom } = boxOf(data, SIDE, INK, at);
  return {
    top,
    bottom,
    height: Math.max(1, bottom - top),
    centre: (left + right - 1) / 2,
    half: Math.max(1, (right - left) / 2),
  };
}

/** @typedef {ReturnType<typeof measured>} Measures */

/** Half the width of the part below the sleeves. @param {Picture} picture @param {Measures} measures */
function bodyHalf({ data, at }, { top, bottom, height, centre, half }) {
  let widest = 0;
  for (let y = top + Math.floor(height * 0.55); y < bottom; y++) {
    for (let x = 0; x < SIDE; x++) if (data[at + y * SIDE + x] > INK) widest = Math.max(widest, Math.abs(x - centre));
  }
  return Math.min(half, widest + 1.2);
}

/**
 * Sleeves that hang along the body are turned outwards about the shoulders.
 * @param {Picture} picture
 * @param {number} label
 * @param {Measures} measures
 * @param {Random} random
 * @returns {Fold}
 */
function sleeves(picture, label, measures, random) {
  const { top, height, centre, half } = measures;
  const short = mayBeShort(label);
  const angle = random.between(0, short ? 0.5 : 1);
  const angles = [angle, angle * random.between(0.8, 1.2)];
  const turns = angles.map((each) => ({ cos: cosine(each), sin: sine(each) }));
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
  const cos = cosine(angle);
  const sin = sine(angle);
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

/** A skirt becomes wider towards the bottom. @param {Measures} measures @param {Random} random @returns {Fold} */
function flare({ top, height, centre }, random) {
  const more = random.between(0, 0.5);
  const waist = top + height * 0.35;
  return (place) => {
    if (place.y > waist) place.x = centre + (place.x - centre) / (1 + (more * (place.y - waist)) / (height * 0.65));
    return true;
  };
}

/**
 * A random way for a garment of this class to lie.
 * @param {Picture} picture
 * @param {number} label
 * @param {Random} random
 */
export function foldsOf(picture, label, random) {
  const measures = measured(picture);
  /** @type {Fold[]} */
  const folds = [];
  if ((isTop(label) || isDress(label)) && random.happens(0.7)) folds.push(sleeves(picture, label, measures, random));
  if (isTrouser(label) && random.happens(0.6)) folds.push(legs(measures, random));
  if (isDress(label) && random.happens(0.5)) folds.push(flare(measures, random));
  return folds;
}
