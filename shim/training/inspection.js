import { readScores } from '../core/scores.js';
import { labelledSource, sourceOf } from './samples.js';
import { Stage } from '../core/stage.js';
import { elementsOf } from '../tensor.js';

/** @import { Runner } from './samples.js' */
/** @import { Given, Samples, Tensor } from '../tensor.js' */

/**
 * Computes the gradients of one batch and leaves them in the core.
 * @param {Runner} runner
 * @param {Samples} x
 * @param {Given} y
 * @returns {number} the batch's mean loss
 */
export function computeGradients(runner, x, y) {
  const source = labelledSource(runner, '', x, y);
  const stage = new Stage(runner.core, source, source.count, 0);
  try {
    const { samples, dtype, targets, weights, count } = stage.load(undefined, 0, source.count);
    runner.core.call('fr_gradients', runner.pointer(), samples, dtype, targets, weights, count, stage.results);
    const [scores] = readScores(runner.core, stage.results, 1);
    return scores.loss / scores.samples;
  } finally {
    stage.free();
  }
}

/**
 * @param {Runner} runner
 * @param {Samples} x
 * @param {number} layer
 * @param {number[]} shape of the layer's output
 * @param {boolean} training
 * @returns {Tensor<Float32Array>}
 */
export function computeActivations(runner, x, layer, shape, training) {
  const source = sourceOf(runner, 'x', x);
  const width = elementsOf(shape);
  const stage = new Stage(runner.core, source, source.count, width * 4);
  try {
    const { samples, dtype, count } = stage.load(undefined, 0, source.count);
    runner.core.call('fr_activations', runner.pointer(), layer, samples, dtype, count, Number(training), stage.results);
    return { shape: [count, ...shape], data: runner.core.floats(stage.results, count * width).slice() };
  } finally {
    stage.free();
  }
}
