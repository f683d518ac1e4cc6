import { StorageError } from '../database.js';
import { GONE, padded } from './edits.js';
import { forgetPictures, forgetProject, keepProject } from './shelf.js';

/**
 * Saves a project as it changes, one write after the other. A project that cannot be saved stays usable.
 *
 * @typedef {import('./project.js').FileLike} FileLike
 * @typedef {import('./project.js').Project} Project
 * @typedef {(file: FileLike) => Promise<import('../../shim/datasets/decoding.js').Decoded & { blob: Blob }>} Decode
 *   `blob`: what was decoded
 * @typedef {{ state: 'saved', bytes: number } | { state: 'unsaved', reason: string, needed?: number, free?: number }}
 *   Saved `needed`, `free`: bytes
 */

const MOST_AT_ONCE = 200; // pictures in one write
const MOST_BYTES = 16 * 2 ** 20;
const MOST_HELD = 2 * MOST_BYTES; // read, and not yet saved
const MOST_OF_PICTURE = 256 * 2 ** 20; // bytes; none that is larger is read
const SPARE = 50 * 2 ** 20; // bytes that are left to runs and models

/** @param {FileLike} file */
const contentOf = async (file) => ((file.size ?? 0) > MOST_OF_PICTURE ? new ArrayBuffer(0) : file.arrayBuffer());

/** A copy, as the file may change; empty if it has vanished. @param {Promise<ArrayBuffer>} content */
const copyOf = (content) =>
  content.then(
    (bytes) => new Blob([bytes]),
    () => new Blob(),
  );

/**
 * @param {Project} project
 * @param {{ written: number, bytes: number }} [before] how many of its pictures are saved already, and their size
 */
export function createSaver(project, { written, bytes } = { written: 0, bytes: 0 }) {
  let complete = { written, bytes }; // when it was last saved as a whole
  let isForgotten = false;
  let open = true;
  /** @type {Promise<Saved>} */
  let last = Promise.resolve({ state: 'saved', bytes });
  /** What was read to be decoded, and is still to be saved. @type {Map<FileLike, Promise<Blob>>} */
  const held = new Map();
  let heldBytes = 0;
  let holds = false;

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
    return needed > 0 && needed > free
      ? { state: /** @type {const} */ ('unsaved'), reason: 'full', needed, free: Math.max(0, free) }
      : null;
  }

  /** @param {boolean} isPart whether only those are written that have been read already */
  async function writePictures(isPart) {
    const isNext = (/** @type {number} */ i) =>
      i < project.items.length && (!isPart || held.has(project.items[i].file));
    while (isNext(written) && !isForgotten) {
      /** @type {import('./shelf.js').Stored[]} */
      const some = [];
      let size = 0;
      for (let i = written; isNext(i) && some.length < MOST_AT_ONCE && size < MOST_BYTES; i++) {
        const { name, part, file } = project.items[i];
        const copy = await (held.get(file) ?? copyOf(contentOf(file)));
        if (held.delete(file)) heldBytes -= file.size ?? 0;
        size += copy.size;
        some.push({ project: project.id, number: i, name, ...(part && { part }), file: copy });
      }
      bytes += size;
      if (!isForgotten) await keepProject(entryOf(written + some.length), some);
      written += some.length;
    }
  }

  function letGo() {
    holds = false;
    held.clear();
    heldBytes = 0;
  }

  /** A part of what came is not left behind: it may fill the storage. */
  async function giveUp() {
    letGo();
    const some = Array.from({ length: written - complete.written }, (_, i) => complete.written + i);
    ({ written, bytes } = complete);
    await (written === 0 ? forgetProject(project.id) : forgetPictures(project.id, some)).catch(() => {});
  }

  /** @param {boolean} [isPart] @returns {Promise<Saved>} */
  async function write(isPart = false) {
    const isFull = await room();
    if (isFull) {
      await giveUp();
      return isFull;
    }
    try {
      await writePictures(isPart);
      if (isPart) return { state: 'saved', bytes };
      if (!isForgotten) await keepProject(entryOf(written));
      complete = { written, bytes };
      return { state: 'saved', bytes };
    } catch (error) {
      await giveUp();
      return { state: 'unsaved', reason: error instanceof StorageError ? error.code : 'failed' };
    }
  }

  /** Saves the project as it is; resolves once that is on the disk. */
  function save() {
    last = last.then(() => write());
    return last;
  }

  /**
   * Saves pictures while they are decoded, in their order: each file is read once for both.
   * @param {Decode} decode
   * @returns {import('./project.js').Decode}
   */
  function following(decode) {
    holds = true;
    let count = 0; // of pictures that no write has been asked for
    let size = 0;
    return async (file) => {
      if (heldBytes > MOST_HELD) await last;
      if (!holds) return decode(file);
      const content = contentOf(file);
      const decoded = decode({ name: file.name, size: file.size, arrayBuffer: () => content });
      held.set(
        file,
        decoded.then(
          ({ blob }) => blob,
          () => copyOf(content),
        ),
      );
      heldBytes += file.size ?? 0;
      size += file.size ?? 0;
      if (++count === MOST_AT_ONCE || size > MOST_BYTES) {
        last = last.then(() => write(true));
        count = size = 0;
      }
      return decoded;
    };
  }

  return {
    save,
    following,
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
      letGo();
      await last;
      await forgetProject(project.id).catch(() => {});
    },
  };
}
