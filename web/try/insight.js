import { className } from '../classes.js';
import { contextOf, el, setText } from '../dom.js';
import { isolated } from '../i18n/bidi.js';
import { count, onLanguage, t } from '../i18n/index.js';
import { blankCanvas, paint } from '../views/pictures.js';

/** What the network looks at, and what its layers extract. Nothing is computed before it is asked for. */

/**
 * @typedef {{ pixels: Uint8Array, subject: import('../subject.js').Subject, classIndex: number, model: string }} Result
 *   an image with its answer
 * @typedef {import('./insight-work.js').LayerInfo} LayerInfo
 * @typedef {import('./insight-work.js').Maps} Maps
 */

const MOST_MAPS = 128;

/** @param {Pick<import('./photo-client.js').PhotoClient, 'ask'>} client */
export function createInsight({ ask }) {
  const look = el(
    'select',
    { 'data-testid': 'look-choice' },
    ...['none', 'occlusion'].map((value) => el('option', { value })),
  );
  const lookName = el('span');
  const picture = blankCanvas();
  const shades = el('canvas', { className: 'shades', role: 'img', 'data-testid': 'look-canvas' });
  const looked = el('div', { className: 'looked', hidden: true }, picture, shades);
  const legend = el('p', { className: 'quiet', role: 'status' });
  const summary = el('summary');
  const layer = el('select', { 'data-testid': 'layer-choice' });
  const layerName = el('span');
  const layerNote = el('p', { className: 'quiet', role: 'status' });
  const maps = el('ul', { className: 'maps', role: 'list', 'data-testid': 'layer-maps' });
  const filtersTitle = el('h4');
  const filters = el('ul', { className: 'maps filters', role: 'list', 'data-testid': 'layer-filters' });
  const inside = el(
    'details',
    { className: 'inside' },
    summary,
    el('p', {}, el('label', { className: 'inline' }, layerName, layer)),
    layerNote,
    maps,
    filtersTitle,
    filters,
  );
  const element = el(
    'div',
    { className: 'insight', hidden: true },
    el('p', {}, el('label', { className: 'inline' }, lookName, look)),
    looked,
    legend,
    inside,
  );

  /** @type {Result | null} */
  let result = null;
  /** @type {string | null} the model whose layers are in the list */
  let listed = null;
  /** Why a question has no answer. @type {Map<Function, string>} */
  const failures = new Map();

  /**
   * Runs a question; answers about an older result are dropped.
   * @param {(mine: Result) => Promise<(() => void) | null>} question
   */
  async function question(question) {
    const mine = result;
    if (!mine) return;
    failures.delete(question);
    try {
      const draw = await question(mine);
      if (mine === result) draw?.();
    } catch (error) {
      if (mine === result) failures.set(question, /** @type {Error} */ (error).message);
    }
    render();
  }

  /** Whose shades are drawn. @type {Result | null} */
  let shaded = null;

  /** @param {Result} mine */
  async function lookAt(mine) {
    looked.hidden = look.value === 'none';
    if (looked.hidden) return null;
    const { model, pixels, classIndex } = mine;
    const { change } = await ask('occlusion', { model, pixels, classIndex });
    return () => {
      shaded = mine;
      paintShades(shades, change, mine.subject.shape);
    };
  }
  const showLook = () => question(lookAt);

  /** Nothing of one picture is shown over another. */
  function clear() {
    shaded = null;
    failures.clear();
    clearLayer();
    contextOf(shades).clearRect(0, 0, shades.width, shades.height);
    if (result) paint(picture, result.pixels, result.subject);
  }

  function clearLayer() {
    shown = null;
    maps.replaceChildren();
    filters.replaceChildren();
  }

  /** @param {Result} mine */
  async function lookInside({ model, pixels }) {
    if (!inside.open) return null;
    if (listed !== model) await list(model);
    const wanted = layer.value;
    const { filters: hasFilters } = layers.find(({ name }) => name === wanted) ?? {};
    const [seen, kernels] = await Promise.all([
      ask('maps', { model, pixels, layer: wanted }),
      hasFilters ? ask('filters', { model, layer: wanted }) : null,
    ]);
    return () => {
      if (layer.value !== wanted) return; // another is asked about
      shown = { seen, kernels };
      maps.replaceChildren(...cellsOf(seen));
      filters.replaceChildren(...(kernels ? cellsOf(kernels) : []));
    };
  }
  const showLayer = () => question(lookInside);

  /** @type {LayerInfo[]} */
  let layers = [];
  /** @type {{ seen: Maps, kernels: Maps | null } | null} */
  let shown = null;

  /** @param {string} model */
  async function list(model) {
    layers = await ask('layers', { model });
    listed = model;
    const before = layer.value;
    layer.replaceChildren(
      ...layers.map(({ name, shape }) => el('option', { value: name }, `${isolated(name)} · ${shape.join(' × ')}`)),
    );
    if (layers.some(({ name }) => name === before)) layer.value = before;
  }

  function render() {
    element.hidden = !result;
    setText(lookName, t('inside.look'));
    for (const option of look.options) setText(option, t(`inside.look-${option.value}`));
    const named = result ? className(result.classIndex, result.subject.classNames) : '';
    setText(legend, legendText(named));
    shades.setAttribute('aria-label', t('inside.legend', { class: named }));
    setText(summary, t('inside.layers'));
    setText(layerName, t('inside.layer'));
    filtersTitle.hidden = !shown?.kernels;
    if (!shown) return setText(layerNote, '');
    const { channels, signed } = shown.seen;
    setText(
      layerNote,
      [
        t('inside.maps', { count: count(channels) }),
        channels > MOST_MAPS ? t('inside.more', { count: count(channels - MOST_MAPS) }) : '',
        signed ? t('inside.signed') : '',
      ]
        .filter(Boolean)
        .join(' '),
    );
    if (shown.kernels)
      setText(
        filtersTitle,
        t(shown.kernels.inputs === 1 ? 'inside.filters' : 'inside.filters-mean', {
          count: count(shown.kernels.channels),
        }),
      );
  }

  /** @param {string} named the class that the evidence is for */
  function legendText(named) {
    const [reason] = failures.values();
    if (reason) return t('inside.failed', { reason });
    if (look.value === 'none') return '';
    return shaded === result ? t('inside.legend', { class: named }) : t('try.looking');
  }

  look.addEventListener('change', showLook);
  layer.addEventListener('change', () => {
    clearLayer();
    render();
    showLayer();
  });
  inside.addEventListener('toggle', showLayer);
  onLanguage(render);
  return {
    element,
    /** Another model answers, which has other layers. */
    forgetLayers: () => void (listed = null),
    /** @param {Result | null} next */
    show(next) {
      if (
        next &&
        result &&
        next.pixels === result.pixels &&
        next.model === result.model &&
        next.classIndex === result.classIndex
      )
        return;
      result = next;
      clear();
      render();
      showLook();
      showLayer();
    },
  };
}

/** @param {Maps} maps */
const cellsOf = ({ width, height, channels, signed, data }) =>
  Array.from({ length: Math.min(channels, MOST_MAPS) }, (_, i) => {
    const canvas = el('canvas', { className: 'pixels', width, height, ariaHidden: 'true' });
    const image = new ImageData(width, height);
    data.subarray(i * width * height, (i + 1) * width * height).forEach((value, at) => {
      image.data[at * 4 + 3] = value; // ink with an opacity
    });
    contextOf(canvas).putImageData(image, 0, 0);
    return el('li', { className: signed ? 'signed' : '' }, canvas);
  });

/**
 * Evidence for the class in one colour, against it in another, as strong as it matters.
 * @param {HTMLCanvasElement} canvas takes the image's size
 * @param {Float32Array} change [height, width]
 * @param {import('../subject.js').Shape} shape
 */
function paintShades(canvas, change, [height, width]) {
  Object.assign(canvas, { width, height });
  const context = contextOf(canvas);
  const style = getComputedStyle(canvas);
  const largest = change.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  change.forEach((value, at) => {
    context.globalAlpha = (0.85 * Math.abs(value)) / largest;
    context.fillStyle = style.getPropertyValue(value > 0 ? '--right' : '--wrong');
    context.fillRect(at % width, Math.floor(at / width), 1, 1);
  });
}
