/**
 * The one model of the tab, in the worker, with all that belongs to it.
 *
 * @typedef {object} Lesson
 * @property {any} model
 * @property {(labels: any) => any} targetsOf what the model's loss takes, made of class numbers
 * @property {{ id: string, epochs: any[] }} kept the run that the model comes from, as it is kept in the browser
 * @property {any} stopping what may end that run, and has seen its epochs; or null
 *
 * @typedef {{ readonly lesson: Lesson, replace: (make: () => Promise<Lesson>) => Promise<void> }} Holder
 */

/**
 * Whoever uses the model holds it, one after the other, so that no other takes its place meanwhile; and it is disposed
 * only
 * once the next one is there.
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
    async replace(make) {
      const before = lesson;
      const next = await make().catch((error) => {
        if (!before || error.code !== 'out-of-memory') throw error;
        lesson = null; // there is no room for two
        before.model.dispose();
        return make();
      });
      if (lesson) lesson.model.dispose();
      lesson = next;
    },
  };

  /**
   * Waits for its turn, and then has the model to itself until `work` settles.
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
