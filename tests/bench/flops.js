/**
 * Floating-point operations in millions, dense-counted: as if no product were skipped. Training counts three products
 * per layer, but two for the first layer, which needs no gradient of its input.
 */

export const BATCH = 32;
export const EPOCH = 60000;

/** @param {number} pixels of the output @param {number} filters @param {number} channels */
const convolution = (pixels, filters, channels) => (2 * pixels * filters * 9 * channels) / 1e6;
/** @param {number} inputs @param {number} units */
const dense = (inputs, units) => (2 * inputs * units) / 1e6;

const CONV = convolution(26 * 26, 32, 1);
const DENSE = dense(5408, 128);
const FIRST = convolution(28 * 28, 32, 1);
const SECOND = convolution(14 * 14, 64, 32);

/** Forward and backward for one image, by model. */
export const IMAGE_MFLOP = {
  tutorial: 2 * CONV + 3 * (DENSE + dense(128, 10)),
  twoBlock: 2 * FIRST + 3 * (SECOND + dense(7 * 7 * 64, 128) + dense(128, 10)),
};

/** For one image, by kernel. @type {Record<string, number>} */
export const KERNEL_MFLOP = {
  kernels_conv2d_pool_forward: CONV,
  kernels_conv2d_backward: CONV,
  kernels_dense_forward: DENSE,
  kernels_dense_forward_kept: DENSE,
  kernels_dense_backward_input: DENSE,
  kernels_dense_backward_kernel_adam: DENSE,
  convolution_forward: SECOND,
  convolution_backward_kernel: SECOND,
  convolution_backward_input: SECOND,
};

/** @import { Shape } from './runs/kernels.js' */

const TILE = 4; // outputs on each side of Winograd's tiles
const POSITIONS = 36; // products per tile and pair of channels

/** The side of a convolution's output, with padding 'same'. @param {Shape} shape */
const outputSide = ({ side, stride }) => Math.ceil(side / stride);

/**
 * A pass of a convolution for one image: as dense products, and as the products that each algorithm takes.
 * @type {Record<string, (shape: Shape) => number>}
 */
export const PASS_MFLOP = {
  direct: (shape) => (2 * outputSide(shape) ** 2 * shape.kernel ** 2 * shape.channels * shape.filters) / 1e6,
  Winograd: (shape) =>
    (2 * Math.ceil(outputSide(shape) / TILE) ** 2 * POSITIONS * shape.channels * shape.filters) / 1e6,
  pointwise: (shape) => PASS_MFLOP.direct(shape),
  depthwise: (shape) => (2 * outputSide(shape) ** 2 * shape.kernel ** 2 * shape.channels) / 1e6,
};

/** @param {number} mflop per image @param {number} seconds per epoch */
export const gflopsOfEpoch = (mflop, seconds) => (EPOCH * mflop) / 1000 / seconds;
