import { FittingRoomError } from '../check.js';

/** @import { FileLike } from './decoding.js' */
/** @import { Part } from './split.js' */

/**
 * @typedef {{ path: string, file: FileLike }} Placed a file and where it lies, with slashes between the folders
 * @typedef {{ name: string, label: string, part?: Part, file: FileLike }} Picture name: its path
 * @typedef {{ name: string, reason: string }} Refused
 */

/** What folders above those of the classes are called, and cells of tables. @type {Record<string, Part>} */
const PART_NAMES = {
  train: 'train',
  training: 'train',
  val: 'validation',
  valid: 'validation',
  validation: 'validation',
  dev: 'validation',
  publictest: 'validation',
  test: 'test',
  testing: 'test',
  privatetest: 'test',
};

/** Files that systems and people keep beside pictures. */
const NO_PICTURE = /\.(txt|md|csv|tsv|json|xml|ya?ml|html?|pdf|docx?|xlsx?|py|ipynb|zip|ini|db)$/i;

/** @param {string} name @returns {Part | undefined} */
export const partNamed = (name) =>
  Object.hasOwn(PART_NAMES, name.toLowerCase()) ? PART_NAMES[name.toLowerCase()] : undefined;

/** The part that a file's name tells of, as in fashion-mnist_test.csv. @param {string} name */
export const partInName = (name) =>
  name
    .replace(/\.[^.]*$/, '')
    .split(/[^a-z]+/i)
    .map(partNamed)
    .find(Boolean);

/** Why a file is refused. */
export const OUTSIDE = 'its path leads out of the folder';

/** Whether systems leave a file or folder of that name in folders. @param {string} name */
export const isLitter = (name) => name !== '..' && /^(\.|thumbs\.db$|desktop\.ini$|__MACOSX$)/i.test(name);

/** The folders that a path leads through, and the file. @param {string} path */
export const stepsOf = (path) => path.split(/[\\/]+/).filter((step) => step !== '' && step !== '.');

/**
 * How many folders all files lie in together, which are no classes. What lies in them directly is a stray, if there is
 * more than one folder beside it.
 * @param {string[][]} files the steps of their paths
 */
function sharedDepth(files) {
  for (let depth = 0; ; depth++) {
    const inFolders = files.filter((steps) => steps.length > depth + 1);
    const deeper = inFolders.filter((steps) => steps.length > depth + 2);
    const folders = new Set(deeper.map((steps) => steps[depth + 1]));
    const isShared = new Set(inFolders.map((steps) => steps[depth])).size === 1;
    if (!isShared || folders.size === 0 || (folders.size === 1 && deeper.length < inFolders.length)) return depth;
  }
}

/**
 * What may be pictures among files, in the order of their paths; hidden files are passed over.
 * @param {Iterable<Placed>} files
 * @returns {{ kept: (Placed & { steps: string[] })[], refused: Refused[] }}
 */
export function mayBePictures(files) {
  const seen = Array.from(files, ({ path, file }) => ({ path, file, steps: stepsOf(path) }))
    .filter(({ steps }) => !steps.some(isLitter))
    .sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
  /** @type {Refused[]} */
  const refused = [];
  const kept = seen.filter(({ path, steps }) => {
    const reason = steps.includes('..') ? OUTSIDE : NO_PICTURE.test(path) ? 'no picture' : '';
    if (reason) refused.push({ name: path, reason });
    return !reason;
  });
  return { kept, refused };
}

/**
 * The pictures of a folder whose subfolders are the classes; above these, `train`, `validation` and `test` are
 * recognised. Deeper folders belong to their class.
 * @param {Iterable<Placed>} files
 * @returns {{ pictures: Picture[], refused: Refused[] }} in the order of their paths; refused: files that lie in no
 *   class, or are documents; hidden files are passed over
 * @throws {FittingRoomError} if no file lies in a class
 */
export function picturesIn(files) {
  const { kept, refused } = mayBePictures(files);
  const depth = sharedDepth(kept.map(({ steps }) => steps));
  const inFolders = kept.filter(({ steps }) => steps.length > depth + 1);
  const classAt = depth + Number(inFolders.every(({ steps }) => partNamed(steps[depth])));
  /** @type {Picture[]} */
  const pictures = [];
  for (const { path, file, steps } of kept) {
    if (steps.length > classAt + 1)
      pictures.push({
        name: path,
        file,
        label: steps[classAt],
        ...(classAt > depth && { part: partNamed(steps[depth]) }),
      });
    else refused.push({ name: path, reason: 'it lies in no folder of a class' });
  }
  if (pictures.length === 0)
    throw new FittingRoomError(
      'no pictures in folders: a folder for each class is needed, named after it, with its pictures; or a CSV file ' +
        'of file names and labels',
      'bad-data',
    );
  return { pictures, refused };
}
