/* What is computed number by number: the names are those of TF.js, as functions and as methods of tensors. */

/** @param {number} x */
const sigmoid = (x) => 1 / (1 + Math.exp(-x));
/** Halves go to the even number, as in TF.js. @param {number} x */
const round = (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

/** Integers stay integers. */
export const KEEPING = {
  neg: (/** @type {number} */ x) => -x,
  abs: Math.abs,
  square: (/** @type {number} */ x) => x * x,
  relu: (/** @type {number} */ x) => Math.max(x, 0),
  relu6: (/** @type {number} */ x) => Math.min(Math.max(x, 0), 6),
  sign: Math.sign,
  round,
};

/** The results are floats. */
export const TO_FLOATS = {
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  rsqrt: (/** @type {number} */ x) => 1 / Math.sqrt(x),
  reciprocal: (/** @type {number} */ x) => 1 / x,
  sigmoid,
  tanh: Math.tanh,
  softplus: (/** @type {number} */ x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  elu: (/** @type {number} */ x) => (x < 0 ? Math.expm1(x) : x),
  floor: Math.floor,
  ceil: Math.ceil,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
};

/** The results are truths. */
export const TO_TRUTHS = {
  isNaN: (/** @type {number} */ x) => Number(Number.isNaN(x)),
  isFinite: (/** @type {number} */ x) => Number(Number.isFinite(x)),
  isInf: (/** @type {number} */ x) => Number(Math.abs(x) === Infinity),
  logicalNot: (/** @type {number} */ x) => Number(!x),
};

/** @typedef {(a: number, b: number) => number} Combine */

/** The results have the wider type of both. */
export const COMBINING = {
  add: /** @type {Combine} */ ((a, b) => a + b),
  sub: /** @type {Combine} */ ((a, b) => a - b),
  mul: /** @type {Combine} */ ((a, b) => a * b),
  maximum: /** @type {Combine} */ ((a, b) => Math.max(a, b)),
  minimum: /** @type {Combine} */ ((a, b) => Math.min(a, b)),
  pow: /** @type {Combine} */ ((a, b) => a ** b),
  mod: /** @type {Combine} */ ((a, b) => ((a % b) + b) % b),
  squaredDifference: /** @type {Combine} */ ((a, b) => (a - b) ** 2),
};

/** The results are truths. */
export const COMPARING = {
  equal: /** @type {Combine} */ ((a, b) => Number(a === b)),
  notEqual: /** @type {Combine} */ ((a, b) => Number(a !== b)),
  greater: /** @type {Combine} */ ((a, b) => Number(a > b)),
  greaterEqual: /** @type {Combine} */ ((a, b) => Number(a >= b)),
  less: /** @type {Combine} */ ((a, b) => Number(a < b)),
  lessEqual: /** @type {Combine} */ ((a, b) => Number(a <= b)),
  logicalAnd: /** @type {Combine} */ ((a, b) => Number(Boolean(a && b))),
  logicalOr: /** @type {Combine} */ ((a, b) => Number(Boolean(a || b))),
};

/** Over the numbers along some axes: how to begin, and how to take one in. */
export const REDUCING = {
  sum: { begin: 0, take: COMBINING.add },
  prod: { begin: 1, take: COMBINING.mul },
  max: { begin: -Infinity, take: COMBINING.maximum },
  min: { begin: Infinity, take: COMBINING.minimum },
  any: { begin: 0, take: COMPARING.logicalOr },
  all: { begin: 1, take: COMPARING.logicalAnd },
};
