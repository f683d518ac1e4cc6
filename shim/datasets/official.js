import { formatOf, gunzip, sha256 } from './bytes.js';
import { FASHION_MNIST } from './catalogue.js';

/* Whether files are Fashion-MNIST's. MNIST's have the same names, and unpacked, the same lengths. */

/** @import { FileLike } from './decoding.js' */

const LABELS = 0x801; // magic number
const HEADER = 8; // bytes
const MOST_BYTES = 2 ** 20; // of a file of labels

/** @param {string} name of a file @returns {string} without its folder, and as it is unpacked */
const plain = (name) => name.replace(/.*[\\/]/, '').replace(/\.gz$/i, '');

/** Whether a file is called as Fashion-MNIST is. @param {string} name */
export const isCalledFashion = (name) => /fashion/i.test(name);

/**
 * Whether labels are Fashion-MNIST's. Of as many labels as it has, their digest tells; of any other number, what the
 * file is called.
 * @param {string} name of the file
 * @param {Uint8Array<ArrayBuffer>} content IDX
 */
export async function areGarmentLabels(name, content) {
  const count = content.length - HEADER;
  const published = FASHION_MNIST.files.find((file) => file.kind.endsWith('labels') && file.count === count);
  if (published) return (await sha256(content)) === published.contentSha256;
  return isCalledFashion(name) || FASHION_MNIST.files.some((file) => plain(file.name) === plain(name));
}

/**
 * Whether files are Fashion-MNIST's four, or some of these; a pair is a dataset by itself.
 * @param {FileLike[]} files
 */
export async function areFashionMnist(files) {
  const labels = (await Promise.all(files.map(labelsIn))).filter((each) => each !== null);
  if (files.length < 3 || labels.length === 0) return false;
  return (await Promise.all(labels.map(({ name, content }) => areGarmentLabels(name, content)))).every(Boolean);
}

/** @param {FileLike} file */
async function labelsIn(file) {
  if ((file.size ?? 0) > MOST_BYTES) return null;
  const bytes = new Uint8Array(await file.arrayBuffer());
  const content = formatOf(bytes) === 'gzip' ? await gunzip(bytes, undefined, MOST_BYTES).catch(() => null) : bytes;
  const isLabels = content && content.length > HEADER && new DataView(content.buffer).getUint32(0) === LABELS;
  return isLabels ? { name: file.name, content } : null;
}
