import { datasets } from 'fitting-room';
import { rowsOf } from '../shim/tensor.js';
import { assembled, begins, coreFor } from './assembly.js';
import { loadedDataset, setDataset } from './images.js';
import { serve, transfer } from './protocol.js';
import { atMostEvery } from './throttle.js';

/**
 * The worker owns the dataset and the model; the page only has copies of what it shows.
 *
 * @typedef {import('../shim/core/loading.js').RuntimeOptions} RuntimeOptions
 * @typedef {import('../shim/datasets/fashion-mnist.js').Dataset | import('./own/project.js').OwnDataset} Dataset
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
 *   | { type: 'epoch', epoch: number, logs: Record<string, number> } | import('./watching.js').WatchEvent} RunEvent
 * @typedef {{ type: 'test' | 'train', figures: Figures }
 *   | { type: 'predictions', probabilities: Float32Array, labels: Int32Array }} EvaluationEvent
 */

/**
 * What the page calls, see ./protocol.js. Ten are of ./own/desk.js, and the last ten of ./try/photo-worker.js; each
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
 * @property {Signature<import('./own/desk.js').Change, DatasetInfo>} edit
 * @property {Signature<{}, import('./own/findings.js').Findings>} findings
 * @property {Signature<{}, import('./own/saver.js').Saved>} saved
 * @property {Signature<Omit<Run, 'from' | 'address'>, import('./own/desk.js').Doubt[], LoadProgress>} doubt
 * @property {Signature<{ id: number }, import('./own/findings.js').Shown[]>} classPictures
 * @property {Signature<{}, import('./own/desk.js').Kept[]>} projects
 * @property {Signature<{ id: string }, boolean>} forget
 * @property {Signature<import('./own/desk.js').PackArgs, { name: string, file: Blob }, LoadProgress>} pack
 * @property {Signature<{}, import('./own/desk.js').PackArgs & { making: import('./own/given.js').Making } | null>}
 *   unpacked
 * @property {Signature<{ split: Split, indices: number[] }, { pixels: Uint8Array, labels: Int32Array }>}
 *   pictures
 * @property {Signature<{ specs: Spec[], shape: import('./subject.js').Shape, base: string, runtime: RuntimeOptions },
 *   Description>} describe
 * @property {Signature<Omit<Run, 'from' | 'address'>, { id: string }>} answerAtOnce
 * @property {Signature<Omit<Run, 'from' | 'address'> & { id: string }, boolean>} refine false: it is another model
 * @property {Signature<Run, { position: Position, ended: Ended }, RunEvent>} fit
 * @property {Signature<import('./watching.js').Watched>} watch what a run tells about as it goes on
 * @property {Signature<{ file: Blob }, { pixels: Uint8Array | null }>} prepared
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
const PROGRESS_INTERVAL = 120; // ms between two progress events

const lessons = () => import('./lessons.js');
const photoWorker = () => import('./try/photo-worker.js');
/** @type {Promise<typeof import('./own/desk.js')> | null} */
let desk = null;
const ownDesk = () => (desk ??= import('./own/desk.js'));

/**
 * Methods of a module that loads with the first call; later calls, as of pausing, do not wait for anything.
 * @template {Record<string, any>} Module
 * @template {keyof Module & string} Name
 * @param {() => Promise<Module>} load
 * @param {Name[]} names
 */
function later(load, ...names) {
  /** @type {Module | undefined} */
  let module;
  const methods = names.map((name) => [
    name,
    async (/** @type {unknown[]} */ ...args) => (module ??= await load())[name](...args),
  ]);
  return /** @type {{ [K in Name]: (...args: Parameters<Module[K]>) => Promise<Awaited<ReturnType<Module[K]>>> }} */ (
    /** @type {unknown} */ (Object.fromEntries(methods))
  );
}

/** @type {import('./protocol.js').Methods<WorkerMethods>} */
const METHODS = {
  ping,
  hello,
  load,
  pictures,
  describe,
  ...later(lessons, 'fit', 'pause', 'resume', 'evaluate', 'measure', 'save', 'restore', 'convert', 'edit', 'doubt'),
  ...later(lessons, 'answerAtOnce', 'refine', 'watch', 'prepared'),
  ...later(ownDesk, 'gather', 'findings', 'saved', 'classPictures', 'projects', 'forget', 'pack'),
  ...later(ownDesk, 'unpacked'),
  ...later(photoWorker, 'warmUp', 'prepare', 'keep', 'look', 'asking', 'classify', 'layers', 'maps', 'filters'),
  ...later(photoWorker, 'occlusion'),
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
      const [own, { guardedDecode }] = await Promise.all([ownDesk(), photoWorker()]);
      return own.load(/** @type {NonNullable<typeof options>} */ (options), guardedDecode, { signal, onProgress });
    },
  };
  /** @type {Dataset} */
  const loaded = await readers[source]();
  signal.throwIfAborted();
  if (source !== 'pictures') (await desk)?.leave();
  return setDataset(loaded);
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
    const { built, shown } = await assembled(specs, { seed: 0, runtime, shape, base });
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
