/** Land, sea and sky. */
import { blur, css, fill, glow, hsl, mix, paint, step, times } from './canvas.js';
import { fractal, hash, noise } from './random.js';
import { clouds } from './textures.js';

/** @typedef {import('./canvas.js').Context} Context */
/** @typedef {import('./canvas.js').Colour} Colour */
/** @typedef {import('./random.js').Random} Random */

/** @type {import('./canvas.js').Draw} */
function nightSky(context, { width, height }, random) {
  const [low, high] = [
    hsl(random.between(0.5, 0.75), 0.5, random.between(0.08, 0.25)),
    hsl(random.between(0.6, 0.72), 0.6, 0.04),
  ];
  const [seed, angle, milky] = [random.whole(0, 999), random.between(0, 3), random.between(0, 0.5)];
  paint(context, (x, y) => {
    const [u, v] = [x / width - 0.5, y / height - 0.5];
    const band = Math.exp(-(((u * Math.sin(angle) - v * Math.cos(angle)) * 5) ** 2));
    const dust = milky * band * fractal(u * 5, v * 5, seed, 5) ** 1.6;
    const star = hash(x, y, seed);
    const bright = star > 0.9985 - 0.003 * band * milky ? 0.25 + 0.75 * hash(x, y, 3) ** 4 : 0;
    const base = mix(high, low, Math.max(0, v + 0.5) ** 2);
    return [base[0] + 0.7 * dust + bright, base[1] + 0.6 * dust + bright, base[2] + 0.75 * dust + bright];
  });
  for (let i = 0; i < 25; i++) {
    const [x, y, r] = [random.between(0, width), random.between(0, height * 0.8), random.between(1.5, 5)];
    fill(
      context,
      glow(context, [x, y], r, [
        [0, '#fff'],
        [0.3, css(hsl(random.next(), 0.5, 0.8), 0.6)],
        [1, '#fff0'],
      ]),
      [x - r, y - r, 2 * r, 2 * r],
    );
  }
  if (random.happens(0.4)) {
    const [x, y, r] = [
      random.between(0.2, 0.8) * width,
      random.between(0.15, 0.5) * height,
      random.between(0.03, 0.12) * width,
    ];
    fill(
      context,
      glow(context, [x, y], r * 4, [
        [0, '#fff8e066'],
        [1, '#fff0'],
      ]),
    );
    context.fillStyle = '#f3efdc';
    context.beginPath();
    context.arc(x, y, r, 0, 7);
    context.fill();
    for (let i = 0; i < 9; i++) {
      const [a, d] = [random.between(0, 6), random.between(0, 0.7) * r];
      const [mx, my] = [x + d * Math.cos(a), y + d * Math.sin(a)];
      fill(
        context,
        glow(context, [mx, my], r * 0.3, [
          [0, '#9a968677'],
          [1, '#9a968600'],
        ]),
        [mx - r * 0.3, my - r * 0.3, r * 0.6, r * 0.6],
      );
    }
  }
  if (random.happens(0.75))
    ridge(
      context,
      random,
      height * random.between(0.78, 0.95),
      0.12 * height,
      [0.01, 0.012, 0.02],
      random.happens(0.5),
    );
}

/**
 * A line of hills from side to side.
 * @param {Context} context
 * @param {Random} random
 * @param {number} level
 * @param {number} tall
 * @param {Colour} colour
 */
export function ridge(context, random, level, tall, colour, trees = false) {
  const { width, height } = context.canvas;
  const [seed, rough] = [random.between(0, 999), random.between(1.2, 4)];
  context.fillStyle = css(colour);
  context.beginPath();
  context.moveTo(0, height);
  for (let x = 0; x <= width; x++) {
    const hill = fractal((rough * x) / width, seed, 0, 6);
    const tree = trees ? 0.35 * noise(x * 0.19, seed) * noise(x * 0.7, seed) : 0;
    context.lineTo(x, level - tall * (hill - 0.5) * 2 - tall * tree);
  }
  context.lineTo(width, height);
  context.fill();
}

/** @type {import('./canvas.js').Draw} */
function sea(context, { width, height }, random) {
  const horizon = height * random.between(0.3, 0.62);
  const sky = clouds(random);
  const [isEvening, sunX, seed] = [random.happens(0.4), random.between(0.2, 0.8) * width, random.whole(0, 999)];
  const [warm, deep] = [
    hsl(random.between(0.02, 0.1), 0.9, 0.6),
    hsl(random.between(0.48, 0.6), random.between(0.3, 0.8), random.between(0.15, 0.35)),
  ];
  const [rough, beach] = [
    random.between(0.3, 1),
    random.happens(0.35) ? height * random.between(0.8, 0.93) : 2 * height,
  ];
  const above = (/** @type {number} */ x, /** @type {number} */ up) => {
    const plain = sky((x - width / 2) / width, 0.75 * up + 0.015, 1);
    return isEvening
      ? mix(
          mix(times(plain, 0.75), warm, Math.max(0, 0.85 - 1.4 * up)),
          [1, 0.95, 0.8],
          Math.exp(-(((x - sunX) / width) ** 2 + up * up) * 90),
        )
      : plain;
  };
  paint(context, (x, y) => {
    if (y < horizon) return above(x, (horizon - y) / height);
    const shore = beach + 0.05 * height * (fractal(x * 0.006, 1, seed, 3) - 0.5);
    const near = (y - horizon + 2) / (height - horizon);
    if (y > shore)
      return times(hsl(0.1, 0.35, 0.66), 0.75 + 0.25 * step(0, 0.05 * height, y - shore) + 0.12 * noise(x, y, seed));
    const [wx, wz] = [(x - width / 2) / near / width, 1 / near];
    const wave = fractal(wx * 9 + 50, wz * 7 * 2.2, seed, 4) - 0.5;
    const slope = rough * (wave + 0.5 * (noise(wx * 46, wz * 60, seed) - 0.5));
    const mirrored = above(x + slope * 60, Math.abs((0.6 * (y - horizon)) / height + 0.25 * slope));
    const crest = step(0.2, 0.34, slope * (0.5 + near));
    const foam = Math.max(crest * 0.6, Math.exp(-(((y - shore) / 7) ** 2)));
    return mix(mix(deep, mirrored, 0.25 + 0.45 * (1 - near) + slope * 0.5), [0.95, 0.97, 0.98], foam);
  });
  if (random.happens(0.4))
    sail(context, random, random.between(0.15, 0.85) * width, horizon + 3, height * random.between(0.02, 0.07));
}

/** @param {Context} context @param {Random} random @param {number} x @param {number} y @param {number} tall */
function sail(context, random, x, y, tall) {
  context.fillStyle = css(hsl(random.next(), 0.2, 0.9));
  context.beginPath();
  for (const [u, v] of [
    [0, -1],
    [0.5, -0.15],
    [0, -0.12],
  ])
    context.lineTo(x + u * tall, y + v * tall);
  context.fill();
  context.fillStyle = '#432';
  context.beginPath();
  for (const [u, v] of [
    [-0.4, -0.1],
    [0.6, -0.1],
    [0.4, 0.06],
    [-0.25, 0.06],
  ])
    context.lineTo(x + u * tall, y + v * tall);
  context.fill();
}

/** @type {import('./canvas.js').Draw} */
function hills(context, { width, height }, random) {
  const [hue, sunX, sunY] = [
    random.between(-0.05, 0.12),
    random.between(0.15, 0.85) * width,
    random.between(0.25, 0.5) * height,
  ];
  const [glowing, high] = [hsl(hue, 0.85, 0.65), hsl(hue + random.between(0.45, 0.75), 0.4, random.between(0.3, 0.55))];
  const seed = random.whole(0, 999);
  paint(context, (x, y) => {
    const v = y / height;
    const cloud = step(0.5, 0.72, fractal((x / width) * 3, v * 12, seed, 5)) * (1 - v);
    const base = mix(mix(high, glowing, Math.min(1, v * 1.7)), [0.98, 0.6, 0.5], cloud * 0.7);
    return mix(base, [1, 0.96, 0.8], Math.exp(-Math.hypot(x - sunX, y - sunY) / (0.09 * width)));
  });
  const layers = random.whole(3, 6);
  const [far, near] = [mix(glowing, high, 0.4), hsl(random.between(0.2, 0.7), 0.25, random.between(0.05, 0.14))];
  for (let i = 1; i <= layers; i++)
    ridge(
      context,
      random,
      height * (0.42 + (0.5 * i) / layers),
      height * random.between(0.06, 0.2),
      mix(far, near, i / layers),
      i === layers,
    );
}

/** @type {import('./canvas.js').Draw} */
function forest(context, { width, height }, random) {
  const [hue, isMisty, seed] = [random.between(0.08, 0.38), random.happens(0.5), random.whole(0, 999)];
  const back = isMisty ? hsl(hue, 0.12, 0.78) : hsl(hue, 0.45, 0.6);
  paint(context, (x, y) => times(back, 0.7 + 0.5 * fractal(x * 0.02, y * 0.02, seed, 4) - (0.3 * y) / height));
  const layers = 5;
  for (let layer = 0; layer < layers; layer++) {
    const near = (layer + 1) / layers;
    const bark = mix(back, hsl(0.08, 0.25, random.between(0.1, 0.22)), near ** 0.7);
    const ground = height * (0.5 + 0.42 * near);
    context.fillStyle = css(mix(back, hsl(hue - 0.05, 0.4, 0.2), near));
    for (let x = -20; x < width + 20; x += 14) {
      context.beginPath();
      context.ellipse(x, ground + random.between(0, 20), 24, 14 + 20 * random.next() * near, 0, 0, 7);
      context.fill();
    }
    fill(context, context.fillStyle, [0, ground + 8, width, height]);
    const wide = width * (0.008 + 0.05 * near ** 2);
    for (let i = 0; i < 13 - 2.2 * layer; i++) {
      const [x, lean] = [random.between(-0.05, 1.05) * width, random.normal() * 0.02 * width];
      for (let slice = 0; slice < 24; slice++) {
        const u = slice / 24 - 0.5;
        context.fillStyle = css(
          times(bark, 0.55 + 0.75 * Math.sqrt(0.25 - u * u) + 0.4 * noise(slice * 0.9, x, seed) + 0.15 * u),
        );
        context.beginPath();
        for (const [px, py] of [
          [x + lean + u * wide * 0.7, -5],
          [x + lean + (u + 0.06) * wide * 0.7, -5],
          [x + (u + 0.06) * wide, ground + wide * 0.4],
          [x + u * wide, ground + wide * 0.4],
        ])
          context.lineTo(px, py);
        context.fill();
      }
    }
    const leaves = 260 + 500 * near;
    for (let i = 0; i < leaves; i++) {
      const [x, y] = [
        random.between(0, width),
        random.happens(0.7) ? height * 0.55 * random.next() ** 1.4 : ground + random.between(-18, 70),
      ];
      if (fractal((x / width) * 4, (y / height) * 5, layer + seed, 2) < 0.45) continue;
      const r = width * (0.004 + 0.012 * near) * random.between(0.6, 1.5);
      context.fillStyle = css(
        mix(back, hsl(hue + 0.03 * random.normal(), 0.5, random.between(0.12, 0.5)), 0.25 + 0.75 * near),
        0.85,
      );
      context.beginPath();
      context.ellipse(x, y, r, r * 0.5, random.between(0, 6), 0, 7);
      context.fill();
    }
    if (layer < layers - 1) blur(context, 1.1);
  }
  if (!random.happens(0.5)) return;
  context.globalCompositeOperation = 'screen';
  for (let i = 0; i < 6; i++) {
    const x = random.between(0, width);
    context.fillStyle = 'rgb(255 240 190 / 0.1)';
    context.beginPath();
    for (const [u, v] of [
      [x, 0],
      [x + 30, 0],
      [x - 0.2 * width, height],
      [x - 0.35 * width, height],
    ])
      context.lineTo(u, v);
    context.fill();
  }
  context.globalCompositeOperation = 'source-over';
}

/** @type {import('./canvas.js').Kind[]} */
export const LANDSCAPES = [
  { name: 'night-sky', draw: nightSky, finish: 'dark' },
  { name: 'sea', draw: sea },
  { name: 'hills', draw: hills },
  { name: 'forest', draw: forest },
];
