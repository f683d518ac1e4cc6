import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { layers, losses, metrics, schedules, sequential, tensor, train } from '../../shim/index.js';
import { anyCore } from '../../shim/core/loading.js';
import { optimizerNumbers, optimizerOf } from '../../shim/training/optimizers.js';
import { lossNumbers, lossOf } from '../../shim/training/losses.js';
import {
  CLASSES,
  onEveryBuild,
  oneHot,
  refused,
  refusedEach,
  smallData,
  smallModel,
  weightBytes,
  wrong,
} from './support.js';

/** @import { OptimizerOptions } from '../../shim/model.js' */

/** One weight w, no bias: the output is w · x. @param {any} compile @param {number} [w] */
async function line(compile, w = 1) {
  const model = await sequential({ layers: [layers.dense({ units: 1, useBias: false, inputShape: [1] })], seed: 1 });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError', ...compile });
  model.setWeights([tensor([w], [1, 1])]);
  return model;
}

/** @param {import('../../shim/index.js').Model} model */
const weight = (model) => model.getWeights()[0].data[0];

const one = tensor([1], [1, 1]);
const nought = tensor([0], [1, 1]);

/** @param {number} got @param {number} want @param {string} [what] */
const near = (got, want, what = '') =>
  assert.ok(Math.abs(got - want) <= 1e-6 * Math.max(1, Math.abs(want)), `${what} ${got}, want ${want}`);

const core = await anyCore();

describe('optimizers as the core reads them', () => {
  /** @param {any} options @param {Record<number, number>} changed by place */
  const reads = (options, changed) => {
    const expected = [0, 0.001, 0, 0, 0, 0, 0, 1e-7, 0, 0, 0, 0, 0, 0.99, 0, 0, 0];
    for (const [at, value] of Object.entries(changed)) expected[Number(at)] = value;
    const config = optimizerOf(options);
    assert.deepEqual(optimizerNumbers(core, config, Number(config.learningRate)), expected);
  };
  test('each by its name', () => {
    reads('adam', { 4: 0.9, 5: 0.999 });
    reads('adamw', { 4: 0.9, 5: 0.999, 8: 0.004 });
    reads('sgd', { 0: 1, 1: 0.01, 7: 0 });
    reads('adadelta', { 0: 2, 6: 0.95 });
    reads('rmsprop', { 0: 3, 6: 0.9 });
    reads('adagrad', { 0: 4, 15: 0.1 });
    reads('muon', { 0: 5, 2: 0.95, 3: 1, 4: 0.9, 5: 0.999, 8: 0.004 });
  });
  test('each option in its place', () => {
    reads(
      { name: 'adam', learningRate: 0.5, beta1: 0.1, beta2: 0.2, epsilon: 1e-3 },
      { 1: 0.5, 4: 0.1, 5: 0.2, 7: 1e-3 },
    );
    reads({ name: 'adamw', weightDecay: 0.1, learningRate: undefined }, { 4: 0.9, 5: 0.999, 8: 0.1 });
    reads({ name: 'sgd', momentum: 0.5, nesterov: true, clipValue: 1 }, { 0: 1, 1: 0.01, 2: 0.5, 3: 1, 7: 0, 9: 1 });
    reads(
      { name: 'rmsprop', rho: 0.8, momentum: 0.1, centered: true, clipNorm: 2 },
      { 0: 3, 2: 0.1, 6: 0.8, 10: 2, 16: 1 },
    );
    reads({ name: 'adagrad', initialAccumulatorValue: 0, globalClipNorm: 3 }, { 0: 4, 11: 3, 15: 0 });
    reads(
      { name: 'muon', momentum: 0.5, nesterov: false, beta1: 0.8, weightDecay: 0.1 },
      { 0: 5, 2: 0.5, 4: 0.8, 5: 0.999, 8: 0.1 },
    );
    reads(
      { name: 'adadelta', rho: 0.5, useEma: true, emaMomentum: 0.9, emaOverwriteFrequency: 7 },
      { 0: 2, 6: 0.5, 12: 1, 13: 0.9, 14: 7 },
    );
  });
  test('TensorFlow.js’s makers', () => {
    /** @param {OptimizerOptions} made @param {OptimizerOptions} expected */
    const same = (made, expected) => assert.deepEqual(optimizerOf(made), optimizerOf(expected));
    same(train.sgd(0.1), { name: 'sgd', learningRate: 0.1 });
    same(train.momentum(0.1, 0.9, true), { name: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: true });
    same(train.adam(), { name: 'adam' });
    same(train.adam(0.1, 0.2, 0.3, 1e-4), { name: 'adam', learningRate: 0.1, beta1: 0.2, beta2: 0.3, epsilon: 1e-4 });
    same(train.adamw(0.1, 0.2, 0.3, 1e-4, 0.5), {
      name: 'adamw',
      learningRate: 0.1,
      beta1: 0.2,
      beta2: 0.3,
      epsilon: 1e-4,
      weightDecay: 0.5,
    });
    same(train.adadelta(0.1, 0.2, 1e-4), { name: 'adadelta', learningRate: 0.1, rho: 0.2, epsilon: 1e-4 });
    same(train.rmsprop(0.1, 0.2, 0.3, 1e-4, true), {
      name: 'rmsprop',
      learningRate: 0.1,
      rho: 0.2,
      momentum: 0.3,
      epsilon: 1e-4,
      centered: true,
    });
    same(train.muon(0.1, 0.9, false, 0), {
      name: 'muon',
      learningRate: 0.1,
      momentum: 0.9,
      nesterov: false,
      weightDecay: 0,
    });
    same(train.adagrad(0.1, 0.2), { name: 'adagrad', learningRate: 0.1, initialAccumulatorValue: 0.2 });
  });
  test('what cannot be is refused, in words', () => {
    const shared = 'weightDecay, clipValue, clipNorm, globalClipNorm, useEma, emaMomentum, emaOverwriteFrequency';
    refused(
      () => optimizerOf(wrong({ name: 'sgd', beta1: 0.1 })),
      `optimizer sgd has no option 'beta1'; it takes name, learningRate, momentum, nesterov, ${shared}`,
    );
    refusedEach([[() => optimizerOf({ name: 'adam', clipNorm: -1 }), 'optimizer adam: clipNorm', '-1']]);
    refused(
      () => optimizerOf({ name: 'adam', clipNorm: 1, globalClipNorm: 1 }),
      'optimizer adam: give one of clipValue, clipNorm, globalClipNorm, not clipNorm and globalClipNorm',
    );
    refusedEach([
      [() => optimizerOf({ name: 'adam', useEma: wrong(1) }), 'optimizer adam: useEma', '1'],
      [() => optimizerOf({ name: 'adam', emaMomentum: 1 }), 'optimizer adam: emaMomentum', '1'],
      [() => optimizerOf({ name: 'adam', emaOverwriteFrequency: 0 }), 'optimizer adam: emaOverwriteFrequency', '0'],
    ]);
  });
});

describe('losses', () => {
  test('by name, by short name, with options, and as functions', () => {
    assert.deepEqual(lossOf('mse'), lossOf('meanSquaredError'));
    assert.deepEqual(lossOf('mae'), lossOf(losses.meanAbsoluteError));
    assert.deepEqual(lossNumbers(core, lossOf('sparseCategoricalCrossentropy')), [0, 0, 0]);
    assert.deepEqual(
      lossNumbers(core, lossOf(losses.categoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.1 }))),
      [1, 1, 0.1],
    );
    assert.deepEqual(lossNumbers(core, lossOf({ name: 'binaryCrossentropy', labelSmoothing: 0.2 })), [2, 0, 0.2]);
    assert.deepEqual(lossNumbers(core, lossOf(losses.meanSquaredError)), [3, 0, 0]);
    assert.deepEqual(lossNumbers(core, lossOf('mae')), [4, 0, 0]);
  });
  test('what cannot be is refused, in words', () => {
    const names =
      'sparseCategoricalCrossentropy, categoricalCrossentropy, binaryCrossentropy, meanSquaredError, ' +
      'meanAbsoluteError, mse, mae';
    refused(() => lossOf('hinge'), `compile: loss must be one of ${names}, got "hinge"`);
    refused(() => lossOf(Math.max), `compile: loss must be one of ${names}, got ${Math.max}`);
    refused(
      () => wrong(losses.meanSquaredError)({ fromLogits: true }),
      "loss meanSquaredError has no option 'fromLogits'; it takes ",
    );
    refusedEach([
      [
        () => losses.sparseCategoricalCrossentropy(wrong({ labelSmoothing: 0.1 })),
        "loss sparseCategoricalCrossentropy has no option 'labelSmoothing'",
      ],
      [
        () => losses.categoricalCrossentropy({ labelSmoothing: 2 }),
        'loss categoricalCrossentropy: labelSmoothing',
        '2',
      ],
      [() => losses.binaryCrossentropy({ fromLogits: wrong(1) }), 'loss binaryCrossentropy: fromLogits', '1'],
    ]);
  });
});

onEveryBuild(() => {
  test('each metric is what the predictions say, over the whole epoch', async () => {
    const wanted = [
      'accuracy',
      'binaryAccuracy',
      'categoricalAccuracy',
      'topKCategoricalAccuracy',
      'mse',
      'mae',
      'precision',
      'recall',
    ];
    const { x, y: learnt } = smallData(53, 3);
    const y = tensor(
      learnt.data.map((label, i) => (i % 3 ? label : (label + 1) % CLASSES)),
      [53],
    ); // some of them invalid
    const hot = oneHot(y);
    const model = await smallModel({
      compile: {
        loss: 'categoricalCrossentropy',
        metrics: wrong([...wanted.filter((name) => name !== 'topKCategoricalAccuracy'), metrics.topK({ k: 2 })]),
      },
    });
    await model.fit(x, oneHot(learnt), { epochs: 12, batchSize: 8, verbose: 0 });
    const { data: p } = await model.predict(x);
    let [right, top, tp, fp, fn, squares, absolute] = [0, 0, 0, 0, 0, 0, 0];
    for (let i = 0; i < p.length; i++) {
      const [above, target] = [p[i] > 0.5, hot.data[i] === 1];
      right += Number(above === target) / p.length;
      tp += Number(above && target);
      fp += Number(above && !target);
      fn += Number(!above && target);
      squares += (p[i] - hot.data[i]) ** 2 / p.length;
      absolute += Math.abs(p[i] - hot.data[i]) / p.length;
    }
    let correct = 0;
    for (let i = 0; i < 53; i++) {
      const row = [...p.slice(3 * i, 3 * i + 3)];
      const larger = row.filter((value) => value > row[y.data[i]]).length;
      correct += Number(larger === 0) / 53;
      top += Number(larger < 2) / 53;
    }
    assert.ok(tp > 0 && fp > 0 && fn > 0, `the case has them all: ${[tp, fp, fn]}`);
    const [, ...got] = await model.evaluate(x, hot, { batchSize: 7 });
    const expected = {
      acc: correct,
      binaryAccuracy: right,
      categoricalAccuracy: correct,
      mse: squares,
      mae: absolute,
      precision: tp / (tp + fp),
      recall: tp / (tp + fn),
      topKCategoricalAccuracy: top,
    };
    assert.deepEqual(model.metricsNames, ['loss', ...Object.keys(expected)]);
    Object.entries(expected).forEach(([name, value], i) => near(got[i], value, name));
    model.dispose();
  });

  test('accuracy of binaryCrossentropy counts outputs', async () => {
    const { x, y } = smallData(53, 3);
    const model = await smallModel({
      compile: { loss: 'binaryCrossentropy', metrics: ['accuracy', 'binaryAccuracy'] },
    });
    const [, accuracy, binary] = await model.evaluate(x, oneHot(y));
    assert.equal(accuracy, binary);
    model.dispose();
  });

  test('outputs before softmax train as those after it', async () => {
    const { x, y } = smallData(40);
    const stack = (/** @type {any} */ activation) => [
      layers.flatten({ inputShape: [8, 8, 1] }),
      layers.dense({ units: CLASSES, activation }),
    ];
    /** @type {number[][]} */
    const histories = [];
    for (const [activation, loss] of /** @type {const} */ ([
      ['softmax', losses.sparseCategoricalCrossentropy],
      ['linear', losses.sparseCategoricalCrossentropy({ fromLogits: true })],
    ])) {
      const model = await smallModel({
        stack: stack(activation),
        compile: { loss, optimizer: { name: 'sgd', learningRate: 0.1 } },
      });
      histories.push((await model.fit(x, y, { epochs: 5, verbose: 0 })).history.loss);
      model.dispose();
    }
    histories[0].forEach((loss, epoch) => near(loss, histories[1][epoch]));
  });

  test('a schedule gives each step its rate, by hand', async () => {
    // the gradient of (w·1 - 0)² is 2w: each step multiplies w by 1 - 2·rate
    const model = await line({
      optimizer: train.sgd(schedules.piecewiseConstantDecay({ boundaries: [1, 3], values: [0.25, 0.1, 0.05] })),
    });
    const four = tensor(new Float32Array(5).fill(1), [5, 1]);
    await model.fit(four, tensor(new Float32Array(5), [5, 1]), { batchSize: 1, verbose: 0 });
    near(weight(model), 0.5 * 0.5 * 0.8 * 0.8 * 0.9);
    assert.equal(model.optimizer.iterations, 5);
    assert.equal(model.optimizer.learningRate, 0.05);
    refused(
      () => {
        model.optimizer.learningRate = 1;
      },
      'optimizer: a schedule determines the learning rate; compile with a number to set it',
      'wrong-state',
    );
    model.dispose();
  });

  test('any function of the step is a schedule, and is held to numbers', async () => {
    const model = await line({
      optimizer: { name: 'sgd', learningRate: (/** @type {number} */ step) => (step < 2 ? 0.25 : NaN) },
    });
    await model.fit(one, nought, { epochs: 2, verbose: 0 });
    near(weight(model), 0.25);
    await assert.rejects(model.fit(one, nought, { verbose: 0 }), {
      message: 'optimizer sgd: the scheduled learning rate must be a number 0..1000000, got NaN',
    });
    near(weight(model), 0.25, 'unmoved:');
    model.dispose();
  });

  test('the learning rate can be read and set between steps', async () => {
    const model = await line({ optimizer: { name: 'sgd', learningRate: 0.25 } });
    assert.equal(model.optimizer.learningRate, 0.25);
    await model.fit(one, nought, { verbose: 0 });
    near(weight(model), 0.5);
    model.optimizer.learningRate = 0.1;
    await model.fit(one, nought, { verbose: 0 });
    near(weight(model), 0.4);
    assert.deepEqual([model.optimizer.name, model.optimizer.learningRate, model.optimizer.iterations], ['sgd', 0.1, 2]);
    refusedEach([
      [
        () => {
          model.optimizer.learningRate = -1;
        },
        'optimizer: learningRate',
        '-1',
      ],
    ]);
    model.dispose();
  });

  test('a rate given for each batch is the same rate, to the bit', async () => {
    const { x, y } = smallData(50);
    const [constant, scheduled] = await Promise.all(
      [0.01, () => 0.01].map((learningRate) => smallModel({ compile: { optimizer: { name: 'adam', learningRate } } })),
    );
    for (const model of [constant, scheduled]) await model.fit(x, y, { epochs: 2, batchSize: 16, verbose: 0 });
    assert.ok(weightBytes(constant).equals(weightBytes(scheduled)));
    constant.dispose();
    scheduled.dispose();
  });

  test('clipping and decay, by hand', async () => {
    // gradient 2w·x = 2 at w = 1
    for (const [options, expected] of /** @type {[any, number][]} */ ([
      [{}, 0.8],
      [{ clipValue: 0.5 }, 0.95],
      [{ clipNorm: 1 }, 0.9],
      [{ globalClipNorm: 1 }, 0.9],
      [{ weightDecay: 0.5 }, 0.75],
    ])) {
      const model = await line({ optimizer: { name: 'sgd', learningRate: 0.1, ...options } });
      await model.fit(one, nought, { verbose: 0 });
      near(weight(model), expected, JSON.stringify(options));
      model.dispose();
    }
  });

  test('regularizers add to the loss, of training and of evaluate', async () => {
    const stack = [
      layers.dense({
        units: 1,
        useBias: false,
        inputShape: [1],
        kernelRegularizer: { name: 'l1l2', l1: 0.5, l2: 0.25 },
      }),
    ];
    const model = await smallModel({
      stack,
      compile: { optimizer: { name: 'sgd', learningRate: 0 }, loss: 'mse', metrics: ['mse'] },
    });
    model.setWeights([tensor([2], [1, 1])]);
    // (2·1)² + 0.5·2 + 0.25·4 = 6, of which 4 is the error
    assert.deepEqual(await model.evaluate(one, nought), [6, 4]);
    assert.deepEqual((await model.fit(one, nought, { verbose: 0 })).history, { loss: [6], mse: [4] });
    model.dispose();
  });
});

test('metrics that cannot be are refused, in words', async () => {
  const model = await smallModel();
  const compile = (/** @type {any} */ given) => () => model.compile({ optimizer: 'adam', loss: 'mse', metrics: given });
  refused(
    compile([metrics.topK({ k: 2 }), 'topKCategoricalAccuracy']),
    'compile: all metrics must have the same k, got 2 and 5',
  );
  refused(
    compile([{ name: 'topKCategoricalAccuracy', k: 0 }]),
    'topKCategoricalAccuracy: k must be an integer 1..65536, got 0',
  );
  refusedEach([
    [() => metrics.topK({ k: 1.5 }), 'topKCategoricalAccuracy: k', '1.5'],
    [
      () => metrics.sparseTopKCategoricalAccuracy(wrong({ top: 1 })),
      "sparseTopKCategoricalAccuracy has no option 'top'",
    ],
  ]);
  refused(
    compile([wrong({ name: 'topKCategoricalAccuracy', K: 1 })]),
    "metric topKCategoricalAccuracy has no option 'K'; it takes name, k",
  );
  refused(
    compile([wrong({ name: 'precision', thresholds: 0.3 })]),
    "metric precision has no option 'thresholds'; it takes name",
  );
  refused(compile([wrong({ name: 'mse', k: 2 })]), "metric mse has no option 'k'; it takes name");
  compile([metrics.precision, metrics.accuracy(), 'acc'])();
  assert.deepEqual(model.metricsNames, ['loss', 'precision', 'acc']);
  compile(['mse', 'meanSquaredError', metrics.mae, metrics.meanAbsoluteError])();
  assert.deepEqual(
    model.metricsNames,
    ['loss', 'mse', 'meanSquaredError', 'mae', 'meanAbsoluteError'],
    'each as it was called',
  );
  model.dispose();
  const raw = await sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
  refused(() => raw.optimizer, 'optimizer: call compile first', 'wrong-state');
  raw.dispose();
});
