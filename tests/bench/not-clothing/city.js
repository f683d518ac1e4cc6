/** The skyline of a city, by day and by night. */
import { css, fill, hsl, mix, paint, times } from './canvas.js';
import { fractal, hash, noise } from './random.js';
import { clouds } from './textures.js';

/** @typedef {import('./canvas.js').Colour} Colour */

/** @type {import('./canvas.js').Draw} */
function skyline(context, { width, height }, random) {
  const time = random.pick(['day', 'dusk', 'night']);
  const [sky, level, seed] = [clouds(random), height * random.between(0.62, 0.85), random.whole(0, 999)];
  const [tint, haze] = /** @type {[number, Colour]} */ (
    {
      day: [0, [0.8, 0.85, 0.9]],
      dusk: [0.75, hsl(random.between(0, 0.1), 0.7, 0.62)],
      night: [0.93, [0.08, 0.09, 0.16]],
    }[time]
  );
  paint(context, (x, y) =>
    mix(
      sky(x / width - 0.5, 0.9 * (1 - y / level) + 0.03, 1),
      time === 'dusk' ? mix([0.25, 0.28, 0.5], haze, y / level) : haze,
      tint,
    ),
  );
  for (let layer = 0; layer < 4; layer++) {
    const near = (layer + 1) / 4;
    for (let x = -10; x < width; ) {
      const [wide, tall] = [
        random.between(0.04, 0.11) * width * (0.6 + 0.5 * near),
        height * random.between(0.08, 0.5) * (1.15 - 0.5 * near),
      ];
      const wall = mix(
        haze,
        times(hsl(random.between(0.02, 0.65), random.between(0, 0.3), random.between(0.25, 0.6)), 1 - 0.75 * tint),
        0.3 + 0.65 * near,
      );
      const top = level - tall;
      fill(context, css(wall), [x, top, wide, tall]);
      fill(context, css(times(wall, 0.78)), [x + wide * 0.72, top, wide * 0.28, tall]);
      if (random.happens(0.3)) fill(context, css(wall), [x + wide / 2 - 1.5, top - tall * 0.18, 3, tall * 0.18]);
      if (random.happens(0.3)) fill(context, css(wall), [x + wide * 0.2, top - 12, wide * 0.6, 12]);
      const [w, h] = [wide / random.whole(4, 9), random.between(7, 12) * (0.5 + 0.5 * near)];
      const strips = random.happens(0.3);
      for (let wy = top + h / 2; wy < level - h; wy += h)
        for (let wx = x + w * 0.25, i = 0; wx < x + wide - w * 0.5; wx += w, i++) {
          const lit = time !== 'day' && hash(i, wy | 0, seed + (x | 0)) < 0.4;
          const pane = lit
            ? hsl(0.12, 0.9, 0.55 + 0.2 * random.next())
            : mix(times(wall, 0.68), haze, 0.3 * random.next());
          fill(context, css(mix(haze, pane, 0.35 + 0.6 * near)), [wx, wy, strips ? w : w * 0.55, h * 0.6]);
        }
      x += wide + (random.happens(0.3) ? random.between(0, 14) : 0);
    }
  }
  const data = context.getImageData(0, 0, width, Math.floor(level));
  const isWater = random.happens(0.6);
  const ground = time === 'night' ? /** @type {Colour} */ ([0.05, 0.06, 0.08]) : times(haze, 0.5);
  const below = context.getImageData(0, Math.floor(level), width, height - Math.floor(level));
  for (let y = 0; y < below.height; y++)
    for (let x = 0; x < width; x++) {
      const off = (fractal(x * 0.02, y * 0.35, seed, 3) - 0.5) * (4 + y * 0.4);
      const from = Math.max(0, Math.min(data.height - 1, Math.round(data.height - 1 - y * 1.4 + off * 3)));
      const at = Math.max(0, Math.min(width - 1, Math.round(x + off)));
      for (let c = 0; c < 3; c++)
        below.data[4 * (y * width + x) + c] = isWater
          ? 0.72 * data.data[4 * (from * width + at) + c] + 20
          : 255 * ground[c] * (0.7 + 0.5 * noise(x * 0.3, y * 0.5, seed));
      below.data[4 * (y * width + x) + 3] = 255;
    }
  context.putImageData(below, 0, Math.floor(level));
}

/** @type {import('./canvas.js').Kind[]} */
export const CITY = [{ name: 'skyline', draw: skyline }];
