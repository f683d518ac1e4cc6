/* Half-precision numbers, IEEE 754 binary16: a sign, five bits of exponent, ten of fraction. */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

const INFINITE = 0x7c00;
const NOT_A_NUMBER = 0x7e00;
const SMALLEST_NORMAL = 113 << 23; // 2⁻¹⁴, as a float's bits
const BIAS = 112 << 23; // between the two formats' exponents
const DROPPED = 13; // bits of a float's fraction
const STEPS = 2 ** 24; // from 0 to 1, of subnormal halves
const ROUNDER = 2 ** 52; // above it, doubles are whole numbers, and additions round to even

/**
 * Rounds to the nearest half-precision number, ties to even.
 * @param {number} value a float
 * @returns {number} its 16 bits
 */
export function toHalf(value) {
  float[0] = value;
  const sign = (bits[0] >>> 16) & 0x8000;
  const magnitude = bits[0] & 0x7fffffff;
  if (Number.isNaN(value)) return sign | NOT_A_NUMBER;
  if (magnitude < SMALLEST_NORMAL) return sign | (Math.abs(float[0]) * STEPS + ROUNDER - ROUNDER);
  const odd = (magnitude >>> DROPPED) & 1;
  return sign | Math.min((magnitude - BIAS + (1 << (DROPPED - 1)) - 1 + odd) >>> DROPPED, INFINITE);
}

/** The value of the last bit of the fraction, for each exponent. */
const UNITS = Float64Array.from({ length: 31 }, (_, exponent) => 2 ** (Math.max(exponent, 1) - 25));

/**
 * @param {number} half its 16 bits
 * @returns {number}
 */
export function fromHalf(half) {
  const exponent = (half >>> 10) & 31;
  const fraction = half & 1023;
  const sign = half & 0x8000 ? -1 : 1;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 1024 + fraction : fraction) * UNITS[exponent];
}

/** @param {number} half its 16 bits */
export const isFiniteHalf = (half) => (half & INFINITE) !== INFINITE;
