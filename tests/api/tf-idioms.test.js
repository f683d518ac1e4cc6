/**
 * What programs for TensorFlow.js do, each in a few lines. Every snippet runs twice, with TensorFlow.js and with this
 * library under its name, and must come to the same values; where TensorFlow.js draws other random numbers, or has no
 * such thing in Node, the values that it must come to are written down.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { before, test } from 'node:test';
import '@tensorflow/tfjs-backend-cpu';
import * as tfc from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import * as ours from '../../shim/tf.js';
import { artifactsOf } from '../support/tfjs-files.js';
import { uniform } from './oracle/support.js';
import { wrong } from './support.js';

/** @typedef {any} Lib TensorFlow.js, or what takes its place */

/** @type {Lib} */
const theirs = { ...tfc, ...tfl };
/** The methods of tensors that TensorFlow.js has, of which only the core is installed. */
const CHAINED = new URL('../../node_modules/@tensorflow/tfjs-core/dist/public/chained_ops/', import.meta.url);
const METHODS = readdirSync(CHAINED)
  .filter((name) => name.endsWith('.d.ts'))
  .flatMap((name) => [...readFileSync(new URL(name, CHAINED), 'utf8').matchAll(/interface Tensor<[^>]*> \{\s+(\w+)/g)])
  .map(([, method]) => method);
/** Methods that are no functions of the same arguments. @type {Record<string, (t: any, ...args: any[]) => any>} */
const OTHERWISE = {
  toFloat: (t) => tfc.cast(t, 'float32'),
  toInt: (t) => tfc.cast(t, 'int32'),
  toBool: (t) => tfc.cast(t, 'bool'),
  asType: (t, dtype) => tfc.cast(t, dtype),
  flatten: (t) => tfc.reshape(t, [t.size]),
  as1D: (t) => tfc.reshape(t, [t.size]),
  as2D: (t, ...shape) => tfc.reshape(t, shape),
  as3D: (t, ...shape) => tfc.reshape(t, shape),
  as4D: (t, ...shape) => tfc.reshape(t, shape),
  asScalar: (t) => tfc.reshape(t, []),
  concat: (t, others, axis) => tfc.concat([t, others].flat(), axis),
  stack: (t, others, axis) => tfc.stack([t, others].flat(), axis),
  where: (t, condition, other) => tfc.where(condition, t, other),
  resizeBilinear: tfc.image.resizeBilinear,
  resizeNearestNeighbor: tfc.image.resizeNearestNeighbor,
};

before(async () => {
  await tfc.setBackend('cpu');
  const prototype = /** @type {any} */ (tfc.Tensor.prototype);
  for (const name of METHODS)
    prototype[name] ??= function (/** @type {any[]} */ ...args) {
      return (OTHERWISE[name] ?? theirs[name])(this, ...args);
    };
});

/** Numbers in nested arrays and objects, whatever holds them. @param {any} value @returns {any} */
function plain(value) {
  if (typeof value?.arraySync === 'function') return { shape: value.shape, dtype: value.dtype, at: value.arraySync() };
  if (ArrayBuffer.isView(value)) return [.../** @type {any} */ (value)];
  if (Array.isArray(value)) return value.map(plain);
  if (Object(value) !== value || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}

const CLOSE = 2e-5; // floats through a few layers and steps

/** @param {any} got @param {any} want @param {string} where */
function alike(got, want, where) {
  if (typeof want === 'number' && typeof got === 'number') {
    const near = Math.abs(got - want) <= CLOSE * Math.max(1, Math.abs(want)) || Object.is(got, want);
    assert.ok(near, `${where}: ${got}, want ${want}`);
    return;
  }
  if (Object(want) !== want) {
    assert.deepEqual(got, want, where);
    return;
  }
  assert.deepEqual(Object.keys(Object(got)).sort(), Object.keys(want).sort(), where);
  for (const key of Object.keys(want)) alike(got[key], want[key], `${where}.${key}`);
}

const LINE = { xs: [[1], [2], [3], [4]], ys: [[1], [3], [5], [7]] };
const ones = /** @type {const} */ ({ kernelInitializer: 'ones', biasInitializer: 'zeros' });
const quiet = /** @type {const} */ ({ verbose: 0, shuffle: false });

/** A convolutional network with weights that are the same in both libraries. @param {Lib} tf */
function convNet(tf) {
  const model = tf.sequential();
  model.add(
    tf.layers.conv2d({ inputShape: [6, 6, 1], filters: 3, kernelSize: 3, activation: 'relu', name: 'features' }),
  );
  model.add(tf.layers.maxPooling2d({ poolSize: 2, name: 'pool' }));
  model.add(tf.layers.flatten({ name: 'flat' }));
  model.add(tf.layers.dense({ units: 2, activation: 'softmax', name: 'head' }));
  return settle(tf, model);
}

/** @param {Lib} tf @param {any} model */
function settle(tf, model) {
  const weights = model.getWeights();
  model.setWeights(
    weights.map((/** @type {any} */ { shape }, /** @type {number} */ i) =>
      tf.tensor(uniform(tfc.util.sizeFromShape(shape), i + 1, -0.5, 0.5), shape),
    ),
  );
  return model;
}

/** @param {Lib} tf @param {number} [count] */
const images = (tf, count = 4) => tf.tensor4d(uniform(count * 36, 9, 0, 1), [count, 6, 6, 1]);
/** @param {Lib} tf */
const labels = (tf) => tf.oneHot(tf.tensor1d([0, 1, 1, 0], 'int32'), 2);

/** @type {Record<string, (tf: Lib) => any>} what comes of each, in either library */
const IDIOMS = {
  'a line: sequential, dense, sgd, fit, predict': async (tf) => {
    const model = tf.sequential();
    model.add(tf.layers.dense({ units: 1, inputShape: [1], ...ones }));
    model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
    const { history } = await model.fit(tf.tensor2d(LINE.xs, [4, 1]), tf.tensor2d(LINE.ys, [4, 1]), {
      epochs: 5,
      ...quiet,
    });
    return [history, model.predict(tf.tensor2d([5], [1, 1]))];
  },
  'vectors as x and y': async (tf) => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1], ...ones })] });
    model.compile({ loss: 'meanSquaredError', optimizer: tf.train.sgd(0.01) });
    const [xs, ys] = [tf.tensor1d(LINE.xs.flat()), tf.tensor1d(LINE.ys.flat())];
    await model.fit(xs, ys, { epochs: 3, ...quiet });
    return [model.predict(tf.tensor1d([5, 6])), model.evaluate(xs, ys)];
  },
  'one tensor in an array as x and y': async (tf) => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1], ...ones })] });
    model.compile({ loss: ['meanSquaredError'], optimizer: 'sgd' });
    await model.fit([tf.tensor2d(LINE.xs)], [tf.tensor2d(LINE.ys)], { epochs: 2, ...quiet });
    return model.predict([tf.tensor2d([[5]])]);
  },
  'names of optimizers in any case': async (tf) => {
    /** @type {any[]} */
    const predicted = [];
    for (const optimizer of ['SGD', 'sgd', 'Adam', 'adam', 'RMSProp', 'rmsprop', 'Adagrad']) {
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1], ...ones })] });
      model.compile({ loss: 'meanSquaredError', optimizer });
      predicted.push(model.predict(tf.tensor2d([[5]])).shape);
    }
    return predicted;
  },
  'defaults that are spelt out': (tf) => {
    const model = tf.sequential();
    model.add(
      tf.layers.conv2d({
        batchInputShape: [null, 6, 6, 1],
        dtype: 'float32',
        filters: 2,
        kernelSize: [3, 3],
        strides: [1, 1],
        padding: 'valid',
        dataFormat: 'channelsLast',
        dilationRate: 1,
        activation: null,
        useBias: true,
        kernelRegularizer: null,
        kernelConstraint: null,
        biasConstraint: null,
        activityRegularizer: null,
        trainable: true,
        name: 'spelt',
      }),
    );
    model.add(tf.layers.batchNormalization({ axis: -1, momentum: 0.99, epsilon: 1e-3, betaConstraint: null }));
    model.add(tf.layers.maxPooling2d({ poolSize: [2, 2], strides: null, dataFormat: 'channelsLast' }));
    model.add(tf.layers.flatten({ dataFormat: 'channelsLast' }));
    model.add(tf.layers.dropout({ rate: 0.5, noiseShape: null, seed: null }));
    model.add(tf.layers.dense({ units: 2, inputDim: null, activation: 'linear' }));
    model.add(tf.layers.softmax({ axis: -1 }));
    settle(tf, model);
    model.layers[1].setWeights(['ones', 'zeros', 'zeros', 'ones'].map((make) => tf[make]([2])));
    return model.predict(images(tf));
  },
  'an input layer first': (tf) => {
    const model = tf.sequential();
    model.add(tf.layers.inputLayer({ inputShape: [3] }));
    model.add(tf.layers.dense({ units: 2, ...ones }));
    return [model.predict(tf.ones([2, 3])), model.inputs[0].shape];
  },
  'the weights of layers': (tf) => {
    const model = convNet(tf);
    const [kernel, bias] = model.layers[0].getWeights();
    model.layers[3].setWeights([kernel.flatten().slice(0, 24).reshape([12, 2]), tf.tensor1d([0.5, -0.5])]);
    return {
      bias,
      counts: model.layers.map((/** @type {any} */ layer) => layer.getWeights().length),
      names: model.layers.map((/** @type {any} */ layer) => layer.name),
      classes: model.layers.map((/** @type {any} */ layer) => layer.getClassName()),
      parameters: [model.countParams(), ...model.layers.map((/** @type {any} */ layer) => layer.countParams())],
      shapes: model.layers.map((/** @type {any} */ layer) => layer.outputShape),
      head: model.getLayer('head').getWeights(),
      first: model.getLayer(null, 0).name,
      output: model.predict(images(tf)),
    };
  },
  'the weights of the layer that was added': (tf) => {
    const layer = tf.layers.dense({ units: 2, inputShape: [3], ...ones });
    const model = tf.sequential({ layers: [layer] });
    return [model.predict(tf.ones([1, 3])), layer.getWeights()];
  },
  'weights as variables': (tf) => {
    const model = convNet(tf);
    model.layers[0].trainable = false;
    return {
      shapes: model.weights.map((/** @type {any} */ weight) => weight.shape),
      value: model.weights[3].read(),
      val: model.layers[3].weights[1].val,
      trainable: model.trainableWeights.length,
      fixed: model.nonTrainableWeights.length,
      ofGraph: tf
        .model({ inputs: model.inputs[0], outputs: model.outputs[0] })
        .weights.map((/** @type {any} */ weight) => weight.shape),
    };
  },
  'inputs, outputs and their shapes': (tf) => {
    const model = convNet(tf);
    return [
      model.inputs.map((/** @type {any} */ { shape }) => shape),
      model.outputs.map((/** @type {any} */ { shape }) => shape),
      model.inputs[0].shape.slice(1),
      model.outputShape,
      model.layers[1].input.shape,
      model.layers[1].output.shape,
    ];
  },
  'shapes while a graph is put together': (tf) => {
    const input = tf.input({ shape: [6, 6, 1] });
    const a = tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same' }).apply(input);
    const b = tf.layers.conv2d({ filters: 2, kernelSize: 1, strides: 1 }).apply(input);
    const both = tf.layers.concatenate({ axis: -1 }).apply([a, b]);
    const flat = tf.layers.flatten().apply(both);
    return [input, a, b, both, flat].map(({ shape }) => shape);
  },
  'a graph with a residual block': (tf) => {
    const input = tf.input({ shape: [6, 6, 1] });
    const stem = tf.layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same', activation: 'relu' }).apply(input);
    const branch = tf.layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same' }).apply(stem);
    const sum = tf.layers.reLU().apply(tf.layers.add().apply([stem, branch]));
    const output = tf.layers
      .dense({ units: 2, activation: 'softmax' })
      .apply(tf.layers.globalAveragePooling2d({}).apply(sum));
    const model = settle(tf, tf.model({ inputs: input, outputs: output }));
    return [model.predict(images(tf)), model.layers[0].getClassName(), model.layers.length];
  },
  'part of a model: features for another head': (tf) => {
    const base = convNet(tf);
    const body = tf.model({ inputs: base.inputs, outputs: base.getLayer('pool').output });
    const features = body.predict(images(tf));
    const head = tf.sequential({
      layers: [
        tf.layers.flatten({ inputShape: body.outputs[0].shape.slice(1) }),
        tf.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    });
    return [features, settle(tf, head).predict(features)];
  },
  'a model in a stack': (tf) => {
    const base = convNet(tf);
    const body = tf.model({ inputs: base.inputs, outputs: base.getLayer('pool').output });
    const head = settle(
      tf,
      tf.sequential({
        layers: [tf.layers.flatten({ inputShape: [2, 2, 3] }), tf.layers.dense({ units: 3, activation: 'softmax' })],
      }),
    );
    const joint = tf.sequential();
    joint.add(body);
    joint.add(head);
    return joint.predict(images(tf));
  },
  'the layers of one model in another': (tf) => {
    const base = convNet(tf);
    const model = tf.sequential();
    for (const layer of base.layers.slice(0, 3)) model.add(layer);
    model.add(tf.layers.dense({ units: 2, ...ones }));
    return model.predict(images(tf));
  },
  'another last layer: pop, add': (tf) => {
    const model = convNet(tf);
    model.pop();
    model.add(tf.layers.dense({ units: 1, ...ones }));
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    return [model.predict(images(tf)), model.layers.length];
  },
  'the rest of a model, applied to another input': (tf) => {
    const base = convNet(tf);
    const input = tf.input({ shape: base.getLayer('features').output.shape.slice(1) });
    const output = base.layers
      .slice(1)
      .reduce((/** @type {any} */ symbol, /** @type {any} */ layer) => layer.apply(symbol), input);
    return tf.model({ inputs: input, outputs: output }).predict(tf.ones([1, 4, 4, 3]));
  },
  'frozen layers': async (tf) => {
    const model = convNet(tf);
    for (const layer of model.layers.slice(0, 3)) layer.trainable = false;
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    const before = model.layers[0].getWeights()[0].dataSync();
    const { history } = await model.fit(images(tf), labels(tf), { epochs: 3, batchSize: 2, ...quiet });
    return [history, [...model.layers[0].getWeights()[0].dataSync()].every((value, i) => value === before[i])];
  },
  'a convolution trains on backend wasm': async (tf) => {
    if (tf === ours) await tf.setBackend('wasm'); // TensorFlow.js has no gradients of convolutions there
    await tf.ready();
    const model = convNet(tf);
    model.compile({ optimizer: tf.train.sgd(0.2), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    const { history } = await model.fit(images(tf), labels(tf), { epochs: 4, batchSize: 2, ...quiet });
    return [history, model.getWeights(), model.evaluate(images(tf), labels(tf))];
  },
  'validation, and figures by epoch in callbacks': async (tf) => {
    const model = convNet(tf);
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'categoricalCrossentropy', metrics: 'accuracy' });
    /** @type {any[]} */
    const logged = [];
    const show = {
      onBatchEnd: async (/** @type {number} */ batch, /** @type {any} */ { loss }) => logged.push([batch, loss]),
      onEpochEnd: (/** @type {number} */ epoch, /** @type {any} */ logs) => logged.push([epoch, logs]),
    };
    const options = { epochs: 2, batchSize: 2, ...quiet, yieldEvery: 'never' };
    await model.fit(images(tf), labels(tf), { ...options, validationSplit: 0.5, callbacks: show });
    await model.fit(images(tf), labels(tf), {
      ...options,
      validationData: [images(tf), labels(tf)],
      callbacks: [show],
    });
    return logged;
  },
  'early stopping, another learning rate': async (tf) => {
    const model = convNet(tf);
    model.compile({ optimizer: tf.train.sgd(0.5), loss: 'categoricalCrossentropy' });
    const slower = {
      onEpochEnd: (/** @type {number} */ epoch) => {
        model.optimizer.setLearningRate(0.5 / (epoch + 2));
      },
    };
    const stop = tf.callbacks.earlyStopping({ monitor: 'loss', minDelta: 10, patience: 2 });
    const { epoch, history } = await model.fit(images(tf), labels(tf), {
      epochs: 9,
      ...quiet,
      callbacks: [stop, new tf.CustomCallback(slower)],
    });
    return [epoch, history];
  },
  'stopTraining within a callback': async (tf) => {
    const model = convNet(tf);
    model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    const { epoch } = await model.fit(images(tf), labels(tf), {
      epochs: 9,
      ...quiet,
      callbacks: {
        onEpochEnd: (/** @type {number} */ at) => {
          if (at === 1) model.stopTraining = true;
        },
      },
    });
    return epoch;
  },
  'weights of classes, regularizers': async (tf) => {
    const model = tf.sequential();
    model.add(
      tf.layers.dense({
        units: 2,
        inputShape: [2],
        activation: 'softmax',
        kernelRegularizer: tf.regularizers.l2({ l2: 0.1 }),
        kernelInitializer: tf.initializers.constant({ value: 0.3 }),
      }),
    );
    model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
    const xs = tf.tensor2d([
      [1, 0],
      [0, 1],
    ]);
    const { history } = await model.fit(xs, tf.oneHot([0, 1], 2), { ...quiet, epochs: 2, classWeight: { 0: 1, 1: 3 } });
    return history.loss;
  },
  'batches by hand: trainOnBatch, predictOnBatch, nextFrame': async (tf) => {
    const model = convNet(tf);
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    /** @type {any[]} */
    const figures = [];
    for (let i = 0; i < 4; i += 2) {
      const [xs, ys] = tf.tidy(() => [
        images(tf).slice([i, 0, 0, 0], [2, 6, 6, 1]),
        labels(tf).slice([i, 0], [2, 2]).toFloat(),
      ]);
      figures.push(await model.trainOnBatch(xs, ys));
      tf.dispose([xs, ys]);
      await tf.nextFrame();
    }
    return [figures, model.predictOnBatch(images(tf))];
  },
  'losses as functions, called and wrapped': async (tf) => {
    /** @type {any[]} */
    const figures = [];
    for (const loss of [
      tf.losses.softmaxCrossEntropy,
      tf.losses.meanSquaredError,
      tf.losses.absoluteDifference,
      (/** @type {any} */ truth, /** @type {any} */ logits) => tf.losses.sigmoidCrossEntropy(truth, logits),
    ]) {
      const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2], ...ones })] });
      model.compile({ optimizer: 'sgd', loss });
      figures.push(
        model.evaluate(
          tf.tensor2d([
            [1, 2],
            [0.5, -3],
          ]),
          tf.tensor2d([
            [0, 1],
            [1, 0],
          ]),
        ),
      );
    }
    return figures;
  },
  'losses and metrics of tensors': (tf) => {
    const truth = tf.tensor2d([
      [0, 1],
      [1, 0],
    ]);
    const guess = tf.tensor2d([
      [0.2, 0.8],
      [0.7, 0.3],
    ]);
    return [
      tf.losses.meanSquaredError(truth, guess),
      tf.losses.absoluteDifference(truth, guess),
      tf.losses.softmaxCrossEntropy(truth, guess),
      tf.losses.sigmoidCrossEntropy(truth, guess),
      tf.metrics.categoricalAccuracy(truth, guess),
      tf.metrics.meanSquaredError(truth, guess),
      tf.metrics.meanAbsoluteError(truth, guess),
      tf.metrics.binaryAccuracy(truth, guess),
      tf.metrics.sparseCategoricalAccuracy(tf.tensor1d([1, 1]), guess).cast('float32'),
    ];
  },
  'a photo becomes a batch of one': (tf) => {
    const data = Uint8Array.from(uniform(6 * 8 * 4, 4, 0, 255));
    return tf.tidy(() => {
      const image = tf.browser.fromPixels({ data, width: 8, height: 6 }, 1);
      const small = tf.image.resizeBilinear(image, [3, 4], true);
      return [
        image,
        small.toFloat().div(tf.scalar(255)).expandDims(0),
        image.resizeBilinear([9, 5]),
        tf.image.resizeBilinear(image, [5, 9], false, true),
        tf.image.resizeNearestNeighbor(image.expandDims(0).toFloat(), [9, 5]),
        tf.browser.fromPixels({ data, width: 8, height: 6 }).toFloat().sub(127.5).div(127.5).mean(2).expandDims(2),
        image.slice([1, 2, 0], [3, 3, 1]).reverse(1),
      ];
    });
  },
  'features on one scale': (tf) => {
    const raw = tf.tensor2d([
      [1, 200],
      [2, 300],
      [3, 700],
    ]);
    const { mean, variance } = tf.moments(raw, 0);
    const [least, most] = [raw.min(0), raw.max(0)];
    return [
      raw.sub(mean).div(variance.sqrt()),
      tf.sub(raw, least).div(tf.sub(most, least)),
      raw.sub(raw.mean(0)).square().mean(0, true).sqrt(),
    ];
  },
  'labels: one-hot, cast, argMax, confusion matrix': (tf) => {
    const classes = tf.tensor1d([2, 0, 1, 2], 'int32');
    const hot = tf.oneHot(classes, 3).toFloat();
    const guess = hot.add(tf.tensor2d([[0, 2, 0]]));
    return [
      hot,
      hot.argMax(-1),
      guess.argMax(1),
      tf.math.confusionMatrix(classes, guess.argMax(1), 3),
      hot.argMax(-1).equal(guess.argMax(-1)).cast('float32').mean(),
      guess.softmax(),
      guess.topk(2),
    ];
  },
  'batches put together and taken apart': (tf) => {
    const [a, b] = [tf.tensor3d([[[1], [2]]]), tf.tensor3d([[[3], [4]]])];
    return [
      tf.stack([a, b]),
      tf.stack([a, b], -1),
      tf.concat([a, b]),
      a.concat(b, 1),
      tf.concat([a, b], -1),
      tf.unstack(
        tf.tensor2d([
          [1, 2],
          [3, 4],
        ]),
        1,
      ),
      tf.split(tf.range(0, 6), 3),
      tf.split(tf.tensor2d([[1, 2, 3]]), [1, 2], 1),
      tf.gather(
        tf.tensor2d([
          [1, 2],
          [3, 4],
          [5, 6],
        ]),
        tf.tensor1d([2, 0], 'int32'),
      ),
      tf.tensor2d([[1, 2, 3]]).gather([2, 0], 1),
      tf.tile(tf.tensor2d([[1, 2]]), [2, 3]),
      tf.pad(
        tf.tensor2d([[1, 2]]),
        [
          [1, 0],
          [0, 2],
        ],
        7,
      ),
      tf.transpose(
        tf.tensor3d([
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ]),
        [2, 0, 1],
      ),
      tf
        .tensor2d([
          [1, 2],
          [3, 4],
        ])
        .transpose(),
      tf.tensor1d([1, 2]).tile([2]).as2D(2, 2),
      tf.tensor1d([1, 2, 3, 4]).as3D(1, 2, 2).as4D(1, 1, 2, 2).as1D(),
      tf.tensor2d([[1], [2]]).squeeze(),
      tf.tensor1d([5]).asScalar(),
      tf.tensor1d([1, 2]).stack(tf.tensor1d([3, 4])),
      tf.where(tf.tensor1d([true, false]), tf.tensor1d([1, NaN]), tf.tensor1d([NaN, 4])),
      tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3, 4]]), false, true),
      tf.addN([tf.tensor1d([1]), tf.tensor1d([2])]),
      tf.broadcastTo(tf.tensor1d([1, 2]), [2, 2]),
      tf.zerosLike(a),
      tf.onesLike(a),
      tf.eye(2),
      tf.linspace(0, 1, 3),
      tf.range(5, 0, -2, 'int32'),
    ];
  },
  'arithmetic with tensors of other shapes': (tf) => {
    const [a, row, column] = [
      tf.tensor2d([
        [1, -2, 3],
        [4, 5.5, -6],
      ]),
      tf.tensor1d([1, 2, 4]),
      tf.tensor2d([[2], [3]]),
    ];
    return [
      ...['add', 'sub', 'mul', 'div', 'maximum', 'minimum', 'squaredDifference', 'mod', 'floorDiv', 'divNoNan'].flatMap(
        (name) => [tf[name](a, row), a[name](column), tf[name](row, a), a[name](2)],
      ),
      ...['equal', 'notEqual', 'greater', 'greaterEqual', 'less', 'lessEqual'].flatMap((name) => [
        tf[name](a, row),
        a[name](column),
      ]),
      row.pow(2),
      tf.pow(row, column),
      tf.tensor1d([true, false], 'bool').logicalAnd(tf.tensor1d([true, true], 'bool')),
      tf.logicalOr(tf.tensor1d([true, false], 'bool'), tf.tensor1d([false, false], 'bool')),
      tf.add([1, 2], 1),
      ...['exp', 'expm1', 'neg', 'abs', 'square', 'relu', 'relu6', 'sign', 'round', 'sigmoid', 'tanh'].map((name) =>
        tf[name](a),
      ),
      ...['softplus', 'elu', 'floor', 'ceil', 'sin', 'cos', 'tan', 'reciprocal', 'leakyRelu'].map((name) => a[name]()),
      ...['log', 'log1p', 'sqrt', 'rsqrt'].map((name) => tf[name](row)),
      ...['isNaN', 'isFinite', 'isInf'].map((name) => tf[name](tf.tensor1d([NaN, Infinity, 1]))),
      tf.logicalNot(tf.tensor1d([true, false], 'bool')),
      ...['sum', 'mean', 'max', 'min', 'prod'].flatMap((name) => [a[name](), tf[name](a, 0), a[name]([0, 1], true)]),
      tf.any(tf.tensor1d([false, true], 'bool')),
      tf.all(tf.tensor2d([[false, true]], [1, 2], 'bool'), 0),
      a.clipByValue(-1, 2),
      tf.argMin(a, 1),
      tf.round(tf.tensor1d([0.5, 1.5, 2.5, -0.5, -1.5])),
      tf.tensor1d([-2, 3], 'int32').abs(),
    ];
  },
  'around a program': async (tf) => {
    const kept = tf.tidy(() => tf.keep(tf.tensor1d([1])));
    const { numTensors } = tf.memory();
    tf.dispose({ a: tf.scalar(1), b: [tf.scalar(2)] });
    tf.engine().startScope();
    tf.engine().endScope();
    tf.enableProdMode();
    tf.env().set('DEBUG', false);
    await tf.ready();
    const gone = tf.scalar(3);
    gone.dispose();
    return [typeof numTensors, await kept.data(), await kept.array(), gone.isDisposed, await tf.nextFrame()];
  },
  'shuffled, together': (tf) => {
    const [one, two] = [
      [1, 2, 3, 4, 5],
      ['a', 'b', 'c', 'd', 'e'],
    ];
    tf.util.shuffleCombo(one, two);
    const indices = tf.util.createShuffledIndices(6);
    const array = [3, 1, 2];
    tf.util.shuffle(array);
    return [
      one.map((n, i) => `${n}${two[i]}`).sort(),
      [...indices].sort(),
      array.sort(),
      tf.util.sizeFromShape([2, 3]),
      tf.util.flatten([[1, [2]], 3]),
    ];
  },
  'saved to a handler, loaded from memory': async (tf) => {
    const model = convNet(tf);
    model.setUserDefinedMetadata({ classes: ['a', 'b'] });
    const artifacts = await artifactsOf(model, undefined, tf);
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    const byHandler = await tf.loadLayersModel({ load: async () => artifacts });
    return [
      loaded.predict(images(tf)),
      byHandler.predict(images(tf)),
      loaded.getUserDefinedMetadata(),
      loaded.layers.map((/** @type {any} */ { name }) => name),
      artifacts.weightSpecs.map((/** @type {any} */ { shape }) => shape),
    ];
  },
  'a summary, line by line': (tf) => {
    let text = '';
    convNet(tf).summary(undefined, undefined, (/** @type {string} */ line) => (text += `${line}\n`));
    return [/features/.test(text), /Total params: 56/.test(text)];
  },
};

for (const [name, run] of Object.entries(IDIOMS))
  test(`idiom: ${name}`, async () => {
    alike(plain(await run(ours)), plain(await run(theirs)), name);
  });

/* What TensorFlow.js draws at random, or has in a page or in tfjs-node only. */

test('idiom: initializers that the core has not, by name and as calls', () => {
  const { layers, initializers, sequential } = ours;
  /** @param {any} kernelInitializer */
  const kernelOf = (kernelInitializer, seed = 1, units = 120) => {
    const model = sequential({ layers: [layers.dense({ units, inputShape: [100], kernelInitializer })], seed });
    const [kernel] = model.layers[0].getWeights();
    model.dispose();
    return kernel;
  };
  /** @param {ours.Tensor} kernel */
  const facts = (kernel) => {
    const { mean, variance } = ours.moments(kernel);
    const most = kernel.abs().max().dataSync()[0];
    return { mean: mean.dataSync()[0], deviation: Math.sqrt(variance.dataSync()[0]), most };
  };
  // 12,000 numbers: the mean is off by a hundredth of the deviation, and so is the deviation
  for (const [initializer, mean, deviation, least, most] of /** @type {[any, number, number, number, number][]} */ ([
    ['randomNormal', 0, 0.05, 0.15, 0.35],
    [initializers.randomNormal({ mean: 3, stddev: 0.5, seed: 2 }), 3, 0.5, 4.5, 6.5],
    ['truncatedNormal', 0, 0.05 * 0.8796, 0.099, 0.1],
    [initializers.truncatedNormal({ stddev: 1 }), 0, 0.8796, 1.98, 2],
    ['randomUniform', 0, 0.1 / Math.sqrt(12), 0.0499, 0.05],
    [initializers.randomUniform({ minval: 1, maxval: 2 }), 1.5, 1 / Math.sqrt(12), 1.99, 2],
  ])) {
    const got = facts(kernelOf(initializer));
    assert.ok(Math.abs(got.mean - mean) < 0.05 * deviation, `mean ${got.mean}, want ${mean}`);
    assert.ok(Math.abs(got.deviation / deviation - 1) < 0.05, `deviation ${got.deviation}, want ${deviation}`);
    assert.ok(got.most > least && got.most <= most, `largest ${got.most}, want ${least} to ${most}`);
  }
  const tall = kernelOf('orthogonal', 1, 40);
  const wide = kernelOf(initializers.orthogonal({ gain: 2 }), 1, 110);
  alike(plain(tall.transpose().matMul(tall)), plain(ours.eye(40)), 'orthonormal columns');
  alike(plain(wide.matMul(wide.transpose())), plain(ours.eye(100).mul(4)), 'orthogonal rows of length 2');
  alike(plain(kernelOf('identity', 1, 100)), plain(ours.eye(100)), 'identity');
  assert.deepEqual(kernelOf('randomNormal', 5).dataSync(), kernelOf('randomNormal', 5).dataSync());
  assert.notDeepEqual(kernelOf('randomNormal', 5).dataSync(), kernelOf('randomNormal', 6).dataSync());
  const seeded = initializers.randomNormal({ seed: 7 });
  assert.deepEqual(kernelOf(seeded, 5).dataSync(), kernelOf(seeded, 6).dataSync());
  assert.throws(() => kernelOf('identity'), { message: /identity: the weight must be a square matrix/ });
  assert.throws(() => initializers.randomNormal(/** @type {any} */ ({ stdev: 1 })), {
    message: /randomNormal has no option 'stdev'/,
  });
});

test('idiom: tf.data, and fitDataset on batches that are made as they are needed', async () => {
  const { data } = ours;
  let made = 0;
  function* samples() {
    for (let i = 0; i < 10; i++) {
      made++;
      yield { xs: [i], ys: 2 * i };
    }
  }
  const dataset = data.generator(samples);
  const [first, , last] = await dataset.batch(4).toArray();
  alike(plain(first), plain({ xs: ours.tensor2d([[0], [1], [2], [3]]), ys: ours.tensor1d([0, 2, 4, 6]) }), 'batch');
  assert.deepEqual([last.xs.shape, (await dataset.batch(4, false).toArray()).length], [[2, 1], 2]);
  made = 0;
  await dataset.take(3).forEachAsync(() => {});
  assert.equal(made, 3, 'no more than are used');

  const numbers = data.array([1, 2, 3, 4, 5]);
  assert.deepEqual(await numbers.map((/** @type {number} */ n) => n * n).toArray(), [1, 4, 9, 16, 25]);
  assert.deepEqual(await numbers.mapAsync(async (/** @type {number} */ n) => -n).toArray(), [-1, -2, -3, -4, -5]);
  assert.deepEqual(await numbers.filter((/** @type {number} */ n) => n % 2 === 1).toArray(), [1, 3, 5]);
  assert.deepEqual(await numbers.skip(3).repeat(2).toArray(), [4, 5, 4, 5]);
  assert.deepEqual(await numbers.take(1).concatenate(numbers.skip(4)).prefetch(2).toArray(), [1, 5]);
  const shuffled = await numbers.shuffle(3, 'seed').toArray();
  assert.deepEqual([...shuffled].sort(), [1, 2, 3, 4, 5]);
  assert.notDeepEqual(
    await data
      .array([...Array(50).keys()])
      .shuffle(50, 'a')
      .toArray(),
    [...Array(50).keys()],
  );
  const zipped = data.zip({ xs: numbers, ys: data.array(['a', 'b']) });
  assert.deepEqual(await zipped.toArray(), [
    { xs: 1, ys: 'a' },
    { xs: 2, ys: 'b' },
  ]);
  assert.deepEqual(
    [numbers, dataset, numbers.batch(2), numbers.batch(2, false), numbers.repeat(3), zipped].map(({ size }) => size),
    [5, null, 3, 2, 15, 2],
  );
  const iterator = await numbers.iterator();
  assert.deepEqual(await iterator.next(), { value: 1, done: false });

  const train = async (/** @type {any} */ fit) => {
    const model = ours.sequential({ layers: [ours.layers.dense({ units: 1, inputShape: [1], ...ones })] });
    model.compile({ optimizer: ours.train.sgd(0.01), loss: 'meanSquaredError' });
    await fit(model);
    return model.getWeights().map((weight) => weight.dataSync());
  };
  const rows = [...samples()];
  const [xs, ys] = [ours.tensor2d(rows.map((row) => row.xs)), ours.tensor1d(rows.map((row) => row.ys))];
  assert.deepEqual(
    await train((/** @type {ours.LayersModel} */ model) =>
      model.fitDataset(dataset.batch(4), { epochs: 3, verbose: 0, validationData: dataset.batch(10) }),
    ),
    await train((/** @type {ours.LayersModel} */ model) =>
      model.fit(xs, ys, { epochs: 3, batchSize: 4, shuffle: false, verbose: 0 }),
    ),
  );
});

/** Runs with globals that a page has. @param {Record<string, unknown>} globals @param {() => Promise<void>} run */
async function withGlobals(globals, run) {
  const before = Object.getOwnPropertyDescriptors(globalThis);
  for (const [name, value] of Object.entries(globals))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  try {
    await run();
  } finally {
    for (const name of Object.keys(globals)) {
      if (Object.hasOwn(before, name)) Object.defineProperty(globalThis, name, before[/** @type {'name'} */ (name)]);
      else delete (/** @type {any} */ (globalThis)[name]);
    }
  }
}

/** A page's localStorage. @param {number} [room] characters */
function storageOf(room = Infinity) {
  /** @type {Map<string, string>} */
  const items = new Map();
  return {
    get length() {
      return items.size;
    },
    key: (/** @type {number} */ i) => [...items.keys()][i] ?? null,
    getItem: (/** @type {string} */ key) => items.get(key) ?? null,
    setItem(/** @type {string} */ key, /** @type {string} */ value) {
      if (value.length > room) throw new Error('QuotaExceededError');
      items.set(key, value);
    },
    removeItem: (/** @type {string} */ key) => items.delete(key),
  };
}

test('idiom: localstorage://, where each finds what the other has stored', async () => {
  const localStorage = storageOf();
  await withGlobals({ localStorage, window: { localStorage } }, async () => {
    tfc.env().set('IS_BROWSER', true);
    try {
      const want = plain(convNet(ours).predict(images(ours)));
      const { modelArtifactsInfo } = await convNet(ours).save('localstorage://mine');
      await convNet(theirs).save('localstorage://theirs/1');
      for (const name of ['mine', 'theirs/1'])
        for (const tf of [ours, theirs]) {
          const loaded = await tf.loadLayersModel(`localstorage://${name}`);
          alike(plain(loaded.predict(images(tf))), want, name);
        }
      assert.equal(modelArtifactsInfo.weightDataBytes, 56 * 4);
      assert.deepEqual(Object.keys(await ours.io.listModels()), ['localstorage://mine', 'localstorage://theirs/1']);
      await ours.io.copyModel('localstorage://mine', 'localstorage://copy');
      await ours.io.moveModel('localstorage://copy', 'localstorage://moved');
      await ours.io.removeModel('localstorage://mine');
      assert.deepEqual(Object.keys(await ours.io.listModels()), ['localstorage://theirs/1', 'localstorage://moved']);
      await assert.rejects(ours.loadLayersModel('localstorage://mine'), {
        name: 'FittingRoomError',
        message: "loadLayersModel: there is no model 'mine' in local storage",
      });
    } finally {
      tfc.env().set('IS_BROWSER', false);
    }
  });
  const small = storageOf(100);
  await withGlobals({ localStorage: small }, async () => {
    await assert.rejects(convNet(ours).save('localstorage://big'), {
      message: /no room for \d+ characters; use 'index/,
    });
    assert.equal(small.length, 0, 'nothing is left of it');
  });
});

test('idiom: file:// in Node, as tfjs-node has it; http:// to post models to and to load them from', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fitting-room-tf-'));
  /** @type {Map<string, Buffer>} */
  const posted = new Map();
  const server = createServer(async (request, response) => {
    if (request.method === 'POST' && request.url === '/full') return response.writeHead(507, 'Full').end();
    if (request.method === 'POST') {
      const body = new Response(/** @type {any} */ (Readable.toWeb(request)), {
        headers: /** @type {any} */ (request.headers),
      });
      for (const [name, file] of await body.formData())
        posted.set(`/${name}`, Buffer.from(await /** @type {File} */ (file).arrayBuffer()));
      return response.end();
    }
    const file = posted.get(String(request.url));
    return response.writeHead(file ? 200 : 404).end(file);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const base = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;
  try {
    const model = convNet(ours);
    const want = plain(model.predict(images(ours)));
    await model.save(`file://${folder}/a/b`);
    assert.deepEqual(await readdir(join(folder, 'a/b')), ['model.json', 'weights.bin']);
    const fromDisk = await ours.loadLayersModel(`file://${folder}/a/b/model.json`);
    alike(plain(fromDisk.predict(images(ours))), want, 'file://');
    assert.ok(fromDisk instanceof ours.Sequential);
    const { responses } = await model.save(`${base}/upload`);
    assert.deepEqual([responses[0].status, ...posted.keys()], [200, '/model.json', '/model.weights.bin']);
    /** @type {number[]} */
    const shares = [];
    for (const tf of [ours, theirs]) {
      const loaded = await tf.loadLayersModel(`${base}/model.json`, {
        onProgress: (/** @type {number} */ share) => shares.push(share),
      });
      alike(plain(loaded.predict(images(tf))), want, 'http://');
    }
    assert.equal(shares.at(-1), 1);
    await assert.rejects(model.save(`${base}/full`), {
      code: 'network',
      message: `save: ${base}/full answered 507 Full`,
    });
    await assert.rejects(ours.loadLayersModel(`${base}/none.json`), { code: 'network' });
    const files = await Promise.all(
      ['weights.bin', 'model.json'].map(async (name) => new File([await readFile(join(folder, 'a/b', name))], name)),
    );
    alike(plain((await ours.loadLayersModel(ours.io.browserFiles(files))).predict(images(ours))), want, 'browserFiles');
  } finally {
    server.close();
    await rm(folder, { recursive: true });
  }
});

test('idiom: downloads://, two files that TensorFlow.js takes', async () => {
  /** @type {Record<string, Blob>} */
  const clicked = {};
  /** @type {Blob[]} */
  const blobs = [];
  const document = {
    createElement: () => ({
      download: '',
      href: '',
      click() {
        clicked[this.download] = blobs[Number(this.href)];
      },
    }),
  };
  const { createObjectURL } = URL;
  URL.createObjectURL = (blob) => String(blobs.push(/** @type {Blob} */ (blob)) - 1);
  try {
    await withGlobals({ document, setTimeout: (/** @type {() => void} */ run) => queueMicrotask(run) }, async () => {
      await convNet(ours).save('downloads://my-model');
    });
  } finally {
    URL.createObjectURL = createObjectURL;
  }
  assert.deepEqual(Object.keys(clicked), ['my-model.json', 'my-model.weights.bin']);
  const { weightsManifest, modelTopology } = JSON.parse(await clicked['my-model.json'].text());
  assert.deepEqual(weightsManifest[0].paths, ['./my-model.weights.bin']);
  const weightData = await clicked['my-model.weights.bin'].arrayBuffer();
  const loaded = await tfl.loadLayersModel(
    tfc.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }),
  );
  alike(plain(loaded.predict(images(theirs))), plain(convNet(ours).predict(images(ours))), 'downloaded');
});

test('idiom: a model that TensorFlow.js has trained goes on here', async () => {
  const model = convNet(theirs);
  model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
  const artifacts = await artifactsOf(model, { includeOptimizer: true });
  const loaded = await ours.loadLayersModel(ours.io.fromMemory(artifacts));
  loaded.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
  const options = { epochs: 2, ...quiet };
  alike(
    (await loaded.fit(images(ours), labels(ours), options)).history,
    (await model.fit(images(theirs), labels(theirs), options)).history,
    'history',
  );
});

test('idiom: tensors drawn at random, and pixels of tensors', async () => {
  const drawn = ours.randomUniform([1000], 2, 3, 'float32', 5);
  assert.deepEqual(drawn.dataSync(), ours.randomUniform([1000], 2, 3, 'float32', 5).dataSync());
  assert.ok(drawn.min().dataSync()[0] >= 2 && drawn.max().dataSync()[0] < 3);
  assert.ok(Math.abs(ours.randomNormal([5000], 1, 2).mean().dataSync()[0] - 1) < 0.2);
  assert.ok(ours.truncatedNormal([1000]).abs().max().dataSync()[0] <= 2);
  const grey = ours.tensor2d([
    [0, 1],
    [0.5, 0.2],
  ]);
  assert.deepEqual(
    [...(await ours.browser.toPixels(grey))],
    [0, 0, 0, 255, 255, 255, 255, 255, 128, 128, 128, 255, 51, 51, 51, 255],
  );
  const colour = ours.tensor3d([[[1, 2, 3, 4]]], undefined, 'int32');
  assert.deepEqual([...(await ours.browser.toPixels(colour))], [1, 2, 3, 4]);
  assert.throws(() => ours.browser.fromPixels(/** @type {any} */ ('x')), { message: /^fromPixels takes ImageData/ });
});

/* What is left out. */

/** @param {() => any} act @param {RegExp} message */
const refused = (act, message) => assert.throws(act, { name: 'FittingRoomError', message });

test('what TensorFlow.js exports is here, or says by name that it is not', async () => {
  const all = { ...ours };
  const rooms = ['layers', 'initializers', 'metrics', 'callbacks', 'regularizers', 'constraints', 'models', 'losses'];
  const more = ['io', 'util', 'browser', 'image', 'linalg', 'math', 'spectral', 'signal', 'sparse', 'string', 'train'];
  /** @type {[name: string, found: any][]} */
  const names = Object.keys(theirs)
    .filter((name) => /^[a-z][a-zA-Z\d]*$/.test(name) && name !== 'default')
    .map((name) => [`tf.${name}`, /** @type {any} */ (all)[name]]);
  for (const room of [...rooms, ...more]) {
    const offered = /** @type {any} */ (all)[room];
    const wanted = room === 'train' ? Object.getOwnPropertyNames(tfc.train) : Object.keys(theirs[room]);
    for (const name of wanted.filter((each) => !['length', 'name', 'prototype'].includes(each)))
      names.push([`tf.${room}.${name}`, offered[name]]);
  }
  for (const name of METHODS) names.push([`tensor.${name}`, /** @type {any} */ (ours.Tensor.prototype)[name]]);
  assert.ok(names.length > 500, `${names.length} names`);
  assert.deepEqual(
    names.filter(([, found]) => found === undefined).map(([name]) => name),
    [],
  );
  let refusals = 0;
  for (const [name, found] of names) {
    if (typeof found !== 'function' || found.length > 0 || !/^\(\) => \{\s+const hint/.test(String(found))) continue;
    refused(found, new RegExp(`^${name.replaceAll('.', '\\.')} is not supported.*; shim/KERAS\\.md lists what is$`));
    refusals++;
  }
  assert.ok(refusals > 250, `${refusals} refusals`);
});

test('what cannot be taken is refused by name', async () => {
  const { layers, sequential, train } = ours;
  const dense = () => layers.dense({ units: 1, inputShape: [2] });
  refused(
    () => layers.conv2d(wrong({ filters: 1, kernelSize: 1, dilationRate: 2 })),
    /^conv2d: dilationRate must be 1 or left out, got 2$/,
  );
  refused(
    () => layers.conv2d(wrong({ filters: 1, kernelSize: 1, dataFormat: 'channelsFirst' })),
    /^conv2d: dataFormat must be 'channelsLast' or left out/,
  );
  refused(() => layers.dense(wrong({ units: 1, kernelConstraint: {} })), /^dense has no option 'kernelConstraint'/);
  refused(
    () => layers.dense(wrong({ units: 1, dtype: 'int32' })),
    /^dense: dtype must be 'float32' or left out, got "int32"$/,
  );
  refused(
    () => layers.dense(wrong({ units: 1, batchInputShape: 3 })),
    /^dense: batchInputShape must be an array such as \[null, 28, 28, 1\], got 3$/,
  );
  refused(() => ours.input(wrong({ shape: [1], dtype: 'int32' })), /^input: dtype must be 'float32' or left out/);
  refused(() => layers.dense(wrong(undefined)), /^dense takes an object of options, got undefined$/);
  refused(
    () => dense().apply(wrong(ours.ones([1, 2]))),
    /^dense: apply takes what tf\.input and other layers' apply return/,
  );
  refused(() => dense().getWeights(), /^layer dense is in no model yet/);
  const image = sequential({ layers: [layers.batchNormalization({ inputShape: [4, 4, 2], axis: 1 })] });
  refused(
    () => image.predict(ours.ones([1, 4, 4, 2])),
    /^batch_normalization: axis must be the last one, -1 or 3, got 1$/,
  );
  const model = sequential({ layers: [dense()] });
  const compile = (/** @type {any} */ options) => () =>
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError', ...options });
  refused(
    compile({ loss: (/** @type {any} */ t, /** @type {any} */ p) => p.sub(t).square().mean() }),
    /^compile: loss must be a name or a function of tf\.losses; for a function of your own there are no gradients/,
  );
  refused(compile({ metrics: [() => 1] }), /^compile: metrics must be names or functions of tf\.metrics/);
  refused(compile({ optimizer: 'adamax' }), /^compile: optimizer must be one of adam/);
  refused(
    () => wrong(train.adam()).minimize(() => 0),
    /^optimizer\.minimize is not supported: gradients exist for models only/,
  );
  refused(() => wrong(model).toJSON(), /^model\.toJSON is not supported: use model\.save; /);
  refused(() => model.predict([ours.ones([1, 2]), ours.ones([1, 2])]), /^expected a tensor made by tf\.tensor/);
  refused(() => sequential().pop(), /^pop: there are no layers$/);
  await assert.rejects(model.save('s3://x'), {
    name: 'FittingRoomError',
    message: /^save takes an address that begins with downloads:\/\//,
  });
  await assert.rejects(model.save(wrong('file://x'), wrong({ includeOptimizer: true })), {
    message: /^save: includeOptimizer is not supported/,
  });
  await assert.rejects(model.save('downloads://x'), { message: /^save: 'downloads:\/\/' needs a page/ });
  await assert.rejects(model.save('indexeddb://x'), { message: /there is no IndexedDB here/ });
  await assert.rejects(ours.loadLayersModel('localstorage://x'), { name: 'FittingRoomError' });
  await assert.rejects(ours.loadLayersModel(wrong({})), {
    message: /^loadLayersModel takes an address or an object with load/,
  });
  await assert.rejects(ours.loadLayersModel('file://x', wrong({ strict: false })), { message: /strict must be true/ });
});
