import { checkChoice, show } from '../../errors.js';
import { refusal } from '../../files/format.js';
import { joined } from '../../files/source.js';
import { inFile } from '../../files/topology.js';
import { graphOf, input } from '../../graph.js';
import { loadCore } from '../../loading.js';
import { seedOf, stackOf } from '../../models.js';
import { planOf, weightNames } from '../described.js';
import { checkList, checkObject, checkText, objectFrom } from '../json.js';
import { layerFrom } from './layers.js';
import { decodeGroup } from './weights.js';

/** @import { BuiltLayer } from '../../building.js' */
/** @import { Graph } from '../../graph.js' */
/** @import { SymbolicTensor } from '../../layer.js' */
/** @import { Described, NamedFile } from '../described.js' */
/** @import { Floats } from './weights.js' */

const MODEL = 'model.json';
const MAX_MODEL = 2 ** 22; // bytes of JSON
const MAX_LAYERS = 512; // of which no more than the core takes can be built
const MAX_SHARDS = 1024;
const MAX_WEIGHTS = 4096;

/** @param {NamedFile} file */
function modelFrom({ bytes }) {
  const model = objectFrom(bytes, MODEL, MAX_MODEL);
  if (model.format !== undefined && model.format !== 'layers-model') {
    throw refusal(`${MODEL}: format ${show(model.format)} is not read, only a layers-model, as tf.LayersModel.save writes it`);
  }
  checkObject(`${MODEL}: modelTopology`, model.modelTopology);
  return model;
}

/** @param {Record<string, any>} model @returns {{ paths: string[], weights: unknown[] }[]} */
function groupsOf(model) {
  const manifest = checkList(`${MODEL}: weightsManifest`, model.weightsManifest, MAX_SHARDS);
  const groups = manifest.map((value, i) => {
    const where = `${MODEL}: weightsManifest ${i}`;
    const group = checkObject(where, value);
    const paths = checkList(`${where}: paths`, group.paths, MAX_SHARDS).map((path) => checkText(`${where}: path`, path));
    return { paths, weights: checkList(`${where}: weights`, group.weights, MAX_WEIGHTS) };
  });
  const shards = groups.reduce((sum, { paths }) => sum + paths.length, 0);
  if (shards > MAX_SHARDS) throw refusal(`${MODEL}: the weights are in ${shards} files; at most ${MAX_SHARDS} are read`);
  return groups;
}

/** @param {NamedFile} first @returns {string[]} the files of the weights */
export const others = (first) => inFile('', () => groupsOf(modelFrom(first)).flatMap(({ paths }) => paths));

/** @param {string} path */
const baseOf = (path) => path.slice(path.lastIndexOf('/') + 1);

/** By its path, or where only names are known, as of files that were picked, by the last part of it. @param {NamedFile[]} files @param {string} path */
function fileAt(files, path) {
  const found = [files.filter(({ name }) => name === path), files.filter(({ name }) => baseOf(name) === baseOf(path))].find(({ length }) => length > 0);
  if (!found) throw refusal(`${MODEL}: the file ${show(path)} of its weights is missing`);
  if (found.length > 1) throw refusal(`${found.length} files are called ${show(baseOf(path))}; one is needed`);
  return found[0].bytes;
}

/** @param {Record<string, any>} model @param {NamedFile[]} files */
function tensorsFrom(model, files) {
  /** @type {Map<string, Floats>} */
  const tensors = new Map();
  const shardsRead = new Set();
  for (const { paths, weights } of groupsOf(model)) {
    const shards = paths.map((path) => {
      const shard = fileAt(files, path);
      if (shardsRead.has(shard)) throw refusal(`${MODEL}: the file ${show(path)} is named twice`);
      shardsRead.add(shard);
      return shard;
    });
    const bytes = joined(shards, shards.reduce((sum, { length }) => sum + length, 0));
    for (const [name, tensor] of decodeGroup(weights, bytes)) {
      if (tensors.has(name)) throw refusal(`${MODEL}: weight ${show(name)} is there twice`);
      tensors.set(name, tensor);
    }
  }
  return tensors;
}

/** @param {string} where @param {any} config @returns {number[]} of a sample */
function inputShapeOf(where, config) {
  const shape = config?.batch_input_shape ?? config?.batch_shape;
  if (Array.isArray(shape) && shape[0] === null) return shape.slice(1);
  throw refusal(`${where}: batch_input_shape must be such as [null, 28, 28, 1], got ${show(shape)}`);
}

/** @param {string} where @param {unknown} value @returns {string[]} the names of the layers that a list of tensors is of */
function sourcesOf(where, value) {
  const list = checkList(where, value, MAX_LAYERS);
  // Keras writes a single one without the outer list.
  const tensors = typeof list[0] === 'string' ? [list] : list;
  return tensors.map((tensor) => {
    const [name, call, output] = checkList(`${where}: tensor`, tensor, 4);
    if (call !== 0 || output !== 0) throw refusal(`${where}: only the first call of a layer, and its first output, can be read here, got ${show([name, call, output])}`);
    return checkText(`${where}: layer`, name);
  });
}

/** @param {Record<string, any>[]} entries @returns {Graph} */
function stackFrom(entries) {
  const [first, ...rest] = entries;
  const shape = inputShapeOf('layer 0', first?.config);
  const stack = first.class_name === 'InputLayer' ? rest : entries;
  return stackOf(stack.map((entry, i) => layerFrom(`layer ${entries.length - stack.length + i}`, entry, i ? undefined : shape)));
}

/** @param {string} where @param {unknown} value @returns {string} */
function single(where, value) {
  const names = sourcesOf(where, value);
  if (names.length !== 1) throw refusal(`${where}: a model has one here, got ${names.length}`);
  return names[0];
}

/** @param {Record<string, any>} config @param {Record<string, any>[]} list @returns {Graph} */
function graphFrom(config, list) {
  const entries = new Map(list.map((entry, i) => [String(entry.config.name), { where: `layer ${i}`, entry }]));
  const start = single('input_layers', config.input_layers);
  const begun = entries.get(start);
  if (begun?.entry.class_name !== 'InputLayer') throw refusal(`input_layers: there is no InputLayer ${show(start)}`);
  /** @type {Map<string, SymbolicTensor | undefined>} undefined: under way */
  const tensors = new Map([[start, input({ shape: inputShapeOf(begun.where, begun.entry.config), name: start })]]);
  /** @param {string} name @returns {SymbolicTensor} */
  const visit = (name) => {
    const known = tensors.get(name);
    if (known) return known;
    const found = entries.get(name);
    if (!found) throw refusal(`there is no layer ${show(name)}, which another one reads`);
    if (tensors.has(name)) throw refusal(`${found.where}: ${show(name)} reads its own output`);
    tensors.set(name, undefined);
    const { where, entry } = found;
    const [call, again] = checkList(`${where}: inbound_nodes`, entry.inbound_nodes, MAX_LAYERS);
    if (again !== undefined) throw refusal(`${where}: ${show(name)} is applied ${entry.inbound_nodes.length} times; weights cannot be shared here`);
    const sources = sourcesOf(`${where}: inbound_nodes`, call).map(visit);
    const layer = layerFrom(where, entry);
    const tensor = inFile(`${where}: `, () => layer.apply(sources));
    tensors.set(name, tensor);
    return tensor;
  };
  const graph = graphOf(tensors.get(start), visit(single('output_layers', config.output_layers)));
  const unread = [...entries.keys()].find((name) => !tensors.has(name));
  if (unread !== undefined) throw refusal(`layer ${show(unread)} does not lead to the output`);
  return graph;
}

/** Layers that can be told apart by their names, and have one each. @param {unknown} list @returns {Record<string, any>[]} */
function entriesFrom(list) {
  const entries = checkList(`${MODEL}: layers`, list, MAX_LAYERS).map((entry, i) => checkObject(`layer ${i}`, entry));
  const names = entries.map(({ config }, i) => checkText(`layer ${i}: name`, checkObject(`layer ${i}: config`, config).name));
  entries.forEach(({ name }, i) => {
    if (names.indexOf(name ?? names[i]) !== i) throw refusal(`layer ${i}: its name must be ${show(names[i])} everywhere, and no other layer's`);
  });
  return entries;
}

/** @param {Record<string, any>} topology */
function topologyFrom(topology) {
  const { class_name: kind, config: given } = checkObject(`${MODEL}: model_config`, topology.model_config ?? topology);
  // Keras of old wrote a stack's layers alone.
  const config = Array.isArray(given) ? { name: 'sequential', layers: given } : checkObject(`${MODEL}: config`, given);
  checkChoice(`${MODEL}: class_name`, kind, ['Sequential', 'Model', 'Functional']);
  const entries = entriesFrom(config.layers);
  const graph = kind === 'Sequential' ? stackFrom(entries) : graphFrom(config, entries);
  return { name: checkText(`${MODEL}: name`, config.name), graph, entries };
}

/** Refuses what acts along another axis than the last. @param {BuiltLayer[]} plan @param {Record<string, any>[]} entries */
function checkAxes(plan, entries) {
  for (const { config } of entries) {
    const layer = plan.find(({ config: own }) => own.name === config.name);
    if (!layer || !['batch_normalization', 'softmax'].includes(layer.kind)) continue;
    const { axis = layer.kind === 'softmax' ? 1 : -1 } = config;
    const last = layer.outputShape.length - 1;
    const [only, more] = [axis].flat();
    if (more === undefined && (only === -1 || only === last)) continue;
    throw refusal(`layer ${show(layer.name)}: axis can only be the last one here, -1 or ${last}, got ${show(axis)}`);
  }
}

/** @param {Map<string, Floats>} tensors @param {Graph} graph */
function sortedWeights(tensors, graph) {
  const names = weightNames(graph);
  const missing = names.find((name) => !tensors.has(name));
  if (missing !== undefined) throw refusal(`${MODEL}: there is no weight ${show(missing)}`);
  const unused = [...tensors.keys()].find((name) => !names.includes(name));
  if (unused !== undefined) throw refusal(`${MODEL}: no layer has the weight ${show(unused)}`);
  return names.map((name) => /** @type {Floats} */ (tensors.get(name)));
}

/**
 * @param {NamedFile[]} files model.json, and those that it names
 * @returns {Promise<Described>}
 */
export async function read([first, ...files]) {
  const core = await loadCore();
  return inFile('', () => {
    const model = modelFrom(first);
    const { name, graph, entries } = topologyFrom(model.modelTopology);
    checkAxes(planOf(core, graph), entries);
    const weights = sortedWeights(tensorsFrom(model, files), graph);
    const metadata = model.userDefinedMetadata ?? undefined;
    if (metadata !== undefined) checkObject(`${MODEL}: userDefinedMetadata`, metadata);
    return { name, seed: seedOf(MODEL, model.seed), graph, weights, ...(metadata && { metadata }) };
  });
}
