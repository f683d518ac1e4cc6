import { LEAKY_SLOPE } from '../../layers/lowering.js';
import { FittingRoomError } from '../../check.js';
import { rowOf, weightsOf } from '../../layers/table.js';
import { GLOBAL, WINDOWED } from './pooling-operators.js';
import { samePads } from './windows.js';

/** @import { BuiltLayer } from '../../core/build.js' */
/** @import { Graph } from '../../layers/graph.js' */
/** @import { LayerKind } from '../../layers/layer.js' */
/** @import { OnnxAttribute, OnnxNode } from './messages.js' */

/*
 * Plans a model's graph in ONNX. Convolutions and pooling take channels-first images there, so a value is transposed
 * where one of them first needs it; element-wise layers take it as it is. Augmentation and dropout do nothing in
 * inference and are left out.
 */

/**
 * The names of a value, with channels last and with channels first. rank: of a sample.
 * @typedef {{ last?: string, first?: string, rank: number }} Value
 */
/**
 * A parameter of the file. Either weight number `weight`, with its axes in `order` if it is a kernel, and the outputs
 * of its `channels` on one axis if it is depthwise; or `fill`, as many times as weight number `like` has numbers; or
 * one number, `scalar`; or `integers`.
 * @typedef {{ name: string, weight?: number, order?: number[], channels?: number, fill?: number, like?: number,
 *   scalar?: number, integers?: number[] }} Parameter
 */
/**
 * @typedef {{ layer: BuiltLayer, inputShape: number[], sources: Value[], weights: number[] }} Place inputShape: shape
 *   of a sample of the first source
 */

/** @param {string} name @param {number} integer @returns {OnnxAttribute} */
const integerOf = (name, integer) => ({ name, integer, type: 2 });
/** @param {string} name @param {number[]} integers @returns {OnnxAttribute} */
const listOf = (name, integers) => ({ name, integers, type: 7 });
/** @param {string} name @param {number} float @returns {OnnxAttribute} */
const floatOf = (name, float) => ({ name, float, type: 1 });

const KERNEL = [3, 2, 0, 1]; // height, width, in, out → out, in, height, width
const DEPTHWISE = [2, 3, 0, 1]; // height, width, in, multiplier → in, multiplier, height, width

class Plan {
  /** @type {OnnxNode[]} */
  nodes = [];
  /** @type {Parameter[]} */
  parameters = [];
  /** @type {Set<string>} */
  #taken = new Set();

  /** @param {string} wish @returns {string} a unique name */
  name(wish) {
    let free = wish;
    for (let count = 1; this.#taken.has(free); count++) free = `${wish}_${count}`;
    this.#taken.add(free);
    return free;
  }

  /**
   * @param {string} layer
   * @param {string} operator
   * @param {string[]} inputs
   * @param {OnnxAttribute[]} [attributes]
   * @returns {string} the name of its output
   */
  node(layer, operator, inputs, attributes = []) {
    const name = this.name(`${layer}/${operator}`);
    this.nodes.push({ inputs, outputs: [name], name, operator, ...(attributes.length > 0 && { attributes }) });
    return name;
  }

  /** @param {string} wish @param {Omit<Parameter, 'name'>} content @returns {string} its name */
  parameter(wish, content) {
    const name = this.name(wish);
    this.parameters.push({ name, ...content });
    return name;
  }

  /** @param {string} layer @param {Value} value */
  channelsFirst(layer, value) {
    if (value.rank < 2) return this.channelsLast(layer, value);
    const axes = Array.from({ length: value.rank - 1 }, (_, axis) => axis + 1);
    return (value.first ??= this.node(
      layer,
      'Transpose',
      [/** @type {string} */ (value.last)],
      [listOf('perm', [0, value.rank, ...axes])],
    ));
  }

  /** @param {string} layer @param {Value} value */
  channelsLast(layer, value) {
    const axes = Array.from({ length: value.rank - 1 }, (_, axis) => axis + 2);
    return (value.last ??= this.node(
      layer,
      'Transpose',
      [/** @type {string} */ (value.first)],
      [listOf('perm', [0, ...axes, 1])],
    ));
  }

  /**
   * Adds an element-wise node.
   * @param {Value} value
   * @param {(input: string) => string} make
   * @returns {Value}
   */
  pointwise(value, make) {
    const { first, last, rank } = value;
    return first ? { first: make(first), rank } : { last: make(/** @type {string} */ (last)), rank };
  }
}

/**
 * @param {number[]} shape
 * @param {[number, number]} window
 * @param {BuiltLayer['config']} config
 * @returns {OnnxAttribute[]}
 */
function windowOf([height, width], window, { strides = [1, 1], padding }) {
  const [top, bottom] = samePads(height, window[0], strides[0]);
  const [left, right] = samePads(width, window[1], strides[1]);
  const pads = padding === 'same' ? [top, left, bottom, right] : [0, 0, 0, 0];
  return [listOf('kernel_shape', window), listOf('strides', strides), listOf('pads', pads)];
}

/** @typedef {(plan: Plan, place: Place) => Value} Maker */

/** @param {boolean} depthwise @returns {Maker} */
const convolution =
  (depthwise) =>
  (plan, { layer: { name, config }, inputShape, sources: [x], weights: [weight, bias] }) => {
    const [, , channels] = inputShape;
    const stored = depthwise ? { weight, order: DEPTHWISE, channels } : { weight, order: KERNEL };
    const inputs = [plan.channelsFirst(name, x), plan.parameter(`${name}/kernel`, stored)];
    if (config.useBias) inputs.push(plan.parameter(`${name}/bias`, { weight: bias }));
    const window = windowOf(inputShape, /** @type {[number, number]} */ (config.kernelSize), config);
    return {
      first: plan.node(name, 'Conv', inputs, [...window, integerOf('group', depthwise ? channels : 1)]),
      rank: 3,
    };
  };

/** @param {string} operator @returns {Maker} */
const pooling =
  (operator) =>
  (plan, { layer: { name, config }, inputShape, sources: [x] }) => {
    const window = windowOf(inputShape, /** @type {[number, number]} */ (config.poolSize), config);
    return { first: plan.node(name, operator, [plan.channelsFirst(name, x)], window), rank: 3 };
  };

/** @param {string} operator @returns {Maker} */
const globalPooling =
  (operator) =>
  (plan, { layer: { name }, sources: [x] }) => {
    const pooled = plan.node(name, operator, [plan.channelsFirst(name, x)]);
    return { last: plan.node(name, 'Flatten', [pooled], [integerOf('axis', 1)]), rank: 1 };
  };

/** @type {Maker} */
const passed = (_, { sources: [x] }) => x;

/** @type {Maker} */
function batchNormalization(plan, { layer: { name, config }, sources: [x], weights }) {
  const rest = [...weights];
  const gamma = config.scale ? { weight: rest.shift() } : { fill: 1, like: rest[rest.length - 1] };
  const beta = config.center ? { weight: rest.shift() } : { fill: 0, like: rest[rest.length - 1] };
  const [mean, variance] = rest;
  const inputs = [
    plan.channelsFirst(name, x),
    plan.parameter(`${name}/gamma`, gamma),
    plan.parameter(`${name}/beta`, beta),
    plan.parameter(`${name}/moving_mean`, { weight: mean }),
    plan.parameter(`${name}/moving_variance`, { weight: variance }),
  ];
  const output = plan.node(name, 'BatchNormalization', inputs, [
    floatOf('epsilon', /** @type {number} */ (config.epsilon)),
    floatOf('momentum', /** @type {number} */ (config.momentum)),
  ]);
  return x.rank < 2 ? { last: output, rank: x.rank } : { first: output, rank: x.rank };
}

/** @type {Maker} */
function dense(plan, { layer: { name, config }, sources: [x], weights: [kernel, bias] }) {
  const inputs = [plan.channelsLast(name, x), plan.parameter(`${name}/kernel`, { weight: kernel })];
  if (config.useBias) inputs.push(plan.parameter(`${name}/bias`, { weight: bias }));
  return { last: plan.node(name, 'Gemm', inputs), rank: 1 };
}

/** @type {Maker} */
function flatten(plan, { layer: { name }, sources: [x] }) {
  if (x.rank === 1) return x;
  return { last: plan.node(name, 'Flatten', [plan.channelsLast(name, x)], [integerOf('axis', 1)]), rank: 1 };
}

/** @type {Maker} */
function reshape(plan, { layer: { name, outputShape }, sources: [x] }) {
  const sample = /** @type {number[]} */ (outputShape.slice(1));
  const target = plan.parameter(`${name}/shape`, { integers: [-1, ...sample] });
  return { last: plan.node(name, 'Reshape', [plan.channelsLast(name, x), target]), rank: sample.length };
}

/** @type {Maker} */
function zeroPadding2d(plan, { layer: { name, config }, sources: [x] }) {
  const [[top, bottom], [left, right]] = /** @type {[[number, number], [number, number]]} */ (config.padding);
  const integers = x.first ? [0, 0, top, left, 0, 0, bottom, right] : [0, top, left, 0, 0, bottom, right, 0];
  const pads = plan.parameter(`${name}/pads`, { integers });
  /*
   * ONNX Runtime merges Pad into the pooling after it, which does not count the zeros, but only if all bits of the zero
   * are 0.
   */
  const zero = plan.parameter(`${name}/zero`, { scalar: -0 });
  return plan.pointwise(x, (input) => plan.node(name, 'Pad', [input, pads, zero]));
}

/**
 * Takes several values with their axes in the same order: channels first if all of them are there that way.
 * @param {Plan} plan
 * @param {Place} place
 * @param {(inputs: string[], channels: number) => string} make channels: the number of their axis
 * @returns {Value}
 */
function together(plan, { layer: { name }, sources }, make) {
  const { rank } = sources[0];
  const first = sources.flatMap((source) => source.first ?? []);
  if (first.length === sources.length) return { first: make(first, 1), rank };
  return {
    last: make(
      sources.map((source) => plan.channelsLast(name, source)),
      rank,
    ),
    rank,
  };
}

/** @type {Maker} */
const add = (plan, place) =>
  together(plan, place, (inputs) => inputs.reduce((left, right) => plan.node(place.layer.name, 'Add', [left, right])));

/** @type {Maker} */
const concatenate = (plan, place) =>
  together(plan, place, (inputs, channels) =>
    plan.node(place.layer.name, 'Concat', inputs, [integerOf('axis', channels)]),
  );

/**
 * @param {Record<string, string>} operators by kind
 * @param {(operator: string) => Maker} make
 * @returns {Record<string, Maker>}
 */
const eachOf = (operators, make) =>
  Object.fromEntries(Object.entries(operators).map(([kind, operator]) => [kind, make(operator)]));

/** Layers that are left out in inference, or that are only an activation, have no maker. */
const MAKERS = /** @type {Partial<Record<LayerKind, Maker>>} */ ({
  conv2d: convolution(false),
  depthwise_conv2d: convolution(true),
  ...eachOf(WINDOWED, pooling),
  ...eachOf(GLOBAL, globalPooling),
  flatten,
  reshape,
  zero_padding2d: zeroPadding2d,
  dense,
  batch_normalization: batchNormalization,
  add,
  concatenate,
});
/** Layers that pass on their input, apart from an activation. @type {LayerKind[]} */
const PASSED_ON = ['activation', 're_lu', 'leaky_re_lu', 'softmax', 'dropout'];

/** @param {LayerKind} kind @returns {Maker} */
function makerOf(kind) {
  const maker = MAKERS[kind];
  if (maker) return maker;
  if (rowOf(kind).augments || PASSED_ON.includes(kind)) return passed;
  throw new FittingRoomError(`exportModel: ${kind} is not supported in ONNX`, 'unsupported');
}

/** @param {Plan} plan @param {string} name @param {Value} value */
function swish(plan, name, value) {
  return plan.pointwise(value, (input) => plan.node(name, 'Mul', [input, plan.node(name, 'Sigmoid', [input])]));
}

/** x · tanh(softplus(x)) @param {Plan} plan @param {string} name @param {Value} value */
function mish(plan, name, value) {
  return plan.pointwise(value, (input) =>
    plan.node(name, 'Mul', [input, plan.node(name, 'Tanh', [plan.node(name, 'Softplus', [input])])]),
  );
}

/** @param {string} operator @param {(config: BuiltLayer['config'], value: Value) => OnnxAttribute[]} [attributes] */
const operation = (operator, attributes = () => []) =>
  /** @type {(plan: Plan, name: string, value: Value, config: BuiltLayer['config']) => Value} */ (
    (plan, name, value, config) =>
      plan.pointwise(value, (input) => plan.node(name, operator, [input], attributes(config, value)))
  );

/**
 * @type {Record<import('../../layers/layer.js').Activation, (plan: Plan, name: string, value: Value, config:
 *   BuiltLayer['config']) => Value>}
 */
const ACTIVATIONS = {
  linear: (_plan, _name, value) => value,
  relu: operation('Relu'),
  relu6(plan, name, value) {
    const bounds = [0, 6].map((bound) => plan.parameter(`${name}/bound`, { scalar: bound }));
    return plan.pointwise(value, (input) => plan.node(name, 'Clip', [input, ...bounds]));
  },
  leakyRelu: operation('LeakyRelu', ({ alpha = LEAKY_SLOPE }) => [floatOf('alpha', alpha)]),
  gelu: operation('Gelu'), // since operator set 20
  sigmoid: operation('Sigmoid'),
  tanh: operation('Tanh'),
  swish,
  silu: swish,
  softmax: operation('Softmax', (_, { first }) => [integerOf('axis', first ? 1 : -1)]),
  elu: operation('Elu'),
  selu: operation('Selu'),
  softplus: operation('Softplus'),
  mish,
  hardSwish: operation('HardSwish'),
  logSoftmax: operation('LogSoftmax', (_, { first }) => [integerOf('axis', first ? 1 : -1)]),
};

/**
 * @param {Graph} graph
 * @param {BuiltLayer[]} layers
 * @returns {{ nodes: OnnxNode[], parameters: Parameter[], input: string, output: string }}
 */
export function planGraph(graph, layers) {
  const plan = new Plan();
  const input = plan.name(graph.inputName ?? 'input');
  /** @type {Value[]} */
  const values = [];
  const start = { last: input, rank: graph.inputShape.length };
  let weight = 0;
  for (const layer of layers) {
    const [source] = layer.sources;
    const inputShape = source < 0 ? graph.inputShape : /** @type {number[]} */ (layers[source].outputShape.slice(1));
    const weights = weightsOf(layer.config).map(() => weight++);
    const sources = layer.sources.map((number) => (number < 0 ? start : values[number]));
    const made = makerOf(layer.kind)(plan, { layer, inputShape, sources, weights });
    values.push(ACTIVATIONS[layer.config.activation ?? 'linear'](plan, layer.name, made, layer.config));
  }
  const { name } = layers[layers.length - 1];
  const output = plan.name(name);
  plan.nodes.push({
    inputs: [plan.channelsLast(name, values[values.length - 1])],
    outputs: [output],
    name: output,
    operator: 'Identity',
  });
  return { nodes: plan.nodes, parameters: plan.parameters, input, output };
}
