import { checkOptions } from '../../check.js';
import { LIMITS } from '../../core/limits.js';
import { loadedCore } from '../../core/loading.js';
import { inFile } from '../common.js';
import { checkReading, readBytes } from '../reading.js';
import { checkMagic, openFile } from './format.js';
import { checkHeader, graphFromHeader } from './header.js';
import { plannedWeights, readTensors } from './tensors.js';
import { resumeTraining, statesOf } from './training.js';

/** @import { RuntimeOptions } from '../../core/loading.js' */
/** @import { ReadModel } from '../described.js' */
/** @import { ReadOptions, Source } from '../reading.js' */

const MOST_STATES = LIMITS.maxStates + 1; // and the average of the weights

/**
 * The number of states per weight in a list of tensors, if it is the list that the optimizer needs.
 * @param {unknown} tensors
 * @param {number} weights
 */
function statesIn(tensors, weights) {
  const states = Array.isArray(tensors) ? Math.floor(tensors.length / Math.max(weights, 1)) - 1 : 0;
  return Math.max(0, Math.min(states, MOST_STATES));
}

/**
 * Reads a model file. All weights are read before anything is built, so that the file's length bounds what is
 * allocated. The core is loaded in parallel.
 * @param {Source} source
 * @param {RuntimeOptions & ReadOptions} [options]
 * @returns {Promise<ReadModel>}
 */
export async function readModelFile(source, options = {}) {
  checkOptions('loadModel', options, ['deterministic', 'threads', 'signal', 'onProgress']);
  const { signal, onProgress, ...runtime } = options;
  checkReading('loadModel', options);
  const loading = loadedCore(runtime);
  loading.catch(() => {}); // a fault in the file is reported first
  const { header, data } = await openFile(
    await readBytes(source, { what: 'loadModel', checkHead: checkMagic, signal, onProgress }),
  );
  const { name, seed, tensors, training, metadata, ...topology } = inFile('', () => checkHeader(header));
  const graph = inFile('', () => graphFromHeader(topology));
  const core = await loading;
  const planned = inFile('', () => plannedWeights(core, graph));
  const states = training === undefined ? 0 : statesIn(tensors, planned.length);
  const read = inFile('', () => readTensors(tensors, [...planned, ...statesOf(planned, states)], data));
  const described = { name, seed, graph, weights: read.slice(0, planned.length), metadata };
  if (training === undefined) return { core, described };
  return { core, described, resume: (model) => resumeTraining(model, training, read.slice(planned.length)) };
}
