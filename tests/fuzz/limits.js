/**
 * What any input may take at most, of the processor's time and of memory beyond what the process has anyway; and how
 * both are measured.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export const MOST_MS = 1000;
export const MOST_MB = 200;

const KB = 1024; // bytes, and of MB

setFlagsFromString('--expose-gc');
/** @type {() => void} */
const collect = runInNewContext('gc');

/** The most memory that the process has had at once, in MB. */
export const peak = () => process.resourceUsage().maxRSS / KB;

/** Memory in use now, in MB. */
export const resident = () => process.memoryUsage.rss() / KB / KB;

/**
 * Lets the peak begin again.
 * @returns {() => number} that peak, or where the system cannot do that, what is in use afterwards
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
 * What an act takes once everything that came before has been cleared away.
 * @param {() => unknown} act
 * @returns {Promise<{ ms: number, mb: number }>} of the processor, and of memory beyond what there was
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
