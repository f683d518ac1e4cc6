import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { decimal } from '../i18n/index.js';

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
  let epochs = 1;
  /** @type {{ x: number, y: number } | null} */
  let live = null;

  /** @type {Record<string, string>} */
  let palette = {}; // filled as colours are asked for; a theme empties it
  const colour = (/** @type {string} */ name) => () => (palette[name] ??= getComputedStyle(host).getPropertyValue(name));
  // uPlot scales whole pixels only when the screen's density changes.
  const em = Math.round(0.75 * parseFloat(getComputedStyle(document.documentElement).fontSize));
  const axis = { stroke: colour('--muted'), ticks: { show: false }, font: `${em}px system-ui, sans-serif` };

  const plot = new uPlot(
    {
      ...sizeOf(host),
      legend: { show: false },
      cursor: { drag: { setScale: false, x: false, y: false }, y: false, points: { show: false } },
      scales: { x: { time: false, range: () => [0, epochs] }, y: { range: heightOfData } },
      axes: [
        { ...axis, grid: { show: false }, size: 2.2 * em, gap: em / 2, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500], space: 2.8 * em },
        {
          ...axis,
          grid: { stroke: colour('--hairline'), width: 1 },
          size: 3.8 * em,
          gap: em / 2,
          space: 3.6 * em,
          values: (_, splits, _axis, _space, step) => splits.map((value) => decimal(value, digitsOf(step))),
        },
      ],
      series: [
        {},
        { stroke: colour('--ink'), width: 1.75, points: { show: false } },
        { stroke: colour('--accent-ink'), width: 1.75, dash: [6, 4], points: { show: false } },
      ],
      hooks: {
        draw: [drawMarks],
        setCursor: [(u) => onPoint(u.cursor.left !== undefined && u.cursor.left >= 0 ? (u.cursor.idx ?? null) : null)],
      },
    },
    data,
    host,
  );

  /** The data, the live point and a little air. */
  function heightOfData() {
    const values = [...data[1], ...data[2], ...(live ? [live.y] : [])].filter(Number.isFinite);
    if (values.length === 0) return /** @type {[number, number]} */ ([0, 1]);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const air = (high - low) * 0.08 || Math.max(0.02, high * 0.1);
    return /** @type {[number, number]} */ ([Math.max(0, low - air), high + air]);
  }

  /** @param {uPlot} u */
  function drawMarks(u) {
    const { ctx } = u;
    const size = (em / 4) * devicePixelRatio;
    /** @param {number} x @param {number} y @returns {[number, number]} */
    const place = (x, y) => [u.valToPos(x, 'x', true), u.valToPos(y, 'y', true)];
    ctx.save();
    ctx.setLineDash([]);
    ctx.fillStyle = colour('--ink')();
    data[1].forEach((value, i) => disc(ctx, ...place(data[0][i], value), size));
    ctx.fillStyle = colour('--accent-ink')();
    data[2].forEach((value, i) => {
      const [x, y] = place(data[0][i], value);
      ctx.fillRect(x - size, y - size, 2 * size, 2 * size);
    });
    if (live) drawLive(ctx, ...place(live.x, live.y), size);
    ctx.restore();
  }

  /** @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y @param {number} size */
  function drawLive(ctx, x, y, size) {
    ctx.strokeStyle = colour('--ink')();
    ctx.lineWidth = 1.5 * devicePixelRatio;
    ctx.fillStyle = colour('--ground')();
    disc(ctx, x, y, size * 1.2);
    ctx.stroke();
  }

  new ResizeObserver(() => plot.setSize(sizeOf(host))).observe(host);
  document.addEventListener('themechange', () => {
    palette = {};
    plot.redraw(false, true);
  });

  return {
    /** @param {number} epoch @param {number} training @param {number} validation */
    addPoint(epoch, training, validation) {
      live = null;
      data = [[...data[0], epoch], [...data[1], training], [...data[2], validation]];
      plot.setData(data);
    },
    /** @param {number} x in epochs @param {number} y */
    setLive(x, y) {
      live = { x, y };
      plot.setData(data);
    },
    /** @param {number} planned */
    reset(planned) {
      data = [[], [], []];
      live = null;
      epochs = planned;
      plot.setData(data);
    },
    /** @param {number} planned */
    setEpochs(planned) {
      epochs = Math.max(planned, data[0].length, 1);
      plot.setData(data);
    },
    redraw: () => plot.redraw(false, true),
    get points() {
      return data;
    },
  };
}

/** Digits after the point that tell multiples of `step` apart. @param {number} step */
const digitsOf = (step) => String(Number(step.toPrecision(6))).split('.')[1]?.length ?? 0;

/** @param {HTMLElement} host */
const sizeOf = (host) => ({ width: Math.max(host.clientWidth, 120), height: Math.max(host.clientHeight, 120) });

/** @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y @param {number} radius */
function disc(ctx, x, y, radius) {
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.fill();
}
