/**
 * The same training step in other libraries: jax-js in Chromium, native PyTorch, TensorFlow.js. Each is measured on
 * fewer pictures and scaled to an epoch.
 */
import { hasPeer } from '../context.js';
import { BATCH, EPOCH } from '../flops.js';
import { findPyTorch, openPyTorch } from '../peers/pytorch.js';
import { best } from './epochs.js';

/** @import { Context } from '../context.js' */
/** @import { Measurement } from '../rounds.js' */

const JAX = 'tests/bench/peers/jax.js';
const FORMULATIONS = ['lax.conv', 'nine products'];
const LAYOUTS = ['channels-first', 'channels-last'];

/**
 * @typedef {object} Peers
 * @property {Measurement[]} measurements
 * @property {string[]} notes
 * @property {() => Promise<void>} close
 */

/** @param {number} threads one, and all if there are more */
const threadCounts = (threads) => (threads > 1 ? [1, threads] : [1]);

/** @param {Context} context @returns {Measurement[]} */
function jaxMeasurements({ chromium, threads, counts }) {
  if (!chromium || !hasPeer('@jax-js/jax')) return [];
  return threadCounts(threads).flatMap((count) =>
    FORMULATIONS.map((formulation) => ({
      id: `peer jax-js, Chromium (${formulation}), ${count}`,
      measure: async () => {
        const what = { formulation, threads: count, count: counts.jax, limit: counts.peerSeconds };
        return (await chromium.worker(`jax ${count}`).call(JAX, 'train', what)) * EPOCH;
      },
    })),
  );
}

/** @param {Context} context @returns {Promise<Peers>} */
async function pyTorchPeers({ threads, counts, say }) {
  const python = findPyTorch();
  if (!python) {
    return {
      measurements: [],
      close: async () => {},
      notes: ['without PyTorch: apt install python3-torch libopenblas0-pthread'],
    };
  }
  const runtimes = threadCounts(threads).flatMap((count) =>
    threadCounts(count).map((blasThreads) => ({ threads: count, blasThreads })),
  );
  /** @type {Awaited<ReturnType<typeof openPyTorch>>[]} */
  const opened = [];
  /** @type {Peers} */
  const peers = {
    measurements: [],
    notes: [],
    close: async () => void (await Promise.all(opened.map(({ close }) => close()))),
  };
  for (const runtime of runtimes) {
    const torch = await openPyTorch(python, runtime);
    opened.push(torch);
    peers.notes = [torch.about, ...warningsOf(torch.about)];
    for (const layout of LAYOUTS) {
      await torch.train(layout, 10 * BATCH, counts.peerSeconds);
      const blas = runtime.threads > 1 ? `, BLAS on ${runtime.blasThreads}` : '';
      peers.measurements.push({
        id: `peer PyTorch (${layout}${blas}), ${runtime.threads}`,
        measure: async () => (await torch.train(layout, counts.pytorch, counts.peerSeconds)) * EPOCH,
      });
    }
  }
  peers.notes.forEach(say);
  return peers;
}

/** @param {string} about */
const warningsOf = (about) =>
  /openblas|mkl/i.test(about)
    ? []
    : ['this PyTorch has no fast BLAS, so the comparison is unfair to it: apt install libopenblas0-pthread'];

/** @param {Context} context @returns {Measurement} */
const tfjsMeasurement = ({ node }) => ({
  id: 'peer TensorFlow.js, cpu backend, Node, 1',
  measure: async () => ((await node.call('tests/bench/peers/tfjs-cpu.js', 'trainBatch')) * EPOCH) / BATCH,
});

/** @param {Context} context @returns {Promise<Peers>} */
export async function openPeers(context) {
  const torch = await pyTorchPeers(context);
  const missing = ['@jax-js/jax', 'onnxruntime-web', '@tensorflow/tfjs-backend-wasm'].filter((name) => !hasPeer(name));
  return {
    measurements: [...jaxMeasurements(context), ...torch.measurements, tfjsMeasurement(context)],
    notes: [...torch.notes, ...(missing.length ? [`without ${missing.join(', ')}: make peers`] : [])],
    close: torch.close,
  };
}

/**
 * Seconds per epoch, and the ratio to this project's, on the same number of threads in each host.
 * @param {import('../rounds.js').Results} results @param {(id: string) => number} result
 */
export function peerRows(results, result) {
  return Object.keys(results)
    .filter((id) => id.startsWith('peer '))
    .map((id) => {
      const [, name, threads] = /** @type {RegExpExecArray} */ (/^peer (.*), (\d+)$/.exec(id));
      const seconds = result(id);
      const [inNode, inChromium] = ['Node', 'Chromium'].map((host) => seconds / best(result, host, Number(threads)));
      return { name, threads: Number(threads), seconds, inNode, inChromium };
    });
}
