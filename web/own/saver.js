import { StorageError } from '../database.js';
import { GONE, padded } from './edits.js';
import { forgetPictures, forgetProject, keepProject } from './shelf.js';

/**
 * Saves a project as it changes, one write after the other. A project that cannot be saved stays usable.
 *
 * @typedef {import('./project.js').Project} Project
 * @typedef {{ state: 'saved', bytes: number } | { state: 'unsaved', reason: string, needed?: number, free?: number }}
 *   Saved `needed`, `free`: bytes
 */

const MOST_AT_ONCE = 200; // pictures in one write
const MOST_BYTES = 16 * 2 ** 20;
const SPARE = 50 * 2 ** 20; // bytes that are left to runs and models

/**
 * @param {Project} project
 * @param {{ written: number, bytes: number }} [before] how many of its pictures are saved already, and their size
 */
export function createSaver(project, { written, bytes } = { written: 0, bytes: 0 }) {
  let complete = written; // pictures when it was last saved as a whole
  let isForgotten = false;
  let open = true;
  /** @type {Promise<Saved>} */
  let last = Promise.resolve({ state: 'saved', bytes });

  /** @param {number} count of pictures, the first */
  const entryOf = (count) => {
    const { id, title, making, state, called, items } = project;
    const first = { ...state, classOf: state.classOf.slice(0, count), partOf: state.partOf.slice(0, count) };
    const awaited = items.length - count;
    return { id, title, making, called, state: padded(first, count), bytes, awaited, open, savedAt: Date.now() };
  };

  /** Whether there is room for what is not yet saved. */
  async function room() {
    const needed = project.items.slice(written).reduce((sum, { file }) => sum + (file.size ?? 0), 0);
    const { quota, usage } = (await globalThis.navigator?.storage?.estimate?.().catch(() => null)) ?? {};
    if (quota === undefined || usage === undefined) return null;
    const free = quota - usage - SPARE;
    return needed > free
      ? { state: /** @type {const} */ ('unsaved'), reason: 'full', needed, free: Math.max(0, free) }
      : null;
  }

  async function writePictures() {
    while (written < project.items.length && !isForgotten) {
      /** @type {import('./shelf.js').Stored[]} */
      const some = [];
      let size = 0;
      for (let i = written; i < project.items.length && some.length < MOST_AT_ONCE && size < MOST_BYTES; i++) {
        const { name, part, file } = project.items[i];
        // a copy: the file may change, or vanish
        const content = await file.arrayBuffer().catch(() => new ArrayBuffer(0));
        size += content.byteLength;
        some.push({ project: project.id, number: i, name, ...(part && { part }), file: new File([content], name) });
      }
      bytes += size;
      if (!isForgotten) await keepProject(entryOf(written + some.length), some);
      written += some.length;
    }
  }

  /** A part of what came is not left behind: it may fill the storage. */
  async function takeBack() {
    const some = Array.from({ length: written - complete }, (_, i) => complete + i);
    written = complete;
    if (complete === 0) await forgetProject(project.id);
    else await forgetPictures(project.id, some);
  }

  /** @returns {Promise<Saved>} */
  async function write() {
    const isFull = await room();
    if (isFull) return isFull;
    try {
      await writePictures();
      if (!isForgotten) await keepProject(entryOf(written));
      complete = written;
      return { state: 'saved', bytes };
    } catch (error) {
      await takeBack().catch(() => {});
      return { state: 'unsaved', reason: error instanceof StorageError ? error.code : 'failed' };
    }
  }

  /** Saves the project as it is; resolves once that is on the disk. */
  function save() {
    last = last.then(write);
    return last;
  }

  return {
    save,
    /** What is saved. */
    get done() {
      return { written, bytes };
    },
    /** What was saved last. */
    get saved() {
      return last;
    },
    /** The project is left for another, or for other images; resolves once that is on the disk. */
    close() {
      open = false;
      return save();
    },
    /** Frees the files of pictures that could not be read. */
    async clean() {
      const { partOf } = project.state;
      const gone = project.past.length > 0 ? [] : [...partOf.keys()].filter((i) => partOf[i] === GONE);
      if (gone.length > 0) await forgetPictures(project.id, gone).catch(() => {});
    },
    /** Deletes what was saved of it. */
    async forget() {
      isForgotten = true;
      await last;
      await forgetProject(project.id).catch(() => {});
    },
  };
}
