import { startWorker } from '../client.js';
import { WorkerDied } from '../protocol.js';
import { createStopwatch } from '../stopwatch.js';

/** s that reading a model may take: the largest that the page writes take one or two. */
const PATIENCE = 20;

/**
 * Reads models' files in a worker of its own, which ends with the reading: a file that keeps it busy, or ends it, harms
 * neither the run
 * under way nor the tab's model, and reading can be cancelled at any moment.
 * @returns {(args: any, signal?: AbortSignal) => Promise<any>} rejects with the code `cancelled`, `too-slow` or
 *   `reader-died`
 */
export function createOpener() {
  return async (args, signal) => {
    let ended = '';
    const reader = startWorker({ deterministic: true, threads: 1 }, () => {}, 'opener');
    const end = (/** @type {string} */ why) => {
      ended = why;
      reader.die(why);
    };
    const cancel = () => end('cancelled');
    const watch = createStopwatch(PATIENCE, () => end('too-slow'));
    reader.ready.then(watch.start, () => {}); // what keeps it from starting keeps it from converting
    signal?.addEventListener('abort', cancel);
    if (signal?.aborted) cancel();
    try {
      return await reader.call('convert', args);
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      throw error instanceof WorkerDied ? Object.assign(new Error(message), { code: ended || 'reader-died' }) : error;
    } finally {
      signal?.removeEventListener('abort', cancel);
      reader.die('');
      watch.stop();
    }
  };
}
