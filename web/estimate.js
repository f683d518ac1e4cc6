/**
 * How long a run will take, from what was measured on this machine.
 *
 * @typedef {import('./settings.js').Settings} Settings
 * @typedef {{ training: number, validation: number }} Speed seconds per image
 * @typedef {{ images: number, tests: number }} Epoch the images that each epoch trains on, and those it is validated on
 */

/**
 * All that a run's speed depends on: as long as this stays the same, nothing has to be measured again.
 * @param {Settings} settings
 * @param {import('./model-spec.js').Spec[]} specs
 * @param {number} images to train on
 * @param {number} version of the dataset
 */
export function speedKey(settings, specs, images, version) {
  const { source, layers, verbose, epochs, trainSize, seed, patience, batchSize, balance, ...others } = settings;
  const { learningRate, schedule, decay, warmUp, ...decisive } = others;
  return JSON.stringify([specs, Math.min(batchSize, images), decisive, version]);
}

/** @param {Speed} speed @param {Epoch} epoch */
export const secondsPerEpoch = ({ training, validation }, { images, tests }) => images * training + tests * validation;

/**
 * The seconds from a position to the end of a run.
 * @param {Speed} speed
 * @param {Epoch & { epochs: number, batchSize: number }} run
 * @param {import('./worker.js').Position} from
 */
export const secondsOf = (speed, run, { epoch, batch }) =>
  secondsPerEpoch(speed, run) * (run.epochs - epoch) - Math.min(batch * run.batchSize, run.images) * speed.training;

/** From how many seconds on a time is rounded to which step. */
const STEPS = [
  [0, 5],
  [17.5, 10],
  [55, 30],
  [105, 60],
  [20 * 60, 5 * 60],
  [57.5 * 60, 30 * 60],
  [4.75 * 3600, 3600],
];

/**
 * A time as people would say it: “40 seconds”, “12 minutes”. The page's clocks have `duration`.
 * @param {number} seconds
 * @returns {{ unit: 'few' | 'seconds' | 'minute' | 'minutes' | 'hour' | 'hours', amount: number }} few: a few seconds
 */
export function roughly(seconds) {
  if (seconds < 5) return { unit: 'few', amount: 0 };
  const step = STEPS.findLast(([above]) => seconds >= above)?.[1] ?? 1;
  const rounded = Math.round(seconds / step) * step;
  if (rounded < 60 || rounded === 90) return { unit: 'seconds', amount: rounded };
  if (rounded < 3600) return { unit: rounded === 60 ? 'minute' : 'minutes', amount: rounded / 60 };
  return { unit: rounded === 3600 ? 'hour' : 'hours', amount: rounded / 3600 };
}

/** @param {number[]} values one or more */
export const medianOf = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * Times the epochs of a run; a pause leaves out the epoch that it falls into.
 * @param {() => number} now in seconds
 */
export function createLaps(now = () => performance.now() / 1000) {
  /** @type {number[]} */
  let laps = [];
  /** @type {number | null} */
  let last = null;

  return {
    /** An epoch has ended, and the next begins. */
    lap() {
      const time = now();
      if (last !== null) laps.push(time - last);
      last = time;
    },
    /** Leaves out the epoch under way. */
    skip() {
      last = null;
    },
    /** Forgets all epochs. */
    clear() {
      laps = [];
      last = null;
    },
    /** The median, so that a computer's sleep does not count; NaN if none was timed. */
    get seconds() {
      return laps.length > 0 ? medianOf(laps) : NaN;
    },
  };
}
