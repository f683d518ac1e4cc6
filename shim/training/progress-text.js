import { numberText } from '../number-text.js';

/** @import { Log, Logs } from './progress.js' */

/* What fit prints. */

const BAR = 30;

/** @param {number} seconds */
function duration(seconds) {
  if (seconds >= 3600)
    return `${Math.floor(seconds / 3600)}h${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')}m`;
  if (seconds >= 60) return `${Math.floor(seconds / 60)}m${String(Math.floor(seconds % 60)).padStart(2, '0')}s`;
  return `${Math.round(seconds)}s`;
}

/** @param {number} seconds */
const stepTime = (seconds) =>
  seconds >= 1
    ? `${seconds.toFixed(1)}s/step`
    : seconds >= 1e-3
      ? `${Math.round(seconds * 1e3)}ms/step`
      : `${Math.round(seconds * 1e6)}us/step`;

/** @param {number} value */
const digits = (value) => (Math.abs(value) >= 1e-3 || value === 0 ? value.toFixed(4) : value.toExponential(4));

/** @param {Logs} logs */
const figures = (logs) =>
  Object.entries(logs)
    .map(([name, value]) => ` - ${name}: ${numberText(value, digits)}`)
    .join('');

/** @param {number} epoch from 0 @param {number} epochs */
export const epochTitle = (epoch, epochs) => `Epoch ${epoch + 1}/${epochs}`;

/**
 * verbose 1, during an epoch: ` 320/1875 [====>.........................] - ETA: 5s - loss: 1.0210 - acc: 0.6312` and
 * at its end: `1875/1875 [==============================] - 7s 4ms/step - loss: …`. As long as the number of batches is
 * not known: `320/Unknown - 7s 22ms/step - loss: …`
 * @param {{ done: number, total: number, seconds: number, etaSeconds: number, logs: Logs, ended?: boolean }} state
 *   done, total: batches; total: Infinity if not known; ended: the epoch has ended, complete or cut short
 */
export function progressLine({ done, total, seconds, etaSeconds, logs, ended = done >= total }) {
  const spent = `${duration(seconds)} ${stepTime(seconds / done)}`;
  if (total === Infinity) return `${done}/Unknown - ${spent}${figures(logs)}`;
  const count = `${String(done).padStart(String(total).length)}/${total}`;
  const filled = Math.floor((done / total) * BAR);
  const bar = done >= total ? '='.repeat(BAR) : filled ? `${'='.repeat(filled - 1)}>` : '';
  const time = ended ? spent : `ETA: ${duration(etaSeconds)}`;
  return `${count} [${bar.padEnd(BAR, '.')}] - ${time}${figures(logs)}`;
}

/**
 * verbose 2: `Epoch 1/20 - 7s - loss: 0.5021 - acc: 0.8236`
 * @param {number} epoch from 0
 * @param {number} epochs
 * @param {number} seconds
 * @param {Logs} logs
 */
export const epochLine = (epoch, epochs, seconds, logs) =>
  `${epochTitle(epoch, epochs)} - ${duration(seconds)}${figures(logs)}`;

/**
 * The default for verbose text: a terminal redraws its last line, other outputs get complete lines only.
 * @type {Log}
 */
export function printLog(text, { replace, final }) {
  const terminal = globalThis.process?.stdout?.isTTY ? globalThis.process.stdout : undefined;
  if (terminal) terminal.write(`${replace ? '\x1b[1A\x1b[2K' : ''}${text}\n`);
  else if (final) console.log(text);
}
