import { medianOf } from './estimate.js';

/**
 * Measures how fast a model is trained and validated on this machine, by doing both for a moment. In the worker, loaded
 * when it is needed.
 *
 * @typedef {import('../shim/index.js').Model} Model
 * @typedef {{ shape: number[], data: Uint8Array | Float32Array }} Tensor
 * @typedef {{ images: Tensor, labels: { shape: number[], data: Uint8Array | Int32Array | Float32Array } }} Split
 * @typedef {import('./estimate.js').Speed} Speed
 * @typedef {{ signal: AbortSignal, onProgress: (progress: { samples: number }) => void }} Watched
 */

const FEW = 8; // images in a batch before it is known how long one takes
const LONGEST = 0.15; // seconds that a batch may take, as nothing can end the measurement within one
const WARM_UP = 0.15; // seconds; until then, engines run code that they have hardly optimized
const TRAINING = 0.3;
const VALIDATION = 0.2;

/**
 * Trains and evaluates the model, which must be of no further use.
 * @param {Model} model
 * @param {{ train: Split, test: Split | null, batchSize: number }} run `test`: what each epoch is validated on
 * @param {{ signal: AbortSignal, heap: Pick<import('../shim/core/core.js').Core, 'heapInUse' | 'allocate' | 'free'> }}
 *   where `heap`: the memory of the core that runs the model
 * @returns {Promise<Speed>}
 * @throws if the model cannot be trained with such batches
 */
export async function speedOf(model, { train, test, ...run }, { signal, heap }) {
  const batchSize = Math.min(run.batchSize, train.images.shape[0]);
  /** @param {number} batch */
  const training =
    (batch) =>
    (/** @type {Watched} */ { signal: enough, onProgress }) =>
      model.fit(train.images, train.labels, {
        epochs: 1e6,
        batchSize: batch,
        verbose: 0,
        signal: enough,
        callbacks: { onProgress },
      });
  const few = Math.min(FEW, batchSize);
  const guess = await secondsPerImage(training(few), WARM_UP, signal);
  const batch = Math.max(few, Math.min(batchSize, Math.floor(LONGEST / guess)));
  const before = heap.heapInUse();
  const speed = await secondsPerImage(training(batch), TRAINING, signal);
  const grown = heap.heapInUse() - before;
  if (batch > few) heap.free(heap.allocate(Math.ceil((grown / (batch - few)) * (batchSize - batch))));
  return {
    training: speed,
    validation: test
      ? await secondsPerImage(
          (watched) => model.evaluate(test.images, test.labels, { batchSize: batch, ...watched }),
          VALIDATION,
          signal,
        )
      : 0,
  };
}

/**
 * The median over the later half of the slices of a pass, which is repeated until the time is up.
 * @param {(watched: Watched) => Promise<unknown>} pass
 * @param {number} time seconds
 * @param {AbortSignal} signal
 */
async function secondsPerImage(pass, time, signal) {
  signal.throwIfAborted();
  const enough = new AbortController();
  const end = () => enough.abort();
  signal.addEventListener('abort', end);
  /** @type {number[]} */
  const slices = [];
  const began = now();
  let last = began;
  let done = 0;
  const onProgress = (/** @type {{ samples: number }} */ { samples }) => {
    const images = samples > done ? samples - done : samples; // in the next epoch, counting starts over
    slices.push((now() - last) / images);
    done = samples;
    last = now();
    if (last > began + time && slices.length > 1) end();
  };
  try {
    while (!enough.signal.aborted) await pass({ signal: enough.signal, onProgress });
  } catch (error) {
    if (!enough.signal.aborted || signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', end);
  }
  return medianOf(slices.slice(slices.length / 2));
}

const now = () => performance.now() / 1000;
