import { el, setText } from '../dom.js';
import { explain, timesed } from '../explain.js';
import { count, t } from '../i18n/index.js';
import { KINDS } from '../kinds.js';
import { PICTURE } from '../model-spec.js';
import { createControl } from './field.js';

/**
 * One layer: its options, its input, its output shape, and what is wrong with it. The last layer of
 * the model has no options and stays where it is.
 *
 * @typedef {import('../model-spec.js').Layer} Layer
 * @typedef {{ outputShape: (number | null)[], parameters: number }} Shown
 * @typedef {object} Standing how a layer stands among the others
 * @property {number} place from 1 on
 * @property {Layer[]} earlier
 * @property {boolean} lowest whether it can go no further down
 * @property {number} classes of the dataset
 * @property {Shown} [shown]
 * @property {string} [misread]
 * @property {{ inputs: number[][], message: string } | null} fault the core's message
 *
 * @typedef {ReturnType<typeof createLayerCard>} LayerCard
 */

let ids = 0;

/**
 * @param {Layer} layer changed in place
 * @param {{ onChange: () => void, onInvalid: () => void, onMove: (by: number) => void, onRemove: () => void }}
 *   [actions] none: the last layer
 */
export function createLayerCard(layer, actions) {
  const id = `layer-${++ids}`;
  const { fields, rare, joins } = actions ? KINDS[layer.kind] : { fields: {}, rare: {}, joins: false };
  const title = el('h3', { id, tabIndex: -1 });
  const remark = el('p', { className: 'quiet' });
  const error = el('p', { className: 'error', id: `${id}-error`, role: 'alert' });
  const shape = el('p', { className: 'shape' });
  const parameters = el('p', { className: 'quiet' });
  /** @type {{ invalid: () => boolean, needs: () => string, control: HTMLElement, label: () => string }[]} */
  const controls = [];
  /** @type {{ name: 'from' | 'with', select: HTMLSelectElement, label: HTMLElement }[]} */
  const reads = [];
  /** @type {Standing} */
  let standing;

  /**
   * @param {string} name
   * @param {import('../fields.js').Field} field
   * @param {boolean} [isRare] its label is its name in the API
   */
  function fieldFor(name, field, isRare) {
    const onInvalid = () => {
      render();
      actions?.onInvalid();
    };
    const onValue = (/** @type {import('../fields.js').Value} */ value) => {
      layer.options[name] = value;
      render();
      actions?.onChange();
    };
    const made = createControl(field, {
      value: layer.options[name],
      testid: `layer-${name}`,
      describedBy: error.id,
      onValue,
      onInvalid,
    });
    const text = el('span', isRare ? { translate: false, lang: 'en', textContent: name } : { className: name });
    controls.push({ ...made, label: () => (isRare ? name : t(`model.${name}`)) });
    if (!isRare) labels.push([text, `model.${name}`]);
    return el(
      'label',
      { className: field.flag ? 'field check' : 'field' },
      ...(field.flag ? [made.control, text] : [text, made.control]),
    );
  }

  /** @type {[Element, string][]} what changes with the language */
  const labels = [];

  /** @param {'from' | 'with'} name @param {string} key of its label */
  function reader(name, key) {
    const select = el('select', { 'data-testid': `layer-${name}`, 'aria-describedby': error.id });
    select.addEventListener('change', () => {
      if (select.value === '') delete layer[name];
      else layer[name] = Number(select.value);
      actions?.onChange();
    });
    const text = el('span');
    labels.push([text, key]);
    const label = el('label', { className: 'field pair' }, text, select);
    reads.push({ name, select, label });
    return label;
  }

  const main = Object.entries(fields).map(([name, field]) => fieldFor(name, field));
  if (joins) main.push(reader('with', `with.${layer.kind}`));
  const more = el('summary');
  const details = el(
    'details',
    {},
    more,
    el(
      'div',
      { className: 'layer-rare' },
      reader('from', 'model.from'),
      ...Object.entries(rare).map(([name, field]) => fieldFor(name, field, true)),
    ),
  );
  const tools = actions
    ? [
        tool('up', '↑', () => actions.onMove(-1)),
        tool('down', '↓', () => actions.onMove(1)),
        tool('remove', '×', actions.onRemove),
      ]
    : [];
  const node = el(
    'li',
    { className: 'layer' },
    el(
      'div',
      { className: 'layer-row', role: 'group', 'aria-labelledby': id },
      el('div', { className: 'layer-name' }, title, remark),
      el('div', { className: 'layer-fields' }, ...main, ...(actions ? [details] : [])),
      el('div', { className: 'layer-comes' }, shape, parameters),
      el('div', { className: 'layer-tools' }, ...tools),
      error,
    ),
  );

  /** @param {string} name @param {string} sign @param {() => void} press */
  function tool(name, sign, press) {
    const button = el('button', {
      type: 'button',
      className: 'tool',
      'data-testid': `layer-${name}`,
      textContent: sign,
    });
    if (name !== 'remove') button.dataset.repeat = '';
    button.addEventListener('click', press);
    return button;
  }

  function render() {
    if (!standing) return;
    const { place, earlier, lowest, shown } = standing;
    const name = nameOf(layer);
    title.replaceChildren(el('span', { className: 'numeral' }, String(place)), ` ${name}`);
    for (const [text, key] of labels) setText(text, t(key));
    setText(more, t('model.more'));
    setText(remark, remarkText(earlier));
    for (const { name: which, select } of reads) fillReads(select, which, earlier);
    tools.forEach((button, i) =>
      button.setAttribute(
        'aria-label',
        t(['model.up', 'model.down', 'model.remove'][i], { layer: `${place} ${name}` }),
      ),
    );
    if (tools.length > 0) {
      tools[0].disabled = place === 1;
      tools[1].disabled = lowest;
    }
    const alone = place === 1 && layer.from === undefined; // its input can only be the picture
    reads.forEach(({ name: which, label }) => (label.hidden = alone && which === 'from'));
    details.hidden = alone && Object.keys(rare).length === 0;
    setText(shape, shown ? timesed(/** @type {number[]} */ (shown.outputShape.slice(1))) : '–');
    setText(parameters, shown ? parametersText(shown.parameters) : '\u00a0');
    renderError();
  }

  /** @param {Layer[]} earlier */
  function remarkText(earlier) {
    if (!actions) return t('model.class-units', { count: count(standing.classes) });
    if (layer.from === undefined) return layer.kind === 'flatten' ? t('model.flatten-note') : '';
    return t('model.reads', { layer: placeText(layer.from, earlier) });
  }

  /** @param {HTMLSelectElement} select @param {'from' | 'with'} which @param {Layer[]} earlier */
  function fillReads(select, which, earlier) {
    const given = layer[which];
    const ids = [PICTURE, ...earlier.map((each) => each.id)];
    if (given !== undefined && !ids.includes(given)) ids.push(given);
    const options = ids.map((each) => el('option', { value: each }, placeText(each, earlier)));
    if (which === 'from') options.unshift(el('option', { value: '' }, t('model.before')));
    select.replaceChildren(...options);
    select.value = given === undefined ? '' : String(given);
  }

  function renderError() {
    const { misread, fault, earlier } = standing;
    const bad = controls.find(({ invalid }) => invalid());
    const { key, values } = fault
      ? explain(
          layer,
          earlier.map(({ kind }) => kind),
          fault.inputs,
        )
      : { key: misread };
    /** @type {(string | HTMLElement)[]} */
    const said = bad ? [`${bad.label()}: ${bad.needs()}`] : key ? [t(`fault.${key}`, values)] : [];
    if (!bad && key === 'other') said.push(' ', el('span', { lang: 'en', translate: false }, fault?.message ?? ''));
    const text = said.map((each) => (typeof each === 'string' ? each : each.textContent)).join('');
    if (error.textContent !== text) error.replaceChildren(...said);
    node.classList.toggle('at-fault', text !== '');
  }

  return {
    node,
    layer,
    /** @param {Standing} [next] */
    render(next = standing) {
      standing = next;
      render();
    },
    /**
     * Gives the focus to a tool, to its neighbour where it rests, or without a name to the first field.
     * @param {'up' | 'down' | 'remove'} [name]
     */
    focus(name) {
      const [up, down, remove] = tools;
      const wanted = name === 'up' ? (up.disabled ? down : up) : name === 'down' ? (down.disabled ? up : down) : remove;
      const first = /** @type {HTMLElement | null} */ (node.querySelector('input, select'));
      (name ? wanted : (first ?? remove)).focus();
    },
    /** What Start gives the focus to where this cannot be trained. */
    firstInvalid: () =>
      controls.find(({ invalid }) => invalid())?.control ??
      (node.classList.contains('at-fault') ? (node.querySelector('input, select, button') ?? title) : null),
  };
}

/** @param {Layer} layer */
export const nameOf = ({ kind }) => t(`layer.${kind}`);

/** A layer as the others speak of it. @param {number} id @param {Layer[]} earlier */
function placeText(id, earlier) {
  const at = earlier.findIndex((layer) => layer.id === id);
  if (id === PICTURE) return t('model.picture');
  return at < 0 ? t('model.later') : `${at + 1} ${nameOf(earlier[at])}`;
}

/** @param {number} parameters */
const parametersText = (parameters) =>
  parameters > 0 ? t('model.parameters', { count: count(parameters) }) : t('model.no-parameters');
