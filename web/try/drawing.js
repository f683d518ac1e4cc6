import { el, oneAtATime, setText } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';
import { isUndo } from './keys.js';
import { createSheet } from './sheet.js';

/** Lets the user draw a garment, which is then classified as a picture is. */

const TOOLS = /** @type {const} */ (['pen', 'eraser', 'fill']);

/** How far an arrow key moves the pen, sheet pixels. */
const STEP = 8;
const ARROWS = /** @type {Record<string, [number, number]>} */ ({
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
});

/** @param {(files: File[]) => void} onPictures */
export function createDrawing(onPictures) {
  const canvas = el('canvas', {
    className: 'sheet',
    tabIndex: 0,
    role: 'application',
    'data-testid': 'drawing-canvas',
  });
  const sheet = createSheet(canvas);
  const note = el('p', { className: 'quiet' });
  const status = el('p', { role: 'status' });
  const width = el('input', { type: 'range', min: 4, max: 64, step: 2, value: 28 });
  const widthName = el('span');
  const tools = TOOLS.map((tool) => button(`drawing-${tool}`, () => use(tool)));
  const actions = {
    undo: repeated(button('drawing-undo', () => sheet.undo())),
    clear: button('drawing-clear', () => sheet.clear()),
    use: button('drawing-use', () => hand(), 'primary'),
  };
  const element = el(
    'div',
    { className: 'drawing', hidden: true, 'data-testid': 'drawing' },
    canvas,
    el(
      'div',
      { className: 'drawing-tools' },
      note,
      el('p', { className: 'photo-tools' }, ...tools, actions.undo, actions.clear),
      el('label', { className: 'field' }, widthName, width),
      el('p', { className: 'photo-tools' }, actions.use),
      status,
    ),
  );

  /** @type {typeof TOOLS[number]} */
  let tool = 'pen';
  let count = 0;

  /** @param {typeof TOOLS[number]} next */
  function use(next) {
    tool = next;
    tools.forEach((each, i) => each.setAttribute('aria-pressed', String(TOOLS[i] === tool)));
  }

  /** @param {MouseEvent} event */
  function placeOf({ clientX, clientY }) {
    const { left, top, width: shown } = canvas.getBoundingClientRect();
    return { x: ((clientX - left) * canvas.width) / shown, y: ((clientY - top) * canvas.width) / shown };
  }

  /** @param {import('./sheet.js').Pen} pen @param {import('./sheet.js').Place} place */
  function begin(pen, place) {
    setText(status, '');
    if (tool === 'fill') sheet.fill(place);
    else sheet.begin(pen, place, { width: Number(width.value), erases: tool === 'eraser' });
  }

  canvas.addEventListener('pointerdown', (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0) return;
    begin(event.pointerId, placeOf(event));
    canvas.setPointerCapture(event.pointerId); // also outside the sheet and the window
  });
  canvas.addEventListener('pointermove', (/** @type {PointerEvent} */ event) => {
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length > 0 ? events : [event]) sheet.go(event.pointerId, placeOf(each));
  });
  for (const name of /** @type {const} */ (['pointerup', 'pointercancel', 'lostpointercapture'])) {
    canvas.addEventListener(name, ({ pointerId }) => sheet.end(pointerId));
  }

  canvas.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return; // the browser's own
    const arrow = ARROWS[event.key];
    if (arrow) sheet.moveCursor(arrow);
    else if (event.code !== 'Space' && event.key !== ' ') return;
    else if (sheet.isDown('keyboard')) sheet.end('keyboard');
    else begin('keyboard', sheet.cursor());
    event.preventDefault();
  });
  canvas.addEventListener('focus', () => sheet.showCursor(canvas.matches(':focus-visible')));
  canvas.addEventListener('blur', () => {
    sheet.end('keyboard');
    sheet.showCursor(false);
  });
  element.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (!isUndo(event)) return;
    event.preventDefault();
    sheet.undo();
  });

  const hand = oneAtATime(async () => {
    const blob = await sheet.picture();
    setText(status, blob ? '' : t('draw.empty'));
    if (blob) onPictures([new File([blob], `drawing-${++count}.png`, { type: 'image/png' })]);
  });

  function render() {
    canvas.setAttribute('aria-label', t('draw.sheet'));
    setText(note, t('draw.note'));
    setText(widthName, t('draw.width'));
    tools.forEach((each, i) => setText(each, t(`draw.${TOOLS[i]}`)));
    for (const [name, each] of Object.entries(actions)) setText(each, t(`draw.${name}`));
  }

  use(tool);
  onLanguage(render);
  return {
    element,
    open() {
      element.hidden = false;
      canvas.focus({ preventScroll: true });
    },
    close: () => void (element.hidden = true),
  };
}

/** @param {HTMLElement} node a button that people press repeatedly */
function repeated(node) {
  node.dataset.repeat = '';
  return node;
}

/** @param {string} testid @param {() => void} onclick @param {string} [className] */
const button = (testid, onclick, className = 'small') =>
  el('button', { type: 'button', className, onclick, 'data-testid': testid });
