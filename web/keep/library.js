import { FORMATS as KNOWN } from '../../shim/formats/known.js';
import { createEmitter } from '../emitter.js';
import { mainFileOf } from '../incoming.js';
import { newId } from '../new-id.js';
import { takeSaved } from '../saved-model.js';
import {
  bytesOfModel,
  forgetModel,
  keepModel,
  modelsKept,
  onModelsChanged,
  renameModel,
  tellModelsChanged,
} from './store.js';

/**
 * Models that were saved by name in this browser, and what can be done with them.
 *
 * @typedef {import('./store.js').Entry} Entry
 * @typedef {import('./convert.js').FormatName} FormatName
 * @typedef {{ format: FormatName, dtype: string }} Form of a model's file
 */

/** @type {Record<string, import('../../shim/formats/known.js').FormatRow>} */
export const FORMATS = KNOWN;

/** Without the characters that some system's files cannot have in their names. @param {string} name */
const fileNameOf = (name) => name.replace(/[\\/:*?"<>|\u0000-\u001f]+/g, '-').trim() || 'model';

/** Names that tools give of themselves, and which say nothing of the model. */
const MEANINGLESS = /^(model|sequential|functional|main_graph|torch_jit|fitting-room)?([-_ ]?\d+)?$/i;

/**
 * A file that is called after the model it holds, as far as file names can be, or after nothing, has the model's own
 * name.
 * @param {string} file @param {string} inside
 */
function nameOfFile(file, inside) {
  const name = file.replace(/\.[^.]*$/, '') || file;
  const plain = name.replace(/ ?\(\d+\)$/, ''); // as browsers number files of the same name
  if (MEANINGLESS.test(inside)) return name;
  return MEANINGLESS.test(plain) || fileNameOf(inside) === plain ? inside : name;
}

/**
 * @param {{ session: import('../session.js').Session, trainer: import('../trainer.js').Trainer, settings:
 *   import('../settings.js').Settings,
 *   read: ReturnType<typeof import('./opener.js').createOpener>,
 *   answer: (name: string, bytes: Uint8Array<ArrayBuffer>) => Promise<void> }} parts `read`: models' files; `answer`:
 *   has a model classify pictures that does not fit the loaded images, or rejects
 */
export function createLibrary({ session, trainer, settings, read, answer }) {
  /** @type {import('../emitter.js').Emitter<{ change: void }>} */
  const { on, emit } = createEmitter();
  /** @type {Entry[]} */
  let entries = [];
  /** What was deleted here, the last one last. @type {{ entry: Entry, bytes: Uint8Array<ArrayBuffer> }[]} */
  const deleted = [];

  async function refresh() {
    entries = await modelsKept();
    emit('change');
  }

  /** Shows here and in other tabs what has changed. */
  async function changed() {
    tellModelsChanged();
    await refresh();
  }

  /**
   * @param {Omit<Entry, 'id' | 'savedAt' | 'bytes'>} facts
   * @param {Uint8Array<ArrayBuffer>} bytes
   * @returns {Promise<string>} its id
   */
  async function add(facts, bytes) {
    const id = newId();
    await keepModel({ ...facts, id, savedAt: Date.now(), bytes: bytes.length }, bytes);
    await changed();
    return id;
  }

  /** What was pressed for a model is not done to another. @param {number | undefined} version */
  function checkStill(version) {
    if (trainer.busy() || trainer.view.model?.version !== version)
      throw Object.assign(new Error('the model of this tab has changed'), { code: 'busy' });
  }

  /**
   * The model of this tab.
   * @param {string} name
   * @param {number | undefined} version which it was when that was pressed
   * @returns {Promise<string>} its id
   */
  async function save(name, version) {
    checkStill(version);
    const epochs = trainer.history;
    const { test } = trainer.evaluation;
    const testAccuracy = test && Number.isFinite(test.loss) ? test.accuracy : null;
    const { files, parameters, making } = await session.call('convert', {
      format: 'fitting-room',
      dtype: 'float32',
      name,
    });
    const id = await add({ name, parameters, testAccuracy, epochs, origin: '', making }, files[0].bytes);
    trainer.nameModel(name);
    return id;
  }

  /**
   * Opens the files of a model, in one of the formats.
   * @param {File[]} files
   * @param {AbortSignal} signal
   * @returns {Promise<string>} its name
   */
  async function open(files, signal) {
    const {
      files: [file],
      parameters,
      name: inside,
      making,
    } = await read({ files, format: 'fitting-room', dtype: 'float32' }, signal);
    const origin = mainFileOf(files).name;
    const name = nameOfFile(origin, inside);
    await add({ name, parameters, testAccuracy: null, epochs: [], origin, making }, file.bytes);
    return name;
  }

  /**
   * Files that name one another keep the names they have.
   * @param {Entry | null} entry null: the model of this tab @param {Form} form @returns {Promise<{ name: string, bytes:
   *   Uint8Array<ArrayBuffer> }[]>}
   */
  async function filesOf(entry, { format, dtype }) {
    const name = entry?.name ?? trainer.view.model?.name ?? '';
    const wanted = { format, dtype, name };
    const { files } = entry
      ? await read({ files: [{ name: 'model.fit', bytes: await bytesOfModel(entry.id) }], ...wanted })
      : await session.call('convert', wanted);
    return files.length > 1
      ? files
      : [{ name: `${fileNameOf(name || 'fitting-room')}.${FORMATS[format].extension}`, bytes: files[0].bytes }];
  }

  /** Makes it the model of this tab or, if it knows other classes than the loaded images have, only has it answer. */
  async function use(/** @type {Entry} */ entry) {
    const model = await bytesOfModel(entry.id);
    try {
      await takeSaved({ session, trainer, settings }, entry, model);
    } catch (error) {
      if (/** @type {{ code?: string }} */ (error).code !== 'misfit') throw error;
      await answer(entry.name, model).catch(() => {
        throw error;
      });
    }
  }

  /** @param {Entry} entry @param {string} name */
  async function rename(entry, name) {
    await renameModel(entry.id, name);
    trainer.nameModel(name, entry.id);
    await changed();
  }

  /** @param {Entry} entry */
  async function remove(entry) {
    const bytes = await bytesOfModel(entry.id);
    await forgetModel(entry.id);
    deleted.push({ entry, bytes });
    await changed();
  }

  /** Brings back what was deleted last. */
  async function undo() {
    const last = deleted.at(-1);
    if (last) await keepModel(last.entry, last.bytes);
    deleted.pop();
    await changed();
  }

  onModelsChanged(() => refresh().catch(() => {})); // an action of the user reports why it fails

  return {
    on,
    refresh,
    save,
    open,
    filesOf,
    use,
    rename,
    remove,
    undo,
    get entries() {
      return entries;
    },
    get deleted() {
      return deleted.at(-1)?.entry ?? null;
    },
  };
}

/** @typedef {ReturnType<typeof createLibrary>} Library */
