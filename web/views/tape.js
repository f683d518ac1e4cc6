import { byId, oncePerFrame, setText, svg } from '../dom.js';
import { decimal, onLanguage, percent, t } from '../i18n/index.js';
import { epochsDone } from '../trainer.js';

/** The progress of training as a measuring tape: one centimetre per epoch, the current figure at its end. */

const LABEL_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const LABEL_ROOM = 24; // px that a number on the tape needs

/** @typedef {import('../trainer.js').Progress} Progress */

/** @param {() => number} plannedEpochs what is shown before a run */
export function createTape(plannedEpochs) {
  const tape = byId('tape');
  const [band, fill, end, underneath] = ['band', 'fill', 'end', 'marks'].map(
    (part) => /** @type {HTMLElement} */ (tape.querySelector(`.tape-${part}`)),
  );
  const above = svg('svg', { class: 'tape-marks' });
  fill.append(above);
  for (const layer of [underneath, above]) layer.setAttribute('preserveAspectRatio', 'none');

  /** @type {Progress | null} */
  let progress = null;
  let epochs = plannedEpochs();

  function drawMarks() {
    const { clientWidth: width, clientHeight: height } = band;
    for (const layer of [underneath, above]) {
      layer.setAttribute('viewBox', `0 0 ${width} ${height}`); // its width is the band's, on paper another one
      layer.replaceChildren(...marks(width, height, epochs));
    }
  }

  function drawProgress() {
    const share = progress ? epochsDone(progress) / progress.epochs : 0;
    fill.style.setProperty('--share', String(share));
    tape.setAttribute('aria-valuenow', String(Math.floor(share * 100)));
    tape.setAttribute('aria-valuetext', valueText(share));
    end.style.setProperty('--share', String(share));
    setText(end, progress?.logs ? `${t('moment.accuracy')} ${decimal(progress.logs.acc, 3)}` : '');
  }

  /** @param {number} share */
  function valueText(share) {
    const epoch = progress ? Math.min(progress.epoch + 1, epochs) : 0;
    return t('progress.text', { percent: percent(share, 0), epoch, epochs });
  }

  const update = oncePerFrame(drawProgress);
  new ResizeObserver(oncePerFrame(drawMarks)).observe(band);
  onLanguage(drawProgress);

  return {
    /** @param {number} count */
    setEpochs(count) {
      epochs = count;
      drawMarks();
      update();
    },
    /** @param {Progress | null} next */
    show(next) {
      progress = next;
      update();
    },
  };
}

/**
 * Lines and numbers, as dense as the width allows.
 * @param {number} width
 * @param {number} height
 * @param {number} epochs
 */
function marks(width, height, epochs) {
  const centimetre = width / epochs;
  const divisions = centimetre >= 40 ? 10 : centimetre >= 14 ? 2 : 1;
  const step = LABEL_STEPS.find((each) => each * centimetre >= LABEL_ROOM) ?? 1000;
  const numbers = [];
  let lines = '';
  for (let i = 1; i <= epochs * divisions; i++) {
    const whole = i % divisions === 0;
    if (whole && centimetre < 4 && (i / divisions) % step !== 0) continue;
    const x = Math.round((i * centimetre) / divisions) - 0.5;
    const length = height * (whole ? 0.4 : (i * 2) % divisions === 0 ? 0.27 : 0.15);
    lines += `M${x} 0V${length}M${x} ${height - length / 2}V${height}`;
    const epoch = i / divisions;
    if (whole && epoch % step === 0)
      numbers.push(svg('text', { x: x - 4, y: height * 0.7, 'text-anchor': 'end' }, String(epoch)));
  }
  return [svg('path', { d: lines }), ...numbers];
}
