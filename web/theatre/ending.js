import { argmax } from '../../shim/classify.js';
import { className } from '../classes.js';
import { el, setText } from '../dom.js';
import { count, onLanguage, percent, t } from '../i18n/index.js';
import { confusion } from '../metrics.js';
import { areGarments } from '../subject.js';
import { memorisedAfter, weakSpot } from './outcome.js';
import { SHIPPED } from './shipped.js';

/**
 * The end of a run: what somebody would say about it, how it compares, and what to do next. It lies over a part of the
 * theatre, so that nothing moves when it comes.
 *
 * @typedef {import('../trainer.js').Trainer} Trainer
 * @typedef {{ key: string, go: () => unknown }} Step
 */

/**
 * @param {{ record: import('./recording.js').Recording, session: import('../session.js').Session, trainer: Trainer,
 *   steps: () => Step[], onClosed: () => void }} parts `steps`: what can be done next; the words of each are the text
 *   `ending.<key>`; `onClosed`: it was closed or opened again
 */
export function createEnding({ record, session, trainer, steps, onClosed }) {
  const words = el('p', { className: 'ending-words', role: 'status', 'data-testid': 'ending-words' });
  const figures = el('dl', { className: 'ending-figures' });
  const tools = el('p', { className: 'ending-steps' });
  const close = el('button', {
    type: 'button',
    className: 'small',
    'data-testid': 'ending-close',
    onclick: () => put(false),
  });
  const element = el(
    'section',
    { className: 'stage-ending', hidden: true, 'data-testid': 'ending' },
    close,
    words,
    figures,
    tools,
  );
  let wanted = true; // the user has not closed it
  let said = '';

  /** @param {boolean} open */
  function put(open) {
    wanted = open;
    render();
    onClosed();
  }

  const isOver = () => {
    const { model, steady } = trainer.view;
    const { state } = trainer.evaluation;
    if (trainer.busy() || !steady || model?.origin !== 'run' || (state !== 'ready' && state !== 'partial'))
      return false;
    return model.ended.how !== 'diverged' && model.ended.how !== 'untrained' && accuracy() !== null;
  };

  /** On the test images or, where there are none, on those for validation. */
  function accuracy() {
    const { test } = trainer.evaluation;
    const value = test
      ? Number.isFinite(test.loss)
        ? test.accuracy
        : NaN
      : Number(trainer.history.at(-1)?.logs.val_acc ?? NaN);
    return Number.isFinite(value) ? value : null;
  }

  function render() {
    element.hidden = !wanted || !isOver();
    setText(close, t('close'));
    said = isOver() ? sentences().join(t('ending.join')) : '';
    setText(words, said);
    if (element.hidden) return;
    figures.replaceChildren(
      ...rows().map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, percent(value)))),
    );
    tools.replaceChildren(
      ...steps().map(({ key, go }) =>
        el('button', { type: 'button', 'data-testid': `ending-${key}`, onclick: go }, t(`ending.${key}`)),
      ),
    );
  }

  function sentences() {
    const epoch = memorisedAfter(trainer.history);
    return [
      t('ending.accuracy', { accuracy: percent(/** @type {number} */ (accuracy())) }),
      weakSentence(),
      epoch === null ? '' : t('ending.memorised', { epoch }),
    ].filter(Boolean);
  }

  function weakSentence() {
    const { predictions } = trainer.evaluation;
    const { classNames } = session.subject;
    if (!predictions) return '';
    const { probabilities, labels } = predictions;
    const spot = weakSpot(confusion(labels, argmax(probabilities, classNames.length), classNames.length));
    if (!spot) return '';
    const garments = areGarments(classNames);
    const name = (/** @type {number} */ k) => (garments ? t(`many.${k}`) : className(k, classNames));
    const plural = new Intl.PluralRules(document.documentElement.lang).select(spot.count);
    const key = `ending.${garments ? 'weak-garments' : 'weak'}.${plural === 'one' ? 'one' : 'other'}`;
    const values = {
      class: name(spot.weakest),
      true: name(spot.label),
      predicted: name(spot.predicted),
      count: count(spot.count),
    };
    return capitalised(t(key, values));
  }

  /** @returns {[string, number][]} names and accuracies to compare */
  function rows() {
    const before = record.before.filter((run) => run.accuracy !== null).at(-1);
    const { info } = session.data;
    const isOfficial = info !== null && !info.synthetic && areGarments(info.classNames);
    return [
      [t('ending.this'), /** @type {number} */ (accuracy())],
      .../** @type {[string, number][]} */ (before ? [[t('ending.before'), before.accuracy]] : []),
      .../** @type {[string, number][]} */ (
        isOfficial
          ? Object.entries(SHIPPED).map(([name, value]) => [t('ending.shipped', { name: t(`preset.${name}`) }), value])
          : []
      ),
    ];
  }

  trainer.on('state', render);
  trainer.on('evaluation', render);
  trainer.on('reset', () => (wanted = true));
  record.on('curves', render);
  onLanguage(render);
  return {
    element,
    open: () => put(true),
    /** Whether there is one that the user has closed. */
    isClosed: () => !wanted && isOver(),
    get words() {
      return said;
    },
  };
}

/** @param {string} sentence */
const capitalised = (sentence) =>
  sentence.charAt(0).toLocaleUpperCase(document.documentElement.lang) + sentence.slice(1);
