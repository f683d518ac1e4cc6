import { CallbackList } from './callback-list.js';
import {
  FittingRoomError,
  below,
  callable,
  checkFields,
  checkInteger,
  checkSignal,
  field,
  flag,
  optional,
  show,
  unchecked,
  whole,
} from '../check.js';
import { TensorEpochs } from './epochs.js';
import { MAX_STEPS, firstSteps } from './evaluation.js';
import { inNode } from '../core/host.js';
import { batchesOf } from './pass.js';
import { labelledSource, part, weigherOf } from './samples.js';
import { LIMITS } from '../core/limits.js';

/** @import { Callbacks } from './callback-list.js' */
/** @import { Epochs } from './epochs.js' */
/** @import { Batches } from './evaluation.js' */
/** @import { FitDatasetOptions } from './dataset.js' */
/** @import { Field } from '../check.js' */
/** @import { Log } from './progress.js' */
/** @import { Runner, Source } from './samples.js' */
/** @import { Given, Samples } from '../tensor.js' */

/**
 * @typedef {object} FitOptions
 * @property {number} [batchSize] default 32
 * @property {number} [epochs] default 1; the epoch to stop before, as in Keras
 * @property {0 | 1 | 2} [verbose] 0: silent, 1: a progress bar, 2: one line per epoch; default 1 in Node, 0 elsewhere
 * @property {readonly [Samples, Given] | readonly [Samples, Given, Given]} [validationData] x, y, and optionally a
 *   weight per sample
 * @property {number} [validationSplit] the share to take from the end of x and y, before shuffling
 * @property {number} [validationFreq] default 1; validate every this many epochs
 * @property {number} [validationSteps] number of batches to validate on; default: all
 * @property {number} [validationBatchSize] default: batchSize
 * @property {boolean} [shuffle] default true
 * @property {Readonly<Record<number, number>> | readonly number[] | ReadonlyMap<number, number>} [classWeight] the
 *   weight of samples by class;
 *   default 1. A sample's class is its class index, the position of its largest target, or its only target rounded
 * @property {Given} [sampleWeight] [n], the weight of each sample
 * @property {number} [stepsPerEpoch] batches in an epoch; the next epoch continues in the data where this one ended.
 *   Default: one sweep over the data
 * @property {number} [initialEpoch] default 0
 * @property {number} [initialBatch] default 0; with initialEpoch, continues a stopped run at model.position
 * @property {AbortSignal} [signal] aborts fit, which rejects with the signal's reason; the weights stay as they are
 *   then
 * @property {Callbacks | readonly Callbacks[]} [callbacks] `callbacks.*`, or objects with any of their methods
 * @property {Log} [log] receives the text that verbose asks for
 */

const steps = optional(whole(1, MAX_STEPS));
const batch = whole(1, LIMITS.maxBatch);

/** @type {Record<string, Field>} initialBatch and validationData depend on the data and are checked with it */
export const FIT_FIELDS = {
  batchSize: field(batch, 32),
  epochs: field(whole(1, 1e6), 1),
  verbose: field(whole(0, 2), () => (inNode() ? 1 : 0)),
  validationData: unchecked,
  validationSplit: field(below(0, 1), 0),
  validationFreq: field(whole(1, MAX_STEPS), 1),
  validationSteps: steps,
  validationBatchSize: optional(batch),
  shuffle: field(flag, true),
  classWeight: unchecked,
  sampleWeight: unchecked,
  stepsPerEpoch: steps,
  initialEpoch: field(whole(0, 1e6), 0),
  initialBatch: field(unchecked.check, 0),
  signal: unchecked,
  callbacks: unchecked,
  log: callable,
};

/**
 * Checks the options that depend on no data.
 * @param {'fit' | 'fitDataset'} what
 * @param {object} options
 * @param {Record<string, Field>} fields
 */
export function checkRun(what, options, fields) {
  const checked = /** @type {CheckedOptions} */ (checkFields(what, options, fields));
  checkSignal(`${what}: signal`, checked.signal);
  const callbacks = new CallbackList(what, checked.callbacks);
  checkInteger(`${what}: initialEpoch`, checked.initialEpoch, 0, checked.epochs);
  return { ...checked, callbacks };
}

/**
 * @param {Pick<FitOptions, 'validationSplit' | 'validationData'>} options
 * @param {Source} data
 */
function checkSplit({ validationSplit = 0, validationData }, data) {
  if (validationSplit && validationData) {
    throw new FittingRoomError('fit: give validationData or validationSplit, not both');
  }
  if (validationData && !(Array.isArray(validationData) && [2, 3].includes(validationData.length))) {
    throw new FittingRoomError(
      `fit: validationData must be [x, y] or [x, y, sampleWeight], got ${show(validationData)}`,
    );
  }
  const trainCount = Math.floor(data.count * (1 - validationSplit));
  if (trainCount < 1) {
    throw new FittingRoomError(
      `fit: validationSplit ${validationSplit} leaves none of ${data.count} samples to train on`,
    );
  }
  return trainCount;
}

/**
 * Checks the options, and splits the samples into those to train on and those to validate on.
 * @param {Runner} runner
 * @param {Samples} x
 * @param {Given} y
 * @param {FitOptions} options
 * @returns {RunSettings}
 */
export function checkFit(runner, x, y, options) {
  const checked = checkRun('fit', options, FIT_FIELDS);
  const { validationData, sampleWeight, classWeight, batchSize, shuffle } = checked;
  const { stepsPerEpoch, validationSteps, validationBatchSize = batchSize } = checked;
  const all = labelledSource(runner, '', x, y, sampleWeight);
  const trainCount = checkSplit(checked, all);
  const source = part(all, 0, trainCount);
  if (classWeight !== undefined) {
    if (sampleWeight) throw new FittingRoomError('fit: give classWeight or sampleWeight, not both');
    source.weights = weigherOf('fit', runner, classWeight)(source);
  }
  const stepsOfEpoch = stepsPerEpoch ?? batchesOf(source, batchSize);
  checkInteger('fit: initialBatch', checked.initialBatch, 0, stepsOfEpoch);
  const held = validationData
    ? labelledSource(runner, 'validation ', validationData[0], validationData[1], validationData[2])
    : trainCount < all.count
      ? part(all, trainCount, all.count)
      : undefined;
  return {
    ...checked,
    data: new TensorEpochs(runner, { source, batchSize, shuffle, steps: stepsOfEpoch }),
    validation: held && validationOn(held, validationBatchSize, validationSteps),
  };
}

/**
 * @param {Source} source
 * @param {number} batchSize
 * @param {number} [batches]
 * @returns {Batches}
 */
export const validationOn = (source, batchSize, batches) => ({
  source: firstSteps(source, batchSize, batches),
  batchSize,
});

/**
 * The options after checking; those of the other function are undefined.
 * @typedef {Omit<FitOptions & FitDatasetOptions, 'validationData'> & { validationData: any } &
 *   Required<Pick<FitOptions, 'batchSize' | 'epochs' | 'verbose' | 'validationFreq' | 'shuffle' | 'initialEpoch' |
 *   'initialBatch'>>} CheckedOptions
 */
/**
 * What fit and fitDataset have in common.
 * @typedef {object} RunSettings
 * @property {Epochs} data what to train on
 * @property {Batches | undefined} validation what to validate on
 * @property {number} validationFreq
 * @property {CallbackList} callbacks
 * @property {number} epochs
 * @property {number} initialEpoch
 * @property {number} initialBatch
 * @property {0 | 1 | 2} verbose
 * @property {Log} [log]
 * @property {AbortSignal} [signal]
 */
