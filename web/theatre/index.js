import { byId, el, goTo, setText } from '../dom.js';
import { addTexts, count, onLanguage, percent, t } from '../i18n/index.js';
import { OPTIMIZERS } from '../settings.js';
import { addStyles } from '../styles.js';
import { whenLoaded } from '../views/loaded.js';
import { chosenOf } from './chosen.js';
import { createEnding } from './ending.js';
import { createFaces } from './faces.js';
import { createFigures } from './figure.js';
import { createMomentView } from './moment.js';
import { createRecording } from './recording.js';
import { share, variationOf } from './steps.js';
import styles from './theatre.css?inline';
import { createTried } from './tried.js';

/**
 * The training theatre: from Start on, section 3 is one screen on which the network can be seen learning. Loaded after
 * the page itself, at the latest with Start.
 *
 * @typedef {object} Parts
 * @property {import('../session.js').Session} session
 * @property {import('../trainer.js').Trainer} trainer
 * @property {import('../settings.js').Settings} settings
 * @property {() => Promise<import('../try/index.js').Try>} loadTry
 * @property {(change: () => void) => void} again changes the settings and starts a new run
 */

/** @param {Parts} parts */
export async function createTheatre({ session, trainer, settings, loadTry, again }) {
  await addTexts('theatre');
  addStyles(styles);
  const section = byId('train');
  const stage = byId('stage');
  const loss = byId('history-loss');
  const below = el('div', { className: 'stage-below' });
  const record = createRecording(trainer, () => settings.epochs);
  createFigures(record, trainer, session);
  const moment = createMomentView();
  const faces = createFaces(record, session);
  const tried = createTried(record, session, { prepare, onPicture: watch });
  const ending = createEnding({ record, session, trainer, steps, onClosed: render });
  const reopen = el('button', { type: 'button', 'data-testid': 'ending-open', onclick: ending.open });
  const line = createSettingsLine(settings);
  const beneath = createBeneath(record);
  let isOpen = false;
  let running = false;
  let shared = '';

  byId('train-form').before(line.element);
  byId('history-accuracy').querySelector('figcaption')?.after(beneath.element);
  stage.append(faces.element, tried.element, ending.element);
  stage.after(below);
  byId('train-anew').after(reopen);

  function showFaces() {
    const { info } = session.data;
    if (isOpen && info) faces.draw(chosenOf(info));
  }

  /** What the worker is to tell of while it trains. */
  function watch() {
    const { info } = session.data;
    if (!info || !trainer.busy()) return;
    session.call('watch', { ...chosenOf(info), picture: tried.watchable() }).catch(() => {}); // the run itself tells
  }

  /** @param {File} file */
  async function prepare(file) {
    if (!trainer.busy()) return null; // nobody watches it
    return (await session.call('prepared', { file })).pixels;
  }

  function render() {
    const { state, loading, steady } = trainer.view;
    const runs = state === 'training' || state === 'paused' || (state === 'loading' && loading !== 'model');
    const begins = runs && !running;
    running = runs;
    if (begins) open();
    section.classList.toggle('over', isOpen && !trainer.busy());
    section.classList.toggle('running', isOpen && trainer.busy());
    if (begins) goTo('train', { smooth: true });
    if (steady) shared = '';
    line.render();
    reopen.hidden = !isOpen || !ending.isClosed();
    setText(reopen, t('ending.open'));
  }

  function open() {
    if (isOpen) return;
    isOpen = true;
    section.classList.add('theatre');
    const notes = section.querySelectorAll('.mark > .note, [data-testid="earlier-run"]');
    below.append(loss, byId('train-form'), ...notes);
    showFaces();
    loadTry().then(hang, () => {});
  }

  let hung = false;
  /** @param {import('../try/index.js').Try} section5 */
  function hang({ garments, onPicture }) {
    if (hung) return;
    hung = true;
    tried.hang(garments());
    onPicture(tried.show);
  }

  function steps() {
    const variation = variationOf(settings);
    return [
      { key: 'try', go: async () => (await loadTry()).askTrained() },
      { key: variation.key, go: () => again(variation.change) },
      { key: shared || 'share', go: tell },
    ];
  }

  async function tell() {
    const outcome = await share(ending.words);
    shared = outcome === 'shared' ? '' : outcome;
    ending.open();
  }

  let trained = false;
  trainer.on('state', ({ state }) => {
    if (state === 'training' && !trained) {
      watch();
      tried.look();
    }
    trained = state === 'training' || state === 'paused';
    render();
  });
  trainer.on('evaluation', render);
  trainer.on('progress', moment.show);
  trainer.on('reset', () => moment.show(null));
  moment.show(trainer.progress);
  whenLoaded(session, showFaces);
  onLanguage(render);
  if (trainer.busy()) watch();
  render();
  return { plan: record.plan };
}

/**
 * The settings in one line, and the way to them: they are below the theatre.
 * @param {import('../settings.js').Settings} settings
 */
function createSettingsLine(settings) {
  const words = el('span');
  const go = el('button', { type: 'button', className: 'small', 'data-testid': 'to-settings', onclick: show });
  const element = el('p', { className: 'stage-line' }, words, ' ', go);

  function show() {
    const form = byId('train-form');
    form.scrollIntoView({ block: 'center' });
    form.querySelector('input')?.focus({ preventScroll: true });
  }

  function render() {
    const { epochs, batchSize, optimizer, learningRate, seed } = settings;
    const parts = [
      `${t('settings.epochs')} ${count(epochs)}`,
      `${t('settings.batch-size')} ${count(batchSize)}`,
      `${OPTIMIZERS[optimizer].label} ${learningRate}`,
      `${t('settings.seed')} ${seed}`,
    ];
    setText(words, parts.join(' · '));
    setText(go, t('line.settings'));
  }

  return { element, render };
}

/** Which run lies beneath this one. @param {import('./recording.js').Recording} record */
function createBeneath(record) {
  const name = el('span');
  const select = el('select', { 'data-testid': 'compare-with' });
  const element = el('label', { className: 'inline stage-beneath', hidden: true }, name, select);
  select.addEventListener('change', () => record.layBeneath(Number(select.value)));

  function render() {
    element.hidden = record.before.length === 0;
    setText(name, t('beneath'));
    select.replaceChildren(
      el('option', { value: '0' }, t('beneath.none')),
      ...record.before
        .toReversed()
        .map(({ number, accuracy, epochs }) =>
          el(
            'option',
            { value: String(number) },
            t('beneath.run', { number, accuracy: percent(accuracy ?? Number(epochs.at(-1)?.logs.val_acc ?? NaN)) }),
          ),
        ),
    );
    select.value = String(record.beneath?.number ?? 0);
  }

  record.on('curves', render);
  onLanguage(render);
  return { element };
}
