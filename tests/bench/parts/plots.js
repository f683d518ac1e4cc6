/** Seconds per epoch by batch size and by number of threads; each point is measured on fewer pictures. */
import { availableParallelism } from 'node:os';
import { BATCH, EPOCH } from '../flops.js';
import { reader, runRounds } from '../rounds.js';
import { offered } from './epochs.js';

/** @import { Context } from '../context.js' */
/** @import { Host } from '../hosts.js' */
/** @import { Runtime } from '../runs/models.js' */

/** @typedef {{ label: string, points: [number, number][] }} Curve */
/** @typedef {{ batchSizes: Curve[], threads: Curve[] }} Curves */
/** @typedef {{ label: string, x: number, measure: () => Promise<number> }} Point */
/** @typedef {{ host: Host, runtime: Runtime }} Place */

const BATCH_SIZES = Array.from({ length: 11 }, (_, i) => 2 ** i);
const THREADS = [1, 2, 3, 4, 6, 8, 12, 16]; // 16 is the core's limit

const MOST_STEPS = 1024; // per point: small batches take long

/** @param {Place} place @param {number} batchSize @param {number} most pictures */
async function epochSeconds({ host, runtime }, batchSize, most) {
  const count = Math.min(most, MOST_STEPS * batchSize);
  const round = { ...runtime, model: 'tutorial', batchSize, count };
  return (await host.call('tests/bench/runs/train.js', 'trainAnew', round)) * (EPOCH / count);
}

/** The fastest build of each host on that number of threads. @param {Context} context @param {number} threads */
async function fastestBuilds(context, threads) {
  /** @type {Map<string, Place>} */
  const builds = new Map();
  for (const place of await offered(context, threads)) {
    if (place.runtime.threads === threads) builds.set(place.host.name, place);
  }
  return [...builds.values()];
}

/** @param {Context} context @returns {Promise<Point[]>} */
async function batchSizePoints(context) {
  const points = [];
  for (const threads of new Set([1, context.threads])) {
    for (const place of await fastestBuilds(context, threads)) {
      const label = `${place.host.name}, ${threads === 1 ? '1 thread' : `${threads} threads`}`;
      points.push(
        ...BATCH_SIZES.map((size) => ({
          label,
          x: size,
          measure: () => epochSeconds(place, size, context.counts.plot),
        })),
      );
    }
  }
  return points;
}

/**
 * Up to twice the processors, to show the cost of more threads than processors.
 * @param {Context} context
 * @returns {Promise<Point[]>}
 */
async function threadPoints(context) {
  const points = [];
  for (const threads of THREADS.filter((count) => count <= 2 * availableParallelism())) {
    for (const place of await fastestBuilds(context, threads)) {
      points.push({
        label: place.host.name,
        x: threads,
        measure: () => epochSeconds(place, BATCH, context.counts.plot),
      });
    }
  }
  return points;
}

/** @param {string} name @param {Point[]} points @param {Context} context @returns {Promise<Curve[]>} */
async function measure(name, points, { counts, say }) {
  const id = (/** @type {Point} */ { label, x }) => `plot of ${name}: ${label}, at ${x}`;
  const result = reader(
    await runRounds(
      points.map((point) => ({ id: id(point), measure: point.measure })),
      counts.rounds,
      say,
    ),
  );
  /** @type {Map<string, [number, number][]>} */
  const curves = new Map();
  for (const point of points)
    curves.set(point.label, [...(curves.get(point.label) ?? []), [point.x, result(id(point))]]);
  return [...curves].map(([label, values]) => ({ label, points: values }));
}

/** @param {Context} context @returns {Promise<Curves>} */
export async function measureCurves(context) {
  return {
    batchSizes: await measure('batch sizes', await batchSizePoints(context), context),
    threads: await measure('threads', await threadPoints(context), context),
  };
}
