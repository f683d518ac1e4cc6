/** The pictures that models/photos is trained on, and recipes that train on them. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { datasets, layers } from '../../shim/index.js';
import { CANVAS, boxOf, fit, newCanvas, sample } from '../../models/garments/canvas.js';
import { cosine, exponential, power, sine } from '../../models/garments/exact.js';
import { garmentsOf } from '../../models/garments/garments.js';
import { randomFrom } from '../../models/garments/random.js';
import { sha256 } from '../../models/measure.js';
import { photos } from '../../models/photos.js';
import { build, fitTo } from '../../models/recipe.js';
import { weightBytes } from './support.js';

/** @import { Tensor } from '../../shim/tensor.js' */
/** @import { Recipe } from '../../models/recipe.js' */

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const COUNT = 1500;
const INK = 20;
const [T_SHIRT, TROUSER, PULLOVER, DRESS, COAT, SHIRT, BAG] = [0, 1, 2, 3, 4, 6, 8];
const SHOES = [5, 7, 9];

const few = async () => {
  const { train } = await datasets.synthetic({ trainSize: 600, testSize: 1, seed: 1 });
  return {
    images: /** @type {Uint8Array} */ (train.images.data),
    labels: /** @type {Uint8Array} */ (train.labels.data),
  };
};

test('mulberry32: the numbers that its author’s program gives', () => {
  const { next } = randomFrom(1);
  assert.deepEqual(
    [next(), next(), next()].map((value) => Math.round(value * 2 ** 32)),
    [2693262067, 11749833, 2265367787],
  );
});

test('the same seed gives the same pictures, another one others', async () => {
  const { images, labels } = await few();
  const before = sha256(images);
  const first = garmentsOf(images, labels, 7);
  assert.equal(sha256(garmentsOf(images, labels, 7)), sha256(first));
  assert.notEqual(sha256(garmentsOf(images, labels, 8)), sha256(first));
  assert.equal(sha256(images), before, 'the dataset is left as it is');
});

test('a third of the pictures are only mirrored, and none is empty', async () => {
  const { images, labels } = await few();
  const made = garmentsOf(images, labels, 3);
  let clean = 0;
  for (let i = 0; i < labels.length; i++) {
    const [before, after] = [images, made].map((data) => data.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE));
    const same = after.every((value, at) => value === before[at]);
    const mirrored = after.every((value, at) => value === before[at - (at % SIDE) + SIDE - 1 - (at % SIDE)]);
    if (same || mirrored) clean++;
    assert.ok(after.filter((value) => value > 20).length > 20, `picture ${i}, of class ${labels[i]}`);
  }
  assert.ok(Math.abs(clean / labels.length - 0.35) < 0.07, `${clean} of ${labels.length}`);
});

test('sampling: a pixel at its centre, the mean of two between them, black beyond', () => {
  const data = new Uint8Array(SIDE * SIDE);
  data[5 * SIDE + 7] = 200;
  const picture = { data, at: 0 };
  assert.equal(sample(picture, 7, 5), 200);
  assert.equal(sample(picture, 7.5, 5), 100);
  assert.equal(sample(picture, 7.5, 5.5), 50);
  assert.equal(sample(picture, -3, 40), 0);
});

test('fit: the longest edge fills the picture, centred; an empty canvas gives an empty picture', () => {
  const canvas = newCanvas();
  const out = new Uint8Array(SIDE * SIDE);
  fit(canvas, out, 0, 1);
  assert.ok(out.every((value) => value === 0));
  // 14 × 56: the width is a quarter of the height
  for (let y = 4; y < 60; y++) for (let x = 20; x < 34; x++) canvas[y * CANVAS + x] = 90;
  fit(canvas, out, 0, 1);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const inside = x >= 11 && x < 17;
      const edge = x === 10 || x === 17;
      assert.equal(out[y * SIDE + x], inside ? 90 : edge ? 45 : 0, `${x}, ${y}`);
    }
  }
});

/** @type {{ images: Uint8Array, labels: Uint8Array, made: Uint8Array }} */
let drawn;

before(async () => {
  const { train } = await datasets.synthetic({ trainSize: COUNT, testSize: 1, seed: 1 });
  const [images, labels] = [train.images, train.labels].map(({ data }) => /** @type {Uint8Array} */ (data));
  drawn = { images, labels, made: garmentsOf(images, labels, 1) };
});

/** @param {Uint8Array} pictures @param {number} i */
const picture = (pictures, i) => pictures.subarray(i * PIXELS, (i + 1) * PIXELS);

/** @param {Uint8Array} pixels */
const mirrored = (pixels) => pixels.map((_, i) => pixels[i - (i % SIDE) + SIDE - 1 - (i % SIDE)]);

/** @param {number} i whether its picture is the dataset's own, possibly mirrored */
const isClean = (i) =>
  [picture(drawn.images, i), mirrored(picture(drawn.images, i))].some((own) =>
    Buffer.from(own).equals(picture(drawn.made, i)),
  );

/** @param {number[]} labels @returns {number[]} which pictures of these classes were warped */
const warped = (...labels) => [...drawn.labels.keys()].filter((i) => labels.includes(drawn.labels[i]) && !isClean(i));

/** @param {number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The average factor by which garments became wider in proportion to their height. @param {number} label */
function widening(label) {
  const aspect = (/** @type {Uint8Array} */ pixels) => {
    const { left, top, right, bottom } = boxOf(pixels, SIDE, INK);
    return (right - left) / (bottom - top);
  };
  const [before, after] = [drawn.images, drawn.made].map((pictures) =>
    mean(warped(label).map((i) => aspect(picture(pictures, i)))),
  );
  return after / before;
}

describe('functions that are the same in every engine', () => {
  const steps = Array.from({ length: 4001 }, (_, i) => i / 4000);
  /** @param {number} found @param {number} wanted @param {string} what */
  const close = (found, wanted, what) =>
    assert.ok(Math.abs(found - wanted) <= 4e-15 * Math.max(1, Math.abs(wanted)), `${what}: ${found}, want ${wanted}`);

  test('sine and cosine', () => {
    for (const x of steps.map((step) => 40 * step - 20)) {
      close(sine(x), Math.sin(x), `sin ${x}`);
      close(cosine(x), Math.cos(x), `cos ${x}`);
    }
    assert.deepEqual([sine(0), cosine(0)], [0, 1]);
  });

  test('exponential and power', () => {
    for (const x of steps.map((step) => 16 * step - 15)) close(exponential(x), Math.exp(x), `exp ${x}`);
    for (const base of steps)
      for (const exponent of [0.25, 0.5, 1, 2.7, 4])
        close(power(base, exponent), base ** exponent, `${base} ** ${exponent}`);
    assert.deepEqual([exponential(0), exponential(-1e4), power(0, 0.3), power(1, 0.3)], [1, 0, 0, 1]);
  });

  test('bit for bit', () => {
    const values = Float64Array.from(
      [1, 2, 3].flatMap((x) => [sine(x), cosine(x), exponential(-x), power(x / 4, 0.3)]),
    );
    assert.equal(
      sha256(new Uint8Array(values.buffer)),
      'c09a216c0ed7b31c1c6fab1954a0d39363b2d9ea19a4b756a49f510444a42b3d',
    );
  });
});

describe('garments as they lie in photos', () => {
  test('follow from the seed, bit for bit', () => {
    const { images, labels, made } = drawn;
    assert.equal(sha256(made), 'e55e5ed6a3b0b6152d191d5f5436389df56f173130ce37ffa088c9074db10d6e');
    const again = garmentsOf(images.subarray(0, 50 * PIXELS), labels.subarray(0, 50), 1);
    assert.deepEqual(again, made.subarray(0, 50 * PIXELS), 'an earlier picture does not depend on how many follow');
  });

  test('fill the picture from edge to edge, or nearly', () => {
    for (const i of warped(BAG)) {
      const { left, top, right, bottom } = boxOf(picture(drawn.made, i), SIDE, INK);
      assert.ok(Math.max(right - left, bottom - top) >= 24, `picture ${i}`);
    }
  });

  test('long sleeves are spread, short ones hardly, trousers stay narrow', () => {
    for (const label of [PULLOVER, COAT, SHIRT])
      assert.ok(widening(label) > 1.35, `class ${label}: ${widening(label)}`);
    assert.ok(widening(T_SHIRT) > 1 && widening(T_SHIRT) < 1.3, `${widening(T_SHIRT)}`);
    const narrow = warped(TROUSER).filter((i) => {
      const { left, right } = boxOf(picture(drawn.made, i), SIDE, INK);
      return right - left < 0.75 * SIDE;
    });
    assert.ok(narrow.length > 0.7 * warped(TROUSER).length);
    assert.ok(widening(DRESS) > 1);
  });

  test('shoes: many a pair, whose box is no longer flat', () => {
    const tall = warped(...SHOES).filter((i) => {
      const { top, bottom } = boxOf(picture(drawn.made, i), SIDE, INK);
      return bottom - top >= 0.8 * SIDE;
    });
    assert.ok(tall.length > 0.4 * warped(...SHOES).length, `${tall.length} of ${warped(...SHOES).length}`);
  });

  test('an empty picture stays empty', () => {
    for (const label of Array(10).keys()) {
      const labels = new Uint8Array(12).fill(label);
      const made = garmentsOf(new Uint8Array(12 * PIXELS), labels, 5);
      if (!SHOES.includes(label))
        assert.ok(
          made.every((grey) => grey === 0),
          `class ${label}`,
        ); // shoes seen from above have a shape of their own
    }
  });
});

describe('recipes', () => {
  const samples = 300;
  const part = () => ({
    images: { shape: [samples, SIDE, SIDE, 1], data: drawn.images.subarray(0, samples * PIXELS) },
    labels: { shape: [samples], data: drawn.labels.subarray(0, samples) },
  });
  /** @type {Recipe} */
  const small = {
    ...photos,
    fit: { ...photos.fit, epochs: 2 },
    layers: () => [
      layers.conv2d({ inputShape: [SIDE, SIDE, 1], filters: 2, kernelSize: 3, activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 4 }),
      layers.flatten(),
      layers.dropout({ rate: 0.5 }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
    compile: () => ({ optimizer: 'adam' }),
  };

  /** @param {Recipe} recipe */
  async function weightsOf(recipe) {
    const model = await build(recipe);
    await fitTo(recipe, model, part(), { verbose: 0 });
    const weights = weightBytes(model);
    assert.deepEqual(model.position, { epoch: 2, batch: 0 });
    model.dispose();
    return weights;
  }

  test('pictures are asked for epoch by epoch, which training does not notice', async () => {
    /** @type {number[]} */
    const epochs = [];
    const asIs = {
      ...small,
      pictures: (/** @type {{ images: Tensor<Uint8Array> }} */ { images }, /** @type {number} */ epoch) => (
        epochs.push(epoch), images
      ),
    };
    assert.ok((await weightsOf(asIs)).equals(await weightsOf({ ...small, pictures: undefined })));
    assert.deepEqual(epochs, [0, 1]);
  });

  test('the same recipe gives the same weights, other pictures or class weights others', async () => {
    const weights = await weightsOf(small);
    assert.ok(weights.equals(await weightsOf(small)));
    assert.ok(!weights.equals(await weightsOf({ ...small, pictures: undefined })));
    assert.ok(!weights.equals(await weightsOf({ ...small, fit: { epochs: 2, batchSize: 64 } })));
  });

  test('photos: every epoch has pictures of its own', () => {
    const made = [0, 1, 0].map((epoch) => photos.pictures?.(part(), epoch));
    assert.deepEqual(made[0]?.shape, [samples, SIDE, SIDE, 1]);
    assert.deepEqual(made[2], made[0]);
    assert.notDeepEqual(made[1], made[0]);
  });

  test('photos: two epochs of the network itself', async () => {
    const recipe = { ...photos, fit: { ...photos.fit, epochs: 2 } };
    const model = await build(recipe);
    await fitTo(recipe, model, part(), { verbose: 0 });
    assert.equal(model.optimizer.iterations, 2 * Math.ceil(samples / recipe.fit.batchSize));
    assert.equal(model.countParams(), 358506);
    model.dispose();
  });
});
