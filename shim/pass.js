import { Stage } from './stage.js';
import { SLICE_MS, giveWay } from './turns.js';

/** @import { Core } from './core.js' */
/** @import { Logs } from './progress.js' */
/** @import { Runner, Source } from './source.js' */

/** @typedef {{ samples: number, loss: number, correct: number, squaredError: number }} Scores sums, src/loss.h */

/**
 * @typedef {object} Progress
 * @property {'train' | 'validate' | 'evaluate' | 'predict'} phase
 * @property {number} epoch from 0
 * @property {number} epochs
 * @property {number} batch batches done, of this epoch or pass
 * @property {number} batches
 * @property {number} samples samples done, of this epoch or pass
 * @property {Logs} logs running averages
 * @property {number} samplesPerSecond
 * @property {number} etaSeconds until the epoch or pass ends
 */


/** @returns {Scores} */
export const noScores = () => ({ samples: 0, loss: 0, correct: 0, squaredError: 0 });

/** @param {Scores} a @param {Scores} b @returns {Scores} */
export const addScores = (a, b) => ({
  samples: a.samples + b.samples,
  loss: a.loss + b.loss,
  correct: a.correct + b.correct,
  squaredError: a.squaredError + b.squaredError,
});

/**
 * @param {Scores} scores
 * @param {string[]} metrics
 * @returns {Logs}
 */
export function logsOf(scores, metrics) {
  /** @type {Logs} */
  const logs = { loss: scores.loss / scores.samples };
  if (metrics.includes('acc')) logs.acc = scores.correct / scores.samples;
  if (metrics.includes('mse')) logs.mse = scores.squaredError / scores.samples;
  return logs;
}

/** How many batches make about SLICE_MS of work. */
class Pace {
  #secondsPerBatch = 0;

  /** @param {number} most @returns {number} */
  batches(most) {
    if (!this.#secondsPerBatch) return 1;
    return Math.max(1, Math.min(most, Math.round(SLICE_MS / 1000 / this.#secondsPerBatch)));
  }

  /** @param {number} batches @param {number} seconds */
  measured(batches, seconds) {
    this.#secondsPerBatch = Math.max(seconds / batches, 1e-6);
  }
}

export const now = () => performance.now() / 1000;

/**
 * Runs over a source once, a slice at a time, giving way to other tasks about every SLICE_MS.
 * @param {object} pass
 * @param {Runner} pass.runner
 * @param {Source} pass.source
 * @param {number} pass.batchSize
 * @param {number} [pass.firstBatch]
 * @param {Uint32Array} [pass.order]
 * @param {number} [pass.resultBytes]
 * @param {boolean} [pass.single] one batch a slice
 * @param {AbortSignal} [pass.signal]
 * @param {(stage: Stage, staged: [number, number, number, number], first: number) => void} pass.run
 * @param {(done: { batch: number, batches: number, samples: number, seconds: number }) => unknown} [pass.after]
 *   batch: batches done; returns false to end the pass
 */
export async function runPass({ runner, source, batchSize, firstBatch = 0, order, resultBytes = 0, single, signal, run, after }) {
  const batches = Math.ceil(source.count / batchSize);
  const stage = new Stage(runner.core, source, batchSize, resultBytes);
  const pace = new Pace();
  let seconds = 0;
  try {
    for (let batch = firstBatch; batch < batches; ) {
      signal?.throwIfAborted();
      const count = single ? 1 : Math.min(pace.batches(stage.batches), batches - batch);
      const first = batch * batchSize;
      const samples = Math.min(count * batchSize, source.count - first);
      const start = now();
      run(stage, stage.load(order, first, samples), first);
      const spent = now() - start;
      pace.measured(count, spent);
      seconds += spent;
      batch += count;
      const goOn = await after?.({ batch, batches, samples: first + samples, seconds });
      await giveWay();
      runner.pointer();
      if (goOn === false) break;
    }
  } finally {
    stage.free();
  }
}

/**
 * @param {Core} core
 * @param {number} address
 * @param {number} count
 * @returns {Scores[]}
 */
export function readScores(core, address, count) {
  const values = core.doubles(address, count * 4);
  return Array.from({ length: count }, (_, i) => ({
    samples: values[4 * i],
    loss: values[4 * i + 1],
    correct: values[4 * i + 2],
    squaredError: values[4 * i + 3],
  }));
}

/**
 * @param {Core} core
 * @param {number} address
 * @param {Scores} scores
 */
export function writeScores(core, address, { samples, loss, correct, squaredError }) {
  core.doubles(address, 4).set([samples, loss, correct, squaredError]);
}

/**
 * @param {'train' | 'validate' | 'evaluate' | 'predict'} phase
 * @param {{ batch: number, batches: number, samples: number, seconds: number }} done
 * @param {number} skipped samples that an earlier call had done
 * @param {number} total samples
 * @param {Logs} logs
 * @param {{ epoch?: number, epochs?: number }} [where]
 * @returns {Progress}
 */
export function progressOf(phase, { batch, batches, samples, seconds }, skipped, total, logs, { epoch = 0, epochs = 1 } = {}) {
  const rate = (samples - skipped) / Math.max(seconds, 1e-9);
  return {
    phase, epoch, epochs, batch, batches, samples, logs,
    samplesPerSecond: rate,
    etaSeconds: (total - samples) / rate,
  };
}
