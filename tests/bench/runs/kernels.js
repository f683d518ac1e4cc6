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

/** A pass of a convolution: forward, or the gradient of its input or its kernel. As convolution.c numbers them. */
const PASSES = ['forward', 'input', 'kernel'];
const ALGORITHMS = ['direct', 'Winograd', 'pointwise', 'depthwise'];

/**
 * @typedef {{ side: number, channels: number, filters: number, kernel: number, stride: number, pooled: boolean }} Shape
 *   side, channels: of the input; kernel: its side; pooled: with a 2×2 max-pool in the same step
 */
/** @typedef {{ shape: Shape, pass: string, algorithm: string }} Pass */

/** @type {Map<string, number>} */
const convolutions = new Map();

/** The convolution of that shape, opened once. @param {Instructions} instructions @param {Shape} shape */
async function convolutionOf(instructions, shape) {
  const native = await loaded(instructions);
  const key = JSON.stringify([instructions, shape]);
  const { side, channels, filters, kernel: size, stride, pooled } = shape;
  const convolution =
    convolutions.get(key) ?? native._convolution_open(side, channels, filters, size, stride, Number(pooled));
  convolutions.set(key, convolution);
  return { native, convolution };
}

/** Milliseconds per batch. @param {Instructions} instructions @param {Pass} what @param {number} times */
export async function layer(instructions, { shape, pass, algorithm }, times) {
  const { native, convolution } = await convolutionOf(instructions, shape);
  const numbers = [PASSES.indexOf(pass), ALGORITHMS.indexOf(algorithm)];
  return fastest(() => native._convolution_run(convolution, ...numbers), times);
}

/**
 * Whether the core chooses this algorithm for the pass: 1 or 0.
 * @param {Instructions} instructions
 * @param {Pass} what
 */
export async function isChosen(instructions, { shape, pass, algorithm }) {
  const { native, convolution } = await convolutionOf(instructions, shape);
  return Number(native._convolution_choice(convolution, PASSES.indexOf(pass)) === ALGORITHMS.indexOf(algorithm));
}

/** Milliseconds per batch. @param {Instructions} instructions @param {string} name @param {number} times */
export async function kernel(instructions, name, times) {
  return fastest((await loaded(instructions))[`_${name}`], times);
}
