/** @import { Core } from './core.js' */
/** @import { Source } from './source.js' */

/** Bytes of an fr_scores (src/loss.h). */
const SCORE_BYTES = 4 * 8;
const MAX_STAGED_BYTES = 4 << 20;

/** @param {number} bytes */
const align = (bytes) => Math.ceil(bytes / 16) * 16;

/** Room on the core's heap for the samples, targets and results of one slice of batches. */
export class Stage {
  #core;
  #source;
  #samples;
  #targets;

  /**
   * @param {Core} core
   * @param {Source} source
   * @param {number} batchSize
   * @param {number} resultBytes results of one sample
   */
  constructor(core, source, batchSize, resultBytes) {
    this.#core = core;
    this.#source = source;
    const sampleBytes = source.sampleSize * source.samples.BYTES_PER_ELEMENT;
    const bytes = sampleBytes + source.targetSize * 4 + resultBytes;
    this.batches = Math.max(1, Math.floor(MAX_STAGED_BYTES / (bytes * batchSize)));
    this.batches = Math.min(this.batches, Math.ceil(source.count / batchSize));
    const room = this.batches * batchSize;
    const targets = align(room * sampleBytes);
    const results = targets + align(room * source.targetSize * 4);
    this.#samples = core.allocate(results + align(room * resultBytes) + this.batches * SCORE_BYTES);
    this.#targets = this.#samples + targets;
    /** Where the core's results go: room for each sample's, or for each batch's scores. */
    this.results = this.#samples + results;
  }

  /**
   * Copies samples first … first + count - 1 of the order to the core.
   * @param {Uint32Array | undefined} order
   * @param {number} first
   * @param {number} count
   * @returns {[number, number, number, number]} samples, dtype, targets, count, as the core takes them
   */
  load(order, first, count) {
    const { samples, sampleSize, dtype, targets, targetSize, sparse } = this.#source;
    const staged =
      dtype === 1
        ? this.#core.floats(this.#samples, count * sampleSize)
        : this.#core.bytes(this.#samples, count * sampleSize);
    const room = count * targetSize;
    const stagedTargets = sparse
      ? this.#core.ints(this.#targets, room)
      : this.#core.floats(this.#targets, room);
    for (let i = 0; i < count; i++) {
      const at = order ? order[first + i] : first + i;
      staged.set(samples.subarray(at * sampleSize, (at + 1) * sampleSize), i * sampleSize);
      for (let j = 0; targets && j < targetSize; j++) stagedTargets[i * targetSize + j] = targets[at * targetSize + j];
    }
    return [this.#samples, dtype, this.#targets, count];
  }

  free() {
    this.#core.free(this.#samples);
  }
}
