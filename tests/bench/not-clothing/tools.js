/** Tools, scissors and keys. */
import { hsl, mix } from './canvas.js';
import { noise } from './random.js';
import { box, capsule, joined, lathe, part, place, prism, ring, without } from './solid.js';
import { anyColour, still } from './still.js';
import { wood } from './textures.js';

/** @typedef {import('./canvas.js').Point} Point */

/** @type {import('./canvas.js').Draw} */
function scissors(context, _, random) {
  const [open, grip] = [random.between(0.08, 0.4), anyColour(random)];
  const metal = { shine: 0.8, mirror: 0.35 };
  const half = (/** @type {number} */ side) => {
    const blade = place(
      [
        prism(
          [
            [-0.09, -0.2],
            [0.09, -0.2],
            [0.11, 0.2],
            [0.02, 1.9],
            [-0.02, 1.9],
            [-0.1, 0.2],
          ],
          0.03,
        ),
      ],
      { pitch: Math.PI / 2, at: [0, 0.12 + 0.05 * side, 0] },
    )[0];
    const [oval] = place([ring([0, 0, 0], 0.3, 0.085)], { at: [0.2 * -side, 0.12, -0.95] });
    const shank = capsule([0, 0.12, -0.1], [0.1 * -side, 0.12, -0.7], 0.08, 0.1);
    return place([part(blade, [0.72, 0.73, 0.75], metal), part(joined(0.06, oval, shank), grip, { shine: 0.4 })], {
      yaw: open * side,
    });
  };
  const screw = part(
    lathe(
      [
        [0, 0.1],
        [0.07, 0.1],
        [0.07, 0.25],
        [0, 0.25],
      ],
      0.01,
    ),
    [0.6, 0.6, 0.6],
    metal,
  );
  still(context, random, place([...half(1), ...half(-1), screw], { yaw: random.between(0, 6) }), {
    reach: 1.8,
    height: 0,
    tilt: [0.7, 1.4],
  });
}

/** @type {import('./canvas.js').Draw} */
function keys(context, _, random) {
  const parts = random
    .times(random.whole(2, 5), (i) => {
      const long = random.between(0.8, 1.2);
      const teeth = random.times(6, (k) => /** @type {Point} */ ([0.4 + (long * k) / 6, -0.1 + 0.09 * random.next()]));
      const colour = hsl(random.pick([0.12, 0.1, 0.6]), random.pick([0.1, 0.45]), random.between(0.45, 0.65));
      const shaft = prism(
        [
          [0.2, 0.1],
          [0.2, -0.1],
          ...teeth.flatMap(
            ([x, y]) =>
              /** @type {Point[]} */ ([
                [x - 0.05, y],
                [x + 0.05, -0.1 + 0.1 * random.next()],
              ]),
          ),
          [0.5 + long, -0.05],
          [0.55 + long, 0.02],
          [0.45 + long, 0.1],
        ],
        0.035,
      );
      const round = Array.from(
        { length: 18 },
        (_, k) => /** @type {Point} */ ([0.1 + 0.3 * Math.cos(k * 0.349), 0.3 * Math.sin(k * 0.349)]),
      );
      const hole = prism(
        round.map(([x, y]) => /** @type {Point} */ ([-0.06 + (x - 0.1) * 0.3, y * 0.3])),
        0.2,
      );
      const flat = part(without(joined(0.02, shaft, prism(round, random.happens(0.4) ? 0.07 : 0.035)), hole), colour, {
        shine: 0.7,
        mirror: 0.25,
      });
      return place(place([flat], { pitch: Math.PI / 2, at: [0.35, 0.05 + 0.05 * i, 0] }), {
        yaw: -0.6 + i * random.between(0.5, 0.9),
      });
    })
    .flat();
  const loop = part(ring([0, 0.1, 0], 0.34, 0.03), [0.7, 0.7, 0.72], { shine: 0.8, mirror: 0.4 });
  still(context, random, place([...parts, loop], { yaw: random.between(0, 6) }), {
    reach: 1.6,
    height: 0,
    tilt: [0.8, 1.4],
  });
}

/** @type {import('./canvas.js').Draw} */
function tools(context, _, random) {
  const handle = wood(random);
  const metal = { shine: 0.7, mirror: 0.3 };
  const steel = hsl(0.6, 0.05, random.between(0.35, 0.65));
  const rust = random.happens(0.3);
  const paint = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ z) =>
    rust ? mix(steel, [0.4, 0.2, 0.1], noise(x * 9, z * 9, y * 9)) : steel;
  const hammer = () => [
    part(capsule([-1.3, 0.12, 0], [0.9, 0.12, 0], 0.12, 0.08), (x, _y, z) => handle(z, x)),
    part(
      joined(
        0.05,
        capsule([1, 0.16, -0.35], [1, 0.16, 0.4], 0.14, 0.19),
        capsule([1, 0.16, -0.35], [1.1, 0.12, -0.8], 0.12, 0.03),
      ),
      paint,
      metal,
    ),
  ];
  const wrench = () => {
    const disc = lathe(
      [
        [0, 0],
        [0.32, 0],
        [0.32, 0.14],
        [0, 0.14],
      ],
      0.02,
    );
    const end = (/** @type {number} */ x, /** @type {number} */ way) =>
      place([without(disc, box([0.25 * way, 0.1, 0], [0.26, 0.4, 0.13], 0))], { at: [x, 0, 0] })[0];
    return [part(joined(0.06, end(1.2, 1), end(-1.2, -1), box([0, 0.07, 0], [1.05, 0.06, 0.13], 0.04)), paint, metal)];
  };
  const screwdriver = () => [
    part(capsule([-1.2, 0.18, 0], [-0.4, 0.16, 0], 0.19, 0.15), anyColour(random), { shine: 0.5 }),
    part(
      joined(0.01, capsule([-0.4, 0.16, 0], [1, 0.16, 0], 0.055), box([1.05, 0.16, 0], [0.12, 0.02, 0.07], 0.01)),
      paint,
      metal,
    ),
  ];
  const kinds = [hammer, wrench, screwdriver];
  const first = random.whole(0, 2);
  const count = random.whole(1, 3);
  const parts = random
    .times(count, (i) =>
      place(kinds[(first + i) % 3](), {
        at: [0, 0, (i - (count - 1) / 2) * 1],
        yaw: random.normal() * 0.2 + random.pick([0, Math.PI]),
      }),
    )
    .flat();
  still(context, random, place(parts, { yaw: random.between(0, 6) }), { reach: 1.8, height: 0, tilt: [0.7, 1.4] });
}

/** @type {import('./canvas.js').Kind[]} */
export const TOOLS = [
  { name: 'scissors', draw: scissors },
  { name: 'keys', draw: keys },
  { name: 'tools', draw: tools },
];
