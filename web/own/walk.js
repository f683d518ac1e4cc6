import { isLitter, picturesIn } from '../../shim/datasets/folder.js';
import { MOST_FILES, isPicture } from '../incoming.js';

/**
 * Reads folders that were dropped, a few files at a time, level by level. Folders that hold folders of pictures are
 * classes; of any others, only the files count.
 *
 * @typedef {import('./given.js').Placed} Placed
 * @typedef {{ placed: Placed[], loose: File[], lost: string[], areClasses: boolean }} Walked `loose`: files that were
 *   dropped beside the folders; `lost`: those that could not be opened
 */

const MOST_ENTRIES = 2 ** 20; // files and folders, as of an archive
const AT_ONCE = 8; // files that are opened at a time: each takes the page some tenths of a millisecond
const TOLD_EVERY = 500; // ms

/**
 * @param {import('../incoming.js').Dropped} dropped
 * @param {import('../views/intake.js').Watch} watch
 * @returns {Promise<Walked>}
 */
export async function walk({ entries, files }, { signal, onProgress }) {
  /** @type {Walked} */
  const walked = { placed: [], loose: [], lost: [], areClasses: false };
  /** @type {FileSystemDirectoryEntry[]} */
  const folders = [];
  entries.forEach((entry, i) => {
    const file = files[i];
    if (entry?.isDirectory) folders.push(/** @type {FileSystemDirectoryEntry} */ (entry));
    else if (file) walked.loose.push(file);
  });
  /** One picture of each folder that has some: as many as tell what the folders are. @type {Placed[]} */
  const pictures = [];
  let visited = 0;
  let told = performance.now();
  const goOn = () => {
    signal.throwIfAborted();
    if (performance.now() - told < TOLD_EVERY) return;
    told = performance.now();
    onProgress(walked.placed.length);
  };
  for (let next = 0; next < folders.length && visited < MOST_ENTRIES; next++) {
    let first = walked.placed.length;
    for await (const some of contentsOf(folders[next])) {
      visited += some.length;
      const kept = some.filter(({ name }) => !isLitter(name));
      folders.push(.../** @type {FileSystemDirectoryEntry[]} */ (kept.filter(({ isDirectory }) => isDirectory)));
      await openAll(/** @type {FileSystemFileEntry[]} */ (kept.filter(({ isFile }) => isFile)), walked, goOn);
      const picture = walked.placed.slice(first).find(({ file }) => isPicture(file));
      if (picture) pictures.push(picture);
      first = picture ? Infinity : walked.placed.length; // one of each folder
      const isLast = next === folders.length - 1;
      if (isLast && walked.placed.length > MOST_FILES && !haveClasses(pictures)) return walked;
    }
  }
  return { ...walked, areClasses: haveClasses(pictures) };
}

/** Some at a time, as browsers give them; what cannot be read is empty. @param {FileSystemDirectoryEntry} folder */
async function* contentsOf(folder) {
  const reader = folder.createReader();
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const entries = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (entries.length === 0) return;
    yield entries;
  }
}

/** @param {FileSystemFileEntry[]} entries @param {Walked} walked added to @param {() => void} goOn throws to end it */
async function openAll(entries, { placed, lost }, goOn) {
  for (let first = 0; first < entries.length; first += AT_ONCE) {
    goOn();
    const some = entries.slice(first, first + AT_ONCE);
    const opened = await Promise.all(some.map(opening));
    opened.forEach((file, i) => {
      const path = some[i].fullPath.replace(/^\//, '');
      if (file) placed.push({ path, file });
      else lost.push(path);
    });
  }
}

/** @param {FileSystemFileEntry} entry @returns {Promise<File | null>} null: it cannot be opened */
const opening = (entry) => new Promise((resolve) => entry.file(resolve, () => resolve(null)));

/** Whether at least two folders hold pictures as classes do. @param {Placed[]} placed */
export function haveClasses(placed) {
  try {
    const { pictures } = picturesIn(placed.filter(({ file }) => isPicture(file)));
    return pictures.some(({ label }) => label !== pictures[0].label);
  } catch {
    return false; // no picture lies in a folder
  }
}
