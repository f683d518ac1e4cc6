/**
 * Programs like those in TensorFlow.js's documentation and examples: only the import and the data differ. The data are
 * small pictures with one bright third, which are learnt quickly.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as own from '../../shim/index.js';
import * as tf from '../../shim/tf.js';
import { CLASSES, SIDE, refused, refusedEach, smallData, wrong } from './support.js';

const IMAGE_SIZE = SIDE * SIDE;
const NUM_CLASSES = CLASSES;
const HOOKS = [
  'setParams',
  'setModel',
  ...['Train', 'Epoch', 'Batch', 'TrainBatch', 'Test', 'TestBatch', 'Predict', 'PredictBatch'].flatMap((name) => [
    `on${name}Begin`,
    `on${name}End`,
  ]),
  'onYield',
  'onProgress',
].join(', ');

/** Like the examples' data classes: pictures as floats 0..1, labels one-hot. */
class Data {
  #train = smallData(300, 1);
  #test = smallData(90, 2);
  #at = 0;

  /** @param {ReturnType<typeof smallData>} data @param {number} first @param {number} count */
  #part({ x, y }, first, count) {
    const pixels = Float32Array.from(
      x.data.subarray(first * IMAGE_SIZE, (first + count) * IMAGE_SIZE),
      (byte) => byte / 255,
    );
    return {
      xs: tf.tensor4d(pixels, [count, SIDE, SIDE, 1]),
      labels: tf.oneHot(tf.tensor1d(y.data.subarray(first, first + count), 'int32'), NUM_CLASSES),
    };
  }

  getTrainData() {
    return this.#part(this.#train, 0, 300);
  }

  /** @param {number} [numExamples] */
  getTestData(numExamples = 90) {
    return this.#part(this.#test, 0, numExamples);
  }

  /** @param {number} batchSize @param {'train' | 'test'} which */
  #nextBatch(batchSize, which) {
    const data = which === 'train' ? this.#train : this.#test;
    const count = data.y.data.length;
    this.#at = (this.#at + batchSize) % (count - batchSize);
    const { xs, labels } = this.#part(data, this.#at, batchSize);
    return { xs: xs.reshape([batchSize, IMAGE_SIZE]), labels };
  }

  /** @param {number} batchSize */
  nextTrainBatch(batchSize) {
    return this.#nextBatch(batchSize, 'train');
  }

  /** @param {number} batchSize */
  nextTestBatch(batchSize) {
    return this.#nextBatch(batchSize, 'test');
  }
}

test('the convolutional example: model.add, rmsprop, batches with nextFrame, evaluate and argMax', async () => {
  const data = new Data();

  function createConvModel() {
    const model = tf.sequential({ seed: 1 });
    model.add(tf.layers.conv2d({ inputShape: [SIDE, SIDE, 1], kernelSize: 3, filters: 8, activation: 'relu' }));
    model.add(tf.layers.maxPooling2d({ poolSize: 2, strides: 2 }));
    model.add(tf.layers.flatten({}));
    model.add(tf.layers.dense({ units: 16, activation: 'relu' }));
    model.add(tf.layers.dense({ units: NUM_CLASSES, activation: 'softmax' }));
    return model;
  }

  const model = createConvModel();
  model.summary(undefined, undefined, () => {});
  const optimizer = 'rmsprop';
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });

  const batchSize = 15;
  const validationSplit = 0.15;
  const trainEpochs = 12;
  let trainBatchCount = 0;
  /** @type {number[]} */
  const plotted = [];
  const trainData = data.getTrainData();
  const testData = data.getTestData();
  const totalNumBatches = Math.ceil((trainData.xs.shape[0] * (1 - validationSplit)) / batchSize) * trainEpochs;
  let valAcc = 0;
  await model.fit(trainData.xs, trainData.labels, {
    batchSize,
    validationSplit,
    epochs: trainEpochs,
    verbose: 0,
    callbacks: {
      onBatchEnd: async (batch, logs) => {
        trainBatchCount++;
        plotted.push(logs.loss);
        assert.ok(logs.acc >= 0 && logs.batch === batch);
        await tf.nextFrame();
      },
      onEpochEnd: async (_epoch, logs) => {
        valAcc = logs.val_acc;
        await tf.nextFrame();
      },
    },
  });
  const testResult = /** @type {tf.Tensor[]} */ (model.evaluate(testData.xs, testData.labels));
  const testAccPercent = testResult[1].dataSync()[0] * 100;
  const finalValAccPercent = valAcc * 100;
  assert.equal(trainBatchCount, totalNumBatches);
  assert.equal(plotted.length, totalNumBatches);
  assert.ok(testAccPercent > 90, `${testAccPercent}`);
  assert.ok(finalValAccPercent > 85, `${finalValAccPercent}`);

  const examples = data.getTestData(30);
  tf.tidy(() => {
    const output = /** @type {tf.Tensor} */ (model.predict(examples.xs));
    const axis = 1;
    const labels = Array.from(examples.labels.argMax(axis).dataSync());
    const predictions = Array.from(output.argMax(axis).dataSync());
    assert.deepEqual(output.shape, [30, NUM_CLASSES]);
    const right = predictions.filter((prediction, i) => prediction === labels[i]).length;
    assert.ok(right >= 27, `${right} of 30`);
  });
  model.dispose();
});

test('the codelab: varianceScaling, adam, nextTrainBatch, validationData, classes by argMax', async () => {
  const data = new Data();

  function getModel() {
    const model = tf.sequential({ seed: 2 });
    model.add(
      tf.layers.conv2d({
        inputShape: [SIDE, SIDE, 1],
        kernelSize: 3,
        filters: 8,
        strides: 1,
        activation: 'relu',
        kernelInitializer: 'varianceScaling',
      }),
    );
    model.add(tf.layers.maxPooling2d({ poolSize: [2, 2], strides: [2, 2] }));
    model.add(tf.layers.flatten());
    model.add(tf.layers.dense({ units: NUM_CLASSES, kernelInitializer: 'varianceScaling', activation: 'softmax' }));
    const optimizer = tf.train.adam(0.01);
    model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    return model;
  }

  const model = getModel();
  const BATCH_SIZE = 50;
  const TRAIN_DATA_SIZE = 250;
  const TEST_DATA_SIZE = 80;
  const [trainXs, trainYs] = tf.tidy(() => {
    const d = data.nextTrainBatch(TRAIN_DATA_SIZE);
    return [d.xs.reshape([TRAIN_DATA_SIZE, SIDE, SIDE, 1]), d.labels];
  });
  const [testXs, testYs] = tf.tidy(() => {
    const d = data.nextTestBatch(TEST_DATA_SIZE);
    return [d.xs.reshape([TEST_DATA_SIZE, SIDE, SIDE, 1]), d.labels];
  });
  const history = await model.fit(trainXs, trainYs, {
    batchSize: BATCH_SIZE,
    validationData: [testXs, testYs],
    epochs: 30,
    shuffle: true,
    verbose: 0,
    callbacks: [{ onEpochEnd: () => tf.nextFrame() }],
  });
  assert.deepEqual(Object.keys(history.history), ['loss', 'acc', 'val_loss', 'val_acc']);
  assert.ok(/** @type {number} */ (history.history.val_acc.at(-1)) > 0.9, `${history.history.val_acc}`);

  function doPrediction(/** @type {tf.LayersModel} */ net, testDataSize = 60) {
    const testData = data.nextTestBatch(testDataSize);
    const testxs = testData.xs.reshape([testDataSize, SIDE, SIDE, 1]);
    const labels = testData.labels.argMax(-1);
    const preds = net.predict(testxs).argMax(-1);
    testxs.dispose();
    return [preds, labels];
  }
  const [preds, labels] = doPrediction(model);
  assert.ok(preds.equal(labels).mean().dataSync()[0] > 0.9);
  labels.dispose();
});

test('the getting-started fit: a line, sgd, predict and print', async (t) => {
  const model = tf.sequential({ seed: 3 });
  model.add(tf.layers.dense({ units: 1, inputShape: [1] }));
  model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
  const xs = tf.tensor2d([1, 2, 3, 4], [4, 1]);
  const ys = tf.tensor2d([1, 3, 5, 7], [4, 1]);
  await model.fit(xs, ys, { epochs: 2000, verbose: 0 });
  const output = /** @type {tf.Tensor} */ (model.predict(tf.tensor2d([5], [1, 1])));
  assert.ok(Math.abs(output.dataSync()[0] - 9) < 0.2, `${output}`);
  const printed = t.mock.method(console, 'log', () => {});
  output.print();
  assert.match(String(printed.mock.calls[0].arguments[0]), /^Tensor\n {4}\[\[\d/);
  const loss = /** @type {tf.Tensor} */ (model.evaluate(xs, ys));
  assert.ok(loss.dataSync()[0] < 0.05, `${loss}`);
});

test('a functional model: tf.input, apply, tf.model, a residual block, losses and metrics as functions', async () => {
  const input = tf.input({ shape: [SIDE, SIDE, 1] });
  const stem = tf.layers.conv2d({ filters: 6, kernelSize: 3, padding: 'same', activation: 'relu' }).apply(input);
  const block = tf.layers
    .batchNormalization()
    .apply(tf.layers.conv2d({ filters: 6, kernelSize: 3, padding: 'same' }).apply(stem));
  const sum = tf.layers.reLU().apply(tf.layers.add().apply([stem, block]));
  const pooled = tf.layers.flatten().apply(tf.layers.avgPool2d({ poolSize: [8, 2] }).apply(sum));
  const output = tf.layers
    .dense({ units: NUM_CLASSES, activation: 'softmax', kernelRegularizer: tf.regularizers.l2({ l2: 1e-4 }) })
    .apply(pooled);
  const model = tf.model({ inputs: input, outputs: output, seed: 4 });
  model.compile({
    optimizer: tf.train.adam(0.02),
    loss: 'sparseCategoricalCrossentropy',
    metrics: [tf.metrics.sparseCategoricalAccuracy],
  });
  const { x, y } = smallData(120);
  const xs = tf.tensor4d(x.data, [120, SIDE, SIDE, 1]).toFloat().div(255);
  const ys = tf.tensor2d(Float32Array.from(y.data), [120, 1]);
  const { history } = await model.fit(xs, ys, { epochs: 20, batchSize: 20, verbose: 0 });
  assert.ok(
    /** @type {number} */ (history.sparseCategoricalAccuracy.at(-1)) > 0.9,
    `${history.sparseCategoricalAccuracy}`,
  );
  assert.equal(model.getLayer('add').kind, 'add');
  assert.equal(model.layers.length, 9, 'with the input, as in TensorFlow.js');
});

test('early stopping, custom callbacks and the history', async () => {
  const { x, y } = smallData(90);
  const xs = tf.tensor4d(
    Float32Array.from(x.data, (byte) => byte / 255),
    [90, SIDE, SIDE, 1],
  );
  const ys = tf.oneHot(tf.tensor1d(y.data), NUM_CLASSES);
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [SIDE, SIDE, 1] }),
      tf.layers.dense({ units: NUM_CLASSES, activation: 'softmax' }),
    ],
    seed: 5,
  });
  model.compile({ optimizer: tf.train.sgd(0.5), loss: 'categoricalCrossentropy', metrics: 'accuracy' });

  class Counter extends tf.Callback {
    epochs = 0;

    onEpochEnd() {
      this.epochs++;
      assert.equal(/** @type {any} */ (this.model), model);
    }
  }
  const counter = new Counter();
  let ended = false;
  const history = await model.fit(xs, ys, {
    epochs: 500,
    validationSplit: 0.2,
    verbose: 0,
    yieldEvery: 'auto',
    callbacks: [
      tf.callbacks.earlyStopping({ monitor: 'val_loss', patience: 2 }),
      counter,
      new tf.CustomCallback({
        onTrainEnd: () => {
          ended = true;
        },
      }),
    ],
  });
  assert.ok(counter.epochs < 500, `${counter.epochs}`);
  assert.equal(history.epoch.length, counter.epochs);
  assert.ok(ended);
  let epochs = 0;
  await model.fit(xs, ys, {
    epochs: 9,
    verbose: 0,
    callbacks: {
      onEpochEnd: () => {
        if (++epochs === 2) model.stopTraining = true;
      },
    },
  });
  assert.deepEqual([epochs, model.history.epoch.length], [2, 2]);
});

test('getLayer takes a name or an index, the second where there are two', () => {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: 2, inputShape: [3], name: 'a' }), tf.layers.dense({ units: 1, name: 'b' })],
  });
  for (const [given, name] of /** @type {[any[], string][]} */ ([
    [['b'], 'b'],
    [[1], 'b'],
    [[null, 1], 'b'],
    [[undefined, 0], 'a'],
    [['a', 1], 'b'],
  ])) {
    assert.equal(model.getLayer(...given).name, name);
  }
  for (const given of [[], [null], ['1'], [true], [2]])
    assert.throws(() => model.getLayer(.../** @type {any} */ (given)), { message: /getLayer: no layer/ });
  model.dispose();
});

test('weights come and go as tensors; trainOnBatch takes a step', async () => {
  const model = tf.sequential();
  model.add(tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: tf.initializers.zeros(), useBias: false }));
  model.compile({ optimizer: tf.train.sgd(0.1), loss: tf.losses.meanSquaredError, metrics: ['mae'] });
  assert.deepEqual(
    model.getWeights().map((weight) => weight.arraySync()),
    [[[0], [0]]],
  );
  assert.equal(model.countParams(), 2);
  const [loss, mae] = /** @type {number[]} */ (await model.trainOnBatch(tf.tensor2d([[1, 0]]), tf.tensor2d([[1]])));
  assert.deepEqual([loss, mae], [1, 1]);
  assert.ok(Math.abs(model.getWeights()[0].dataSync()[0] - 0.2) < 1e-6);
  model.setWeights([tf.tensor2d([3, 4], [2, 1])]);
  assert.deepEqual(model.predict(tf.tensor2d([[1, 10]])).arraySync(), [[43]]);
  assert.deepEqual(model.predictOnBatch(tf.ones([2, 2])).arraySync(), [[7], [7]]);
  model.optimizer.learningRate = 0;
  assert.equal(model.optimizer.learningRate, 0);
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
  assert.equal(await model.trainOnBatch(tf.tensor2d([[1, 0]]), tf.tensor2d([[1]])), 4);
});

test('fitDataset and evaluateDataset: batches of a generator, of tf.data and of an array', async () => {
  const data = new Data();
  const { xs: pictures, labels } = data.getTrainData();
  const { xs: others, labels: hot } = data.getTestData();
  const classes = labels.argMax(1).expandDims(1);
  const held = hot.argMax(1).expandDims(1);
  const perBatch = 40;
  /** @param {tf.Tensor} xs @param {tf.Tensor} ys */
  function* cut(xs, ys) {
    for (let first = 0; first < xs.shape[0]; first += perBatch) {
      const count = Math.min(perBatch, xs.shape[0] - first);
      yield { xs: xs.slice(first, count), ys: ys.slice(first, count) };
    }
  }
  const asTfData = (/** @type {Iterable<any>} */ batches) => {
    const iterator = async () => {
      const each = batches[Symbol.iterator]();
      return { next: async () => each.next() };
    };
    return { size: 8, iterator };
  };
  const make = () => {
    const model = tf.sequential({ seed: 1 });
    model.add(tf.layers.flatten({ inputShape: [SIDE, SIDE, 1] }));
    model.add(tf.layers.dropout({ rate: 0.2 }));
    model.add(tf.layers.dense({ units: NUM_CLASSES, activation: 'softmax' }));
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    return model;
  };
  const expected = make();
  const options = { epochs: 2, verbose: /** @type {const} */ (0) };
  const validationData = [others, held];
  const want = await expected.fit(pictures, classes, {
    ...options,
    batchSize: perBatch,
    shuffle: false,
    validationData,
  });
  const batches = [...cut(pictures, classes)];
  for (const dataset of [
    () => cut(pictures, classes),
    asTfData(batches),
    batches.map(({ xs, ys }) => [xs, ys]),
    batches.map(async (batch) => batch),
  ])
    for (const heldOut of [validationData, asTfData([...cut(others, held)])]) {
      const model = make();
      const { history } = await model.fitDataset(dataset, { ...options, validationData: heldOut, yieldEvery: 'auto' });
      assert.deepEqual(history, want.history);
      assert.deepEqual(
        model.getWeights().map((weight) => weight.dataSync()),
        expected.getWeights().map((weight) => weight.dataSync()),
      );
      model.dispose();
    }
  const weights = tf.ones([perBatch]);
  const weighed = make();
  await weighed.fitDataset([{ ...batches[0], sampleWeight: weights }], options);
  const figuresOf = (/** @type {tf.Tensor | tf.Tensor[]} */ result) =>
    /** @type {tf.Tensor[]} */ (result).map((figure) => figure.dataSync());
  const figures = await expected.evaluateDataset(asTfData([...cut(others, held)]), { verbose: 0 });
  assert.deepEqual(figuresOf(figures), figuresOf(expected.evaluate(others, held)));
  assert.deepEqual(
    figuresOf(await expected.evaluateDataset(cut(others, held), { batches: 1 })),
    figuresOf(expected.evaluate(others, held, { batchSize: perBatch, steps: 1 })),
  );
  let closed = false;
  function* unending() {
    try {
      for (;;) yield batches[0];
    } finally {
      closed = true;
    }
  }
  await expected.fitDataset(unending, { ...options, batchesPerEpoch: 3 });
  assert.ok(closed, 'the iterator is closed');
  /** @param {any} dataset @param {string} message */
  const refuses = (dataset, message) =>
    assert.rejects(expected.fitDataset(dataset, options), { name: 'FittingRoomError', message });
  const isTensor = 'must be a tensor { shape: number[], data: TypedArray }';
  await refuses([{ xs: [[1]], ys: held }], `fitDataset: batch 0: x ${isTensor}, got [[1]]`);
  const isBatch = 'must be { xs, ys }, { xs, ys, sampleWeight } or [xs, ys]';
  await refuses([batches[0], null], `fitDataset: batch 1 ${isBatch}, got null`);
  await refuses(() => ({ next: () => 5 }), 'fitDataset: dataset: its iterator must return { value, done }, got 5');
  await assert.rejects(expected.fitDataset(wrong(undefined)), { message: /^fitDataset: dataset must be an object/ });
  const single = make();
  single.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  assert.ok((await single.evaluateDataset(batches)) instanceof tf.Tensor);
  for (const model of [expected, weighed, single]) model.dispose();
});

test('integers are taken as they are, not scaled as bytes', () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1], kernelInitializer: 'ones' })] });
  assert.deepEqual(model.predict(tf.tensor2d(Uint8Array.of(200), [1, 1])).arraySync(), [[200]]);
  assert.deepEqual(model.predict(tf.tensor2d([200], [1, 1], 'int32')).arraySync(), [[200]]);
});

test('softmaxCrossEntropy takes outputs before softmax', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [1], kernelInitializer: 'zeros' })] });
  model.compile({ optimizer: 'sgd', loss: tf.losses.softmaxCrossEntropy });
  const [xs, ys] = [tf.tensor2d([[1]]), tf.tensor2d([[0, 1]])];
  /** @param {{ sampleWeight?: tf.Tensor }} [args] */
  const loss = (args) => /** @type {tf.Tensor} */ (model.evaluate(xs, ys, args)).dataSync()[0];
  assert.ok(Math.abs(loss() - Math.log(2)) < 1e-6);
  assert.ok(Math.abs(loss({ sampleWeight: tf.tensor1d([2]) }) - 2 * Math.log(2)) < 1e-6);
});

test('what cannot be is refused, in words', () => {
  const model = tf.sequential();
  model.add(tf.layers.dense({ units: 1 }));
  refused(() => model.predict(tf.ones([1, 1])), 'sequential: the first layer needs an inputShape such as [28, 28, 1]');
  const built = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
  built.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  refused(
    () => built.add(tf.layers.dense({ units: 1 })),
    'add: this model is already in use; add layers before compile',
    'wrong-state',
  );
  refused(() => built.predict(wrong([[1]])), 'expected a tensor made by tf.tensor or the like, got [[1]]');
  refusedEach([
    [() => tf.sequential(wrong({ layer: [] })), "sequential has no option 'layer'"],
    [() => tf.model(wrong({ input: 1 })), "model has no option 'input'"],
  ]);
});

test('what TensorFlow.js lets one make with new works alike: LayersModel, Sequential, callbacks', async () => {
  const graph = () => {
    const inputs = tf.input({ shape: [2] });
    return { inputs, outputs: tf.layers.dense({ units: 1, kernelInitializer: 'ones' }).apply(inputs) };
  };
  const { inputs, outputs } = graph();
  const stack = () => [tf.layers.dense({ units: 1, inputShape: [2], kernelInitializer: 'ones' })];
  const grown = new tf.Sequential();
  for (const layer of stack()) grown.add(layer);
  const made = [
    new tf.LayersModel({ ...graph(), name: 'mine', seed: 3 }),
    new tf.LayersModel({ inputs: [inputs], outputs: [outputs] }),
    tf.model(graph()),
    new tf.Sequential({ layers: stack() }),
    grown,
    tf.sequential({ layers: stack(), name: 'own' }),
  ];
  assert.deepEqual(
    made.map(({ name }) => name),
    ['mine', 'model', 'model', 'sequential', 'sequential', 'own'],
  );
  for (const model of made) {
    assert.ok(model instanceof tf.LayersModel);
    assert.equal(model instanceof tf.Sequential, 'add' in model);
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError', metrics: ['mae'] });
    const [x, y] = [
      tf.tensor2d([
        [1, 2],
        [3, 4],
      ]),
      tf.tensor2d([[0], [0]]),
    ];
    assert.deepEqual(model.predict(x).arraySync(), [[3], [7]]);
    /** @type {number[]} */
    const epochs = [];
    const { history } = await model.fit(x, y, {
      epochs: 2,
      verbose: 0,
      callbacks: [new tf.Callback(), new tf.CustomCallback({ onEpochEnd: (epoch) => void epochs.push(epoch) })],
    });
    assert.deepEqual([epochs, history.loss.length, model.interrupted, model.position.epoch], [[0, 1], 2, false, 2]);
    model.dispose();
  }
});

test('what cannot be made with new, or of such arguments, says so at once and names what to use', () => {
  const inputs = tf.input({ shape: [2] });
  const outputs = tf.layers.dense({ units: 1 }).apply(inputs);
  refused(() => new tf.LayersModel(wrong(undefined)), 'model takes an object of options, got undefined');
  refused(
    () => new tf.LayersModel(wrong({ outputs })),
    "model: inputs must be one tensor from input or a layer's apply, got undefined",
  );
  refusedEach([[() => new tf.LayersModel(wrong({ inputs, output: outputs })), "model has no option 'output'"]]);
  refused(
    () => tf.model(wrong({ inputs, outputs: inputs })),
    'model: at least one layer is needed between inputs and outputs',
  );
  refused(() => new tf.Sequential(wrong({ layers: {} })), 'sequential: layers must be an array, got Object');
  refusedEach([[() => new tf.Sequential(wrong({ inputs })), "sequential has no option 'inputs'"]]);
  refused(
    () => new tf.Sequential({ seed: -1 }),
    `sequential: seed must be an integer 0..${Number.MAX_SAFE_INTEGER}, got -1`,
  );
  refused(
    () => new tf.CustomCallback(wrong({ onEpochend: () => {} })),
    `CustomCallback: callbacks has no option 'onEpochend'; it takes ${HOOKS}`,
  );
  refused(
    () => new /** @type {any} */ (tf.Tensor)([2], 'float32', {}, 1),
    'Tensor: tensors must be made by tf.tensor, tf.zeros and the like, not by new',
  );
  for (const Made of [own.Model, own.Sequential])
    refused(
      () => new /** @type {any} */ (Made)({ layers: [] }),
      'Model: models must be made by sequential, model, loadModel and importModel, not by new',
      'unsupported',
    );
});

test('tensors hold numbers: what is none, and types that there are not, are refused', () => {
  refused(() => tf.tensor(wrong([1, 'x'])), 'tensor: value 1 must be a number or a boolean, got "x"');
  refused(() => tf.scalar(wrong(undefined)), 'tensor: value 0 must be a number or a boolean, got undefined');
  refused(() => tf.tensor2d(wrong([[1], [null]])), 'tensor: value 1 must be a number or a boolean, got null');
  refusedEach([
    [() => tf.tensor([1], [1], wrong('string')), 'tensor: dtype', '"string"'],
    [() => tf.zeros([1], wrong('toString')), 'fill: dtype', '"toString"'],
    [() => tf.ones([1]).cast(wrong('complex64')), 'cast: dtype', '"complex64"'],
  ]);
  refused(() => tf.oneHot([0, 1.5], 3), 'oneHot: index 1 must be a whole number, got 1.5', 'bad-data');
  refused(() => tf.oneHot([NaN], 3), 'oneHot: index 0 must be a whole number, got NaN', 'bad-data');
  refusedEach([[() => tf.oneHot([1], wrong(undefined)), 'oneHot: depth', 'undefined']]);
  assert.deepEqual(tf.oneHot([0, 2, 3, -1], 3).arraySync(), [
    [1, 0, 0],
    [0, 0, 1],
    [0, 0, 0],
    [0, 0, 0],
  ]);
  assert.deepEqual(tf.tensor([NaN, true, 2]).arraySync(), [NaN, 1, 2]);
});
