import { addLayers, describeLayers, distinctNames } from '../core/build.js';
import { weightsOf } from '../layers/table.js';

/** @import { BuiltLayer } from '../core/build.js' */
/** @import { Core } from '../core/core.js' */
/** @import { Graph } from '../layers/graph.js' */
/** @import { Model } from '../model.js' */
/** @import { Tensor } from '../tensor.js' */

/**
 * A model as it passes between formats: complete, and independent of the core. weights: in the order of getWeights.
 * @typedef {{ name: string, seed: number, graph: Graph, weights: Tensor<Float32Array<ArrayBuffer>>[], metadata?:
 *   Record<string, unknown> }} Described
 */
/**
 * The result of reading a file. resume: continues the training stored in the file, once the model is built.
 * @typedef {{ core: Core, described: Described, resume?: (model: Model) => void }} ReadModel
 */
/** @typedef {{ name: string, bytes: Uint8Array<ArrayBuffer> }} NamedFile */
/**
 * What reads the files of another tool.
 * @typedef {object} Reader
 * @property {(files: NamedFile[]) => Promise<Described>} read the first file is the one that identified the format
 * @property {(bytes: Uint8Array<ArrayBuffer>) => boolean} isModel whether a file that begins like one of this format is
 *   a model, intact or not
 * @property {(file: NamedFile) => string[]} [others] the names of the files that belong to the first, relative to it
 */
/**
 * The interface of every other format's index.js. dtype: one of the format's.
 * @typedef {Reader & { write: (described: Described, options: { dtype: any }) => Promise<NamedFile[]> }} Format
 */

/**
 * @param {Graph} graph
 * @param {string[]} [names] of the layers
 * @returns {string[]} layer/weight, in the order of getWeights
 */
export const weightNames = ({ nodes }, names = distinctNames(nodes.map(({ config }) => config))) =>
  nodes.flatMap(({ config }, i) => weightsOf(config).map(({ name }) => `${names[i]}/${name}`));

/**
 * The layers as they would be built, with their unique names and output shapes.
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
