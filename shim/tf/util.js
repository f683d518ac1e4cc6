import { FittingRoomError } from '../check.js';
import { elementsOf } from '../tensor.js';
import { withLeftOut } from './left-out.js';
import { shuffleTogether } from './random.js';

/* tf.util */

/** @param {number} count */
function createShuffledIndices(count) {
  const indices = Uint32Array.from({ length: count }, (_, i) => i);
  shuffleTogether([indices]);
  return indices;
}

export const util = withLeftOut(
  'tf.util',
  {
    /** Shuffles an array in place. @param {unknown[] | Uint32Array | Int32Array | Float32Array} array */
    shuffle: (array) => shuffleTogether([array]),
    /** Shuffles two arrays of one length in the same way. @param {unknown[]} one @param {unknown[]} other */
    shuffleCombo(one, other) {
      if (one.length !== other.length)
        throw new FittingRoomError(`shuffleCombo: arrays must have one length, got ${one.length} and ${other.length}`);
      shuffleTogether([one, other]);
    },
    /** 0 … count - 1 in random order. */
    createShuffledIndices,
    /** The number of elements. @param {number[]} shape */
    sizeFromShape: (shape) => elementsOf(shape),
    /** @param {boolean} holds @param {() => string} message */
    assert(holds, message) {
      if (!holds) throw new FittingRoomError(message());
    },
    /** Milliseconds, as performance.now(). */
    now: () => performance.now(),
    /** The values of nested arrays, in one array. @param {unknown} nested @returns {unknown[]} */
    flatten: (nested) =>
      Array.isArray(nested) || ArrayBuffer.isView(nested) ? [.../** @type {any} */ (nested)].flat(Infinity) : [nested],
    /** @param {number} low @param {number} value @param {number} high */
    clamp: (low, value, high) => Math.max(low, Math.min(value, high)),
    /** @param {number} low @param {number} high */
    randUniform: (low, high) => low + Math.random() * (high - low),
    /** @param {ArrayLike<unknown>} one @param {ArrayLike<unknown>} other */
    arraysEqual: (one, other) => one.length === other.length && Array.from(one).every((value, i) => value === other[i]),
  },
  'arraysEqualWithNull assertNonNegativeIntegerDimensions assertNonNull assertShapesMatch bytesFromStringArray ' +
    'bytesPerElement checkConversionForErrors computeStrides convertBackendValuesAndArrayBuffer createScalarValue ' +
    'decodeString distSquared encodeString fetch fingerPrint64 getArrayFromDType getTypedArrayFromDType ' +
    'hasEncodingLoss hexToLong indexToLoc inferDtype inferFromImplicitShape isBoolean isFunction isInt isNumber ' +
    'isPromise isScalarShape isString isTypedArray isValidDtype locToIndex makeOnesTypedArray ' +
    'makeZerosNestedTypedArray makeZerosTypedArray nearestDivisor nearestLargerEven parseAxisParam repeatedTry ' +
    'rightPad sizeToSquarishShape squeezeShape sum swap tanh toNestedArray toTypedArray',
);
