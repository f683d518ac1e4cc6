import { FittingRoomError, checkInteger, show } from '../check.js';
import { randomOf } from './random.js';
import { withLeftOut } from './left-out.js';
import { stack } from './ops.js';

/** @import { Tensor } from './tensor.js' */

/* tf.data: values that come one at a time. */

/**
 * @template T
 * @typedef {() => AsyncIterator<T> | Iterator<T>} Begin
 */
/**
 * What values become in a batch: their numbers, arrays and tensors become tensors with an axis more.
 * @template T
 * @typedef {T extends number | boolean | ArrayLike<number> | Tensor ? Tensor : { [K in keyof T]: Batched<T[K]> }}
 *   Batched
 */

/**
 * Applies a function to the leaves of arrays and objects of one form: [x, y], { xs, ys } and so on.
 * @param {any[]} values
 * @param {(leaves: any[]) => any} join
 * @returns {any}
 */
function joined(values, join) {
  const [first] = values;
  if (Array.isArray(first) && first.some((each) => typeof each === 'object'))
    return first.map((_, i) =>
      joined(
        values.map((value) => value[i]),
        join,
      ),
    );
  if (Object.getPrototypeOf(Object(first)) === Object.prototype)
    return Object.fromEntries(
      Object.keys(first).map((key) => [
        key,
        joined(
          values.map((value) => value[key]),
          join,
        ),
      ]),
    );
  return join(values);
}

/** @param {any[]} rows */
const batchOf = (rows) => joined(rows, (leaves) => stack(leaves));

/**
 * A dataset of TF.js: asked for its values one after the other, again from the beginning by each iterator.
 * @template T
 */
export class Dataset {
  #begin;

  /** @param {Begin<T>} begin @param {number | null} size how many values there are; null: not known */
  constructor(begin, size) {
    this.#begin = begin;
    this.size = size;
  }

  /** @returns {AsyncGenerator<T, void, undefined>} */
  async *[Symbol.asyncIterator]() {
    const iterator = await this.#begin();
    let isOver = false;
    try {
      for (;;) {
        const { value, done } = await iterator.next();
        isOver = Boolean(done);
        if (isOver) return;
        yield await value;
      }
    } finally {
      if (!isOver) await iterator.return?.();
    }
  }

  /** An iterator from the beginning. */
  async iterator() {
    return this[Symbol.asyncIterator]();
  }

  /**
   * @template U
   * @param {(values: Dataset<T>) => AsyncGenerator<U>} generate
   * @param {(size: number) => number | null} [resize] of a size that is known
   * @returns {Dataset<U>}
   */
  #derived(generate, resize = (size) => size) {
    return new Dataset(() => generate(this), this.size === null ? null : resize(this.size));
  }

  /**
   * Joins values into batches: leaves that are numbers, arrays or tensors become tensors with an axis more.
   * @param {number} batchSize
   * @param {boolean} [smallLastBatch] whether the last batch may be smaller; default true
   * @returns {Dataset<Batched<T>>}
   */
  batch(batchSize, smallLastBatch = true) {
    checkInteger('batch: batchSize', batchSize, 1, Number.MAX_SAFE_INTEGER);
    return this.#derived(
      async function* (values) {
        /** @type {any[]} */
        let rows = [];
        for await (const value of values) {
          rows.push(value);
          if (rows.length < batchSize) continue;
          yield batchOf(rows);
          rows = [];
        }
        if (rows.length > 0 && smallLastBatch) yield batchOf(rows);
      },
      (size) => (smallLastBatch ? Math.ceil : Math.floor)(size / batchSize),
    );
  }

  /**
   * @template U
   * @param {(value: T) => U | Promise<U>} transform
   * @returns {Dataset<U>}
   */
  map(transform) {
    return this.#derived(async function* (values) {
      for await (const value of values) yield await transform(value);
    });
  }

  /**
   * @template U
   * @param {(value: T) => Promise<U>} transform
   * @returns {Dataset<U>}
   */
  mapAsync(transform) {
    return this.map(transform);
  }

  /** @param {(value: T) => boolean} test */
  filter(test) {
    return this.#derived(
      async function* (values) {
        for await (const value of values) if (test(value)) yield value;
      },
      () => null,
    );
  }

  /** @param {number} count below 0: all */
  take(count) {
    return this.#derived(
      async function* (values) {
        let left = count;
        if (left === 0) return;
        for await (const value of values) {
          yield value;
          if (--left === 0) return;
        }
      },
      (size) => (count < 0 ? size : Math.min(size, count)),
    );
  }

  /** @param {number} count */
  skip(count) {
    return this.#derived(
      async function* (values) {
        let left = count;
        for await (const value of values) if (left-- <= 0) yield value;
      },
      (size) => Math.max(0, size - Math.max(0, count)),
    );
  }

  /** @param {number} [count] default, or below 0: without end */
  repeat(count = -1) {
    const times = count < 0 ? Infinity : count;
    return this.#derived(
      async function* (values) {
        for (let i = 0; i < times; i++) yield* values;
      },
      (size) => size * times,
    );
  }

  /** @param {Dataset<T>} other */
  concatenate(other) {
    const size = this.size === null || other.size === null ? null : this.size + other.size;
    const both = async function* (/** @type {Dataset<T>[]} */ ...parts) {
      for (const part of parts) yield* part;
    };
    return new Dataset(() => both(this, other), size);
  }

  /**
   * Gives the values in a random order, by drawing from a window of them.
   * @param {number} bufferSize of the window
   * @param {string | number} [seed]
   * @param {boolean} [reshuffleEachIteration] default true
   * @returns {Dataset<T>}
   */
  shuffle(bufferSize, seed, reshuffleEachIteration = true) {
    checkInteger('shuffle: bufferSize', bufferSize, 1, Number.MAX_SAFE_INTEGER);
    const forever = randomOf(seed);
    return this.#derived(async function* (values) {
      const random = reshuffleEachIteration ? forever : randomOf(seed ?? 0);
      /** @type {any[]} */
      const held = [];
      const draw = () => {
        const i = Math.floor(random() * held.length);
        [held[i], held[held.length - 1]] = [held[held.length - 1], held[i]];
        return held.pop();
      };
      for await (const value of values) {
        held.push(value);
        if (held.length >= bufferSize) yield draw();
      }
      while (held.length > 0) yield draw();
    });
  }

  /** Has no effect: the next value is asked for when it is needed. @param {number} _bufferSize */
  prefetch(_bufferSize) {
    return this;
  }

  /** @param {(value: T) => unknown} act */
  async forEachAsync(act) {
    for await (const value of this) await act(value);
  }

  async toArray() {
    /** @type {T[]} */
    const values = [];
    for await (const value of this) values.push(value);
    return values;
  }
}

/** @param {unknown} value @returns {Dataset<unknown>} */
const checkDataset = (value) => {
  if (value instanceof Dataset) return value;
  throw new FittingRoomError(`zip: datasets must be made by tf.data, got ${show(value)}`);
};

export const data = withLeftOut(
  'tf.data',
  {
    Dataset,
    /** @template T @param {readonly T[]} items @returns {Dataset<T>} */
    array(items) {
      if (!Array.isArray(items)) throw new FittingRoomError(`tf.data.array takes an array, got ${show(items)}`);
      return new Dataset(() => items[Symbol.iterator](), items.length);
    },
    /**
     * @template T
     * @param {Begin<T> | (() => Promise<Iterator<T> | AsyncIterator<T>>)} generator a generator function, for example
     * @returns {Dataset<T>}
     */
    generator(generator) {
      if (typeof generator !== 'function')
        throw new FittingRoomError(
          `tf.data.generator takes a function that returns an iterator, got ${show(generator)}`,
        );
      return new Dataset(/** @type {Begin<any>} */ (generator), null);
    },
    /**
     * Values of several datasets together, until the first has ended.
     * @template T
     * @param {{ [K in keyof T]: Dataset<T[K]> }} datasets in an array or an object: zip({ xs, ys }) gives { xs, ys }
     * @returns {Dataset<T>}
     */
    zip(datasets) {
      const keys = Object.keys(datasets);
      const parts = keys.map((key) => checkDataset(datasets[/** @type {keyof T} */ (key)]));
      const sizes = parts.map(({ size }) => size);
      const size = sizes.includes(null) ? null : Math.min(.../** @type {number[]} */ (sizes));
      return new Dataset(async function* () {
        const iterators = parts.map((part) => part[Symbol.asyncIterator]());
        try {
          for (;;) {
            const results = await Promise.all(iterators.map((each) => each.next()));
            if (results.some(({ done }) => done)) return;
            const made = results.map(({ value }) => value);
            yield/** @type {any} */ (
              Array.isArray(datasets) ? made : Object.fromEntries(keys.map((key, i) => [key, made[i]]))
            );
          }
        } finally {
          await Promise.all(iterators.map((each) => each.return(undefined)));
        }
      }, size);
    },
  },
  'csv func microphone webcam',
);
