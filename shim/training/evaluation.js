import { CallbackList } from './callback-list.js';
import { callable, checkFields, checkSignal, field, optional, unchecked, whole } from '../check.js';
import { logsOf } from './metrics.js';
import { progressOf, runPass, slicesOf } from './pass.js';
import { noScores, readScores, writeScores } from '../core/scores.js';
import { labelledSource, part, sourceOf } from './samples.js';
import { LIMITS } from '../core/limits.js';
import { allocated, elementsOf } from '../tensor.js';

/** @import { Callbacks } from './callback-list.js' */
/** @import { Field } from '../check.js' */
/** @import { Logs } from './progress.js' */
/** @import { Pass, Progress } from './pass.js' */
/** @import { Runner, Source } from './samples.js' */
/** @import { Tensor } from '../tensor.js' */

/**
 * @typedef {object} PassOptions
 * @property {number} [batchSize] default 32
 * @property {AbortSignal} [signal]
 * @property {(progress: Progress) => unknown} [onProgress]
 * @property {number} [steps] number of batches to use, from the beginning; default: all
 * @property {Callbacks | Callbacks[]} [callbacks]
 */
/**
 * @typedef {PassOptions & { sampleWeight?: Tensor }} EvaluateOptions sampleWeight: [n], the weight of each sample's
 *   loss
 */

export const MAX_STEPS = 1e9;
/** @type {Record<string, Field>} */
const FIELDS = {
  batchSize: field(whole(1, LIMITS.maxBatch), 32),
  signal: unchecked,
  onProgress: callable,
  steps: optional(whole(1, MAX_STEPS)),
  callbacks: unchecked,
};

/**
 * @param {'evaluate' | 'predict'} what
 * @param {EvaluateOptions} options
 */
function checkPassOptions(what, options) {
  /** @type {PassOptions & { batchSize: number }} */
  const checked = checkFields(what, options, what === 'predict' ? FIELDS : { ...FIELDS, sampleWeight: unchecked });
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
 * @param {Runner} runner
 * @param {Source} source
 * @param {{ batchSize: number, signal?: AbortSignal, single?: boolean }} options
 * @returns {{ pass: Pass, logs: () => Logs }}
 */
function scoring(runner, source, { batchSize, signal, single }) {
  let scores = noScores();
  return {
    logs: () => logsOf(scores, runner.metrics),
    pass: {
      runner,
      source,
      batchSize,
      signal,
      single,
      run: (stage, { samples, dtype, targets, weights, count }) => {
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
 * @param {Source} source
 * @param {{ batchSize: number, signal?: AbortSignal, callbacks: CallbackList, onProgress?: (progress: Progress) =>
 *   unknown }} options
 * @param {'evaluate' | 'validate'} phase
 * @param {{ epoch?: number, epochs?: number }} [where]
 */
export async function score(runner, source, { batchSize, signal, callbacks, onProgress }, phase, where) {
  const single = callbacks.has('onTestBatchBegin', 'onTestBatchEnd');
  const { pass, logs } = scoring(runner, source, { batchSize, signal, single });
  await callbacks.call('onTestBegin');
  await runPass(pass, {
    before: (batch) => callbacks.call('onTestBatchBegin', batch),
    after: async (done) => {
      const batch = done.batch - 1;
      if (single)
        await callbacks.call('onTestBatchEnd', batch, { batch, size: sizeOf(source, batchSize, batch), ...logs() });
      await onProgress?.(progressOf(phase, done, 0, source.count, logs(), where));
    },
  });
  await callbacks.call('onTestEnd', logs());
  return logs();
}

/**
 * The size of a batch; the last may be smaller.
 * @param {Source} source
 * @param {number} batchSize
 * @param {number} batch
 */
const sizeOf = ({ count }, batchSize, batch) => Math.min(batchSize, count - batch * batchSize);

/** @param {Runner} runner @param {Logs} logs @returns {number[]} */
const figuresOf = (runner, logs) => [logs.loss, ...[...runner.metrics.keys()].map((key) => logs[key])];

/**
 * @param {Runner} runner
 * @param {Tensor} x
 * @param {Tensor} y
 * @param {EvaluateOptions} options
 * @returns {Promise<number[]>}
 */
export async function evaluate(runner, x, y, options) {
  const settings = checkPassOptions('evaluate', options);
  const source = firstSteps(labelledSource(runner, '', x, y, options.sampleWeight), settings.batchSize, settings.steps);
  await settings.callbacks.begin(runner.model);
  return figuresOf(runner, await score(runner, source, settings, 'evaluate'));
}

/**
 * Evaluates synchronously and without callbacks.
 * @param {Runner} runner
 * @param {Tensor} x
 * @param {Tensor} y
 * @param {EvaluateOptions} options
 * @returns {number[]}
 */
export function evaluateNow(runner, x, y, options) {
  const { batchSize, steps } = checkPassOptions('evaluate', options);
  const source = firstSteps(labelledSource(runner, '', x, y, options.sampleWeight), batchSize, steps);
  const { pass, logs } = scoring(runner, source, { batchSize });
  for (const _ of slicesOf(pass));
  return figuresOf(runner, logs());
}

/**
 * A pass that predicts, and the tensor that its results go to.
 * @param {Runner} runner
 * @param {Tensor} x
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
      run: (stage, { samples, dtype, count }, first) => {
        const { results } = stage;
        runner.core.call('fr_infer', runner.pointer(), samples, dtype, count, batchSize, results);
        data.set(runner.core.floats(results, count * width), first * width);
      },
    },
  };
}

/**
 * @param {Runner} runner
 * @param {Tensor} x
 * @param {PassOptions} options
 * @returns {Promise<Tensor<Float32Array>>}
 */
export async function predict(runner, x, options) {
  const settings = checkPassOptions('predict', options);
  const { callbacks, onProgress } = settings;
  const single = callbacks.has('onPredictBatchBegin', 'onPredictBatchEnd');
  const { pass, predictions } = predicting(runner, x, { ...settings, single });
  await callbacks.begin(runner.model);
  await callbacks.call('onPredictBegin');
  await runPass(pass, {
    before: (batch) => callbacks.call('onPredictBatchBegin', batch),
    after: async (done) => {
      await callbacks.call('onPredictBatchEnd', done.batch - 1);
      await onProgress?.(progressOf('predict', done, 0, pass.source.count, {}));
    },
  });
  await callbacks.call('onPredictEnd');
  return predictions;
}

/**
 * Predicts synchronously and without callbacks.
 * @param {Runner} runner
 * @param {Tensor} x
 * @param {PassOptions} options
 */
export function predictNow(runner, x, options) {
  const { pass, predictions } = predicting(runner, x, checkPassOptions('predict', options));
  for (const _ of slicesOf(pass));
  return predictions;
}
