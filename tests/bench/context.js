/** The settings of this measurement: how much is measured, where, and compared with what. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { node, openChromium } from './hosts.js';
import { EPOCH } from './flops.js';

/** @typedef {'kernels' | 'epochs' | 'inference' | 'peers' | 'networks' | 'layers' | 'memory' | 'plots'} Part */
/** @type {Part[]} */
export const PARTS = ['kernels', 'epochs', 'inference', 'peers', 'networks', 'layers', 'memory', 'plots'];

/**
 * @typedef {object} Counts pictures, unless stated otherwise
 * @property {number} rounds each measures everything once; the medians count
 * @property {number} epoch per round of the tutorial's model
 * @property {number} twoBlock
 * @property {number} kernel runs of each kernel, the fastest of which counts
 * @property {number} inference seconds
 * @property {number} jax an upper limit, within peerSeconds
 * @property {number} pytorch the same
 * @property {number} peerSeconds seconds
 * @property {number} network per round of each network
 * @property {number} networkSeconds seconds, of each other measurement of a network
 * @property {number} layer runs of each pass of a layer, the fastest of which counts
 * @property {number} plot for each point of a plot
 * @property {number} memoryEpochs epochs
 */

/** @type {Record<'full' | 'quick', Counts>} */
const COUNTS = {
  full: {
    rounds: 3,
    epoch: EPOCH,
    twoBlock: 3200,
    kernel: 100,
    inference: 1.5,
    jax: 3200,
    pytorch: 9600,
    peerSeconds: 4,
    network: 1280,
    networkSeconds: 1,
    layer: 20,
    plot: 6144,
    memoryEpochs: 2,
  },
  quick: {
    rounds: 1,
    epoch: 3200,
    twoBlock: 640,
    kernel: 10,
    inference: 0.1,
    jax: 320,
    pytorch: 640,
    peerSeconds: 1,
    network: 128,
    networkSeconds: 0.1,
    layer: 3,
    plot: 1024,
    memoryEpochs: 1,
  },
};

/**
 * @typedef {object} Context
 * @property {Counts} counts
 * @property {import('./hosts.js').Host} node
 * @property {import('./hosts.js').Page | null} chromium null if it is not installed
 * @property {number} threads the API's default
 * @property {(text: string) => void} say
 */

/** Whether a library is installed in peers/. @param {string} name */
export const hasPeer = (name) => existsSync(new URL(`peers/node_modules/${name}/package.json`, import.meta.url));

const PEERS = ['@jax-js/jax', 'onnxruntime-web', '@tensorflow/tfjs-backend-wasm'];

/** What `make peers` would add. */
export function notesOnPeers() {
  const missing = PEERS.filter((name) => !hasPeer(name));
  return missing.length ? [`without ${missing.join(', ')}: make peers`] : [];
}

/** One, and all if there are more. @param {number} threads */
export const threadCounts = (threads) => (threads > 1 ? [1, threads] : [1]);

/** @param {Context['say']} say @returns {Promise<Context>} */
export async function openContext(say) {
  const counts = { ...COUNTS[process.env.BENCH_QUICK ? 'quick' : 'full'] };
  if (process.env.MEMORY_EPOCHS) counts.memoryEpochs = Number(process.env.MEMORY_EPOCHS);
  const chromium = await openChromium().catch((error) => {
    say(`without Chromium (make build/browsers): ${error.message.split('\n')[0]}`);
    return null;
  });
  return { counts, node, chromium, threads: Math.min(availableParallelism(), 8), say };
}
