/**
 * Probabilities of pictures, on one thread, by this project and by others with the same weights. All take the same
 * floats and return floats, awaited.
 */
import { modelOf } from './models.js';
import { asFloats, firstOf, pictures } from './pictures.js';

/** @import { Build } from './models.js' */
/** @import { Model } from '../../../shim/index.js' */
/** @import { Tensor } from '../../../shim/tensor.js' */

/** @typedef {(pixels: Float32Array, count: number) => Promise<ArrayLike<number>>} Predictor */
/** @typedef {(weights: Tensor<Float32Array>[]) => Promise<Predictor>} OpenPredictor */

export const MOST = 256; // pictures at a time
const PIXELS = 28 * 28;

/** Trained for an epoch, since the speed depends on how many activations ReLU sets to zero. @param {Build} build */
async function trained(build) {
  const model = await modelOf('tutorial', { build, threads: 1 });
  const { images, labels } = firstOf(await pictures(), 60000);
  await model.fit(images, labels, { epochs: 1, verbose: 0 });
  return model;
}

/** @type {Promise<Tensor<Float32Array>[]> | undefined} */
let weights;

/** The weights that all of them use. */
function sharedWeights() {
  weights ??= trained('simd').then((model) => {
    const values = model.getWeights();
    model.dispose();
    return values;
  });
  return weights;
}

/** @param {Model} model @returns {Predictor} */
export const predictorBy = (model) => async (data, count) =>
  (await model.predict({ shape: [count, 28, 28, 1], data }, { batchSize: count })).data;

/** @param {Build} build @returns {OpenPredictor} */
const own = (build) => async (values) => {
  const model = await modelOf('tutorial', { build, threads: 1 });
  model.setWeights(values);
  return predictorBy(model);
};

/** @type {Record<string, () => Promise<OpenPredictor>>} */
const LIBRARIES = {
  simd: async () => own('simd'),
  relaxed: async () => own('relaxed'),
  onnxruntime: async () => (await import('../peers/onnxruntime.js')).open,
  tfjs: async () => (await import('../peers/tfjs-wasm.js')).open,
};

/** @type {Map<string, Promise<Predictor>>} */
const predictors = new Map();

/** @param {string} library */
function predictorOf(library) {
  const predictor = predictors.get(library) ?? LIBRARIES[library]().then(async (open) => open(await sharedWeights()));
  predictors.set(library, predictor);
  return predictor;
}

/** The largest difference between two predictors' probabilities. @param {Predictor[]} predictors */
export async function largestDifference([first, second]) {
  const { pixels } = await asFloats(MOST);
  const [ours, theirs] = [await first(pixels, MOST), await second(pixels, MOST)];
  return Math.max(...Array.from(ours, (value, i) => Math.abs(value - theirs[i])));
}

/** The largest difference from the probabilities of this project's reproducible build. @param {string} library */
export const difference = async (library) => largestDifference([await predictorOf('simd'), await predictorOf(library)]);

/**
 * Pictures per second, `batch` at a time, over about `seconds`.
 * @param {Predictor} predict @param {{ batch: number, seconds: number }} what
 */
export async function speedOf(predict, { batch, seconds }) {
  const { pixels } = await asFloats(MOST);
  const parts = Array.from({ length: MOST / batch }, (_, i) =>
    pixels.subarray(i * batch * PIXELS, (i + 1) * batch * PIXELS),
  );
  for (const part of parts.slice(0, 8)) await predict(part, batch);
  let done = 0;
  const start = performance.now();
  do {
    await predict(parts[(done / batch) % parts.length], batch);
    done += batch;
  } while (performance.now() - start < seconds * 1000);
  return (done * 1000) / (performance.now() - start);
}

/** @param {{ library: string, batch: number, seconds: number }} what */
export const throughput = async (what) => speedOf(await predictorOf(what.library), what);
