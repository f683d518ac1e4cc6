import { FittingRoomError, checkBoolean, checkChoice, checkOptions, show } from '../../check.js';
import { checkNesting } from '../common.js';
import { DTYPES, DTYPE_NAMES } from '../dtypes.js';
import { compiledRunnerOf, runnerOf } from '../../training/samples.js';
import { makeFile } from './format.js';
import { describeGraph } from './header.js';
import { dtypeOf, layOut, plannedWeights, storedBytes } from './tensors.js';
import { countStates, describeTraining, readStates, statesOf } from './training.js';

/** @import { Described } from '../described.js' */
/** @import { Model } from '../../model.js' */
/** @import { DType } from '../dtypes.js' */

/**
 * @typedef {object} SaveOptions
 * @property {DType} [dtype] how kernels are stored: float32 keeps every bit; the others need half or about a quarter of
 *   the space. Biases and batch normalization are always stored as float32
 * @property {boolean} [includeOptimizer] default false; for a compiled model, also stores all that fit needs to
 *   continue as if it had never stopped
 */

/** @param {unknown} metadata @returns {Record<string, unknown> | undefined} as it is read back */
function plain(metadata) {
  if (metadata === undefined) return undefined;
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw new FittingRoomError(`save: metadata must be an object, got ${show(metadata)}`);
  }
  try {
    return JSON.parse(JSON.stringify(metadata));
  } catch (cause) {
    throw new FittingRoomError(
      `save: metadata cannot be written as JSON (${/** @type {Error} */ (cause).message})`,
      undefined,
      { cause },
    );
  }
}

/**
 * The content of a model's file, whatever the format.
 * @param {Model} model
 * @returns {Described}
 */
export function describeModel(model) {
  const { graph, seed } = runnerOf(model);
  const metadata = plain(model.metadata);
  checkNesting(metadata, 1);
  return { name: String(model.name), seed, graph, weights: model.getWeights(), ...(metadata && { metadata }) };
}

/**
 * @param {Model} model
 * @param {SaveOptions} [options]
 */
export async function saveModel(model, options = {}) {
  checkOptions('save', options, ['dtype', 'includeOptimizer']);
  const dtype = checkChoice('save: dtype', options.dtype ?? 'float32', DTYPE_NAMES);
  const { name, seed, graph, weights: plainValues, metadata } = describeModel(model);
  const runner = checkBoolean('save: includeOptimizer', options.includeOptimizer ?? false)
    ? compiledRunnerOf(model, 'save')
    : runnerOf(model);
  const training = options.includeOptimizer && describeTraining(runner);
  const plainWeights = plannedWeights(runner.core, graph);
  const weights = training ? [...plainWeights, ...statesOf(plainWeights, countStates(runner))] : plainWeights;
  const values = training ? [...plainValues, ...readStates(runner)] : plainValues;
  const dtypes = weights.map(({ shape }, i) => (i < plainWeights.length ? dtypeOf(shape, dtype) : 'float32'));
  const { offsets, length } = layOut(weights, dtypes);
  const tensors = weights.map((weight, i) => ({
    name: weight.name,
    shape: weight.shape,
    dtype: dtypes[i],
    offset: offsets[i],
  }));
  const header = {
    name,
    seed,
    ...describeGraph(graph),
    tensors,
    ...(training && { training }),
    ...(metadata && { metadata }),
  };
  return makeFile(header, length, (data) => {
    weights.forEach((weight, i) => {
      const bytes = data.subarray(offsets[i], offsets[i] + storedBytes(weight, dtypes[i]));
      DTYPES[dtypes[i]].write(weight.name, bytes, values[i].data, weight.channels);
    });
  });
}
