/** Walls, floors and sheets, seen from near. */
import { css, fill, hsl, mix, relief, times } from './canvas.js';
import { fractal, hash, noise } from './random.js';
import { boards } from './textures.js';

/** @type {import('./canvas.js').Draw} */
const tableTop = (context, _, random) => boards(context, random);

/** @type {import('./canvas.js').Draw} */
function tiles(context, { width }, random) {
  const [side, gap, seed] = [width / random.between(2.5, 9), random.between(2, 7), random.whole(0, 999)];
  const ratio = random.pick([1, 1, 2, 0.5]);
  const [base, other, joint] = [
    hsl(random.next(), random.between(0, 0.6), random.between(0.3, 0.9)),
    hsl(random.next(), random.between(0, 0.5), random.between(0.2, 0.9)),
    hsl(0.1, 0.05, random.between(0.3, 0.85)),
  ];
  const [checked, turn] = [random.happens(0.45), random.happens(0.3) ? Math.PI / 4 : random.normal() * 0.03];
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  const place = (/** @type {number} */ x, /** @type {number} */ y) => {
    const [u, v] = [(c * x - s * y) / side, ((s * x + c * y) / side) * ratio];
    const [i, j] = [Math.floor(u), Math.floor(v)];
    const edge = Math.min(u - i, i + 1 - u, (v - j) / ratio, (j + 1 - v) / ratio) * side;
    return { i, j, edge };
  };
  relief(
    context,
    (x, y) => {
      const { i, j, edge } = place(x, y);
      return (
        Math.min(4, Math.max(0, edge - gap / 2)) * 0.6 +
        0.06 * (hash(i, j, seed) - 0.5) * x +
        0.8 * fractal(x * 0.02, y * 0.02, seed, 2)
      );
    },
    (x, y) => {
      const { i, j, edge } = place(x, y);
      if (edge < gap / 2) return times(joint, 0.8 + 0.3 * noise(x * 0.4, y * 0.4, seed));
      const colour = checked && (i + j) % 2 ? other : base;
      return times(
        colour,
        0.86 + 0.1 * hash(i, j, seed) + 0.14 * fractal(x * 0.015 + 9 * hash(i, j, 2), y * 0.03, seed, 4),
      );
    },
    { angle: random.between(0, 6), shine: random.between(0, 0.25), slope: 0.7 },
  );
}

/** @type {import('./canvas.js').Draw} */
function carpet(context, { width, height }, random) {
  const [base, second, third] = random.times(3, () =>
    hsl(random.next(), random.between(0.1, 0.7), random.between(0.2, 0.65)),
  );
  const [seed, kind, cell] = [random.whole(0, 999), random.whole(0, 2), width / random.between(3, 9)];
  relief(
    context,
    (x, y) => 2.6 * noise(x * 0.45, y * 0.45, seed) + 1.8 * noise(x * 0.9, y * 0.9, seed),
    (x, y) => {
      const [u, v] = [x + 3 * noise(x * 0.3, y * 0.3), y + 3 * noise(x * 0.3, y * 0.3, 5)];
      const [p, q] = [Math.abs((u / cell) % 1) - 0.5, Math.abs((v / cell) % 1) - 0.5];
      const frame = Math.min(u, v, width - u, height - v) / cell;
      let colour = base;
      if (kind === 0)
        colour = Math.abs(p) + Math.abs(q) < 0.36 ? (Math.abs(p) + Math.abs(q) < 0.17 ? third : second) : base;
      if (kind === 1)
        colour = Math.hypot(p, q) < 0.4 && Math.hypot(p, q) > 0.2 ? second : Math.abs(p * q) < 0.008 ? third : base;
      if (frame < 0.9) colour = frame < 0.25 || frame > 0.65 ? third : second;
      return times(colour, 0.65 + 0.5 * noise(x * 0.55, y * 0.55, seed) + 0.2 * fractal(x * 0.01, y * 0.01, seed));
    },
    { angle: random.between(0, 6), ambient: 0.5 },
  );
}

/** @type {import('./canvas.js').Draw} */
function bricks(context, { width }, random) {
  const [long, seed, joint] = [width / random.between(3, 9), random.whole(0, 999), random.between(0.04, 0.08)];
  const [base, mortar] = [
    hsl(random.between(0, 0.09), random.between(0.1, 0.6), random.between(0.25, 0.6)),
    hsl(0.1, 0.08, random.between(0.45, 0.8)),
  ];
  const tall = long * random.between(0.3, 0.45);
  const place = (/** @type {number} */ x, /** @type {number} */ y) => {
    const [wx, wy] = [x + 4 * fractal(x * 0.03, y * 0.03, seed, 2), y + 4 * fractal(x * 0.03, y * 0.03, seed + 7, 2)];
    const j = Math.floor(wy / tall);
    const u = wx / long + (j % 2) * 0.5;
    const i = Math.floor(u);
    return { i, j, edge: Math.min((u - i) * long, (i + 1 - u) * long, wy - j * tall, (j + 1) * tall - wy) };
  };
  relief(
    context,
    (x, y) => {
      const { edge } = place(x, y);
      return 5 * Math.min(1, Math.max(0, edge / (joint * long) - 0.5)) + 2.2 * fractal(x * 0.12, y * 0.12, seed, 4);
    },
    (x, y) => {
      const { i, j, edge } = place(x, y);
      if (edge < joint * long * 0.6) return times(mortar, 0.8 + 0.3 * noise(x * 0.3, y * 0.3, seed));
      const own = hash(i, j, seed);
      return times(mix(base, hsl(0.03, 0.3, 0.2), own * own * 0.6), 0.75 + 0.4 * fractal(x * 0.07, y * 0.07, seed, 4));
    },
    { angle: random.pick([-2.2, -0.8, 0.6, 2.4]), slope: 1.1, ambient: 0.35 },
  );
}

/** Paper that was crumpled and opened again: planes that meet in sharp folds. @type {import('./canvas.js').Draw} */
function crumpledSheet(context, { width, height }, random) {
  const base = random.happens(0.7)
    ? hsl(0.1, random.between(0, 0.2), random.between(0.82, 0.96))
    : hsl(random.next(), 0.4, 0.7);
  const [seed, margin, turn] = [
    random.whole(0, 999),
    random.happens(0.5) ? random.between(0.05, 0.15) * width : -99,
    random.normal() * 0.1,
  ];
  const [ground, cell, depth] = [
    hsl(random.next(), random.between(0, 0.4), random.between(0.1, 0.5)),
    width * random.between(0.13, 0.3),
    random.between(0.3, 0.7),
  ];
  const inside = (/** @type {number} */ x, /** @type {number} */ y) => {
    const [p, q] = [x - width / 2, y - height / 2];
    const [u, v] = [p * Math.cos(turn) - q * Math.sin(turn), p * Math.sin(turn) + q * Math.cos(turn)];
    const edge = Math.min(width / 2 - Math.abs(u), height / 2 - Math.abs(v)) - margin;
    return edge + 7 * (fractal(x * 0.02, y * 0.02, seed, 3) - 0.5);
  };
  /** The highest of planes, each tilted in its own way. */
  const facets = (
    /** @type {number} */ x,
    /** @type {number} */ y,
    /** @type {number} */ size,
    /** @type {number} */ own,
  ) => {
    const [u, v] = [x / size, y / size];
    let highest = -9;
    for (let i = Math.floor(u) - 1; i <= Math.floor(u) + 1; i++)
      for (let j = Math.floor(v) - 1; j <= Math.floor(v) + 1; j++) {
        const [dx, dy] = [u - i - hash(i, j, own), v - j - hash(i, j, own + 1)];
        const tilt = (hash(i, j, own + 2) - 0.5) * dx + (hash(i, j, own + 3) - 0.5) * dy;
        highest = Math.max(highest, 0.6 * tilt - 0.45 * (dx * dx + dy * dy));
      }
    return highest * size;
  };
  relief(
    context,
    (x, y) => {
      if (margin > 0 && inside(x, y) < 0) return 0;
      const [wx, wy] = [
        x + 0.2 * cell * fractal(x / cell, y / cell, seed, 2),
        y + 0.2 * cell * fractal(x / cell, y / cell, seed + 9, 2),
      ];
      return (
        depth *
        (facets(wx, wy, cell, seed) -
          facets(wy, wx, cell * 0.7, seed + 20) * 0.8 +
          facets(wx, wy, cell * 0.33, seed + 40) * 0.35)
      );
    },
    (x, y) => {
      const edge = inside(x, y);
      return edge < 0 && margin > 0 ? times(ground, 0.9 + 0.1 * noise(x, y) - 0.5 * Math.exp(edge / 14)) : base;
    },
    { angle: random.between(0, 6), slope: 0.9, ambient: 0.4 },
  );
}

/** @type {import('./canvas.js').Draw} */
function stones(context, { width, height }, random) {
  const [cell, seed] = [width / random.between(5, 16), random.whole(0, 999)];
  const [base, wet] = [
    hsl(random.between(0.05, 0.6), random.between(0.02, 0.18), random.between(0.35, 0.65)),
    random.between(0, 0.2),
  ];
  const nearest = (/** @type {number} */ x, /** @type {number} */ y) => {
    const [i, j] = [Math.floor(x / cell), Math.floor(y / cell)];
    let [first, second, own] = [9, 9, 0];
    for (let a = i - 1; a <= i + 1; a++)
      for (let b = j - 1; b <= j + 1; b++) {
        const d = Math.hypot(x / cell - a - hash(a, b, seed), y / cell - b - hash(a, b, seed + 1));
        if (d < first) [first, second, own] = [d, first, hash(a, b, seed + 2)];
        else second = Math.min(second, d);
      }
    return { gap: second - first, own };
  };
  fill(context, css(base), [0, 0, width, height]);
  relief(
    context,
    (x, y) => cell * 0.45 * Math.sqrt(Math.min(0.5, nearest(x, y).gap)) + fractal(x * 0.1, y * 0.1, seed, 3),
    (x, y) => {
      const { gap, own } = nearest(x, y);
      const stone = mix(base, hsl(own, 0.15, 0.25 + 0.5 * hash(own * 1e6, 1, 1)), 0.6);
      return times(stone, Math.min(1, 0.3 + gap * 5) * (0.8 + 0.3 * fractal(x * 0.09, y * 0.09, seed, 4)));
    },
    { angle: random.between(0, 6), ambient: 0.35, shine: wet },
  );
}

/** @type {import('./canvas.js').Kind[]} */
export const SURFACES = [
  { name: 'table-top', draw: tableTop },
  { name: 'tiles', draw: tiles },
  { name: 'carpet', draw: carpet },
  { name: 'brick-wall', draw: bricks },
  { name: 'crumpled-sheet', draw: crumpledSheet },
  { name: 'stones', draw: stones },
];
