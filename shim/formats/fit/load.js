import { checkOptions, show } from '../../check.js';
import { loadCore } from '../../core/loading.js';
import { LIMITS } from '../../core/limits.js';
import { Model } from '../../model.js';
import { Sequential, seedOf } from '../../models.js';
import { checkMagic, openFile, refusal } from './format.js';
import { bytesOf, checkReading } from '../source.js';
import { readTensors, weightsOf } from './tensors.js';
import { graphFrom, inFile } from './graph.js';
import { resumeTraining, statesOf } from './training.js';

const MOST_STATES = LIMITS.maxStates + 1; // and the average

/** @import { Core } from '../../core/core.js' */
/** @import { Described } from '../described.js' */
/** @import { RuntimeOptions } from '../../core/loading.js' */
/** @import { ReadOptions, Source } from '../source.js' */

/**
 * @typedef {{ name: string, seed: number, input?: object, layers: unknown, tensors: unknown, training?: unknown,
 *   metadata?: Record<string, unknown> }} Header
 */

/** @param {unknown} value @returns {Header} layers, tensors and training are looked at elsewhere */
export function checkHeader(value) {
  checkOptions('the header', /** @type {object} */ (value), [
    'name',
    'seed',
    'input',
    'layers',
    'tensors',
    'training',
    'metadata',
  ]);
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
 * How many states a list of tensors has for each weight, if it has those that the optimizer needs.
 * @param {unknown} tensors
 * @param {number} weights
 */
function statesIn(tensors, weights) {
  const states = Array.isArray(tensors) ? Math.floor(tensors.length / Math.max(weights, 1)) - 1 : 0;
  return Math.max(0, Math.min(states, MOST_STATES));
}

/**
 * @param {Core} core
 * @param {Described} described its weights known to be of the shapes that the graph implies
 * @param {(model: Model) => void} [goOn] sets what is not described
 * @returns {Model} a Sequential where the graph is no more than a stack
 */
export function build(core, { name, seed, graph, weights, metadata }, goOn = () => {}) {
  const Kind = graph.inputName === undefined ? Sequential : Model;
  const model = inFile('', () => new Kind(core, graph, { name, seed, blank: true }));
  try {
    model.setWeights(weights);
    goOn(model);
  } catch (error) {
    model.dispose();
    throw error;
  }
  model.metadata = metadata;
  return model;
}

/**
 * The weights are read before anything is built, so that what is allocated is bounded by the file's length. The core
 * comes meanwhile.
 * @param {Source} source
 * @param {RuntimeOptions & ReadOptions} [options]
 * @returns {Promise<Model>}
 */
export async function loadModel(source, options = {}) {
  checkOptions('loadModel', options, ['deterministic', 'threads', 'signal', 'onProgress']);
  const { signal, onProgress, ...runtime } = options;
  checkReading('loadModel', options);
  const loading = loadCore(runtime);
  loading.catch(() => {}); // what is wrong with the file comes first
  const { header, data } = await openFile(
    await bytesOf(source, { what: 'loadModel', checkHead: checkMagic, signal, onProgress }),
  );
  const { name, seed, tensors, training, metadata, ...topology } = inFile('', () => checkHeader(header));
  const graph = inFile('', () => graphFrom(topology));
  const core = await loading;
  const planned = inFile('', () => weightsOf(core, graph));
  const states = training === undefined ? 0 : statesIn(tensors, planned.length);
  const read = inFile('', () => readTensors(tensors, [...planned, ...statesOf(planned, states)], data));
  return build(core, { name, seed, graph, weights: read.slice(0, planned.length), metadata }, (model) => {
    if (training !== undefined) inFile('', () => resumeTraining(model, training, read.slice(planned.length)));
  });
}
