import { PIXELS, SIDE, fit, newCanvas } from './canvas.js';
import { isBag, isDress, isShoe, isTop } from './classes.js';
import { exponential } from './exact.js';
import { randomFrom } from './random.js';
import { layPair, layPairFromAbove } from './shoes.js';
import { lay } from './warp.js';

/**
 * Pictures of garments as they lie in photos, made from Fashion-MNIST's own, which are upright, folded alike and alone.
 * Other properties of photos (light, background, noise) are left out: the photo path removes them, and training on them
 * does harm.
 */

/** @import { Picture } from './canvas.js' */
/** @import { Random } from './random.js' */

const CLEAN = 0.35; // the fraction of pictures that are only mirrored
const ASPECT = 0.2;
const BAG_SOFTNESS = 0.35;

/** @param {Picture} picture @param {Uint8Array} out @param {number} at @param {boolean} mirrored */
function copy({ data, at: from }, out, at, mirrored) {
  for (let i = 0; i < PIXELS; i++) {
    const x = i % SIDE;
    out[at + i] = data[from + i - x + (mirrored ? SIDE - 1 - x : x)];
  }
}

/**
 * Laid flat, tops are wider than those of Fashion-MNIST, and dresses are no narrower.
 * @param {number} label
 * @param {Random} random
 */
function aspectOf(label, random) {
  const wide = isTop(label) ? 0.15 : isDress(label) ? 0.12 : 0;
  return exponential(random.around(ASPECT) + random.between(0, wide));
}

/** Most lie nearly upright, some across. @param {number} label @param {Random} random */
function angleOf(label, random) {
  const spread = (random.next() + random.next() + random.next() - 1.5) / 1.5;
  const angle = spread * (isShoe(label) ? 0.875 : 0.455);
  return random.happens(0.03) ? angle + (random.sign() * Math.PI) / 2 : angle;
}

/** A missing part. @param {Uint8Array} out @param {number} at @param {Random} random */
function erase(out, at, random) {
  const [width, height] = [3 + random.below(9), 3 + random.below(9)];
  const [left, top] = [random.below(SIDE - width), random.below(SIDE - height)];
  for (let y = top; y < top + height; y++) out.fill(0, at + y * SIDE + left, at + y * SIDE + left + width);
}

const canvas = newCanvas();
const other = newCanvas();

/** @param {Picture} picture @param {number} label @param {Uint8Array} out @param {number} at @param {Random} random */
function make(picture, label, out, at, random) {
  if (random.happens(CLEAN)) return copy(picture, out, at, random.happens(0.5));
  canvas.fill(0);
  const aspect = aspectOf(label, random);
  if (isShoe(label) && random.happens(0.4)) layPairFromAbove(picture, label, canvas, random);
  else if (isShoe(label) && random.happens(0.6)) layPair(picture, label, canvas, other, aspect, random);
  else {
    const pose = {
      angle: angleOf(label, random),
      scaleX: aspect,
      scaleY: 1 / aspect,
      size: 1.55,
      mirrored: random.happens(0.5),
    };
    lay(picture, label, canvas, { ...pose, softness: isBag(label) ? BAG_SOFTNESS : 1 }, random);
  }
  fit(canvas, out, at, random.between(0.9, 1));
  // a bag without its handle is a blob, and then any blob would be a bag
  if (!isBag(label) && random.happens(0.3)) erase(out, at, random);
}

/**
 * A new picture of every garment, different for every seed.
 * @param {Uint8Array} images [n, 28, 28]
 * @param {Uint8Array} labels [n]
 * @param {number} seed
 * @returns {Uint8Array} [n, 28, 28]
 */
export function garmentsOf(images, labels, seed) {
  const random = randomFrom(seed);
  const out = new Uint8Array(images.length);
  labels.forEach((label, i) => make({ data: images, at: i * PIXELS }, label, out, i * PIXELS, random));
  return out;
}
