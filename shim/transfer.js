import { FittingRoomError, checkInteger, checkNumber, checkOptions, show } from './check.js';
import { layers } from './layers/index.js';
import { regularizers } from './layers/regularizers.js';
import { Model } from './model.js';
import { model, sequential } from './models.js';
import { ClassMeans, checkClasses, checkFeatures, standardized, unstandardized } from './training/class-means.js';
import { schedules } from './training/schedules.js';

export { confidenceThreshold } from './training/confidence.js';

/** @import { RuntimeOptions } from './core/loading.js' */
/** @import { FitOptions } from './training/fit.js' */
/** @import { DenseWeights } from './training/class-means.js' */
/** @import { Given } from './tensor.js' */

/* Transfer learning: a trained model's layers with a new head, and heads for the features that these layers give. */

/**
 * @typedef {object} NewHead
 * @property {number} classes of the new head
 * @property {string} [layer] the last layer of the base that is used; default: what its first dense layer reads
 * @property {number} [seed] of the head's initial weights, 0..2⁵³-1; default random
 * @property {string} [name] default 'model'
 */
/** @typedef {NewHead & RuntimeOptions} TransferOptions */
/**
 * @typedef {object} HeadOptions
 * @property {number} classes how many there are
 */
/**
 * @typedef {object} Regression
 * @property {number} [l2] of the sum of the squared weights of standardized features, beside the sum of the samples'
 *   losses; default 0.001
 * @property {number} [steps] of the optimizer, each on up to 1024 samples; default 300
 * @property {AbortSignal} [signal] aborts training, which rejects with the signal's reason
 */
/** @typedef {HeadOptions & Regression & Pick<FitOptions, 'classWeight'> & RuntimeOptions} LogisticOptions */

const BATCH = 1024;
const LEARNING_RATE = 0.3;
/** Few answers depend on it, but how sure they are: with this, rightly so for 5 to 60 pictures of 3 or 10 classes. */
const PENALTY = 0.001;

/** The name of the layer that the first dense one reads. @param {Model} base */
function featureLayer({ layers: all }) {
  const first = all.findIndex(({ config }) => config.kind === 'dense');
  if (first > 0) return all[first - 1].name;
  throw new FittingRoomError(
    'transfer: this model has no dense layer with others before it; name the last layer to use as layer',
  );
}

/**
 * A model that begins with copies of a trained model's layers, frozen, and ends in a new dense layer with softmax. Give
 * that a head of `heads`, or train it: compile and fit change it alone until `trainable` of others is set.
 * @param {Model} base
 * @param {TransferOptions} options
 * @returns {Promise<Model>} its last layer but one gives the features. It has the base's `metadata.preparation`, if any
 */
export async function transfer(base, options) {
  if (!(base instanceof Model)) throw new FittingRoomError(`transfer takes a model, got ${show(base)}`);
  checkOptions('transfer', options, ['classes', 'layer', 'seed', 'name', 'deterministic', 'threads']);
  const { classes, layer = featureLayer(base), ...rest } = options;
  const units = checkClasses('transfer', classes);
  const last = base.getLayer(layer);
  const features = last.outputShape.length === 2 ? last.output : layers.flatten().apply(last.output);
  const outputs = layers.dense({ units, activation: 'softmax' }).apply(features);
  const made = await model({ ...rest, inputs: base.inputs, outputs });
  for (const copied of made.layers.slice(0, -1)) copied.trainable = false;
  const { preparation } = base.metadata ?? {};
  if (preparation !== undefined) made.metadata = { preparation };
  return made;
}

/**
 * Means of classes to which samples can be added one by one.
 * @param {HeadOptions} options
 * @returns {ClassMeans}
 */
export function classMeans(options) {
  checkOptions('classMeans', options, ['classes']);
  return new ClassMeans(checkClasses('classMeans', options.classes));
}

/**
 * The head that answers with the class whose mean is nearest, of standardized features: nothing is trained. See
 * ClassMeans.weights for its confidences.
 * @param {Given} features [n, width] @param {Given} labels [n] class indices, each class at least once
 * @param {HeadOptions} options
 * @returns {DenseWeights}
 */
export function nearestMean(features, labels, options) {
  const means = classMeans(options);
  means.add(features, labels);
  return means.weights();
}

/**
 * The head of logistic regression with a class for each output: a dense layer that is trained on standardized features.
 * @param {Given} features [n, width] @param {Given} labels [n] class indices
 * @param {LogisticOptions} options
 * @returns {Promise<DenseWeights>}
 */
export async function logistic(features, labels, options) {
  checkOptions('logistic', options, ['classes', 'l2', 'steps', 'signal', 'classWeight', 'deterministic', 'threads']);
  const { l2 = PENALTY, steps = 300, signal, classWeight, ...runtime } = options;
  const units = checkClasses('logistic', options.classes);
  checkNumber('logistic: l2', l2, 0, 1e6);
  checkInteger('logistic: steps', steps, 1, 1e6);
  const samples = checkFeatures('logistic', features, labels, units);
  const { features: x, standardization } = standardized(samples);
  const { count, width } = samples;
  const { deterministic, threads } = runtime;
  const head = await sequential({
    layers: [
      layers.dense({
        inputShape: [width],
        units,
        activation: 'softmax',
        kernelInitializer: 'zeros',
        kernelRegularizer: regularizers.l2({ l2: l2 / count }),
      }),
    ],
    seed: 0,
    deterministic,
    threads,
  });
  try {
    const learningRate = schedules.cosineDecay({ initialLearningRate: LEARNING_RATE, decaySteps: steps });
    head.compile({ optimizer: { name: 'adam', learningRate }, loss: 'sparseCategoricalCrossentropy' });
    const epochs = Math.ceil(steps / Math.ceil(count / BATCH));
    await head.fit(x, labels, { batchSize: BATCH, epochs, verbose: 0, signal, classWeight });
    const [kernel, bias] = head.getWeights();
    return unstandardized(kernel.data, bias.data, standardization);
  } finally {
    head.dispose();
  }
}
