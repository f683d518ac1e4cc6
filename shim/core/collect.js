import { nextTask } from './turns.js';

/** @import { Core } from './core.js' */

/*
 * Collects models that nothing refers to any more. The engine does not know how much memory of the core they hold, so
 * it sees no reason to look for them; large buffers that are dropped at once are a reason.
 */

const BUFFER = 2 ** 26; // bytes
const ROUNDS = 24;
/** From so many bytes on, forgotten models are looked for whenever the memory in use has grown by STEP. */
const MUCH = 2 ** 28;
const STEP = 2 ** 26;

/** How many bytes were in use when forgotten models were last looked for. @type {WeakMap<Core, number>} */
const looked = new WeakMap();

/** @param {Core} core @returns {Promise<boolean>} whether it holds fewer models than before */
export async function collect(core) {
  const before = core.models;
  for (let round = 0; round < ROUNDS && core.models >= before; round++) {
    try {
      new ArrayBuffer(BUFFER);
    } catch {
      // then there is reason enough
    }
    await nextTask();
    await nextTask(); // finalizers run in a task of their own
  }
  return core.models < before;
}

/** Collects forgotten models if much memory is in use, and more than last time. @param {Core} core */
export async function makeRoom(core) {
  const used = core.heapInUse();
  const last = Math.min(looked.get(core) ?? 0, used);
  if (used > Math.max(MUCH, last + STEP)) await collect(core);
  else return;
  looked.set(core, core.heapInUse());
}
