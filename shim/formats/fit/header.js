import { checkOptions, seedOf, show } from '../../check.js';
import { LIMITS } from '../../core/limits.js';
import { graphOf, input, isNext, stackOf } from '../../layers/graph.js';
import { layers } from '../../layers/index.js';
import { rowOf } from '../../layers/table.js';
import { inFile, refusal } from '../common.js';

/** @import { Graph } from '../../layers/graph.js' */
/** @import { AnyLayer, LayerConfig, SymbolicTensor } from '../../layers/layer.js' */

const HEADER_FIELDS = ['name', 'seed', 'input', 'layers', 'tensors', 'training', 'metadata'];

/** @typedef {{ layer: string, options: object, from?: number[] }} LayerEntry an entry of the header's list */

/**
 * @typedef {{ name: string, seed: number, input?: object, layers: unknown, tensors: unknown, training?: unknown,
 *   metadata?: Record<string, unknown> }} Header
 */

/** @param {unknown} value @returns {Header} layers, tensors and training are checked elsewhere */
export function checkHeader(value) {
  checkOptions('the header', /** @type {object} */ (value), HEADER_FIELDS);
  const header = /** @type {Header} */ (value);
  if (typeof header.name !== 'string') throw refusal(`the header's name must be a string, got ${show(header.name)}`);
  if (header.seed === undefined) throw refusal('the header has no seed');
  seedOf('the header', header.seed);
  const { metadata = {} } = header;
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw refusal(`the header's metadata must be an object, got ${show(metadata)}`);
  }
  return header;
}

const { maxLayers } = LIMITS;

/** @param {LayerConfig} config @returns {object} the options that make the same layer */
function optionsOf({ kind, ...options }) {
  const follows = rowOf(kind).sets?.(options) ?? {};
  return Object.fromEntries(Object.entries(options).filter(([name]) => !Object.hasOwn(follows, name)));
}

/**
 * @param {Graph} graph
 * @returns {{ input?: { shape: number[], name: string }, layers: LayerEntry[] }} the graph's part of the header
 */
export function describeGraph({ inputShape, inputName, nodes }) {
  const entries = nodes.map((node, index) => ({
    layer: rowOf(node.config.kind).factory,
    options: optionsOf(node.config),
    ...(!isNext(node, index) && { from: node.sources }),
  }));
  return { ...(inputName !== undefined && { input: { shape: inputShape, name: inputName } }), layers: entries };
}

/** @param {unknown} entry @param {number} index @returns {LayerEntry} */
function checkLayerEntry(entry, index) {
  checkOptions(`layer ${index}`, /** @type {object} */ (entry), ['layer', 'options', 'from']);
  const { layer, from = [index - 1] } = /** @type {LayerEntry} */ (entry);
  if (typeof layer !== 'string' || !Object.hasOwn(layers, layer))
    throw refusal(`layer ${index}: there is no kind of layer ${show(layer)}`);
  if (!Array.isArray(from) || from.some((source) => !Number.isInteger(source) || source < -1 || source >= index)) {
    throw refusal(`layer ${index}: from must be indices of earlier layers, or -1, got ${show(from)}`);
  }
  return /** @type {LayerEntry} */ (entry);
}

/** @param {unknown} list @returns {{ made: AnyLayer[], entries: LayerEntry[] }} */
function makeLayers(list) {
  if (!Array.isArray(list) || list.length < 1 || list.length > maxLayers) {
    throw refusal(`layers must be an array of 1..${maxLayers}, got ${Array.isArray(list) ? list.length : show(list)}`);
  }
  const entries = list.map(checkLayerEntry);
  const made = entries.map(({ layer, options }, index) =>
    inFile(`layer ${index}: `, () =>
      /** @type {(options: any) => AnyLayer} */ (layers[/** @type {'dense'} */ (layer)])(options),
    ),
  );
  return { made, entries };
}

/**
 * @param {{ input?: any, layers?: unknown }} header
 * @returns {Graph}
 */
export function graphFromHeader(header) {
  const { made, entries } = makeLayers(header.layers);
  if (header.input === undefined) {
    const branch = entries.findIndex(({ from }) => from !== undefined);
    if (branch >= 0) throw refusal(`layer ${branch}: from is for models with an input; this one is a stack`);
    return stackOf(made);
  }
  const start = input(header.input);
  /** @type {SymbolicTensor[]} */
  const outputs = [];
  made.forEach((layer, index) => {
    const { from = [index - 1] } = entries[index];
    const sources = from.map((source) => (source < 0 ? start : outputs[source]));
    outputs.push(inFile(`layer ${index}: `, () => layer.apply(sources)));
  });
  const graph = graphOf(start, outputs[outputs.length - 1]);
  const astray = made.findIndex((layer, index) => graph.nodes[index]?.config !== layer);
  if (astray >= 0) throw refusal(`layer ${astray} must lead to the output, in depth-first order`);
  return graph;
}
