import { FittingRoomError, checkInteger, checkNumber, checkOptions, show } from '../check.js';
import { NO_CLASS, argmax } from '../classify.js';
import { checkTensor } from '../tensor.js';

/** @import { Tensor } from '../tensor.js' */

/*
 * When an answer should be none of the classes: if its largest probability is less than nearly all right answers have
 * (Hendrycks, Gimpel, “A baseline for detecting misclassified and out-of-distribution examples”, 2017).
 */

/**
 * @typedef {object} ThresholdOptions
 * @property {number} [rejected] the share of recognised samples that may fall below it, 0 … 0.5; default 0.05
 */

/**
 * The confidence below which a model should answer with none of its classes: samples of its classes that it recognises
 * fall below it in `rejected` of all cases. Of n such samples, a new one's confidence is less than the k-th smallest
 * with a probability of k / (n + 1), whatever their distribution, as in split conformal prediction. The threshold has
 * the rank rejected · (n + 1), interpolated (type 6 of Hyndman, Fan, “Sample quantiles”, 1996). Rank 0 is the least
 * possible confidence, 1 / classes: few samples say little, and reject little.
 * @param {Tensor} labels [n] class indices
 * @param {Tensor} probabilities [n, classes], of samples that the model has not been trained on
 * @param {ThresholdOptions} [options]
 * @returns {number | null} null if no sample is recognised
 */
export function confidenceThreshold(labels, probabilities, options = {}) {
  const name = 'confidenceThreshold';
  checkOptions(name, options, ['rejected']);
  const rejected = checkNumber(`${name}: rejected`, options.rejected ?? 0.05, 0, 0.5);
  const { shape, data } = checkTensor(`${name}: probabilities`, probabilities);
  if (shape.length !== 2 || shape[1] === 0)
    throw new FittingRoomError(`${name}: probabilities must have the shape [n, classes], got ${show(shape)}`);
  const [count, classes] = shape;
  const numbers = checkTensor(`${name}: labels`, labels);
  if (show(numbers.shape) !== show([count]))
    throw new FittingRoomError(`${name}: labels must have the shape [${count}], got ${show(numbers.shape)}`);
  for (const label of numbers.data) checkInteger(`${name}: labels`, label, 0, classes - 1);
  const predicted = argmax(Float32Array.from(data), classes);
  const confidences = [...predicted.keys()]
    .filter((i) => predicted[i] !== NO_CLASS && predicted[i] === numbers.data[i])
    .map((i) => data[i * classes + predicted[i]])
    .sort((a, b) => a - b);
  if (confidences.length === 0) return null;
  const ranked = [1 / classes, ...confidences];
  const rank = rejected * ranked.length;
  const below = Math.floor(rank);
  const above = Math.min(below + 1, confidences.length);
  return ranked[below] + (rank - below) * (ranked[above] - ranked[below]);
}
