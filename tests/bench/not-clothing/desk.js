/** Books, phones and laptops. */
import { hsl, mix, times } from './canvas.js';
import { fractal, hash } from './random.js';
import { box, part, place, without } from './solid.js';
import { anyColour, still } from './still.js';
import { mug } from './tableware.js';

/** @typedef {import('./canvas.js').Colour} Colour */
/** @typedef {import('./random.js').Random} Random */

/** @type {import('./canvas.js').Draw} */
export function books(context, _, random) {
  const standing = random.happens(0.4);
  let at = standing ? -1 : 0;
  const parts = random
    .times(random.whole(standing ? 4 : 1, standing ? 9 : 5), () => {
      const [thick, wide, long] = [random.between(0.1, 0.32), random.between(0.55, 0.8), random.between(0.85, 1.15)];
      const [cover, ink, seed] = [anyColour(random), anyColour(random), random.whole(0, 99)];
      const paint = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ z) => {
        const title =
          Math.abs(z) < long * 0.5 &&
          Math.abs(z - 0.1) > 0.05 &&
          Math.abs(y) < thick * 0.35 &&
          hash(Math.floor(z * 26), 1, seed) < 0.6 &&
          x < -wide * 0.9;
        const front =
          y > thick * 0.9 &&
          Math.abs(x) < wide * 0.7 &&
          Math.abs(z + 0.3 * long) < 0.16 &&
          hash(Math.floor(x * 14), Math.floor(z * 10), seed) < 0.6;
        const frame =
          y > thick * 0.9 &&
          Math.max(Math.abs(x) / wide, Math.abs(z) / long) > 0.88 &&
          Math.max(Math.abs(x) / wide, Math.abs(z) / long) < 0.92;
        return title || front || frame ? ink : cover;
      };
      const pages = part(box([0.02, 0, 0], [wide - 0.03, thick - 0.03, long - 0.04], 0.01), (_x, y) =>
        times([0.93, 0.89, 0.8], 0.8 + 0.2 * hash(Math.floor(y * 180), 1, seed)),
      );
      const covers = without(
        box([0, 0, 0], [wide, thick, long], 0.025),
        box([0.2, 0, 0], [wide, thick - 0.035, long + 0.2], 0),
      );
      const book = [part(covers, paint, { shine: 0.2 }), pages];
      if (standing) {
        at += thick;
        const upright = place(place(book, { roll: Math.PI / 2 }), { at: [at, long, 0], pitch: -Math.PI / 2 });
        at += thick + 0.01;
        return upright;
      }
      at += thick;
      const lying = place(book, {
        at: [random.normal() * 0.05, at, random.normal() * 0.05],
        yaw: random.normal() * 0.3 + Math.PI / 2,
      });
      at += thick;
      return lying;
    })
    .flat();
  still(context, random, parts, {
    reach: 1.9,
    height: standing ? 0.9 : at / 2,
    tilt: standing ? [0.1, 0.4] : [0.35, 1.1],
  });
}

/** What a screen shows: windows or icons. @param {Random} random */
function screen(random) {
  const [base, seed, columns] = [anyColour(random), random.whole(0, 999), random.whole(3, 6)];
  return (/** @type {number} */ u, /** @type {number} */ v) => {
    const [i, j] = [Math.floor(u * columns), Math.floor(v * columns * 1.6)];
    const [p, q] = [u * columns - i - 0.5, v * columns * 1.6 - j - 0.5];
    if (hash(i, j, seed) < 0.7 && Math.max(Math.abs(p), Math.abs(q)) < 0.32)
      return hsl(hash(i, j, seed + 1), 0.7, 0.55);
    return times(mix(base, [0.9, 0.9, 1], 0.5 * fractal(u * 3, v * 3, seed, 2)), 1.1);
  };
}

/** @type {import('./canvas.js').Draw} */
function phone(context, _, random) {
  const [shows, frame, tall] = [
    screen(random),
    anyColour(random, random.between(0.05, 0.7)),
    random.between(0.95, 1.15),
  ];
  const paint = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ z) => {
    if (y < 0.055) return frame;
    const isOn = Math.abs(x) < 0.47 && Math.abs(z) < tall - 0.06;
    return isOn ? shows(x + 0.5, (z + tall) / (2 * tall)) : /** @type {Colour} */ ([0.02, 0.02, 0.02]);
  };
  const body = place([part(box([0, 0, 0], [0.53, 0.06, tall], 0.055), paint, { shine: 0.5, mirror: 0.05 })], {
    at: [0, 0.07, 0],
    yaw: random.between(-1.2, 1.2),
  });
  const beside = random.happens(0.4)
    ? place(mug(random), { at: [1.3, 0, -0.5], scale: 0.75, yaw: random.between(0, 6) })
    : [];
  still(context, random, [...body, ...beside], { reach: 1.35, height: 0, tilt: [0.6, 1.45] });
}

/** @type {import('./canvas.js').Draw} */
function laptop(context, _, random) {
  const [shows, body] = [screen(random), hsl(0.6, 0.05, random.between(0.1, 0.75))];
  const keyboard = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ z) => {
    if (y < 0.03 || Math.abs(x) > 0.92) return body;
    const [p, q] = [(x * 7.5) % 1, (z * 7.5) % 1].map((value) => Math.abs(Math.abs(value) - 0.5));
    if (z > -0.5 && z < 0.15)
      return p < 0.42 && q < 0.4 ? /** @type {Colour} */ ([0.07, 0.07, 0.08]) : times(body, 0.8);
    return z > 0.24 && z < 0.6 && Math.abs(x) < 0.32 ? times(body, 0.8) : body;
  };
  const display = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ z) =>
    z > 0.01 && Math.abs(x) < 0.97 && y > 0.08 && y < 1.28
      ? times(shows(x + 1, 1.3 - y), 1.25)
      : times(body, z > 0.01 ? 0.15 : 1);
  const base = part(box([0, 0, 0], [1.05, 0.04, 0.7], 0.03), keyboard, { shine: 0.3 });
  const lid = place([part(box([0, 0.67, 0], [1.05, 0.68, 0.025], 0.02), display, { shine: 0.25 })], {
    at: [0, 0.02, -0.68],
    pitch: -random.between(0.15, 0.5),
  });
  const beside = random.happens(0.6)
    ? place(mug(random), {
        at: [random.pick([-1.6, 1.6]), 0, random.between(-0.3, 0.5)],
        scale: 0.5,
        yaw: random.between(0, 6),
      })
    : [];
  still(context, random, [...place([base, ...lid], { yaw: random.between(-0.6, 0.6), at: [0, 0.05, 0] }), ...beside], {
    reach: 1.7,
    height: 0.4,
    tilt: [0.25, 0.8],
  });
}

/** @type {import('./canvas.js').Kind[]} */
export const DESK = [
  { name: 'books', draw: books },
  { name: 'phone', draw: phone },
  { name: 'laptop', draw: laptop },
];
