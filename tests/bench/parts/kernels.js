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
export const WITH_KERNELS = ['Node simd', 'Chromium relaxed'];

/** @param {Context} context @returns {Measurement[]} */
export const peakMeasurements = (context) =>
  places(context).map((place) => ({
    id: `peak ${nameOf(place)}`,
    measure: () => place.host.call(WORK, 'peak', place.instructions),
  }));

/**
 * Where kernels are timed.
 * @param {Context} context
 * @returns {{ where: string, call: (name: string, ...args: unknown[]) => Promise<number> }[]} call: a function of
 *   runs/kernels.js
 */
export const kernelPlaces = (context) =>
  places(context)
    .map((place) => ({
      where: nameOf(place),
      call: (/** @type {string} */ name, /** @type {unknown[]} */ ...args) =>
        place.host.call(WORK, name, place.instructions, ...args),
    }))
    .filter(({ where }) => WITH_KERNELS.includes(where));

/** @param {Context} context @returns {Measurement[]} */
export const kernelMeasurements = (context) =>
  kernelPlaces(context).flatMap(({ where, call }) =>
    Object.keys(KERNEL_MFLOP).map((name) => ({
      id: `${name} ${where}`,
      measure: () => call('kernel', name, context.counts.kernel),
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
