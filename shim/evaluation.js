import { checkInteger, checkOptions } from './errors.js';
import { addScores, logsOf, noScores, progressOf, readScores, runPass } from './pass.js';
import { labelledSource, sourceOf } from './source.js';
import { elementsOf } from './tensor.js';

/** @import { Progress } from './pass.js' */
/** @import { Runner, Source } from './source.js' */
/** @import { Tensor } from './tensor.js' */

/** @typedef {{ batchSize?: number, signal?: AbortSignal, onProgress?: (progress: Progress) => unknown }} PassOptions */
export const MAX_BATCH = 65536;
const PASS_OPTIONS = ['batchSize', 'signal', 'onProgress'];

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
      runner.core.doubles(results, 4).fill(0);
      runner.core.call('fr_score', runner.pointer, samples, dtype, targets, count, batchSize, results);
      scores = addScores(scores, readScores(runner.core, results, 1)[0]);
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
  checkOptions('evaluate', options, PASS_OPTIONS);
  const batchSize = checkInteger('evaluate: batchSize', options.batchSize ?? 32, 1, MAX_BATCH);
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
  checkOptions('predict', options, PASS_OPTIONS);
  const batchSize = checkInteger('predict: batchSize', options.batchSize ?? 32, 1, MAX_BATCH);
  const source = sourceOf(runner, 'x', x);
  const width = elementsOf(runner.outputShape);
  const data = new Float32Array(source.count * width);
  await runPass({
    runner, source, batchSize, signal: options.signal,
    resultBytes: width * 4,
    run: (stage, [samples, dtype, , count], first) => {
      const { results } = stage;
      runner.core.call('fr_infer', runner.pointer, samples, dtype, count, batchSize, results);
      data.set(runner.core.floats(results, count * width), first * width);
    },
    after: (done) => options.onProgress?.(progressOf('predict', done, 0, source.count, {})),
  });
  return { shape: [source.count, ...runner.outputShape], data };
}
