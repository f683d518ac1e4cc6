/** The SIMD peak and the training step's kernels, one by one, on one thread. */
import { fastest } from '../statistics.js';

/** @typedef {'simd' | 'relaxed'} Instructions */
/** @typedef {Record<string, (...args: number[]) => number>} Exports */

/** @type {Map<string, Promise<Exports>>} */
const modules = new Map();

/** @param {Instructions} instructions @returns {Promise<Exports>} */
async function load(instructions) {
  const { default: create } = await import(new URL(`../../../build/bench/${instructions}.mjs`, import.meta.url).href);
  const native = await create();
  native._kernels_prepare();
  native._convolution_prepare();
  return native;
}

/** @param {Instructions} instructions */
function loaded(instructions) {
  const module = modules.get(instructions) ?? load(instructions);
  modules.set(instructions, module);
  return module;
}

/** GFLOP/s of the faster of the two peak loops. @param {Instructions} instructions */
export async function peak(instructions) {
  const native = await loaded(instructions);
  const [sink, x, w] = [64, 4096, 8192].map((bytes) => native._malloc(bytes));
  const loops = [() => native._peak_chains(40000, sink), () => native._peak_tile(1000, 64, x, w, sink)];
  return Math.max(...loops.map((loop) => loop() / 1e6 / fastest(loop, 40)));
}

/** Milliseconds a batch. @param {Instructions} instructions @param {string} name @param {number} times */
export async function kernel(instructions, name, times) {
  return fastest((await loaded(instructions))[`_${name}`], times);
}
