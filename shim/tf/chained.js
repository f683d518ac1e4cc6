import { onesLike, oneHot, zerosLike } from './creation.js';
import { image } from './image.js';
import { leaveOutMethods } from './left-out.js';
import { broadcastTo, stack, where } from './ops.js';
import { Tensor, addMethods } from './tensor.js';

/** @import { TensorLike } from './ops.js' */

/* Functions that TF.js has as methods of tensors too. */

/**
 * @template {(t: never, ...args: never[]) => unknown} F
 * @typedef {F extends (t: never, ...args: infer Args) => infer Result ? (...args: Args) => Result : never} MethodOf
 */

const CHAINED = {
  broadcastTo,
  oneHot,
  onesLike,
  zerosLike,
  resizeBilinear: image.resizeBilinear,
  resizeNearestNeighbor: image.resizeNearestNeighbor,
  /** @type {(t: Tensor, others: Tensor | Tensor[], axis?: number) => Tensor} */
  stack: (t, others, axis) => stack([t, others].flat(), axis),
  /** @type {(t: Tensor, condition: TensorLike, other: TensorLike) => Tensor} */
  where: (t, condition, other) => where(condition, t, other),
};

/** @typedef {{ [Name in keyof typeof CHAINED]: MethodOf<(typeof CHAINED)[Name]> }} Chained */

addMethods(
  /** @type {Record<string, (...all: any[]) => Tensor>} */ (CHAINED),
  (act) =>
    function (...args) {
      return act(this, ...args);
    },
);

leaveOutMethods(
  'tensor',
  Tensor.prototype,
  'acos acosh as5D asin asinh atan atan2 atanh avgPool batchNorm batchToSpaceND buffer bufferSync bytes conv1d ' +
    'conv2d conv2dTranspose cosh cumprod cumsum dataToGPU depthToSpace depthwiseConv2d dilation2d dot erf ' +
    'euclideanNorm fft ifft irfft localResponseNormalization logSigmoid logSoftmax logSumExp logicalXor maxPool ' +
    'mirrorPad norm pool prelu rfft selu separableConv2d sinh spaceToBatchND step stridedSlice unique ' +
    'unsortedSegmentSum variable',
);
