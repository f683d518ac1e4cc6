import { contextOf, el, oncePerFrame } from '../dom.js';
import { decimal } from '../i18n/index.js';
import { drawAxes, drawSeries, scaleOf } from '../plot.js';

/**
 * One figure over the epochs, on fixed axes, as it grows: a thin line from batch to batch, the epochs' means of
 * training as a full line with discs, those of validation as a dashed line with squares. Another run may lie beneath,
 * without marks.
 *
 * @typedef {import('./recording.js').Run} Run
 * @typedef {{ run: Run, beneath: Run | null, pointed: number | null, ys: import('../plot.js').Range }} Shown `pointed`:
 *   an epoch, from 0 on
 *
 * @param {HTMLElement} host
 * @param {'loss' | 'acc'} key
 * @param {{ shown: () => Shown, onPoint: (epoch: number | null) => void }} parts `onPoint`: called with the epoch under
 *   the pointer, null once there is none
 */
export function createChart(host, key, { shown, onPoint }) {
  const canvas = el('canvas');
  host.append(canvas);
  const colours = coloursOf(canvas);
  let inView = false;
  let due = true; // it has changed since it was drawn

  function drawNow() {
    const { run, beneath, pointed, ys } = shown();
    if (canvas.clientWidth === 0) return;
    due = false;
    const plot = layOut(canvas, colours.of, run.planned, ys);
    drawAxes(plot.pen, plot.layout, '--hairline');
    if (pointed !== null) drawGuide(plot, pointed + 1);
    const { left, right, top, bottom } = plot.layout.frame;
    plot.context.beginPath();
    plot.context.rect(left - plot.em, top - plot.em / 2, right - left + 2 * plot.em, bottom - top + plot.em / 2);
    plot.context.clip();
    if (beneath) drawBeneath(plot, beneath, key);
    drawTrace(plot, run, key);
    drawMarked(plot, run.epochs, key, { colour: '--ink', width: LINE }, disc);
    drawMarked(plot, run.epochs, `val_${key}`, { colour: '--accent-ink', width: LINE, dash: [6, 4] }, square);
  }
  const drawInView = oncePerFrame(() => inView && due && drawNow());

  function draw() {
    due = true;
    drawInView();
  }

  /** The pointer that is followed, the first of several. @type {number | null} */
  let pointer = null;

  /** @param {PointerEvent} event */
  function pointNearest(event) {
    pointer ??= event.pointerId;
    if (event.pointerId !== pointer) return;
    const { left, right } = frameOf(canvas);
    const share = (event.clientX - canvas.getBoundingClientRect().left - left) / (right - left);
    onPoint(Math.round(share * shown().run.planned) - 1);
  }

  host.addEventListener('pointermove', pointNearest);
  host.addEventListener('pointerdown', pointNearest);
  host.addEventListener('pointerleave', ({ pointerId, pointerType }) => {
    if (pointerId !== pointer) return;
    pointer = null;
    if (pointerType !== 'touch') onPoint(null); // a finger is lifted to see
  });
  host.addEventListener('pointercancel', () => (pointer = null));
  new ResizeObserver(draw).observe(host);
  new IntersectionObserver((entries) => {
    inView = entries[entries.length - 1].isIntersecting;
    drawInView();
  }).observe(host);
  document.addEventListener('themechange', () => {
    colours.forget();
    drawNow(); // a page that is about to be printed has no frame to wait for
  });

  return { draw };
}

/**
 * @typedef {ReturnType<typeof layOut>} Plot
 * @typedef {import('../plot.js').Stroke} Stroke
 * @typedef {(context: CanvasRenderingContext2D, x: number, y: number, size: number) => void} Mark
 */

const LINE = 1.75; // px
const FAINT = 0.45; // how opaque the line from batch to batch is

/** The text's size: the page's small one. */
const textSize = () => Math.round(0.75 * parseFloat(getComputedStyle(document.documentElement).fontSize));

/** Where the data go, in CSS pixels. @param {HTMLCanvasElement} canvas */
function frameOf({ clientWidth, clientHeight }) {
  const em = textSize();
  return { em, left: 3 * em, right: clientWidth - em, top: em, bottom: clientHeight - 2.2 * em };
}

/**
 * The page's colours by the names of their variables, looked up once: that takes longer than drawing does.
 * @param {HTMLCanvasElement} canvas
 */
function coloursOf(canvas) {
  /** @type {Map<string, string>} */
  const known = new Map();
  return {
    forget: () => known.clear(),
    /** @param {string} name */
    of(name) {
      const colour = known.get(name);
      if (colour !== undefined) return colour;
      canvas.style.color = `var(${name})`; // a system's colour has a value only once it is an element's
      known.set(name, getComputedStyle(canvas).color);
      return known.get(name) ?? '';
    },
  };
}

/**
 * An empty canvas as sharp as the screen, its pen, and the plot's layout.
 * @param {HTMLCanvasElement} canvas
 * @param {(name: string) => string} colour
 * @param {number} epochs
 * @param {import('../plot.js').Range} ys
 */
function layOut(canvas, colour, epochs, ys) {
  const { em, ...frame } = frameOf(canvas);
  const { left, right, top, bottom } = frame;
  const context = contextOf(canvas);
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((side) => Math.round(side * devicePixelRatio));
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  else context.reset();
  context.scale(devicePixelRatio, devicePixelRatio);
  context.font = `${em}px ${getComputedStyle(canvas).fontFamily}`;
  /** @type {import('../plot.js').Layout} */
  const layout = {
    frame,
    xs: [0, epochs],
    ys,
    least: { across: (epochs * 2.8 * em) / (right - left), up: ((ys[1] - ys[0]) * 3.2 * em) / (bottom - top) },
    format: decimal,
  };
  return { context, em, layout, pen: penOf(context, colour, em) };
}

/**
 * Draws lines and labels in CSS pixels; colours are the page's variables.
 * @param {CanvasRenderingContext2D} context
 * @param {(variable: string) => string} colourOf
 * @param {number} em
 * @returns {import('../plot.js').Pen}
 */
const penOf = (context, colourOf, em) => ({
  line(places, { colour, width, dash = [], crisp = false }) {
    context.strokeStyle = context.fillStyle = colourOf(colour);
    context.lineWidth = width;
    context.setLineDash(dash);
    context.beginPath();
    const [first, last] = [places[0], places.at(-1)];
    const upright = crisp && first[0] === last?.[0];
    const level = crisp && first[1] === last?.[1];
    for (const [x, y] of places) context.lineTo(upright ? sharp(x) : x, level ? sharp(y) : y);
    context.stroke();
    context.setLineDash([]);
  },
  label(text, [x, y], side) {
    context.fillStyle = colourOf('--muted');
    context.textAlign = side === 'left' ? 'right' : 'center';
    context.textBaseline = side === 'left' ? 'middle' : 'alphabetic';
    if (side === 'left') context.fillText(text, x - em / 2, y);
    else context.fillText(text, x, y + 1.6 * em);
  },
});

/** A line at the epoch under the pointer. @param {Plot} plot @param {number} epoch from 1 on */
function drawGuide({ pen, layout }, epoch) {
  const x = scaleOf(layout).toX(epoch);
  const { top, bottom } = layout.frame;
  pen.line(
    [
      [x, top],
      [x, bottom],
    ],
    { colour: '--ink', width: 1, crisp: true },
  );
}

/** @param {Run['epochs']} epochs @param {string} key */
const seriesOf = (epochs, key) => ({
  xs: epochs.map(({ epoch }) => epoch + 1),
  ys: epochs.map(({ logs }) => logs[key] ?? NaN),
});

/** @param {Plot} plot @param {Run['epochs']} epochs @param {string} key @param {Stroke} stroke @param {Mark} mark */
function drawMarked({ pen, layout, context, em }, epochs, key, stroke, mark) {
  for (const place of drawSeries(pen, layout, seriesOf(epochs, key), stroke)) mark(context, ...place, em / 4);
}

/** @param {Plot} plot @param {Run} run @param {'loss' | 'acc'} key */
function drawBeneath({ pen, layout }, { epochs }, key) {
  drawSeries(pen, layout, seriesOf(epochs, key), { colour: '--muted', width: 1 });
  drawSeries(pen, layout, seriesOf(epochs, `val_${key}`), { colour: '--muted', width: 1, dash: [2, 3] });
}

/** From batch to batch, and a disc at its end. @param {Plot} plot @param {Run} run @param {'loss' | 'acc'} key */
function drawTrace({ pen, layout, context, em }, { trace, epochs }, key) {
  const series = thinned(trace, key, scaleOf(layout).toX);
  context.globalAlpha = FAINT;
  const places = drawSeries(pen, layout, series, { colour: '--ink', width: 1 });
  context.globalAlpha = 1;
  const last = trace.at(-1);
  const place = places.at(-1);
  if (!last || !place || last.x <= (epochs.at(-1)?.epoch ?? -1) + 1) return;
  pen.line([], { colour: '--ink', width: 1 }); // the disc's colour
  disc(context, ...place, em * 0.3);
}

/**
 * At most one point per pixel, the mean of those that fall on it: drawing takes no longer as the run goes on.
 * @param {Run['trace']} trace @param {'loss' | 'acc'} key @param {(x: number) => number} toX
 */
function thinned(trace, key, toX) {
  /** @type {{ xs: number[], ys: number[] }} */
  const series = { xs: [], ys: [] };
  let [pixel, count] = [NaN, 0];
  for (const { x, [key]: y } of trace) {
    const at = Math.floor(toX(x));
    if (at !== pixel) {
      count = 0;
      pixel = at;
      series.xs.push(x);
      series.ys.push(0);
    }
    const i = series.ys.length - 1;
    series.xs[i] = x;
    series.ys[i] += (y - series.ys[i]) / ++count;
  }
  return series;
}

/** A coordinate at which a line one pixel wide is not blurred. @param {number} at */
const sharp = (at) => Math.floor(at) + 0.5;

/** @type {Mark} */
function disc(context, x, y, size) {
  context.beginPath();
  context.arc(x, y, size, 0, 2 * Math.PI);
  context.fill();
}

/** @type {Mark} */
function square(context, x, y, size) {
  context.fillRect(x - size, y - size, 2 * size, 2 * size);
}
