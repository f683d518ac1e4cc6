import { Core } from './core.js';
import { FittingRoomError, checkBoolean, checkInteger, checkOptions } from '../check.js';
import { hasRelaxedSimd, hasSimd, processors, threadsMissing } from './features.js';
import { LIMITS } from './limits.js';
import { nextTask } from './turns.js';

/** @import { CoreModule, CoreOptions, Fallback } from './core.js' */

/**
 * What models compute with.
 * @typedef {object} Runtime
 * @property {string} build the build in use: simd, relaxed, or either with -mt for threads
 * @property {number} threads the number of threads it computes on
 * @property {Fallback | null} fallback why there is only one thread although more were requested; null if there is no
 *   such reason
 * @property {() => number} heapInUse the number of bytes that models take now
 */

/** @typedef {() => Promise<{ default: (options?: CoreOptions) => Promise<CoreModule> }>} Loader */

/**
 * @typedef {object} RuntimeOptions
 * @property {boolean} [deterministic] default false; true: use the build whose results are identical, to the bit, in
 *   every engine, instead of the fastest one
 * @property {number} [threads] default: the number of processors, at most 8; results do not depend on it
 */

/** @type {Record<string, Loader>} */
const BUILDS = {
  simd: () => import('../../build/simd/fitting-room.mjs'),
  'simd-mt': () => import('../../build/simd-mt/fitting-room.mjs'),
  relaxed: () => import('../../build/relaxed/fitting-room.mjs'),
  'relaxed-mt': () => import('../../build/relaxed-mt/fitting-room.mjs'),
};

/** Why there are no threads. */
const MISSING = {
  'not-isolated': 'the page is not cross-origin isolated; its server must send COOP and COEP headers',
  unsupported: 'there is no SharedArrayBuffer here',
};

const USUAL_THREADS = 8;
const THREADS_TIMEOUT = 5000; // ms, from the moment the module is loaded

/** @type {Map<string, Promise<Core>>} */
const cores = new Map();

/** @type {Promise<Core> | undefined} */
let latest;

/** @type {(() => Promise<Core>) | undefined} */
let forced;

/**
 * Makes every later loadedCore load this build, whatever its options. Tests use it to run the builds that check
 * themselves.
 * @param {string} build
 * @param {Loader} load
 * @param {number} [threads]
 */
export function useBuild(build, load, threads = 1) {
  BUILDS[build] = load;
  forced = () => instantiate(build, threads, null);
  cores.clear();
  latest = undefined;
}

/**
 * Loads and starts the core, once for each combination of options; later calls return the same one. A failed load is
 * tried again on the next call.
 * @param {RuntimeOptions} [options]
 * @returns {Promise<Core>}
 */
export async function loadedCore(options = {}) {
  checkOptions('loadCore', options, ['deterministic', 'threads']);
  const deterministic = checkBoolean('deterministic', options.deterministic ?? false);
  const wanted = options.threads ?? Math.min(processors(), USUAL_THREADS);
  const threads = checkInteger('threads', wanted, 1, LIMITS.maxThreads);
  if (!hasSimd()) {
    throw new FittingRoomError(
      'this browser has no WebAssembly SIMD; Chrome 91, Firefox 89, Safari 16.4, Node 16.4 and later have it',
      'unsupported',
    );
  }
  const build = !deterministic && hasRelaxedSimd() ? 'relaxed' : 'simd';
  const key = forced ? 'forced' : `${build} ${threads}`;
  const core = cores.get(key) ?? (forced ?? start)(build, threads);
  cores.set(key, core);
  latest = core;
  core.catch(() => {
    cores.delete(key);
    if (latest === core) latest = undefined;
  });
  return core;
}

/**
 * Loads the core ahead of the first model, and says which build and how many threads it uses.
 * @type {(options?: RuntimeOptions) => Promise<Runtime>}
 */
export const loadCore = (options) => loadedCore(options);

/** The core that was loaded last, or a new one: for work that every build does alike. */
export const anyCore = () => latest ?? loadedCore();

/**
 * @param {string} build
 * @param {number} threads
 */
async function start(build, threads) {
  /** @type {Fallback | null} */
  let fallback = null;
  if (threads > 1) {
    const reason = threadsMissing();
    try {
      if (!reason) return await instantiate(`${build}-mt`, threads, null);
      fallback = { reason, message: MISSING[reason] };
    } catch (error) {
      const { cause, message } = /** @type {Error & { cause?: Error }} */ (error);
      fallback = { reason: 'failed', message: cause?.message || message };
    }
  }
  return instantiate(build, 1, fallback);
}

/**
 * @param {string} build
 * @param {number} threads
 * @param {Fallback | null} fallback
 */
async function instantiate(build, threads, fallback) {
  try {
    const { default: createModule } = await BUILDS[build]();
    const module = threads > 1 ? await withThreads(createModule, threads) : await createModule();
    const core = new Core(module, { build, threads, fallback });
    if (threads > 1) core.call('fr_pool_start', threads);
    // Node may resolve a compilation while it is waiting for its own background threads. Code that ran at that point
    // could block for ever (https://github.com/nodejs/node/issues/54918), so continue in a new task.
    await nextTask();
    return core;
  } catch (cause) {
    throw new FittingRoomError(`the WebAssembly core could not be loaded: ${cause}`, 'network', { cause });
  }
}

/**
 * Instantiates the module with helper threads. If they do not start in time, they are terminated and this rejects.
 * @param {(options?: CoreOptions) => Promise<CoreModule>} createModule
 * @param {number} threads
 * @returns {Promise<CoreModule>}
 */
async function withThreads(createModule, threads) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {(event: ErrorEvent) => void} */
  let onError = () => {};
  /** @type {CoreOptions} */
  const options = { helpers: threads - 1 };
  const failure = new Promise((_, reject) => {
    const giveUp = (/** @type {string} */ why) => {
      options.PThread?.terminateAllThreads();
      reject(new Error(why));
    };
    options.preRun = [
      () => {
        timer = setTimeout(() => giveUp(`threads did not start within ${THREADS_TIMEOUT / 1000} s`), THREADS_TIMEOUT);
      },
    ];
    // The glue rethrows a helper's error event where nothing can catch it.
    onError = (event) => {
      if (!(event.error?.target instanceof Worker)) return;
      event.preventDefault();
      giveUp(`a thread could not be started: ${event.error.message ?? 'its script was refused'}`);
    };
  });
  globalThis.addEventListener?.('error', onError);
  try {
    return await /** @type {Promise<CoreModule>} */ (Promise.race([createModule(options), failure]));
  } finally {
    clearTimeout(timer);
    globalThis.removeEventListener?.('error', onError);
  }
}
