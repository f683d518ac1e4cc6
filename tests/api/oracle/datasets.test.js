/**
 * fitDataset and evaluateDataset beside TensorFlow.js's own: the same weights at the beginning, the same batches, and
 * so the same figures. They differ by less than 3e-7 after these few steps.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tfc from '@tensorflow/tfjs-core';
import { Network } from '../../support/reference/network.js';
import { slice } from '../support.js';
import { TfModel, drawWeights, makeBatch, near, ourModel, tfLoss, toTf, useOracles } from './support.js';

/** @import { Description } from '../../support/reference/network.js' */

before(useOracles);

const LOSS = { name: 'categoricalCrossentropy' };
const CLASSES = 4;
const METRICS = ['categoricalAccuracy'];

/** @type {Description} */
const DESCRIPTION = {
  inputShape: [6, 6, 2],
  nodes: [
    { layer: 'conv2d', options: { filters: 5, kernelSize: 3, activation: 'relu' } },
    { layer: 'maxPooling2d' },
    { layer: 'flatten' },
    { layer: 'dense', options: { units: CLASSES, activation: 'softmax' } },
  ],
};

/** Batches of these sizes. @param {number[]} sizes @param {number} [seed] */
function batchesOf(sizes, seed) {
  const all = makeBatch(
    DESCRIPTION,
    LOSS,
    sizes.reduce((a, b) => a + b),
    seed,
  );
  let end = 0;
  return sizes.map((size) => {
    end += size;
    return { xs: slice(all.x, end - size, end), ys: slice(all.y, end - size, end) };
  });
}

const BATCHES = batchesOf([8, 3, 8, 1, 5]);
const HELD = batchesOf([7, 2, 4], 9);

/** As a dataset of `tf.data`; TensorFlow.js disposes of each batch. @param {typeof BATCHES} batches @returns {any} */
const asTf = (batches) => ({
  iterator: async () => {
    const iterator = batches.values();
    return {
      next: async () => {
        const { done, value } = iterator.next();
        return { done, value: value ? { xs: toTf(value.xs), ys: toTf(value.ys) } : null };
      },
    };
  },
});

/** The two networks, compiled alike. */
async function networks() {
  const weights = drawWeights(new Network(DESCRIPTION));
  const ours = await ourModel(DESCRIPTION, { weights });
  const theirs = new TfModel(DESCRIPTION, weights);
  ours.model.compile({ optimizer: { name: 'sgd', learningRate: 0.2 }, loss: LOSS.name, metrics: METRICS });
  theirs.compile(tfLoss(LOSS), tfc.train.sgd(0.2), METRICS);
  return {
    ours,
    theirs,
    dispose() {
      ours.dispose();
      theirs.model.dispose();
    },
  };
}

for (const [what, options] of /** @type {[string, any][]} */ ([
  ['passes', { epochs: 4 }],
  ['batchesPerEpoch', { batchesPerEpoch: 2, epochs: 2 }],
  ['weights of classes', { epochs: 4, classWeight: { 0: 0.5, 1: 2, 2: 1, 3: 3 } }],
  ['an initial epoch', { epochs: 4, initialEpoch: 1 }],
]))
  test(`fitDataset, evaluateDataset: TensorFlow.js trains alike on the same batches, ${what}`, async () => {
    const { ours, theirs, dispose } = await networks();
    const both = { ...options, verbose: 0, validationBatches: 2 };
    const first = await ours.model.evaluateDataset(BATCHES);
    const want = await theirs.model.fitDataset(asTf(BATCHES), { ...both, validationData: asTf(HELD) });
    const got = await ours.model.fitDataset(BATCHES, { ...both, validationData: HELD });
    assert.deepEqual(got.epoch, want.epoch);
    for (const [here, there] of [
      ['loss', 'loss'],
      ['categoricalAccuracy', 'categoricalAccuracy'],
      ['val_loss', 'val_loss'],
      ['val_categoricalAccuracy', 'val_categoricalAccuracy'],
    ])
      near(here, got.history[here], /** @type {number[]} */ (want.history[there]));
    const last = await ours.model.evaluateDataset(BATCHES);
    assert.ok(Math.abs(last[0] - first[0]) > 0.01 * first[0], `it trains: ${first[0]} to ${last[0]}`);
    const figures = /** @type {tfc.Scalar[]} */ (await theirs.model.evaluateDataset(asTf(BATCHES), {}));
    near(
      'figures',
      last,
      figures.map((figure) => figure.dataSync()[0]),
    );
    const trained = theirs.getWeights();
    ours.getWeights().forEach(({ data }, i) => near(`weights ${i}`, data, trained[i].data));
    dispose();
  });
