/** What a picture is drawn with: seeded random choices, and noise that is the same everywhere. */
import { randomFrom } from '../../../models/garments/random.js';

/** @param {number} seed */
export function createRandom(seed) {
  const random = randomFrom(seed);
  const { next, between, below } = random;
  return {
    ...random,
    /** An integer, both ends included. @param {number} low @param {number} high */
    whole: (low, high) => Math.floor(between(low, high + 1)),
    /** @template T @param {readonly T[]} list @returns {T} */
    pick: (list) => list[below(list.length)],
    /** Standard normal, nearly: the sum of four uniform numbers. */
    normal: () => (next() + next() + next() + next() - 2) * Math.sqrt(3),
    /** @template T @param {number} count @param {(i: number) => T} make @returns {T[]} */
    times: (count, make) => Array.from({ length: count }, (_, i) => make(i)),
  };
}

/** @typedef {ReturnType<typeof createRandom>} Random */

/** @param {number} x @param {number} y @param {number} z integers @returns {number} 0 … 1 */
export function hash(x, y, z) {
  let h = Math.imul(x, 374761393) ^ Math.imul(y, 668265263) ^ Math.imul(z, 1442695041);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  h = Math.imul(h ^ (h >>> 16), 2246822519);
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
}

const smooth = (/** @type {number} */ t) => t * t * (3 - 2 * t);

/** Smooth between random values at integer points. @param {number} x @param {number} y @param {number} [z] */
export function noise(x, y, z = 0) {
  const [i, j, k] = [Math.floor(x), Math.floor(y), Math.floor(z)];
  const [u, v, w] = [smooth(x - i), smooth(y - j), smooth(z - k)];
  const plane = (/** @type {number} */ depth) => {
    const [a, b] = [hash(i, j, depth), hash(i + 1, j, depth)];
    const [c, d] = [hash(i, j + 1, depth), hash(i + 1, j + 1, depth)];
    return a + (b - a) * u + (c - a + (a - b - c + d) * u) * v;
  };
  const near = plane(k);
  return w === 0 ? near : near + (plane(k + 1) - near) * w;
}

/**
 * Noise of several scales, each half as large as the one before.
 * @param {number} x
 * @param {number} y
 * @param {number} z
 */
export function fractal(x, y, z, octaves = 4) {
  let [sum, weight] = [0, 0.5];
  for (let i = 0; i < octaves; i++) {
    const scale = 2 ** i;
    sum += weight * noise(x * scale + 17 * i, y * scale - 31 * i, z * scale);
    weight /= 2;
  }
  return sum / (1 - 0.5 ** octaves);
}
