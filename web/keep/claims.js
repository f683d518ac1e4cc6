/**
 * Which tab a run belongs to: a lock, which the browser releases when the tab ends. Without locks, as in pages without
 * https, no run counts as another tab's.
 */

const LETS_GO_WITHIN = 1000; // ms; a busy machine takes its time

const nameOf = (/** @type {string} */ id) => `fitting-room.run.${id}`;

let release = () => {};
let mine = '';

/** Makes a run this tab's, and releases the one before. @param {string} id */
export function claim(id) {
  if (id === mine) return;
  release();
  mine = id;
  navigator.locks
    ?.request(nameOf(id), () => new Promise((resolve) => (release = () => resolve(undefined))))
    .catch(() => {});
}

/** Whether another tab has it. @param {string} id */
export async function isTaken(id) {
  const held = (await navigator.locks?.query())?.held ?? [];
  return id !== mine && held.some(({ name }) => name === nameOf(id));
}

/** Whether another tab still has it shortly after: a tab that closes or reloads releases it late. @param {string} id */
export async function staysTaken(id) {
  if (!(await isTaken(id))) return false;
  const letGo = navigator.locks.request(nameOf(id), { signal: AbortSignal.timeout(LETS_GO_WITHIN) }, () => false);
  return letGo.catch(() => true);
}
