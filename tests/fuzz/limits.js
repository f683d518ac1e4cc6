/**
 * The most that any input may take: processor time, and memory in addition to what the process already has; and how
 * both are measured.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export const MOST_MS = 1000;
export const MOST_MB = 200;

const KB = 1024; // bytes per KB, and KB per MB

setFlagsFromString('--expose-gc');
/** @type {() => void} */
const collect = runInNewContext('gc');

/** The process's peak memory, in MB. */
export const peak = () => process.resourceUsage().maxRSS / KB;

/** Memory in use now, in MB. */
export const resident = () => process.memoryUsage.rss() / KB / KB;

/**
 * Resets the peak.
 * @returns {() => number} that peak or, if the system cannot reset it, the memory in use afterwards
 */
function resetPeak() {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    return resident;
  }
  return () => Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / KB;
}

/**
 * What an act takes, once garbage from before has been collected.
 * @param {() => unknown} act
 * @returns {Promise<{ ms: number, mb: number }>} processor time, and memory in addition to what was in use
 */
export async function measured(act) {
  collect();
  const before = resident();
  const most = resetPeak();
  const start = process.cpuUsage();
  await act();
  const { user, system } = process.cpuUsage(start);
  return { ms: (user + system) / 1000, mb: Math.max(0, most() - before) };
}
