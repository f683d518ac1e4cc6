import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { zipSync } from 'fflate';
import { png } from './pictures.js';

/** Small pictures of four things, which a network learns to tell apart in a moment, as folders that people bring. */

/** @typedef {Record<string, Uint8Array>} Files by path */

/** The same numbers for the same seed, 0 … 1. @param {number} seed */
function numbers(seed) {
  let state = (seed + 1) * 2654435761;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/** @type {((u: number, v: number, r: number) => boolean)[]} */
const SHAPES = [
  (u, v, r) => u * u + v * v < r * r,
  (u, v, r) => Math.abs(u) < r / 4 && Math.abs(v) < r,
  (u, v, r) => Math.abs(v) < r / 4 && Math.abs(u) < r,
  (u, v, r) => Math.abs(u - v) < r / 4 && Math.abs(u) < r,
];

/**
 * A disc, a pole, a bar or a slope in some colour on some other.
 * @param {number} kind
 * @param {number} seed
 * @param {number} [side] pixels
 */
export function thing(kind, seed, side = 40) {
  const next = numbers(kind * 1000 + seed);
  const [x, y, r] = [0.35 + 0.3 * next(), 0.35 + 0.3 * next(), 0.2 + 0.15 * next()];
  const ground = [0, 0, 0].map(() => 150 + 100 * next());
  const ink = [0, 0, 0].map(() => 120 * next());
  const out = new Uint8Array(side * side * 3);
  for (let at = 0; at < side * side; at++) {
    const [u, v] = [((at % side) + 0.5) / side - x, (Math.floor(at / side) + 0.5) / side - y];
    out.set(SHAPES[kind % SHAPES.length](u, v, r) ? ink : ground, at * 3);
  }
  return png(side, side, 3, out);
}

/**
 * A folder of folders.
 * @param {Record<string, number>} classes how many pictures each has; the fifth is of what the first is of
 * @param {string} [top]
 * @param {number} [side] pixels
 * @returns {Files}
 */
export const things = (classes, top = 'things', side = undefined) =>
  Object.fromEntries(
    Object.entries(classes).flatMap(([name, count], kind) =>
      Array.from({ length: count }, (_, i) => [`${top}/${name}/${i}.png`, thing(kind, i, side)]),
    ),
  );

/** @param {Files} files */
export const zipped = (files) => zipSync(files, { level: 0 });

/** @param {string} folder @param {Files} files */
export async function writeAll(folder, files) {
  for (const [path, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}
