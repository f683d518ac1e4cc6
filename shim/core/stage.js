import { FittingRoomError } from '../check.js';
import { numberOf } from './description.js';
import { LIMITS } from './limits.js';
import { scoreBytes } from './scores.js';

/** @import { Core } from './core.js' */
/** @import { Source } from '../training/samples.js' */

const MAX_STAGED_BYTES = 4 << 20;

/**
 * A slice of samples on the core's heap: addresses, 0 if there are no such values.
 * @typedef {{ samples: number, dtype: number, targets: number, weights: number, count: number }} Staged
 */

/** @param {number} bytes */
const align = (bytes) => Math.ceil(bytes / 16) * 16;

/** Memory on the core's heap for the samples, targets, weights and results of one slice of batches. */
export class Stage {
  #core;
  #source;
  #samples;
  #targets;
  #weights;
  #rates;

  /**
   * @param {Core} core
   * @param {Source} source
   * @param {number} batchSize
   * @param {number} resultBytes bytes of one sample's results
   */
  constructor(core, source, batchSize, resultBytes) {
    if (batchSize > LIMITS.maxBatch)
      throw new FittingRoomError(`batch size must be 1..${LIMITS.maxBatch}, got ${batchSize}`);
    this.#core = core;
    this.#source = source;
    const sampleBytes = source.sampleSize * source.samples.BYTES_PER_ELEMENT;
    const weightBytes = source.weights ? 4 : 0;
    const bytes = sampleBytes + source.targetSize * 4 + weightBytes + resultBytes;
    this.batches = Math.max(1, Math.floor(MAX_STAGED_BYTES / (bytes * batchSize)));
    this.batches = Math.min(this.batches, Math.ceil(source.count / batchSize));
    const room = this.batches * batchSize;
    const targets = align(room * sampleBytes);
    const weights = targets + align(room * source.targetSize * 4);
    const rates = weights + align(room * weightBytes);
    const results = rates + align(this.batches * 8);
    this.#samples = core.allocate(results + align(room * resultBytes) + this.batches * scoreBytes(core));
    this.#targets = this.#samples + targets;
    this.#weights = weightBytes && this.#samples + weights;
    this.#rates = this.#samples + rates;
    /** The address of the core's results: space for those of each sample, or for the scores of each batch. */
    this.results = this.#samples + results;
  }

  /**
   * Copies samples first … first + count - 1, in the given order, to the core.
   * @param {Uint32Array | undefined} order
   * @param {number} first
   * @param {number} count
   * @returns {Staged}
   */
  load(order, first, count) {
    const { samples, sampleSize, dtype, targets, targetSize, sparse, weights } = this.#source;
    const staged =
      dtype === 'float32'
        ? this.#core.floats(this.#samples, count * sampleSize)
        : this.#core.bytes(this.#samples, count * sampleSize);
    const room = count * targetSize;
    const stagedTargets = sparse ? this.#core.ints(this.#targets, room) : this.#core.floats(this.#targets, room);
    const stagedWeights = this.#core.floats(this.#weights, weights ? count : 0);
    for (let i = 0; i < count; i++) {
      const at = order ? order[first + i] : first + i;
      staged.set(samples.subarray(at * sampleSize, (at + 1) * sampleSize), i * sampleSize);
      for (let j = 0; targets && j < targetSize; j++) stagedTargets[i * targetSize + j] = targets[at * targetSize + j];
      if (weights) stagedWeights[i] = weights[at];
    }
    return {
      samples: this.#samples,
      dtype: numberOf(this.#core, 'dtype', dtype),
      targets: this.#targets,
      weights: this.#weights,
      count,
    };
  }

  /** @param {number[]} rates a learning rate for each batch @returns {number} the address of the copies */
  loadRates(rates) {
    this.#core.doubles(this.#rates, rates.length).set(rates);
    return this.#rates;
  }

  free() {
    this.#core.free(this.#samples);
  }
}
