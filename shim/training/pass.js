import { Stage } from '../core/stage.js';
import { withRoom } from '../core/room.js';
import { SLICE_MS, giveWay } from '../core/turns.js';

/** @import { Logs } from './progress.js' */
/** @import { Runner, Source } from './samples.js' */
/** @import { Staged } from '../core/stage.js' */
/** @import { Supply } from './supply.js' */

/**
 * @typedef {object} Progress
 * @property {'train' | 'validate' | 'evaluate' | 'predict'} phase
 * @property {number} epoch from 0
 * @property {number} epochs
 * @property {number} batch number of batches done in this epoch or pass
 * @property {number} batches Infinity as long as it is not known how many a dataset has
 * @property {number} samples number of samples done in this epoch or pass
 * @property {Logs} logs running averages
 * @property {Logs[]} [batchLogs] of each batch since the last progress; only while training
 * @property {number} samplesPerSecond
 * @property {number} etaSeconds seconds until the epoch or pass ends; Infinity as long as that is not known
 */

/**
 * batch: batches done; size: samples of the latest slice; ran, samples, seconds: batches, samples and time of this call
 * alone.
 * @typedef {{ batch: number, batches: number, size: number, ran: number, samples: number, seconds: number }} Done
 */

/**
 * What all passes have. A pass runs the batches firstBatch … batches - 1.
 * @typedef {object} Work
 * @property {Runner} runner
 * @property {number} [firstBatch]
 * @property {number} [batches]
 * @property {number} [resultBytes]
 * @property {boolean} [single] each slice is one batch
 * @property {AbortSignal} [signal]
 * @property {(stage: Stage, staged: Staged, slice: { first: number, batches: number, batchSize: number }) => void} run
 *   first: the number of the first sample in its source; batches: number in this slice
 */
/**
 * Batches of tensors in memory.
 * @typedef {object} Cut
 * @property {Source} source
 * @property {number} batchSize
 * @property {number} [firstBatch]
 * @property {number} [batches] default: one sweep over the source; may also be less or more
 * @property {(batch: number) => { start: number, order: Uint32Array | undefined }} [sweep] the sweep that the batch
 *   belongs to: the number of its first batch, and the order of its samples
 */
/**
 * Batches that a supply gives, one at a time.
 * @typedef {object} Supplied
 * @property {Supply} supply
 * @property {number} [firstBatch]
 * @property {number} [batches] default: as many as there are
 * @property {number} [expected] how many there are likely to be, for the progress
 */
/** @typedef {Work & Cut} Pass */
/** @typedef {Work & Supplied} SuppliedPass */

/**
 * Some batches of a pass, which `run` runs. It must have been called before the next slice is requested.
 * @typedef {{ batch: number, run: () => Done }} Slice batch: the number of its first batch
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
 * Cuts the pass into slices of about SLICE_MS.
 * @param {Pass} pass
 * @returns {Generator<Slice, void>}
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
  /** @type {Stage | undefined} */
  let stage;
  const pace = new Pace();
  let [batch, samples, seconds] = [firstBatch, 0, 0];
  const runSlice = () => {
    signal?.throwIfAborted();
    stage ??= new Stage(runner.core, source, batchSize, resultBytes);
    const { start, order } = sweep?.(batch) ?? { start: 0, order: undefined };
    const left = Math.min(end, start + inSweep) - batch;
    const count = single ? 1 : Math.min(pace.batches(stage.batches), left);
    const first = (batch - start) * batchSize;
    const size = Math.min(count * batchSize, source.count - first);
    const began = now();
    run(stage, stage.load(order, first, size), { first, batches: count, batchSize });
    const spent = now() - began;
    pace.measured(count, spent);
    seconds += spent;
    samples += size;
    batch += count;
    return { batch, batches: end, size, ran: batch - firstBatch, samples, seconds };
  };
  try {
    while (batch < end) yield { batch, run: runSlice };
  } finally {
    stage?.free();
  }
}

/**
 * Runs one batch that is a source of its own.
 * @param {Work} work
 * @param {Source} source
 */
function runAlone({ runner, resultBytes = 0, run }, source) {
  const stage = new Stage(runner.core, source, source.count, resultBytes);
  try {
    run(stage, stage.load(undefined, 0, source.count), { first: 0, batches: 1, batchSize: source.count });
  } finally {
    stage.free();
  }
}

/**
 * The batches of a supply, a slice each. Seconds include those spent waiting for the supply.
 * @param {SuppliedPass} pass
 * @returns {AsyncGenerator<Slice, void>}
 */
async function* suppliedSlices(pass) {
  const { supply, firstBatch = 0, batches = Infinity, expected = batches, signal } = pass;
  let [samples, seconds] = [0, 0];
  for (let batch = firstBatch; batch < batches; batch++) {
    const asked = now();
    const source = await supply.next(batch);
    if (!source) return;
    seconds += now() - asked;
    const runBatch = () => {
      signal?.throwIfAborted();
      const began = now();
      runAlone(pass, source);
      seconds += now() - began;
      samples += source.count;
      const done = batch + 1;
      const likely = done > expected ? Infinity : expected;
      return { batch: done, batches: likely, size: source.count, ran: done - firstBatch, samples, seconds };
    };
    yield { batch, run: runBatch };
  }
}

/**
 * Runs the pass and lets other tasks run between slices.
 * @param {Pass | SuppliedPass} pass
 * @param {{ before?: (batch: number) => unknown, after?: (done: Done) => unknown }} hooks before: called before each
 *   slice with its first batch; after: returns false to end the pass
 * @returns {Promise<boolean>} whether it was not ended by `after`
 */
export async function runPass(pass, { before, after }) {
  const { runner } = pass;
  for await (const { batch, run } of 'supply' in pass ? suppliedSlices(pass) : slicesOf(pass)) {
    runner.pointer();
    await before?.(batch);
    runner.pointer();
    const goOn = await after?.(await withRoom(runner.core, run));
    await giveWay();
    runner.pointer();
    if (goOn === false) return false;
  }
  return true;
}

/**
 * Runs something that reads from a supply, and closes the supply in any case.
 * @template T
 * @param {{ close: () => Promise<void> }} supply
 * @param {() => Promise<T>} run
 * @returns {Promise<T>}
 */
export async function closing(supply, run) {
  /** @type {T} */
  let result;
  try {
    result = await run();
  } catch (error) {
    await supply.close().catch(() => {}); // the first error is the one to tell
    throw error;
  }
  await supply.close();
  return result;
}

/**
 * @param {Progress['phase']} phase
 * @param {Done} done
 * @param {number} skipped samples done by an earlier call
 * @param {Logs} logs
 * @param {{ epoch?: number, epochs?: number }} [where]
 * @returns {Progress}
 */
export function progressOf(
  phase,
  { batch, batches, ran, samples, seconds },
  skipped,
  logs,
  { epoch = 0, epochs = 1 } = {},
) {
  const spent = Math.max(seconds, 1e-9);
  return {
    phase,
    epoch,
    epochs,
    batch,
    batches,
    logs,
    samples: skipped + samples,
    samplesPerSecond: samples / spent,
    etaSeconds: batch < batches ? ((batches - batch) * spent) / ran : 0,
  };
}
