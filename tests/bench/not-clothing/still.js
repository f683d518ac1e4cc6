/** Things on a table, or the table alone. */
import { hsl, mix, times } from './canvas.js';
import { fractal } from './random.js';
import { render } from './render.js';
import { box, lathe, part, place, ring, sphere } from './solid.js';
import { floor, wood } from './textures.js';

/** @typedef {import('./canvas.js').Colour} Colour */
/** @typedef {import('./canvas.js').Point} Point */
/** @typedef {import('./random.js').Random} Random */
/** @typedef {import('./solid.js').Part} Part */

/** @param {Random} random @param {number} [light] @returns {Colour} */
export const anyColour = (random, light = random.between(0.2, 0.75)) =>
  hsl(random.next(), random.between(0.05, 0.85), light);

/** What metal and glass reflect indoors: a bright window in a dim room. @param {Random} random */
function room(random) {
  const [wall, at] = [hsl(random.next(), random.between(0, 0.25), random.between(0.4, 0.85)), random.between(-2, 2)];
  return (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ z) => {
    const isWindow = Math.abs(x - 0.4 * at) < 0.35 && y > 0.25 && y < 0.75 && z > 0;
    return isWindow ? /** @type {Colour} */ ([1.2, 1.2, 1.25]) : times(wall, 0.55 + 0.45 * y);
  };
}

/**
 * Takes a picture of parts that stand around the origin, on a table or a floor with a wall behind it.
 * @param {import('./canvas.js').Context} context
 * @param {Random} random
 * @param {Part[]} parts
 * @param {object} view
 * @param {number} view.reach half the width of what is seen
 * @param {number} [view.height] that the camera looks at
 * @param {[least: number, greatest: number]} [view.tilt] how far down the camera looks, radians
 * @param {import('./solid.js').Paint} [view.ground] default: wood or another floor
 */
export function still(context, random, parts, { reach, height = 0.3 * reach, tilt = [0.3, 1.2], ground }) {
  const [angle, down] = [random.between(-0.6, 0.6), random.between(...tilt)];
  const { width, height: tall } = context.canvas;
  const away = reach * random.between(2.2, 3.4) * (width < tall ? 1.25 : Math.max(1, (0.8 * width) / tall));
  const top = random.happens(0.6) ? wood(random) : floor(random);
  const wall = hsl(random.next(), random.between(0, 0.35), random.between(0.4, 0.9));
  const size = reach * 0.9;
  const seed = random.whole(0, 999);
  render(context, {
    parts,
    planes: [
      {
        axis: 1,
        at: 0,
        paint: ground ?? ((x, _, z) => top(x / size / 2.2, z / size / 2.2)),
        shine: random.between(0, 0.12),
      },
      {
        axis: 2,
        at: -reach * random.between(2.2, 5),
        paint: (x, y) => times(wall, 0.92 + 0.1 * fractal(x / size, y / size, seed, 4)),
      },
    ],
    sky: room(random),
    light: [random.between(-1, 1), random.between(0.7, 1.6), random.between(0.1, 1)],
    soft: random.between(3, 14),
    eye: [
      away * Math.sin(angle) * Math.cos(down),
      height + away * Math.sin(down),
      away * Math.cos(angle) * Math.cos(down),
    ],
    target: [random.normal() * 0.12 * reach, height, random.normal() * 0.1 * reach],
    zoom: 2.4,
    focus: random.happens(0.7) ? width * random.between(0.003, 0.009) : 0,
  });
}

/** @type {import('./canvas.js').Draw} */
function solids(context, _, random) {
  const places = random.times(random.whole(3, 8), (i) => [
    Math.floor(i / 3) * 1.2 - 0.7 + 0.3 * random.normal(),
    (i % 3) * 1.2 - 1.2 + 0.3 * random.normal(),
  ]);
  const parts = places.flatMap(([x, z]) => {
    const r = random.between(0.28, 0.55);
    const cone = /** @type {Point[]} */ ([
      [0, 0],
      [r, 0],
      [0.01, 2 * r],
    ]);
    const solid = random.pick([
      () => sphere([0, r, 0], r),
      () => box([0, 0.8 * r, 0], [0.8 * r, 0.8 * r, 0.8 * r], 0.03),
      () =>
        lathe(
          [
            [0, 0],
            [0.7 * r, 0],
            [0.7 * r, 1.8 * r],
            [0, 1.8 * r],
          ],
          0.01,
        ),
      () => ring([0, 0.3 * r, 0], r * 0.7, 0.3 * r),
      () => lathe(cone),
    ])();
    const isMirror = random.happens(0.25);
    const [one, two, seed] = [anyColour(random), anyColour(random), random.whole(0, 99)];
    const marbled = random.happens(0.3);
    const colour = (/** @type {number} */ u, /** @type {number} */ v, /** @type {number} */ w) =>
      marbled ? mix(one, two, 0.5 + 0.5 * Math.sin(12 * fractal(3 * u, 3 * v, 3 * w + seed, 4))) : one;
    return place([part(solid, colour, { shine: random.between(0, 0.6), mirror: isMirror ? 0.6 : 0 })], {
      at: [x, 0, z],
      yaw: random.between(0, 6),
    });
  });
  const [dark, light] = [anyColour(random, 0.25), anyColour(random, 0.8)];
  const checked = random.happens(0.5)
    ? (/** @type {number} */ x, /** @type {number} */ _y, /** @type {number} */ z) =>
        (Math.floor(x * 1.6) + Math.floor(z * 1.6)) % 2 ? dark : light
    : undefined;
  still(context, random, parts, { reach: 2, tilt: [0.25, 0.7], ground: checked });
}

/** The table alone. @type {import('./canvas.js').Draw} */
function emptyTable(context, _, random) {
  const board = wood(random);
  const scale = random.between(0.3, 0.6);
  const ground = (/** @type {number} */ x, /** @type {number} */ _y, /** @type {number} */ z) =>
    board(x * scale, z * scale);
  still(context, random, [], { reach: 1.2, height: 0, tilt: [0.15, 0.6], ground });
}

/** @type {import('./canvas.js').Kind[]} */
export const STILL = [
  { name: 'solids', draw: solids },
  { name: 'empty-table', draw: emptyTable },
];
