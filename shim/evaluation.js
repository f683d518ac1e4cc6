import { checkFunction, checkInteger, checkOptions, checkSignal } from './errors.js';
import { logsOf, noScores, progressOf, readScores, runPass, writeScores } from './pass.js';
import { labelledSource, sourceOf } from './source.js';
import { elementsOf } from './tensor.js';

/** @import { Progress } from './pass.js' */
/** @import { Runner, Source } from './source.js' */
/** @import { Tensor } from './tensor.js' */

/** @typedef {{ batchSize?: number, signal?: AbortSignal, onProgress?: (progress: Progress) => unknown }} PassOptions */
export const MAX_BATCH = 65536;

/**
 * @param {string} what
 * @param {PassOptions} options
 * @returns {number} the batch size
 */
function checkPassOptions(what, options) {
  checkOptions(what, options, ['batchSize', 'signal', 'onProgress']);
  checkSignal(`${what}: signal`, options.signal);
  checkFunction(`${what}: onProgress`, options.onProgress);
  return checkInteger(`${what}: batchSize`, options.batchSize ?? 32, 1, MAX_BATCH);
}

/**
 * @param {Runner} runner
 * @param {Source} source
 * @param {{ batchSize: number, signal?: AbortSignal, onProgress?: (progress: Progress) => unknown }} options
 * @param {'evaluate' | 'validate'} phase
 * @param {{ epoch?: number, epochs?: number }} [where]
 */
export async function score(runner, source, { batchSize, signal, onProgress }, phase, where) {
  let scores = noScores();
  await runPass({
    runner, source, batchSize, signal,
    run: (stage, [samples, dtype, targets, count]) => {
      const { results } = stage;
      writeScores(runner.core, results, scores);
      runner.core.call('fr_score', runner.pointer(), samples, dtype, targets, count, batchSize, results);
      [scores] = readScores(runner.core, results, 1);
    },
    after: (done) => onProgress?.(progressOf(phase, done, 0, source.count, logsOf(scores, runner.metrics), where)),
  });
  return logsOf(scores, runner.metrics);
}

/**
 * @param {Runner} runner
 * @param {Tensor} x
 * @param {Tensor} y
 * @param {PassOptions} options
 * @returns {Promise<number[]>}
 */
export async function evaluate(runner, x, y, options) {
  const batchSize = checkPassOptions('evaluate', options);
  const logs = await score(runner, labelledSource(runner, '', x, y), { ...options, batchSize }, 'evaluate');
  return [logs.loss, ...runner.metrics.map((metric) => logs[metric])];
}

/**
 * @param {Runner} runner
 * @param {Tensor} x
 * @param {PassOptions} options
 * @returns {Promise<Tensor<Float32Array>>}
 */
export async function predict(runner, x, options) {
  const batchSize = checkPassOptions('predict', options);
  const source = sourceOf(runner, 'x', x);
  const width = elementsOf(runner.outputShape);
  const data = new Float32Array(source.count * width);
  await runPass({
    runner, source, batchSize, signal: options.signal,
    resultBytes: width * 4,
    run: (stage, [samples, dtype, , count], first) => {
      const { results } = stage;
      runner.core.call('fr_infer', runner.pointer(), samples, dtype, count, batchSize, results);
      data.set(runner.core.floats(results, count * width), first * width);
    },
    after: (done) => options.onProgress?.(progressOf('predict', done, 0, source.count, {})),
  });
  return { shape: [source.count, ...runner.outputShape], data };
}
