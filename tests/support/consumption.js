import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

/** Processor time and memory of a program and of everything it has started, as Linux reports them. */

const TICK = 10; // ms; Linux always counts a hundred per second

/** @param {string} path @returns {string} empty if the process is gone */
function read(path) {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/**
 * @param {number} pid
 * @returns {string[]} the fields from the third on; the name before them is in brackets and may contain anything
 */
const fieldsOf = (pid) =>
  read(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ');

/** @param {number} root @returns {number[]} it and all its descendants */
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

/** @param {number} root ms so far, including ended children */
function processorTime(root) {
  let ticks = 0;
  for (const pid of treeOf(root)) {
    const fields = fieldsOf(pid);
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * TICK;
}

/** Resets the peak to the current value; the kernel may refuse this for a sandboxed process. @param {number} pid */
function forgetsPeak(pid) {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts now. The kernel records a process's peak, so no moment is missed; the peaks of several processes are added up.
 * @param {number} root
 * @returns {() => { time: number, memory: number, largest: number }} ms of processor time; MB above the initial value;
 *   MB of the largest process that the program has started
 */
export function startMeasuring(root) {
  const before = new Map(treeOf(root).map((pid) => [pid, megabytes(pid, forgetsPeak(pid) ? 'VmRSS' : 'VmHWM')]));
  const start = processorTime(root);
  return () => ({
    time: processorTime(root) - start,
    memory: treeOf(root).reduce((sum, pid) => sum + megabytes(pid, 'VmHWM') - (before.get(pid) ?? 0), 0),
    largest: Math.max(0, ...treeOf(root).map((pid) => (pid === root ? 0 : megabytes(pid, 'VmHWM')))),
  });
}
