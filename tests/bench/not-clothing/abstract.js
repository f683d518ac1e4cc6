/** Pictures of nothing in particular. */
import { blur, css, fill, glow, gradient, hsl, mix, paint } from './canvas.js';
import { fractal } from './random.js';

/** @type {import('./canvas.js').Draw} */
function whiteNoise(context, _, random) {
  const isGrey = random.happens(0.5);
  const spread = random.between(0.3, 1);
  const value = () => 0.5 + spread * (random.next() - 0.5);
  paint(context, () => {
    const grey = value();
    return isGrey ? [grey, grey, grey] : [grey, value(), value()];
  });
}

/** The same power in every octave. @type {import('./canvas.js').Draw} */
function pinkNoise(context, { width, height }, random) {
  const [seed, octaves, isGrey] = [random.whole(0, 999), 9, random.happens(0.5)];
  const longest = Math.max(width, height);
  const layer = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ z) => {
    let sum = 0;
    for (let i = 1; i <= octaves; i++)
      sum += fractal((x * 2 ** i) / longest, (y * 2 ** i) / longest, z + i * 7, 1) - 0.5;
    return 0.5 + sum / 2.4;
  };
  paint(context, (x, y) => {
    const grey = layer(x, y, seed);
    return isGrey ? [grey, grey, grey] : [grey, layer(x, y, seed + 100), layer(x, y, seed + 200)];
  });
}

/** @type {import('./canvas.js').Draw} */
function perlinNoise(context, { width }, random) {
  const [seed, scale, octaves] = [random.whole(0, 999), random.between(2, 14) / width, random.whole(1, 6)];
  const colours = random.times(3, () => hsl(random.next(), random.between(0, 0.9), random.between(0.1, 0.9)));
  const [warp, marble] = [random.between(0, 2), random.happens(0.4)];
  paint(context, (x, y) => {
    const bend = warp * fractal(x * scale, y * scale, seed + 50, 2);
    const value = fractal(x * scale + bend, y * scale - bend, seed, octaves);
    const t = marble ? 0.5 + 0.5 * Math.sin(value * 26) : Math.min(1, Math.max(0, (value - 0.25) * 2));
    return t < 0.5 ? mix(colours[0], colours[1], t * 2) : mix(colours[1], colours[2], t * 2 - 1);
  });
}

/** @type {import('./canvas.js').Draw} */
function gradients(context, { width, height }, random) {
  const colour = (alpha = 1) => css(hsl(random.next(), random.between(0, 0.9), random.between(0.05, 0.95)), alpha);
  const angle = random.between(0, 6);
  const [u, v] = [Math.cos(angle) * width, Math.sin(angle) * height];
  fill(
    context,
    gradient(
      context,
      [width / 2 - u / 2, height / 2 - v / 2],
      [width / 2 + u / 2, height / 2 + v / 2],
      random.times(3, (i) => [i / 2, colour()]),
    ),
  );
  for (let i = random.whole(0, 4); i > 0; i--) {
    const tint = hsl(random.next(), 0.7, 0.6);
    fill(
      context,
      glow(context, [random.between(0, width), random.between(0, height)], width * random.between(0.3, 1), [
        [0, css(tint, 0.8)],
        [1, css(tint, 0)],
      ]),
    );
  }
}

/** Lights at night, out of focus. @type {import('./canvas.js').Draw} */
function lights(context, { width, height }, random) {
  fill(
    context,
    gradient(
      context,
      [0, 0],
      [0, height],
      [
        [0, css(hsl(random.next(), 0.4, 0.07))],
        [1, css(hsl(random.next(), 0.4, 0.12))],
      ],
    ),
  );
  context.globalCompositeOperation = 'lighter';
  const [hue, spread, size] = [random.next(), random.between(0.05, 0.5), width * random.between(0.025, 0.09)];
  const sides = random.pick([0, 6, 8]);
  for (let i = random.whole(30, 120); i > 0; i--) {
    const [x, y, r] = [
      random.between(0, width),
      height * (0.5 + 0.25 * random.normal()),
      size * random.between(0.4, 1.2),
    ];
    const tint = hsl(hue + spread * random.normal() * 0.4, random.between(0.5, 1), random.between(0.4, 0.65));
    const alpha = random.between(0.15, 0.6);
    context.fillStyle = glow(context, [x, y], r * 1.01, [
      [0, css(tint, alpha * 0.75)],
      [0.85, css(tint, alpha)],
      [1, css(tint, alpha * 0.4)],
    ]);
    context.beginPath();
    if (sides === 0) context.arc(x, y, r, 0, 7);
    else
      for (let k = 0; k < sides; k++)
        context.lineTo(x + r * Math.cos((2 * Math.PI * k) / sides), y + r * Math.sin((2 * Math.PI * k) / sides));
    context.fill();
  }
  context.globalCompositeOperation = 'source-over';
  blur(context, random.between(0.5, 3));
}

/** @type {import('./canvas.js').Draw} */
function almostBlack(context, { width, height }, random) {
  const base = hsl(random.next(), random.between(0, 0.5), random.between(0.005, 0.04));
  fill(context, css(base));
  for (let i = random.whole(0, 3); i > 0; i--) {
    const tint = hsl(random.between(0, 0.2), 0.5, random.between(0.06, 0.2));
    fill(
      context,
      glow(context, [random.between(0, width), random.between(0, height)], width * random.between(0.1, 0.7), [
        [0, css(tint, 0.6)],
        [1, css(tint, 0)],
      ]),
    );
  }
}

/** @type {import('./canvas.js').Draw} */
function almostWhite(context, { width }, random) {
  const [base, seed] = [hsl(random.next(), random.between(0, 0.3), random.between(0.93, 1)), random.whole(0, 999)];
  const depth = random.between(0, 0.12);
  paint(context, (x, y) =>
    mix(base, [0.7, 0.72, 0.75], depth * 2 * fractal((2 * x) / width, (2 * y) / width, seed, 3)),
  );
}

/** @type {import('./canvas.js').Kind[]} */
export const ABSTRACT = [
  { name: 'white-noise', draw: whiteNoise, finish: 'screenshot' },
  { name: 'pink-noise', draw: pinkNoise, finish: 'screenshot' },
  { name: 'perlin-noise', draw: perlinNoise, finish: 'screenshot' },
  { name: 'gradient', draw: gradients, finish: 'screenshot' },
  { name: 'lights', draw: lights },
  { name: 'almost-black', draw: almostBlack, finish: 'dark' },
  { name: 'almost-white', draw: almostWhite, finish: 'dark' },
];
