import { seedWords } from './core.js';
import { allocated } from '../tensor.js';

/** @import { Core } from './core.js' */

/**
 * 0 … count - 1 in the order of chance.
 * @param {Core} core
 * @param {number} seed
 * @param {number} start number of optimizer steps before a sweep, so that each sweep has an order of its own
 * @param {number} count
 * @returns {Uint32Array}
 */
export function randomOrder(core, seed, start, count) {
  return core.withBytes(count * 4, (order) => {
    core.call('fr_epoch_order', ...seedWords(seed), start, count, order);
    const copy = allocated(Uint32Array, count);
    copy.set(core.ints(order, count));
    return copy;
  });
}
