import { className } from '../classes.js';
import { byId, contextOf, hook, setText, svg } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';
import { whenLoaded } from './loaded.js';
import { paint } from './pictures.js';

/** The seventh training picture with axes and a scale of grey values, as the tutorial plots it. */

const INDEX = 6;
const PLOT = { left: 32, top: 6, side: 308 }; // in the units of the drawing, 11 a pixel
const SCALE = { left: 362, width: 14 };
const PIXEL = PLOT.side / 28;

/** @param {import('../session.js').Session} session */
export function createSampleView(session) {
  const canvas = byId('sample-canvas', 'canvas');
  /** @type {number | null} */
  let label = null;

  function render() {
    const name = label === null ? '' : className(label);
    const key = session.data.info?.synthetic ? 'sample.caption-synthetic' : 'sample.caption';
    const caption = label === null ? t('sample.empty') : t(key, { name });
    setText(byId('sample-caption'), caption);
    canvas.setAttribute('aria-label', caption);
  }

  byId('sample-axes').append(...axes());
  paintScale(byId('sample-scale', 'canvas'));
  onLanguage(render);

  whenLoaded(session, async ({ info }) => {
    label = null;
    contextOf(canvas).clearRect(0, 0, 28, 28);
    render();
    if (!info || info.train.images[0] <= INDEX) return;
    const { pixels, labels } = await session.pictures('train', [INDEX]);
    paint(canvas, pixels);
    label = labels[0];
    hook('sample-image').dataset.index = String(INDEX);
    hook('sample-image').dataset.label = String(label);
    render();
  });
}

function axes() {
  const { left, top, side } = PLOT;
  const marks = [svg('rect', { class: 'frame', x: left, y: top, width: side, height: side })];
  for (let tick = 0; tick < 28; tick += 5) {
    const at = (tick + 0.5) * PIXEL;
    marks.push(
      line(left + at, top + side, left + at, top + side + 5),
      text(left + at, top + side + 20, tick, 'middle'),
    );
    marks.push(line(left - 5, top + at, left, top + at), text(left - 9, top + at + 4.5, tick, 'end'));
  }
  marks.push(svg('rect', { class: 'frame', x: SCALE.left, y: top, width: SCALE.width, height: side }));
  for (let grey = 0; grey <= 250; grey += 50) {
    const y = top + side * (1 - grey / 255);
    const x = SCALE.left + SCALE.width;
    marks.push(line(x, y, x + 5, y), text(x + 9, y + 4.5, grey, 'start'));
  }
  return marks;
}

/** @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 */
const line = (x1, y1, x2, y2) => svg('path', { class: 'tick', d: `M${x1} ${y1}L${x2} ${y2}` });

/** @param {number} x @param {number} y @param {number} value @param {string} anchor */
const text = (x, y, value, anchor) => svg('text', { x, y, 'text-anchor': anchor }, String(value));

/** Grey values from 255 at the top to 0. @param {HTMLCanvasElement} canvas */
function paintScale(canvas) {
  const image = new ImageData(1, 256);
  for (let row = 0; row < 256; row++) image.data[row * 4 + 3] = 255 - row;
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}
