/**
 * The one model of the tab, in the worker, with all that belongs to it.
 *
 * @typedef {import('../shim/index.js').Model} Model
 * @typedef {import('../shim/training/callbacks/stopping.js').StoppingState} StoppingState
 * @typedef {{ shape: number[], data: Uint8Array | Int32Array | Float32Array }} Labels
 *
 * @typedef {object} Lesson
 * @property {Model} model
 * @property {(labels: { shape: number[], data: Uint8Array | Int32Array }) => Labels} targetsOf makes of class numbers
 *   what the loss takes
 * @property {{ id: string, epochs: import('./keep/facts.js').EpochLogs[] }} kept the run that the model comes from, as
 *   it is saved in the browser
 * @property {{ state: StoppingState | null } | null} stopping what the run's early stopping has seen; null if it is off
 *
 * @typedef {{ readonly lesson: Lesson, readonly model: Model | undefined,
 *   replace: (make: () => Promise<Lesson>) => Promise<void> }} Holder
 */

/**
 * Lends the model to one user at a time, so that no other model takes its place meanwhile. A model is disposed only
 * once the next one exists, unless there is no memory for two.
 */
export function createTabModel() {
  /** @type {Lesson | null} */
  let lesson = null;
  /** @type {Promise<unknown>} */
  let last = Promise.resolve();

  /** @type {Holder} */
  const holder = {
    get lesson() {
      if (!lesson) throw new Error('there is no model yet');
      return lesson;
    },
    get model() {
      return lesson?.model;
    },
    async replace(make) {
      const before = lesson;
      const next = await make().catch((error) => {
        if (!before || error.code !== 'out-of-memory') throw error;
        lesson = null; // there is no memory for two
        before.model.dispose();
        return make();
      });
      if (lesson) lesson.model.dispose();
      lesson = next;
    },
  };

  /**
   * Waits its turn, and then has the model to itself until `work` settles.
   * @template T
   * @param {(holder: Holder) => T | Promise<T>} work
   * @returns {Promise<T>}
   */
  function hold(work) {
    const mine = last.then(() => work(holder));
    last = mine.catch(() => {});
    return mine;
  }

  return { hold };
}
