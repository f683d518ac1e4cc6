import { checkChoice, show } from '../errors.js';
import { refusal } from '../files/format.js';
import { weightsOf as weightShapes } from '../files/tensors.js';
import { inFile } from '../files/topology.js';
import { loadCore } from '../loading.js';
import { seedOf } from '../models.js';
import { planOf, weightsOf } from './described.js';
import { checkList, checkObject, objectFrom } from './json.js';
import { CONFIG, MAX_CONFIG, METADATA, WEIGHTS, packArchive, unpackArchive } from './keras/archive.js';
import { layerFrom, serialized, serializedLayer } from './keras/layers.js';
import { groupNames, kerasOrder, snakeCase } from './keras/order.js';
import { readWeights } from './keras/weights.js';
import { tensorNames } from './tfjs/layers.js';
import { checkAxes, topologyFrom } from './topology.js';

/** @import { BuiltLayer } from '../building.js' */
/** @import { Described, NamedFile } from './described.js' */

/**
 * A .keras file of Keras 3 (keras/src/saving/saving_lib.py): an archive of config.json, metadata.json and model.weights.h5. What an
 * optimizer and compile left is passed over. Keras has no place for a model's seed and metadata; they are in metadata.json, under
 * a name of our own, which Keras does not look at.
 */

const OWN = 'fitting_room';
/** The first that has all the layers written here. */
const KERAS_VERSION = '3.11.0';
const MAX_LAYERS = 512;

/** @param {string} name @param {(number | null)[]} shape with the batch */
const kerasTensor = (name, shape) => ({ class_name: '__keras_tensor__', config: { shape, dtype: 'float32', keras_history: [name, 0, 0] } });

/** @param {Described} described @param {BuiltLayer[]} plan @param {string[]} names of the layers, then of the input @param {number[]} order */
function configOf({ name, graph: { inputShape, inputName, nodes } }, plan, names, order) {
  const start = names[nodes.length];
  const nameOf = (/** @type {number} */ node) => (node < 0 ? start : names[node]);
  const shapeOf = (/** @type {number} */ node) => (node < 0 ? [null, ...inputShape] : plan[node].outputShape);
  const begin = serialized('keras.layers', 'InputLayer', { batch_shape: shapeOf(-1), dtype: 'float32', sparse: false, name: start });
  const made = order.map((node) => ({ node, layer: serializedLayer(plan[node], names[node], shapeOf(nodes[node].sources[0])) }));
  const common = { name: name.replaceAll('/', '_') || 'model', trainable: true, dtype: 'float32' };
  if (inputName === undefined) {
    return serialized('keras', 'Sequential', { ...common, layers: [begin, ...made.map(({ layer }) => layer)], build_input_shape: shapeOf(-1) });
  }
  const layers = made.map(({ node, layer }) => {
    const tensors = nodes[node].sources.map((source) => kerasTensor(nameOf(source), shapeOf(source)));
    const args = plan[node].kind === 'add' ? [tensors] : tensors;
    return { ...layer, name: names[node], inbound_nodes: [{ args, kwargs: {} }] };
  });
  return serialized('keras', 'Functional', {
    ...common,
    layers: [{ ...begin, name: start, inbound_nodes: [] }, ...layers],
    input_layers: [[start, 0, 0]],
    output_layers: [[names[nodes.length - 1], 0, 0]],
  });
}

/** @param {Described} described @param {{ dtype: string }} options @returns {Promise<NamedFile[]>} */
export async function write(described, { dtype }) {
  checkChoice('exportModel: dtype', dtype, ['float32']);
  const { seed, graph, weights, metadata } = described;
  const plan = planOf(await loadCore(), graph);
  const names = tensorNames(plan, graph.inputName);
  const order = kerasOrder(graph);
  const groups = groupNames(order.map((node) => plan[node].kind));
  const { packWeights } = await import('./keras/pack.js'); // large, and not needed to read
  const rest = [...weights];
  const tensors = plan.map(({ config }) => rest.splice(0, weightsOf(config).length));
  const json = (/** @type {object} */ value) => new TextEncoder().encode(JSON.stringify(value));
  const bytes = packArchive({
    [METADATA]: json({ keras_version: KERAS_VERSION, [OWN]: { seed, ...(metadata && { metadata }) } }),
    [CONFIG]: json(configOf(described, plan, names, order)),
    [WEIGHTS]: await packWeights(order.map((node, i) => ({ group: groups[i], tensors: tensors[node] }))),
  });
  return [{ name: 'model.keras', bytes }];
}

/** Its tensors, each once, in whatever lists they stand. @param {string} where @param {unknown} value @param {number} [depth] @returns {unknown[]} [layer, call, output] of each */
function historiesOf(where, value, depth = 0) {
  if (Array.isArray(value) && depth < 3) return checkList(where, value, MAX_LAYERS).flatMap((each) => historiesOf(where, each, depth + 1));
  const { class_name: kind, config } = checkObject(where, value);
  if (kind !== '__keras_tensor__') throw refusal(`${where} must be tensors, got ${show(kind)}`);
  return [checkList(`${where}: keras_history`, checkObject(where, config).keras_history, 3)];
}

/** A call as TF.js has it. @param {string} where @param {unknown} call */
function callFrom(where, call) {
  const { args, kwargs = {} } = checkObject(where, call);
  // What else a call was given, such as training or a mask, is no tensor.
  const others = Object.values(checkObject(`${where}: kwargs`, kwargs)).filter((value) => Array.isArray(value) || value?.class_name);
  return historiesOf(where, [...checkList(`${where}: args`, args, MAX_LAYERS), ...others]);
}

/** The configuration as TF.js would have it. @param {Record<string, any>} topology */
function topologyOf(topology) {
  const config = checkObject(`${CONFIG}: config`, topology.config);
  const entries = checkList(`${CONFIG}: layers`, config.layers, MAX_LAYERS).map((value, i) => {
    const entry = checkObject(`layer ${i}`, value);
    if (entry.inbound_nodes === undefined) return entry;
    const where = `layer ${i}: inbound_nodes`;
    return { ...entry, inbound_nodes: checkList(where, entry.inbound_nodes, MAX_LAYERS).map((call) => callFrom(where, call)) };
  });
  const [first] = entries;
  if (topology.class_name === 'Sequential' && first?.class_name !== 'InputLayer' && config.build_input_shape) {
    entries.unshift({ class_name: 'InputLayer', config: { name: 'input', batch_shape: config.build_input_shape } });
  }
  return { class_name: topology.class_name, config: { ...config, layers: entries } };
}

/** @param {Record<string, Uint8Array>} members */
function ownFrom(members) {
  if (!members[METADATA]) return { seed: 0 };
  const own = objectFrom(members[METADATA], METADATA, MAX_CONFIG)[OWN];
  const { seed = 0, metadata } = checkObject(`${METADATA}: ${OWN}`, own ?? {});
  if (metadata !== undefined) checkObject(`${METADATA}: metadata`, metadata);
  return { seed: seedOf(METADATA, seed), ...(metadata && { metadata }) };
}

/** @param {NamedFile[]} files @returns {Promise<Described>} */
export async function read([{ bytes }]) {
  const core = await loadCore();
  const members = unpackArchive(bytes);
  const missing = [CONFIG, WEIGHTS].find((name) => !members[name]);
  if (missing) throw refusal(`the archive has no ${missing}`);
  const { described, layers } = inFile('', () => {
    const { name, graph, entries } = topologyFrom(CONFIG, topologyOf(objectFrom(members[CONFIG], CONFIG, MAX_CONFIG)), layerFrom);
    checkAxes(planOf(core, graph), entries);
    const groups = groupNames(entries.map(({ class_name: className }) => snakeCase(className)));
    const places = new Map(entries.map(({ config }, i) => [config.name, groups[i]]));
    const shapes = weightShapes(core, graph).map(({ shape }) => shape);
    const wanted = graph.nodes.map(({ config }) => ({ group: String(places.get(config.name)), shapes: shapes.splice(0, weightsOf(config).length) }));
    return { described: { name, graph, ...ownFrom(members) }, layers: wanted };
  });
  return { ...described, weights: readWeights(members[WEIGHTS], layers) };
}
