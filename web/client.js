import { connect, WorkerDied } from './protocol.js';

const PING_INTERVAL = 500; // ms
const STUCK_AFTER = 8000; // ms without an answer
const MAX_STARTS = 3;

/** @param {number} ms */
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Of index.html, which may begin one before this script runs: a worker whose policy is the page's.
 * @type {(name: string) => Worker}
 */
const begin = (name) => /** @type {any} */ (globalThis).startWorker(name);

/**
 * Starts the worker and calls it. `onDeath` is told once when the worker is gone, for whatever reason.
 *
 * A worker that stops answering while it starts is replaced, and asked again: Firefox (153) sometimes never comes back
 * from making a worker's own workers, which are the core's threads. Where that happens later, as it turns to another
 * build of
 * the core, there may be a model and data that only it has: it is given up with the code `stuck`.
 * @param {import('../shim/core/loading.js').RuntimeOptions} runtime
 * @param {(error: WorkerDied) => void} onDeath
 * @param {string} role by which it can be told from others
 * @param {Worker & { name: string } | null} [early] one that runs the script already
 */
export function startWorker(runtime, onDeath, role = 'trainer', early) {
  let alive = true;
  let starts = 1; // 0: it has started
  let { worker, name } = create();
  const { call, move, fail } = connect(/** @type {any} */ (worker));

  function create() {
    const name = early?.name ?? `${role}-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;
    const worker = early ?? begin(name);
    early = null;
    worker.onerror = (event) => {
      event.preventDefault();
      die(event.message);
    };
    worker.onmessageerror = () => die('a message could not be read');
    return { worker, name };
  }

  /** @param {string} detail @param {string} [code] */
  function die(detail, code) {
    if (!alive) return;
    alive = false;
    worker.terminate();
    const error = new WorkerDied(detail, code);
    fail(error);
    onDeath(error);
  }

  function replaceOrDie() {
    if (starts === 0 || starts++ === MAX_STARTS) return die('it stopped answering', starts ? '' : 'stuck');
    worker.terminate();
    ({ worker, name } = create());
    move(/** @type {any} */ (worker));
  }

  /** Calls what may hang, and looks meanwhile whether the worker answers at all. @type {typeof call} */
  function callWatched(...request) {
    let waiting = true;
    const ping = () => {
      const answered = call('ping');
      answered.catch(() => {}); // dead, perhaps once nobody waits for it any more
      return answered;
    };
    let there = ping(); // however long its script travels
    const answer = call(...request);
    const watch = async () => {
      while (waiting) {
        await there;
        while (await answers()) if (!waiting) return;
        if (waiting) replaceOrDie();
        there = ping();
      }
    };
    watch().catch(() => {}); // dead: onDeath is told
    answer.catch(() => {}).then(() => (waiting = false));
    return answer;
  }

  /** Whether the worker answers in time; a while later, so that this can be asked in a loop. */
  async function answers() {
    await wait(PING_INTERVAL);
    return Promise.race([call('ping').then(() => true), wait(STUCK_AFTER)]);
  }

  const ready = callWatched('hello', runtime);
  // The browser releases a worker's locks when it ends, however it ends.
  ready
    .then(() => {
      starts = 0;
      return navigator.locks?.request(name, () => die(''));
    })
    .catch(() => {}); // dead, or locks are refused

  return {
    /** @type {typeof call} */
    call: (...request) => (starts === 0 && request[0] === 'describe' ? callWatched : call)(...request),
    ready,
    die,
  };
}

/** @typedef {ReturnType<typeof startWorker>} Client */
