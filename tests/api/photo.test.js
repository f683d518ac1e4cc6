import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { preparePhoto, preparePicture } from '../../shim/photo.js';
import { datasets } from '../../shim/index.js';

/**
 * @param {number} width
 * @param {number} height
 * @param {(x: number, y: number) => number[]} colour RGBA
 */
function drawn(width, height, colour) {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(colour(x, y), (y * width + x) * 4);
  return { width, height, data, colorSpace: /** @type {const} */ ('srgb') };
}

/** A dark skirt in front of a bright wall, from one quarter to three quarters of the height. */
const skirt = drawn(300, 400, (x, y) =>
  y >= 100 && y < 300 && Math.abs(x - 150) < 30 + (y - 100) / 4 ? [40, 30, 90, 255] : [225, 220, 210, 255],
);

/** @param {{ left: number, top: number, right: number, bottom: number }} box */
const rounded = ({ left, top, right, bottom }) =>
  [left, top, right, bottom].map((share) => Math.round(share * 100) / 100);

describe('a photo', () => {
  test('becomes the garment, bright on black, from top to bottom of the picture', async () => {
    const { image, kind, box, mask } = await preparePhoto(skirt);
    assert.equal(kind, 'photo');
    assert.deepEqual(image.shape, [28, 28, 1]);
    for (const [i, want] of [0.23, 0.25, 0.77, 0.75].entries())
      assert.ok(Math.abs(rounded(box)[i] - want) <= 0.02, `${rounded(box)}`);
    assert.deepEqual([mask.width, mask.height, mask.data.length], [84, 112, 84 * 112]);
    assert.ok(image.data[14 * 28 + 14] > 200, 'dark cloth is bright');
    assert.equal(image.data[0], 0, 'the wall is black');
    assert.ok(image.data[14] > 50 && image.data[27 * 28 + 14] > 50, 'the longest edge goes from side to side');
  });

  test('is the same in strips', async () => {
    let asked = 0;
    const rows = (/** @type {number} */ first, /** @type {number} */ count) => {
      asked = first + count;
      return skirt.data.slice(first * 1200, (first + count) * 1200);
    };
    const { width, height } = skirt;
    assert.deepEqual(await preparePhoto({ width, height, rows }), await preparePhoto(skirt));
    assert.equal(asked, height);
  });

  test('longer than one strip is read in several', async () => {
    const height = 3000;
    const calls = /** @type {number[]} */ ([]);
    const rows = (/** @type {number} */ _, /** @type {number} */ count) => (
      calls.push(count), new Uint8Array(20000 * count * 4).fill(255)
    );
    const { mask } = await preparePhoto({ width: 20000, height, rows });
    assert.deepEqual([mask.width, mask.height], [112, 17]);
    assert.equal(
      calls.reduce((sum, count) => sum + count),
      height,
    );
    assert.ok(calls.length > 10);
  });

  test('two at a time do not mix', async () => {
    const other = drawn(300, 400, (x, y) =>
      x > 100 && x < 200 && y > 50 && y < 350 ? [200, 30, 30, 255] : [20, 60, 20, 255],
    );
    const [a, b] = [await preparePhoto(skirt), await preparePhoto(other)];
    assert.deepEqual(await Promise.all([preparePhoto(skirt), preparePhoto(other)]), [a, b]);
    assert.notDeepEqual(a.image, b.image);
  });

  test('with a box and inverted, shows what is in the box', async () => {
    const box = { left: 0, top: 0, right: 0.25, bottom: 0.25 };
    const { image, box: used } = await preparePhoto(skirt, { box, inverted: true });
    assert.deepEqual(rounded(used), [0, 0, 0.25, 0.25]);
    assert.ok(image.data[14 * 28 + 14] > 200, 'a bright wall is bright');
  });
});

test('a picture of the dataset passes through', async () => {
  const { train } = await datasets.synthetic({ trainSize: 20, testSize: 10 });
  for (let i = 0; i < 20; i++) {
    const gray = train.images.data.subarray(i * 784, (i + 1) * 784);
    const { image, kind } = await preparePhoto(drawn(28, 28, (x, y) => [...Array(3).fill(gray[y * 28 + x]), 255]));
    assert.equal(kind, 'ready');
    assert.deepEqual(image.data, new Uint8Array(gray));
  }
});

test('a cutout is taken as it is cut', async () => {
  const { kind, box } = await preparePhoto(
    drawn(100, 100, (x, y) => (x >= 20 && x < 60 && y >= 30 && y < 90 ? [255, 0, 0, 255] : [0, 0, 0, 0])),
  );
  assert.equal(kind, 'cutout');
  assert.deepEqual(rounded(box), [0.2, 0.3, 0.6, 0.9]);
});

describe('what cannot be is refused', () => {
  const cases = /** @type {[string, any, any, RegExp][]} */ ([
    ['nothing', undefined, {}, /^preparePhoto takes ImageData, .*, got undefined$/],
    [
      'no width',
      { width: 0, height: 5, data: new Uint8Array() },
      {},
      /^preparePhoto: width must be an integer 1\.\.32768, got 0$/,
    ],
    ['too long', { width: 5, height: 40000, rows: () => null }, {}, /height must be an integer 1\.\.32768, got 40000$/],
    [
      'too few bytes',
      { width: 2, height: 2, data: new Uint8Array(15) },
      {},
      /data must be 16 bytes of RGBA, got Uint8Array of 15 bytes$/,
    ],
    [
      'rows of another length',
      { width: 2, height: 2, rows: () => new Uint8Array(3) },
      {},
      /rows\(0, 2\) must return 16 bytes of RGBA, got Uint8Array of 3 bytes$/,
    ],
    [
      'rows of large numbers',
      { width: 1, height: 1, rows: () => new BigUint64Array(4) },
      {},
      /must return 4 bytes of RGBA, got BigUint64Array of 32 bytes$/,
    ],
    [
      'a box inside out',
      skirt,
      { box: { left: 0.5, top: 0, right: 0.4, bottom: 1 } },
      /box must have 0 ≤ left < right ≤ 1.*got 0\.5 … 0\.4/,
    ],
    ['a box without numbers', skirt, { box: {} }, /preparePhoto: box: left must be a number 0\.\.1, got undefined$/],
    [
      'a box of next to nothing',
      skirt,
      { box: { left: 0.5, top: 0.5, right: 0.5 + 1e-9, bottom: 0.5 + 1e-9 } },
      /preparePhoto: box must be larger than/,
    ],
    ['inverted by a word', skirt, { inverted: 'yes' }, /preparePhoto: inverted must be true or false, got "yes"$/],
    ['an unknown option', skirt, { crop: 1 }, /preparePhoto has no option 'crop'; it takes box, inverted$/],
    ['full transparency', drawn(9, 9, () => [1, 2, 3, 0]), {}, /fully transparent/],
  ]);
  for (const [name, picture, options, message] of cases) {
    test(name, () => assert.rejects(preparePhoto(picture, options), { name: 'FittingRoomError', message }));
  }
});

describe('a picture becomes an image', () => {
  const stripes = drawn(60, 30, (x) => (x < 20 ? [255, 0, 0, 255] : x < 40 ? [0, 255, 0, 255] : [0, 0, 255, 255]));
  /** @param {any} preparation */
  const row = async (preparation) => {
    const { shape, data } = await preparePicture(stripes, preparation);
    return { shape, first: Array.from(data.subarray(0, shape[1] * shape[2])) };
  };

  test('as a whole, in colour and in grey', async () => {
    const red = [255, 0, 0];
    const [green, blue] = [
      [0, 255, 0],
      [0, 0, 255],
    ];
    assert.deepEqual(await row({ size: [2, 3], channels: 3, crop: 'whole' }), {
      shape: [2, 3, 3],
      first: [red, green, blue].flat(),
    });
    assert.deepEqual((await row({ size: [2, 3], channels: 1, crop: 'whole' })).first, [76, 150, 29]);
    assert.deepEqual((await row({ size: [1, 1], channels: 3, crop: 'whole' })).first, [85, 85, 85]);
  });

  test('as the centre that has the proportions of the image', async () => {
    // 30 × 30 from the middle of 60 × 30: five columns red, twenty green, five blue
    assert.deepEqual(
      (await row({ size: [6, 6], channels: 3, crop: 'centre' })).first.slice(0, 6),
      [255, 0, 0, 0, 255, 0],
    );
    assert.deepEqual((await row({ size: [6, 12], channels: 3, crop: 'centre' })).first.slice(9, 12), [255, 0, 0]);
  });

  test('as the garment, with a margin', async () => {
    const { data } = await preparePicture(skirt, { size: [64, 64], channels: 1, crop: 'garment' });
    const dark = (/** @type {number} */ y) => data.subarray(y * 64, (y + 1) * 64).filter((value) => value < 120).length;
    assert.ok(dark(1) === 0 && dark(62) === 0 && dark(10) > 5 && dark(54) > dark(10), 'it fills the image');
    assert.ok(dark(32) / 64 > 0.25 && dark(32) / 64 < 0.5, 'and keeps its proportions');
  });

  test('as the garment cut out, like those of Fashion-MNIST', async () => {
    const { shape, data } = await preparePicture(skirt, { size: [28, 28], channels: 1, crop: 'cutout' });
    assert.deepEqual({ shape, data }, (await preparePhoto(skirt)).image);
  });

  test('on white where it is see-through', async () => {
    const half = drawn(4, 4, () => [0, 0, 0, 128]);
    const { data } = await preparePicture(half, { size: [1, 1], channels: 3, crop: 'whole' });
    assert.deepEqual([...data], [127, 127, 127]);
  });

  test('and photos in between do not mix with it', async () => {
    const preparation = { size: /** @type {[number, number]} */ ([9, 9]), channels: /** @type {const} */ (3) };
    const wanted = [
      await preparePicture(skirt, { ...preparation, crop: 'garment' }),
      await preparePhoto(skirt),
      await preparePicture(stripes, { ...preparation, crop: 'whole' }),
    ];
    const together = await Promise.all([
      preparePicture(skirt, { ...preparation, crop: 'garment' }),
      preparePhoto(skirt),
      preparePicture(stripes, { ...preparation, crop: 'whole' }),
    ]);
    assert.deepEqual(together, wanted);
  });

  /** @type {[string, any, any, RegExp][]} */
  const cases = [
    [
      'too large',
      stripes,
      { size: [257, 1], channels: 1, crop: 'whole' },
      /size must be an integer 1\.\.256, got 257$/,
    ],
    ['no size', stripes, { channels: 1, crop: 'whole' }, /size must be \[height, width\], got undefined$/],
    ['channels', stripes, { size: [1, 1], channels: 4, crop: 'whole' }, /channels must be 1 or 3, got 4$/],
    [
      'another crop',
      stripes,
      { size: [1, 1], channels: 1, crop: 'half' },
      /crop must be one of whole, centre, garment, cutout, got "half"$/,
    ],
    [
      'a cut-out of another size',
      skirt,
      { size: [48, 48], channels: 3, crop: 'cutout' },
      /^preparePicture: crop cutout takes size \[28, 28\] and channels 1, got \[48, 48\] and 3$/,
    ],
    ['no preparation', stripes, undefined, /^preparePicture takes an object of options, got undefined$/],
    ['no picture', null, { size: [1, 1], channels: 1, crop: 'whole' }, /^preparePicture takes ImageData, RGBA bytes/],
  ];
  for (const [what, picture, preparation, message] of cases)
    test(`but not ${what}`, () => assert.rejects(preparePicture(picture, preparation), { message }));
});
