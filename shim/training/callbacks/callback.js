/** @import { Params } from '../callback-list.js' */
/** @import { Model } from '../../model.js' */

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

  /**
   * Whether this epoch, which ends, was cut short: it will end again once a fit has continued it.
   * @param {number} epoch
   */
  wasCut(epoch) {
    return this.model.position?.epoch === epoch;
  }
}

/**
 * A callback that counts: it goes on counting in a fit that continues a run, as it did or as another one of its kind
 * did.
 * @template {object} State
 */
export class Counting extends Callback {
  #nothing;
  /** @type {State | undefined} */
  #resumed;

  /** @param {State} nothing what it has seen before a run */
  constructor(nothing) {
    super();
    this.#nothing = nothing;
    /** What it has seen so far. */
    this.seen = { ...nothing };
  }

  /**
   * A copy of what it has seen: give it to the resume of another one, and a fit that continues the run there goes as it
   * would have here.
   */
  get state() {
    return { ...this.seen };
  }

  /** The next fit goes on from there. @param {State} state */
  resume(state) {
    this.#resumed = state;
  }

  onTrainBegin() {
    if (this.#resumed || !this.model.continues) this.seen = { ...(this.#resumed ?? this.#nothing) };
    this.#resumed = undefined;
  }
}
