/** Fruit. */
import { hsl, mix, times } from './canvas.js';
import { fractal, noise } from './random.js';
import { capsule, ellipsoid, joined, lathe, part, place, rounded, sphere, uneven } from './solid.js';
import { still } from './still.js';

/** @typedef {import('./canvas.js').Colour} Colour */
/** @typedef {import('./solid.js').Vector} Vector */
/** @typedef {import('./solid.js').Make} Make */

/**
 * @param {Colour} one
 * @param {Colour} two
 * @param {number} seed
 * @param {number} scale
 * @returns {import('./solid.js').Paint}
 */
export const mottled = (one, two, seed, scale) => (x, y, z) =>
  mix(one, two, Math.min(1, 1.6 * fractal(x * scale, y * scale, z * scale + seed, 3) ** 1.6));

/** @type {Record<string, Make>} */
const PIECES = {
  apple: (random) => {
    const skin = hsl(random.pick([0, 0.98, 0.2, 0.27]), 0.75, 0.42);
    const body = lathe(
      rounded([
        [0, -0.32],
        [0.2, -0.42],
        [0.38, -0.28],
        [0.48, 0.05],
        [0.44, 0.28],
        [0.26, 0.42],
        [0.1, 0.38],
        [0, 0.26],
      ]),
      0.04,
    );
    return [
      part(body, mottled(skin, hsl(0.15, 0.7, 0.55), random.whole(0, 99), 2.2), { shine: 0.35 }),
      part(capsule([0, 0.25, 0], [0.06, 0.55, 0], 0.025), [0.25, 0.16, 0.08]),
    ];
  },
  orange: (random) => [
    part(
      uneven(sphere([0, 0, 0], 0.48), (x, y, z) => 0.012 * noise(x * 30, y * 30, z * 30), 0.012),
      hsl(random.between(0.06, 0.1), 0.95, 0.5),
      { shine: 0.3 },
    ),
  ],
  lemon: () => [
    part(
      uneven(
        joined(
          0.15,
          ellipsoid([0, 0, 0], [0.36, 0.34, 0.34]),
          ellipsoid([0.34, 0, 0], [0.14, 0.1, 0.1]),
          ellipsoid([-0.34, 0, 0], [0.12, 0.09, 0.09]),
        ),
        (x, y, z) => 0.014 * noise(x * 25, y * 25, z * 25),
        0.014,
      ),
      hsl(0.145, 0.9, 0.55),
      { shine: 0.3 },
    ),
  ],
  pear: (random) => [
    part(
      joined(0.3, sphere([0, -0.1, 0], 0.38), sphere([0, 0.34, 0], 0.2)),
      mottled(hsl(0.19, 0.6, 0.5), hsl(0.1, 0.5, 0.4), random.whole(0, 99), 5),
      { shine: 0.2 },
    ),
    part(capsule([0, 0.5, 0], [0.08, 0.72, 0], 0.025), [0.25, 0.16, 0.08]),
  ],
  banana: (random) => {
    const points = random.times(
      8,
      (i) => /** @type {Vector} */ ([0.95 * Math.cos(0.4 + i * 0.28), 0.95 * Math.sin(0.4 + i * 0.28) - 0.75, 0]),
    );
    const arcs = points
      .slice(1)
      .map((to, i) =>
        capsule(
          points[i],
          to,
          0.08 + 0.1 * Math.sin((i * Math.PI) / 7),
          0.08 + 0.1 * Math.sin(((i + 1) * Math.PI) / 7),
        ),
      );
    const spots = mottled(hsl(0.145, 0.85, 0.55), [0.25, 0.15, 0.05], random.whole(0, 99), 9);
    const old = random.happens(0.4);
    return [
      part(
        joined(0.05, ...arcs),
        (x, y, z) => (x < -0.78 || x > 0.84 ? [0.2, 0.14, 0.06] : old ? spots(x, y, z) : hsl(0.145, 0.85, 0.52)),
        { shine: 0.15 },
      ),
    ];
  },
  grapes: (random) => {
    const colour = hsl(random.pick([0.78, 0.22, 0.95]), 0.4, random.between(0.2, 0.5));
    return random.times(14, () =>
      part(
        sphere(
          [random.between(-0.4, 0.4), random.between(-0.25, 0.3), random.between(-0.3, 0.3)],
          random.between(0.13, 0.17),
        ),
        times(colour, random.between(0.8, 1.2)),
        { shine: 0.4 },
      ),
    );
  },
};

/** @type {import('./canvas.js').Draw} */
function fruitBowl(context, _, random) {
  const colour = random.happens(0.5)
    ? hsl(0.08, 0.4, random.between(0.2, 0.5))
    : hsl(random.next(), random.between(0, 0.5), random.between(0.3, 0.9));
  const bowl = part(
    lathe(
      [
        [0, 0],
        [0.5, 0],
        [0.55, 0.1],
        [1.05, 0.35],
        [1.35, 0.75],
        [1.29, 0.77],
        [0.98, 0.43],
        [0.45, 0.2],
        [0, 0.2],
      ],
      0.02,
    ),
    colour,
    { shine: 0.3 },
  );
  const inBowl = random.happens(0.75);
  const names = random.times(random.whole(1, 3), () => random.pick(Object.keys(PIECES)));
  const count = random.whole(5, 9);
  const fruit = random
    .times(count, (i) => {
      const [angle, top] = [(2 * Math.PI * i) / Math.min(count, 5) + 0.3 * random.normal(), i >= 5];
      const far = top ? 0.3 : 0.68;
      const scale = random.between(0.85, 1.05);
      /** @type {Vector} */
      const at = [
        far * Math.cos(angle) * (inBowl ? 1 : 1.5),
        (inBowl ? 0.72 : 0.43) + (top ? 0.55 : 0),
        far * Math.sin(angle) * (inBowl ? 1 : 1.5),
      ];
      return place(PIECES[random.pick(names)](random), {
        at,
        yaw: random.between(0, 6),
        pitch: 0.5 * random.normal(),
        scale,
      });
    })
    .flat();
  still(context, random, inBowl ? [bowl, ...fruit] : fruit, { reach: 1.7, height: 0.5, tilt: [0.3, 1] });
}

/** @type {import('./canvas.js').Kind[]} */
export const FRUIT = [{ name: 'fruit', draw: fruitBowl }];
