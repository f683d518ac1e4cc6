/** Inference by networks, out of the files that peers/network-files.js writes. */
import { loadModel } from '../../../shim/index.js';
import { largestDifference, predictorBy, speedOf } from './inference.js';
import { optionsOf } from './models.js';

/** @import { Predictor } from './inference.js' */
/** @import { ModelName, Runtime } from './models.js' */

/** @typedef {{ network: ModelName, runtime: Runtime | null }} By `runtime`: of this project; null: onnxruntime-web */

const folder = new URL('../../../build/bench/networks/', import.meta.url);

/** @param {string} name @returns {Promise<Uint8Array<ArrayBuffer>>} */
async function bytesOf(name) {
  const url = new URL(name, folder);
  if (url.protocol === 'file:') return Uint8Array.from(await (await import('node:fs/promises')).readFile(url));
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

/** @typedef {{ predict: Predictor, close: () => unknown }} Opened */

/** @param {ModelName} network @param {Runtime} runtime @returns {Promise<Opened>} */
async function openOwn(network, runtime) {
  const model = await loadModel(await bytesOf(`${network}.fit`), optionsOf(runtime));
  return { predict: predictorBy(model), close: () => model.dispose() };
}

/** @param {ModelName} network @returns {Promise<Opened>} */
async function openOnnx(network) {
  const { openFile } = await import('../peers/onnxruntime.js');
  return openFile(await bytesOf(`${network}.onnx`), (count) => [count, 28, 28, 1]);
}

/**
 * Opens a network for one measurement: those of all would not fit into the memory of a build with threads.
 * @template Result
 * @param {By} by
 * @param {(predict: Predictor) => Promise<Result>} measure
 */
async function during({ network, runtime }, measure) {
  const { predict, close } = await (runtime ? openOwn(network, runtime) : openOnnx(network));
  try {
    return await measure(predict);
  } finally {
    await close();
  }
}

/** The largest difference from the probabilities of this project's reproducible build. @param {By} by */
export const difference = (by) =>
  during({ ...by, runtime: { build: 'simd', threads: 1 } }, (ours) =>
    during(by, (theirs) => largestDifference([ours, theirs])),
  );

/** Images per second. @param {By & { batch: number, seconds: number }} what */
export const throughput = (what) => during(what, (predict) => speedOf(predict, what));
