import { boundIsobmff } from './avif-size.js';
import { createBytes } from './bytes.js';

/**
 * How large a decoder may have to make a picture, found in its headers before anything is decoded. Libraries that read
 * dimensions tell
 * the size at which a picture is shown, by the first header that has one; in a file meant to do harm another header
 * says more, and it
 * is that one which costs memory. So this takes the largest of all that a decoder would follow.
 *
 * @typedef {import('./bytes.js').Bytes} Bytes
 * @typedef {object} Size
 * @property {string} type
 * @property {number} width pixels; at least as many as a decoder makes room for
 * @property {number} height
 * @property {number} work pixels that a decoder goes over beside those, in all
 */

/**
 * Takes what a header claims.
 * @typedef {{ grow: (width: number, height: number) => void, work: (pixels: number) => void }} Claims
 */

/** @type {{ type: string, begins: RegExp, read: (bytes: Bytes, claims: Claims) => void }[]} */
const FORMATS = [
  {
    type: 'image/png',
    begins: /^\x89PNG\r\n\x1a\n.{4}IHDR/s,
    read: (bytes, { grow }) => grow(bytes.u32(16), bytes.u32(20)),
  },
  { type: 'image/jpeg', begins: /^\xff\xd8\xff/, read: boundJpeg },
  { type: 'image/gif', begins: /^GIF8[79]a/, read: boundGif },
  { type: 'image/bmp', begins: /^BM/, read: (bytes, claims) => boundBitmap(bytes, 14, claims) },
  { type: 'image/webp', begins: /^RIFF.{4}WEBP/s, read: (bytes, claims) => boundWebp(bytes, 12, bytes.length, claims) },
  { type: 'image/x-icon', begins: /^\0\0[\x01\x02]\0/, read: boundIcon },
  { type: 'image/heic', begins: /^.{4}ftyp(hei[cfmsx]|hev[cx])/s, read: boundIsobmff },
  { type: 'image/avif', begins: /^.{4}ftyp(avi[fs]|mif1|msf1)/s, read: boundIsobmff },
];

/**
 * @param {Uint8Array<ArrayBuffer>} data of a whole file
 * @returns {Size | null} null: not a picture that is known here, or cut off before its size
 */
export function sizeOf(data) {
  const head = String.fromCharCode(...data.subarray(0, 16));
  const format = FORMATS.find(({ begins }) => begins.test(head));
  if (!format) return null;
  const size = { type: format.type, width: 0, height: 0, work: 0 };
  const grow = (/** @type {number} */ width, /** @type {number} */ height) =>
    Object.assign(size, { width: Math.max(size.width, width), height: Math.max(size.height, height) });
  try {
    format.read(createBytes(data), { grow, work: (pixels) => void (size.work += pixels) });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // cut short: what was said until then counts
  }
  return size.width > 0 && size.height > 0 ? size : null;
}

/** @param {number} marker */
const isFrame = (marker) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
const SCAN = 0xda;
const OF_A_SCAN = 0.04; // what a scan that says nothing costs, of a whole picture

/**
 * All that looks like a scan counts, since which ones a decoder finds depends on where it lost its way.
 * @param {Bytes} bytes
 * @param {Claims} claims
 */
function boundJpeg(bytes, { grow, work }) {
  let pixels = 0;
  let at = 2;
  for (;;) {
    while (bytes.u8(at) !== 0xff) at++;
    while (bytes.u8(at) === 0xff) at++;
    const marker = bytes.u8(at++);
    if (marker === SCAN) break;
    if (marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) continue; // nothing follows
    if (isFrame(marker)) {
      const [height, width] = [bytes.u16(at + 3), bytes.u16(at + 5)];
      grow(width, height);
      pixels = Math.max(pixels, width * height);
    }
    at += bytes.u16(at);
  }
  for (; at > 0; at = bytes.indexOf(0xff, at) + 1) if (bytes.u8(at) === SCAN) work(pixels * OF_A_SCAN);
}

/** @param {Bytes} bytes @param {Claims} claims */
function boundGif(bytes, { grow }) {
  grow(bytes.u16le(6), bytes.u16le(8));
  const skipTable = (/** @type {number} */ flags) => (flags & 0x80 ? 3 * (2 << (flags & 7)) : 0);
  let at = 13 + skipTable(bytes.u8(10));
  for (;;) {
    const block = bytes.u8(at++);
    if (block === 0x21)
      at++; // an extension, its label
    else if (block === 0x2c) {
      grow(bytes.u16le(at) + bytes.u16le(at + 4), bytes.u16le(at + 2) + bytes.u16le(at + 6));
      at += 10 + skipTable(bytes.u8(at + 8));
    } else return; // the end, or nothing that is known
    while (bytes.u8(at) !== 0) at += 1 + bytes.u8(at);
    at++;
  }
}

/**
 * @param {Bytes} bytes
 * @param {number} at of the header
 * @param {Claims} claims
 * @param {number} [share] of the height that is the picture's
 */
function boundBitmap(bytes, at, { grow }, share = 1) {
  if (bytes.u32le(at) === 12) grow(bytes.u16le(at + 4), bytes.u16le(at + 6) * share);
  else grow(Math.abs(bytes.i32le(at + 4)), Math.abs(bytes.i32le(at + 8)) * share);
}

const OF_A_FRAME = 2 ** 14; // pixels that cost as much as to find a frame, although only the first is shown

/** @param {Bytes} bytes @param {number} start @param {number} end @param {Claims} claims */
function boundWebp(bytes, start, end, claims) {
  for (let at = start; at + 8 <= end; ) {
    const [type, length, body] = [bytes.text(at, 4), bytes.u32le(at + 4), at + 8];
    at = body + length + (length % 2);
    if (type === 'VP8 ') claims.grow(bytes.u16le(body + 6) & 0x3fff, bytes.u16le(body + 8) & 0x3fff);
    if (type === 'VP8L')
      claims.grow((bytes.u32le(body + 1) & 0x3fff) + 1, ((bytes.u32le(body + 1) >>> 14) & 0x3fff) + 1);
    if (type === 'VP8X') claims.grow(bytes.u24le(body + 4) + 1, bytes.u24le(body + 7) + 1);
    if (type === 'ANMF') {
      claims.work(OF_A_FRAME);
      claims.grow(bytes.u24le(body + 6) + 1, bytes.u24le(body + 9) + 1);
      boundWebp(bytes, body + 16, Math.min(at, end), claims);
    }
  }
}

/** @param {Bytes} bytes @param {Claims} claims */
function boundIcon(bytes, claims) {
  for (let entry = 6, left = bytes.u16le(4); left > 0; left--, entry += 16) {
    claims.grow(bytes.u8(entry) || 256, bytes.u8(entry + 1) || 256);
    const at = bytes.u32le(entry + 12);
    if (at + 24 > bytes.length) continue;
    if (bytes.text(at + 1, 3) === 'PNG') claims.grow(bytes.u32(at + 16), bytes.u32(at + 20));
    else boundBitmap(bytes, at, claims, 0.5); // the other half is the mask
  }
}
