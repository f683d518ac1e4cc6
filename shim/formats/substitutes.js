import { FittingRoomError, checkInteger, show } from '../check.js';
import { LIMITS } from '../core/limits.js';
import { margins } from '../layers/options.js';
import { BY_CLASS, LEAST_EPSILON, weightsOf } from '../layers/table.js';
import { elementsOf } from '../tensor.js';
import { inFile, refusal } from './common.js';

/** @import { AnyLayer } from '../layers/layer.js' */
/** @import { Tensor } from '../tensor.js' */
/** @import { Leaf, Value } from './topology.js' */

/*
 * Layers of Keras without a row in the table of layers, or in a form that the core lacks: here they become one or
 * several layers that compute the same in inference. Constants become frozen batch normalizations, which training
 * leaves alone.
 */

/** @typedef {Tensor<Float32Array<ArrayBuffer>>} Floats */
/** @typedef {number | number[]} Numbers one for all channels, or one for each */
/**
 * Where a weight of a layer here comes from: a weight of the file's layer, multiplied by `factor`; or numbers.
 * @typedef {{ leaf: Leaf, name: string, number: number, of: number[], factor?: number }} Stored name: in TensorFlow.js;
 *   number: in Keras, among so many
 * @typedef {{ leaf: Leaf, values: Numbers }} Given
 * @typedef {Stored | Given} Origin
 */
/** @typedef {{ stored: number, factor?: number } | { values: Numbers }} From */
/**
 * A layer in place of the file's. reads: its inputs, -1 for the first input of the file's layer, -2 for the second, 0
 * for the first layer of these; default: the one before. from: its weights; default: those of the file that come next.
 * @typedef {{ kind: string, config?: Record<string, unknown>, reads?: number[], from?: From[] }} Substitute
 */
/**
 * @typedef {{ entry: { class_name: string, config: Record<string, unknown> }, reads: number[],
 *   origins: (layer: AnyLayer) => Origin[] }} Part
 */
/**
 * names: of the weights in the file; counts: how many the file may have, if some are not used.
 * @typedef {{ parts: Substitute[], names?: string[], counts?: number[] }} Plan
 */

/** x · scale + offset @param {Numbers} scale @param {Numbers} [offset] @returns {Substitute} */
const affine = (scale, offset = 0) => ({
  kind: 'BatchNormalization',
  config: { epsilon: LEAST_EPSILON, trainable: false },
  from: [{ values: scale }, { values: offset }, { values: 0 }, { values: 1 }],
});

const PASS = { kind: 'Activation', config: { activation: 'linear' } };
/** Layers that act in training only. Trained here, they pass on their inputs. */
const passed = () => ({ parts: [PASS] });

/** @param {string} name @param {unknown} value @returns {Numbers} */
function numbersOf(name, value) {
  const list = /** @type {number[]} */ ([value].flat(8));
  if (list.length > 0 && list.every(Number.isFinite)) return list.length === 1 ? list[0] : list;
  throw new FittingRoomError(`${name} must be numbers, got ${show(value)}`);
}

/** @param {Numbers} values @param {(value: number, i: number) => number} change */
const each = (values, change) => (Array.isArray(values) ? values.map(change) : change(values, 0));
const at = (/** @type {Numbers} */ values, /** @type {number} */ i) =>
  Array.isArray(values) ? values[i % values.length] : values;

/** @param {Record<string, any>} config @returns {Plan} */
function normalization({ mean, variance, invert, axis: given }) {
  if (invert) throw new FittingRoomError('invert is not supported');
  const axis = given ?? -1; // null: one mean for all
  if (mean === undefined || mean === null) {
    const config = { epsilon: LEAST_EPSILON, center: false, scale: false, trainable: false, axis };
    return { names: ['mean', 'variance'], counts: [2, 3], parts: [{ kind: 'BatchNormalization', config }] };
  }
  const [means, variances] = [numbersOf('mean', mean), numbersOf('variance', variance)];
  const longer = Array.isArray(variances) ? variances : means;
  const scale = each(longer, (_, i) => 1 / Math.max(Math.sqrt(at(variances, i)), 1e-7));
  const scaled = affine(
    scale,
    each(longer, (_, i) => -at(means, i) * at(scale, i)),
  );
  return { parts: [{ ...scaled, config: { ...scaled.config, ...(Array.isArray(longer) && { axis }) } }] };
}

/** A depthwise convolution and a 1 × 1 convolution. @param {Record<string, any>} config @returns {Plan} */
function separableConv2D(config) {
  const { kernel_size, strides, padding, depth_multiplier, dilation_rate, data_format, ...rest } = config;
  const { depthwise_regularizer, pointwise_regularizer, ...pointwise } = Object.fromEntries(
    Object.entries(rest).filter(([key]) => !/^(depthwise|pointwise)_(initializer|constraint)$/.test(key)),
  );
  const depthwise = { kernel_size, strides, padding, depth_multiplier, dilation_rate, data_format };
  return {
    names: ['depthwise_kernel', 'pointwise_kernel', 'bias'].slice(0, config.use_bias === false ? 2 : 3),
    parts: [
      { kind: 'DepthwiseConv2D', config: { ...depthwise, depthwise_regularizer, use_bias: false } },
      { kind: 'Conv2D', config: { ...pointwise, kernel_size: 1, kernel_regularizer: pointwise_regularizer } },
    ],
  };
}

/** max(x, 0) + alpha · min(x, 0) @param {Record<string, any>} config @param {number[]} ranks @returns {Plan} */
function pRelu({ shared_axes: shared }, [rank]) {
  if (rank > 1 && String(shared) !== '1,2')
    throw new FittingRoomError(`shared_axes must be [1, 2] for images, got ${show(shared)}`);
  return {
    names: ['alpha'],
    parts: [
      { kind: 'ReLU', reads: [-1] },
      { ...affine(-1), reads: [-1] },
      { kind: 'ReLU' },
      { ...affine(0), from: [{ stored: 0, factor: -1 }, { values: 0 }, { values: 0 }, { values: 1 }] },
      { kind: 'Add', reads: [0, 3] },
    ],
  };
}

/** @param {Substitute[]} parts @returns {(config: object, ranks: number[]) => Plan} */
const ofTwo = (parts) => (_, ranks) => {
  if (ranks.length !== 2) throw new FittingRoomError(`it must have two inputs, got ${ranks.length}`);
  return { parts };
};

/** A depthwise convolution that copies one pixel of each window. @param {Record<string, any>} config @returns {Plan} */
function cropping2D({ cropping, data_format }) {
  const [[top, bottom], [left, right]] = /** @type {number[][]} */ (margins('cropping', cropping));
  checkInteger('cropping: top and bottom together', top + bottom, 0, LIMITS.maxWindow - 1);
  checkInteger('cropping: left and right together', left + right, 0, LIMITS.maxWindow - 1);
  const [height, width] = [top + bottom + 1, left + right + 1];
  const kernel = Array.from({ length: height * width }, (_, i) => Number(i === top * width + left));
  return {
    parts: [
      {
        kind: 'DepthwiseConv2D',
        config: { kernel_size: [height, width], use_bias: false, data_format, trainable: false },
        from: [{ values: kernel }],
      },
    ],
  };
}

/** @type {(config: Record<string, any>, ranks: number[], kind: string) => Plan | undefined} */
function globalPooling({ keepdims, ...config }, _, kind) {
  if (!keepdims) return undefined;
  return {
    parts: [
      { kind, config },
      { kind: 'Reshape', config: { target_shape: [1, 1, -1] } },
    ],
  };
}

/** On images, it is a 1 × 1 convolution. @type {(config: Record<string, any>, ranks: number[]) => Plan | undefined} */
function dense({ units, ...config }, [rank]) {
  if (rank !== 3) return undefined;
  return {
    names: ['kernel', 'bias'].slice(0, config.use_bias === false ? 1 : 2),
    parts: [{ kind: 'Conv2D', config: { ...config, filters: units, kernel_size: 1 } }],
  };
}

/** @type {Record<string, (config: Record<string, any>, ranks: number[], kind: string) => Plan | undefined>} */
const SUBSTITUTES = {
  Identity: passed,
  ActivityRegularization: passed,
  AlphaDropout: passed,
  GaussianDropout: passed,
  GaussianNoise: passed,
  SpatialDropout2D: passed,
  RandomBrightness: passed,
  RandomHeight: passed,
  RandomWidth: passed,
  Rescaling: ({ scale, offset = 0 }) => ({ parts: [affine(numbersOf('scale', scale), numbersOf('offset', offset))] }),
  Normalization: normalization,
  SeparableConv2D: separableConv2D,
  Dense: dense,
  PReLU: pRelu,
  Cropping2D: cropping2D,
  GlobalAveragePooling2D: globalPooling,
  GlobalMaxPooling2D: globalPooling,
  Average: (_, { length }) => ({ parts: [{ kind: 'Add', reads: inputsOf(length) }, affine(1 / length)] }),
  Subtract: ofTwo([
    { ...affine(-1), reads: [-2] },
    { kind: 'Add', reads: [-1, 0] },
  ]),
  // a + max(b - a, 0)
  Maximum: ofTwo([affine(-1), { kind: 'Add', reads: [-2, 0] }, { kind: 'ReLU' }, { kind: 'Add', reads: [-1, 2] }]),
  // a - max(a - b, 0)
  Minimum: ofTwo([
    { ...affine(-1), reads: [-2] },
    { kind: 'Add', reads: [-1, 0] },
    { kind: 'ReLU' },
    affine(-1),
    { kind: 'Add', reads: [-1, 3] },
  ]),
};

/** @param {number} count @returns {number[]} */
const inputsOf = (count) => Array.from({ length: count }, (_, i) => -1 - i);

/**
 * The substitutes of a layer, if it needs any. Pictures cannot be varied behind a layer with weights.
 * @param {string} kind @param {Record<string, any>} config @param {Value[]} inputs @returns {Plan | undefined}
 */
function planOf(kind, config, inputs) {
  if (BY_CLASS.get(kind)?.augments) return inputs[0].weighed ? passed() : undefined;
  const ranks = inputs.map(({ rank }) => rank);
  return Object.hasOwn(SUBSTITUTES, kind) ? SUBSTITUTES[kind](config, ranks, kind) : undefined;
}

/** @type {(kind: string, config: Record<string, any>, inputs: number) => Plan} */
const itself = (kind, config, inputs) => ({ parts: [{ kind, config, reads: inputsOf(inputs) }] });

/**
 * The layers here that compute what a layer of the file does: itself, in most cases.
 * @param {Leaf} leaf
 * @param {Value[]} inputs
 * @returns {Part[]}
 */
export function partsOf(leaf, inputs) {
  const { where, name, entry } = leaf;
  const { class_name: kind, config } = entry;
  const plan = inFile(`${where} (${kind} ${show(name)}): `, () => planOf(kind, config, inputs));
  const { parts, names, counts } = plan ?? itself(kind, config, inputs.length);
  let next = 0;
  return parts.map((part, i) => ({
    entry: {
      class_name: part.kind,
      config: {
        ...(config.trainable === false && { trainable: false }),
        ...part.config,
        name: i === parts.length - 1 ? name : `${name}/${i + 1}`,
      },
    },
    reads: part.reads ?? [i - 1],
    origins: (layer) => {
      const weights = weightsOf(layer);
      /** @type {From[]} */
      const from = part.from ?? weights.map(() => ({ stored: next++ }));
      return from.map((each) =>
        'values' in each
          ? { leaf, values: each.values }
          : {
              leaf,
              name: names?.[each.stored] ?? weights[each.stored].name,
              number: each.stored,
              of: counts ?? [names?.length ?? weights.length],
              factor: each.factor,
            },
      );
    },
  }));
}

/**
 * @param {Given} origin
 * @param {number[]} shape
 * @returns {Floats} each number as often as there are channels, or weights, for it
 */
export function constant({ leaf, values }, shape) {
  const list = [values].flat();
  const data = new Float32Array(elementsOf(shape));
  if (data.length % list.length !== 0)
    throw refusal(`${leaf.where}: ${list.length} numbers do not fit the shape ${show(shape)}`);
  return { shape, data: data.map((_, i) => list[Math.floor((i * list.length) / data.length)]) };
}

/** @param {number[]} shape */
const long = (shape) => String(shape.filter((length) => length !== 1));

/** Whether two shapes differ in axes of length 1 at most. @param {number[]} one @param {number[]} other */
export const isAlike = (one, other) => long(one) === long(other);

/** @param {Floats} stored @param {number[]} shape @param {number} [factor] @returns {Floats} */
export const fitted = ({ data }, shape, factor = 1) => ({
  shape,
  data: factor === 1 ? data : data.map((value) => value * factor),
});
