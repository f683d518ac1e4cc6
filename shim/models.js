import { checkOptions, seedOf } from './check.js';
import { graphOf, stackOf } from './layers/graph.js';
import { loadedCore } from './core/loading.js';
import { Model, newModel } from './model.js';
import { roomIn, withRoom } from './core/room.js';
import { unawaited } from './unawaited.js';
import { modelFile } from './formats/on-demand.js';

/** @import { ReadOptions, Source } from './formats/reading.js' */
/** @import { ExportOptions, FormatName, ImportSource } from './formats/exchange.js' */
/** @import { NamedFile, ReadModel } from './formats/described.js' */
/** @import { Built } from './layers/built.js' */
/** @import { LayerConfig, SymbolicTensor } from './layers/layer.js' */
/** @import { RuntimeOptions } from './core/loading.js' */
/** @import { Parts } from './model.js' */

/** A linear stack of layers. Made by `sequential`. */
export class Sequential extends Model {}

/**
 * @template {Model} Kind
 * @param {new (parts: never) => Kind} Kind
 * @param {Parts} parts
 */
async function built(Kind, parts) {
  await roomIn(parts.core);
  return withRoom(parts.core, () => newModel(Kind, parts));
}

/**
 * @typedef {object} Named
 * @property {number} [seed] decides initial weights, shuffling, dropout and augmentation, 0..2⁵³-1; default random
 * @property {string} [name] in summaries and files
 */
/**
 * @typedef {object} Stack
 * @property {readonly (LayerConfig | Built)[]} layers made by layers.*, the first with an inputShape; or those of
 *   another model, whose weights are copied
 */
/** @typedef {Stack & Named & RuntimeOptions} SequentialOptions */
/**
 * @typedef {object} Ends
 * @property {SymbolicTensor | readonly SymbolicTensor[]} inputs one tensor from input
 * @property {SymbolicTensor | readonly SymbolicTensor[]} outputs one tensor from a layer's apply
 */
/** @typedef {Ends & Named & RuntimeOptions} ModelOptions */

/**
 * Builds a model from a list of layers. The initial weights are drawn from the seed.
 * @param {SequentialOptions} options
 * @returns {Promise<Sequential>}
 * @throws {FittingRoomError} if the layers do not fit together, or memory is short
 */
export function sequential(options) {
  return unawaited('sequential', makeStack(options));
}

/** @type {typeof sequential} */
async function makeStack(options) {
  checkOptions('sequential', options, ['layers', 'seed', 'name', 'deterministic', 'threads']);
  const { layers, name = 'sequential', deterministic, threads } = options;
  const graph = stackOf(layers);
  const seed = seedOf('sequential', options.seed);
  return built(Sequential, { core: await loadedCore({ deterministic, threads }), graph, name, seed });
}

/**
 * Builds a model from the layers between an input and an output. The initial weights are drawn from the seed.
 * @param {ModelOptions} options
 * @returns {Promise<Model>}
 * @throws {FittingRoomError} if the layers do not fit together, or memory is short
 */
export function model(options) {
  return unawaited('model', makeGraph(options));
}

/** @type {typeof model} */
async function makeGraph(options) {
  checkOptions('model', options, ['inputs', 'outputs', 'seed', 'name', 'deterministic', 'threads']);
  const { inputs, outputs, name = 'model', deterministic, threads } = options;
  const graph = graphOf(inputs, outputs);
  const seed = seedOf('model', options.seed);
  return built(Model, { core: await loadedCore({ deterministic, threads }), graph, name, seed });
}

/**
 * Builds a model from the description in a file.
 * @param {ReadModel} read its weights must have the shapes that its graph implies
 * @param {<T>(where: string, build: () => T) => T} inFile turns errors into refusals of the file
 * @returns {Promise<Model>} a Sequential if the graph is a stack
 */
export async function modelFrom({ core, described, resume }, inFile) {
  await roomIn(core);
  const make = () => {
    const { name, seed, graph, weights, metadata } = described;
    const Kind = graph.inputName === undefined ? Sequential : Model;
    const model = newModel(Kind, { core, graph, name, seed, blank: true });
    try {
      model.setWeights(weights);
      resume?.(model);
    } catch (error) {
      model.dispose();
      throw error;
    }
    model.metadata = metadata;
    return model;
  };
  return withRoom(core, () => inFile('', make));
}

/**
 * Loads a model from a file that save has made. If an address is given, it fails once the server has been silent for 30
 * seconds.
 * @param {Source} source the file's bytes, or its address
 * @param {RuntimeOptions & ReadOptions} [options] signal: an AbortSignal that aborts loading; onProgress: called with {
 *   received, total }, in bytes, as they arrive; total is undefined if the server does not state it
 * @returns {Promise<Model>} a Sequential if it was one
 */
export function loadModel(source, options) {
  return unawaited('loadModel', loaded(source, options));
}

/** @type {typeof loadModel} */
async function loaded(source, options) {
  const { readModelFile, inFile } = await modelFile();
  return modelFrom(await readModelFile(source, options), inFile);
}

/**
 * Exports a model in the files of another tool's format: layers, weights and metadata, but not the arguments of
 * compile.
 * @param {Model} model
 * @param {FormatName} format 'tfjs': for tf.loadLayersModel, without augmentation layers; 'safetensors': tensors by
 *   name, with the layers as metadata; 'fitting-room': as model.save
 * @param {ExportOptions} [options]
 * @returns {Promise<NamedFile[]>} for example model.json and weights.bin
 */
export async function exportModel(model, format, options) {
  return (await modelFile()).exportModel(model, format, options);
}

/**
 * Imports a model from files in any format of exportModel, written by it or by the tool itself. The format is
 * recognised from the bytes. Anything without an equivalent layer here is refused by name.
 * @param {ImportSource} source a file's bytes or address, or an array of files with their names. If the address of a
 *   model.json is given, the weights that it names are loaded from the same folder. It fails once the server has been
 *   silent for 30 seconds.
 * @param {RuntimeOptions & ReadOptions} [options] signal: an AbortSignal that aborts the import; onProgress: called
 *   with { received, total }, in bytes of all files, as they arrive; total is undefined if there are several files or
 *   the server does not state it
 * @returns {Promise<Model>} a Sequential if it was a stack of layers
 */
export function importModel(source, options) {
  return unawaited('importModel', imported(source, options));
}

/** @type {typeof importModel} */
async function imported(source, options) {
  const { readAnyModel, inFile } = await modelFile();
  return modelFrom(await readAnyModel(source, options), inFile);
}
