import { datasets, loadCore, loadModel } from 'fitting-room';
import { rowsOf } from '../shim/tensor.js';
import { assemble, faultOf } from './assembly.js';
import { serve, transfer } from './protocol.js';
import { compileOptions, oneHot, stoppingOf, terminatingOf } from './recipe.js';
import { fits, misfit, subjectOf } from './subject.js';
import { createTabModel } from './tab-model.js';

/**
 * The worker owns the dataset and the model; the page only has copies of what it shows.
 *
 * @typedef {import('../shim/core/loading.js').RuntimeOptions} RuntimeOptions
 * @typedef {import('../shim/datasets/fashion-mnist.js').Dataset | import('./own/reading.js').OwnDataset} Dataset
 * @typedef {'train' | 'validation' | 'test'} Split
 * @typedef {import('./keep/facts.js').Ended} Ended
 * @typedef {import('./model-spec.js').Spec} Spec
 * @typedef {import('./protocol.js').Port} Port
 * @typedef {import('./settings.js').Settings} Settings
 * @typedef {import('./tab-model.js').Lesson} Lesson
 * @typedef {{ shape: number[], data: Uint8Array }} Bytes
 * @typedef {{ images: Bytes, labels: { shape: number[], data: Uint8Array | Int32Array } }} Part of a dataset
 *
 * @typedef {{ build: string, threads: number, fallback: import('../shim/core/core.js').Fallback | null }} RunningCore
 *   `fallback`: why not more threads, if more were wanted
 * @typedef {{ epoch: number, batch: number }} Position
 * @typedef {Omit<Settings, 'layers'> & { specs: Spec[], runtime: RuntimeOptions, address: string, from?: Position }}
 *   Run a run as the page asks for it; `from`: where it continues, left out for a new run
 * @typedef {{ loss: number, accuracy: number }} Figures
 * @typedef {'none' | 'nearestMean' | 'logistic'} Head what the last layer begins with, of a model that begins with the
 *   layers of another; none: random numbers
 */

/**
 * What a run tells while it trains. `kept` and `unkept`: the run was, or could not be, saved in the browser.
 * @typedef {{ type: 'kept', id: string, position: Position, savedAt: number, bytes: number }} KeptEvent
 * @typedef {{ type: 'unkept', reason: string, detail: string }} UnkeptEvent
 * @typedef {{ phase: 'train' | 'validate', epoch: number, epochs: number, batch: number, batches: number,
 *   logs: Record<string, number>, samplesPerSecond: number }} BatchProgress
 * @typedef {{ type: 'core', core: RunningCore } | { type: 'run', id: string } | KeptEvent | UnkeptEvent
 *   | { type: 'log', text: string, replace: boolean } | { type: 'progress', progress: BatchProgress }
 *   | { type: 'epoch', epoch: number, logs: Record<string, number> }} RunEvent
 * @typedef {{ type: 'test' | 'train', figures: Figures }
 *   | { type: 'predictions', probabilities: Float32Array, labels: Int32Array }} EvaluationEvent
 */

/**
 * What the page calls, see ./protocol.js. Two are of ./own/reading.js, and the last ten of ./try/photo-worker.js; each
 * loads with the first call.
 * @template [Args={}]
 * @template [Result=void]
 * @template [Event=never]
 * @typedef {import('./protocol.js').Signature<Args, Result, Event>} Signature
 */
/**
 * @typedef {object} WorkerMethods
 * @property {Signature} ping
 * @property {Signature<RuntimeOptions, RunningCore>} hello
 * @property {Signature<LoadArgs, DatasetInfo, LoadProgress>} load
 * @property {Signature<{ files: import('./own/given.js').Placed[], begins: boolean }>} gather
 * @property {Signature<{}, import('./own/reading.js').Findings>} findings
 * @property {Signature<{ split: Split, indices: number[] }, { pixels: Uint8Array, labels: Int32Array }>}
 *   pictures
 * @property {Signature<{ specs: Spec[], shape: import('./subject.js').Shape, base: string, runtime: RuntimeOptions },
 *   Description>} describe
 * @property {Signature<Omit<Run, 'from' | 'address'>, { id: string }>} answerAtOnce
 * @property {Signature<Run, { position: Position, ended: Ended }, RunEvent>} fit
 * @property {Signature} pause
 * @property {Signature} resume
 * @property {Signature<{ trainSize: number }, void, EvaluationEvent>} evaluate
 * @property {Signature<Omit<Run, 'from' | 'address'>, import('./estimate.js').Speed>} measure
 * @property {Signature<{}, { bytes: Uint8Array<ArrayBuffer> }>} save
 * @property {Signature<RestoreArgs, { same: boolean }>} restore `same`: false if the run was trained on other images
 * @property {Signature<import('./keep/convert.js').ConvertArgs, import('./keep/convert.js').Converted>} convert
 * @property {Signature} warmUp
 * @property {Signature<{ model: string }, void, import('../shim/formats/reading.js').Received>} prepare
 * @property {Signature<{ name: string, bytes: Uint8Array }>} keep
 * @property {Signature<import('./try/photo-worker.js').LookArgs, import('./try/photo-worker.js').Looked, { type:
 *   'decoding' | 'decoded' }>} look
 * @property {Signature<{ model: string }, import('./try/asking.js').Asking>} asking
 * @property {Signature<{ model: string, pixels: Uint8Array }, { probabilities: Float32Array }>} classify
 * @property {Signature<{ model: string }, import('./try/insight-work.js').LayerInfo[]>} layers
 * @property {Signature<{ model: string, pixels: Uint8Array, layer: string }, import('./try/insight-work.js').Maps>}
 *   maps
 * @property {Signature<{ model: string, layer: string }, import('./try/insight-work.js').Maps>} filters
 * @property {Signature<{ model: string, pixels: Uint8Array, classIndex: number }, { change: Float32Array }>} occlusion
 *
 * @typedef {{ source: Settings['source'], files: File[], baseUrl: string, pictures?:
 *   import('./own/given.js').ReadOptions }} LoadArgs
 * @typedef {import('./session.js').DatasetInfo} DatasetInfo
 * @typedef {import('./session.js').LoadProgress} LoadProgress
 * @typedef {import('./session.js').Description} Description
 * @typedef {{ id: string, kept: Restorable, labelSmoothing: number, patience: number, runtime: RuntimeOptions }}
 *   RestoreArgs
 * @typedef {{ model: Uint8Array, best: Uint8Array<ArrayBuffer> | null, facts: RestorableFacts }} Restorable a run of
 *   ./keep/store.js, or a saved model
 * @typedef {Pick<import('./keep/facts.js').Facts, 'epochs'> & { dataset: { sha256: string } | null,
 *   stopping?: import('./keep/facts.js').Facts['stopping'] }} RestorableFacts `dataset`: null for a saved model, which
 *   is restored whatever images are loaded
 */

/**
 * @template {keyof WorkerMethods} Name
 * @typedef {import('./protocol.js').CallContext<WorkerMethods[Name]['event']>} Context
 */

/** How the name of the worker begins that reads the user's pictures. */
const PHOTOS = 'photos';
const PROGRESS_INTERVAL = 120; // ms between two progress events: painting takes time from training

/** @type {Dataset | null} */
let dataset = null;
const tab = createTabModel();
/** @type {{ opened: Promise<void>, open: () => void } | null} */
let gate = null; // closed while paused

function loadedDataset() {
  if (!dataset) throw new Error('no dataset is loaded yet');
  return dataset;
}

/** What the images are of that are loaded. */
const subject = () => subjectOf(dataset && infoOf(dataset));

const photoWorker = () => import('./try/photo-worker.js');
const ownReading = () => import('./own/reading.js');

/** @type {import('./protocol.js').Methods<WorkerMethods>} */
const METHODS = {
  ping,
  hello,
  load,
  gather: async (args) => (await ownReading()).gather(args),
  findings: async () => (await ownReading()).findingsOf(loadedDataset()),
  pictures,
  describe,
  answerAtOnce,
  fit,
  pause,
  resume,
  evaluate,
  measure,
  save,
  restore,
  convert,
  warmUp: async () => (await photoWorker()).warmUp(),
  prepare: async (args, context) => (await photoWorker()).prepare(args, context),
  keep: async (args) => (await photoWorker()).keep(args),
  look: async (args, context) => (await photoWorker()).look(args, context),
  asking: async (args) => (await photoWorker()).asking(args),
  classify: async (args) => (await photoWorker()).classify(args),
  layers: async (args) => (await photoWorker()).layers(args),
  maps: async (args) => (await photoWorker()).maps(args),
  filters: async (args) => (await photoWorker()).filters(args),
  occlusion: async (args, context) => (await photoWorker()).occlusion(args, context),
};

/**
 * @typedef {{ defaultPolicy: object | null,
 *   createPolicy: (name: string, policy: { createScriptURL: (url: string) => string | null }) => object }}
 *   TrustedTypePolicies
 */

/** Lets the core's threads, which are this worker's own workers, load from this script's folder, and nothing else. */
function allowThreads() {
  const { trustedTypes } = /** @type {{ trustedTypes?: TrustedTypePolicies }} */ (globalThis);
  const folder = import.meta.url.replace(/[^/]*$/, '');
  if (trustedTypes && !trustedTypes.defaultPolicy)
    trustedTypes.createPolicy('default', {
      createScriptURL: (/** @type {string} */ url) => (new URL(url).href.startsWith(folder) ? url : null),
    });
}

/** Begins to answer the page. */
export function work() {
  allowThreads();
  /** @type {typeof serve<WorkerMethods>} */ (serve)(
    /** @type {Port} */ (/** @type {unknown} */ (globalThis)),
    METHODS,
  );
  // a failure is reported to the call that needs it
  if (self.name.startsWith(PHOTOS))
    photoWorker()
      .then(({ warmUp }) => warmUp())
      .catch(() => {});
}

function ping() {}

/**
 * Loads the core before anything else needs it, so that the datasets use the same one.
 * @param {RuntimeOptions} runtime
 */
async function hello(runtime) {
  const [core] = await Promise.all([coreFor(runtime), holdLock()]);
  return core;
}

/** @param {RuntimeOptions} runtime @returns {Promise<RunningCore>} */
async function coreFor(runtime) {
  const { build, threads, fallback } = await loadCore(runtime);
  return { build, threads, fallback };
}

/** Holds a lock for as long as this worker lives, so that the page learns of its death. */
function holdLock() {
  return new Promise((held) => {
    if (!navigator.locks) return held(undefined);
    // some private windows refuse locks
    navigator.locks.request(self.name, () => new Promise(() => held(undefined))).catch(held);
  });
}

/** @param {LoadArgs} args @param {Context<'load'>} context */
async function load({ source, files, baseUrl, pictures: options }, { signal, emit }) {
  const onProgress = atMostEvery(PROGRESS_INTERVAL, emit);
  const readers = {
    auto: () => datasets.fashionMnist({ baseUrl, signal, onProgress }),
    synthetic: () => datasets.synthetic({ onProgress }),
    files: () => datasets.fromFiles(files, { signal, onProgress }),
    pictures: async () => {
      const [{ readGathered }, { guardedDecode }] = await Promise.all([ownReading(), photoWorker()]);
      return readGathered(/** @type {NonNullable<typeof options>} */ (options), guardedDecode, { signal, onProgress });
    },
  };
  /** @type {Dataset} */
  const loaded = await readers[source]();
  signal.throwIfAborted();
  dataset = loaded;
  return infoOf(loaded);
}

/** @param {Dataset} dataset @returns {DatasetInfo} */
function infoOf({ name, synthetic, source, classNames, ...parts }) {
  const shapesOf = (/** @type {Part} */ { images, labels }) => ({ images: images.shape, labels: labels.shape });
  const { train, test } = parts;
  const validation = 'validation' in parts && countOf(parts.validation) > 0 ? shapesOf(parts.validation) : null;
  return { name, synthetic, source, classNames, train: shapesOf(train), validation, test: shapesOf(test) };
}

const countOf = (/** @type {Part} */ { images }) => images.shape[0];

/** What a run is validated on: the images that are kept for that, or those for testing. @returns {Part | null} */
function heldOut() {
  const { test, ...others } = loadedDataset();
  const kept = 'validation' in others ? [others.validation, test] : [test];
  return kept.find((part) => countOf(part) > 0) ?? null;
}

/** @param {WorkerMethods['pictures']['args']} args */
function pictures({ split, indices }) {
  const { images, labels } = /** @type {Record<Split, Part>} */ (loadedDataset())[split];
  const pixels = rowsOf(images, indices).data;
  const classes = Int32Array.from(indices, (i) => labels.data[i]);
  return transfer({ pixels, labels: classes }, [pixels.buffer, classes.buffer]);
}

/**
 * The summary and shapes of a model; if it cannot be built, the shapes up to the first layer at fault.
 * @param {WorkerMethods['describe']['args']} args
 * @returns {Promise<Description>}
 */
async function describe({ specs, shape, base, runtime }) {
  const core = await coreFor(runtime);
  try {
    const { built, shown } = await build(specs, { seed: 0, runtime, shape, base });
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
    const { layer, before = [], message } = /** @type {import('./assembly.js').Fault} */ (error);
    if (layer === undefined && !begins(base)) throw error;
    const fault = layer === undefined ? null : { layer, message };
    return { core, text: null, layers: before, parameters: null, fault };
  }
}

/** @param {Run} run @param {Context<'fit'>} context @returns {Promise<WorkerMethods['fit']['result']>} */
async function fit(run, context) {
  return tab.hold(async (holder) => {
    if (!run.from) await holder.replace(() => newLesson(run, 'logistic'));
    return train(holder.lesson, run, context);
  });
}

/**
 * Makes a model the tab's that answers without training: its classes' means are those of a base's features.
 * @param {WorkerMethods['answerAtOnce']['args']} run
 */
function answerAtOnce(run) {
  return tab.hold(async (holder) => {
    await holder.replace(() => newLesson(run, 'nearestMean'));
    return { id: holder.lesson.kept.id };
  });
}

/** @param {Lesson} lesson @param {Run} run @param {Context<'fit'>} context */
async function train(lesson, run, { signal, emit }) {
  const { model } = lesson;
  const from = run.from ?? { epoch: 0, batch: 0 };
  const stopping = (lesson.stopping = stoppingFrom(lesson.stopping?.state, run));
  const keeper = await keeperOf(lesson, run, emit);
  if (!run.from) await keeper?.begin(model);
  emit({ type: 'core', core: await coreFor(run.runtime) });
  const { train: all, ...rest } = loadedDataset();
  const training = firstOf(all, run.trainSize);
  const validation = heldOut();
  signal.addEventListener('abort', resume);
  const passing = atMostEvery(PROGRESS_INTERVAL, emit);
  const running = atMostEvery(PROGRESS_INTERVAL, emit);
  let epochs = from.epoch;
  const terminating = terminatingOf();
  /** A diverged run: what has been saved is better than what follows. */
  const hasDiverged = () => {
    if (terminating.stopped) keeper?.freeze();
    return terminating.stopped !== null;
  };
  try {
    await model.fit(training.images, lesson.targetsOf(training.labels), {
      epochs: run.epochs,
      batchSize: run.batchSize,
      verbose: /** @type {0 | 1 | 2} */ (run.verbose),
      ...(validation && { validationData: [validation.images, lesson.targetsOf(validation.labels)] }),
      ...(run.balance && 'report' in rest && { classWeight: rest.report.classWeight }),
      initialEpoch: from.epoch,
      initialBatch: from.batch,
      signal,
      log: (/** @type {string} */ text, /** @type {{ replace: boolean, final: boolean }} */ { replace, final }) => {
        const event = /** @type {const} */ ({ type: 'log', text, replace });
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
          onProgress: (/** @type {import('../shim/training/pass.js').Progress} */ progress) => {
            hasDiverged();
            const event = {
              type: /** @type {const} */ ('progress'),
              progress: /** @type {BatchProgress} */ ({ ...progress }), // a run only trains and validates
            };
            if (progress.batch < progress.batches) running(event);
            else emit(event);
            return gate?.opened;
          },
        },
        stopping,
        keeper?.callbacks(model),
      ].filter((each) => each !== null && each !== undefined),
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

/**
 * How a run ended that nobody stopped.
 * @param {ReturnType<typeof terminatingOf>} terminating
 * @param {ReturnType<typeof stoppingOf>} stopping
 * @returns {Ended}
 */
function endOf(terminating, stopping) {
  if (terminating.stopped) return { how: 'diverged', epoch: terminating.stopped.epoch + 1 };
  return stopping?.stopped ? { how: 'early', epoch: stopping.stopped.epoch + 1 } : { how: 'completed' };
}

/**
 * Early stopping for a run; one that continues takes over the state it had.
 * @param {import('./tab-model.js').StoppingState | null | undefined} state
 * @param {Run} run
 */
function stoppingFrom(state, run) {
  const next = stoppingOf(run);
  if (state && run.from) next?.resume(state);
  return next;
}

/**
 * What saves the run loads separately; if it fails to load, nothing is saved, and the page says so.
 * @param {Lesson} lesson
 * @param {Run} run
 * @param {Context<'fit'>['emit']} emit
 */
async function keeperOf({ kept, stopping }, run, emit) {
  emit({ type: 'run', id: kept.id });
  const module = await import('./keep/keeper.js').catch(({ message }) =>
    emit({ type: 'unkept', reason: 'failed', detail: message }),
  );
  const keeper = module?.createKeeper({ ...kept, run, dataset: loadedDataset(), stopping, emit });
  if (keeper) kept.epochs = keeper.epochs;
  return keeper;
}

/**
 * Makes a saved model the tab's: a run, if it was trained on the loaded images, or a model of the library.
 * @param {RestoreArgs} args
 */
async function restore({ id, kept, labelSmoothing, patience, runtime }) {
  const { sha256Of, stoppingFrom, readied } = await import('./keep/keeper.js');
  const { epochs, dataset: from } = kept.facts;
  if (from && (await sha256Of(loadedDataset())) !== from.sha256) return { same: false };
  await tab.hold(({ replace }) =>
    replace(async () => {
      const model = await loadModel(kept.model, runtime);
      readied(model, subject());
      tellOfClasses(model);
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
  /** @type {Promise<void>} */
  const opened = new Promise((resolve) => (open = resolve));
  gate = { opened, open };
}

function resume() {
  gate?.open();
  gate = null;
}

/**
 * Figures without dropout: the test images first, since they take less time.
 * @param {WorkerMethods['evaluate']['args']} args
 * @param {Context<'evaluate'>} context
 */
async function evaluate({ trainSize }, { signal, emit }) {
  return tab.hold(async ({ lesson: { model, targetsOf } }) => {
    signal.throwIfAborted();
    const { train, test } = loadedDataset();
    if (!fits(model, subject())) throw misfit(subject(), model);
    const evaluated = async (/** @type {Part} */ { images, labels }) =>
      figures(await model.evaluate(images, targetsOf(labels), { signal }));
    if (countOf(test) > 0) {
      emit({ type: 'test', figures: await evaluated(test) });
      const probabilities = (await model.predict(test.images, { signal })).data.slice();
      const labels = Int32Array.from(test.labels.data);
      emit(transfer({ type: 'predictions', probabilities, labels }, [probabilities.buffer, labels.buffer]));
    }
    emit({ type: 'train', figures: await evaluated(firstOf(train, trainSize)) });
  });
}

/**
 * How fast a run would be, measured with a model that is made for it. The tab's model stays as it is, and is lent to
 * nobody meanwhile, so that nothing else is measured with it.
 * @param {WorkerMethods['measure']['args']} run
 * @param {Context<'measure'>} context
 */
async function measure(run, { signal }) {
  const { speedOf } = await import('./measuring.js');
  return tab.hold(async () => {
    signal.throwIfAborted();
    const heap = await loadCore(run.runtime);
    const { model, targetsOf } = await newLesson(run);
    const { train } = loadedDataset();
    const validation = heldOut();
    /** @param {Part} part */
    const labelled = ({ images, labels }) => ({ images, labels: targetsOf(labels) });
    const { batchSize, trainSize } = run;
    try {
      const training = labelled(firstOf(train, trainSize));
      const data = { train: training, test: validation && labelled(validation), batchSize };
      return await speedOf(model, data, { signal, heap });
    } finally {
      model.dispose();
    }
  });
}

/** The model as a file. */
async function save() {
  const bytes = await tab.hold(({ lesson: { model } }) => model.save());
  return transfer({ bytes }, [bytes.buffer]);
}

/** @param {import('./keep/convert.js').ConvertArgs} args */
async function convert(args) {
  const { convert: convertTo } = await import('./keep/convert.js');
  return args.files ? convertTo(null, args) : tab.hold(({ lesson: { model } }) => convertTo(model, args));
}

/** @param {WorkerMethods['measure']['args']} run @param {Head} [head] @returns {Promise<Lesson>} */
async function newLesson(run, head) {
  const steps = run.epochs * Math.ceil(Math.min(run.trainSize, loadedDataset().train.images.shape[0]) / run.batchSize);
  const { shape } = subject();
  const { built: model } = await build(run.specs, { ...run, shape, head }, compileOptions(run, steps));
  tellOfClasses(model);
  const id = `${Date.now()}-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;
  return { model, targetsOf: targetsBy(run.labelSmoothing), kept: { id, epochs: [] }, stopping: null };
}

/**
 * A model that knows pictures of people's own says which classes it knows, and how it wants to be asked.
 * @param {import('./tab-model.js').Model} model
 */
function tellOfClasses(model) {
  if (!dataset || !('preparation' in dataset)) return;
  const { classNames, preparation } = dataset;
  model.metadata = { ...model.metadata, classNames, preparation };
}

/** Makes of class numbers what the loss takes. @param {number} labelSmoothing @returns {Lesson['targetsOf']} */
function targetsBy(labelSmoothing) {
  const classes = subject().classNames.length;
  return (labels) => (labelSmoothing > 0 ? oneHot(labels, classes) : labels);
}

/**
 * @param {Spec[]} specs
 * @param {import('./assembly.js').BuildOptions & Partial<Run> & { head?: Head }} options `base`: for pictures of
 *   people's own, the model whose layers it begins with, in place of the specs
 * @param {ReturnType<typeof compileOptions>} [compile]
 */
async function build(specs, options, compile = compileOptions({ optimizer: 'adam', learningRate: 0.001 }, 1)) {
  if (begins(options.base)) {
    const begun = await fromBase(options.base, options);
    begun.built.compile(compile);
    return begun;
  }
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

/** Whether the model begins with another one's layers. @param {string} [base] @returns {base is string} */
const begins = (base = 'none') => base !== 'none' && dataset !== null && 'preparation' in dataset;

/** @param {string} base @param {import('./own/base.js').Wanted} options */
async function fromBase(base, options) {
  const [{ begun }, { modelNamed }] = await Promise.all([import('./own/base.js'), photoWorker()]);
  return begun(/** @type {import('./own/reading.js').OwnDataset} */ (dataset), await modelNamed(base), options);
}

/** @param {Part} part @param {number} count @returns {Part} */
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

/** @template Event @param {number} interval ms @param {(event: Event) => void} emit */
function atMostEvery(interval, emit) {
  let last = -Infinity;
  return (/** @type {Event} */ event) => {
    const now = performance.now();
    if (now - last < interval) return;
    last = now;
    emit(event);
  };
}
