import { FittingRoomError, checkInteger, checkOptions, show } from '../check.js';
import { SymbolicTensor } from './layer.js';
import { LIMITS } from '../core/limits.js';
import { isKind } from './table.js';

/** @import { LayerConfig } from './layer.js' */

/**
 * A layer and the indices of the layers it reads; -1: the model's input.
 * @typedef {{ config: LayerConfig, sources: number[] }} Node
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
 * Starts the graph of a model; `layer.apply` continues it.
 * @param {{ shape: number[], name?: string }} options shape: of a sample, without the batch axis
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
    if (!tensor.layer)
      throw new FittingRoomError(
        'model: outputs must depend on inputs alone, got another input; a model has one input',
      );
    const sources = tensor.sources.map(visit);
    numbers.set(tensor, nodes.length);
    return nodes.push({ config: tensor.layer, sources }) - 1;
  };
  if (visit(checkOne('outputs', outputs)) < 0)
    throw new FittingRoomError('model: at least one layer is needed between inputs and outputs');
  return { inputShape: start.input.shape, inputName: start.input.name, nodes };
}

/** @param {LayerConfig[]} configs @param {number[]} inputShape @returns {Graph} each layer reads the one before it */
export const chainOf = (configs, inputShape) => ({
  inputShape,
  nodes: configs.map((config, index) => ({ config, sources: [index - 1] })),
});

/** @param {LayerConfig[]} configs @returns {Graph} */
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
  const { inputShape } = configs[0];
  if (!inputShape) {
    throw new FittingRoomError('sequential: the first layer needs an inputShape such as [28, 28, 1]');
  }
  return chainOf(configs, checkInputShape(inputShape));
}
