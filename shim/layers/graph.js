import { FittingRoomError, checkInteger, checkOptions, show } from '../check.js';
import { SymbolicTensor } from './layer.js';
import { ModelLayer, configOf } from './built.js';
import { LIMITS } from '../core/limits.js';
import { isKind } from './table.js';

/** @import { Built } from './built.js' */
/** @import { LayerConfig } from './layer.js' */

/**
 * A layer and the indices of the layers it reads; -1: the model's input. origin: the layer of another model that it
 * begins as a copy of; only until it is built.
 * @typedef {{ config: LayerConfig, sources: number[], origin?: Built }} Node
 */
/**
 * The layers in an order in which each comes after the ones it reads. inputName: only in a model built from input().
 * @typedef {{ inputShape: number[], inputName?: string, nodes: Node[] }} Graph
 */

/** @param {unknown} shape @returns {number[]} */
export function checkInputShape(shape) {
  if (!Array.isArray(shape))
    throw new FittingRoomError(`inputShape must be an array such as [28, 28, 1], got ${show(shape)}`);
  return shape.map((length, axis) => checkInteger(`inputShape: dimension ${axis}`, length, 1, LIMITS.maxElements));
}

/**
 * @typedef {object} InputOptions
 * @property {readonly number[]} shape of a sample, without the batch axis: [28, 28, 1]
 * @property {string} [name] default 'input_1'
 */

/**
 * Starts the graph of a model; `layer.apply` continues it.
 * @param {InputOptions} options
 * @returns {SymbolicTensor}
 */
export function input(options) {
  checkOptions('input', options, ['shape', 'name']);
  const { shape, name = 'input_1' } = options;
  if (!Array.isArray(shape))
    throw new FittingRoomError(`input: shape must be an array such as [28, 28, 1], got ${show(shape)}`);
  return new SymbolicTensor(null, [], { shape: checkInputShape(shape), name: String(name) });
}

/** @param {string} name @param {unknown} value @returns {SymbolicTensor} */
function checkOne(name, value) {
  const [tensor, second] = Array.isArray(value) ? value : [value];
  if (tensor instanceof SymbolicTensor && second === undefined) return tensor;
  throw new FittingRoomError(`model: ${name} must be one tensor from input or a layer's apply, got ${show(value)}`);
}

/**
 * The layers between input and output, depth first: a layer that only one other layer reads stands right before it.
 * @param {unknown} inputs
 * @param {unknown} outputs
 * @returns {Graph}
 */
export function graphOf(inputs, outputs) {
  const start = checkOne('inputs', inputs);
  if (!start.input)
    throw new FittingRoomError('model: inputs must be a tensor returned by input(), got the output of a layer');
  /** @type {Map<SymbolicTensor, number>} */
  const numbers = new Map([[start, -1]]);
  /** @type {Node[]} */
  const nodes = [];
  /** @param {SymbolicTensor} tensor @returns {number} */
  const visit = (tensor) => {
    const known = numbers.get(tensor);
    if (known !== undefined) return known;
    const { layer, origin } = tensor;
    if (!layer && !origin)
      throw new FittingRoomError(
        'model: outputs must depend on inputs alone, got another input; a model has one input',
      );
    const sources = tensor.sources.map(visit);
    numbers.set(tensor, nodes.length);
    return nodes.push(nodeOf(/** @type {LayerConfig | Built} */ (layer ?? origin), sources)) - 1;
  };
  if (visit(checkOne('outputs', outputs)) < 0)
    throw new FittingRoomError('model: at least one layer is needed between inputs and outputs');
  return { inputShape: start.input.shape, inputName: start.input.name, nodes };
}

/** Whether a layer reads the one before it, and no other. @param {Pick<Node, 'sources'>} node @param {number} index */
export const isNext = ({ sources }, index) => sources.length === 1 && sources[0] === index - 1;

/** @param {Node[]} nodes @returns {boolean} whether they form a stack */
export const isChain = (nodes) => nodes.every(isNext);

/** @param {LayerConfig | Built} layer @param {number[]} sources @returns {Node} */
const nodeOf = (layer, sources) =>
  layer instanceof ModelLayer ? { config: configOf(layer), sources, origin: layer } : { config: layer, sources };

/**
 * Each layer reads the one before it.
 * @param {readonly (LayerConfig | Built)[]} layers @param {number[]} inputShape @returns {Graph}
 */
export const chainOf = (layers, inputShape) => ({
  inputShape,
  nodes: layers.map((layer, index) => nodeOf(layer, [index - 1])),
});

/** @param {readonly (LayerConfig | Built)[]} configs @returns {Graph} */
export function stackOf(configs) {
  if (!Array.isArray(configs) || configs.length === 0) {
    throw new FittingRoomError(`sequential: layers must be an array of at least one layer, got ${show(configs)}`);
  }
  const stranger = configs.findIndex((config) => !isKind(config?.kind));
  if (stranger >= 0) {
    throw new FittingRoomError(
      `sequential: layer ${stranger} must be made by layers.*, got ${show(configs[stranger])}`,
    );
  }
  const [first] = configs;
  const { inputShape } = first instanceof ModelLayer ? /** @type {Built} */ (first).config : first;
  if (!inputShape) {
    throw new FittingRoomError('sequential: the first layer needs an inputShape such as [28, 28, 1]');
  }
  return chainOf(configs, checkInputShape(inputShape));
}
