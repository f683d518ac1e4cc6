import { checkOptions, seedOf } from './check.js';
import { graphOf, stackOf } from './layers/graph.js';
import { loadCore } from './core/loading.js';
import { Model } from './model.js';
import { modelFile } from './formats/on-demand.js';

/** @import { ReadOptions, Source } from './formats/reading.js' */
/** @import { ExportOptions, FormatName, ImportSource } from './formats/exchange.js' */
/** @import { NamedFile, ReadModel } from './formats/described.js' */
/** @import { LayerConfig, SymbolicTensor } from './layers/layer.js' */
/** @import { RuntimeOptions } from './core/loading.js' */

/** A linear stack of layers. Made by `sequential`. */
export class Sequential extends Model {}

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
 * Builds what a file was read as.
 * @param {ReadModel} read its weights have the shapes that its graph implies
 * @param {<T>(where: string, build: () => T) => T} inFile makes what goes wrong a refusal of the file
 * @returns {Model} a Sequential where the graph is no more than a stack
 */
export const modelFrom = ({ core, described, resume }, inFile) =>
  inFile('', () => {
    const { name, seed, graph, weights, metadata } = described;
    const Kind = graph.inputName === undefined ? Sequential : Model;
    const model = new Kind(core, graph, { name, seed, blank: true });
    try {
      model.setWeights(weights);
      resume?.(model);
    } catch (error) {
      model.dispose();
      throw error;
    }
    model.metadata = metadata;
    return model;
  });

/**
 * Rebuilds a model from the file that its save made. From an address it fails once the server has been silent for 30
 * seconds.
 * @param {Source} source the file's bytes, or its address
 * @param {RuntimeOptions & ReadOptions} [options] signal: an AbortSignal that ends loading; onProgress: told {
 *   received, total }, bytes
 *   so far and in all, as they arrive; total is undefined where the server does not say it
 * @returns {Promise<Model>} a Sequential where it was one
 */
export async function loadModel(source, options) {
  const { readModelFile, inFile } = await modelFile();
  return modelFrom(await readModelFile(source, options), inFile);
}

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
export async function importModel(source, options) {
  const { readAnyModel, inFile } = await modelFile();
  return modelFrom(await readAnyModel(source, options), inFile);
}
