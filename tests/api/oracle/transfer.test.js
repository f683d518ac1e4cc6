/**
 * A frozen base with a new head, compared with TensorFlow.js whose layers are not trainable: first the head is trained,
 * then the whole at a lower rate.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tfc from '@tensorflow/tfjs-core';
import * as api from '../../../shim/index.js';
import { Network } from '../../support/reference/network.js';
import { slice } from '../support.js';
import { TfModel, drawWeights, makeBatch, near, ourModel, tfLoss, tfTargets, useOracles } from './support.js';

before(useOracles);

const [STEPS, BATCH, CLASSES] = [20, 8, 3];
const LOSS = { name: 'sparseCategoricalCrossentropy' };

const body = [
  { layer: 'conv2d', options: { filters: 6, kernelSize: 3, activation: 'relu', trainable: false } },
  { layer: 'maxPooling2d' },
  { layer: 'conv2d', options: { filters: 5, kernelSize: 2, activation: 'tanh', trainable: false } },
  { layer: 'flatten' },
];
const inputShape = [9, 8, 2];
const base = { inputShape, nodes: [...body, { layer: 'dense', options: { units: 7, activation: 'softmax' } }] };
const whole = { inputShape, nodes: [...body, { layer: 'dense', options: { units: CLASSES, activation: 'softmax' } }] };

test('transfer: a head on a frozen base, then all of it, fit as in TensorFlow.js', async () => {
  const trained = await ourModel(base, { weights: drawWeights(new Network(base)) });
  const ours = await api.transfer(trained.model, { classes: CLASSES, seed: 4 });
  trained.dispose();
  const theirs = new TfModel(whole, /** @type {any} */ (ours.getWeights()));
  const { x, y } = makeBatch(whole, LOSS, STEPS * BATCH);
  const frozen = ours.getWeights().slice(0, 4);
  const compile = (/** @type {number} */ learningRate) => {
    ours.compile({ optimizer: { name: 'sgd', learningRate }, loss: 'sparseCategoricalCrossentropy' });
    theirs.compile(tfLoss(LOSS), tfc.train.sgd(learningRate));
  };
  const fit = async () => {
    await ours.fit(x, y, { batchSize: BATCH, shuffle: false, verbose: 0 });
    for (let first = 0; first < STEPS * BATCH; first += BATCH) {
      const targets = tfTargets(LOSS, slice(y, first, first + BATCH), CLASSES);
      await theirs.step(/** @type {any} */ (slice(x, first, first + BATCH)), targets);
    }
    const wanted = theirs.getWeights();
    ours.getWeights().forEach(({ data }, i) => near(`weights ${i}`, data, wanted[i].data, { relative: 2e-5 }));
  };

  compile(0.3);
  await fit();
  assert.deepEqual(ours.getWeights().slice(0, 4), frozen);

  ours.trainable = true;
  for (const layer of theirs.made) layer.trainable = true;
  compile(0.03);
  await fit();
  assert.notDeepEqual(ours.getWeights().slice(0, 4), frozen);
  ours.dispose();
  theirs.model.dispose();
});
