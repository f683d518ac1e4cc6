import { byId, el, setText } from '../dom.js';
import { count, onLanguage, t } from '../i18n/index.js';
import { FIELDS, LEARNING_RATES } from '../settings.js';

/**
 * The settings of a run. What is typed is checked at once; only what is valid reaches `settings`.
 * @param {import('../settings.js').Settings} settings altered in place
 * @param {() => void} onChange
 * @param {() => void} onRuntime called as well when what the model runs on is to be another build
 */
export function createSettingsForm(settings, onChange, onRuntime) {
  const form = byId('train-form');
  const numbers = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll('input[type="number"]')]);
  const messages = new Map(numbers.map((input) => [input, attachMessage(input)]));

  /** @param {HTMLInputElement} input */
  function readNumber(input) {
    const value = fieldOf(input).parse(input.value);
    input.setAttribute('aria-invalid', String(value === undefined));
    renderMessage(input);
    if (value === undefined) return;
    /** @type {any} */ (settings)[input.name] = value;
    onChange();
  }

  /** @param {HTMLInputElement} input */
  function renderMessage(input) {
    const { min = 0, max = 0, whole } = fieldOf(input);
    const invalid = input.getAttribute('aria-invalid') === 'true';
    const values = { min: min < 1 ? min : count(min), max: count(max) };
    setText(/** @type {Element} */ (messages.get(input)), invalid ? t(whole ? 'settings.invalid-whole' : 'settings.invalid-number', values) : '');
  }

  function changeOptimizer() {
    const before = LEARNING_RATES[settings.optimizer];
    settings.optimizer = form.elements.optimizer.value;
    if (settings.learningRate === before) settings.learningRate = LEARNING_RATES[settings.optimizer];
    show();
    onChange();
  }

  function show() {
    for (const input of numbers) {
      input.value = String(/** @type {any} */ (settings)[input.name]);
      input.setAttribute('aria-invalid', 'false');
      renderMessage(input);
    }
    form.elements.optimizer.value = settings.optimizer;
    form.elements.verbose.value = String(settings.verbose);
    form.elements.deterministic.checked = settings.deterministic;
  }

  for (const input of numbers) input.addEventListener('input', () => readNumber(input));
  form.elements.optimizer.addEventListener('change', changeOptimizer);
  form.elements.verbose.addEventListener('change', () => {
    settings.verbose = Number(form.elements.verbose.value);
    onChange();
  });
  form.elements.deterministic.addEventListener('change', () => {
    settings.deterministic = form.elements.deterministic.checked;
    onRuntime();
    onChange();
  });
  show();
  onLanguage(() => numbers.forEach(renderMessage));

  return {
    firstInvalid: () => /** @type {HTMLElement | null} */ (form.querySelector('[aria-invalid="true"]')),
    /** @param {boolean} locked */
    lock(locked) {
      byId('settings').disabled = locked;
      form.elements.verbose.disabled = locked;
    },
    /** @param {string} text */
    note: (text) => setText(byId('settings-note'), text),
  };
}

/** @param {HTMLInputElement} input */
const fieldOf = (input) => FIELDS[/** @type {keyof import('../settings.js').Settings} */ (input.name)];

/** @param {HTMLInputElement} input */
function attachMessage(input) {
  const message = el('span', { className: 'error', id: `${input.name}-error`, role: 'alert' });
  input.setAttribute('aria-describedby', message.id);
  input.parentElement?.after(message);
  return message;
}
