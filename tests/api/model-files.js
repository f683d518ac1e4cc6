/** Files of small models, as saved and as somebody else might make them. */
import { createHash } from 'node:crypto';
import { layers, sequential } from '../../shim/index.js';

/** Appends the correct checksum. @param {Uint8Array} body all of a file before it */
export const sealed = (body) => new Uint8Array(Buffer.concat([body, createHash('sha256').update(body).digest()]));

const HEADER_AT = 16;
/** @param {Uint8Array} file */
export const headerLength = (file) => new DataView(file.buffer, file.byteOffset).getUint32(12, true);
/** @param {Uint8Array} file */
export const headerOf = (file) =>
  JSON.parse(new TextDecoder().decode(file.subarray(HEADER_AT, HEADER_AT + headerLength(file))));
/** @param {Uint8Array} file */
export const dataOf = (file) => file.subarray(HEADER_AT + headerLength(file), file.length - 32);

/**
 * A file with a correct checksum, whatever it contains, as a hostile author would make it.
 * @param {string | Uint8Array} text of the header
 * @param {Uint8Array} data
 */
export function forged(text, data = new Uint8Array()) {
  const raw = Buffer.from(text);
  const header = Buffer.concat([raw, Buffer.alloc((16 - (raw.length % 16)) % 16, ' ')]);
  const head = Buffer.from([0x89, 0x46, 0x49, 0x54, 13, 10, 26, 10, 1, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32LE(header.length, 12);
  return sealed(Buffer.concat([head, header, data]));
}

/**
 * The file with a changed header and a corrected checksum.
 * @param {Uint8Array} file
 * @param {(header: any) => any} change
 */
export function altered(file, change) {
  const header = headerOf(file);
  return forged(JSON.stringify(change(header) ?? header), dataOf(file));
}

/** The file of a small stack with metadata. @param {import('../../shim/formats/fit/save.js').SaveOptions} [options] */
export async function smallFile(options) {
  const made = await sequential({
    layers: [layers.flatten({ inputShape: [2, 2, 1] }), layers.dense({ units: 2, name: 'only' })],
    seed: 1,
    name: 'tiny',
  });
  made.metadata = { classNames: ['left', 'right'] };
  const file = await made.save(options);
  made.dispose();
  return file;
}
