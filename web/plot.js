import { digitsOf, multiplesOf, roundStep } from './ticks.js';

/**
 * Every plot of the page: values over epochs, with axes, ticks and lines. It draws with a pen, and there are two:
 * ./theatre/chart.js has one for the live charts, a canvas; ./keep/svg-plot.js one for comparisons and exports, an SVG.
 *
 * @typedef {[number, number]} Range
 * @typedef {{ left: number, right: number, top: number, bottom: number }} Frame where the data go, in the pen's units
 * @typedef {[x: number, y: number]} Place
 * @typedef {{ colour: string, width: number, dash?: number[], crisp?: boolean }} Stroke `crisp`: on whole pixels, if
 *   the pen has pixels
 * @typedef {object} Pen
 * @property {(places: Place[], stroke: Stroke) => void} line
 * @property {(text: string, place: Place, side: 'below' | 'left') => void} label a tick's number, at the end of the
 *   axis
 *
 * @typedef {object} Layout
 * @property {Frame} frame
 * @property {Range} xs epochs
 * @property {Range} ys
 * @property {{ across: number, up: number }} least values from one tick to the next at least
 * @property {(value: number, digits: number) => string} format of a tick's number
 */

const AIR = 0.08; // of the range of the data, left free above and below

/** The range of the vertical axis: all finite values and a little air. @param {number[]} values @param {number} flat */
export function rangeOf(values, flat) {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return /** @type {Range} */ ([0, 1]);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const air = (high - low) * AIR || Math.max(0.02, high * flat);
  return /** @type {Range} */ ([Math.max(0, low - air), high + air]);
}

/** How values become places. @param {Layout} layout */
export function scaleOf({ frame: { left, right, top, bottom }, xs, ys }) {
  const share = (/** @type {number} */ value, /** @type {Range} */ [low, high]) => (value - low) / (high - low);
  return {
    toX: (/** @type {number} */ value) => left + share(value, xs) * (right - left),
    toY: (/** @type {number} */ value) => bottom - share(value, ys) * (bottom - top),
  };
}

/**
 * Numbers below and on the left, and a hairline at each of the left.
 * @param {Pen} pen
 * @param {Layout} layout
 * @param {string} colour of the hairlines
 */
export function drawAxes(pen, layout, colour) {
  const { frame, xs, ys, least, format } = layout;
  const { left, right, bottom } = frame;
  const { toX, toY } = scaleOf(layout);
  const hairline = { colour, width: 1, crisp: true };
  const across = roundStep(Math.max(1, least.across), [1, 2, 5, 10]);
  const up = roundStep(least.up);
  for (const y of multiplesOf(up, ...ys)) {
    pen.line(
      [
        [left, toY(y)],
        [right, toY(y)],
      ],
      hairline,
    );
    pen.label(format(y, digitsOf(up)), [left, toY(y)], 'left');
  }
  for (const x of multiplesOf(across, ...xs)) pen.label(format(x, 0), [toX(x), bottom], 'below');
}

/**
 * A line through the values; those that are not finite are left out.
 * @param {Pen} pen
 * @param {Layout} layout
 * @param {{ xs: number[], ys: number[] }} series
 * @param {Stroke} stroke
 * @returns {Place[]} of its points
 */
export function drawSeries(pen, layout, { xs, ys }, stroke) {
  const { toX, toY } = scaleOf(layout);
  const places = ys.flatMap((y, i) => (Number.isFinite(y) ? [/** @type {Place} */ ([toX(xs[i]), toY(y)])] : []));
  pen.line(places, stroke);
  return places;
}
