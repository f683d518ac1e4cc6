import { FittingRoomError, checkFunction, checkOptions, show } from '../check.js';
import { importModel } from '../models.js';
import { runnerOf } from '../training/samples.js';
import { sourceOf } from './io/index.js';
import { Layer } from './layers.js';
import { GRAPH, LayersModel, Sequential } from './model.js';

/** @import { Handler } from './io/artifacts.js' */

/**
 * @typedef {object} LoadOptions
 * @property {(share: number) => void} [onProgress] called with the share of the bytes that have arrived, 0..1
 * @property {true} [strict] every weight must be there, and be used
 */

/**
 * Loads a model that TF.js, Keras's converter, or model.save have stored. It is not compiled.
 * @param {string | URL | Handler} place the address of a model.json, 'indexeddb://name' or 'localstorage://name' in a
 *   page, 'file://folder/model.json' in Node, tf.io.browserFiles(files), or an object with load()
 * @param {LoadOptions} [options]
 * @returns {Promise<LayersModel>} a Sequential if it was one
 */
export async function loadLayersModel(place, options = {}) {
  checkOptions('loadLayersModel', options, ['onProgress', 'strict']);
  const { onProgress, strict = true } = options;
  checkFunction('loadLayersModel: onProgress', onProgress);
  if (strict !== true)
    throw new FittingRoomError(`loadLayersModel: strict must be true or left out, got ${show(strict)}`);
  const source = await sourceOf(place);
  const own = await importModel(source, {
    onProgress: ({ received, total }) => total && onProgress?.(Math.min(1, received / total)),
  });
  onProgress?.(1);
  const { name, seed, metadata } = own;
  const { graph } = runnerOf(own);
  const nodes = graph.nodes.map((node, i) => ({ ...node, origin: own.layers[i] }));
  const made =
    graph.inputName === undefined
      ? new Sequential({ layers: own.layers.map((built) => Layer.of(built)), name, seed, metadata })
      : new LayersModel({ [GRAPH]: () => ({ ...graph, nodes }), name, seed, metadata });
  void made.model; // copies the weights
  own.dispose();
  return made;
}
