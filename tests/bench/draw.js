/**
 * The README's plots as SVG. Colours are mid-tones, legible on light and dark backgrounds, since a picture in a README
 * cannot know the theme.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** @import { Curve, Curves } from './parts/plots.js' */

/**
 * @typedef {object} Plot
 * @property {string} title
 * @property {string} axis what x is
 * @property {Curve[]} curves
 * @property {number[]} yTicks
 * @property {(value: number) => number} yScale monotonic
 */

const WIDTH = 640;
const HEIGHT = 320;
const FRAME = { left: 44, right: WIDTH - 176, top: 52, bottom: HEIGHT - 46 };
const INK = '#7b7b7b';
const COLOURS = ['#3d82c4', '#b98500'];
const LABEL_HEIGHT = 15;
const SANS = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";
const SERIF = "'Iowan Old Style', Palatino, Georgia, 'DejaVu Serif', serif";

/** @param {number} value */
const px = (value) => value.toFixed(1);

/** @param {string} text */
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** @param {number} value @param {number} low @param {number} high @param {number} from @param {number} to */
const between = (value, low, high, from, to) => from + ((value - low) / (high - low || 1)) * (to - from);

/** @param {Plot} plot */
function scales({ curves, yTicks, yScale }) {
  const xs = curves.flatMap(({ points }) => points.map(([x]) => Math.log2(x)));
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [yScale(yTicks[0]), yScale(yTicks[yTicks.length - 1])];
  return {
    x: (/** @type {number} */ value) => between(Math.log2(value), left, right, FRAME.left + 14, FRAME.right),
    y: (/** @type {number} */ value) => between(yScale(value), low, high, FRAME.bottom, FRAME.top),
  };
}

/** A colour for each host, whose name the label begins with. @param {string} label */
const colourOf = (label) => COLOURS[Number(label.startsWith('Chromium'))];

/** Lines for more than one thread are thicker. @param {string} label */
const widthOf = (label) => (/ threads/.test(label) ? 2.2 : 1.2);

/**
 * Labels at the ends of their lines, moved apart if they would touch.
 * @param {Curve[]} curves
 * @param {(value: number) => number} y
 */
function labelHeights(curves, y) {
  const ends = curves
    .map(({ label, points }) => ({ label, at: y(points[points.length - 1][1]) }))
    .sort((a, b) => a.at - b.at);
  ends.forEach((end, i) => {
    if (i > 0) end.at = Math.max(end.at, ends[i - 1].at + LABEL_HEIGHT);
  });
  return new Map(ends.map(({ label, at }) => [label, at]));
}

/** @param {Curve} curve @param {ReturnType<typeof scales>} scale @param {number} labelAt */
function drawCurve({ label, points }, { x, y }, labelAt) {
  const colour = colourOf(label);
  const line = points.map(([at, value]) => `${px(x(at))},${px(y(value))}`).join(' ');
  const last = points[points.length - 1][1];
  return [
    `<polyline points="${line}" fill="none" stroke="${colour}" stroke-width="${widthOf(label)}" ` +
      'stroke-linejoin="round"/>',
    ...points.map(([at, value]) => `<circle cx="${px(x(at))}" cy="${px(y(value))}" r="2.4" fill="${colour}"/>`),
    `<text x="${FRAME.right + 10}" y="${px(labelAt + 4)}" fill="${colour}">${escaped(label)}  ${last.toFixed(1)} ` +
      's</text>',
  ];
}

/** Grid lines labelled in seconds. @param {number[]} ticks @param {(value: number) => number} y */
function drawLevels(ticks, y) {
  const unit = (/** @type {number} */ i) => (i === ticks.length - 1 ? ' s' : '');
  return [
    ...ticks.map(
      (value) =>
        `<path d="M${FRAME.left} ${px(y(value))}H${FRAME.right}" stroke="${INK}" stroke-opacity="0.3" ` +
        'stroke-width="0.6"/>',
    ),
    ...ticks.map(
      (value, i) => `<text x="${FRAME.left - 8}" y="${px(y(value) + 4)}" text-anchor="end">${value}${unit(i)}</text>`,
    ),
  ];
}

/** The values as text, for readers who cannot see the lines. @param {Curve[]} curves */
function inWords(curves) {
  const values = (/** @type {Curve} */ { points }) =>
    points.map(([x, value]) => `${x}: ${value.toFixed(1)}`).join(', ');
  return curves.map((curve) => `${curve.label}: ${values(curve)}`).join('; ');
}

/** @param {Plot} plot */
export function draw(plot) {
  const { title, axis, curves, yTicks } = plot;
  const scale = scales(plot);
  const heights = labelHeights(curves, scale.y);
  const ticks = [...new Set(curves.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" ` +
      `height="${HEIGHT}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<desc>${escaped(inWords(curves))}</desc>`,
    `<g font-family="${SANS}" font-size="12" fill="${INK}">`,
    `<text x="4" y="22" font-family="${SERIF}" font-size="16">${escaped(title)}</text>`,
    ...drawLevels(yTicks, scale.y),
    ...ticks.map(
      (value) => `<text x="${px(scale.x(value))}" y="${FRAME.bottom + 18}" text-anchor="middle">${value}</text>`,
    ),
    `<text x="${FRAME.right}" y="${FRAME.bottom + 36}" text-anchor="end">${escaped(axis)}</text>`,
    ...curves.flatMap((curve) => drawCurve(curve, scale, /** @type {number} */ (heights.get(curve.label)))),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** @param {Curve[]} curves */
const extent = (curves) => {
  const values = curves.flatMap(({ points }) => points.map(([, value]) => value));
  return [Math.min(...values), Math.max(...values)];
};

/** Powers of two around the values. @param {Curve[]} curves */
function doublings(curves) {
  const [low, high] = extent(curves).map(Math.log2);
  const first = Math.floor(low);
  return Array.from({ length: Math.ceil(high) - first + 1 }, (_, i) => 2 ** (first + i));
}

/** From zero, in four or five equal steps. @param {Curve[]} curves */
function evenSteps(curves) {
  const [, high] = extent(curves);
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100].find((size) => high / size <= 5) ?? high;
  return Array.from({ length: Math.ceil(high / step) + 1 }, (_, i) => Number((i * step).toFixed(1)));
}

/** Writes both plots. @param {Curves} curves @param {URL} folder */
export function writePlots({ batchSizes, threads }, folder) {
  const title = 'Time of an epoch of 60,000 pictures';
  const bySize = { title, axis: 'batch size', curves: batchSizes, yTicks: doublings(batchSizes), yScale: Math.log2 };
  const byThreads = {
    title: `${title}, batch 32`,
    axis: 'threads',
    curves: threads,
    yTicks: evenSteps(threads),
    yScale: (/** @type {number} */ value) => value,
  };
  const plots = { 'batch-size.svg': draw(bySize), 'threads.svg': draw(byThreads) };
  for (const [name, svg] of Object.entries(plots)) writeFileSync(fileURLToPath(new URL(name, folder)), svg);
}
