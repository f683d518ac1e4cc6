/** @import { Params } from '../callback-list.js' */
/** @import { Model } from '../../model.js' */

/** Base class of callbacks that keep state: it knows the model and the run. */
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
   * Whether the epoch that is ending was cut short. If so, it ends again once another fit has continued it.
   * @param {number} epoch
   */
  wasCut(epoch) {
    return this.model.position?.epoch === epoch;
  }
}

/**
 * A callback that counts epochs. In a fit that continues a run it continues counting, from its own state or from that
 * of another callback of its kind.
 * @template {object} State
 */
export class Counting extends Callback {
  #nothing;
  /** @type {State | undefined} */
  #resumed;

  /** @param {State} nothing the state before a run */
  constructor(nothing) {
    super();
    this.#nothing = nothing;
    /** The state so far. */
    this.seen = { ...nothing };
  }

  /**
   * A copy of the state. Pass it to `resume` of another callback of this kind: a fit that continues the run there
   * behaves as it would have here.
   */
  get state() {
    return { ...this.seen };
  }

  /** Lets the next fit continue from this state. @param {State} state */
  resume(state) {
    this.#resumed = state;
  }

  onTrainBegin() {
    if (this.#resumed || !this.model.continues) this.seen = { ...(this.#resumed ?? this.#nothing) };
    this.#resumed = undefined;
  }
}
