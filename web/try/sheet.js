/** A sheet to draw on: ink on transparency, its earlier states, and a cursor for the keyboard. */

export const SHEET = 448; // pixels, each way
const INK = '#222222';
const STEPS = 40; // states that can be undone; each takes 0.8 MB

/**
 * @typedef {{ x: number, y: number }} Place in pixels of the sheet
 * @typedef {number | 'keyboard'} Pen a pointer's id, or the keyboard
 * @typedef {{ width: number, erases: boolean }} Nib
 * @typedef {Nib & { last: Place }} Stroke
 */

/** @param {HTMLCanvasElement} canvas the visible one; ink is drawn on another, so the cursor is never part of it */
export function createSheet(canvas) {
  const ink = Object.assign(document.createElement('canvas'), { width: SHEET, height: SHEET });
  const context = /** @type {CanvasRenderingContext2D} */ (ink.getContext('2d', { willReadFrequently: true }));
  const seen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  /** @type {ImageData[]} */
  const before = [];
  /**
   * The current strokes, by the pen that draws them: each finger is one, and so is the keyboard.
   * @type {Map<Pen, Stroke>}
   */
  const strokes = new Map();
  let cursor = { x: SHEET / 2, y: SHEET / 2 };
  let cursorShown = false;
  canvas.width = canvas.height = SHEET;

  function show() {
    seen.clearRect(0, 0, SHEET, SHEET);
    seen.drawImage(ink, 0, 0);
    if (!cursorShown) return;
    seen.strokeStyle = '#86640a';
    seen.lineWidth = 2;
    seen.beginPath();
    seen.arc(cursor.x, cursor.y, 10, 0, 2 * Math.PI);
    seen.stroke();
  }

  function remember() {
    before.push(context.getImageData(0, 0, SHEET, SHEET));
    if (before.length > STEPS) before.shift();
  }

  /** Continues the stroke of a pen; does nothing if the pen is not down. @param {Pen} pen @param {Place} place */
  function go(pen, place) {
    const stroke = strokes.get(pen);
    if (!stroke) return;
    const { last, width, erases } = stroke;
    Object.assign(context, {
      lineWidth: width,
      lineCap: 'round',
      lineJoin: 'round',
      strokeStyle: INK,
      globalCompositeOperation: erases ? 'destination-out' : 'source-over',
    });
    context.beginPath();
    context.moveTo(last.x, last.y);
    context.lineTo(place.x, place.y);
    context.stroke();
    stroke.last = place;
    show();
  }

  /**
   * Strokes drawn at the same time are undone together.
   * @param {Pen} pen
   * @param {Place} place
   * @param {Nib} nib
   */
  function begin(pen, place, nib) {
    if (strokes.size === 0) remember();
    strokes.set(pen, { ...nib, last: place });
    go(pen, { x: place.x + 0.01, y: place.y });
  }

  const end = (/** @type {Pen} */ pen) => void strokes.delete(pen);

  /** Fills the free area around a place, up to the lines around it. @param {Place} place */
  function fill(place) {
    remember();
    const image = context.getImageData(0, 0, SHEET, SHEET);
    inkArea(new Uint32Array(image.data.buffer), pixelAt(place.x), pixelAt(place.y));
    context.putImageData(image, 0, 0);
    show();
  }

  function undo() {
    const state = before.pop();
    if (state) context.putImageData(state, 0, 0);
    strokes.clear();
    show();
  }

  function clear() {
    remember();
    strokes.clear();
    context.clearRect(0, 0, SHEET, SHEET);
    show();
  }

  /** The keyboard's pen draws, if it is down. @param {[number, number]} by */
  function moveCursor([x, y]) {
    const within = (/** @type {number} */ value) => Math.min(SHEET, Math.max(0, value));
    cursor = { x: within(cursor.x + x), y: within(cursor.y + y) };
    go('keyboard', cursor);
    show();
  }

  /** @returns {Promise<Blob | null>} null if nothing is drawn */
  async function picture() {
    const { data } = context.getImageData(0, 0, SHEET, SHEET);
    if (!data.some((value, i) => i % 4 === 3 && value > 0)) return null;
    return new Promise((resolve) => ink.toBlob(resolve, 'image/png'));
  }

  return {
    begin,
    go,
    end,
    fill,
    undo,
    clear,
    moveCursor,
    picture,
    isDown: (/** @type {Pen} */ pen) => strokes.has(pen),
    cursor: () => ({ ...cursor }),
    /** @param {boolean} shown */
    showCursor(shown) {
      cursorShown = shown;
      show();
    },
  };
}

/** Limits a coordinate to the sheet; the largest one is the end of the last pixel. @param {number} place */
const pixelAt = (place) => Math.min(SHEET - 1, Math.max(0, Math.floor(place)));

/** Opaque ink as a pixel of RGBA, for either byte order. */
const OPAQUE = new Uint32Array(new Uint8Array([0x22, 0x22, 0x22, 0xff]).buffer)[0];
const ALPHA = new Uint32Array(new Uint8Array([0, 0, 0, 0x80]).buffer)[0];

/**
 * Fills the area that can be reached from a place without crossing ink.
 * @param {Uint32Array} pixels
 * @param {number} x
 * @param {number} y
 */
function inkArea(pixels, x, y) {
  const isFree = (/** @type {number} */ at) => (pixels[at] & ALPHA) === 0;
  const open = [y * SHEET + x];
  while (open.length > 0) {
    const at = /** @type {number} */ (open.pop());
    const free = isFree(at);
    pixels[at] = OPAQUE; // includes the soft edge of a line, otherwise a thin light line would remain
    if (!free) continue;
    const column = at % SHEET;
    if (column > 0) open.push(at - 1);
    if (column < SHEET - 1) open.push(at + 1);
    if (at >= SHEET) open.push(at - SHEET);
    if (at < SHEET * (SHEET - 1)) open.push(at + SHEET);
  }
}
