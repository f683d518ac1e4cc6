/** Pictures per second in Chromium, on one thread, compared with onnxruntime-web and TensorFlow.js. */
import { hasPeer } from '../context.js';

/** @import { Context } from '../context.js' */
/** @import { Measurement } from '../rounds.js' */

const WORK = 'tests/bench/runs/inference.js';
const BATCHES = [256, 1];
const TOLERANCE = 1e-4;

/** @type {Record<string, { title: string, packages: string[] }>} */
const LIBRARIES = {
  simd: { title: 'Fitting Room, simd', packages: [] },
  relaxed: { title: 'Fitting Room, relaxed', packages: [] },
  onnxruntime: { title: 'onnxruntime-web', packages: ['onnxruntime-web'] },
  tfjs: { title: 'TensorFlow.js, wasm', packages: ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm'] },
};

/** @param {Context} context @returns {Promise<Measurement[]>} */
export async function inferenceMeasurements({ chromium, counts }) {
  if (!chromium) return [];
  const libraries = Object.keys(LIBRARIES).filter((library) => LIBRARIES[library].packages.every(hasPeer));
  for (const library of libraries) await checkAgreement(library, () => chromium.call(WORK, 'difference', library));
  return libraries.flatMap((library) =>
    BATCHES.map((batch) => ({
      id: `inference ${library} ${batch}`,
      measure: () => chromium.call(WORK, 'throughput', { library, batch, seconds: counts.inference }),
    })),
  );
}

/** @param {string} library @param {() => Promise<number>} measure how far its probabilities are from this project's */
export async function checkAgreement(library, measure) {
  const difference = await measure();
  if (!(difference <= TOLERANCE))
    throw new Error(`${library} predicts otherwise: probabilities differ by ${difference}`);
}

/** @param {(id: string) => number} result */
export function inferenceRows(result) {
  return Object.entries(LIBRARIES).flatMap(([library, { title }]) => {
    const [many, single] = BATCHES.map((batch) => result(`inference ${library} ${batch}`));
    const [ours, oursSingle] = BATCHES.map((batch) =>
      Math.max(...['simd', 'relaxed'].map((own) => result(`inference ${own} ${batch}`))),
    );
    return Number.isNaN(many)
      ? []
      : [{ library, title, many, single, ratio: ours / many, singleRatio: oursSingle / single }];
  });
}
