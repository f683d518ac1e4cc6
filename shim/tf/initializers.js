import { FittingRoomError, checkFields, field, optional, show, unchecked, whole, within } from '../check.js';
import { initializers as own } from '../layers/initializers.js';
import { elementsOf } from '../tensor.js';
import { normals, uniforms } from './random.js';

/* TF.js's initializers that the core has not: their numbers are drawn here, and set once a model is built. */

/** @import { Field } from '../check.js' */

/** @typedef {'randomNormal' | 'truncatedNormal' | 'randomUniform' | 'orthogonal' | 'identity'} DrawnName */
/**
 * @typedef {object} DrawnOptions
 * @property {number} [mean] randomNormal, truncatedNormal: default 0
 * @property {number} [stddev] randomNormal, truncatedNormal: default 0.05
 * @property {number} [minval] randomUniform: default -0.05
 * @property {number} [maxval] randomUniform: default 0.05
 * @property {number} [gain] orthogonal, identity: default 1
 * @property {number} [seed] 0..2⁵³-1; default: the model's seed
 */
/** @typedef {{ name: DrawnName } & DrawnOptions} Drawn */
/** @typedef {(shape: number[], options: Required<DrawnOptions>, seed: string) => ArrayLike<number>} Draw */

/** @param {number} initial @returns {Field} */
const number = (initial) => field(within(-1e30, 1e30), initial);
/** @type {Record<string, Field>} */
const seed = { seed: optional(whole(0, Number.MAX_SAFE_INTEGER)) };
/** @type {Record<string, Field>} */
const normal = { mean: number(0), stddev: field(within(0, 1e30), 0.05), ...seed };

/** @param {Float64Array} a @param {Float64Array} b */
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/**
 * Vectors of length 1, each at right angles to the others: Gram and Schmidt's, twice for accuracy.
 * @param {number} count @param {number} length at least `count` @param {string} from the seed
 */
function orthonormal(count, length, from) {
  const drawn = normals(count * length, { seed: from });
  /** @type {Float64Array[]} */
  const vectors = [];
  for (let i = 0; i < count; i++) {
    const vector = drawn.subarray(i * length, (i + 1) * length);
    for (let round = 0; round < 2; round++)
      for (const other of vectors) {
        const share = dot(vector, other);
        vector.forEach((_, k) => (vector[k] -= share * other[k]));
      }
    const size = Math.sqrt(dot(vector, vector));
    vectors.push(vector.map((value) => value / size));
  }
  return vectors;
}

/** @type {Draw} */
function orthogonal(shape, { gain }, from) {
  const columns = shape[shape.length - 1];
  const rows = elementsOf(shape) / columns;
  const isTall = rows >= columns;
  const vectors = orthonormal(Math.min(rows, columns), Math.max(rows, columns), from);
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return gain * (isTall ? vectors[column][row] : vectors[row][column]);
  });
}

/** @type {Draw} */
function identity(shape, { gain }) {
  if (shape.length !== 2 || shape[0] !== shape[1])
    throw new FittingRoomError(`identity: the weight must be a square matrix, got shape ${show(shape)}`);
  return Float32Array.from({ length: elementsOf(shape) }, (_, i) => (i % (shape[0] + 1) === 0 ? gain : 0));
}

/** @type {Record<DrawnName, { options: Record<string, Field>, draw: Draw }>} */
const DRAWN = {
  randomNormal: {
    options: normal,
    draw: (shape, { mean, stddev }, from) => normals(elementsOf(shape), { mean, deviation: stddev, seed: from }),
  },
  truncatedNormal: {
    options: normal,
    draw: (shape, { mean, stddev }, from) =>
      normals(elementsOf(shape), { mean, deviation: stddev, seed: from, most: 2 }),
  },
  randomUniform: {
    options: { minval: number(-0.05), maxval: number(0.05), ...seed },
    draw: (shape, { minval, maxval }, from) => uniforms(elementsOf(shape), minval, maxval, from),
  },
  orthogonal: { options: { gain: number(1), ...seed }, draw: orthogonal },
  identity: { options: { gain: number(1) }, draw: identity },
};

/** @param {any} value @returns {Drawn | undefined} undefined if it is not one of those above */
export function drawnOf(value) {
  const given = typeof value === 'object' && value !== null ? value : { name: value };
  if (!Object.hasOwn(DRAWN, given.name)) return undefined;
  const name = /** @type {DrawnName} */ (given.name);
  return checkFields(`initializer ${name}`, given, { name: unchecked, ...DRAWN[name].options });
}

/**
 * @param {Drawn} drawn
 * @param {number[]} shape
 * @param {string} place what the numbers depend on if the initializer has no seed
 */
export const draw = (drawn, shape, place) =>
  Float32Array.from(
    DRAWN[drawn.name].draw(
      shape,
      /** @type {Required<DrawnOptions>} */ (drawn),
      drawn.seed === undefined ? place : String(drawn.seed),
    ),
  );

/** @type {Readonly<Record<DrawnName, (options?: DrawnOptions) => Drawn>>} */
const made = /** @type {any} */ (
  Object.fromEntries(Object.keys(DRAWN).map((name) => [name, (options = {}) => drawnOf({ name, ...options })]))
);

export const initializers = Object.freeze({ ...own, ...made });
