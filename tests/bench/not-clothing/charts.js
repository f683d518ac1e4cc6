/** Charts. */
import { css, fill, hsl, trace } from './canvas.js';
import { capital, language } from './words.js';

/** @typedef {import('./canvas.js').Context} Context */
/** @typedef {import('./canvas.js').Point} Point */
/** @typedef {import('./random.js').Random} Random */

/**
 * @typedef {object} Plot where the data are drawn, and with what
 * @property {number} left
 * @property {number} top
 * @property {number} width
 * @property {number} height
 * @property {string[]} colours
 * @property {() => string} word
 */

/** Colours that go together. @param {Random} random @param {number} count */
export function palette(random, count) {
  const [hue, spread] = [random.next(), random.between(0.05, 1)];
  const [saturation, lightness] = [random.between(0.3, 0.8), random.between(0.4, 0.65)];
  return random.times(count, (i) => css(hsl(hue + (spread * i) / count, saturation, lightness)));
}

/**
 * @param {Context} context
 * @param {Random} random
 * @param {(plot: Plot) => void} draw
 */
function chart(context, random, draw) {
  const { width, height } = context.canvas;
  const word = language(random);
  const isDark = random.happens(0.2);
  fill(context, isDark ? '#171b22' : random.pick(['#fff', '#fff', '#f7f5f0']));
  context.fillStyle = context.strokeStyle = isDark ? '#ccd' : '#333';
  context.font = `bold ${width / 24}px ${random.pick(['serif', 'sans-serif'])}`;
  context.fillText(capital(random.times(random.whole(2, 4), word).join(' ')), width * 0.08, height * 0.08);
  context.font = `${Math.max(9, width / 45)}px sans-serif`;
  draw({
    left: width * 0.11,
    top: height * 0.14,
    width: width * 0.82,
    height: height * 0.72,
    colours: palette(random, 8),
    word,
  });
}

/**
 * @param {Context} context
 * @param {Random} random
 * @param {Plot} plot
 */
function axes(context, random, { left, top, width, height, word }) {
  const [lines, unit] = [random.whole(3, 8), random.pick([1, 5, 10, 20, 250])];
  context.lineWidth = 1;
  for (let i = 0; i <= lines; i++) {
    const y = top + height - (i * height) / lines;
    context.save();
    context.globalAlpha = i ? 0.25 : 1;
    context.strokeRect(left, Math.round(y) + 0.5, width, 0);
    context.restore();
    context.textAlign = 'right';
    context.fillText(String(i * unit), left - 6, y + 4);
  }
  context.textAlign = 'center';
  for (let i = 0; i < 5; i++) context.fillText(word(), left + ((i + 0.5) * width) / 5, top + height + 18);
}

/** @type {import('./canvas.js').Draw} */
const barChart = (context, _, random) =>
  chart(context, random, (plot) => {
    axes(context, random, plot);
    const { left, top, width, height, colours } = plot;
    const [count, series] = [random.whole(4, 14), random.whole(1, 3)];
    const each = width / count;
    const bend = random.between(0.3, 2);
    for (let i = 0; i < count; i++)
      for (let s = 0; s < series; s++) {
        const tall = height * random.between(0.08, 0.95) ** bend;
        fill(context, colours[s], [
          left + each * (i + 0.12 + (0.76 * s) / series),
          top + height - tall,
          (0.74 * each) / series,
          tall,
        ]);
      }
  });

/** @type {import('./canvas.js').Draw} */
const lineChart = (context, _, random) =>
  chart(context, random, (plot) => {
    axes(context, random, plot);
    const { left, top, width, height, colours } = plot;
    const [count, dots, filled] = [random.whole(8, 120), random.happens(0.4), random.happens(0.3)];
    for (let s = 0; s < random.whole(1, 5); s++) {
      let level = random.between(0.2, 0.8);
      const rough = random.between(0.01, 0.12);
      const points = /** @type {Point[]} */ (
        random.times(count, (i) => {
          level = Math.min(0.98, Math.max(0.02, level + rough * random.normal()));
          return [left + (i * width) / (count - 1), top + height * (1 - level)];
        })
      );
      context.strokeStyle = context.fillStyle = colours[s];
      context.lineWidth = random.between(1.2, 3.5);
      trace(context, points, false);
      context.stroke();
      if (dots) for (const [x, y] of points) fill(context, colours[s], [x - 3, y - 3, 6, 6]);
      if (!filled) continue;
      context.globalAlpha = 0.25;
      trace(context, [...points, [left + width, top + height], [left, top + height]]);
      context.fill();
      context.globalAlpha = 1;
    }
  });

/** @type {import('./canvas.js').Draw} */
const pieChart = (context, _, random) =>
  chart(context, random, ({ left, top, width, height, colours, word }) => {
    const shares = random.times(random.whole(3, 8), () => random.between(0.2, 1));
    const [sum, ink] = [shares.reduce((a, b) => a + b), context.fillStyle];
    const [x, y, radius] = [left + width * 0.42, top + height * 0.46, Math.min(width, height) * 0.42];
    let angle = random.between(0, 6);
    shares.forEach((share, i) => {
      const next = angle + (2 * Math.PI * share) / sum;
      context.beginPath();
      context.moveTo(x, y);
      context.arc(x, y, radius, angle, next);
      context.fillStyle = colours[i];
      context.fill();
      context.strokeStyle = '#fff';
      context.lineWidth = 2;
      context.stroke();
      const middle = (angle + next) / 2;
      context.fillStyle = ink;
      context.textAlign = 'center';
      context.fillText(
        `${word()} ${Math.round((100 * share) / sum)} %`,
        x + 1.16 * radius * Math.cos(middle),
        y + 1.12 * radius * Math.sin(middle),
      );
      angle = next;
    });
    if (!random.happens(0.4)) return;
    context.fillStyle = '#fff';
    context.beginPath();
    context.arc(x, y, radius * random.between(0.4, 0.65), 0, 7);
    context.fill();
  });

/** @type {import('./canvas.js').Kind[]} */
export const CHARTS = [
  { name: 'bar-chart', draw: barChart, finish: 'screenshot' },
  { name: 'line-chart', draw: lineChart, finish: 'screenshot' },
  { name: 'pie-chart', draw: pieChart, finish: 'screenshot' },
];
