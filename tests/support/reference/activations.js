/** @import { Kinks } from './kinks.js' */

/**
 * erf(x) = 2/√π · e^(-x²) · Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!! (Abramowitz & Stegun 7.1.6: all terms of one sign)
 * @param {number} x
 */
export function erf(x) {
  if (Math.abs(x) > 6) return Math.sign(x); // 1 - erf(6) < 1e-16
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** @param {number} x */
export const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** @param {number} x */
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** @type {Record<string, (x: number, kinks?: Kinks, slope?: number) => number>} of one number */
export const POINTWISE = {
  linear: (x) => x,
  relu(x, kinks) {
    kinks?.pass(x, Number(x > 0));
    return x < 0 ? 0 : x;
  },
  relu6(x, kinks) {
    kinks?.pass(x, Number(x > 0));
    kinks?.pass(x - 6, Number(x > 6));
    return x < 0 ? 0 : x > 6 ? 6 : x;
  },
  leakyRelu(x, kinks, slope = 0.2) {
    kinks?.pass(x, Number(x > 0));
    return x < 0 ? slope * x : x;
  },
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  sigmoid,
  tanh: Math.tanh,
  swish: (x) => x * sigmoid(x),
  silu: (x) => x * sigmoid(x),
  elu(x, kinks) {
    kinks?.pass(x, Number(x > 0));
    return x > 0 ? x : Math.expm1(x);
  },
  selu(x, kinks) {
    kinks?.pass(x, Number(x > 0));
    return 1.05070098735548 * (x > 0 ? x : 1.67326324235438 * Math.expm1(x));
  },
  softplus,
  mish: (x) => x * Math.tanh(softplus(x)),
  hardSwish(x, kinks) {
    for (const end of [-3, 3]) kinks?.pass(x - end, Number(x > end));
    return (x * Math.min(Math.max(x + 3, 0), 6)) / 6;
  },
};

/** Over runs of `width`: the last axis. @param {Float64Array} values @param {number} width */
export function softmax(values, width) {
  const out = new Float64Array(values.length);
  for (let row = 0; row < values.length; row += width) {
    const logits = values.subarray(row, row + width);
    const largest = Math.max(...logits);
    let sum = 0;
    for (const z of logits) sum += Math.exp(z - largest);
    for (let i = 0; i < width; i++) out[row + i] = Math.exp(logits[i] - largest) / sum;
  }
  return out;
}

/**
 * @param {string} name
 * @param {Float64Array} values
 * @param {number} width length of the last axis
 * @param {{ kinks?: Kinks, slope?: number }} [options]
 */
export function activate(name, values, width, { kinks, slope } = {}) {
  if (name === 'softmax') return softmax(values, width);
  if (name === 'logSoftmax') return softmax(values, width).map(Math.log);
  const formula = POINTWISE[name];
  if (!formula) throw new Error(`reference: no activation ${name}`);
  return values.map((x) => formula(x, kinks, slope));
}
