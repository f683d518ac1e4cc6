/** Moves and stretches a box by its edges: with a pointer on the picture, or with one slider per edge. */
import { el, setText } from '../dom.js';
import { t } from '../i18n/index.js';

/** @typedef {import('./album.js').Box} Box */
/** @typedef {keyof Box} Edge */

const EDGES = /** @type {const} */ (['left', 'top', 'right', 'bottom']);
const LEAST = 0.02; // fraction of the picture
const REACH = 0.06; // how near to an edge a pointer grabs it

/** @param {number} value */
const within = (value) => Math.min(1, Math.max(0, value));

/**
 * A box with some edges moved, none past the opposite one.
 * @param {Box} box
 * @param {Edge[]} edges
 * @param {number} dx
 * @param {number} dy
 * @returns {Box}
 */
export function moved(box, edges, dx, dy) {
  if (edges.length === 4) {
    const x = Math.min(1 - box.right, Math.max(-box.left, dx));
    const y = Math.min(1 - box.bottom, Math.max(-box.top, dy));
    return { left: box.left + x, top: box.top + y, right: box.right + x, bottom: box.bottom + y };
  }
  const next = { ...box };
  if (edges.includes('left')) next.left = Math.min(within(box.left + dx), box.right - LEAST);
  if (edges.includes('right')) next.right = Math.max(within(box.right + dx), box.left + LEAST);
  if (edges.includes('top')) next.top = Math.min(within(box.top + dy), box.bottom - LEAST);
  if (edges.includes('bottom')) next.bottom = Math.max(within(box.bottom + dy), box.top + LEAST);
  return next;
}

/**
 * The edges that a pointer grabs: one at an edge, two at a corner, all four inside, none outside.
 * @param {Box} box
 * @param {number} x
 * @param {number} y
 * @returns {Edge[]}
 */
export function edgesAt(box, x, y) {
  if (x < box.left - REACH || x > box.right + REACH || y < box.top - REACH || y > box.bottom + REACH) return [];
  const near = EDGES.filter((edge) => Math.abs((edge === 'left' || edge === 'right' ? x : y) - box[edge]) < REACH);
  return near.length > 0 ? near : [...EDGES];
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{ box: () => Box | null, onBox: (box: Box, done: boolean) => void }} options `done`: the pointer has been
 *   released
 */
export function createBoxControls(canvas, { box, onBox }) {
  const sliders = EDGES.map((edge) => {
    const slider = el('input', {
      type: 'range',
      min: 0,
      max: 1,
      step: 0.01,
      disabled: true,
      'data-testid': `photo-box-${edge}`,
    });
    slider.addEventListener('input', () => {
      const now = box();
      if (now) onBox(moved(now, [edge], Number(slider.value) - now[edge], Number(slider.value) - now[edge]), true);
    });
    return { edge, slider, name: el('span') };
  });

  /** @param {PointerEvent} event */
  const placeOf = (event) => {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    return { x: (event.clientX - left) / width, y: (event.clientY - top) / height };
  };

  let dragging = false; // by the pointer that grabbed first

  canvas.addEventListener('pointerdown', (event) => {
    const from = box();
    const start = placeOf(event);
    const edges = from ? edgesAt(from, start.x, start.y) : [];
    if (dragging || !from || edges.length === 0 || event.button !== 0) return;
    event.preventDefault();
    dragging = true;
    const at = (/** @type {PointerEvent} */ now) => {
      const { x, y } = placeOf(now);
      return moved(from, edges, x - start.x, y - start.y);
    };
    const stop = new AbortController();
    const on = (
      /** @type {'pointermove' | 'pointerup' | 'pointercancel' | 'lostpointercapture'} */ name,
      /** @type {(now: PointerEvent) => void} */ act,
    ) => canvas.addEventListener(name, (now) => now.pointerId === event.pointerId && act(now), { signal: stop.signal });
    const finish = (/** @type {Box} */ last) => {
      stop.abort();
      dragging = false;
      onBox(last, true);
    };
    on('pointermove', (now) => onBox(at(now), false));
    on('pointerup', (now) => finish(at(now)));
    on('pointercancel', () => finish(from));
    on('lostpointercapture', () => finish(from)); // the picture was removed meanwhile
    canvas.setPointerCapture(event.pointerId);
  });

  canvas.addEventListener('pointermove', (event) => {
    const now = box();
    const { x, y } = placeOf(event);
    canvas.style.cursor = now ? cursorOf(edgesAt(now, x, y)) : '';
  });

  return {
    element: el(
      'div',
      { className: 'box-sliders' },
      ...sliders.map(({ slider, name }) => el('label', { className: 'field' }, name, slider)),
    ),
    /** Shows the current position of the box. */
    render() {
      const now = box();
      for (const { edge, slider, name } of sliders) {
        setText(name, t(`try.box-${edge}`));
        slider.disabled = !now;
        if (now) slider.value = now[edge].toFixed(2);
      }
    },
  };
}

/** @param {Edge[]} edges */
function cursorOf(edges) {
  if (edges.length === 0) return '';
  if (edges.length === 4) return 'move';
  if (edges.length === 1) return edges[0] === 'left' || edges[0] === 'right' ? 'ew-resize' : 'ns-resize';
  return edges.includes('left') === edges.includes('top') ? 'nwse-resize' : 'nesw-resize';
}
