import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { layers, tensor } from '../../shim/index.js';
import {
  SIDE,
  heapInUse,
  onEveryBuild,
  oneHot,
  slice,
  smallData,
  smallLayers,
  smallModel,
  weightBytes,
  wrong,
} from './support.js';

/** @import { Sequential } from '../../shim/index.js' */
/** @import { FitOptions } from '../../shim/training/fit.js' */

const { x, y } = smallData(70);
const validationData = /** @type {[typeof x, typeof y]} */ (Object.values(smallData(50, 9)));
const quiet = /** @type {const} */ ({ verbose: 0, batchSize: 16 });

/**
 * A model after a fit, and the result.
 * @param {FitOptions} options
 * @param {Parameters<typeof smallModel>[0]} [model]
 */
async function fitted(options, model) {
  const trained = await smallModel(model);
  const history = await trained.fit(x, y, { ...quiet, ...options });
  return { model: trained, history, weights: weightBytes(trained) };
}

/** @param {import('node:test').TestContext} t @param {() => number} now in milliseconds */
const fakeClock = (t, now) => t.mock.method(performance, 'now', now);

onEveryBuild(() => {
  test('history holds each epoch’s averages, validation’s as evaluate finds them', async () => {
    const { model, history } = await fitted({ epochs: 4, validationData });
    assert.deepEqual(history.epoch, [0, 1, 2, 3]);
    assert.deepEqual(Object.keys(history.history), ['loss', 'acc', 'val_loss', 'val_acc']);
    for (const values of Object.values(history.history)) assert.equal(values.length, 4);
    assert.deepEqual(history.params, { epochs: 4, batchSize: 16, samples: 70 });
    assert.equal(model.history, history);
    const { loss, val_loss: valLoss, val_acc: valAcc } = history.history;
    assert.ok(loss[3] < loss[0], `${loss}`);
    assert.ok(Math.abs(valLoss[3] - (await model.evaluate(...validationData))[0]) < 1e-12);
    assert.equal(valAcc[3], (await model.evaluate(...validationData))[1]);
    assert.deepEqual(model.position, { epoch: 4, batch: 0 });
    model.dispose();
  });

  test('it learns what can be learnt', async () => {
    const { model, history } = await fitted({ epochs: 60 });
    assert.ok(/** @type {number} */ (history.history.acc.at(-1)) > 0.8, `${history.history.acc.at(-1)}`);
    assert.ok((await model.evaluate(...validationData))[1] > 0.9);
    model.dispose();
  });

  test('an epoch’s figures are its batches’, the ragged last one by its size', async () => {
    /** @type {import('../../shim/training/progress.js').Logs[]} */
    const batches = [];
    const { model, history } = await fitted({
      callbacks: { onBatchEnd: (batch, logs) => void batches.push({ ...logs, number: batch }) },
    });
    assert.deepEqual(
      batches.map(({ number, batch }) => [number, batch]),
      [0, 1, 2, 3, 4].map((i) => [i, i]),
    );
    assert.deepEqual(
      batches.map(({ size }) => size),
      [16, 16, 16, 16, 6],
    );
    for (const name of ['loss', 'acc']) {
      const mean = batches.reduce((sum, logs) => sum + logs[name] * logs.size, 0) / 70;
      assert.ok(Math.abs(mean - history.history[name][0]) < 1e-12, `${name}: ${mean}, ${history.history[name][0]}`);
    }
    model.dispose();
  });

  test('callbacks come in order, and fit waits for each', async () => {
    /** @type {string[]} */
    const events = [];
    let within = 0;
    /** @param {string} name */
    const slow = (name) => async (/** @type {any} */ first, /** @type {any} */ second) => {
      assert.equal(within++, 0, `${name} began within another`);
      const detail =
        name === 'onProgress'
          ? `${first.phase} ${first.epoch} ${first.batch}/${first.batches}`
          : typeof first === 'number'
            ? first
            : '';
      events.push(`${name} ${detail}`.trim());
      if (name === 'onEpochEnd') assert.deepEqual(Object.keys(second), ['loss', 'acc', 'val_loss', 'val_acc']);
      await sleep(1);
      within--;
    };
    const callbacks = Object.fromEntries(
      ['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onEpochEnd', 'onTrainEnd', 'onProgress'].map((name) => [
        name,
        slow(name),
      ]),
    );
    const { model } = await fitted({
      epochs: 2,
      batchSize: 40,
      callbacks,
      validationData: /** @type {any} */ (validationData.map((t) => slice(t, 0, 9))),
    });
    const epoch = (/** @type {number} */ e) => [
      `onEpochBegin ${e}`,
      'onBatchEnd 0',
      `onProgress train ${e} 1/2`,
      'onBatchEnd 1',
      `onProgress train ${e} 2/2`,
      `onProgress validate ${e} 1/1`,
      `onEpochEnd ${e}`,
    ];
    assert.deepEqual(events, ['onTrainBegin', ...epoch(0), ...epoch(1), 'onTrainEnd']);
    model.dispose();
  });

  test('progress counts samples and says how long', async () => {
    /** @type {import('../../shim/training/pass.js').Progress[]} */
    const seen = [];
    const { model } = await fitted({ epochs: 2, callbacks: { onProgress: (progress) => void seen.push(progress) } });
    const ends = seen.filter(({ batch, batches }) => batch === batches);
    assert.deepEqual(
      ends.map(({ epoch, samples }) => [epoch, samples]),
      [
        [0, 70],
        [1, 70],
      ],
    );
    for (const { phase, epochs, batch, batches, samples, logs, samplesPerSecond, etaSeconds } of seen) {
      assert.deepEqual([phase, epochs, batches], ['train', 2, 5]);
      assert.equal(samples, Math.min(batch * 16, 70));
      assert.ok(samplesPerSecond > 0 && Number.isFinite(samplesPerSecond));
      assert.ok(batch === batches ? etaSeconds === 0 : etaSeconds > 0 && Number.isFinite(etaSeconds));
      assert.ok(logs.loss > 0 && logs.acc >= 0);
    }
    model.dispose();
  });

  test('a callback that throws ends fit with its error, and the model goes on', async () => {
    const model = await smallModel();
    for (const name of ['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onProgress', 'onEpochEnd', 'onTrainEnd']) {
      const error = new Error(name);
      await assert.rejects(
        model.fit(x, y, {
          ...quiet,
          callbacks: {
            [name]: () => {
              throw error;
            },
          },
        }),
        error,
      );
      await assert.rejects(model.fit(x, y, { ...quiet, callbacks: { [name]: () => Promise.reject(error) } }), error);
    }
    await model.fit(x, y, quiet);
    model.dispose();
  });

  test('stopTraining within an epoch ends it like any other: validation, onEpochEnd, history, onTrainEnd', async () => {
    for (const hook of ['onBatchBegin', 'onBatchEnd', 'onTrainBatchBegin', 'onTrainBatchEnd']) {
      const model = await smallModel();
      /** @type {any[]} */
      const events = [];
      /** @type {import('../../shim/training/progress.js').Logs[]} */
      const batches = [];
      const recorder = {
        [hook]: (/** @type {number} */ batch) => {
          if (model.position.epoch === 1 && batch === 2) model.stopTraining = true;
        },
        onYield: (/** @type {number} */ epoch, /** @type {number} */ batch) => void events.push(`${epoch}.${batch}`),
        onTestEnd: () => void events.push('onTestEnd'),
        onEpochEnd: (/** @type {number} */ epoch, /** @type {any} */ logs) =>
          void events.push(['onEpochEnd', epoch, { ...logs }]),
        onTrainEnd: (/** @type {any} */ logs) => void events.push(['onTrainEnd', logs]),
      };
      const counter = { onBatchEnd: (/** @type {number} */ _, /** @type {any} */ logs) => void batches.push(logs) };
      const { epoch, history } = await model.fit(x, y, {
        ...quiet,
        epochs: 4,
        validationData,
        callbacks: [recorder, counter],
      });
      assert.deepEqual(epoch, [0, 1], hook);
      assert.deepEqual(model.position, { epoch: 1, batch: 3 });
      for (const [key, values] of Object.entries(history)) assert.equal(values.length, 2, key);
      const cut = batches.slice(5);
      assert.equal(cut.length, 3);
      assert.ok(Math.abs(history.loss[1] - cut.reduce((sum, { loss }) => sum + loss / 3, 0)) < 1e-12);
      assert.deepEqual([history.val_loss[1], history.val_acc[1]], await model.evaluate(...validationData));
      const logs = Object.fromEntries(Object.entries(history).map(([key, values]) => [key, values[1]]));
      assert.deepEqual(events.slice(-6), [
        '1.0',
        '1.1',
        '1.2',
        'onTestEnd',
        ['onEpochEnd', 1, logs],
        ['onTrainEnd', logs],
      ]);
      model.dispose();
    }
  });

  test(
    'stopTraining within an epoch is carried out, though onEpochEnd takes it back; validation comes as often as it ' +
      'is due',
    async () => {
      const model = await smallModel();
      const { epoch, history } = await model.fit(x, y, {
        ...quiet,
        epochs: 3,
        validationData,
        validationFreq: 2,
        callbacks: {
          onBatchEnd: (batch) => {
            if (batch === 2) model.stopTraining = true;
          },
          onEpochEnd: () => {
            model.stopTraining = false;
          },
        },
      });
      assert.deepEqual([epoch, Object.keys(history), model.position], [[0], ['loss', 'acc'], { epoch: 0, batch: 3 }]);
      model.dispose();
    },
  );

  test('stopTraining at an epoch’s end ends fit; a new fit begins with it unset', async () => {
    const model = await smallModel();
    const between = await model.fit(x, y, {
      ...quiet,
      epochs: 3,
      callbacks: {
        onEpochEnd: () => {
          model.stopTraining = true;
        },
      },
    });
    assert.deepEqual(between.epoch, [0]);
    assert.deepEqual(model.position, { epoch: 1, batch: 0 });
    const after = await model.fit(x, y, { ...quiet, epochs: 2 });
    assert.deepEqual(after.epoch, [0, 1]);
    model.dispose();
  });

  test('two fits in a row are one longer fit', async () => {
    const whole = await fitted({ epochs: 3 });
    const parts = await smallModel();
    await parts.fit(x, y, { ...quiet, epochs: 1 });
    const rest = await parts.fit(x, y, { ...quiet, epochs: 3, initialEpoch: 1 });
    assert.deepEqual(rest.epoch, [1, 2]);
    assert.deepEqual(rest.history.loss, whole.history.history.loss.slice(1));
    assert.ok(weightBytes(parts).equals(whole.weights));
    const none = await parts.fit(x, y, { ...quiet, epochs: 3, initialEpoch: 3 });
    assert.deepEqual(none.epoch, []);
    assert.ok(weightBytes(parts).equals(whole.weights));
    whole.model.dispose();
    parts.dispose();
  });

  test('a run aborted after any batch goes on as if it had never stopped', async () => {
    const whole = await fitted({ epochs: 3, validationData });
    for (let stop = 0; stop < 15; stop++) {
      const model = await smallModel();
      const controller = new AbortController();
      let batches = 0;
      const reason = new Error('enough');
      const callbacks = {
        onBatchEnd: () => {
          if (batches++ === stop) controller.abort(reason);
        },
      };
      await assert.rejects(
        model.fit(x, y, { ...quiet, epochs: 3, validationData, signal: controller.signal, callbacks }),
        reason,
      );
      const { epoch, batch } = model.position;
      assert.deepEqual([epoch, batch], [Math.floor(stop / 5), (stop % 5) + 1]);
      assert.equal(model.history.epoch.length, epoch);
      const rest = await model.fit(x, y, {
        ...quiet,
        epochs: 3,
        validationData,
        initialEpoch: epoch,
        initialBatch: batch,
      });
      assert.ok(weightBytes(model).equals(whole.weights), `stopped after batch ${stop}`);
      for (const name of ['loss', 'acc', 'val_loss', 'val_acc'])
        assert.deepEqual(
          rest.history[name],
          whole.history.history[name].slice(epoch),
          `${name}, stopped after batch ${stop}`,
        );
      model.dispose();
    }
    whole.model.dispose();
  });

  test('a run aborted during validation goes on with validation', async () => {
    const whole = await fitted({ epochs: 2, validationData });
    const model = await smallModel();
    const controller = new AbortController();
    const callbacks = /** @type {FitOptions['callbacks']} */ ({
      onProgress: ({ phase }) => {
        if (phase === 'validate') controller.abort();
      },
    });
    await assert.rejects(
      model.fit(x, y, { ...quiet, epochs: 2, validationData, signal: controller.signal, callbacks }),
      { name: 'AbortError' },
    );
    assert.deepEqual(model.position, { epoch: 0, batch: 5 });
    const { history } = await model.fit(x, y, {
      ...quiet,
      epochs: 2,
      validationData,
      initialEpoch: 0,
      initialBatch: 5,
    });
    assert.deepEqual(history, whole.history.history);
    assert.ok(weightBytes(model).equals(whole.weights));
    model.dispose();
    whole.model.dispose();
  });

  test('a signal that is aborted already stops fit before anything moves', async () => {
    const model = await smallModel();
    const before = weightBytes(model);
    await assert.rejects(model.fit(x, y, { ...quiet, signal: AbortSignal.abort() }), { name: 'AbortError' });
    await assert.rejects(model.evaluate(x, y, { signal: AbortSignal.abort() }), { name: 'AbortError' });
    await assert.rejects(model.predict(x, { signal: AbortSignal.abort() }), { name: 'AbortError' });
    assert.ok(weightBytes(model).equals(before));
    model.dispose();
  });

  test('how the work is cut into slices does not show in weights or figures', async (t) => {
    const real = await fitted({ epochs: 3, batchSize: 3, validationData });
    let time = 0;
    const slow = fakeClock(t, () => (time += 1e6)); // one batch per slice
    const one = await fitted({ epochs: 3, batchSize: 3, validationData });
    slow.mock.restore();
    fakeClock(t, () => 0); // all batches in one slice
    const many = await fitted({ epochs: 3, batchSize: 3, validationData });
    for (const { model, history, weights } of [one, many]) {
      assert.ok(weights.equals(real.weights));
      assert.deepEqual(history, real.history);
      model.dispose();
    }
    real.model.dispose();
  });

  test('validationSplit holds back the last samples, before shuffling', async () => {
    const split = await fitted({ epochs: 2, validationSplit: 0.3 });
    const model = await smallModel();
    const history = await model.fit(slice(x, 0, 49), slice(y, 0, 49), {
      ...quiet,
      epochs: 2,
      validationData: [slice(x, 49, 70), slice(y, 49, 70)],
    });
    assert.deepEqual(split.history, history);
    assert.equal(history.params.samples, 49);
    assert.ok(split.weights.equals(weightBytes(model)));
    model.dispose();
    split.model.dispose();
  });

  test('shuffle false takes the samples as they come, true in another order each epoch', async () => {
    const ordered = await fitted({ epochs: 2, shuffle: false });
    const model = await smallModel();
    for (let epoch = 0; epoch < 2; epoch++)
      for (let first = 0; first < 70; first += 16)
        await model.fit(slice(x, first, Math.min(first + 16, 70)), slice(y, first, Math.min(first + 16, 70)), {
          ...quiet,
          shuffle: false,
        });
    assert.ok(ordered.weights.equals(weightBytes(model)));
    const shuffled = await fitted({ epochs: 2 });
    assert.ok(!shuffled.weights.equals(ordered.weights));
    const still = {
      stack: smallLayers().filter(({ kind }) => kind !== 'dropout'),
      compile: { optimizer: /** @type {const} */ ({ name: 'sgd', learningRate: 0 }) },
    };
    /** @type {number[][]} */
    const losses = [[], []];
    const { model: frozen } = await fitted(
      {
        epochs: 2,
        callbacks: {
          onEpochBegin: (epoch) => {
            losses.push([]);
            assert.ok(epoch < 2);
          },
          onBatchEnd: (_, { loss }) => {
            /** @type {number[]} */ (losses.at(-1)).push(loss);
          },
        },
      },
      still,
    );
    assert.notDeepEqual(losses.at(-1), losses.at(-2), 'the same order twice');
    for (const m of [ordered.model, model, shuffled.model, frozen]) m.dispose();
  });

  test('every sample is seen once an epoch, shuffled or not', async () => {
    const stack = [layers.dense({ inputShape: [1], units: 1, useBias: false })];
    const inputs = tensor(
      Float32Array.from({ length: 37 }, (_, i) => 2 ** (i / 4)),
      [37, 1],
    );
    for (const shuffle of [true, false]) {
      const model = await smallModel({
        stack,
        compile: { optimizer: { name: 'sgd', learningRate: 0 }, loss: 'meanSquaredError', metrics: ['mse'] },
      });
      model.setWeights([tensor([1], [1, 1])]);
      const { history } = await model.fit(inputs, tensor(new Float32Array(37), [37, 1]), {
        verbose: 0,
        batchSize: 5,
        epochs: 2,
        shuffle,
      });
      const squares = inputs.data.reduce((sum, value) => sum + value * value, 0) / 37;
      for (const loss of history.loss) assert.ok(Math.abs(loss / squares - 1) < 1e-6, `${loss}, want ${squares}`);
      assert.deepEqual(history.mse, history.loss);
      model.dispose();
    }
  });

  test('bytes train as the floats that they stand for', async () => {
    const bytes = await fitted({ epochs: 2 });
    const floats = tensor(
      Float32Array.from(x.data, (value) => Math.fround(value / 255)),
      x.shape,
    );
    for (const samples of [floats, tensor(Uint8ClampedArray.from(x.data), x.shape)]) {
      const model = await smallModel();
      const history = await model.fit(samples, y, { ...quiet, epochs: 2 });
      assert.deepEqual(history, bytes.history);
      assert.ok(weightBytes(model).equals(bytes.weights));
      model.dispose();
    }
    bytes.model.dispose();
  });

  test('one-hot targets train as class indices do, whatever array holds these', async () => {
    const sparse = await fitted({ epochs: 2 });
    for (const targets of [oneHot(y), tensor(Float64Array.from(oneHot(y).data), [70, 3])]) {
      const model = await smallModel({ compile: { loss: 'categoricalCrossentropy' } });
      const history = await model.fit(x, targets, { ...quiet, epochs: 2 });
      assert.deepEqual(history, sparse.history);
      assert.ok(weightBytes(model).equals(sparse.weights));
      model.dispose();
    }
    for (const labels of [Int32Array.from(y.data), Float32Array.from(y.data)]) {
      const model = await smallModel();
      await model.fit(x, tensor(labels, [70]), { ...quiet, epochs: 2 });
      assert.ok(weightBytes(model).equals(sparse.weights));
      model.dispose();
    }
    sparse.model.dispose();
  });

  test('batches larger than the data are the data', async () => {
    const exact = await fitted({ epochs: 2, batchSize: 70 });
    const larger = await fitted({ epochs: 2, batchSize: 65536 });
    assert.ok(exact.weights.equals(larger.weights));
    assert.deepEqual(larger.history.history, exact.history.history);
    exact.model.dispose();
    larger.model.dispose();
  });

  test('other tasks get their turn while it trains', async (t) => {
    const model = await smallModel();
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    t.after(() => clearInterval(timer));
    const start = performance.now();
    await model.fit(x, y, {
      verbose: 0,
      batchSize: 1,
      epochs: 1e6,
      callbacks: {
        onEpochEnd: () => {
          model.stopTraining = turns >= 4 || performance.now() - start > 5000;
        },
      },
    });
    assert.ok(turns >= 4, `${turns} turns in five seconds`);
    model.dispose();
  });

  test('one fit at a time; what else runs in between changes nothing', async () => {
    const alone = await fitted({ epochs: 3 });
    const model = await smallModel();
    const running = model.fit(x, y, {
      ...quiet,
      epochs: 3,
      callbacks: {
        onBatchEnd: async () => {
          await model.evaluate(x, y, { batchSize: 7 });
          await model.predict(x, { batchSize: 70 });
          model.gradients(slice(x, 0, 9), slice(y, 0, 9));
        },
      },
    });
    await assert.rejects(model.fit(x, y, quiet), {
      code: 'wrong-state',
      message: 'fit: this model is being trained already',
    });
    await running;
    assert.ok(weightBytes(model).equals(alone.weights));
    await model.fit(x, y, quiet);
    alone.model.dispose();
    model.dispose();
  });

  test('compile waits until fit is over', async () => {
    const model = await smallModel();
    await model.fit(x, y, {
      ...quiet,
      callbacks: {
        onBatchEnd: () =>
          assert.throws(() => model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' }), {
            name: 'FittingRoomError',
            code: 'wrong-state',
          }),
      },
    });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    model.dispose();
  });

  for (const moment of ['onTrainBegin', 'onEpochBegin', 'onBatchEnd', 'onProgress', 'onEpochEnd']) {
    test(`a model disposed from ${moment} ends its fit`, async () => {
      const before = await heapInUse();
      const model = await smallModel();
      await assert.rejects(
        model.fit(x, y, { ...quiet, epochs: 3, validationData, callbacks: { [moment]: () => model.dispose() } }),
        { name: 'FittingRoomError', code: 'wrong-state', message: 'this model has been disposed' },
      );
      assert.equal(await heapInUse(), before);
    });
  }

  test('a model disposed while it trains, evaluates or predicts', async () => {
    const before = await heapInUse();
    for (const run of /** @type {((m: Sequential) => Promise<unknown>)[]} */ ([
      (m) => m.fit(x, y, { ...quiet, epochs: 50, batchSize: 1 }),
      (m) => m.evaluate(x, y, { batchSize: 1 }),
      (m) => m.predict(x, { batchSize: 1 }),
    ])) {
      const model = await smallModel();
      const running = assert.rejects(run(model), { code: 'wrong-state', message: 'this model has been disposed' });
      model.dispose();
      await running;
    }
    assert.equal(await heapInUse(), before);
  });

  test('every optimizer and loss trains', async () => {
    const stack = [...smallLayers().slice(0, 3), layers.dense({ units: 3, activation: 'sigmoid' })];
    for (const optimizer of /** @type {const} */ ([
      'adam',
      'sgd',
      'adadelta',
      { name: 'sgd', momentum: 0.9 },
      { name: 'sgd', momentum: 0.9, nesterov: true },
    ]))
      for (const loss of /** @type {const} */ ([
        'sparseCategoricalCrossentropy',
        'categoricalCrossentropy',
        'binaryCrossentropy',
        'meanSquaredError',
      ])) {
        const o = typeof optimizer === 'string' ? { name: optimizer } : optimizer;
        const model = await smallModel({
          stack,
          compile: { optimizer: { ...o, learningRate: o.name === 'adadelta' ? 1 : 0.02 }, loss },
        });
        const { history } = await model.fit(x, loss === 'sparseCategoricalCrossentropy' ? y : oneHot(y), {
          ...quiet,
          epochs: 8,
        });
        assert.ok(history.loss[7] < history.loss[0], `${JSON.stringify(optimizer)}, ${loss}: ${history.loss}`);
        model.dispose();
      }
  });

  test('memory does not grow from epoch to epoch', async () => {
    const model = await smallModel();
    /** @type {number[]} */
    const bytes = [];
    await model.fit(x, y, {
      ...quiet,
      epochs: 5,
      callbacks: { onEpochBegin: async () => void bytes.push(await heapInUse()) },
    });
    assert.ok(
      bytes.slice(2).every((value) => value === bytes[1]),
      `${bytes}`,
    );
    model.dispose();
  });

  test('wrong arguments are refused, in words, and nothing moves', async () => {
    const model = await smallModel();
    const before = weightBytes(model);
    /** @param {unknown[]} args @param {string} message @param {string} [code] */
    const refused = async (args, message, code = 'invalid-argument') => {
      await assert.rejects(model.fit(.../** @type {[any, any, any]} */ (args)), {
        name: 'FittingRoomError',
        message,
        code,
      });
      assert.ok(weightBytes(model).equals(before), `moved by: ${message}`);
    };
    /** @param {object} options @param {string} message */
    const refusedOption = (options, message) => refused([x, y, { verbose: 0, ...options }], message);
    const isTensor = 'must be a tensor { shape: number[], data: TypedArray }';
    await refused([undefined, y], `x ${isTensor}, got undefined`);
    await refused([[1, 2], y], `x ${isTensor}, got [1, 2]`);
    await refused([x], `y ${isTensor}, got undefined`);
    await refused([tensor(x.data, [70, SIDE * SIDE]), y], 'x must have shape [n, 8, 8, 1], got [70, 64]');
    await refused([tensor(x.data, [70, SIDE, 1, SIDE]), y], 'x must have shape [n, 8, 8, 1], got [70, 8, 1, 8]');
    await refused([tensor(new Uint8Array(0), [0, SIDE, SIDE, 1]), y], 'x must hold at least one sample, got none');
    await refused(
      [tensor(Float64Array.from(x.data), x.shape), y],
      'x: samples must be bytes 0..255 (Uint8Array, scaled by 1/255) or floats (Float32Array), got Float64Array',
    );
    await refused([x, slice(y, 0, 69)], 'y has 69 targets for 70 samples');
    await refused([x, oneHot(y)], 'y must hold one class index per sample, shape [n], got [70, 3]');
    /** @param {number} label */
    const withLabel = (label) => {
      const data = Float32Array.from(y.data);
      data[41] = label;
      return tensor(data, [70]);
    };
    await refused([x, withLabel(3)], 'y: label 41 must be a whole number 0..2, got 3', 'bad-data');
    await refused([x, withLabel(-1)], 'y: label 41 must be a whole number 0..2, got -1', 'bad-data');
    await refused([x, withLabel(0.5)], 'y: label 41 must be a whole number 0..2, got 0.5', 'bad-data');
    await refused([x, withLabel(NaN)], 'y: label 41 must be a whole number 0..2, got NaN', 'bad-data');
    await refused([x, y, null], 'fit takes an object of options, got null');
    await refusedOption(
      { batchsize: 4 },
      "fit has no option 'batchsize'; it takes batchSize, epochs, verbose, validationData, validationSplit, " +
        'validationFreq, validationSteps, validationBatchSize, shuffle, classWeight, sampleWeight, stepsPerEpoch, ' +
        'initialEpoch, initialBatch, signal, callbacks, log',
    );
    await refusedOption({ batchSize: 0 }, 'fit: batchSize must be an integer 1..65536, got 0');
    await refusedOption({ batchSize: 65537 }, 'fit: batchSize must be an integer 1..65536, got 65537');
    await refusedOption({ batchSize: '32' }, 'fit: batchSize must be an integer 1..65536, got "32"');
    await refusedOption({ epochs: 0 }, 'fit: epochs must be an integer 1..1000000, got 0');
    await refusedOption({ epochs: 1.5 }, 'fit: epochs must be an integer 1..1000000, got 1.5');
    await refusedOption({ verbose: 3 }, 'fit: verbose must be an integer 0..2, got 3');
    await refusedOption({ initialEpoch: 2 }, 'fit: initialEpoch must be an integer 0..1, got 2');
    await refusedOption({ initialBatch: 4 }, 'fit: initialBatch must be an integer 0..3, got 4');
    await refusedOption({ validationSplit: 1 }, 'fit: validationSplit must be below 1, got 1');
    await refusedOption({ validationSplit: -0.1 }, 'fit: validationSplit must be a number 0..1, got -0.1');
    await refusedOption({ validationSplit: 0.999 }, 'fit: validationSplit 0.999 leaves none of 70 samples to train on');
    await refusedOption(
      { validationSplit: 0.1, validationData },
      'fit: give validationData or validationSplit, not both',
    );
    await refusedOption(
      { validationData: x },
      'fit: validationData must be [x, y] or [x, y, sampleWeight], got Object',
    );
    await refusedOption({ validationData: [x, slice(y, 0, 3)] }, 'validation y has 3 targets for 70 samples');
    await refusedOption(
      { validationData: [tensor(x.data, [70, 64]), y] },
      'validation x must have shape [n, 8, 8, 1], got [70, 64]',
    );
    await refusedOption(
      { callbacks: { onEpochend: () => {} } },
      "fit: callbacks has no option 'onEpochend'; it takes setParams, setModel, onTrainBegin, onTrainEnd, " +
        'onEpochBegin, onEpochEnd, onBatchBegin, onBatchEnd, onTrainBatchBegin, onTrainBatchEnd, onTestBegin, ' +
        'onTestEnd, onTestBatchBegin, onTestBatchEnd, onPredictBegin, onPredictEnd, onPredictBatchBegin, ' +
        'onPredictBatchEnd, onYield, onProgress',
    );
    await refusedOption({ callbacks: { onEpochEnd: 'log' } }, 'fit: onEpochEnd must be a function, got "log"');
    await refusedOption({ signal: {} }, 'fit: signal must be an AbortSignal, got Object');
    await refusedOption({ log: 'console' }, 'fit: log must be a function, got "console"');
    await refusedOption({ shuffle: 'batch' }, 'fit: shuffle must be true or false, got "batch"');
    model.dispose();
  });

  test('compile refuses what it does not know', async () => {
    const model = await smallModel();
    /** @param {unknown} options @param {string} message */
    const refused = (options, message) =>
      assert.throws(() => model.compile(wrong(options)), { name: 'FittingRoomError', message });
    const loss = 'meanSquaredError';
    refused(undefined, 'compile takes an object of options, got undefined');
    refused(
      { optimizer: 'adam' },
      'compile: loss must be one of sparseCategoricalCrossentropy, categoricalCrossentropy, binaryCrossentropy, ' +
        'meanSquaredError, meanAbsoluteError, mse, mae, got undefined',
    );
    refused(
      { loss },
      'compile: optimizer must be one of adam, adamw, sgd, adadelta, rmsprop, adagrad, muon, got undefined',
    );
    refused(
      { optimizer: 'nadam', loss },
      'compile: optimizer must be one of adam, adamw, sgd, adadelta, rmsprop, adagrad, muon, got "nadam"',
    );
    refused(
      { optimizer: null, loss },
      'compile: optimizer must be one of adam, adamw, sgd, adadelta, rmsprop, adagrad, muon, got null',
    );
    refused(
      { optimizer: { name: 'adam', momentum: 0.9 }, loss },
      "optimizer adam has no option 'momentum'; it takes name, learningRate, beta1, beta2, epsilon, weightDecay, " +
        'clipValue, clipNorm, globalClipNorm, useEma, emaMomentum, emaOverwriteFrequency',
    );
    refused(
      { optimizer: { name: 'adam', learningRate: '0.1' }, loss },
      'optimizer adam: learningRate must be a number 0..1000000, got "0.1"',
    );
    refused({ optimizer: { name: 'adam', beta1: 1 }, loss }, 'optimizer: beta1 must be at least 0 and below 1, got 1');
    refused({ optimizer: { name: 'sgd', nesterov: true }, loss }, 'optimizer: nesterov needs a momentum above 0');
    refused(
      { optimizer: { name: 'sgd', momentum: 0.5, nesterov: 'yes' }, loss },
      'optimizer sgd: nesterov must be true or false, got "yes"',
    );
    refused(
      { optimizer: 'adam', loss, metrics: ['f1'] },
      'compile: metrics must be one of accuracy, acc, binaryAccuracy, categoricalAccuracy, ' +
        'sparseCategoricalAccuracy, topKCategoricalAccuracy, sparseTopKCategoricalAccuracy, meanSquaredError, mse, ' +
        'meanAbsoluteError, mae, precision, recall, got "f1"',
    );
    refused(
      { optimizer: 'adam', loss, metrics: 'accuracy' },
      'compile: metrics must be an array such as [\'accuracy\'], got "accuracy"',
    );
    refused(
      { optimizer: 'adam', loss, metric: [] },
      "compile has no option 'metric'; it takes optimizer, loss, metrics",
    );
    await model.fit(x, y, quiet); // as it was compiled before
    model.dispose();
  });
});
