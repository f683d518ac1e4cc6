import { randomOrder } from '../core/order.js';
import { batchesOf } from './pass.js';

/** @import { Cut, Supplied } from './pass.js' */
/** @import { OptimizerHandle } from './optimizers.js' */
/** @import { Position } from './fit.js' */
/** @import { Runner, Source } from './samples.js' */

/**
 * The batches that a run trains on, epoch by epoch.
 * @typedef {object} Epochs
 * @property {number | null} samples how many there are in an epoch; null: not known before it
 * @property {number | null} batchSize null: each batch has its own
 * @property {number} steps batches in an epoch; Infinity: until the dataset ends
 * @property {number} expected batches in the next epoch, for the progress; Infinity: not known
 * @property {(position: Position) => Promise<{ batches: Cut | Supplied, skipped: number }>} from the batches of the
 *   position's epoch from there on; skipped: the number of samples before them
 * @property {(batches: number) => void} ended told the number of batches of each whole epoch
 * @property {() => Promise<void>} close
 */

/**
 * How an epoch is cut from tensors.
 * @typedef {{ source: Source, batchSize: number, shuffle: boolean, steps: number }} Cutting steps: batches in an epoch
 */

/**
 * The sweeps over the samples that the batches of an epoch belong to. Without stepsPerEpoch, an epoch is one sweep;
 * otherwise the epochs divide up an endless sequence of sweeps.
 */
class Sweeps {
  #runner;
  #cutting;
  #before;
  #start = NaN;
  /** @type {Uint32Array | undefined} */
  #order;

  /** @param {Runner} runner @param {Cutting} cutting @param {number} epoch */
  constructor(runner, cutting, epoch) {
    this.#runner = runner;
    this.#cutting = cutting;
    this.#before = epoch * cutting.steps;
  }

  /** The sweep that batch `batch` of the epoch, the next to train on, belongs to. @param {number} batch */
  at(batch) {
    const { source, batchSize, shuffle } = this.#cutting;
    const { core, seed } = this.#runner;
    const into = (this.#before + batch) % batchesOf(source, batchSize);
    if (this.#start !== batch - into) {
      this.#start = batch - into;
      const steps = /** @type {OptimizerHandle} */ (this.#runner.optimizer).iterations;
      this.#order = shuffle ? randomOrder(core, seed, Math.max(steps - into, 0), source.count) : undefined;
    }
    return { start: this.#start, order: this.#order };
  }

  /** The number of samples in the epoch's batches before `batch`. @param {number} batch */
  samplesBefore(batch) {
    const { source, batchSize } = this.#cutting;
    const inSweep = batchesOf(source, batchSize);
    const [first, last] = [this.#before, this.#before + batch].map(
      (all) => Math.floor(all / inSweep) * source.count + (all % inSweep) * batchSize,
    );
    return last - first;
  }
}

/** Epochs of tensors in memory. @implements {Epochs} */
export class TensorEpochs {
  #runner;
  #cutting;

  /** @param {Runner} runner @param {Cutting} cutting */
  constructor(runner, cutting) {
    this.#runner = runner;
    this.#cutting = cutting;
    this.samples = cutting.source.count;
    this.batchSize = cutting.batchSize;
    this.steps = cutting.steps;
    this.expected = cutting.steps;
  }

  /** @param {Position} position */
  async from({ epoch, batch: firstBatch }) {
    const { source, batchSize, steps } = this.#cutting;
    const sweeps = new Sweeps(this.#runner, this.#cutting, epoch);
    return {
      batches: {
        source,
        batchSize,
        firstBatch,
        batches: steps,
        sweep: (/** @type {number} */ batch) => sweeps.at(batch),
      },
      skipped: sweeps.samplesBefore(firstBatch),
    };
  }

  ended() {}

  async close() {}
}
