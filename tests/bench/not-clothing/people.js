/** Faces: heads with bare necks. */
import { hsl, mix, times } from './canvas.js';
import { fractal, hash, noise } from './random.js';
import { render } from './render.js';
import { capsule, ellipsoid, joined, part, place, sphere, uneven } from './solid.js';
import { clouds } from './textures.js';

/** @typedef {import('./canvas.js').Colour} Colour */
/** @typedef {import('./canvas.js').Random} Random */
/** @typedef {import('./solid.js').Part} Part */
/** @typedef {import('./solid.js').Solid} Solid */

/** From very light to very dark. @type {Colour[]} */
const SKIN = [
  [0.96, 0.82, 0.74],
  [0.92, 0.74, 0.62],
  [0.85, 0.65, 0.5],
  [0.72, 0.51, 0.37],
  [0.55, 0.37, 0.26],
  [0.36, 0.23, 0.16],
];
/** @type {Colour[]} */
const HAIR = [
  [0.06, 0.05, 0.05],
  [0.16, 0.1, 0.07],
  [0.35, 0.22, 0.13],
  [0.62, 0.48, 0.28],
  [0.5, 0.2, 0.08],
  [0.7, 0.7, 0.7],
];
const IRIS = [0.07, 0.08, 0.58, 0.3, 0.1];

/** The head looks along z; its middle is the origin, and the chin at −1.3. @param {Random} random */
function head(random) {
  const [skin, hair] = [
    times(mix(random.pick(SKIN), random.pick(SKIN), random.between(0, 0.3)), random.between(0.9, 1.05)),
    random.pick(HAIR),
  ];
  const [wide, jaw, nose, mouth] = [
    random.between(0.78, 0.9),
    random.between(0.5, 0.66),
    random.between(0.13, 0.2),
    random.between(0.24, 0.34),
  ];
  const [eyeX, smile, open, seed] = [
    random.between(0.3, 0.36),
    random.between(-0.02, 0.07),
    random.between(0.6, 1),
    random.whole(0, 999),
  ];
  const eyeY = 0.03;
  const eyes = [-1, 1].map((side) => sphere([side * eyeX, eyeY, 0.62], 0.165));
  const flesh = joined(
    0.22,
    ellipsoid([0, 0.25, -0.05], [wide, 0.98, 0.92]),
    ellipsoid([0, -0.62, 0.22], [jaw, 0.62, 0.58]),
    sphere([0, -1.12, 0.48], 0.16),
    ...[-1, 1].map((side) => ellipsoid([side * 0.45, -0.3, 0.42], [0.26, 0.24, 0.24])),
  );
  const features = joined(
    0.1,
    flesh,
    capsule([0, 0.08, 0.78], [0, -0.36, 1], 0.07, nose * 0.85),
    ...[-1, 1].map((side) => sphere([side * nose * 0.75, -0.4, 0.86], nose * 0.55)),
    ...[-1, 1].map((side) => capsule([side * 0.16, 0.25, 0.81], [side * 0.5, 0.27, 0.62], 0.09, 0.07)),
    ...[-1, 1].map((side) => ellipsoid([side * (wide + 0.02), -0.05, -0.05], [0.1, 0.27, 0.16])),
    capsule([-mouth * 0.7, -0.7, 0.72], [mouth * 0.7, -0.7, 0.72], 0.1),
  );
  // hollows for the eyes, and lids that close over them a little
  /** @type {Solid} */
  const face = {
    bound: features.bound,
    distance: (x, y, z) => {
      const d = features.distance(x, y, z);
      const [u, v] = [(Math.abs(x) - eyeX) / 0.17, (y - eyeY) / (0.085 * open)];
      const hollow = Math.sqrt(u * u + v * v) - 1;
      return z > 0.3 && hollow < 0.3 ? Math.max(d, -Math.max(hollow * 0.08, 0.55 - z)) * 0.8 : d;
    },
  };
  const body = joined(
    0.3,
    capsule([0, -0.7, -0.25], [0, -2, -0.35], random.between(0.42, 0.55)),
    ...[-1, 1].map((side) => capsule([0, -2, -0.35], [side * 1.6, -2.6, -0.4], 0.36, 0.46)),
    ellipsoid([0, -3.9, -0.4], [1.75, 1.75, 0.75]),
  );
  const lips = mix(skin, hsl(random.between(0.95, 1.02), 0.6, 0.42), random.between(0.15, 0.6));
  const [freckled, blush, brow] = [random.happens(0.25), random.between(0.1, 0.4), random.between(0.035, 0.065)];
  const bearded = random.happens(0.25) ? random.between(0.4, 0.95) : 0;
  const paint = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ z) => {
    let colour = times(mix(skin, times(skin, 0.85), fractal(x * 5, y * 5, z * 5 + seed, 3)), 1.02);
    const side = Math.abs(x);
    if (z < 0.1) return colour;
    colour = mix(
      colour,
      [0.8, 0.35, 0.3],
      blush * 0.45 * Math.exp(-(((side - 0.45) / 0.22) ** 2) - ((y + 0.35) / 0.2) ** 2),
    );
    if (freckled && hash(Math.floor(x * 34), Math.floor(y * 34), seed) < 0.12 && Math.abs(y + 0.2) < 0.25)
      colour = times(colour, 0.82);
    const bow = y + 0.72 - smile * (x / mouth) ** 2 * 2;
    const lip = (x / mouth) ** 2 + (bow / 0.105) ** 2;
    const hairs = noise(x * 60, y * 60, z * 20);
    const beard =
      bearded && y > -1.25 && y < -0.42 - 0.2 * (1 - side) + 0.15 * side && lip > 1.5
        ? bearded * (0.5 + 0.6 * hairs)
        : 0;
    if (lip < 1.1) colour = mix(lips, colour, Math.max(0, (lip - 0.8) / 0.3));
    if (Math.abs(bow) < 0.014 && side < mouth) colour = times(lips, 0.35);
    const arch = y - 0.3 - 0.06 * Math.sin(((side - 0.12) / 0.5) * 3.1);
    if (side > 0.13 && side < 0.58 && Math.abs(arch) < brow * (1.1 - (side - 0.13)))
      colour = mix(colour, hair, 0.55 + 0.4 * hairs);
    const lash = Math.hypot((side - eyeX) / 0.185, (y - eyeY - 0.02) / (0.1 * open));
    if (lash > 0.85 && lash < 1.12 && y > eyeY) colour = times(colour, 0.3);
    if (y < -0.38 && y > -0.5 && Math.hypot(side - nose * 0.5, (y + 0.49) * 1.6) < 0.055) colour = times(colour, 0.3);
    return mix(colour, hair, Math.min(0.9, beard));
  };
  const [iris, gaze] = [
    hsl(random.pick(IRIS), random.between(0.2, 0.6), random.between(0.2, 0.45)),
    random.between(-0.05, 0.05),
  ];
  const eyeball = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ z) => {
    const d = Math.hypot(Math.abs(x) - eyeX + gaze * Math.sign(x), y - eyeY - 0.01);
    if (z < 0.6) return /** @type {Colour} */ ([0.9, 0.88, 0.86]);
    return d < 0.035
      ? /** @type {Colour} */ ([0.02, 0.02, 0.02])
      : d < 0.08
        ? times(iris, d > 0.07 ? 0.5 : 1)
        : /** @type {Colour} */ ([0.9, 0.88, 0.86]);
  };
  return {
    parts: [
      part(joined(0.2, face, body), paint, { shine: random.between(0.04, 0.14) }),
      ...eyes.map((eye) => part(eye, eyeball, { shine: 0.6 })),
      ...hairOf(random, hair, wide, seed),
    ],
    skin,
  };
}

/** @param {Random} random @param {Colour} colour @param {number} wide @param {number} seed @returns {Part[]} */
function hairOf(random, colour, wide, seed) {
  const style = random.pick(['short', 'short', 'long', 'long', 'curly', 'bun', 'none']);
  if (style === 'none') return [];
  const [line, fringe] = [random.between(0.5, 0.72), random.between(-0.15, 0.25)];
  const cap = ellipsoid([0, 0.36, -0.14], [wide + 0.11, 1.02, 0.98]);
  /** Hair leaves the face free. @type {Solid} */
  const shorn = {
    bound: cap.bound,
    distance: (x, y, z) =>
      Math.max(cap.distance(x, y, z), (z - 0.05 + 0.5 * (line - y) - fringe * x * 0.6 - 0.15) * 0.8, -0.65 - y - 0.1),
  };
  /** @type {Record<string, Solid[]>} */
  const more = {
    short: [],
    curly: random.times(16, (i) =>
      sphere(
        [
          (wide + 0.08) * Math.cos(i * 2.4) * Math.sin(i * 0.2 + 0.2),
          0.5 + 0.85 * Math.cos(i * 0.19),
          -0.2 + 0.8 * Math.sin(i * 2.4) * Math.sin(i * 0.2 + 0.2) - 0.1,
        ],
        0.32,
      ),
    ),
    bun: [sphere([0, 1.5, -0.4], 0.38)],
    long: [-1, 1].flatMap((side) => [
      capsule([side * (wide - 0.02), 0.5, -0.2], [side * (wide + 0.12), -1.5, -0.1], 0.22, 0.26),
      capsule([side * 0.5, 0.4, -0.7], [side * 0.6, -1.7, -0.55], 0.4, 0.35),
    ]),
  };
  const waves = style === 'curly' ? 9 : 26;
  const strands = uneven(
    joined(0.15, shorn, ...more[style]),
    (x, y, z) => 0.06 * noise(x * waves + 2 * y, (y * waves) / (style === 'curly' ? 1 : 6), z * waves + seed),
    0.06,
  );
  return [part(strands, (x, y, z) => times(colour, 0.55 + 0.9 * noise(x * 45, y * 6, z * 45)), { shine: 0.15 })];
}

/** @param {number} nearest @param {number} farthest @returns {import('./canvas.js').Draw} */
const portrait = (nearest, farthest) => (context, size, random) => {
  const { parts } = head(random);
  const [turn, lean] = [0.28 * random.normal(), 0.07 * random.normal()];
  const [sky, wall, seed] = [
    clouds(random),
    hsl(random.next(), random.between(0, 0.6), random.between(0.15, 0.9)),
    random.whole(0, 99),
  ];
  const outdoors = random.pick(['', 'sky', 'leaves']);
  const [side, away] = [random.pick([-1, 1]), random.between(nearest, farthest) * (size.width < size.height ? 1.1 : 1)];
  render(context, {
    parts: place(parts, { yaw: turn, roll: lean, pitch: 0.06 * random.normal() }),
    sky: (x, y, z) => {
      if (outdoors === 'sky') return sky(x, y + 0.25, -z);
      if (outdoors === 'leaves')
        return hsl(0.27 + 0.08 * noise(x * 20, y * 20), 0.45, 0.2 + 0.5 * fractal(x * 14, y * 14, seed, 2));
      return times(wall, 0.9 + 0.3 * y + 0.1 * side * x);
    },
    light: [side * random.between(0.2, 1), random.between(0.3, 1), random.between(0.5, 1.2)],
    soft: 8,
    ambient: [0.45, 0.45, 0.47],
    eye: [random.normal() * 0.2, random.normal() * 0.2, away],
    target: [random.normal() * 0.08 * nearest, -0.15, 0],
    zoom: 2.4,
    focus: 3,
  });
};

/** @type {import('./canvas.js').Kind[]} */
export const PEOPLE = [
  { name: 'face', draw: portrait(6.2, 7.5) },
  { name: 'face-close', draw: portrait(3.4, 4.8) },
];
