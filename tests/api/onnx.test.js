/** The oracle is ONNX Runtime, on files that we wrote and on files like those of other programs. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { before, test } from 'node:test';
import fc from 'fast-check';
import * as ort from 'onnxruntime-web/wasm';
import { Sequential, exportModel, importModel, layers, model, sequential, tensor } from '../../shim/index.js';
import { decode, encode } from '../../shim/formats/onnx/messages.js';
import { floatTensor, integerTensor } from '../../shim/formats/onnx/arrays.js';
import { OPERATORS } from '../../shim/formats/onnx/operators.js';
import { useBuild } from '../../shim/core/loading.js';
import { assemble } from '../../web/assembly.js';
import { PRESETS, parseModel, specsOf } from '../../web/model-spec.js';
import { networks } from './oracle/arbitrary.js';
import { near, ourModel, uniform } from './oracle/support.js';
import { everyKind, residual } from './sample-models.js';
import { BUILDS, readOrRefused, weightBytes, wrong } from './support.js';

/** @import { Model } from '../../shim/index.js' */
/** @import { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from '../../shim/formats/onnx/messages.js' */

before(async () => {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  await useBuild(...BUILDS[0]);
});

const RUNS = Number(process.env.FC_RUNS ?? 60);
const SEED = Number(process.env.FC_SEED ?? 28);
/** Relative to the largest number of an output; transforms of tiles add to the rounding of a sum. */
const RELATIVE = 3e-6;

/** @param {number[]} shape */
const sizeOf = (shape) => shape.reduce((product, length) => product * length, 1);

/** Samples between -1 and 1. @param {number[]} shape of one @param {number} [count] */
const samples = (shape, count = 3) => tensor(uniform(count * sizeOf(shape), 5), [count, ...shape]);

/**
 * The output of ONNX Runtime.
 * @param {Uint8Array} file
 * @param {{ shape: number[], data: Float32Array }} x
 * @param {'all' | 'disabled'} [graphOptimizationLevel] 'disabled' where it would merge zeros around an image into the
 *   pooling after them
 * @returns {Promise<Float32Array>}
 */
async function answer(file, { shape, data }, graphOptimizationLevel = 'all') {
  const session = await ort.InferenceSession.create(file, { executionProviders: ['wasm'], graphOptimizationLevel });
  const outputs = await session.run({ [session.inputNames[0]]: new ort.Tensor('float32', data, shape) });
  const result = /** @type {Float32Array} */ (outputs[session.outputNames[0]].data);
  await session.release();
  return result;
}

/** @param {Model} made @param {{ dtype?: string }} [options] */
async function exported(made, options) {
  const [{ name, bytes }, ...others] = await exportModel(made, 'onnx', options);
  assert.deepEqual([name, others], ['model.onnx', []]);
  return bytes;
}

/** As left by a tool that drops what it does not know. @param {Uint8Array} file */
const withoutMetadata = (file) => encode({ ...decode(file), metadata: undefined });

/** @param {Model} made @param {any} x @param {Uint8Array} file @param {number} [relative] */
async function sameAnswer(made, x, file, relative = RELATIVE) {
  near('the output, of ONNX Runtime', (await made.predict(x)).data, await answer(file, x), { relative });
}

/**
 * Whether the nodes or the shape show that images have their channels last.
 * @param {Uint8Array} file
 * @param {number[]} shape
 */
const tellsChannels = (file, [height, , channels]) =>
  channels === undefined || (height > 4 && channels <= 4) || decode(file).graph?.nodes?.[0].operator === 'Transpose';

/** @param {Model} made */
async function sameBack(made) {
  const file = await exported(made);
  const x = samples(made.inputShape);
  await sameAnswer(made, x, file);
  const back = await importModel(file);
  assert.deepEqual(
    [back.constructor, back.name, back.seed, back.metadata],
    [made.constructor, made.name, made.seed, made.metadata],
  );
  assert.deepEqual(back.layers, made.layers);
  assert.deepEqual(weightBytes(wrong(back)), weightBytes(wrong(made)));
  assert.deepEqual(await exported(back), file);
  if (tellsChannels(file, made.inputShape)) {
    const stranger = await importModel(withoutMetadata(file));
    near('the output, read without metadata', (await stranger.predict(x)).data, (await made.predict(x)).data, {
      relative: RELATIVE,
    });
    stranger.dispose();
  }
  for (const each of [made, back]) each.dispose();
}

test('onnx: every kind of layer, stacks and graphs, run alike in ONNX Runtime and come back bit for bit', async () => {
  const stack = await sequential({ layers: everyKind(), seed: 77, name: 'every kind' });
  stack.metadata = { classNames: ['a', 'ü'] };
  await sameBack(stack);
  await sameBack(await model(residual()));
});

test('onnx: names that clash, a model of one layer that does nothing in inference', async () => {
  const clashing = [
    layers.dense({ inputShape: [3], units: 2, name: 'input' }),
    layers.dense({ units: 2, name: 'input/kernel' }),
    layers.reLU({ name: 'input/Gemm' }),
  ];
  await sameBack(await sequential({ layers: clashing, seed: 1 }));
  const idle = await sequential({ layers: [layers.dropout({ inputShape: [4, 4, 1], rate: 0.5 })], seed: 1 });
  const file = await exported(idle);
  await sameAnswer(idle, samples([4, 4, 1]), file);
  assert.equal((await importModel(file)).layers[0].kind, 'dropout');
});

test('onnx: random networks run alike in ONNX Runtime, and come back, with metadata and without', () =>
  fc.assert(
    fc.asyncProperty(networks, async ({ description, seed }) => {
      const { model: made } = await ourModel(description, { seed });
      await sameBack(made);
    }),
    { seed: SEED, numRuns: RUNS, includeErrorInReport: true },
  ));

test('onnx: float16 halves the kernels, computes with floats, and comes back as what was stored', async () => {
  const made = await sequential({ layers: everyKind(), seed: 77 });
  const [whole, half] = [await exported(made), await exported(made, { dtype: 'float16' })];
  assert.ok(half.length < whole.length);
  const kinds = decode(half).graph?.initializers?.map(({ name, dataType }) => [
    name?.endsWith('kernel/float16'),
    dataType,
  ]);
  assert.ok(
    kinds?.some(([kernel]) => kernel) && kinds.every(([kernel, type]) => (type === 10) === kernel),
    'kernels alone',
  );
  const x = samples(made.inputShape);
  near('the output', (await made.predict(x)).data, await answer(half, x), { relative: 3e-3 });
  const back = await importModel(half);
  await sameAnswer(back, x, half);
  assert.deepEqual(await exported(back, { dtype: 'float16' }), half);
  await assert.rejects(exportModel(made, 'onnx', { dtype: 'int8' }), {
    message: 'exportModel: dtype must be one of float32, float16, got "int8"',
  });
});

/** @param {...any} stack layers */
const rowOf = (...stack) => sequential({ layers: [layers.dense({ inputShape: [8], units: 12 }), ...stack], seed: 3 });

test(
  'onnx: files of ours whose metadata was dropped are read from their nodes: every preset, and softmax behind ' +
    'every reshape',
  async () => {
    const presets = Object.keys(PRESETS).map(
      async (name) =>
        (await assemble(specsOf(/** @type {any} */ (parseModel(name).layers)), { seed: 1, runtime: {} })).built,
    );
    const shapes = [[12], [3, 4], [4, 3], [1, 12], [12, 1], [2, 3, 2], [2, 2, 3], [1, 1, 12]];
    const stacks = shapes.flatMap((targetShape) => [
      rowOf(layers.reshape({ targetShape }), layers.softmax()),
      rowOf(
        layers.reshape({ targetShape }),
        layers.activation({ activation: 'softmax' }),
        layers.flatten(),
        layers.dense({ units: 3, activation: 'softmax' }),
      ),
    ]);
    const images = [
      sequential({
        layers: [
          layers.conv2d({ inputShape: [6, 6, 1], filters: 4, kernelSize: 3, activation: 'softmax' }),
          layers.reshape({ targetShape: [8, 8] }),
          layers.softmax(),
          layers.flatten(),
          layers.softmax(),
        ],
        seed: 1,
      }),
      sequential({
        layers: [
          layers.reshape({ inputShape: [36], targetShape: [6, 6, 1] }),
          layers.softmax(),
          layers.conv2d({ filters: 2, kernelSize: 6 }),
          layers.softmax(),
        ],
        seed: 1,
      }),
      sequential({ layers: [layers.softmax({ inputShape: [6, 6, 3] }), layers.globalAveragePooling2d()], seed: 1 }),
    ];
    for (const made of await Promise.all([...presets, ...stacks, ...images])) {
      const file = await exported(made);
      const x = samples(made.inputShape);
      await sameAnswer(made, x, file);
      const back = await importModel(withoutMetadata(file));
      assert.equal(back.name, made.name);
      near(
        `the output of ${made.layers.map((/** @type {any} */ { kind }) => kind)}`,
        (await back.predict(x)).data,
        (await made.predict(x)).data,
        { relative: RELATIVE },
      );
      for (const each of [made, back]) each.dispose();
    }
  },
);

/* ---- files as other programs write them ------------------------------------------------------- */

/** @param {string} name @param {number} integer @returns {OnnxAttribute} */
const int = (name, integer) => ({ name, integer, type: 2 });
/** @param {string} name @param {number[]} integers @returns {OnnxAttribute} */
const ints = (name, ...integers) => ({ name, integers, type: 7 });
/** @param {string} name @param {number} float @returns {OnnxAttribute} */
const float = (name, float) => ({ name, float, type: 1 });
/** @param {string} name @param {string} text @returns {OnnxAttribute} */
const text = (name, text) => ({ name, text, type: 3 });

/** @param {string} name @param {boolean} value @returns {OnnxTensor} */
const truth = (name, value) => ({ name, dims: [], dataType: 9, raw: Uint8Array.of(Number(value)) });

/** Moves a constant to a node at the beginning. @param {OnnxTensor} tensor @returns {(model: OnnxModel) => void} */
const constantBefore =
  (tensor) =>
  ({ graph }) =>
    void graph?.nodes?.unshift({
      operator: 'Constant',
      outputs: [String(tensor.name)],
      attributes: [{ name: 'value', type: 4, tensor }],
    });

let draws = 0;
/**
 * A parameter of this shape, at least `low` if given.
 * @param {string} name
 * @param {number[]} shape
 * @param {number} [low]
 * @returns {OnnxTensor}
 */
const drawn = (name, shape, low = -0.5) => floatTensor(name, shape, uniform(sizeOf(shape), ++draws, low, low + 1));

/**
 * A chain of nodes, each of which reads the one before and the inputs in its own list.
 * @param {number[]} shape of a sample
 * @param {[string, (OnnxTensor | string)[], ...OnnxAttribute[]][]} steps operator, further inputs, attributes
 * @param {{ version?: number, batch?: number, change?: (model: OnnxModel) => void }} [options]
 */
function chain(shape, steps, { version = 17, batch, change } = {}) {
  const nodes = steps.map(([operator, more, ...attributes], i) => ({
    operator,
    name: `/${operator}_${i}`,
    inputs: [i ? `v${i - 1}` : 'x', ...more.map((input) => (typeof input === 'string' ? input : String(input.name)))],
    outputs: [`v${i}`],
    attributes,
  }));
  const dims = [batch ? { length: batch } : { symbol: 'N' }, ...shape.map((length) => ({ length }))];
  /** @type {OnnxModel} */
  const made = {
    irVersion: 8,
    producer: 'pytorch',
    operatorSets: [{ version }],
    graph: {
      nodes,
      name: 'main_graph',
      initializers: steps.flatMap(([, more]) => more.filter((input) => typeof input !== 'string')),
      inputs: [{ name: 'x', type: { tensor: { elements: 1, shape: { dims } } } }],
      outputs: [{ name: `v${steps.length - 1}`, type: { tensor: { elements: 1 } } }],
    },
  };
  change?.(made);
  return encode(made);
}

/** Channels first, from our channels last. @param {{ shape: number[], data: Float32Array }} x */
function channelsFirst({ shape: [count, height, width, channels], data }) {
  const made = new Float32Array(data.length);
  for (let n = 0, at = 0; n < count; n++)
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < height * width; p++) made[at++] = data[(n * height * width + p) * channels + c];
  return tensor(made, [count, channels, height, width]);
}

/**
 * Our output, channels last, equals ONNX Runtime's for the file, channels first.
 * @param {Uint8Array} file
 * @param {...string} kinds kinds of layers in it
 */
async function readsAlike(file, ...kinds) {
  const made = await importModel(file);
  const x = samples(made.inputShape);
  const { data } = await made.predict(x);
  near('the output', data, await answer(file, made.inputShape.length === 3 ? channelsFirst(x) : x, 'disabled'), {
    relative: RELATIVE,
  });
  assert.deepEqual(
    made.layers.map(({ kind }) => kind),
    kinds,
  );
  const again = await exported(made);
  await sameAnswer(made, x, again);
  return made;
}

/**
 * A mean whose margins count, with the number of windows rounded up.
 * @type {[string, OnnxTensor[], ...OnnxAttribute[]]}
 */
const COUNTED_AND_ROUNDED = [
  'AveragePool',
  [],
  ints('kernel_shape', 3, 3),
  ints('strides', 2, 2),
  ints('pads', 1, 1, 1, 1),
  int('count_include_pad', 1),
  int('ceil_mode', 1),
];

/**
 * @param {number} filters
 * @param {number} channels
 * @param {number} size
 * @param {...OnnxAttribute} attributes
 * @returns {[string, OnnxTensor[], ...OnnxAttribute[]]}
 */
const conv = (filters, channels, size, ...attributes) => [
  'Conv',
  [drawn(`w${++draws}`, [filters, channels, size, size]), drawn(`b${draws}`, [filters])],
  ints('kernel_shape', size, size),
  ...attributes,
];

/**
 * @param {number} units
 * @param {number} inputs
 * @returns {[string, OnnxTensor[], ...OnnxAttribute[]]} as PyTorch writes it
 */
const linear = (units, inputs) => [
  'Gemm',
  [drawn(`w${++draws}`, [units, inputs]), drawn(`b${draws}`, [units])],
  float('alpha', 1),
  float('beta', 1),
  int('transB', 1),
];

/** @param {number} channels @returns {[string, OnnxTensor[], ...OnnxAttribute[]]} */
const norm = (channels) => [
  'BatchNormalization',
  [
    drawn(`g${++draws}`, [channels], 0.5),
    drawn(`c${draws}`, [channels]),
    drawn(`m${draws}`, [channels]),
    drawn(`v_${draws}`, [channels], 0.5),
  ],
  float('epsilon', 1e-5),
  float('momentum', 0.9),
];

test('onnx: a network with channels first, as PyTorch writes it, takes channels last here', async () => {
  const file = chain(
    [1, 28, 28],
    [
      conv(6, 1, 3, ints('pads', 1, 1, 1, 1), ints('strides', 1, 1), ints('dilations', 1, 1), int('group', 1)),
      ['Relu', []],
      ['MaxPool', [], ints('kernel_shape', 2, 2), ints('strides', 2, 2), int('ceil_mode', 0)],
      conv(8, 6, 3, ints('pads', 1, 1, 1, 1), ints('strides', 2, 2)),
      norm(8),
      ['Relu', []],
      ['Flatten', [], int('axis', 1)],
      linear(16, 8 * 7 * 7),
      norm(16),
      ['Relu', []],
      ['Dropout', [floatTensor('ratio', [], Float32Array.of(0.25))]],
      linear(10, 16),
      ['Softmax', [], int('axis', 1)],
    ],
  );
  const made = await readsAlike(
    file,
    'conv2d',
    'max_pooling2d',
    'zero_padding2d',
    'conv2d',
    'batch_normalization',
    'activation',
    'flatten',
    'dense',
    'batch_normalization',
    'activation',
    'dropout',
    'dense',
  );
  assert.deepEqual([made.name, made.inputShape, made instanceof Sequential], ['main_graph', [28, 28, 1], true]);
  assert.deepEqual(
    [made.layers[0].config.activation, made.layers[11].config.activation, made.layers[10].config.rate],
    ['relu', 'softmax', 0.25],
  );
  made.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
  await made.fit(samples([28, 28, 1]), tensor(Uint8Array.of(1, 2, 3), [3]), { epochs: 1, verbose: 0 });
});

/** @type {[string, Uint8Array, ...string[]][]} name, file, the kinds of layers that it is read as */
const FOREIGN = [
  [
    'activations of their own, and those that a product makes',
    chain(
      [12],
      [
        ['Elu', [], float('alpha', 1)],
        ['Selu', []],
        ['Softplus', []],
        ['Softplus', []],
        ['Tanh', []],
        ['Mul', ['v2']],
        ['HardSigmoid', [], float('alpha', 1 / 6), float('beta', 0.5)],
        ['Mul', ['v5']],
        linear(4, 12),
        ['HardSwish', []],
        ['LogSoftmax', [], int('axis', 1)],
      ],
    ),
    ...Array(5).fill('activation'),
    'dense',
    'activation',
  ],
  [
    'pictures that are normalized: a constant for each channel, and one for all',
    chain(
      [3, 6, 6],
      [
        ['Sub', [drawn('mean', [1, 3, 1, 1])]],
        ['Div', [drawn('deviation', [3, 1, 1], 0.5)]],
        ['Mul', [floatTensor('half', [], Float32Array.of(0.5))]],
        ['Add', [drawn('more', [1])]],
        ['Neg', []],
        conv(2, 3, 3),
        ['Flatten', []],
        linear(3, 32),
      ],
    ),
    ...Array(5).fill('batch_normalization'),
    'conv2d',
    'flatten',
    'dense',
  ],
  [
    'bounds of any kind, a hard sigmoid, a rectifier with a slope for each channel',
    chain(
      [3, 6, 6],
      [
        ['Clip', [floatTensor('low', [], Float32Array.of(-0.4)), floatTensor('high', [], Float32Array.of(0.7))]],
        ['HardSigmoid', [], float('alpha', 1 / 6), float('beta', 0.5)],
        ['Clip', [floatTensor('least', [], Float32Array.of(0.55))]],
        conv(2, 3, 1),
        ['PRelu', [drawn('slopes', [2, 1, 1])]],
        ['Flatten', []],
        linear(3, 72),
      ],
    ),
    ...Array(3).fill(['batch_normalization', 'activation', 'batch_normalization']).flat(),
    'conv2d',
    'activation',
    'batch_normalization',
    'activation',
    'batch_normalization',
    'add',
    'flatten',
    'dense',
  ],
  [
    'convolutions with gaps, in groups, and with the larger margin first',
    chain(
      [4, 9, 9],
      [
        conv(6, 2, 3, ints('dilations', 2, 1), int('group', 2)),
        conv(6, 1, 2, ints('dilations', 1, 3), int('group', 6)),
        conv(3, 6, 2, text('auto_pad', 'SAME_LOWER')),
        ['Flatten', []],
        linear(3, 48),
      ],
    ),
    'conv2d',
    'depthwise_conv2d',
    'zero_padding2d',
    'conv2d',
    'flatten',
    'dense',
  ],
  [
    'a kernel with more numbers than zeros may be added to',
    chain([1024, 5, 5], [conv(513, 1024, 3), ['GlobalAveragePool', []], ['Flatten', []]]),
    'conv2d',
    'global_average_pooling2d',
  ],
  [
    'margins that count, where rounding up the number of windows adds none',
    chain([2, 7, 7], [COUNTED_AND_ROUNDED, ['Flatten', []], linear(2, 32)]),
    'zero_padding2d',
    'average_pooling2d',
    'flatten',
    'dense',
  ],
  [
    'margins of a maximum around a sum that is doubled over and over',
    chain(
      [1, 4, 4],
      [
        ['Softplus', []],
        ...Array.from({ length: 40 }, (_, i) => /** @type {[string, string[]]} */ (['Add', [`v${i}`]])),
        ['MaxPool', [], ints('kernel_shape', 2, 2), ints('pads', 1, 1, 0, 0)],
        ['Flatten', []],
        linear(2, 16),
      ],
    ),
    'activation',
    ...Array(40).fill('add'),
    'zero_padding2d',
    'max_pooling2d',
    'flatten',
    'dense',
  ],
  [
    'margins of pooling that do not count, around numbers of any sign',
    chain(
      [2, 8, 8],
      [
        ['MaxPool', [], ints('kernel_shape', 3, 5), ints('strides', 2, 1), ints('pads', 1, 2, 1, 2)],
        ['AveragePool', [], ints('kernel_shape', 3, 3), ints('strides', 2, 2), ints('pads', 1, 1, 1, 1)],
        ['Flatten', []],
        linear(3, 16),
      ],
    ),
    'max_pooling2d',
    'max_pooling2d',
    'average_pooling2d',
    'max_pooling2d',
    'flatten',
    'dense',
  ],
  [
    'margins of a maximum around numbers that are not negative, and a last window that reaches beyond',
    chain(
      [2, 9, 8],
      [
        ['Relu', []],
        ['MaxPool', [], ints('kernel_shape', 3, 3), ints('strides', 2, 2), ints('pads', 1, 1, 0, 0)],
        ['MaxPool', [], ints('kernel_shape', 3, 3), ints('strides', 2, 2), int('ceil_mode', 1)],
        ['Flatten', []],
        linear(3, 8),
      ],
    ),
    'activation',
    'zero_padding2d',
    'max_pooling2d',
    'max_pooling2d',
    'flatten',
    'dense',
  ],
  [
    'depthwise convolution, clipped, and a pooled mean',
    chain(
      [3, 9, 8],
      [
        conv(6, 1, 3, int('group', 3), text('auto_pad', 'SAME_UPPER')),
        ['Clip', [floatTensor('zero', [], Float32Array.of(0)), floatTensor('six', [], Float32Array.of(6))]],
        ['GlobalAveragePool', []],
        ['Flatten', []],
        linear(4, 6),
        ['LeakyRelu', [], float('alpha', 0.3)],
      ],
    ),
    'depthwise_conv2d',
    'global_average_pooling2d',
    'dense',
    'leaky_re_lu',
  ],
  [
    'silu, the mean over two axes, the leaky rectifier with our slope',
    chain(
      [2, 6, 6],
      [
        conv(5, 2, 1),
        ['Sigmoid', []],
        ['Mul', ['v0']],
        ['ReduceMean', [], ints('axes', 2, 3), int('keepdims', 0)],
        linear(4, 5),
        ['LeakyRelu', [], float('alpha', 0.2)],
      ],
    ),
    'conv2d',
    'global_average_pooling2d',
    'dense',
  ],
  [
    'a bias that is added, and one for all',
    chain(
      [2, 5, 5],
      [
        ['Conv', [drawn('k', [3, 2, 2, 2])]],
        ['Add', [drawn('kb', [1, 3, 1, 1])]],
        ['Tanh', []],
        ['Reshape', [integerTensor('row', [0, -1])]],
        ['MatMul', [drawn('d', [48, 5])]],
        ['Add', [drawn('db', [5])]],
        ['Relu', []],
        ['Gemm', [drawn('e', [5, 3]), drawn('eb', [1])]],
      ],
    ),
    'conv2d',
    'flatten',
    'dense',
    'dense',
  ],
  [
    'padding, an average with its margin and one without',
    chain(
      [2, 8, 8],
      [
        ['Pad', [integerTensor('around', [0, 0, 1, 0, 0, 0, 0, 2])]],
        ['AveragePool', [], ints('kernel_shape', 2, 2), ints('pads', 1, 1, 1, 1), int('count_include_pad', 1)],
        ['AveragePool', [], ints('kernel_shape', 3, 3), ints('pads', 1, 1, 1, 1)],
        conv(3, 2, 2, ints('strides', 3, 3)),
        ['GlobalMaxPool', []],
        ['Squeeze', [integerTensor('spots', [2, 3])]],
        ['Softmax', []],
      ],
    ),
    'zero_padding2d',
    'zero_padding2d',
    'average_pooling2d',
    'average_pooling2d',
    'conv2d',
    'global_max_pooling2d',
    'softmax',
  ],
  [
    'numbers behind a flatten in another order: normalized, rectified, taken for an image again',
    chain(
      [3, 4, 4],
      [
        ['Flatten', []],
        norm(48),
        ['Sigmoid', []],
        ['Reshape', [integerTensor('image', [-1, 3, 4, 4])]],
        conv(2, 3, 3),
        ['Flatten', []],
        linear(2, 8),
      ],
    ),
    'flatten',
    'batch_normalization',
    'activation',
    'reshape',
    'conv2d',
    'flatten',
    'dense',
  ],
  [
    'a row that is seen as an image',
    chain(
      [36],
      [
        ['Unsqueeze', [integerTensor('front', [1])]],
        ['Reshape', [integerTensor('image', [-1, 1, 6, 6])]],
        conv(3, 1, 3),
        ['Identity', []],
        ['Relu', []],
        ['Flatten', []],
        linear(4, 48),
        ['Cast', [], int('to', 1)],
      ],
    ),
    'reshape',
    'conv2d',
    'flatten',
    'dense',
  ],
  ['nothing at all', chain([4], [['Identity', []]]), 'activation'],
  [
    'operator set 9: attributes in place of inputs',
    chain(
      [2, 4, 4],
      [
        ['Pad', [], ints('pads', 0, 0, 1, 1, 0, 0, 1, 1), text('mode', 'constant')],
        conv(2, 2, 3),
        ['Clip', [], float('min', 0), float('max', 6)],
        ['Dropout', [], float('ratio', 0.5)],
        ['Flatten', []],
        linear(3, 32),
        ['Softmax', []],
      ],
      { version: 9 },
    ),
    'zero_padding2d',
    'conv2d',
    'dropout',
    'flatten',
    'dense',
  ],
];

/** The same axis counted from either end, and as operator sets have it. @type {[string, Uint8Array, ...string[]][]} */
const AXES = [
  ...[1, -3].map(
    (axis) =>
      /** @type {[string, Uint8Array, ...string[]]} */ ([
        `flatten from axis ${axis}`,
        chain([2, 3], [['Flatten', [], int('axis', axis === 1 ? 1 : -2)], linear(4, 6)]),
        'flatten',
        'dense',
      ]),
  ),
  ...[
    [2, 3],
    [-2, -1],
    [-1, 2],
  ].map(
    (axes) =>
      /** @type {[string, Uint8Array, ...string[]]} */ ([
        `mean over ${axes}`,
        chain([2, 4, 4], [['ReduceMean', [], ints('axes', ...axes), int('keepdims', 0)], linear(3, 2)]),
        'global_average_pooling2d',
        'dense',
      ]),
  ),
  ...[
    [2, 3],
    [-1, -2],
  ].map(
    (axes) =>
      /** @type {[string, Uint8Array, ...string[]]} */ ([
        `squeezed ${axes}`,
        chain([2, 4, 4], [['GlobalMaxPool', []], ['Squeeze', [integerTensor('s', axes)]], linear(3, 2)]),
        'global_max_pooling2d',
        'dense',
      ]),
  ),
  ...[1, -2].map(
    (axis) =>
      /** @type {[string, Uint8Array, ...string[]]} */ ([
        `unsqueezed ${axis}`,
        chain([6], [['Unsqueeze', [integerTensor('u', [axis])]], ['Flatten', []], linear(3, 6)]),
        'dense',
      ]),
  ),
  ...[1, -3].map(
    (axis) =>
      /** @type {[string, Uint8Array, ...string[]]} */ ([
        `softmax over the channels, axis ${axis}`,
        chain([3, 4, 4], [conv(2, 3, 1), ['Softmax', [], int('axis', axis)], ['GlobalMaxPool', []], ['Flatten', []]]),
        'conv2d',
        'global_max_pooling2d',
      ]),
  ),
  ...[1, -1].map(
    (axis) =>
      /** @type {[string, Uint8Array, ...string[]]} */ ([
        `softmax of a row, axis ${axis}`,
        chain([6], [linear(4, 6), ['Softmax', [], int('axis', axis)]]),
        'dense',
      ]),
  ),
  ...[2, -1].map(
    (axis) =>
      /** @type {[string, Uint8Array, ...string[]]} */ ([
        `softmax of a row in two, axis ${axis}`,
        chain([6], [linear(6, 6), ['Reshape', [integerTensor('r', [-1, 2, 3])]], ['Softmax', [], int('axis', axis)]]),
        'dense',
        'reshape',
        'softmax',
      ]),
  ),
  ...[3, -1].map(
    (axis) =>
      /** @type {[string, Uint8Array, ...string[]]} */ ([
        `softmax of a row in three, axis ${axis}`,
        chain(
          [12],
          [
            linear(12, 12),
            ['Reshape', [integerTensor('r', [-1, 2, 2, 3])]],
            ['Softmax', [], int('axis', axis)],
            ['Flatten', []],
          ],
        ),
        'dense',
        'reshape',
        'softmax',
        'flatten',
      ]),
  ),
  [
    'softmax of a row in four',
    chain(
      [16],
      [
        linear(24, 16),
        ['Reshape', [integerTensor('r', [-1, 2, 2, 3, 2])]],
        ['Softmax', [], int('axis', -1)],
        ['Flatten', []],
      ],
    ),
    'dense',
    'reshape',
    'softmax',
    'flatten',
  ],
  [
    'early softmax over two axes',
    chain(
      [8],
      [
        linear(12, 8),
        ['Reshape', [integerTensor('r', [-1, 2, 2, 3])]],
        ['Softmax', [], int('axis', 2)],
        ['Flatten', []],
      ],
      { version: 11 },
    ),
    'dense',
    'reshape',
    'softmax',
    'flatten',
  ],
  [
    'early softmax over all axes',
    chain([8], [linear(12, 8), ['Reshape', [integerTensor('r', [-1, 2, 2, 3])]], ['Softmax', []], ['Flatten', []]], {
      version: 11,
    }),
    'dense',
  ],
  [
    'softmax of an image in a row',
    chain([2, 3, 3], [conv(2, 2, 2), ['Flatten', []], ['Softmax', []], linear(3, 8)]),
    'conv2d',
    'flatten',
    'softmax',
    'dense',
  ],
  [
    'softmax of one number for each channel',
    chain([2, 3, 3], [conv(4, 2, 3), ['Softmax', [], int('axis', 1)], ['Flatten', []], linear(2, 4)]),
    'conv2d',
    'flatten',
    'dense',
  ],
  [
    'dropout that says that it does not train',
    chain([4], [['Dropout', [floatTensor('ratio', [], Float32Array.of(0.5)), truth('off', false)]], linear(2, 4)]),
    'dropout',
    'dense',
  ],
];

for (const [what, file, ...kinds] of AXES)
  test(`onnx: ${what}`, async () => (await readsAlike(file, ...kinds)).dispose());

const list = (/** @type {string} */ name, /** @type {number[]} */ ...values) => integerTensor(name, values);
const number = (/** @type {string} */ name, /** @type {number} */ value) => ({
  ...integerTensor(name, [value]),
  dims: [],
});

/**
 * Nodes outside the chain that compute with integers.
 * @param {[string, string[], string, ...OnnxAttribute[]][]} nodes operator, inputs, output, attributes
 * @param {OnnxTensor[]} constants
 * @returns {(model: OnnxModel) => void}
 */
const beside =
  (nodes, constants) =>
  ({ graph }) => {
    graph?.initializers?.push(...constants);
    const at = /** @type {OnnxNode[]} */ (graph?.nodes).findIndex(
      ({ operator }) => operator === 'Reshape' || operator === 'Pad',
    );
    graph?.nodes?.splice(
      at,
      0,
      ...nodes.map(([operator, inputs, output, ...attributes]) => ({
        operator,
        inputs,
        outputs: [output],
        attributes,
      })),
    );
  };

/**
 * A dense layer after a reshape, whose target is computed by nodes.
 * @param {Parameters<typeof beside>} parts
 * @param {number} [batch]
 */
const flattened = (parts, batch) =>
  chain([2, 4, 4], [conv(3, 2, 3), ['Reshape', ['target']], linear(2, 12)], { batch, change: beside(...parts) });

/** @type {Parameters<typeof beside>[0]} as PyTorch writes x.size(0) */
const SAMPLES = [
  ['Shape', ['v0'], 's'],
  ['Gather', ['s', 'zero'], 'n'],
  ['Unsqueeze', ['n', 'first'], 'ns'],
];
const COUNTED = [number('zero', 0), list('first', 0), number('one', 1), number('two', 2), number('three', 3)];

/** @type {[string, Uint8Array, ...string[]][]} */
const COMPUTED = [
  [
    'x.view(x.size(0), 12)',
    flattened([
      [...SAMPLES, ['Concat', ['ns', 'rest'], 'target', int('axis', 0)]],
      [...COUNTED, list('rest', 12)],
    ]),
    'conv2d',
    'flatten',
    'dense',
  ],
  [
    'x.view(x.size(0), x.size(1) * x.size(2) * x.size(3)), of a fixed batch',
    flattened(
      [
        [
          ...SAMPLES,
          ['Gather', ['s', 'one'], 'c'],
          ['Gather', ['s', 'two'], 'h'],
          ['Gather', ['s', 'three'], 'w'],
          ['Mul', ['c', 'h'], 'ch'],
          ['Mul', ['ch', 'w'], 'chw'],
          ['Unsqueeze', ['chw', 'first'], 'row'],
          ['Concat', ['ns', 'row'], 'target', int('axis', 0)],
        ],
        COUNTED,
      ],
      3,
    ),
    'conv2d',
    'flatten',
    'dense',
  ],
  [
    'a slice of the shape',
    flattened([
      [
        ['Shape', ['v0'], 's'],
        ['Slice', ['s', 'first', 'end'], 'n'],
        ['Cast', ['n'], 'm', int('to', 7)],
        ['Concat', ['m', 'rest'], 'target', int('axis', -1)],
      ],
      [...COUNTED, list('end', 1), list('rest', -1)],
    ]),
    'conv2d',
    'flatten',
    'dense',
  ],
  [
    'paddings turned round',
    chain(
      [2, 4, 4],
      [
        conv(3, 2, 3),
        ['Pad', ['pads', floatTensor('nothing', [], Float32Array.of(0))]],
        ['GlobalAveragePool', []],
        ['Flatten', []],
        linear(2, 3),
      ],
      {
        change: beside(
          [
            ['ConstantOfShape', ['four'], 'zeros', { name: 'value', type: 4, tensor: list('v', 0) }],
            ['Concat', ['given', 'zeros'], 'eight', int('axis', 0)],
            ['Reshape', ['eight', 'pairs'], 'table'],
            ['Slice', ['table', 'last', 'before', 'first', 'last'], 'turned'],
            ['Transpose', ['turned'], 'columns', ints('perm', 1, 0)],
            ['Reshape', ['columns', 'last'], 'flat'],
            ['Cast', ['flat'], 'pads', int('to', 7)],
          ],
          [
            list('four', 4),
            list('given', 1, 2, 0, 1),
            list('pairs', -1, 2),
            list('last', -1),
            list('before', -(2 ** 50)),
            list('first', 0),
          ],
        ),
      },
    ),
    'conv2d',
    'zero_padding2d',
    'global_average_pooling2d',
    'dense',
  ],
];

for (const [what, file, ...kinds] of COMPUTED)
  test(`onnx: shapes that are computed: ${what}`, async () => (await readsAlike(file, ...kinds)).dispose());

test('onnx: shapes that cannot be computed here are refused', async () => {
  const lies = /** @type {[Parameters<typeof beside>[0], OnnxTensor[], RegExp][]} */ ([
    [
      [
        ['Shape', ['v0'], 's'],
        ['Gather', ['s', 'zero'], 'n'],
        ['Mul', ['n', 'two'], 'm'],
        ['Unsqueeze', ['m', 'first'], 'ms'],
        ['Concat', ['ms', 'rest'], 'target', int('axis', 0)],
      ],
      [list('rest', 6)],
      /the number of samples must stay as it is/,
    ],
    [
      [
        ['Shape', ['v0'], 's'],
        ['Gather', ['s', 'nine'], 'target'],
      ],
      [number('nine', 9)],
      /there is no row 9 among 4 integers/,
    ],
    [
      [['ConstantOfShape', ['many'], 'target', { name: 'value', type: 4, tensor: list('v', 1) }]],
      [list('many', 1000, 1000)],
      /at most 32 integers are supported, got 1000000/,
    ],
    [
      [
        ['Shape', ['v0'], 's'],
        ['Slice', ['s', 'first', 'four', 'first', 'two1'], 'target'],
      ],
      [list('four', 4), list('two1', 2)],
      /slices of the first axis with step 1 or -1/,
    ],
    [
      [
        ['Shape', ['v0'], 's'],
        ['Reshape', ['s', 'odd'], 'target'],
      ],
      [list('odd', 3, -1)],
      /4 integers cannot have the shape \[3, -1\]/,
    ],
    [
      [
        ['Shape', ['v0'], 's'],
        ['Concat', ['s', ...Array(40).fill('s')], 'target', int('axis', 0)],
      ],
      [],
      /at most 32 integers are supported, got 41/,
    ],
    [
      [
        ['Shape', ['v0'], 's'],
        ['Cast', ['s'], 'target', int('to', 1)],
      ],
      [],
      /for integers, to must be 7 or 6, got 1/,
    ],
  ]);
  for (const [nodes, constants, message] of lies)
    await refused(/** @type {any} */ (flattened([nodes, [...COUNTED, ...constants]])), message);
});

/**
 * Constants whose value is in an attribute.
 * @param {[string, OnnxAttribute][]} made output, attribute
 * @returns {(model: OnnxModel) => void}
 */
const constants =
  (...made) =>
  ({ graph }) =>
    void graph?.nodes?.unshift(
      ...made.map(([output, attribute]) => ({ operator: 'Constant', outputs: [output], attributes: [attribute] })),
    );

/** @type {[string, Uint8Array, ...string[]][]} */
const CURRENT = [
  [
    'a reshape whose zeros would be lengths, and has none',
    chain([2, 3], [['Reshape', [list('row', -1, 6)], int('allowzero', 1)], linear(3, 6)]),
    'flatten',
    'dense',
  ],
  [
    'constants of one integer and of several',
    chain([2, 4, 4], [conv(3, 2, 3), ['Reshape', ['target']], linear(2, 12)], {
      change: (made) => {
        beside(
          [
            ['Shape', ['v0'], 's'],
            ['Gather', ['s', 'zero'], 'n'],
            ['Unsqueeze', ['n', 'first'], 'ns'],
            ['Concat', ['ns', 'rest'], 'target', int('axis', 0)],
          ],
          [],
        )(made);
        constants(
          ['zero', int('value_int', 0)],
          ['first', ints('value_ints', 0)],
          ['rest', ints('value_ints', -1)],
        )(made);
      },
    }),
    'conv2d',
    'flatten',
    'dense',
  ],
  [
    'constants of one float and of several',
    chain(
      [6],
      [
        ['Gemm', [drawn('cw', [6, 3]), 'bias']],
        ['Clip', ['low', 'high']],
      ],
      {
        change: constants(
          ['low', float('value_float', 0)],
          ['high', float('value_float', 6)],
          ['bias', { name: 'value_floats', floats: [0.5, -1, 7], type: 6 }],
        ),
      },
    ),
    'dense',
  ],
  ...[
    [0, 1],
    [undefined, 1],
    [-4, -3],
    [-9, 1],
  ].map(
    ([start, end]) =>
      /** @type {[string, Uint8Array, ...string[]]} */ ([
        `the shape from ${start} to ${end}`,
        flattened([
          [
            ['Shape', ['v0'], 'n', ...(start === undefined ? [] : [int('start', start)]), int('end', Number(end))],
            ['Concat', ['n', 'rest'], 'target', int('axis', 0)],
          ],
          [list('rest', 12)],
        ]),
        'conv2d',
        'flatten',
        'dense',
      ]),
  ),
  [
    'the shape from 1 on',
    flattened([
      [
        ['Shape', ['v0'], 'sides', int('start', 1)],
        ['Gather', ['sides', 'zero'], 'c'],
        ['Gather', ['sides', 'one'], 'h'],
        ['Mul', ['c', 'h'], 'ch'],
        ['Mul', ['ch', 'h'], 'chw'],
        ['Unsqueeze', ['chw', 'first'], 'row'],
        ['Concat', ['all', 'row'], 'target', int('axis', 0)],
      ],
      [...COUNTED, list('all', -1)],
    ]),
    'conv2d',
    'flatten',
    'dense',
  ],
  ...[0, 1].map(
    (momentum) =>
      /** @type {[string, Uint8Array, ...string[]]} */ ([
        `batch normalization of momentum ${momentum}`,
        chain([6], [['BatchNormalization', norm(6)[1], float('momentum', momentum)]]),
        'batch_normalization',
      ]),
  ),
];

for (const [what, file, ...kinds] of CURRENT)
  test(`onnx: as PyTorch's exporter of today may write it: ${what}`, async () =>
    (await readsAlike(file, ...kinds)).dispose());

test('onnx: constants that are none, and zeros that would be lengths, are refused', async () => {
  const lies = /** @type {[Uint8Array, RegExp][]} */ ([
    [
      chain([2, 3], [['Reshape', [list('row', 0, 6)], int('allowzero', 1)], linear(3, 6)]),
      /allowzero with a 0 in the shape is not supported/,
    ],
    [
      chain([6], [['Clip', ['low']]], { change: constants(['low', { name: 'value_string', text: '0', type: 3 }]) }),
      /node 0 \(Constant\): this operator is not supported/,
    ],
    [
      chain([6], [['Clip', ['low']]], { change: constants(['low', int('value_int', 0)]) }),
      /its type must be .*, got 7/,
    ],
  ]);
  for (const [file, message] of lies) await refused(/** @type {any} */ (file), message);
});

/** @type {[(node: OnnxNode) => void, RegExp][]} changes to a node that nothing reads, and the refusal of each */
const UNREAD = [
  [
    (node) => void (node.attributes = [...(node.attributes ?? []), int('later', 1)]),
    /its attribute later is not supported$/,
  ],
  [
    (node) => void node.inputs?.push('x', 'x', 'x', 'x', 'x'),
    /input \d|axes are not supported|it adds \d values|a constant can be added/,
  ],
];

test('onnx: no attribute and no input is passed over without a look at it', async () => {
  /** @type {Map<string, [Uint8Array, number]>} a file containing it, and its place */
  const operators = new Map();
  for (const [, file] of [...FOREIGN, ...AXES, ...COMPUTED]) {
    decode(file).graph?.nodes?.forEach(({ operator = '' }, index) => operators.set(operator, [file, index]));
  }
  operators.delete('Mul'); // which is counted together with the sigmoid before it
  assert.ok(operators.size > 20, [...operators.keys()].join());
  for (const [operator, [file, index]] of operators) {
    for (const [change, message] of UNREAD) {
      const changed = decode(file);
      change(/** @type {OnnxNode[]} */ (changed.graph?.nodes)[index]);
      await assert.rejects(importModel(encode(changed)), { code: 'bad-data', message }, operator);
    }
  }
});

for (const [what, file, ...kinds] of FOREIGN)
  test(`onnx: ${what}`, async () => (await readsAlike(file, ...kinds)).dispose());

test('onnx: branches, in whatever order they are listed for; and a shared value is left as it is', async () => {
  const file = chain(
    [2, 6, 6],
    [
      conv(4, 2, 3, ints('pads', 1, 1, 1, 1)),
      ['Relu', []],
      conv(4, 4, 3, ints('pads', 1, 1, 1, 1)),
      ['Add', ['v0']],
      ['Relu', []],
      ['GlobalAveragePool', []],
      ['Flatten', []],
      linear(3, 4),
    ],
  );
  const made = await readsAlike(
    file,
    'conv2d',
    'activation',
    'conv2d',
    'add',
    'activation',
    'global_average_pooling2d',
    'dense',
  );
  assert.ok(!(made instanceof Sequential));
  assert.equal(made.layers[0].config.activation, 'linear', 'what the sum reads is not rectified');
});

/** Padding that keeps the size of an image under a kernel of three by three. */
const around = ints('pads', 1, 1, 1, 1);

/** @type {[string, Uint8Array, ...string[]][]} */
const JOINED = [
  ...[1, -3].map(
    (axis) =>
      /** @type {[string, Uint8Array, ...string[]]} */ ([
        `channels, axis ${axis}`,
        chain(
          [2, 6, 6],
          [
            conv(4, 2, 3, around),
            ['Relu', []],
            conv(3, 4, 3, around),
            ['Concat', ['v1', 'x', 'v1'], int('axis', axis)],
            conv(2, 13, 3),
            ['GlobalAveragePool', []],
            ['Flatten', []],
            linear(3, 2),
          ],
        ),
        'conv2d',
        'conv2d',
        'concatenate',
        'conv2d',
        'global_average_pooling2d',
        'dense',
      ]),
  ),
  ...[1, -1].map(
    (axis) =>
      /** @type {[string, Uint8Array, ...string[]]} */ ([
        `rows, axis ${axis}`,
        chain([6], [linear(4, 6), ['Tanh', []], ['Concat', ['x'], int('axis', axis)], linear(3, 10), ['Relu', []]]),
        'dense',
        'concatenate',
        'dense',
      ]),
  ),
  [
    'one channel, and pooled images before they are made a row',
    chain(
      [1, 4, 4],
      [
        ['Concat', ['x'], int('axis', 1)],
        ['GlobalMaxPool', []],
        ['Concat', ['v1', 'v1'], int('axis', 1)],
        ['Flatten', []],
        linear(3, 6),
      ],
    ),
    'concatenate',
    'global_max_pooling2d',
    'concatenate',
    'dense',
  ],
  [
    'a row that is seen as an image, and an image',
    chain(
      [36],
      [
        ['Reshape', [integerTensor('image', [-1, 1, 6, 6])]],
        conv(3, 1, 3, around),
        ['Concat', ['v0'], int('axis', 1)],
        ['Relu', []],
        ['GlobalMaxPool', []],
        ['Flatten', []],
      ],
    ),
    'reshape',
    'conv2d',
    'reshape',
    'concatenate',
    'activation',
    'global_max_pooling2d',
  ],
  [
    'two axes',
    chain(
      [12],
      [
        ['Reshape', [integerTensor('table', [-1, 3, 4])]],
        ['Concat', ['v0'], int('axis', 2)],
        ['Flatten', []],
        linear(3, 24),
      ],
    ),
    'reshape',
    'reshape',
    'concatenate',
    'flatten',
    'dense',
  ],
  [
    'one value alone, along whichever axis',
    chain([2, 4, 4], [['Concat', [], int('axis', 2)], conv(2, 2, 3), ['GlobalMaxPool', []], ['Flatten', []]]),
    'conv2d',
    'global_max_pooling2d',
  ],
];

for (const [what, file, ...kinds] of JOINED)
  test(`onnx: joined values: ${what}`, async () => (await readsAlike(file, ...kinds)).dispose());

test('onnx: joined values that cannot be joined here are refused', async () => {
  const lies = /** @type {[Uint8Array, RegExp][]} */ ([
    [
      chain(
        [2, 4, 4],
        [
          ['Relu', []],
          ['Concat', ['x'], int('axis', 2)],
        ],
      ),
      /node 1 \(Concat .*axis must be the channel axis, or the last axis of numbers that are not transposed, got 2$/,
    ],
    [
      chain(
        [2, 4, 4],
        [
          ['Flatten', []],
          ['Concat', ['v0'], int('axis', 1)],
        ],
      ),
      /axis must be the channel axis, or the last axis of numbers that are not transposed, got 1$/,
    ],
    [
      chain(
        [2, 4, 4],
        [
          ['MaxPool', [], ints('kernel_shape', 2, 2)],
          ['Concat', ['x'], int('axis', 1)],
        ],
      ),
      /joined values must have the same shape, except along axis 1$/,
    ],
    [
      chain(
        [6],
        [
          ['Unsqueeze', [integerTensor('u', [1])]],
          ['Concat', ['x'], int('axis', -1)],
        ],
      ),
      /joined values must have the same shape, except along axis -1$/,
    ],
    [chain([4], [['Concat', ['x'], int('axis', 0)]]), /axis must be one after the batch axis, got 0$/],
    [chain([4], [['Concat', ['x'], int('axis', 2)]]), /axis must be one after the batch axis, got 2$/],
    [chain([4], [['Concat', Array(8).fill('x'), int('axis', 1)]]), /it joins 9 values; at most 8 are supported$/],
    [chain([4], [['Concat', [drawn('c', [1, 4])], int('axis', 1)]]), /input 1 \(c\) must come from the model's input$/],
    [chain([4], [['Concat', ['x'], int('axis', 1), int('later', 1)]]), /its attribute later is not supported$/],
  ]);
  for (const [file, message] of lies) await refused(/** @type {any} */ (file), message);
});

test('onnx: numbers as lists, halves and constants; a fixed batch', async () => {
  const kernel = floatTensor('k', [4, 2], Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  const half = floatTensor('h', [2, 2], Float32Array.of(0.5, 1, -2, 4), 'float16');
  const file = chain(
    [4],
    [
      ['MatMul', [kernel]],
      ['Reshape', ['shape']],
      ['MatMul', [half]],
    ],
    {
      batch: 3,
      change({ graph }) {
        const [first, second] = /** @type {OnnxTensor[]} */ (graph?.initializers);
        first.floats = first.raw;
        first.raw = undefined;
        second.name = 'stored';
        const shape = {
          operator: 'Constant',
          outputs: ['shape'],
          attributes: [
            {
              name: 'value',
              type: 4,
              tensor: { dims: [2], dataType: 7, raw: new Uint8Array(BigInt64Array.of(3n, -1n).buffer) },
            },
          ],
        };
        graph?.nodes?.unshift(shape, {
          operator: 'Cast',
          inputs: ['stored'],
          outputs: ['h'],
          attributes: [int('to', 1)],
        });
      },
    },
  );
  await readsAlike(file, 'dense', 'dense');
});

/* ---- files of PyTorch, where they are ------------------------------------------------------------ */

const THEIRS = new URL('../../../shared/models/torch-onnx/', import.meta.url);
const theirFiles = existsSync(THEIRS) ? readdirSync(THEIRS) : [];
const skip = theirFiles.length === 0 && `there are no files in ${THEIRS.pathname}`;

/** Operators without a layer here, by the file that has one. @type {Record<string, RegExp>} */
const LACKING = {
  act_layernorm: /ReduceMean.*axes must be/,
  act_lrn: /Mul.*multiplying two values is not supported/,
  act_upsample: /Resize.*not supported/,
  se: /Mul.*multiplying two values is not supported/,
};

test('onnx: files that PyTorch wrote predict what ONNX Runtime makes of them, or are refused by what there is no ' +
  'layer for', {
  skip,
}, async () => {
  for (const name of theirFiles.map((file) => file.replace(/\.onnx$/, ''))) {
    const file = new Uint8Array(readFileSync(new URL(`${name}.onnx`, THEIRS)));
    if (Object.hasOwn(LACKING, name)) {
      await refused(file, LACKING[name]);
      continue;
    }
    const made = await importModel(file);
    const [{ length: batch = 2 }] = /** @type {{ length?: number }[]} */ (
      decode(file).graph?.inputs?.find(({ name: input }) => input === 'input')?.type?.tensor?.shape?.dims
    );
    const x = samples(made.inputShape, batch);
    near(name, (await made.predict(x)).data, await answer(file, made.inputShape.length === 3 ? channelsFirst(x) : x), {
      relative: 2e-6,
    });
    made.dispose();
  }
});

/* ---- what is refused ---------------------------------------------------------------------------- */

/** @param {Uint8Array<ArrayBuffer>} file @param {RegExp} message */
const refused = (file, message) =>
  assert.rejects(importModel(file), { name: 'FittingRoomError', code: 'bad-data', message });

/** One divided by the input. @param {OnnxModel} model */
function divides({ graph }) {
  graph?.initializers?.push(floatTensor('one', [1], Float32Array.of(1)));
  /** @type {OnnxNode[]} */ (graph?.nodes)[0].inputs = ['one', 'x'];
}

/** @type {[string, Uint8Array<ArrayBuffer>, RegExp][]} */
const REFUSED = [
  [
    'an operator that is not known',
    chain(
      [4],
      [
        ['Relu', []],
        ['Celu', []],
      ],
    ),
    /^model file: ONNX: node 1 \(Celu \/Celu_1\): this operator is not supported; supported are Conv, Gemm/,
  ],
  [
    "another domain's operator",
    chain([4], [['Relu', []]], {
      change: ({ graph }) => {
        /** @type {OnnxNode[]} */ (graph?.nodes)[0].domain = 'com.microsoft';
      },
    }),
    /node 0 \(Relu \/Relu_0\): this operator is not supported/,
  ],
  [
    'groups',
    chain([4, 5, 5], [conv(5, 2, 3, int('group', 2))]),
    /node 0 \(Conv \/Conv_0\): the rest of the kernel's filters divided by group must be 0, got 1$/,
  ],
  [
    'gaps that are none',
    chain([1, 9, 9], [conv(4, 1, 3, ints('dilations', 0, 2))]),
    /strides \[1, 1\] and dilations \[0, 2\] must be 1 or more/,
  ],
  [
    'a kernel with gaps that is too large',
    chain([1, 9, 9], [conv(4, 1, 3, ints('dilations', 700, 700))]),
    /dilations and groups are read as zeros in the kernel, which must have at most 4194304 numbers/,
  ],
  [
    "a kernel that does not fit the image's channels",
    chain([1, 9, 9], [conv(4, 3, 3)]),
    /the kernel's channels times group must be 1, got 3$/,
  ],
  [
    'a window larger than the image',
    chain([1, 2, 2], [conv(4, 1, 3)]),
    /a window of \[3, 3\] does not fit into an image of \[2, 2, 1\]/,
  ],
  [
    'margins of a maximum',
    chain([1, 9, 9], [['MaxPool', [], ints('kernel_shape', 3, 3), ints('strides', 2, 2), ints('pads', 1, 1, 0, 0)]]),
    /pads must be none, those of padding 'same', or half of kernel_shape, got \[\[1, 0\], \[1, 0\]\]/,
  ],
  [
    'windows that reach beyond the image',
    chain(
      [1, 10, 10],
      [
        [
          'AveragePool',
          [],
          ints('kernel_shape', 3, 3),
          ints('strides', 2, 2),
          int('ceil_mode', 1),
          ints('pads', 1, 1, 0, 0),
        ],
      ],
    ),
    /pads must be none, .*, got \[\[1, 0\], \[1, 0\]\]/,
  ],
  [
    'margins that count and windows that reach beyond them',
    chain([1, 8, 8], [COUNTED_AND_ROUNDED]),
    /count_include_pad and ceil_mode are not supported where windows reach beyond the pads/,
  ],
  [
    'a kernel of another size than is stated, with gaps',
    chain([1, 12, 12], [['Conv', [drawn('gaps', [2, 1, 3, 3])], ints('kernel_shape', 5, 5), ints('dilations', 2, 2)]]),
    /kernel_shape must be "3,3", got "5,5"/,
  ],
  ['a kernel that is not constant', chain([4], [['MatMul', ['x']]]), /input 1 \(x\) must be constant/],
  ['a division by zero', chain([4], [['Div', [floatTensor('none', [1], new Float32Array(1))]]]), /no divisor 0/],
  ['a division of a constant', chain([4], [['Div', []]], { change: divides }), /only a division by a constant/],
  [
    'a product of two values',
    chain(
      [4],
      [
        ['Relu', []],
        ['Mul', ['x']],
      ],
    ),
    /multiplying two values is not supported/,
  ],
  [
    'bounds that are none',
    chain([4], [['Clip', [], float('min', 2), float('max', 1)]], { version: 6 }),
    /max must be a/,
  ],
  [
    'a constant for each pixel',
    chain(
      [1, 3, 3],
      [
        ['Conv', [drawn('k', [2, 1, 1, 1])]],
        ['Add', [drawn('a', [2, 3, 3])]],
      ],
    ),
    /an added constant must have one number for each of \d+ channels, got shape \[2, 3, 3\]/,
  ],
  [
    'too short a kernel',
    chain([4], [['MatMul', [{ ...drawn('w', [4, 3]), dims: [4, 2] }]]]),
    /tensor w: the shape \[4, 2\] needs 32 bytes, got 48/,
  ],
  [
    'a kernel of integers',
    chain([4], [['MatMul', [{ ...drawn('w', [4, 3]), dataType: 6 }]]]),
    /tensor w: its type must be 1 \(float\) or 10 \(float16\), got 6/,
  ],
  [
    'a kernel in another file',
    chain([4], [['MatMul', [{ ...drawn('w', [4, 3]), location: 1 }]]]),
    /tensor w: its data is in an external file/,
  ],
  [
    'a half that is not finite',
    chain(
      [1],
      [['MatMul', [{ ...floatTensor('w', [1, 1], Float32Array.of(1), 'float16'), raw: Uint8Array.of(0, 0x7c) }]]],
    ),
    /tensor w: number 0 is not finite/,
  ],
  [
    'a shape that mixes samples',
    chain([4], [['Reshape', [integerTensor('s', [2, -1])]]]),
    /the shape must keep the batch axis/,
  ],
  [
    'a shape of negative lengths',
    chain([4], [['Reshape', [integerTensor('s', [0, -2, -2])]]]),
    /\[n, 4\] cannot be reshaped to \[n, -2, -2\]/,
  ],
  [
    'a shape of other size',
    chain([4], [['Reshape', [integerTensor('s', [0, 3])]]]),
    /\[n, 4\] cannot be reshaped to \[n, 3\]/,
  ],
  [
    'a kernel without numbers but of many columns',
    chain([4], [['Gemm', [{ ...drawn('w', [1]), dims: [0, 2 ** 40], raw: new Uint8Array() }, drawn('b', [1])]]]),
    /tensor w: the lengths in its shape must be at least 1, got \[0, 1099511627776\]/,
  ],
  ['a vast input that is normalized', chain([2 ** 26], [norm(3)]), /input 1: its shape must be "67108864", got "3"/],
  [
    'a kernel of more axes than any has',
    chain([4], [['MatMul', [{ name: 'w', dims: Array(65536).fill(1), dataType: 1, raw: new Uint8Array(4) }]]]),
    /node 0 .*tensor w: it has 65536 axes; at most 8 are read$/,
  ],
  [
    'a shape of more axes than any has',
    chain([4], [['Reshape', [integerTensor('s', [0, 4, ...Array(20).fill(1)])]]]),
    /node 0 .*its output has 21 axes after the batch axis; at most 8 are supported$/,
  ],
  [
    'a sum of more values than a layer takes',
    chain([4], [['Sum', Array(8).fill('x')]]),
    /node 0 \(Sum \/Sum_0\): it adds 9 values; at most 8 are supported$/,
  ],
  [
    'a transposition',
    chain(
      [6],
      [
        ['Reshape', [integerTensor('s', [-1, 2, 3])]],
        ['Transpose', [], ints('perm', 0, 2, 1)],
      ],
    ),
    /ONNX: output: the output would have to be transposed/,
  ],
  [
    'softmax over the pixels',
    chain([2, 3, 3], [['Softmax', [], int('axis', 2)]]),
    /axis must be the channel axis, or the last axis of numbers that are not transposed, got 2$/,
  ],
  [
    'softmax over the samples',
    chain([4], [['Softmax', [], int('axis', 0)]]),
    /axis must be one after the batch axis, got 0/,
  ],
  [
    'an early softmax over more than the channels',
    chain([2, 3, 3], [['Softmax', [], int('axis', 2)]], { version: 11 }),
    /axis must be the channel axis/,
  ],
  [
    'dropout that trains',
    chain([4], [['Dropout', [floatTensor('ratio', [], Float32Array.of(0.5)), truth('on', true)]]]),
    /node 0 \(Dropout \/Dropout_0\): training_mode must be false, got true$/,
  ],
  [
    'dropout that trains as a node says',
    chain([4], [['Dropout', ['', 'on']]], { change: constantBefore(truth('on', true)) }),
    /training_mode must be false, got true$/,
  ],
  [
    'dropout of which is not known whether it trains',
    chain([4], [['Dropout', ['', 'x']]]),
    /input 2 \(x\) must be constant/,
  ],
  [
    'normalization that trains',
    chain([3, 4, 4], [[...norm(3), int('training_mode', 1)]]),
    /training_mode must be 0, got 1/,
  ],
  [
    'early normalization, which trains unless it says otherwise',
    chain([3, 4, 4], [norm(3)], { version: 6 }),
    /is_test must be 1, got 0/,
  ],
  [
    'early dropout that trains',
    chain([4], [['Dropout', [], int('is_test', 0)]], { version: 6 }),
    /is_test must be 1, got 0/,
  ],
  [
    'normalization of each place',
    chain([3, 4, 4], [[...norm(3), int('spatial', 0)]], { version: 8 }),
    /spatial must be 1, got 0/,
  ],
  [
    'a sum that is turned to an axis',
    chain([4], [['Add', ['x'], int('axis', 1)]], { version: 6 }),
    /its attribute axis is not supported/,
  ],
  [
    'two ways to pad',
    chain([1, 9, 9], [conv(4, 1, 3, text('auto_pad', 'VALID'), ints('pads', 1, 1, 1, 1))]),
    /pads must be 0 with auto_pad "VALID", got \[1, 1, 1, 1\]/,
  ],
  ['a transposed input of a dense layer', chain([4], [[...linear(2, 4), int('transA', 1)]]), /transA must be 0, got 1/],
  [
    'a scaled dense layer',
    chain([4], [['Gemm', [drawn('w', [4, 2])], float('alpha', 0.5)]]),
    /alpha must be 1, got 0.5/,
  ],
  [
    'a scaled bias',
    chain([4], [['Gemm', [drawn('w', [4, 2]), drawn('b', [2])], float('beta', 2)]]),
    /beta must be 1, got 2/,
  ],
  ['a mean over one axis', chain([2, 4, 4], [['ReduceMean', [], ints('axes', 2)]]), /axes must be "2,3", got "2"/],
  ['a row of all samples', chain([2, 4, 4], [['Flatten', [], int('axis', 2)]]), /axis must be 1, got 2/],
  [
    'padding by reflection',
    chain([2, 4, 4], [['Pad', [integerTensor('p', [0, 0, 1, 1, 0, 0, 1, 1])], text('mode', 'reflect')]]),
    /mode must be "constant", got "reflect"/,
  ],
  [
    'an approximation',
    chain([4], [['Gelu', [], text('approximate', 'tanh')]], { version: 20 }),
    /approximate must be "none", got "tanh"/,
  ],
  [
    'a second output',
    chain(
      [1, 4, 4],
      [
        ['MaxPool', [], ints('kernel_shape', 2, 2)],
        ['Add', ['places']],
      ],
      { change: ({ graph }) => void (/** @type {OnnxNode[]} */ (graph?.nodes)[0].outputs?.push('places')) },
    ),
    /its further output places is not supported/,
  ],
  [
    'two inputs',
    chain([4], [['Relu', []]], { change: ({ graph }) => void graph?.inputs?.push({ name: 'y' }) }),
    /the model must have one input, got 2/,
  ],
  ['an open length', chain([0], [['Relu', []]]), /its input x leaves the length of axis 1 open/],
  [
    'an output from nowhere',
    chain([4], [['Relu', []]], { change: ({ graph }) => void (graph && (graph.outputs = [{ name: 'z' }])) }),
    /its output "z" must come from its input/,
  ],
  [
    'a value that is made twice',
    chain(
      [4],
      [
        ['Relu', []],
        ['Tanh', []],
      ],
      {
        change: ({ graph }) => {
          /** @type {OnnxNode[]} */ (graph?.nodes)[1].outputs = ['v0'];
        },
      },
    ),
    /node 1 .*the value v0 is defined twice/,
  ],
  [
    'too many layers',
    chain(
      [4],
      Array.from({ length: 258 }, () => ['Relu', []]),
    ),
    /the model needs more than 256 layers/,
  ],
  ['a graph that is missing', encode({ irVersion: 8 }), /must have one input, got 0/],
];

for (const [what, file, message] of REFUSED) test(`onnx: ${what} is refused`, () => refused(file, message));

test('onnx: the README names every operator that is read', () => {
  const readme = readFileSync(new URL('../../shim/formats/README.md', import.meta.url), 'utf8');
  const section = readme.slice(readme.indexOf('## Operators of ONNX'), readme.indexOf('Not supported: `Mul`'));
  const named = new Set([...section.matchAll(/`([A-Z]\w+)`/g)].map(([, name]) => name));
  assert.deepEqual([...named].sort(), Object.keys(OPERATORS).sort());
});

test('onnx: what our own metadata say is held against the nodes', async () => {
  const made = await sequential({ layers: [layers.dense({ inputShape: [3], units: 2, activation: 'relu' })], seed: 1 });
  const file = decode(await exported(made));
  const changed = structuredClone(file);
  /** @type {OnnxNode[]} */ (changed.graph?.nodes)[1].operator = 'Tanh';
  const back = await importModel(encode(changed));
  assert.equal(back.layers[0].config.activation, 'tanh', 'the nodes count');
  const [{ key, value = '' }] = file.metadata ?? [];
  const lies = /** @type {[(header: any) => any, RegExp][]} */ ([
    [() => [], /ONNX: metadata fitting-room must be an object/],
    [(h) => ({ ...h, name: 1 }), /name must be a string, got 1/],
    [(h) => ({ ...h, seed: -1 }), /seed must be an integer/],
    [(h) => ({ ...h, metadata: 1 }), /metadata must be an object, got 1/],
    [(h) => ({ ...h, layers: [{ layer: 'lstm', options: {} }] }), /there is no kind of layer "lstm"/],
    [(h) => ({ ...h, layers: [...h.layers, { layer: 'conv2d', options: { filters: 1, kernelSize: 1 } }] }), /conv2d/],
  ]);
  for (const [change, message] of lies)
    await refused(encode({ ...file, metadata: [{ key, value: JSON.stringify(change(JSON.parse(value))) }] }), message);
  await refused(encode({ ...file, metadata: [{ key, value: '{' }] }), /is not JSON/);
  const lost = structuredClone(file);
  /** @type {OnnxTensor[]} */ (lost.graph?.initializers)[0].name = 'elsewhere';
  await refused(encode(lost), /model file: /);
});

test('onnx: cut short, with bytes changed or with excessive lengths, a file is refused or read', async () => {
  const made = await sequential({
    layers: [
      layers.conv2d({ inputShape: [4, 4, 1], filters: 2, kernelSize: 2, activation: 'relu' }),
      layers.flatten(),
      layers.dense({ units: 2 }),
    ],
    seed: 1,
  });
  const whole = await exported(made);
  for (const file of [whole, withoutMetadata(whole)]) {
    for (let length = 2; length < file.length; length += 3) await readOrRefused(file.slice(0, length));
    const flips = fc.array(fc.tuple(fc.nat(file.length - 3), fc.nat(255)), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(flips, (changes) => {
        const changed = file.slice();
        for (const [at, byte] of changes) changed[at + 2] = byte;
        return readOrRefused(changed);
      }),
      { seed: SEED, numRuns: 20 * RUNS },
    );
  }
  await refused(
    Uint8Array.of(8, 8, 0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f),
    /a length reaches \d+ bytes beyond its message/,
  );
  await refused(Uint8Array.of(8, 8, 0x3a, 0xff), /model file: ONNX: /);
  await refused(Uint8Array.of(8, 8, 0x3a, 2, 0x12, 1), /model file: ONNX: /);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), (bytes) => readOrRefused(Uint8Array.of(8, 8, ...bytes))),
    { seed: SEED, numRuns: 5 * RUNS },
  );
});

test('onnx: lists are held to what they can be', async () => {
  await refused(
    chain([4], [['Transpose', [], ints('perm', ...Array(70000).fill(0))]]),
    /a list has more than 65536 numbers/,
  );
  const entries = Array.from({ length: 70000 }, () => ({ key: 'k' }));
  await refused(encode({ irVersion: 8, metadata: entries }), /it has more than 131072 fields/);
});
