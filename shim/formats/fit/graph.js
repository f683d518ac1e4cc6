import { FittingRoomError, checkOptions, show } from '../../check.js';
import { graphOf, input } from '../../layers/graph.js';
import { LIMITS } from '../../core/limits.js';
import { layers } from '../../layers/index.js';
import { stackOf } from '../../models.js';
import { refusal } from './format.js';

/** @import { Graph } from '../../layers/graph.js' */
/** @import { AnyLayer, LayerConfig, LayerKind, SymbolicTensor } from '../../layers/layer.js' */

/** @typedef {{ layer: string, options: object, from?: number[] }} LayerEntry of the header's list */

const { maxLayers } = LIMITS;

/** Layers that set a field of their configuration themselves. @type {LayerKind[]} */
const SET_ACTIVATION = ['re_lu', 'leaky_re_lu', 'softmax'];

/** What makes a kind, in `layers`: re_lu → reLU. @param {LayerKind} kind */
const makerOf = (kind) =>
  /** @type {string} */ (Object.keys(layers).find((name) => name.toLowerCase() === kind.replaceAll('_', '')));

/** @param {LayerConfig} config @returns {object} the options that make it again */
function optionsOf({ kind, ...options }) {
  if (SET_ACTIVATION.includes(kind)) delete options.activation;
  return options;
}

/**
 * @param {Graph} graph
 * @returns {{ input?: { shape: number[], name: string }, layers: LayerEntry[] }} its part of the header
 */
export function describeGraph({ inputShape, inputName, nodes }) {
  const entries = nodes.map(({ config, sources }, index) => {
    const isNext = sources.length === 1 && sources[0] === index - 1;
    return { layer: makerOf(config.kind), options: optionsOf(config), ...(!isNext && { from: sources }) };
  });
  return { ...(inputName !== undefined && { input: { shape: inputShape, name: inputName } }), layers: entries };
}

/**
 * Runs checks of the API and of the core on what a file says. Whatever they throw becomes the file's refusal: JSON can
 * hold
 * values that no caller would pass, such as { "toString": 1 } for a name.
 * @template T
 * @param {string} where
 * @param {() => T} check
 * @returns {T}
 */
export function inFile(where, check) {
  try {
    return check();
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    if (error instanceof FittingRoomError && (error.code === 'out-of-memory' || message.startsWith('model file:')))
      throw error;
    throw refusal(where + message, error);
  }
}

/** @param {unknown} entry @param {number} index @returns {LayerEntry} */
function checkEntry(entry, index) {
  checkOptions(`layer ${index}`, /** @type {object} */ (entry), ['layer', 'options', 'from']);
  const { layer, from = [index - 1] } = /** @type {LayerEntry} */ (entry);
  if (typeof layer !== 'string' || !Object.hasOwn(layers, layer))
    throw refusal(`layer ${index}: no kind of layer is called ${show(layer)}`);
  if (!Array.isArray(from) || from.some((source) => !Number.isInteger(source) || source < -1 || source >= index)) {
    throw refusal(`layer ${index}: from must be numbers of layers before it, or -1, got ${show(from)}`);
  }
  return /** @type {LayerEntry} */ (entry);
}

/** @param {unknown} list @returns {{ made: AnyLayer[], entries: LayerEntry[] }} */
function makeLayers(list) {
  if (!Array.isArray(list) || list.length < 1 || list.length > maxLayers) {
    throw refusal(`layers must be an array of 1..${maxLayers}, got ${Array.isArray(list) ? list.length : show(list)}`);
  }
  const entries = list.map(checkEntry);
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
export function graphFrom(header) {
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
  if (astray >= 0)
    throw refusal(`layer ${astray} does not lead to the output, or stands in another order than depth first`);
  return graph;
}
