import { batchLoss } from './losses.js';
import { Kinks } from './kinks.js';

/** @import { Doubles } from './array.js' */
/** @import { Network } from './network.js' */
/** @import { Loss } from './losses.js' */
/** @typedef {{ x: Doubles, targets: ArrayLike<number>, sampleWeight?: ArrayLike<number> }} Batch */

/* The error of a central difference is h²/6 · f''' + 2^-53 · f / h: about 1e-10 each for moderate values. */
const STEP = 1e-5;

/**
 * The loss that a training step reduces: the batch's mean plus the regularizers' terms.
 * @param {Network} network
 * @param {Loss} loss
 * @param {Batch} batch
 * @param {{ before?: Doubles[], first?: number, errors?: Doubles[] }} [options] as for `forward`
 */
export function objective(network, loss, { x, targets, sampleWeight }, options) {
  const kinks = new Kinks();
  const outputs = network.forward(x, { training: true, kinks, ...options });
  const data = batchLoss(loss, outputs[outputs.length - 1], targets, { sampleWeight, kinks });
  return { value: data + network.penalty(), outputs, kinks };
}

/**
 * Central differences of the objective with respect to every trainable weight.
 * @param {Network} network
 * @param {Loss} loss
 * @param {Batch} batch
 * @param {Doubles[]} [errors] added to the outputs of the nodes
 * @returns {{ value: number, margin: number, branches: number, outputs: Doubles[], gradients: Float64Array[], smooth:
 *   boolean[][] }} for each of `network.weights`; smooth: no kink lay between the two points, so the difference is a
 *   derivative; weights that are not trained get zeros
 */
export function gradientsOf(network, loss, batch, errors) {
  const at = objective(network, loss, batch, { errors });
  /** @type {boolean[][]} */
  const smooth = [];
  const gradients = network.weights.map(({ data, trainable, node, regularizer }, index) => {
    smooth.push(Array.from(data, () => true));
    if (!trainable) return new Float64Array(data.length);
    return data.map((value, i) => {
      /** @param {number} to */
      const moved = (to) => {
        data[i] = to;
        return objective(network, loss, batch, { before: at.outputs, first: node, errors });
      };
      const [above, below] = [moved(value + STEP), moved(value - STEP)];
      data[i] = value;
      smooth[index][i] = above.kinks.branches === below.kinks.branches && !(regularizer?.l1 && Math.abs(value) <= STEP);
      return (above.value - below.value) / (2 * STEP);
    });
  });
  return { value: at.value, outputs: at.outputs, ...at.kinks, gradients, smooth };
}
