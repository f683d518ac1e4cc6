import { seedOf, show } from '../../check.js';
import { anyCore } from '../../core/loading.js';
import { checkObject, checkText, inFile, parseJson, refusal } from '../common.js';
import { planOf } from '../described.js';
import { describeGraph, graphFromHeader } from '../fit/header.js';
import { metadataFrom, textsOf } from '../labels.js';
import { Allowance, FLOAT, FLOAT16, floatTensor, floatsOf, integerTensor, inverse, transposed } from './arrays.js';
import { constantsOf, readForeign } from './foreign.js';
import { decode, encode } from './messages.js';
import { planGraph } from './plan.js';

/** @import { Described, NamedFile } from '../described.js' */
/** @import { OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './messages.js' */
/** @import { Parameter } from './plan.js' */

/*
 * ONNX (https://onnx.ai/onnx/repo-docs/IR.html). A file written here has the model's inputs and outputs, images with
 * channels last, and its metadata state which layers the nodes came from. If the nodes are unchanged, the model is read
 * back bit for bit. What they say of classes is there a second time, for other tools.
 */

const PRODUCER = 'fitting-room';
const HEADER = `ONNX: metadata ${PRODUCER}`;

/** @param {string} name @param {number[]} shape @returns {OnnxValue} */
const onnxValue = (name, shape) => ({
  name,
  type: { tensor: { elements: FLOAT, shape: { dims: [{ symbol: 'n' }, ...shape.map((length) => ({ length }))] } } },
});

/**
 * @param {Parameter} parameter
 * @param {Described['weights']} weights
 * @param {'float32' | 'float16'} dtype
 * @returns {OnnxTensor}
 */
function tensorOf({ name, weight, order, channels, fill, like, scalar, integers }, weights, dtype) {
  if (integers) return integerTensor(name, integers);
  if (scalar !== undefined) return floatTensor(name, [], Float32Array.of(scalar));
  if (like !== undefined)
    return floatTensor(name, weights[like].shape, new Float32Array(weights[like].data.length).fill(Number(fill)));
  const tensor = weights[Number(weight)];
  const { shape, data } = order ? transposed(tensor, order) : tensor;
  return floatTensor(name, channels ? joinedOutputs(shape) : shape, data, shape.length > 1 ? dtype : 'float32');
}

/**
 * The shape of a depthwise kernel with its outputs on one axis.
 * @param {number[]} shape channels, multiplier, height, width
 */
const joinedOutputs = ([channels, multiplier, height, width]) => [channels * multiplier, 1, height, width];

/**
 * Adds a Cast node, which widens half precision to single, to a tensor of halves.
 * @param {OnnxTensor} tensor
 * @returns {{ tensor: OnnxTensor, casts: OnnxNode[] }}
 */
function widened(tensor) {
  if (tensor.dataType !== FLOAT16) return { tensor, casts: [] };
  const half = `${tensor.name}/float16`;
  const cast = {
    inputs: [half],
    outputs: [/** @type {string} */ (tensor.name)],
    name: `${tensor.name}/Cast`,
    operator: 'Cast',
    attributes: [{ name: 'to', integer: FLOAT, type: 2 }],
  };
  return { tensor: { ...tensor, name: half }, casts: [cast] };
}

/** @param {Described} described @param {{ dtype: 'float32' | 'float16' }} options @returns {Promise<NamedFile[]>} */
export async function write({ name, seed, graph, weights, metadata }, { dtype }) {
  const layers = planOf(await anyCore(), graph);
  const { nodes, parameters, input, output } = planGraph(graph, layers);
  const stored = parameters.map((parameter) => widened(tensorOf(parameter, weights, dtype)));
  const outputShape = /** @type {number[]} */ (layers[layers.length - 1].outputShape.slice(1));
  const isLate = nodes.some(({ operator }) => operator === 'Gelu');
  const bytes = encode({
    irVersion: isLate ? 9 : 8,
    producer: PRODUCER,
    graph: {
      nodes: [...stored.flatMap(({ casts }) => casts), ...nodes],
      name,
      initializers: stored.map(({ tensor }) => tensor),
      inputs: [onnxValue(input, graph.inputShape)],
      outputs: [onnxValue(output, outputShape)],
    },
    operatorSets: [{ domain: '', version: isLate ? 20 : 17 }],
    metadata: [
      { key: PRODUCER, value: JSON.stringify({ name, seed, ...describeGraph(graph), ...(metadata && { metadata }) }) },
      ...Object.entries(textsOf(metadata)).map(([key, value]) => ({ key, value })),
    ],
  });
  return [{ name: 'model.onnx', bytes }];
}

/**
 * @param {Parameter} parameter
 * @param {Map<string, OnnxTensor>} constants
 * @param {Allowance} allowance
 * @returns {Described['weights'][number]}
 */
function weightOf({ name, order, channels }, constants, allowance) {
  const stored = constants.get(name);
  if (!stored) throw refusal(`ONNX: there is no tensor ${show(name)}`);
  const tensor = inFile('ONNX: ', () => {
    allowance.take(stored);
    return floatsOf(stored);
  });
  if (!order) return tensor;
  const [outputs, , height, width] = tensor.shape;
  const shape = channels ? [channels, outputs / channels, height, width] : tensor.shape;
  return transposed({ shape, data: tensor.data }, inverse(order));
}

/** Nodes as they are read back from a file. @param {OnnxNode[]} nodes */
const written = (nodes) => JSON.stringify(decode(encode({ graph: { nodes } })).graph?.nodes);

/** @param {unknown} value @returns {Omit<Described, 'weights'>} */
function headerFrom(value) {
  const { name, seed, metadata, ...topology } = checkObject(HEADER, value);
  if (metadata !== undefined) checkObject(`${HEADER}: metadata`, metadata);
  return {
    name: checkText(`${HEADER}: name`, name),
    seed: seedOf(HEADER, seed ?? null),
    graph: graphFromHeader(topology),
    ...(metadata && { metadata }),
  };
}

/**
 * Reads a model written here from its metadata, if its nodes are unchanged.
 * @param {OnnxModel} model
 * @param {Allowance} allowance
 * @returns {Promise<Described | undefined>}
 */
async function readOwn({ graph = {}, metadata = [] }, allowance) {
  const entry = metadata.find(({ key }) => key === PRODUCER);
  if (!entry) return undefined;
  const core = await anyCore();
  return inFile('', () => {
    const described = headerFrom(parseJson(new TextEncoder().encode(entry.value), HEADER));
    const { nodes, parameters } = planGraph(described.graph, planOf(core, described.graph));
    const { constants, rest } = constantsOf(graph);
    if (written(rest) !== written(nodes)) return undefined;
    const weights = parameters
      .filter(({ weight }) => weight !== undefined)
      .toSorted((a, b) => Number(a.weight) - Number(b.weight));
    return { ...described, weights: weights.map((parameter) => weightOf(parameter, constants, allowance)) };
  });
}

/** Whether the file can be decoded and has a graph. @param {Uint8Array} bytes */
export function isModel(bytes) {
  try {
    return decode(bytes).graph !== undefined;
  } catch {
    return false;
  }
}

/** @param {NamedFile[]} files @returns {Promise<Described>} */
export async function read([{ bytes }]) {
  const model = decode(bytes);
  const allowance = new Allowance(bytes.length);
  const own = await readOwn(model, allowance);
  if (own) return own;
  const metadata = metadataFrom(new Map(model.metadata?.map(({ key = '', value = '' }) => [key, value])));
  return { ...(await readForeign(model, allowance)), ...(metadata && { metadata }) };
}
