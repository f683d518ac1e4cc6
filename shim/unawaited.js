import { FittingRoomError } from './check.js';
import { Model } from './model.js';

/** What a promise of a model is besides: all that a model has says that await is missing. @param {string} what */
function incomplete(what) {
  const get = () => {
    throw new FittingRoomError(`this is a promise of a model; write await ${what}(…)`);
  };
  const names = Object.getOwnPropertyNames(Model.prototype).filter((name) => name !== 'constructor');
  return Object.create(Promise.prototype, Object.fromEntries(names.map((name) => [name, { get }])));
}

/** @type {Map<string, object>} */
const prototypes = new Map();

/**
 * The promise itself, which throws an error that helps where it is used as a model.
 * @template {Promise<Model>} Made
 * @param {string} what the caller
 * @param {Made} promise
 * @returns {Made}
 */
export function unawaited(what, promise) {
  const prototype = prototypes.get(what) ?? incomplete(what);
  prototypes.set(what, prototype);
  return Object.setPrototypeOf(promise, prototype);
}
