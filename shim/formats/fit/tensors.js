import { checkChoice, checkOptions, show } from '../../check.js';
import { addLayers, distinctNames, weightShapes } from '../../core/build.js';
import { rowOf } from '../../layers/table.js';
import { checkTensor, elementsOf } from '../../tensor.js';
import { refusal } from '../common.js';
import { DTYPES, DTYPE_NAMES } from '../dtypes.js';
import { aligned } from './format.js';

/** @import { Core } from '../../core/core.js' */
/** @import { Graph } from '../../layers/graph.js' */
/** @import { LayerKind } from '../../layers/layer.js' */
/** @import { Tensor } from '../../tensor.js' */
/** @import { DType } from '../dtypes.js' */

/** @typedef {{ name: string, shape: number[], dtype: DType, offset: number }} Entry an entry of the header's list */
/**
 * @typedef {{ name: string, shape: number[], channels: number }} Weight channels: number of a kernel's output channels
 */

/**
 * A depthwise kernel has one output for each input channel and multiplier; other kernels' last axis is their output.
 * @param {LayerKind} kind
 * @param {number[]} shape
 */
const channelsOf = (kind, shape) => elementsOf(shape.slice(kind === 'depthwise_conv2d' ? -2 : -1));

/** The shapes of a graph's weights, found without building it. @param {Core} core @param {Graph} graph */
function plannedShapes(core, graph) {
  const pointer = addLayers(core, graph, 0);
  try {
    return weightShapes(core, pointer);
  } finally {
    core.call('fr_dispose', pointer);
  }
}

/**
 * @param {Core} core
 * @param {Graph} graph
 * @returns {Weight[]} the weights of a graph, in the order of getWeights
 */
export function plannedWeights(core, graph) {
  const names = distinctNames(graph.nodes.map(({ config }) => config));
  return plannedShapes(core, graph).map(({ layer, which, shape }) => {
    const { kind } = graph.nodes[layer].config;
    return { name: `${names[layer]}/${rowOf(kind).weights?.[which].name}`, shape, channels: channelsOf(kind, shape) };
  });
}

/**
 * Biases and the like are few, and no kernel can make up for precision lost in them.
 * @template {string} D
 * @param {number[]} shape
 * @param {D} dtype
 * @returns {D | 'float32'}
 */
export const dtypeOf = (shape, dtype) => (shape.length < 2 ? 'float32' : dtype);

/** @param {Weight} weight @param {DType} dtype */
export const storedBytes = ({ shape, channels }, dtype) => DTYPES[dtype].bytes(elementsOf(shape), channels);

/**
 * Places tensors one after the other, each at a multiple of 16.
 * @param {Weight[]} weights
 * @param {DType[]} dtypes one per weight
 * @returns {{ offsets: number[], length: number }} in bytes
 */
export function layOut(weights, dtypes) {
  let length = 0;
  const offsets = weights.map((weight, i) => {
    const offset = length;
    length += aligned(storedBytes(weight, dtypes[i]));
    return offset;
  });
  return { offsets, length };
}

/** @param {Weight} weight @param {number} index @param {any} given the shape in the file */
function checkShape({ name, shape }, index, given) {
  if (!Array.isArray(given) || given.length !== shape.length || shape.some((length, axis) => length !== given[axis])) {
    throw refusal(`tensor ${index} (${name}) must have shape ${show(shape)}, got ${show(given)}`);
  }
}

/**
 * Refuses tensors that are not the weights of the layers.
 * @param {Tensor[]} tensors
 * @param {Weight[]} weights
 */
export function checkTensors(tensors, weights) {
  if (tensors.length !== weights.length)
    throw refusal(`tensors must be ${weights.length}, as the layers have them, got ${tensors.length}`);
  weights.forEach((weight, i) => {
    checkShape(weight, i, tensors[i].shape);
    checkTensor(`tensor ${i} (${weight.name})`, tensors[i]);
  });
}

/** @param {unknown} entry @param {Weight} weight @param {number} index @returns {Entry} */
function checkTensorEntry(entry, weight, index) {
  const { name, shape } = weight;
  const what = `tensor ${index}`;
  checkOptions(what, /** @type {object} */ (entry), ['name', 'shape', 'dtype', 'offset']);
  const given = /** @type {Entry} */ (entry);
  if (given.name !== name) throw refusal(`tensor ${index} must be ${show(name)}, got ${show(given.name)}`);
  checkShape(weight, index, given.shape);
  const dtypes = shape.length < 2 ? DTYPE_NAMES.filter((dtype) => dtype !== 'int8') : DTYPE_NAMES;
  checkChoice(`${what} (${name}): dtype`, given.dtype, dtypes);
  return given;
}

/**
 * Reads all weights, after checking that their list matches the layers and that they fill the data exactly.
 * @param {unknown} list from the header
 * @param {Weight[]} weights
 * @param {Uint8Array<ArrayBuffer>} data
 * @returns {Tensor<Float32Array<ArrayBuffer>>[]}
 */
export function readTensors(list, weights, data) {
  if (!Array.isArray(list) || list.length !== weights.length) {
    throw refusal(
      `tensors must be ${weights.length}, as the layers have them, got ` +
        `${Array.isArray(list) ? list.length : show(list)}`,
    );
  }
  const dtypes = weights.map((weight, i) => checkTensorEntry(list[i], weight, i).dtype);
  const { offsets, length } = layOut(weights, dtypes);
  const astray = offsets.findIndex((offset, i) => list[i].offset !== offset);
  if (astray >= 0)
    throw refusal(
      `tensor ${astray} (${weights[astray].name}): offset must be ${offsets[astray]}, got ${show(list[astray].offset)}`,
    );
  if (length !== data.length) throw refusal(`the tensors take ${length} bytes, the file has ${data.length} for them`);
  return weights.map((weight, i) => {
    const bytes = data.subarray(offsets[i], offsets[i] + storedBytes(weight, dtypes[i]));
    return {
      shape: weight.shape,
      data: DTYPES[dtypes[i]].read(`tensor ${i} (${weight.name})`, bytes, weight.channels),
    };
  });
}
