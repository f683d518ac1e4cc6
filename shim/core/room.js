/** @import { Core } from './core.js' */

/** So many models are usual. A program with more may have forgotten to dispose of some. */
const FEW = 4;

/**
 * Runs something that allocates the core's memory. If there is not enough, it frees models that nothing refers to any
 * more, and tries again.
 * @template T
 * @param {Core} core
 * @param {() => T} act has no effect if it fails for lack of memory
 * @returns {Promise<T>}
 */
export async function withRoom(core, act) {
  try {
    return act();
  } catch (error) {
    if (/** @type {{ code?: string }} */ (error).code !== 'out-of-memory' || core.models < 2) throw error;
    const { collect } = await import('./collect.js');
    if (!(await collect(core))) throw error;
    return withRoom(core, act);
  }
}

/** Frees forgotten models before memory is short: what comes next cannot wait for that. @param {Core} core */
export async function roomIn(core) {
  if (core.models > FEW) await (await import('./collect.js')).makeRoom(core);
}
