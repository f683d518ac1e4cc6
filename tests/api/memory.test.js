import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadedCore } from '../../shim/core/loading.js';
import { layers, sequential, tensor } from '../../shim/index.js';
import { trainStep } from '../../shim/training/fit.js';
import { compiledRunnerOf } from '../../shim/training/samples.js';
import { preparePhoto } from '../../shim/photo.js';
import * as tf from '../../shim/tf.js';
import { heapInUse, onEveryBuild, refused, smallData, smallLayers, smallModel, weightBytes, wrong } from './support.js';

const REMEDY = 'use fewer samples, smaller batches or a smaller model';
/** @param {string} whose @param {number} bytes */
const outOf = (whose, bytes) => ({
  name: 'FittingRoomError',
  code: 'out-of-memory',
  message: `out of memory: ${whose} could not allocate ${bytes} bytes; ${REMEDY}`,
});

/** So many samples of one byte that shuffling them takes 2³² bytes; the zeros take no memory until they are read. */
const MANY = 2 ** 30;
const many = () => tensor(new Uint8Array(MANY), [MANY, 1]);

/** One number to `units`. @param {number} units */
async function regression(units) {
  const model = await sequential({ layers: [layers.dense({ inputShape: [1], units })], seed: 3 });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return model;
}

onEveryBuild(() => {
  test('memory is back to its baseline after dispose and after refusals', async () => {
    const { x, y } = smallData(40);
    const live = async () => {
      const model = await smallModel();
      await model.fit(x, y, { epochs: 2, batchSize: 16, verbose: 0, validationSplit: 0.25 });
      await model.evaluate(x, y);
      await model.predictClasses(x);
      model.gradients(x, y);
      model.activations(x, 2);
      model.setWeights(model.getWeights());
      await assert.rejects(model.fit(x, tensor([0, 1], [2])));
      await assert.rejects(model.predict(tensor([0, 1], [2])));
      model.compile({ optimizer: 'adadelta', loss: 'meanSquaredError' });
      model.dispose();
      await assert.rejects(sequential({ layers: [...smallLayers(), layers.maxPooling2d()] }));
    };
    await live();
    const before = await heapInUse();
    for (let i = 0; i < 25; i++) await live();
    assert.equal(await heapInUse(), before);
  });

  test('a size that the core cannot have is refused, whatever 32 bits of it are', async () => {
    const core = await loadedCore();
    const before = core.heapInUse();
    for (const bytes of [
      2 ** 31,
      2 ** 31 + 8,
      2 ** 32 - 64,
      2 ** 32 - 1,
      2 ** 32,
      2 ** 32 + 8,
      3 * 2 ** 32,
      2 ** 53 - 1,
    ]) {
      assert.throws(() => core.allocate(bytes), outOf('the core', bytes));
      assert.throws(() => core.withBytes(bytes, () => assert.fail('it was lent')), outOf('the core', bytes));
    }
    for (const bytes of [-1, -(2 ** 32), 1.5, NaN, Infinity, 2 ** 53, wrong('8'), wrong(undefined)]) {
      assert.throws(() => core.allocate(bytes), {
        name: 'FittingRoomError',
        code: 'invalid-argument',
        message: /^allocate: bytes must be an integer 0\.\.9007199254740991, got /,
      });
    }
    assert.equal(core.heapInUse(), before);
    core.withBytes(2 ** 16, (address) => core.bytes(address, 2 ** 16).fill(1));
  });

  test('memory that ends while it grows is told in the same words', async () => {
    const core = await loadedCore();
    const most = core.threads > 1 ? 2 ** 29 : 2 ** 31 - 2 ** 16; // what the Makefile links with
    assert.throws(() => core.allocate(most), outOf('the core', most));
    core.withBytes(2 ** 16, (address) => core.bytes(address, 2 ** 16).fill(1));
  });

  test('a view reaches no further than the memory', async () => {
    const core = await loadedCore();
    const { byteLength } = core.bytes(0, 0).buffer;
    assert.equal(core.bytes(byteLength - 8, 8).length, 8);
    assert.equal(core.doubles(byteLength - 8, 1).length, 1);
    for (const [view, address, length] of /** @type {['bytes' | 'floats' | 'ints' | 'doubles', number, number][]} */ ([
      ['bytes', byteLength, 1],
      ['bytes', 0, 2 ** 32],
      ['bytes', 2 ** 32, 4],
      ['bytes', -8, 4],
      ['bytes', 0, -1],
      ['bytes', 0, NaN],
      ['bytes', NaN, 4],
      ['floats', byteLength - 8, 3],
      ['floats', 2, 1],
      ['floats', 0, 2 ** 30],
      ['ints', 0, 0.5],
      ['ints', 2 ** 32 + 4, 1],
      ['doubles', 4, 1],
      ['doubles', 0, 2 ** 29],
    ])) {
      assert.throws(() => core[view](address, length), {
        name: 'FittingRoomError',
        message: new RegExp(
          `^\\w+Array: must lie within the core's ${byteLength} bytes of memory, got length ${length} at ${address}$`,
        ),
      });
    }
  });

  test('a number that would be cut to 32 bits on its way into the core is refused', async () => {
    const core = await loadedCore();
    core.withBytes(16, (out) => {
      core.call('fr_epoch_order', 0xffffffff, 0, 2 ** 52, 4, out); // its step count is a double
      assert.deepEqual([...core.ints(out, 4)].sort(), [0, 1, 2, 3]);
      for (const count of [2 ** 32 + 4, -(2 ** 32) + 4, 4.5, NaN, Infinity, wrong(4n), wrong(undefined)]) {
        refused(
          () => core.call('fr_epoch_order', 0, 0, 0, count, out),
          `fr_epoch_order: argument 3 must be an integer of 32 bits, got ${count}`,
        );
      }
      refused(() => core.free(2 ** 32 + out), `free: argument 0 must be an integer of 32 bits, got ${2 ** 32 + out}`);
      refused(
        () => core.call('fr_steps', 2 ** 32, out),
        'fr_steps: argument 0 must be an integer of 32 bits, got 4294967296',
      );
    });
  });

  test('more samples than can be shuffled, predicted or taken at once are refused; the rest works', async () => {
    const x = many();
    const y = x;
    const model = await regression(1);
    const before = await heapInUse();
    const weights = weightBytes(model);
    const options = /** @type {const} */ ({ verbose: 0, stepsPerEpoch: 1 });
    await assert.rejects(model.fit(x, y, options), outOf('the core', 4 * MANY));
    for (const act of [
      () => model.gradients(x, y),
      () => model.activations(x, 0),
      () => trainStep(compiledRunnerOf(model, 'trainOnBatch'), x, y),
    ]) {
      refused(act, `batch size must be 1..65536, got ${MANY}`);
    }
    const wide = await regression(65536);
    const room = outOf('JavaScript', MANY * 65536 * 4);
    await assert.rejects(wide.predict(x), room);
    await assert.rejects(wide.predictClasses(x), room);
    wide.dispose();
    assert.equal(await heapInUse(), before);
    assert.ok(weights.equals(weightBytes(model)), 'the weights changed');
    const [loss] = await model.evaluate(x, y, { steps: 1 });
    assert.equal(loss, 0);
    assert.deepEqual((await model.predict(x, { steps: 2 })).shape, [64, 1]);
    await model.fit(x, y, { ...options, shuffle: false });
    model.dispose();
  });
});

test('which arguments of the core are doubles is what src/api.c says', async () => {
  const { doubleArguments } = await loadedCore();
  const source = readFileSync(new URL('../../src/api.c', import.meta.url), 'utf8');
  const declared = [...source.matchAll(/^int (fr_\w+)\(([^)]*)\)/gm)].map(([, name, parameters]) => [
    name,
    parameters.split(',').map((each) => each.trim()),
  ]);
  assert.ok(declared.length > 25, `${declared.length} functions were found`);
  const doubles = declared.flatMap(([name, parameters]) =>
    /** @type {string[]} */ (parameters).flatMap((each, i) => (/^(double|float) \w/.test(each) ? [[name, i]] : [])),
  );
  assert.deepEqual(Object.fromEntries(doubles), doubleArguments);
  assert.equal(doubles.length, Object.keys(doubleArguments).length, 'one each at most');
});

test('sizes that 32 bits cannot hold are refused wherever they are given', async () => {
  const { x, y } = smallData(8);
  const model = await smallModel();
  for (const size of [2 ** 31, 2 ** 32, 2 ** 32 + 4]) {
    for (const options of [
      { batchSize: size },
      { validationBatchSize: size },
      { stepsPerEpoch: size },
      { epochs: size },
      { initialEpoch: size },
      { initialBatch: size },
      { validationSteps: size },
    ]) {
      await assert.rejects(model.fit(x, y, { verbose: 0, ...options }), {
        name: 'FittingRoomError',
        message: /^fit: \w+ must be an integer \d+\.\.\d+, got \d+$/,
      });
    }
    for (const options of [{ batchSize: size }, { steps: size }]) {
      await assert.rejects(model.evaluate(x, y, options), {
        name: 'FittingRoomError',
        message: /^evaluate: \w+ must be an integer/,
      });
      await assert.rejects(model.predict(x, options), {
        name: 'FittingRoomError',
        message: /^predict: \w+ must be an integer/,
      });
    }
    await assert.rejects(model.fit(wrong({ shape: [size, 8, 8, 1], data: x.data }), y), {
      message: `x: shape [${size}, 8, 8, 1] needs ${size * 64} elements, the data has 512`,
    });
    await assert.rejects(sequential({ layers: [layers.dense({ inputShape: [size], units: 1 })] }), {
      message: `inputShape: dimension 0 must be an integer 1..67108864, got ${size}`,
    });
    assert.throws(() => layers.dense({ inputShape: [4], units: size }), {
      message: `dense: units must be an integer 1..65536, got ${size}`,
    });
    assert.throws(() => layers.conv2d({ inputShape: [4, 4, 1], filters: 1, kernelSize: size }), {
      message: /^conv2d: kernelSize must be an integer/,
    });
    await assert.rejects(preparePhoto({ width: size, height: 1, rows: () => assert.fail('rows were asked for') }), {
      message: `preparePhoto: width must be an integer 1..32768, got ${size}`,
    });
  }
  model.dispose();
});

test('tensors beyond any memory are refused', () => {
  assert.throws(() => tf.zeros([2 ** 46]), outOf('JavaScript', 2 ** 48));
  assert.throws(() => tf.ones([2 ** 25, 2 ** 25], 'bool'), outOf('JavaScript', 2 ** 50));
  assert.throws(() => tf.oneHot(tf.zeros([2 ** 20], 'int32'), 2 ** 26), outOf('JavaScript', 2 ** 48));
  for (const length of [-1, 1.5, NaN])
    refused(() => tf.fill([2, length], 0), `fill: length 1 must be an integer 0..9007199254740991, got ${length}`);
});
