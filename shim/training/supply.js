import { FittingRoomError, checkInteger, show } from '../check.js';
import { giveWay } from '../core/turns.js';
import { LIMITS } from '../core/limits.js';
import { labelledSource } from './samples.js';

/** @import { Runner, Source } from './samples.js' */
/** @import { Given, Samples } from '../tensor.js' */

/**
 * A batch that a dataset yields: xs [n, ...inputShape], ys [n] or [n, ...outputShape] as for fit, and optionally a
 * weight per sample, [n]. n may differ from batch to batch.
 * @typedef {{ readonly xs: Samples, readonly ys: Given, readonly sampleWeight?: Given } | readonly [xs: Samples, ys:
 *   Given, sampleWeight?: Given] | readonly Samples[]} Batch
 */
/** @typedef {{ next: () => any, return?: () => any }} BatchIterator of the language, or a LazyIterator of TF.js */
/**
 * Something that can give its batches again and again: an object to iterate over, a dataset of TF.js, or a function
 * that returns either of them or an iterator, such as a generator function. size: how many batches there are, for the
 * progress only.
 * @typedef {(AsyncIterable<Batch> | Iterable<Batch> | { iterator: () => unknown } | (() => unknown)) & { size?: unknown
 *   }} Dataset
 */
/** @typedef {(name: string, value: unknown) => Source} Read checks a batch */
/**
 * What messages call a dataset and its batches, such as 'fitDataset: dataset' and 'fitDataset: batch'.
 * @typedef {{ dataset: string, batch: string }} Names
 */

/** @param {any} value */
const isObject = (value) => Object(value) === value;

/** How to begin with an object that can be iterated over. @param {any} value @returns {(() => any) | undefined} */
function beginningOf(value) {
  if (!isObject(value)) return undefined;
  const method = [Symbol.asyncIterator, Symbol.iterator, 'iterator'].find((key) => typeof value[key] === 'function');
  if (method !== undefined) return () => value[method]();
  return typeof value.next === 'function' ? () => value : undefined;
}

/**
 * @param {string} what the dataset in messages
 * @param {unknown} dataset
 * @returns {() => Promise<BatchIterator>} starts over with the dataset
 */
export function openerOf(what, dataset) {
  const called = async () => {
    const made = await /** @type {() => unknown} */ (dataset)();
    return beginningOf(made)?.() ?? made;
  };
  const begin = beginningOf(dataset) ?? (typeof dataset === 'function' ? called : undefined);
  if (!begin) {
    throw new FittingRoomError(
      `${what} must be an object to iterate over, such as an array of batches or a dataset with iterator(), or a ` +
        `function that returns an iterator, got ${show(dataset)}`,
    );
  }
  return async () => {
    const iterator = await begin();
    if (typeof iterator?.next === 'function') return iterator;
    throw new FittingRoomError(`${what} must give an iterator, an object with next(), got ${show(iterator)}`);
  };
}

/**
 * @param {string} name of the batch
 * @param {any} value
 * @returns {unknown[]} samples, targets, weights
 */
function partsOf(name, value) {
  const isList = Array.isArray(value);
  if (isList && (value.length === 2 || value.length === 3)) return value;
  const keys = isObject(value) && !isList ? Object.keys(value) : [];
  const known = ['xs', 'ys', 'sampleWeight'];
  if (keys.includes('xs') && keys.includes('ys') && keys.every((key) => known.includes(key)))
    return known.map((key) => value[key]);
  const got = keys.length ? `{ ${keys.join(', ')} }` : show(value);
  throw new FittingRoomError(`${name} must be { xs, ys }, { xs, ys, sampleWeight } or [xs, ys], got ${got}`);
}

/**
 * @param {Runner} runner
 * @param {((source: Source) => Float32Array) | undefined} [weigh] the weights of samples by their class
 * @returns {Read}
 */
export const batchReader = (runner, weigh) => (name, value) => {
  const [x, y, weights] = partsOf(name, value);
  const source = labelledSource(runner, `${name}: `, x, y, weights);
  checkInteger(`${name}: its size`, source.count, 1, LIMITS.maxBatch);
  if (!weigh) return source;
  if (source.weights) throw new FittingRoomError(`${name}: give classWeight or sampleWeight, not both`);
  return { ...source, weights: weigh(source) };
};

/**
 * Settles as `value` does, or rejects with the signal's reason once it aborts.
 * @template T
 * @param {AbortSignal | undefined} signal
 * @param {T | Promise<T>} value
 * @returns {Promise<T>}
 */
async function unlessAborted(signal, value) {
  if (!signal) return value;
  let stop = () => {};
  const aborted = new Promise((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
  try {
    return await /** @type {Promise<T>} */ (Promise.race([aborted, value]));
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/**
 * The batches of a dataset in their order. After the end of a pass and after `close`, it starts over; with `repeats`,
 * passes follow one another as if the dataset had no end.
 */
export class Supply {
  #names;
  #open;
  #read;
  #signal;
  #repeats;
  /** @type {Promise<BatchIterator> | undefined} */
  #iterator;
  #drawn = 0;

  /**
   * @param {Names} names
   * @param {unknown} dataset
   * @param {Read} read
   * @param {{ signal: AbortSignal | undefined, repeats?: boolean }} options
   */
  constructor(names, dataset, read, { signal, repeats = false }) {
    this.#names = names;
    this.#open = openerOf(names.dataset, dataset);
    this.#read = read;
    this.#signal = signal;
    this.#repeats = repeats;
  }

  /** The next result of the iterator. If there is none, or it fails, the iterator is done with. */
  async #ask() {
    this.#signal?.throwIfAborted();
    this.#iterator ??= this.#open();
    try {
      const iterator = await unlessAborted(this.#signal, this.#iterator);
      const result = await unlessAborted(this.#signal, iterator.next());
      if (!isObject(result)) {
        throw new FittingRoomError(
          `${this.#names.dataset}: its iterator must return { value, done }, got ${show(result)}`,
        );
      }
      if (result.done) this.#iterator = undefined;
      return result;
    } catch (error) {
      if (!this.#signal?.aborted) this.#iterator = undefined;
      throw error;
    }
  }

  /** The next value; it may be a promise, as in `for await`. @returns {Promise<{ value: unknown } | undefined>} */
  async #draw() {
    let isNew = !this.#iterator;
    let result = await this.#ask();
    if (result.done && this.#repeats && !isNew) {
      isNew = true;
      result = await this.#ask();
    }
    if (result.done && isNew) {
      throw new FittingRoomError(
        `${this.#names.dataset} has no batches; a generator gives its batches only once, so pass the function that ` +
          'makes it',
        'bad-data',
      );
    }
    if (result.done) return undefined;
    this.#drawn++;
    return { value: await unlessAborted(this.#signal, result.value) };
  }

  /**
   * @param {number} batch its number in messages
   * @returns {Promise<Source | undefined>} undefined after the last of a pass, unless it repeats
   */
  async next(batch) {
    const drawn = await this.#draw();
    return drawn && this.#read(`${this.#names.batch} ${batch}`, drawn.value);
  }

  /**
   * Passes over batches until `count` have been drawn in all.
   * @param {number} count
   * @returns {Promise<number>} how many have been drawn; fewer than `count` if there are no more
   */
  async skipTo(count) {
    while (this.#drawn < count && (await this.#draw())) await giveWay();
    return this.#drawn;
  }

  /** Closes the iterator, if there is one that has not ended. After an abort, nobody waits for it. */
  async close() {
    const opened = this.#iterator;
    this.#iterator = undefined;
    await unlessAborted(
      this.#signal,
      opened?.then((iterator) => iterator.return?.()),
    );
  }
}
