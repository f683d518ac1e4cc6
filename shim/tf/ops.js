import { FittingRoomError, show } from '../check.js';
import { oneHot, zeros } from './creation.js';
import { Tensor, concat, tensorOf } from './tensor.js';

/* TF.js's functions of tensors. Most are its methods: tf.add(a, b) is a.add(b). */

/** @typedef {Tensor | number | boolean | readonly unknown[] | ArrayLike<number>} TensorLike */
/**
 * @template {keyof Tensor} Name
 * @typedef {Tensor[Name] extends (...args: infer Args) => infer Result ? (t: TensorLike, ...args: Args) => Result :
 *   never}
 *   FunctionOf
 */

/**
 * A method as a function of its tensor.
 * @template {keyof Tensor} Name
 * @param {Name} name
 */
const functionOf = (name) =>
  /** @type {FunctionOf<Name>} */ (
    (/** @type {TensorLike} */ t, /** @type {any[]} */ ...args) => /** @type {any} */ (tensorOf(t)[name])(...args)
  );

export const abs = functionOf('abs');
export const add = functionOf('add');
export const all = functionOf('all');
export const any = functionOf('any');
export const argMax = functionOf('argMax');
export const argMin = functionOf('argMin');
export const cast = functionOf('cast');
export const ceil = functionOf('ceil');
export const clipByValue = functionOf('clipByValue');
export const clone = functionOf('clone');
export const cos = functionOf('cos');
export const div = functionOf('div');
export const divNoNan = functionOf('divNoNan');
export const elu = functionOf('elu');
export const equal = functionOf('equal');
export const exp = functionOf('exp');
export const expandDims = functionOf('expandDims');
export const expm1 = functionOf('expm1');
export const floor = functionOf('floor');
export const floorDiv = functionOf('floorDiv');
export const gather = functionOf('gather');
export const greater = functionOf('greater');
export const greaterEqual = functionOf('greaterEqual');
const ofFinite = functionOf('isFinite');
const ofNaN = functionOf('isNaN');
export { ofFinite as isFinite, ofNaN as isNaN };
export const isInf = functionOf('isInf');
export const leakyRelu = functionOf('leakyRelu');
export const less = functionOf('less');
export const lessEqual = functionOf('lessEqual');
export const log = functionOf('log');
export const log1p = functionOf('log1p');
export const logicalAnd = functionOf('logicalAnd');
export const logicalNot = functionOf('logicalNot');
export const logicalOr = functionOf('logicalOr');
export const max = functionOf('max');
export const maximum = functionOf('maximum');
export const mean = functionOf('mean');
export const min = functionOf('min');
export const minimum = functionOf('minimum');
export const mod = functionOf('mod');
export const mul = functionOf('mul');
export const neg = functionOf('neg');
export const notEqual = functionOf('notEqual');
export const pad = functionOf('pad');
export const pow = functionOf('pow');
export const print = functionOf('print');
export const prod = functionOf('prod');
export const reciprocal = functionOf('reciprocal');
export const relu = functionOf('relu');
export const relu6 = functionOf('relu6');
export const reshape = functionOf('reshape');
export const reverse = functionOf('reverse');
export const round = functionOf('round');
export const rsqrt = functionOf('rsqrt');
export const sigmoid = functionOf('sigmoid');
export const sign = functionOf('sign');
export const sin = functionOf('sin');
export const slice = functionOf('slice');
export const softmax = functionOf('softmax');
export const softplus = functionOf('softplus');
export const split = functionOf('split');
export const sqrt = functionOf('sqrt');
export const square = functionOf('square');
export const squaredDifference = functionOf('squaredDifference');
export const squeeze = functionOf('squeeze');
export const sub = functionOf('sub');
export const sum = functionOf('sum');
export const tan = functionOf('tan');
export const tanh = functionOf('tanh');
export const tile = functionOf('tile');
export const topk = functionOf('topk');
export const transpose = functionOf('transpose');
export const unstack = functionOf('unstack');

/** @param {TensorLike} a @param {TensorLike} b @param {boolean} [transposeA] @param {boolean} [transposeB] */
export const matMul = (a, b, transposeA, transposeB) => tensorOf(a).matMul(tensorOf(b), transposeA, transposeB);

/**
 * Puts tensors of one shape beside each other along a new axis.
 * @param {TensorLike[]} tensors
 * @param {number} [axis] default 0
 */
export function stack(tensors, axis = 0) {
  if (!Array.isArray(tensors)) throw new FittingRoomError(`stack takes an array of tensors, got ${show(tensors)}`);
  const all = tensors.map(tensorOf);
  const along = axis < 0 ? all[0].rank + 1 + axis : axis;
  return concat(
    all.map((each) => each.expandDims(along)),
    along,
  );
}

/** @param {Tensor[]} tensors */
export const addN = (tensors) => tensors.map(tensorOf).reduce((total, each) => total.add(each));

/**
 * The values of `a` where the condition holds, else those of `b`.
 * @param {TensorLike} condition @param {TensorLike} a @param {TensorLike} b
 */
export function where(condition, a, b) {
  const holds = tensorOf(condition).cast('float32');
  const [yes, no] = [tensorOf(a), tensorOf(b)];
  // not as a sum of products, which a NaN on the other side would spoil
  const chosen = yes.combine(holds, (value, isSo) => (isSo ? value : 0), yes.dtype);
  const other = no.combine(holds, (value, isSo) => (isSo ? 0 : value), no.dtype);
  return chosen.add(other);
}

/**
 * The mean and variance.
 * @param {TensorLike} x
 * @param {number | number[]} [axis] default: all
 * @param {boolean} [keepDims]
 */
export function moments(x, axis, keepDims = false) {
  const values = tensorOf(x).cast('float32');
  const centre = values.mean(axis, true);
  return { mean: values.mean(axis, keepDims), variance: values.sub(centre).square().mean(axis, keepDims) };
}

/** @param {TensorLike} x @param {number[]} shape */
export const broadcastTo = (x, shape) => {
  const given = tensorOf(x);
  return given.combine(zeros(shape, 'bool'), (value) => value, given.dtype);
};

export const math = {
  /**
   * How often each class (row) was taken for each (column).
   * @param {TensorLike} labels @param {TensorLike} predictions @param {number} numClasses
   */
  confusionMatrix: (labels, predictions, numClasses) =>
    oneHot(tensorOf(labels), numClasses).matMul(oneHot(tensorOf(predictions), numClasses), true),
};

/* TF.js's names for tensors of one rank. */
export {
  concat as concat1d,
  concat as concat2d,
  concat as concat3d,
  concat as concat4d,
  pad as pad1d,
  pad as pad2d,
  pad as pad3d,
  pad as pad4d,
  reverse as reverse1d,
  reverse as reverse2d,
  reverse as reverse3d,
  reverse as reverse4d,
  slice as slice1d,
  slice as slice2d,
  slice as slice3d,
  slice as slice4d,
};
