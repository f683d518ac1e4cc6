import { className } from '../classes.js';
import { byId, contextOf, hook, setText, svg } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';
import { multiplesOf, roundStep } from '../ticks.js';
import { whenLoaded } from './loaded.js';
import { paint } from './pictures.js';

/** The seventh training picture with axes and a scale of grey values, as the tutorial plots it. */

const INDEX = 6;
const PLOT = { left: 32, top: 6, side: 308 }; // in the units of the drawing; of 28 pixels, each has 11
const SCALE = { left: 362, width: 14, greys: Uint8Array.from({ length: 256 }, (_, row) => 255 - row) };
const MOST_TICKS = 7; // along an edge

/** @param {import('../session.js').Session} session */
export function createSampleView(session) {
  const canvas = byId('sample-canvas', 'canvas');
  const scale = byId('sample-scale', 'canvas');
  let { subject } = session;
  /** @type {number | null} */
  let label = null;

  function render() {
    const name = label === null ? '' : className(label, subject.classNames);
    const caption = label === null ? t('sample.empty') : t(captionKey(), { name });
    setText(byId('sample-caption'), caption);
    canvas.setAttribute('aria-label', caption);
  }

  function captionKey() {
    if (session.data.info?.synthetic) return 'sample.caption-synthetic';
    return subject.shape[2] === 1 ? 'sample.caption' : 'sample.caption-colour';
  }

  function renderAxes() {
    const isGrey = subject.shape[2] === 1;
    byId('sample-axes').replaceChildren(...axes(subject.shape), ...(isGrey ? greyAxis() : []));
    scale.hidden = !isGrey;
    paint(scale, SCALE.greys, { ...subject, shape: [256, 1, 1] });
  }

  renderAxes();
  onLanguage(render);

  whenLoaded(session, async ({ info, version }) => {
    label = null;
    if (subject !== session.subject) {
      ({ subject } = session);
      renderAxes();
    }
    contextOf(canvas).clearRect(0, 0, canvas.width, canvas.height);
    render();
    if (!info || info.train.images[0] <= INDEX) return;
    const { pixels, labels } = await session.pictures('train', [INDEX]);
    if (version !== session.data.version) return; // of other images
    paint(canvas, pixels, subject);
    label = labels[0];
    hook('sample-image').dataset.index = String(INDEX);
    hook('sample-image').dataset.label = String(label);
    render();
  });
}

/** Around the picture, which fills the plot along its longer edge. @param {import('../subject.js').Shape} shape */
function axes([height, width]) {
  const { left, top, side } = PLOT;
  const pixel = side / Math.max(height, width);
  const [right, bottom] = [left + width * pixel, top + height * pixel];
  const step = roundStep(Math.max(1, Math.max(height, width) / MOST_TICKS), [1, 2, 5, 10]);
  const across = (/** @type {number} */ tick) => {
    const x = left + (tick + 0.5) * pixel;
    return [line(x, bottom, x, bottom + 5), text(x, bottom + 20, tick, 'middle')];
  };
  const down = (/** @type {number} */ tick) => {
    const y = top + (tick + 0.5) * pixel;
    return [line(left - 5, y, left, y), text(left - 9, y + 4.5, tick, 'end')];
  };
  return [
    svg('rect', { class: 'frame', x: left, y: top, width: right - left, height: bottom - top }),
    ...multiplesOf(step, 0, width - 1).flatMap(across),
    ...multiplesOf(step, 0, height - 1).flatMap(down),
  ];
}

function greyAxis() {
  const { top, side } = PLOT;
  const marks = [svg('rect', { class: 'frame', x: SCALE.left, y: top, width: SCALE.width, height: side })];
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
