/**
 * Drawing on canvases, shared by all kinds of picture.
 *
 * @typedef {OffscreenCanvasRenderingContext2D} Context
 * @typedef {{ width: number, height: number }} Size pixels
 * @typedef {[red: number, green: number, blue: number]} Colour each 0 … 1
 * @typedef {[x: number, y: number]} Point
 * @typedef {import('./random.js').Random} Random
 * @typedef {(context: Context, size: Size, random: Random) => void} Draw
 *
 * @typedef {object} Kind
 * @property {string} name
 * @property {Draw} draw
 * @property {'photo' | 'screenshot' | 'dark'} [finish] how the picture was taken; default: photo
 */

/** @param {number} width @param {number} height @returns {Context} */
export function blank(width, height) {
  const context = new OffscreenCanvas(Math.max(1, Math.round(width)), Math.max(1, Math.round(height))).getContext(
    '2d',
    {
      willReadFrequently: true,
    },
  );
  if (!context) throw new Error('no canvas');
  return context;
}

/** @param {Colour} colour @param {number} [alpha] */
export const css = ([red, green, blue], alpha = 1) => `rgb(${255 * red} ${255 * green} ${255 * blue} / ${alpha})`;

/** @param {Colour} from @param {Colour} to @param {number} share @returns {Colour} */
export const mix = (from, to, share) => [
  from[0] + (to[0] - from[0]) * share,
  from[1] + (to[1] - from[1]) * share,
  from[2] + (to[2] - from[2]) * share,
];

/** @param {Colour} colour @param {number} factor @returns {Colour} */
export const times = ([red, green, blue], factor) => [red * factor, green * factor, blue * factor];

/** @param {number} value */
export const within = (value, low = 0, high = 1) => Math.min(high, Math.max(low, value));

/** 0 below `low`, 1 above `high`, smooth between. @param {number} low @param {number} high @param {number} value */
export function step(low, high, value) {
  const t = within((value - low) / (high - low));
  return t * t * (3 - 2 * t);
}

/** @param {number} hue 0 … 1 @param {number} saturation 0 … 1 @param {number} lightness 0 … 1 @returns {Colour} */
export function hsl(hue, saturation, lightness) {
  const part = (/** @type {number} */ n) => {
    const k = (n + 12 * (hue - Math.floor(hue))) % 12;
    return lightness - saturation * Math.min(lightness, 1 - lightness) * Math.max(-1, Math.min(k - 3, 9 - k, 1));
  };
  return [part(0), part(8), part(4)];
}

/** @param {Context} context @param {string | CanvasGradient} style @param {number[]} box x, y, width, height */
export function fill(context, style, [x, y, width, height] = [0, 0, context.canvas.width, context.canvas.height]) {
  context.fillStyle = style;
  context.fillRect(x, y, width, height);
}

/** Colours every pixel. @param {Context} context @param {(x: number, y: number) => Colour} colourAt */
export function paint(context, colourAt) {
  const { width, height } = context.canvas;
  const image = context.createImageData(width, height);
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at += 4) {
      const colour = colourAt(x, y);
      for (let c = 0; c < 3; c++) image.data[at + c] = 255 * colour[c];
      image.data[at + 3] = 255;
    }
  context.putImageData(image, 0, 0);
}

/**
 * A surface that is lit from one side.
 * @param {Context} context
 * @param {(x: number, y: number) => number} heightAt pixels
 * @param {(x: number, y: number, height: number) => Colour} colourAt
 * @param {{ angle: number, slope?: number, ambient?: number, shine?: number }} light
 */
export function relief(context, heightAt, colourAt, { angle, slope = 0.9, ambient = 0.45, shine = 0 }) {
  const { width, height } = context.canvas;
  const heights = new Float32Array((width + 1) * (height + 1));
  for (let y = 0, at = 0; y <= height; y++) for (let x = 0; x <= width; x++) heights[at++] = heightAt(x, y);
  const length = Math.hypot(1, slope);
  const [lx, ly, lz] = [(Math.cos(angle) * slope) / length, (Math.sin(angle) * slope) / length, 1 / length];
  paint(context, (x, y) => {
    const at = y * (width + 1) + x;
    const [dx, dy] = [heights[at + 1] - heights[at], heights[at + width + 1] - heights[at]];
    const lit = Math.max(0, (lz - dx * lx - dy * ly) / Math.sqrt(1 + dx * dx + dy * dy));
    const gloss = shine * lit ** 24;
    const [red, green, blue] = times(colourAt(x, y, heights[at]), ambient + (1.35 - ambient) * lit);
    return [red + gloss, green + gloss, blue + gloss];
  });
}

/** A closed line through points, or an open one. @param {Context} context @param {Point[]} points */
export function trace(context, points, closed = true) {
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  if (closed) context.closePath();
}

/** A smooth line through the middles between points. @param {Context} context @param {Point[]} points */
export function curve(context, points) {
  context.beginPath();
  context.moveTo(...points[0]);
  for (let i = 1; i + 1 < points.length; i++) {
    const [[x, y], [nextX, nextY]] = [points[i], points[i + 1]];
    context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  context.lineTo(...points[points.length - 1]);
}

/** @param {Context} context @param {Point} from @param {Point} to @param {[at: number, colour: string][]} stops */
export function gradient(context, from, to, stops) {
  const made = context.createLinearGradient(...from, ...to);
  for (const [at, colour] of stops) made.addColorStop(at, colour);
  return made;
}

/**
 * @param {Context} context
 * @param {Point} centre
 * @param {number} radius
 * @param {[at: number, colour: string][]} stops
 */
export function glow(context, centre, radius, stops) {
  const made = context.createRadialGradient(...centre, 0, ...centre, radius);
  for (const [at, colour] of stops) made.addColorStop(at, colour);
  return made;
}

/** What has been drawn so far, out of focus. @param {Context} context @param {number} radius pixels */
export function blur(context, radius) {
  if (radius < 0.2) return;
  const { width, height } = context.canvas;
  const copy = blank(width, height);
  copy.drawImage(context.canvas, 0, 0);
  context.save();
  context.filter = `blur(${radius}px)`;
  const edge = Math.ceil(2 * radius); // beyond the edges, as if more were there
  context.drawImage(copy.canvas, -edge, -edge, width + 2 * edge, height + 2 * edge);
  context.restore();
}
