/** Houses and trees. */
import { hsl, mix, times } from './canvas.js';
import { fractal, hash, noise } from './random.js';
import { render } from './render.js';
import { box, capsule, joined, lathe, part, place, prism, sphere, uneven } from './solid.js';
import { clouds, grass } from './textures.js';

/** @typedef {import('./canvas.js').Colour} Colour */
/** @typedef {import('./random.js').Random} Random */
/** @typedef {import('./solid.js').Part} Part */

/** @param {Random} random @param {number} tall @returns {Part[]} */
export function tree(random, tall) {
  const [leaves, seed, wide] = [
    hsl(random.between(0.12, 0.36), random.between(0.25, 0.6), random.between(0.18, 0.38)),
    random.whole(0, 999),
    tall * random.between(0.24, 0.36),
  ];
  const isFir = random.happens(0.25);
  const crown = isFir
    ? lathe([
        [0, tall * 0.15],
        [wide * 0.9, tall * 0.15],
        [0, tall],
      ])
    : joined(
        wide * 0.4,
        ...random.times(4, () =>
          sphere(
            [wide * 0.4 * random.normal(), tall * random.between(0.55, 0.8), wide * 0.4 * random.normal()],
            wide * random.between(0.6, 0.9),
          ),
        ),
      );
  const rough = uneven(
    crown,
    (x, y, z) => wide * 0.5 * (fractal((x * 5) / wide, (y * 5) / wide, (z * 5) / wide + seed, 3) - 0.4),
    wide * 0.3,
  );
  return [
    part(rough, (x, y, z) => times(leaves, 0.5 + noise((x * 14) / wide, (y * 14) / wide, (z * 14) / wide)), {
      shine: 0,
    }),
    part(capsule([0, 0, 0], [0, tall * 0.6, 0], tall * 0.045, tall * 0.025), [0.27, 0.2, 0.14], { shine: 0 }),
  ];
}

/**
 * A wall with windows.
 * @param {Random} random
 * @param {{ across: number, up: number, bottom?: number }} raster
 * @param {Colour} wall
 * @returns {import('./solid.js').Paint}
 */
export function facade(random, { across, up, bottom = 0 }, wall) {
  const [frame, seed, wide] = [
    hsl(0.1, 0.1, random.pick([0.9, 0.2])),
    random.whole(0, 999),
    random.between(0.22, 0.34),
  ];
  const bricked = random.happens(0.3);
  return (x, y, z) => {
    const along = Math.abs(x) > Math.abs(z) ? z : x + 0.5 * across;
    const [i, j] = [Math.floor(along / across), Math.floor((y - bottom) / up)];
    const [p, q] = [Math.abs(along / across - i - 0.5), Math.abs((y - bottom) / up - j - 0.5)];
    if (y > bottom && p < wide && q < 0.32) {
      if (p > wide - 0.045 || q > 0.28 || p < 0.02) return frame;
      return mix([0.1, 0.13, 0.18], [0.65, 0.72, 0.8], 0.7 * hash(i, j, seed) ** 2 + 0.2 * q);
    }
    const row = Math.floor(y * 12);
    const joint = bricked && (y * 12 - row < 0.15 || (along * 5 + (row % 2) * 0.5) % 1 < 0.07);
    return times(wall, (joint ? 0.75 : 0.93) + 0.12 * fractal(along * 3, y * 3, seed, 3));
  };
}

/** @type {import('./canvas.js').Draw} */
function house(context, _, random) {
  const [wide, deep, tall] = [random.between(1.6, 2.8), random.between(1.3, 1.8), random.pick([1.3, 1.4, 2.4])];
  const [wall, roof] = [
    hsl(random.between(0.02, 0.6), random.between(0, 0.4), random.between(0.5, 0.92)),
    hsl(random.pick([0.02, 0.05, 0.6]), random.between(0.1, 0.5), random.between(0.15, 0.4)),
  ];
  const windows = facade(random, { across: random.between(0.8, 1.1), up: 1.15, bottom: 0.1 }, wall);
  const [door, doorX] = [hsl(random.next(), 0.4, 0.25), random.between(-0.5, 0.5) * wide];
  const body = part(box([0, tall / 2, 0], [wide, tall / 2, deep], 0.01), (x, y, z) => {
    if (z > deep - 0.03 && Math.abs(x - doorX) < 0.3 && y < 0.95)
      return Math.abs(x - doorX) > 0.26 ? [0.9, 0.9, 0.88] : door;
    return z > deep - 0.03 && Math.abs(x - doorX) < 0.45 && y < 1.1 ? wall : windows(x, y, z);
  });
  const ridge = random.between(0.8, 1.5);
  const tiles = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ z) =>
    times(
      roof,
      0.7 +
        0.25 * Math.abs(Math.sin(y * 22)) +
        0.25 * hash(Math.floor(x * 7 + 0.5 * (Math.floor(y * 7) % 2)), Math.floor(y * 7), Math.floor(z)),
    );
  const gable = random.happens(0.5);
  const [span, length] = gable ? [wide, deep] : [deep, wide];
  const [top] = place(
    [
      part(
        prism(
          [
            [-span - 0.25, tall - 0.05],
            [span + 0.25, tall - 0.05],
            [0, tall + ridge],
          ],
          length + 0.2,
          0.01,
        ),
        tiles,
      ),
    ],
    { yaw: gable ? 0 : Math.PI / 2 },
  );
  const chimney = part(box([wide * 0.5, tall + ridge * 0.7, -0.2], [0.16, 0.6, 0.16]), [0.5, 0.3, 0.25]);
  const trees = random
    .times(random.whole(1, 4), () =>
      place(tree(random, random.between(2, 4.5)), {
        at: [random.pick([-1, 1]) * (wide + random.between(1, 3)), 0, random.between(-3, 1.5)],
      }),
    )
    .flat();
  const bushes = random.times(
    random.whole(0, 5),
    () =>
      place(tree(random, 1.3), {
        at: [random.between(-wide, wide) + (random.happens(0.5) ? wide : -wide), -0.5, deep + 0.4],
        scale: 0.7,
      })[0],
  );
  const [lawn, sky, angle] = [grass(random), clouds(random), random.between(-0.7, 0.7)];
  const away = random.between(7.5, 9.5);
  render(context, {
    parts: [...place([body, top, chimney], { yaw: random.between(-0.2, 0.2) }), ...trees, ...bushes],
    planes: [
      {
        axis: 1,
        at: 0,
        paint: (x, _y, z) =>
          Math.abs(x - doorX - 0.1 * Math.sin(z)) < 0.4 && z > deep
            ? times([0.6, 0.57, 0.52], 0.8 + 0.3 * noise(x * 7, z * 7))
            : lawn(x, z),
        shine: 0,
      },
    ],
    sky,
    light: [random.between(-1, 1), random.between(0.5, 1.2), random.between(0.3, 1)],
    soft: 22,
    ambient: [0.4, 0.46, 0.56],
    eye: [away * Math.sin(angle), random.between(1, 2), away * Math.cos(angle)],
    target: [0, tall * 0.62, 0],
    zoom: 1.7,
    fog: 0.008,
  });
}

/** @type {import('./canvas.js').Kind[]} */
export const HOUSES = [{ name: 'house', draw: house }];
