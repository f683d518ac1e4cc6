import { FittingRoomError, show } from '../check.js';
import { losses as ownLosses } from '../training/losses.js';
import { metrics as ownMetrics } from '../training/metrics.js';
import { withLeftOut } from './left-out.js';
import { Tensor, tensorOf } from './tensor.js';

/** @import { Loss, LossConfig, LossName, LossOptions } from '../training/losses.js' */
/** @import { Metric, TopKOptions } from '../training/metrics.js' */

/* tf.losses and tf.metrics: for compile, and to be called with tensors. */

/** @typedef {Loss | ((labels: Tensor, predictions: Tensor) => Tensor)} TfLoss */
/** @typedef {Metric | 'MSE' | 'MAE' | ((labels: Tensor, predictions: Tensor) => Tensor)} TfMetric */
/** @typedef {(labels: Tensor, predictions: Tensor) => Tensor} Compute one number per sample */

const LEAST = 1e-7;

/** @param {Tensor} p */
const clipped = (p) => p.clipByValue(LEAST, 1 - LEAST);

/** @type {Compute} */
const squared = (t, p) => p.sub(t).square().mean(-1);
/** @type {Compute} */
const absolute = (t, p) => p.sub(t).abs().mean(-1);
/** @type {Compute} */
const categorical = (t, p) => clipped(p).log().mul(t).sum(-1).neg();
/** @type {Compute} */
const binary = (t, p) => {
  const share = clipped(p);
  const [yes, no] = [share.log().mul(t), share.neg().add(1).log().mul(t.cast('float32').neg().add(1))];
  return yes.add(no).mean(-1).neg();
};
/** @type {Compute} */
const sameClass = (t, p) => t.argMax(-1).equal(p.argMax(-1)).cast('float32');
/** @type {Compute} */
const ofClass = (t, p) => t.flatten().cast('int32').equal(p.argMax(-1)).cast('float32');

/** What each computes of tensors. @type {Record<string, Compute>} */
const COMPUTES = {
  meanSquaredError: squared,
  mse: squared,
  MSE: squared,
  meanAbsoluteError: absolute,
  mae: absolute,
  absoluteDifference: absolute,
  categoricalCrossentropy: categorical,
  softmaxCrossEntropy: (t, p) => categorical(t, p.softmax()),
  binaryCrossentropy: binary,
  sigmoidCrossEntropy: (t, p) => binary(t, p.sigmoid()),
  binaryAccuracy: (t, p) => t.equal(p.greater(0.5).cast(t.dtype)).mean(-1),
  categoricalAccuracy: sameClass,
  sparseCategoricalAccuracy: ofClass,
};

/** Stands for the tensors when compile asks which loss a function calls. */
const PROBE = Symbol('probe');

/**
 * What compile takes when it is called with nothing; its values when it is called with tensors.
 * @param {string} room losses or metrics
 * @param {string} name
 * @param {(options?: any) => any} describe
 */
const callable = (room, name, describe) => (/** @type {any} */ labels, /** @type {any} */ predictions) => {
  if (labels === PROBE) return describe();
  if (!(predictions instanceof Tensor)) return describe(labels);
  const compute = COMPUTES[name];
  if (!compute) throw new FittingRoomError(`tf.${room}.${name} cannot be called with tensors`, 'unsupported');
  const values = compute(tensorOf(labels), predictions);
  return room === 'losses' ? values.mean() : values;
};

/** @param {string} room @param {Record<string, any>} table @param {string} leftOut @returns {any} */
const callables = (room, table, leftOut) =>
  withLeftOut(
    `tf.${room}`,
    Object.fromEntries(Object.entries(table).map(([name, describe]) => [name, callable(room, name, describe)])),
    leftOut,
  );

/**
 * @template Description
 * @typedef {{ (options?: LossOptions & TopKOptions): Description, (labels: Tensor | readonly unknown[], predictions:
 *   Tensor): Tensor }} Both
 */
/** @typedef {'absoluteDifference' | 'softmaxCrossEntropy' | 'sigmoidCrossEntropy'} TfName */

/** TF.js's losses, with the names in its `tf.losses`. @type {Readonly<Record<LossName | TfName, Both<LossConfig>>>} */
export const losses = callables(
  'losses',
  {
    ...ownLosses,
    absoluteDifference: () => ownLosses.meanAbsoluteError(),
    softmaxCrossEntropy: () => ownLosses.categoricalCrossentropy({ fromLogits: true }),
    sigmoidCrossEntropy: () => ownLosses.binaryCrossentropy({ fromLogits: true }),
  },
  'computeWeightedLoss cosineDistance hingeLoss huberLoss logLoss',
);

/** @type {Readonly<{ [Name in keyof typeof ownMetrics]: Both<ReturnType<(typeof ownMetrics)[Name]>> }>} */
export const metrics = callables(
  'metrics',
  { ...ownMetrics, MSE: ownMetrics.mse },
  'MAPE binaryCrossentropy categoricalCrossentropy cosineProximity mape meanAbsolutePercentageError r2Score',
);

/** @template T @param {T | [T]} given @returns {T} */
const only = (given) => /** @type {T} */ (Array.isArray(given) && given.length === 1 ? given[0] : given);

/** @param {Function} loss @returns {LossConfig | undefined} the loss that it is, or that it does nothing but call */
function lossCalled(loss) {
  try {
    const called = loss(PROBE, PROBE);
    return Object.hasOwn(ownLosses, called?.name ?? called) ? called : undefined;
  } catch {
    return undefined;
  }
}

/** @param {TfLoss | [TfLoss]} given @returns {Loss} */
export function lossOf(given) {
  const loss = only(given);
  if (typeof loss !== 'function') return loss;
  const called = lossCalled(loss);
  if (called) return called;
  throw new FittingRoomError(
    'compile: loss must be a name or a function of tf.losses; for a function of your own there are no gradients, ' +
      `which the core has only for ${Object.keys(ownLosses).join(', ')}`,
    'unsupported',
  );
}

/** @param {TfMetric | TfMetric[]} given @returns {Metric[]} */
export const metricsOf = (given) =>
  [given].flat().map((metric) => {
    if (typeof metric === 'string')
      return /** @type {Metric} */ (/^MS?A?E$/.test(metric) ? metric.toLowerCase() : metric);
    if (typeof metric !== 'function') return metric;
    const name = Object.values(metrics).includes(/** @type {any} */ (metric)) && /** @type {any} */ (metric)();
    if (name) return name;
    throw new FittingRoomError(
      'compile: metrics must be names or functions of tf.metrics; functions of your own are not supported, got ' +
        `${show(metric)}`,
      'unsupported',
    );
  });
