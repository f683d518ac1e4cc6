import { FittingRoomError, checkInteger, show } from '../check.js';
import { LIMITS } from '../core/limits.js';
import { checkTensor } from '../tensor.js';

/** @import { Given, Samples, Tensor } from '../tensor.js' */

/*
 * Nearest class mean as a dense layer with softmax. Of standardized features z and a class's mean m, −|z − m|² differs
 * from 2 m·z − |m|² by |z|² alone, which is the same for every class. That is linear in z, and so in the features.
 */

/** @typedef {Tensor<Float32Array>[]} DenseWeights kernel [width, classes] and bias [classes], for setWeights */
/** @typedef {{ shift: Float64Array, scale: Float64Array }} Standardization z = (f − shift) · scale */

/** Part of the mean deviation that is added to each: what hardly varies among few samples says little. */
const FLOOR = 0.5;
const HALVINGS = 60;

/**
 * How features are brought to a mean of zero and about the same spread, so that the squares of a sample's sum up to
 * about one, however many there are.
 * @param {ArrayLike<number>} sums of each feature @param {ArrayLike<number>} squares sums of their squares
 * @param {number} count of samples
 * @returns {Standardization}
 */
function standardizationOf(sums, squares, count) {
  const shift = Float64Array.from(sums, (sum) => sum / count);
  const deviations = shift.map((mean, j) => Math.sqrt(Math.max(0, squares[j] / count - mean * mean)));
  const floor = (FLOOR * deviations.reduce((sum, each) => sum + each, 0)) / deviations.length || 1;
  const root = Math.sqrt(deviations.length);
  return { shift, scale: deviations.map((deviation) => 1 / (root * (deviation + floor))) };
}

/**
 * A dense layer of standardized features, for the features as they are.
 * @param {ArrayLike<number>} kernel [width, classes] @param {ArrayLike<number>} bias [classes]
 * @param {Standardization} of the features
 * @returns {DenseWeights}
 */
export function unstandardized(kernel, bias, { shift, scale }) {
  const classes = bias.length;
  const folded = Float32Array.from(kernel, (value, i) => value * scale[Math.floor(i / classes)]);
  const moved = Float64Array.from(bias);
  for (let i = 0; i < folded.length; i++) moved[i % classes] -= folded[i] * shift[Math.floor(i / classes)];
  return [
    { shape: [shift.length, classes], data: folded },
    { shape: [classes], data: Float32Array.from(moved) },
  ];
}

/** @param {string} name @param {unknown} classes @returns {number} */
export const checkClasses = (name, classes) => checkInteger(`${name}: classes`, classes, 2, LIMITS.maxUnits);

/**
 * @param {string} name the caller
 * @param {unknown} features [n, width] @param {unknown} labels [n] @param {number} classes
 */
export function checkFeatures(name, features, labels, classes) {
  const { shape, data } = checkTensor(`${name}: features`, features);
  if (shape.length !== 2 || shape[0] === 0 || shape[1] === 0)
    throw new FittingRoomError(`${name}: features must have shape [n, width], got ${show(shape)}`);
  if (data instanceof Uint8Array || data instanceof Uint8ClampedArray)
    throw new FittingRoomError(`${name}: features must be floats, as predict gives them, got bytes, which are pixels`);
  const [count, width] = shape;
  const numbers = checkTensor(`${name}: labels`, labels);
  if (show(numbers.shape) !== show([count]))
    throw new FittingRoomError(`${name}: labels must have shape ${show([count])}, got ${show(numbers.shape)}`);
  for (const label of numbers.data) checkInteger(`${name}: labels`, label, 0, classes - 1);
  return { count, width, data, labels: numbers.data };
}

/** @typedef {ReturnType<typeof checkFeatures>} Labelled */

/** Sums over samples, from which everything else follows: adding samples costs no more than these samples. */
class Sums {
  count = 0;

  /** @param {number} width @param {number} classes */
  constructor(width, classes) {
    this.width = width;
    this.counts = new Float64Array(classes);
    this.ofClasses = new Float64Array(classes * width); // [classes, width]
    this.squares = new Float64Array(width);
  }

  /** @param {Labelled} samples */
  add({ count, width, data, labels }) {
    for (let i = 0; i < count; i++) {
      const row = labels[i] * width;
      this.counts[labels[i]]++;
      for (let j = 0; j < width; j++) {
        const value = data[i * width + j];
        this.ofClasses[row + j] += value;
        this.squares[j] += value * value;
      }
    }
    this.count += count;
  }

  standardization() {
    const { width, ofClasses } = this;
    const all = new Float64Array(width);
    for (let i = 0; i < ofClasses.length; i++) all[i % width] += ofClasses[i];
    return standardizationOf(all, this.squares, this.count);
  }
}

/**
 * Standardized features, and how they became so.
 * @param {Labelled} samples
 */
export function standardized(samples) {
  const { count, width, data } = samples;
  const sums = new Sums(width, 1);
  sums.add({ ...samples, labels: new Uint8Array(count) });
  const standardization = sums.standardization();
  const { shift, scale } = standardization;
  const values = Float32Array.from(data, (value, i) => (value - shift[i % width]) * scale[i % width]);
  return { standardization, features: { shape: [count, width], data: values } };
}

/** Means of the features of each class, and the dense layer that answers with the nearest. */
export class ClassMeans {
  #classes;
  /** @type {Sums | undefined} */
  #sums;
  /** @type {Labelled[]} */
  #samples = [];

  /** @param {number} classes */
  constructor(classes) {
    this.#classes = classes;
  }

  /**
   * Adds samples, which costs no more than these samples. They are kept, not copied.
   * @param {Given} features [n, width]
   * @param {Given} labels [n] class indices
   */
  add(features, labels) {
    const samples = checkFeatures('classMeans', features, labels, this.#classes);
    this.#sums ??= new Sums(samples.width, this.#classes);
    if (samples.width !== this.#sums.width)
      throw new FittingRoomError(
        `classMeans: features must have shape [n, ${this.#sums.width}] as before, got ${show(features.shape)}`,
      );
    this.#sums.add(samples);
    this.#samples.push(samples);
  }

  /**
   * The head for all samples so far. How sharply its probabilities fall with the distance makes the likelihood largest
   * of samples that are left out of their own class's mean.
   * @returns {DenseWeights}
   * @throws {FittingRoomError} 'bad-data' if a class has no samples
   */
  weights() {
    const sums = this.#sums;
    const without = sums ? sums.counts.indexOf(0) : 0;
    if (!sums || without >= 0)
      throw new FittingRoomError(`classMeans: every class needs samples, and class ${without} has none`, 'bad-data');
    const { width, counts, ofClasses } = sums;
    const classes = this.#classes;
    const standardization = sums.standardization();
    const { shift, scale } = standardization;
    const means = ofClasses.map(
      (sum, i) => (sum / counts[Math.floor(i / width)] - shift[i % width]) * scale[i % width],
    );
    const sharpness = sharpnessOf(this.#distances(means, standardization), counts);
    const kernel = new Float64Array(width * classes);
    const bias = new Float64Array(classes);
    for (let c = 0; c < classes; c++)
      for (let j = 0; j < width; j++) {
        const mean = means[c * width + j];
        kernel[j * classes + c] = 2 * sharpness * mean;
        bias[c] -= sharpness * mean * mean;
      }
    return unstandardized(kernel, bias, standardization);
  }

  /**
   * The squared distance of each sample from the means. From its own class's mean without it, it is n / (n − 1) times
   * as far as from the mean with it.
   * @param {Float64Array} means [classes, width] @param {Standardization} standardization
   * @returns {{ label: number, distances: Float64Array }[]}
   */
  #distances(means, { shift, scale }) {
    const { counts } = /** @type {Sums} */ (this.#sums);
    const classes = this.#classes;
    return this.#samples.flatMap(({ count, width, data, labels }) =>
      Array.from({ length: count }, (_, i) => {
        const distances = new Float64Array(classes);
        for (let j = 0; j < width; j++) {
          const z = (data[i * width + j] - shift[j]) * scale[j];
          for (let c = 0; c < classes; c++) distances[c] += (z - means[c * width + j]) ** 2;
        }
        const label = labels[i];
        const own = counts[label];
        distances[label] *= own > 1 ? (own / (own - 1)) ** 2 : 1;
        return { label, distances };
      }),
    );
  }
}

/**
 * The factor of −|z − m|² with which softmax gives the labels the largest likelihood. As in Platt scaling, a class of n
 * samples has the target (n + 1) / (n + 2), so that classes that never overlap are not certain. Samples that are their
 * class's only one say nothing: if all are, the mean distance of another class's mean is one logit.
 * @param {{ label: number, distances: Float64Array }[]} samples @param {Float64Array} counts of each class
 */
function sharpnessOf(samples, counts) {
  const others = counts.length - 1;
  const total = samples.reduce((sum, { distances }) => sum + distances.reduce((a, b) => a + b, 0), 0);
  const usual = 1 / (total / (samples.length * others) || 1);
  const telling = samples.filter(({ label }) => counts[label] > 1);
  if (telling.length === 0) return usual;
  /** The slope of the loss, which grows with the factor. @param {number} factor */
  const slope = (factor) =>
    telling.reduce((sum, { label, distances }) => {
      const nearest = Math.min(...distances);
      const likely = distances.map((distance) => Math.exp(factor * (nearest - distance)));
      const all = likely.reduce((a, b) => a + b, 0);
      const rest = 1 / (counts[label] + 2);
      return distances.reduce((slopes, distance, c) => {
        const target = c === label ? 1 - rest : rest / others;
        return slopes + (target - likely[c] / all) * distance;
      }, sum);
    }, 0);
  let [low, high] = [Math.log(usual) - 12, Math.log(usual) + 12];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2;
    if (slope(Math.exp(middle)) > 0) high = middle;
    else low = middle;
  }
  return Math.exp((low + high) / 2);
}
