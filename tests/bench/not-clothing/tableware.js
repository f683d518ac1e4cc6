/** Teapots, cups and bottles. */
import { hsl } from './canvas.js';
import { hash } from './random.js';
import { capsule, joined, lathe, part, place, ring, rounded, sphere, without } from './solid.js';
import { anyColour, still } from './still.js';

/** @typedef {import('./random.js').Random} Random */
/** @typedef {import('./solid.js').Part} Part */

/** @type {import('./canvas.js').Draw} */
function teapot(context, _, random) {
  const [colour, trim] = [anyColour(random), anyColour(random)];
  const [tall, wide] = [random.between(0.75, 1.2), random.between(0.7, 0.95)];
  const body = lathe(
    [
      [0, 0],
      ...rounded([
        [0.45, 0],
        [0.5, 0.05],
        [wide * 0.95, 0.3 * tall],
        [wide, 0.5 * tall],
        [wide * 0.8, 0.85 * tall],
        [0.38, tall],
      ]),
      [0, tall],
    ],
    0.03,
  );
  const spout = joined(
    0.12,
    capsule([wide * 0.85, 0.35 * tall, 0], [wide + 0.3, 0.62 * tall, 0], 0.16, 0.1),
    capsule([wide + 0.3, 0.62 * tall, 0], [wide + 0.48, tall, 0], 0.09, 0.06),
  );
  const [handle] = place([ring([0, 0, 0], 0.34, 0.07)], { at: [-wide - 0.02, 0.55 * tall, 0], pitch: Math.PI / 2 });
  const lid = joined(
    0.05,
    lathe(
      [
        [0, tall],
        [0.42, tall],
        [0.36, tall + 0.1],
        [0, tall + 0.2],
      ],
      0.02,
    ),
    sphere([0, tall + 0.28, 0], 0.09),
  );
  const stripe = random.happens(0.5);
  const glaze = { shine: random.between(0.2, 0.7), mirror: random.happens(0.25) ? 0.5 : 0 };
  const paint = (/** @type {number} */ _x, /** @type {number} */ y) =>
    stripe && Math.abs(y - 0.5 * tall) < 0.09 ? trim : colour;
  const pot = place(
    [part(joined(0.08, body, spout, handle), paint, glaze), part(lid, random.happens(0.5) ? trim : colour, glaze)],
    { yaw: random.between(-0.7, 0.7) + random.pick([0, Math.PI]) },
  );
  const beside = random.happens(0.5)
    ? place(mug(random), {
        at: [random.pick([-1.6, 1.6]), 0, random.between(0.3, 0.9)],
        yaw: random.between(0, 6),
        scale: 0.6,
      })
    : [];
  still(context, random, [...pot, ...beside], { reach: 1.7, tilt: [0.2, 0.65], height: 0.5 });
}

/** @param {Random} random @returns {Part[]} */
export function mug(random) {
  const [colour, tall, wide] = [anyColour(random), random.between(0.8, 1.2), random.between(0.42, 0.56)];
  const flare = random.between(0.8, 1.05);
  const shell = lathe(
    [
      [0, 0],
      [wide * flare, 0],
      [wide, tall],
      [wide - 0.06, tall],
      [wide * flare - 0.07, 0.08],
      [0, 0.08],
    ],
    0.015,
  );
  const [handle] = place([ring([0, 0, 0], 0.26, 0.06)], { at: [wide + 0.04, tall / 2, 0], pitch: Math.PI / 2 });
  const outside = without(
    handle,
    lathe([
      [0, 0],
      [wide - 0.05, 0],
      [wide - 0.05, tall],
      [0, tall],
    ]),
  );
  const dots = random.happens(0.3);
  const second = anyColour(random);
  const paint = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ z) => {
    const [u, v] = [Math.atan2(z, x) * 3, y * 5];
    return dots && Math.hypot(u - Math.floor(u) - 0.5, v - Math.floor(v) - 0.5) < 0.28 && Math.hypot(x, z) > wide - 0.05
      ? second
      : colour;
  };
  const coffee = part(
    lathe([
      [0, 0.1],
      [wide - 0.07, 0.1],
      [wide - 0.07, tall * 0.82],
      [0, tall * 0.82],
    ]),
    hsl(0.07, 0.6, random.between(0.1, 0.35)),
    { shine: 0.3 },
  );
  return [part(joined(0.05, shell, outside), paint, { shine: 0.35 }), coffee];
}

/** @type {import('./canvas.js').Draw} */
const cup = (context, _, random) =>
  still(context, random, place(mug(random), { yaw: random.between(-1.2, 1.2) }), {
    reach: 0.95,
    height: 0.45,
    tilt: [0.2, 0.9],
  });

/** @param {Random} random @returns {Part[]} */
function bottle(random) {
  const [tall, wide, neck] = [random.between(2.2, 3.2), random.between(0.36, 0.55), random.between(0.12, 0.18)];
  const shoulder = tall * random.between(0.5, 0.7);
  const glass = hsl(random.pick([0.3, 0.08, 0.55, 0.12, 0]), random.between(0.2, 0.7), random.between(0.1, 0.5));
  const [label, ink, seed] = [
    anyColour(random, random.between(0.6, 0.92)),
    anyColour(random, 0.25),
    random.whole(0, 99),
  ];
  const body = lathe(
    [
      [0, 0],
      [wide, 0],
      ...rounded([
        [wide, shoulder],
        [wide * 0.85, shoulder + 0.2],
        [neck, shoulder + 0.55],
        [neck, tall],
      ]),
      [0, tall],
    ],
    0.03,
  );
  const paint = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ z) => {
    const isLabel = y > shoulder * 0.25 && y < shoulder * 0.8;
    const row = Math.floor(y * 16);
    const isInk =
      row % 2 === 0 && hash(Math.floor(Math.atan2(x, z) * 12), row, seed) < 0.5 && Math.abs(Math.atan2(x, z)) < 0.8;
    return isLabel ? (isInk ? ink : label) : glass;
  };
  const cap = lathe(
    [
      [0, tall - 0.12],
      [neck + 0.06, tall - 0.12],
      [neck + 0.06, tall + 0.14],
      [0, tall + 0.14],
    ],
    0.02,
  );
  return [part(body, paint, { shine: 0.6, mirror: 0.08 }), part(cap, anyColour(random), { shine: 0.3 })];
}

/** @type {import('./canvas.js').Draw} */
function bottles(context, _, random) {
  const count = random.whole(1, 4);
  const parts = random
    .times(count, (i) =>
      place(bottle(random), {
        at: [(i - (count - 1) / 2) * 1.25, 0, random.between(-0.4, 0.4)],
        yaw: random.normal() * 0.4,
      }),
    )
    .flat();
  still(context, random, parts, { reach: 1.5 + 0.3 * count, height: 1.3, tilt: [0.1, 0.4] });
}

/** @type {import('./canvas.js').Kind[]} */
export const TABLEWARE = [
  { name: 'teapot', draw: teapot },
  { name: 'cup', draw: cup },
  { name: 'bottles', draw: bottles },
];
