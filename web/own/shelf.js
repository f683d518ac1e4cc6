import { lockOfProject, within, write } from '../database.js';

/**
 * Projects as they are saved in this browser. The files of pictures are written before the project's entry counts
 * them, so that what is saved of a project is whole at every moment.
 *
 *   projects  all that is known of each, without its files
 *   pictures  the files, by [project, number]
 *
 * @typedef {import('../../shim/datasets/split.js').Part} Part
 *
 * @typedef {object} Entry
 * @property {string} id
 * @property {string} title
 * @property {number} savedAt
 * @property {boolean} open whether a tab has it, or had when it was closed or killed: the next page opens it again
 * @property {number} bytes of all files
 * @property {import('./given.js').Making} making
 * @property {number} awaited how many pictures were still to come; they are lost if that is not 0 when it is opened
 * @property {import('./edits.js').State} state of the pictures that have been written
 * @property {import('./project.js').Called[]} called
 *
 * @typedef {{ project: string, number: number, name: string, part?: Part, file: Blob }} Stored
 */

const AT_ONCE = 500; // pictures that are read at a time

/** All pictures of a project. @param {string} id @param {number} [from] @param {number} [to] */
const rangeOf = (id, from = 0, to = Infinity) => IDBKeyRange.bound([id, from], [id, to]);

/** @returns {Promise<Entry[]>} the latest first */
export async function projectsKept() {
  const entries = await within((database) => database.getAll('projects'));
  return entries.sort((a, b) => b.savedAt - a.savedAt);
}

/** @param {Entry} entry @param {Stored[]} [pictures] written with it */
export const keepProject = (entry, pictures = []) =>
  write(['projects', 'pictures'], (transaction) => {
    for (const picture of pictures) transaction.objectStore('pictures').put(picture);
    transaction.objectStore('projects').put(entry);
  });

/** @param {string} id @returns {Promise<{ entry: Entry, pictures: Stored[] } | null>} the files are read later */
export async function recallProject(id) {
  const entry = await within((database) => database.get('projects', id));
  if (!entry) return null;
  /** @type {Stored[]} */
  const pictures = [];
  const count = entry.state.classOf.length;
  for (let from = 0; from < count; from += AT_ONCE)
    pictures.push(
      ...(await within((database) =>
        database.getAll('pictures', rangeOf(id, from, Math.min(count, from + AT_ONCE) - 1)),
      )),
    );
  return { entry, pictures };
}

/** @param {string} id */
export const forgetProject = (id) =>
  write(['projects', 'pictures'], (transaction) => {
    transaction.objectStore('projects').delete(id);
    transaction.objectStore('pictures').delete(rangeOf(id));
  });

/** @param {string} id @param {number[]} numbers of pictures whose files go */
export const forgetPictures = (id, numbers) =>
  write(['pictures'], (transaction) => {
    for (const number of numbers) transaction.objectStore('pictures').delete([id, number]);
  });

/**
 * Keeps a project to this tab.
 * @param {string} id
 * @returns {Promise<(() => void) | null>} gives it back; null if another tab has it
 */
export function holdProject(id) {
  if (!globalThis.navigator?.locks) return Promise.resolve(() => {});
  return new Promise((resolve) => {
    const held = (/** @type {Lock | null} */ lock) =>
      lock ? new Promise((release) => resolve(() => release(undefined))) : resolve(null);
    // some private windows refuse locks
    navigator.locks.request(lockOfProject(id), { ifAvailable: true }, held).catch(() => resolve(() => {}));
  });
}
