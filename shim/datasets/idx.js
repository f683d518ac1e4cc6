import { anyCore } from '../core/loading.js';
import { FittingRoomError } from '../check.js';
import { tensor } from '../tensor.js';
import { HEAD_BYTES } from './bytes.js';

/**
 * @typedef {import('../tensor.js').Tensor<Uint8Array>} Tensor
 * @typedef {{ rank: number, count: number, rows: number, columns: number, dataOffset: number }} IdxHeader
 * @typedef {{ name: string, kind: 'images' | 'labels', count: number, rows: number, columns: number, data:
 *   Uint8Array<ArrayBuffer> }} IdxFile rows, columns: of each image; 1 of labels
 */

const SIDE = 28; // rows and columns of an image of Fashion-MNIST
const LARGEST_HEADER = HEAD_BYTES;
const OUT_INTS = 5;
/* Magic numbers. */
const LABELS = 0x801;
const PICTURES = 0x803;
const MOST_LABELS = 2 ** 20;

/**
 * The header of an IDX file. The core checks it against the file's length.
 * @param {Uint8Array} bytes
 * @returns {Promise<IdxHeader>}
 */
async function readHeader(bytes) {
  const core = await anyCore();
  const head = bytes.subarray(0, LARGEST_HEADER);
  return core.withBytes(LARGEST_HEADER + OUT_INTS * 4, (address) => {
    const out = address + LARGEST_HEADER;
    core.bytes(address, head.length).set(head);
    core.call('fr_idx_header', address, head.length, bytes.length, out);
    const [rank, count, rows, columns, dataOffset] = core.ints(out, OUT_INTS);
    return { rank, count, rows, columns, dataOffset };
  });
}

/**
 * The length that the header states; undefined if it is not an IDX header.
 * @param {Uint8Array} head at least LARGEST_HEADER bytes
 * @returns {number | undefined}
 */
export function promisedLength(head) {
  const view = new DataView(head.buffer, head.byteOffset, LARGEST_HEADER);
  const [magic, count, rows, columns] = [0, 4, 8, 12].map((at) => view.getUint32(at));
  if (magic === LABELS && count > MOST_LABELS)
    throw new FittingRoomError(`too large: ${count} labels; at most ${MOST_LABELS} are read`, 'bad-data');
  if (magic === LABELS) return 8 + count;
  return magic === PICTURES ? 16 + count * rows * columns : undefined;
}

/** @param {string} name @param {Uint8Array} labels @param {number} classes */
function checkLabels(name, labels, classes) {
  const index = labels.findIndex((label) => label >= classes);
  if (index < 0) return;
  throw new FittingRoomError(`${name}: label ${index} must be 0..${classes - 1}, got ${labels[index]}`, 'bad-data');
}

/**
 * Reads an IDX file of images or labels. The data are a view into `bytes`, not a copy.
 * @param {string} name the file's name in messages
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} classes
 * @param {number | null} [side] the rows and columns that images must have; null: any
 * @returns {Promise<IdxFile>}
 */
export async function readIdx(name, bytes, classes, side = SIDE) {
  const { rank, count, rows, columns, dataOffset } = await readHeader(bytes).catch((error) => {
    throw new FittingRoomError(`${name}: ${error.message}`, error.code, { cause: error });
  });
  const data = bytes.subarray(dataOffset);
  if (rank === 1) {
    checkLabels(name, data, classes);
    return { name, kind: 'labels', count, rows, columns, data };
  }
  if (side !== null && (rows !== side || columns !== side)) {
    const message = `${name}: images must be ${side}×${side}, got ${rows}×${columns}`;
    throw new FittingRoomError(message, 'bad-data');
  }
  return { name, kind: 'images', count, rows, columns, data };
}

/**
 * Combines images and their labels, for training or for testing.
 * @param {IdxFile} images
 * @param {IdxFile} labels
 * @returns {{ images: Tensor, labels: Tensor }}
 */
export function pair(images, labels) {
  checkCounts(images, labels);
  return split(images.data, labels.data);
}

/** @param {IdxFile} images @param {IdxFile} labels */
export function checkCounts(images, labels) {
  if (images.count !== labels.count) {
    const message = `${images.name} has ${images.count} images, but ${labels.name} has ${labels.count} labels`;
    throw new FittingRoomError(message, 'bad-data');
  }
}

/**
 * @param {Uint8Array} pixels count × 28 × 28 bytes
 * @param {Uint8Array} labels count bytes
 * @returns {{ images: Tensor, labels: Tensor }}
 */
export function split(pixels, labels) {
  return { images: tensor(pixels, [labels.length, SIDE, SIDE, 1]), labels: tensor(labels, [labels.length]) };
}
