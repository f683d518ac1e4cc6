import { svg } from '../dom.js';
import { drawAxes, drawSeries, rangeOf } from '../plot.js';

/**
 * Plots as SVG: comparisons on the page, and files.
 * @typedef {{ name: string, values: number[], colour: string, dash?: number[] }} Series `values`: of each epoch from
 *   the first on
 */

const WIDTH = 560;
const LEAST_WIDTH = 280;
const HEIGHT = 280;
const MARGIN = { left: 48, right: 16, top: 16, bottom: 32 };
const SIZE = 12; // of text
const LINE = SIZE + 6; // of the legend
const LABEL = 56; // from one epoch's number to the next at least
const ROWS = 5; // hairlines, about

/** @param {string} text @param {number} x @param {number} y @param {string} anchor @param {string} fill */
const label = (text, x, y, anchor, fill) =>
  svg('text', { x, y, fill, 'text-anchor': anchor, 'font-size': SIZE, 'font-family': 'system-ui, sans-serif' }, text);

/** @param {SVGElement} plot @param {string} colour of numbers @returns {import('../plot.js').Pen} */
const penOf = (plot, colour) => ({
  line: (places, { colour: stroke, width, dash = [] }) =>
    plot.append(
      svg('path', {
        d: places.length > 0 ? `M${places.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}` : '',
        fill: 'none',
        stroke,
        'stroke-width': width,
        'stroke-dasharray': dash.join(' '),
      }),
    ),
  label: (text, [x, y], side) =>
    plot.append(side === 'left' ? label(text, x - 8, y + 4, 'end', colour) : label(text, x, y + 22, 'middle', colour)),
});

/**
 * @param {Series[]} series
 * @param {{ title: string, room?: number, ink: string, muted: string, hairline: string, ground: string }} look `room`:
 *   width in CSS pixels; colours as CSS spells them
 * @returns {SVGElement}
 */
export function plotOf(series, { title, room = WIDTH, ink, muted, hairline, ground }) {
  const width = Math.max(LEAST_WIDTH, Math.min(WIDTH, room));
  const epochs = Math.max(2, ...series.map(({ values }) => values.length));
  const ys = rangeOf(
    series.flatMap(({ values }) => values),
    0,
  );
  const height = HEIGHT + series.length * LINE;
  const plot = svg(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img' },
    svg('title', {}, title),
    svg('rect', { width, height, fill: ground }),
  );
  const pen = penOf(plot, muted);
  /** @type {import('../plot.js').Layout} */
  const layout = {
    frame: { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: HEIGHT - MARGIN.bottom },
    xs: [1, epochs],
    ys,
    least: { across: (epochs * LABEL) / width, up: (ys[1] - ys[0]) / ROWS },
    format: (value, digits) => value.toFixed(digits),
  };
  drawAxes(pen, layout, hairline);
  series.forEach(({ name, values, colour, dash }, i) => {
    const stroke = { colour, width: 2, dash };
    const at = HEIGHT + i * LINE + 4;
    drawSeries(pen, layout, { xs: values.map((_, epoch) => epoch + 1), ys: values }, stroke);
    pen.line(
      [
        [MARGIN.left, at],
        [MARGIN.left + 28, at],
      ],
      stroke,
    );
    plot.append(label(name, MARGIN.left + 36, at + 4, 'start', ink));
  });
  return plot;
}

/** @param {(variable: string) => string} colourOf */
const coloursBy = (colourOf) => ({
  ink: colourOf('--ink'),
  muted: colourOf('--muted'),
  hairline: colourOf('--hairline'),
  ground: colourOf('--ground'),
  accent: colourOf('--accent-ink'),
  right: colourOf('--right'),
  wrong: colourOf('--wrong'),
});

/** The page's colours, which follow its theme. */
export const PAGE_COLOURS = coloursBy((variable) => `var(${variable})`);

/** The page's current colours, for a file. */
export function coloursOfPage() {
  const style = getComputedStyle(document.documentElement);
  return coloursBy((variable) => style.getPropertyValue(variable).trim());
}
