/**
 * Random networks compared with the reference in doubles. FC_SEED and FC_RUNS in the environment change the seed and
 * the number of runs; a failure prints the seed, and the smallest case as the calls that make it.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { gradientsOf } from '../support/reference/gradients.js';
import { batchLoss } from '../support/reference/losses.js';
import { moments } from '../support/reference/normalization.js';
import { Optimizer } from '../support/reference/optimizers.js';
import { trainStep } from '../support/reference/training.js';
import { AWAY_FROM_KINKS } from './oracle/agree.js';
import { networks } from './oracle/arbitrary.js';
import {
  ROUNDING,
  drawWeights,
  largest,
  makeBatch,
  near,
  ourLoss,
  ourModel,
  toDoubles,
  uniform,
  useOracles,
} from './oracle/support.js';
import { Network } from '../support/reference/network.js';
import { slice } from './support.js';

/** @import { Case } from './oracle/arbitrary.js' */
/** @import { Doubles } from '../support/reference/array.js' */

const SEED = Number(process.env.FC_SEED ?? 28);
const RUNS = Number(process.env.FC_RUNS ?? 250);

/** What ran: a property that discards its cases, or never reaches a layer, would prove nothing. */
const ran = { cases: 0, layers: /** @type {Record<string, number>} */ ({}), compared: 0, kinked: 0, conditioned: 0 };

/** @param {Case} a */
async function setUp({ description, loss, count, seed }) {
  const network = new Network(description);
  const weights = drawWeights(network, seed);
  network.setWeights(weights);
  const ours = await ourModel(description, { weights });
  ours.model.compile({ optimizer: 'sgd', loss: ourLoss(loss) });
  ran.cases++;
  for (const { layer } of description.nodes) ran.layers[layer] = (ran.layers[layer] ?? 0) + 1;
  return { network, ours, ...makeBatch(description, loss, count, seed) };
}

/**
 * An error for each number, of the size that floats cause in a layer: a millionth of the layer's largest number. Our
 * result may deviate as much as the reference does with such errors, however ill-conditioned the network is.
 * @param {Doubles[]} outputs
 */
const roundingErrors = (outputs) =>
  outputs.map(({ shape, data }, i) => {
    const size = 1e-6 * largest(data);
    return { shape, data: Float64Array.from(uniform(data.length, 77 + i, -size, size)) };
  });

/**
 * Like `near`; if that fails, the network's own condition decides.
 * @param {string} what
 * @param {ArrayLike<number>} got
 * @param {ArrayLike<number>} want
 * @param {any} options
 * @param {() => ArrayLike<number>} disturbed the wanted values, with errors injected
 */
function nearAsConditioned(what, got, want, options, disturbed) {
  try {
    near(what, got, want, options);
  } catch (error) {
    const other = disturbed();
    const doubt = largest(Array.from(want, (value, i) => (options.where && !options.where[i] ? 0 : other[i] - value)));
    if (doubt <= ROUNDING * largest(want)) throw error;
    ran.conditioned++;
    near(what, got, want, { ...options, floor: 2 * doubt + (options.floor ?? 0) });
  }
}

/** @param {string} name @param {(a: Case) => Promise<void>} holds @param {number} [share] of the runs */
const property = (name, holds, share = 1) =>
  test(name, () =>
    fc.assert(fc.asyncProperty(networks, holds), {
      seed: SEED,
      numRuns: Math.ceil(RUNS * share),
      maxSkipsPerRun: 20,
      includeErrorInReport: true,
    }),
  );

describe('any network is what the reference is', () => {
  before(useOracles);

  property(
    'every layer’s output, predictions and the evaluated loss',
    async (a) => {
      const { network, ours, x, y } = await setUp(a);
      try {
        const want = network.forward(toDoubles(x));
        /** @type {Doubles[] | undefined} */
        let disturbed;
        const other = () => (disturbed ??= network.forward(toDoubles(x), { errors: roundingErrors(want) }));
        want.forEach(({ data }, node) =>
          nearAsConditioned(`output of layer ${node}`, ours.output(x, node), data, {}, () => other()[node].data),
        );
        const last = want.length - 1;
        const { data } = await ours.model.predict(x, { batchSize: a.batchSize });
        nearAsConditioned('predictions', data, want[last].data, {}, () => other()[last].data);
        const loss = (/** @type {Doubles[]} */ outputs) => batchLoss(a.loss, outputs[last], y.data) + network.penalty();
        nearAsConditioned('loss', await ours.model.evaluate(x, y, { batchSize: a.batchSize }), [loss(want)], {}, () => [
          loss(other()),
        ]);
        ran.compared++;
      } finally {
        ours.dispose();
      }
    },
    2,
  );

  property('the gradient of every weight', async (a) => {
    const { network, ours, x, y } = await setUp(a);
    try {
      const batch = { x: toDoubles(x), targets: y.data };
      const want = gradientsOf(network, a.loss, batch);
      if (want.margin <= AWAY_FROM_KINKS) ran.kinked++;
      fc.pre(want.margin > AWAY_FROM_KINKS);
      const got = ours.gradients(x, y);
      /** @type {ReturnType<typeof gradientsOf> | undefined} */
      let disturbed;
      const other = () => {
        disturbed ??= gradientsOf(network, a.loss, batch, roundingErrors(want.outputs));
        fc.pre(disturbed.branches === want.branches);
        return disturbed;
      };
      nearAsConditioned('loss', [got.loss], [want.value], {}, () => [other().value]);
      const floor =
        2e-7 * Math.max(1, ...want.gradients.map(largest)) * amplification(network, toDoubles(x), want.outputs);
      want.gradients.forEach((g, i) => {
        const options = { where: want.smooth[i], floor };
        nearAsConditioned(
          `gradient of ${network.weights[i].name} of layer ${network.weights[i].node}`,
          got.gradients[i],
          g,
          options,
          () => other().gradients[i],
        );
      });
      ran.compared++;
    } finally {
      ours.dispose();
    }
  });

  property(
    'weights after training in batches, the last of them ragged',
    async (a) => {
      const { network, ours, x, y } = await setUp(a);
      try {
        ours.model.compile({ optimizer: a.optimizer, loss: ourLoss(a.loss) });
        const { history } = await ours.model.fit(x, y, { batchSize: a.batchSize, shuffle: false, verbose: 0 });
        const optimizer = new Optimizer(a.optimizer);
        let loss = 0;
        let amplified = 1;
        for (let first = 0; first < a.count; first += a.batchSize) {
          const end = Math.min(a.count, first + a.batchSize);
          const batch = { x: toDoubles(slice(x, first, end)), targets: slice(y, first, end).data };
          amplified = Math.max(
            amplified,
            amplification(network, batch.x, network.forward(batch.x, { training: true })),
          );
          const step = trainStep(network, a.loss, optimizer, batch);
          // weights differ by a few roundings after the first step
          const clear = step.smooth && step.margin > 10 * AWAY_FROM_KINKS;
          if (!clear) ran.kinked++;
          fc.pre(clear);
          loss += (step.loss * (end - first)) / a.count;
        }
        near('loss of the epoch', history.loss, [loss], { relative: 5 * ROUNDING, floor: 1e-6 });
        const trained = network.weights.filter(({ trainable }) => trainable);
        if (a.optimizer.useEma) optimizer.averages.forEach((average, i) => trained[i].data.set(average));
        ours.getWeights().forEach(({ data }, i) => {
          const { name, node, data: want } = network.weights[i];
          near(`${name} of layer ${node}`, data, want, { relative: 5 * ROUNDING, floor: 2e-6 * amplified });
        });
        ran.compared++;
      } finally {
        ours.dispose();
      }
    },
    0.5,
  );

  after(() => {
    if (process.env.FC_SHOW) console.log(ran);
    if (process.env.FC_SEED || process.env.FC_RUNS) return;
    assert.ok(ran.compared > 0.9 * 3.5 * RUNS, `${ran.compared} cases compared`);
    for (const layer of [
      'conv2d',
      'depthwiseConv2d',
      'maxPooling2d',
      'averagePooling2d',
      'globalAveragePooling2d',
      'globalMaxPooling2d',
      'flatten',
      'reshape',
      'zeroPadding2d',
      'dense',
      'batchNormalization',
      'add',
      'concatenate',
      'activation',
      'reLU',
      'leakyReLU',
      'softmax',
      'dropout',
    ])
      assert.ok(ran.layers[layer] >= 10, `${layer}: ${ran.layers[layer]} times`);
  });
});

/**
 * How much rounding may grow in the backward pass: a batch normalization divides it by the deviation of its channel,
 * and subtracts its mean and its component along the input, which leaves little of it if a batch holds few numbers.
 * @param {Network} network @param {Doubles} x @param {Doubles[]} outputs of a training pass
 */
function amplification(network, x, outputs) {
  return network.nodes.reduce((product, { options, sources, weights }) => {
    if (!weights.some(({ name }) => name === 'movingMean')) return product;
    const { variance } = moments(sources[0] < 0 ? x : outputs[sources[0]]);
    const gamma = weights.find(({ name }) => name === 'gamma')?.data;
    const factors = variance.map(
      (value, c) => Math.abs(gamma ? gamma[c] : 1) / Math.sqrt(value + (options.epsilon ?? 0.001)),
    );
    return product * Math.max(1, ...factors);
  }, 1);
}
