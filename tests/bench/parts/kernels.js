/** This machine's SIMD peak, and the kernels of a training step as fractions of it. */
import { hasRelaxedSimd } from '../../../shim/core/features.js';
import { BATCH, KERNEL_MFLOP } from '../flops.js';

/** @import { Context } from '../context.js' */
/** @import { Measurement } from '../rounds.js' */
/** @import { Instructions } from '../runs/kernels.js' */

const WORK = 'tests/bench/runs/kernels.js';

/** @typedef {{ host: import('../hosts.js').Host, instructions: Instructions }} Place */

/** @param {Context} context @returns {Place[]} */
function places({ node, chromium }) {
  const worker = chromium?.worker('kernels');
  return [
    { host: node, instructions: 'simd' },
    ...(hasRelaxedSimd() ? [/** @type {Place} */ ({ host: node, instructions: 'relaxed' })] : []),
    ...(worker
      ? /** @type {const} */ (['simd', 'relaxed']).map((instructions) => ({ host: worker, instructions }))
      : []),
  ];
}

/** @param {Place} place */
const nameOf = ({ host, instructions }) => `${host.name} ${instructions}`;
const WITH_KERNELS = ['Node simd', 'Chromium relaxed'];

/** @param {Context} context @returns {Measurement[]} */
export const peakMeasurements = (context) =>
  places(context).map((place) => ({
    id: `peak ${nameOf(place)}`,
    measure: () => place.host.call(WORK, 'peak', place.instructions),
  }));

/** @param {Context} context @returns {Measurement[]} */
export const kernelMeasurements = (context) =>
  places(context)
    .filter((place) => WITH_KERNELS.includes(nameOf(place)))
    .flatMap((place) =>
      Object.keys(KERNEL_MFLOP).map((name) => ({
        id: `${name} ${nameOf(place)}`,
        measure: () => place.host.call(WORK, 'kernel', place.instructions, name, context.counts.kernel),
      })),
    );

/**
 * Milliseconds per batch, GFLOP/s, and the fraction of the peak that the same instructions reach there.
 * @param {(id: string) => number} result
 */
export function kernelRows(result) {
  const rows = WITH_KERNELS.flatMap((where) =>
    Object.entries(KERNEL_MFLOP).map(([name, mflop]) => {
      const ms = result(`${name} ${where}`);
      const gflops = (mflop * BATCH) / ms;
      return { name: name.replace('kernels_', ''), where, ms, gflops, ofPeak: gflops / result(`peak ${where}`) };
    }),
  );
  return rows.filter(({ ms }) => !Number.isNaN(ms));
}
