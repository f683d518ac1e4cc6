/** Materials that many pictures show. */
import { hsl, mix, relief, times } from './canvas.js';
import { fractal, hash, noise } from './random.js';

/** @typedef {import('./canvas.js').Colour} Colour */
/** @typedef {import('./canvas.js').Random} Random */

/** A wooden board: its colour at a point, grain along y, one unit is about a metre. @param {Random} random */
export function wood(random) {
  const base = hsl(random.between(0.04, 0.11), random.between(0.2, 0.6), random.between(0.15, 0.7));
  const [dark, seed, wide] = [times(base, random.between(0.45, 0.75)), random.whole(0, 999), random.between(0.08, 0.5)];
  return (/** @type {number} */ x, /** @type {number} */ y) => {
    const board = Math.floor(x / wide);
    const own = hash(board, seed, 1);
    const bend = fractal(x * 5 + 31 * own, y * 0.9 + 70 * own, seed, 2);
    const rings = 0.5 + 0.5 * Math.sin(70 * (x * 0.5 + 0.25 * bend) + 40 * own);
    const fibre = noise(x * 260, y * 7, seed);
    const [edge] = [Math.min(x / wide - board, 1 - x / wide + board) * wide];
    const colour = times(mix(base, dark, 0.65 * rings ** 2 + 0.35 * fibre), 0.88 + 0.24 * own);
    return edge < 0.0025 ? times(colour, 0.4) : colour;
  };
}

/** A wooden table from above. @param {import('./canvas.js').Context} context @param {Random} random */
export function boards(context, random) {
  const { width, height } = context.canvas;
  const [at, scale, across] = [wood(random), random.between(0.5, 1.2) / Math.max(width, height), random.happens(0.5)];
  relief(
    context,
    (x, y) => (across ? noise(x * 0.03, y * 0.6) : noise(x * 0.6, y * 0.03)),
    (x, y) => (across ? at(y * scale, x * scale) : at(x * scale, y * scale)),
    { angle: random.between(0, 6), slope: 0.4, ambient: 0.6, shine: 0.05 },
  );
}

/** @param {Random} random @returns {(x: number, z: number) => Colour} */
export function grass(random) {
  const base = hsl(random.between(0.2, 0.33), random.between(0.25, 0.6), random.between(0.22, 0.4));
  const dry = hsl(random.between(0.11, 0.2), 0.4, 0.4);
  const seed = random.whole(0, 999);
  return (x, z) => {
    const patch = fractal(x * 0.7, z * 0.7, seed, 3);
    return times(mix(base, dry, patch * 0.7), 0.6 + 0.4 * noise(x * 34, z * 34, seed) + 0.4 * noise(x * 9, z * 9));
  };
}

/** @param {Random} random @returns {(x: number, z: number) => Colour} plain, wooden, tiled or of stone */
export function floor(random) {
  const kind = random.whole(0, 3);
  const [base, seed] = [hsl(random.next(), random.between(0, 0.35), random.between(0.2, 0.85)), random.whole(0, 999)];
  const board = wood(random);
  const tile = random.between(0.3, 0.8);
  if (kind <= 1) return (x, z) => board(z * 0.35, x * 0.35);
  if (kind === 2) return (x, z) => times(base, 0.86 + 0.2 * fractal(x * 4, z * 4, seed, 3));
  return (x, z) => {
    const [i, j] = [Math.floor(x / tile), Math.floor(z / tile)];
    const edge = Math.min(x / tile - i, i + 1 - x / tile, z / tile - j, j + 1 - z / tile);
    return edge < 0.015
      ? [0.35, 0.34, 0.33]
      : times(base, ((i + j) % 2 ? 0.75 : 0.95) + 0.15 * fractal(x * 6, z * 6, seed, 3));
  };
}

/** A sky with clouds. @param {Random} random @returns {(x: number, y: number, z: number) => Colour} in a direction */
export function clouds(random) {
  const [blue, cover, seed] = [
    hsl(random.between(0.54, 0.62), random.between(0.3, 0.8), random.between(0.45, 0.65)),
    random.between(0.35, 0.65),
    random.whole(0, 999),
  ];
  return (x, y, z) => {
    const up = Math.max(y, 0.02);
    const cloud = fractal((1.2 * x) / (up + 0.15), (1.2 * z) / (up + 0.15), seed, 5);
    const clear = mix([0.86, 0.9, 0.94], blue, Math.min(1, up * 2.5));
    return mix(clear, [0.97, 0.97, 0.96], Math.min(1, Math.max(0, (cloud - cover) * 4)));
  };
}
