import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

/** What a program and all that it has started take of the processor and of memory, as Linux tells it. */

const TICK = 10; // ms; all of Linux has a hundred a second

/** @param {string} path @returns {string} empty where the process has gone */
function read(path) {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** @param {number} pid @returns {string[]} from the third on, which the name before, in brackets, may not spoil */
const fieldsOf = (pid) =>
  read(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ');

/** @param {number} root @returns {number[]} it and all that descend from it */
function treeOf(root) {
  const parents = new Map(
    readdirSync('/proc')
      .map(Number)
      .filter(Boolean)
      .map((pid) => [pid, Number(fieldsOf(pid)[1])]),
  );
  /** @type {(pid: number) => boolean} */
  const descends = (pid) => pid === root || (parents.has(pid) && descends(parents.get(pid) ?? 0));
  return [...parents.keys()].filter(descends);
}

/** @param {number} pid @param {string} name @returns {number} MB */
const megabytes = (pid, name) =>
  Number(new RegExp(`^${name}:\\s*(\\d+) kB`, 'm').exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;

/** @param {number} root ms so far, of ended children too */
function processorTime(root) {
  let ticks = 0;
  for (const pid of treeOf(root)) {
    const fields = fieldsOf(pid);
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * TICK;
}

/** Makes the peak what there is now; the kernel may refuse it for a process that has a sandbox. @param {number} pid */
function forgetsPeak(pid) {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    return true;
  } catch {
    return false;
  }
}

/**
 * From now on. A process's peak is kept by the kernel, so that no moment is missed; of several processes the peaks are
 * summed up.
 * @param {number} root
 * @returns {() => { time: number, memory: number }} ms of the processor's; MB above what there was
 */
export function startMeasuring(root) {
  const before = new Map(treeOf(root).map((pid) => [pid, megabytes(pid, forgetsPeak(pid) ? 'VmRSS' : 'VmHWM')]));
  const start = processorTime(root);
  return () => ({
    time: processorTime(root) - start,
    memory: treeOf(root).reduce((sum, pid) => sum + megabytes(pid, 'VmHWM') - (before.get(pid) ?? 0), 0),
  });
}
