/**
 * The tutorial's network as an ONNX file: the few protobuf messages that it needs, written by hand. Field numbers are
 * those of onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).
 */

/** @import { Tensor } from '../../../shim/tensor.js' */
/** @typedef {number[] | Uint8Array} Bytes */

const OPSET = 13;
const IR_VERSION = 8;
const FLOAT = 1;

/** @param {number} n */
function varint(n) {
  const bytes = [];
  for (; n > 127; n = Math.floor(n / 128)) bytes.push((n % 128) | 128);
  return [...bytes, n];
}

/** @param {Bytes[]} parts */
function join(...parts) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** @param {number} field @param {number} value */
const number = (field, value) => [...varint(field << 3), ...varint(value)];
/** A message, or bytes, inside another. @param {number} field @param {Bytes[]} parts */
const inside = (field, ...parts) => {
  const content = join(...parts);
  return join(varint((field << 3) | 2), varint(content.length), content);
};
/** @param {number} field @param {string} value */
const text = (field, value) => inside(field, new TextEncoder().encode(value));

/** @param {string} name @param {number[]} values */
const integers = (name, values) => inside(5, text(1, name), ...values.map((value) => number(8, value)), number(20, 7));
/** @param {string} name @param {number} value */
const integer = (name, value) => inside(5, text(1, name), number(3, value), number(20, 2));

/** @param {string} op @param {string[]} inputs @param {string} output @param {Bytes[]} attributes */
const node = (op, inputs, output, ...attributes) =>
  inside(1, ...inputs.map((input) => text(1, input)), text(2, output), text(3, output), text(4, op), ...attributes);

/** @param {string} name @param {number[]} shape @param {Float32Array} values */
function initializer(name, shape, values) {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return inside(5, ...shape.map((length) => number(1, length)), number(2, FLOAT), text(8, name), inside(9, raw));
}

/** @param {number} field @param {string} name @param {number[]} shape after the batch axis */
function value(field, name, shape) {
  const dimensions = [inside(1, text(2, 'n')), ...shape.map((length) => inside(1, number(1, length)))];
  const tensorType = inside(1, number(1, FLOAT), inside(2, ...dimensions));
  return inside(field, text(1, name), inside(2, tensorType));
}

/**
 * The kernel, (height, width, in, out) to (out, in, height, width).
 * @param {Tensor<Float32Array>} kernel
 */
function convolutionKernel({ shape: [height, width, channels, filters], data }) {
  const result = new Float32Array(data.length);
  let at = 0;
  for (let f = 0; f < filters; f++)
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < height * width; p++) result[at++] = data[(p * channels + c) * filters + f];
  return { shape: [filters, channels, height, width], data: result };
}

/**
 * A dense kernel whose inputs are ordered channel by channel instead of pixel by pixel.
 * @param {Tensor<Float32Array>} kernel @param {number} channels
 */
function channelsFirst({ shape: [inputs, units], data }, channels) {
  const result = new Float32Array(data.length);
  const pixels = inputs / channels;
  let at = 0;
  for (let c = 0; c < channels; c++)
    for (let p = 0; p < pixels; p++, at += units)
      result.set(data.subarray((p * channels + c) * units, (p * channels + c + 1) * units), at);
  return { shape: [inputs, units], data: result };
}

/** x (n, 1, 28, 28) → probabilities (n, 10). @param {Tensor<Float32Array>[]} weights in Keras's order and layout */
export function onnxModel([kernel, bias, dense, denseBias, output, outputBias]) {
  const parameters = {
    kernel: convolutionKernel(kernel),
    bias,
    dense: channelsFirst(dense, 32),
    denseBias,
    output,
    outputBias,
  };
  const graph = inside(
    7,
    node('Conv', ['x', 'kernel', 'bias'], 'convolved', integers('kernel_shape', [3, 3])),
    node('Relu', ['convolved'], 'rectified'),
    node('MaxPool', ['rectified'], 'pooled', integers('kernel_shape', [2, 2]), integers('strides', [2, 2])),
    node('Flatten', ['pooled'], 'flat', integer('axis', 1)),
    node('Gemm', ['flat', 'dense', 'denseBias'], 'hidden'),
    node('Relu', ['hidden'], 'active'),
    node('Gemm', ['active', 'output', 'outputBias'], 'logits'),
    node('Softmax', ['logits'], 'probabilities', integer('axis', 1)),
    text(2, 'tutorial'),
    ...Object.entries(parameters).map(([name, { shape, data }]) => initializer(name, shape, data)),
    value(11, 'x', [1, 28, 28]),
    value(12, 'probabilities', [10]),
  );
  return join(number(1, IR_VERSION), graph, inside(8, text(1, ''), number(2, OPSET)));
}
