/** Flowers and plants. */
import { blur, css, fill, glow, hsl, mix, times } from './canvas.js';
import { fractal, noise } from './random.js';
import { capsule, ellipsoid, joined, lathe, part, place, uneven } from './solid.js';
import { still } from './still.js';

/** @typedef {import('./canvas.js').Colour} Colour */
/** @typedef {import('./random.js').Random} Random */

/** Leaves and light, out of focus. @param {import('./canvas.js').Context} context @param {Random} random */
function garden(context, random) {
  const { width, height } = context.canvas;
  const hue = random.between(0.2, 0.36);
  fill(context, css(hsl(hue, 0.4, random.between(0.15, 0.4))));
  for (let i = 0; i < 70; i++) {
    const [x, y, r] = [random.between(0, width), random.between(0, height), width * random.between(0.04, 0.2)];
    fill(
      context,
      glow(context, [x, y], r, [
        [0, css(hsl(hue + 0.06 * random.normal(), 0.5, random.between(0.1, 0.7)), 0.6)],
        [0.8, css(hsl(hue, 0.4, 0.4), 0.3)],
        [1, css(hsl(hue, 0.4, 0.4), 0)],
      ]),
      [x - r, y - r, 2 * r, 2 * r],
    );
  }
  blur(context, width * 0.02);
}

/**
 * A petal that points along x.
 * @param {import('./canvas.js').Context} context
 * @param {Colour} colour
 * @param {number} long
 * @param {number} wide
 * @param {Random} random
 */
function petal(context, colour, long, wide, random) {
  const made = context.createLinearGradient(0, 0, long, 0);
  made.addColorStop(0, css(times(colour, 0.45)));
  made.addColorStop(0.35, css(times(colour, 0.85)));
  made.addColorStop(1, css(mix(colour, [1, 1, 1], 0.25)));
  context.shadowColor = 'rgb(0 0 0 / 0.4)';
  context.shadowBlur = long * 0.08;
  context.fillStyle = made;
  context.beginPath();
  context.moveTo(0, 0);
  context.bezierCurveTo(long * 0.3, -wide, long * 0.85, -wide * 0.9, long, wide * 0.12 * random.normal());
  context.bezierCurveTo(long * 0.85, wide * 0.9, long * 0.3, wide, 0, 0);
  context.fill();
  context.shadowColor = 'transparent';
  context.lineWidth = long / 120;
  for (let i = -4; i <= 4; i++) {
    context.strokeStyle = css(times(colour, 0.6), 0.28);
    context.beginPath();
    context.moveTo(long * 0.05, 0);
    context.quadraticCurveTo(long * 0.5, i * wide * 0.2, long * 0.92, i * wide * 0.12);
    context.stroke();
  }
}

/** @type {import('./canvas.js').Draw} */
function flowers(context, { width, height }, random) {
  garden(context, random);
  const [count, petals, rows] = [random.pick([1, 1, 2, 3, 6, 10]), random.whole(5, 18), random.whole(1, 3)];
  const [colour, heart] = [
    hsl(
      random.pick([0, 0.03, 0.12, 0.15, 0.6, 0.75, 0.85, 0.93]),
      random.between(0.5, 0.95),
      random.between(0.45, 0.85),
    ),
    hsl(random.between(0.05, 0.15), 0.8, random.between(0.2, 0.5)),
  ];
  const size = (Math.min(width, height) * random.between(0.5, 0.75)) / Math.sqrt(count) / 1.3;
  const places = random.times(count, () =>
    count === 1
      ? [width * random.between(0.4, 0.6), height * random.between(0.35, 0.5)]
      : [random.between(0.1, 0.9) * width, random.between(0.1, 0.7) * height],
  );
  for (const [x, y] of places) {
    context.strokeStyle = css(hsl(0.27, 0.45, 0.25));
    context.lineWidth = size * 0.07;
    context.beginPath();
    context.moveTo(x, y);
    context.quadraticCurveTo(
      x + 0.1 * size * random.normal(),
      (y + height) / 2,
      x + size * 0.3 * random.normal(),
      height + 10,
    );
    context.stroke();
    for (let i = 0; i < 2; i++) {
      context.save();
      context.translate(x, y + size * random.between(0.8, 1.3));
      context.rotate(random.pick([0, Math.PI]) + 0.5 * random.normal());
      petal(context, hsl(0.28, 0.5, 0.3), size * 0.8, size * 0.25, random);
      context.restore();
    }
    const tilt = random.between(0.55, 1);
    for (let row = 0; row < rows; row++)
      for (let i = 0; i < petals; i++) {
        context.save();
        context.translate(x, y);
        context.scale(1, tilt);
        context.rotate((2 * Math.PI * (i + 0.5 * row)) / petals + 0.05 * random.normal());
        petal(
          context,
          times(colour, random.between(0.85, 1.05)),
          size * (1 - 0.25 * row) * random.between(0.9, 1.05),
          Math.min(0.6, 2.6 / petals) * size * (1 - 0.2 * row),
          random,
        );
        context.restore();
      }
    for (let i = 0; i < 160; i++) {
      const [angle, far] = [i * 2.4, 0.22 * size * Math.sqrt(i / 160)];
      context.fillStyle = css(times(heart, random.between(0.5, 1.4)));
      context.beginPath();
      context.arc(x + far * Math.cos(angle), y + far * tilt * Math.sin(angle), size * 0.02, 0, 7);
      context.fill();
    }
  }
}

/** @type {import('./canvas.js').Draw} */
function pottedPlant(context, _, random) {
  const [pot, leafColour, kind] = [
    hsl(random.pick([0.04, 0.05, random.next()]), random.between(0.1, 0.6), random.between(0.3, 0.85)),
    hsl(random.between(0.22, 0.38), random.between(0.3, 0.6), random.between(0.2, 0.4)),
    random.pick(['leaves', 'blades', 'cactus']),
  ];
  const parts = [
    part(
      lathe(
        [
          [0, 0],
          [0.36, 0],
          [0.5, 0.75],
          [0.56, 0.75],
          [0.56, 0.9],
          [0.46, 0.9],
          [0.44, 0.8],
          [0, 0.8],
        ],
        0.015,
      ),
      (x, y, z) => times(pot, 0.88 + 0.2 * fractal(x * 5, y * 5, z * 5, 3)),
      { shine: 0.15 },
    ),
    part(
      lathe([
        [0, 0.7],
        [0.46, 0.7],
        [0.46, 0.83],
        [0, 0.83],
      ]),
      (x, _y, z) => times([0.22, 0.15, 0.1], 0.6 + 0.7 * noise(x * 30, z * 30)),
    ),
  ];
  if (kind === 'cactus') {
    const tall = random.between(0.8, 1.6);
    const ribs = (/** @type {number} */ x, /** @type {number} */ _y, /** @type {number} */ z) =>
      0.05 * Math.abs(Math.sin(7 * Math.atan2(z, x)));
    const arms = random
      .times(random.whole(0, 2), (i) => [
        capsule([0, 1.3, 0], [i ? -0.6 : 0.6, 1.4, 0], 0.16),
        capsule([i ? -0.6 : 0.6, 1.4, 0], [i ? -0.65 : 0.65, 1.9, 0], 0.17),
      ])
      .flat();
    parts.push(
      part(uneven(joined(0.1, capsule([0, 0.9, 0], [0, 0.8 + tall, 0], 0.32, 0.28), ...arms), ribs, 0.05), (x, y, z) =>
        Math.abs(Math.sin(7 * Math.atan2(z, x))) > 0.93 && (y * 9) % 1 < 0.3 ? [0.9, 0.88, 0.7] : leafColour,
      ),
    );
  } else
    for (let i = 0; i < 22; i++) {
      const [yaw, rise, long] = [i * 2.4, random.between(0.5, 1.35), random.between(0.6, 1.1)];
      const blade =
        kind === 'blades'
          ? joined(
              0.05,
              capsule([0, 0, 0], [long, 0, 0], 0.07, 0.05),
              capsule([long, 0, 0], [long * 1.6, -0.25, 0], 0.05, 0.01),
            )
          : joined(0.03, capsule([0, 0, 0], [long * 0.6, 0, 0], 0.02), ellipsoid([long, 0, 0], [0.4, 0.035, 0.22]));
      const paint = (/** @type {number} */ x, /** @type {number} */ _y, /** @type {number} */ z) =>
        Math.abs(z) < 0.012
          ? times(leafColour, 1.5)
          : times(leafColour, 0.85 + 0.35 * Math.abs(Math.sin(28 * (x - Math.abs(z)))));
      parts.push(...place(place([part(blade, paint, { shine: 0.25 })], { roll: rise }), { at: [0, 0.85, 0], yaw }));
    }
  still(context, random, parts, { reach: 1.7, height: 1, tilt: [0.1, 0.6] });
}

/** @type {import('./canvas.js').Kind[]} */
export const PLANTS = [
  { name: 'flowers', draw: flowers },
  { name: 'potted-plant', draw: pottedPlant },
];
