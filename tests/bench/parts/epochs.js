/** An epoch of 60,000 pictures, including the optimizer, through the API: each build, on one thread and on all. */
import { BATCH, EPOCH, IMAGE_MFLOP, gflopsOfEpoch } from '../flops.js';
import { least } from '../statistics.js';

/** @import { Context } from '../context.js' */
/** @import { Host } from '../hosts.js' */
/** @import { Measurement } from '../rounds.js' */
/** @import { Build, ModelName, Runtime } from '../runs/models.js' */

const WORK = 'tests/bench/runs/train.js';

/** @param {number} threads @returns {Runtime[]} */
const runtimes = (threads) =>
  /** @type {const} */ (['simd', 'relaxed']).flatMap((instructions) => [
    { build: instructions, threads: 1 },
    ...(threads > 1 ? [{ build: /** @type {Build} */ (`${instructions}-mt`), threads }] : []),
  ]);

/** @param {string} host @param {Runtime} runtime */
const placeOf = (host, { build, threads }) => `${host} ${build}${threads > 1 ? `, ${threads} threads` : ''}`;

/** Where the builds train: this process, and a worker of a page. @param {Context} context @returns {Host[]} */
const trainingHosts = ({ node, chromium }) => [node, ...(chromium ? [chromium.worker('training')] : [])];

/**
 * The builds that each host offers, on one thread and on `threads`; the faster instructions last.
 * @param {Context} context
 * @param {number} threads
 */
export async function offered(context, threads) {
  const places = [];
  for (const host of trainingHosts(context)) {
    for (const runtime of runtimes(threads)) {
      if (await host.call(WORK, 'offers', runtime)) places.push({ host, runtime });
    }
  }
  return places;
}

/**
 * Seconds per epoch, measured on `count` pictures.
 * @param {Host} host @param {ModelName} model @param {Runtime} runtime @param {number} count
 */
async function epochSeconds(host, model, runtime, count) {
  return (await host.call(WORK, 'train', { ...runtime, model, batchSize: BATCH, count })) * (EPOCH / count);
}

/** @param {Context} context @returns {Promise<Measurement[]>} */
export async function epochMeasurements(context) {
  const { epoch, twoBlock } = context.counts;
  return (await offered(context, context.threads)).flatMap(({ host, runtime }) => [
    { id: `epoch ${placeOf(host.name, runtime)}`, measure: () => epochSeconds(host, 'tutorial', runtime, epoch) },
    ...(runtime.threads === 1
      ? [
          {
            id: `two-block ${placeOf(host.name, runtime)}`,
            measure: () => epochSeconds(host, 'twoBlock', runtime, twoBlock),
          },
        ]
      : []),
  ]);
}

/** @param {import('../rounds.js').Results} results @param {(id: string) => number} result */
export function epochRows(results, result) {
  return Object.keys(results).flatMap((id) => {
    const [, kind, place, host, instructions] = /^(epoch|two-block) ((\S+) (simd|relaxed).*)$/.exec(id) ?? [];
    if (!kind) return [];
    const seconds = result(id);
    const gflops = gflopsOfEpoch(kind === 'epoch' ? IMAGE_MFLOP.tutorial : IMAGE_MFLOP.twoBlock, seconds);
    return [
      {
        model: kind === 'epoch' ? 'tutorial' : 'two-block',
        place,
        seconds,
        gflops,
        imagesPerSecond: EPOCH / seconds,
        ofPeak: gflops / result(`peak ${host} simd`),
        ofFusedPeak: instructions === 'relaxed' ? gflops / result(`peak ${host} relaxed`) : NaN,
        speedup: result(`${kind} ${host} ${instructions}`) / seconds,
      },
    ];
  });
}

/**
 * The fastest of this project's builds on that number of threads.
 * @param {(id: string) => number} result
 * @param {string} host
 * @param {number} threads
 */
export function best(result, host, threads) {
  const builds = runtimes(threads).filter((runtime) => runtime.threads === threads);
  return least(builds.map((runtime) => result(`epoch ${placeOf(host, runtime)}`)));
}
