/**
 * What there is to say of a run, from its figures alone.
 *
 * @typedef {import('../keep/facts.js').EpochLogs} EpochLogs
 * @typedef {{ weakest: number, label: number, predicted: number, count: number }} WeakSpot `weakest`: the class;
 *   `label` and `predicted`: its most frequent confusion, which has it on one side; `count`: of images
 */

/**
 * The class with the lowest F1 score, and what it is mixed up with most.
 * @param {number[][][]} cells [true class][predicted class] → images, as ../metrics.js has them
 * @returns {WeakSpot | null} null if there are no mistakes between classes
 */
export function weakSpot(cells) {
  const classes = cells.length;
  const number = (/** @type {number} */ row, /** @type {number} */ column) => cells[row][column]?.length ?? 0;
  const all = [...cells.keys()];
  const mistakes = all.flatMap((label) =>
    all.flatMap((predicted) =>
      label === predicted || number(label, predicted) === 0
        ? []
        : [{ label, predicted, count: number(label, predicted) }],
    ),
  );
  const f1 = all.map((k) => {
    const given = cells[k].reduce((sum, { length }) => sum + length, 0);
    const named = all.reduce((sum, row) => sum + number(row, k), 0);
    return given === 0 ? NaN : (2 * number(k, k)) / (given + named);
  });
  const [weakest] = all.filter((k) => !Number.isNaN(f1[k])).sort((a, b) => f1[a] - f1[b]);
  const its = mistakes
    .filter(({ label, predicted }) => label === weakest || predicted === weakest)
    .sort((a, b) => b.count - a.count);
  return classes > 1 && its.length > 0 ? { weakest, ...its[0] } : null;
}

const WORSE = 1.02; // by how much the validation loss has to have risen, so that it is no chance
const LONG = 2; // epochs after the best one, at least

/**
 * The epoch after which the network learnt its training images by heart: from there on the validation loss rose to the
 * end, while that of training fell on.
 * @param {EpochLogs[]} epochs
 * @returns {number | null} from 1 on; null if it did not
 */
export function memorisedAfter(epochs) {
  const known = epochs.filter(({ logs }) => Number.isFinite(logs.val_loss ?? NaN) && Number.isFinite(logs.loss ?? NaN));
  const losses = known.map(({ logs }) => Number(logs.val_loss));
  const best = losses.indexOf(Math.min(...losses));
  const after = losses.slice(best + 1);
  if (best < 0 || after.length < LONG) return null;
  const recent = after.slice(-LONG);
  const rose = recent.every((loss) => loss >= losses[best] * WORSE);
  const fell = Number(known.at(-1)?.logs.loss) < Number(known[best].logs.loss);
  return rose && fell ? known[best].epoch + 1 : null;
}
