import { FittingRoomError, checkChoice, checkInteger, checkOptions, show } from '../check.js';

/** @import { LossName } from './losses.js' */
/** @import { Scores } from '../core/scores.js' */
/** @import { Logs } from './progress.js' */

/**
 * @typedef {'accuracy' | 'acc' | 'binaryAccuracy' | 'categoricalAccuracy' | 'sparseCategoricalAccuracy' |
 *   'topKCategoricalAccuracy' | 'sparseTopKCategoricalAccuracy' | 'meanSquaredError' | 'mse' | 'meanAbsoluteError' |
 *   'mae' | 'precision' | 'recall'} MetricName
 */
/** @typedef {{ name: 'topKCategoricalAccuracy' | 'sparseTopKCategoricalAccuracy', k?: number }} TopK */
/** @typedef {MetricName | TopK | ((options?: TopKOptions) => MetricName | TopK)} Metric a function: one of `metrics` */
/** @typedef {(scores: Scores) => number} Reading */

/** @param {keyof Scores} field @returns {Reading} */
const mean = (field) => (scores) => scores[field] / scores.samples;

/** part / (part + rest); 0 if both are 0, as in Keras. @param {number} part @param {number} rest */
const share = (part, rest) => (part ? part / (part + rest) : 0);

/** Logs for which lower is better. */
const ERRORS = ['loss', 'meanSquaredError', 'mse', 'meanAbsoluteError', 'mae'];

/** @type {Record<Exclude<MetricName, 'accuracy' | 'acc'>, Reading>} */
const READINGS = {
  binaryAccuracy: mean('rightOutputs'),
  categoricalAccuracy: mean('correct'),
  sparseCategoricalAccuracy: mean('correct'),
  topKCategoricalAccuracy: mean('topK'),
  sparseTopKCategoricalAccuracy: mean('topK'),
  meanSquaredError: mean('squaredError'),
  mse: mean('squaredError'),
  meanAbsoluteError: mean('absoluteError'),
  mae: mean('absoluteError'),
  precision: ({ truePositives, falsePositives }) => share(truePositives, falsePositives),
  recall: ({ truePositives, falseNegatives }) => share(truePositives, falseNegatives),
};
const NAMES = /** @type {MetricName[]} */ (['accuracy', 'acc', ...Object.keys(READINGS)]);
const USUAL_K = 5;
const MOST_K = 65536;

/**
 * Whether a higher value is better.
 * @param {string} key a name in logs, without val_
 * @returns {boolean | undefined} undefined if unknown
 */
export function isBetterHigher(key) {
  if (ERRORS.includes(key)) return false;
  return key === 'acc' || Object.hasOwn(READINGS, key) || undefined;
}

/**
 * @param {unknown} wanted
 * @param {LossName} loss determines what 'accuracy' stands for
 * @returns {{ chosen: (MetricName | TopK)[], metrics: Map<string, Reading>, k: number }} chosen: as given, functions
 *   resolved; metrics: by their names in logs
 */
export function metricsOf(wanted, loss) {
  if (!Array.isArray(wanted)) {
    throw new FittingRoomError(`compile: metrics must be an array such as ['accuracy'], got ${show(wanted)}`);
  }
  /** @type {Map<string, Reading>} */
  const found = new Map();
  /** @type {Set<number>} */
  const ks = new Set();
  const chosen = wanted.map((metric) =>
    typeof metric === 'function' && Object.values(metrics).includes(metric) ? metric() : metric,
  );
  for (const made of chosen) {
    const { name: given, k = USUAL_K } = typeof made === 'object' && made !== null ? made : { name: made };
    const name = checkChoice('compile: metrics', given, NAMES);
    if (typeof made === 'object') checkOptions(`metric ${name}`, made, /topK/i.test(name) ? ['name', 'k'] : ['name']);
    // As in TensorFlow.js, a metric's name in the logs is the one given here; accuracy is called acc.
    if (name === 'accuracy' || name === 'acc')
      found.set('acc', READINGS[loss === 'binaryCrossentropy' ? 'binaryAccuracy' : 'categoricalAccuracy']);
    else found.set(name, READINGS[name]);
    if (/topK/i.test(name)) ks.add(checkInteger(`${name}: k`, k, 1, MOST_K));
  }
  if (ks.size > 1)
    throw new FittingRoomError(`compile: all metrics must have the same k, got ${[...ks].join(' and ')}`);
  return { chosen, metrics: found, k: [...ks][0] ?? USUAL_K };
}

/**
 * @param {Scores} scores
 * @param {Map<string, Reading>} chosen
 * @returns {Logs}
 */
export function logsOf(scores, chosen) {
  /** @type {Logs} */
  const logs = { loss: scores.loss / scores.samples };
  for (const [key, read] of chosen) logs[key] = read(scores);
  return logs;
}

/**
 * @typedef {object} TopKOptions
 * @property {number} [k] default 5; all metrics of a model have the same
 */

/** @param {TopK['name']} name @returns {(options?: TopKOptions) => TopK} */
const topK =
  (name) =>
  (options = {}) => {
    checkOptions(name, options, ['k']);
    return { name, k: checkInteger(`${name}: k`, options.k ?? USUAL_K, 1, MOST_K) };
  };

/** @typedef {() => MetricName} PlainMetric */
/** @typedef {(options?: TopKOptions) => TopK} TopKMetric */
/**
 * @typedef {object} Metrics
 * @property {PlainMetric} accuracy the share of right answers, as suits the loss: binaryAccuracy for
 *   binaryCrossentropy, else the share of samples whose largest output is the right class
 * @property {PlainMetric} binaryAccuracy the share of outputs on the right side of 0.5
 * @property {PlainMetric} categoricalAccuracy the share of samples whose largest output is the right class
 * @property {PlainMetric} sparseCategoricalAccuracy the same
 * @property {TopKMetric} topKCategoricalAccuracy the share of samples whose right class is among the k largest outputs
 * @property {TopKMetric} sparseTopKCategoricalAccuracy the same
 * @property {TopKMetric} topK the same, logged as topKCategoricalAccuracy
 * @property {PlainMetric} meanSquaredError the mean of the squared differences
 * @property {PlainMetric} mse the same under another name
 * @property {PlainMetric} meanAbsoluteError the mean of the absolute differences
 * @property {PlainMetric} mae the same under another name
 * @property {PlainMetric} precision of the outputs above 0.5, the share whose target is 1; over the whole epoch
 * @property {PlainMetric} recall of the targets that are 1, the share whose output is above 0.5; over the whole epoch
 */

/** The metrics that compile accepts; it also accepts their names as strings. */
export const metrics = /** @type {Readonly<Metrics>} */ (
  Object.freeze({
    ...Object.fromEntries(
      NAMES.filter((name) => name !== 'acc').map((name) => [
        name,
        /topK/i.test(name) ? topK(/** @type {TopK['name']} */ (name)) : () => name,
      ]),
    ),
    topK: topK('topKCategoricalAccuracy'),
  })
);
