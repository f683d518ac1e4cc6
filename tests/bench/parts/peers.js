/**
 * The same training step in other libraries: jax-js in Chromium, native PyTorch, TensorFlow.js. Each is measured on
 * fewer pictures and scaled to an epoch.
 */
import { hasPeer, threadCounts } from '../context.js';
import { BATCH, EPOCH } from '../flops.js';
import { best } from './epochs.js';

/** @import { Context } from '../context.js' */
/** @import { Measurement } from '../rounds.js' */
/** @import { PyTorch, Work } from '../peers/pytorch.js' */

const JAX = 'tests/bench/peers/jax.js';
const FORMULATIONS = ['lax.conv', 'nine products'];

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

/** @param {Context} context @param {PyTorch} pyTorch @returns {Promise<Measurement[]>} */
async function pyTorchMeasurements({ counts }, { ways }) {
  /** @type {Work} */
  const work = { network: null, task: 'training', batch: BATCH, count: counts.pytorch, limit: counts.peerSeconds };
  for (const { seconds } of ways) await seconds({ ...work, count: 10 * BATCH });
  return ways.map(({ label, threads, seconds }) => ({
    id: `peer ${label}, ${threads}`,
    measure: async () => (await seconds(work)) * EPOCH,
  }));
}

/** @param {Context} context @returns {Measurement} */
const tfjsMeasurement = ({ node }) => ({
  id: 'peer TensorFlow.js, cpu backend, Node, 1',
  measure: async () => ((await node.call('tests/bench/peers/tfjs-cpu.js', 'trainBatch')) * EPOCH) / BATCH,
});

/** @param {Context} context @param {PyTorch} pyTorch @returns {Promise<Measurement[]>} */
export const peerMeasurements = async (context, pyTorch) => [
  ...jaxMeasurements(context),
  ...(await pyTorchMeasurements(context, pyTorch)),
  tfjsMeasurement(context),
];

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
