/** Sheets of paper, and how they are scanned or photographed on a desk. */
import { blank, css, fill, hsl, relief } from './canvas.js';
import { lay } from './photograph.js';
import { fractal, noise } from './random.js';
import { boards } from './textures.js';

/** @typedef {import('./canvas.js').Context} Context */
/** @typedef {import('./canvas.js').Point} Point */
/** @typedef {import('./random.js').Random} Random */

export const [WIDTH, HEIGHT] = [620, 877]; // A4

/** @param {Random} random */
export function paper(random) {
  const sheet = blank(WIDTH, HEIGHT);
  fill(sheet, css(hsl(random.between(0.05, 0.17), random.between(0, 0.35), random.between(0.88, 0.985))));
  return sheet;
}

/**
 * Puts a sheet on a desk, or fills the picture with it as a scanner does.
 * @param {Context} context
 * @param {Random} random
 * @param {Context} sheet
 */
export function present(context, random, sheet) {
  const { width, height } = context.canvas;
  const isScan = random.happens(0.35);
  if (isScan) fill(context, css(hsl(0, 0, random.between(0.55, 1))));
  else if (random.happens(0.6)) boards(context, random);
  else {
    const [base, scale] = [
      hsl(random.next(), random.between(0, 0.4), random.between(0.1, 0.75)),
      random.between(0.1, 0.6),
    ];
    relief(
      context,
      (x, y) => 1.5 * noise(x * scale, y * scale),
      () => base,
      { angle: random.between(0, 6) },
    );
  }
  const ratio = sheet.canvas.width / sheet.canvas.height;
  const fit = Math.min(width, height * ratio) * (isScan ? random.between(0.95, 1.05) : random.between(0.7, 1.15));
  const [halfWidth, halfHeight] = [fit / 2, fit / ratio / 2];
  const turn = random.normal() * (isScan ? 0.008 : 0.14);
  const [shiftX, shiftY] = [random.normal() * 0.03 * width, random.normal() * 0.03 * height];
  const tilt = isScan ? 0 : random.between(0, 0.3);
  const corners = /** @type {Point[]} */ (
    [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1],
    ].map(([u, v]) => {
      const near = 1 - (tilt * (1 - v)) / 2;
      const [x, y] = [u * halfWidth * near, v * halfHeight * (1 - tilt / 3)];
      return [
        width / 2 + shiftX + x * Math.cos(turn) - y * Math.sin(turn),
        height / 2 + shiftY + x * Math.sin(turn) + y * Math.cos(turn),
      ];
    })
  );
  if (!isScan) {
    context.save();
    context.filter = `blur(${0.012 * width}px)`;
    context.fillStyle = 'rgb(0 0 0 / 0.55)';
    context.beginPath();
    for (const [x, y] of corners) context.lineTo(x + 0.012 * width, y + 0.014 * width);
    context.fill();
    context.restore();
  }
  const [seed, fold, wave] = [
    random.between(0, 99),
    random.happens(0.4) ? random.pick([0.333, 0.5]) : 9,
    isScan ? 0.01 : 0.16,
  ];
  lay(context, sheet, corners, (u, v) => {
    const crease = Math.abs((v % fold) - fold * Math.round((v % fold) / fold));
    return (
      1 -
      wave +
      2 * wave * fractal(1.4 * u, 1.4 * v, seed, 2) -
      (v > 0.1 && v < 0.9 ? 0.1 * Math.exp(-900 * crease * crease) : 0)
    );
  });
}
