/**
 * Uses one tab over and over, and compares its memory at the end with that after the first few cycles:
 * node tests/endurance/cycles.js [CYCLES]
 *
 * Each cycle trains, evaluates, saves, loads and disposes of a model: once through the API, once on the page, whose
 * library it uses. Exits with 1 if the difference is more than 2 MB.
 */
import { useTab } from '../support/cycles.js';

const MB = 1024 * 1024;
const MOST = 2 * MB;
const MOST_RUNS = 4; // saved in the browser: three, and the current one
const count = Number(process.argv[2] ?? 200);

const started = performance.now();
const { before, after } = await useTab({ warmUp: 20, count, byPage: count });
const inMB = (/** @type {number} */ bytes) => `${(bytes / MB).toFixed(2)} MB`;
/** @param {string} name @param {number} a @param {number} b */
const line = (name, a, b) => console.log(`  ${name.padEnd(34)} ${inMB(a)}, then ${inMB(b)}: ${inMB(b - a)}`);
const minutes = (performance.now() - started) / 60000;
console.log(`${count} cycles by the API and ${count} by the page in one tab, ${minutes.toFixed(1)} minutes`);
line('the tab, workers and WebAssembly', before.tab, after.tab);
line('the core’s memory', before.memory, after.memory);
line('of it, allocated', before.inUse, after.inUse);
console.log(`  runs kept in the browser: ${before.runs}, then ${after.runs}`);
const apart = Math.max(
  .../** @type {const} */ (['tab', 'memory', 'inUse']).map((key) => Math.abs(after[key] - before[key])),
);
if (apart > MOST || after.runs > MOST_RUNS) process.exitCode = 1;
