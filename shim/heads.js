/* Transfer learning: loaded when it is asked for. */

/** @import { DenseWeights } from './training/class-means.js' */
/** @import { Given, Tensor } from './tensor.js' */
/** @typedef {typeof import('./transfer.js')} Transfer */

const loading = () => import('./transfer.js');

/**
 * A model that begins with copies of a trained one's layers, frozen, and ends in a new dense layer with softmax. Train
 * it, or give its last layer the weights of one of `heads`.
 * @type {Transfer['transfer']}
 */
export const transfer = async (base, options) => (await loading()).transfer(base, options);

/**
 * Means of classes to which samples are added one by one: `add(features, labels)`, then `weights()`.
 * @type {(options: import('./transfer.js').HeadOptions) => Promise<import('./training/class-means.js').ClassMeans>}
 */
const classMeans = async (options) => (await loading()).classMeans(options);

/**
 * The weights of a head that answers with the class whose mean is nearest, for setWeights: nothing is trained.
 * @type {(features: Given, labels: Given, options: import('./transfer.js').HeadOptions) => Promise<DenseWeights>}
 */
const nearestMean = async (features, labels, options) => (await loading()).nearestMean(features, labels, options);

/**
 * The weights of a head that logistic regression trains, for setWeights.
 * @type {Transfer['logistic']}
 */
const logistic = async (features, labels, options) => (await loading()).logistic(features, labels, options);

/**
 * The confidence below which a model should answer with none of its classes, or null if it recognises no sample.
 * @type {(labels: Tensor, probabilities: Tensor, options?: import('./training/confidence.js').ThresholdOptions) =>
 *   Promise<number | null>}
 */
const confidenceThreshold = async (labels, probabilities, options) =>
  (await loading()).confidenceThreshold(labels, probabilities, options);

/** Heads for the features that a trained model gives, and when their answers count. */
export const heads = { classMeans, nearestMean, logistic, confidenceThreshold };
