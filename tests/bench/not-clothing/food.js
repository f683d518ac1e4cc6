/** Meals. */
import { hsl, times } from './canvas.js';
import { mottled } from './fruit.js';
import { fractal, hash, noise } from './random.js';
import { box, capsule, ellipsoid, joined, lathe, part, place, sphere, uneven } from './solid.js';
import { still } from './still.js';

/** @typedef {import('./solid.js').Make} Make */

/** @type {Record<string, Make>} */
const PORTIONS = {
  peas: (random) =>
    random.times(22, () =>
      part(
        sphere([0.4 * random.normal() * 0.6, random.between(0.06, 0.16), 0.4 * random.normal() * 0.6], 0.075),
        hsl(random.between(0.24, 0.3), 0.6, random.between(0.3, 0.42)),
        { shine: 0.3 },
      ),
    ),
  steak: (random) => [
    part(
      uneven(ellipsoid([0, 0.1, 0], [0.6, 0.15, 0.4]), (x, y, z) => 0.08 * fractal(x * 4, y * 4, z * 4 + 8, 3), 0.08),
      mottled(hsl(0.05, 0.5, 0.16), hsl(0.05, 0.5, 0.42), random.whole(0, 99), 4),
      { shine: 0.25 },
    ),
  ],
  chips: (random) =>
    random.times(
      12,
      () =>
        place(
          [
            part(
              box([0, 0, 0], [0.4, 0.055, 0.055], 0.02),
              hsl(random.between(0.1, 0.13), 0.75, random.between(0.45, 0.6)),
            ),
          ],
          {
            at: [0.25 * random.normal(), random.between(0.08, 0.28), 0.2 * random.normal()],
            yaw: random.between(0, 6),
            pitch: 0.1 * random.normal(),
          },
        )[0],
    ),
  egg: () => [
    part(
      uneven(ellipsoid([0, 0.05, 0], [0.5, 0.06, 0.45]), (x, _y, z) => 0.1 * fractal(x * 3, z * 3, 5, 2), 0.1),
      [0.95, 0.93, 0.88],
      { shine: 0.2 },
    ),
    part(ellipsoid([0.04, 0.12, 0.02], [0.2, 0.12, 0.2]), hsl(0.11, 0.95, 0.52), { shine: 0.5 }),
  ],
  tomatoes: (random) =>
    random.times(
      4,
      (i) =>
        place(
          [
            part(
              lathe(
                [
                  [0, 0],
                  [0.26, 0],
                  [0.26, 0.07],
                  [0, 0.07],
                ],
                0.02,
              ),
              (x, _y, z) =>
                Math.hypot(x, z) > 0.21
                  ? hsl(0.01, 0.8, 0.4)
                  : Math.sin(6 * Math.atan2(z, x)) > 0.5 && Math.hypot(x, z) > 0.08
                    ? hsl(0.1, 0.8, 0.5)
                    : hsl(0.02, 0.75, 0.5),
              { shine: 0.3 },
            ),
          ],
          { at: [0.22 * i - 0.3, 0.05 + 0.05 * i, 0.1 * random.normal()], pitch: 0.25 },
        )[0],
    ),
  salad: (random) =>
    random.times(
      9,
      () =>
        place(
          [
            part(
              uneven(ellipsoid([0, 0, 0], [0.3, 0.04, 0.2]), (x, _y, z) => 0.1 * noise(x * 9, z * 9, 1), 0.1),
              mottled(hsl(0.26, 0.6, 0.25), hsl(0.22, 0.6, 0.55), random.whole(0, 99), 5),
              { shine: 0.15 },
            ),
          ],
          {
            at: [0.25 * random.normal(), random.between(0.08, 0.3), 0.22 * random.normal()],
            yaw: random.between(0, 6),
            pitch: 0.4 * random.normal(),
            roll: 0.4 * random.normal(),
          },
        )[0],
    ),
  rice: () => [
    part(
      uneven(ellipsoid([0, 0.05, 0], [0.5, 0.3, 0.45]), (x, y, z) => 0.05 * noise(x * 22, y * 22, z * 22), 0.05),
      (x, y, z) =>
        times([0.95, 0.93, 0.87], 0.85 + 0.2 * hash(Math.floor(x * 30), Math.floor(y * 30), Math.floor(z * 30))),
    ),
  ],
  sausage: (random) =>
    random.times(2, (i) =>
      part(
        joined(
          0.05,
          capsule([-0.45, 0.15, 0.3 * i - 0.15], [0, 0.15, 0.3 * i - 0.08], 0.13),
          capsule([0, 0.15, 0.3 * i - 0.08], [0.45, 0.15, 0.3 * i - 0.15], 0.13),
        ),
        mottled(hsl(0.04, 0.6, 0.25), hsl(0.06, 0.6, 0.45), random.whole(0, 99), 4),
        { shine: 0.4 },
      ),
    ),
};

/** @type {import('./canvas.js').Draw} */
function meal(context, _, random) {
  const [glaze, rim] = [
    hsl(random.next(), random.between(0, 0.25), random.between(0.75, 0.97)),
    hsl(random.next(), 0.5, 0.4),
  ];
  const banded = random.happens(0.4);
  const plate = part(
    lathe(
      [
        [0, 0],
        [0.8, 0],
        [1.35, 0.16],
        [1.36, 0.2],
        [0.98, 0.12],
        [0.9, 0.08],
        [0, 0.08],
      ],
      0.015,
    ),
    (x, _y, z) => (banded && Math.abs(Math.hypot(x, z) - 1.27) < 0.03 ? rim : glaze),
    { shine: 0.4 },
  );
  const names = Object.keys(PORTIONS);
  const count = random.whole(2, 4);
  const first = random.whole(0, names.length - 1);
  const food = random
    .times(count, (i) => {
      const angle = (2 * Math.PI * i) / count + random.between(-0.2, 0.2);
      return place(PORTIONS[names[(first + 3 * i) % names.length]](random), {
        at: [0.52 * Math.cos(angle), 0.08, 0.52 * Math.sin(angle)],
        yaw: random.between(0, 6),
        scale: count > 3 ? 0.75 : 0.95,
      });
    })
    .flat();
  const steel = { shine: 0.8, mirror: 0.4 };
  const fork = [
    capsule([-1.75, 0.06, 1], [-1.75, 0.06, -0.3], 0.05, 0.04),
    ...[-1, 0, 1].map((side) => capsule([-1.75 + 0.08 * side, 0.06, -0.35], [-1.75 + 0.09 * side, 0.07, -0.9], 0.028)),
  ];
  const knife = [capsule([1.75, 0.06, 1], [1.75, 0.06, 0], 0.06), box([1.73, 0.05, -0.45], [0.09, 0.02, 0.5], 0.02)];
  const cutlery = random.happens(0.7)
    ? [part(joined(0.06, ...fork), [0.7, 0.7, 0.72], steel), part(joined(0.05, ...knife), [0.7, 0.7, 0.72], steel)]
    : [];
  still(context, random, [plate, ...food, ...cutlery], { reach: 1.75, height: 0.05, tilt: [0.55, 1.45] });
}

/** @type {import('./canvas.js').Draw} */
function cake(context, _, random) {
  const [cream, sponge, seed] = [
    hsl(random.next(), random.between(0.1, 0.6), random.between(0.3, 0.9)),
    hsl(0.1, 0.5, random.between(0.25, 0.7)),
    random.whole(0, 99),
  ];
  const layers = random.whole(2, 4);
  const [tall, wide] = [random.between(0.6, 1), random.between(0.8, 1.1)];
  const [from, slice] = [random.between(0.2, 1.3), random.between(0.4, 1)];
  const whole = lathe(
    [
      [0, 0.1],
      [wide, 0.1],
      [wide, tall],
      [0, tall],
    ],
    0.04,
  );
  /** @type {import('./solid.js').Solid} */
  const cut = {
    bound: whole.bound,
    distance: (x, y, z) => {
      const start = x * Math.sin(from) - z * Math.cos(from);
      const end = z * Math.cos(from + slice) - x * Math.sin(from + slice);
      return Math.max(whole.distance(x, y, z), -Math.max(start, end));
    },
  };
  const paint = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ z) => {
    const isInside = Math.hypot(x, z) < wide - 0.04 && y < tall - 0.04;
    const band = ((y - 0.1) / (tall - 0.1)) * layers;
    return !isInside || band - Math.floor(band) < 0.14
      ? cream
      : times(sponge, 0.75 + 0.4 * noise(x * 40, y * 40, z * 40 + seed));
  };
  const berries = random.times(random.whole(6, 12), (i, all = 10) =>
    part(
      sphere([(wide - 0.2) * Math.cos((6.28 * i) / all), tall + 0.08, (wide - 0.2) * Math.sin((6.28 * i) / all)], 0.11),
      hsl(random.pick([0.97, 0.65]), 0.7, 0.35),
      { shine: 0.5 },
    ),
  );
  const plate = part(
    lathe(
      [
        [0, 0],
        [1.3, 0.03],
        [1.35, 0.1],
        [0, 0.1],
      ],
      0.01,
    ),
    [0.92, 0.92, 0.9],
    { shine: 0.4 },
  );
  still(context, random, [part(random.happens(0.7) ? cut : whole, paint, { shine: 0.12 }), ...berries, plate], {
    reach: 1.5,
    height: 0.4,
    tilt: [0.35, 0.9],
  });
}

/** @type {import('./canvas.js').Kind[]} */
export const FOOD = [
  { name: 'meal', draw: meal },
  { name: 'cake', draw: cake },
];
