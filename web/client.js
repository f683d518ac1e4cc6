import { connect, WorkerDied } from './protocol.js';

const PING_INTERVAL = 500; // ms
const STUCK_AFTER = 5000; // ms without an answer
const MAX_STARTS = 3;

/** @param {number} ms */
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Starts the worker and calls it. `onDeath` is told once when the worker is gone, for whatever reason.
 *
 * A worker that stops answering while it starts is replaced, and asked again: Firefox (153) sometimes never comes back
 * from making a worker's own workers, which are the core's threads.
 * @param {string} script
 * @param {import('../shim/loading.js').RuntimeOptions} runtime
 * @param {(error: WorkerDied) => void} onDeath
 * @param {string} role by which it can be told from others
 * @param {Worker & { name: string } | null} [early] one that runs the script already
 */
export function startWorker(script, runtime, onDeath, role = 'trainer', early) {
  let alive = true;
  let starts = 1;
  let { worker, name } = create();
  const { call, move, fail } = connect(/** @type {any} */ (worker));

  function create() {
    const name = early?.name ?? `${role}-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;
    const worker = early ?? new Worker(script, { type: 'module', name });
    early = null;
    worker.onerror = (event) => {
      event.preventDefault();
      die(event.message ?? '');
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

  function replace() {
    worker.terminate();
    if (starts++ === MAX_STARTS) return die('it stopped answering while it started');
    ({ worker, name } = create());
    move(/** @type {any} */ (worker));
  }

  let starting = true;
  async function watch() {
    while (starting) {
      await call('ping'); // however long its script travels
      while (await answers()) if (!starting) return;
      if (starting) replace();
    }
  }

  /** Whether the worker answers in time; a while later, so that this can be asked in a loop. */
  async function answers() {
    await wait(PING_INTERVAL);
    return Promise.race([call('ping').then(() => true), wait(STUCK_AFTER)]);
  }
  watch().catch(() => {}); // dead: onDeath is told

  const ready = call('hello', runtime).finally(() => (starting = false));
  // The browser releases a worker's locks when it ends, however it ends.
  ready.then(() => navigator.locks?.request(name, () => die(''))).catch(() => {}); // dead, or locks are refused

  return { call, ready, die };
}

/** @typedef {ReturnType<typeof startWorker>} Client */
