import { seedOf, show } from '../../check.js';
import { anyCore } from '../../core/loading.js';
import { MAX_JSON, checkList, checkObject, checkText, inFile, joined, objectFrom, refusal } from '../common.js';
import { planOf } from '../described.js';
import { plannedWeights } from '../fit/tensors.js';
import { constant, fitted, isAlike } from '../substitutes.js';
import { checkAxes, topologyFrom } from '../topology.js';
import { decodeGroup } from './shards.js';

/** @import { Described, NamedFile } from '../described.js' */
/** @import { Origin } from '../substitutes.js' */
/** @import { Floats } from './shards.js' */

const MODEL = 'model.json';
const MAX_SHARDS = 1024;
const MAX_WEIGHTS = 4096;

/** Keys that identify a model among other JSON. */
const KEYS = ['modelTopology', 'weightsManifest'];

/** @param {Record<string, unknown>} json */
const hasKeys = (json) => KEYS.some((key) => Object.hasOwn(json, key));

/**
 * Whether the JSON is that of a model; if it is damaged or too long, whether it contains the keys of a model.
 * @param {Uint8Array} bytes
 */
export function isModel(bytes) {
  try {
    return hasKeys(objectFrom(bytes, MODEL, MAX_JSON));
  } catch {
    const text = new TextDecoder().decode(bytes);
    return KEYS.some((key) => text.includes(`"${key}"`));
  }
}

/** @param {NamedFile} file */
function modelFrom({ name, bytes }) {
  const model = objectFrom(bytes, MODEL, MAX_JSON);
  if (!hasKeys(model))
    throw refusal(
      `${name} is JSON, but not a model: it has no modelTopology; give the model's own file, such as model.json`,
    );
  if (model.format === 'graph-model' || Object.hasOwn(Object(model.modelTopology), 'node'))
    throw refusal(
      `${MODEL} is a graph model: operations, not layers. Convert it: python -m tf2onnx.convert --tfjs model.json ` +
        '--output model.onnx; or export the Keras model that it was made of as a .keras file',
    );
  if (model.format !== undefined && model.format !== 'layers-model') {
    throw refusal(
      `${MODEL}: format ${show(model.format)} is not supported, only "layers-model", as tf.LayersModel.save writes it`,
    );
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
    const paths = checkList(`${where}: paths`, group.paths, MAX_SHARDS).map((path) =>
      checkText(`${where}: path`, path),
    );
    return { paths, weights: checkList(`${where}: weights`, group.weights, MAX_WEIGHTS) };
  });
  const shards = groups.reduce((sum, { paths }) => sum + paths.length, 0);
  if (shards > MAX_SHARDS)
    throw refusal(`${MODEL}: the weights are in ${shards} files; at most ${MAX_SHARDS} are read`);
  return groups;
}

/** @param {NamedFile} first @returns {string[]} the files of the weights */
export const others = (first) => inFile('', () => groupsOf(modelFrom(first)).flatMap(({ paths }) => paths));

/** @param {string} path */
const baseOf = (path) => path.slice(path.lastIndexOf('/') + 1);

/** @param {NamedFile[]} files @param {(name: string) => string} keyOf @returns {Map<string, NamedFile[]>} */
function filesBy(files, keyOf) {
  /** @type {Map<string, NamedFile[]>} */
  const found = new Map();
  for (const file of files) {
    const key = keyOf(file.name);
    const others = found.get(key);
    if (others) others.push(file);
    else found.set(key, [file]);
  }
  return found;
}

/**
 * Returns a function that finds a file by its path or, if only names are known, as for chosen files, by its last part.
 * @param {NamedFile[]} files
 */
function finderOf(files) {
  const [byPath, byBase] = [filesBy(files, (name) => name), filesBy(files, baseOf)];
  return (/** @type {string} */ path) => {
    const found = byPath.get(path) ?? byBase.get(baseOf(path));
    if (!found) throw refusal(`${MODEL}: the file ${show(path)} of its weights is missing`);
    if (found.length > 1) throw refusal(`${found.length} files are called ${show(baseOf(path))}; one is needed`);
    return found[0].bytes;
  };
}

/** @param {Record<string, any>} model @param {NamedFile[]} files */
function tensorsFrom(model, files) {
  /** @type {Map<string, Floats>} */
  const tensors = new Map();
  const shardsRead = new Set();
  const fileAt = finderOf(files);
  for (const { paths, weights } of groupsOf(model)) {
    const shards = paths.map((path) => {
      const shard = fileAt(path);
      if (shardsRead.has(shard)) throw refusal(`${MODEL}: the file ${show(path)} is named twice`);
      shardsRead.add(shard);
      return shard;
    });
    const bytes = joined(shards);
    for (const [name, tensor] of decodeGroup(weights, bytes)) {
      if (tensors.has(name)) throw refusal(`${MODEL}: weight ${show(name)} is listed twice`);
      tensors.set(name, tensor);
    }
  }
  return tensors;
}

/**
 * @param {Map<string, Floats>} tensors
 * @param {Origin[]} origins
 * @param {number[][]} shapes of the weights here
 */
function sortedWeights(tensors, origins, shapes) {
  const left = new Set(tensors.keys());
  const weights = origins.map((origin, i) => {
    if ('values' in origin) return constant(origin, shapes[i]);
    const name = `${origin.leaf.entry.config.name}/${origin.name}`;
    const found = tensors.get(name);
    if (!found) throw refusal(`${MODEL}: there is no weight ${show(name)}`);
    left.delete(name);
    return isAlike(found.shape, shapes[i]) ? fitted(found, shapes[i], origin.factor) : found;
  });
  const [unused] = left;
  if (unused !== undefined) throw refusal(`${MODEL}: no layer has the weight ${show(unused)}`);
  return weights;
}

/**
 * @param {NamedFile[]} files model.json and the files that it names
 * @returns {Promise<Described>}
 */
export async function read([first, ...files]) {
  const core = await anyCore();
  return inFile('', () => {
    const model = modelFrom(first);
    const { name, graph, origins, axes } = topologyFrom(MODEL, model.modelTopology);
    checkAxes(planOf(core, graph), axes);
    const shapes = plannedWeights(core, graph).map(({ shape }) => shape);
    const weights = sortedWeights(tensorsFrom(model, files), origins, shapes);
    const metadata = model.userDefinedMetadata ?? undefined;
    if (metadata !== undefined) checkObject(`${MODEL}: userDefinedMetadata`, metadata);
    return { name, seed: seedOf(MODEL, model.seed), graph, weights, ...(metadata && { metadata }) };
  });
}
