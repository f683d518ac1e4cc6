import { byId, el, setText } from '../dom.js';
import { onLanguage, t } from '../i18n/index.js';
import { FIELDS, OPTIMIZERS, hasOption } from '../settings.js';
import { createControl } from './field.js';

/** The settings that are always shown, and those behind “More settings” with what they depend on. */

/** @typedef {import('../settings.js').Settings} Settings */
/** @typedef {keyof typeof FIELDS} Name */

/** @type {Name[]} */
const USUAL = ['epochs', 'batchSize', 'optimizer', 'learningRate', 'seed', 'trainSize'];

/** @type {Partial<Record<Name, (settings: Settings) => boolean>>} */
const MORE = {
  schedule: () => true,
  decay: ({ schedule }) => schedule === 'exponential' || schedule === 'piecewise',
  warmUp: ({ schedule }) => schedule === 'cosine' || schedule === 'oneCycle',
  momentum: ({ optimizer }) => hasOption(optimizer, 'momentum'),
  weightDecay: ({ optimizer }) => hasOption(optimizer, 'weightDecay'),
  labelSmoothing: () => true,
  patience: () => true,
  clipNorm: () => true,
  nesterov: ({ optimizer }) => hasOption(optimizer, 'nesterov'),
  ema: () => true,
  emaMomentum: ({ ema }) => ema,
};

/** @param {string} value of a choice */
const nameOf = (value) => OPTIMIZERS[/** @type {keyof typeof OPTIMIZERS} */ (value)]?.label ?? t(`schedule.${value}`);

/**
 * The settings of a run. What is typed is checked at once; only what is valid reaches `settings`.
 * @param {Settings} settings changed in place
 * @param {{ onChange: () => void, onInvalid: () => void, onRuntime: () => void }} listeners `onRuntime`: told as well
 *   when what the
 *   model runs on is to be another build
 */
export function createSettingsForm(settings, { onChange, onInvalid, onRuntime }) {
  const form = byId('train-form', 'form');
  const more = byId('more-settings');
  const moreDetails = /** @type {HTMLDetailsElement} */ (more.parentElement);
  const usual = USUAL.map(createField);
  const others = /** @type {Name[]} */ (Object.keys(MORE)).map(createField);
  byId('settings-legend').after(...usual.map(({ node }) => node));
  more.append(...others.map(({ node }) => node));
  const all = [...usual, ...others];
  const learningRate = /** @type {typeof all[number]} */ (all.find(({ name }) => name === 'learningRate'));

  /** @param {Name} name */
  function createField(name) {
    const field = FIELDS[name];
    const error = el('span', { className: 'error', id: `${name}-error`, role: 'alert' });
    const text = el('span');
    const made = createControl(field, {
      value: settings[name],
      testid: `settings-${field.key}`,
      describedBy: error.id,
      nameOf,
      onValue: (value) => change(name, value),
      onInvalid: () => {
        render();
        onInvalid();
      },
    });
    const parts = field.flag ? [made.control, text] : [text, made.control];
    const label = el('label', { className: field.flag ? 'field check' : 'field' }, ...parts);
    return {
      name,
      ...made,
      node: el('div', { className: 'field-box' }, label, error),
      render() {
        setText(text, t(`settings.${field.key}`));
        setText(error, made.invalid() ? made.needs() : '');
        made.relabel();
      },
    };
  }

  /** @param {Name} name @param {import('../fields.js').Value} value */
  function change(name, value) {
    const before = OPTIMIZERS[settings.optimizer].learningRate;
    Object.assign(settings, { [name]: value });
    if (name === 'optimizer' && settings.learningRate === before) {
      settings.learningRate = OPTIMIZERS[settings.optimizer].learningRate;
      learningRate.show(settings.learningRate);
    }
    render();
    onChange();
  }

  function render() {
    for (const field of all) field.render();
    for (const { name, node } of others) node.hidden = !MORE[name]?.(settings);
  }

  const { verbose, deterministic } = /** @type {Record<string, HTMLInputElement>} */ (
    /** @type {unknown} */ (form.elements)
  );
  function showOutput() {
    verbose.value = String(settings.verbose);
    deterministic.checked = settings.deterministic;
  }
  showOutput();
  verbose.addEventListener('change', () => change('verbose', Number(verbose.value)));
  deterministic.addEventListener('change', () => {
    settings.deterministic = deterministic.checked;
    onRuntime();
    onChange();
  });
  render();
  onLanguage(render);
  moreDetails.open = others.some(({ name }) => settings[name] !== FIELDS[name].initial);

  return {
    /** Shows the settings as they are by now. */
    show() {
      for (const { name, show } of all) show(settings[name]);
      showOutput();
      render();
      onChange();
    },
    /** The first field that is not valid. @returns {HTMLElement | null} */
    firstInvalid() {
      const bad = all.find(({ invalid, node }) => !node.hidden && invalid());
      if (bad && others.includes(bad)) moreDetails.open = true;
      return bad?.control ?? null;
    },
    /** @param {boolean} locked */
    lock(locked) {
      byId('settings', 'fieldset').disabled = locked;
      verbose.disabled = locked;
    },
    /** @param {string} text */
    note: (text) => setText(byId('settings-note'), text),
  };
}
