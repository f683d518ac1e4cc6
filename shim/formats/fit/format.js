import { hex, sha256 } from '../../datasets/bytes.js';
import { checkFileLength, checkNesting, parseJson, refusal } from '../common.js';

/**
 * A model file: a description of the model as JSON, then its weights. All numbers are little-endian.
 *
 *   byte                      length
 *   0      89 "FIT" 0D 0A 1A 0A    8    damaged by anything that treats the file as text, as PNG's signature is
 *   8      version                 4    1
 *   12     header length H         4    a multiple of 16, at most 2²⁰
 *   16     header                  H    JSON in UTF-8, padded with spaces
 *   16+H   tensors                 D    in sequence, each at a multiple of 16, zeros between them
 *   16+H+D SHA-256                 32   of everything before it
 *
 *   header   { name, seed, input?, layers, tensors, training?, metadata? }
 *   input    { shape, name }, of a model built from input(); without it, the layers are a stack
 *   layers   [{ layer, options, from? }]       layer: a name in `layers`; options: its options; from: the indices of
 *                                              the layers it reads, -1 for the input; default: the layer before it
 *   tensors  [{ name, shape, dtype, offset }]  in the order of getWeights; offset: from the first tensor's byte
 *   training where to continue (training.js); if present, the optimizer's states follow the weights among the tensors:
 *            all of the first state, all of the second …, always float32
 *   metadata any object
 *
 *   float32, float16   the numbers, row-major
 *   int8               float32 scales, one for each output channel, then the numbers; a weight is number × scale
 */

const MAGIC = [0x89, 0x46, 0x49, 0x54, 0x0d, 0x0a, 0x1a, 0x0a];
const VERSION = 1;
const VERSION_AT = 8;
const LENGTH_AT = 12;
const HEADER_AT = 16;
const DIGEST_BYTES = 32;
const MAX_HEADER = 2 ** 20;
const ALIGNMENT = 16;
/** @param {number} length in bytes */
export const aligned = (length) => Math.ceil(length / ALIGNMENT) * ALIGNMENT;

/** @param {Uint8Array} bytes */
export const isModelFile = (bytes) => MAGIC.every((byte, i) => bytes[i] === byte);

/** @param {Uint8Array} head at least its first eight bytes */
export function checkMagic(head) {
  const at = MAGIC.findIndex((byte, i) => head[i] !== byte);
  if (at < 0) return;
  if (at >= head.length) throw refusal(`it ends after ${head.length} bytes`);
  throw refusal(
    `byte ${at} must be ${MAGIC[at]}, got ${head[at]}: this is not a Fitting Room model file; importModel reads ` +
      'those of other tools',
  );
}

/** @param {Uint8Array} bytes @returns {number} the header's length */
function headerLength(bytes) {
  checkMagic(bytes);
  const least = HEADER_AT + DIGEST_BYTES;
  if (bytes.length < least) throw refusal(`it ends after ${bytes.length} bytes; at least ${least} are needed`);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const version = view.getUint32(VERSION_AT, true);
  if (version !== VERSION) throw refusal(`byte ${VERSION_AT}: version ${version} is not supported; only ${VERSION} is`);
  const length = view.getUint32(LENGTH_AT, true);
  const which = `byte ${LENGTH_AT}: header length ${length}`;
  if (length > bytes.length - least) throw refusal(`${which} is beyond the file's ${bytes.length} bytes`);
  if (length > MAX_HEADER) throw refusal(`${which} must be at most ${MAX_HEADER}`);
  if (length % ALIGNMENT) throw refusal(`${which} must be a multiple of ${ALIGNMENT}`);
  return length;
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function checkDigest(bytes) {
  const end = bytes.length - DIGEST_BYTES;
  const stated = hex(bytes.subarray(end));
  const found = await sha256(bytes.subarray(0, end));
  if (found !== stated) throw refusal(`damaged or cut short: its SHA-256 is ${found}, not ${stated}`);
}

/**
 * Splits a file into header and tensors, after checking that it is intact.
 * @param {Uint8Array<ArrayBuffer>} bytes must start at the beginning of their buffer
 * @returns {Promise<{ header: unknown, data: Uint8Array<ArrayBuffer> }>} data: the tensors, a view into bytes
 */
export async function openFile(bytes) {
  const length = headerLength(bytes);
  await checkDigest(bytes);
  const dataAt = HEADER_AT + length;
  const header = parseJson(bytes.subarray(HEADER_AT, dataAt), 'the header', `byte ${HEADER_AT}: `);
  return { header, data: bytes.subarray(dataAt, bytes.length - DIGEST_BYTES) };
}

/**
 * Assembles a file.
 * @param {object} header
 * @param {number} dataBytes
 * @param {(data: Uint8Array<ArrayBuffer>) => void} writeData fills in the tensors
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function makeFile(header, dataBytes, writeData) {
  checkNesting(header);
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = aligned(text.length);
  if (length > MAX_HEADER) throw refusal(`the header has ${length} bytes; at most ${MAX_HEADER} can be read again`);
  const dataAt = HEADER_AT + length;
  const end = dataAt + dataBytes;
  checkFileLength(end + DIGEST_BYTES);
  const bytes = new Uint8Array(end + DIGEST_BYTES);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint32(VERSION_AT, VERSION, true);
  new DataView(bytes.buffer).setUint32(LENGTH_AT, length, true);
  bytes.fill(0x20, HEADER_AT, dataAt).set(text, HEADER_AT);
  writeData(bytes.subarray(dataAt, end));
  const digest = await sha256(bytes.subarray(0, end));
  bytes.set(
    Uint8Array.from(digest.match(/../g) ?? [], (pair) => parseInt(pair, 16)),
    end,
  );
  return bytes;
}
