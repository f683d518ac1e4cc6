import { randomName } from './new-id.js';
import { connect, WorkerDied } from './protocol.js';

/** @typedef {import('./protocol.js').Call<import('./worker.js').WorkerMethods>} Call */

const PING_INTERVAL = 500; // ms
const STUCK_AFTER = 8000; // ms without an answer
const MAX_STARTS = 3;

/** @param {number} ms */
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @typedef {Worker & { name: string }} NamedWorker */

/**
 * Starts a worker under the page's policy. index.html defines it, as it may start one before this script runs.
 * @type {(name: string) => Worker}
 */
const begin = (name) =>
  /** @type {{ startWorker: (name: string) => Worker }} */ (/** @type {unknown} */ (globalThis)).startWorker(name);

/**
 * Starts the worker and calls it. `onDeath` is told once, when the worker has ended.
 *
 * A worker that stops answering while it starts is replaced, and asked again: Firefox (153) sometimes never returns
 * from making a worker's own workers, which are the core's threads. If that happens later, when the worker loads
 * another build of the core, it may have a model and data that exist nowhere else; then it ends with the code `stuck`.
 * @param {import('../shim/core/loading.js').RuntimeOptions} runtime
 * @param {(error: WorkerDied) => void} onDeath
 * @param {string} role with which the worker's name begins
 * @param {NamedWorker | null} [early] a worker that runs the script already
 */
export function startWorker(runtime, onDeath, role = 'trainer', early) {
  let alive = true;
  let starts = 1; // 0: it has started
  let { worker, name } = create();
  /** @type {import('./protocol.js').Connection<import('./worker.js').WorkerMethods>} */
  const { call, move, fail } = connect(worker);

  function create() {
    const name = early?.name ?? `${role}-${randomName()}`;
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
    move(worker);
  }

  /** Calls a method that may hang, and checks meanwhile that the worker answers at all. @type {Call} */
  function callWatched(...request) {
    let waiting = true;
    const ping = () => {
      const answered = call('ping', {});
      answered.catch(() => {}); // dead, perhaps after the last await
      return answered;
    };
    let there = ping(); // however long its script takes to load
    const answer = call(...request);
    const watch = async () => {
      while (waiting) {
        await there;
        while (await answers()) if (!waiting) return;
        if (waiting) replaceOrDie();
        there = ping();
      }
    };
    watch().catch(() => {}); // dead: onDeath tells
    answer.catch(() => {}).then(() => (waiting = false));
    return answer;
  }

  /** Whether the worker answers in time. Waits first, so that it can be called in a loop. */
  async function answers() {
    await wait(PING_INTERVAL);
    return Promise.race([call('ping', {}).then(() => true), wait(STUCK_AFTER)]);
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
    /** @type {Call} */
    call: (...request) => (starts === 0 && request[0] === 'describe' ? callWatched : call)(...request),
    ready,
    die,
  };
}

/** @typedef {ReturnType<typeof startWorker>} Client */
