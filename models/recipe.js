import { sequential } from '../shim/index.js';

/** @import { DType } from '../shim/files/dtypes.js' */
/** @import { Tensor } from '../shim/tensor.js' */
/** @import { AnyLayer } from '../shim/layer.js' */
/** @import { RuntimeOptions } from '../shim/loading.js' */
/** @import { CompileOptions } from '../shim/model.js' */

/**
 * All that a model's weights follow from, and what its card says about it.
 * @typedef {object} Recipe
 * @property {string} name
 * @property {string} about what it is, in a sentence or two
 * @property {string} optimizer in words
 * @property {string[]} limits what it cannot be expected to do
 * @property {number} seed
 * @property {{ epochs: number, batchSize: number, classWeight?: Record<number, number> }} fit
 * @property {(train: { images: Tensor, labels: Tensor }, epoch: number) => Tensor} [pictures] those of an epoch, in place of the dataset's
 * @property {number} testAccuracy below this, training it has failed
 * @property {DType} [dtype] of the kernels in its file; without one no file is made
 * @property {() => AnyLayer[]} layers
 * @property {() => Pick<CompileOptions, 'optimizer'>} compile
 */

/** How every recipe is judged. @type {Omit<CompileOptions, 'optimizer'>} */
const JUDGED = { loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] };

/** What is the same on every machine, bit for bit, with any number of threads. @type {RuntimeOptions} */
export const RUNTIME = { deterministic: true };

/** @param {Recipe} recipe */
export async function build(recipe) {
  const made = await sequential({ ...RUNTIME, name: recipe.name, seed: recipe.seed, layers: recipe.layers() });
  made.compile({ ...JUDGED, ...recipe.compile() });
  return made;
}

/** @param {string} name @param {string} extension */
export const fileOf = (name, extension) => new URL(`${name}.${extension}`, import.meta.url);
