import { addLayers, describeLayers, distinctNames } from '../core/build.js';
import { weightsOf } from '../layers/table.js';

/** @import { BuiltLayer } from '../core/build.js' */
/** @import { Core } from '../core/core.js' */
/** @import { Graph } from '../layers/graph.js' */
/** @import { Model } from '../model.js' */
/** @import { Tensor } from '../tensor.js' */

/**
 * A model between two formats: all that there is to know of it, and nothing of the core's. weights: in the order of
 * getWeights.
 * @typedef {{ name: string, seed: number, graph: Graph, weights: Tensor<Float32Array<ArrayBuffer>>[], metadata?:
 *   Record<string, unknown> }} Described
 */
/**
 * What a file was read as. resume: takes training up where the file left it, once the model is built.
 * @typedef {{ core: Core, described: Described, resume?: (model: Model) => void }} ReadModel
 */
/** @typedef {{ name: string, bytes: Uint8Array<ArrayBuffer> }} NamedFile */
/**
 * What the index.js of each other format's folder has.
 * @typedef {object} Format
 * @property {(described: Described, options: { dtype: any }) => Promise<NamedFile[]>} write dtype: one of the format's
 * @property {(files: NamedFile[]) => Promise<Described>} read the first is the one by which the format was recognised
 * @property {(bytes: Uint8Array<ArrayBuffer>) => boolean} isModel whether a file that begins like one of the format is
 *   a model, whole or not
 * @property {(file: NamedFile) => string[]} [others] the names of the files that belong to the first, relative to it
 */

/**
 * @param {Graph} graph
 * @param {string[]} [names] of the layers
 * @returns {string[]} layer/weight, in the order of getWeights
 */
export const weightNames = ({ nodes }, names = distinctNames(nodes.map(({ config }) => config))) =>
  nodes.flatMap(({ config }, i) => weightsOf(config).map(({ name }) => `${names[i]}/${name}`));

/**
 * The layers as they would be built, with their distinct names and output shapes.
 * @param {Core} core
 * @param {Graph} graph
 * @returns {BuiltLayer[]}
 */
export function planOf(core, graph) {
  const pointer = addLayers(core, graph, 0);
  try {
    return describeLayers(core, pointer, graph);
  } finally {
    core.call('fr_dispose', pointer);
  }
}
