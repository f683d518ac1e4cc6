import { FittingRoomError, checkFields, field, flag } from '../../check.js';
import { Callback } from './callback.js';

/** @import { Model } from '../../model.js' */

export class SwapEmaWeights extends Callback {
  #swapOnEpoch;

  /** @param {SwapOptions} options */
  constructor(options) {
    super();
    this.#swapOnEpoch = checkFields('swapEmaWeights', options, { swapOnEpoch: field(flag, false) }).swapOnEpoch;
  }

  /** @param {Model} model */
  setModel(model) {
    if (!model.optimizer.useEma)
      throw new FittingRoomError('swapEmaWeights: compile with an optimizer that has useEma: true', 'wrong-state');
    super.setModel(model);
  }

  /** Puts the averages, or the weights, into the model. @param {boolean} averages */
  #show(averages) {
    const { optimizer } = this.model;
    if (optimizer.swapped !== averages) optimizer.swapAverages();
  }

  onEpochBegin() {
    if (this.#swapOnEpoch) this.#show(false);
  }

  onEpochEnd() {
    if (this.#swapOnEpoch) this.#show(true);
  }

  onTestBegin() {
    this.#show(true);
  }

  onTestEnd() {
    this.#show(false);
  }

  onPredictBegin() {
    this.#show(true);
  }

  onPredictEnd() {
    this.#show(false);
  }
}

/**
 * @typedef {object} SwapOptions
 * @property {boolean} [swapOnEpoch] default false; true: callbacks that come after this one see the averages at the end
 *   of each epoch too
 */

/** @param {SwapOptions} [options] */
export const swapEmaWeights = (options = {}) => new SwapEmaWeights(options);
