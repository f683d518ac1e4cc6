/** Rooms with furniture. */
import { hsl, times } from './canvas.js';
import { tree } from './houses.js';
import { fractal, noise } from './random.js';
import { render } from './render.js';
import { box, capsule, joined, lathe, part, place } from './solid.js';
import { floor, wood } from './textures.js';

/** @typedef {import('./random.js').Random} Random */
/** @typedef {import('./solid.js').Part} Part */

/** @type {Record<string, (random: Random) => Part[]>} */
const FURNITURE = {
  chair: (random) => {
    const [board, seat] = [wood(random), random.between(0.5, 0.6)];
    const paint = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ z) =>
      board(z + 0.3 * x, y + x);
    const legs = [
      [-1, -1],
      [1, -1],
      [-1, 1],
      [1, 1],
    ].map(([u, v]) => capsule([0.4 * u, seat * 1.6, 0.38 * v], [0.46 * u, 0, 0.44 * v], 0.045, 0.035));
    const slats = random.times(random.whole(2, 4), (i) =>
      box([0, seat * 1.6 + 0.35 + 0.22 * i, -0.44], [0.42, 0.06, 0.03], 0.02),
    );
    const posts = [-0.42, 0.42].map((x) => capsule([x, seat * 1.6, -0.42], [x, seat * 1.6 + 1.1, -0.48], 0.045));
    return [
      part(joined(0.01, ...legs, ...slats, ...posts, box([0, seat * 1.6, 0], [0.5, 0.05, 0.47], 0.03)), paint, {
        shine: 0.15,
      }),
    ];
  },
  table: (random) => {
    const board = wood(random);
    const legs = [
      [-1, -1],
      [1, -1],
      [-1, 1],
      [1, 1],
    ].map(([u, v]) => box([1.05 * u, 0.55, 0.5 * v], [0.06, 0.55, 0.06], 0.02));
    return [
      part(joined(0, box([0, 1.12, 0], [1.2, 0.06, 0.62], 0.02), ...legs), (x, y, z) => board(z, x + y), {
        shine: 0.2,
      }),
    ];
  },
  shelf: (random) => {
    const board = wood(random);
    const boards = [
      ...random.times(4, (i) => box([0, 0.05 + 0.72 * i, 0], [1, 0.035, 0.3], 0.01)),
      ...[-1, 1].map((u) => box([u, 1.1, 0], [0.035, 1.12, 0.3], 0.01)),
    ];
    const books = random
      .times(3, (row) => {
        let x = -0.94;
        return random.times(9, () => {
          const [thick, tall] = [random.between(0.04, 0.09), random.between(0.2, 0.3)];
          x += 2 * thick + 0.01;
          return part(
            box([x - thick, 0.09 + 0.72 * row + tall, 0.02], [thick, tall, 0.2], 0.01),
            hsl(random.next(), random.between(0.1, 0.7), random.between(0.15, 0.7)),
          );
        });
      })
      .flat();
    return [part(joined(0, ...boards), (x, y, z) => board(z + y * 0.2, x + y)), ...books];
  },
  sofa: (random) => {
    const [colour, seed] = [
      hsl(random.next(), random.between(0.05, 0.5), random.between(0.2, 0.65)),
      random.whole(0, 99),
    ];
    const paint = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ z) =>
      times(colour, 0.85 + 0.25 * noise(x * 40, y * 40, z * 40 + seed));
    const seats = [-0.55, 0.55].map((x) => part(box([x, 0.52, 0.1], [0.54, 0.16, 0.5], 0.12), paint, { shine: 0 }));
    const backs = [-0.55, 0.55].map((x) =>
      part(place([box([0, 0, 0], [0.54, 0.42, 0.16], 0.13)], { at: [x, 1, -0.36], pitch: -0.2 })[0], paint, {
        shine: 0,
      }),
    );
    const frame = joined(
      0.02,
      box([0, 0.28, 0], [1.3, 0.16, 0.58], 0.05),
      box([0, 0.7, -0.55], [1.3, 0.55, 0.12], 0.1),
      ...[-1, 1].map((u) => box([1.25 * u, 0.5, 0], [0.14, 0.4, 0.58], 0.12)),
    );
    return [part(frame, paint, { shine: 0 }), ...seats, ...backs];
  },
  lamp: (random) => [
    part(
      joined(
        0.02,
        capsule([0, 0, 0], [0, 2, 0], 0.03),
        lathe(
          [
            [0, 0],
            [0.3, 0],
            [0.3, 0.05],
            [0, 0.05],
          ],
          0.01,
        ),
      ),
      [0.2, 0.2, 0.2],
      { shine: 0.5 },
    ),
    part(
      lathe(
        [
          [0.16, 2.5],
          [0.36, 1.95],
          [0.33, 1.95],
          [0.13, 2.5],
        ],
        0.01,
      ),
      times(hsl(0.12, random.between(0.2, 0.6), 0.8), 1.3),
      { shine: 0 },
    ),
  ],
  plant: (random) => [
    part(
      lathe(
        [
          [0, 0],
          [0.24, 0],
          [0.32, 0.5],
          [0, 0.5],
        ],
        0.02,
      ),
      hsl(random.next(), 0.4, 0.5),
    ),
    ...place(tree(random, 1.6), { at: [0, 0.3, 0] }).slice(0, 1),
  ],
};

/** @type {import('./canvas.js').Draw} */
function furniture(context, _, random) {
  const [boards, wall, side] = [
    floor(random),
    hsl(random.next(), random.between(0, 0.35), random.between(0.5, 0.9)),
    random.pick([-1, 1]),
  ];
  const names = Object.keys(FURNITURE);
  const first = random.whole(0, names.length - 1);
  const count = random.whole(1, 3);
  const parts = random
    .times(count, (i) =>
      place(FURNITURE[names[(first + i) % names.length]](random), {
        at: [(i - (count - 1) / 2) * 2.2, 0, random.between(-0.5, 0.1)],
        yaw: random.normal() * (count > 1 ? 0.25 : 0.5),
      }),
    )
    .flat();
  const [frameX, striped, seed] = [random.between(-1.5, 1.5), random.happens(0.2), random.whole(0, 99)];
  const picture = random.happens(0.5)
    ? [
        part(box([frameX, 2.4, -1.35], [0.5, 0.38, 0.03], 0.01), (x, y) =>
          Math.abs(x - frameX) > 0.45 || Math.abs(y - 2.4) > 0.33
            ? [0.2, 0.15, 0.1]
            : hsl(fractal(x * 2, y * 2, seed, 3), 0.5, 0.35 + 0.4 * fractal(x * 3, y * 3, seed + 5, 3)),
        ),
      ]
    : [];
  const away = 4.4 + 0.9 * count;
  render(context, {
    parts: [...parts, ...picture],
    planes: [
      { axis: 1, at: 0, paint: (x, _y, z) => boards(x * 0.7, z * 0.7), shine: random.between(0, 0.15) },
      {
        axis: 2,
        at: -1.4,
        paint: (x, y) =>
          y < 0.16
            ? [0.92, 0.91, 0.88]
            : times(wall, (striped && Math.floor(x * 4) % 2 ? 0.88 : 0.96) + 0.05 * fractal(x, y, seed, 3)),
      },
      { axis: 0, at: side * (2.4 + count), paint: () => times(wall, 0.95) },
    ],
    sky: () => times(wall, 0.9),
    light: [-side * random.between(0.3, 1), random.between(0.8, 1.5), random.between(0.4, 1)],
    soft: random.between(3, 9),
    eye: [random.between(-1, 1), random.between(1.3, 2.2), away],
    target: [0, random.between(0.8, 1.1), 0],
    zoom: 1.8,
  });
}

/** @type {import('./canvas.js').Kind[]} */
export const ROOMS = [{ name: 'furniture', draw: furniture }];
