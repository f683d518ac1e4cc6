/** Animals. */
import { hsl, mix, times } from './canvas.js';
import { fractal, noise } from './random.js';
import { render } from './render.js';
import { capsule, ellipsoid, joined, lathe, part, place, sphere, uneven } from './solid.js';
import { clouds, floor, grass } from './textures.js';

/** @typedef {import('./canvas.js').Colour} Colour */
/** @typedef {import('./random.js').Random} Random */
/** @typedef {import('./solid.js').Part} Part */
/** @typedef {import('./solid.js').Vector} Vector */

const FUR = /** @type {Colour[]} */ ([
  [0.1, 0.09, 0.08],
  [0.9, 0.88, 0.84],
  [0.55, 0.36, 0.18],
  [0.75, 0.55, 0.3],
  [0.45, 0.43, 0.42],
  [0.8, 0.45, 0.2],
]);

/** @param {Random} random @returns {import('./solid.js').Paint} plain, in patches or striped */
function coat(random) {
  const [one, two, kind, seed] = [random.pick(FUR), random.pick(FUR), random.whole(0, 2), random.whole(0, 99)];
  return (x, y, z) => {
    const patch = fractal(x * 2, y * 2, z * 2 + seed, 2) > 0.52 ? 1 : 0;
    const stripe = Math.sin(x * 16 + 4 * fractal(x * 2, y * 3, z * 3, 2)) > 0.4 ? 0.8 : 0;
    return times(mix(one, two, [0.1, patch, stripe][kind]), 0.65 + 0.6 * noise(x * 26, y * 42, z * 42));
  };
}

/** On four legs, along x, about three long. @param {Random} random @returns {Part[]} */
function quadruped(random) {
  const [leg, fat, neck, muzzle, ears, tail] = random.pick([
    [0.55, 0.36, 0.35, 0.2, 'points', 'up'], // cat
    [0.75, 0.42, 0.5, 0.5, 'flaps', 'up'], // dog
    [0.95, 0.62, 0.5, 0.55, 'flaps', 'down'], // cow
    [0.65, 0.62, 0.35, 0.4, 'flaps', 'down'], // sheep
    [1.25, 0.5, 0.95, 0.6, 'points', 'down'], // horse
  ]);
  const back = leg + fat;
  const walk = random.between(-0.18, 0.18);
  const headAt = /** @type {Vector} */ ([1.15 + neck * 0.5, back + neck * random.between(0.7, 1.05), 0]);
  const r = 0.3 + fat * 0.08;
  const body = [
    capsule([-0.75, back, 0], [0.75, back - 0.02, 0], fat, fat * 1.02),
    capsule([0.85, back + 0.05, 0], headAt, fat * 0.6, r * 0.75),
    sphere(headAt, r),
    capsule(
      [headAt[0] + 0.1, headAt[1] - 0.08, 0],
      [headAt[0] + 0.15 + muzzle, headAt[1] - 0.18, 0],
      r * 0.7,
      r * 0.45,
    ),
  ];
  const legs = [-0.78, 0.78].flatMap((x) =>
    [-1, 1].map((side) =>
      capsule(
        [x, back - 0.1, side * fat * 0.55],
        [x + walk * side * Math.sign(x), 0.06, side * fat * 0.55],
        fat * 0.38,
        0.11,
      ),
    ),
  );
  const tails =
    tail === 'up'
      ? [
          capsule([-1.05, back + 0.15, 0], [-1.5, back + 0.6, 0], 0.09, 0.06),
          capsule([-1.5, back + 0.6, 0], [-1.5, back + 1, 0.1], 0.06, 0.05),
        ]
      : [capsule([-1.15, back + 0.2, 0], [-1.4, back - 0.6, 0.05], 0.08, 0.1)];
  const earTips = [-1, 1].map((side) =>
    ears === 'points'
      ? capsule(
          [headAt[0] - 0.1, headAt[1] + r * 0.7, side * r * 0.6],
          [headAt[0] - 0.12, headAt[1] + r * 1.5, side * r * 0.75],
          0.12,
          0.02,
        )
      : capsule(
          [headAt[0] - 0.12, headAt[1] + r * 0.6, side * r * 0.8],
          [headAt[0] - 0.15, headAt[1] - r * 0.3, side * r * 1.25],
          0.1,
          0.13,
        ),
  );
  const shaggy = random.between(0.006, 0.03);
  const fur = uneven(
    joined(0.16, ...body, ...legs, ...tails, ...earTips),
    (x, y, z) => shaggy * noise(x * 30, y * 50, z * 50),
    shaggy,
  );
  const dark = { shine: 0.7 };
  return [
    part(fur, coat(random), { shine: 0.03 }),
    part(sphere([headAt[0] + 0.17 + muzzle + r * 0.3, headAt[1] - 0.12, 0], 0.09), [0.1, 0.07, 0.07], dark),
    ...[-1, 1].map((side) =>
      part(sphere([headAt[0] + r * 0.75, headAt[1] + 0.12, side * r * 0.55], 0.065), [0.05, 0.04, 0.03], dark),
    ),
  ];
}

/** @param {Random} random @returns {Part[]} */
function bird(random) {
  const [belly, wing, bill] = [
    hsl(random.next(), random.between(0.1, 0.8), random.between(0.4, 0.8)),
    hsl(random.next(), random.between(0.1, 0.6), random.between(0.15, 0.5)),
    hsl(0.1, 0.8, 0.45),
  ];
  const leg = random.between(0.35, 0.6);
  const y = leg + 0.55;
  const feather =
    (/** @type {Colour} */ colour) => (/** @type {number} */ u, /** @type {number} */ v, /** @type {number} */ w) =>
      times(colour, 0.75 + 0.35 * Math.abs(Math.sin(14 * u + 9 * noise(u * 6, v * 9, w * 9))));
  const paint = (/** @type {number} */ u, /** @type {number} */ v, /** @type {number} */ w) =>
    feather(v > y + 0.15 - u * 0.2 ? wing : belly)(u, v, w);
  return [
    part(
      joined(
        0.2,
        ellipsoid([0, y, 0], [0.75, 0.5, 0.46]),
        sphere([0.62, y + 0.52, 0], 0.34),
        capsule([-0.5, y, 0], [-1.4, y - 0.1, 0], 0.2, 0.1),
      ),
      paint,
      { shine: 0.05 },
    ),
    ...[-1, 1].map((side) =>
      part(
        place([ellipsoid([0, 0, 0], [0.75, 0.32, 0.12])], { at: [-0.2, y + 0.1, side * 0.42], roll: -0.15 })[0],
        feather(wing),
        { shine: 0.05 },
      ),
    ),
    part(
      lathe(
        [
          [0, 0],
          [0.1, 0],
          [0, 0.4],
        ],
        0.01,
      ),
      bill,
      { shine: 0.3 },
    ),
    ...[-1, 1].map((side) => part(sphere([0.75, y + 0.6, side * 0.26], 0.06), [0.03, 0.03, 0.03], { shine: 0.8 })),
    ...[-1, 1].map((side) =>
      part(
        joined(
          0.03,
          capsule([0, y - 0.3, side * 0.18], [0.05, 0.03, side * 0.2], 0.04),
          capsule([0.05, 0.03, side * 0.2], [0.3, 0.03, side * 0.25], 0.03),
        ),
        bill,
      ),
    ),
  ].map((one, i) => (i === 3 ? place([one], { at: [0.9, y + 0.5, 0], roll: -Math.PI / 2 })[0] : one));
}

/** @type {import('./canvas.js').Draw} */
function animal(context, _, random) {
  const [isBird, sky] = [random.happens(0.25), clouds(random)];
  const ground = random.happens(0.65) ? grass(random) : floor(random);
  const [yaw, seed] = [random.pick([0.3, -0.5, -0.9, 2.7, 3.6]) + 0.2 * random.normal(), random.whole(0, 99)];
  const hedge = random.happens(0.5);
  render(context, {
    parts: place(isBird ? bird(random) : quadruped(random), { yaw, scale: isBird ? 1.3 : 1 }),
    planes: [{ axis: 1, at: 0, paint: (x, _y, z) => ground(x, z) }],
    sky: (x, y, z) =>
      hedge && y < 0.22 ? hsl(0.27, 0.4, 0.12 + 0.35 * fractal(x * 12, y * 12, seed, 3)) : sky(x, y, z),
    light: [random.between(-1, 1), random.between(0.8, 1.5), random.between(0.3, 1)],
    soft: 14,
    eye: [random.normal(), random.between(1, 2.4), random.between(5, 6.5)],
    target: [0.1, 1, 0],
    zoom: 2,
    focus: random.between(1.5, 4),
  });
}

/** @type {import('./canvas.js').Kind[]} */
export const ANIMALS = [{ name: 'animal', draw: animal }];
