/** The options of fit that say which samples count, how much, and in how many steps. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layers, sequential, tensor } from '../../shim/index.js';
import { weigherOf } from '../../shim/training/samples.js';
import { CLASSES, onEveryBuild, oneHot, slice, smallData, smallModel, weightBytes, wrong } from './support.js';

const { x, y } = smallData(70);
const quiet = /** @type {const} */ ({ verbose: 0, batchSize: 16 });
/** 70 samples make five batches of 16. */
const SWEEP = 5;

/** @param {any} options @param {Parameters<typeof smallModel>[0]} [made] */
async function fitted(options, made) {
  const model = await smallModel(made);
  const { history } = await model.fit(x, made?.compile?.loss ? oneHot(y) : y, { ...quiet, ...options });
  const weights = weightBytes(model);
  model.dispose();
  return { history, weights };
}

/** One weight w, no bias; a learning rate of 0.1. */
async function line() {
  const model = await sequential({ layers: [layers.dense({ units: 1, useBias: false, inputShape: [1] })], seed: 1 });
  model.compile({ optimizer: { name: 'sgd', learningRate: 0.1 }, loss: 'mse', metrics: ['mse'] });
  model.setWeights([tensor([1], [1, 1])]);
  return model;
}

onEveryBuild(() => {
  test('sampleWeight weighs losses and gradients, not metrics, by hand', async () => {
    const model = await line();
    const [samples, targets] = [tensor([1, 2], [2, 1]), tensor([0, 0], [2, 1])];
    // losses 1 and 4, weighted 3 and 0.5: (3·1 + 0.5·4) / 2 = 2.5; gradient (3·2 + 0.5·8) / 2 = 5
    const sampleWeight = tensor([3, 0.5], [2]);
    assert.deepEqual(await model.evaluate(samples, targets, { sampleWeight }), [2.5, 2.5]);
    const { history } = await model.fit(samples, targets, { verbose: 0, sampleWeight });
    assert.deepEqual(history, { loss: [2.5], mse: [2.5] });
    assert.ok(Math.abs(model.getWeights()[0].data[0] - 0.5) < 1e-6);
    model.dispose();
  });

  test('weights of 1 change nothing; samples of weight 0 might as well not be there', async () => {
    const plain = await fitted({ epochs: 2 });
    assert.ok(
      (await fitted({ epochs: 2, sampleWeight: tensor(new Float32Array(70).fill(1), [70]) })).weights.equals(
        plain.weights,
      ),
    );
    assert.ok((await fitted({ epochs: 2, classWeight: {} })).weights.equals(plain.weights));
    const model = await line();
    await model.fit(tensor([1, 5], [2, 1]), tensor([0, 9], [2, 1]), { verbose: 0, sampleWeight: tensor([2, 0], [2]) });
    assert.ok(Math.abs(model.getWeights()[0].data[0] - 0.8) < 1e-6);
    model.dispose();
  });

  test('classWeight weighs each sample by its class, whatever the targets look like', async () => {
    const byClass = Float32Array.from([1, 3, 0.5]);
    const sampleWeight = tensor(
      Float32Array.from(y.data, (label) => byClass[label]),
      [70],
    );
    const byHand = await fitted({ epochs: 2, sampleWeight });
    for (const classWeight of [{ 1: 3, 2: 0.5 }, [1, 3, 0.5], { 0: 1, 1: 3, 2: 0.5 }])
      assert.ok((await fitted({ epochs: 2, classWeight })).weights.equals(byHand.weights), JSON.stringify(classWeight));
    const hot = await fitted(
      { epochs: 2, classWeight: { 1: 3, 2: 0.5 } },
      { compile: { loss: 'categoricalCrossentropy' } },
    );
    assert.ok(hot.weights.equals(byHand.weights));
    const model = await line();
    await model.fit(tensor([1, 1], [2, 1]), tensor([0, 1], [2, 1]), { verbose: 0, classWeight: { 0: 0, 1: 4 } });
    assert.equal(model.getWeights()[0].data[0], 1, 'class 1 is met exactly, class 0 does not count');
    model.dispose();
  });

  test('classWeight: a class that is not named counts once, whatever the targets are', async () => {
    /**
     * @type {[number[], any, number[]][]} targets of mean squared error, class weights, the weight of each sample in
     *   Keras
     */
    const cases = [
      [[0, 1, 5], { 0: 1, 1: 3 }, [1, 3, 1]],
      [[0, 1, 5], { 5: 2 }, [1, 1, 2]],
      [[0, 1, 5], [0.5], [0.5, 1, 1]],
      [[0, 1, 5], new Map([[1, 3]]), [1, 3, 1]],
      [[-1, 0, -7], { '-1': 2, 0: 3 }, [2, 3, 1]],
      [[0.4, 0.6, 1.4], { 0: 2, 1: 3 }, [2, 3, 3]],
      [[0.5, 1.5, 2.5, -0.5], { 0: 2, 1: 9, 2: 3, 3: 9 }, [2, 3, 3, 2]], // NumPy rounds halves to even
      [[1e9, -1e9, 3], { 3: 2 }, [1, 1, 2]],
      [[0, 1, 5], {}, [1, 1, 1]],
    ];
    for (const [targets, classWeight, weights] of cases) {
      const n = targets.length;
      const model = await line();
      const [samples, wanted] = [tensor(new Float32Array(n).fill(1), [n, 1]), tensor(targets, [n, 1])];
      const [loss] = await model.evaluate(samples, wanted, { sampleWeight: tensor(weights, [n]) });
      const { history } = await model.fit(samples, wanted, { verbose: 0, classWeight });
      assert.equal(history.loss[0], loss, JSON.stringify([targets, classWeight]));
      assert.ok(Number.isFinite(model.getWeights()[0].data[0]));
      model.dispose();
    }
  });

  test('classWeight: targets that are no numbers count once, as in Keras, beside others that have a weight', () => {
    const targets = Float32Array.of(NaN, Infinity, -Infinity, 1);
    const source = {
      count: 4,
      samples: new Float32Array(4),
      sampleSize: 1,
      dtype: /** @type {const} */ ('float32'),
      targets,
      targetSize: 1,
      sparse: false,
    };
    assert.deepEqual(
      weigherOf('fit', wrong({ loss: 'meanSquaredError', outputShape: [1] }), { 0: 5, 1: 3 })(source),
      Float32Array.of(1, 1, 1, 3),
    );
    const row = { ...source, count: 2, targets: Float32Array.of(0.2, 0.8, NaN, NaN), targetSize: 2 };
    assert.ok(
      weigherOf('fit', wrong({ loss: 'meanSquaredError', outputShape: [2] }), { 1: 3 })(row).every(Number.isFinite),
    );
  });

  test('weights follow their samples through splitting and shuffling', async () => {
    const sampleWeight = tensor(
      Float32Array.from({ length: 70 }, (_, i) => 0.1 + (i % 7)),
      [70],
    );
    const split = await fitted({ epochs: 3, sampleWeight, validationSplit: 0.3 });
    const model = await smallModel();
    const { history } = await model.fit(slice(x, 0, 49), slice(y, 0, 49), {
      ...quiet,
      epochs: 3,
      sampleWeight: slice(sampleWeight, 0, 49),
      validationData: [slice(x, 49, 70), slice(y, 49, 70), slice(sampleWeight, 49, 70)],
    });
    assert.deepEqual(split.history, history);
    assert.ok(split.weights.equals(weightBytes(model)));
    const [loss] = await model.evaluate(slice(x, 49, 70), slice(y, 49, 70), {
      sampleWeight: slice(sampleWeight, 49, 70),
    });
    assert.ok(Math.abs(loss - history.val_loss[2]) < 1e-12);
    model.dispose();
    const classes = await fitted({ epochs: 1, classWeight: { 0: 9 }, validationSplit: 0.3 });
    const plain = await smallModel();
    await plain.fit(slice(x, 0, 49), slice(y, 0, 49), { ...quiet, classWeight: { 0: 9 } });
    assert.equal(
      classes.history.val_loss[0],
      (await plain.evaluate(slice(x, 49, 70), slice(y, 49, 70)))[0],
      'validation does not weigh classes',
    );
    plain.dispose();
  });

  test('stepsPerEpoch cuts one endless row of sweeps', async () => {
    const sweeps = await fitted({ epochs: 6 });
    for (const [stepsPerEpoch, epochs] of [
      [SWEEP, 6],
      [3, 10],
      [10, 3],
      [30, 1],
    ])
      assert.ok((await fitted({ stepsPerEpoch, epochs })).weights.equals(sweeps.weights), `${stepsPerEpoch} steps`);
    const batches = /** @type {number[]} */ ([]);
    const { history } = await fitted({
      stepsPerEpoch: 7,
      epochs: 2,
      callbacks: { onBatchEnd: (/** @type {number} */ _, /** @type {any} */ logs) => void batches.push(logs.size) },
    });
    assert.deepEqual(batches, [16, 16, 16, 16, 6, 16, 16, 16, 16, 6, 16, 16, 16, 16]);
    assert.equal(history.loss.length, 2);
  });

  test('progress of an epoch in steps counts its own samples', async () => {
    /** @type {[number, number, number][]} */
    const seen = [];
    await fitted({
      stepsPerEpoch: 7,
      epochs: 2,
      callbacks: [
        { onProgress: (/** @type {any} */ p) => void seen.push([p.epoch, p.batch, p.samples]) },
        { onBatchEnd() {} },
      ],
    });
    assert.equal(seen.length, 14);
    assert.deepEqual(seen[6], [0, 7, 102]);
    assert.deepEqual(seen[13], [1, 7, 102]);
  });

  test('a run in steps that was aborted goes on as if it had never stopped', async () => {
    const whole = await fitted({ stepsPerEpoch: 7, epochs: 3 });
    for (const stop of [0, 4, 5, 7, 12, 19]) {
      const model = await smallModel();
      const controller = new AbortController();
      let batches = 0;
      const callbacks = {
        onBatchEnd: () => {
          if (batches++ === stop) controller.abort();
        },
      };
      await assert.rejects(
        model.fit(x, y, { ...quiet, stepsPerEpoch: 7, epochs: 3, signal: controller.signal, callbacks }),
        { name: 'AbortError' },
      );
      const { epoch, batch } = model.position;
      assert.deepEqual([epoch, batch], [Math.floor(stop / 7), (stop % 7) + 1]);
      const rest = await model.fit(x, y, {
        ...quiet,
        stepsPerEpoch: 7,
        epochs: 3,
        initialEpoch: epoch,
        initialBatch: batch,
      });
      assert.ok(weightBytes(model).equals(whole.weights), `stopped after batch ${stop}`);
      assert.deepEqual(rest.history.loss, whole.history.loss.slice(epoch), `stopped after batch ${stop}`);
      model.dispose();
    }
  });

  test('validation every so many epochs, on so many batches of their own size', async () => {
    const { x: vx, y: vy } = smallData(50, 9);
    const model = await smallModel();
    const { history } = await model.fit(x, y, {
      ...quiet,
      epochs: 5,
      validationData: [vx, vy],
      validationFreq: 2,
      validationSteps: 2,
      validationBatchSize: 10,
    });
    assert.deepEqual([history.loss.length, history.val_loss.length, history.val_acc.length], [5, 2, 2]);
    const last = await model.fit(x, y, {
      ...quiet,
      epochs: 1,
      validationData: [vx, vy],
      validationSteps: 2,
      validationBatchSize: 10,
    });
    assert.deepEqual(await model.evaluate(slice(vx, 0, 20), slice(vy, 0, 20)), [
      last.history.val_loss[0],
      last.history.val_acc[0],
    ]);
    assert.deepEqual(
      await model.evaluate(vx, vy, { steps: 2, batchSize: 10 }),
      await model.evaluate(slice(vx, 0, 20), slice(vy, 0, 20)),
    );
    assert.deepEqual(await model.evaluate(vx, vy, { steps: 99 }), await model.evaluate(vx, vy));
    assert.deepEqual((await model.predict(vx, { steps: 2, batchSize: 3 })).shape, [6, CLASSES]);
    model.dispose();
  });
});

test('what cannot be is refused, in words', async () => {
  const model = await smallModel();
  /** @param {object} options @param {string} message */
  const refusedOption = (options, message) =>
    assert.rejects(model.fit(x, y, { verbose: 0, ...options }), { name: 'FittingRoomError', message });
  const weights = tensor(new Float32Array(70).fill(1), [70]);
  await refusedOption(
    { sampleWeight: [1, 2] },
    'sampleWeight must be a tensor { shape: number[], data: TypedArray }, got [1, 2]',
  );
  await refusedOption(
    { sampleWeight: tensor([1], [1]) },
    'sampleWeight must hold one number per sample, shape [70], got [1]',
  );
  await refusedOption(
    { sampleWeight: tensor(new Float32Array(70).fill(-1), [70]) },
    'sampleWeight: weight 0 must be a number 0..1000000, got -1',
  );
  await refusedOption(
    { validationData: [x, y, tensor([1], [1])] },
    'validation sampleWeight must hold one number per sample, shape [70], got [1]',
  );
  await refusedOption(
    { sampleWeight: weights, classWeight: { 0: 1 } },
    'fit: give classWeight or sampleWeight, not both',
  );
  await refusedOption(
    { classWeight: 3 },
    'fit: classWeight must be an object such as { 0: 1, 1: 2.5 } or an array, got 3',
  );
  await refusedOption({ classWeight: { 3: 1 } }, 'fit: classWeight has a weight for class 3; classes are 0..2');
  await refusedOption({ classWeight: { cat: 1 } }, 'fit: classWeight has a weight for class cat; classes are 0..2');
  for (const label of ['', ' 1', '1e0', '0x1', 'length', '-1', '0.5'])
    await refusedOption(
      { classWeight: { [label]: 1 } },
      `fit: classWeight has a weight for class ${label}; classes are 0..2`,
    );
  await refusedOption(
    { classWeight: new Map([[7, 1]]) },
    'fit: classWeight has a weight for class 7; classes are 0..2',
  );
  await refusedOption({ classWeight: { 0: NaN } }, 'fit: classWeight of class 0 must be a number 0..1000000, got NaN');
  await refusedOption(
    { classWeight: [1, undefined] },
    'fit: classWeight of class 1 must be a number 0..1000000, got undefined',
  );
  await refusedOption({ classWeight: { 0: '1' } }, 'fit: classWeight of class 0 must be a number 0..1000000, got "1"');
  await refusedOption({ stepsPerEpoch: 0 }, 'fit: stepsPerEpoch must be an integer 1..1000000000, got 0');
  await refusedOption({ stepsPerEpoch: 2, initialBatch: 3 }, 'fit: initialBatch must be an integer 0..2, got 3');
  await refusedOption({ validationFreq: 0 }, 'fit: validationFreq must be an integer 1..1000000000, got 0');
  await refusedOption(
    { validationSteps: 0.5, validationSplit: 0.1 },
    'fit: validationSteps must be an integer 1..1000000000, got 0.5',
  );
  await refusedOption({ validationBatchSize: 0 }, 'fit: validationBatchSize must be an integer 1..65536, got 0');
  await assert.rejects(model.evaluate(x, y, { steps: 0 }), {
    message: 'evaluate: steps must be an integer 1..1000000000, got 0',
  });
  await assert.rejects(model.predict(x, wrong({ sampleWeight: weights })), {
    message: "predict has no option 'sampleWeight'; it takes batchSize, signal, onProgress, steps, callbacks",
  });
  model.dispose();
  /** @param {any[]} stack @param {any} loss @param {any} targets @param {any} classWeight @param {string} message */
  const refusedBy = async (stack, loss, targets, classWeight, message) => {
    const made = await smallModel({ stack, compile: { loss, metrics: [] } });
    await assert.rejects(made.fit(tensor(new Float32Array(4), [2, 2]), targets, { verbose: 0, classWeight }), {
      name: 'FittingRoomError',
      message,
    });
    made.dispose();
  };
  const one = [layers.dense({ units: 1, inputShape: [2] })];
  await refusedBy(
    one,
    'mse',
    tensor([1, 2], [2, 1]),
    { 1.5: 2 },
    'fit: classWeight has a weight for class 1.5; classes are whole numbers',
  );
  await refusedBy(
    one,
    'binaryCrossentropy',
    tensor([0, 1], [2, 1]),
    { 2: 2 },
    'fit: classWeight has a weight for class 2; classes are 0..1',
  );
  await refusedBy(
    [layers.dense({ units: 4, inputShape: [2] }), layers.reshape({ targetShape: [2, 2, 1] })],
    'mse',
    tensor(new Float32Array(8), [2, 2, 2, 1]),
    { 0: 2 },
    'fit: classWeight needs one class per sample, got targets of shape [n, 2, 2, 1]; give sampleWeight',
  );
});
