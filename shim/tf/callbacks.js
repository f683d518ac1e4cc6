import { CallbackList } from '../training/callback-list.js';
import { Callback as Base } from '../training/callbacks/callback.js';

/** @import { Callbacks } from '../training/callback-list.js' */

/** Base class for custom callbacks; `model` and `params` are set when fit begins. */
export class Callback extends Base {}

/** A callback made from its hooks. */
export class CustomCallback extends Callback {
  /** @param {Callbacks} hooks */
  constructor(hooks) {
    super();
    new CallbackList('CustomCallback', hooks); // refuses misspelt hooks
    Object.assign(this, hooks);
  }
}
