import { FittingRoomError } from '../check.js';
import { score } from './evaluation.js';
import { checkFit } from './fit-options.js';
import { logsOf } from './metrics.js';
import { closing, progressOf, runPass } from './pass.js';
import { appendLogs } from './progress.js';
import { addScores, noScores, readScores } from '../core/scores.js';
import { labelledSource, look, sourceOf } from './samples.js';
import { Stage } from '../core/stage.js';

/** @import { RunSettings } from './fit-options.js' */
/** @import { OptimizerHandle } from './optimizers.js' */
/** @import { Reporter } from './reporter.js' */
/** @import { Progress } from './pass.js' */
/** @import { Logs } from './progress.js' */
/** @import { Scores } from '../core/scores.js' */
/** @import { Runner } from './samples.js' */
/** @import { Given, Samples } from '../tensor.js' */

/** @typedef {import('./fit-options.js').FitOptions} FitOptions */
/**
 * @typedef {{ epoch: number[], history: Record<string, number[]>, params: { epochs: number, batchSize: number | null,
 *   samples: number | null } }} History batchSize, samples: null after fitDataset
 */
/**
 * @typedef {{ epoch: number, batch: number, scores: Scores }} Position where training continues; scores: sums over the
 *   epoch so far
 */
/**
 * The state of a model's training.
 * @typedef {object} FitState
 * @property {Position} position
 * @property {History} history
 * @property {boolean} stopTraining
 * @property {boolean} betweenEpochs true while onEpochEnd of a complete epoch is called
 * @property {boolean} stopEndsRun stopTraining was set between epochs, not within one
 * @property {boolean} fitting
 * @property {boolean} continues this fit began at the position where another was interrupted
 * @property {boolean} interrupted the last fit ended before its run was over
 */

/** @returns {FitState} */
export const newFitState = () => ({
  position: { epoch: 0, batch: 0, scores: noScores() },
  history: { epoch: [], history: {}, params: { epochs: 0, batchSize: 0, samples: 0 } },
  stopTraining: false,
  betweenEpochs: false,
  stopEndsRun: false,
  fitting: false,
  continues: false,
  interrupted: false,
});

/**
 * Trains one epoch, starting at position.batch; keeps `position` current.
 * @param {Runner} runner
 * @param {RunSettings} settings
 * @param {Position} position
 * @param {Reporter | undefined} reporter undefined if nothing is printed
 * @param {() => boolean} stopped
 * @returns {Promise<{ last: Progress, whole: boolean }>} last: of the last slice; whole: the epoch is complete. If it
 *   is not, position.batch is before its end
 */
async function trainEpoch(runner, settings, position, reporter, stopped) {
  const { data, epochs, callbacks, signal } = settings;
  const { core, pointer, metrics } = runner;
  const optimizer = /** @type {OptimizerHandle} */ (runner.optimizer);
  const { epoch } = position;
  const { batches, skipped } = await data.from(position);
  /** @param {Parameters<typeof progressOf>[1]} done */
  const where = (done) => progressOf('train', done, skipped, logsOf(position.scores, metrics), { epoch, epochs });
  /** @type {Scores[]} */
  let fresh = [];
  /** @type {Progress | undefined} */
  let progress;
  const ended = await runPass(
    {
      ...batches,
      runner,
      signal,
      single: callbacks.has('onBatchBegin', 'onBatchEnd', 'onTrainBatchBegin', 'onTrainBatchEnd'),
      run: (stage, { samples, dtype, targets, weights, count }, slice) => {
        const { results } = stage;
        const step = optimizer.iterations;
        const rates = stage.loadRates(Array.from({ length: slice.batches }, (_, i) => optimizer.rateAt(step + i)));
        core.call('fr_fit', pointer(), samples, dtype, targets, weights, count, slice.batchSize, rates, results);
        fresh = readScores(core, results, slice.batches);
      },
    },
    {
      before: async (batch) => {
        await callbacks.call('onBatchBegin', batch);
        await callbacks.call('onTrainBatchBegin', batch);
      },
      after: async (done) => {
        position.scores = fresh.reduce(addScores, position.scores);
        position.batch = done.batch;
        const batchLogs = fresh.map((scores) => logsOf(scores, metrics));
        progress = { ...where(done), batchLogs };
        for (const [i, scores] of fresh.entries()) {
          const batch = done.batch - fresh.length + i;
          const logs = { batch, size: scores.samples, ...batchLogs[i] };
          await callbacks.call('onBatchEnd', batch, logs);
          await callbacks.call('onTrainBatchEnd', batch, logs);
        }
        reporter?.bar(progress);
        await callbacks.call('onProgress', progress);
        await callbacks.call('onYield', epoch, done.batch - 1, progress.logs);
        return !stopped();
      },
    },
  );
  const { batch } = position;
  const whole = ended || batch === data.steps;
  if (whole) data.ended(batch);
  const last = progress ?? where({ batch, batches: batch, size: 0, ran: 0, samples: 0, seconds: 0 });
  return { last: whole ? { ...last, batches: batch } : last, whole };
}

/**
 * @param {Logs} logs
 * @returns {Logs}
 */
const asValidation = (logs) => Object.fromEntries(Object.entries(logs).map(([name, value]) => [`val_${name}`, value]));

/**
 * Sets the state to where the fit begins.
 * @param {FitState} state
 * @param {RunSettings} settings
 */
function begin(state, { data, epochs, initialEpoch, initialBatch }) {
  const { position, interrupted } = state;
  const continues =
    position.epoch === initialEpoch && position.batch === initialBatch && (initialBatch > 0 || interrupted);
  Object.assign(state, {
    ...newFitState(),
    continues,
    interrupted: true,
    fitting: state.fitting,
    position: { epoch: initialEpoch, batch: initialBatch, scores: continues ? position.scores : noScores() },
  });
  state.history.params = { epochs, batchSize: data.batchSize, samples: data.samples };
}

/**
 * Runs one epoch, or the rest of it: training, validation, and the record of both. If training was stopped within the
 * epoch, the position stays there.
 * @param {Runner} runner
 * @param {RunSettings} settings
 * @param {FitState} state
 * @returns {Promise<Logs>}
 */
async function runEpoch(runner, settings, state) {
  const { callbacks, signal } = settings;
  const { epoch } = state.position;
  signal?.throwIfAborted(); // before callbacks are told that the epoch begins
  await callbacks.call('onEpochBegin', epoch);
  const reporter = settings.verbose ? new (await import('./reporter.js')).Reporter(settings, epoch) : undefined;
  const { last, whole } = await trainEpoch(runner, settings, state.position, reporter, () => state.stopTraining);
  const logs = { ...last.logs, ...(await validate(runner, settings, epoch)) };
  reporter?.end(last, logs);
  if (whole) state.position = { epoch: epoch + 1, batch: 0, scores: noScores() };
  state.history.epoch.push(epoch);
  appendLogs(state.history.history, logs);
  const shared = { ...logs };
  state.betweenEpochs = whole;
  await callbacks.call('onEpochEnd', epoch, shared);
  state.betweenEpochs = false;
  appendLogs(
    state.history.history,
    Object.fromEntries(Object.entries(shared).filter(([name]) => !Object.hasOwn(logs, name))),
  );
  return shared;
}

/**
 * A run is over once its epochs are done, a callback ended it at the end of an epoch, or its loss is not finite any
 * more. Otherwise it is interrupted: the steps that end a run are not taken, so that it can be continued at the
 * position.
 * @param {FitState} state
 * @param {number} epochs
 * @param {Logs | undefined} latest
 */
const isOver = ({ position, stopEndsRun }, epochs, latest) =>
  position.epoch >= epochs || stopEndsRun || (latest !== undefined && !Number.isFinite(latest.loss));

/**
 * Runs the epochs from the position on, until the last or until training is stopped.
 * @param {Runner} runner
 * @param {RunSettings} settings
 * @param {FitState} state
 * @returns {Promise<Logs | undefined>} the figures of the last
 */
async function runEpochs(runner, settings, state) {
  /** @type {Logs | undefined} */
  let latest;
  while (state.position.epoch < settings.epochs && !state.stopTraining) {
    latest = await runEpoch(runner, settings, state);
    if (state.position.batch > 0) break;
  }
  return latest;
}

/**
 * @param {Runner} runner
 * @param {RunSettings} settings
 * @param {FitState} state the model's, kept current
 * @returns {Promise<History>}
 */
export async function train(runner, settings, state) {
  const { data, validation, callbacks, epochs, initialEpoch, verbose } = settings;
  begin(state, settings);
  runner.optimizer?.unswap();
  await callbacks.begin(runner.model, {
    epochs,
    initialEpoch,
    steps: Number.isFinite(data.expected) ? data.expected : null,
    samples: data.samples,
    batchSize: data.batchSize,
    verbose,
    doValidation: validation !== undefined,
    metrics: [...runner.metrics.keys()],
  });
  await callbacks.call('onTrainBegin');
  const latest = await closing(data, () => runEpochs(runner, settings, state));
  state.interrupted = !isOver(state, epochs, latest);
  if (state.interrupted) runner.optimizer?.unswap();
  else runner.optimizer?.finish();
  await callbacks.call('onTrainEnd', latest);
  return state.history;
}

/**
 * @param {Runner} runner
 * @param {Samples} x
 * @param {Given} y
 * @param {FitOptions} options
 * @param {FitState} state the model's, kept current
 */
export async function fit(runner, x, y, options, state) {
  const settings = checkFit(runner, x, y, options);
  await look('fit', runner, sourceOf(runner, 'x', x));
  return train(runner, settings, state);
}

/**
 * One training step on one batch, outside any run: position and history do not change, and the steps that end a run are
 * not taken.
 * @param {Runner} runner
 * @param {Samples} x
 * @param {Given} y
 * @returns {number[]} the loss before the step, then each metric in the order of compile
 */
export function trainStep(runner, x, y) {
  const { core, pointer, metrics } = runner;
  const optimizer = /** @type {OptimizerHandle} */ (runner.optimizer);
  if (runner.state.fitting)
    throw new FittingRoomError('trainOnBatch: this model is being trained already', 'wrong-state');
  const source = labelledSource(runner, '', x, y);
  const stage = new Stage(core, source, source.count, 0);
  try {
    optimizer.unswap();
    const { samples, dtype, targets, weights, count } = stage.load(undefined, 0, source.count);
    core.call(
      'fr_fit',
      pointer(),
      samples,
      dtype,
      targets,
      weights,
      count,
      count,
      stage.loadRates([optimizer.learningRate]),
      stage.results,
    );
    return Object.values(logsOf(readScores(core, stage.results, 1)[0], metrics));
  } finally {
    stage.free();
  }
}

/**
 * @param {Runner} runner
 * @param {RunSettings} settings
 * @param {number} epoch
 * @returns {Promise<Logs>} empty in an epoch without validation
 */
async function validate(runner, { validation, validationFreq, callbacks, signal, epochs }, epoch) {
  if (!validation || (epoch + 1) % validationFreq !== 0) return {};
  const onProgress = (/** @type {Progress} */ progress) => callbacks.call('onProgress', progress);
  const pass = { signal, callbacks, onProgress };
  return asValidation(await score(runner, validation, pass, 'validate', { epoch, epochs }));
}
