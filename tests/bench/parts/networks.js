/**
 * Networks larger than the tutorial's: training and inference by this project, in Node and in Chromium, and by PyTorch,
 * at the same batch; inference also by onnxruntime-web in Chromium on one thread.
 */
import { hasPeer } from '../context.js';
import { descriptionOf, writeNetwork } from '../peers/network-files.js';
import { offered } from './epochs.js';
import { checkAgreement } from './inference.js';

/** @import { Context } from '../context.js' */
/** @import { Host } from '../hosts.js' */
/** @import { PyTorch } from '../peers/pytorch.js' */
/** @import { Claim } from '../report.js' */
/** @import { Measurement, Results } from '../rounds.js' */
/** @import { ModelName, Runtime } from '../runs/models.js' */

/** @typedef {'training' | 'inference'} Task */
/** @typedef {{ network: ModelName, task: Task, batch: number }} What */

const TRAIN = 'tests/bench/runs/train.js';
const PREDICT = 'tests/bench/runs/networks.js';

/** @type {ModelName[]} */
const NETWORKS = ['accurate', 'photos', 'residual', 'mobile'];
/** @type {Task[]} */
const TASKS = ['training', 'inference'];
const BATCH = 64;
const WARM_UP = 3; // batches of PyTorch
const ONNX_BATCHES = [1, BATCH, 256];
/** The instructions that count on each host. @type {Record<string, string>} */
const INSTRUCTIONS = { Node: 'simd', Chromium: 'relaxed' };

/** @param {What} what @param {number} threads @param {string} who */
const idOf = ({ network, task, batch }, threads, who) => `network ${network} ${task} ${batch} ${threads}: ${who}`;
const ID = /^network ((\S+) (\S+) (\d+) (\d+)): (\S+)/;

/** Every network's training and inference at one batch size. @returns {What[]} */
const everything = () => NETWORKS.flatMap((network) => TASKS.map((task) => ({ network, task, batch: BATCH })));

/** @param {Context} context @param {Host} host @param {Runtime | null} runtime @param {What} what */
async function imagesPerSecond({ counts }, host, runtime, { network, task, batch }) {
  if (task === 'inference')
    return host.call(PREDICT, 'throughput', { network, runtime, batch, seconds: counts.networkSeconds });
  const count = counts.network;
  return count / (await host.call(TRAIN, 'trainAnew', { ...runtime, model: network, batchSize: batch, count }));
}

/** @param {Context} context @returns {Promise<Measurement[]>} */
async function ownMeasurements(context) {
  const places = (await offered(context, context.threads)).filter(({ host, runtime }) =>
    runtime.build.startsWith(INSTRUCTIONS[host.name]),
  );
  return places.flatMap(({ host, runtime }) =>
    everything().map((what) => ({
      id: idOf(what, runtime.threads, `${host.name} ${runtime.build}`),
      measure: () => imagesPerSecond(context, host, runtime, what),
    })),
  );
}

/** Each after a few batches that do not count. @param {Context} context @param {PyTorch} pyTorch */
async function pyTorchMeasurements({ counts, say }, { ways }) {
  /** @type {Measurement[]} */
  const measurements = [];
  for (const { label, threads, seconds } of ways) {
    say(`networks: ${label}, ${threads}`);
    for (const what of everything()) {
      const work = {
        network: descriptionOf(what.network),
        task: what.task,
        batch: BATCH,
        limit: counts.networkSeconds,
      };
      await seconds({ ...work, count: WARM_UP * BATCH, limit: 60 });
      measurements.push({
        id: idOf(what, threads, label),
        measure: async () => 1 / (await seconds({ ...work, count: counts.pytorch })),
      });
    }
  }
  return measurements;
}

/** @param {Context} context @returns {Promise<Measurement[]>} */
async function onnxMeasurements(context) {
  if (!context.chromium || !hasPeer('onnxruntime-web')) return [];
  const host = context.chromium.worker('networks');
  /** @type {[string, Runtime | null][]} */
  const libraries = [
    ['onnxruntime-web', null],
    ['Chromium relaxed', { build: 'relaxed', threads: 1 }],
  ];
  for (const network of NETWORKS)
    for (const [name, runtime] of libraries)
      await checkAgreement(`${name}, ${network}`, () => host.call(PREDICT, 'difference', { network, runtime }));
  const inference = NETWORKS.flatMap((network) =>
    ONNX_BATCHES.map((batch) => ({ network, task: /** @type {Task} */ ('inference'), batch })),
  );
  return libraries.flatMap(([name, runtime]) =>
    inference
      .filter(({ batch }) => !runtime || batch !== BATCH) // which ownMeasurements has
      .map((what) => ({ id: idOf(what, 1, name), measure: () => imagesPerSecond(context, host, runtime, what) })),
  );
}

/** @param {Context} context @param {PyTorch} pyTorch @returns {Promise<Measurement[]>} */
export async function networkMeasurements(context, pyTorch) {
  context.say('networks: their files');
  for (const network of NETWORKS) await writeNetwork(network, context.counts.network);
  return [
    ...(await ownMeasurements(context)),
    ...(await pyTorchMeasurements(context, pyTorch)),
    ...(await onnxMeasurements(context)),
  ];
}

/**
 * Images per second of each library, the fastest of its builds or layouts; and this project's, divided by another's.
 * @param {Results} results @param {(id: string) => number} result
 */
export function networkRows(results, result) {
  /** @type {Map<string, What & { threads: number, speeds: Record<string, number> }>} */
  const rows = new Map();
  for (const id of Object.keys(results)) {
    const [, key, network, task, batch, threads, who] = ID.exec(id) ?? [];
    if (!key) continue;
    const what = {
      network: /** @type {ModelName} */ (network),
      task: /** @type {Task} */ (task),
      batch: Number(batch),
    };
    const row = rows.get(key) ?? { ...what, threads: Number(threads), speeds: {} };
    row.speeds[who] = Math.max(row.speeds[who] ?? 0, result(id));
    rows.set(key, row);
  }
  return [...rows.values()].map(({ speeds, ...row }) => {
    const { Node: node = NaN, Chromium: chromium = NaN, PyTorch: torch = NaN, 'onnxruntime-web': onnx = NaN } = speeds;
    return {
      ...row,
      ...{ node, chromium, torch, onnx },
      nodeToTorch: node / torch,
      chromiumToTorch: chromium / torch,
      chromiumToOnnx: chromium / onnx,
    };
  });
}

/** @param {ReturnType<typeof networkRows>} rows @returns {Claim[]} */
export function networkClaims(rows) {
  const training = rows.filter(({ network, task }) => network === 'accurate' && task === 'training');
  const inference = rows.filter(({ network, task }) => /accurate|photos/.test(network) && task === 'inference');
  return [
    ...training.flatMap(({ threads, nodeToTorch, chromiumToTorch }) =>
      [
        { place: 'Chromium', value: chromiumToTorch, bar: 1 },
        { place: 'Node', value: nodeToTorch, bar: 0.85 },
      ].map(({ place, value, bar }) => ({
        claim: `training accurate in ${place}, to PyTorch at its fastest, threads: ${threads}`,
        value,
        bar,
        unit: '×',
      })),
    ),
    ...inference.map(({ network, batch, chromiumToOnnx }) => ({
      claim: `inference by ${network} at batch ${batch}, to onnxruntime-web`,
      value: chromiumToOnnx,
      bar: batch === 1 ? 2 : 2.5,
      unit: '×',
    })),
  ];
}
