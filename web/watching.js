import { argmax } from '../shim/classify.js';
import { rowsOf } from '../shim/tensor.js';
import { loadedDataset } from './images.js';
import { transfer } from './protocol.js';
import { sameList } from './subject.js';

/**
 * What the page watches while a model trains, in the worker: how the figures change from batch to batch, and what the
 * model says of a few images.
 *
 * @typedef {{ epoch: number, predicted: Int32Array, probabilities: Float32Array | null, picture: number,
 *   whole: boolean }} Look what the model says of the watched images; `epoch`: from 0 on; `predicted`: class numbers;
 *   `probabilities`: of the picture, null without one; `picture`: its number; `whole`: at the end of the epoch
 * @typedef {{ x: number, loss: number, acc: number }} Point the means of some batches; `x`: their end, in epochs
 * @typedef {{ type: 'looked', look: Look } | { type: 'batches', points: Point[] }} WatchEvent
 * @typedef {{ split: import('./worker.js').Split, indices: number[], picture: { id: number, pixels: Uint8Array } | null
 *   }} Watched `picture`: an image as the model takes it
 */

const INTERVAL = 500; // ms between two looks, if these are quick
const SHARE = 0.03; // of the time, which looks may take
const POINTS = 200; // of an epoch, at most; at least half as many, if it has as many batches
const BUNCH = 200; // ms between two messages with points: painting takes time from training

/** @type {Watched | null} */
let watched = null;
let changed = false; // since the last look

/** @param {Watched} args */
export function watch(args) {
  watched = args;
  changed = true;
}

/**
 * An image of a picture as the loaded pictures were made.
 * @param {{ file: Blob }} args
 * @returns {Promise<{ pixels: Uint8Array | null }>} null: the loaded images do not say how they were made
 */
export async function prepared({ file }) {
  const dataset = loadedDataset();
  const preparation = 'preparation' in dataset ? dataset.preparation : null;
  if (!preparation) return { pixels: null };
  const [{ guardedDecode }, { preparePicture }] = await Promise.all([
    import('./try/photo-worker.js'),
    import('../shim/photo.js'),
  ]);
  const { close, ...picture } = await guardedDecode(/** @type {File} */ (file));
  try {
    return { pixels: (await preparePicture(picture, { ...preparation, range: undefined })).data };
  } finally {
    close?.();
  }
}

/** The watched images, one after the other. @param {Watched} images @returns {import('./worker.js').Bytes} */
function imagesOf({ split, indices, picture }) {
  const part = /** @type {Record<Watched['split'], import('./worker.js').Part>} */ (loadedDataset())[split];
  const { shape, data } = rowsOf(part.images, indices);
  if (!picture) return { shape, data };
  const all = new Uint8Array(data.length + picture.pixels.length);
  all.set(data);
  all.set(picture.pixels, data.length);
  return { shape: [shape[0] + 1, ...shape.slice(1)], data: all };
}

/**
 * Callbacks of a run.
 * @param {import('./tab-model.js').Model} model
 * @param {(event: WatchEvent) => void} emit
 */
export function createWatcher(model, emit) {
  let due = -Infinity;
  let told = -Infinity;
  /** @type {Point[]} */
  let points = [];
  let sums = { loss: 0, acc: 0, batches: 0 };

  /** @param {number} epoch @param {boolean} whole */
  async function look(epoch, whole) {
    if (!watched) return;
    const { indices, picture } = watched;
    const images = imagesOf(watched);
    if (!sameList(images.shape.slice(1), model.inputShape)) return; // another model's
    changed = false;
    const began = performance.now();
    const { data } = await model.predict(images);
    const ended = performance.now();
    due = ended + Math.max(INTERVAL, (ended - began) / SHARE);
    const classes = data.length / images.shape[0];
    const predicted = argmax(data.subarray(0, indices.length * classes), classes);
    const probabilities = picture && data.slice(indices.length * classes);
    const look = { epoch, predicted, probabilities, picture: picture?.id ?? 0, whole };
    emit(transfer({ type: 'looked', look }, [predicted.buffer, ...(probabilities ? [probabilities.buffer] : [])]));
  }

  /** @param {import('../shim/training/pass.js').Progress} progress */
  function collect({ epoch, batch, batches, batchLogs = [] }) {
    const group = Math.ceil(batches / POINTS);
    batchLogs.forEach(({ loss, acc }, i) => {
      const done = batch - batchLogs.length + i + 1;
      sums = { loss: sums.loss + loss, acc: sums.acc + acc, batches: sums.batches + 1 };
      if (done % group !== 0 && done < batches) return;
      points.push({ x: epoch + done / batches, loss: sums.loss / sums.batches, acc: sums.acc / sums.batches });
      sums = { loss: 0, acc: 0, batches: 0 };
    });
    const now = performance.now();
    if (points.length === 0 || (batch < batches && now - told < BUNCH)) return;
    told = now;
    emit({ type: 'batches', points });
    points = [];
  }

  return {
    look,
    /** @param {import('../shim/training/pass.js').Progress} progress */
    onProgress(progress) {
      if (progress.phase !== 'train') return;
      collect(progress);
      if (changed || performance.now() >= due) return look(progress.epoch, false);
    },
    /** @param {number} epoch */
    onEpochEnd: (epoch) => look(epoch, true),
  };
}
