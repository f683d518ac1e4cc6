import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layers, sequential, tensor } from '../../shim/index.js';
import { CLASSES, SIDE, onEveryBuild, oneHot, slice, smallData, smallLayers, smallModel, wrong } from './support.js';

const { x, y } = smallData(53, 3);

/** @param {Parameters<typeof smallModel>[0]} [options] */
async function trainedModel(options) {
  const model = await smallModel(options);
  await model.fit(x, options?.compile?.loss ? oneHot(y) : y, { verbose: 0, epochs: 3 });
  return model;
}

/** @param {ArrayLike<number>} row */
const largest = (row) => Array.from(row).reduce((best, value, i, all) => (value > all[best] ? i : best), 0);

onEveryBuild(() => {
  test('predictions do not depend on the batch size, to the bit', async () => {
    const model = await trainedModel();
    const { shape, data } = await model.predict(x);
    assert.deepEqual(shape, [53, CLASSES]);
    assert.ok(data instanceof Float32Array);
    for (const batchSize of [1, 2, 7, 52, 53, 1000])
      assert.deepEqual((await model.predict(x, { batchSize })).data, data);
    for (const i of [0, 17, 52])
      assert.deepEqual((await model.predict(slice(x, i, i + 1))).data, data.slice(i * CLASSES, (i + 1) * CLASSES));
    for (let i = 0; i < 53; i++) {
      const sum = data.slice(i * CLASSES, (i + 1) * CLASSES).reduce((a, b) => a + b);
      assert.ok(Math.abs(sum - 1) < 1e-6, `probabilities of sample ${i} sum to ${sum}`);
    }
    model.dispose();
  });

  test('predictClasses takes the largest output, the first of equal ones, above a half of one', async () => {
    const model = await trainedModel();
    const { data } = await model.predict(x);
    const classes = await model.predictClasses(x);
    assert.deepEqual(classes.shape, [53]);
    assert.ok(classes.data instanceof Int32Array);
    classes.data.forEach((value, i) => assert.equal(value, largest(data.slice(i * CLASSES, (i + 1) * CLASSES))));
    model.setWeights(
      model.getWeights().map(({ shape, data: weights }) => tensor(new Float32Array(weights.length), shape)),
    );
    assert.ok((await model.predictClasses(x)).data.every((value) => value === 0));
    model.dispose();
    const single = await sequential({ layers: [layers.dense({ inputShape: [1], units: 1 })] });
    single.setWeights([tensor([1], [1, 1]), tensor([0], [1])]);
    assert.deepEqual(
      (await single.predictClasses(tensor([0.4, 0.5, 0.6, -3], [4, 1]))).data,
      Int32Array.of(0, 0, 1, 0),
    );
    single.dispose();
  });

  test('loss and metrics are what the predictions say', async () => {
    const model = await trainedModel();
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['mse', 'accuracy'] });
    const { data } = await model.predict(x);
    let [loss, correct, squares] = [0, 0, 0];
    for (let i = 0; i < 53; i++) {
      const row = data.slice(i * CLASSES, (i + 1) * CLASSES);
      loss -= Math.log(row[y.data[i]]) / 53;
      correct += Number(largest(row) === y.data[i]) / 53;
      row.forEach((p, c) => {
        squares += (p - Number(c === y.data[i])) ** 2 / CLASSES / 53;
      });
    }
    const scores = await model.evaluate(x, y);
    [loss, squares, correct].forEach((value, i) =>
      assert.ok(Math.abs(scores[i] - value) < 1e-6, `${scores}, want ${value} at ${i}`),
    );
    for (const batchSize of [1, 8, 53, 500]) assert.deepEqual(await model.evaluate(x, y, { batchSize }), scores);
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    assert.deepEqual(await model.evaluate(x, y), [scores[0]]);
    model.dispose();
  });

  test('each loss evaluates to its definition', async () => {
    const stack = [...smallLayers().slice(0, 3), layers.dense({ units: CLASSES, activation: 'sigmoid' })];
    const hot = oneHot(y);
    /** @type {Record<string, (p: ArrayLike<number>, t: ArrayLike<number>) => number>} */
    const definitions = {
      categoricalCrossentropy: (p, t) => {
        const sum = Array.from(p).reduce((a, b) => a + b);
        return -Array.from(p).reduce((total, value, i) => total + t[i] * Math.log(value / sum), 0);
      },
      binaryCrossentropy: (p, t) =>
        -Array.from(p).reduce((total, value, i) => total + Math.log(t[i] ? value : 1 - value) / CLASSES, 0),
      meanSquaredError: (p, t) => Array.from(p).reduce((total, value, i) => total + (value - t[i]) ** 2 / CLASSES, 0),
    };
    for (const [loss, definition] of Object.entries(definitions)) {
      const model = await trainedModel({ stack, compile: { loss: wrong(loss) } });
      const { data } = await model.predict(x);
      let mean = 0;
      for (let i = 0; i < 53; i++)
        mean +=
          definition(data.slice(i * CLASSES, (i + 1) * CLASSES), hot.data.slice(i * CLASSES, (i + 1) * CLASSES)) / 53;
      const [got] = await model.evaluate(x, hot);
      assert.ok(Math.abs(got - mean) < 1e-5, `${loss}: ${got}, want ${mean}`);
      model.dispose();
    }
  });

  test('dropout is for training: evaluation repeats itself', async () => {
    const model = await trainedModel();
    const first = await model.evaluate(x, y);
    assert.deepEqual(await model.evaluate(x, y), first);
    assert.deepEqual(await model.predict(x), await model.predict(x));
    model.dispose();
  });

  test('progress reaches the end, and a signal stops it', async () => {
    const model = await trainedModel();
    for (const phase of /** @type {const} */ (['evaluate', 'predict'])) {
      /** @type {import('../../shim/training/pass.js').Progress[]} */
      const seen = [];
      const controller = new AbortController();
      /** @param {import('../../shim/training/evaluation.js').PassOptions} options */
      const run = (options) => (phase === 'evaluate' ? model.evaluate(x, y, options) : model.predict(x, options));
      await run({ batchSize: 10, onProgress: (progress) => void seen.push(progress) });
      const last = /** @type {import('../../shim/training/pass.js').Progress} */ (seen.at(-1));
      assert.deepEqual([last.phase, last.batch, last.batches, last.samples, last.etaSeconds], [phase, 6, 6, 53, 0]);
      await assert.rejects(run({ batchSize: 10, signal: controller.signal, onProgress: () => controller.abort() }), {
        name: 'AbortError',
      });
    }
    model.dispose();
  });

  test('wrong arguments are refused, in words', async () => {
    const model = await trainedModel();
    /** @param {Promise<unknown>} promise @param {string} message */
    const refused = (promise, message) => assert.rejects(promise, { name: 'FittingRoomError', message });
    await refused(model.predict(tensor(x.data, [53, 64])), 'x must have shape [n, 8, 8, 1], got [53, 64]');
    await refused(
      model.predict(wrong(undefined)),
      'x must be a tensor { shape: number[], data: TypedArray }, got undefined',
    );
    await refused(model.predict(x, { batchSize: 0 }), 'predict: batchSize must be an integer 1..65536, got 0');
    await refused(
      model.predict(x, wrong({ batch: 3 })),
      "predict has no option 'batch'; it takes batchSize, signal, onProgress, steps, callbacks",
    );
    await refused(model.predict(x, wrong({ signal: {} })), 'predict: signal must be an AbortSignal, got Object');
    await refused(model.evaluate(x, y, wrong({ onProgress: 1 })), 'evaluate: onProgress must be a function, got 1');
    await refused(model.evaluate(x, oneHot(y)), 'y must hold one class index per sample, shape [n], got [53, 3]');
    await refused(model.evaluate(x, slice(y, 0, 5)), 'y has 5 targets for 53 samples');
    await refused(
      model.predictClasses(tensor(new Float32Array(SIDE), [SIDE])),
      'x must have shape [n, 8, 8, 1], got [8]',
    );
    model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
    await refused(model.evaluate(x, y), 'y must have shape [n, 3], got [53]');
    model.dispose();
    const raw = await sequential({ layers: smallLayers() });
    for (const [name, run] of /** @type {const} */ ([
      ['fit', () => raw.fit(x, y)],
      ['evaluate', () => raw.evaluate(x, y)],
      ['gradients', async () => raw.gradients(x, y)],
    ]))
      await assert.rejects(run(), { code: 'wrong-state', message: `${name}: call compile first` });
    assert.equal((await raw.predict(x)).shape[0], 53, 'predicts without');
    assert.throws(() => raw.compile({ optimizer: 'adam', loss: wrong('hinge') }), { name: 'FittingRoomError' });
    raw.dispose();
  });

  test('gradients of more samples than a batch may have are refused by number', async () => {
    const model = await smallModel({ stack: [layers.dense({ inputShape: [1], units: 2, activation: 'softmax' })] });
    const many = tensor(new Float32Array(65537), [65537, 1]);
    assert.throws(() => model.gradients(many, tensor(new Uint8Array(65537), [65537])), {
      name: 'FittingRoomError',
      message: 'batch size must be 1..65536, got 65537',
    });
    model.dispose();
  });

  test('a batch beyond the memory is refused, and a smaller one goes on', async () => {
    const model = await sequential({
      layers: [layers.conv2d({ inputShape: [64, 64, 8], filters: 32, kernelSize: 3, padding: 'same' })],
    });
    const pictures = tensor(new Uint8Array(2000 * 64 * 64 * 8), [2000, 64, 64, 8]);
    // With threads, memory is bounded and has no room even for the batch.
    const message =
      /^batch size 2000 needs \d+ MB for activations, .*|^out of memory: the core could not allocate \d+ bytes; .*/;
    await assert.rejects(model.predict(pictures, { batchSize: 2000 }), {
      name: 'FittingRoomError',
      code: 'out-of-memory',
      message,
    });
    assert.deepEqual((await model.predict(slice(pictures, 0, 3))).shape, [3, 64, 64, 32]);
    model.dispose();
  });
});
