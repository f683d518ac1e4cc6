import { seedOf, withPackages } from '../../check.js';
import { anyCore } from '../../core/loading.js';
import { elementsOf } from '../../tensor.js';
import { checkObject, checkText, inFile, objectFrom, refusal } from '../common.js';
import { rowOf, weightsOf } from '../../layers/table.js';
import { planOf } from '../described.js';
import { tensorNames } from '../entries.js';
import { plannedWeights } from '../fit/tensors.js';
import { checkAxes, topologyFrom } from '../topology.js';
import { Archive, CONFIG, MAX_CONFIG, METADATA, WEIGHTS, holdsModel, packArchive } from './archive.js';
import { entriesOf } from './groups.js';
import { Hdf5 } from './hdf5.js';
import { groupNames, kerasOrder } from './order.js';
import { policy, serialized, serializedInput, serializedLayer } from './serialize.js';
import { readWeights } from './variables.js';

/** @import { BuiltLayer } from '../../core/build.js' */
/** @import { Described, NamedFile } from '../described.js' */
/** @import { Serialized } from './serialize.js' */

/*
 * The .keras file of Keras 3 (keras/src/saving/saving_lib.py): an archive of config.json, metadata.json and
 * model.weights.h5. The state of an optimizer and the arguments of compile are ignored. Keras has no place for a
 * model's seed and metadata, nor for a slash in its name; they are in metadata.json, under a key of our own, which
 * Keras ignores. date_saved is left out there, so that the same model makes the same file.
 */

const OWN = 'fitting_room';
/** The Keras version whose keys are written; an earlier one may refuse keys that it does not know. */
const KERAS_VERSION = '3.16.0';
const MODEL = 'model';

/** @param {string} name @param {(number | null)[]} shape with the batch axis */
const kerasTensor = (name, shape) => ({
  class_name: '__keras_tensor__',
  config: { shape, dtype: 'float32', keras_history: [name, 0, 0] },
});

/**
 * @param {Described} described
 * @param {BuiltLayer[]} plan
 * @param {string[]} names of the layers, followed by the input's
 * @param {number[]} order
 * @returns {Serialized}
 */
function configOf({ name, graph: { inputShape, inputName, nodes } }, plan, names, order) {
  const start = names[nodes.length];
  const nameOf = (/** @type {number} */ node) => (node < 0 ? start : names[node]);
  const shapeOf = (/** @type {number} */ node) => (node < 0 ? [null, ...inputShape] : plan[node].outputShape);
  const begin = serializedInput(start, shapeOf(-1));
  const made = order.map((node, i) => ({
    node,
    layer: serializedLayer(plan[node], names[node], nodes[node].sources.map(shapeOf), i === 0),
  }));
  const common = { name: kerasName(name), trainable: true };
  if (inputName === undefined) {
    const config = {
      ...common,
      dtype: policy(false),
      layers: [begin, ...made.map(({ layer }) => layer)],
      build_input_shape: shapeOf(-1),
    };
    return {
      ...serialized('keras', 'Sequential', config),
      build_config: { input_shape: shapeOf(-1) },
      compile_config: {},
    };
  }
  const layers = made.map(({ node, layer }) => {
    const tensors = nodes[node].sources.map((source) => kerasTensor(nameOf(source), shapeOf(source)));
    const args = rowOf(plan[node].kind).reads ? [tensors] : tensors;
    return { ...layer, name: names[node], inbound_nodes: [{ args, kwargs: {} }] };
  });
  const functional = serialized(
    'keras.src.models.functional',
    'Functional',
    {
      ...common,
      layers: [{ ...begin, name: start, inbound_nodes: [] }, ...layers],
      input_layers: [start, 0, 0],
      output_layers: [names[nodes.length - 1], 0, 0],
    },
    'Functional',
  );
  return { ...functional, build_config: { input_shape: null }, compile_config: {} };
}

/** A name that Keras accepts. @param {string} name */
const kerasName = (name) => name.replaceAll('/', '_') || MODEL;

/** @param {Described} described @returns {Promise<NamedFile[]>} */
export async function write(described) {
  const { name, seed, graph, weights, metadata } = described;
  const plan = planOf(await anyCore(), graph);
  const names = tensorNames(plan, graph.inputName);
  const order = kerasOrder(graph);
  const groups = groupNames(order.map((node) => plan[node].kind));
  // large, and not needed for reading
  const { packWeights } = await withPackages('the code that writes Keras files', import('./pack.js'));
  const rest = [...weights];
  const tensors = plan.map(({ config }) => rest.splice(0, weightsOf(config).length));
  const json = (/** @type {object} */ value) => new TextEncoder().encode(JSON.stringify(value));
  const bytes = packArchive({
    [METADATA]: json({
      keras_version: KERAS_VERSION,
      [OWN]: { ...(name !== kerasName(name) && { name }), seed, ...(metadata && { metadata }) },
    }),
    [CONFIG]: json(configOf(described, plan, names, order)),
    [WEIGHTS]: await packWeights(order.map((node, i) => ({ group: groups[i], tensors: tensors[node] }))),
  });
  return [{ name: 'model.keras', bytes }];
}

/** @param {Archive} archive @param {string} name */
const jsonFrom = async (archive, name) => objectFrom(await archive.unpack(name, MAX_CONFIG), name, MAX_CONFIG);

/** @param {Record<string, any>} json METADATA, or empty */
function ownFrom({ [OWN]: own }) {
  const { name, seed = 0, metadata } = checkObject(`${METADATA}: ${OWN}`, own ?? {});
  if (name !== undefined) checkText(`${METADATA}: name`, name);
  if (metadata !== undefined) checkObject(`${METADATA}: metadata`, metadata);
  return { ...(name !== undefined && { name }), seed: seedOf(METADATA, seed), ...(metadata && { metadata }) };
}

export { holdsModel as isModel };

/** Floats of 8 bytes, each stored together with an optimizer's states. */
const MOST_PER_NUMBER = 8 * 5;
/** Space that HDF5 needs for a layer's groups and headers. */
const MOST_PER_LAYER = 2 ** 14;
const MOST_BESIDE = 2 ** 20;
/** Largest ratio of unpacked to packed size; trained weights hardly compress at all. */
const MOST_EXPANDED = 16;

/**
 * The largest size of the weights' file that the model can make use of.
 * @param {number} layers how many there are
 * @param {number[][]} shapes of the weights
 * @param {number} archive its bytes; a weights' file no longer than it is always accepted
 */
function mostOf(layers, shapes, archive) {
  const numbers = shapes.reduce((sum, shape) => sum + elementsOf(shape), 0);
  const useful = MOST_BESIDE + layers * MOST_PER_LAYER + numbers * MOST_PER_NUMBER;
  return Math.max(archive, Math.min(useful, MOST_BESIDE + MOST_EXPANDED * archive));
}

/** @param {NamedFile[]} files @returns {Promise<Described>} */
export async function read([{ bytes }]) {
  const core = await anyCore();
  const archive = await Archive.open(bytes);
  const missing = [CONFIG, WEIGHTS].find((name) => !archive.has(name));
  if (missing) throw refusal(`the archive has no ${missing}`);
  const config = await jsonFrom(archive, CONFIG);
  const own = archive.has(METADATA) ? await jsonFrom(archive, METADATA) : {};
  const { described, origins, shapes } = inFile('', () => {
    const { name, graph, origins, axes } = topologyFrom(CONFIG, config, entriesOf);
    checkAxes(planOf(core, graph), axes);
    const shapes = plannedWeights(core, graph).map(({ shape }) => shape);
    return { described: { name, graph, ...ownFrom(own) }, origins, shapes };
  });
  const h5 = await archive.unpack(WEIGHTS, mostOf(described.graph.nodes.length, shapes, bytes.length));
  return { ...described, weights: readWeights(new Hdf5(WEIGHTS, h5), origins, shapes) };
}
