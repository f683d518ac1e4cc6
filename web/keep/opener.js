import { startWorker } from '../client.js';
import { WorkerDied } from '../protocol.js';
import { createStopwatch } from '../stopwatch.js';

/** @typedef {import('./convert.js').ConvertArgs} ConvertArgs */
/** @typedef {import('./convert.js').Converted} Converted */

/** s that reading a model may take: the largest that the page writes take one or two. */
const PATIENCE = 20;

/**
 * Reads files of models in a separate worker, which ends with the reading: a file that keeps it busy, or crashes it,
 * harms neither the run under way nor the tab's model, and reading can be cancelled.
 * @returns {(args: ConvertArgs, signal?: AbortSignal) => Promise<Converted>} rejects with the code `cancelled`,
 *   `too-slow` or `reader-died`
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
    reader.ready.then(watch.start, () => {}); // a worker that cannot start cannot convert either
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
