/** Training and evaluation on datasets. Loaded on first use. */
import { checkInteger } from '../check.js';
import { doubt } from './doubts.js';
import { MAX_STEPS, checkPassOptions, figuresOf, score } from './evaluation.js';
import { train } from './fit.js';
import { FIT_FIELDS, checkRun, validationOn } from './fit-options.js';
import { labelledSource, weigherOf } from './samples.js';
import { Supply, batchReader } from './supply.js';

/** @import { Callbacks } from './callback-list.js' */
/** @import { Epochs } from './epochs.js' */
/** @import { Batches } from './evaluation.js' */
/** @import { FitOptions, FitState, Position } from './fit.js' */
/** @import { CheckedOptions, RunSettings } from './fit-options.js' */
/** @import { Field } from '../check.js' */
/** @import { Progress } from './pass.js' */
/** @import { Runner } from './samples.js' */
/** @import { Dataset, Read } from './supply.js' */
/** @import { Given, Samples } from '../tensor.js' */

/**
 * @typedef {object} DatasetOptions
 * @property {number} [batchesPerEpoch] batches in an epoch; the next epoch continues in the dataset where this one
 *   ended, and a dataset that has ended starts over. Default: one pass over the dataset
 * @property {readonly [Samples, Given] | readonly [Samples, Given, Given] | Dataset} [validationData] x, y, and
 *   optionally a weight per
 *   sample; or a dataset, of which each validation makes a pass
 * @property {number} [validationBatches] number of batches to validate on; default: all
 * @property {number} [validationBatchSize] default 32; for validationData that is tensors
 * @property {number} [initialBatch] default 0; with initialEpoch, continues a stopped run at model.position. The
 *   batches before it are read from the dataset once more, but not trained on
 */
/**
 * @typedef {DatasetOptions & Pick<FitOptions, 'epochs' | 'verbose' | 'validationFreq' | 'classWeight' |
 *   'initialEpoch' | 'signal' | 'callbacks' | 'log'>} FitDatasetOptions
 */
/**
 * @typedef {object} EvaluateDatasetOptions
 * @property {number} [batches] number of batches to use, from the beginning; default: all
 * @property {AbortSignal} [signal] aborts evaluateDataset, which rejects with the signal's reason without waiting for
 *   the dataset
 * @property {(progress: Progress) => unknown} [onProgress] called after each slice of work, about every 30 ms in a page
 * @property {Callbacks | readonly Callbacks[]} [callbacks] objects with any of the methods of a callback
 */

const NOT_OF_DATASETS = ['batchSize', 'validationSplit', 'validationSteps', 'shuffle', 'sampleWeight', 'stepsPerEpoch'];

/** @type {Record<string, Field>} */
const DATASET_FIELDS = {
  batchesPerEpoch: FIT_FIELDS.stepsPerEpoch,
  validationBatches: FIT_FIELDS.validationSteps,
  ...Object.fromEntries(Object.entries(FIT_FIELDS).filter(([name]) => !NOT_OF_DATASETS.includes(name))),
};

/**
 * Epochs of a dataset: each is a pass over it or, with batchesPerEpoch, a piece of one pass after the other.
 * @implements {Epochs}
 */
class DatasetEpochs {
  samples = null;
  batchSize = null;
  #supply;
  #batchesPerEpoch;
  #size;

  /**
   * @param {Supply} supply which, with batchesPerEpoch, repeats the dataset
   * @param {{ batchesPerEpoch?: number, size: unknown }} options size: how many batches the dataset says it has
   */
  constructor(supply, { batchesPerEpoch, size }) {
    this.#supply = supply;
    this.#batchesPerEpoch = batchesPerEpoch;
    this.#size = typeof size === 'number' && size > 0 ? size : Infinity;
  }

  get steps() {
    return this.#batchesPerEpoch ?? Infinity;
  }

  get expected() {
    return this.#batchesPerEpoch ?? this.#size;
  }

  /**
   * Reads the batches before the position too, so that a run that is continued gets the batches that it would have got.
   * @param {Position} position
   */
  async from({ epoch, batch, scores }) {
    const inEpochs = this.#batchesPerEpoch;
    const before = inEpochs ? epoch * inEpochs + batch : batch;
    const found = await this.#supply.skipTo(before);
    if (found < before) checkInteger('fitDataset: initialBatch', batch, 0, found);
    return {
      batches: { supply: this.#supply, firstBatch: batch, batches: this.steps, expected: this.expected },
      skipped: scores.samples,
    };
  }

  /** @param {number} batches */
  ended(batches) {
    this.#size = batches;
  }

  async close() {
    await this.#supply.close();
  }
}

/** Whether it is [x, y] or [x, y, sampleWeight], and not an array of batches. @param {any} data */
const isTensors = (data) =>
  Array.isArray(data) &&
  [2, 3].includes(data.length) &&
  !data.every((each) => Array.isArray(each) || 'xs' in Object(each));

/**
 * @param {Runner} runner
 * @param {Pick<CheckedOptions, 'validationData' | 'validationBatches' | 'validationBatchSize' | 'signal'>} checked
 * @returns {Batches | undefined}
 */
function datasetValidation(runner, { validationData, validationBatches: batches, validationBatchSize = 32, signal }) {
  if (!validationData) return undefined;
  if (isTensors(validationData)) {
    const [x, y, weights] = validationData;
    return validationOn(labelledSource(runner, 'fitDataset: validation ', x, y, weights), validationBatchSize, batches);
  }
  const names = { dataset: 'fitDataset: validationData', batch: 'fitDataset: validation batch' };
  return { supply: new Supply(names, validationData, batchReader(runner), { signal }), batches };
}

/**
 * Warns of what the first batch is likely to be wrong about.
 * @param {string} what the caller @param {Runner} runner @param {Read} read
 * @returns {Read}
 */
function doubting(what, runner, read) {
  let isFirst = true;
  return (name, value) => {
    const source = read(name, value);
    if (isFirst) doubt(what, runner, source);
    isFirst = false;
    return source;
  };
}

/**
 * Checks the options, and that the datasets can be iterated over.
 * @param {Runner} runner
 * @param {Dataset} dataset
 * @param {FitDatasetOptions} options
 * @returns {RunSettings}
 */
function checkFitDataset(runner, dataset, options) {
  const what = 'fitDataset';
  const checked = checkRun(what, options, DATASET_FIELDS);
  const { classWeight, batchesPerEpoch, initialBatch, signal } = checked;
  checkInteger(`${what}: initialBatch`, initialBatch, 0, batchesPerEpoch ?? MAX_STEPS);
  const weigh = classWeight === undefined ? undefined : weigherOf(what, runner, classWeight);
  const names = { dataset: `${what}: dataset`, batch: `${what}: batch` };
  const repeats = batchesPerEpoch !== undefined;
  const supply = new Supply(names, dataset, doubting(what, runner, batchReader(runner, weigh)), { signal, repeats });
  return {
    ...checked,
    data: new DatasetEpochs(supply, { batchesPerEpoch, size: dataset.size }),
    validation: datasetValidation(runner, checked),
  };
}

/**
 * @param {Runner} runner
 * @param {Dataset} dataset
 * @param {FitDatasetOptions} options
 * @param {FitState} state the model's, kept current
 */
export const fitDataset = async (runner, dataset, options, state) =>
  train(runner, checkFitDataset(runner, dataset, options), state);

/**
 * @param {Runner} runner
 * @param {Dataset} dataset
 * @param {EvaluateDatasetOptions} options
 * @returns {Promise<number[]>}
 */
export async function evaluateDataset(runner, dataset, options) {
  const what = 'evaluateDataset';
  const settings = checkPassOptions(what, options);
  const names = { dataset: `${what}: dataset`, batch: `${what}: batch` };
  const read = doubting(what, runner, batchReader(runner));
  const supply = new Supply(names, dataset, read, { signal: settings.signal });
  await settings.callbacks.begin(runner.model);
  return figuresOf(runner, await score(runner, { supply, batches: settings.batches }, settings, 'evaluate'));
}
