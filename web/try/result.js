import { className, shownName } from '../classes.js';
import { NO_CLASS } from '../../shim/classify.js';
import { el, setText } from '../dom.js';
import { isolated } from '../i18n/bidi.js';
import { count, onLanguage, percent, t } from '../i18n/index.js';
import { GARMENTS } from '../subject.js';
import { barsOf } from '../views/bars.js';
import { blankCanvas, paint } from '../views/pictures.js';
import { answersOf, confidenceOf, verdictOf } from './album.js';
import { createBoxControls } from './box.js';
import { drawFound } from './outline.js';
import { refusalText } from './refusals.js';

/** The selected picture: what was found in it, what the network saw of it, and the answer. */

/** @typedef {import('./album.js').Album} Album */
/** @typedef {import('./album.js').Item} Item */

const MOST_NAMED = 3; // classes in an answer
const INVERTED = /** @type {Record<string, boolean | undefined>} */ ({ auto: undefined, no: false, yes: true });

/** @param {Album} album */
export function createResult(album) {
  const preview = el('canvas', {
    className: 'photo-preview',
    width: 4,
    height: 3,
    role: 'img',
    'data-testid': 'photo-preview',
  });
  const seen = Object.assign(blankCanvas(), { role: 'img', ariaHidden: null });
  seen.dataset.testid = 'photo-seen';
  const about = el('figcaption', { className: 'quiet' });
  const seenAbout = el('figcaption', { className: 'quiet' });
  const answer = el('p', { className: 'photo-answer', role: 'status' });
  const guesses = el('p', { className: 'quiet photo-guesses' });
  const message = el('p', { className: 'photo-message', role: 'alert', 'data-testid': 'photo-message' });
  const bars = el('ol', { className: 'bars', role: 'list' });
  const rightNote = el('p', { className: 'quiet photo-right' });
  const remove = el('button', { type: 'button', className: 'small', 'data-testid': 'photo-remove', onclick: takeAway });
  const invert = el(
    'select',
    { 'data-testid': 'photo-invert' },
    ...Object.keys(INVERTED).map((value) => el('option', { value })),
  );
  const invertName = el('span');
  const inverting = el('label', { className: 'inline' }, invertName, invert);
  const reset = el('button', { type: 'button', className: 'small', 'data-testid': 'photo-box-reset' });
  const adjustName = el('summary');
  const adjustNote = el('p', { className: 'quiet' });

  /** A box that is being dragged, and on which picture. @type {{ item: Item, box: import('./album.js').Box } | null} */
  let dragged = null;
  const boxNow = () => (dragged?.item === album.selected ? dragged?.box : null) ?? album.selected?.found?.box ?? null;
  const box = createBoxControls(preview, { box: boxNow, onBox });

  const adjusting = el(
    'details',
    { className: 'photo-adjust' },
    adjustName,
    adjustNote,
    box.element,
    el('p', { className: 'photo-tools' }, inverting, reset),
  );
  const element = el(
    'div',
    { className: 'photo-result', 'data-testid': 'photo-result' },
    el('figure', { className: 'photo-given' }, preview, about),
    el('div', { className: 'photo-said' }, message, answer, guesses, bars, rightNote),
    el('figure', { className: 'photo-seen' }, seen, seenAbout),
    adjusting,
    el('p', { className: 'photo-tools' }, remove),
  );

  /** @param {import('./album.js').Box} next @param {boolean} done */
  function onBox(next, done) {
    const item = album.selected;
    if (!item?.found) return;
    dragged = done ? null : { item, box: next };
    if (done) {
      item.found.box = next;
      album.adjust({ ...item.choice, box: next });
    } else {
      drawFound(preview, item.found, next);
      box.render();
    }
  }

  invert.addEventListener(
    'change',
    () => album.selected && album.adjust({ ...album.selected.choice, inverted: INVERTED[invert.value] }),
  );
  reset.addEventListener('click', () => album.adjust({}));

  function takeAway() {
    if (album.selected) album.remove([album.selected]);
  }

  /** Says that the selected picture is of class k, or again that the model decides. @param {number} k */
  function correct(k) {
    const item = album.selected;
    if (!item?.found) return;
    const name = item.found.asking.classNames[k];
    const at = [...bars.querySelectorAll('button')].indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    album.correct(
      item,
      item.label === name || (!item.label && item.predicted === k && verdictOf(item) !== 'none') ? '' : name,
    );
    bars.querySelectorAll('button')[at]?.focus();
  }

  function render() {
    const item = album.selected;
    element.dataset.state = item ? (item.state === 'waiting' ? 'looking' : item.state) : 'empty';
    element.hidden = !item;
    setText(adjustName, t('try.adjust'));
    setText(adjustNote, t('try.adjust-note'));
    setText(invertName, t('try.invert'));
    for (const option of invert.options) setText(option, t(`try.invert-${option.value}`));
    setText(reset, t('try.reset'));
    setText(remove, t('try.remove'));
    box.render();
    if (!item) return;
    showFound(item);
    showAnswer(item);
  }

  /** @param {Item} item */
  function showFound({ file, found, choice, state }) {
    adjusting.hidden = !found;
    reset.disabled = !choice.box && choice.inverted === undefined;
    invert.value = choice.inverted === undefined ? 'auto' : choice.inverted ? 'yes' : 'no';
    inverting.hidden = found?.kind === 'picture';
    if (found) {
      drawFound(preview, found, boxNow() ?? found.box);
      paint(seen, found.pixels, found.asking);
    } else {
      preview.width = seen.width = 28;
      preview.height = 28;
    }
    preview.hidden = seen.hidden = !found || state === 'refused';
    const what = found?.kind === 'picture' ? 'try.preview-picture' : 'try.preview';
    preview.setAttribute('aria-label', t(what, { name: file.name }));
    const [height, width] = found?.asking.shape ?? GARMENTS.shape;
    const seenText = t('try.seen', { width: count(width), height: count(height) });
    seen.setAttribute('aria-label', seenText);
    const shown = found && state !== 'refused';
    setText(
      about,
      shown
        ? t(`try.kind-${found.kind}`, { name: file.name, width: count(found.width), height: count(found.height) })
        : isolated(file.name),
    );
    setText(seenAbout, shown ? seenText : '');
  }

  /** @param {Item} item */
  function showAnswer(item) {
    const { state, predicted, probabilities, label } = item;
    const { classNames } = item.found?.asking ?? album;
    const verdict = verdictOf(item);
    const confidence = confidenceOf(item);
    Object.assign(element.dataset, { class: predicted, confidence: confidence.toFixed(4), verdict, label });
    setText(message, state === 'refused' ? refusalText(item) : '');
    message.hidden = state !== 'refused';
    answer.classList.toggle('unsure', verdict === 'unsure' && !label);
    const best = { class: className(predicted, classNames), confidence: percent(confidence) };
    const likely = verdict === 'none' ? [] : answersOf(item);
    if (label) setText(answer, shownName(label, classNames));
    else if (likely.length > 1 && likely.length <= MOST_NAMED) setText(answer, anyOf(likely, classNames));
    else if (probabilities) setText(answer, t(`try.${verdict}`, best));
    else setText(answer, state === 'refused' ? '' : t('try.looking'));
    const threshold = percent(item.found?.asking.threshold ?? 0);
    if (!probabilities) setText(guesses, '');
    else if (label) setText(guesses, t('try.corrected', best));
    else if (verdict === 'none') setText(guesses, t('try.nearest', { ...best, threshold }));
    else if (likely.length > 1) setText(guesses, t(likely.length > MOST_NAMED ? 'try.any' : 'try.one-of'));
    else setText(guesses, guessesText(probabilities, classNames));
    bars.hidden = state === 'refused';
    const answered = verdict === 'none' ? NO_CLASS : predicted;
    const chosen = label ? classNames.indexOf(label) : answered;
    bars.replaceChildren(...barsOf(classNames, probabilities, (k) => (k === chosen ? 'first' : ''), correct));
    setText(rightNote, probabilities ? t(label ? 'try.uncorrect' : 'try.correct') : '');
  }

  album.on('selected', render);
  onLanguage(render);
  return { element, render };
}

/** Classes of which one is right. @param {number[]} classes @param {readonly string[]} classNames */
const anyOf = (classes, classNames) =>
  new Intl.ListFormat(document.documentElement.lang, { type: 'disjunction' }).format(
    classes.map((k) => isolated(className(k, classNames))),
  );

/** The second and third guess, if there are so many classes. */
function guessesText(/** @type {Float32Array} */ probabilities, /** @type {readonly string[]} */ classNames) {
  const [, ...next] = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]).slice(0, 3);
  const [second, third] = next.map((k) => className(k, classNames));
  const [secondShare, thirdShare] = next.map((k) => percent(probabilities[k]));
  if (next.length === 2) return t('try.guesses', { second, secondShare, third, thirdShare });
  return next.length === 1 ? t('try.guess', { second, secondShare }) : '';
}
