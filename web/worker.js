import { datasets, loadCore, loadModel } from 'fitting-room';
import { assemble, faultOf } from './assembly.js';
import { serve } from './protocol.js';
import { compileOptions, oneHot, stoppingOf, terminatingOf } from './recipe.js';
import { createTabModel } from './tab-model.js';

/** The worker owns the dataset and the model; the page only ever sees copies of what it shows. */

const PROGRESS_INTERVAL = 120; // ms between two progress events: painting takes time from training

/** @type {any} */
let dataset = null;
const tab = createTabModel();
/** @type {{ opened: Promise<void>, open: () => void } | null} */
let gate = null; // closed while paused

/**
 * What looks at people's own pictures comes with its own code, once there is one.
 * @param {'warmUp' | 'prepare' | 'keep' | 'look' | 'classify' | 'layers' | 'maps' | 'filters' | 'occlusion'} name
 */
const later = (name) => async (/** @type {any} */ args, /** @type {CallContext} */ context) =>
  (await import('./try/photo-worker.js'))[name](args, context);

const LOOKING = Object.fromEntries(
  /** @type {const} */ ([
    'warmUp',
    'prepare',
    'keep',
    'look',
    'classify',
    'layers',
    'maps',
    'filters',
    'occlusion',
  ]).map((name) => [name, later(name)]),
);

/**
 * The core's threads are this worker's own workers, and come from beside this script; nothing else is made of strings.
 */
function allowThreads() {
  const { trustedTypes } = /** @type {any} */ (globalThis);
  const folder = import.meta.url.replace(/[^/]*$/, '');
  if (trustedTypes && !trustedTypes.defaultPolicy)
    trustedTypes.createPolicy('default', {
      createScriptURL: (/** @type {string} */ url) => (new URL(url).href.startsWith(folder) ? url : null),
    });
}

/** Begins to answer the page. */
export function work() {
  allowThreads();
  serve(/** @type {any} */ (globalThis), {
    ping,
    hello,
    load,
    pictures,
    describe,
    fit,
    pause,
    resume,
    evaluate,
    save,
    restore,
    convert,
    ...LOOKING,
  });
  // whoever asks is told of a failure
  if (self.name.startsWith('looker')) LOOKING.warmUp({}, /** @type {any} */ ({})).catch(() => {});
}

/** @typedef {import('./protocol.js').CallContext} CallContext */

/** @typedef {import('./tab-model.js').Lesson} Lesson */

/** @typedef {import('./keep/facts.js').Ended} Ended */

/** @typedef {import('./model-spec.js').Spec} Spec */

/** @typedef {import('../shim/core/loading.js').RuntimeOptions} RuntimeOptions */

const ping = () => {};

/**
 * Asks for the core before anything else does, so that the datasets use the same one.
 * @param {RuntimeOptions} runtime
 */
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
    // refused, as storage may be
    navigator.locks.request(self.name, () => new Promise(() => held(undefined))).catch(held);
  });
}

/** @param {{ source: string, files: File[], baseUrl: string }} args @param {CallContext} context */
async function load({ source, files, baseUrl }, { signal, emit }) {
  const onProgress = atMostEvery(PROGRESS_INTERVAL, emit);
  const readers = {
    auto: () => datasets.fashionMnist({ baseUrl, signal, onProgress }),
    synthetic: () => datasets.synthetic({ onProgress }),
    files: () => datasets.fromFiles(files, { signal, onProgress }),
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

/**
 * What comes of a model; where it cannot be built, what comes of the layers before the first one at fault.
 * @param {{ specs: Spec[], runtime: RuntimeOptions }} args
 */
async function describe({ specs, runtime }) {
  const core = await coreFor(runtime);
  try {
    const { built, shown } = await build(specs, { seed: 0, runtime });
    const description = {
      core,
      text: built.summary(() => {}),
      layers: shown(),
      parameters: built.countParams(),
      fault: null,
    };
    built.dispose();
    return description;
  } catch (error) {
    const fault = /** @type {import('./assembly.js').Fault} */ (error);
    if (fault.layer === undefined) throw error;
    return {
      core,
      text: null,
      layers: fault.before,
      parameters: null,
      fault: { layer: fault.layer, message: fault.message },
    };
  }
}

/**
 * @param {any} run
 * @param {CallContext} context
 * @returns {Promise<{ position: { epoch: number, batch: number }, ended: Ended }>}
 */
const fit = (run, context) =>
  tab.hold(async (holder) => {
    if (!run.from) await holder.replace(() => newLesson(run));
    return train(holder.lesson, run, context);
  });

/** @param {Lesson} lesson @param {any} run @param {CallContext} context */
async function train(lesson, run, { signal, emit }) {
  const { model } = lesson;
  const from = run.from ?? { epoch: 0, batch: 0 };
  const stopping = (lesson.stopping = stoppingFrom(lesson.stopping?.state, run));
  const keeper = await keeperOf(lesson, run, emit);
  if (!run.from) await keeper?.begin(model);
  emit({ type: 'core', core: await coreFor(run.runtime) });
  const training = firstOf(dataset.train, run.trainSize);
  const { images, labels } = dataset.test;
  signal.addEventListener('abort', resume);
  const passing = atMostEvery(PROGRESS_INTERVAL, emit);
  const running = atMostEvery(PROGRESS_INTERVAL, emit);
  let epochs = from.epoch;
  const terminating = terminatingOf();
  /** What is kept is better than what follows. */
  const hasDiverged = () => {
    if (terminating.stopped) keeper?.freeze();
    return terminating.stopped !== null;
  };
  try {
    await model.fit(training.images, lesson.targetsOf(training.labels), {
      epochs: run.epochs,
      batchSize: run.batchSize,
      verbose: run.verbose,
      validationData: [images, lesson.targetsOf(labels)],
      initialEpoch: from.epoch,
      initialBatch: from.batch,
      signal,
      log: (/** @type {string} */ text, /** @type {{ replace: boolean, final: boolean }} */ { replace, final }) => {
        const event = { type: 'log', text, replace };
        if (replace && !final) passing(event);
        else emit(event);
      },
      callbacks: [
        terminating,
        {
          onEpochEnd: (/** @type {number} */ epoch, /** @type {Record<string, number>} */ logs) => {
            if (hasDiverged()) return;
            epochs = epoch + 1;
            emit({ type: 'epoch', epoch, logs: { ...logs } });
          },
          onProgress: (/** @type {any} */ progress) => {
            hasDiverged();
            const event = { type: 'progress', progress: { ...progress } };
            if (progress.batch < progress.batches) running(event);
            else emit(event);
            return gate?.opened;
          },
        },
        stopping,
        keeper?.callbacks(model),
      ].filter(Boolean),
    });
    const ended = endOf(terminating, stopping);
    await keeper?.end(model, ended);
    return { position: { epoch: epochs, batch: 0 }, ended };
  } catch (error) {
    if (!signal.aborted) {
      await keeper?.failed();
      throw error;
    }
    const ended = /** @type {const} */ ({ how: 'stopped' });
    await keeper?.end(model, ended);
    const { epoch, batch } = model.position;
    return { position: { epoch, batch }, ended };
  } finally {
    resume();
  }
}

/** How a run ended that nobody stopped. @param {any} terminating @param {any} stopping @returns {Ended} */
function endOf(terminating, stopping) {
  if (terminating.stopped) return { how: 'diverged', epoch: terminating.stopped.epoch + 1 };
  return stopping?.stopped ? { how: 'early', epoch: stopping.stopped.epoch + 1 } : { how: 'completed' };
}

/** A new one, which goes on from what the one before had seen. @param {any} state @param {any} run */
function stoppingFrom(state, run) {
  const next = stoppingOf(run);
  if (state && run.from) next?.resume(state);
  return next;
}

/**
 * What keeps the run comes with its own code; where that cannot be loaded, nothing is kept, and the page says so.
 * @param {Lesson} lesson
 * @param {any} run
 * @param {CallContext['emit']} emit
 */
async function keeperOf({ kept, stopping }, run, emit) {
  emit({ type: 'run', id: kept.id });
  const module = await import('./keep/keeper.js').catch(({ message }) =>
    emit({ type: 'unkept', reason: 'failed', detail: message }),
  );
  const keeper = module?.createKeeper({ ...kept, run, dataset, stopping, emit });
  if (keeper) kept.epochs = keeper.epochs;
  return keeper;
}

/**
 * Puts a model that was kept in the place of the tab's: a run, if it has learnt from these pictures, or a saved model.
 * @param {{ id: string, kept: any, labelSmoothing: number, patience: number, runtime: RuntimeOptions }} args kept: of
 *   ./keep/store.js
 */
async function restore({ id, kept, labelSmoothing, patience, runtime }) {
  const { sha256Of, stoppingFrom, readied } = await import('./keep/keeper.js');
  const { epochs, dataset: from } = kept.facts;
  if (from && (await sha256Of(dataset)) !== from.sha256) return { same: false };
  await tab.hold(({ replace }) =>
    replace(async () => {
      const model = await loadModel(kept.model, runtime);
      readied(model);
      return {
        model,
        targetsOf: targetsBy(labelSmoothing),
        kept: { id, epochs },
        stopping: { state: patience ? stoppingFrom(kept, model) : null },
      };
    }),
  );
  return { same: true };
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

/**
 * Figures without dropout: the test pictures first, since they come sooner.
 * @param {{ trainSize: number }} args
 * @param {CallContext} context
 */
const evaluate = ({ trainSize }, { signal, emit }) =>
  tab.hold(async ({ lesson: { model, targetsOf } }) => {
    signal.throwIfAborted();
    const { images, labels } = dataset.test;
    const train = firstOf(dataset.train, trainSize);
    emit({ type: 'test', figures: figures(await model.evaluate(images, targetsOf(labels), { signal })) });
    const probabilities = await model.predict(images, { signal });
    emit({ type: 'predictions', probabilities: probabilities.data.slice(), labels: Uint8Array.from(labels.data) });
    emit({ type: 'train', figures: figures(await model.evaluate(train.images, targetsOf(train.labels), { signal })) });
  });

/** The model as a file. */
const save = () => tab.hold(async ({ lesson: { model } }) => ({ bytes: await model.save() }));

/** @param {any} args files: left out for the tab's model */
async function convert(args) {
  const { convert: convertTo } = await import('./keep/convert.js');
  return args.files
    ? convertTo({ model: null, ...args })
    : tab.hold(({ lesson: { model } }) => convertTo({ model, ...args }));
}

/** @param {any} run @returns {Promise<Lesson>} */
async function newLesson(run) {
  const steps = run.epochs * Math.ceil(Math.min(run.trainSize, dataset.train.images.shape[0]) / run.batchSize);
  const { built: model } = await build(run.specs, run, compileOptions(run, steps));
  const id = `${Date.now()}-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;
  return { model, targetsOf: targetsBy(run.labelSmoothing), kept: { id, epochs: [] }, stopping: null };
}

/** What a loss takes, made of class numbers. @param {number} labelSmoothing @returns {(labels: any) => any} */
const targetsBy = (labelSmoothing) => (labelSmoothing > 0 ? oneHot : (labels) => labels);

/** @param {Spec[]} specs @param {import('./assembly.js').BuildOptions} options @param {any} [compile] */
async function build(specs, options, compile = compileOptions({ optimizer: 'adam', learningRate: 0.001 }, 1)) {
  /** @type {Awaited<ReturnType<typeof assemble>> | undefined} */
  let assembled;
  try {
    assembled = await assemble(specs, options);
    assembled.built.compile(compile);
    return assembled;
  } catch (error) {
    assembled?.built.dispose();
    throw await faultOf(/** @type {Error} */ (error), specs, options);
  }
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
