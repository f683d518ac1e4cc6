import { FittingRoomError, show } from '../check.js';

/** @import { BuiltLayer } from '../core/build.js' */
/** @import { Given, Tensor } from '../tensor.js' */
/** @import { AnyLayer, LayerConfig, SymbolicTensor } from './layer.js' */

/**
 * What a layer needs of its model.
 * @typedef {object} Owner
 * @property {() => number} count of this layer's weights
 * @property {() => Tensor<Float32Array<ArrayBuffer>>[]} getWeights of this layer
 * @property {(weights: readonly Given[]) => void} setWeights
 * @property {() => SymbolicTensor} output
 */

/**
 * A layer of a built model. In `sequential`, and by its `output` in `model`, it begins another model like this one:
 * with copies of its weights, which are not shared.
 */
export class ModelLayer {
  #owner;

  /** @param {BuiltLayer} described @param {Owner} owner */
  constructor(described, owner) {
    Object.assign(this, described);
    this.#owner = owner;
  }

  /** What it passes on, for a model that continues from there. */
  get output() {
    return this.#owner.output();
  }

  /** Copies of its weights, in Keras's order and layout. */
  getWeights() {
    return this.#owner.getWeights();
  }

  /**
   * Sets all of its weights, or none if any of them does not fit.
   * @param {readonly Given[]} weights in the order and shapes of getWeights
   */
  setWeights(weights) {
    const count = this.#owner.count();
    if (!Array.isArray(weights) || weights.length !== count) {
      const { name } = /** @type {Built} */ (/** @type {ModelLayer} */ (this));
      const got = Array.isArray(weights) ? weights.length : show(weights);
      throw new FittingRoomError(`setWeights: layer ${name} has ${count} tensors, got ${got}`);
    }
    this.#owner.setWeights(weights);
  }
}

/** @typedef {ModelLayer & BuiltLayer} Built */

/**
 * A configuration with `trainable` as it is now.
 * @template {LayerConfig} Config
 * @param {Config} config @param {boolean} trainable
 */
export const withTrainable = ({ trainable: _, ...config }, trainable) => ({
  ...config,
  ...(!trainable && { trainable }),
});

/** The layer as it is now, for another model. @param {Built} layer @returns {AnyLayer} */
export const configOf = ({ config, name, trainable }) =>
  /** @type {AnyLayer} */ (withTrainable({ ...config, name }, trainable));
