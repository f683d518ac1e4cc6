import { startWorker } from './client.js';
import { createEmitter } from './emitter.js';
import { RemoteError, WorkerDied } from './protocol.js';
import { GARMENTS, isSame, subjectOf } from './subject.js';

/** @typedef {import('./client.js').Call} Call */

/**
 * The page's side of the worker: which dataset is loaded, what the model looks like, whether the worker lives.
 *
 * @typedef {object} DatasetInfo
 * @property {string} name
 * @property {boolean} synthetic
 * @property {import('./worker.js').Dataset['source']} source
 * @property {string[]} classNames
 * @property {string[][]} formerNames what the same classes were called before
 * @property {Shapes} train
 * @property {Shapes | null} validation null: there is none, and the test images serve instead
 * @property {Shapes} test
 *
 * @typedef {{ images: number[], labels: number[] }} Shapes
 * @typedef {{ phase: string, loaded: number, total: number }} LoadProgress
 * @typedef {{ state: 'empty' | 'loading' | 'ready' | 'failed', info: DatasetInfo | null, progress: LoadProgress | null,
 *   message: string, version: number, edited: boolean }} DataState `info`: of the loaded dataset, which stays while
 *   another is loading or has failed to load; `version`: another number for other images, or the same in other classes;
 *   `edited`: whether they are still the images of the version before
 * @typedef {{ text: string | null, layers: import('./assembly.js').Shown[], parameters: number | null, core:
 *   RunningCore, fault: { layer: number, message: string } | null }} Description `fault`: why the model cannot be
 *   built; `layers` are then those before that
 * @typedef {import('./worker.js').RunningCore} RunningCore
 * @typedef {{ state: 'alive', core: RunningCore } | { state: 'dead', message: string, code?: string }} WorkerState
 *
 * @typedef {object} SessionEvents
 * @property {DataState} data
 * @property {Description} description
 * @property {string} undescribed why there is no description
 * @property {WorkerState} worker
 * @property {void} idle everything that the worker was asked for has been answered
 */

/**
 * @param {{ ready: Promise<void>, runtime: () => import('../shim/core/loading.js').RuntimeOptions }} options
 *   `ready`: when the worker may be started; `runtime`: what it computes on
 */
export function createSession({ ready, runtime }) {
  /** @type {import('./emitter.js').Emitter<SessionEvents>} */
  const { on, emit } = createEmitter();
  /** @type {DataState} */
  let data = { state: 'empty', info: null, progress: null, message: '', version: 0, edited: false };
  /** @type {AbortController | null} */
  let loading = null;
  let subject = GARMENTS; // another object only for another subject
  let lost = false;
  /** @type {import('./client.js').Client | null} */
  let client = null;

  function launch() {
    lost = false;
    const started = startWorker(runtime(), (error) => {
      lost = true;
      loading = null;
      setData({ state: 'empty', info: null });
      emit('worker', { state: 'dead', message: error.message, code: error.code });
    });
    started.ready.then(
      (core) => emit('worker', { state: 'alive', core }),
      (error) => {
        if (!(error instanceof WorkerDied))
          started.die(error.message, error.code === 'unsupported' ? 'unsupported' : 'no-core');
      },
    );
    return started;
  }

  /** @param {Partial<DataState>} change */
  function setData(change) {
    data = { ...data, ...change };
    const next = subjectOf(data.info);
    if (!isSame(next, subject)) subject = next;
    emit('data', data);
  }

  /**
   * Loads a dataset; this cancels a load under way and replaces a worker that died. The dataset that was loaded before
   * stays until the next has loaded.
   * @param {import('./settings.js').Settings['source']} source
   * @param {File[] | import('./own/given.js').Given} [given] what the user chose
   * @returns {Promise<boolean>} whether it is loaded now
   */
  async function load(source, given = []) {
    loading?.abort();
    if (lost) client = null;
    const mine = (loading = new AbortController());
    setData({ state: 'loading', progress: null, message: '' });
    const baseUrl = new URL('fashion-mnist/', document.baseURI).href;
    const onEvent = (/** @type {LoadProgress} */ progress) => mine.signal.aborted || setData({ progress });
    try {
      const options = { signal: mine.signal, onEvent };
      const args = Array.isArray(given) ? { files: given } : { files: [], pictures: await given.send(call, options) };
      const info = await call('load', { source, baseUrl, ...args }, options);
      if (loading !== mine) return false;
      setData({ state: 'ready', info, version: data.version + 1, edited: false });
      return true;
    } catch (error) {
      if (loading !== mine) return false;
      if (mine.signal.aborted) setData({ state: data.info ? 'ready' : 'empty' });
      else setData({ state: 'failed', message: /** @type {Error} */ (error).message });
      return false;
    } finally {
      if (loading === mine) loading = null;
    }
  }

  /**
   * Changes the classes of the user's pictures; rejects if that cannot be.
   * @param {import('./own/desk.js').Change} change
   */
  async function edit(change) {
    const info = await call('edit', change);
    const version = data.version + Number(change.kind !== 'rename' && change.kind !== 'title');
    setData({ info, version, edited: true });
  }

  let pending = 0; // calls, other than a measurement
  /** @type {AbortController | null} */
  let measuring = null;

  /** Calls the worker; a measurement gives way. @type {Call} */
  async function call(method, args, options) {
    measuring?.abort();
    pending++;
    try {
      return await send(method, args, options);
    } finally {
      if (--pending === 0) emit('idle');
    }
  }

  /**
   * Measures how fast a run would be; only an idle worker should be asked.
   * @param {import('./worker.js').WorkerMethods['measure']['args']} run
   * @returns {Promise<import('./estimate.js').Speed | null>} null: it gave way to another call, or was stopped
   */
  async function measure(run) {
    const { signal } = (measuring = new AbortController());
    try {
      return await send('measure', run, { signal });
    } catch (error) {
      if (signal.aborted) return null;
      throw error;
    } finally {
      measuring = null;
    }
  }

  /** Ends the worker after a trap inside the core, which leaves its memory in no usable state. @type {Call} */
  async function send(method, args, options) {
    await ready;
    options?.signal?.throwIfAborted();
    const mine = (client ??= launch());
    try {
      return await mine.call(method, args, options);
    } catch (error) {
      if (error instanceof RemoteError && error.name === 'RuntimeError') mine.die(error.message);
      throw error;
    }
  }

  let asked = 0;
  /**
   * Emits the answer to the last question only.
   * @param {import('./model-spec.js').Spec[]} specs @param {string} base
   */
  async function describe(specs, base) {
    const mine = ++asked;
    try {
      const description = await call('describe', { specs, base, shape: subject.shape, runtime: runtime() });
      if (mine === asked) emit('description', description);
    } catch (error) {
      // `worker` tells of a worker's end.
      if (error instanceof RemoteError && mine === asked) emit('undescribed', error.message);
    }
  }

  /**
   * Images of a split. Never resolves if the worker has died: views ask again once there is another.
   * @param {import('./worker.js').Split} split
   * @param {number[]} indices
   * @returns {Promise<{ pixels: Uint8Array, labels: Int32Array }>}
   */
  async function pictures(split, indices) {
    try {
      return await call('pictures', { split, indices });
    } catch (error) {
      if (error instanceof WorkerDied) return new Promise(() => {});
      throw error;
    }
  }

  return {
    on,
    call,
    load,
    edit,
    describe,
    pictures,
    measure,
    stopMeasuring: () => measuring?.abort(),
    /** Whether the worker has nothing to do. */
    get idle() {
      return pending === 0 && measuring === null;
    },
    abortLoad: () => loading?.abort(),
    get data() {
      return data;
    },
    /** What the loaded images are of. */
    get subject() {
      return subject;
    },
  };
}

/** @typedef {ReturnType<typeof createSession>} Session */
