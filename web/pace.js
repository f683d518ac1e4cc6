/**
 * Estimates a run's time left from the time taken so far, without pauses.
 * @param {() => number} now in seconds
 */
export function createPace(now = () => performance.now() / 1000) {
  let spent = 0;
  let last = now();
  /** @type {number | null} */
  let start = null; // where, in epochs, the measured stretch began

  return {
    /** @param {number} done @param {number} planned both in epochs @returns {number} seconds, NaN while unknown */
    secondsLeft(done, planned) {
      const time = now();
      if (start === null) start = done;
      else spent += time - last;
      last = time;
      return done > start ? (spent / (done - start)) * (planned - done) : NaN;
    },
    /** Leaves out the time since the last call. */
    skip() {
      last = now();
    },
  };
}
