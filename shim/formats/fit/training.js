import { FittingRoomError, checkBoolean, checkInteger, checkOptions, show } from '../../check.js';
import { SCORE_FIELDS, scoresOf } from '../../core/scores.js';
import { readState, writeState } from '../../core/weights.js';
import { compiledRunnerOf } from '../../training/samples.js';
import { schedules } from '../../training/schedules.js';
import { refusal } from '../common.js';

/** @import { Compiled } from '../../model.js' */
/** @import { Model } from '../../model.js' */
/** @import { Schedule } from '../../training/schedules.js' */
/** @import { Runner } from '../../training/samples.js' */
/** @import { Tensor } from '../../tensor.js' */
/** @import { Weight } from './tensors.js' */

/**
 * The part of a model file that lets training continue as if it had never stopped: the arguments of compile, the
 * position, and the optimizer's states. Dropout, shuffling and augmentation depend only on seed and step, so they have
 * no state to store.
 *
 * @typedef {object} Training
 * @property {{ optimizer: Record<string, unknown>, loss: object, metrics: unknown[] }} compile a schedule is stored as
 *   { schedule, options }
 * @property {number} steps number of steps that the optimizer has taken
 * @property {boolean} averaged whether weights and averages are swapped
 * @property {{ epoch: number, batch: number, scores: (number | null)[] }} position scores: sums over the epoch so far
 * @property {{ epoch: number[], history: Record<string, (number | null)[]>, params: Record<string, number | null> }}
 *   history null: not a finite number; in params: not known
 */

const MOST = 1e6; // epochs, and batches of one
const MOST_STEPS = 2 ** 53 - 1;
const PARAMS = ['epochs', 'batchSize', 'samples'];

/** The weights, once for each state. @param {Weight[]} weights @param {number} states @returns {Weight[]} */
export const statesOf = (weights, states) =>
  Array.from({ length: states }, (_, which) =>
    weights.map((weight) => ({ ...weight, name: `optimizer/${which}/${weight.name}` })),
  ).flat();

/** @param {Runner} runner */
export const countStates = ({ core, pointer }) =>
  core.withBytes(4, (out) => {
    core.call('fr_state_count', pointer(), out);
    return core.ints(out, 1)[0];
  });

/** @param {Runner} runner @returns {Tensor<Float32Array>[]} in the order of statesOf */
export const readStates = (runner) =>
  Array.from({ length: countStates(runner) }, (_, which) => readState(runner.core, runner.pointer(), which)).flat();

/** @param {number | Schedule} rate */
function plainRate(rate) {
  if (typeof rate !== 'function') return rate;
  if (rate.made) return rate.made;
  throw new FittingRoomError(
    'save: a custom learning-rate function cannot be saved; use one from schedules, or save without includeOptimizer',
  );
}

/** @param {Runner} runner of a compiled model @returns {Training} */
export function describeTraining({ compiled, optimizer, state }) {
  const { optimizer: config, loss, metrics } = /** @type {Compiled} */ (compiled);
  const { position, history } = state;
  const { iterations, rateNow, swapped } = /** @type {import('../../training/optimizers.js').OptimizerHandle} */ (
    optimizer
  );
  return {
    compile: { optimizer: { ...config, learningRate: plainRate(rateNow) }, loss, metrics },
    steps: iterations,
    averaged: swapped,
    position: {
      epoch: position.epoch,
      batch: position.batch,
      scores: SCORE_FIELDS.map((field) => position.scores[field]),
    },
    history,
  };
}

/** @param {unknown} rate @returns {any} a learning rate for compile */
function rateFrom(rate) {
  if (typeof rate !== 'object' || rate === null) return rate;
  checkOptions('training: learningRate', rate, ['schedule', 'options']);
  const { schedule, options } = /** @type {{ schedule: any, options: any }} */ (rate);
  if (typeof schedule !== 'string' || !Object.hasOwn(schedules, schedule))
    throw refusal(`training: no schedule is called ${show(schedule)}`);
  return schedules[/** @type {'oneCycle'} */ (schedule)](options);
}

/** @param {string} what @param {unknown} values */
function numbersFrom(what, values) {
  if (!Array.isArray(values)) throw refusal(`training: ${what} must be an array of numbers, got ${show(values)}`);
  const astray = values.findIndex((value) => value !== null && typeof value !== 'number');
  if (astray >= 0) throw refusal(`training: ${what}: number ${astray} is ${show(values[astray])}`);
  return values.map((value) => value ?? NaN);
}

/** @param {unknown} value @returns {Runner['state']['position']} */
function positionFrom(value) {
  checkOptions('training: position', /** @type {object} */ (value), ['epoch', 'batch', 'scores']);
  const { epoch, batch, scores } = /** @type {Training['position']} */ (value);
  const sums = numbersFrom('position: scores', scores);
  if (sums.length !== SCORE_FIELDS.length)
    throw refusal(`training: position: scores must be ${SCORE_FIELDS.length} numbers, got ${sums.length}`);
  return {
    epoch: checkInteger('training: position: epoch', epoch, 0, MOST),
    batch: checkInteger('training: position: batch', batch, 0, MOST),
    scores: scoresOf((_, index) => sums[index]),
  };
}

/** @param {unknown} value @returns {Runner['state']['history']} */
function historyFrom(value) {
  checkOptions('training: history', /** @type {object} */ (value), ['epoch', 'history', 'params']);
  const { epoch, history, params } = /** @type {Training['history']} */ (value);
  checkOptions('training: history: params', params, PARAMS);
  if (typeof history !== 'object' || history === null)
    throw refusal(`training: history must be an object, got ${show(history)}`);
  const given = PARAMS.map((name) => [
    name,
    params[name] === null && name !== 'epochs'
      ? null
      : checkInteger(`training: history: ${name}`, params[name], 0, MOST_STEPS),
  ]);
  return {
    epoch: numbersFrom('history: epoch', epoch),
    history: Object.fromEntries(
      Object.entries(history).map(([name, values]) => [name, numbersFrom(`history: ${name}`, values)]),
    ),
    params: Object.fromEntries(given),
  };
}

/**
 * Compiles a model as a file says, and sets it to the stored point in its training.
 * @param {Model} model
 * @param {unknown} training from the header
 * @param {Tensor<Float32Array>[]} states in the order of statesOf
 */
export function resumeTraining(model, training, states) {
  const fields = ['compile', 'steps', 'averaged', 'position', 'history'];
  checkOptions('training', /** @type {object} */ (training), fields);
  const { compile, steps, averaged, position, history } = /** @type {Training} */ (training);
  checkOptions('training: compile', compile, ['optimizer', 'loss', 'metrics']);
  const { optimizer } = compile;
  if (typeof optimizer !== 'object' || optimizer === null)
    throw refusal(`training: optimizer must be an object, got ${show(optimizer)}`);
  const options = /** @type {any} */ ({
    ...compile,
    optimizer: { ...optimizer, learningRate: rateFrom(optimizer.learningRate) },
  });
  model.compile(options);
  const runner = compiledRunnerOf(model, 'loadModel');
  const count = countStates(runner);
  const each = model.getWeights().length;
  if (states.length !== count * each)
    throw refusal(`training: the optimizer must have ${count * each} tensors, got ${states.length}`);
  for (let which = 0; which < count; which++)
    writeState(runner.core, runner.pointer(), which, states.slice(which * each, (which + 1) * each));
  runner.core.call('fr_set_steps', runner.pointer(), checkInteger('training: steps', steps, 0, MOST_STEPS));
  runner.optimizer?.resume(checkBoolean('training: averaged', averaged));
  const at = positionFrom(position);
  const interrupted = at.batch > 0 && Number.isFinite(at.scores.loss); // a run that diverged is over
  Object.assign(runner.state, { position: at, history: historyFrom(history), interrupted });
}
