/**
 * The tutorial's model in jax-js: forward, gradient and Adam in one jitted step. The convolution is written in two
 * ways; the faster one counts.
 */
import { BATCH } from '../flops.js';

/** @type {string} */
const library = './node_modules/@jax-js/jax/dist/index.js';
const { jit, lax, nn, numpy: np, random, tree, valueAndGrad } = await import(library);

/** @typedef {any} Array of jax-js; each use but the last takes a `ref` */
/**
 * @typedef {{ conv: number[], convBias: number[], features: (x: Array, conv: Array, bias: Array) => Array }}
 *   Formulation
 */
/** @typedef {{ x: Array, y: Array, key: Array, rate: Array }} Batch */
/**
 * @typedef {{ step: (pixels: Float32Array, classes: Int32Array) => Promise<void>, settled: () => Promise<any> }}
 *   Trainer
 */

const PIXELS = 28 * 28;
const ADAM = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

/** x (batch, 28, 28) → pooled features (batch, 5408). @type {Record<string, Formulation>} */
const FORMULATIONS = {
  'lax.conv': {
    conv: [32, 1, 3, 3],
    convBias: [32, 1, 1],
    features(x, conv, bias) {
      const y = nn.relu(lax.conv(x.reshape([-1, 1, 28, 28]), conv, [1, 1], 'VALID').add(bias));
      return lax.reduceWindow(y, np.max, [2, 2], [2, 2]).reshape([-1, 5408]);
    },
  },
  'nine products': {
    conv: [9, 32],
    convBias: [32],
    features(x, conv, bias) {
      const products = shifts(x).map((shifted, k) => shifted.reshape([-1, 26, 26, 1]).mul(conv.ref.slice(k, [])));
      conv.dispose();
      const y = nn.relu(products.reduce((sum, product) => sum.add(product)).add(bias));
      return np.max(y.reshape([-1, 13, 2, 13, 2, 32]), [2, 4]).reshape([-1, 5408]);
    },
  },
};

/**
 * What each of the nine weights of a 3×3 kernel is multiplied by.
 * @param {Array} x (batch, 28, 28)
 * @returns {Array[]}
 */
function shifts(x) {
  const corners = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => [row, column]));
  const shifted = corners.map(([row, column]) => x.ref.slice([], [row, row + 26], [column, column + 26]));
  x.dispose();
  return shifted;
}

/** @param {Array} x @param {Array} key */
function dropHalf(x, key) {
  const keep = random.bernoulli(key, 0.5, x.shape);
  return np.where(keep, x.mul(2), 0);
}

/** @param {Formulation} formulation */
const lossOf =
  ({ features }) =>
  (/** @type {any} */ w, /** @type {Array} */ x, /** @type {Array} */ y, /** @type {Array} */ key) => {
    const hidden = nn.relu(np.dot(features(x, w.conv, w.convBias), w.dense).add(w.denseBias));
    const logits = np.dot(dropHalf(hidden, key), w.out).add(w.outBias);
    return nn
      .logSoftmax(logits)
      .mul(nn.oneHot(y, 10))
      .sum()
      .mul(-1 / BATCH);
  };

/**
 * @param {{ w: Array, m: Array, v: Array }} moment a weight and its moments
 * @param {Array} gradient
 * @param {Array} rate the learning rate with both bias corrections
 */
function adam({ w, m, v }, gradient, rate) {
  const mean = m.mul(ADAM.beta1).add(gradient.ref.mul(1 - ADAM.beta1));
  const square = v.mul(ADAM.beta2).add(np.square(gradient).mul(1 - ADAM.beta2));
  return { w: w.sub(mean.ref.mul(rate).div(np.sqrt(square.ref).add(ADAM.epsilon))), m: mean, v: square };
}

/** @param {number} step from 1 */
const rateAt = (step) => (ADAM.rate * Math.sqrt(1 - ADAM.beta2 ** step)) / (1 - ADAM.beta1 ** step);

/** @param {Record<string, any>} object @param {(value: any, name: string) => any} change */
const mapValues = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value, name)]));

/** Each weight with its moments. @param {Formulation} formulation */
function initialState({ conv, convBias }) {
  const shapes = { conv, convBias, dense: [5408, 128], denseBias: [128], out: [128, 10], outBias: [10] };
  return mapValues(shapes, (/** @type {number[]} */ shape) => ({
    w:
      shape.length > 1 ? random.uniform(random.key(shape[0]), shape, { minval: -0.05, maxval: 0.05 }) : np.zeros(shape),
    m: np.zeros(shape),
    v: np.zeros(shape),
  }));
}

/** @param {Formulation} formulation */
function jittedStep(formulation) {
  const lossAndGradient = valueAndGrad(lossOf(formulation));
  return jit((/** @type {any} */ state, /** @type {Batch} */ { x, y, key, rate }) => {
    const [loss, gradient] = lossAndGradient(
      mapValues(state, ({ w }) => w.ref),
      x,
      y,
      key,
    );
    const next = mapValues(state, (moment, name) => adam(moment, gradient[name], rate.ref));
    rate.dispose();
    return [next, loss];
  });
}

/** @param {string} name of a formulation @returns {Trainer} */
export function newTrainer(name) {
  const formulation = FORMULATIONS[name];
  const step = jittedStep(formulation);
  let state = initialState(formulation);
  let steps = 0;
  return {
    async step(pixels, classes) {
      const x = np.array(pixels, { shape: [pixels.length / PIXELS, 28, 28] });
      const [next, loss] = step(state, {
        x,
        y: np.array(classes),
        key: random.key(++steps),
        rate: np.array(rateAt(steps)),
      });
      state = next;
      await loss.blockUntilReady();
      loss.dispose();
    },
    settled: () => Promise.all(tree.leaves(state).map((/** @type {Array} */ leaf) => leaf.blockUntilReady())),
  };
}
