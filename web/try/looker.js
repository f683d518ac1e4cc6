import { startWorker } from '../client.js';
import { RemoteError, WorkerDied } from '../protocol.js';

/**
 * The section's own worker: pictures are looked at while another one trains, and a picture that ends it ends nothing else.
 * The next call starts it anew.
 */
export function createLooker() {
  /** @type {import('../client.js').Client | null} */
  let client = null;
  /** @type {Uint8Array | null} the model trained in this tab */
  let trained = null;

  function launch() {
    const { early = null } = /** @type {{ early?: any }} */ (globalThis);
    const started = startWorker({ deterministic: true, threads: 1 }, () => (client = null), 'looker', early);
    Object.assign(globalThis, { early: null });
    started.ready.catch((error) => error instanceof WorkerDied || started.die(error.message));
    if (trained) started.call('keep', { name: 'trained', bytes: trained }).catch(() => {});
    return started;
  }

  /** @param {string} method @param {any} [args] @param {{ signal?: AbortSignal }} [options] @returns {Promise<any>} */
  async function ask(method, args, options) {
    const mine = (client ??= launch());
    try {
      return await mine.call(method, args, options);
    } catch (error) {
      if (error instanceof RemoteError && error.name === 'RuntimeError') mine.die(error.message);
      if (error instanceof WorkerDied || mine !== client) throw Object.assign(new Error('the worker ended'), { code: 'worker-died' });
      throw error;
    }
  }

  /** Takes the model that was trained in this tab. @param {Uint8Array} bytes */
  async function keepTrained(bytes) {
    trained = bytes;
    await ask('keep', { name: 'trained', bytes });
  }

  return { ask, keepTrained };
}
