/** Cars and streets. */
import { hsl, times } from './canvas.js';
import { facade, tree } from './houses.js';
import { fractal, noise } from './random.js';
import { render } from './render.js';
import { box, capsule, joined, lathe, part, place, prism } from './solid.js';
import { clouds, grass } from './textures.js';

/** @typedef {import('./canvas.js').Colour} Colour */
/** @typedef {import('./random.js').Random} Random */
/** @typedef {import('./solid.js').Part} Part */

/** @param {Random} random @returns {Part[]} along x, 4 long */
function car(random) {
  const [paint, isVan, roof] = [
    hsl(random.next(), random.pick([0, 0.1, 0.7, 0.8]), random.between(0.12, 0.75)),
    random.happens(0.3),
    random.between(1.2, 1.4),
  ];
  const back = isVan ? -1.85 : -1.3;
  const low = prism(
    [
      [-2, 0.3],
      [2, 0.3],
      [2.03, 0.6],
      [1.9, 0.78],
      [1.1, 0.86],
      [-1.7, 0.9],
      [-2, 0.8],
    ],
    0.82,
    0.14,
  );
  const cabin = prism(
    [
      [1.15, 0.8],
      [0.5, roof - 0.02],
      [0.2, roof],
      [back + 0.45, roof],
      [back, 0.82],
    ],
    0.7,
    0.12,
  );
  const colour = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ z) => {
    const window =
      y > 0.9 && y < roof - 0.1 && x < 1.1 - (y - 0.8) * 1.1 && x > back + 0.2 && Math.abs(x + 0.25) > 0.05;
    const front = y > 0.92 && y < roof - 0.06 && Math.abs(z) < 0.6;
    if (window || front) return /** @type {Colour} */ ([0.06, 0.08, 0.1]);
    if (x > 1.9 && Math.abs(Math.abs(z) - 0.58) < 0.15 && Math.abs(y - 0.66) < 0.08)
      return /** @type {Colour} */ ([0.95, 0.95, 0.9]);
    if (x < -1.93 && Math.abs(Math.abs(z) - 0.58) < 0.15 && Math.abs(y - 0.68) < 0.09)
      return /** @type {Colour} */ ([0.7, 0.05, 0.05]);
    if (Math.abs(x) > 1.93 && Math.abs(z) < 0.28 && Math.abs(y - 0.45) < 0.07)
      return /** @type {Colour} */ ([0.9, 0.9, 0.85]);
    const seam =
      Math.min(Math.abs(x - 0.75), Math.abs(x + 0.25), Math.abs(x + 1.05)) < 0.012 &&
      y > 0.4 &&
      y < 0.9 &&
      Math.abs(z) > 0.7;
    return seam || y < 0.34 ? times(paint, 0.3) : paint;
  };
  const wheels = [-1.25, 1.25].flatMap((x) =>
    [-0.74, 0.74].flatMap((z) =>
      place(
        [
          part(
            lathe(
              [
                [0, -0.12],
                [0.33, -0.12],
                [0.33, 0.12],
                [0, 0.12],
              ],
              0.03,
            ),
            (u, _v, w) =>
              Math.hypot(u, w) < 0.22
                ? Math.sin(5 * Math.atan2(w, u)) > -0.3
                  ? [0.7, 0.7, 0.72]
                  : [0.2, 0.2, 0.2]
                : [0.05, 0.05, 0.05],
            { shine: 0.1 },
          ),
        ],
        { at: [x, 0.35, z + 0.02 * Math.sign(z)], pitch: Math.PI / 2 },
      ),
    ),
  );
  return [part(joined(0.1, low, cabin), colour, { shine: 0.5, mirror: 0.08 }), ...wheels];
}

/** @param {Random} random @returns {(x: number, z: number) => Colour} a road along x, lined by paving */
export function road(random) {
  const [asphalt, seed] = [random.between(0.25, 0.42), random.whole(0, 99)];
  return (x, z) => {
    const grey = /** @type {Colour} */ ([asphalt, asphalt, asphalt * 1.03]);
    if (Math.abs(z) > 2.6)
      return times(
        [0.6, 0.58, 0.55],
        ((x * 1.3) % 1 < 0.03 || (z * 1.3) % 1 < 0.03 ? 0.7 : 0.9) + 0.2 * noise(x * 5, z * 5, seed),
      );
    if (Math.abs(z) > 2.45) return [0.7, 0.7, 0.68];
    if (Math.abs(z) < 0.06 && x * 0.4 - Math.floor(x * 0.4) < 0.5) return [0.88, 0.87, 0.82];
    return times(grey, 0.8 + 0.25 * noise(x * 60, z * 60) + 0.25 * fractal(x * 0.9, z * 3, seed, 3));
  };
}

/** @type {import('./canvas.js').Draw} */
function parkedCar(context, _, random) {
  const [ground, sky] = [random.happens(0.7) ? road(random) : grass(random), clouds(random)];
  const wall = hsl(random.next(), random.between(0, 0.3), random.between(0.4, 0.8));
  const back = random.happens(0.5)
    ? [part(box([0, 2, -6], [30, 2, 0.3], 0.01), facade(random, { across: 2, up: 2 }, wall))]
    : random
        .times(7, (i) =>
          place(tree(random, random.between(3, 6)), { at: [4 * i - 12 + random.normal(), 0, -7 + random.normal()] }),
        )
        .flat();
  const [angle, away] = [
    random.pick([0.15, 0.5, 0.8, -0.6, -0.9, 2.4]) + 0.15 * random.normal(),
    random.between(5.5, 7.5),
  ];
  render(context, {
    parts: [...place(car(random), { yaw: angle, at: [0, 0, 0] }), ...back],
    planes: [{ axis: 1, at: 0, paint: (x, _y, z) => ground(x, z + 1) }],
    sky,
    light: [random.between(-1, 1), random.between(0.8, 1.5), random.between(0.2, 1)],
    soft: 18,
    eye: [random.normal() * 0.5, random.between(0.9, 2.4), away],
    target: [0, 0.6, 0],
    zoom: 2,
    focus: random.happens(0.6) ? 3 : 0,
    fog: 0.006,
  });
}

/** @type {import('./canvas.js').Draw} */
function street(context, _, random) {
  const [ground, sky] = [road(random), clouds(random)];
  const houses = [-1, 1].flatMap((side) => {
    let x = -2;
    return random.times(8, () => {
      const [wide, tall] = [random.between(1.6, 3.2), random.between(3, 9)];
      const wall = hsl(random.between(0, 0.65), random.between(0, 0.4), random.between(0.35, 0.85));
      x += wide;
      const windows = facade(
        random,
        { across: random.between(0.9, 1.3), up: random.between(1.2, 1.6), bottom: 0.3 },
        wall,
      );
      const made = place([part(box([0, tall / 2, 0], [wide, tall / 2, 1.5], 0.01), (u, y, w) => windows(u, y, w))], {
        at: [x, 0, side * 5.6],
      });
      x += wide;
      return made[0];
    });
  });
  const cars = random
    .times(random.whole(1, 5), (i) =>
      place(car(random), {
        at: [3.5 + 5.5 * i + random.between(0, 3), 0, random.pick([-1, 1]) * random.between(1.2, 1.7)],
        yaw: random.pick([0, Math.PI]),
        scale: 0.75,
      }),
    )
    .flat();
  const lamps = random
    .times(4, (i) => [
      capsule([4 + 7 * i, 0, 3], [4 + 7 * i, 3.4, 3], 0.06, 0.04),
      capsule([4 + 7 * i, 3.4, 3], [4 + 7 * i, 3.6, 2.2], 0.04),
    ])
    .flat()
    .map((solid) => part(solid, [0.2, 0.22, 0.22]));
  const trees = random.happens(0.6)
    ? random.times(4, (i) => place(tree(random, random.between(2.2, 3.4)), { at: [3 + 6 * i, 0, -3.2] })).flat()
    : [];
  render(context, {
    parts: [...houses, ...cars, ...lamps, ...trees],
    planes: [{ axis: 1, at: 0, paint: (x, _y, z) => ground(x, z) }],
    sky,
    light: [random.between(-1, 0.6), random.between(0.8, 1.6), random.between(-1, 1)],
    soft: 25,
    ambient: [0.45, 0.5, 0.58],
    eye: [-2, random.between(1.2, 2.8), random.between(-2, 2)],
    target: [8, random.between(1, 2), random.normal() * 0.4],
    zoom: 1.5,
    fog: random.between(0.008, 0.03),
  });
}

/** @type {import('./canvas.js').Kind[]} */
export const TRAFFIC = [
  { name: 'car', draw: parkedCar },
  { name: 'street', draw: street },
];
