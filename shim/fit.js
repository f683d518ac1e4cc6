import { seedWords } from './core.js';
import { score } from './evaluation.js';
import { checkFit } from './fit-options.js';
import { logsOf } from './metrics.js';
import { batchesOf, progressOf, runPass } from './pass.js';
import { appendLogs } from './progress.js';
import { Reporter } from './reporter.js';
import { addScores, noScores, readScores } from './scores.js';

/** @import { FitSettings } from './fit-options.js' */
/** @import { OptimizerHandle } from './optimizers.js' */
/** @import { Progress } from './pass.js' */
/** @import { Logs } from './progress.js' */
/** @import { Scores } from './scores.js' */
/** @import { Runner } from './source.js' */
/** @import { Tensor } from './tensor.js' */

/** @typedef {import('./fit-options.js').FitOptions} FitOptions */
/** @typedef {{ epoch: number[], history: Record<string, number[]>, params: { epochs: number, batchSize: number, samples: number } }} History */
/** @typedef {{ epoch: number, batch: number, scores: Scores }} Position where training goes on; scores: of the epoch so far */
/** @typedef {{ position: Position, history: History, stopTraining: boolean }} FitState */

/**
 * @param {Runner} runner
 * @param {number} sweepStart optimizer steps before the sweep
 * @param {number} count
 */
function sweepOrder({ core, seed }, sweepStart, count) {
  return core.withBytes(count * 4, (order) => {
    core.call('fr_epoch_order', ...seedWords(seed), sweepStart, count, order);
    return new Uint32Array(core.ints(order, count));
  });
}

/**
 * The sweeps over the samples that an epoch's batches are parts of. Without stepsPerEpoch an epoch is one sweep; else
 * epochs cut an endless row of them.
 */
class Sweeps {
  #runner;
  #settings;
  #before;
  #start = NaN;
  /** @type {Uint32Array | undefined} */
  #order;

  /** @param {Runner} runner @param {FitSettings} settings @param {number} epoch */
  constructor(runner, settings, epoch) {
    this.#runner = runner;
    this.#settings = settings;
    this.#before = epoch * settings.steps;
  }

  /** Where the sweep starts that batch `batch` of the epoch is of, the next one to train on. @param {number} batch */
  at(batch) {
    const { source, batchSize, shuffle } = this.#settings;
    const into = (this.#before + batch) % batchesOf(source, batchSize);
    if (this.#start !== batch - into) {
      this.#start = batch - into;
      const steps = /** @type {OptimizerHandle} */ (this.#runner.optimizer).iterations;
      this.#order = shuffle ? sweepOrder(this.#runner, Math.max(steps - into, 0), source.count) : undefined;
    }
    return { start: this.#start, order: this.#order };
  }

  /** Samples in the epoch's batches before `batch`. @param {number} batch */
  samplesBefore(batch) {
    const { source, batchSize } = this.#settings;
    const inSweep = batchesOf(source, batchSize);
    const [first, last] = [this.#before, this.#before + batch].map(
      (all) => Math.floor(all / inSweep) * source.count + (all % inSweep) * batchSize,
    );
    return last - first;
  }
}

/**
 * One epoch, from batch position.batch on; keeps `position` current.
 * @param {Runner} runner
 * @param {FitSettings} settings
 * @param {Position} position
 * @param {Reporter} reporter
 * @param {() => boolean} stopped
 * @returns {Promise<Progress | undefined>} the last slice's, or undefined where it was stopped
 */
async function trainEpoch(runner, settings, position, reporter, stopped) {
  const { source, batchSize, steps, epochs, callbacks, signal } = settings;
  const { core, pointer, metrics } = runner;
  const optimizer = /** @type {OptimizerHandle} */ (runner.optimizer);
  const { epoch } = position;
  const sweeps = new Sweeps(runner, settings, epoch);
  const [skipped, total] = [sweeps.samplesBefore(position.batch), sweeps.samplesBefore(steps)];
  /** @param {Parameters<typeof progressOf>[1]} done */
  const where = (done) => progressOf('train', done, skipped, total, logsOf(position.scores, metrics), { epoch, epochs });
  /** @type {Scores[]} */
  let fresh = [];
  /** @type {Progress | undefined} */
  let progress;
  await runPass({
    runner, source, batchSize, signal,
    firstBatch: position.batch,
    batches: steps,
    single: callbacks.has('onBatchBegin', 'onBatchEnd', 'onTrainBatchBegin', 'onTrainBatchEnd'),
    sweep: (batch) => sweeps.at(batch),
    run: (stage, { samples, dtype, targets, weights, count }, _first, batches) => {
      const { results } = stage;
      const step = optimizer.iterations;
      const rates = stage.loadRates(Array.from({ length: batches }, (_, i) => optimizer.rateAt(step + i)));
      core.call('fr_fit', pointer(), samples, dtype, targets, weights, count, batchSize, rates, results);
      fresh = readScores(core, results, batches);
    },
  }, {
    before: async (batch) => {
      await callbacks.call('onBatchBegin', batch);
      await callbacks.call('onTrainBatchBegin', batch);
    },
    after: async (done) => {
      position.scores = fresh.reduce(addScores, position.scores);
      position.batch = done.batch;
      progress = where(done);
      for (const [i, scores] of fresh.entries()) {
        const batch = done.batch - fresh.length + i;
        const logs = { batch, size: scores.samples, ...logsOf(scores, metrics) };
        await callbacks.call('onBatchEnd', batch, logs);
        await callbacks.call('onTrainBatchEnd', batch, logs);
      }
      reporter.bar(progress);
      await callbacks.call('onProgress', progress);
      await callbacks.call('onYield', epoch, done.batch - 1, progress.logs);
      return !stopped();
    },
  });
  if (position.batch < steps) return undefined;
  return progress ?? where({ batch: steps, batches: steps, samples: 0, seconds: 0 });
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
 * @param {FitState} state the model's, kept current
 * @returns {Promise<History>}
 */
export async function fit(runner, x, y, options, state) {
  const settings = checkFit(runner, x, y, options);
  const { source, validation, callbacks, epochs, batchSize, steps, initialEpoch, initialBatch, verbose } = settings;
  const samples = source.count;
  const resumes = state.position.epoch === initialEpoch && state.position.batch === initialBatch && initialBatch > 0;
  state.position = { epoch: initialEpoch, batch: initialBatch, scores: resumes ? state.position.scores : noScores() };
  state.history = { epoch: [], history: {}, params: { epochs, batchSize, samples } };
  state.stopTraining = false;

  await callbacks.begin(runner.model, {
    epochs, initialEpoch, steps, samples, batchSize, verbose, doValidation: validation !== undefined, metrics: [...runner.metrics.keys()],
  });
  await callbacks.call('onTrainBegin');
  /** @type {Logs | undefined} */
  let latest;
  while (state.position.epoch < epochs && !state.stopTraining) {
    const { epoch } = state.position;
    await callbacks.call('onEpochBegin', epoch);
    const reporter = new Reporter(settings, epoch);
    const last = await trainEpoch(runner, settings, state.position, reporter, () => state.stopTraining);
    if (!last) break;
    const logs = { ...last.logs, ...(await validate(runner, settings, epoch)) };
    reporter.end(last, logs);
    state.position = { epoch: epoch + 1, batch: 0, scores: noScores() };
    state.history.epoch.push(epoch);
    appendLogs(state.history.history, logs);
    latest = { ...logs };
    await callbacks.call('onEpochEnd', epoch, latest);
    appendLogs(state.history.history, Object.fromEntries(Object.entries(latest).filter(([name]) => !(name in logs))));
  }
  runner.optimizer?.finish();
  await callbacks.call('onTrainEnd', latest);
  return state.history;
}

/**
 * @param {Runner} runner
 * @param {FitSettings} settings
 * @param {number} epoch
 * @returns {Promise<Logs>} empty in an epoch without
 */
async function validate(runner, { validation, validationFreq, validationBatchSize, callbacks, signal, epochs }, epoch) {
  if (!validation || (epoch + 1) % validationFreq !== 0) return {};
  const onProgress = (/** @type {Progress} */ progress) => callbacks.call('onProgress', progress);
  const pass = { batchSize: validationBatchSize, signal, callbacks, onProgress };
  return asValidation(await score(runner, validation, pass, 'validate', { epoch, epochs }));
}
