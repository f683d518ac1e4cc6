import { startWorker } from '../client.js';
import { RemoteError, WorkerDied } from '../protocol.js';
import { createStopwatch } from '../stopwatch.js';

const PATIENCE = 10; // s that a picture may be decoded for
const GIVEN_UP = 'too-slow';

/**
 * The section's own worker: it reads pictures while another worker trains, and a picture that crashes it ends nothing
 * else. The next call starts another.
 */
export function createPhotoClient() {
  /** @type {import('../client.js').Client | null} */
  let client = null;
  /** The models that are not the page's own, by name. @type {Map<string, Uint8Array>} */
  const kept = new Map();

  function launch() {
    // index.html may have started one already
    const { early = null } = /** @type {{ early?: import('../client.js').NamedWorker }} */ (globalThis);
    const started = startWorker({ deterministic: true, threads: 1 }, () => (client = null), 'photos', early);
    Object.assign(globalThis, { early: null });
    started.ready.catch((error) => error instanceof WorkerDied || started.die(error.message));
    for (const [name, bytes] of kept) started.call('keep', { name, bytes }).catch(() => {});
    return started;
  }

  /** @type {import('../client.js').Call} */
  async function ask(method, args, options) {
    const mine = (client ??= launch());
    try {
      return await mine.call(method, args, options);
    } catch (error) {
      if (error instanceof RemoteError && error.name === 'RuntimeError') mine.die(error.message);
      const { code } = /** @type {Error & { code?: string }} */ (error);
      if (error instanceof WorkerDied || mine !== client)
        throw Object.assign(new Error('the worker stopped'), { code: code === GIVEN_UP ? code : 'worker-died' });
      throw error;
    }
  }

  /**
   * Examines and classifies a picture. If it takes too long to decode, the worker ends: nothing else stops a decoder.
   * @param {import('./photo-worker.js').LookArgs} args
   */
  async function look(args) {
    const watch = createStopwatch(PATIENCE, () => client?.die('the picture took too long', GIVEN_UP));
    const onEvent = (/** @type {{ type: string }} */ { type }) => (type === 'decoding' ? watch.start() : watch.stop());
    return ask('look', args, { onEvent }).finally(watch.stop);
  }

  /**
   * Hands over a model: the one that was trained in this tab, or a saved one.
   * @param {'trained' | 'saved'} name
   * @param {Uint8Array} bytes
   */
  async function keep(name, bytes) {
    await ask('keep', { name, bytes });
    kept.set(name, bytes);
  }

  return { ask, look, keep };
}

/** @typedef {ReturnType<typeof createPhotoClient>} PhotoClient */
