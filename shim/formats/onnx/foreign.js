import { FittingRoomError, clipped, show } from '../../check.js';
import { LIMITS } from '../../core/limits.js';
import { chainOf, checkInputShape, graphOf, input, isChain } from '../../layers/graph.js';
import { layers } from '../../layers/index.js';
import { inFile, refusal } from '../common.js';
import { FLOAT, INT64, floatTensor, integerTensor } from './arrays.js';
import { Call, Importer } from './importer.js';
import { integersFrom } from './integers.js';
import { OPERATORS } from './operators.js';
import { channelsFirst, plain } from './views.js';

/** @import { Graph } from '../../layers/graph.js' */
/** @import { Described } from '../described.js' */
/** @import { Allowance } from './arrays.js' */
/** @import { Imported } from './importer.js' */
/** @import { OnnxAttribute, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './messages.js' */

/* Reads ONNX models of any origin, as far as our layers can do the work of their operators. */

const LONGEST_NAME = 100; // characters, in messages
const { maxLayers } = LIMITS;
const MOST_CHANNELS = 4; // at most; identifies images with channels last
const TO_CHANNELS_FIRST = '0,3,1,2';

/**
 * The value of a Constant node, by the attribute that holds it.
 * @type {Record<string, (attribute: OnnxAttribute) => OnnxTensor | undefined>}
 */
const CONSTANTS = {
  value: ({ tensor }) => tensor,
  value_int: ({ name = '', integer = 0 }) => ({ name, dims: [], dataType: INT64, integers: [integer] }),
  value_ints: ({ name = '', integers = [] }) => integerTensor(name, integers),
  value_float: ({ name = '', float = 0 }) => floatTensor(name, [], Float32Array.of(float)),
  value_floats: ({ name = '', floats = [] }) => floatTensor(name, [floats.length], Float32Array.from(floats)),
};

/** @param {OnnxNode} node @returns {OnnxTensor | undefined} */
function constantOf({ attributes = [] }) {
  const [attribute, ...others] = attributes;
  const { name = '' } = attribute ?? {};
  return others.length === 0 && Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name](attribute) : undefined;
}

/** @param {OnnxNode} node @param {number} index */
export const nodeName = ({ name, operator = '' }, index) =>
  `node ${index} (${clipped(`${operator}${name ? ` ${name}` : ''}`, LONGEST_NAME)})`;

/** @param {OnnxNode} node */
const isDefault = ({ domain = '' }) => domain === '' || domain === 'ai.onnx';

/**
 * The initializers, and the values that nodes derive from constants alone.
 * @param {OnnxGraph} graph
 * @returns {{ constants: Map<string, OnnxTensor>, rest: OnnxNode[] }}
 */
export function constantsOf({ nodes = [], initializers = [] }) {
  const constants = new Map(initializers.map((tensor) => [tensor.name ?? '', tensor]));
  const rest = nodes.filter((node) => {
    const { inputs: [from = ''] = [], outputs: [output = ''] = [], operator = '', attributes = [] } = node;
    const isCast = operator === 'Cast' && attributes.some(({ name, integer }) => name === 'to' && integer === FLOAT);
    const made =
      operator === 'Constant' ? constantOf(node) : isCast || operator === 'Identity' ? constants.get(from) : undefined;
    if (made && isDefault(node)) constants.set(output, made);
    return !made || !isDefault(node);
  });
  return { constants, rest };
}

/** @param {string} what @param {OnnxValue[]} values @returns {OnnxValue} */
function only(what, values) {
  if (values.length !== 1) throw refusal(`ONNX: the model must have one ${what}, got ${values.length}`);
  return values[0];
}

/** @param {OnnxValue} value @returns {{ batch?: number, shape: number[] }} shape: in ONNX's order, without the batch */
function shapeOf({ name, type }) {
  const [batch, ...rest] = type?.tensor?.shape?.dims ?? [];
  if (!batch || type?.tensor?.elements !== FLOAT)
    throw refusal(`ONNX: its input ${name} must be of floats and of a known shape [n, …]`);
  const open = rest.findIndex(({ length = 0 }) => length < 1);
  if (open >= 0) throw refusal(`ONNX: its input ${name} leaves the length of axis ${open + 1} open`);
  return { batch: batch.length, shape: rest.map(({ length }) => /** @type {number} */ (length)) };
}

/**
 * Whether an input [n, a, b, c] has its channels last.
 * @param {number[]} shape
 * @param {string} name
 * @param {OnnxNode[]} nodes
 */
function isChannelsLast(shape, name, nodes) {
  const reader = nodes.find(({ inputs = [] }) => inputs.includes(name));
  const order = reader?.attributes?.find((attribute) => attribute.name === 'perm')?.integers;
  if (reader?.operator === 'Transpose') return String(order) === TO_CHANNELS_FIRST;
  return shape[2] <= MOST_CHANNELS && shape[0] > MOST_CHANNELS;
}

/** @param {Importer} importer @param {OnnxNode} node @param {number} index */
function run(importer, node, index) {
  if (importer.done.has(node)) return;
  const { operator = '' } = node;
  const where = `ONNX: ${nodeName(node, index)}: `;
  const call = new Call(importer, node);
  const integers = isDefault(node) ? inFile(where, () => integersFrom(call)) : undefined;
  if (!integers && (!isDefault(node) || !Object.hasOwn(OPERATORS, operator))) {
    throw refusal(`${where}this operator is not supported; supported are ${Object.keys(OPERATORS).join(', ')}`);
  }
  inFile(where, () => {
    if (integers) importer.setIntegers(node, integers);
    else OPERATORS[operator](call);
    call.checkRead();
  });
  if (importer.layers.length > maxLayers) throw refusal(`ONNX: the model needs more than ${maxLayers} layers`);
}

/**
 * Puts layers into the order of our graphs, and leaves out those that do not lead to the output.
 * @param {Imported[]} made
 * @param {number} output
 * @param {number[]} inputShape
 * @param {string} inputName
 * @returns {{ graph: Graph, made: Imported[] }}
 */
function ordered(made, output, inputShape, inputName) {
  const start = input({ shape: inputShape, name: inputName });
  /** @type {ReturnType<typeof input>[]} */
  const outputs = [];
  for (const { layer, sources } of made)
    outputs.push(layer.apply(sources.map((source) => (source < 0 ? start : outputs[source]))));
  const graph = graphOf(start, outputs[output]);
  const chosen = graph.nodes.map(({ config }) => /** @type {Imported} */ (made.find(({ layer }) => layer === config)));
  if (!isChain(graph.nodes)) return { graph, made: chosen };
  const [first, ...rest] = graph.nodes.map(({ config }) => config);
  return { graph: chainOf([{ ...first, inputShape }, ...rest], inputShape), made: chosen };
}

/** @param {Importer} importer @param {string} output */
function outputOf(importer, output) {
  const view = importer.views.get(output);
  if (!view) throw new FittingRoomError(`its output ${show(output)} must come from its input`);
  const last = importer.output(view);
  // a model needs at least one layer
  return last.source < 0 ? importer.add(layers.activation({ activation: 'linear' }), [last]) : last.source;
}

/** @param {OnnxModel} model @param {Allowance} allowance @returns {Described} */
export function readForeign({ graph = {}, operatorSets = [] }, allowance) {
  const { constants, rest } = constantsOf(graph);
  const given = only(
    'input',
    (graph.inputs ?? []).filter(({ name = '' }) => !constants.has(name)),
  );
  const { name: output = '' } = only('output', graph.outputs ?? []);
  const { name = '' } = given;
  const { batch, shape } = shapeOf(given);
  const { version = 0 } = operatorSets.find(({ domain = '' }) => domain === '' || domain === 'ai.onnx') ?? {};
  const importer = new Importer(rest, constants, allowance, output, version, batch);
  const isImage = shape.length === 3;
  const last = !isImage || isChannelsLast(shape, name, rest);
  const ours = inFile('ONNX: input: ', () => checkInputShape(last ? shape : [shape[1], shape[2], shape[0]]));
  importer.views.set(name, last ? plain(-1, ours) : channelsFirst(-1, ours));
  rest.forEach((node, index) => run(importer, node, index));
  const source = inFile('ONNX: output: ', () => outputOf(importer, output));
  const found = inFile('ONNX: ', () => ordered(importer.layers, source, ours, name));
  return {
    name: graph.name || 'model',
    seed: 0,
    graph: found.graph,
    weights: found.made.flatMap(({ weights }) => weights),
  };
}
