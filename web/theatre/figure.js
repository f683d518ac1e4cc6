import { byId, el, setText } from '../dom.js';
import { decimal, onLanguage, percent, t } from '../i18n/index.js';
import { createChart } from './chart.js';
import { mostLoss } from './recording.js';

/**
 * Loss and accuracy over the epochs. The accuracy's can be walked along with the pointer and with keys.
 *
 * @typedef {import('./recording.js').Recording} Recording
 */

const LIVE_INTERVAL = 300; // ms between drawings of the epoch under way

/**
 * @param {Recording} record
 * @param {import('../trainer.js').Trainer} trainer
 * @param {import('../session.js').Session} session
 */
export function createFigures(record, trainer, session) {
  const loss = createFigure('loss', 'loss', record, () => [0, mostLoss(session.subject.classNames)]);
  const accuracy = createFigure('accuracy', 'acc', record, () => [0, 1]);
  const both = [loss, accuracy];
  let drawn = 0; // when

  function renderAll() {
    drawn = performance.now();
    for (const each of [...both, slider]) each.render();
  }

  const slider = createSlider(accuracy.host, record);
  trainer.on('epoch', renderAll);
  trainer.on('batches', () => performance.now() - drawn >= LIVE_INTERVAL && renderAll());
  for (const name of /** @type {const} */ (['curves', 'pointed'])) record.on(name, renderAll);
  onLanguage(renderAll);
}

/**
 * @param {string} name
 * @param {'loss' | 'acc'} key
 * @param {Recording} record
 * @param {() => import('../plot.js').Range} ys
 */
function createFigure(name, key, record, ys) {
  const node = byId(`history-${name}`);
  const host = /** @type {HTMLElement} */ (node.querySelector('.chart'));
  const readout = el('p', { className: 'readout' });
  node.append(readout);
  const shown = () => ({ run: record.run, beneath: record.beneath, pointed: record.pointed, ys: ys() });
  const chart = createChart(host, key, { shown, onPoint: record.point });

  function words() {
    const { run, pointed } = record;
    const at = pointed === null ? run.epochs.at(-1) : run.epochs.find(({ epoch }) => epoch === pointed);
    if (!at) return run.trace.length > 0 ? t('trace.first') : t('plot.empty');
    const figure = (/** @type {string} */ which) => decimal(at.logs[which] ?? NaN, 4);
    return t('plot.readout', { epoch: at.epoch + 1, training: figure(key), validation: figure(`val_${key}`) });
  }

  return {
    host,
    render() {
      node.dataset.points = String(record.run.epochs.length);
      node.dataset.trace = String(record.run.trace.length);
      setText(readout, words());
      host.setAttribute('aria-label', `${t(`plot.${name}`)}. ${words()}`);
      chart.draw();
    },
  };
}

/** Keys and the epochs they go by. @type {Record<string, number>} */
const STEPS = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -5,
  PageUp: 5,
  Home: -Infinity,
  End: Infinity,
};

/** @param {HTMLElement} host @param {Recording} record */
function createSlider(host, record) {
  host.setAttribute('role', 'slider');
  host.dataset.testid = 'scrub';
  host.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    if (event.key === 'Escape') record.point(null);
    else if (step === undefined) return;
    else record.step(step);
    event.preventDefault();
  });
  function render() {
    const { run, pointed } = record;
    const last = run.epochs.at(-1)?.epoch ?? -1;
    host.tabIndex = last < 0 ? -1 : 0;
    host.setAttribute('aria-disabled', String(last < 0));
    for (const [name, value] of Object.entries({
      valuemin: 1,
      valuemax: Math.max(1, last + 1),
      valuenow: Math.max(1, (pointed ?? last) + 1),
    }))
      host.setAttribute(`aria-${name}`, String(value));
    const at = run.epochs.find(({ epoch }) => epoch === (pointed ?? last));
    host.setAttribute(
      'aria-valuetext',
      at
        ? t(pointed === null ? 'scrub.now' : 'scrub.at', {
            epoch: at.epoch + 1,
            accuracy: percent(at.logs.val_acc ?? at.logs.acc ?? NaN),
          })
        : t('plot.empty'),
    );
  }
  return { render };
}
