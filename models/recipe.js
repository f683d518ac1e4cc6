import { losses, sequential } from '../shim/index.js';

/** @import { DType } from '../shim/formats/dtypes.js' */
/** @import { Samples, Tensor } from '../shim/tensor.js' */
/** @import { AnyLayer } from '../shim/layers/layer.js' */
/** @import { RuntimeOptions } from '../shim/core/loading.js' */
/** @import { FitOptions } from '../shim/training/fit-options.js' */
/** @import { CompileOptions, Model } from '../shim/model.js' */

/**
 * Everything that determines a model's weights, and what its card says about it.
 * @typedef {object} Recipe
 * @property {string} name
 * @property {string} about a description in a sentence or two
 * @property {string} optimizer in words
 * @property {string[]} limits what it cannot be expected to do
 * @property {number} seed
 * @property {{ epochs: number, batchSize: number, classWeight?: Record<number, number> }} fit
 * @property {(train: { images: Tensor<Uint8Array>, labels: Tensor }, epoch: number) => Samples} [pictures] of an epoch,
 *   instead of the dataset's
 * @property {number} testAccuracy below this, the training has failed
 * @property {boolean} [twice] whether its card also gives the accuracy with mirror images
 * @property {DType} [dtype] of the kernels in its file; without it, no file is written
 * @property {() => AnyLayer[]} layers
 * @property {number} [labelSmoothing] 0; the fraction of each target that is spread over all classes
 * @property {() => Pick<CompileOptions, 'optimizer'>} compile
 */

const CLASSES = 10;

/** The same on every machine, bit for bit, with any number of threads. @type {RuntimeOptions} */
export const RUNTIME = { deterministic: true };

/** @param {Recipe} recipe */
export async function build(recipe) {
  const made = await sequential({ ...RUNTIME, name: recipe.name, seed: recipe.seed, layers: recipe.layers() });
  made.compile({ loss: lossOf(recipe), metrics: ['accuracy'], ...recipe.compile() });
  return made;
}

/** @param {Recipe} recipe @returns {CompileOptions['loss']} */
const lossOf = ({ labelSmoothing }) =>
  labelSmoothing ? losses.categoricalCrossentropy({ labelSmoothing }) : 'sparseCategoricalCrossentropy';

/**
 * Labels as the recipe's loss takes them: with smoothing each is a row.
 * @param {Recipe} recipe @param {Tensor} labels [n] @returns {Tensor} [n] or [n, 10]
 */
export function targetsOf({ labelSmoothing }, labels) {
  if (!labelSmoothing) return labels;
  const rows = new Float32Array(labels.data.length * CLASSES);
  labels.data.forEach((label, i) => (rows[i * CLASSES + label] = 1));
  return { shape: [labels.data.length, CLASSES], data: rows };
}

/**
 * Trains a model that `build` made. If the recipe makes the pictures, each epoch is a separate fit that continues where
 * the last one ended; this does not affect the optimizer, the schedule or the order of the pictures. With useEma, the
 * weights become their averages after each epoch.
 * @param {Recipe} recipe
 * @param {Model} model
 * @param {{ images: Tensor<Uint8Array>, labels: Tensor }} train
 * @param {FitOptions} [options]
 */
export async function fitTo(recipe, model, train, options = {}) {
  const { fit, pictures } = recipe;
  const targets = targetsOf(recipe, train.labels);
  if (!pictures) return void (await model.fit(train.images, targets, { ...fit, ...options }));
  for (let epoch = 0; epoch < fit.epochs; epoch++) {
    await model.fit(pictures(train, epoch), targets, { ...fit, ...options, initialEpoch: epoch, epochs: epoch + 1 });
  }
}

/** @param {string} name @param {string} extension */
export const fileOf = (name, extension) => new URL(`${name}.${extension}`, import.meta.url);
