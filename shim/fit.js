import { seedWords } from './core.js';
import { FittingRoomError, checkBoolean, checkFunction, checkInteger, checkNumber, checkOptions, checkSignal, show } from './errors.js';
import { MAX_BATCH, score } from './evaluation.js';
import { inNode } from './host.js';
import { addScores, logsOf, noScores, now, progressOf, readScores, runPass } from './pass.js';
import { epochLine, epochTitle, printLog, progressLine } from './progress.js';
import { labelledSource, part } from './source.js';

/** @import { Progress, Scores } from './pass.js' */
/** @import { Log, Logs } from './progress.js' */
/** @import { Runner, Source } from './source.js' */
/** @import { Tensor } from './tensor.js' */

/**
 * Each may return a promise; fit waits for it.
 * @typedef {object} Callbacks
 * @property {(logs?: Logs) => unknown} [onTrainBegin]
 * @property {(epoch: number, logs?: Logs) => unknown} [onEpochBegin]
 * @property {(batch: number, logs: Logs) => unknown} [onBatchEnd] logs: batch, size, and the batch's own figures
 * @property {(epoch: number, logs: Logs) => unknown} [onEpochEnd]
 * @property {(logs?: Logs) => unknown} [onTrainEnd]
 * @property {(progress: Progress) => unknown} [onProgress] after each slice of work, about every 30 ms in a page, 60 elsewhere
 */

/**
 * @typedef {object} FitOptions
 * @property {number} [batchSize] 32
 * @property {number} [epochs] 1; the epoch to stop before, as in Keras
 * @property {0 | 1 | 2} [verbose] 1 under Node, else 0: silent, a progress bar, a line an epoch
 * @property {[Tensor, Tensor]} [validationData]
 * @property {number} [validationSplit] the share at the end of x and y, taken before shuffling
 * @property {boolean} [shuffle] true
 * @property {number} [initialEpoch] 0
 * @property {number} [initialBatch] 0; with initialEpoch, continues a stopped run where model.position says
 * @property {AbortSignal} [signal] fit rejects with its reason; the weights stay as they are by then
 * @property {Callbacks} [callbacks]
 * @property {Log} [log] where verbose text goes
 */

/** @typedef {{ epoch: number[], history: Record<string, number[]>, params: { epochs: number, batchSize: number, samples: number } }} History */
/** @typedef {{ epoch: number, batch: number, scores: Scores }} Position where training goes on; scores: of the epoch so far */

const CALLBACKS = ['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd', 'onProgress'];
const FIT_OPTIONS = [
  'batchSize', 'epochs', 'verbose', 'validationData', 'validationSplit', 'shuffle',
  'initialEpoch', 'initialBatch', 'signal', 'callbacks', 'log',
];

/**
 * @param {Runner} runner
 * @param {number} epochStart optimizer steps before the epoch
 * @param {number} count
 */
function epochOrder({ core, seed }, epochStart, count) {
  return core.withBytes(count * 4, (order) => {
    core.call('fr_epoch_order', ...seedWords(seed), epochStart, count, order);
    return new Uint32Array(core.ints(order, count));
  });
}

/** @param {Runner} runner */
const stepsTaken = ({ core, pointer }) =>
  core.withBytes(8, (out) => {
    core.call('fr_steps', pointer(), out);
    return core.doubles(out, 1)[0];
  });

/** @param {Callbacks} callbacks */
function checkCallbacks(callbacks) {
  checkOptions('fit: callbacks', callbacks, CALLBACKS);
  for (const [name, callback] of Object.entries(callbacks)) {
    checkFunction(`fit: ${name}`, callback);
  }
}

/**
 * @param {FitOptions} options
 * @param {Source} data
 */
function checkFitOptions(options, data) {
  checkOptions('fit', options, FIT_OPTIONS);
  const { validationSplit = 0, validationData, callbacks = {} } = options;
  const batchSize = checkInteger('fit: batchSize', options.batchSize ?? 32, 1, MAX_BATCH);
  const epochs = checkInteger('fit: epochs', options.epochs ?? 1, 1, 1e6);
  if (checkNumber('fit: validationSplit', validationSplit, 0, 1) === 1) {
    throw new FittingRoomError('fit: validationSplit must be below 1, got 1');
  }
  if (validationSplit && validationData) {
    throw new FittingRoomError('fit: give validationData or validationSplit, not both');
  }
  if (validationData && !(Array.isArray(validationData) && validationData.length === 2)) {
    throw new FittingRoomError(`fit: validationData must be [x, y], got ${show(validationData)}`);
  }
  const held = Math.floor(data.count * (1 - validationSplit));
  if (held < 1) {
    throw new FittingRoomError(`fit: validationSplit ${validationSplit} leaves none of ${data.count} samples to train on`);
  }
  checkCallbacks(callbacks);
  const { log = printLog, signal } = options;
  checkFunction('fit: log', log);
  checkSignal('fit: signal', signal);
  return {
    batchSize,
    epochs,
    callbacks,
    trainCount: held,
    verbose: checkInteger('fit: verbose', options.verbose ?? Number(inNode()), 0, 2),
    shuffle: checkBoolean('fit: shuffle', options.shuffle ?? true),
    initialEpoch: checkInteger('fit: initialEpoch', options.initialEpoch ?? 0, 0, epochs),
    initialBatch: checkInteger('fit: initialBatch', options.initialBatch ?? 0, 0, Math.ceil(held / batchSize)),
    log,
    signal,
  };
}

/** @typedef {ReturnType<typeof checkFitOptions>} FitSettings */

/** The verbose text of one epoch. */
class Reporter {
  #settings;
  #epoch;
  #lines = 0;
  #start = now();

  /** @param {FitSettings} settings @param {number} epoch */
  constructor(settings, epoch) {
    this.#settings = settings;
    this.#epoch = epoch;
    if (settings.verbose === 1) settings.log(epochTitle(epoch, settings.epochs), { replace: false, final: true });
  }

  /** @param {Progress} progress @param {boolean} [final] */
  bar({ batch, batches, etaSeconds, logs }, final = false) {
    if (this.#settings.verbose !== 1 || (batch === batches && !final)) return;
    const line = { done: batch, total: batches, seconds: now() - this.#start, etaSeconds, logs };
    this.#settings.log(progressLine(line), { replace: this.#lines++ > 0, final });
  }

  /** @param {Progress} last @param {Logs} logs */
  end(last, logs) {
    this.bar({ ...last, logs }, true);
    if (this.#settings.verbose === 2) {
      this.#settings.log(epochLine(this.#epoch, this.#settings.epochs, now() - this.#start, logs), { replace: false, final: true });
    }
  }
}

/**
 * One epoch over the training samples, from batch position.batch on; keeps `position` current.
 * @param {Runner} runner
 * @param {Source} source
 * @param {FitSettings} settings
 * @param {Position} position
 * @param {Reporter} reporter
 * @param {() => boolean} stopped
 * @returns {Promise<Progress | undefined>} the last slice's, or undefined where it was stopped
 */
async function trainEpoch(runner, source, settings, position, reporter, stopped) {
  const { batchSize, callbacks, signal } = settings;
  const { core, pointer, metrics } = runner;
  const epochStart = stepsTaken(runner) - position.batch;
  const order = settings.shuffle ? epochOrder(runner, Math.max(epochStart, 0), source.count) : undefined;
  const skipped = position.batch * batchSize;
  /** @param {Parameters<typeof progressOf>[1]} done */
  const where = (done) =>
    progressOf('train', done, skipped, source.count, logsOf(position.scores, metrics), {
      epoch: position.epoch,
      epochs: settings.epochs,
    });
  /** @type {Scores[]} */
  let fresh = [];
  /** @type {Progress | undefined} */
  let progress;
  await runPass({
    runner, source, batchSize, order, signal,
    firstBatch: position.batch,
    single: callbacks.onBatchEnd !== undefined,
    run: (stage, [samples, dtype, targets, count]) => {
      const { results } = stage;
      core.call('fr_fit', pointer(), samples, dtype, targets, count, batchSize, results);
      fresh = readScores(core, results, Math.ceil(count / batchSize));
    },
    after: async (done) => {
      position.scores = fresh.reduce(addScores, position.scores);
      position.batch = done.batch;
      progress = where(done);
      for (const [i, scores] of fresh.entries()) {
        const batch = done.batch - fresh.length + i;
        await callbacks.onBatchEnd?.(batch, { batch, size: scores.samples, ...logsOf(scores, metrics) });
      }
      reporter.bar(progress);
      await callbacks.onProgress?.(progress);
      return !stopped();
    },
  });
  if (position.batch * batchSize < source.count) return undefined;
  const batches = Math.ceil(source.count / batchSize);
  return progress ?? where({ batch: batches, batches, samples: source.count, seconds: 0 });
}

/**
 * @param {Logs} logs
 * @returns {Logs}
 */
const asValidation = (logs) => Object.fromEntries(Object.entries(logs).map(([name, value]) => [`val_${name}`, value]));

/**
 * @param {Runner} runner
 * @param {Tensor} x
 * @param {Tensor} y
 * @param {FitOptions} options
 * @param {{ position: Position, history: History, stopTraining: boolean }} state the model's, kept current
 * @returns {Promise<History>}
 */
export async function fit(runner, x, y, options, state) {
  const data = labelledSource(runner, '', x, y);
  const settings = checkFitOptions(options, data);
  const { callbacks, epochs, batchSize, trainCount, initialEpoch, initialBatch, signal } = settings;
  const source = part(data, 0, trainCount);
  const validation = options.validationData
    ? labelledSource(runner, 'validation ', ...options.validationData)
    : trainCount < data.count
      ? part(data, trainCount, data.count)
      : undefined;

  const resumes = state.position.epoch === initialEpoch && state.position.batch === initialBatch && initialBatch > 0;
  state.position = { epoch: initialEpoch, batch: initialBatch, scores: resumes ? state.position.scores : noScores() };
  state.history = { epoch: [], history: {}, params: { epochs, batchSize, samples: trainCount } };
  state.stopTraining = false;

  await callbacks.onTrainBegin?.();
  while (state.position.epoch < epochs && !state.stopTraining) {
    const { epoch } = state.position;
    await callbacks.onEpochBegin?.(epoch);
    const reporter = new Reporter(settings, epoch);
    const last = await trainEpoch(runner, source, settings, state.position, reporter, () => state.stopTraining);
    if (!last) break;
    const logs = { ...last.logs };
    if (validation) {
      const pass = { batchSize, signal, onProgress: callbacks.onProgress };
      Object.assign(logs, asValidation(await score(runner, validation, pass, 'validate', { epoch, epochs })));
    }
    reporter.end(last, logs);
    state.position = { epoch: epoch + 1, batch: 0, scores: noScores() };
    record(state.history, epoch, logs);
    await callbacks.onEpochEnd?.(epoch, logs);
  }
  await callbacks.onTrainEnd?.();
  return state.history;
}

/** @param {History} history @param {number} epoch @param {Logs} logs */
function record(history, epoch, logs) {
  history.epoch.push(epoch);
  for (const [name, value] of Object.entries(logs)) (history.history[name] ??= []).push(value);
}
