import { headOf } from './head.js';

/**
 * Sorts whatever is dropped, pasted or chosen: pictures to classify, the files of a dataset, the files of a model,
 * anything else.
 * It only looks; whoever gets the files reads them, and changes something only once that has succeeded.
 *
 * @typedef {'pictures' | 'dataset' | 'model'} Kind
 * @typedef {{ file: File, why: 'unknown' | 'unreadable' }} Stray what nobody here can open
 * @typedef {Record<Kind, File[]> & { strays: Stray[] }} Sorted
 */

/**
 * Files taken at a time, so that a folder dropped by mistake does not hold the page up: their small pictures take 200
 * MB.
 */
export const MOST_FILES = 2000;
const MOST_ENTRIES = 20_000; // of folders, looked at for so many files
const HEAD = 64; // bytes that tell what a file is

/** What systems leave in folders. */
const LITTER = /^(\.|Thumbs\.db$|desktop\.ini$|__MACOSX$)/i;

const PICTURE_NAME = /\.(jpe?g|jfif|png|gif|webp|avif|bmp|heic|heif|svg|tiff?)$/i;
const MODEL_NAME = /\.(fit|onnx|keras|safetensors)$/i;

/** What files begin with. @type {[Kind, RegExp][]} */
const BEGINNINGS = [
  ['model', /^\x89FIT\r\n\x1a\n/],
  ['model', /^.{4}\0{4}\{/s], // safetensors: the length of what describes it, then that
  ['dataset', /^(\x1f\x8b|\0\0\x08[\x01-\x04])/], // gzip, IDX
  ['pictures', /^(\x89PNG|\xff\xd8\xff|GIF8|BM.{4}\0{4}|RIFF.{4}WEBP|.{4}ftyp(avi[fs]|hei|hev|mif1|msf1))/s],
];

/**
 * By its name and kind alone, so that a picture need not be read twice. To Firefox, .fit is a picture of the stars.
 * @param {File} file
 */
const isPicture = ({ name, type }) => !MODEL_NAME.test(name) && (/^image\//.test(type) || PICTURE_NAME.test(name));

/**
 * @param {File} file
 * @returns {Promise<Kind | 'parts' | Stray['why']>} parts: of a model, where there is one beside it
 */
async function kindOf(file) {
  if (isPicture(file)) return 'pictures';
  if (MODEL_NAME.test(file.name)) return 'model';
  try {
    const head = await headOf(file, HEAD);
    const [kind] = BEGINNINGS.find(([, beginning]) => beginning.test(head)) ?? [];
    if (kind) return kind;
    if (/\.json$/i.test(file.name)) return 'model';
    return /\.bin$/i.test(file.name) ? 'parts' : 'unknown';
  } catch {
    return 'unreadable'; // a folder that came as a file, or one that is gone
  }
}

/**
 * @param {File[]} files
 * @param {Kind} [expected] where the files were chosen for something: what is not known to be anything else is taken
 *   for that
 * @returns {Promise<Sorted>}
 */
export async function sorted(files, expected) {
  const kinds = await Promise.all(files.map(kindOf));
  /** @type {Sorted} */
  const all = { pictures: [], dataset: [], model: [], strays: [] };
  files.forEach((file, i) => {
    const kind = kinds[i];
    if (kind === 'unreadable') all.strays.push({ file, why: kind });
    else if (kind === 'parts' && kinds.includes('model')) all.model.push(file);
    else if (kind !== 'parts' && kind !== 'unknown') all[kind].push(file);
    else if (expected) all[expected].push(file);
    else all.strays.push({ file, why: 'unknown' });
  });
  return all;
}

/** Pictures alone need no look inside. @param {File[]} files */
export const arePictures = (files) => files.length > 0 && files.every(isPicture);

/**
 * The files of a drop or a paste, those in folders too. What is asked of `transfer` is asked at once: it is empty
 * later.
 * @param {DataTransfer} transfer
 * @returns {File[] | Promise<File[]>} at once where there are no folders
 */
export function filesOf(transfer) {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? null);
  if (!entries.some((entry) => entry?.isDirectory)) return [...transfer.files];
  const given = items.map((item) => item.getAsFile());
  return expanded(entries, given);
}

/** @param {(FileSystemEntry | null)[]} entries @param {(File | null)[]} given */
async function expanded(entries, given) {
  /** @type {Found} */
  const found = { files: [], entries: 0 };
  for (const [i, entry] of entries.entries()) {
    const file = given[i];
    if (entry?.isDirectory) await walk(/** @type {FileSystemDirectoryEntry} */ (entry), found);
    else if (file) found.files.push(file);
  }
  return found.files;
}

/** @typedef {{ files: File[], entries: number }} Found so far, of how many entries */

/** One file more than is taken tells that there are more. @param {Found} found */
const isEnough = ({ files, entries }) => files.length > MOST_FILES || entries > MOST_ENTRIES;

/** @param {FileSystemDirectoryEntry} folder @param {Found} found added to */
async function walk(folder, found) {
  const reader = folder.createReader();
  for (;;) {
    const entries = await /** @type {Promise<FileSystemEntry[]>} */ (
      new Promise((resolve) => reader.readEntries(resolve, () => resolve([])))
    ); // some at a time
    if (entries.length === 0) return;
    for (const entry of entries) {
      if (isEnough(found)) return;
      found.entries++;
      if (LITTER.test(entry.name)) continue;
      if (entry.isDirectory) await walk(/** @type {FileSystemDirectoryEntry} */ (entry), found);
      else
        await new Promise((resolve) =>
          /** @type {FileSystemFileEntry} */ (entry).file((file) => resolve(found.files.push(file)), resolve),
        );
    }
  }
}
