import { crc32, deflateSync } from 'node:zlib';

/** Picture files of every kind, valid and invalid, made here so that none has to be stored. */

/** @typedef {{ name: string, type: string, bytes: Uint8Array }} PictureFile */

/**
 * The grey of a T-shirt on a pale background; x and y are fractions of the picture.
 * @param {number} x
 * @param {number} y
 */
export function garmentAt(x, y) {
  const [u, v] = [Math.abs(x - 0.5), y];
  const body = u < 0.2 && v > 0.2 && v < 0.85;
  const sleeve = u >= 0.2 && u < 0.38 && v > 0.2 + (u - 0.2) * 0.5 && v < 0.42 + (u - 0.2) * 0.35;
  const neck = u < 0.07 && v < 0.25;
  return (body || sleeve) && !neck;
}

/**
 * @param {number} width
 * @param {number} height
 * @param {number} channels
 * @param {(x: number, y: number) => number[]} colour at a point given in fractions
 * @returns {Uint8Array}
 */
function raster(width, height, channels, colour) {
  const out = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) out.set(colour((x + 0.5) / width, (y + 0.5) / height), (y * width + x) * channels);
  return out;
}

/** @param {number} value @returns {Buffer} big endian */
export function uint32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** @param {string} type @param {Uint8Array} data */
export function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  return Buffer.concat([uint32(data.length), body, uint32(crcOf(body))]);
}

/** node:zlib has this since Node 22.2. @param {Uint8Array} bytes */
function crcOf(bytes) {
  if (crc32) return crc32(bytes);
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

const COLOUR_TYPES = /** @type {Record<number, number>} */ ({ 1: 0, 3: 2, 4: 6 });

/** @param {Uint8Array} raw rows of pixels @param {number} rowBytes */
function filtered(raw, rowBytes) {
  const rows = raw.length / rowBytes;
  const out = Buffer.alloc(raw.length + rows);
  for (let y = 0; y < rows; y++) out.set(raw.subarray(y * rowBytes, (y + 1) * rowBytes), y * (rowBytes + 1) + 1);
  return out;
}

/**
 * @param {number} width @param {number} height @param {number} channels 1 grey, 3 RGB, 4 RGBA
 * @param {Uint8Array} raw
 * @param {{ depth?: number, frames?: number }} [options] `frames`: more than one makes it animated, with identical
 *   frames
 */
export function png(width, height, channels, raw, { depth = 8, frames = 1 } = {}) {
  const header = Buffer.concat([uint32(width), uint32(height), Buffer.from([depth, COLOUR_TYPES[channels], 0, 0, 0])]);
  const data = deflateSync(filtered(raw, (width * channels * depth) / 8), { level: 1 });
  const control = (/** @type {number} */ sequence) =>
    chunk(
      'fcTL',
      Buffer.concat([
        uint32(sequence),
        uint32(width),
        uint32(height),
        uint32(0),
        uint32(0),
        Buffer.from([0, 10, 0, 100, 0, 0]),
      ]),
    );
  const animation = frames > 1 ? [chunk('acTL', Buffer.concat([uint32(frames), uint32(0)])), control(0)] : [];
  const others = Array.from({ length: frames - 1 }, (_, i) => [
    control(2 * i + 1),
    chunk('fdAT', Buffer.concat([uint32(2 * i + 2), data])),
  ]).flat();
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...animation,
    chunk('IDAT', data),
    ...others,
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Bits of a JPEG's scan, most significant first, 0xff followed by 0. */
function bitWriter() {
  /** @type {number[]} */
  const bytes = [];
  let held = 0;
  let count = 0;
  return {
    /** @param {number} value @param {number} length */
    put(value, length) {
      for (let bit = length - 1; bit >= 0; bit--) {
        held = (held << 1) | ((value >> bit) & 1);
        if (++count < 8) continue;
        bytes.push(held);
        if (held === 0xff) bytes.push(0);
        held = count = 0;
      }
    },
    finish() {
      while (count > 0) this.put(1, 1);
      return Buffer.from(bytes);
    },
  };
}

/** Twelve codes of four bits: the number of bits of a difference. AC: only the end of a block, one bit. */
const TABLES = Buffer.from([
  0xff, 0xc4, 0, 31, 0x00, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0xff,
  0xc4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00,
]);

/**
 * A baseline JPEG of flat blocks of 8 × 8: enough for these tests to distinguish a garment from its background.
 * @param {number} columns blocks @param {number} rows
 * @param {(x: number, y: number) => number[]} colour at a point given in fractions: one value (grey), three (YCbCr) or
 *   four (CMYK, as Adobe writes it, inverted)
 * @param {Uint8Array} [extra] segments after the first
 */
export function jpeg(columns, rows, colour, extra = Buffer.alloc(0)) {
  const components = colour(0, 0).length;
  const segment = (/** @type {number} */ marker, /** @type {number[]} */ data) =>
    Buffer.from([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 255, ...data]);
  const ids = Array.from({ length: components }, (_, i) => i + 1);
  const size = [rows * 8, columns * 8].flatMap((edge) => [edge >> 8, edge & 255]);
  const writer = bitWriter();
  const last = ids.map(() => 0);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      colour((x + 0.5) / columns, (y + 0.5) / rows).forEach((value, i) => {
        const level = value - 128; // with a first quantizer of 8, a block's DC is its level
        const difference = level - last[i];
        last[i] = level;
        const length = difference === 0 ? 0 : 32 - Math.clz32(Math.abs(difference));
        writer.put(length, 4);
        if (length) writer.put(difference < 0 ? difference + (1 << length) - 1 : difference, length);
        writer.put(0, 1);
      });
    }
  }
  const adobe = components === 4 ? segment(0xee, [...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, 0]) : Buffer.alloc(0);
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    extra,
    adobe,
    segment(0xdb, [0, 8, ...new Array(63).fill(1)]),
    segment(0xc0, [8, ...size, components, ...ids.flatMap((id) => [id, 0x11, 0])]),
    TABLES,
    segment(0xda, [components, ...ids.flatMap((id) => [id, 0]), 0, 63, 0]),
    writer.finish(),
    Buffer.from([0xff, 0xd9]),
  ]);
}

/** EXIF data with the orientation of a picture. @param {number} orientation 1 … 8 */
function exif(orientation) {
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
  const data = [...Buffer.from('Exif\0\0', 'latin1'), ...tiff];
  return Buffer.from([0xff, 0xe1, 0, data.length + 2, ...data]);
}

/** Two frames of 8 × 8; the codes of LZW never grow beyond four bits. */
function gif() {
  const frame = () => {
    const writer = [];
    let held = 0;
    let count = 0;
    const put = (/** @type {number} */ code) => {
      held |= code << count;
      count += 4;
      while (count >= 8) {
        writer.push(held & 255);
        held >>= 8;
        count -= 8;
      }
    };
    for (let i = 0; i < 64; i++) {
      if (i % 4 === 0) put(8); // start over before codes grow
      put(garmentAt(((i % 8) + 0.5) / 8, (Math.floor(i / 8) + 0.5) / 8) ? 1 : 0);
    }
    put(9);
    if (count) writer.push(held);
    return [0x21, 0xf9, 4, 0, 10, 0, 0, 0, 0x2c, 0, 0, 0, 0, 8, 0, 8, 0, 0, 3, writer.length, ...writer, 0];
  };
  const palette = [240, 235, 225, 40, 60, 120, ...new Array(18).fill(0)];
  return Buffer.from([...Buffer.from('GIF89a'), 8, 0, 8, 0, 0xf2, 0, 0, ...palette, ...frame(), ...frame(), 0x3b]);
}

const PALE = [235, 230, 220];
const BLUE = [40, 60, 120];
const rgb = (/** @type {number} */ x, /** @type {number} */ y) => (garmentAt(x, y) ? BLUE : PALE);
const grey = (/** @type {number} */ x, /** @type {number} */ y) => [garmentAt(x, y) ? 60 : 225];

/** @param {string} name @param {string} type @param {Uint8Array | string} bytes @returns {PictureFile} */
const file = (name, type, bytes) => ({ name, type, bytes: Buffer.from(bytes) });

export const shirt = (name = 'shirt.png') => file(name, 'image/png', png(300, 400, 3, raster(300, 400, 3, rgb)));

/** Pictures that can be classified. @returns {PictureFile[]} */
export const odd = () => [
  shirt(),
  file('grey.jpg', 'image/jpeg', jpeg(60, 80, grey)),
  file(
    'colour.jpg',
    'image/jpeg',
    jpeg(60, 80, (x, y) => (garmentAt(x, y) ? [60, 160, 110] : [225, 125, 130])),
  ),
  file(
    'turned.jpg',
    'image/jpeg',
    jpeg(80, 60, (x, y) => grey(1 - y, x), exif(6)),
  ),
  file(
    'cmyk.jpg',
    'image/jpeg',
    jpeg(60, 80, (x, y) => (garmentAt(x, y) ? [60, 60, 160, 200] : [250, 245, 230, 255])),
  ),
  file('one.png', 'image/png', png(1, 1, 3, Uint8Array.of(200, 30, 30))),
  file('long.png', 'image/png', png(20000, 20, 1, raster(20000, 20, 1, grey))),
  file('deep.png', 'image/png', png(120, 160, 3, raster(240, 160, 3, rgb), { depth: 16 })),
  file('moving.png', 'image/png', png(120, 160, 3, raster(120, 160, 3, rgb), { frames: 3 })),
  file('moving.gif', 'image/gif', gif()),
  file(
    'cut-out.png',
    'image/png',
    png(
      300,
      400,
      4,
      raster(300, 400, 4, (x, y) => [...rgb(x, y), garmentAt(x, y) ? 255 : 0]),
    ),
  ),
  file(
    'small.png',
    'image/png',
    png(
      28,
      28,
      1,
      raster(28, 28, 1, (x, y) => [garmentAt(x, y) ? 180 : 0]),
    ),
  ),
];

/** 10,000 × 10,000: a hundred megapixels and, with the noise above the garment, as large a file as a photo. */
export function huge() {
  const side = 10_000;
  const raw = new Uint8Array(side * side).fill(225);
  for (let i = 0, noise = 1; i < 1800 * side; i++) raw[i] += (noise = (noise * 16807) % (2 ** 31 - 1)) & 7;
  for (let y = 2000; y < 8500; y++) raw.fill(60, y * side + 3000, y * side + 7000);
  return file('huge.png', 'image/png', png(side, side, 1, raw));
}

/** Pictures that are refused. @returns {PictureFile[]} */
export const hostile = () => [
  file('empty.png', 'image/png', ''),
  file('text.png', 'image/png', 'This is no picture.\n'.repeat(50)),
  file(
    'drawing.svg',
    'image/svg+xml',
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>document.title="x"</script><rect ' +
      'width="9" height="9"/></svg>',
  ),
  file(
    'photo.heic',
    'image/heic',
    Buffer.concat([
      Buffer.from([0, 0, 0, 24]),
      Buffer.from('ftypheic\0\0\0\0mif1heic', 'latin1'),
      Buffer.alloc(400, 7),
    ]),
  ),
  file('cut.png', 'image/png', shirt().bytes.subarray(0, 60)),
  file('cut.jpg', 'image/jpeg', jpeg(60, 80, grey).subarray(0, 40)),
  file('nothing.png', 'image/png', png(64, 64, 4, new Uint8Array(64 * 64 * 4))),
  file(
    'lies.png',
    'image/png',
    Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      chunk('IHDR', Buffer.concat([uint32(2 ** 31 - 1), uint32(2 ** 31 - 1), Buffer.from([8, 6, 0, 0, 0])])),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  ),
];
