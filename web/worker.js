import * as fittingRoom from 'fitting-room';
import { serve } from './protocol.js';

/**
 * The worker owns the dataset and the model; the page only ever sees copies of what it shows. The page imports this
 * file too, for its console: one bundle serves both, so that the API travels once.
 */

const { datasets, layers, loadCore, sequential } = fittingRoom;

const PROGRESS_INTERVAL = 120; // ms between two progress events: painting takes time from training

/** @type {any} */
let dataset = null;
/** @type {any} */
let model = null;
/** @type {{ opened: Promise<void>, open: () => void } | null} */
let gate = null; // closed while paused

if ('document' in globalThis) Object.assign(globalThis, { fittingRoom });
else serve(/** @type {any} */ (globalThis), { hello, load, pictures, describe, fit, pause, resume, evaluate });

/** @typedef {import('./protocol.js').CallContext} CallContext */

/** @typedef {import('../shim/loading.js').RuntimeOptions} RuntimeOptions */

/** Asks for the core before anything else does, so that the datasets use the same one. @param {RuntimeOptions} runtime */
async function hello(runtime) {
  const [core] = await Promise.all([coreFor(runtime), holdLock()]);
  return core;
}

/** What runs, and why not more threads where more were wanted. @param {RuntimeOptions} runtime */
async function coreFor(runtime) {
  const { build, threads, fallback } = await loadCore(runtime);
  return { build, threads, fallback };
}

/** Holds a lock for as long as this worker lives, so that the page learns of its death. */
function holdLock() {
  return new Promise((held) => {
    if (!navigator.locks) return held(undefined);
    navigator.locks.request(self.name, () => new Promise(() => held(undefined)));
  });
}

/** @param {{ source: string, files: File[], baseUrl: string }} args @param {CallContext} context */
async function load({ source, files, baseUrl }, { signal, emit }) {
  const onProgress = atMostEvery(PROGRESS_INTERVAL, emit);
  const readers = {
    auto: () => datasets.fashionMnist({ baseUrl, signal, onProgress }),
    synthetic: () => datasets.synthetic({ onProgress }),
    files: () => datasets.fromFiles(files, { onProgress }),
  };
  const loaded = await readers[/** @type {keyof typeof readers} */ (source)]();
  signal.throwIfAborted();
  dataset = loaded;
  const { name, synthetic, classNames, train, test } = loaded;
  return {
    name,
    synthetic,
    source: loaded.source,
    classNames,
    train: { images: train.images.shape, labels: train.labels.shape },
    test: { images: test.images.shape, labels: test.labels.shape },
  };
}

/** @param {{ split: 'train' | 'test', indices: number[] }} args */
function pictures({ split, indices }) {
  const { images, labels } = dataset[split];
  const size = images.data.length / images.shape[0];
  const pixels = new Uint8Array(indices.length * size);
  indices.forEach((index, i) => pixels.set(images.data.subarray(index * size, (index + 1) * size), i * size));
  return { pixels, labels: Uint8Array.from(indices, (index) => labels.data[index]) };
}

/** @param {{ specs: any[], runtime: RuntimeOptions }} args */
async function describe({ specs, runtime }) {
  const built = await build(specs, { seed: 0, runtime });
  try {
    return {
      core: await coreFor(runtime),
      text: built.summary(() => {}),
      layers: built.layers.map(({ name, kind, outputShape, parameters }) => ({ name, kind, outputShape, parameters })),
      parameters: built.countParams(),
    };
  } finally {
    built.dispose();
  }
}

/** @param {any} run @param {CallContext} context */
async function fit(run, { signal, emit }) {
  const from = run.from ?? { epoch: 0, batch: 0 };
  if (!run.from) await renew(run);
  emit({ type: 'core', core: await coreFor(run.runtime) });
  const train = firstOf(dataset.train, run.trainSize);
  const { images, labels } = dataset.test;
  signal.addEventListener('abort', resume);
  const passing = atMostEvery(PROGRESS_INTERVAL, emit);
  const running = atMostEvery(PROGRESS_INTERVAL, emit);
  try {
    await model.fit(train.images, train.labels, {
      epochs: run.epochs,
      batchSize: run.batchSize,
      verbose: run.verbose,
      validationData: [images, labels],
      initialEpoch: from.epoch,
      initialBatch: from.batch,
      signal,
      log: (/** @type {string} */ text, /** @type {{ replace: boolean, final: boolean }} */ { replace, final }) => {
        const event = { type: 'log', text, replace };
        if (replace && !final) passing(event);
        else emit(event);
      },
      callbacks: {
        onEpochEnd: (/** @type {number} */ epoch, /** @type {Record<string, number>} */ logs) => emit({ type: 'epoch', epoch, logs: { ...logs } }),
        onProgress: (/** @type {any} */ progress) => {
          const event = { type: 'progress', progress: { ...progress } };
          if (progress.batch < progress.batches) running(event);
          else emit(event);
          return gate?.opened;
        },
      },
    });
    return { finished: true, position: { epoch: run.epochs, batch: 0 } };
  } catch (error) {
    if (!signal.aborted) throw error;
    const { epoch, batch } = model.position;
    return { finished: false, position: { epoch, batch } };
  } finally {
    resume();
  }
}

function pause() {
  if (gate) return;
  let open = () => {};
  const opened = new Promise((resolve) => (open = () => resolve(undefined)));
  gate = { opened: /** @type {Promise<any>} */ (opened), open };
}

function resume() {
  gate?.open();
  gate = null;
}

/** Figures without dropout: the test pictures first, since they come sooner. @param {{ trainSize: number }} args @param {CallContext} context */
async function evaluate({ trainSize }, { signal, emit }) {
  const { images, labels } = dataset.test;
  const train = firstOf(dataset.train, trainSize);
  emit({ type: 'test', figures: figures(await model.evaluate(images, labels, { signal })) });
  const probabilities = await model.predict(images, { signal });
  emit({ type: 'predictions', probabilities: probabilities.data.slice(), labels: Uint8Array.from(labels.data) });
  emit({ type: 'train', figures: figures(await model.evaluate(train.images, train.labels, { signal })) });
}

/** @param {any} run */
async function renew({ specs, seed, runtime, optimizer, learningRate }) {
  model?.dispose();
  model = null;
  model = await build(specs, { seed, runtime, optimizer: { name: optimizer, learningRate } });
}

/** @typedef {{ seed: number, runtime: RuntimeOptions, optimizer?: any }} BuildOptions */

/** @param {any[]} specs @param {BuildOptions} options */
async function build(specs, options) {
  try {
    return await assemble(specs, options);
  } catch (error) {
    throw Object.assign(/** @type {Error} */ (error), { layer: await firstAtFault(specs, options) });
  }
}

/** @param {any[]} specs @param {BuildOptions} options */
async function assemble(specs, { seed, runtime, optimizer = 'adam' }) {
  const built = await sequential({ ...runtime, seed, layers: specs.map(layerOf) });
  try {
    built.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    return built;
  } catch (error) {
    built.dispose();
    throw error;
  }
}

/** @param {any} spec */
const layerOf = ({ kind, ...config }) => /** @type {any} */ (layers)[kind](config);

/** The first layer with which the stack can no longer be built. @param {any[]} specs @param {BuildOptions} options */
async function firstAtFault(specs, { runtime }) {
  for (let count = 1; count <= specs.length; count++) {
    try {
      (await sequential({ ...runtime, seed: 0, layers: specs.slice(0, count).map(layerOf) })).dispose();
    } catch {
      return count - 1;
    }
  }
  return undefined;
}

/** @param {{ images: any, labels: any }} split @param {number} count */
function firstOf({ images, labels }, count) {
  const size = images.data.length / images.shape[0];
  const taken = Math.min(count, images.shape[0]);
  return {
    images: { shape: [taken, ...images.shape.slice(1)], data: images.data.subarray(0, taken * size) },
    labels: { shape: [taken], data: labels.data.subarray(0, taken) },
  };
}

/** @param {number[]} values */
const figures = ([loss, accuracy]) => ({ loss, accuracy });

/** @param {number} interval @param {(event: any) => void} emit */
function atMostEvery(interval, emit) {
  let last = -Infinity;
  return (/** @type {any} */ event) => {
    const now = performance.now();
    if (now - last < interval) return;
    last = now;
    emit(event);
  };
}
