import { contextOf, el, oncePerFrame } from '../dom.js';
import { decimal } from '../i18n/index.js';
import { drawAxes, drawSeries, rangeOf, scaleOf } from '../plot.js';

/**
 * One figure over the epochs, training and validation, as it grows. The chart owns its data: `addPoint` adds points,
 * `reset` removes them, and `setLive` marks where the epoch under way stands. Training is a full line with discs,
 * validation a dashed line with squares.
 *
 * @param {HTMLElement} host
 * @param {(index: number | null) => void} onPoint called with the point under the pointer
 */
export function createChart(host, onPoint) {
  /** @type {[number[], number[], number[]]} epochs, training, validation */
  let data = [[], [], []];
  let epochs = 0; // of the plot; nothing is drawn while it is 0
  /** @type {{ x: number, y: number } | null} */
  let live = null;
  /** @type {number | null} */
  let pointed = null;
  const canvas = el('canvas');
  host.append(canvas);

  function drawNow() {
    if (epochs === 0) return;
    const plot = layOut(canvas, epochs, rangeOf([...data[1], ...data[2], ...(live ? [live.y] : [])], 0.1));
    drawAxes(plot.pen, plot.layout, '--hairline');
    if (pointed !== null && pointed < data[0].length) drawGuide(plot, data[0][pointed]);
    drawMarked(plot, data[1], { colour: '--ink', width: LINE }, disc);
    drawMarked(plot, data[2], { colour: '--accent-ink', width: LINE, dash: [6, 4] }, square);
    if (live) drawLive(plot, live);
  }
  const draw = oncePerFrame(drawNow);

  /** @param {Plot} plot @param {number[]} ys @param {Stroke} stroke @param {Mark} mark at each point */
  function drawMarked({ pen, layout, context, em }, ys, stroke, mark) {
    for (const place of drawSeries(pen, layout, { xs: data[0], ys }, stroke)) mark(context, ...place, em / 4);
  }

  /** @param {number | null} index */
  function point(index) {
    if (index === pointed) return;
    pointed = index;
    onPoint(index);
    draw();
  }

  /** The pointer that is followed, the first of several. @type {number | null} */
  let pointer = null;

  /** @param {PointerEvent} event */
  function pointNearest(event) {
    pointer ??= event.pointerId;
    if (event.pointerId !== pointer) return;
    const { left, right } = frameOf(canvas);
    const epoch = ((event.clientX - canvas.getBoundingClientRect().left - left) / (right - left)) * epochs;
    const index = Math.round(epoch) - (data[0][0] ?? 0);
    point(data[0].length === 0 ? null : Math.max(0, Math.min(data[0].length - 1, index)));
  }

  host.addEventListener('pointermove', pointNearest);
  host.addEventListener('pointerdown', pointNearest);
  host.addEventListener('pointerleave', ({ pointerId }) => {
    if (pointerId !== pointer) return;
    pointer = null;
    point(null);
  });
  new ResizeObserver(draw).observe(host);
  document.addEventListener('themechange', drawNow); // a page that is about to be printed has no frame to wait for

  return {
    /** @param {number} epoch @param {number} training @param {number} validation */
    addPoint(epoch, training, validation) {
      live = null;
      data = [
        [...data[0], epoch],
        [...data[1], training],
        [...data[2], validation],
      ];
      draw();
    },
    /** @param {number} x in epochs @param {number} y */
    setLive(x, y) {
      live = { x, y };
      draw();
    },
    /** @param {number} planned */
    reset(planned) {
      data = [[], [], []];
      live = null;
      epochs = planned;
      draw();
    },
    /** @param {number} planned */
    setEpochs(planned) {
      epochs = Math.max(planned, data[0].length, 1);
      draw();
    },
    redraw: draw,
    get points() {
      return data;
    },
  };
}

/**
 * @typedef {ReturnType<typeof layOut>} Plot
 * @typedef {import('../plot.js').Stroke} Stroke
 * @typedef {(context: CanvasRenderingContext2D, x: number, y: number, size: number) => void} Mark
 */

const LINE = 1.75; // px

/** The text's size: the page's small one. */
const textSize = () => Math.round(0.75 * parseFloat(getComputedStyle(document.documentElement).fontSize));

/** Where the data go, in CSS pixels. @param {HTMLCanvasElement} canvas */
function frameOf({ clientWidth, clientHeight }) {
  const em = textSize();
  return { em, left: 3.8 * em, right: clientWidth - 2 * em, top: em, bottom: clientHeight - 2.2 * em };
}

/**
 * An empty canvas as sharp as the screen, its pen, and the plot's layout.
 * @param {HTMLCanvasElement} canvas
 * @param {number} epochs
 * @param {import('../plot.js').Range} ys
 */
function layOut(canvas, epochs, ys) {
  const { em, ...frame } = frameOf(canvas);
  const { left, right, top, bottom } = frame;
  const context = contextOf(canvas);
  canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
  canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
  context.scale(devicePixelRatio, devicePixelRatio);
  const style = getComputedStyle(canvas);
  context.font = `${em}px ${style.fontFamily}`;
  const colour = (/** @type {string} */ name) => {
    canvas.style.color = `var(${name})`; // a system's colour has a value only once it is an element's
    return style.color;
  };
  /** @type {import('../plot.js').Layout} */
  const layout = {
    frame,
    xs: [0, epochs],
    ys,
    least: { across: (epochs * 2.8 * em) / (right - left), up: ((ys[1] - ys[0]) * 3.6 * em) / (bottom - top) },
    format: decimal,
  };
  return { context, em, colour, layout, pen: penOf(context, colour, em) };
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

/** A line at the point under the pointer. @param {Plot} plot @param {number} epoch */
function drawGuide({ pen, layout }, epoch) {
  const x = scaleOf(layout).toX(epoch);
  const { top, bottom } = layout.frame;
  pen.line(
    [
      [x, top],
      [x, bottom],
    ],
    { colour: '--muted', width: 1, crisp: true },
  );
}

/** @param {Plot} plot @param {{ x: number, y: number }} live */
function drawLive({ context, em, colour, layout }, { x, y }) {
  const { toX, toY } = scaleOf(layout);
  context.strokeStyle = colour('--ink');
  context.fillStyle = colour('--ground');
  context.lineWidth = 1.5;
  disc(context, toX(x), toY(y), em * 0.3);
  context.stroke();
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
