import { byId, el, setText } from '../dom.js';
import { count, onLanguage, t } from '../i18n/index.js';
import { layerSpecs } from '../settings.js';

/** The layers as cards whose numbers can be altered, and the summary of what comes of them. */

/** Per layer: what may be altered, and what else is said of it. */
const CARDS = [
  { kind: 'conv2d', fields: ['filters', 'kernelSize'], note: 'model.relu' },
  { kind: 'maxPooling2d', fields: ['poolSize'] },
  { kind: 'flatten', fields: [], note: 'model.flatten-note' },
  { kind: 'dense', fields: ['units'], note: 'model.relu' },
  { kind: 'dropout', fields: ['rate'] },
  { kind: 'dense', fields: [], note: 'model.softmax', extra: 'model.ten-units' },
];

/**
 * @param {import('../session.js').Session} session
 * @param {import('../settings.js').Settings} settings altered in place
 * @param {() => void} onChange
 */
export function createModelView(session, settings, onChange) {
  /** @type {import('../session.js').Description} */
  let description = null;
  /** @type {import('../protocol.js').RemoteError | null} */
  let failure = null;
  const cards = CARDS.map(createCard);
  byId('layers').append(...cards.map((card) => card.node));

  /** @param {typeof CARDS[number]} card @param {number} index */
  function createCard({ kind, fields, note, extra }, index) {
    const errorId = `layer-${index}-error`;
    const inputs = fields.map((name) => createInput(name, errorId));
    const shape = el('p', { className: 'shape' });
    const parameters = el('p', { className: 'quiet' });
    const error = el('p', { className: 'error', id: errorId, role: 'alert' });
    const title = el('h3', {});
    const remark = el('p', { className: 'quiet' });
    const node = el('li', { className: 'layer' }, title, ...inputs.map(({ label }) => label), remark, error, shape, parameters);
    return {
      node,
      render() {
        setText(title, t(`layer.${kind}`));
        setText(remark, [extra, note].filter(Boolean).map((key) => t(/** @type {string} */ (key))).join(', '));
        for (const { name, text } of inputs) setText(text, t(`model.${name}`));
        const layer = description?.layers[index];
        setText(shape, layer ? shapeText(layer.outputShape) : '–');
        setText(parameters, layer ? parametersText(layer.parameters) : '\u00a0');
        const bad = inputs.find(({ input }) => Number.isNaN(numberIn(input)));
        const message = bad ? t('model.number-needed') : failure?.layer === index ? (failure?.message ?? '') : '';
        setText(error, message);
        error.lang = bad ? '' : 'en';
        for (const { input } of inputs) input.setAttribute('aria-invalid', String(message !== '' && (!bad || input === bad.input)));
        node.classList.toggle('at-fault', message !== '');
      },
    };
  }

  /** @param {string} name @param {string} errorId */
  function createInput(name, errorId) {
    const text = el('span', {});
    const input = el('input', {
      type: 'number',
      step: name === 'rate' ? '0.05' : '1',
      value: /** @type {any} */ (settings)[name],
      'aria-describedby': errorId,
      'data-testid': `layer-${name}`,
    });
    input.addEventListener('input', () => {
      const value = numberIn(input);
      if (Number.isNaN(value)) return render();
      /** @type {any} */ (settings)[name] = value;
      ask();
      onChange();
    });
    return { name, input, text, label: el('label', { className: 'field' }, text, input) };
  }

  function render() {
    for (const card of cards) card.render();
    if (description) setText(byId('summary'), description.text);
    byId('summary').classList.toggle('stale', failure !== null);
  }

  const ask = () => session.describe(layerSpecs(settings));

  session.on('description', (answer) => {
    failure = answer.error;
    description = answer.description ?? description;
    render();
  });
  onLanguage(render);

  return {
    ask,
    get parameters() {
      return description?.parameters ?? null;
    },
    /** The first field that cannot be used, if any. */
    firstInvalid: () => /** @type {HTMLElement | null} */ (byId('layers').querySelector('[aria-invalid="true"]')),
    /** @param {boolean} locked */
    lock(locked) {
      for (const input of byId('layers').querySelectorAll('input')) input.disabled = locked;
    },
  };
}

/** @param {HTMLInputElement} input */
const numberIn = (input) => (input.value.trim() === '' ? NaN : Number(input.value));

/** @param {(number | null)[]} shape without the batch */
const shapeText = (shape) => shape.slice(1).join(' × ');

/** @param {number} parameters */
const parametersText = (parameters) =>
  parameters > 0 ? t('model.parameters', { count: count(parameters) }) : t('model.no-parameters');
