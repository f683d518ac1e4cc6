/** @import { Params } from '../callback-list.js' */
/** @import { Model } from '../model.js' */

/** What a callback with a state of its own is made from: knows the model and the run. */
export class Callback {
  /** @type {Model | undefined} */
  #model;
  /** @type {Params | undefined} */
  params;

  /** @param {Params} params */
  setParams(params) {
    this.params = params;
  }

  /** @param {Model} model */
  setModel(model) {
    this.#model = model;
  }

  /** @returns {Model} */
  get model() {
    return /** @type {Model} */ (this.#model);
  }

  /** Whether this epoch, which ends, was cut short: it will end again once a fit has continued it. @param {number} epoch */
  wasCut(epoch) {
    return this.model.position?.epoch === epoch;
  }
}
