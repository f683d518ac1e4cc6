/**
 * Sine, cosine, exponential and power, computed with + − × / alone, which every engine rounds alike; those of `Math`
 * may differ in their last bits. Accurate to about 10⁻¹⁵ for the arguments that occur here.
 */

const QUARTER = Math.PI / 2;
const { LN2 } = Math;
/** 1, ½, ¼ … down to the smallest number above 0. */
const HALVES = new Float64Array(1075).fill(1);
for (let i = 1; i < HALVES.length; i++) HALVES[i] = HALVES[i - 1] / 2;

/** c₀ + c₁x + c₂x² … @param {Float64Array} coefficients @param {number} x */
function polynomial(coefficients, x) {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i];
  return sum;
}

/**
 * 1/first! + sign/(first + step)! + sign²/(first + 2 step)! …
 * @param {number} first
 * @param {number} step
 * @param {number} sign
 */
function series(first, step, sign) {
  const coefficients = [];
  let factorial = 1;
  for (let n = 1; n <= first; n++) factorial *= n;
  for (let n = first, signed = 1; n <= 18; signed *= sign) {
    coefficients.push(signed / factorial);
    for (let i = 0; i < step; i++) factorial *= ++n;
  }
  return Float64Array.from(coefficients);
}

const SINE = series(1, 2, -1); // of x², times x
const COSINE = series(0, 2, -1); // of x²
const EXPONENTIAL = series(0, 1, 1);
const ARTANH = Float64Array.from({ length: 12 }, (_, i) => 1 / (2 * i + 1)); // of x², times x

/** The sine, shifted by `quarters` quarter turns. @param {number} x radians @param {number} quarters */
function sineAfter(x, quarters) {
  const nearest = Math.round(x / QUARTER);
  const rest = x - nearest * QUARTER;
  const turn = (nearest + quarters) & 3;
  const size = turn & 1 ? polynomial(COSINE, rest * rest) : rest * polynomial(SINE, rest * rest);
  return turn & 2 ? -size : size;
}

/** @param {number} x radians, a few turns at most */
export const sine = (x) => sineAfter(x, 0);

/** @param {number} x radians, a few turns at most */
export const cosine = (x) => sineAfter(x, 1);

/** @param {number} x up to 700 */
export function exponential(x) {
  const doublings = Math.round(x / LN2);
  if (doublings <= -HALVES.length) return 0;
  const rest = polynomial(EXPONENTIAL, x - doublings * LN2);
  return doublings > 0 ? rest / HALVES[doublings] : rest * HALVES[-doublings];
}

/** The natural logarithm. @param {number} x above 0, up to 1 */
function logarithm(x) {
  let mantissa = x;
  let halvings = 0;
  for (; mantissa < 0.7; halvings++) mantissa *= 2;
  const z = (mantissa - 1) / (mantissa + 1);
  return 2 * z * polynomial(ARTANH, z * z) - halvings * LN2;
}

/** @param {number} base 0 … 1 @param {number} exponent above 0 */
export const power = (base, exponent) => (base > 0 ? exponential(exponent * logarithm(base)) : 0);
