/** The SIMD peak of this machine, and the kernels of a training step as shares of it. */
import { BATCH, KERNEL_MFLOP } from '../flops.js';

/** @import { Context } from '../context.js' */
/** @import { Measurement } from '../rounds.js' */
/** @import { Instructions } from '../work/kernels.js' */

const WORK = 'tests/bench/work/kernels.js';

/** @param {Context} context @returns {{ host: import('../hosts.js').Host, instructions: Instructions }[]} */
const places = ({ node, chromium }) => [
  { host: node, instructions: 'simd' },
  ...(chromium
    ? /** @type {const} */ (['simd', 'relaxed']).map((instructions) => ({ host: chromium.worker('kernels'), instructions }))
    : []),
];

/** @param {string} host @param {string} instructions */
const key = (host, instructions) => `${host} ${instructions}`;

/** @param {Context} context @returns {Measurement[]} */
export const peakMeasurements = (context) =>
  places(context).map(({ host, instructions }) => ({
    id: `peak ${key(host.name, instructions)}`,
    measure: () => host.call(WORK, 'peak', instructions),
  }));

/** @param {Context} context @returns {Measurement[]} */
export const kernelMeasurements = (context) =>
  places(context).filter(({ host, instructions }) => (host.name === 'Node') === (instructions === 'simd')).flatMap(({ host, instructions }) =>
    Object.keys(KERNEL_MFLOP).map((name) => ({
      id: `${name} ${key(host.name, instructions)}`,
      measure: () => host.call(WORK, 'kernel', instructions, name, context.counts.kernel),
    })),
  );

/**
 * Milliseconds a batch, GFLOP/s and share of the peak that the same instructions have there.
 * @param {(id: string) => number} result
 */
export function kernelRows(result) {
  return [['Node', 'simd'], ['Chromium', 'relaxed']].flatMap(([host, instructions]) =>
    Object.entries(KERNEL_MFLOP).map(([name, mflop]) => {
      const ms = result(`${name} ${key(host, instructions)}`);
      const gflops = (mflop * BATCH) / ms;
      return { name: name.replace('kernels_', ''), where: key(host, instructions), ms, gflops, ofPeak: gflops / result(`peak ${key(host, instructions)}`) };
    }),
  ).filter(({ ms }) => !Number.isNaN(ms));
}
