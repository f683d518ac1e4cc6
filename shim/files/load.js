import { checkOptions, show } from '../errors.js';
import { loadCore } from '../loading.js';
import { Model } from '../model.js';
import { Sequential, seedOf } from '../models.js';
import { openFile, refusal } from './format.js';
import { bytesOf } from './source.js';
import { readTensors, weightsOf } from './tensors.js';
import { graphFrom, inFile } from './topology.js';

/** @import { Core } from '../core.js' */
/** @import { Described } from '../formats/described.js' */
/** @import { RuntimeOptions } from '../loading.js' */
/** @import { Source } from './source.js' */

/** @typedef {{ name: string, seed: number, input?: object, layers: unknown, tensors: unknown, metadata?: Record<string, unknown> }} Header */

/** @param {unknown} value @returns {Header} layers and tensors are looked at elsewhere */
export function checkHeader(value) {
  checkOptions('the header', /** @type {object} */ (value), ['name', 'seed', 'input', 'layers', 'tensors', 'metadata']);
  const header = /** @type {Header} */ (value);
  if (typeof header.name !== 'string') throw refusal(`the header's name must be a string, got ${show(header.name)}`);
  if (header.seed === undefined) throw refusal('the header has no seed');
  seedOf('the header', header.seed);
  const { metadata = {} } = header;
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw refusal(`the header's metadata must be an object, got ${show(metadata)}`);
  }
  return header;
}

/**
 * @param {Core} core
 * @param {Described} described its weights known to be of the shapes that the graph implies
 * @returns {Model} a Sequential where the graph is no more than a stack
 */
export function build(core, { name, seed, graph, weights, metadata }) {
  const Kind = graph.inputName === undefined ? Sequential : Model;
  const model = inFile('', () => new Kind(core, graph, { name, seed }));
  model.setWeights(weights);
  model.metadata = metadata;
  return model;
}

/**
 * The weights are read before anything is built, so that what is allocated is bounded by the file's length.
 * @param {Source} source
 * @param {RuntimeOptions} [options]
 * @returns {Promise<Model>}
 */
export async function loadModel(source, options = {}) {
  checkOptions('loadModel', options, ['deterministic', 'threads']);
  const { header, data } = await openFile(await bytesOf(source));
  const { name, seed, tensors, metadata, ...topology } = inFile('', () => checkHeader(header));
  const graph = inFile('', () => graphFrom(topology));
  const core = await loadCore(options);
  const weights = inFile('', () => readTensors(tensors, weightsOf(core, graph), data));
  return build(core, { name, seed, graph, weights, metadata });
}
