import { FittingRoomError, show } from '../../check.js';
import { layers } from '../../layers/index.js';
import { LIMITS } from '../../core/limits.js';
import { LEAKY_SLOPE } from '../../layers/lowering.js';
import { elementsOf } from '../../tensor.js';
import { FLOAT, MOST_AXES, transposed } from './arrays.js';
import { checkIs } from './importer.js';
import { BATCH } from './integers.js';
import { channelsFirst, dimsOf, isPlain, offsetsOf, plain, regrouped, sameAxes } from './views.js';
import { LEAST_EPSILON, rowOf } from '../../layers/table.js';
import { GLOBAL } from './pooling-operators.js';
import { isCentred, outputSides, windowOf } from './windows.js';

/** @import { Activation, AnyLayer, LayerKind } from '../../layers/layer.js' */
/** @import { Call, Importer, Weight } from './importer.js' */
/** @import { View } from './views.js' */
/** @import { Margins, Window } from './windows.js' */

/** @typedef {(call: Call) => void} Operator */

/* First operator sets in which a node has its new meaning. */
const TELLS_TRAINING = 7;
const SOFTMAX_OF_AXIS = 13;

const SELU = { alpha: 1.67326319, gamma: 1.05070102 };
const MOST_DIMS = 3; // in a layer's output

/** @param {number} axis in ONNX @param {number} count of a sample's axes @returns {number} its place among them */
function placeOf(axis, count) {
  const place = axis < 0 ? axis + count : axis - 1;
  if (place >= 0 && place < count) return place;
  throw new FittingRoomError(`axis must be one after the batch axis, got ${axis}`);
}

/** @param {number} axis */
const notLast = (axis) =>
  new FittingRoomError(
    `axis must be the channel axis, or the last axis of numbers that are not transposed, got ${axis}`,
  );

/**
 * Adds a layer that changes neither the shape nor the order of numbers.
 * @param {Importer} importer
 * @param {View} view
 * @param {AnyLayer} layer
 * @param {Weight[]} [weights]
 * @returns {View} its output
 */
const through = (importer, view, layer, weights) => ({ ...view, source: importer.add(layer, [view], weights) });

/** @param {Call} call @returns {number} the index of the first input that is constant, or -1 */
const constantAt = ({ inputs, importer }) => inputs.findIndex((name) => importer.constants.has(name));

/**
 * Adds an activation; merges it into the layer before if possible.
 * @param {Call} call
 * @param {Activation} name
 * @param {number} [readers] of the input
 */
function activate(call, name, readers) {
  const view = call.view();
  const open = call.importer.open(call.inputs[0], readers);
  if (!open) return call.give(through(call.importer, view, layers.activation({ activation: name })));
  open.layer.activation = name;
  call.give(view);
}

/** @param {Activation} name @returns {Operator} */
const activation = (name) => (call) => activate(call, name);

/**
 * Adds zeros around an image.
 * @param {Importer} importer
 * @param {View} view
 * @param {Margins} padding
 * @returns {View}
 */
function padded(importer, view, padding) {
  const [height, width, channels] = view.shape;
  const source = importer.add(layers.zeroPadding2d({ padding }), [view]);
  return channelsFirst(source, [
    height + padding[0][0] + padding[0][1],
    width + padding[1][0] + padding[1][1],
    channels,
  ]);
}

/**
 * @param {Call} call
 * @param {View} image
 * @param {Window} window
 * @returns {{ image: View, padding: 'valid' | 'same' }} padding that windows do not have becomes a layer
 */
function settled(call, image, { padding, margins }) {
  if (padding !== 'other') return { image, padding };
  return { image: padded(call.importer, image, margins), padding: 'valid' };
}

/** @param {View} image @param {Pick<Window, 'size' | 'strides' | 'padding'>} window @param {number} channels */
function slid({ shape }, window, channels) {
  const sides = outputSides(shape.slice(0, 2), window);
  if (Math.min(...sides) < 1)
    throw new FittingRoomError(`a window of ${show(window.size)} does not fit into an image of ${show(shape)}`);
  return [...sides, channels];
}

/**
 * A kernel with zeros between its pixels, in place of gaps.
 * @param {Weight} kernel [filters, channels, height, width]
 * @param {[number, number]} size with the gaps
 * @param {number[]} dilations
 * @returns {Weight}
 */
function spread(kernel, [tall, wide], [down, across]) {
  if (down === 1 && across === 1) return kernel;
  const [filters, channels, height, width] = kernel.shape;
  const shape = [filters, channels, tall, wide];
  checkSpread(shape);
  const data = new Float32Array(elementsOf(shape));
  kernel.data.forEach((value, i) => {
    const [plane, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
    data[(plane * tall + y * down) * wide + x * across] = value;
  });
  return { shape, data };
}

/**
 * A kernel with zeros for the channels that a filter does not read, in place of groups.
 * @param {Weight} kernel [filters, channels of a group, height, width]
 * @param {number} groups
 * @returns {Weight}
 */
function ungrouped(kernel, groups) {
  if (groups === 1) return kernel;
  const {
    shape: [filters, depth, height, width],
    data,
  } = kernel;
  const shape = [filters, depth * groups, height, width];
  checkSpread(shape);
  const made = new Float32Array(elementsOf(shape));
  const size = depth * height * width;
  for (let filter = 0; filter < filters; filter++) {
    const group = Math.floor((filter * groups) / filters);
    made.set(data.subarray(filter * size, (filter + 1) * size), (filter * groups + group) * size);
  }
  return { shape, data: made };
}

const MOST_SPREAD = 2 ** 22; // numbers

/** @param {number[]} shape */
function checkSpread(shape) {
  if (elementsOf(shape) > MOST_SPREAD)
    throw new FittingRoomError(
      `dilations and groups are read as zeros in the kernel, which must have at most ${MOST_SPREAD} numbers, got ` +
        `the shape ${show(shape)}`,
    );
}

/** @type {Operator} */
function conv(call) {
  const view = call.importer.image(call.view());
  const stored = call.floats(1);
  checkIs(stored.shape.length, "the number of the kernel's axes", 4);
  const [filters, depth, height, width] = stored.shape;
  const [, , channels] = view.shape;
  const groups = call.integer('group') ?? 1;
  checkIs(depth * groups, "the kernel's channels times group", channels);
  checkIs(filters % groups, "the rest of the kernel's filters divided by group", 0);
  checkIs(String(call.integers('kernel_shape') ?? [height, width]), 'kernel_shape', String([height, width]));
  const window = windowOf(call, view.shape.slice(0, 2), [height, width]);
  const kernel = spread(stored, window.size, window.dilations);
  const { image, padding } = settled(call, view, window);
  const weights = call.has(2) ? [call.floats(2)] : [];
  const options = { kernelSize: window.size, strides: window.strides, padding, useBias: weights.length > 0 };
  for (const bias of weights) checkIs(String(bias.shape), "the bias's shape", String([filters]));
  const isDepthwise = groups === channels && groups > 1;
  const source = call.importer.add(
    isDepthwise
      ? layers.depthwiseConv2d({ depthMultiplier: filters / channels, ...options })
      : layers.conv2d({ filters, ...options }),
    [image],
    [isDepthwise ? split(kernel, channels) : transposed(ungrouped(kernel, groups), [2, 3, 1, 0]), ...weights],
  );
  call.give(channelsFirst(source, slid(image, { ...window, padding }, filters)));
}

/** @param {Weight} kernel @param {number} channels @returns {Weight} as a depthwise convolution has it */
const split = ({ shape: [filters, , ...sides], data }, channels) =>
  transposed({ shape: [channels, filters / channels, ...sides], data }, [2, 3, 0, 1]);

const NOT_NEGATIVE = ['relu', 'relu6', 'sigmoid', 'softmax', 'softplus'];
const KEEPS_SIGN = ['dropout', 'flatten', 'reshape', 'concatenate', 'add', 'zero_padding2d', 'max_pooling2d'];

/**
 * Whether a value cannot be below zero.
 * @param {Importer} importer
 * @param {number} source
 * @param {Set<number>} [seen] layers that need no second look: the first that may be negative ends the search
 * @returns {boolean}
 */
function isPositive(importer, source, seen = new Set()) {
  const made = importer.layers[source];
  if (!made) return false;
  if (seen.has(source) || NOT_NEGATIVE.includes(String(made.layer.activation))) return true;
  seen.add(source);
  return KEEPS_SIGN.includes(made.layer.kind) && made.sources.every((each) => isPositive(importer, each, seen));
}

/**
 * Pooling whose padding does not count. Zeros do not count among numbers that are not negative. Else windows that lie
 * evenly around every pixel are pooled first, and then some of them taken.
 * @param {(options: any) => AnyLayer} make
 * @param {(call: Call, window: Window, image: View) => boolean} mayPad whether zeros around the image change nothing
 * @returns {Operator}
 */
const pooling = (make, mayPad) => (call) => {
  const { importer } = call;
  const view = importer.image(call.view());
  const window = windowOf(call, view.shape.slice(0, 2));
  checkIs(String(window.dilations), 'dilations', '1,1');
  const { size, strides, margins } = window;
  const isPadded = mayPad(call, window, view) && window.padding !== 'valid';
  if (window.padding === 'other' && !isPadded) {
    if (!isCentred(window))
      throw new FittingRoomError(
        `pads must be none, those of padding 'same', or half of kernel_shape, got ${show(margins)}`,
      );
    const around = importer.add(make({ poolSize: size, strides: 1, padding: 'same' }), [view]);
    const source = importer.add(layers.maxPooling2d({ poolSize: 1, strides }), [{ ...view, source: around }]);
    return call.give(channelsFirst(source, slid(view, { size: [1, 1], strides, padding: 'valid' }, view.shape[2])));
  }
  const { image, padding } = settled(call, view, isPadded ? { ...window, padding: 'other' } : window);
  const source = importer.add(make({ poolSize: size, strides, padding }), [image]);
  call.give(channelsFirst(source, slid(image, { ...window, padding }, image.shape[2])));
};

/** @param {Call} call @param {Window} window @param {View} image */
const maximumMayPad = ({ importer }, { padding }, { source }) => padding === 'other' && isPositive(importer, source);

/**
 * Zeros around an image may count. What a last window reaches beyond them, with ceil_mode, does not.
 * @param {Call} call
 * @param {Window} window
 */
function meanMayPad(call, { pads, margins }) {
  const counts = Boolean(call.integer('count_include_pad')) && pads.flat().some((margin) => margin > 0);
  if (counts && String(pads) !== String(margins))
    throw new FittingRoomError('count_include_pad and ceil_mode are not supported where windows reach beyond the pads');
  return counts;
}

/**
 * @param {AnyLayer} layer
 * @returns {(call: Call, view: View, axes: number) => void} axes: number of axes of length 1 after the channels
 */
const pooledAll = (layer) => (call, view, axes) => {
  const [, , channels] = view.shape;
  const source = call.importer.add(layer, [view]);
  call.give({
    source,
    shape: [channels],
    axes: [[{ length: channels, stride: 1 }], ...Array.from({ length: axes }, () => [])],
  });
};

/** @type {Operator} */
function reduceMean(call) {
  const view = call.importer.image(call.view());
  const axes = call.has(1) ? call.integersAt(1) : (call.integers('axes') ?? []);
  const positive = axes.map((axis) => (axis < 0 ? axis + 4 : axis)).sort();
  checkIs(String(positive), 'axes', '2,3');
  call.integer('noop_with_empty_axes'); // the axes are not empty
  pooledAll(layers.globalAveragePooling2d())(call, view, (call.integer('keepdims') ?? 1) ? 2 : 0);
}

/**
 * @param {View} row
 * @param {Weight} kernel [inputs, units]
 * @returns {Weight} its rows in the order in which the numbers are stored
 */
function sorted(row, { shape, data }) {
  const [inputs, units] = shape;
  checkIs(inputs, 'the number of rows of the kernel', row.shape[0]);
  const result = new Float32Array(data.length);
  offsetsOf(row).forEach((offset, i) => result.set(data.subarray(i * units, (i + 1) * units), offset * units));
  return { shape, data: result };
}

/** @param {Call} call @param {Weight} kernel @param {Weight[]} bias */
function dense(call, kernel, bias) {
  checkIs(kernel.shape.length, "the number of the kernel's axes", 2);
  const row = call.importer.row(call.view());
  const [, units] = kernel.shape;
  const source = call.importer.add(
    layers.dense({ units, useBias: bias.length > 0 }),
    [row],
    [sorted(row, kernel), ...bias],
  );
  call.give(plain(source, [units]));
}

/**
 * A bias that is the same for all samples and positions.
 * @param {Weight} bias
 * @param {number} units
 * @param {number} behind number of axes after the channels
 * @returns {Weight}
 */
function biasOf({ shape, data }, units, behind) {
  const long = shape.findIndex((length) => length !== 1);
  const fits = long < 0 || (shape.length - 1 - long === behind && shape[long] === units && data.length === units);
  if (!fits)
    throw new FittingRoomError(
      `an added constant must have one number for each of ${units} channels, got shape ${show(shape)}`,
    );
  return { shape: [units], data: long < 0 ? new Float32Array(units).fill(data[0]) : data };
}

/** @type {Operator} */
function gemm(call) {
  checkIs(call.integer('transA') ?? 0, 'transA', 0);
  checkIs(call.float('alpha') ?? 1, 'alpha', 1);
  checkIs(call.float('beta') ?? 1, 'beta', 1);
  const stored = call.floats(1);
  checkIs(stored.shape.length, "the number of the kernel's axes", 2);
  const kernel = call.integer('transB') ? transposed(stored, [1, 0]) : stored;
  dense(call, kernel, call.has(2) ? [biasOf(call.floats(2), kernel.shape[1], 0)] : []);
}

/**
 * Multiplies each channel by a constant and adds one: a frozen batch normalization, which training leaves alone.
 * @param {Importer} importer
 * @param {View} view
 * @param {ArrayLike<number>} scale one number, or one for each channel
 * @param {ArrayLike<number>} offset
 * @returns {View}
 */
function affine(importer, view, scale, offset) {
  const channels = view.shape[view.shape.length - 1];
  const each = (/** @type {ArrayLike<number>} */ values) =>
    Float32Array.from({ length: channels }, (_, i) => values[values.length === 1 ? 0 : i]);
  const weights = [scale, offset, [0], [1]].map((values) => ({ shape: [channels], data: each(values) }));
  const layer = layers.batchNormalization({ epsilon: LEAST_EPSILON, trainable: false });
  return through(importer, view, layer, weights);
}

/** The axes of a value after its channels, which lie last in memory. @param {View} view */
const behindChannels = ({ axes, shape }) =>
  axes.length - 1 - axes.findIndex((axis) => sameAxes([axis], [[{ length: shape[shape.length - 1], stride: 1 }]]));

/**
 * Arithmetic with a constant.
 * @param {Call} call
 * @param {(constant: number, isFirst: boolean) => [scale: number, offset: number]} line isFirst: constant - x
 */
function withConstant(call, line) {
  const constant = constantAt(call);
  const view = call.view(1 - constant);
  const { data } = biasOf(call.floats(constant), view.shape[view.shape.length - 1], behindChannels(view));
  const lines = Array.from(data, (value) => line(value, constant === 0));
  const parts = [0, 1].map((part) => lines.map((each) => each[part]));
  if (!parts.flat().every(Number.isFinite)) throw new FittingRoomError('its constant must be finite, and no divisor 0');
  call.give(affine(call.importer, view, parts[0], parts[1]));
}

/** Adds a bias, another constant or a sum. @type {Operator} */
function add(call) {
  const constant = constantAt(call);
  if (constant < 0) return sum(call);
  const other = 1 - constant;
  const open = call.importer.open(call.inputs[other]);
  if (!open || open.layer.useBias) return withConstant(call, (value) => [1, value]);
  const view = call.view(other);
  const units = view.shape[view.shape.length - 1];
  open.weights.push(biasOf(call.floats(constant), units, behindChannels(view)));
  open.layer.useBias = true;
  call.give(view);
}

/** @type {Operator} */
function subtract(call) {
  if (constantAt(call) >= 0) return withConstant(call, (value, isFirst) => (isFirst ? [-1, value] : [1, -value]));
  const [first, second] = [call.view(0), call.view(1)];
  join(call, [first, affine(call.importer, second, [-1], [0])]);
}

/** @type {Operator} */
function multiply(call) {
  if (constantAt(call) < 0)
    throw new FittingRoomError('multiplying two values is not supported, only one by a constant');
  withConstant(call, (value) => [value, 0]);
}

/** @type {Operator} */
function divide(call) {
  if (constantAt(call) < 1) throw new FittingRoomError('only a division by a constant is supported');
  withConstant(call, (value) => [1 / value, 0]);
}

/** @type {Operator} */
const negate = (call) => call.give(affine(call.importer, call.view(), [-1], [0]));

/** @param {Call} call @param {string} verb what it does with its inputs */
function checkCount({ inputs: { length } }, verb) {
  if (length > LIMITS.maxSources)
    throw new FittingRoomError(`it ${verb} ${length} values; at most ${LIMITS.maxSources} are supported`);
}

/** @type {Operator} */
function sum(call) {
  checkCount(call, 'adds');
  join(
    call,
    call.inputs.map((_, index) => call.view(index)),
  );
}

/** @param {Call} call @param {View[]} views to be added up */
function join(call, [first, ...rest]) {
  const others = rest.map((view) => {
    if (!sameAxes(view.axes, first.axes))
      throw new FittingRoomError('added values must have the same shape and the same order of numbers');
    return call.importer.reshaped(view, first.shape);
  });
  if (others.length === 0) return call.give(first);
  call.give({ ...first, source: call.importer.add(layers.add(), [first, ...others]) });
}

/**
 * A value whose numbers lie in memory with one of its axes last, and that axis last.
 * @param {View} view
 * @param {number} axis in ONNX
 * @returns {View}
 */
function withLast({ axes, ...view }, axis) {
  const place = placeOf(axis, axes.length);
  const turned = { ...view, axes: [...axes.toSpliced(place, 1), axes[place]] };
  if (isPlain(turned)) return turned;
  throw notLast(axis);
}

/**
 * Values that differ in their last axis at most, in shapes of which the same is true: their own, or else ONNX's.
 * @param {Importer} importer
 * @param {View[]} views
 * @returns {View[]}
 */
function joinable(importer, views) {
  const sides = String(views[0].shape.slice(0, -1));
  const fit = views.every(
    (view) => String(view.shape.slice(0, -1)) === sides && view.shape.at(-1) === dimsOf(view).at(-1),
  );
  return fit ? views : views.map((view) => importer.reshaped(view, dimsOf(view)));
}

/** Joins values along the axis that is the last one here, wherever ONNX has it. @type {Operator} */
function concat(call) {
  checkCount(call, 'joins');
  const axis = call.integer('axis') ?? 1;
  if (call.inputs.length === 1) return identity(call);
  const views = call.inputs.map((_, index) => withLast(call.view(index), axis));
  const [sides, ...others] = views.map((view) => dimsOf(view).slice(0, -1));
  if (others.some((each) => String(each) !== String(sides)))
    throw new FittingRoomError(`joined values must have the same shape, except along axis ${axis}`);
  const parts = joinable(call.importer, views);
  const length = parts.reduce((sum, { shape }) => sum + shape[shape.length - 1], 0);
  const joined = plain(call.importer.add(layers.concatenate(), parts), [...parts[0].shape.slice(0, -1), length]);
  const { axes } = /** @type {View} */ (regrouped(joined, [...sides, length]));
  const [last, ...rest] = axes.toReversed();
  call.give({ ...joined, axes: rest.toReversed().toSpliced(placeOf(axis, axes.length), 0, last) });
}

/** Before operator set 7, a node is in training mode unless it says otherwise. @param {Call} call */
function checkTested(call) {
  const usual = call.importer.operatorSet < TELLS_TRAINING ? 0 : 1;
  checkIs(call.integer('is_test') ?? usual, 'is_test', 1);
}

/** @type {Operator} */
function batchNormalization(call) {
  checkIs(call.integer('training_mode') ?? 0, 'training_mode', 0);
  checkIs(call.integer('spatial') ?? 1, 'spatial', 1);
  checkTested(call);
  const { importer } = call;
  const view = dimsOf(call.view()).length === 1 ? importer.row(call.view()) : importer.image(call.view());
  const channels = view.shape[view.shape.length - 1];
  const given = [1, 2, 3, 4].map((index) => {
    const tensor = call.floats(index);
    checkIs(String(tensor.shape), `input ${index}: its shape`, String([channels]));
    return tensor;
  });
  const places = offsetsOf({ ...view, axes: [view.axes[0]] });
  const weights = given.map(({ shape, data }) => {
    const lying = new Float32Array(channels);
    places.forEach((place, i) => {
      lying[place] = data[i];
    });
    return { shape, data: lying };
  });
  const layer = layers.batchNormalization({
    epsilon: call.float('epsilon') ?? 1e-5,
    momentum: call.float('momentum') ?? 0.9,
  });
  call.give(through(importer, view, layer, weights));
}

/** @type {Operator} */
function leakyRelu(call) {
  const alpha = call.float('alpha') ?? 0.01;
  if (alpha === LEAKY_SLOPE) activate(call, 'leakyRelu');
  else call.give(through(call.importer, call.view(), layers.leakyReLU({ alpha })));
}

/**
 * min(max(scale · x + offset, 0), 6), then multiplied and added to.
 * @param {Call} call
 * @param {[scale: number, offset: number]} before
 * @param {[scale: number, offset: number]} after
 * @param {'relu' | 'relu6'} name
 */
function bounded(call, before, after, name) {
  const { importer } = call;
  const view = affine(importer, call.view(), [before[0]], [before[1]]);
  const bent = through(importer, view, layers.activation({ activation: name }));
  call.give(affine(importer, bent, [after[0]], [after[1]]));
}

/** @type {Operator} */
function clip(call) {
  const [low, high] = ['min', 'max'].map((name, i) => (call.has(i + 1) ? call.scalar(i + 1) : call.float(name)));
  if (low === 0 && high === undefined) return activate(call, 'relu');
  if (low === 0 && high === 6) return activate(call, 'relu6');
  if (low === undefined || !Number.isFinite(low)) throw new FittingRoomError(`min must be a number, got ${show(low)}`);
  if (high === undefined) return bounded(call, [1, -low], [1, low], 'relu');
  const width = high - low;
  if (!(width > 0 && Number.isFinite(width)))
    throw new FittingRoomError(`max must be a number above min, got ${show(high)}`);
  bounded(call, [6 / width, (-6 * low) / width], [width / 6, low], 'relu6');
}

/** min(max(alpha · x + beta, 0), 1) @type {Operator} */
function hardSigmoid(call) {
  const [alpha, beta] = [call.float('alpha') ?? 0.2, call.float('beta') ?? 0.5];
  const alone = () => bounded(call, [6 * alpha, 6 * beta], [1 / 6, 0], 'relu6');
  if (Math.abs(alpha - 1 / 6) > 1e-5 || beta !== 0.5) return alone();
  timesInput(call, 'hardSwish', alone);
}

/** max(x, 0) + slope · min(x, 0) @type {Operator} */
function pRelu(call) {
  const { importer } = call;
  const view = call.view();
  const { data } = biasOf(call.floats(1), view.shape[view.shape.length - 1], behindChannels(view));
  const relu = (/** @type {View} */ from) => through(importer, from, layers.activation({ activation: 'relu' }));
  const below = relu(affine(importer, view, [-1], [0]));
  join(call, [
    relu(view),
    affine(
      importer,
      below,
      data.map((value) => -value),
      [0],
    ),
  ]);
}

/**
 * An activation or, if only a product with its input follows, the one that they make together.
 * @param {Call} call
 * @param {Activation} whole
 * @param {() => void} alone
 */
function timesInput(call, whole, alone) {
  const {
    importer,
    inputs: [input],
    node: { outputs: [output] = [] },
  } = call;
  const product = importer.product([input, output]);
  if (!product || importer.readers(output) !== 1) return alone();
  importer.done.add(product);
  call.node = { ...call.node, outputs: product.outputs };
  activate(call, whole, 2);
}

/** @type {Operator} */
const sigmoid = (call) => timesInput(call, 'swish', () => activate(call, 'sigmoid'));

/** @type {Operator} */
function elu(call) {
  checkIs(call.float('alpha') ?? 1, 'alpha', 1);
  activate(call, 'elu');
}

/** @type {Operator} */
function selu(call) {
  const [alpha, gamma] = [call.float('alpha') ?? SELU.alpha, call.float('gamma') ?? SELU.gamma];
  if (Math.abs(alpha - SELU.alpha) > 1e-5 || Math.abs(gamma - SELU.gamma) > 1e-5)
    throw new FittingRoomError(`alpha and gamma must be ${SELU.alpha} and ${SELU.gamma}, got ${alpha} and ${gamma}`);
  activate(call, 'selu');
}

/** x · tanh(softplus(x)) @type {Operator} */
function softplus(call) {
  const { importer, node, inputs } = call;
  const [output = ''] = node.outputs ?? [];
  const bent = importer.nodes.find(({ operator, inputs: [from] = [] }) => operator === 'Tanh' && from === output);
  const [curve = ''] = bent?.outputs ?? [];
  const product = bent && importer.product([inputs[0], curve]);
  if (!product || importer.readers(output) !== 1 || importer.readers(curve) !== 1) return activate(call, 'softplus');
  importer.done.add(bent).add(product);
  call.node = { ...node, outputs: product.outputs };
  activate(call, 'mish', 2);
}

/**
 * The axes over which softmax normalizes: one axis or, in early operator sets, all axes from it on.
 * @param {'softmax' | 'logSoftmax'} name
 * @returns {Operator}
 */
const softmax = (name) => (call) => {
  const view = call.view();
  const dims = dimsOf(view);
  const modern = call.importer.operatorSet >= SOFTMAX_OF_AXIS;
  const axis = call.integer('axis') ?? (modern ? -1 : 1);
  const place = placeOf(axis, dims.length);
  const over = modern ? [view.axes[place]] : view.axes.slice(place);
  const length = elementsOf(dimsOf({ ...view, axes: over }));
  const all = elementsOf(view.shape);
  const isLast = sameAxes([over.flat()], [[{ length, stride: 1 }]]);
  if (isLast && view.shape[view.shape.length - 1] === length) return softmaxOf(call, name, view);
  if (length === all) return softmaxOf(call, name, call.importer.reshaped(view, [all])); // in any order
  if (!isLast) throw notLast(axis);
  const fits = isPlain(view) && dims.length <= MOST_DIMS && dims[dims.length - 1] === length;
  softmaxOf(call, name, call.importer.reshaped(view, fits ? dims : [all / length, length]));
};

/** @param {Call} call @param {'softmax' | 'logSoftmax'} name @param {View} view */
function softmaxOf(call, name, view) {
  const open = call.importer.open(call.inputs[0]);
  if (open && view === call.view()) return activate(call, name);
  const layer = name === 'softmax' ? layers.softmax() : layers.activation({ activation: name });
  call.give(through(call.importer, view, layer));
}

/** @param {Call} call @param {number[]} dims */
function regroup(call, dims) {
  const made = regrouped(call.view(), dims);
  if (!made)
    throw new FittingRoomError(`[n, ${dimsOf(call.view()).join(', ')}] cannot be reshaped to [n, ${dims.join(', ')}]`);
  call.give(made);
}

/** @type {Operator} */
function flatten(call) {
  const dims = dimsOf(call.view());
  const axis = call.integer('axis') ?? 1;
  checkIs(axis < 0 ? axis + dims.length + 1 : axis, 'axis', 1);
  regroup(call, [elementsOf(dims)]);
}

/** @type {Operator} */
function reshape(call) {
  const before = dimsOf(call.view());
  const [batch, ...target] = call.integersAt(1);
  if (call.integer('allowzero') && [batch, ...target].includes(0))
    throw new FittingRoomError('allowzero with a 0 in the shape is not supported');
  const dims = target.map((length, axis) => (length === 0 ? (before[axis] ?? 0) : length));
  const rest = elementsOf(before) / elementsOf(dims.filter((length) => length !== -1));
  const known = dims.map((length) => (length === -1 ? rest : length));
  const keepsBatch =
    batch === 0 || batch === BATCH || batch === call.importer.batch || (batch === -1 && !dims.includes(-1));
  if (!keepsBatch) throw new FittingRoomError(`the shape must keep the batch axis, got ${show([batch, ...target])}`);
  regroup(call, known);
}

/**
 * The axes that Squeeze and Unsqueeze name.
 * @param {Call} call
 * @param {number} rank of the longer shape, with the batch axis
 * @returns {number[]} indices among the axes of a sample
 */
function axesOf(call, rank) {
  const axes = call.has(1) ? call.integersAt(1) : call.integers('axes');
  if (!axes) throw new FittingRoomError('it needs axes');
  if (axes.length > MOST_AXES)
    throw new FittingRoomError(`it has ${axes.length} axes; at most ${MOST_AXES} are supported`);
  return axes.map((axis) => placeOf(axis, rank - 1));
}

/** @type {Operator} */
function squeeze(call) {
  const dims = dimsOf(call.view());
  const places = axesOf(call, dims.length + 1);
  for (const place of places) checkIs(dims[place], `the length of axis ${place + 1}`, 1);
  regroup(
    call,
    dims.filter((_, place) => !places.includes(place)),
  );
}

/** @type {Operator} */
function unsqueeze(call) {
  const dims = dimsOf(call.view());
  const count = call.has(1) ? call.integersAt(1).length : (call.integers('axes')?.length ?? 0);
  for (const place of axesOf(call, dims.length + count + 1).sort((a, b) => a - b)) dims.splice(place, 0, 1);
  regroup(call, dims);
}

/** @type {Operator} */
function transpose(call) {
  const view = call.view();
  const order = call.integers('perm') ?? [];
  const sound =
    order[0] === 0 && String(order.toSorted((a, b) => a - b)) === String([...Array(view.axes.length + 1).keys()]);
  if (!sound)
    throw new FittingRoomError(
      `perm must be an order of ${view.axes.length + 1} axes, the batch first, got ${show(order)}`,
    );
  call.give({ ...view, axes: order.slice(1).map((axis) => view.axes[axis - 1]) });
}

/** @type {Operator} */
function pad(call) {
  checkIs(call.text('mode') ?? 'constant', 'mode', 'constant');
  checkIs(call.has(2) ? call.scalar(2) : (call.float('value') ?? 0), 'the value', 0);
  if (call.has(3)) throw new FittingRoomError('axes are not supported');
  const pads = call.has(1) ? call.integersAt(1) : (call.integers('pads') ?? []);
  const view = call.view();
  checkIs(view.axes.length, "the number of the image's axes after the batch axis", 3);
  checkIs(pads.length, 'the number of pads', 8);
  const [first, second, third] = dimsOf(view);
  const isFirst = sameAxes(view.axes, channelsFirst(0, [second, third, first]).axes) && pads[1] === 0 && pads[5] === 0;
  const isLast = !isFirst && isPlain(view);
  const image = isLast ? call.importer.reshaped(view, dimsOf(view)) : call.importer.image(view);
  const [y, x, c] = isLast ? [1, 2, 3] : [2, 3, 1];
  checkIs(String([pads[0], pads[4], pads[c], pads[c + 4]]), 'the pads of batch and channels', '0,0,0,0');
  const { source, shape } = padded(call.importer, image, [
    [pads[y], pads[y + 4]],
    [pads[x], pads[x + 4]],
  ]);
  call.give(isLast ? plain(source, shape) : channelsFirst(source, shape));
}

/** @type {Operator} */
function dropout(call) {
  checkTested(call);
  if (call.has(2)) checkIs(call.flagAt(2), 'training_mode', false);
  const rate = call.has(1) ? call.scalar(1) : (call.float('ratio') ?? 0.5);
  call.give(through(call.importer, call.view(), layers.dropout({ rate })));
}

/** @type {Operator} */
const identity = (call) => call.give(call.view());

/** @type {Operator} */
function cast(call) {
  checkIs(call.integer('to'), 'to', FLOAT);
  identity(call);
}

/** @type {Operator} */
function gelu(call) {
  checkIs(call.text('approximate') ?? 'none', 'approximate', 'none');
  activate(call, 'gelu');
}

/** @param {LayerKind} kind @returns {Operator} */
const globalPooling = (kind) => (call) => {
  const make = /** @type {() => AnyLayer} */ (layers[rowOf(kind).factory]);
  pooledAll(make())(call, call.importer.image(call.view()), 2);
};

/** @type {Record<string, Operator>} */
export const OPERATORS = {
  Conv: conv,
  Gemm: gemm,
  MatMul: (call) => dense(call, call.floats(1), []),
  Add: add,
  Sub: subtract,
  Mul: multiply,
  Div: divide,
  Neg: negate,
  Sum: sum,
  Concat: concat,
  MaxPool: pooling(layers.maxPooling2d, maximumMayPad),
  AveragePool: pooling(layers.averagePooling2d, meanMayPad),
  ...Object.fromEntries(
    Object.entries(GLOBAL).map(([kind, operator]) => [operator, globalPooling(/** @type {LayerKind} */ (kind))]),
  ),
  ReduceMean: reduceMean,
  BatchNormalization: batchNormalization,
  Relu: activation('relu'),
  LeakyRelu: leakyRelu,
  Clip: clip,
  HardSigmoid: hardSigmoid,
  PRelu: pRelu,
  Sigmoid: sigmoid,
  Tanh: activation('tanh'),
  Gelu: gelu,
  Softmax: softmax('softmax'),
  LogSoftmax: softmax('logSoftmax'),
  Elu: elu,
  Selu: selu,
  Softplus: softplus,
  Mish: activation('mish'),
  HardSwish: activation('hardSwish'),
  Flatten: flatten,
  Reshape: reshape,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Pad: pad,
  Dropout: dropout,
  Identity: identity,
  Cast: cast,
};
