/** onnxruntime-web, WebAssembly, one thread. */
import { onnxModel } from './onnx-model.js';

/** @type {string} */
const library = './node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs';

/** @type {import('../runs/inference.js').OpenPredictor} */
export async function open(weights) {
  const ort = await import(library);
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(onnxModel(weights), {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
  });
  return async (pixels, count) => {
    const { probabilities } = await session.run({ x: new ort.Tensor('float32', pixels, [count, 1, 28, 28]) });
    return probabilities.data;
  };
}
