/**
 * Random layers: exactly what they may do to a picture, and how often, within five deviations of what the distribution
 * gives (one correct layer in two million falls outside; the seeds are fixed, so a test passes always or never).
 *
 * Translation, rotation and zoom are read from two ramps: in the first channel each pixel holds its row, in the second
 * its column. Bilinear interpolation is exact on ramps, so an output shows which place in the input it was taken from.
 */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as api from '../../../shim/index.js';
import { near, uniform, useOracles } from './support.js';

before(useOracles);

const { layers, sequential, tensor } = /** @type {any} */ (api);

/**
 * The layer's output in training, n pictures of `shape`.
 * @param {any} layer made for an inputShape
 * @param {{ shape: number[], data: any }} x
 * @param {{ seed?: number, training?: boolean }} [options]
 * @returns {Promise<Float32Array>}
 */
async function drawn(layer, x, { seed = 4, training = true } = {}) {
  const model = await sequential({ layers: [layer], seed });
  const { data } = model.activations(x, 0, { training });
  model.dispose();
  return data;
}

/** n times the same picture. @param {ArrayLike<number>} picture @param {number[]} shape @param {number} n */
const copies = (picture, shape, n) =>
  tensor(
    Float32Array.from({ length: n * picture.length }, (_, i) => picture[i % picture.length]),
    [n, ...shape],
  );

/** @param {Float32Array} data @param {number} size */
const split = (data, size) =>
  Array.from({ length: data.length / size }, (_, i) => data.subarray(i * size, (i + 1) * size));

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
const equals = (a, b) => a.length === b.length && Array.from(a).every((value, i) => value === b[i]);

/**
 * @param {number} height
 * @param {number} width
 * @param {(y: number, x: number) => [number, number]} from the source of each pixel
 */
const permuted = (/** @type {Float32Array} */ picture, height, width, from) =>
  Float32Array.from({ length: height * width }, (_, i) => {
    const [y, x] = from(Math.floor(i / width), i % width);
    return picture[y * width + x];
  });

/** Row and column of each pixel. @param {number} side */
const ramps = (side) =>
  Float32Array.from({ length: side * side * 2 }, (_, i) => (i % 2 ? (i >> 1) % side : Math.floor((i >> 1) / side)));

/** @param {number[]} values @param {number} low @param {number} high */
function assertUniform(values, low, high) {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
  const sd = (high - low) / Math.sqrt(12);
  assert.ok(
    Math.min(...values) >= low - 1e-5 && Math.max(...values) <= high + 1e-5,
    `${Math.min(...values)} … ${Math.max(...values)} is not in ${low} … ${high}`,
  );
  assert.ok(Math.abs(mean - (low + high) / 2) < (5 * sd) / Math.sqrt(n), `mean ${mean}`);
  // its own error: sd √((9/5 - 1) / 4n)
  assert.ok(Math.abs(deviation - sd) < 5 * sd * Math.sqrt(0.2 / n), `deviation ${deviation}, want ${sd}`);
}

/** @param {number[]} a @param {number[]} b */
function assertUnrelated(a, b) {
  const n = a.length;
  const mean = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + value, 0) / n;
  const [ma, mb] = [mean(a), mean(b)];
  const product = (
    /** @type {number[]} */ u,
    /** @type {number} */ mu,
    /** @type {number[]} */ v,
    /** @type {number} */ mv,
  ) => mean(u.map((value, i) => (value - mu) * (v[i] - mv)));
  const correlation = product(a, ma, b, mb) / Math.sqrt(product(a, ma, a, ma) * product(b, mb, b, mb));
  assert.ok(Math.abs(correlation) < 5 / Math.sqrt(n), `correlation ${correlation}`);
}

/** @param {number} count @param {number} n @param {number} probability */
const assertShare = (count, n, probability) =>
  assert.ok(
    Math.abs(count - n * probability) <= 5 * Math.sqrt(n * probability * (1 - probability)),
    `${count} of ${n}, want about ${n * probability}`,
  );

/* ---- what all of them have in common -------------------------------------------------------------- */

const PICTURE = uniform(6 * 8 * 2, 3, 0.1, 0.9);
const SHAPE = [6, 8, 2];

/** @type {[string, any, any][]} name, options under which most pictures change, options that change nothing */
const RANDOM = [
  ['dropout', { rate: 0.5 }, { rate: 0 }],
  ['randomFlip', {}, undefined],
  ['randomTranslation', { heightFactor: 0.3, widthFactor: 0.3 }, { heightFactor: 0, widthFactor: 0 }],
  ['randomRotation', { factor: 0.2 }, { factor: 0 }],
  ['randomZoom', { heightFactor: 0.4 }, { heightFactor: 0, widthFactor: 0 }],
  ['randomContrast', { factor: 0.7 }, { factor: 0 }],
  ['randomErasing', { factor: [1, 1], fillValue: 0.5 }, { factor: 0 }],
];

for (const [name, options, nothing] of RANDOM) {
  const layer = (/** @type {any} */ more = {}) => layers[name]({ inputShape: SHAPE, ...options, ...more });
  const pictures = copies(PICTURE, SHAPE, 40);

  test(`layer ${name}: changes nothing in inference`, async () => {
    assert.deepEqual(await drawn(layer(), pictures, { training: false }), pictures.data);
    const model = await sequential({ layers: [layer()], seed: 4 });
    assert.deepEqual((await model.predict(pictures)).data, pictures.data);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    assert.deepEqual(await model.evaluate(pictures, pictures), [0]);
    model.dispose();
  });

  if (nothing)
    test(`layer ${name}: changes nothing where it is told to change nothing`, async () => {
      // what contrast subtracts and adds again is rounded
      near(
        'pictures',
        await drawn(layers[name]({ inputShape: SHAPE, ...nothing }), pictures),
        pictures.data,
        name === 'randomContrast' ? { relative: 2e-7, floor: 0 } : { relative: 0, floor: 0 },
      );
    });

  test(`layer ${name}: of one picture it makes many, the same of one seed, others of another`, async () => {
    const first = await drawn(layer(), pictures);
    const kinds = new Set(split(first, PICTURE.length).map((picture) => picture.join()));
    assert.ok(kinds.size >= (name === 'randomFlip' ? 4 : 30), `${kinds.size} different ones of 40`);
    assert.deepEqual(await drawn(layer(), pictures), first);
    assert.notDeepEqual(await drawn(layer(), pictures, { seed: 5 }), first);
    assert.deepEqual(
      await drawn(layer({ seed: 9 }), pictures, { seed: 4 }),
      await drawn(layer({ seed: 9 }), pictures, { seed: 5 }),
      'a seed of its own',
    );
    assert.notDeepEqual(await drawn(layer({ seed: 9 }), pictures), await drawn(layer({ seed: 10 }), pictures));
  });

  test(`layer ${name}: two of them in one model draw apart`, async () => {
    const model = await sequential({
      layers: [layer({ name: 'first' }), layer({ name: 'second', inputShape: undefined })],
      seed: 4,
    });
    const [one, two] = [
      model.activations(pictures, 'first', { training: true }).data,
      model.activations(pictures, 'second', { training: true }).data,
    ];
    const repeated = await sequential({ layers: [layer()], seed: 4 });
    const twice = repeated.activations(tensor(one, pictures.shape), 0, { training: true }).data;
    assert.notDeepEqual(two, twice, 'the second does not repeat what the first did');
    for (const made of [model, repeated]) made.dispose();
  });

  test(`layer ${name}: what training sees is what can be looked at, and each step sees another`, async () => {
    // one weight per pixel, a slope of 1: the gradient is the layer's output
    const size = PICTURE.length;
    const stack = [layer({ name: 'drawn' }), layers.flatten(), layers.dense({ units: 1, useBias: false })];
    const model = await sequential({ layers: stack, seed: 6 });
    model.setWeights([tensor(new Float32Array(size).fill(0.01), [size, 1])]);
    model.compile({ optimizer: { name: 'sgd', learningRate: 0 }, loss: 'mae' });
    const [x, y] = [copies(PICTURE, SHAPE, 1), tensor([-100], [1, 1])];
    /** @type {string[]} */
    const seen = [];
    for (let step = 0; step < 12; step++) {
      const looked = model.activations(x, 'drawn', { training: true }).data;
      near(`step ${step}`, model.gradients(x, y).gradients[0].data, looked, { relative: 1e-6, floor: 0 });
      seen.push(looked.join());
      await model.fit(x, y, { verbose: 0 });
    }
    assert.ok(
      new Set(seen).size >= (name === 'randomFlip' ? 3 : 9),
      `${new Set(seen).size} different ones in 12 steps`,
    );
    model.dispose();
  });
}

/* ---- dropout -------------------------------------------------------------------------------------- */

for (const rate of [0.1, 0.5, 0.8])
  test(`layer dropout: a rate of ${rate}, alone and behind dense`, async () => {
    const [n, units] = [50, 400];
    const stacks = [
      [layers.dropout({ inputShape: [units], rate })],
      [layers.dense({ inputShape: [units], units, activation: 'relu' }), layers.dropout({ rate })],
    ];
    for (const stack of stacks) {
      const model = await sequential({ layers: stack, seed: 3 });
      if (stack.length > 1)
        model.setWeights([
          tensor(new Float32Array(units * units).fill(1 / units), [units, units]),
          tensor(new Float32Array(units), [units]),
        ]); // each unit the mean: 1
      const { data } = model.activations(tensor(new Float32Array(n * units).fill(1), [n, units]), stack.length - 1, {
        training: true,
      });
      const dropped = data.filter((/** @type {number} */ value) => value === 0).length;
      assert.ok(
        data.every((/** @type {number} */ value) => value === 0 || Math.abs(value * (1 - rate) - 1) < 1e-5),
        'nothing, or scaled',
      );
      assertShare(dropped, n * units, rate);
      const rows = split(data, units);
      const byUnit = Array.from({ length: units }, (_, u) => rows.filter((row) => row[u] === 0).length);
      // counts of 50: variance 50 rate (1 - rate); if a unit were dropped in all samples or in none, it would be fifty
      // times that
      const variance = byUnit.reduce((sum, count) => sum + (count - n * rate) ** 2, 0) / units;
      assert.ok(
        variance < 1.6 * n * rate * (1 - rate) && variance > 0.6 * n * rate * (1 - rate),
        `variance ${variance}`,
      );
      model.dispose();
    }
  });

test('layer dropout: gradients stop at what was dropped, and are scaled where it was not', async () => {
  const units = 64;
  const model = await sequential({
    layers: [
      layers.dense({ inputShape: [1], units, useBias: true, activation: 'linear' }),
      layers.dropout({ rate: 0.4, name: 'drawn' }),
      layers.dense({ units: 1, useBias: false }),
    ],
    seed: 3,
  });
  model.setWeights([
    tensor(new Float32Array(units).fill(1), [1, units]),
    tensor(new Float32Array(units), [units]),
    tensor(new Float32Array(units).fill(2), [units, 1]),
  ]);
  model.compile({ optimizer: 'sgd', loss: 'mae' });
  const x = tensor([1], [1, 1]);
  const kept = model.activations(x, 'drawn', { training: true }).data;
  const { gradients } = model.gradients(x, tensor([-1000], [1, 1]));
  near(
    'of the bias before',
    gradients[1].data,
    kept.map((/** @type {number} */ value) => 2 * value),
    { relative: 1e-6, floor: 0 },
  );
  near('of the kernel behind', gradients[2].data, kept, { relative: 1e-6, floor: 0 });
  assert.ok(kept.includes(0) && kept.some((/** @type {number} */ value) => value > 0));
  model.dispose();
});

/* ---- flips ---------------------------------------------------------------------------------------- */

/** @type {[string, [boolean, boolean][]][]} mode, and the flips that it allows: [upside down, left to right] */
const MODES = [
  [
    'horizontal',
    [
      [false, false],
      [false, true],
    ],
  ],
  [
    'vertical',
    [
      [false, false],
      [true, false],
    ],
  ],
  [
    'horizontalAndVertical',
    [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ],
  ],
];

for (const [mode, variants] of MODES)
  test(`layer randomFlip: ${mode}: the picture or its mirror images, each as often`, async () => {
    const [height, width, n] = [5, 4, 400];
    const picture = uniform(height * width, 8);
    const out = split(
      await drawn(layers.randomFlip({ inputShape: [height, width, 1], mode }), copies(picture, [height, width, 1], n)),
      height * width,
    );
    const wanted = variants.map(([over, across]) =>
      permuted(picture, height, width, (y, x) => [over ? height - 1 - y : y, across ? width - 1 - x : x]),
    );
    const counts = wanted.map((want) => out.filter((got) => equals(got, want)).length);
    assert.equal(
      counts.reduce((a, b) => a + b),
      n,
      'nothing else',
    );
    counts.forEach((count) => assertShare(count, n, 1 / variants.length));
  });

/* ---- translation ---------------------------------------------------------------------------------- */

/**
 * As Keras's documentation draws them: which pixel of n is at i; -1: none.
 * @type {Record<string, (i: number, n: number) => number>}
 */
const FILLS = {
  constant: (i, n) => (i >= 0 && i < n ? i : -1), //          k k k k | a b c d | k k k k
  nearest: (i, n) => Math.min(Math.max(i, 0), n - 1), //      a a a a | a b c d | d d d d
  // d c b a | a b c d | d c b a
  reflect: (i, n) => [...Array(n).keys(), ...[...Array(n).keys()].reverse()][((i % (2 * n)) + 2 * n) % (2 * n)],
  wrap: (i, n) => ((i % n) + n) % n, //                       a b c d | a b c d | a b c d
};

for (const [fillMode, pixel] of Object.entries(FILLS))
  test(`layer randomTranslation: whole pixels, filled by '${fillMode}'`, async () => {
    const [height, width] = [8, 4];
    const picture = uniform(height * width, 8);
    for (const interpolation of ['bilinear', 'nearest'])
      for (const [down, right] of [
        [0, 1],
        [3, 0],
        [-2, -1],
        [8, 4],
        [-5, 3],
      ]) {
        const layer = layers.randomTranslation({
          inputShape: [height, width, 1],
          heightFactor: [down / height, down / height],
          widthFactor: [right / width, right / width],
          fillMode,
          interpolation,
          fillValue: 7,
        });
        const got = await drawn(layer, tensor(picture, [1, height, width, 1]));
        const want = Float32Array.from({ length: height * width }, (_, i) => {
          const [y, x] = [pixel(Math.floor(i / width) - down, height), pixel((i % width) - right, width)];
          return y < 0 || x < 0 ? 7 : picture[y * width + x];
        });
        assert.deepEqual(got, want, `${interpolation}, ${down} down, ${right} right`);
      }
  });

test('layer randomTranslation: half a pixel, between two', async () => {
  const make = (/** @type {any} */ options) =>
    drawn(
      layers.randomTranslation({ inputShape: [1, 4, 1], heightFactor: 0, widthFactor: [0.125, 0.125], ...options }),
      tensor([10, 20, 40, 80], [1, 1, 4, 1]),
    );
  assert.deepEqual(await make({ fillMode: 'nearest' }), Float32Array.of(10, 15, 30, 60));
  assert.deepEqual(await make({ fillMode: 'wrap' }), Float32Array.of(45, 15, 30, 60));
  assert.deepEqual(await make({ fillMode: 'constant', fillValue: 2 }), Float32Array.of(6, 15, 30, 60));
});

/**
 * The place that the middle pixel of each of n pictures, or the one k to its right, was taken from, relative to the
 * middle.
 * @param {any} layer of pictures [side, side, 2] @param {number} side odd @param {number} n @param {number} [k]
 */
async function origins(layer, side, n, k = 0) {
  const middle = (side - 1) / 2;
  const out = split(await drawn(layer, copies(ramps(side), [side, side, 2], n)), side * side * 2);
  const at = (middle * side + middle + k) * 2;
  return { down: out.map((picture) => picture[at] - middle), right: out.map((picture) => picture[at + 1] - middle) };
}

test('layer randomTranslation: evenly over its range, height and width apart', async () => {
  const side = 41;
  const layer = (/** @type {any} */ options) => layers.randomTranslation({ inputShape: [side, side, 2], ...options });
  const both = await origins(layer({ heightFactor: 0.25, widthFactor: [-0.1, 0.3] }), side, 800);
  assertUniform(
    both.down.map((value) => -value / side),
    -0.25,
    0.25,
  ); // moved down, the middle shows what was above it
  assertUniform(
    both.right.map((value) => -value / side),
    -0.1,
    0.3,
  );
  assertUnrelated(both.down, both.right);
});

/* ---- rotation and zoom ---------------------------------------------------------------------------- */

test('layer randomRotation: quarters of a turn, against the clock', async () => {
  const side = 5;
  const picture = uniform(side * side, 8);
  const turned = (/** @type {number} */ factor) =>
    drawn(
      layers.randomRotation({ inputShape: [side, side, 1], factor: [factor, factor] }),
      tensor(picture, [1, side, side, 1]),
    );
  // a quarter turn counter-clockwise: the top row is the former right-hand column
  near(
    'a quarter',
    await turned(0.25),
    permuted(picture, side, side, (y, x) => [x, side - 1 - y]),
  );
  near(
    'half',
    await turned(0.5),
    permuted(picture, side, side, (y, x) => [side - 1 - y, side - 1 - x]),
  );
  near(
    'a quarter back',
    await turned(-0.25),
    permuted(picture, side, side, (y, x) => [side - 1 - x, y]),
  );
});

test('layer randomRotation: about the middle, evenly over its range, and nothing but a turn', async () => {
  const [side, k] = [21, 6];
  for (const [factor, low, high] of /** @type {[any, number, number][]} */ ([
    [0.3, -0.3, 0.3],
    [[0.05, 0.2], 0.05, 0.2],
  ])) {
    const layer = layers.randomRotation({ inputShape: [side, side, 2], factor });
    const { down, right } = await origins(layer, side, 800, k);
    down.forEach((value, i) =>
      assert.ok(Math.abs(Math.hypot(value, right[i]) - k) < 1e-4, 'as far from the middle as before'),
    );
    // counter-clockwise: what is on the right was below
    assertUniform(
      down.map((value, i) => Math.atan2(value, right[i]) / (2 * Math.PI)),
      low,
      high,
    );
    const still = await origins(layer, side, 50);
    near('the middle', [...still.down, ...still.right], new Array(100).fill(0), { floor: 1e-4 });
  }
});

test('layer randomZoom: above zero smaller, below larger, about the middle', async () => {
  const zoomed = (/** @type {any} */ options) =>
    drawn(
      layers.randomZoom({ inputShape: [5, 5, 1], fillMode: 'constant', fillValue: 0, ...options }),
      tensor(
        Float32Array.from({ length: 25 }, (_, i) => i + 1),
        [1, 5, 5, 1],
      ),
    );
  const row = (/** @type {number[]} */ ...values) => values;
  // rows and columns -2, 0, 2, 4, 6 of the picture
  near(
    'half as large',
    await zoomed({ heightFactor: [1, 1] }),
    [row(0, 0, 0, 0, 0), row(0, 1, 3, 5, 0), row(0, 11, 13, 15, 0), row(0, 21, 23, 25, 0), row(0, 0, 0, 0, 0)].flat(),
  );
  // rows and columns 1, 1.5, 2, 2.5, 3
  near(
    'twice as large',
    await zoomed({ heightFactor: [-0.5, -0.5] }),
    [1, 1.5, 2, 2.5, 3].flatMap((y) => [1, 1.5, 2, 2.5, 3].map((x) => 5 * y + x + 1)),
  );
  near(
    'its height alone',
    await zoomed({ heightFactor: [-0.5, -0.5], widthFactor: [0, 0] }),
    [1, 1.5, 2, 2.5, 3].flatMap((y) => [0, 1, 2, 3, 4].map((x) => 5 * y + x + 1)),
  );
});

test('layer randomZoom: evenly over its range, both sides alike unless each has its own', async () => {
  const [side, k] = [31, 5];
  const layer = (/** @type {any} */ options) => layers.randomZoom({ inputShape: [side, side, 2], ...options });
  const n = 800;
  const read = async (/** @type {any} */ options) => {
    const out = split(await drawn(layer(options), copies(ramps(side), [side, side, 2], n)), side * side * 2);
    const at = ((15 + k) * side + 15 + k) * 2;
    return {
      height: out.map((picture) => (picture[at] - 15) / k - 1),
      width: out.map((picture) => (picture[at + 1] - 15) / k - 1),
    };
  };
  const alike = await read({ heightFactor: [-0.4, 0.6] });
  assertUniform(alike.height, -0.4, 0.6);
  near('width as height', alike.width, alike.height, { floor: 1e-4 });
  const apart = await read({ heightFactor: 0.3, widthFactor: [0.1, 0.5] });
  assertUniform(apart.height, -0.3, 0.3);
  assertUniform(apart.width, 0.1, 0.5);
  assertUnrelated(apart.height, apart.width);
});

/* ---- contrast ------------------------------------------------------------------------------------- */

test('layer randomContrast: about each channel’s mean, evenly over its range, alike in all channels', async () => {
  const n = 600;
  for (const [factor, low, high] of /** @type {[any, number, number][]} */ ([
    [0.6, 0.4, 1.6],
    [[0.1, 0.9], 0.9, 1.9],
  ])) {
    const layer = layers.randomContrast({ inputShape: SHAPE, factor, valueRange: [-100, 100] });
    const factors = split(await drawn(layer, copies(PICTURE, SHAPE, n)), PICTURE.length).map((picture) => {
      const byChannel = [0, 1].map((channel) => {
        const mine = PICTURE.filter((_, i) => i % 2 === channel);
        const mean = mine.reduce((a, b) => a + b) / mine.length;
        const got = picture.filter((_, i) => i % 2 === channel);
        const scale = (got[0] - mean) / (mine[0] - mean);
        near(
          'every pixel',
          got,
          mine.map((value) => (value - mean) * scale + mean),
          { relative: 3e-6 },
        );
        return scale;
      });
      near('both channels', [byChannel[1]], [byChannel[0]]);
      return byChannel[0];
    });
    assertUniform(factors, low, high);
  }
});

test('layer randomContrast: cut to the range of values, 0 to 1 where none is given', async () => {
  const x = tensor([0, 1, 0.4, 0.6], [1, 2, 2, 1]); // mean 0.5; doubled: -0.5, 1.5, 0.3, 0.7
  const make = (/** @type {any} */ options) =>
    drawn(layers.randomContrast({ inputShape: [2, 2, 1], factor: [0, 1], ...options }), x, { seed: 1 });
  const cut = await make({});
  assert.equal(cut[0], 0);
  assert.equal(cut[1], 1);
  const wide = await make({ valueRange: [-5, 5] });
  assert.ok(wide[0] < 0 && wide[1] > 1);
  assert.deepEqual(cut.slice(2), wide.slice(2));
});

/* ---- erasing -------------------------------------------------------------------------------------- */

/**
 * The rectangle that was filled with `value`, or undefined if there is none.
 * @param {Float32Array} picture
 * @param {Float32Array} before
 * @param {number[]} shape
 * @param {number} value
 */
function erased(picture, before, [height, width, channels], value) {
  const gone = (/** @type {number} */ y, /** @type {number} */ x) => picture[(y * width + x) * channels] === value;
  let [top, bottom, left, right] = [height, -1, width, -1];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (gone(y, x))
        [top, bottom, left, right] = [Math.min(top, y), Math.max(bottom, y), Math.min(left, x), Math.max(right, x)];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) {
        const i = (y * width + x) * channels + c;
        const inside = y >= top && y <= bottom && x >= left && x <= right;
        assert.equal(picture[i], inside ? value : before[i], `pixel ${y}, ${x}, ${c}`);
      }
  return bottom < 0 ? undefined : { height: bottom - top + 1, width: right - left + 1, top, left };
}

test('layer randomErasing: one rectangle of the value, as large as scale says, anywhere', async () => {
  const shape = [30, 40, 3];
  const picture = uniform(30 * 40 * 3, 8);
  const n = 500;
  const [low, high] = [0.04, 0.36];
  const layer = layers.randomErasing({ inputShape: shape, factor: [1, 1], scale: [low, high], fillValue: 0.25 });
  const out = split(await drawn(layer, copies(picture, shape, n)), picture.length);
  const boxes = out.map((got) => /** @type {any} */ (erased(got, picture, shape, 0.25)));
  assert.ok(boxes.every(Boolean), 'each picture has one');
  // sides: the root of a fraction times the picture's, 6 to 18 of 30 and 8 to 24 of 40; one pixel more or less has its
  // corner inside
  for (const [key, side] of /** @type {[string, number][]} */ ([
    ['height', 30],
    ['width', 40],
  ])) {
    const sides = boxes.map((box) => box[key]);
    assert.ok(
      Math.min(...sides) >= Math.sqrt(low) * side - 1 && Math.max(...sides) <= Math.sqrt(high) * side + 1,
      `${key} ${Math.min(...sides)} … ${Math.max(...sides)}`,
    );
    // fractions drawn uniformly: the mean of √u over [0.04, 0.36] is (0.36^1.5 - 0.04^1.5) / (1.5 · 0.32) = 0.4333, its
    // deviation about 0.11
    const mean = sides.reduce((a, b) => a + b) / n;
    assert.ok(Math.abs(mean / side - 0.4333) < (5 * 0.11) / Math.sqrt(n), `mean ${mean / side} of the side`);
  }
  assertUnrelated(
    boxes.map((box) => box.height),
    boxes.map((box) => box.width),
  );
  const places = boxes.map((box) => [box.top / (30 - box.height), box.left / (40 - box.width)]);
  for (const axis of [0, 1]) {
    const mean = places.reduce((sum, place) => sum + place[axis], 0) / n;
    assert.ok(Math.abs(mean - 0.5) < (5 * 0.3) / Math.sqrt(n), `mean place ${mean}`);
  }
});

test('layer randomErasing: with the probability that factor says', async () => {
  const shape = [12, 12, 1];
  const picture = uniform(144, 8);
  const n = 600;
  for (const [factor, probability] of /** @type {[any, number][]} */ ([
    [[0.3, 0.3], 0.3],
    [[0.2, 0.8], 0.5],
    [0.5, 0.25],
  ])) {
    // a number f: [0, f]
    const layer = layers.randomErasing({ inputShape: shape, factor, scale: [0.3, 0.4], fillValue: 0.5 });
    const out = split(await drawn(layer, copies(picture, shape, n)), 144);
    assertShare(out.filter((got) => erased(got, picture, shape, 0.5)).length, n, probability);
  }
});

test('layer randomErasing: noise cut to the range of values, where no value is given', async () => {
  const shape = [16, 16, 2];
  const x = copies(new Float32Array(512).fill(0.123), shape, 200);
  const out = await drawn(layers.randomErasing({ inputShape: shape, factor: [1, 1], scale: [0.5, 0.5] }), x);
  const noise = out.filter((value) => Math.abs(value - 0.123) > 1e-7);
  assert.ok(noise.length > 0.4 * out.length);
  assert.ok(noise.every((value) => value >= 0 && value <= 1));
  // half of a normal distribution lies below 0 and 15.87 % above 1
  assertShare(noise.filter((value) => value === 0).length, noise.length, 0.5);
  assertShare(noise.filter((value) => value === 1).length, noise.length, 0.158655);
  const wide = await drawn(
    layers.randomErasing({ inputShape: shape, factor: [1, 1], scale: [0.5, 0.5], valueRange: [-50, 10] }),
    x,
  );
  const tens = wide.filter((value) => Math.abs(value - 0.123) > 1e-7); // times ten: mean 0, deviation 10, clipped at 10
  assertShare(tens.filter((value) => value === 10).length, tens.length, 0.158655);
  assertShare(tens.filter((value) => value < 0).length, tens.length, 0.5);
});

test('layer randomTranslation, randomContrast: bytes are scaled first', async () => {
  const bytes = tensor(Uint8Array.of(0, 51, 102, 255), [1, 2, 2, 1]);
  near(
    'moved',
    await drawn(layers.randomTranslation({ inputShape: [2, 2, 1], heightFactor: [0.5, 0.5], widthFactor: 0 }), bytes),
    [0, 0.2, 0, 0.2],
  );
  near('contrast', await drawn(layers.randomContrast({ inputShape: [2, 2, 1], factor: 0 }), bytes), [0, 0.2, 0.4, 1]);
});
