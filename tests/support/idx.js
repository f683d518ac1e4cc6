/** An IDX file of bytes. @param {number[]} shape @param {(i: number) => number} value */
export function idx(shape, value) {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head.writeUInt32BE(0x800 + shape.length);
  shape.forEach((extent, i) => head.writeUInt32BE(extent, 4 + 4 * i));
  const body = Uint8Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => value(i) & 255);
  return Buffer.concat([head, body]);
}
