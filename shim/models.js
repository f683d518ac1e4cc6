import { FittingRoomError, checkInteger, checkOptions, show } from './check.js';
import { chainOf, checkInputShape, graphOf } from './layers/graph.js';
import { KINDS } from './layers/layer.js';
import { loadCore } from './core/loading.js';
import { Model } from './model.js';
import { modelFile } from './formats/on-demand.js';

/** @import { Graph } from './layers/graph.js' */
/** @import { ReadOptions, Source } from './formats/source.js' */
/** @import { ExportOptions, FormatName, ImportSource } from './formats/exchange.js' */
/** @import { NamedFile } from './formats/described.js' */
/** @import { LayerConfig, SymbolicTensor } from './layers/layer.js' */
/** @import { RuntimeOptions } from './core/loading.js' */

/** A linear stack of layers. Made by `sequential`. */
export class Sequential extends Model {}

/** @param {string} what @param {unknown} [seed] @returns {number} */
export const seedOf = (what, seed = Math.floor(Math.random() * 2 ** 32)) =>
  checkInteger(`${what}: seed`, seed, 0, Number.MAX_SAFE_INTEGER);

/** @param {LayerConfig[]} configs @returns {Graph} */
export function stackOf(configs) {
  if (!Array.isArray(configs) || configs.length === 0) {
    throw new FittingRoomError(`sequential: layers must be an array of at least one layer, got ${show(configs)}`);
  }
  const stranger = configs.findIndex((config) => !Object.hasOwn(KINDS, config?.kind));
  if (stranger >= 0) {
    throw new FittingRoomError(
      `sequential: layer ${stranger} was not made by layers.*, got ${show(configs[stranger])}`,
    );
  }
  const { inputShape } = configs[0];
  if (!inputShape) {
    throw new FittingRoomError('sequential: the first layer needs an inputShape such as [28, 28, 1]');
  }
  return chainOf(configs, checkInputShape(inputShape));
}

/**
 * Builds a model of the layers, its weights drawn from the seed.
 * @param {{ layers: LayerConfig[], seed?: number, name?: string } & RuntimeOptions} options
 *   seed: 0..2⁵³-1, random where left out
 * @returns {Promise<Sequential>}
 */
export async function sequential(options) {
  checkOptions('sequential', options, ['layers', 'seed', 'name', 'deterministic', 'threads']);
  const { layers, name = 'sequential', deterministic, threads } = options;
  const graph = stackOf(layers);
  const seed = seedOf('sequential', options.seed);
  return new Sequential(await loadCore({ deterministic, threads }), graph, { name, seed });
}

/**
 * Builds a model of the layers between an input and an output, its weights drawn from the seed.
 * @param {{ inputs: SymbolicTensor | SymbolicTensor[], outputs: SymbolicTensor | SymbolicTensor[], seed?: number,
 *   name?: string } & RuntimeOptions} options
 *   seed: 0..2⁵³-1, random where left out
 * @returns {Promise<Model>}
 */
export async function model(options) {
  checkOptions('model', options, ['inputs', 'outputs', 'seed', 'name', 'deterministic', 'threads']);
  const { inputs, outputs, name = 'model', deterministic, threads } = options;
  const graph = graphOf(inputs, outputs);
  const seed = seedOf('model', options.seed);
  return new Model(await loadCore({ deterministic, threads }), graph, { name, seed });
}

/**
 * Rebuilds a model from the file that its save made. From an address it fails once the server has been silent for 30
 * seconds.
 * @param {Source} source the file's bytes, or its address
 * @param {RuntimeOptions & ReadOptions} [options] signal: an AbortSignal that ends loading; onProgress: told {
 *   received, total }, bytes
 *   so far and in all, as they arrive; total is undefined where the server does not say it
 * @returns {Promise<Model>} a Sequential where it was one
 */
export const loadModel = async (source, options) => (await modelFile()).loadModel(source, options);

/**
 * The model as the files of another tool's format: layers, weights and metadata; not what compile set.
 * @param {Model} model
 * @param {FormatName} format 'tfjs': for tf.loadLayersModel, without layers that augment; 'safetensors': tensors by
 *   name, and
 *   the layers as its metadata; 'fitting-room': as model.save
 * @param {ExportOptions} [options] dtype of kernels: 'float32' where left out, 'float16', of tfjs also 'uint8', of
 *   fitting-room 'int8'
 * @returns {Promise<NamedFile[]>} such as model.json and weights.bin
 */
export const exportModel = async (model, format, options) => (await modelFile()).exportModel(model, format, options);

/**
 * Rebuilds a model from files of any format that exportModel knows, made by it or by the tool itself. The format is
 * recognised
 * from the bytes; what no layer here can do is refused by name.
 * @param {ImportSource} source a file's bytes or address, or an array of files with their names. By its address, a
 *   model.json
 *   brings the weights that it names, from its own folder. It fails once the server has been silent for 30 seconds.
 * @param {RuntimeOptions & ReadOptions} [options] signal: an AbortSignal that ends the import; onProgress: told {
 *   received, total }, bytes
 *   of all files so far and in all, as they arrive; total is undefined where there are several, or the server does not
 *   say it
 * @returns {Promise<Model>} a Sequential where it was a stack of layers
 */
export const importModel = async (source, options) => (await modelFile()).importModel(source, options);
