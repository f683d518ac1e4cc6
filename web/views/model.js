import { byId, el, setText } from '../dom.js';
import { misread, moved, readsOf, without } from '../editing.js';
import { onLanguage, t } from '../i18n/index.js';
import { GROUPS, KINDS } from '../kinds.js';
import { MAX_LAYERS, PICTURE, PRESETS, TRAINING, newLayer, parseModel, specsOf, writeModel } from '../model-spec.js';
import { createLayerCard, nameOf } from './layer-card.js';

/**
 * The layers as cards that can be changed, added, moved and removed, and the model's summary.
 *
 * @typedef {import('../model-spec.js').Layer} Layer
 * @typedef {import('./layer-card.js').LayerCard} LayerCard
 */

/**
 * @param {import('../session.js').Session} session
 * @param {import('../settings.js').Settings} settings changed in place
 * @param {{ onChange: () => void, onInvalid: () => void, onTraining: () => void }} listeners `onTraining`: told when
 *   how the model is to be trained has changed as well
 */
export function createModelView(session, settings, { onChange, onInvalid, onTraining }) {
  const list = byId('layers');
  const preset = byId('model-preset', 'select');
  const kinds = byId('model-kind', 'select');
  const after = byId('model-after', 'select');
  const undoButton = byId('model-undo');
  const training = el('button', { type: 'button', className: 'small', 'data-testid': 'model-training' });
  /** @type {HTMLElement} */ (preset.parentElement).after(training);
  const last = createLayerCard({ id: -1, kind: 'dense', options: {} });
  /** @type {WeakMap<Layer, LayerCard>} also of removed layers, which may be restored with all that was typed */
  const cards = new WeakMap();
  /** @type {import('../session.js').Description | null} */
  let description = null;
  /** @type {Layer[]} what `description` describes */
  let described = [];
  /** @type {Layer[]} what the next description describes */
  let asked = [];
  let { subject } = session; // that they are asked for, and then described for
  let { shape } = subject;
  let lastId = MAX_LAYERS;
  /** @type {(() => void) | null} */
  let undo = null;
  let note = () => '';

  /** @param {Layer} layer @returns {LayerCard} */
  function cardOf(layer) {
    const known = cards.get(layer);
    if (known) return known;
    const card = createLayerCard(layer, {
      onChange: changed,
      onInvalid,
      onMove: (by) => move(layer, by),
      onRemove: () => remove(layer),
    });
    cards.set(layer, card);
    return card;
  }

  /** The model has changed: asks for its description. */
  function changed() {
    ask();
    onChange();
    render();
  }

  /** @param {Layer[]} layers @param {() => string} said @param {(() => void) | null} [back] how it can be undone */
  function rearrange(layers, said, back = null) {
    settings.layers = layers;
    note = said;
    undo = back;
    changed();
  }

  /** @param {Layer} layer @param {number} by */
  function move(layer, by) {
    const at = settings.layers.indexOf(layer);
    rearrange(moved(settings.layers, at, by), () => t('model.moved', { layer: nameOf(layer), place: at + by + 1 }));
    cardOf(layer).focus(by < 0 ? 'up' : 'down');
  }

  /** @param {Layer} layer */
  function remove(layer) {
    const at = settings.layers.indexOf(layer);
    const { left, restore } = without(settings.layers, at);
    rearrange(
      left,
      () => t('model.removed', { layer: nameOf(layer) }),
      () => {
        rearrange(restore(settings.layers), () => t('model.restored', { layer: nameOf(layer) }));
        cardOf(layer).focus('remove');
      },
    );
    const next = left[Math.min(at, left.length - 1)];
    if (next) cardOf(next).focus('remove');
    else kinds.focus();
  }

  function add() {
    const { layers } = settings;
    const layer = newLayer(kinds.value, ++lastId);
    const at = Number(after.value);
    if (KINDS[layer.kind].joins) layer.with = layers[at - 2]?.id ?? PICTURE;
    rearrange(layers.toSpliced(at, 0, layer), () => t('model.added', { layer: nameOf(layer), place: at + 1 }));
    cardOf(layer).focus();
  }

  function choosePreset() {
    const before = settings.layers;
    const own = writeModel(before) in PRESETS ? undo : () => rearrange(before, () => t('model.returned'));
    rearrange(parseModel(preset.value).layers ?? before, () => t('model.replaced'), own);
  }

  function render() {
    const { layers } = settings;
    const all = [...layers.map(cardOf), last];
    arrange(all.map((card) => card.node));
    const wrong = misread(layers);
    all.forEach((card, at) =>
      card.render({
        place: at + 1,
        earlier: layers.slice(0, at),
        lowest: at === layers.length - 1,
        classes: session.subject.classNames.length,
        shown: shownOf(card.layer),
        misread: wrong.get(at),
        fault: wrong.size === 0 ? faultAt(at) : null,
      }),
    );
    renderTools(wrong.size > 0);
  }

  /**
   * Puts the cards in order; the one with the focus stays put and keeps it, the others go round it.
   * @param {Element[]} nodes
   */
  function arrange(nodes) {
    if (list.children.length === nodes.length && nodes.every((node, i) => node === list.children[i])) return;
    const at = nodes.findIndex((node) => node.contains(document.activeElement));
    for (const node of [...list.children]) if (!nodes.includes(node)) node.remove();
    if (at < 0) return list.replaceChildren(...nodes);
    nodes[at].before(...nodes.slice(0, at));
    nodes[at].after(...nodes.slice(at + 1));
  }

  /** @param {Layer} layer */
  function shownOf(layer) {
    const at = layer === last.layer ? described.length : described.indexOf(layer);
    return at < 0 ? undefined : description?.layers[at];
  }

  /** @param {number} at */
  function faultAt(at) {
    const { fault, layers: shown = [] } = description ?? {};
    if (!fault || (described[at] ?? last.layer) !== (settings.layers[at] ?? last.layer) || fault.layer !== at)
      return null;
    const places = at < described.length ? readsOf(described, at) : [at];
    const shapes = [[...shape], ...shown.map(({ outputShape }) => /** @type {number[]} */ (outputShape.slice(1)))];
    return { inputs: places.map((place) => shapes[place] ?? []), message: fault.message };
  }

  /** @param {boolean} stale */
  function renderTools(stale) {
    const { layers } = settings;
    const name = writeModel(layers);
    preset.value = name in PRESETS ? name : 'own';
    const best = Object.entries(TRAINING[name] ?? {});
    training.hidden = best.every(([key, value]) => settings[/** @type {keyof typeof settings} */ (key)] === value);
    setText(training, t('model.training', { epochs: TRAINING[name]?.epochs ?? 0 }));
    const chosen = after.value === '' || Number(after.value) > layers.length ? layers.length : Number(after.value);
    after.replaceChildren(
      ...[t('model.picture'), ...layers.map((layer, at) => `${at + 1} ${nameOf(layer)}`)].map((text, place) =>
        el('option', { value: place }, text),
      ),
    );
    after.value = String(chosen);
    // there are no kinds before the texts have loaded
    byId('model-add', 'button').disabled = kinds.value === '' || layers.length >= MAX_LAYERS - 1;
    setText(byId('model-note'), note());
    undoButton.hidden = !undo;
    if (description?.text) setText(byId('summary'), description.text);
    byId('summary').classList.toggle('stale', stale || Boolean(description?.fault));
  }

  function renderKinds() {
    const chosen = kinds.value;
    kinds.replaceChildren(
      ...Object.entries(GROUPS).map(([group, names]) =>
        el(
          'optgroup',
          { label: t(`group.${group}`) },
          ...names.map((kind) => el('option', { value: kind }, t(`layer.${kind}`))),
        ),
      ),
    );
    if (chosen) kinds.value = chosen;
  }

  function ask() {
    if (misread(settings.layers).size > 0) return; // the cards say why
    asked = settings.layers;
    ({ subject } = session);
    session.describe(specsOf(asked, subject.classNames.length), settings.base);
  }

  session.on('description', (answer) => {
    description = answer;
    described = asked;
    ({ shape } = subject);
    render();
  });
  session.on('data', () => subject !== session.subject && ask());

  preset.addEventListener('change', choosePreset);
  training.addEventListener('click', () => {
    Object.assign(settings, TRAINING[preset.value]);
    onTraining();
    render();
  });
  undoButton.addEventListener('click', () => undo?.());
  byId('model-add-form').addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    add();
  });
  list.addEventListener('focusin', (/** @type {FocusEvent} */ event) => {
    const at = [...list.children].indexOf(
      /** @type {Element} */ (/** @type {Element} */ (event.target).closest('.layer')),
    );
    after.value = String(Math.min(at + 1, settings.layers.length));
  });
  onLanguage(() => {
    renderKinds();
    render();
  });

  return {
    ask,
    /** Shows the settings' layers, which have become others. */
    show() {
      [note, undo] = [() => '', null];
      ask();
      render();
    },
    get parameters() {
      return description?.parameters ?? null;
    },
    /** The first control that is not valid. @returns {HTMLElement | null} */
    firstInvalid: () => [...settings.layers.map(cardOf), last].map((card) => card.firstInvalid()).find(Boolean) ?? null,
    /** @param {boolean} locked */
    lock: (locked) => (byId('model-fields', 'fieldset').disabled = locked),
  };
}
