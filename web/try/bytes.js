/** Numbers in a file, by their place; a RangeError where the file ends before. @param {Uint8Array<ArrayBuffer>} data */
export function createBytes(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return {
    length: data.length,
    u8: (/** @type {number} */ at) => view.getUint8(at),
    u16: (/** @type {number} */ at) => view.getUint16(at),
    u32: (/** @type {number} */ at) => view.getUint32(at),
    u64: (/** @type {number} */ at) => view.getUint32(at) * 2 ** 32 + view.getUint32(at + 4),
    u16le: (/** @type {number} */ at) => view.getUint16(at, true),
    u24le: (/** @type {number} */ at) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16),
    u32le: (/** @type {number} */ at) => view.getUint32(at, true),
    i32le: (/** @type {number} */ at) => view.getInt32(at, true),
    indexOf: (/** @type {number} */ byte, /** @type {number} */ from) => data.indexOf(byte, from),
    /** @param {number} at @param {number} length a character per byte */
    text: (at, length) => String.fromCharCode(...data.subarray(at, at + length)),
  };
}

/** @typedef {ReturnType<typeof createBytes>} Bytes */
