import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Model, Sequential, input, layers, model, sequential, tensor } from '../../shim/index.js';
import { graphOf } from '../../shim/layers/graph.js';
import { CLASSES, SIDE, onEveryBuild, refused, refusedEach, smallData, weightBytes, wrong } from './support.js';

/** Keras 2's table of a graph; lines that are only padding are left out. */
const SUMMARY = `Model: "residual"
__________________________________________________________________________________________________
 Layer (type)                   Output Shape         Param #     Connected to
==================================================================================================
 picture (InputLayer)           [(None, 8, 8, 1)]    0           []
 conv2d (Conv2D)                (None, 8, 8, 4)      36          ['picture[0][0]']
 batch_normalization (BatchNorm (None, 8, 8, 4)      16          ['conv2d[0][0]']
 alization)
 re_lu (ReLU)                   (None, 8, 8, 4)      0           ['batch_normalization[0][0]']
 conv2d_1 (Conv2D)              (None, 8, 8, 4)      148         ['re_lu[0][0]']
 add (Add)                      (None, 8, 8, 4)      0           ['re_lu[0][0]',
                                                                  'conv2d_1[0][0]']
 global_average_pooling2d (Glob (None, 4)            0           ['add[0][0]']
 alAveragePooling2D)
 dense (Dense)                  (None, 3)            15          ['global_average_pooling2d[0][0]'
                                                                 ]
==================================================================================================
Total params: 215
Trainable params: 207
Non-trainable params: 8
__________________________________________________________________________________________________`;

const LINEAR_SUMMARY = `Model: "model"
_________________________________________________________________
 Layer (type)                 Output Shape              Param #
=================================================================
 input_1 (InputLayer)         [(None, 4)]               0
 dense (Dense)                (None, 2)                 10
 a_name_that_is_longer (Leaky (None, 2)                 0
 ReLU)
=================================================================
Total params: 10
Trainable params: 10
Non-trainable params: 0
_________________________________________________________________`;

/** A convolution plus its own input, then classified. */
function residual() {
  const picture = input({ shape: [SIDE, SIDE, 1], name: 'picture' });
  const first = layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', useBias: false }).apply(picture);
  const start = layers.reLU().apply(layers.batchNormalization().apply(first));
  const second = layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same' }).apply(start);
  const sum = layers.add().apply([start, second]);
  const outputs = layers
    .dense({ units: CLASSES, activation: 'softmax' })
    .apply(layers.globalAveragePooling2d().apply(sum));
  return { inputs: picture, outputs, seed: 5, name: 'residual' };
}

/** @param {import('../../shim/layers/graph.js').Graph} graph */
const order = ({ nodes }) => nodes.map(({ config, sources }) => [config.name, ...sources]);

describe('the order of a graph’s layers', () => {
  const dense = (/** @type {string} */ name) => layers.dense({ units: 4, name });

  test('a chain stays together, each branch before the next', () => {
    const x = input({ shape: [4] });
    const stem = dense('stem').apply(x);
    const left = dense('left2').apply(dense('left1').apply(stem));
    const right = dense('right2').apply(dense('right1').apply(stem));
    const outputs = dense('end').apply(layers.add({ name: 'sum' }).apply([left, right, x]));
    const graph = graphOf(x, outputs);
    assert.deepEqual(order(graph), [
      ['stem', -1],
      ['left1', 0],
      ['left2', 1],
      ['right1', 0],
      ['right2', 3],
      ['sum', 2, 4, -1],
      ['end', 5],
    ]);
    assert.deepEqual(graph.inputShape, [4]);
  });

  test('a layer that nothing leads to the output from is left out', () => {
    const x = input({ shape: [4] });
    const hidden = dense('hidden').apply(x);
    dense('unused').apply(hidden);
    assert.deepEqual(order(graphOf([x], [dense('end').apply(hidden)])), [
      ['hidden', -1],
      ['end', 0],
    ]);
  });

  test('the same tensor can be added to itself', () => {
    const x = input({ shape: [4] });
    assert.deepEqual(order(graphOf(x, layers.add({ name: 'twice' }).apply([x, x]))), [['twice', -1, -1]]);
  });
});

test('graphs that cannot be are refused, in words', async () => {
  const x = input({ shape: [4] });
  const y = layers.dense({ units: 2 }).apply(x);
  refused(() => input(wrong({ shape: 4 })), 'input: shape must be an array such as [28, 28, 1], got 4');
  refusedEach([
    [() => input(wrong({ inputShape: [4] })), "input has no option 'inputShape'"],
    [() => input({ shape: [4, 0] }), 'inputShape: dimension 1', '0'],
  ]);
  refused(() => graphOf(undefined, y), "model: inputs must be one tensor from input or a layer's apply, got undefined");
  refused(
    () => graphOf([x, input({ shape: [4] })], y),
    "model: inputs must be one tensor from input or a layer's apply, got [SymbolicTensor, SymbolicTensor]",
  );
  refused(() => graphOf(y, y), 'model: inputs must be a tensor returned by input(), got the output of a layer');
  refused(
    () => graphOf(x, [y, y]),
    "model: outputs must be one tensor from input or a layer's apply, got [SymbolicTensor, SymbolicTensor]",
  );
  refused(() => graphOf(x, x), 'model: at least one layer is needed between inputs and outputs');
  refused(
    () => graphOf(input({ shape: [4] }), y),
    'model: outputs must depend on inputs alone, got another input; a model has one input',
  );
  await assert.rejects(model(wrong({ input: x, outputs: y })), {
    name: 'FittingRoomError',
    message: "model has no option 'input'; it takes inputs, outputs, seed, name, deterministic, threads",
  });
  await assert.rejects(model({ inputs: x, outputs: y, seed: -1 }), {
    message: 'model: seed must be an integer 0..9007199254740991, got -1',
  });
  const sum = layers.add().apply([x, y]);
  await assert.rejects(model({ inputs: x, outputs: sum }), {
    message: 'add: inputs must have the same shape, got (4) and (2)',
  });
});

describe('what cannot be joined is refused: ', () => {
  const picture = input({ shape: [4, 4, 3] });
  const row = layers.globalMaxPooling2d().apply(picture);
  /** @type {[string, import('../../shim/layers/layer.js').SymbolicTensor[], number, string][]} */
  const cases = [
    [
      'images of several sizes',
      [picture, layers.maxPooling2d().apply(picture)],
      -1,
      'inputs must agree in all axes but the last, got (4, 4, 3) and (2, 2, 3)',
    ],
    ['an image and a row', [row, picture], -1, 'inputs must agree in all axes but the last, got (3) and (4, 4, 3)'],
    ['images along their height', [picture, picture], 1, 'axis must be the last one, -1 or 3, got 1'],
    ['rows along an axis that they lack', [row, row], 3, 'axis must be the last one, -1 or 1, got 3'],
  ];
  for (const [what, tensors, axis, message] of cases)
    test(what, () =>
      assert.rejects(model({ inputs: picture, outputs: layers.concatenate({ axis }).apply(tensors) }), {
        name: 'FittingRoomError',
        message: `concatenate: ${message}`,
      }),
    );
});

onEveryBuild(() => {
  test('a residual network learns, predicts and is described', async () => {
    const net = await model(residual());
    assert.ok(net instanceof Model && !(net instanceof Sequential));
    assert.equal(
      net.summary(() => {}),
      SUMMARY,
    );
    assert.equal(net.countParams(), 215);
    assert.deepEqual(
      net.layers.map(({ sources }) => sources),
      [[-1], [0], [1], [2], [2, 3], [4], [5]],
    );
    assert.deepEqual(
      net.getWeights().map(({ shape }) => shape),
      [[3, 3, 1, 4], [4], [4], [4], [4], [3, 3, 4, 4], [4], [4, 3], [3]],
    );
    assert.deepEqual(net.outputShape, [CLASSES]);
    net.compile({
      optimizer: { name: 'adam', learningRate: 0.02 },
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
    });
    const { x, y } = smallData(60);
    const { history } = await net.fit(x, y, { epochs: 25, batchSize: 10, verbose: 0 });
    assert.ok(/** @type {number} */ (history.acc.at(-1)) > 0.9, `${history.acc}`);
    const sums = net.activations(x, 'add').data;
    const [a, b] = ['re_lu', 'conv2d_1'].map((name) => net.activations(x, name).data);
    sums.forEach((sum, i) => assert.ok(Math.abs(sum - a[i] - b[i]) < 1e-5));
    net.dispose();
  });

  test('a network of concatenations learns; each is its inputs side by side, pixel by pixel', async () => {
    const picture = input({ shape: [SIDE, SIDE, 1] });
    const conv = (/** @type {number} */ filters) =>
      layers.conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu' });
    const first = conv(5).apply(picture);
    const both = layers.concatenate({ axis: 3 }).apply([first, conv(2).apply(first)]);
    const all = layers.concatenate({ name: 'all' }).apply([picture, conv(4).apply(both), both]);
    const rows = [layers.globalAveragePooling2d().apply(all), layers.globalMaxPooling2d().apply(all)];
    const seen = layers.concatenate({ axis: 1, name: 'rows' }).apply(rows);
    const outputs = layers.dense({ units: CLASSES, activation: 'softmax' }).apply(seen);
    const net = await model({ inputs: picture, outputs, seed: 3 });
    assert.deepEqual(
      net.layers.filter(({ kind }) => kind === 'concatenate').map(({ name, outputShape }) => [name, outputShape]),
      [
        ['concatenate', [null, SIDE, SIDE, 7]],
        ['all', [null, SIDE, SIDE, 12]],
        ['rows', [null, 24]],
      ],
    );
    const { x, y } = smallData(60);
    net.compile({
      optimizer: { name: 'adam', learningRate: 0.02 },
      loss: 'sparseCategoricalCrossentropy',
      metrics: ['accuracy'],
    });
    const { history } = await net.fit(x, y, { epochs: 25, batchSize: 10, verbose: 0 });
    assert.ok(/** @type {number} */ (history.acc.at(-1)) > 0.9, `${history.acc}`);
    const [joined, a, b, c] = ['concatenate', 'conv2d', 'conv2d_1', 'conv2d_2'].map(
      (name) => net.activations(x, name).data,
    );
    const together = net.activations(x, 'all').data;
    together.forEach((value, i) => {
      const [pixel, channel] = [Math.floor(i / 12), i % 12];
      if (channel === 0) assert.ok(Math.abs(value - x.data[pixel] / 255) < 1e-6);
      else if (channel < 5) assert.equal(value, c[4 * pixel + channel - 1]);
      else assert.equal(value, joined[7 * pixel + channel - 5]);
    });
    joined.forEach((value, i) => {
      const [pixel, channel] = [Math.floor(i / 7), i % 7];
      assert.equal(value, channel < 5 ? a[5 * pixel + channel] : b[2 * pixel + channel - 5]);
    });
    net.dispose();
  });

  test('a chain put together by apply is the stack, to the bit', async () => {
    const make = () => [
      layers.conv2d({ inputShape: [SIDE, SIDE, 1], filters: 3, kernelSize: 3, activation: 'relu' }),
      layers.maxPooling2d(),
      layers.flatten(),
      layers.dense({ units: CLASSES, activation: 'softmax' }),
    ];
    const stack = await sequential({ layers: make(), seed: 4 });
    const x = input({ shape: [SIDE, SIDE, 1] });
    let y = x;
    for (const layer of make()) y = layer.apply(y);
    const chain = await model({ inputs: x, outputs: y, seed: 4 });
    const data = smallData(40);
    for (const net of [stack, chain]) {
      net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
      await net.fit(data.x, data.y, { epochs: 2, verbose: 0 });
    }
    assert.ok(weightBytes(stack).equals(weightBytes(chain)));
    stack.dispose();
    chain.dispose();
  });
});

test('a chain is summed up as Keras does a stack, with its input', async () => {
  const x = input({ shape: [4] });
  const net = await model({
    inputs: x,
    outputs: layers.leakyReLU({ name: 'a_name_that_is_longer' }).apply(layers.dense({ units: 2 }).apply(x)),
  });
  assert.equal(
    net.summary(() => {}),
    LINEAR_SUMMARY,
  );
  net.dispose();
});

test('reshape fills in what is left open', async () => {
  const net = await sequential({
    layers: [
      layers.reshape({ targetShape: [2, -1], inputShape: [12] }),
      layers.reshape({ targetShape: [-1] }),
      layers.dense({ units: 1 }),
    ],
  });
  assert.deepEqual(
    net.layers.map(({ outputShape }) => outputShape),
    [
      [null, 2, 6],
      [null, 12],
      [null, 1],
    ],
  );
  net.dispose();
  await assert.rejects(sequential({ layers: [layers.reshape({ targetShape: [5, -1], inputShape: [12] })] }), {
    name: 'FittingRoomError',
    message: 'reshape: 12 numbers do not fill the shape [5, -1]',
  });
});

test('getLayer finds a layer by its name', async () => {
  const net = await sequential({ layers: [layers.dense({ units: 1, inputShape: [2] }), layers.softmax()] });
  assert.equal(net.getLayer('softmax'), net.layers[1]);
  refused(() => net.getLayer('conv'), 'getLayer: no layer "conv"; there are dense, softmax');
  net.dispose();
});

test('augmentation and dropout do nothing in inference; zero padding, averages and maxima are exact', async () => {
  const picture = tensor([1, 2, 3, 4], [1, 2, 2, 1]);
  const through = [
    layers.randomFlip(),
    layers.randomTranslation({ heightFactor: 0.5, widthFactor: 0.5 }),
    layers.randomRotation({ factor: 0.5 }),
    layers.randomZoom({ heightFactor: 0.5 }),
    layers.randomContrast({ factor: 0.5 }),
    layers.randomErasing(),
    layers.dropout({ rate: 0.5 }),
  ];
  /** @param {import('../../shim/layers/index.js').LayerConfig[]} stack */
  const shown = async (stack) => {
    const net = await sequential({ layers: [{ ...stack[0], inputShape: [2, 2, 1] }, ...stack.slice(1)], seed: 1 });
    const { data } = await net.predict(picture);
    net.dispose();
    return [...data];
  };
  assert.deepEqual(await shown(through), [1, 2, 3, 4]);
  assert.deepEqual(
    await shown([
      layers.zeroPadding2d({
        padding: [
          [0, 1],
          [1, 0],
        ],
      }),
    ]),
    [0, 1, 2, 0, 3, 4, 0, 0, 0],
  );
  assert.deepEqual(await shown([layers.globalAveragePooling2d()]), [2.5]);
  assert.deepEqual(await shown([layers.globalMaxPooling2d()]), [4]);
  assert.deepEqual(await shown([layers.averagePooling2d({ strides: 1, padding: 'same' })]), [2.5, 3, 3.5, 4]);
});

test('an initializer starts weights where it says, and the default by its name as without one', async () => {
  /** @param {object} options */
  const kernel = async (options) => {
    const net = await sequential({ layers: [layers.dense({ units: 50, inputShape: [100], ...options })], seed: 3 });
    const [weights, bias] = net.getWeights().map(({ data }) => data);
    net.dispose();
    return { weights, bias };
  };
  const plain = await kernel({});
  assert.deepEqual(await kernel({ kernelInitializer: 'glorotUniform', biasInitializer: 'zeros' }), plain);
  const other = await kernel({
    kernelInitializer: { name: 'heNormal', seed: 8 },
    biasInitializer: { name: 'constant', value: 0.25 },
  });
  assert.ok(other.bias.every((value) => value === 0.25));
  const deviation = Math.sqrt(other.weights.reduce((sum, w) => sum + w * w, 0) / 5000);
  assert.ok(Math.abs(deviation / Math.sqrt(2 / 100) - 1) < 0.05, `${deviation}`);
  assert.deepEqual((await kernel({ kernelInitializer: { name: 'heNormal', seed: 8 } })).weights, other.weights);
  assert.notDeepEqual((await kernel({ kernelInitializer: { name: 'heNormal', seed: 9 } })).weights, other.weights);
});
