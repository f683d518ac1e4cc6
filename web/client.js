import { connect, WorkerDied } from './protocol.js';

/**
 * Starts the worker and calls it. `onDeath` is told once when the worker is gone, for whatever reason.
 * @param {string} script
 * @param {import('../shim/loading.js').RuntimeOptions} runtime
 * @param {(error: WorkerDied) => void} onDeath
 */
export function startWorker(script, runtime, onDeath) {
  const name = `fitting-room-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;
  const worker = new Worker(script, { type: 'module', name });
  const { call, fail } = connect(/** @type {any} */ (worker));
  let alive = true;

  /** @param {string} detail */
  function die(detail) {
    if (!alive) return;
    alive = false;
    worker.terminate();
    const error = new WorkerDied(detail);
    fail(error);
    onDeath(error);
  }

  worker.onerror = (event) => {
    event.preventDefault();
    die(event.message ?? '');
  };
  worker.onmessageerror = () => die('a message could not be read');

  const ready = call('hello', runtime);
  // The browser releases a worker's locks when it ends, however it ends.
  ready.then(() => navigator.locks?.request(name, () => die('')), () => {});

  return { call, ready, die };
}

/** @typedef {ReturnType<typeof startWorker>} Client */
