/**
 * Which tab a run belongs to: a lock that the browser releases when the tab ends, however it ends. Where there are no
 * locks,
 * as in pages without https, no run counts as another tab's.
 */

const LETS_GO_WITHIN = 1000; // ms; a busy machine takes its time

const nameOf = (/** @type {string} */ id) => `fitting-room.run.${id}`;

let release = () => {};
let mine = '';

/** Makes a run this tab's, and lets go of the one before. @param {string} id */
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

/** The same, but of a tab that is being closed or loaded anew, which lets go a moment later. @param {string} id */
export async function staysTaken(id) {
  if (!(await isTaken(id))) return false;
  const letGo = navigator.locks.request(nameOf(id), { signal: AbortSignal.timeout(LETS_GO_WITHIN) }, () => false);
  return letGo.catch(() => true);
}
