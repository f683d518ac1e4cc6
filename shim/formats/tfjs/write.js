import { FittingRoomError } from '../../check.js';
import { anyCore } from '../../core/loading.js';
import { joined } from '../common.js';
import { planOf, weightNames } from '../described.js';
import { LEAKY_SLOPE } from '../../layers/lowering.js';
import { rowOf } from '../../layers/table.js';
import { entryOf, tensorNames } from '../entries.js';
/** @import { LayerConfig } from '../../layers/layer.js' */
import { encode } from './shards.js';

/** @import { BuiltLayer } from '../../core/build.js' */
/** @import { Graph } from '../../layers/graph.js' */
/** @import { Described, NamedFile } from '../described.js' */
/** @import { Entry } from '../entries.js' */

const WEIGHTS = 'weights.bin';

/**
 * The layers with which TF.js computes the same: none for a random layer, which passes on its input in inference; two
 * for an activation that TF.js has only as a layer.
 * @param {LayerConfig} layer
 * @param {string} name
 * @param {(number | null)[]} inputShape with the batch axis
 * @param {(number | null)[]} outputShape
 * @returns {Entry[]}
 */
function entriesOf(layer, name, inputShape, outputShape) {
  const { kind, activation } = layer;
  if (rowOf(kind).augments) return [];
  if (activation === 'hardSwish')
    throw new FittingRoomError('exportModel: hardSwish is not supported in TensorFlow.js', 'unsupported');
  if (kind === 'reshape' || (kind === 'flatten' && inputShape.length === 2)) {
    return [entryOf({ kind: 'reshape', targetShape: /** @type {number[]} */ (outputShape.slice(1)) }, name)];
  }
  if (activation !== 'leakyRelu' || kind === 'leaky_re_lu') return [entryOf(layer, name)];
  const slope = { kind: /** @type {const} */ ('leaky_re_lu'), alpha: LEAKY_SLOPE };
  if (kind === 'activation') return [entryOf(slope, name)];
  return [entryOf({ ...layer, activation: 'linear' }, name), entryOf(slope, `${name}/leaky_re_lu`)];
}

/** @typedef {{ entry: Entry, sources: string[] }} Placed sources: the names of the layers that it reads */

/**
 * @param {Graph} graph
 * @param {BuiltLayer[]} plan
 * @param {string[]} names of the layers, followed by the input's
 * @returns {{ placed: Placed[], output: string }}
 */
function placeLayers({ inputShape, nodes }, plan, names) {
  const start = names[nodes.length];
  /** @type {string[]} the name of the layer that has each layer's output */
  const outputs = [];
  const nameOf = (/** @type {number} */ source) => (source < 0 ? start : outputs[source]);
  /** @type {Placed[]} */
  const placed = [];
  const place = (/** @type {Entry} */ entry, /** @type {string[]} */ sources) => {
    placed.push({ entry, sources });
    return String(entry.config.name);
  };
  nodes.forEach(({ config, sources }, index) => {
    const shape = sources[0] < 0 ? [null, ...inputShape] : plan[sources[0]].outputShape;
    const entries = entriesOf(config, names[index], shape, plan[index].outputShape);
    outputs.push(
      entries.reduce((before, entry, i) => place(entry, i ? [before] : sources.map(nameOf)), nameOf(sources[0])),
    );
  });
  // TF.js does not support a model without layers.
  if (placed.length === 0)
    place({ class_name: 'Activation', config: { name: names[0], activation: 'linear' } }, [start]);
  return { placed, output: outputs[nodes.length - 1] === start ? names[0] : outputs[nodes.length - 1] };
}

/** @param {string} name @param {number[]} shape @returns {Entry} */
const inputEntry = (name, shape) => ({
  class_name: 'InputLayer',
  config: { batch_input_shape: [null, ...shape], dtype: 'float32', sparse: false, name },
});

/** @param {string} source */
const tensorOf = (source) => [source, 0, 0, {}];

/** @param {Described} described @param {BuiltLayer[]} plan @param {string[]} names */
function topologyOf({ name, graph }, plan, names) {
  const { placed, output } = placeLayers(graph, plan, names);
  const start = names[names.length - 1];
  if (graph.inputName === undefined) {
    const [first] = placed;
    first.entry.config = { ...first.entry.config, batch_input_shape: [null, ...graph.inputShape], dtype: 'float32' };
    return { class_name: 'Sequential', config: { name, layers: placed.map(({ entry }) => entry) } };
  }
  const layers = [{ entry: inputEntry(start, graph.inputShape), sources: [] }, ...placed].map(({ entry, sources }) => ({
    name: entry.config.name,
    ...entry,
    inbound_nodes: sources.length ? [sources.map(tensorOf)] : [],
  }));
  return {
    class_name: 'Model',
    config: { name, layers, input_layers: [[start, 0, 0]], output_layers: [[output, 0, 0]] },
  };
}

/**
 * @param {Described} described
 * @param {{ dtype: string }} options how kernels are stored: float32, float16 or uint8; TF.js converts them to floats
 * @returns {Promise<NamedFile[]>} model.json, weights.bin
 */
export async function write(described, { dtype }) {
  const { seed, graph, weights, metadata } = described;
  const plan = planOf(await anyCore(), graph);
  const names = tensorNames(plan, graph.inputName);
  const tensors = weightNames(graph, names);
  const encoded = weights.map((weight, i) => encode(tensors[i], weight, dtype));
  const model = {
    format: 'layers-model',
    generatedBy: 'Fitting Room',
    convertedBy: null,
    modelTopology: topologyOf(described, plan, names),
    weightsManifest: [{ paths: [WEIGHTS], weights: encoded.map(({ entry }) => entry) }],
    ...(metadata && { userDefinedMetadata: metadata }),
    seed,
  };
  const chunks = encoded.map(({ bytes }) => bytes);
  return [
    { name: 'model.json', bytes: new TextEncoder().encode(JSON.stringify(model)) },
    {
      name: WEIGHTS,
      bytes: joined(chunks),
    },
  ];
}
