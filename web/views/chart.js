import { el, oncePerFrame } from '../dom.js';
import { decimal } from '../i18n/index.js';
import { digitsOf, multiplesOf, roundStep } from '../ticks.js';

/**
 * One figure over the epochs, training and validation. The chart owns its data: points come in through `addPoint` and
 * go with `reset`; `setLive` marks where the epoch under way stands. Training is a full line with discs, validation a
 * broken one with squares.
 *
 * @param {HTMLElement} host
 * @param {(index: number | null) => void} onPoint told which point the pointer is at
 */
export function createChart(host, onPoint) {
  /** @type {[number[], number[], number[]]} epochs, training, validation */
  let data = [[], [], []];
  let epochs = 0; // nothing is drawn before it is known how many
  /** @type {{ x: number, y: number } | null} */
  let live = null;
  /** @type {number | null} */
  let pointed = null;
  const canvas = el('canvas');
  host.append(canvas);

  function drawNow() {
    if (epochs === 0) return;
    const plot = layOut(canvas, [0, epochs], heightOfData());
    drawAxes(plot);
    if (pointed !== null && pointed < data[0].length) drawGuide(plot, data[0][pointed]);
    drawSeries(plot, data[0], data[1], { colour: '--ink', dash: [], mark: disc });
    drawSeries(plot, data[0], data[2], { colour: '--accent-ink', dash: [6, 4], mark: square });
    if (live) drawLive(plot, live);
  }
  const draw = oncePerFrame(drawNow);

  /** The data, the live point and a little air. @returns {[number, number]} */
  function heightOfData() {
    const values = [...data[1], ...data[2], ...(live ? [live.y] : [])].filter(Number.isFinite);
    if (values.length === 0) return [0, 1];
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const air = (high - low) * 0.08 || Math.max(0.02, high * 0.1);
    return [Math.max(0, low - air), high + air];
  }

  /** @param {number | null} index */
  function point(index) {
    if (index === pointed) return;
    pointed = index;
    onPoint(index);
    draw();
  }

  /** The pointer that came first; others are not followed. @type {number | null} */
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
 * @typedef {(context: CanvasRenderingContext2D, x: number, y: number, size: number) => void} Mark
 */

/** The text's size: the page's small one. */
const textSize = () => Math.round(0.75 * parseFloat(getComputedStyle(document.documentElement).fontSize));

/** Where the data go, in CSS pixels. @param {HTMLCanvasElement} canvas */
function frameOf({ clientWidth, clientHeight }) {
  const em = textSize();
  return { em, left: 3.8 * em, right: clientWidth - 2 * em, top: em, bottom: clientHeight - 2.2 * em };
}

/**
 * An empty canvas as sharp as the screen, and how values become places on it.
 * @param {HTMLCanvasElement} canvas
 * @param {[number, number]} xs
 * @param {[number, number]} ys
 */
function layOut(canvas, xs, ys) {
  const frame = frameOf(canvas);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  canvas.width = Math.round(canvas.clientWidth * devicePixelRatio);
  canvas.height = Math.round(canvas.clientHeight * devicePixelRatio);
  context.scale(devicePixelRatio, devicePixelRatio);
  const style = getComputedStyle(canvas);
  const share = (/** @type {number} */ value, /** @type {[number, number]} */ [low, high]) =>
    (value - low) / (high - low);
  return {
    ...frame,
    context,
    xs,
    ys,
    font: `${frame.em}px ${style.fontFamily}`,
    colour: (/** @type {string} */ name) => {
      canvas.style.color = `var(${name})`; // a system's colour has a value only once it is an element's
      return style.color;
    },
    toX: (/** @type {number} */ value) => frame.left + share(value, xs) * (frame.right - frame.left),
    toY: (/** @type {number} */ value) => frame.bottom - share(value, ys) * (frame.bottom - frame.top),
  };
}

/** Figures below and on the left, a hairline at each of the left. @param {Plot} plot */
function drawAxes({ context, em, left, right, top, bottom, xs, ys, font, colour, toX, toY }) {
  const across = roundStep(Math.max(1, ((xs[1] - xs[0]) * 2.8 * em) / (right - left)), [1, 2, 5, 10]);
  const up = roundStep(((ys[1] - ys[0]) * 3.6 * em) / (bottom - top));
  context.font = font;
  context.fillStyle = colour('--muted');
  context.strokeStyle = colour('--hairline');
  context.textAlign = 'center';
  for (const x of multiplesOf(across, ...xs)) context.fillText(decimal(x, 0), toX(x), bottom + 1.6 * em);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const y of multiplesOf(up, ...ys)) {
    context.fillText(decimal(y, digitsOf(up)), left - em / 2, toY(y));
    line(context, [
      [left, sharp(toY(y))],
      [right, sharp(toY(y))],
    ]);
  }
}

/** @param {Plot} plot @param {number} epoch */
function drawGuide({ context, colour, toX, top, bottom }, epoch) {
  context.strokeStyle = colour('--muted');
  line(context, [
    [sharp(toX(epoch)), top],
    [sharp(toX(epoch)), bottom],
  ]);
}

/**
 * @param {Plot} plot
 * @param {number[]} xs
 * @param {number[]} ys
 * @param {{ colour: string, dash: number[], mark: Mark }} look
 */
function drawSeries({ context, em, colour, toX, toY }, xs, ys, { colour: name, dash, mark }) {
  /** @type {[number, number][]} */
  const places = ys.map((y, i) => [toX(xs[i]), toY(y)]);
  context.strokeStyle = context.fillStyle = colour(name);
  context.lineWidth = 1.75;
  context.setLineDash(dash);
  line(context, places);
  context.setLineDash([]);
  for (const place of places) mark(context, ...place, em / 4);
}

/** @param {Plot} plot @param {{ x: number, y: number }} live */
function drawLive({ context, em, colour, toX, toY }, { x, y }) {
  context.strokeStyle = colour('--ink');
  context.fillStyle = colour('--ground');
  context.lineWidth = 1.5;
  disc(context, toX(x), toY(y), em * 0.3);
  context.stroke();
}

/** A coordinate at which a line one pixel wide is not blurred. @param {number} at */
const sharp = (at) => Math.floor(at) + 0.5;

/** @param {CanvasRenderingContext2D} context @param {[number, number][]} places */
function line(context, places) {
  context.beginPath();
  for (const place of places) context.lineTo(...place);
  context.stroke();
}

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
