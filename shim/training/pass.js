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
 * @property {number} batch batches done, of this epoch or pass
 * @property {number} batches
 * @property {number} samples samples done, of this epoch or pass
 * @property {Logs} logs running averages
 * @property {number} samplesPerSecond
 * @property {number} etaSeconds until the epoch or pass ends
 */

/**
 * batch: batches done; samples and seconds: of this call
 * @typedef {{ batch: number, batches: number, samples: number, seconds: number }} Done
 */

/**
 * A run over batches firstBatch … batches - 1, which need not be one sweep over the source.
 * @typedef {object} Pass
 * @property {Runner} runner
 * @property {Source} source
 * @property {number} batchSize
 * @property {number} [firstBatch]
 * @property {number} [batches] as many as make one sweep
 * @property {(batch: number) => { start: number, order: Uint32Array | undefined }} [sweep] that the batch is of: the
 *   number of its first batch, and the order of its samples
 * @property {number} [resultBytes]
 * @property {boolean} [single] one batch a slice
 * @property {AbortSignal} [signal]
 * @property {(stage: Stage, staged: Staged, first: number, batches: number) => void} run first: sample; batches: of
 *   this slice
 */

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

/** @param {Source} source @param {number} batchSize */
export const batchesOf = ({ count }, batchSize) => Math.ceil(count / batchSize);

/**
 * Runs the pass, a slice of about SLICE_MS for each value that is asked for.
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
 * Runs the pass, giving way to other tasks between slices.
 * @param {Pass} pass
 * @param {{ before?: (batch: number) => unknown, after?: (done: Done) => unknown }} hooks before: each slice, with its
 *   first batch; after: returns false to end the pass
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
 * @param {number} skipped samples that an earlier call had done
 * @param {number} total samples
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
