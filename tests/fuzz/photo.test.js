/** Valid and invalid photos: arguments of any kind, and files that no browser can decode. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { preparePhoto } from '../../shim/photo.js';
import { Refusal, checked, contentOf, decode, mostPixels } from '../../web/try/decoding.js';
import { sizeOf } from '../../web/try/picture-size.js';
import { isRefusal, wrong } from '../api/support.js';
import { tooLarge, tooSlow } from '../support/hostile-pictures.js';
import { odd } from '../support/pictures.js';
import { damaged, damages } from './alter.js';
import { awkward, fuzz } from './property.js';

const MOST_PIXELS = 400; // so that a run stays short

const edge = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 1, max: 20 }) }, { weight: 1, arbitrary: awkward });
const share = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: 0, max: 1 }) },
  { weight: 2, arbitrary: fc.constantFrom(0, 1, 0.5, 1e-9, 5e-324, NaN, -0, 1n, 0.5 + 2 ** -53) },
  { weight: 1, arbitrary: awkward },
);
const properBox = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 })
  .map(([a, b, c, d]) => ({
    left: Math.min(a, b),
    top: Math.min(c, d),
    right: Math.max(a, b),
    bottom: Math.max(c, d),
  }));
const box = fc.oneof(
  { weight: 4, arbitrary: properBox },
  { weight: 3, arbitrary: fc.record({ left: share, top: share, right: share, bottom: share }, { requiredKeys: [] }) },
  { weight: 1, arbitrary: fc.anything() },
);
const options = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  {
    weight: 6,
    arbitrary: fc.record({ box, inverted: fc.oneof(fc.boolean(), fc.boolean(), awkward) }, { requiredKeys: [] }),
  },
  { weight: 1, arbitrary: fc.anything() },
);
const pixels = fc.array(fc.constantFrom(0, 1, 20, 127, 128, 200, 255), { minLength: 1, maxLength: 12 });
const KINDS = /** @type {const} */ ([Uint8Array, Uint8ClampedArray, Float32Array, BigUint64Array, Array, String]);

/** A picture, mostly valid. */
const pictures = fc
  .record({
    width: edge,
    height: edge,
    pixels,
    Kind: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...KINDS.slice(0, 2)) },
      { weight: 1, arbitrary: fc.constantFrom(...KINDS) },
    ),
    asRows: fc.boolean(),
    short: fc.constantFrom(0, 0, 0, 0, 1, -1),
  })
  .map(({ width, height, pixels, Kind, asRows, short }) => {
    const bytes = (/** @type {number} */ rows) => {
      const count = typeof width === 'number' ? width * rows * 4 : 0;
      const length = count > 0 && count <= 4 * MOST_PIXELS ? count + short : 4;
      const values = Array.from({ length }, (_, i) => pixels[i % pixels.length]);
      if (Kind === String) return String.fromCharCode(...values);
      if (Kind === Array) return values;
      return Kind === BigUint64Array ? BigUint64Array.from(values.map(BigInt)) : /** @type {any} */ (Kind).from(values);
    };
    if (asRows) return { width, height, rows: (/** @type {number} */ _, /** @type {number} */ count) => bytes(count) };
    return { width, height, data: bytes(typeof height === 'number' ? height : 0) };
  });

let prepared = 0;

fuzz(
  'arguments of preparePhoto',
  1.5,
  fc.tuple(fc.oneof({ weight: 12, arbitrary: pictures }, { weight: 1, arbitrary: fc.anything() }), options),
  async ([picture, given]) => {
    const result = await preparePhoto(wrong(picture), wrong(given)).catch((error) => void isRefusal(error));
    if (!result) return;
    prepared++;
    const { image, box: found, mask } = result;
    assert.ok(
      image.data.length === 784 &&
        mask.data.length === mask.width * mask.height &&
        mask.data.every((each) => each <= 1),
    );
    assert.ok(
      found.left >= 0 &&
        found.top >= 0 &&
        found.right <= 1 &&
        found.bottom <= 1 &&
        found.left <= found.right &&
        found.top <= found.bottom,
      JSON.stringify(found),
    );
  },
  { after: (runs) => assert.ok(prepared > runs / 20, `${prepared} pictures prepared of ${runs}`) },
);

const heads = fc.constantFrom(
  '',
  '\x89PNG\r\n\x1a\n',
  '\xff\xd8\xff',
  'GIF89a',
  'BM',
  'RIFF1234WEBP',
  '\0\0\x01\0',
  '1234ftypheic',
  '1234ftypavif',
  '<svg ',
  '<?xml?><svg>',
  '\ufeff<SVG\n',
);
const REASONS = ['empty-file', 'heic', 'svg', 'not-a-picture', 'too-large', 'too-slow'];

/** What the decoder received. @type {Blob[]} */
const given = [];
globalThis.createImageBitmap = (/** @type {any} */ blob) => {
  given.push(blob);
  return Promise.reject(new Error('not decoded'));
};

/** @param {Blob} file */
const opened = async (file) => decode(await checked(await contentOf(file)));

/** @param {Blob} file */
const refused = (file) =>
  assert.rejects(opened(file), (error) => {
    assert.ok(error instanceof Refusal, String(error));
    assert.ok(REASONS.includes(error.code));
    return true;
  });

fuzz('files that cannot be decoded', 12, fc.tuple(heads, fc.uint8Array({ maxLength: 60 })), async ([head, rest]) => {
  await refused(new Blob([Buffer.from(head, head.startsWith('\ufeff') ? 'utf8' : 'latin1'), new Uint8Array(rest)]));
});

/** Small files of every format, and some that are meant to do harm. @type {Uint8Array[]} */
const files = [
  ...odd().filter(({ bytes }) => bytes.length < 3000),
  ...[...tooLarge(), ...tooSlow().map((file) => ({ file }))]
    .map(({ file }) => file)
    .filter(({ bytes }) => bytes.length < 100_000),
].map(({ bytes }) => bytes);
const spoilt = fc.tuple(fc.nat(files.length - 1), damages).map(([i, damage]) => damaged(files[i], damage));

let claims = 0;

fuzz(
  'sizes of pictures',
  5,
  spoilt,
  async (bytes) => {
    const size = sizeOf(bytes);
    const [width, height] = size ? [size.width, size.height] : [0, 0];
    assert.ok(!size || (Number.isInteger(width) && width > 0 && height > 0 && size.work >= 0), JSON.stringify(size));
    if (size) claims++;
    given.length = 0;
    await refused(new Blob([bytes]));
    assert.ok(
      given.length === 0 || (width * height > 0 && width * height <= mostPixels(bytes.length)),
      'what claims too much reaches no decoder',
    );
  },
  { after: (runs) => assert.ok(claims > runs / 4, `${claims} sizes of ${runs} files`) },
);
