/** The workers that train, in a page that a test looks into. */

/**
 * Has the page keep its trainers in `trainers`, and give `onEvent`, where there is such a function, each event that one
 * of them
 * tells, and the trainer itself, and `onResult` each result, before the page has it. In pages that are opened from now
 * on.
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
