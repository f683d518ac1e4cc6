import { FittingRoomError } from '../../check.js';
import { saved, weightDataOf } from './artifacts.js';

/** @import { Handler, Info } from './artifacts.js' */

/* The storage of a page, laid out as TF.js has it, so that either finds what the other has stored. */

/**
 * @typedef {{ isHere: () => boolean, handler: (path: string) => Handler, list: () => Promise<Record<string, Info>>,
 *   remove: (path: string) => Promise<Info> }} Storage
 */

/** @param {string} path @param {string} where */
const notThere = (path, where) =>
  new FittingRoomError(`loadLayersModel: there is no model '${path}' in ${where}`, 'bad-data');

/* Local storage */

const PREFIX = 'tensorflowjs_models';
const PARTS = /** @type {const} */ (['info', 'model_topology', 'weight_specs', 'weight_data', 'model_metadata']);

function local() {
  const { localStorage } = globalThis;
  if (localStorage) return localStorage;
  throw new FittingRoomError("'localstorage://' needs a page: there is no localStorage here", 'unsupported');
}

/** @param {string} path @param {typeof PARTS[number]} part */
const keyOf = (path, part) => `${PREFIX}/${path}/${part}`;

/** @param {string} path @param {typeof PARTS[number]} part */
function stored(path, part) {
  const text = local().getItem(keyOf(path, part));
  if (text === null) throw notThere(path, 'local storage');
  return text;
}

const CHUNK = 8192; // as many arguments as every engine takes

/** @param {ArrayBuffer} buffer */
function base64Of(buffer) {
  const bytes = new Uint8Array(buffer);
  let text = '';
  for (let i = 0; i < bytes.length; i += CHUNK) text += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  return btoa(text);
}

/** @param {string} path */
function removeLocal(path) {
  const info = JSON.parse(stored(path, 'info'));
  for (const part of PARTS) local().removeItem(keyOf(path, part));
  return info;
}

/** @type {Storage} */
export const localStore = {
  isHere: () => Boolean(globalThis.localStorage),
  handler: (path) => ({
    async save(artifacts) {
      const result = saved(artifacts);
      const { modelTopology, weightSpecs, weightData: _, ...metadata } = artifacts;
      /** @type {Record<typeof PARTS[number], string>} */
      const texts = {
        info: JSON.stringify(result.modelArtifactsInfo),
        model_topology: JSON.stringify(modelTopology),
        weight_specs: JSON.stringify(weightSpecs),
        weight_data: base64Of(weightDataOf(artifacts)),
        model_metadata: JSON.stringify(metadata),
      };
      try {
        for (const part of PARTS) local().setItem(keyOf(path, part), texts[part]);
      } catch (cause) {
        for (const part of PARTS) local().removeItem(keyOf(path, part));
        throw new FittingRoomError(
          `save: local storage has no room for ${texts.weight_data.length} characters; use 'indexeddb://'`,
          'out-of-memory',
          { cause },
        );
      }
      return result;
    },
    async load() {
      const bytes = Uint8Array.from(atob(stored(path, 'weight_data')), (character) => character.charCodeAt(0));
      return {
        ...JSON.parse(local().getItem(keyOf(path, 'model_metadata')) ?? '{}'),
        modelTopology: JSON.parse(stored(path, 'model_topology')),
        weightSpecs: JSON.parse(stored(path, 'weight_specs')),
        weightData: bytes.buffer,
      };
    },
  }),
  async list() {
    const keys = Array.from({ length: local().length }, (_, i) => String(local().key(i)));
    const infos = keys.filter((key) => key.startsWith(`${PREFIX}/`) && key.endsWith('/info'));
    return Object.fromEntries(
      infos.map((key) => [
        key.slice(PREFIX.length + 1, -'/info'.length),
        JSON.parse(/** @type {string} */ (local().getItem(key))),
      ]),
    );
  },
  remove: async (path) => removeLocal(path),
};

/* IndexedDB */

const DATABASE = 'tensorflowjs';
const MODELS = 'models_store';
const INFOS = 'model_info_store';

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
const answerOf = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/**
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(stores: { models: IDBObjectStore, infos: IDBObjectStore }) => Promise<T>} use
 */
async function inDatabase(mode, use) {
  if (typeof indexedDB === 'undefined')
    throw new FittingRoomError("'indexeddb://' needs a page: there is no IndexedDB here", 'unsupported');
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    for (const name of [MODELS, INFOS]) request.result.createObjectStore(name, { keyPath: 'modelPath' });
  };
  const database = await answerOf(request);
  try {
    const transaction = database.transaction([MODELS, INFOS], mode);
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const [models, infos] = [transaction.objectStore(MODELS), transaction.objectStore(INFOS)];
    const [result] = await Promise.all([use({ models, infos }), done]);
    return result;
  } finally {
    database.close();
  }
}

/** @type {Storage} */
export const indexedDb = {
  isHere: () => typeof indexedDB !== 'undefined',
  handler: (path) => ({
    async save(artifacts) {
      const result = saved(artifacts);
      const { modelArtifactsInfo } = result;
      const modelArtifacts = { ...artifacts, weightData: weightDataOf(artifacts) };
      await inDatabase('readwrite', async ({ models, infos }) => {
        infos.put({ modelPath: path, modelArtifactsInfo });
        models.put({ modelPath: path, modelArtifacts, modelArtifactsInfo });
      });
      return result;
    },
    async load() {
      const found = await inDatabase('readonly', ({ models }) => answerOf(models.get(path)));
      if (!found) throw notThere(path, 'IndexedDB');
      return found.modelArtifacts;
    },
  }),
  async list() {
    /** @type {{ modelPath: string, modelArtifactsInfo: Info }[]} */
    const found = await inDatabase('readonly', ({ infos }) => answerOf(infos.getAll()));
    return Object.fromEntries(found.map(({ modelPath, modelArtifactsInfo }) => [modelPath, modelArtifactsInfo]));
  },
  remove: (path) =>
    inDatabase('readwrite', async ({ models, infos }) => {
      const found = await answerOf(infos.get(path));
      if (!found) throw notThere(path, 'IndexedDB');
      infos.delete(path);
      models.delete(path);
      return found.modelArtifactsInfo;
    }),
};
