import { CallbackList } from './callback-list.js';
import { callable, checkFields, checkSignal, field, optional, unchecked, whole } from '../check.js';
import { logsOf } from './metrics.js';
import { closing, progressOf, runPass, slicesOf } from './pass.js';
import { noScores, readScores, writeScores } from '../core/scores.js';
import { labelledSource, look, part, sourceOf } from './samples.js';
import { LIMITS } from '../core/limits.js';
import { allocated, elementsOf } from '../tensor.js';
import { warn } from '../warning.js';

/** @import { Callbacks } from './callback-list.js' */
/** @import { EvaluateDatasetOptions } from './dataset.js' */
/** @import { Field } from '../check.js' */
/** @import { Logs } from './progress.js' */
/** @import { Cut, Pass, Progress, Supplied, Work } from './pass.js' */
/** @import { Runner, Source } from './samples.js' */
/** @import { Given, Samples, Tensor } from '../tensor.js' */

/**
 * @typedef {object} PassOptions
 * @property {number} [batchSize] default 32
 * @property {AbortSignal} [signal] aborts the pass, which rejects with the signal's reason
 * @property {(progress: Progress) => unknown} [onProgress] called after each slice of work, about every 30 ms in a page
 * @property {number} [steps] number of batches to use, from the beginning; default: all
 * @property {Callbacks | readonly Callbacks[]} [callbacks] objects with any of the methods of a callback
 */
/**
 * @typedef {object} Weighed
 * @property {Given} [sampleWeight] [n], the weight of each sample's loss
 */
/** @typedef {PassOptions & Weighed} EvaluateOptions */

/** @typedef {Cut | Supplied} Batches what is evaluated */

export const MAX_STEPS = 1e9;
/** @type {Record<string, Field>} */
const FIELDS = {
  batchSize: field(whole(1, LIMITS.maxBatch), 32),
  signal: unchecked,
  onProgress: callable,
  steps: optional(whole(1, MAX_STEPS)),
  callbacks: unchecked,
};
/** @type {Record<string, Record<string, Field>>} */
const FIELDS_OF = {
  predict: FIELDS,
  evaluate: { ...FIELDS, sampleWeight: unchecked },
  evaluateDataset: { batches: FIELDS.steps, signal: unchecked, onProgress: callable, callbacks: unchecked },
};

/**
 * @param {'evaluate' | 'evaluateDataset' | 'predict'} what
 * @param {EvaluateOptions | EvaluateDatasetOptions} options
 */
export function checkPassOptions(what, options) {
  /** @type {PassOptions & EvaluateDatasetOptions & { batchSize: number }} */
  const checked = checkFields(what, options, FIELDS_OF[what]);
  checkSignal(`${what}: signal`, checked.signal);
  return { ...checked, callbacks: new CallbackList(what, checked.callbacks) };
}

/**
 * The first `steps` batches of a source.
 * @template {Source} T
 * @param {T} source @param {number} batchSize @param {number} [steps]
 */
export const firstSteps = (source, batchSize, steps = Infinity) =>
  part(source, 0, Math.min(source.count, steps * batchSize));

/**
 * A pass that sums up scores, and the figures so far.
 * @template {Batches} T
 * @param {Runner} runner
 * @param {T} batches
 * @param {{ signal?: AbortSignal, single?: boolean }} [options]
 * @returns {{ pass: Work & T, logs: () => Logs }}
 */
function scoring(runner, batches, { signal, single } = {}) {
  let scores = noScores();
  return {
    logs: () => logsOf(scores, runner.metrics),
    pass: {
      ...batches,
      runner,
      signal,
      single,
      run: (stage, { samples, dtype, targets, weights, count }, { batchSize }) => {
        const { results } = stage;
        writeScores(runner.core, results, scores);
        runner.core.call('fr_score', runner.pointer(), samples, dtype, targets, weights, count, batchSize, results);
        [scores] = readScores(runner.core, results, 1);
      },
    },
  };
}

/**
 * @param {Runner} runner
 * @param {Batches} batches
 * @param {{ signal?: AbortSignal, callbacks: CallbackList, onProgress?: (progress: Progress) => unknown }} options
 * @param {'evaluate' | 'validate'} phase
 * @param {{ epoch?: number, epochs?: number }} [where]
 */
export async function score(runner, batches, { signal, callbacks, onProgress }, phase, where) {
  const single = callbacks.has('onTestBatchBegin', 'onTestBatchEnd');
  const { pass, logs } = scoring(runner, batches, { signal, single });
  let count = 0;
  await callbacks.call('onTestBegin');
  const run = () =>
    runPass(pass, {
      before: (batch) => callbacks.call('onTestBatchBegin', batch),
      after: async (done) => {
        count = done.batch;
        const batch = done.batch - 1;
        if (single) await callbacks.call('onTestBatchEnd', batch, { batch, size: done.size, ...logs() });
        await onProgress?.(progressOf(phase, done, 0, logs(), where));
      },
    });
  if ('supply' in batches) {
    await closing(batches.supply, run);
    warnIfShort(phase, count, batches.batches);
  } else await run();
  await callbacks.call('onTestEnd', logs());
  return logs();
}

/** @param {'evaluate' | 'validate'} phase @param {number} count @param {number | undefined} wanted */
function warnIfShort(phase, count, wanted = count) {
  const asked = phase === 'evaluate' ? 'evaluateDataset: batches' : 'fitDataset: validationBatches';
  if (count < wanted) warn(`${asked} is ${wanted}, but the dataset ended after ${count}`);
}

/** @param {Runner} runner @param {Logs} logs @returns {number[]} */
export const figuresOf = (runner, logs) => [logs.loss, ...[...runner.metrics.keys()].map((key) => logs[key])];

/**
 * @param {Runner} runner
 * @param {Samples} x
 * @param {Given} y
 * @param {EvaluateOptions} options
 * @returns {Promise<number[]>}
 */
export async function evaluate(runner, x, y, options) {
  const settings = checkPassOptions('evaluate', options);
  const source = firstSteps(labelledSource(runner, '', x, y, options.sampleWeight), settings.batchSize, settings.steps);
  await look('evaluate', runner, source);
  await settings.callbacks.begin(runner.model);
  return figuresOf(runner, await score(runner, { source, batchSize: settings.batchSize }, settings, 'evaluate'));
}

/**
 * Evaluates synchronously and without callbacks.
 * @param {Runner} runner
 * @param {Samples} x
 * @param {Given} y
 * @param {EvaluateOptions} options
 * @returns {number[]}
 */
export function evaluateNow(runner, x, y, options) {
  const { batchSize, steps } = checkPassOptions('evaluate', options);
  const source = firstSteps(labelledSource(runner, '', x, y, options.sampleWeight), batchSize, steps);
  const { pass, logs } = scoring(runner, { source, batchSize });
  for (const { run } of slicesOf(pass)) run();
  return figuresOf(runner, logs());
}

/**
 * A pass that predicts, and the tensor that its results go to.
 * @param {Runner} runner
 * @param {Samples} x
 * @param {{ batchSize: number, steps?: number, signal?: AbortSignal, single?: boolean }} options
 * @returns {{ pass: Pass, predictions: Tensor<Float32Array> }}
 */
function predicting(runner, x, { batchSize, steps, signal, single }) {
  const source = firstSteps(sourceOf(runner, 'x', x), batchSize, steps);
  const width = elementsOf(runner.outputShape);
  const data = allocated(Float32Array, source.count * width);
  return {
    predictions: { shape: [source.count, ...runner.outputShape], data },
    pass: {
      runner,
      source,
      batchSize,
      signal,
      single,
      resultBytes: width * 4,
      run: (stage, { samples, dtype, count }, { first }) => {
        const { results } = stage;
        runner.core.call('fr_infer', runner.pointer(), samples, dtype, count, batchSize, results);
        data.set(runner.core.floats(results, count * width), first * width);
      },
    },
  };
}

/**
 * @param {Runner} runner
 * @param {Samples} x
 * @param {PassOptions} options
 * @returns {Promise<Tensor<Float32Array>>}
 */
export async function predict(runner, x, options) {
  const settings = checkPassOptions('predict', options);
  const { callbacks, onProgress } = settings;
  const single = callbacks.has('onPredictBatchBegin', 'onPredictBatchEnd');
  const { pass, predictions } = predicting(runner, x, { ...settings, single });
  await look('predict', runner, pass.source);
  await callbacks.begin(runner.model);
  await callbacks.call('onPredictBegin');
  await runPass(pass, {
    before: (batch) => callbacks.call('onPredictBatchBegin', batch),
    after: async (done) => {
      await callbacks.call('onPredictBatchEnd', done.batch - 1);
      await onProgress?.(progressOf('predict', done, 0, {}));
    },
  });
  await callbacks.call('onPredictEnd');
  return predictions;
}

/**
 * Predicts synchronously and without callbacks.
 * @param {Runner} runner
 * @param {Samples} x
 * @param {PassOptions} options
 */
export function predictNow(runner, x, options) {
  const { pass, predictions } = predicting(runner, x, checkPassOptions('predict', options));
  for (const { run } of slicesOf(pass)) run();
  return predictions;
}
