import { deflateSync } from 'node:zlib';
import { chunk, uint32 } from './pictures.js';

/** Small files that claim to be, and mostly are, large pictures: made here, each under a megabyte. */

/** @typedef {import('./pictures.js').PictureFile} PictureFile */

const MEGABYTE = 2 ** 20;

/** @param {number} value @param {number} bytes @returns {Buffer} little endian */
function little(value, bytes) {
  const out = Buffer.alloc(bytes);
  out.writeUIntLE(value, 0, bytes);
  return out;
}

/** @param {number} value @returns {Buffer} big endian, 2 bytes */
const uint16 = (value) => Buffer.from([value >> 8, value & 255]);

const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const CHANNELS = /** @type {Record<number, number>} */ ({ 0: 1, 2: 3, 4: 2, 6: 4 });

/** Deflated data, by its inflated length. @type {Map<number, Buffer>} */
const deflated = new Map();

/** @param {number} count */
function deflatedZeros(count) {
  const known = deflated.get(count) ?? deflateSync(Buffer.alloc(count), { level: 9 });
  deflated.set(count, known);
  return known;
}

/**
 * A whole PNG, all of it black.
 * @param {number} width @param {number} height
 * @param {{ depth?: number, colour?: number, data?: Buffer, before?: Buffer[], after?: Buffer[] }} [options] `colour`:
 *   as PNG numbers its types; `data`: deflated
 */
export function blackPng(width, height, { depth = 1, colour = 0, data, before = [], after = [] } = {}) {
  const row = 1 + Math.ceil((width * depth * CHANNELS[colour]) / 8);
  const header = Buffer.concat([uint32(width), uint32(height), Buffer.from([depth, colour, 0, 0, 0])]);
  return Buffer.concat([
    PNG,
    chunk('IHDR', header),
    ...before,
    chunk('IDAT', data ?? deflatedZeros(row * height)),
    ...after,
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/**
 * @param {number} width
 * @param {number} height
 * @param {number} frames
 * @param {{ colour?: number, depth?: number }} [options]
 */
export function animatedPng(width, height, frames, { colour = 0, depth = 1 } = {}) {
  const data = deflatedZeros((1 + Math.ceil((width * depth * CHANNELS[colour]) / 8)) * height);
  const control = (/** @type {number} */ sequence) =>
    chunk(
      'fcTL',
      Buffer.concat([
        uint32(sequence),
        uint32(width),
        uint32(height),
        uint32(0),
        uint32(0),
        Buffer.from([0, 1, 0, 100, 0, 0]),
      ]),
    );
  const before = [chunk('acTL', Buffer.concat([uint32(frames), uint32(0)])), control(0)];
  const after = Array.from({ length: frames - 1 }, (_, i) => [
    control(2 * i + 1),
    chunk('fdAT', Buffer.concat([uint32(2 * i + 2), data])),
  ]).flat();
  return blackPng(width, height, { colour, depth, data, before, after });
}

/** @param {number} marker @param {Buffer} data */
const segment = (marker, data) => Buffer.concat([Buffer.from([0xff, marker]), uint16(data.length + 2), data]);

/** One code, 0, of one bit. @param {number} table class and number @param {number} symbol */
const oneCode = (table, symbol) => segment(0xc4, Buffer.from([table, 1, ...new Array(15).fill(0), symbol]));

/** @param {number} width @param {number} height @param {number} components @param {number} marker of the frame */
function jpegHead(width, height, components, marker) {
  const ids = Array.from({ length: components }, (_, i) => i + 1);
  return [
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, Buffer.from([0, ...new Array(64).fill(1)])),
    segment(
      marker,
      Buffer.from([8, ...uint16(height), ...uint16(width), components, ...ids.flatMap((id) => [id, 0x11, 0])]),
    ),
  ];
}

const END = Buffer.from([0xff, 0xd9]);

/**
 * A whole baseline JPEG, all of it grey: two bits for a block, both 0.
 * @param {number} width
 * @param {number} height
 * @param {number} [components]
 */
export function greyJpeg(width, height, components = 1) {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8) * components;
  const ids = Array.from({ length: components }, (_, i) => [i + 1, 0]).flat();
  return Buffer.concat([
    ...jpegHead(width, height, components, 0xc0),
    oneCode(0x00, 0),
    oneCode(0x10, 0),
    segment(0xda, Buffer.from([components, ...ids, 0, 63, 0])),
    Buffer.alloc(Math.ceil(blocks / 4)),
    END,
  ]);
}

/**
 * A progressive one with any number of scans, each of which says that nothing is added to any block.
 * @param {number} width
 * @param {number} height
 * @param {number} scans
 */
export function progressiveJpeg(width, height, scans) {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  const run = 2 ** 14; // blocks that a code of 1 bit and 14 more bits stand for
  const scan = Buffer.concat([
    segment(0xda, Buffer.from([1, 1, 0, 1, 63, 0])),
    Buffer.alloc(Math.ceil((Math.ceil(blocks / run) * 15) / 8)),
  ]);
  return Buffer.concat([
    ...jpegHead(width, height, 1, 0xc2),
    oneCode(0x00, 0),
    oneCode(0x10, 0xe0),
    segment(0xda, Buffer.from([1, 1, 0, 0, 0, 0])),
    Buffer.alloc(Math.ceil(blocks / 8)),
    ...new Array(scans).fill(scan),
    END,
  ]);
}

/** LZW for that many zeros: runs of growing length, then the longest over and over. @param {number} pixels */
function lzwZeros(pixels) {
  /** @type {number[]} */
  const bytes = [];
  let held = 0;
  let bits = 0;
  let width = 3;
  const put = (/** @type {number} */ code) => {
    held |= code << bits;
    for (bits += width; bits >= 8; bits -= 8, held >>>= 8) bytes.push(held & 255);
  };
  put(4); // clear
  let next = 6;
  let left = pixels;
  put(0);
  left--;
  for (let length = 2; left > 0; ) {
    const known = Math.min(next, 4095); // the run one longer than the last one, which this very code defines
    if (length > left) {
      put(left === 1 ? 0 : left + 4); // code 6 stands for two
      break;
    }
    put(known);
    left -= length;
    if (next < 4095) {
      next++;
      length++;
      if (next === 1 << width && width < 12) width++;
    }
  }
  put(5);
  if (bits) bytes.push(held & 255);
  return Buffer.from(bytes);
}

/** @param {Buffer} data in blocks of at most 255 bytes */
function subBlocks(data) {
  const blocks = [];
  for (let at = 0; at < data.length; at += 255) {
    const part = data.subarray(at, at + 255);
    blocks.push(Buffer.from([part.length]), part);
  }
  return Buffer.concat([...blocks, Buffer.from([0])]);
}

/**
 * @param {number} width of the screen
 * @param {number} height
 * @param {[number, number][]} frames their sizes, each all black
 */
export function blackGif(width, height, frames) {
  /** @type {Map<number, Buffer>} */
  const known = new Map();
  const dataOf = (/** @type {number} */ pixels) => {
    const data = known.get(pixels) ?? subBlocks(lzwZeros(pixels));
    known.set(pixels, data);
    return data;
  };
  const frame = (/** @type {[number, number]} */ [w, h]) => [
    Buffer.from([0x21, 0xf9, 4, 0, 1, 0, 0, 0, 0x2c, 0, 0, 0, 0]),
    little(w, 2),
    little(h, 2),
    Buffer.from([0, 2]),
    dataOf(w * h),
  ];
  return Buffer.concat([
    Buffer.from('GIF89a'),
    little(width, 2),
    little(height, 2),
    Buffer.from([0x80, 0, 0, 0, 0, 0, 255, 255, 255]),
    ...frames.flatMap(frame),
    Buffer.from([0x3b]),
  ]);
}

/**
 * Without the file's own header, as in icons.
 * @param {number} width
 * @param {number} height
 * @param {{ bits?: number, compression?: number, data?: Buffer }} [options]
 */
export function bitmap(width, height, { bits = 8, compression = 0, data = Buffer.alloc(0) } = {}) {
  const header = Buffer.alloc(40);
  header.writeUInt32LE(40, 0);
  header.writeInt32LE(width, 4);
  header.writeInt32LE(height, 8);
  header.writeUInt16LE(1, 12);
  header.writeUInt16LE(bits, 14);
  header.writeUInt32LE(compression, 16);
  header.writeUInt32LE(data.length, 20);
  return Buffer.concat([header, bits <= 8 ? Buffer.alloc(4 << bits) : Buffer.alloc(0), data]);
}

/** @param {Parameters<typeof bitmap>} claims */
export function bmp(...claims) {
  const inside = bitmap(...claims);
  const dataLength = claims[2]?.data?.length ?? 0;
  return Buffer.concat([
    Buffer.from('BM'),
    little(14 + inside.length, 4),
    little(0, 4),
    little(14 + inside.length - dataLength, 4),
    inside,
  ]);
}

/** Black, in runs of 255 pixels. @param {number} width @param {number} height */
export function rleBmp(width, height) {
  const row = Buffer.concat([
    ...new Array(Math.floor(width / 255)).fill(Buffer.from([255, 0])),
    Buffer.from([width % 255, 0]),
    Buffer.from([0, 0]),
  ]);
  return bmp(width, height, {
    compression: 1,
    data: Buffer.concat([...new Array(height).fill(row), Buffer.from([0, 1])]),
  });
}

/** @param {Buffer[]} pictures each a bitmap or a PNG */
export function icon(pictures) {
  let offset = 6 + 16 * pictures.length;
  const entries = pictures.map((picture) => {
    const entry = Buffer.concat([
      Buffer.from([0, 0, 0, 0]),
      little(1, 2),
      little(32, 2),
      little(picture.length, 4),
      little(offset, 4),
    ]);
    offset += picture.length;
    return entry;
  });
  return Buffer.concat([little(0, 2), little(1, 2), little(pictures.length, 2), ...entries, ...pictures]);
}

/** @param {string} type @param {Buffer} data */
const riff = (type, data) =>
  Buffer.concat([Buffer.from(type), little(data.length, 4), data, Buffer.alloc(data.length % 2)]);

/** @param {Buffer[]} chunks */
export const webp = (...chunks) => riff('RIFF', Buffer.concat([Buffer.from('WEBP'), ...chunks]));

/** Lossless, all of one colour: no bit for any pixel. @param {number} width @param {number} height */
export function losslessChunk(width, height) {
  let bits = BigInt(width - 1) | (BigInt(height - 1) << 14n) | (1n << 28n);
  // after three zeros; a simple code: one symbol, of one bit, which is 0
  for (let code = 0, at = 35n; code < 5; code++, at += 4n) bits |= 1n << at;
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64LE(bits, 0);
  return riff('VP8L', Buffer.concat([Buffer.from([0x2f]), bytes]));
}

/**
 * Lossy; the data is zeros, so every decision takes the first alternative.
 * @param {number} width
 * @param {number} height
 * @param {number} [bytes] of its first part, and of its second
 */
export function lossyChunk(width, height, bytes = 2 ** 18) {
  const tag = (bytes << 5) | 0x10; // a key frame that is shown
  return riff(
    'VP8 ',
    Buffer.concat([
      little(tag, 3),
      Buffer.from([0x9d, 1, 0x2a]),
      little(width, 2),
      little(height, 2),
      Buffer.alloc(2 * bytes),
    ]),
  );
}

/** @param {number} width @param {number} height @param {number} flags */
export const extendedChunk = (width, height, flags) =>
  riff('VP8X', Buffer.concat([little(flags, 4), little(width - 1, 3), little(height - 1, 3)]));

const ANIMATED = 2;

/** @param {number} width of the canvas @param {number} height @param {number} frames each as large as the canvas */
export function animatedWebp(width, height, frames) {
  const frame = riff(
    'ANMF',
    Buffer.concat([
      little(0, 3),
      little(0, 3),
      little(width - 1, 3),
      little(height - 1, 3),
      little(1, 3),
      Buffer.from([0]),
      losslessChunk(width, height),
    ]),
  );
  return webp(extendedChunk(width, height, ANIMATED), riff('ANIM', Buffer.alloc(6)), ...new Array(frames).fill(frame));
}

/** @param {string} type @param {(Buffer | number[])[]} parts */
function box(type, ...parts) {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([uint32(8 + body.length), Buffer.from(type), body]);
}

/** One frame of AV1, all grey, 4096 × 3072: made by libaom. */
export const GREY_FRAME = Buffer.from(
  '12000a0e00000082efffeffd01a20202020832b6011060c3025965945800100055f4f22e9ae8111d45592eeb0077cc411e7a' +
    '14f4764be620e60d007a89845ac59c78aec5db65f2cb0acb3517f50663c44b15f244c8335800200b93322f8959e025d650ef' +
    'd5cf9bbaacc577989d47172fd1f35c4b419238f4f22e92f2f9651289426871dbefeb8c8c1cce61b248b068722b7f2c0c9188' +
    '09d81c58be19007b76b3220c800c00478339ac9c934ed0a05287b8ef97a735a25737d827f004c72d6fb85bc7cc64c231b4b3' +
    'a259a7',
  'hex',
);

/**
 * A picture in AVIF.
 * @param {number} width as the file claims @param {number} height
 * @param {Buffer} frame
 * @param {{ grid?: [columns: number, rows: number, width: number, height: number], times?: number, brand?: string }}
 *   [options] `grid`: that frame repeated; `times`: how many times the item's data repeats the frame
 */
export function avif(width, height, frame, { grid, times = 1, brand = 'avif' } = {}) {
  const data = Buffer.concat(new Array(times).fill(frame));
  const [columns, rows] = grid ?? [0, 0];
  const cells = columns * rows;
  const items = [grid ? 'grid' : 'av01', ...new Array(cells).fill('av01')];
  const gridData = grid
    ? Buffer.concat([Buffer.from([0, 1, rows - 1, columns - 1]), uint32(grid[2]), uint32(grid[3])])
    : Buffer.alloc(0);
  const full = [0, 0, 0, 0];
  const head = box('ftyp', Buffer.from(`${brand}\0\0\0\0${brand}mif1miaf`, 'latin1'));
  const size = (/** @type {number} */ w, /** @type {number} */ h) => box('ispe', full, uint32(w), uint32(h));
  const properties = box(
    'iprp',
    box(
      'ipco',
      size(width, height),
      box('pixi', full, [3, 8, 8, 8]),
      box('av1C', [0x81, 0x0f, 0x0c, 0]),
      size(4096, 3072),
    ),
    box(
      'ipma',
      full,
      uint32(items.length),
      ...items.map((type, i) => [...uint16(i + 1), 3, grid && type === 'av01' ? 4 : 1, 2, 0x83]),
    ),
  );
  /** @param {number} at the frame's position */
  const metaAt = (at) =>
    box(
      'meta',
      full,
      box('hdlr', full, full, Buffer.from('pict'), Buffer.alloc(13)),
      box('pitm', full, uint16(1)),
      box(
        'iloc',
        [1, 0, 0, 0],
        [0x44, 0],
        uint16(items.length),
        ...items.map((type, i) =>
          Buffer.concat([
            uint16(i + 1),
            uint16(type === 'grid' ? 1 : 0),
            uint16(0),
            uint16(1),
            ...(type === 'grid' ? [uint32(0), uint32(gridData.length)] : [uint32(at), uint32(data.length)]),
          ]),
        ),
      ),
      box(
        'iinf',
        full,
        uint16(items.length),
        ...items.map((type, i) => box('infe', [2, 0, 0, 0], uint16(i + 1), uint16(0), Buffer.from(type), [0])),
      ),
      properties,
      ...(grid
        ? [
            box('iref', full, box('dimg', uint16(1), uint16(cells), ...items.slice(1).map((_, i) => uint16(i + 2)))),
            box('idat', gridData),
          ]
        : []),
    );
  const meta = metaAt(head.length + metaAt(0).length + 8);
  return Buffer.concat([head, meta, box('mdat', data)]);
}

/**
 * A sequence in AVIF, with its frames in a track.
 * @param {number} width
 * @param {number} height
 * @param {Buffer} frame
 * @param {number} frames
 */
export function avifSequence(width, height, frame, frames) {
  const full = [0, 0, 0, 0];
  const head = box('ftyp', Buffer.from('avis\0\0\0\0avisavifmsf1miaf', 'latin1'));
  const entry = box(
    'av01',
    Buffer.alloc(24),
    uint16(width),
    uint16(height),
    Buffer.alloc(50),
    box('av1C', [0x81, 0x0f, 0x0c, 0]),
  );
  const moovAt = (/** @type {number} */ at) =>
    box(
      'moov',
      box(
        'trak',
        box(
          'mdia',
          box(
            'minf',
            box(
              'stbl',
              box('stsd', full, uint32(1), entry),
              box('stsz', full, uint32(frame.length), uint32(frames)),
              box('stco', full, uint32(1), uint32(at)),
            ),
          ),
        ),
      ),
    );
  const moov = moovAt(head.length + moovAt(0).length + 8);
  return Buffer.concat([head, moov, box('mdat', ...new Array(frames).fill(frame))]);
}

/** The beginning of a sequence of frames of 8192 × 4096. */
const LARGE_FRAME = Buffer.from('12000a0e000000832ffffffe80d101010104328c0310606181', 'hex');

const EXTENSIONS = /** @type {Record<string, string>} */ ({
  png: 'image/png',
  jpg: 'image/jpeg',
  gif: 'image/gif',
  bmp: 'image/bmp',
  webp: 'image/webp',
  ico: 'image/x-icon',
  avif: 'image/avif',
});

/** @param {string} name @param {Buffer} bytes @returns {PictureFile} */
function file(name, bytes) {
  if (bytes.length > MEGABYTE) throw new Error(`${name} has ${bytes.length} bytes`);
  return { name, type: EXTENSIONS[name.replace(/.*\./, '')], bytes };
}

/**
 * Pictures that are larger than files of their size may be, and the largest size that a header claims.
 * @returns {{ file: PictureFile, width: number, height: number }[]}
 */
export const tooLarge = () => [
  .../** @type {[string, Buffer, number, number?][]} */ ([
    ['whole.png', blackPng(16384, 16384), 16384],
    ['larger.png', blackPng(30000, 30000), 30000],
    ['claim.png', blackPng(2 ** 31 - 1, 1, { data: Buffer.alloc(9) }), 2 ** 31 - 1, 1],
    ['moving.png', animatedPng(16384, 16384, 3), 16384],
    ['whole.jpg', greyJpeg(16000, 16000), 16000],
    ['progressive.jpg', progressiveJpeg(16384, 16384, 1), 16384],
    ['claim.jpg', greyJpeg(65535, 65535).subarray(0, 4000), 65535],
    ['screen.gif', blackGif(65535, 65535, [[10, 10]]), 65535],
    ['frame.gif', blackGif(10, 10, [[16000, 16000]]), 16000],
    [
      'later-frame.gif',
      blackGif(10, 10, [
        [10, 10],
        [16000, 16000],
      ]),
      16000,
    ],
    ['claim.bmp', bmp(16384, 16384), 16384],
    ['upside-down.bmp', bmp(16384, -16384, { bits: 32 }), 16384],
    ['runs.bmp', rleBmp(9000, 9000), 9000],
    ['png.ico', icon([blackPng(16, 16), blackPng(16384, 16384)]), 16384],
    ['bitmap.ico', icon([bitmap(16384, 32768, { bits: 1 })]), 16384],
    ['lossless.webp', webp(losslessChunk(16383, 16383)), 16383],
    ['lossy.webp', webp(lossyChunk(16383, 16383)), 16383],
    ['canvas.webp', webp(extendedChunk(2 ** 24, 2 ** 24, 0), losslessChunk(8, 8)), 2 ** 24],
    ['inside.webp', webp(extendedChunk(8, 8, 0), losslessChunk(16383, 16383)), 16383],
    ['moving.webp', animatedWebp(16383, 16383, 3), 16383],
    ['claim.avif', avif(16384, 16384, GREY_FRAME), 16384],
    ['frame.avif', avif(64, 64, LARGE_FRAME), 8192, 4096],
    ['grid.avif', avif(64, 64, GREY_FRAME, { grid: [4, 4, 16384, 12288] }), 16384, 12288],
    ['sequence.avif', avifSequence(64, 64, LARGE_FRAME, 2), 8192, 4096],
  ]).map(([name, bytes, width, height = width]) => ({ file: file(name, bytes), width, height })),
];

/** Of an acceptable size, but a decoder processes it again and again. @returns {PictureFile[]} */
export const tooSlow = () => [
  file('scans.jpg', progressiveJpeg(4096, 3072, 20_000)),
  file('frames.avif', avif(4096, 3072, GREY_FRAME, { times: 300 })),
  file('frames.webp', animatedWebp(4096, 3072, 15_000)),
];

/** As large as files under a megabyte may be, or excessive in some other way. @returns {PictureFile[]} */
export const largest = () => [
  file('largest.png', blackPng(4096, 3072)),
  file('deep.png', blackPng(4096, 3072, { depth: 16, colour: 2 })),
  file('moving.png', animatedPng(4096, 3072, 300)),
  file('more-data.png', blackPng(10, 10, { data: deflatedZeros(5e8) })),
  file(
    'profile.png',
    blackPng(10, 10, { before: [chunk('iCCP', Buffer.concat([Buffer.from('x\0\0'), deflatedZeros(5e8)]))] }),
  ),
  file(
    'text.png',
    blackPng(10, 10, { before: [chunk('zTXt', Buffer.concat([Buffer.from('x\0\0'), deflatedZeros(5e8)]))] }),
  ),
  file('largest.jpg', greyJpeg(4096, 3072, 3)),
  file('cmyk.jpg', greyJpeg(4096, 3072, 4)),
  file('progressive.jpg', progressiveJpeg(4096, 3072, 90)),
  file('largest.gif', blackGif(4096, 3072, new Array(60).fill([4096, 3072]))),
  file('frames.gif', blackGif(10, 10, new Array(30_000).fill([3, 3]))),
  file('runs.bmp', rleBmp(4096, 3072)),
  file('claim.bmp', bmp(4096, 3072, { bits: 32 })),
  file('largest.ico', icon([blackPng(4096, 3072)])),
  file('entries.ico', icon(new Array(60_000).fill(Buffer.alloc(0)))),
  file('lossless.webp', webp(losslessChunk(4096, 3072))),
  file('lossy.webp', webp(lossyChunk(4096, 3072))),
  file('moving.webp', animatedWebp(4096, 3072, 3000)),
  file('largest.avif', avif(4096, 3072, GREY_FRAME)),
  file('four-times.avif', avif(4096, 3072, GREY_FRAME, { times: 4 })),
];
