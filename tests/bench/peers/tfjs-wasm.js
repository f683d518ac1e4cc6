/** TensorFlow.js on its WebAssembly backend, one thread, with its fused operations. */

const folder = new URL('./node_modules/@tensorflow/', import.meta.url).href;

/** @param {string} source */
const script = (source) =>
  new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement('script'), { src: source, onload: resolve, onerror: reject });
    document.head.append(element);
  });

async function load() {
  await script(`${folder}tfjs-core/dist/tf-core.min.js`);
  await script(`${folder}tfjs-backend-wasm/dist/tf-backend-wasm.min.js`);
  const { tf } = /** @type {any} */ (globalThis);
  tf.wasm.setWasmPaths(`${folder}tfjs-backend-wasm/dist/`);
  tf.wasm.setThreadsCount(1);
  await tf.setBackend('wasm');
  await tf.ready();
  return tf;
}

/** @type {import('../runs/inference.js').OpenPredictor} */
export async function open(weights) {
  const tf = await load();
  const [filter, convBias, dense, denseBias, output, outputBias] = weights.map(({ shape, data }) =>
    tf.tensor(data, shape),
  );
  const network = (/** @type {Float32Array} */ pixels, /** @type {number} */ count) => {
    const x = tf.tensor4d(pixels, [count, 28, 28, 1]);
    const convolved = tf.fused.conv2d({ x, filter, strides: 1, pad: 'valid', bias: convBias, activation: 'relu' });
    const flat = tf.reshape(tf.maxPool(convolved, 2, 2, 'valid'), [count, 5408]);
    const hidden = tf.fused.matMul({ a: flat, b: dense, bias: denseBias, activation: 'relu' });
    return tf.softmax(tf.fused.matMul({ a: hidden, b: output, bias: outputBias }));
  };
  return async (pixels, count) => {
    const probabilities = tf.tidy(() => network(pixels, count));
    const data = await probabilities.data();
    probabilities.dispose();
    return data;
  };
}
