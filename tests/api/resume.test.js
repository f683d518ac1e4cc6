import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  FittingRoomError,
  callbacks,
  input,
  layers,
  loadModel,
  losses,
  metrics,
  model,
  schedules,
} from '../../shim/index.js';
import { openFile, makeFile } from '../../shim/formats/fit/format.js';
import { SIDE, heapInUse, oneHot, onEveryBuild, smallData, smallModel, weightBytes, wrong } from './support.js';

/** @import { Model } from '../../shim/index.js' */
/** @import { CompileOptions } from '../../shim/model.js' */

/** A file of an interrupted training continues as if nothing had happened. */

const COUNT = 90;
const BATCH = 16; // the last batch of an epoch is smaller
const EPOCHS = 4;
const { x, y } = smallData(COUNT);

/** Every layer with randomness, statistics, and a branch. @returns {Promise<Model>} */
async function network() {
  const start = input({ shape: [SIDE, SIDE, 1] });
  const varied = layers
    .randomErasing({ factor: 0.5 })
    .apply(layers.randomTranslation({ heightFactor: 0.2, widthFactor: 0.2 }).apply(start));
  const seen = layers
    .batchNormalization()
    .apply(layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }).apply(varied));
  const deeper = layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same' }).apply(seen);
  const flat = layers.flatten().apply(layers.maxPooling2d({ poolSize: 2 }).apply(layers.add().apply([seen, deeper])));
  const outputs = layers
    .dense({ units: 3, activation: 'softmax' })
    .apply(layers.dropout({ rate: 0.5 }).apply(layers.dense({ units: 9, activation: 'relu' }).apply(flat)));
  return model({ inputs: start, outputs, seed: 11 });
}

/** @param {Model} made @param {any} targets @param {object} [more] options of fit */
const train = (made, targets, more = {}) =>
  made.fit(x, targets, { batchSize: BATCH, epochs: EPOCHS, validationData: [x, targets], verbose: 0, ...more });

/**
 * The file as it was after `batches` batches over all epochs; the training itself continues undisturbed.
 * @param {Model} made @param {any} targets @param {number} batches
 */
async function fileAfter(made, targets, batches) {
  let left = batches;
  /** @type {Uint8Array<ArrayBuffer> | undefined} */
  let file;
  const onBatchEnd = async () => {
    if (--left === 0) file = await made.save({ includeOptimizer: true });
  };
  await train(made, targets, { callbacks: { onBatchEnd } });
  return /** @type {Uint8Array<ArrayBuffer>} */ (file);
}

const steps = Math.ceil(COUNT / BATCH) * EPOCHS;
const sparse = /** @type {const} */ ('sparseCategoricalCrossentropy');
/** @type {[string, CompileOptions][]} */
const COMPILED = [
  ['adam', { optimizer: 'adam', loss: sparse, metrics: ['accuracy'] }],
  [
    'adamw, one cycle, averaged',
    {
      optimizer: {
        name: 'adamw',
        learningRate: schedules.oneCycle({ maxLearningRate: 0.01, totalSteps: steps }),
        useEma: true,
        emaMomentum: 0.9,
      },
      loss: sparse,
      metrics: ['accuracy'],
    },
  ],
  [
    'sgd with momentum, cosine, overwritten averages',
    {
      optimizer: {
        name: 'sgd',
        momentum: 0.9,
        nesterov: true,
        learningRate: schedules.cosineDecay({ initialLearningRate: 0.05, decaySteps: steps }),
        useEma: true,
        emaOverwriteFrequency: 5,
      },
      loss: sparse,
    },
  ],
  [
    'rmsprop, centred, stepped',
    {
      optimizer: {
        name: 'rmsprop',
        centered: true,
        momentum: 0.5,
        learningRate: schedules.piecewiseConstantDecay({ boundaries: [7, 12], values: [0.01, 0.003, 0.001] }),
      },
      loss: sparse,
      metrics: [metrics.sparseTopKCategoricalAccuracy({ k: 2 })],
    },
  ],
  [
    'adagrad, clipped, smoothed',
    {
      optimizer: {
        name: 'adagrad',
        learningRate: schedules.exponentialDecay({ initialLearningRate: 0.05, decaySteps: 4, decayRate: 0.9 }),
        globalClipNorm: 0.5,
      },
      loss: losses.categoricalCrossentropy({ labelSmoothing: 0.1 }),
      metrics: [metrics.accuracy, 'mse'],
    },
  ],
  ['muon', { optimizer: { name: 'muon', learningRate: 0.01 }, loss: sparse }],
  ['adadelta', { optimizer: { name: 'adadelta', learningRate: 1 }, loss: losses.meanSquaredError }],
];

onEveryBuild(() => {
  for (const [name, compile] of COMPILED) {
    test(`model.save with includeOptimizer: ${name} goes on from the middle of an epoch, bit for bit`, async () => {
      const targets = compile.loss === sparse ? y : oneHot(y);
      const whole = await network();
      whole.compile(compile);
      const file = await fileAfter(whole, targets, 8);
      const resumed = await loadModel(file);
      assert.deepEqual(resumed.position, { epoch: 1, batch: 2 });
      assert.deepEqual(resumed.history.epoch, [0]);
      assert.deepEqual(await resumed.save({ includeOptimizer: true }), file);
      const { epoch: initialEpoch, batch: initialBatch } = resumed.position;
      const { history } = await train(resumed, targets, { initialEpoch, initialBatch });
      assert.ok(weightBytes(resumed).equals(weightBytes(whole)));
      for (const [key, values] of Object.entries(history))
        assert.deepEqual(values, whole.history.history[key].slice(1), key);
      whole.dispose();
      resumed.dispose();
    });
  }

  test('model.save with includeOptimizer: nothing without it; a stack, averages shown, a rate set', async () => {
    const made = await smallModel({ compile: { optimizer: { name: 'adam', useEma: true } } });
    const small = smallData(40);
    await made.fit(small.x, small.y, { epochs: 2, verbose: 0 });
    const plain = await loadModel(await made.save());
    assert.throws(() => plain.optimizer, { message: 'optimizer: call compile first' });
    await assert.rejects(plain.save({ includeOptimizer: true }), { message: 'save: call compile first' });
    await assert.rejects(made.save({ includeOptimizer: wrong(1) }), {
      message: 'save: includeOptimizer must be true or false, got 1',
    });
    made.optimizer.learningRate = 0.25;
    made.optimizer.swapAverages();
    const back = await loadModel(await made.save({ includeOptimizer: true, dtype: 'float16' }));
    assert.equal(back.optimizer.learningRate, 0.25);
    assert.equal(back.optimizer.iterations, made.optimizer.iterations);
    assert.equal(back.optimizer.swapped, true);
    back.setWeights(made.getWeights());
    for (const each of [made, back]) each.optimizer.swapAverages();
    assert.ok(weightBytes(back).equals(weightBytes(made)));
    assert.deepEqual(back.history, made.history);
    assert.deepEqual(back.metricsNames, ['loss', 'acc']);
    for (const each of [made, plain, back]) each.dispose();
  });

  test('model.save with includeOptimizer: figures that are no numbers, and rates that no file can hold', async () => {
    const made = await smallModel({ compile: { optimizer: { name: 'sgd', learningRate: 1e6 } } });
    const small = smallData(40);
    await made.fit(small.x, small.y, { epochs: 2, batchSize: 4, verbose: 0, callbacks: callbacks.terminateOnNaN() });
    const back = await loadModel(await made.save({ includeOptimizer: true }));
    assert.equal(back.position.batch, made.position.batch);
    made.compile({ optimizer: { name: 'sgd', learningRate: (step) => 1 / (step + 1) }, loss: sparse });
    await assert.rejects(
      made.save({ includeOptimizer: true }),
      /^FittingRoomError: save: a custom learning-rate function cannot be saved; use one from schedules/,
    );
    for (const each of [made, back]) each.dispose();
  });
});

/**
 * @param {(training: any, header: any) => void} change
 * @returns {Promise<Uint8Array<ArrayBuffer>>} a file that is otherwise complete
 */
async function changed(change) {
  const made = await smallModel();
  const small = smallData(20);
  await made.fit(small.x, small.y, { epochs: 1, verbose: 0 });
  const file = await made.save({ includeOptimizer: true });
  made.dispose();
  const { header, data } = await openFile(file);
  change(/** @type {any} */ (header).training, header);
  return makeFile(/** @type {object} */ (header), data.length, (room) => room.set(data));
}

/** @type {[(training: any, header: any) => void, string | RegExp][]} */
const REFUSALS = [
  [(_, header) => delete header.training, /tensors must be 6, as the layers have them, got 18/],
  [(training) => delete training.compile, 'training: compile takes an object of options, got undefined'],
  [(training) => (training.compile.optimizer = 'adam'), 'training: optimizer must be an object, got "adam"'],
  [(training) => (training.compile.optimizer.name = 'sgd'), /optimizer sgd has no option 'beta1'/],
  [(training) => (training.compile.optimizer = { name: 'sgd' }), 'training: the optimizer must have 0 tensors, got 12'],
  [(training) => (training.compile.optimizer.useEma = true), 'training: the optimizer must have 18 tensors, got 12'],
  [
    (training) => (training.compile.optimizer.learningRate = { schedule: 'toString', options: {} }),
    'training: no schedule is called "toString"',
  ],
  [
    (training) => (training.compile.optimizer.learningRate = { schedule: 'oneCycle', options: { totalSteps: 1 } }),
    /oneCycle/,
  ],
  [(training) => (training.compile.loss = 'none'), /compile: loss must be one of/],
  [(training) => (training.compile.metrics = 3), /metrics must be an array/],
  [(training) => (training.steps = -1), /training: steps must be an integer/],
  [(training) => (training.averaged = 'no'), 'training: averaged must be true or false, got "no"'],
  [(training) => (training.position.epoch = 1.5), /training: position: epoch must be an integer/],
  [(training) => training.position.scores.pop(), 'training: position: scores must be 10 numbers, got 9'],
  [(training) => (training.position.scores[1] = 'x'), 'training: position: scores: number 1 is "x"'],
  [(training) => (training.history.epoch = {}), 'training: history: epoch must be an array of numbers, got Object'],
  [(training) => (training.history.history = null), 'training: history must be an object, got null'],
  [(training) => (training.history.history.loss = [[]]), 'training: history: loss: number 0 is []'],
  [(training) => (training.history.params.samples = 0.5), /training: history: samples must be an integer/],
  [(training) => (training.history.params.epochs = null), /training: history: epochs must be an integer/],
  [(training) => (training.extra = 1), /training has no option 'extra'/],
  [(_, header) => (header.training = 5), 'training takes an object of options, got 5'],
  [(_, header) => (header.tensors[7].dtype = 'int4'), /tensor 7 \(optimizer\/0\/conv2d\/bias\): dtype/],
];

test('loadModel: refuses what a training cannot be, names the place, and leaves nothing behind', async () => {
  const files = await Promise.all(REFUSALS.map(([change]) => changed(change)));
  await loadModel(await changed(() => {})).then((made) => made.dispose());
  const before = await heapInUse();
  for (const [i, [, message]] of REFUSALS.entries()) {
    await assert.rejects(loadModel(files[i]), (error) => {
      assert.ok(error instanceof FittingRoomError, String(error));
      assert.equal(error.code, 'bad-data');
      if (typeof message === 'string') assert.equal(error.message, `model file: ${message}`);
      else assert.match(error.message, message);
      return true;
    });
  }
  assert.equal(await heapInUse(), before);
});
