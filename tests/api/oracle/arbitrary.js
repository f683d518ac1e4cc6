/**
 * Random networks for fast-check: built from plain draws, so that they shrink, and printed as the calls that make them.
 */
import fc from 'fast-check';
import { sizeOf } from '../../support/reference/array.js';
import { KINDS } from '../../support/reference/layers.js';

/** @import { Description, Node } from '../../support/reference/network.js' */
/** @import { Loss } from '../../support/reference/losses.js' */
/**
 * @typedef {{ description: Description, loss: Loss, count: number, seed: number, optimizer: any, batchSize: number }}
 *   Case
 */
/**
 * @typedef {{ kind: number, size: number, kernel: [number, number], strides: [number, number], same: boolean, bias:
 *   boolean, activation: string, pick: number, regularized: boolean }} Draw
 */

const ACTIVATIONS = ['linear', 'relu', 'tanh', 'sigmoid', 'gelu', 'swish', 'relu6', 'leakyRelu', 'softmax'];
/* What a draw can become for an image and for a row; simple ones first, since cases shrink towards them. */
const IMAGE_KINDS = [
  'conv2d',
  'maxPooling2d',
  'batchNormalization',
  'add',
  'depthwiseConv2d',
  'averagePooling2d',
  'shortcut',
  'concatenate',
  'zeroPadding2d',
  'conv2d',
  'flatten',
  'reshape',
  'activation',
  'reLU',
  'leakyReLU',
  'softmax',
  'globalAveragePooling2d',
  'shortcut',
  'globalMaxPooling2d',
  'depthwiseConv2d',
];
const ROW_KINDS = [
  'dense',
  'batchNormalization',
  'add',
  'concatenate',
  'activation',
  'reLU',
  'leakyReLU',
  'softmax',
  'flatten',
  'dropout',
];
const MOST_NUMBERS = 600; // per sample of any layer, since every weight takes two passes

/** @type {fc.Arbitrary<Draw>} */
const draw = fc.record({
  kind: fc.nat(IMAGE_KINDS.length * ROW_KINDS.length - 1),
  size: fc.integer({ min: 1, max: 9 }),
  kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
  strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  same: fc.boolean(),
  bias: fc.boolean(),
  activation: fc.constantFrom(...ACTIVATIONS),
  pick: fc.nat(7),
  regularized: fc.boolean(),
});

/** With 'valid', a window must fit. @param {Draw} d @param {number[]} shape @returns {[number, number]} */
const fitting = ({ kernel, same }, [height, width]) =>
  same ? kernel : [Math.min(kernel[0], height), Math.min(kernel[1], width)];

/**
 * The options of the layer that a draw stands for, wherever it is.
 * @param {string} layer
 * @param {Draw} d
 * @param {number[]} shape of its input
 * @returns {any}
 */
function optionsOf(layer, d, shape) {
  const padding = d.same ? 'same' : 'valid';
  const regularizer = d.regularized && { l1: 0.01, l2: 0.02 };
  const affine = { activation: d.activation, ...(!d.bias && { useBias: false }) };
  switch (layer) {
    case 'conv2d':
      return {
        filters: d.size,
        kernelSize: fitting(d, shape),
        strides: d.strides,
        padding,
        ...affine,
        ...(regularizer && { kernelRegularizer: regularizer }),
      };
    case 'depthwiseConv2d':
      return {
        kernelSize: fitting(d, shape),
        strides: d.strides,
        padding,
        depthMultiplier: 1 + (d.size % 3),
        ...affine,
        ...(regularizer && { depthwiseRegularizer: regularizer }),
      };
    case 'maxPooling2d':
    case 'averagePooling2d':
      return { poolSize: fitting(d, shape), ...(d.bias && { strides: d.strides }), padding };
    case 'batchNormalization':
      return {
        momentum: 0.5 + d.size / 20,
        epsilon: 0.01,
        ...(!d.bias && { center: false }),
        ...(!d.same && { scale: false }),
        ...(regularizer && d.same && { gammaRegularizer: regularizer }),
      };
    case 'dense':
      return {
        units: d.size,
        ...affine,
        ...(regularizer && { kernelRegularizer: regularizer, ...(d.bias && { biasRegularizer: regularizer }) }),
      };
    case 'zeroPadding2d':
      return {
        padding: [
          [d.kernel[0] - 1, d.kernel[1] - 1],
          [d.strides[0] - 1, d.strides[1] - 1],
        ],
      };
    case 'reshape':
      return { targetShape: [shape[1], shape[0], shape[2]] };
    case 'activation':
      return { activation: d.activation };
    case 'leakyReLU':
      return { alpha: d.size / 10 };
    case 'reLU':
      return d.same ? { maxValue: 6 } : {};
    case 'dropout':
      return { rate: 0 };
    default:
      return {};
  }
}

/**
 * Appends the layer that the draw stands for, if it is possible here.
 * @param {Node[]} nodes
 * @param {number[][]} shapes of the input, then of each node
 * @param {Draw} d
 * @param {string} [layer] instead of the draw's own
 */
function append(nodes, shapes, d, layer) {
  const shape = shapes[shapes.length - 1];
  const kinds = shape.length === 3 ? IMAGE_KINDS : ROW_KINDS;
  const kind = layer ?? kinds[d.kind % kinds.length];
  /** @param {Node} node @param {number[]} output */
  const push = (node, output) => {
    nodes.push(node);
    shapes.push(output);
  };
  const last = nodes.length - 1;
  if (last < 0 && ['add', 'shortcut'].includes(kind)) return;
  if (kind === 'add') {
    const alike = shapes.flatMap((other, i) => (i - 1 !== last && String(other) === String(shape) ? [i - 1] : []));
    if (alike.length === 0) return;
    const others = d.size > 6 ? alike.slice(0, 3) : [alike[d.pick % alike.length]];
    push({ layer: 'add', from: [last, ...others] }, shape);
  } else if (kind === 'shortcut') {
    // a convolution of one pixel, in parallel to the layers since then
    const sources = shapes.flatMap((other, i) =>
      i - 1 !== last && other.length === 3 && other[0] === shape[0] && other[1] === shape[1] ? [i - 1] : [],
    );
    if (sources.length === 0) return;
    push(
      {
        layer: 'conv2d',
        options: { filters: shape[2], kernelSize: 1, useBias: d.bias },
        from: [sources[d.pick % sources.length]],
      },
      shape,
    );
    push({ layer: 'add', from: [last, last + 1] }, shape);
  } else if (kind === 'concatenate') {
    const joinable = shapes.flatMap((other, i) =>
      String(other.slice(0, -1)) === String(shape.slice(0, -1)) ? [i] : [],
    );
    const others = d.size > 6 ? joinable.slice(0, 3) : [joinable[d.pick % joinable.length]];
    const chosen = d.same ? [shapes.length - 1, ...others] : [...others, shapes.length - 1];
    const output = KINDS.concatenate.shape(
      shape,
      {},
      chosen.map((i) => shapes[i]),
    );
    const from = chosen.map((i) => i - 1);
    if (sizeOf(output) <= MOST_NUMBERS) push({ layer: 'concatenate', from }, output);
  } else {
    const options = optionsOf(kind, d, shape);
    const output = KINDS[kind].shape(shape, options, [shape]);
    if (sizeOf(output) <= MOST_NUMBERS && Math.min(...output) >= 1) push({ layer: kind, options }, output);
  }
}

/** @type {fc.Arbitrary<{ loss: Loss, activation: string }>} a loss, and an activation of the last layer that fits it */
const ending = fc.oneof(
  fc.record({
    activation: fc.constantFrom('linear', 'tanh', 'relu', 'softmax', 'gelu'),
    loss: fc.constantFrom({ name: 'meanSquaredError' }, { name: 'meanAbsoluteError' }),
  }),
  fc.record({
    activation: fc.constantFrom('softmax', 'sigmoid'),
    loss: fc.constantFrom(
      { name: 'sparseCategoricalCrossentropy' },
      { name: 'categoricalCrossentropy' },
      { name: 'categoricalCrossentropy', labelSmoothing: 0.2 },
    ),
  }),
  fc.record({
    activation: fc.constant('linear'),
    loss: fc.constantFrom(
      { name: 'sparseCategoricalCrossentropy', fromLogits: true },
      { name: 'categoricalCrossentropy', fromLogits: true, labelSmoothing: 0.1 },
      { name: 'binaryCrossentropy', fromLogits: true },
    ),
  }),
  fc.record({
    activation: fc.constantFrom('sigmoid', 'softmax'),
    loss: fc.constantFrom({ name: 'binaryCrossentropy' }, { name: 'binaryCrossentropy', labelSmoothing: 0.1 }),
  }),
);

/** Large epsilons: with a small one, a gradient of nearly zero would turn rounding into a step. */
const optimizer = fc.constantFrom(
  { name: 'sgd', learningRate: 0.1 },
  { name: 'sgd', learningRate: 0.05, momentum: 0.9, nesterov: true },
  { name: 'sgd', learningRate: 0.1, weightDecay: 0.1, clipValue: 0.1 },
  { name: 'adam', learningRate: 0.02, epsilon: 0.01 },
  { name: 'adamw', learningRate: 0.02, epsilon: 0.01, weightDecay: 0.1 },
  { name: 'adam', learningRate: 0.02, epsilon: 0.01, globalClipNorm: 0.5 },
  { name: 'rmsprop', learningRate: 0.02, epsilon: 0.01, momentum: 0.5, centered: true },
  { name: 'adagrad', learningRate: 0.05 },
  { name: 'adadelta', learningRate: 0.5, epsilon: 0.01 },
  { name: 'sgd', learningRate: 0.1, useEma: true, emaMomentum: 0.7 },
);

/** @param {any} value */
const show = (value) =>
  JSON.stringify(value)
    .replaceAll('"', "'")
    .replace(/'(\w+)':/g, ' $1: ')
    .replaceAll(',', ', ')
    .replace(/ +/g, ' ')
    .replaceAll('{}', '')
    .replaceAll('}', ' }');

/** @param {number[]} from */
const sources = (from) => from.map((k) => (k < 0 ? 'the input' : k)).join(' and ');

/** @param {Case} a */
export function printed({ description: { inputShape, nodes }, loss, count, batchSize, seed, optimizer: by }) {
  const lines = nodes.map(
    ({ layer, options = {}, from }, i) =>
      `  ${i} layers.${layer}(${show(options)})${from ? ` of ${sources(from)}` : ''}`,
  );
  return [
    `\n  inputShape: [${inputShape.join(', ')}]`,
    ...lines,
    `  loss ${show(loss)}; ${count} samples, batches of ${batchSize}, weights of seed ${seed}, optimizer ${show(by)}`,
  ].join('\n');
}

/** @type {fc.Arbitrary<Case>} */
export const networks = fc
  .record({
    image: fc.constantFrom(true, true, true, false),
    sides: fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 4 })),
    inputs: fc.integer({ min: 1, max: 16 }),
    draws: fc.array(draw, { minLength: 1, maxLength: 8 }),
    ending,
    units: fc.integer({ min: 1, max: 6 }),
    // an activation in the dense layer or after it; or any, if the loss allows it
    end: fc.constantFrom('dense', 'apart', 'open'),
    count: fc.integer({ min: 1, max: 7 }),
    batchSize: fc.integer({ min: 1, max: 4 }),
    seed: fc.nat(1000),
    optimizer,
  })
  .map(
    ({
      image,
      sides,
      inputs,
      draws,
      ending: { loss, activation },
      end,
      units,
      count,
      batchSize,
      seed,
      optimizer: by,
    }) => {
      const inputShape = image ? sides : [inputs];
      /** @type {Node[]} */
      const nodes = [];
      const shapes = [inputShape];
      for (const d of draws) append(nodes, shapes, d);
      const takesAny = loss.name.startsWith('mean') || (loss.name === 'binaryCrossentropy' && loss.fromLogits);
      if (end !== 'open' || !takesAny || nodes.every(({ layer }) => layer === 'flatten' || layer === 'reshape')) {
        // a model without weights is refused
        if (shapes[shapes.length - 1].length === 3) append(nodes, shapes, draws[0], 'flatten');
        const classes =
          loss.name.toLowerCase().includes('categorical') || activation === 'softmax' ? Math.max(2, units) : units;
        const apart = end === 'apart';
        nodes.push({ layer: 'dense', options: { units: classes, ...(!apart && { activation }) } });
        if (apart)
          nodes.push(
            activation === 'softmax' ? { layer: 'softmax' } : { layer: 'activation', options: { activation } },
          );
      }
      const made = { description: { inputShape, nodes }, loss, count, batchSize, seed, optimizer: by };
      return Object.assign(made, { [fc.toStringMethod]: () => printed(made) });
    },
  );
