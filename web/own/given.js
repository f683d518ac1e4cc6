/**
 * Pictures that the user chose, and how they get to the worker. Thousands of files go a few at a time: sending all at
 * once would freeze the page.
 *
 * @typedef {{ path: string, file: File }} Placed `path`: within what was chosen, with slashes
 * @typedef {Pick<import('../settings.js').Settings, 'size' | 'colour' | 'crop'>} Making how pictures become images
 * @typedef {{ kind: 'files', name: string, isArchive: boolean, lost: string[], adds: boolean, label?: string }
 *   | { kind: 'saved', id: string } | { kind: 'same' }} From `lost`: files that could not be opened; `adds`: to the
 *   pictures that are loaded; `label`: the class of all; saved: a project; same: the loaded pictures, as other images
 * @typedef {Making & { from: From }} ReadOptions
 * @typedef {{ send: (call: import('../client.js').Call, options: { signal: AbortSignal, onEvent: (progress:
 *   import('../session.js').LoadProgress) => void }) => Promise<ReadOptions> }} Given `send`: hands the files to the
 *   worker
 *
 * @typedef {object} Chosen
 * @property {string} name of the folder or archive
 * @property {Placed[]} files or one archive
 * @property {boolean} isArchive
 * @property {string[]} lost
 * @property {boolean} [adds] to the pictures that are loaded
 * @property {string} [label] the class of all
 */

const AT_ONCE = 100; // files per message: serializing them takes some milliseconds

/** What all paths begin with, if it is one folder. @param {Placed[]} files */
export function sharedFolder(files) {
  const first = files[0]?.path.split('/')[0] ?? '';
  return files.every(({ path }) => path.startsWith(`${first}/`)) ? first : '';
}

/** @param {File} file @returns {Chosen} */
export const archiveOf = (file) => ({
  name: file.name.replace(/\.zip$/i, ''),
  files: [{ path: file.name, file }],
  isArchive: true,
  lost: [],
});

/** The words with which all names begin. @param {string[]} names */
function sharedName(names) {
  const [first, ...others] = names.map((name) => name.replace(/(\.(csv|tsv|gz|idx))+$/i, '').split(/(?<=[^a-z0-9])/i));
  const same = first.findIndex((word, i) => others.some((words) => words[i] !== word));
  return (same < 0 ? first : first.slice(0, same)).join('').replace(/[^a-z0-9]+$/i, '');
}

/** Tables of pixels or IDX files. @param {File[]} files at least one @returns {Chosen} */
export const pixelsOf = (files) => ({
  name: sharedName(files.map(({ name }) => name)),
  files: files.map((file) => ({ path: file.name, file })),
  isArchive: false,
  lost: [],
});

/** @param {Placed[]} files @param {string[]} [lost] @returns {Chosen} */
export const folderOf = (files, lost = []) => ({ name: sharedFolder(files), files, isArchive: false, lost });

/**
 * @param {Chosen} chosen
 * @param {Making} making
 * @param {string} nameless what files of several folders are called
 * @returns {Given}
 */
export const given = ({ name, files, isArchive, lost, adds = false, label }, making, nameless) => ({
  async send(call, { signal, onEvent }) {
    const total = files.length;
    for (let first = 0; first < total; first += AT_ONCE) {
      signal.throwIfAborted();
      await call('gather', { files: files.slice(first, first + AT_ONCE), begins: first === 0 }, { signal });
      if (total > AT_ONCE) onEvent({ phase: 'gather', loaded: Math.min(total, first + AT_ONCE), total });
    }
    return {
      from: { kind: 'files', name: name || nameless, isArchive, lost, adds, ...(label && { label }) },
      ...making,
    };
  },
});

/**
 * What the worker has already.
 * @param {Exclude<From, { kind: 'files' }>} from
 * @param {Making} making
 * @returns {Given}
 */
export const there = (from, making) => ({ send: async () => ({ from, ...making }) });
