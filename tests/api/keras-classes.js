/**
 * What Keras 3.16 writes into config.json: for each class, all keys and their allowed values, from its get_config and
 * from files that it wrote. A function checks a value; anything else must be equal.
 */

/** @typedef {(value: any) => boolean} Right */

const text = (/** @type {any} */ value) => typeof value === 'string';
const number = (/** @type {any} */ value) => Number.isFinite(value);
const flag = (/** @type {any} */ value) => typeof value === 'boolean';
const count = (/** @type {any} */ value) => Number.isSafeInteger(value) && value >= 0;
/** @param {Right} right @returns {Right} */
const orNull = (right) => (value) => value === null || right(value);
/** @param {Right} right @param {number} length @returns {Right} */
const listOf = (right, length) => (value) => Array.isArray(value) && value.length === length && value.every(right);
const pair = listOf(count, 2);
const range = (/** @type {any} */ value) => number(value) || listOf(number, 2)(value);
/** With an open or a fixed batch size. @type {Right} */
const shape = (value) =>
  Array.isArray(value) && value.length > 1 && orNull(count)(value[0]) && value.slice(1).every(count);
const shapes = (/** @type {any} */ value) => Array.isArray(value) && value.length > 1 && value.every(shape);

const POLICY = { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null };
/** @type {Right} */
const policy = ({ shared_object_id: shared, ...rest }) =>
  faultsOf(rest, POLICY).length === 0 && (shared === undefined || count(shared));

const DRAWN = { seed: orNull(count), input_axes: null, output_axes: null };
/** @type {Record<string, object>} */
const INITIALIZERS = {
  ...Object.fromEntries(
    ['GlorotUniform', 'GlorotNormal', 'HeUniform', 'HeNormal', 'LecunUniform', 'LecunNormal'].map((name) => [
      name,
      DRAWN,
    ]),
  ),
  VarianceScaling: {
    ...DRAWN,
    scale: number,
    mode: /** @type {Right} */ ((value) => ['fan_in', 'fan_out', 'fan_avg'].includes(value)),
    distribution: /** @type {Right} */ ((value) => ['uniform', 'truncated_normal'].includes(value)),
  },
  Zeros: {},
  Ones: {},
  Constant: { value: number },
};
/** @type {Right} */
const initializer = (value) =>
  faultsOf(value, {
    module: 'keras.initializers',
    class_name: text,
    config: INITIALIZERS[value?.class_name],
    registered_name: null,
  }).length === 0;
/** @type {Right} */
const regularizer = orNull(
  (value) =>
    faultsOf(value, {
      module: 'keras.regularizers',
      class_name: 'L1L2',
      config: { l1: number, l2: number },
      registered_name: null,
    }).length === 0,
);

const LAST = { data_format: 'channels_last' };
const AFFINE = {
  activation: text,
  use_bias: flag,
  bias_initializer: initializer,
  bias_regularizer: regularizer,
  bias_constraint: null,
};
const SLIDING = { strides: pair, padding: text, ...LAST };
const CONVOLVING = { kernel_size: pair, ...SLIDING, dilation_rate: [1, 1], ...AFFINE, activity_regularizer: null };
const KERNEL = { kernel_initializer: initializer, kernel_regularizer: regularizer, kernel_constraint: null };
const POOLING = { pool_size: pair, ...SLIDING };
const GLOBAL = { ...LAST, keepdims: false };
const FILLING = { ...LAST, fill_mode: text, fill_value: number, interpolation: text, seed: orNull(count) };

/** The configuration of each class of layer, except name, trainable and dtype. @type {Record<string, object>} */
const CONFIGS = {
  Conv2D: { filters: count, groups: 1, ...CONVOLVING, ...KERNEL },
  DepthwiseConv2D: {
    depth_multiplier: count,
    ...CONVOLVING,
    depthwise_initializer: initializer,
    depthwise_regularizer: regularizer,
    depthwise_constraint: null,
  },
  Dense: { units: count, ...AFFINE, ...KERNEL, quantization_config: null },
  BatchNormalization: {
    axis: -1,
    momentum: number,
    epsilon: number,
    center: flag,
    scale: flag,
    beta_initializer: initializer,
    gamma_initializer: initializer,
    moving_mean_initializer: initializer,
    moving_variance_initializer: initializer,
    beta_regularizer: regularizer,
    gamma_regularizer: regularizer,
    beta_constraint: null,
    gamma_constraint: null,
    synchronized: false,
    renorm: false,
    renorm_clipping: null,
    renorm_momentum: 0.99,
  },
  MaxPooling2D: POOLING,
  AveragePooling2D: POOLING,
  GlobalMaxPooling2D: GLOBAL,
  GlobalAveragePooling2D: GLOBAL,
  Flatten: LAST,
  Reshape: { target_shape: (/** @type {any} */ value) => value.every(count) },
  ZeroPadding2D: { padding: listOf(pair, 2), ...LAST },
  Activation: { activation: text },
  ReLU: { max_value: orNull(number), negative_slope: 0, threshold: 0 },
  LeakyReLU: { negative_slope: number },
  Softmax: { axis: -1 },
  Dropout: { rate: number, seed: orNull(count), noise_shape: null },
  Add: {},
  Concatenate: { axis: -1 },
  RandomFlip: { mode: text, seed: orNull(count), ...LAST },
  RandomTranslation: { height_factor: range, width_factor: range, ...FILLING },
  RandomRotation: { factor: listOf(number, 2), ...FILLING },
  RandomZoom: { height_factor: range, width_factor: orNull(range), ...FILLING },
  RandomContrast: { factor: listOf(number, 2), value_range: listOf(number, 2), seed: orNull(count), ...LAST },
  RandomErasing: {
    factor: listOf(number, 2),
    scale: listOf(number, 2),
    fill_value: orNull(number),
    value_range: listOf(number, 2),
    seed: orNull(count),
    ...LAST,
  },
};

/** Layers that are built on construction; Keras stores no shapes for them. */
const UNBUILT = [
  'Activation',
  'ReLU',
  'LeakyReLU',
  'Softmax',
  'Dropout',
  'Reshape',
  'MaxPooling2D',
  'AveragePooling2D',
  'GlobalMaxPooling2D',
  'GlobalAveragePooling2D',
];

const INPUT = { batch_shape: shape, dtype: 'float32', sparse: false, ragged: false, name: text, optional: false };

/** @type {Right} */
const kerasTensor = (value) =>
  faultsOf(value, { class_name: '__keras_tensor__', config: { shape, dtype: 'float32', keras_history: [text, 0, 0] } })
    .length === 0;
/** @type {Right} */
const calledWithList = (nodes) =>
  faultsOf(nodes, [{ args: [(/** @type {any} */ list) => list.length > 1 && list.every(kerasTensor)], kwargs: {} }])
    .length === 0;
/** @type {Record<string, Right>} */
const CALLS = {
  InputLayer: (nodes) => Array.isArray(nodes) && nodes.length === 0,
  Add: calledWithList,
  Concatenate: calledWithList,
};
/** @type {Right} */
const called = (nodes) => faultsOf(nodes, [{ args: [kerasTensor], kwargs: {} }]).length === 0;

/**
 * @param {any} value
 * @param {any} right
 * @param {string} [path]
 * @returns {string[]} where the value is wrong, and what is missing or superfluous
 */
export function faultsOf(value, right, path = '') {
  if (typeof right === 'function') return right(value) ? [] : [`${path} is ${JSON.stringify(value)}`];
  if (typeof right !== 'object' || right === null)
    return value === right ? [] : [`${path} is ${JSON.stringify(value)}, not ${JSON.stringify(right)}`];
  if (typeof value !== 'object' || value === null || Array.isArray(value) !== Array.isArray(right))
    return [`${path} is ${JSON.stringify(value)}`];
  return [...new Set([...Object.keys(value), ...Object.keys(right)])].flatMap((key) => {
    if (!Object.hasOwn(value, key)) return [`${path}.${key} is missing`];
    return Object.hasOwn(right, key)
      ? faultsOf(value[key], right[key], `${path}.${key}`)
      : [`${path}.${key} is too much`];
  });
}

/** Whether there is a template for the class. @param {string} className */
export const isKnown = (className) => className === 'InputLayer' || Object.hasOwn(CONFIGS, className);

/** @param {any} entry of a layer @param {boolean} isGraph whether it belongs to a Functional model */
export function layerFaults(entry, isGraph) {
  const { class_name: name } = entry;
  const isInput = name === 'InputLayer';
  const isJoin = name === 'Add' || name === 'Concatenate';
  return faultsOf(
    entry,
    {
      module: 'keras.layers',
      class_name: name,
      registered_name: null,
      config: isInput ? INPUT : { name: text, trainable: true, dtype: policy, ...CONFIGS[name] },
      ...(!isInput && !UNBUILT.includes(name) && { build_config: { input_shape: isJoin ? shapes : shape } }),
      ...(isGraph && { name: entry.config.name, inbound_nodes: CALLS[name] ?? called }),
    },
    name,
  );
}

/** What is wrong with a model's config.json, apart from its layers. @param {any} config */
export function modelFaults(config) {
  const isGraph = config.class_name === 'Functional';
  const layers = (/** @type {any} */ list) => Array.isArray(list) && list.length > 1;
  const end = [text, 0, 0];
  return isGraph
    ? faultsOf(
        config,
        {
          module: 'keras.src.models.functional',
          class_name: 'Functional',
          registered_name: 'Functional',
          build_config: { input_shape: null },
          compile_config: {},
          config: { name: text, trainable: true, layers, input_layers: end, output_layers: end },
        },
        'Functional',
      )
    : faultsOf(
        config,
        {
          module: 'keras',
          class_name: 'Sequential',
          registered_name: null,
          build_config: { input_shape: shape },
          compile_config: {},
          config: { name: text, trainable: true, dtype: policy, layers, build_input_shape: shape },
        },
        'Sequential',
      );
}

/**
 * The policies that a file shares: all but the first, which is in the first layer that has one.
 * @param {any} config
 * @returns {boolean[]} which of them have a number
 */
export const sharedPolicies = (config) =>
  [...config.config.layers.map((/** @type {any} */ entry) => entry.config.dtype), config.config.dtype]
    .filter((dtype) => typeof dtype === 'object')
    .map(({ shared_object_id: shared }) => shared !== undefined);
