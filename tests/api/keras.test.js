/**
 * No Keras runs here. Files that we write are taken apart with the HDF5 library and by the rules of Keras's
 * saving_lib.py, and computed by the reference in doubles. Files that we read are put together by the same rules, with
 * Keras's own names and everything that it writes.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { before, test } from 'node:test';
import fc from 'fast-check';
import { unzipSync, zipSync } from 'fflate';
import * as hdf5 from 'h5wasm';
import { Sequential, exportModel, importModel, input, layers, model, sequential, tensor } from '../../shim/index.js';
import { Archive } from '../../shim/formats/keras/archive.js';
import { useBuild } from '../../shim/core/loading.js';
import { assemble } from '../../web/assembly.js';
import { PRESETS, parseModel, specsOf } from '../../web/model-spec.js';
import { doubles } from '../support/reference/array.js';
import { Network } from '../support/reference/network.js';
import { isKnown, layerFaults, modelFaults, sharedPolicies } from './keras-classes.js';
import { drawWeights, near, uniform } from './oracle/support.js';
import { everyKind, residual } from './sample-models.js';
import { BUILDS, readOrRefused, weightBytes, wrong } from './support.js';

/** @import { Model } from '../../shim/index.js' */
/** @import { Node } from '../support/reference/network.js' */

before(() => useBuild(...BUILDS[0]));

const RUNS = Number(process.env.FC_RUNS ?? 60);
const SEED = Number(process.env.FC_SEED ?? 28);
/** Relative to the largest number of an output. */
const RELATIVE = 1e-6;

/** @param {number[]} shape of a sample */
const samples = (shape) =>
  tensor(uniform(3 * shape.reduce((product, length) => product * length, 1), 5), [3, ...shape]);

/** @param {Model} made */
async function exported(made) {
  const [{ name, bytes }, ...others] = await exportModel(made, 'keras');
  assert.deepEqual([name, others], ['model.keras', []]);
  return bytes;
}

/** @param {Uint8Array} bytes */
const parsed = (bytes) => JSON.parse(new TextDecoder().decode(bytes));
/** @param {unknown} value */
const json = (value) => new TextEncoder().encode(JSON.stringify(value));

/* ---- what we write, as Keras reads it ----------------------------------------------------------- */

/** naming.to_snake_case, for the existing classes. @type {Record<string, string>} */
const GROUPS = {
  Conv2D: 'conv2d',
  DepthwiseConv2D: 'depthwise_conv2d',
  MaxPooling2D: 'max_pooling2d',
  AveragePooling2D: 'average_pooling2d',
  GlobalAveragePooling2D: 'global_average_pooling2d',
  GlobalMaxPooling2D: 'global_max_pooling2d',
  Flatten: 'flatten',
  Reshape: 'reshape',
  ZeroPadding2D: 'zero_padding2d',
  Dense: 'dense',
  Dropout: 'dropout',
  BatchNormalization: 'batch_normalization',
  Activation: 'activation',
  ReLU: 're_lu',
  LeakyReLU: 'leaky_re_lu',
  Softmax: 'softmax',
  Add: 'add',
  Concatenate: 'concatenate',
  RandomFlip: 'random_flip',
  RandomTranslation: 'random_translation',
  RandomRotation: 'random_rotation',
  RandomZoom: 'random_zoom',
  RandomContrast: 'random_contrast',
  RandomErasing: 'random_erasing',
  InputLayer: 'input_layer',
};

/** @param {string} text snake_case → camelCase */
const camel = (text) => text.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

/**
 * A layer of the configuration as the reference describes it.
 * @param {any} entry
 * @param {number[]} from
 * @returns {Node}
 */
function nodeOf({ class_name: kind, config }, from) {
  const layer = Object.keys(layers).find((name) => name.toLowerCase() === kind.toLowerCase());
  const options = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [camel(key), value === 'leaky_relu' ? 'leakyRelu' : value]),
  );
  return { layer: String(layer), options: { ...options, alpha: options.negativeSlope }, from };
}

/** @param {any} file @param {string} path @returns {{ shape: number[], data: Float32Array }[]} */
const variables = (file, path) =>
  file
    .get(path)
    .keys()
    .map((/** @type {string} */ _, /** @type {number} */ i) => {
      const found = file.get(`${path}/${i}`);
      assert.deepEqual([found.metadata.type, found.metadata.size, found.metadata.chunks], [1, 4, null]);
      return { shape: found.shape, data: found.value };
    });

/**
 * The output of a .keras file by Keras's rules.
 * @param {Uint8Array} file
 * @param {{ shape: number[], data: Float32Array }} x
 */
async function kerasAnswer(file, x) {
  const members = unzipSync(file);
  assert.deepEqual(Object.keys(members), ['metadata.json', 'config.json', 'model.weights.h5']);
  assert.match(parsed(members['metadata.json']).keras_version, /^3\./);
  const { class_name: kind, config } = parsed(members['config.json']);
  const all = config.layers;
  const isGraph = kind === 'Functional';
  const [first, ...rest] = all;
  assert.deepEqual([first.class_name, first.config.batch_shape], ['InputLayer', [null, ...x.shape.slice(1)]]);
  const names = rest.map((/** @type {any} */ entry) => entry.config.name);
  assert.equal(new Set([...names, first.config.name]).size, all.length, 'names are distinct');
  assert.ok(
    names.every((/** @type {string} */ name) => !name.includes('/')),
    'which Keras refuses',
  );
  const nodes = rest.map((/** @type {any} */ entry, /** @type {number} */ i) => {
    assert.deepEqual([entry.module, entry.registered_name], ['keras.layers', null]);
    const [call] = isGraph ? entry.inbound_nodes : [{ args: [] }];
    const from = isGraph
      ? call.args.flat().map((/** @type {any} */ t) => names.indexOf(t.config.keras_history[0]))
      : [i - 1];
    assert.ok(from.every((/** @type {number} */ source) => source < i));
    return nodeOf(entry, from);
  });
  if (isGraph)
    assert.deepEqual(
      [config.input_layers, config.output_layers],
      [
        [first.config.name, 0, 0],
        [names[names.length - 1], 0, 0],
      ],
    );
  const network = new Network({ inputShape: x.shape.slice(1), nodes });
  const { FS } = await hdf5.ready;
  FS?.writeFile('written.h5', members['model.weights.h5']);
  const h5 = new hdf5.File('written.h5', 'r');
  assert.ok(h5.get('vars'), "the model's own variables, of which it has none");
  /** @type {Record<string, number>} */
  const counts = {};
  const weights = rest.flatMap((/** @type {any} */ { class_name: name }) => {
    const count = (counts[name] = (counts[name] ?? -1) + 1);
    return variables(h5, `layers/${GROUPS[name]}${count ? `_${count}` : ''}/vars`);
  });
  h5.close();
  assert.deepEqual(
    weights.map((/** @type {any} */ { shape }) => shape),
    network.weights.map(({ shape }) => shape),
  );
  network.setWeights(weights);
  const outputs = network.forward(doubles(x.shape, x.data));
  return outputs[outputs.length - 1].data;
}

/** @param {Model} made */
async function sameBack(made) {
  const file = await exported(made);
  const x = samples(made.inputShape);
  const { data } = await made.predict(x);
  near('the output, of the reference', data, await kerasAnswer(file, x), { relative: RELATIVE });
  const back = await importModel(file);
  assert.deepEqual(
    [back.constructor, back.name, back.seed, back.metadata],
    [made.constructor, made.name, made.seed, made.metadata],
  );
  assert.deepEqual(
    back.layers.map(({ name, kind }) => [name, kind]),
    made.layers.map(({ name, kind }) => [name, kind]),
  );
  assert.deepEqual(weightBytes(wrong(back)), weightBytes(wrong(made)));
  assert.deepEqual((await back.predict(x)).data, data);
  assert.deepEqual(parsed(unzipSync(await exported(back))['config.json']), parsed(unzipSync(file)['config.json']));
  back.dispose();
}

test('keras: every kind of layer, in stacks and graphs, follows Keras’s rules and comes back bit for bit', async () => {
  const stack = await sequential({ layers: everyKind(), seed: 77, name: 'every kind' });
  stack.metadata = { classNames: ['a', 'ü'] };
  await sameBack(stack);
  await sameBack(await model(residual()));
});

/** Two paths to a sum, the shorter one listed first: Keras numbers the longer one's layers before it. */
function shortcut() {
  const x = input({ shape: [5, 5, 2], name: 'picture' });
  const short = layers.conv2d({ filters: 3, kernelSize: 1, name: 'short' }).apply(x);
  const long = layers
    .conv2d({ filters: 3, kernelSize: 3, padding: 'same', name: 'second' })
    .apply(layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', name: 'first' }).apply(x));
  return {
    inputs: x,
    outputs: layers.flatten({ name: 'end' }).apply(layers.add({ name: 'sum' }).apply([short, long])),
    seed: 1,
  };
}

test("keras: a graph's weights are filed in Keras's order, which is not ours", async () => {
  const made = await model(shortcut());
  assert.deepEqual(
    made.layers.map(({ name }) => name),
    ['short', 'first', 'second', 'sum', 'end'],
  );
  const { config } = parsed(unzipSync(await exported(made))['config.json']);
  assert.deepEqual(
    config.layers.map((/** @type {any} */ entry) => entry.name),
    ['picture', 'first', 'short', 'second', 'sum', 'end'],
  );
  await sameBack(made);
});

test('keras: names that Keras refuses are written in others', async () => {
  const made = await sequential({
    layers: [
      layers.dense({ inputShape: [3], units: 2, name: 'a/b' }),
      layers.dense({ units: 2, name: 'a_b' }),
      layers.reLU({ name: '' }),
    ],
    seed: 1,
    name: 'm/n',
  });
  const file = await exported(made);
  near('the output', (await made.predict(samples([3]))).data, await kerasAnswer(file, samples([3])), {
    relative: RELATIVE,
  });
  assert.equal(parsed(unzipSync(file)['config.json']).config.name, 'm_n');
  assert.equal((await importModel(file)).name, 'm/n');
  await assert.rejects(exportModel(made, 'keras', { dtype: 'float16' }), {
    message: 'exportModel: dtype must be one of float32, got "float16"',
  });
});

/** A preset of the page. @param {string} name @returns {Promise<Model>} */
async function preset(name) {
  const { built } = await assemble(specsOf(/** @type {any} */ (parseModel(name).layers)), { seed: 1, runtime: {} });
  return built;
}

/** @param {string} what @param {any} config of a whole model */
function hasKerasKeys(what, config) {
  const isGraph = config.class_name === 'Functional';
  const faults = [
    ...modelFaults(config),
    ...config.config.layers.flatMap((/** @type {any} */ entry) => layerFaults(entry, isGraph)),
  ];
  assert.deepEqual(faults, [], what);
  const [first, ...others] = sharedPolicies(config);
  assert.ok(!first && others.every(Boolean), `${what}: all but the first policy are shared`);
}

test(
  'keras: the configuration of every preset, and of every kind of layer, has the keys that Keras 3.16 writes, and ' +
    'no other',
  async () => {
    const models = [
      ...(await Promise.all(Object.keys(PRESETS).map(preset))),
      await sequential({ layers: everyKind(), seed: 7 }),
      await model(residual()),
      await model(shortcut()),
      await sequential({
        layers: [
          layers.randomErasing({ inputShape: [4, 4, 3] }),
          layers.globalMaxPooling2d(),
          layers.dense({ units: 2, activation: 'silu' }),
        ],
      }),
    ];
    const seen = new Set();
    for (const made of models) {
      const config = parsed(unzipSync(await exported(made))['config.json']);
      hasKerasKeys(made.name, config);
      config.config.layers.forEach((/** @type {any} */ entry) => seen.add(entry.class_name));
      const back = await importModel(await exported(made));
      const x = samples(made.inputShape);
      assert.deepEqual((await back.predict(x)).data, (await made.predict(x)).data, made.name);
      for (const each of [made, back]) each.dispose();
    }
    assert.deepEqual(
      [...seen].filter((name) => !isKnown(name)),
      [],
    );
    assert.deepEqual(
      Object.keys(GROUPS).filter((name) => !seen.has(name)),
      [],
      'every class is written once',
    );
  },
);

test("keras: what trains on is there in Keras's spelling: initializers, activations, ranges", async () => {
  const made = await preset('accurate');
  const { config } = parsed(unzipSync(await exported(made))['config.json']);
  const [conv, erasing] = ['Conv2D', 'RandomErasing'].map(
    (name) => config.layers.find((/** @type {any} */ entry) => entry.class_name === name).config,
  );
  assert.deepEqual(conv.kernel_initializer, {
    module: 'keras.initializers',
    class_name: 'HeNormal',
    config: { seed: null, input_axes: null, output_axes: null },
    registered_name: null,
  });
  assert.deepEqual([erasing.factor, erasing.scale, erasing.fill_value], [[0.25, 0.25], [0.02, 0.2], null]);
  const back = await importModel(await exported(made));
  assert.deepEqual(
    back.layers.flatMap(({ config: { kernelInitializer } }) => /** @type {any} */ (kernelInitializer)?.name ?? []),
    Array(8).fill('heNormal'),
  );
  const branched = await preset('residual');
  const sum = parsed(unzipSync(await exported(branched))['config.json']).config.layers.find(
    (/** @type {any} */ entry) => entry.class_name === 'Add',
  );
  assert.deepEqual(sum.build_config.input_shape, [
    [null, 14, 14, 32],
    [null, 14, 14, 32],
  ]);
  for (const each of [made, back, branched]) each.dispose();
});

test('keras: as many layers as a model can have', async () => {
  const stack = [
    layers.dense({ inputShape: [3], units: 3 }),
    ...Array.from({ length: 63 }, () => [layers.dense({ units: 3 }), layers.reLU()]).flat(),
    layers.dense({ units: 2 }),
  ];
  await sameBack(await sequential({ layers: stack, seed: 1 }));
});

/* ---- what Keras writes -------------------------------------------------------------------------- */

/** @param {string} kind @param {string} name @param {object} config @param {object} [more] */
const layerEntry = (kind, name, config, more) => ({
  module: 'keras.layers',
  class_name: kind,
  registered_name: null,
  build_config: { input_shape: [null, 1] },
  ...more,
  config: {
    name,
    trainable: true,
    dtype: { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null },
    ...config,
  },
});

/** @param {string} name */
const initializer = (name) => ({
  module: 'keras.initializers',
  class_name: name,
  config: { seed: null },
  registered_name: null,
});
const SLIDING = { padding: 'valid', data_format: 'channels_last' };
const CONVOLVING = {
  ...SLIDING,
  strides: [1, 1],
  dilation_rate: [1, 1],
  activation: 'linear',
  use_bias: true,
  bias_initializer: initializer('Zeros'),
  bias_regularizer: null,
  activity_regularizer: null,
  bias_constraint: null,
};
const CONV = {
  ...CONVOLVING,
  groups: 1,
  kernel_initializer: initializer('GlorotUniform'),
  kernel_regularizer: null,
  kernel_constraint: null,
};
const DEPTHWISE = {
  ...CONVOLVING,
  depthwise_initializer: initializer('GlorotUniform'),
  depthwise_regularizer: null,
  depthwise_constraint: null,
};
const DENSE = {
  activation: 'linear',
  use_bias: true,
  kernel_initializer: initializer('GlorotUniform'),
  bias_initializer: initializer('Zeros'),
  kernel_regularizer: null,
  bias_regularizer: null,
  kernel_constraint: null,
  bias_constraint: null,
  quantization_config: null,
};
const NORM = {
  axis: -1,
  momentum: 0.99,
  epsilon: 0.001,
  center: true,
  scale: true,
  beta_initializer: initializer('Zeros'),
  gamma_initializer: initializer('Ones'),
  moving_mean_initializer: initializer('Zeros'),
  moving_variance_initializer: initializer('Ones'),
  beta_regularizer: null,
  gamma_regularizer: null,
  beta_constraint: null,
  gamma_constraint: null,
  synchronized: false,
};
const L2 = { module: 'keras.regularizers', class_name: 'L2', config: { l2: 0.0001 }, registered_name: null };

/** @param {number[]} shape @param {string} name */
const begin = (shape, name = 'input_layer') =>
  layerEntry(
    'InputLayer',
    name,
    { batch_shape: [null, ...shape], sparse: false, ragged: false, optional: false },
    { name, inbound_nodes: [] },
  );

/** The layers of a stack as keras.Sequential writes them. */
const STACK = [
  begin([12, 12, 1]),
  layerEntry('RandomTranslation', 'random_translation', {
    height_factor: 0.1,
    width_factor: 0.1,
    fill_mode: 'reflect',
    interpolation: 'bilinear',
    seed: null,
    fill_value: 0,
    data_format: 'channels_last',
  }),
  layerEntry('RandomFlip', 'random_flip', { seed: 1, mode: 'horizontal_and_vertical', data_format: 'channels_last' }),
  layerEntry('Conv2D', 'conv2d_4', {
    ...CONV,
    filters: 4,
    kernel_size: [3, 3],
    activation: 'leaky_relu',
    kernel_regularizer: L2,
  }),
  layerEntry('BatchNormalization', 'batch_normalization_2', NORM),
  layerEntry('DepthwiseConv2D', 'depthwise_conv2d', {
    ...DEPTHWISE,
    kernel_size: [3, 3],
    depth_multiplier: 2,
    padding: 'same',
    activation: 'silu',
  }),
  layerEntry('MaxPooling2D', 'max_pooling2d', { ...SLIDING, pool_size: [2, 2], strides: [2, 2] }),
  layerEntry('Conv2D', 'conv2d_5', { ...CONV, filters: 3, kernel_size: [2, 2], strides: [2, 1], use_bias: false }),
  layerEntry('LeakyReLU', 'leaky_re_lu', { negative_slope: 0.1 }),
  layerEntry('ReLU', 're_lu', { max_value: 6, negative_slope: 0, threshold: 0 }),
  layerEntry('Flatten', 'flatten', { data_format: 'channels_last' }),
  layerEntry('Dropout', 'dropout', { rate: 0.5, seed: null, noise_shape: null }),
  layerEntry('Dense', 'dense_7', {
    ...DENSE,
    units: 6,
    activation: { module: 'builtins', class_name: 'function', config: 'relu', registered_name: 'function' },
  }),
  layerEntry('BatchNormalization', 'batch_normalization_3', { ...NORM, scale: false, axis: 1 }),
  layerEntry('Dense', 'dense_8', { ...DENSE, units: 5, activation: 'softmax' }),
];

/** @param {string} name */
const kerasTensor = (name) => ({
  class_name: '__keras_tensor__',
  config: { shape: [null, 6, 6, 1], dtype: 'float32', keras_history: [name, 0, 0] },
});
/** @param {string} kind @param {string} name @param {object} config @param {any[]} args */
const called = (kind, name, config, ...args) =>
  layerEntry(kind, name, config, { name, inbound_nodes: [{ args, kwargs: { mask: null, training: false } }] });

/** The shortcut as keras.Model writes it: in the order of depths. */
const GRAPH = {
  layers: [
    begin([6, 6, 1], 'picture'),
    called(
      'Conv2D',
      'conv2d_9',
      { ...CONV, filters: 4, kernel_size: [3, 3], padding: 'same', activation: 'relu' },
      kerasTensor('picture'),
    ),
    called('Conv2D', 'conv2d_1', { ...CONV, filters: 3, kernel_size: [1, 1] }, kerasTensor('picture')),
    called(
      'Conv2D',
      'conv2d_10',
      { ...CONV, filters: 3, kernel_size: [3, 3], padding: 'same' },
      kerasTensor('conv2d_9'),
    ),
    called('Add', 'add', {}, [kerasTensor('conv2d_1'), kerasTensor('conv2d_10')]),
    called(
      'GlobalAveragePooling2D',
      'global_average_pooling2d',
      { data_format: 'channels_last', keepdims: false },
      kerasTensor('add'),
    ),
  ],
  from: [[-1], [-1], [0], [1, 2], [3]],
};

/**
 * @param {{ path: string, weights: { shape: number[], data: Float32Array }[] }[]} groups
 * @param {(file: any) => void} [change]
 */
async function h5Of(groups, change = () => {}) {
  const { FS } = await hdf5.ready;
  const file = new hdf5.File('made.h5', 'w', { libver: ['earliest', 'latest'] });
  file.create_group('vars');
  /** @type {Record<string, any>} */
  const made = {};
  for (const { path, weights } of groups) {
    const steps = path.split('/');
    steps.forEach((_, depth) => {
      const at = steps.slice(0, depth + 1).join('/');
      made[at] ??= file.create_group(at);
    });
    weights.forEach(({ shape, data }, i) => made[path].create_dataset({ name: String(i), data, shape }));
  }
  change(file);
  file.close();
  return /** @type {Uint8Array} */ (FS?.readFile('made.h5')).slice();
}

/** The groups that Keras creates. @param {any[]} entries @param {Network} network @param {string} [folder] */
function groupsOf(entries, network, folder = 'layers') {
  /** @type {Record<string, number>} */
  const counts = {};
  return entries.map(({ class_name: kind }, i) => {
    const count = (counts[kind] = (counts[kind] ?? -1) + 1);
    return {
      path: `${folder}/${GROUPS[kind]}${count ? `_${count}` : ''}/vars`,
      weights: network.weights
        .filter(({ node }) => node === i)
        .map(({ shape, data }) => ({ shape, data: Float32Array.from(data) })),
    };
  });
}

/** @param {string} kind @param {object} config @param {Uint8Array} h5 @param {import('fflate').ZipOptions} [options] */
const archive = (kind, config, h5, options = { level: 0 }) =>
  zipSync(
    {
      'metadata.json': json({ keras_version: '3.8.0', date_saved: '2025-01-31@12:00:00' }),
      'config.json': json({
        module: 'keras',
        class_name: kind,
        config,
        registered_name: kind,
        build_config: { input_shape: [null, 12, 12, 1] },
        compile_config: { optimizer: { class_name: 'Adam' } },
      }),
      'model.weights.h5': h5,
    },
    options,
  );

/** @param {any[]} entries @param {number[][]} [from] @param {number[]} [inputShape] */
function referenceNetwork(entries, from, inputShape = [12, 12, 1]) {
  const nodes = entries.slice(1).map((entry, i) => {
    const { activation, ...config } = entry.config;
    return nodeOf(
      { ...entry, config: { ...config, activation: activation?.config ?? activation } },
      from ? from[i] : [i - 1],
    );
  });
  const network = new Network({ inputShape, nodes });
  network.setWeights(drawWeights(network));
  return network;
}

/** @param {Uint8Array<ArrayBuffer>} file @param {Network} network @param {number[]} shape */
async function readsAlike(file, network, shape) {
  const made = await importModel(file);
  const x = samples(shape);
  const outputs = network.forward(doubles(x.shape, x.data));
  near('the output', (await made.predict(x)).data, outputs[outputs.length - 1].data, { relative: RELATIVE });
  return made;
}

const sequentialConfig = () => ({
  name: 'sequential_3',
  trainable: true,
  dtype: 'float32',
  layers: structuredClone(STACK),
  build_input_shape: [null, 12, 12, 1],
});

test('keras: a stack with all that Keras writes, compressed or not, computes the same here and trains on', async () => {
  const network = referenceNetwork(STACK);
  const h5 = await h5Of(groupsOf(STACK.slice(1), network));
  for (const level of /** @type {const} */ ([0, 6])) {
    const made = await readsAlike(archive('Sequential', sequentialConfig(), h5, { level }), network, [12, 12, 1]);
    assert.ok(made instanceof Sequential);
    assert.deepEqual([made.name, made.seed, made.metadata], ['sequential_3', 0, undefined]);
    assert.deepEqual(
      made.layers.map(({ name }) => name),
      STACK.slice(1).map(({ config }) => config.name),
    );
    assert.deepEqual(
      [made.layers[1].config.mode, made.layers[2].config.activation, made.layers[2].config.kernelRegularizer],
      ['horizontalAndVertical', 'leakyRelu', { name: 'l1l2', l1: 0, l2: 0.0001 }],
    );
    made.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    await made.fit(samples([12, 12, 1]), tensor(Uint8Array.of(1, 2, 3), [3]), { epochs: 1, verbose: 0 });
    made.dispose();
  }
  const {
    layers: [, ...rest],
    ...config
  } = sequentialConfig();
  await readsAlike(archive('Sequential', { ...config, layers: rest }, h5), network, [12, 12, 1]);
  const old = await h5Of(groupsOf(STACK.slice(1), network, '_layer_checkpoint_dependencies'));
  await readsAlike(archive('Sequential', sequentialConfig(), old), network, [12, 12, 1]);
});

test('keras: a graph, its weights filed in the order of depths, its ends in a list or not', async () => {
  const network = referenceNetwork(GRAPH.layers, GRAPH.from, [6, 6, 1]);
  const h5 = await h5Of(groupsOf(GRAPH.layers.slice(1), network));
  for (const wrap of [(/** @type {any} */ end) => end, (/** @type {any} */ end) => [end]]) {
    const config = {
      name: 'functional',
      trainable: true,
      layers: GRAPH.layers,
      input_layers: wrap(['picture', 0, 0]),
      output_layers: wrap(['global_average_pooling2d', 0, 0]),
    };
    const made = await readsAlike(archive('Functional', config, h5), network, [6, 6, 1]);
    assert.ok(!(made instanceof Sequential));
    assert.deepEqual(
      made.layers.map(({ name }) => name),
      ['conv2d_1', 'conv2d_9', 'conv2d_10', 'add', 'global_average_pooling2d'],
    );
  }
});

test('keras: a concatenation along the last axis, whichever way it is counted, and along no other', async () => {
  const [picture, first, second] = GRAPH.layers;
  const joined = (/** @type {any} */ axis) => [
    picture,
    first,
    second,
    called('Concatenate', 'joined', { axis }, [kerasTensor('conv2d_1'), kerasTensor('conv2d_9')]),
    called('GlobalAveragePooling2D', 'mean', { data_format: 'channels_last', keepdims: false }, kerasTensor('joined')),
  ];
  const network = referenceNetwork(joined(-1), [[-1], [-1], [1, 0], [2]], [6, 6, 1]);
  const h5 = await h5Of(groupsOf(joined(-1).slice(1), network));
  const config = (/** @type {any} */ axis) => ({
    name: 'functional',
    trainable: true,
    layers: joined(axis),
    input_layers: ['picture', 0, 0],
    output_layers: ['mean', 0, 0],
  });
  for (const axis of [-1, 3, undefined]) {
    const made = await readsAlike(archive('Functional', config(axis), h5), network, [6, 6, 1]);
    const file = parsed(unzipSync(await exported(made))['config.json']);
    hasKerasKeys(`axis ${axis}`, file);
    made.dispose();
  }
  for (const axis of [1, 2, 0, -2, 4, '3', null])
    await refused(
      archive('Functional', config(axis), h5),
      `model file: layer "joined": axis must be the last one, -1 or 3, got ${JSON.stringify(axis)}`,
    );
});

test('keras: a graph as Keras before 3.0 wrote it, with calls as lists; calls that say what is so anyway', async () => {
  const network = referenceNetwork(GRAPH.layers, GRAPH.from, [6, 6, 1]);
  const h5 = await h5Of(groupsOf(GRAPH.layers.slice(1), network));
  for (const kwargs of [{}, { training: false }, { training: null, mask: null }]) {
    const lists = structuredClone(GRAPH.layers).map((/** @type {any} */ entry) => ({
      ...entry,
      inbound_nodes: entry.inbound_nodes.map((/** @type {any} */ { args }) =>
        args.flat().map((/** @type {any} */ tensor) => [...tensor.config.keras_history, kwargs]),
      ),
    }));
    const calls = structuredClone(GRAPH.layers).map((/** @type {any} */ entry) => ({
      ...entry,
      inbound_nodes: entry.inbound_nodes.map((/** @type {any} */ call) => ({ ...call, kwargs })),
    }));
    for (const list of [lists, calls]) {
      const config = {
        name: 'functional',
        trainable: true,
        layers: list,
        input_layers: [['picture', 0, 0]],
        output_layers: [['global_average_pooling2d', 0, 0]],
      };
      (await readsAlike(archive('Functional', config, h5), network, [6, 6, 1])).dispose();
    }
  }
});

/**
 * @param {any} kind of the model
 * @param {any} config
 * @param {Network} network
 * @param {any[]} entries
 * @param {number[]} shape
 */
const readsWith = async (kind, config, network, entries, shape) =>
  (await readsAlike(archive(kind, config, await h5Of(groupsOf(entries, network))), network, shape)).dispose();

test(
  'keras: an option that is not known and does nothing is passed over, in every layer; one that does something is ' +
    'refused',
  async () => {
    const network = referenceNetwork(STACK);
    const idle = {
      renorm: false,
      renorm_clipping: null,
      renorm_momentum: 0.99,
      later: null,
      lists: [],
      maps: {},
      amount: 0,
      way: 'none',
      function: 'linear',
      layout: 'channels_last',
      fused: false,
    };
    const config = sequentialConfig();
    for (const entry of config.layers) Object.assign(entry.config, idle);
    await readsWith('Sequential', config, network, STACK.slice(1), [12, 12, 1]);
    for (const busy of [
      { renorm: true },
      { renorm_momentum: 0.99 },
      { later: 0.5 },
      { amount: 1 },
      { way: 'fast' },
      { lists: [1] },
      { maps: { a: 1 } },
      { sparse: true },
      { axis: 2 },
    ]) {
      for (const index of [0, 1, 3, 10, 14]) {
        const changed = sequentialConfig();
        Object.assign(changed.layers[index].config, busy);
        const [key] = Object.keys(busy);
        await refused(
          archive('Sequential', changed, await h5Of([])),
          new RegExp(`layer ${index} \\(\\w+ ".*"\\): ${key} is not supported; it must be off \\(.*0\\), got`),
        );
      }
    }
  },
);

test('keras: what makes no difference in inference, or to one machine, is read whatever it is', async () => {
  const network = referenceNetwork(STACK);
  const generator = { module: 'keras.random', class_name: 'SeedGenerator', config: { seed: 3 }, registered_name: null };
  for (const changes of /** @type {[number, object][][]} */ ([
    [
      [4, { momentum: 1 }],
      [13, { momentum: 1, synchronized: true }],
    ],
    [[4, { momentum: 0, synchronized: true }]],
    ...[-5, 2 ** 60, 1.5, generator].map((seed) => [1, 2, 11].map((index) => [index, { seed }])),
  ])) {
    const config = sequentialConfig();
    for (const [index, change] of changes) Object.assign(config.layers[index].config, change);
    await readsWith('Sequential', config, network, STACK.slice(1), [12, 12, 1]);
  }
});

test('keras: Identity, and a batch that is fixed', async () => {
  const network = referenceNetwork(STACK);
  const config = sequentialConfig();
  config.layers.splice(3, 0, layerEntry('Identity', 'identity', {}));
  /** @type {any} */ (config.layers[0].config).batch_shape[0] = 16;
  config.build_input_shape[0] = /** @type {any} */ (16);
  await readsWith('Sequential', config, network, STACK.slice(1), [12, 12, 1]);
});

/** @param {string} name @param {any[]} list */
const stackEntry = (name, list, more = {}) => ({
  module: 'keras',
  class_name: 'Sequential',
  config: { name, trainable: true, layers: list, build_input_shape: [null, 12, 12, 1] },
  registered_name: null,
  ...more,
});

test('keras: a stack within a stack or a graph is read as its layers', async () => {
  const network = referenceNetwork(STACK);
  const [start, ...rest] = structuredClone(STACK);
  const inner = [begin([12, 12, 1], 'inner'), ...rest.slice(0, 5)];
  const groups = [
    ...groupsOf(rest.slice(0, 5), network, 'layers/sequential/layers'),
    ...groupsOf(rest, network)
      .slice(5)
      .map((group, i, later) => ({
        ...group,
        path: groupsOf(rest.slice(5), network)[i].path,
        weights: later[i].weights,
      })),
  ];
  const config = { ...sequentialConfig(), layers: [start, stackEntry('augmentation', inner), ...rest.slice(5)] };
  (await readsAlike(archive('Sequential', config, await h5Of(groups)), network, [12, 12, 1])).dispose();

  const graph = structuredClone(GRAPH.layers);
  const branched = referenceNetwork(GRAPH.layers, GRAPH.from, [6, 6, 1]);
  const [picture, first, second, third, ...sum] = graph;
  const stack = stackEntry('conv2d_10', [begin([6, 6, 1], 'within'), first, third], {
    name: 'conv2d_10',
    inbound_nodes: [{ args: [kerasTensor('picture')], kwargs: {} }],
  });
  const listed = [picture, stack, second, ...sum];
  const own = groupsOf(GRAPH.layers.slice(1), branched);
  const paths = [
    'layers/sequential/layers/conv2d/vars',
    'layers/conv2d/vars',
    'layers/sequential/layers/conv2d_1/vars',
  ];
  const file = archive(
    'Functional',
    {
      name: 'f',
      trainable: true,
      layers: listed,
      input_layers: ['picture', 0, 0],
      output_layers: ['global_average_pooling2d', 0, 0],
    },
    await h5Of(own.map((group, i) => ({ ...group, path: paths[i] ?? group.path }))),
  );
  const made = await readsAlike(file, branched, [6, 6, 1]);
  assert.deepEqual(made.layers.map(({ name }) => name).toSorted(), [
    'add',
    'conv2d_1',
    'conv2d_10',
    'conv2d_9',
    'global_average_pooling2d',
  ]);

  const dense = (/** @type {number} */ units) => layerEntry('Dense', 'dense', { ...DENSE, units });
  const alike = referenceNetwork([begin([4]), dense(3), dense(2), dense(5), dense(6)], undefined, [4]);
  const nested = [
    begin([4]),
    stackEntry('first', [begin([4]), dense(3), stackEntry('within', [begin([3]), dense(2)])]),
    stackEntry('second', [begin([2]), dense(5)]),
    dense(6),
  ];
  const places = [
    'layers/sequential/layers/dense/vars',
    'layers/sequential/layers/sequential/layers/dense/vars',
    'layers/sequential_1/layers/dense/vars',
    'layers/dense/vars',
  ];
  const weights = groupsOf([dense(3), dense(2), dense(5), dense(6)], alike).map((group, i) => ({
    ...group,
    path: places[i],
  }));
  const same = await readsAlike(
    archive('Sequential', { name: 'alike', layers: nested }, await h5Of(weights)),
    alike,
    [4],
  );
  assert.deepEqual(
    same.layers.map(({ name }) => name),
    ['first/dense', 'within/dense', 'second/dense', 'dense'],
  );
  const twice = { name: 'twice', layers: [begin([4]), dense(3), dense(2)] };
  await refused(
    archive('Sequential', twice, await h5Of([])),
    /layer 2: its name must be "dense" everywhere, and unique/,
  );
  const empty = { ...sequentialConfig(), layers: [start, stackEntry('empty', []), ...rest] };
  await refused(archive('Sequential', empty, await h5Of([])), 'model file: stack "empty" has no layers');
});

/* ---- files of Keras itself, where they are ------------------------------------------------------ */

const THEIRS = new URL('../../../shared/models/keras3/', import.meta.url);
const theirFiles = existsSync(THEIRS) ? readdirSync(THEIRS).filter((name) => name.endsWith('.keras')) : [];
const skip = theirFiles.length === 0 && `there are no files in ${THEIRS.pathname}`;

/** Layers and activations that are not supported here, by the file that has one. @type {Record<string, string>} */
const LACKING = {
  groupnorm: 'GroupNormalization',
  permute: 'Permute',
  resizing: 'Resizing',
  transpose: 'Conv2DTranspose',
  upsample: 'UpSampling2D',
};

test('keras: files that Keras 3.16 wrote predict what Keras predicts, or are refused by the name of the layer that ' +
  'there is not', {
  skip,
}, async () => {
  for (const name of theirFiles.map((file) => file.slice(0, -6))) {
    const file = new Uint8Array(readFileSync(new URL(`${name}.keras`, THEIRS)));
    if (Object.hasOwn(LACKING, name)) {
      await refused(file, new RegExp(`layer \\d+.*"${LACKING[name]}"`));
      continue;
    }
    const { shape, x, y } = JSON.parse(readFileSync(new URL(`${name}.json`, THEIRS), 'utf8'));
    const made = await importModel(file);
    near(name, (await made.predict(tensor(Float32Array.from(x.flat(9)), shape))).data, y.flat(9), { relative: 1e-5 });
    made.dispose();
  }
});

test('keras: the keys that tests ask for are those of files that Keras 3.16 wrote', { skip }, () => {
  const seen = new Set();
  for (const name of theirFiles) {
    const config = parsed(unzipSync(readFileSync(new URL(name, THEIRS)))['config.json']);
    const isGraph = config.class_name === 'Functional';
    const known = config.config.layers.filter((/** @type {any} */ entry) => isKnown(entry.class_name));
    known.forEach((/** @type {any} */ entry) => seen.add(entry.class_name));
    const faults = [
      ...modelFaults(config),
      ...known.flatMap((/** @type {any} */ entry) => layerFaults(entry, isGraph)),
    ];
    assert.deepEqual(faults, [], name);
    const [first, ...others] = sharedPolicies(config);
    if (!config.config.layers.some((/** @type {any} */ entry) => entry.class_name === 'Sequential'))
      assert.ok(!first && others.every(Boolean), name);
  }
  assert.ok(seen.size > 10, [...seen].join());
});

/* ---- what is refused ---------------------------------------------------------------------------- */

/** @param {Uint8Array<ArrayBuffer>} file @param {RegExp | string} message */
const refused = (file, message) =>
  assert.rejects(importModel(file), { name: 'FittingRoomError', code: 'bad-data', message });

test('keras: layers and settings that are not known here are refused by name', async () => {
  const h5 = await h5Of([]);
  const lies = /** @type {[number, (entry: any) => void, RegExp][]} */ ([
    [2, (e) => void (e.class_name = 'LSTM'), /^model file: layer 2: class "LSTM" is not supported$/],
    [
      3,
      (e) => void (e.config.dilation_rate = [2, 2]),
      /^model file: layer 3 \(Conv2D "conv2d_4"\): dilation_rate must be/,
    ],
    [3, (e) => void (e.config.data_format = 'channels_first'), /data_format must be "channels_last"/],
    [3, (e) => void (e.config.activation = 'sine'), /layer 3 .*activation must be one of/],
    [
      3,
      (e) => void (e.config.kernel_regularizer = { class_name: 'OrthogonalRegularizer', config: {} }),
      /regularizer "OrthogonalRegularizer" is not supported/,
    ],
    [
      2,
      (e) => void (e.config.mode = 'sideways'),
      /layer 2 \(RandomFlip "random_flip"\): random_flip: mode must be one of/,
    ],
    [4, (e) => void (e.config.axis = 1), /layer "batch_normalization_2": axis must be the last one/],
    [8, (e) => void (e.config.negative_slope = -1), /leaky_re_lu: alpha must be a number 0..1/],
    [9, (e) => void (e.config.negative_slope = 0.5), /negative_slope must be 0/],
    [12, (e) => void (e.config = null), /layer 12: config must be an object/],
    [0, (e) => void (e.config.batch_shape = [null, null, null, 1]), /inputShape: dimension 0/],
  ]);
  for (const [index, change, message] of lies) {
    const config = sequentialConfig();
    change(config.layers[index]);
    await refused(archive('Sequential', config, h5), message);
  }
  await refused(archive('MyModel', sequentialConfig(), h5), /class_name must be one of Sequential/);
  const graph = (/** @type {any} */ call) => {
    const list = structuredClone(GRAPH.layers);
    /** @type {any} */ (list[1]).inbound_nodes = [call];
    return archive(
      'Functional',
      { name: 'f', layers: list, input_layers: ['picture', 0, 0], output_layers: ['global_average_pooling2d', 0, 0] },
      h5,
    );
  };
  await refused(
    graph({ args: [{ class_name: '__numpy__' }] }),
    /layer 1: inbound_nodes must be tensors, got "__numpy__"/,
  );
  await refused(graph({ args: [[[[[]]]]] }), /layer 1: inbound_nodes must be an object/);
  for (const kwargs of [{ training: true }, { training: 1, mask: null }]) {
    await refused(
      graph({ args: [kerasTensor('picture')], kwargs }),
      /layer 1: inbound_nodes: calling a layer with training is not supported; .*, got/,
    );
    await refused(graph([['picture', 0, 0, kwargs]]), /layer 1: inbound_nodes: calling a layer with training/);
  }
  await refused(graph({}), /layer 1: inbound_nodes: args must be an array/);
});

/** A file whose first group contains the same child 64³ times. @param {Uint8Array} h5 */
function endlessTree(h5) {
  const whole = Buffer.from(h5);
  const [root, table, most] = [whole.indexOf('TREE'), whole.indexOf('SNOD'), 64];
  /** @param {number} level @param {number} child */
  const node = (level, child) => {
    const entry = Buffer.alloc(16);
    entry.writeBigUInt64LE(BigInt(child), 8);
    const bytes = Buffer.concat([whole.subarray(root, root + 24), Buffer.alloc(16 * most, entry), Buffer.alloc(8)]);
    bytes.writeUInt8(level, 5);
    bytes.writeUInt16LE(most, 6);
    return bytes;
  };
  const symbols = Buffer.concat([
    whole.subarray(table, table + 8),
    Buffer.alloc(40 * most, whole.subarray(table + 8, table + 48)),
  ]);
  symbols.writeUInt16LE(most, 6);
  const below = whole.length + symbols.length;
  const leaf = node(0, whole.length);
  const tree = Buffer.concat([whole, symbols, leaf, node(1, below)]);
  const [before, after] = [root, below + leaf.length].map((address) =>
    Buffer.from(BigUint64Array.of(BigInt(address)).buffer),
  );
  for (let at = tree.indexOf(before); at >= 0; at = tree.indexOf(before)) after.copy(tree, at);
  return tree;
}

test('keras: weights that are missing, of another shape or kind are refused by their place', async () => {
  const config = { name: 's', layers: [begin([3]), layerEntry('Dense', 'dense_3', { ...DENSE, units: 2 })] };
  const kernel = { shape: [3, 2], data: new Float32Array(6) };
  const bias = { shape: [2], data: new Float32Array(2) };
  const file = async (
    /** @type {any[]} */ weights,
    path = 'layers/dense/vars',
    /** @type {(file: any) => void} */ change = () => {},
  ) => archive('Sequential', config, await h5Of([{ path, weights }], change));
  assert.equal(
    (await importModel(await file([{ shape: [3, 2], data: new Float64Array(6).fill(0.5) }, bias]))).getWeights()[0]
      .data[5],
    0.5,
  );
  await refused(
    await file([kernel, bias], 'layers/dense_3/vars'),
    'model file: model.weights.h5: there is no group layers/dense/vars',
  );
  await refused(await file([kernel]), 'model file: model.weights.h5: layers/dense/vars must hold 2 variables, got 1');
  await refused(
    await file([kernel, bias, bias]),
    'model file: model.weights.h5: layers/dense/vars must hold 2 variables, got 3',
  );
  await refused(
    await file([{ ...kernel, shape: [2, 3] }, bias]),
    'model file: model.weights.h5: layers/dense/vars/0 must have shape [3, 2], got [2, 3]',
  );
  await refused(
    await file([{ ...kernel, data: new Int32Array(6) }, bias]),
    /layers\/dense\/vars\/0 must hold little-endian floats/,
  );
  await refused(
    await file([], undefined, (h5) => {
      for (const [name, shape] of [
        ['0', [3, 2]],
        ['1', [2]],
      ])
        h5.get('layers/dense/vars').create_dataset({
          name,
          data: new Float32Array(name === '0' ? 6 : 2),
          shape,
          chunks: shape,
          compression: 9,
        });
    }),
    /layers\/dense\/vars\/0 is stored in chunks/,
  );
  await refused(
    await file([], undefined, (h5) => {
      h5.get('layers/dense/vars').create_group('0');
      h5.get('layers/dense/vars').create_group('1');
    }),
    /layers\/dense\/vars\/0 is missing/,
  );
  await refused(
    await file([kernel], undefined, (h5) => {
      h5.get('layers/dense/vars').create_soft_link('/nowhere', '1');
    }),
    'model file: model.weights.h5: layers/dense/vars must hold 2 variables, got 1',
  );
  const whole = Buffer.from(await h5Of([{ path: 'layers/dense/vars', weights: [kernel, bias] }]));
  const words = (/** @type {number[]} */ ...values) => Buffer.from(BigUint64Array.from(values, BigInt).buffer);
  /** @param {Buffer} before @param {Buffer} after replaces it wherever it occurs */
  const changed = (before, after) => {
    const copy = Buffer.from(whole);
    for (let at = copy.indexOf(before); at >= 0; at = copy.indexOf(before)) after.copy(copy, at);
    return copy;
  };
  const vast = { name: 's', layers: [begin([1000]), layerEntry('Dense', 'dense', { ...DENSE, units: 60000 })] };
  await refused(
    archive('Sequential', vast, changed(words(3, 2), words(1000, 60000))),
    /layers\/dense\/vars\/0 must have 240000000 bytes, got 24$/,
  );
  const at = whole.length - 8; // what is there reaches past the end of the file
  const [place] = [...whole.keys()].filter(
    (from) =>
      whole.readUInt8(from) === 3 &&
      whole.readUInt8(from + 1) === 1 &&
      whole.subarray(from + 10, from + 18).equals(words(24)),
  );
  await refused(
    archive(
      'Sequential',
      config,
      changed(whole.subarray(place, place + 10), Buffer.concat([Buffer.of(3, 1), words(at)])),
    ),
    /layers\/dense\/vars\/0 is larger than its file/,
  );
  const tangled = Buffer.from(whole);
  tangled.writeUInt16LE(60000, tangled.indexOf('TREE') + 6);
  await refused(
    archive('Sequential', config, tangled),
    /^model file: model.weights.h5: .* HDF5 \(byte \d+: 960008 bytes must follow, the file has \d+\)$/,
  );
  await refused(
    archive('Sequential', config, changed(Buffer.from('TREE'), Buffer.from('tree'))),
    /^model file: model.weights.h5: it cannot be read as HDF5 \(byte \d+: "TREE" is missing\)$/,
  );
  await refused(
    archive('Sequential', config, endlessTree(whole)),
    /^model file: model.weights.h5: too large: its groups hold more than any model has, or overlap; at most \d+ /,
  );
  await refused(
    archive('Sequential', config, new TextEncoder().encode('no HDF5')),
    /^model file: model.weights.h5: it cannot be read as HDF5/,
  );
});

test('keras: archives that are none, lack a part, or would swell are refused before they do', async () => {
  await refused(Uint8Array.of(0x50, 0x4b, 3, 4), /^model file: the archive cannot be read/);
  await refused(
    zipSync({ 'other.txt': new Uint8Array(3) }),
    /none of \["other.txt"\] is a model of a supported format/,
  );
  await refused(zipSync({ 'model.weights.h5': new Uint8Array(3) }), 'model file: the archive has no config.json');
  await refused(zipSync({ 'config.json': json({}) }), 'model file: the archive has no model.weights.h5');
  await refused(
    zipSync({ 'config.json': new Uint8Array(2 ** 23), 'model.weights.h5': new Uint8Array() }),
    /config.json: too large: 8388608 bytes; at most 1048576 are read/,
  );
  const many = zipSync(Object.fromEntries(Array.from({ length: 1100 }, (_, i) => [`f${i}`, new Uint8Array()])));
  await refused(many, 'model file: the archive has more than 1024 entries');
  const swelling = zipSync({ 'config.json': json({}), 'model.weights.h5': new Uint8Array(2 ** 20) }, { level: 9 });
  const at = Buffer.from(swelling).lastIndexOf('model.weights.h5') - 46;
  const lied = swelling.slice();
  /** @param {number} length of the weights, as stated in the archive's list @param {RegExp} message */
  const states = async (length, message) => {
    new DataView(lied.buffer).setUint32(at + 24, length, true);
    await assert.rejects((await Archive.open(lied)).unpack('model.weights.h5', 2 ** 22), {
      name: 'FittingRoomError',
      code: 'bad-data',
      message,
    });
  };
  await states(2 ** 31, /^model file: model.weights.h5: too large: 2147483648 bytes; at most 4194304 are read$/);
  await states(2 ** 21, /^model file: model.weights.h5: it must unpack to 2097152 bytes, got 1048576$/);
  await states(100, /^model file: model.weights.h5: too large: more than 100 bytes are packed in it$/);
  assert.equal((await (await Archive.open(swelling)).unpack('model.weights.h5', 2 ** 20)).length, 2 ** 20);
  const endless = swelling.slice();
  new DataView(endless.buffer).setUint16(endless.length - 12, 65535, true);
  await refused(endless, /^model file: /);
});

test('keras: cut short or with bytes changed, a file is refused or read, and nothing else', async () => {
  const made = await sequential({
    layers: [
      layers.conv2d({ inputShape: [4, 4, 1], filters: 2, kernelSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 2 }),
    ],
    seed: 1,
  });
  const file = await exported(made);
  for (let length = 4; length < file.length; length += 97) await readOrRefused(file.slice(0, length));
  const flips = fc.array(fc.tuple(fc.nat(file.length - 5), fc.nat(255)), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(flips, (changes) => {
      const changed = file.slice();
      for (const [at, byte] of changes) changed[at + 4] = byte;
      return readOrRefused(changed);
    }),
    { seed: SEED, numRuns: 5 * RUNS },
  );
  const whole = await importModel(file);
  assert.deepEqual(weightBytes(wrong(whole)), weightBytes(made), 'the library is none the worse for it');
});
