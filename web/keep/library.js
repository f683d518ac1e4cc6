import { createEmitter } from '../emitter.js';
import { runtimeOptions } from '../settings.js';
import { bytesOfModel, forgetModel, keepModel, modelsKept } from './store.js';

/**
 * Models that were saved by name in this browser, and what can be done with them. Emits `change`.
 *
 * @typedef {import('./store.js').Entry} Entry
 * @typedef {{ format: string, dtype: string }} Form a model's file is wanted in
 */

/** As other programs call their files. @type {Record<string, { extension: string, dtypes: string[] }>} */
export const FORMATS = {
  'fitting-room': { extension: 'fit', dtypes: ['float32', 'float16', 'int8'] },
  tfjs: { extension: 'json', dtypes: ['float32', 'float16', 'uint8'] },
  onnx: { extension: 'onnx', dtypes: ['float32', 'float16'] },
  keras: { extension: 'keras', dtypes: ['float32'] },
  safetensors: { extension: 'safetensors', dtypes: ['float32', 'float16'] },
};

const newId = () => `${Date.now()}-${crypto.getRandomValues(new Uint32Array(1))[0]}`;

/** Without the characters that some system's files cannot have in their names. @param {string} name */
const fileNameOf = (name) => name.replace(/[\\/:*?"<>|\u0000-\u001f]+/g, '-').trim() || 'model';

/**
 * @param {{ session: import('../session.js').Session, trainer: import('../trainer.js').Trainer, settings: import('../settings.js').Settings,
 *   epochsOfTab: () => Entry['epochs'] }} parts
 */
export function createLibrary({ session, trainer, settings, epochsOfTab }) {
  const { on, emit } = createEmitter();
  /** @type {Entry[]} */
  let entries = [];
  /** What was deleted last. @type {{ entry: Entry, bytes: Uint8Array } | null} */
  let deleted = null;

  async function refresh() {
    entries = await modelsKept();
    emit('change');
  }

  /** @param {Omit<Entry, 'id' | 'savedAt' | 'bytes'>} facts @param {Uint8Array} bytes */
  async function add(facts, bytes) {
    await keepModel({ ...facts, id: newId(), savedAt: Date.now(), bytes: bytes.length }, bytes);
    await refresh();
  }

  /** The model of this tab. @param {string} name */
  async function save(name) {
    const { files, parameters } = await session.call('convert', { format: 'fitting-room', dtype: 'float32' });
    const testAccuracy = trainer.evaluation.test?.accuracy ?? null;
    await add({ name, parameters, testAccuracy, epochs: epochsOfTab(), origin: '' }, files[0].bytes);
  }

  /** Files of a model in any of the formats. @param {File[]} files @returns {Promise<string>} its name */
  async function open(files) {
    const { files: [file], parameters } = await session.call('convert', { files, format: 'fitting-room', dtype: 'float32' });
    const origin = files[0].name;
    const name = origin.replace(/\.[^.]*$/, '') || origin;
    await add({ name, parameters, testAccuracy: null, epochs: [], origin }, file.bytes);
    return name;
  }

  /**
   * Files that name one another keep the names they have.
   * @param {Entry | null} entry null: the model of this tab @param {Form} form @returns {Promise<{ name: string, bytes: Uint8Array<ArrayBuffer> }[]>}
   */
  async function filesOf(entry, { format, dtype }) {
    const read = entry && [{ name: 'model.fit', bytes: await bytesOfModel(entry.id) }];
    const { files } = await session.call('convert', { ...(read && { files: read }), format, dtype });
    const name = `${fileNameOf(entry?.name ?? 'fitting-room')}.${FORMATS[format].extension}`;
    return files.length > 1 ? files : [{ name, bytes: files[0].bytes }];
  }

  /** Makes it the model of this tab. @param {Entry} entry */
  async function use(entry) {
    const { labelSmoothing, patience } = settings;
    const facts = { position: { epoch: entry.epochs.length, batch: 0 }, epochs: entry.epochs, finished: true, dataset: null };
    const kept = { facts, model: await bytesOfModel(entry.id), best: null };
    await session.call('restore', { id: newId(), kept, labelSmoothing, patience, runtime: runtimeOptions(settings) });
    trainer.adopt(facts, entry.id);
    await trainer.evaluate();
  }

  /** @param {Entry} entry @param {string} name */
  async function rename(entry, name) {
    await keepModel({ ...entry, name });
    await refresh();
  }

  /** @param {Entry} entry */
  async function remove(entry) {
    deleted = { entry, bytes: await bytesOfModel(entry.id) };
    await forgetModel(entry.id);
    await refresh();
  }

  async function undo() {
    if (deleted) await keepModel(deleted.entry, deleted.bytes);
    deleted = null;
    await refresh();
  }

  return {
    on, refresh, save, open, filesOf, use, rename, remove, undo,
    get entries() {
      return entries;
    },
    get deleted() {
      return deleted?.entry ?? null;
    },
  };
}

/** @typedef {ReturnType<typeof createLibrary>} Library */
