import { seedWords } from './core.js';
import { layerNumbers } from '../layers/lowering.js';
import { checkLast } from '../layers/options.js';
import { closedShape, elementsOf } from '../tensor.js';

/** @import { Core } from './core.js' */
/** @import { Graph } from '../layers/graph.js' */
/** @import { LayerConfig, LayerKind } from '../layers/layer.js' */

/**
 * @typedef {object} BuiltLayer
 * @property {string} name
 * @property {LayerKind} kind
 * @property {LayerConfig} config
 * @property {number[]} sources the indices of the layers it reads; -1: the model's input
 * @property {(number | null)[]} outputShape null: the batch axis
 * @property {number} parameters number of values in its weights
 * @property {number} learnable how many of them training changes if the layer is trainable
 * @property {boolean} trainable whether training changes them; can be set, and is taken over by the next compile
 */

/**
 * Calls a function of the core that reads a list of doubles.
 * @param {Core} core @param {string} name @param {number} pointer @param {number[]} values
 */
export function callWithNumbers(core, name, pointer, values) {
  core.withBytes(values.length * 8, (address) => {
    core.doubles(address, values.length).set(values);
    core.call(name, pointer, address, values.length);
  });
}

/** @param {Core} core @param {number} pointer @param {number} layer @returns {number[]} */
export function outputShape(core, pointer, layer) {
  return core.withBytes(16, (out) => {
    core.call('fr_layer_output', pointer, layer, out);
    const [rank, ...dims] = core.ints(out, 4);
    return dims.slice(0, rank);
  });
}

/**
 * Adds the graph's layers to a new model, which checks them against each other. Their weights are not allocated yet.
 * @param {Core} core
 * @param {Graph} graph
 * @param {number} seed
 * @param {string} [last] a function of the core to call on the model at the end
 * @returns {number} the pointer of an fr_model, which the caller disposes of
 */
export function addLayers(core, { inputShape, nodes }, seed, last) {
  const [d0 = 0, d1 = 0, d2 = 0] = inputShape;
  const pointer = core.withBytes(4, (out) => {
    core.call('fr_new', inputShape.length, d0, d1, d2, ...seedWords(seed), out);
    return core.ints(out, 1)[0];
  });
  try {
    for (const { config, sources } of nodes) {
      const { kind, targetShape, axis } = config;
      const read = () => (sources[0] < 0 ? inputShape : outputShape(core, pointer, sources[0]));
      if (axis !== undefined) checkLast(`${kind}: axis`, axis, read().length);
      const target = targetShape && closedShape(targetShape, elementsOf(read()));
      callWithNumbers(core, 'fr_add', pointer, layerNumbers(core, config, sources, target));
    }
    if (last) core.call(last, pointer);
    return pointer;
  } catch (error) {
    core.call('fr_dispose', pointer);
    throw error;
  }
}

/** The graph with zeros as kernels: no random ones are drawn. @param {Graph} graph @returns {Graph} */
const undrawn = (graph) => ({
  ...graph,
  nodes: graph.nodes.map(({ config, sources }) => ({ config: { ...config, kernelInitializer: 'zeros' }, sources })),
});

/**
 * @param {Core} core
 * @param {Graph} graph
 * @param {number} seed
 * @param {boolean} [blank] whether the caller sets all weights
 * @returns {number} the pointer of a built fr_model
 */
export const buildModel = (core, graph, seed, blank) =>
  addLayers(core, blank ? undrawn(graph) : graph, seed, 'fr_build');

/**
 * Names layers as Keras does: dense, dense_1, … Every name is unique.
 * @param {LayerConfig[]} configs
 */
export function distinctNames(configs) {
  /** @type {Set<string>} */
  const taken = new Set();
  return configs.map(({ name, kind }) => {
    const base = name ?? kind;
    let free = base;
    for (let count = 1; taken.has(free); count++) free = `${base}_${count}`;
    taken.add(free);
    return free;
  });
}

/**
 * Every weight of a built model, in Keras's order.
 * @param {Core} core @param {number} pointer
 * @returns {{ layer: number, which: number, learnable: boolean, shape: number[] }[]} which: its index within the layer;
 *   learnable: whether training changes it if the layer is trainable
 */
export function weightShapes(core, pointer) {
  return core.withBytes(32, (out) => {
    core.call('fr_weight_count', pointer, out);
    return Array.from({ length: core.ints(out, 1)[0] }, (_, index) => {
      core.call('fr_weight_shape', pointer, index, out);
      const [layer, which, learnable, rank, ...dims] = core.ints(out, 8);
      return { layer, which, learnable: learnable === 1, shape: dims.slice(0, rank) };
    });
  });
}

/**
 * Where each layer's weights begin and end in the list of all.
 * @param {Core} core @param {number} pointer @param {number} layers how many there are
 * @returns {[first: number, end: number][]}
 */
export function weightRanges(core, pointer, layers) {
  const owners = weightShapes(core, pointer).map(({ layer }) => layer);
  return Array.from({ length: layers }, (_, layer) => {
    const count = owners.filter((owner) => owner === layer).length;
    const first = owners.filter((owner) => owner < layer).length;
    return [first, first + count];
  });
}

/** @param {Core} core @param {number} pointer @param {Graph} graph @returns {BuiltLayer[]} */
export function describeLayers(core, pointer, { nodes }) {
  const shapes = weightShapes(core, pointer);
  const names = distinctNames(nodes.map(({ config }) => config));
  return nodes.map(({ config, sources }, index) => {
    const weights = shapes.filter(({ layer }) => layer === index);
    /** @param {typeof weights} some */
    const count = (some) => some.reduce((sum, { shape }) => sum + elementsOf(shape), 0);
    return {
      name: names[index],
      kind: config.kind,
      config,
      sources,
      outputShape: [null, ...outputShape(core, pointer, index)],
      parameters: count(weights),
      learnable: count(weights.filter(({ learnable }) => learnable)),
      trainable: config.trainable !== false,
    };
  });
}
