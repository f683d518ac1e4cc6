import { TABLE } from '../shim/datasets/bytes.js';
import { headOf } from './head.js';

/**
 * Sorts files that are dropped, pasted or chosen: pictures to classify, the files of a dataset, archives and tables,
 * the files of a model, anything else. Here is all that tells them apart. Sorting only looks at files; the section that
 * gets them reads them, and changes something only once that has succeeded.
 *
 * @typedef {'pictures' | 'dataset' | 'classes' | 'model'} Kind
 * @typedef {{ file: File, why: 'unknown' | 'unreadable' }} Stray a file that the page cannot open
 * @typedef {Record<Kind, File[]> & { strays: Stray[] }} Sorted
 */

/** Files taken at a time, so that a folder dropped by mistake does not freeze the page: previews take 200 MB. */
export const MOST_FILES = 2000;
const HEAD = 64; // bytes that tell what a file is

/**
 * What tells each kind, in the order it is asked: the file's name, its MIME type, and where neither decides, its first
 * bytes. To Firefox, .fit is an astronomical image, so names of models come first; .keras files are archives too.
 * @type {Record<Kind, { name?: RegExp, type?: RegExp, beginning: RegExp }>}
 */
const KINDS = {
  model: {
    name: /\.(fit|onnx|keras|safetensors|h5|hdf5)$/i,
    beginning: /^(\x89(FIT|HDF)\r\n\x1a\n|.{4}\0{4}\{)/s, // or safetensors: the length of the header, then its JSON
  },
  dataset: {
    name: /mapping\.txt$/i, // of EMNIST's classes
    beginning: /^(\x1f\x8b|\0\0\x08[\x01-\x04])/, // gzip, IDX
  },
  classes: {
    name: /\.(zip|csv|tsv)$/i,
    beginning: /^PK\x03\x04/,
  },
  pictures: {
    name: /\.(jpe?g|jfif|png|gif|webp|avif|bmp|heic|heif|svg|tiff?)$/i,
    type: /^image\//,
    beginning: /^(\x89PNG|\xff\xd8\xff|GIF8|BM.{4}\0{4}|RIFF.{4}WEBP|.{4}ftyp(avi[fs]|hei|hev|mif1|msf1))/s,
  },
};

/** Names that a file of a model may have where its first bytes say nothing. */
const DESCRIPTION = /\.json$/i;
const PARTS = /(\.bin|-shard\d+of\d+|^labels\.txt)$/i;
/** Names in the directory at the end of an archive that holds a model. */
const PACKED = /(model\.(json|h5)|\.onnx|\.keras)/i;
const DIRECTORY = 2 ** 16; // bytes

/** What file inputs offer for each kind. */
export const ACCEPTED = {
  pictures: 'image/*,.heic,.heif',
  model: '.fit,.json,.bin,.onnx,.keras,.h5,.safetensors,.txt,.zip',
};

/** @param {(kind: typeof KINDS[Kind]) => boolean | undefined} test */
const firstKind = (test) => /** @type {Kind[]} */ (Object.keys(KINDS)).find((kind) => test(KINDS[kind]));

/** The kind that a file's name and type tell, so that a picture need not be read twice. @param {File} file */
const kindByName = (file) => firstKind(({ name, type }) => name?.test(file.name) || type?.test(file.type));

/**
 * @param {File} file
 * @returns {Promise<Kind | 'parts' | Stray['why']>} parts: of a model, if a file of one is beside it
 */
async function kindOf(file) {
  const byName = kindByName(file);
  if (byName && byName !== 'classes') return byName;
  try {
    const head = await headOf(file, HEAD);
    const kind = byName ?? firstKind(({ beginning }) => beginning.test(head));
    if (
      kind === 'classes' &&
      KINDS.classes.beginning.test(head) &&
      PACKED.test(await headOf(file.slice(-DIRECTORY), DIRECTORY))
    )
      return 'model';
    if (kind) return kind;
    if (DESCRIPTION.test(file.name)) return 'model';
    return PARTS.test(file.name) ? 'parts' : 'unknown';
  } catch {
    return 'unreadable'; // a folder that came as a file, or a file that is gone
  }
}

/**
 * @param {File[]} files
 * @param {Kind} [expected] what the files were chosen for; a file of no known kind counts as that
 * @returns {Promise<Sorted>}
 */
export async function sorted(files, expected) {
  const kinds = await Promise.all(files.map(kindOf));
  /** @type {Sorted} */
  const all = { pictures: [], dataset: [], classes: [], model: [], strays: [] };
  files.forEach((file, i) => {
    const kind = kinds[i];
    if (kind === 'unreadable') all.strays.push({ file, why: kind });
    else if (TABLE.test(file.name) && kinds.includes('pictures'))
      all.strays.push({ file, why: 'unknown' }); // not of these
    else if (kind === 'parts' && kinds.includes('model')) all.model.push(file);
    else if (kind !== 'parts' && kind !== 'unknown') all[kind].push(file);
    else if (expected) all[expected].push(file);
    else all.strays.push({ file, why: 'unknown' });
  });
  return all;
}

/** Whether its name and type alone tell that it is a picture. @param {File} file */
export const isPicture = (file) => kindByName(file) === 'pictures';

/** @param {File[]} files */
export const arePictures = (files) => files.length > 0 && files.every(isPicture);

/** The file that describes the model, of all files of one model. @param {File[]} files at least one */
export const mainFileOf = (files) =>
  files.find(
    ({ name }) => KINDS.model.name?.test(name) || (DESCRIPTION.test(name) && !/^metadata\.json$/i.test(name)),
  ) ?? files[0];

/**
 * Calls `take` with the files chosen in a file input, and empties it, so that the same files can be chosen again.
 * @param {HTMLInputElement} input
 * @param {(files: File[]) => void} take
 */
export function onFilesChosen(input, take) {
  input.addEventListener('change', () => {
    const files = [...(input.files ?? [])];
    input.value = '';
    if (files.length > 0) take(files);
  });
}

/**
 * What is dropped. Reads `transfer` before it returns, as it is emptied later.
 * @typedef {{ entries: (FileSystemEntry | null)[], files: (File | null)[] }} Dropped
 * @param {DataTransfer} transfer
 * @returns {File[] | Dropped} files, unless there are folders among them, or tables, which may be about the others
 */
export function filesOf(transfer) {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  const entries = items.map((item) => item.webkitGetAsEntry?.() ?? null);
  const all = [...transfer.files];
  if (!entries.some((entry) => entry?.isDirectory) && !all.some(({ name }) => TABLE.test(name))) return all;
  return { entries, files: items.map((item) => item.getAsFile()) };
}
