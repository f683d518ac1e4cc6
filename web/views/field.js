import { el, setText } from '../dom.js';
import { count, t } from '../i18n/index.js';
import { spelt } from '../fields.js';

/**
 * The control of one field. What is typed is checked at once; only a valid value reaches `onValue`, and what is not
 * valid stays as it was typed.
 *
 * @typedef {import('../fields.js').Value} Value
 *
 * @param {import('../fields.js').Field} field
 * @param {{ value: Value, testid: string, describedBy: string, nameOf?: (value: string) => string,
 *   onValue: (value: Value) => void, onInvalid: () => void }} options `nameOf`: of a choice; without it, its name in
 *   the API
 */
export function createControl(field, { value, testid, describedBy, nameOf, onValue, onInvalid }) {
  const control = elementOf(field);
  const box = /** @type {HTMLInputElement} */ (control); // if the field is a flag
  control.dataset.testid = testid;
  control.setAttribute('aria-describedby', describedBy);
  control.translate = !field.values || nameOf !== undefined;

  /** @param {Value} next */
  function show(next) {
    if (field.flag) box.checked = Boolean(next);
    else control.value = next === undefined ? '' : spelt(next);
    control.setAttribute('aria-invalid', 'false');
  }

  control.addEventListener(field.flag || field.values ? 'change' : 'input', () => {
    const left = control.value.trim() === '' && field.initial === undefined;
    const next = field.flag ? box.checked : left ? undefined : field.parse(control.value);
    const invalid = next === undefined && !left;
    control.setAttribute('aria-invalid', String(invalid));
    if (invalid) onInvalid();
    else onValue(next);
  });
  if (isNumeric(field)) box.addEventListener('keydown', stepByArrows);
  show(value);

  /** Up and down as in a browser's own number field. @param {KeyboardEvent} event */
  function stepByArrows(event) {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const now = field.parse(control.value);
    if (!by || typeof now !== 'number' || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const next = stepped(field, now, by);
    if (field.parse(spelt(next)) === undefined) return;
    control.value = spelt(next);
    control.dispatchEvent(new Event('input', { bubbles: true }));
  }

  return {
    control,
    show,
    invalid: () => control.getAttribute('aria-invalid') === 'true',
    needs: () => needsText(field),
    /** Names the choices in the current language. */
    relabel() {
      if (!(control instanceof HTMLSelectElement)) return;
      for (const option of control.options) setText(option, nameOf ? nameOf(option.value) : option.value);
    },
  };
}

/** @param {import('../fields.js').Field} field */
function elementOf(field) {
  const { flag, values, whole } = field;
  if (flag) return el('input', { type: 'checkbox' });
  if (values) return el('select', {}, ...values.map((value) => el('option', { value }, value)));
  // No number fields: they drop a decimal comma and what follows is another number, in Chromium 1 for 0,01.
  const inputMode = !isNumeric(field) ? 'text' : whole ? 'numeric' : 'decimal';
  return el('input', { type: 'text', inputMode, autocomplete: 'off', spellcheck: false });
}

/** @param {import('../fields.js').Field} field */
const isNumeric = ({ max }) => max !== undefined;

/**
 * The next value up or down: by one, by a twentieth of a share, or else by one in the leading digit.
 * @param {import('../fields.js').Field} field @param {number} now @param {number} by
 */
function stepped({ max = 1, whole }, now, by) {
  const step = whole ? 1 : max <= 1 ? 0.05 : 10 ** Math.floor(Math.log10(now || 1));
  return Number((now + by * step).toPrecision(12));
}

/** As exact as it is. @param {number} limit */
const limitText = (limit) => (Number.isInteger(limit) ? count(limit) : spelt(limit));

/** What a field takes, in words. @param {import('../fields.js').Field} field */
export function needsText({ min, max, whole }) {
  if (min === undefined || max === undefined) return t('settings.invalid-shape');
  return t(whole ? 'settings.invalid-whole' : 'settings.invalid-number', { min: limitText(min), max: limitText(max) });
}
