import { CallbackList } from './callback-list.js';
import { FittingRoomError, checkBelow, checkBoolean, checkFunction, checkInteger, checkOptions, checkSignal, show } from './errors.js';
import { MAX_BATCH, MAX_STEPS, firstSteps } from './evaluation.js';
import { inNode } from './host.js';
import { batchesOf } from './pass.js';
import { printLog } from './progress.js';
import { labelledSource, part, weightsByClass } from './source.js';
import { elementsOf } from './tensor.js';

/** @import { Callbacks } from './callback-list.js' */
/** @import { Log } from './progress.js' */
/** @import { Runner, Source } from './source.js' */
/** @import { Tensor } from './tensor.js' */

/**
 * @typedef {object} FitOptions
 * @property {number} [batchSize] 32
 * @property {number} [epochs] 1; the epoch to stop before, as in Keras
 * @property {0 | 1 | 2} [verbose] 1 under Node, else 0: silent, a progress bar, a line an epoch
 * @property {[Tensor, Tensor] | [Tensor, Tensor, Tensor]} [validationData] x, y, and how much each sample counts
 * @property {number} [validationSplit] the share at the end of x and y, taken before shuffling
 * @property {number} [validationFreq] 1; epochs from one validation to the next
 * @property {number} [validationSteps] batches to validate on; all where left out
 * @property {number} [validationBatchSize] batchSize
 * @property {boolean} [shuffle] true
 * @property {Record<number, number> | number[]} [classWeight] how much a sample of each class counts; 1 where left out
 * @property {Tensor} [sampleWeight] [n], how much each sample counts
 * @property {number} [stepsPerEpoch] batches in an epoch, which goes on where the last one left the data; as many as there are
 * @property {number} [initialEpoch] 0
 * @property {number} [initialBatch] 0; with initialEpoch, continues a stopped run where model.position says
 * @property {AbortSignal} [signal] fit rejects with its reason; the weights stay as they are by then
 * @property {Callbacks | Callbacks[]} [callbacks]
 * @property {Log} [log] where verbose text goes
 */

export const FIT_OPTIONS = [
  'batchSize', 'epochs', 'verbose', 'validationData', 'validationSplit', 'validationFreq', 'validationSteps',
  'validationBatchSize', 'shuffle', 'classWeight', 'sampleWeight', 'stepsPerEpoch', 'initialEpoch', 'initialBatch',
  'signal', 'callbacks', 'log',
];

/** @param {string} name @param {number | undefined} value @param {number} otherwise */
const checkSteps = (name, value, otherwise) => (value === undefined ? otherwise : checkInteger(`fit: ${name}`, value, 1, MAX_STEPS));

/**
 * @param {FitOptions} options
 * @param {Source} data
 */
function checkSplit({ validationSplit = 0, validationData }, data) {
  checkBelow('fit: validationSplit', validationSplit, 0, 1);
  if (validationSplit && validationData) {
    throw new FittingRoomError('fit: give validationData or validationSplit, not both');
  }
  if (validationData && !(Array.isArray(validationData) && [2, 3].includes(validationData.length))) {
    throw new FittingRoomError(`fit: validationData must be [x, y] or [x, y, sampleWeight], got ${show(validationData)}`);
  }
  const trainCount = Math.floor(data.count * (1 - validationSplit));
  if (trainCount < 1) {
    throw new FittingRoomError(`fit: validationSplit ${validationSplit} leaves none of ${data.count} samples to train on`);
  }
  return trainCount;
}

/**
 * The options checked, and the samples cut into those to train on and those to validate on.
 * @param {Runner} runner
 * @param {Tensor} x
 * @param {Tensor} y
 * @param {FitOptions} options
 */
export function checkFit(runner, x, y, options) {
  checkOptions('fit', options, FIT_OPTIONS);
  const { validationData, signal, classWeight, sampleWeight, log = printLog } = options;
  const data = labelledSource(runner, '', x, y, sampleWeight);
  const batchSize = checkInteger('fit: batchSize', options.batchSize ?? 32, 1, MAX_BATCH);
  const epochs = checkInteger('fit: epochs', options.epochs ?? 1, 1, 1e6);
  const trainCount = checkSplit(options, data);
  checkFunction('fit: log', log);
  checkSignal('fit: signal', signal);
  const source = part(data, 0, trainCount);
  if (classWeight !== undefined) {
    if (sampleWeight) throw new FittingRoomError('fit: give classWeight or sampleWeight, not both');
    source.weights = weightsByClass(source, elementsOf(runner.outputShape), classWeight);
  }
  const steps = checkSteps('stepsPerEpoch', options.stepsPerEpoch, batchesOf(source, batchSize));
  const validationBatchSize = checkInteger('fit: validationBatchSize', options.validationBatchSize ?? batchSize, 1, MAX_BATCH);
  const held = validationData
    ? labelledSource(runner, 'validation ', validationData[0], validationData[1], validationData[2])
    : trainCount < data.count
      ? part(data, trainCount, data.count)
      : undefined;
  return {
    source, batchSize, epochs, steps, log, signal, validationBatchSize,
    validation: held && firstSteps(held, validationBatchSize, checkSteps('validationSteps', options.validationSteps, Infinity)),
    validationFreq: checkSteps('validationFreq', options.validationFreq, 1),
    verbose: checkInteger('fit: verbose', options.verbose ?? (inNode() ? 1 : 0), 0, 2),
    shuffle: checkBoolean('fit: shuffle', options.shuffle ?? true),
    initialEpoch: checkInteger('fit: initialEpoch', options.initialEpoch ?? 0, 0, epochs),
    initialBatch: checkInteger('fit: initialBatch', options.initialBatch ?? 0, 0, steps),
    callbacks: new CallbackList('fit', options.callbacks),
  };
}

/** @typedef {ReturnType<typeof checkFit>} FitSettings */
