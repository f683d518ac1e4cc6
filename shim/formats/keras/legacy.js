import { FittingRoomError, show } from '../../check.js';
import { anyCore } from '../../core/loading.js';
import { MAX_JSON, inFile, isHdf5, objectFrom, refusal } from '../common.js';
import { planOf } from '../described.js';
import { plannedWeights } from '../fit/tensors.js';
import { checkAxes, topologyFrom } from '../topology.js';
import { entriesOf } from './groups.js';
import { Hdf5 } from './hdf5.js';
import { placeOf, readAll, readWeights } from './variables.js';

/** @import { Described, NamedFile } from '../described.js' */
/** @import { Stored } from '../substitutes.js' */

/*
 * Models as Keras saved them before .keras files: one .h5 file with the layers as JSON in the attribute model_config
 * and the weights in the group model_weights; or model.to_json() and model.save_weights(), which are two files.
 */

const CONFIG = 'model_config';
const WEIGHTS = 'model_weights';
const NAMES = 'weight_names';

/** Whether an HDF5 file has layers, not weights alone. @param {Uint8Array} bytes */
function hasLayers(bytes) {
  try {
    const file = new Hdf5('the file', bytes);
    return file.texts(file.root, CONFIG) !== undefined;
  } catch {
    return false; // damaged
  }
}

/** @param {Uint8Array} bytes */
export function isModel(bytes) {
  if (isHdf5(bytes)) return hasLayers(bytes);
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, MAX_JSON));
  return text.includes('"class_name"') && text.includes('"config"') && !text.includes('"modelTopology"');
}

/** The steps of a weight's path: conv2d/depthwise_kernel:0 → conv2d, depthwise_kernel. @param {string} name */
const stepsOf = (name) => name.replace(/:\d+$/, '').split('/');

/**
 * The name of a weight among those of an outermost layer.
 * @param {string} where
 * @param {string[]} names
 * @param {Stored} origin
 */
function nameAmong(where, names, { leaf, name, number, of }) {
  if (!leaf.entry.isWithin) {
    if (of.includes(names.length)) return names[number];
    throw refusal(`${where} must have ${of.join(' or ')} weights, got ${names.length}`);
  }
  const own = String(leaf.entry.config.name);
  const found = names.filter((each) => {
    const [weight, layer] = stepsOf(each).toReversed();
    return layer === own && (weight === name || (weight === 'kernel' && name === 'depthwise_kernel'));
  });
  if (found.length === 1) return found[0];
  throw refusal(`${where} must have one weight ${show(`${own}/${name}`)}, got ${found.length}`);
}

/**
 * Texts that Keras divides into several attributes if they are long.
 * @param {Hdf5} file @param {number} address @param {string} name @returns {string[]}
 */
function textsOf(file, address, name) {
  const all = file.texts(address, name) ?? [];
  for (let i = 0, more; (more = file.texts(address, `${name}${i}`)); i++) all.push(...more);
  return all;
}

/** @param {Hdf5} file @param {string} root of the weights @returns {(origin: Stored, shape: number[]) => any} */
function finderIn(file, root) {
  /** @type {Map<string, { address: number, names: string[] }>} */
  const groups = new Map();
  /** @param {string} path @param {string} where */
  function groupAt(path, where) {
    const known = groups.get(path);
    if (known) return known;
    const address = file.find(path);
    if (address === undefined || file.isDataset(address)) throw refusal(`${where} is missing`);
    const group = { address, names: textsOf(file, address, NAMES) };
    groups.set(path, group);
    return group;
  }
  return (origin, shape) => {
    const path = `${root}${origin.leaf.entry.outermost}`;
    const where = `${file.name}: the group ${path}`;
    const { address, names } = groupAt(path, where);
    const name = nameAmong(where, names, origin);
    return placeOf(file, `${file.name}: ${path}/${name}`, file.find(name, address), shape);
  };
}

/** @param {NamedFile[]} files the first is an .h5 file with layers, or JSON of layers @returns {Promise<Described>} */
export async function read([first, ...others]) {
  const core = await anyCore();
  return inFile('', () => {
    const isWhole = isHdf5(first.bytes);
    const stored = isWhole ? first : others.find(({ bytes }) => isHdf5(bytes));
    if (!stored)
      throw refusal(`${first.name} has the layers of a Keras model, but no weights; give the .h5 file of them with it`);
    const file = new Hdf5(stored.name, stored.bytes);
    const config = isWhole ? configIn(file) : objectFrom(first.bytes, first.name, MAX_JSON);
    const { name, graph, origins, axes } = topologyFrom(first.name, config, entriesOf);
    checkAxes(planOf(core, graph), axes);
    const shapes = plannedWeights(core, graph).map(({ shape }) => shape);
    const hasGroup = file.find(WEIGHTS) !== undefined;
    const isEarly = hasGroup || file.texts(file.root, 'layer_names') !== undefined;
    const weights = isEarly
      ? readAll(file, origins, shapes, finderIn(file, hasGroup ? `${WEIGHTS}/` : ''))
      : readWeights(file, origins, shapes);
    return { name, seed: 0, graph, weights };
  });
}

/** @param {Hdf5} file @returns {Record<string, any>} */
function configIn(file) {
  const [json] = file.texts(file.root, CONFIG) ?? [];
  if (json === undefined)
    throw new FittingRoomError(
      `${file.name} holds weights, but not the layers they belong to; give the JSON of model.to_json() with it, or ` +
        'save the model as a .keras file',
    );
  return objectFrom(new TextEncoder().encode(json), CONFIG, MAX_JSON);
}
