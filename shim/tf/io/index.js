import { FittingRoomError, checkOptions, show } from '../../check.js';
import { withLeftOut } from '../left-out.js';
import { artifactsOf, filesOf } from './artifacts.js';
import { browserDownloads, browserFiles, fileSystem, fromMemory, http } from './files.js';
import { indexedDb, localStore } from './storage.js';

/** @import { ImportSource } from '../../formats/exchange.js' */
/** @import { Model } from '../../model.js' */
/** @import { Artifacts, Handler, Info, SaveResult } from './artifacts.js' */
/** @import { HttpOptions } from './files.js' */

/* tf.io: where models are saved, and loaded from. */

/** @type {Record<string, (path: string, address: string) => Handler | Promise<Handler>>} */
const SCHEMES = {
  downloads: (name) => browserDownloads(name),
  indexeddb: (path) => indexedDb.handler(path),
  localstorage: (path) => localStore.handler(path),
  file: (path) => fileSystem(path),
  http: (_, address) => http(address),
  https: (_, address) => http(address),
};
const STORES = { indexeddb: indexedDb, localstorage: localStore };

/** @param {string} address @returns {[scheme: string, path: string]} */
function partsOf(address) {
  const [, scheme = '', path = ''] = /^([a-z]+):\/\/(.*)$/is.exec(address) ?? [];
  return [scheme.toLowerCase(), path];
}

/**
 * @param {string} what the caller
 * @param {string | URL | Handler} place
 * @returns {Promise<Handler>}
 */
async function handlerOf(what, place) {
  if (typeof place === 'object' && place !== null && !(place instanceof URL)) return place;
  const address = String(place);
  const [scheme, path] = partsOf(address);
  if (Object.hasOwn(SCHEMES, scheme)) return SCHEMES[scheme](path, address);
  if (what === 'loadLayersModel' && scheme === '' && typeof place === 'string') return http(address);
  const known = Object.keys(SCHEMES).map((name) => `${name}://`);
  throw new FittingRoomError(`${what} takes an address that begins with ${known.join(', ')}, got ${show(place)}`);
}

/**
 * @param {Model} model
 * @param {string | Handler} target
 * @param {{ includeOptimizer?: boolean, trainableOnly?: boolean }} [options]
 */
export async function save(model, target, options = {}) {
  checkOptions('save', options, ['includeOptimizer', 'trainableOnly']);
  for (const [option, value] of Object.entries(options))
    if (value)
      throw new FittingRoomError(
        `save: ${option} is not supported in TensorFlow.js's format; model.model.save({ includeOptimizer: true }) ` +
          'makes a file for loadModel',
        'unsupported',
      );
  const handler = await handlerOf('save', target);
  if (typeof handler.save !== 'function')
    throw new FittingRoomError(`save takes an address or an object with save(artifacts), got ${show(target)}`);
  return handler.save(await artifactsOf(model));
}

/**
 * What importModel reads to load a model from a place.
 * @param {string | URL | Handler} place
 * @returns {Promise<ImportSource>}
 */
export async function sourceOf(place) {
  const handler = await handlerOf('loadLayersModel', place);
  if (handler.source !== undefined) return handler.source;
  if (typeof handler.load === 'function') return filesOf(await handler.load());
  throw new FittingRoomError(`loadLayersModel takes an address or an object with load(), got ${show(place)}`);
}

/** @param {string} what @param {string} address */
function storeOf(what, address) {
  const [scheme, path] = partsOf(address);
  if (Object.hasOwn(STORES, scheme)) return { store: STORES[/** @type {keyof typeof STORES} */ (scheme)], path };
  throw new FittingRoomError(`${what} takes 'indexeddb://name' or 'localstorage://name', got ${show(address)}`);
}

/** @param {string} from @param {string} to */
async function copyModel(from, to) {
  const { store, path } = storeOf('copyModel', from);
  const artifacts = /** @type {Artifacts} */ (await store.handler(path).load?.());
  return (await (await handlerOf('copyModel', to)).save?.(artifacts))?.modelArtifactsInfo;
}

/** @param {string} address @returns {Promise<Info>} */
async function removeModel(address) {
  const { store, path } = storeOf('removeModel', address);
  return store.remove(path);
}

export const io = withLeftOut(
  'tf.io',
  {
    browserDownloads,
    browserFiles,
    browserHTTPRequest: http,
    http,
    fromMemory,
    browserIndexedDB: (/** @type {string} */ path) => indexedDb.handler(path),
    browserLocalStorage: (/** @type {string} */ path) => localStore.handler(path),
    /** @param {(artifacts: Artifacts) => Promise<SaveResult>} save */
    withSaveHandler: (save) => ({ save }),
    /** The models in the storage of the page, by their addresses. @returns {Promise<Record<string, Info>>} */
    async listModels() {
      const stores = Object.entries(STORES).filter(([, store]) => store.isHere());
      const lists = await Promise.all(
        stores.map(async ([scheme, store]) =>
          Object.entries(await store.list()).map(([path, info]) => [`${scheme}://${path}`, info]),
        ),
      );
      return Object.fromEntries(lists.flat());
    },
    removeModel,
    copyModel,
    /** @param {string} from @param {string} to */
    async moveModel(from, to) {
      const info = await copyModel(from, to);
      await removeModel(from);
      return info;
    },
  },
  'CompositeArrayBuffer concatenateArrayBuffers decodeWeights decodeWeightsStream encodeWeights fromMemorySync ' +
    'getLoadHandlers getModelArtifactsForJSON getModelArtifactsForJSONSync getModelArtifactsInfoForJSON ' +
    'getSaveHandlers getWeightSpecs isHTTPScheme loadWeights registerLoadRouter registerSaveRouter ' +
    'weightsLoaderFactory withSaveHandlerSync',
);
