import { svg } from '../dom.js';
import { digitsOf, multiplesOf, roundStep } from '../ticks.js';

/**
 * Figures over the epochs as a drawing that stands by itself, on the page or as a file.
 * @typedef {{ name: string, values: number[], colour: string, dash?: string }} Series values: of each epoch from the
 *   first on
 */

const WIDTH = 560;
const LEAST_WIDTH = 280;
const HEIGHT = 280;
const ROOM = { left: 48, right: 16, top: 16, bottom: 32 };
const SIZE = 12; // of text
const LABEL = 56; // from one epoch's number to the next at least

/** @param {number[]} values @returns {[number, number]} with a little air */
function rangeOf(values) {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [0, 1];
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const air = (high - low) * 0.08 || 0.02;
  return [Math.max(0, low - air), high + air];
}

/** @param {string} text @param {number} x @param {number} y @param {string} anchor @param {string} fill */
const label = (text, x, y, anchor, fill) =>
  svg('text', { x, y, fill, 'text-anchor': anchor, 'font-size': SIZE, 'font-family': 'system-ui, sans-serif' }, text);

/**
 * @param {Series[]} series
 * @param {{ title: string, room?: number, ink: string, muted: string, hairline: string, ground: string }} look `room`:
 *   CSS pixels that
 *   there are in width; colours as CSS spells them
 * @returns {SVGElement}
 */
export function plotOf(series, { title, room = WIDTH, ink, muted, hairline, ground }) {
  const width = Math.max(LEAST_WIDTH, Math.min(WIDTH, room));
  const epochs = Math.max(2, ...series.map(({ values }) => values.length));
  const [low, high] = rangeOf(series.flatMap(({ values }) => values));
  const legend = series.length * (SIZE + 6);
  const height = HEIGHT + legend;
  const toX = (/** @type {number} */ epoch) =>
    ROOM.left + ((epoch - 1) / (epochs - 1)) * (width - ROOM.left - ROOM.right);
  const toY = (/** @type {number} */ value) =>
    HEIGHT - ROOM.bottom - ((value - low) / (high - low)) * (HEIGHT - ROOM.top - ROOM.bottom);
  const across = roundStep(Math.max(1, (epochs * LABEL) / width), [1, 2, 5, 10]);
  const up = roundStep((high - low) / 5);
  const plot = svg(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${width} ${height}`, width, height, role: 'img' },
    svg('title', {}, title),
    svg('rect', { width, height, fill: ground }),
  );
  for (const y of multiplesOf(up, low, high)) {
    plot.append(
      svg('path', { d: `M${ROOM.left} ${toY(y)}H${width - ROOM.right}`, stroke: hairline }),
      label(y.toFixed(digitsOf(up)), ROOM.left - 8, toY(y) + 4, 'end', muted),
    );
  }
  for (const x of multiplesOf(across, 1, epochs)) plot.append(label(String(x), toX(x), HEIGHT - 10, 'middle', muted));
  series.forEach(({ name, values, colour, dash = '' }, i) => {
    const look = { fill: 'none', stroke: colour, 'stroke-width': 2, 'stroke-dasharray': dash };
    const places = values
      .map((value, epoch) => (Number.isFinite(value) ? `${toX(epoch + 1).toFixed(1)} ${toY(value).toFixed(1)}` : null))
      .filter(Boolean);
    const at = HEIGHT + i * (SIZE + 6) + 4;
    plot.append(svg('path', { d: places.length > 0 ? `M${places.join('L')}` : '', ...look }));
    plot.append(
      svg('path', { d: `M${ROOM.left} ${at}h28`, ...look }),
      label(name, ROOM.left + 36, at + 4, 'start', ink),
    );
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

/** The page's colours, whatever its theme is going to be. */
export const PAGE_COLOURS = coloursBy((variable) => `var(${variable})`);

/** The page's colours of the moment, for a file. */
export function coloursOfPage() {
  const style = getComputedStyle(document.documentElement);
  return coloursBy((variable) => style.getPropertyValue(variable).trim());
}
