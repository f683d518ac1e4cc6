import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { before, test } from 'node:test';
import fc from 'fast-check';
import * as tfc from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import {
  FittingRoomError,
  Model,
  Sequential,
  exportModel,
  importModel,
  input,
  layers,
  model,
  sequential,
} from '../../shim/index.js';
import { artifactsOf, jsonFile, tfjsFiles } from '../support/tfjs-files.js';
import { near, toTf, uniform, useOracles } from './oracle/support.js';
import { everyKind, residual } from './sample-models.js';
import { SIDE, smallModel } from './support.js';

/** @import { NamedFile } from '../../shim/formats/described.js' */
/** @import { AnyLayer } from '../../shim/layers/layer.js' */

before(useOracles);

const CLOSE = { relative: 1e-6, floor: 1e-6 };

/** @param {NamedFile} file */
const jsonOf = ({ bytes }) => JSON.parse(new TextDecoder().decode(bytes));

/** As tf.loadLayersModel fetches it. @param {NamedFile[]} files */
function inTf([first, ...others]) {
  const { weightsManifest, modelTopology, userDefinedMetadata } = jsonOf(first);
  const weightData = others[0].bytes.slice().buffer;
  assert.deepEqual(
    weightsManifest.map((/** @type {any} */ group) => group.paths),
    [others.map(({ name }) => name)],
  );
  return tfl.loadLayersModel(
    tfc.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData, userDefinedMetadata }),
  );
}

/**
 * The files of a model made with TF.js itself, its weights split into shards.
 * @param {tfl.LayersModel} made
 * @param {number} [shard] bytes
 */
async function savedByTf(made, shard = 50) {
  const { weightSpecs, weightData, ...rest } = await artifactsOf(made, { includeOptimizer: true });
  const data = new Uint8Array(tfc.io.CompositeArrayBuffer.join(weightData));
  const shards = Array.from({ length: Math.ceil(data.length / shard) }, (_, i) => ({
    name: `group1-shard${i + 1}.bin`,
    bytes: data.slice(i * shard, (i + 1) * shard),
  }));
  return [
    jsonFile('model.json', {
      ...rest,
      weightsManifest: [{ paths: shards.map(({ name }) => name), weights: weightSpecs }],
    }),
    ...shards,
  ];
}

/** Weights that differ from the initial ones, including biases, averages and gammas. @param {Model} made */
function unsettled(made) {
  made.setWeights(
    made.getWeights().map(({ shape, data }, i) => {
      const moved = uniform(data.length, i + 1, 0.1, 0.6);
      return { shape, data: shape.length > 1 ? data : moved };
    }),
  );
  return made;
}

/** @param {number[]} shape @param {number} [count] */
const pictures = (shape, count = 5) => ({
  shape: [count, ...shape],
  data: uniform(count * shape.reduce((a, b) => a * b), 5, 0, 1),
});

/**
 * There and back: TF.js predicts the same, and so does the model read back.
 * @param {Model} made
 * @param {{ dtype?: string }} [options]
 */
async function roundTrip(made, options) {
  const files = await exportModel(made, 'tfjs', options);
  assert.deepEqual(
    files.map(({ name }) => name),
    ['model.json', 'weights.bin'],
  );
  const theirs = await inTf(files);
  const back = await importModel(files);
  const x = pictures(made.inputShape);
  const here = await back.predict(x);
  const there = /** @type {tfc.Tensor} */ (theirs.predict(toTf(x)));
  assert.deepEqual(there.shape, here.shape);
  near('TF.js, and what came back', there.dataSync(), here.data, CLOSE);
  if (!options) near('TF.js, and the model', there.dataSync(), (await made.predict(x)).data, CLOSE);
  assert.equal(back instanceof Sequential, made instanceof Sequential);
  assert.equal(back.seed, made.seed);
  theirs.dispose();
  return { files, back };
}

const IMAGE = [6, 5, 3];
/** @type {[string, AnyLayer[]][]} */
const STACKS = [
  [
    'conv2d',
    [
      layers.conv2d({
        inputShape: IMAGE,
        filters: 4,
        kernelSize: [3, 2],
        strides: [2, 1],
        padding: 'same',
        activation: 'relu',
      }),
    ],
  ],
  [
    'conv2d without bias',
    [
      layers.conv2d({
        inputShape: IMAGE,
        filters: 4,
        kernelSize: 3,
        useBias: false,
        activation: 'silu',
        kernelRegularizer: 'l1',
      }),
    ],
  ],
  [
    'depthwiseConv2d',
    [layers.depthwiseConv2d({ inputShape: IMAGE, kernelSize: 2, depthMultiplier: 2, activation: 'tanh' })],
  ],
  [
    'depthwiseConv2d, strides',
    [layers.depthwiseConv2d({ inputShape: IMAGE, kernelSize: 3, strides: [2, 1], padding: 'same', useBias: false })],
  ],
  ['maxPooling2d', [layers.maxPooling2d({ inputShape: IMAGE, poolSize: [3, 2], strides: 1, padding: 'same' })]],
  ['averagePooling2d', [layers.averagePooling2d({ inputShape: IMAGE, poolSize: 2, padding: 'same' })]],
  ['globalAveragePooling2d', [layers.globalAveragePooling2d({ inputShape: IMAGE })]],
  ['globalMaxPooling2d', [layers.globalMaxPooling2d({ inputShape: IMAGE })]],
  ['flatten', [layers.flatten({ inputShape: IMAGE }), layers.flatten(), layers.dense({ units: 2 })]],
  [
    'reshape',
    [layers.reshape({ inputShape: IMAGE, targetShape: [3, -1, 2] }), layers.conv2d({ filters: 2, kernelSize: 2 })],
  ],
  [
    'zeroPadding2d',
    [
      layers.zeroPadding2d({
        inputShape: IMAGE,
        padding: [
          [1, 0],
          [2, 3],
        ],
      }),
    ],
  ],
  [
    'dense',
    [
      layers.dense({ inputShape: [7], units: 4, activation: 'gelu' }),
      layers.dense({ units: 3, useBias: false, activation: 'sigmoid' }),
    ],
  ],
  [
    'dropout',
    [layers.dropout({ inputShape: [7], rate: 0.5, seed: 4 }), layers.dense({ units: 2, activation: 'swish' })],
  ],
  [
    'batchNormalization',
    [layers.batchNormalization({ inputShape: IMAGE, momentum: 0.7, epsilon: 0.02, gammaRegularizer: 'l2' })],
  ],
  [
    'batchNormalization without center, without scale',
    [
      layers.batchNormalization({ inputShape: IMAGE, center: false }),
      layers.batchNormalization({ scale: false }),
      layers.batchNormalization({ center: false, scale: false }),
    ],
  ],
  [
    'activation',
    [
      layers.activation({ inputShape: IMAGE, activation: 'relu6' }),
      layers.activation({ activation: 'leakyRelu' }),
      layers.activation({ activation: 'softmax' }),
    ],
  ],
  [
    'leaky activations',
    [
      layers.conv2d({ inputShape: IMAGE, filters: 2, kernelSize: 1, activation: 'leakyRelu' }),
      layers.flatten(),
      layers.dense({ units: 3, activation: 'leakyRelu' }),
    ],
  ],
  ['reLU', [layers.reLU({ inputShape: IMAGE, maxValue: 6 }), layers.reLU()]],
  ['leakyReLU', [layers.leakyReLU({ inputShape: IMAGE, alpha: 0.15 })]],
  ['softmax', [layers.softmax({ inputShape: IMAGE }), layers.flatten(), layers.softmax()]],
  ['random layers alone', [layers.randomFlip({ inputShape: IMAGE }), layers.randomContrast({ factor: 0.2 })]],
  ['every kind', everyKind()],
  [
    'names that TF.js does not take',
    [
      layers.dense({ inputShape: [3], units: 3, name: '一 层' }),
      layers.dense({ units: 3, name: '__' }),
      layers.dense({ units: 2, name: '__' }),
    ],
  ],
];

for (const [name, stack] of STACKS) {
  test(`tfjs: ${name} there and back`, async () => {
    const made = unsettled(await sequential({ layers: stack, seed: 3, name }));
    const { back } = await roundTrip(made);
    assert.equal(back.name, name);
    made.dispose();
    back.dispose();
  });
}

test('tfjs: no kind of layer is left out above, but those that join tensors', () => {
  const kinds = new Set(STACKS.flatMap(([, stack]) => stack.map(({ kind }) => kind.replaceAll('_', ''))));
  assert.deepEqual(
    Object.keys(layers).filter((name) => !kinds.has(name.toLowerCase())),
    ['add', 'concatenate'],
  );
});

/** Random layers, split activations and the input itself, leading into sums. */
function branches() {
  const picture = input({ shape: [SIDE, SIDE, 2], name: 'conv' });
  const moved = layers.randomTranslation({ heightFactor: 0.1, widthFactor: 0.1 }).apply(picture);
  const conv = layers
    .conv2d({ filters: 2, kernelSize: 3, padding: 'same', activation: 'leakyRelu', name: 'conv' })
    .apply(moved);
  const sum = layers.add().apply([conv, picture, moved, conv]);
  return { inputs: picture, outputs: layers.softmax().apply(layers.globalMaxPooling2d().apply(sum)), seed: 8 };
}

test('tfjs: graphs there and back', async () => {
  for (const [options, kinds] of /** @type {const} */ ([
    [residual(), ['add', 'concatenate']],
    [branches(), ['add', 'leaky_re_lu']],
  ])) {
    const made = unsettled(await model(options));
    made.metadata = { classNames: ['a', 'b'], nested: { 长袖: [null] } };
    const { back } = await roundTrip(made);
    assert.deepEqual(back.metadata, made.metadata);
    for (const kind of kinds) assert.ok(back.layers.some((layer) => layer.kind === kind));
    made.dispose();
    back.dispose();
  }
  const picture = input({ shape: IMAGE });
  const alone = await model({ inputs: picture, outputs: layers.randomFlip().apply(picture), seed: 1 });
  const { back } = await roundTrip(alone);
  assert.deepEqual(
    back.layers.map(({ kind }) => kind),
    ['activation'],
  );
});

test('tfjs: what trains on comes back: rates, momenta, regularizers', async () => {
  const made = await sequential({
    layers: [
      layers.dense({
        inputShape: [4],
        units: 3,
        kernelRegularizer: { name: 'l2', l2: 0.3 },
        biasRegularizer: 'l1',
        name: 'first',
      }),
      layers.dropout({ rate: 0.4, seed: 6 }),
      layers.batchNormalization({ momentum: 0.7, betaRegularizer: { name: 'l1l2', l1: 0.1, l2: 0.2 } }),
    ],
    seed: 2,
  });
  const { back } = await roundTrip(made);
  const [dense, dropout, normalization] = back.layers.map(({ config }) => config);
  assert.deepEqual(
    [dense.kernelRegularizer, dense.biasRegularizer],
    [
      { name: 'l1l2', l1: 0, l2: 0.3 },
      { name: 'l1l2', l1: 0.01, l2: 0 },
    ],
  );
  assert.deepEqual([dropout.rate, dropout.seed, normalization.momentum], [0.4, 6, 0.7]);
  assert.deepEqual(normalization.betaRegularizer, { name: 'l1l2', l1: 0.1, l2: 0.2 });
  assert.deepEqual(
    back.layers.map(({ name }) => name),
    ['first', 'dropout', 'batch_normalization'],
  );
});

test('tfjs: float16 and uint8, which TF.js makes the same floats of', async () => {
  const made = unsettled(await sequential({ layers: everyKind(), seed: 4 }));
  for (const [dtype, share] of /** @type {const} */ ([
    ['float16', 2 ** -11],
    ['uint8', 0.51 / 255],
  ])) {
    const { files, back } = await roundTrip(made, { dtype });
    const { weights } = jsonOf(files[0]).weightsManifest[0];
    made.getWeights().forEach(({ shape, data }, i) => {
      assert.equal(weights[i].quantization?.dtype, shape.length > 1 ? dtype : undefined);
      const { data: found } = back.getWeights()[i];
      const span = dtype === 'uint8' ? Math.max(...data) - Math.min(...data) : Math.max(...data.map(Math.abs));
      found.forEach((value, at) =>
        assert.ok(Math.abs(value - data[at]) <= (shape.length > 1 ? share * span : 0), `${weights[i].name} ${at}`),
      );
    });
    back.dispose();
  }
  const zero = await sequential({ layers: [layers.dense({ inputShape: [2], units: 2 })] });
  for (const values of [
    [0, 0, 0, 0],
    [-0.3, 0, 1.7, 0],
    [0.7, 0.7, 0.7, 0.7],
  ]) {
    zero.setWeights([
      { shape: [2, 2], data: Float32Array.from(values) },
      { shape: [2], data: new Float32Array(2) },
    ]);
    const [kernel] = (await importModel(await exportModel(zero, 'tfjs', { dtype: 'uint8' }))).getWeights();
    values.forEach((value, i) =>
      assert.ok(Math.abs(kernel.data[i] - value) <= (value ? 0.005 : 0), `${values}: ${kernel.data}`),
    );
  }
  await assert.rejects(exportModel(zero, 'tfjs', { dtype: 'int8' }), {
    message: 'exportModel: dtype must be one of float32, float16, uint8, got "int8"',
  });
  zero.setWeights([
    { shape: [2, 2], data: Float32Array.of(1, NaN, 0, 0) },
    { shape: [2], data: new Float32Array(2) },
  ]);
  await assert.rejects(exportModel(zero, 'tfjs', { dtype: 'uint8' }), {
    message: 'exportModel: dense/kernel: number 1 is NaN; export as float32 instead',
  });
});

/** TF.js's own models, one for each of its layers that is supported here. */
const theirStack = () =>
  tfl.sequential({
    name: 'theirs',
    layers: [
      tfl.layers.conv2d({
        inputShape: [9, 8, 2],
        filters: 3,
        kernelSize: [3, 2],
        activation: 'relu',
        kernelRegularizer: 'l1l2',
        kernelInitializer: 'randomNormal',
      }),
      tfl.layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2, depthwiseInitializer: 'heNormal' }),
      tfl.layers.batchNormalization({ momentum: 0.8 }),
      tfl.layers.reLU({ maxValue: 6 }),
      tfl.layers.leakyReLU({ alpha: 0.1 }),
      tfl.layers.softmax({ axis: 3 }),
      tfl.layers.maxPooling2d({ poolSize: 2 }),
      tfl.layers.zeroPadding2d({
        padding: [
          [1, 0],
          [0, 1],
        ],
      }),
      tfl.layers.averagePooling2d({ poolSize: [2, 1] }),
      tfl.layers.activation({ activation: 'swish' }),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 8, biasInitializer: tfl.initializers.constant({ value: 0.1 }) }),
      tfl.layers.dropout({ rate: 0.5 }),
      tfl.layers.reshape({ targetShape: [2, 2, 2] }),
      tfl.layers.globalAveragePooling2d({}),
      tfl.layers.dense({ units: 2 }),
      tfl.layers.softmax(),
    ],
  });

function theirGraph() {
  const x = tfl.input({ shape: [5, 5, 1], name: 'pic' });
  const one = tfl.layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same', activation: 'tanh' });
  const two = tfl.layers.conv2d({ filters: 2, kernelSize: 1, useBias: false });
  const sum = /** @type {tfl.SymbolicTensor} */ (
    tfl.layers.add().apply([/** @type {any} */ (one.apply(x)), /** @type {any} */ (two.apply(x))])
  );
  const joined = /** @type {tfl.SymbolicTensor} */ (tfl.layers.concatenate({ axis: 3 }).apply([sum, x]));
  const again = /** @type {tfl.SymbolicTensor} */ (tfl.layers.concatenate().apply([joined, sum]));
  return tfl.model({
    inputs: x,
    outputs: /** @type {any} */ (tfl.layers.globalMaxPooling2d({}).apply(again)),
    name: 'their graph',
  });
}

/** Stacks within a stack, the first of them with the input. */
const theirStacks = () =>
  tfl.sequential({
    name: 'stacks',
    layers: [
      tfl.sequential({
        layers: [
          tfl.layers.conv2d({ inputShape: [5, 4, 2], filters: 3, kernelSize: 2 }),
          tfl.layers.batchNormalization(),
          tfl.layers.reLU(),
        ],
      }),
      tfl.layers.flatten(),
      tfl.sequential({
        layers: [
          tfl.sequential({
            layers: [tfl.layers.dense({ inputShape: [36], units: 4 }), tfl.layers.dropout({ rate: 0.5 })],
          }),
          tfl.layers.dense({ units: 3, activation: 'tanh' }),
        ],
      }),
      tfl.layers.dense({ units: 2 }),
    ],
  });

/** Stacks within a graph, one of which makes the output. */
function theirStackedGraph() {
  const x = tfl.input({ shape: [5, 5, 1] });
  const stem = tfl.sequential({
    layers: [
      tfl.layers.conv2d({ inputShape: [5, 5, 1], filters: 2, kernelSize: 3, padding: 'same', activation: 'tanh' }),
      tfl.layers.leakyReLU({ alpha: 0.1 }),
    ],
  });
  const one = /** @type {tfl.SymbolicTensor} */ (stem.apply(x));
  const two = /** @type {tfl.SymbolicTensor} */ (tfl.layers.conv2d({ filters: 2, kernelSize: 1 }).apply(one));
  const sum = /** @type {tfl.SymbolicTensor} */ (tfl.layers.add().apply([one, two]));
  const head = tfl.sequential({
    layers: [tfl.layers.flatten({ inputShape: [5, 5, 2] }), tfl.layers.dense({ units: 3, activation: 'softmax' })],
  });
  return tfl.model({ inputs: x, outputs: /** @type {any} */ (head.apply(sum)), name: 'stacked graph' });
}

test('tfjs: where a graph within a graph has a name twice, or a layer that leads nowhere, is said', async () => {
  const graph = (/** @type {string} */ name, /** @type {tfl.layers.Layer[]} */ ...list) => {
    const start = tfl.input({ shape: [4], name: `${name}_input` });
    const end = list.reduce((x, each) => /** @type {tfl.SymbolicTensor} */ (each.apply(x)), start);
    return tfl.model({ inputs: start, outputs: end, name });
  };
  const dense = (/** @type {string} */ name) => tfl.layers.dense({ units: 4, name });
  const theirs = graph('outer', /** @type {any} */ (graph('inner', dense('first'), dense('second'))), dense('last'));
  for (const [change, message] of /** @type {[(inner: any) => void, string][]} */ ([
    [
      ({ layers: [, first, second] }) => (second.name = second.config.name = first.name),
      'layer 2: its name must be unique, got "first" again',
    ],
    [(inner) => (inner.output_layers = [['first', 0, 0]]), 'layer "second" does not lead to the output'],
  ])) {
    const files = await tfjsFiles(theirs, ({ config }) => change(config.layers[1].config));
    await assert.rejects(importModel(files), { message: `model file: model "inner": ${message}` });
  }
});

const THEIRS = /** @type {const} */ ([
  ['a stack', theirStack, Sequential],
  ['a graph', theirGraph, Model],
  ['a stack of stacks', theirStacks, Sequential],
  ['a graph of stacks', theirStackedGraph, Model],
]);

for (const [what, make, Kind] of THEIRS) {
  test(`tfjs: ${what} that TF.js saved, in many shards, with what its optimizer left`, async () => {
    const theirs = make();
    theirs.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    const x = pictures(/** @type {number[]} */ (theirs.inputs[0].shape.slice(1)));
    const there = /** @type {tfc.Tensor} */ (theirs.predict(toTf(x)));
    await theirs.fit(toTf(x), tfc.add(there, 1), { epochs: 2, verbose: 0 });
    theirs.setUserDefinedMetadata({ made: 'elsewhere' });
    const [file, ...shards] = await savedByTf(theirs);
    assert.match(JSON.stringify(jsonOf(file)), /"group":"optimizer"/);
    assert.ok(shards.length > 2);
    const want = /** @type {tfc.Tensor} */ (theirs.predict(toTf(x))).dataSync();
    for (const files of [
      [file, ...shards],
      [...shards.toReversed(), { ...file, name: 'renamed' }],
    ]) {
      const back = await importModel(files);
      assert.equal(back.constructor, Kind);
      assert.deepEqual([back.name, back.metadata], [theirs.name, { made: 'elsewhere' }]);
      near(what, (await back.predict(x)).data, want, CLOSE);
      back.dispose();
    }
    const functional = jsonOf(file);
    functional.modelTopology = { model_config: functional.modelTopology };
    if (Kind === Model) functional.modelTopology.model_config.class_name = 'Functional';
    // as in old Keras versions
    for (const entry of functional.modelTopology.model_config.config.layers)
      if (what === 'a stack of stacks' && entry.class_name === 'Sequential') entry.config = entry.config.layers;
    near(
      `${what}, as Keras puts it`,
      (await (await importModel([jsonFile('model.json', functional), ...shards])).predict(x)).data,
      want,
      CLOSE,
    );
    theirs.dispose();
  });
}

/**
 * A small export with a changed model.json.
 * @param {(json: any) => void} change
 * @param {Uint8Array<ArrayBuffer>} [bytes] of the weights
 */
async function altered(change, bytes) {
  const picture = input({ shape: [2, 2, 1], name: 'in' });
  const made = await model({
    inputs: picture,
    outputs: layers
      .softmax({ name: 'out' })
      .apply(
        layers
          .batchNormalization({ name: 'norm' })
          .apply(layers.dense({ units: 2, name: 'dense' }).apply(layers.flatten({ name: 'flat' }).apply(picture))),
      ),
    seed: 1,
  });
  const [file, weights] = await exportModel(made, 'tfjs');
  made.dispose();
  const json = jsonOf(file);
  change(json);
  return [jsonFile('model.json', json), { ...weights, bytes: bytes ?? weights.bytes }];
}

test('tfjs: what cannot be read is refused by name', async () => {
  const layer = (/** @type {any} */ json, /** @type {number} */ i) => json.modelTopology.config.layers[i];
  const weights = (/** @type {any} */ json) => json.weightsManifest[0].weights;
  /** @type {[(json: any) => void, RegExp | string][]} */
  const lies = [
    [
      (j) => {
        j.format = 'graph-model';
      },
      /model.json is a graph model: operations, not layers. Convert it: python -m tf2onnx.convert --tfjs/,
    ],
    [
      (j) => {
        delete j.modelTopology;
      },
      /model.json: modelTopology must be an object, got undefined/,
    ],
    [
      (j) => {
        j.modelTopology.class_name = 'Lambda';
      },
      /class_name must be one of Sequential, Model, Functional, got "Lambda"/,
    ],
    [
      (j) => {
        layer(j, 2).class_name = 'LSTM';
      },
      'model file: layer 2: class "LSTM" is not supported',
    ],
    [
      (j) => {
        layer(j, 2).class_name = 'toString';
      },
      'model file: layer 2: class "toString" is not supported',
    ],
    [
      (j) => {
        layer(j, 2).config.activation = 'sine';
      },
      /^model file: layer 2 \(Dense "dense"\): dense: activation must be one of linear, .*, got "sine"$/,
    ],
    [
      (j) => {
        layer(j, 2).config.units = 2 ** 40;
      },
      /layer 2 \(Dense "dense"\): dense: units must be an integer/,
    ],
    [
      (j) => {
        layer(j, 2).config.units = 65536;
      },
      'model file: tensor 0 (dense/kernel) must have shape [4, 65536], got [4, 2]',
    ],
    [
      (j) => {
        layer(j, 2).config.kernel_regularizer = { class_name: 'OrthogonalRegularizer', config: {} };
      },
      /kernel_regularizer: regularizer "OrthogonalRegularizer" is not supported/,
    ],
    [
      (j) => {
        layer(j, 2).config.activity_regularizer = { class_name: 'L1L2' };
      },
      'model file: layer 2 (Dense "dense"): activity_regularizer is not supported; it must be off (null, ' +
        'false or 0), got Object',
    ],
    [
      (j) => {
        layer(j, 2).config.lora_rank = 2;
      },
      'model file: layer 2 (Dense "dense"): lora_rank is not supported; it must be off (null, false or ' + '0), got 2',
    ],
    [
      (j) => {
        layer(j, 1).config.data_format = 'channels_first';
      },
      /data_format must be "channels_last" or null, got "channels_first"/,
    ],
    [
      (j) => {
        layer(j, 3).config.axis = [1, 2];
      },
      'model file: layer "norm": axis must be the last one, -1 or 1, got [1, 2]',
    ],
    [
      (j) => {
        layer(j, 4).config.axis = 2;
      },
      /layer "out": axis must be the last one, -1 or 1, got 2/,
    ],
    [
      (j) => {
        layer(j, 3).name = 'dense';
      },
      /layer 3: its name must be "norm" everywhere, and unique/,
    ],
    [
      (j) => {
        layer(j, 3).name = layer(j, 3).config.name = 'dense';
      },
      /layer 3: its name must be "dense" everywhere/,
    ],
    [
      (j) => {
        layer(j, 2).config.name = layer(j, 2).name = null;
      },
      /layer 2: name must be a string, got null/,
    ],
    [
      (j) => {
        layer(j, 2).inbound_nodes = [[['out', 0, 0, {}]]];
      },
      /"out" reads its own output/,
    ],
    [
      (j) => {
        layer(j, 2).inbound_nodes = [[['nowhere', 0, 0, {}]]];
      },
      'model file: layer 2: there is no layer "nowhere", which it reads',
    ],
    [
      (j) => {
        layer(j, 2).inbound_nodes = [];
      },
      /layer 2: inbound_nodes must be an array/,
    ],
    [
      (j) => {
        layer(j, 2).inbound_nodes.push([['in', 0, 0, {}]]);
      },
      /"dense" is applied 2 times; shared weights are not supported/,
    ],
    [
      (j) => {
        layer(j, 2).inbound_nodes = [[['flat', 1, 0, {}]]];
      },
      /layer 2: only the first call of a layer is supported, got \["flat", 1\]/,
    ],
    [
      (j) => {
        layer(j, 2).inbound_nodes = [
          [
            ['flat', 0, 0, {}],
            ['in', 0, 0, {}],
          ],
        ];
      },
      /layer 2: dense: apply takes one tensor, got 2/,
    ],
    [
      (j) => {
        layer(j, 0).config.batch_input_shape = [null, null, 2, 1];
      },
      /dimension 0 must be an integer/,
    ],
    [
      (j) => {
        layer(j, 0).config.batch_input_shape = ['n', 2, 2, 1];
      },
      /batch_input_shape must be an array such as/,
    ],
    [
      (j) => {
        j.modelTopology.config.input_layers = [
          ['in', 0, 0],
          ['dense', 0, 0],
        ];
      },
      /input_layers: a model must have one, got 2/,
    ],
    [
      (j) => {
        j.modelTopology.config.output_layers = [['norm', 0, 0]];
      },
      'model file: layer "out" does not lead to the output',
    ],
    [
      (j) => {
        j.modelTopology.config.layers = Array(600).fill(0);
      },
      /layers must be an array of at most 512, got 600/,
    ],
    [
      (j) => {
        delete j.weightsManifest;
      },
      /weightsManifest must be an array of at most 1024, got undefined/,
    ],
    [
      (j) => {
        j.weightsManifest[0].paths = ['elsewhere.bin'];
      },
      /the file "elsewhere.bin" of its weights is missing/,
    ],
    [
      (j) => {
        weights(j)[0].shape = [2 ** 26, 2 ** 26];
      },
      /weight 0 \(dense\/kernel\) ends at byte 18014398509481984, the files hold 72/,
    ],
    [
      (j) => {
        weights(j)[0].shape = [8, -1];
      },
      /weight 0 \(dense\/kernel\): shape must be lengths of 1..67108864/,
    ],
    [
      (j) => {
        weights(j)[0].dtype = 'string';
      },
      /weight 0 \(dense\/kernel\): dtype must be one of float32, got "string"/,
    ],
    [
      (j) => {
        weights(j)[0].quantization = { dtype: 'uint4' };
      },
      /quantization: dtype must be one of float16, uint8, uint16, got "uint4"/,
    ],
    [
      (j) => {
        weights(j)[0].quantization = { dtype: 'uint8', scale: '1', min: 0 };
      },
      /quantization: scale must be a number, got "1"/,
    ],
    [
      (j) => {
        weights(j)[0].quantization = { dtype: 'uint8', scale: 1, min: 0 };
      },
      /the weights take 48 bytes, the files hold 72/,
    ],
    [
      (j) => {
        weights(j)[0].name = 'dense/bias';
      },
      /weight "dense\/bias" is listed twice/,
    ],
    [
      (j) => {
        weights(j)[0].name = 'dense/other';
      },
      /there is no weight "dense\/kernel"/,
    ],
    [
      (j) => {
        weights(j)[0].shape = [2, 4];
      },
      /tensor 0 \(dense\/kernel\) must have shape \[4, 2\], got \[2, 4\]/,
    ],
    [
      (j) => {
        j.userDefinedMetadata = 3;
      },
      /userDefinedMetadata must be an object, got 3/,
    ],
    [
      (j) => {
        j.seed = -1;
      },
      /model.json: seed must be an integer/,
    ],
    [
      (j) => {
        j.userDefinedMetadata = JSON.parse('{"__proto__": 1}');
      },
      /model.json has a key '__proto__'/,
    ],
    [
      (j) => {
        j.userDefinedMetadata = { deep: JSON.parse('['.repeat(40) + ']'.repeat(40)) };
      },
      /model.json is nested deeper than 32 levels/,
    ],
  ];
  for (const [change, message] of lies)
    await assert.rejects(
      altered(change).then(importModel),
      { name: 'FittingRoomError', code: 'bad-data', message },
      String(message),
    );
  await assert.rejects(
    altered(() => {}, new Uint8Array(73)).then(importModel),
    /the weights take 72 bytes, the files hold 73/,
  );
  await assert.rejects(
    importModel([{ name: 'model.json', bytes: new TextEncoder().encode('{"x": [') }]),
    /model file: model.json is not JSON in UTF-8/,
  );
  await assert.rejects(
    importModel([{ name: 'model.json', bytes: new TextEncoder().encode(`{"x": "${' '.repeat(2 ** 22)}"}`) }]),
    /at most 4194304 are read/,
  );
  const [json, bin] = await altered(() => {});
  await assert.rejects(
    importModel([json, { ...bin, name: 'a/weights.bin' }, { ...bin, name: 'b/weights.bin' }]),
    /2 files are called "weights.bin"; one is needed/,
  );
});

test('tfjs: an option that is not known and does nothing is passed over, in every layer', async () => {
  const idle = {
    renorm: false,
    renorm_momentum: 0.99,
    fused: null,
    lora_rank: null,
    virtual: 0,
    lists: [],
    way: 'none',
    sparse: false,
    ragged: false,
    optional: false,
  };
  const files = await altered((j) =>
    j.modelTopology.config.layers.forEach((/** @type {any} */ entry) => Object.assign(entry.config, idle)),
  );
  const [made, same] = [await importModel(files), await importModel(await altered(() => {}))];
  const x = pictures([2, 2, 1]);
  assert.deepEqual((await made.predict(x)).data, (await same.predict(x)).data);
  for (const index of [0, 1, 2, 3, 4]) {
    await assert.rejects(
      altered((j) => {
        j.modelTopology.config.layers[index].config.sparse = true;
      }).then(importModel),
      { message: new RegExp(`layer ${index} .*: sparse is not supported`) },
    );
  }
});

test('tfjs: by its address, with the weights from its own folder and from nowhere else', async (t) => {
  const [json, bin] = await altered(() => {});
  /** @type {Map<string, Uint8Array>} */
  const served = new Map([
    ['/models/model.json?key=1', json.bytes],
    ['/models/weights.bin?key=1', bin.bytes],
    ['/weights.bin', bin.bytes],
  ]);
  for (const [at, path] of [
    ['up', '../weights.bin'],
    ['host', 'https://elsewhere.example/weights.bin'],
    ['root', '/weights.bin'],
    ['odd', 'http://['],
  ]) {
    served.set(
      `/models/${at}.json`,
      (
        await altered((j) => {
          j.weightsManifest[0].paths = [path];
        })
      )[0].bytes,
    );
  }
  /** @type {string[]} */
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(String(request.url));
    const bytes = served.get(String(request.url));
    if (bytes) response.end(bytes);
    else response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  t.after(() => server.close());
  const folder = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}/models`;
  for (const source of [`${folder}/model.json?key=1`, new URL(`${folder}/model.json?key=1`)]) {
    assert.deepEqual(
      (await importModel(source)).layers.map(({ name }) => name),
      ['flat', 'dense', 'norm', 'out'],
    );
  }
  for (const at of ['up', 'host', 'root'])
    await assert.rejects(importModel(`${folder}/${at}.json`), {
      message: /^model file: it names the file ".*weights.bin", which is not in its folder$/,
      code: 'bad-data',
    });
  await assert.rejects(importModel(`${folder}/odd.json`), { name: 'FittingRoomError', code: 'bad-data' });
  await assert.rejects(
    importModel(`data:application/json,${encodeURIComponent(new TextDecoder().decode(json.bytes))}`),
    { name: 'FittingRoomError', code: 'bad-data' },
  );
  assert.deepEqual(asked.slice(4), ['/models/up.json', '/models/host.json', '/models/root.json', '/models/odd.json']);
  const local = await mkdtemp(join(tmpdir(), 'fitting-room-'));
  t.after(() => rm(local, { recursive: true }));
  for (const { name, bytes } of [json, bin]) await writeFile(join(local, name), bytes);
  assert.equal((await importModel(pathToFileURL(join(local, 'model.json')))).layers.length, 4);
  served.delete('/models/weights.bin?key=1');
  await assert.rejects(importModel(`${folder}/model.json?key=1`), {
    message: /^importModel: .*weights.bin\?key=1 could not be read/,
    code: 'network',
  });
});

const RUNS = Number(process.env.FC_RUNS ?? 300);
const SEED = Number(process.env.FC_SEED ?? 29);

/** @param {any} files */
const readsOrRefuses = (files) =>
  importModel(files).then(
    (made) => made.dispose(),
    (error) => {
      assert.ok(error instanceof FittingRoomError, error?.stack ?? String(error));
      assert.ok(['bad-data', 'out-of-memory'].includes(error.code), `${error.code}: ${error.message}`);
    },
  );

test('tfjs: a damaged file is refused or read, and nothing else', async () => {
  const [json, bin] = await altered(() => {});
  const stack = await exportModel(await sequential({ layers: everyKind(), seed: 77 }), 'tfjs', { dtype: 'uint8' });
  for (let at = 0; at < json.bytes.length; at += 3) {
    const bytes = json.bytes.slice();
    bytes[at] ^= 1 + (at % 255);
    await readsOrRefuses([{ ...json, bytes }, bin]);
    await readsOrRefuses([{ ...json, bytes: json.bytes.slice(0, at) }, bin]);
  }
  for (let length = 0; length < bin.bytes.length; length++)
    await assert.rejects(importModel([json, { ...bin, bytes: bin.bytes.slice(0, length) }]), FittingRoomError);
  const awkward = fc.constantFrom(
    0,
    -1,
    1e308,
    2 ** 26,
    65536,
    '__proto__',
    'constructor',
    'Model',
    [],
    {},
    null,
    { toString: 1 },
    { constructor: { name: { toString: 1 } } },
  );
  const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), awkward, fc.array(fc.integer(), { maxLength: 4 }));
  let met = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom([json, bin], stack),
      fc.array(fc.nat(), { minLength: 1, maxLength: 9 }),
      value,
      (files, path, other) => {
        const changed = jsonOf(files[0]);
        let place = changed;
        for (const step of path) {
          const keys = Object.keys(place);
          const key = keys[step % keys.length];
          const next = place[key];
          if (typeof next === 'object' && next !== null && Object.keys(next).length > 0 && step !== path.at(-1))
            place = next;
          else {
            place[key] = other;
            met++;
            break;
          }
        }
        return readsOrRefuses([jsonFile('model.json', changed), ...files.slice(1)]);
      },
    ),
    { seed: SEED, numRuns: 3 * RUNS },
  );
  assert.ok(met > RUNS);
});

test('tfjs: garbage is refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.json({ maxDepth: 4 }), (text) =>
      readsOrRefuses([{ name: 'model.json', bytes: new TextEncoder().encode(text) }]),
    ),
    { seed: SEED, numRuns: RUNS },
  );
});

test('tfjs: TF.js finds what a model says of its classes', async () => {
  const made = await smallModel();
  made.metadata = { classNames: ['a', '大衣', 'c'], preparation: { crop: 'whole' }, threshold: 0.75 };
  const inTheirs = await inTf(await exportModel(made, 'tfjs'));
  assert.deepEqual(inTheirs.getUserDefinedMetadata(), made.metadata);
  inTheirs.dispose();
  made.dispose();
});
