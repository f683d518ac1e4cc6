import { Stage } from '../core/stage.js';
import { SLICE_MS, giveWay } from '../core/turns.js';

/** @import { Logs } from './progress.js' */
/** @import { Runner, Source } from './samples.js' */
/** @import { Staged } from '../core/stage.js' */

/**
 * @typedef {object} Progress
 * @property {'train' | 'validate' | 'evaluate' | 'predict'} phase
 * @property {number} epoch from 0
 * @property {number} epochs
 * @property {number} batch number of batches done in this epoch or pass
 * @property {number} batches
 * @property {number} samples number of samples done in this epoch or pass
 * @property {Logs} logs running averages
 * @property {number} samplesPerSecond
 * @property {number} etaSeconds seconds until the epoch or pass ends
 */

/**
 * batch: batches done; samples, seconds: of this call alone.
 * @typedef {{ batch: number, batches: number, samples: number, seconds: number }} Done
 */

/**
 * A run over the batches firstBatch … batches - 1, which may be more or less than one sweep over the source.
 * @typedef {object} Pass
 * @property {Runner} runner
 * @property {Source} source
 * @property {number} batchSize
 * @property {number} [firstBatch]
 * @property {number} [batches] default: one sweep
 * @property {(batch: number) => { start: number, order: Uint32Array | undefined }} [sweep] the sweep that the batch
 *   belongs to: the number of its first batch, and the order of its samples
 * @property {number} [resultBytes]
 * @property {boolean} [single] each slice is one batch
 * @property {AbortSignal} [signal]
 * @property {(stage: Stage, staged: Staged, first: number, batches: number) => void} run first: the first sample;
 *   batches: number in this slice
 */

/** Estimates how many batches take about SLICE_MS. */
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

/** @param {Source} source @param {number} batchSize */
export const batchesOf = ({ count }, batchSize) => Math.ceil(count / batchSize);

/**
 * Runs the pass: each value requested from the generator runs one slice of about SLICE_MS.
 * @param {Pass} pass
 * @returns {Generator<Done, void>}
 */
export function* slicesOf({
  runner,
  source,
  batchSize,
  firstBatch = 0,
  batches,
  sweep,
  resultBytes = 0,
  single,
  signal,
  run,
}) {
  const inSweep = batchesOf(source, batchSize);
  const end = batches ?? inSweep;
  const stage = new Stage(runner.core, source, batchSize, resultBytes);
  const pace = new Pace();
  let [seconds, done] = [0, 0];
  try {
    for (let batch = firstBatch; batch < end; ) {
      signal?.throwIfAborted();
      const { start, order } = sweep?.(batch) ?? { start: 0, order: undefined };
      const left = Math.min(end, start + inSweep) - batch;
      const count = single ? 1 : Math.min(pace.batches(stage.batches), left);
      const first = (batch - start) * batchSize;
      const samples = Math.min(count * batchSize, source.count - first);
      const began = now();
      run(stage, stage.load(order, first, samples), first, count);
      const spent = now() - began;
      pace.measured(count, spent);
      seconds += spent;
      done += samples;
      batch += count;
      yield { batch, batches: end, samples: done, seconds };
    }
  } finally {
    stage.free();
  }
}

/**
 * Runs the pass and lets other tasks run between slices.
 * @param {Pass} pass
 * @param {{ before?: (batch: number) => unknown, after?: (done: Done) => unknown }} hooks before: called before each
 *   slice with its first batch; after: returns false to end the pass
 */
export async function runPass(pass, { before, after }) {
  const { runner, firstBatch = 0, batches = batchesOf(pass.source, pass.batchSize) } = pass;
  if (firstBatch < batches) await before?.(firstBatch);
  for (const done of slicesOf(pass)) {
    const goOn = await after?.(done);
    await giveWay();
    runner.pointer();
    if (goOn === false) break;
    if (done.batch < batches) await before?.(done.batch);
    runner.pointer();
  }
}

/**
 * @param {Progress['phase']} phase
 * @param {Done} done
 * @param {number} skipped samples done by an earlier call
 * @param {number} total number of samples
 * @param {Logs} logs
 * @param {{ epoch?: number, epochs?: number }} [where]
 * @returns {Progress}
 */
export function progressOf(
  phase,
  { batch, batches, samples, seconds },
  skipped,
  total,
  logs,
  { epoch = 0, epochs = 1 } = {},
) {
  const rate = samples / Math.max(seconds, 1e-9);
  return {
    phase,
    epoch,
    epochs,
    batch,
    batches,
    logs,
    samples: skipped + samples,
    samplesPerSecond: rate,
    etaSeconds: (total - skipped - samples) / rate,
  };
}
