import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tfc from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { FittingRoomError, importModel } from '../../shim/index.js';
import { tfjsFiles } from '../support/tfjs-files.js';
import { near, settle, toTf, uniform, useOracles } from './oracle/support.js';

/* Layers that are read as others, which compute the same. */

before(useOracles);

const SHAPE = [6, 5, 3];
const x = { shape: [2, ...SHAPE], data: uniform(2 * 6 * 5 * 3, 4) };

/** @param {tfl.LayersModel} made @param {(topology: any) => void} [change] */
async function readsAlike(made, change) {
  const back = await importModel(await tfjsFiles(settle(made), change));
  const want = /** @type {tfc.Tensor} */ (made.predict(toTf(x))).dataSync();
  near(made.name, (await back.predict(x)).data, want);
  made.dispose();
  return back;
}

/** TF.js leaves it out. @param {any} topology */
function multiplied({ config }) {
  const [first] = config.layers;
  if (first.class_name === 'SeparableConv2D') first.config.depth_multiplier = 2;
}

/** @param {...tfl.layers.Layer} list @returns {tfl.LayersModel} */
const stack = (...list) => tfl.sequential({ layers: list });

/** @type {Record<string, () => tfl.LayersModel>} */
const STACKS = {
  SeparableConv2D: () =>
    stack(
      tfl.layers.separableConv2d({
        inputShape: SHAPE,
        filters: 4,
        kernelSize: [3, 2],
        depthMultiplier: 2,
        padding: 'same',
        strides: 2,
        activation: 'relu',
      }),
      tfl.layers.separableConv2d({ filters: 2, kernelSize: 2, useBias: false }),
    ),
  'PReLU of an image': () => stack(tfl.layers.prelu({ inputShape: SHAPE, sharedAxes: [1, 2] })),
  'PReLU of a row': () => stack(tfl.layers.flatten({ inputShape: SHAPE }), tfl.layers.prelu()),
  Cropping2D: () =>
    stack(
      tfl.layers.cropping2D({
        inputShape: SHAPE,
        cropping: [
          [1, 2],
          [0, 1],
        ],
      }),
    ),
  'Dense of an image': () => stack(tfl.layers.dense({ inputShape: SHAPE, units: 4, activation: 'softmax' })),
  'noise that only training adds': () =>
    stack(
      tfl.layers.gaussianNoise({ inputShape: SHAPE, stddev: 1 }),
      tfl.layers.gaussianDropout({ rate: 0.4 }),
      tfl.layers.alphaDropout({ rate: 0.4 }),
      tfl.layers.conv2d({ filters: 2, kernelSize: 2 }),
    ),
  Rescaling: () => stack(tfl.layers.rescaling({ inputShape: SHAPE, scale: 1 / 127.5, offset: -1 })),
};

for (const [what, make] of Object.entries(STACKS))
  test(`substitutes: ${what} predicts what TensorFlow.js predicts`, async () => {
    (await readsAlike(make(), multiplied)).dispose();
  });

/** @param {(a: tfl.SymbolicTensor, b: tfl.SymbolicTensor) => unknown} join */
function branches(join) {
  const input = tfl.input({ shape: SHAPE });
  const conv = () => /** @type {tfl.SymbolicTensor} */ (tfl.layers.conv2d({ filters: 2, kernelSize: 2 }).apply(input));
  return tfl.model({ inputs: input, outputs: /** @type {tfl.SymbolicTensor} */ (join(conv(), conv())) });
}

for (const kind of /** @type {const} */ (['average', 'maximum', 'minimum']))
  test(`substitutes: ${kind} predicts what TensorFlow.js predicts`, async () => {
    (await readsAlike(branches((a, b) => tfl.layers[kind]().apply([a, b])))).dispose();
  });

test('substitutes: Subtract, Normalization, and pooling that keeps its axes, which TensorFlow.js has not', async () => {
  const sum = settle(branches((a, b) => tfl.layers.add().apply([a, b])));
  const parts = tfl.model({
    inputs: sum.inputs,
    outputs: sum.layers.slice(1, 3).map(({ output }) => /** @type {tfl.SymbolicTensor} */ (output)),
  });
  const [a, b] = /** @type {tfc.Tensor[]} */ (parts.predict(toTf(x)));
  const made = await importModel(
    await tfjsFiles(sum, ({ config }) => {
      config.layers.at(-1).class_name = 'Subtract';
    }),
  );
  near('a - b', (await made.predict(x)).data, tfc.sub(a, b).dataSync());
  made.dispose();

  const scaled = stack(tfl.layers.rescaling({ inputShape: SHAPE, scale: 1 }), tfl.layers.globalAveragePooling2d({}));
  const [mean, variance] = [
    [0.1, 0.2, 0.3],
    [0.5, 0.6, 0.7],
  ];
  const back = await importModel(
    await tfjsFiles(scaled, ({ config }) => {
      const [first, second] = config.layers;
      first.class_name = 'Normalization';
      Object.assign(first.config, { axis: [-1], mean, variance, scale: undefined, offset: undefined });
      second.config.keepdims = true;
    }),
  );
  assert.deepEqual(back.outputShape, [1, 1, 3]);
  const pooled = tfc.mean(tfc.div(tfc.sub(toTf(x), mean), tfc.sqrt(variance)), [1, 2]);
  near('normalized', (await back.predict(x)).data, pooled.dataSync());
  back.dispose();
});

test('substitutes: training leaves constants as they are, and pictures are not varied behind weights', async () => {
  const made = stack(
    tfl.layers.rescaling({ inputShape: SHAPE, scale: 2, offset: -1, name: 'scaled' }),
    tfl.layers.gaussianNoise({ stddev: 1, name: 'varied' }),
    tfl.layers.flatten(),
    tfl.layers.dense({ units: 2 }),
  );
  const back = await importModel(
    await tfjsFiles(made, ({ config }) => {
      config.layers[1].class_name = 'RandomFlip';
      config.layers[1].config = { name: 'varied', mode: 'horizontal' };
    }),
  );
  assert.deepEqual(
    back.layers.map(({ kind }) => kind),
    ['batch_normalization', 'activation', 'flatten', 'dense'],
  );
  const before = back.layers[0].getWeights();
  back.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  await back.fit(x, { shape: [2, 2], data: Float32Array.of(1, 0, 0, 1) }, { epochs: 2, verbose: 0 });
  assert.deepEqual(back.layers[0].getWeights(), before);
  back.dispose();
});

/** @param {any} entry */
const shapeOf = ({ config: { batch_input_shape } }) => ({ batch_input_shape });

test('substitutes: what has no substitute is refused by its place', async () => {
  const files = (/** @type {(entry: any) => void} */ change) =>
    tfjsFiles(stack(tfl.layers.prelu({ inputShape: SHAPE, sharedAxes: [1, 2], name: 'bent' })), ({ config }) =>
      change(config.layers[0]),
    );
  for (const [change, message] of /** @type {[(entry: any) => void, RegExp][]} */ ([
    [(entry) => (entry.config.shared_axes = [1]), /layer 0 \(PReLU "bent"\): shared_axes must be \[1, 2\] for images/],
    [(entry) => (entry.class_name = 'Rescaling'), /layer 0 \(Rescaling "bent"\): scale must be numbers, got undefined/],
    [(entry) => (entry.class_name = 'Maximum'), /it must have two inputs, got 1/],
    [
      (entry) => Object.assign(entry, { class_name: 'Normalization', config: { ...entry.config, invert: true } }),
      /invert is not supported/,
    ],
    ...[{}, { mean: [0, 0, 0], variance: [1, 1, 1] }].map((more) => [
      (/** @type {any} */ entry) =>
        Object.assign(entry, {
          class_name: 'Normalization',
          config: { name: 'bent', axis: [1], ...shapeOf(entry), ...more },
        }),
      /layer "bent": axis must be the last one, -1 or 3, got 1/,
    ]),
    ...[
      [
        [
          [300, 0],
          [0, 0],
        ],
        /cropping must be an integer 0\.\.255, got 300/,
      ],
      [
        [
          [128, 127],
          [0, 0],
        ],
        /cropping: top and bottom together must be an integer 0\.\.254, got 255/,
      ],
      [
        [
          [0, 0],
          [0, 1.5],
        ],
        /cropping must be an integer 0\.\.255, got 1\.5/,
      ],
      [[[0, 0]], /cropping must be one number, \[height, width\] or/],
    ].map(([cropping, message]) => [
      (/** @type {any} */ entry) =>
        Object.assign(entry, { class_name: 'Cropping2D', config: { name: 'bent', ...shapeOf(entry), cropping } }),
      message,
    ]),
    [
      (entry) => Object.assign(entry, { class_name: 'Rescaling', config: { ...entry.config, scale: [1, 2] } }),
      /layer 0: 2 numbers do not fit the shape \[3\]/,
    ],
  ]))
    await assert.rejects(importModel(await files(change)), (error) => {
      assert.ok(error instanceof FittingRoomError);
      assert.match(error.message, message);
      return error.code === 'bad-data';
    });
});
