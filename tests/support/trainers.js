/** The training workers of a page that a test inspects. */

/**
 * Has the page collect its training workers in `trainers`. If there is a function `onEvent`, it is called with each
 * event of a worker, and the worker, before the page receives it; `onResult` likewise with each result. Applies to
 * pages opened from now on.
 * @param {import('puppeteer-core').Page} page
 */
export const followTrainers = (page) =>
  page.evaluateOnNewDocument(() => {
    const RealWorker = globalThis.Worker;
    const watched = /** @type {any} */ (globalThis);
    watched.trainers = [];
    globalThis.Worker = class extends RealWorker {
      /** @param {string | URL} url @param {WorkerOptions} [options] */
      constructor(url, options) {
        super(url, options);
        if (!options?.name?.startsWith('trainer')) return;
        watched.trainers.push(this);
        this.addEventListener('message', ({ data }) =>
          data.kind === 'event' ? watched.onEvent?.(data.event, this) : watched.onResult?.(data.value),
        );
      }
    };
  });
