/**
 * HDF5 files assembled piece by piece, so that they can be what no library would write (HDF5 File Format Specification,
 * version 3).
 */

const SUPERBLOCK_BYTES = 48;
const NOWHERE = 2n ** 64n - 1n;
const MESSAGE = { nil: 0, dataspace: 1, datatype: 3, link: 6, layout: 8, continuation: 16, symbolTable: 17 };

/** @param {bigint | number} value @param {number} [bytes] little-endian */
export function word(value, bytes = 8) {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer.subarray(0, bytes);
}

/** @param {keyof typeof MESSAGE} kind @param {Buffer} body */
export const message = (kind, body) =>
  Buffer.concat([Buffer.of(MESSAGE[kind]), word(body.length, 2), Buffer.of(0), body]);

/** @param {Buffer[]} messages for an object header of version 2 */
export function header(...messages) {
  const body = Buffer.concat(messages);
  return Buffer.concat([Buffer.from('OHDR'), Buffer.of(2, 2), word(body.length, 4), body, word(0, 4)]);
}

/** The same for version 1. @param {[keyof typeof MESSAGE, Buffer][]} messages @param {number} [count] that it claims */
export function oldHeader(messages, count = messages.length) {
  const body = Buffer.concat(
    messages.flatMap(([kind, data]) => [word(MESSAGE[kind], 2), word(data.length, 2), word(0, 4), data]),
  );
  return Buffer.concat([Buffer.of(1, 0), word(count, 2), word(1, 4), word(body.length, 4), word(0, 4), body]);
}

/** @param {string} name @param {number} address */
export const link = (name, address) =>
  message('link', Buffer.concat([Buffer.of(1, 0, name.length), Buffer.from(name), word(address)]));

/** @param {number} address @param {number} length */
export const continuation = (address, length) => message('continuation', Buffer.concat([word(address), word(length)]));

export const FLOAT32 = Buffer.from('11201f000400000000002000170800177f000000', 'hex');

/** @param {number[]} shape */
export const dataspace = (shape) =>
  Buffer.concat([Buffer.of(2, shape.length, 0, 1), ...shape.map((length) => word(length))]);

/** For a contiguous dataset. @param {number | bigint} address @param {number} length */
export const layout = (address, length) => Buffer.concat([Buffer.of(3, 1), word(address), word(length)]);

/** @param {number[]} shape @param {number | bigint} address @param {number} length @param {Buffer} [type] */
export const dataset = (shape, address, length, type = FLOAT32) =>
  header(message('dataspace', dataspace(shape)), message('datatype', type), message('layout', layout(address, length)));

/** Pieces in order; each can refer to the positions of those before it. */
export class Hdf5 {
  /** @type {Buffer[]} */
  pieces = [];
  length = SUPERBLOCK_BYTES;

  /** @param {Uint8Array} piece @returns {number} its address */
  add(piece) {
    this.pieces.push(Buffer.from(piece));
    this.length += piece.length;
    return this.length - piece.length;
  }

  /** @param {number} root the address of its header @returns {Uint8Array} the whole file */
  file(root) {
    const superblock = Buffer.concat([
      Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'),
      Buffer.of(2, 8, 8, 0),
      word(0),
      word(NOWHERE),
      word(this.length),
      word(root),
      word(0, 4),
    ]);
    return new Uint8Array(Buffer.concat([superblock, ...this.pieces]));
  }
}
