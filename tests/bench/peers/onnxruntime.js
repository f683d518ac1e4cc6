/** onnxruntime-web, WebAssembly, one thread. */
import { onnxModel } from './onnx-model.js';

/** @import { OpenPredictor, Predictor } from '../runs/inference.js' */

/** @type {string} */
const library = './node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs';

/**
 * @param {Uint8Array} file
 * @param {(count: number) => number[]} shapeOf the input's shape
 * @returns {Promise<{ predict: Predictor, close: () => Promise<void> }>}
 */
export async function openFile(file, shapeOf) {
  const ort = await import(library);
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(file, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
  });
  const [[input], [output]] = [session.inputNames, session.outputNames];
  return {
    predict: async (pixels, count) =>
      (await session.run({ [input]: new ort.Tensor('float32', pixels, shapeOf(count)) }))[output].data,
    close: () => session.release(),
  };
}

/** @type {OpenPredictor} */
export const open = async (weights) => (await openFile(onnxModel(weights), (count) => [count, 1, 28, 28])).predict;
