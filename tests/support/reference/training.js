import { gradientsOf } from './gradients.js';

/** @import { Network } from './network.js' */
/** @import { Loss } from './losses.js' */
/** @import { Optimizer } from './optimizers.js' */
/** @import { Batch } from './gradients.js' */

/**
 * One training step: gradients, batch normalization's averages, then the optimizer. If not `smooth`, some difference
 * was taken across a kink.
 * @param {Network} network
 * @param {Loss} loss
 * @param {Optimizer} optimizer
 * @param {Batch} batch
 */
export function trainStep(network, loss, optimizer, batch) {
  const { value, margin, gradients, smooth } = gradientsOf(network, loss, batch);
  network.forward(batch.x, { training: true, moveAverages: true });
  const trained = network.weights.map(({ trainable }, i) => (trainable ? i : -1)).filter((i) => i >= 0);
  optimizer.apply(
    trained.map((i) => network.weights[i].data),
    trained.map((i) => gradients[i]),
    trained.map((i) => network.weights[i].shape),
  );
  return { loss: value, margin, smooth: smooth.flat().every(Boolean) };
}
