/** Our network, TensorFlow.js's and the reference agree: outputs, loss, gradients, weights after a few steps. */
import assert from 'node:assert/strict';
import { gradientsOf } from '../../support/reference/gradients.js';
import { batchLoss } from '../../support/reference/losses.js';
import { Network } from '../../support/reference/network.js';
import { Optimizer } from '../../support/reference/optimizers.js';
import { trainStep } from '../../support/reference/training.js';
import { slice } from '../support.js';
import {
  ROUNDING,
  TfModel,
  drawWeights,
  intercept,
  makeBatch,
  near,
  ourLoss,
  ourModel,
  tfLoss,
  tfTargets,
  toDoubles,
} from './support.js';

/** @import { Description } from '../../support/reference/network.js' */
/** @import { Loss } from '../../support/reference/losses.js' */

/**
 * Floats are off by 1e-6 where they are about one: a kink more than ten times that far away is on the same side for all
 * three.
 */
export const AWAY_FROM_KINKS = 1e-5;

/** @type {Loss} */
const MEAN_SQUARED_ERROR = { name: 'meanSquaredError' };

/** @param {Network} network @param {number} i */
const nameOf = (network, i) => `${network.weights[i].name} of layer ${network.weights[i].node}`;

/**
 * @param {Description} description
 * @param {object} [options]
 * @param {Loss} [options.loss]
 * @param {number} [options.count] samples per batch
 * @param {number} [options.steps] training steps
 * @param {number} [options.seed] another seed if a case is at a kink
 * @param {'all' | 'forward' | 'nothing'} [options.tensorflow] how far TensorFlow.js agrees with Keras
 * @param {{ name: string, [option: string]: any }} [options.optimizer]
 * @param {any} [options.referenceOptimizer] the same for the reference, if its options differ
 * @param {import('@tensorflow/tfjs-core').Optimizer} [options.tfOptimizer] TensorFlow.js's own, if it follows Keras;
 *   otherwise the reference's, applied to its gradients
 * @param {Float32Array} [options.sampleWeight] one for each sample
 * @param {number} [options.targetScale] multiplies the targets
 * @param {number} [options.relative] tolerance of the weights after training
 */
export async function agree(
  description,
  {
    loss = MEAN_SQUARED_ERROR,
    count = 4,
    steps = 3,
    seed = 1,
    tensorflow = 'all',
    relative = ROUNDING,
    optimizer = { name: 'sgd', learningRate: 0.05, momentum: 0.9 },
    referenceOptimizer = optimizer,
    tfOptimizer,
    sampleWeight,
    targetScale = 1,
  } = {},
) {
  const network = new Network(description);
  const weights = drawWeights(network, seed);
  network.setWeights(weights);
  const all = makeBatch(description, loss, count * steps, seed);
  if (targetScale !== 1)
    all.y.data.forEach((value, i) => {
      all.y.data[i] = value * targetScale;
    });
  const [x, y] = [slice(all.x, 0, count), slice(all.y, 0, count)];
  const ours = await ourModel(description, { weights });
  ours.model.compile({ optimizer, loss: ourLoss(loss) });
  const theirs = tensorflow === 'nothing' ? undefined : new TfModel(description, weights);

  const wanted = network.forward(toDoubles(x));
  const predicted = (await ours.model.predict(x)).data;
  near('predictions, of the reference', predicted, wanted[wanted.length - 1].data);
  if (theirs) near('predictions, of TensorFlow.js', predicted, theirs.predict(x));
  wanted.forEach(({ data }, node) => near(`output of layer ${node}`, ours.output(x, node), data));

  const want = gradientsOf(network, loss, { x: toDoubles(x), targets: y.data });
  assert.ok(want.margin > AWAY_FROM_KINKS, `the case stands ${want.margin} from a kink: take another seed`);
  const got = ours.gradients(x, y);
  near('loss, of the reference', [got.loss], [want.value]);
  want.gradients.forEach((g, i) =>
    near(`gradient of ${nameOf(network, i)}, of the reference`, got.gradients[i], g, { where: want.smooth[i] }),
  );
  if (theirs && tensorflow === 'all') {
    const { loss: tfValue, gradients } = await theirs.gradients(
      tfLoss(loss),
      x,
      tfTargets(loss, y, network.outputShape[0]),
    );
    near('loss, of TensorFlow.js', [got.loss], [tfValue]);
    const gotTrained = got.gradients.filter((_, i) => network.weights[i].trainable);
    gradients.forEach((g, i) => near(`gradient ${i}, of TensorFlow.js`, gotTrained[i], g));
    theirs.setWeights(weights); // its pass has moved batch normalization's averages
  }

  const evaluated = batchLoss(loss, wanted[wanted.length - 1], y.data) + network.penalty();
  near('evaluated loss', await ours.model.evaluate(x, y), [evaluated]);

  const { history } = await ours.model.fit(all.x, all.y, {
    batchSize: count,
    shuffle: false,
    verbose: 0,
    ...(sampleWeight && { sampleWeight: { shape: [sampleWeight.length], data: sampleWeight } }),
  });
  const exact = new Optimizer(referenceOptimizer);
  const ofTheirs = new Optimizer(referenceOptimizer);
  const trained = network.weights.filter(({ trainable }) => trainable);
  const shapes = trained.map(({ shape }) => shape);
  let losses = 0;
  for (let step = 0; step < steps; step++) {
    const [first, end] = [step * count, (step + 1) * count];
    const [bx, by] = [slice(all.x, first, end), slice(all.y, first, end)];
    const batchWeight = sampleWeight?.slice(first, end);
    const result = trainStep(network, loss, exact, { x: toDoubles(bx), targets: by.data, sampleWeight: batchWeight });
    assert.ok(
      result.smooth && result.margin > AWAY_FROM_KINKS,
      `step ${step} stands ${result.margin} from a kink: take another seed`,
    );
    losses += result.loss / steps;
    if (!theirs || tensorflow !== 'all') continue;
    if (step === 0 || sampleWeight)
      theirs.compile(
        tfLoss(loss, { sampleWeight: batchWeight }),
        tfOptimizer ?? intercept((w, g) => ofTheirs.apply(w, g, shapes)),
      );
    await theirs.step(bx, tfTargets(loss, by, network.outputShape[0]));
  }
  near('mean loss of the epoch', history.loss, [losses], { relative });
  // as at the end of Keras's fit
  if (referenceOptimizer.useEma) exact.averages.forEach((average, i) => trained[i].data.set(average));
  const after = ours.getWeights();
  network.weights.forEach(({ data }, i) =>
    near(`${nameOf(network, i)} after ${steps} steps, of the reference`, after[i].data, data, { relative }),
  );
  if (tensorflow === 'all' && !referenceOptimizer.useEma)
    theirs
      ?.getWeights()
      .forEach(({ data }, i) =>
        near(`${nameOf(network, i)} after ${steps} steps, of TensorFlow.js`, after[i].data, data, { relative }),
      );
  const final = network.forward(toDoubles(x));
  near('predictions after training', (await ours.model.predict(x)).data, final[final.length - 1].data, { relative });
  ours.dispose();
  theirs?.model.dispose();
}

/**
 * The layer under test between layers with weights, so that gradients flow into and through it.
 * @param {number[]} inputShape
 * @param {any} layer its name in `layers`
 * @param {any} [options]
 * @param {{ before?: any[], after?: any[] }} [around]
 * @returns {Description}
 */
export function within(inputShape, layer, options = {}, { before, after } = {}) {
  const image = inputShape.length === 3;
  const hidden = image
    ? { layer: 'conv2d', options: { filters: 3, kernelSize: 2, padding: 'same', activation: 'tanh' } }
    : { layer: 'dense', options: { units: 6, activation: 'tanh' } };
  const output = { layer: 'dense', options: { units: 3 } };
  return {
    inputShape,
    nodes: [
      ...(before ?? [hidden]),
      { layer, options },
      ...(after ?? (image ? [{ layer: 'flatten' }, output] : [output])),
    ],
  };
}
