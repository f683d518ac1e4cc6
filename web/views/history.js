import { byId, el, oncePerFrame, setText } from '../dom.js';
import { decimal, onLanguage, t } from '../i18n/index.js';
import { createChart } from './chart.js';

/** @typedef {import('../keep/facts.js').EpochLogs} EpochLogs */

const LIVE_INTERVAL = 200; // ms between drawings of the epoch under way

/** Loss and accuracy over the epochs. */
export function createHistoryView() {
  const loss = createFigure('loss', 'loss');
  const accuracy = createFigure('accuracy', 'acc');
  const both = [loss, accuracy];
  return {
    /** @param {number} epoch from 0 @param {EpochLogs['logs']} logs */
    addEpoch: (epoch, logs) => both.forEach((figure) => figure.add(epoch, logs)),
    /** @param {import('../trainer.js').Progress} progress */
    live: (progress) => both.forEach((figure) => figure.live(progress)),
    /** @param {number} epochs */
    reset: (epochs) => both.forEach((figure) => figure.reset(epochs)),
    /** @param {number} epochs */
    setEpochs: (epochs) => both.forEach((figure) => figure.setEpochs(epochs)),
  };
}

/** @param {string} name @param {'loss' | 'acc'} key */
function createFigure(name, key) {
  const figure = byId(`history-${name}`);
  const host = /** @type {HTMLElement} */ (figure.querySelector('.chart'));
  const readout = el('p', { className: 'readout' });
  figure.append(readout);
  /** @type {number | null} */
  let pointed = null;
  const chart = createChart(host, (index) => {
    pointed = index;
    render();
  });
  /** @type {import('../trainer.js').Progress | null} */
  let latest = null;
  let drawn = 0; // when

  function render() {
    const [epochs, training, validation] = chart.points;
    const at = pointed !== null && pointed < epochs.length ? pointed : epochs.length - 1;
    figure.dataset.points = String(epochs.length);
    const values =
      at < 0 ? null : { epoch: epochs[at], training: decimal(training[at], 4), validation: decimal(validation[at], 4) };
    setText(readout, values ? t('plot.readout', values) : t('plot.empty'));
    host.setAttribute('aria-label', values ? `${t(`plot.${name}`)}. ${t('plot.readout', values)}` : t('plot.empty'));
  }

  const drawLive = oncePerFrame(() => {
    const now = performance.now();
    if (!latest || now - drawn < LIVE_INTERVAL) return;
    drawn = now;
    chart.setLive(latest.epoch + latest.batch / latest.batches, latest.logs[key]);
    latest = null;
  });

  onLanguage(() => {
    chart.redraw();
    render();
  });

  return {
    /** @param {number} epoch @param {EpochLogs['logs']} logs */
    add(epoch, logs) {
      latest = null;
      chart.addPoint(epoch + 1, logs[key] ?? NaN, logs[`val_${key}`] ?? NaN);
      render();
    },
    /** @param {import('../trainer.js').Progress} progress */
    live(progress) {
      if (progress.phase !== 'train' || !progress.logs) return;
      latest = progress;
      drawLive();
    },
    /** @param {number} epochs */
    reset(epochs) {
      latest = null;
      chart.reset(epochs);
      render();
    },
    setEpochs: chart.setEpochs,
  };
}
