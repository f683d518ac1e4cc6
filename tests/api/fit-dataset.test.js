/** Training and evaluation on batches that a dataset yields. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'node:test';
import { layers, loadModel, schedules, sequential, tensor } from '../../shim/index.js';
import { trainStep } from '../../shim/training/fit.js';
import { compiledRunnerOf } from '../../shim/training/samples.js';
import {
  CLASSES,
  SIDE,
  heapInUse,
  onEveryBuild,
  oneHot,
  slice,
  smallData,
  smallModel,
  weightBytes,
  wrong,
} from './support.js';

/** @import { Sequential } from '../../shim/index.js' */
/** @import { FitDatasetOptions } from '../../shim/training/dataset.js' */
/** @import { Progress } from '../../shim/training/pass.js' */
/** @import { Tensor } from '../../shim/tensor.js' */

const { x, y } = smallData(70);
const held = smallData(50, 9);
const BATCH = 16;
const COUNT = 5; // batches of 16 in 70 samples, the last ragged
const inOrder = /** @type {const} */ ({ verbose: 0, batchSize: BATCH, shuffle: false });
const quiet = /** @type {const} */ ({ verbose: 0 });

/**
 * @param {Tensor<Uint8Array>} xs @param {Tensor} ys @param {Tensor} [weights] @param {number} [size]
 * @returns {{ xs: Tensor<Uint8Array>, ys: Tensor, sampleWeight?: Tensor }[]}
 */
function cut(xs, ys, weights, size = BATCH) {
  const [count] = xs.shape;
  return Array.from({ length: Math.ceil(count / size) }, (_, i) => {
    const [first, end] = [i * size, Math.min((i + 1) * size, count)];
    const sampleWeight = weights && slice(weights, first, end);
    return { xs: slice(xs, first, end), ys: slice(ys, first, end), ...(sampleWeight && { sampleWeight }) };
  });
}

const BATCHES = cut(x, y);

/** Batches without end. */
function* endless() {
  for (;;) yield* BATCHES;
}

/**
 * A dataset that records how it is used.
 * @param {() => Iterable<any>} [batches]
 */
function watched(batches = () => BATCHES) {
  const seen = { opened: 0, asked: 0, ended: 0, closed: 0 };
  const dataset = () => {
    const iterator = batches()[Symbol.iterator]();
    seen.opened++;
    return {
      next: async () => {
        seen.asked++;
        const result = iterator.next();
        if (result.done) seen.ended++;
        return result;
      },
      return: async () => {
        seen.closed++;
        return { value: undefined, done: true };
      },
    };
  };
  return { dataset, seen };
}

/** Every kind of randomness and of statistics. */
const varied = () => [
  layers.randomTranslation({ inputShape: [SIDE, SIDE, 1], heightFactor: 0.2, widthFactor: 0.2 }),
  layers.conv2d({ filters: 5, kernelSize: 3, activation: 'relu' }),
  layers.batchNormalization(),
  layers.flatten(),
  layers.dense({ units: 12, activation: 'relu' }),
  layers.dropout({ rate: 0.5 }),
  layers.dense({ units: CLASSES, activation: 'softmax' }),
];

/**
 * What a training leaves behind.
 * @param {Parameters<typeof smallModel>[0]} made
 * @param {(model: Sequential) => Promise<{ epoch: number[], history: Record<string, number[]> }>} train
 */
async function trained(made, train) {
  const model = await smallModel(made);
  try {
    const { epoch, history } = await train(model);
    const { position, interrupted } = model;
    return { epoch, history, position, interrupted, weights: weightBytes(model).toString('hex') };
  } finally {
    model.dispose();
  }
}

/** @param {any} dataset @param {FitDatasetOptions} [options] @param {Parameters<typeof smallModel>[0]} [made] */
const onDataset = (dataset, options, made) =>
  trained(made, (model) => model.fitDataset(dataset, { ...quiet, ...options }));

/** @param {any} [options] @param {Parameters<typeof smallModel>[0]} [made] */
const onTensors = (options, made) => trained(made, (model) => model.fit(x, y, { ...inOrder, ...options }));

/** The warnings from now on. @param {import('node:test').TestContext} t */
function warningsOf(t) {
  /** @type {string[]} */
  const lines = [];
  t.mock.method(console, 'warn', (/** @type {string} */ line) => void lines.push(line));
  return lines;
}

/** @param {Sequential} model */
function stop(model) {
  model.stopTraining = true;
}

onEveryBuild(() => {
  test('fitDataset: the batches of fit give the weights and figures of fit unshuffled, bit for bit', async () => {
    const sampleWeight = tensor(
      Float32Array.from({ length: 70 }, (_, i) => 0.1 + (i % 7)),
      [70],
    );
    const oneCycle = schedules.oneCycle({ maxLearningRate: 0.02, totalSteps: 3 * COUNT });
    const averaged = /** @type {const} */ ({ name: 'adamw', useEma: true, emaMomentum: 0.9 });
    const floats = tensor(
      Float32Array.from(x.data, (byte) => byte / 255),
      x.shape,
    );
    const hot = /** @type {const} */ ({ loss: 'categoricalCrossentropy', metrics: ['accuracy', 'precision'] });
    /** @type {[string, any, any, any, any][]} what, samples, targets, compile, options of both */
    const cases = [
      ['bytes', x, y, {}, {}],
      ['floats', floats, y, {}, {}],
      ['a schedule and averages', x, oneHot(y), { ...hot, optimizer: { ...averaged, learningRate: oneCycle } }, {}],
      ['sampleWeight', x, y, {}, { sampleWeight }],
      ['classWeight', x, y, {}, { classWeight: { 0: 2, 1: 0.5 } }],
    ];
    for (const [what, samples, targets, compile, options] of cases) {
      const { sampleWeight: weights, ...more } = options;
      const made = { stack: varied(), compile };
      const validationData = /** @type {any} */ ([samples, targets]);
      const epochs = 3;
      const want = await trained(made, (model) =>
        model.fit(samples, targets, { ...inOrder, epochs, validationData, ...options }),
      );
      const got = await onDataset(cut(samples, targets, weights), { epochs, validationData, ...more }, made);
      assert.deepEqual(got, want, what);
      assert.equal(want.epoch.length, 3);
    }
  });

  test('fitDataset: batches of any size train as one step each', async () => {
    const sizes = [1, 30, 3, 16, 20];
    let first = 0;
    const batches = sizes.map((size) => {
      first += size;
      return [slice(x, first - size, first), slice(y, first - size, first)];
    });
    const model = await smallModel({ stack: varied() });
    const losses = batches.map(([xs, ys]) => trainStep(compiledRunnerOf(model, 'trainOnBatch'), xs, ys)[0]);
    const { weights, history } = await onDataset(batches, {}, { stack: varied() });
    assert.equal(weights, weightBytes(model).toString('hex'));
    const mean = losses.reduce((sum, loss, i) => sum + loss * sizes[i], 0) / 70;
    assert.ok(Math.abs(history.loss[0] - mean) < 1e-12, `${history.loss[0]}, want ${mean}`);
    model.dispose();
  });

  test('fitDataset: a dataset is whatever can be iterated over again, in one pass per epoch', async () => {
    const want = await onTensors({ epochs: 2 });
    const pairs = BATCHES.map(({ xs, ys }) => [xs, ys]);
    let opened = 0;
    /** @type {Record<string, any>} */
    const datasets = {
      'an array of objects': BATCHES,
      'an array of pairs': pairs,
      'a set': new Set(BATCHES),
      'a generator function': function* () {
        opened++;
        yield* BATCHES;
      },
      'an asynchronous generator function': async function* () {
        opened++;
        for (const batch of BATCHES) {
          await sleep(1);
          yield batch;
        }
      },
      'an asynchronous iterable': {
        [Symbol.asyncIterator]: async function* () {
          opened++;
          yield* BATCHES;
        },
      },
      'a dataset of TensorFlow.js': {
        size: COUNT,
        iterator: async () => {
          opened++;
          const iterator = pairs.map(([xs, ys]) => ({ xs, ys })).values();
          return { next: async () => iterator.next() };
        },
      },
      'a generator function of promises': function* () {
        opened++;
        for (const batch of BATCHES) yield Promise.resolve(batch);
      },
      'a function that returns an iterator': () => {
        opened++;
        const left = [...BATCHES];
        return { next: () => ({ done: left.length === 0, value: left.shift() }) };
      },
      'a function that promises an array': async () => {
        opened++;
        return BATCHES;
      },
    };
    for (const [what, dataset] of Object.entries(datasets)) {
      opened = 0;
      assert.deepEqual(await onDataset(dataset, { epochs: 2 }), want, what);
      assert.ok(opened === 2 || Symbol.iterator in dataset, `${what} was begun ${opened} times`);
    }
    const once = await onTensors();
    assert.deepEqual(await onDataset(BATCHES.values()), once, 'an iterator, for one epoch');
    assert.deepEqual(await onDataset(endless(), { batchesPerEpoch: COUNT }), once, 'a generator, for one epoch');
  });

  test('fitDataset: the next batch is asked for once the one before has been trained on', async () => {
    const model = await smallModel();
    /** @type {(string | number)[]} */
    const events = [];
    async function* dataset() {
      for (const batch of BATCHES.slice(0, 2)) {
        events.push('asked', model.optimizer.iterations);
        yield batch;
      }
      events.push('end');
    }
    await model.fitDataset(dataset, {
      ...quiet,
      callbacks: {
        onBatchBegin: (batch) => void events.push('begin', batch),
        onBatchEnd: (batch) => void events.push('end', batch),
      },
    });
    assert.deepEqual(events, ['asked', 0, 'begin', 0, 'end', 0, 'asked', 1, 'begin', 1, 'end', 1, 'end']);
    model.dispose();
  });

  test('fitDataset: batchesPerEpoch cuts one endless row of passes, and asks for no batch too many', async () => {
    for (const [batchesPerEpoch, epochs] of [
      [COUNT, 6],
      [3, 10],
      [10, 3],
      [30, 1],
    ]) {
      const want = await onTensors({ epochs, stepsPerEpoch: batchesPerEpoch });
      const { dataset, seen } = watched();
      assert.deepEqual(await onDataset(dataset, { epochs, batchesPerEpoch }), want, `${batchesPerEpoch} batches`);
      assert.deepEqual(seen, { opened: 6, asked: 35, ended: 5, closed: 1 }, 'six passes, the last not to its end');
      const unending = watched(endless);
      assert.deepEqual(await onDataset(unending.dataset, { epochs, batchesPerEpoch }), want, 'without end');
      assert.deepEqual(unending.seen, { opened: 1, asked: 30, ended: 0, closed: 1 });
    }
  });

  test('fitDataset: a dataset without batches is refused, also one that has been used up', async () => {
    const message =
      'fitDataset: dataset has no batches; a generator gives its batches only once, so pass the function that makes it';
    const refusal = { name: 'FittingRoomError', code: 'bad-data', message };
    const model = await smallModel();
    const before = weightBytes(model);
    for (const options of [{}, { batchesPerEpoch: 2 }, { initialBatch: 1 }, { batchesPerEpoch: 2, initialEpoch: 1 }])
      await assert.rejects(model.fitDataset([], { ...quiet, epochs: 2, ...options }), refusal);
    assert.ok(weightBytes(model).equals(before));
    await assert.rejects(model.evaluateDataset([]), { message: message.replace('fitDataset', 'evaluateDataset') });
    await assert.rejects(model.fitDataset(BATCHES, { ...quiet, validationData: [] }), {
      message: message.replace('dataset has', 'validationData has'),
    });
    for (const batchesPerEpoch of [undefined, COUNT]) {
      const generator = (function* () {
        yield* BATCHES;
      })();
      await assert.rejects(model.fitDataset(generator, { ...quiet, epochs: 2, batchesPerEpoch }), refusal);
      assert.deepEqual([model.history.epoch, model.position], [[0], { epoch: 1, batch: 0 }]);
      assert.equal(model.interrupted, true);
    }
    model.dispose();
  });

  test('fitDataset: a run that was interrupted after any batch goes on as if it had never stopped', async () => {
    const validationData = cut(held.x, held.y);
    for (const batchesPerEpoch of [undefined, 3, 7]) {
      const options = { epochs: 3, validationData, batchesPerEpoch };
      const whole = await onDataset(BATCHES, options);
      const steps = 3 * (batchesPerEpoch ?? COUNT);
      for (let last = 0; last < steps - 1; last++)
        for (const how of ['stopTraining', 'a signal']) {
          const model = await smallModel();
          const controller = new AbortController();
          let batches = 0;
          const onBatchEnd = () => {
            if (batches++ !== last) return;
            if (how === 'a signal') controller.abort();
            else stop(model);
          };
          const interrupted = { ...quiet, ...options, signal: controller.signal, callbacks: { onBatchEnd } };
          await model.fitDataset(BATCHES, interrupted).catch(({ name }) => assert.equal(name, 'AbortError'));
          assert.equal(model.interrupted, true);
          const copy = await loadModel(await model.save({ includeOptimizer: true }));
          for (const each of [model, copy]) {
            const { epoch: initialEpoch, batch: initialBatch } = each.position;
            const rest = await each.fitDataset(BATCHES, { ...quiet, ...options, initialEpoch, initialBatch });
            assert.equal(weightBytes(each).toString('hex'), whole.weights, `${how} after batch ${last}`);
            for (const [name, values] of Object.entries(rest.history))
              assert.deepEqual(values, whole.history[name].slice(-rest.epoch.length), `${name}, after batch ${last}`);
            each.dispose();
          }
        }
    }
  });

  test('fitDataset: stopTraining after the last batch interrupts the epoch; continuing ends it', async () => {
    const whole = await onDataset(BATCHES, { epochs: 2 });
    const model = await smallModel();
    const onBatchEnd = (/** @type {number} */ batch) => {
      if (batch === COUNT - 1) stop(model);
    };
    await model.fitDataset(BATCHES, { ...quiet, epochs: 2, callbacks: { onBatchEnd } });
    assert.deepEqual([model.position, model.interrupted], [{ epoch: 0, batch: COUNT }, true]);
    const rest = await model.fitDataset(BATCHES, { ...quiet, epochs: 2, initialBatch: COUNT });
    assert.deepEqual(rest.history, whole.history);
    assert.equal(weightBytes(model).toString('hex'), whole.weights);
    const told = await model.fitDataset(BATCHES, { ...quiet, batchesPerEpoch: COUNT, callbacks: { onBatchEnd } });
    assert.deepEqual([told.epoch, model.interrupted], [[0], false], 'here the epoch is known to be complete');
    model.dispose();
  });

  test('fitDataset: two calls in a row are one longer one', async () => {
    for (const batchesPerEpoch of [undefined, 3]) {
      const whole = await onDataset(BATCHES, { epochs: 3, batchesPerEpoch });
      const parts = await trained({}, async (model) => {
        await model.fitDataset(BATCHES, { ...quiet, batchesPerEpoch });
        return model.fitDataset(BATCHES, { ...quiet, epochs: 3, initialEpoch: 1, batchesPerEpoch });
      });
      assert.equal(parts.weights, whole.weights);
      assert.deepEqual(parts.epoch, [1, 2]);
      assert.deepEqual(parts.history.loss, whole.history.loss.slice(1));
    }
  });

  /** @type {[string, (model: Sequential, controller: AbortController) => any][]} options that end training early */
  const ENDINGS = [
    ['stopTraining', (model) => ({ callbacks: { onBatchEnd: () => stop(model) } })],
    ['a signal', (_, controller) => ({ callbacks: { onBatchEnd: () => controller.abort() } })],
    ['an error in a callback', () => ({ callbacks: { onBatchEnd: () => Promise.reject(new Error('mine')) } })],
    ['an error before a batch', () => ({ callbacks: { onBatchBegin: () => Promise.reject(new Error('mine')) } })],
    ['an error in validation', () => ({ batchesPerEpoch: 2, validationData: [{ xs: x }] })],
    ['dispose', (model) => ({ callbacks: { onBatchEnd: () => model.dispose() } })],
    [
      'stopTraining between epochs',
      (model) => ({
        batchesPerEpoch: 2,
        callbacks: { onEpochEnd: () => stop(model) },
      }),
    ],
    ['the last epoch', () => ({ batchesPerEpoch: 2, epochs: 2 })],
  ];
  for (const [how, options] of ENDINGS)
    test(`fitDataset: an iterator is closed once when training ends before it does, by ${how}`, async () => {
      const before = await heapInUse();
      const model = await smallModel();
      const controller = new AbortController();
      const { dataset, seen } = watched();
      const { signal } = controller;
      const ran = model.fitDataset(dataset, { ...quiet, epochs: 9, signal, ...options(model, controller) });
      await ran.catch(() => {});
      assert.deepEqual([seen.opened, seen.ended, seen.closed], [1, 0, 1]);
      model.dispose();
      assert.equal(await heapInUse(), before);
    });

  test('fitDataset: an iterator is closed after a bad batch, but not after it has ended or failed', async () => {
    const model = await smallModel();
    const bad = watched(() => [BATCHES[0], { xs: x, ys: x }]);
    await assert.rejects(model.fitDataset(bad.dataset, quiet), /^FittingRoomError: fitDataset: batch 1: y /);
    assert.deepEqual(bad.seen, { opened: 1, asked: 2, ended: 0, closed: 1 });
    const whole = watched();
    await model.fitDataset(whole.dataset, { ...quiet, epochs: 2 });
    assert.deepEqual(whole.seen, { opened: 2, asked: 12, ended: 2, closed: 0 });
    const error = new Error('the disk is gone');
    const failing = watched(function* () {
      yield BATCHES[0];
      throw error;
    });
    await assert.rejects(model.fitDataset(failing.dataset, quiet), error);
    assert.deepEqual(failing.seen, { opened: 1, asked: 2, ended: 0, closed: 0 });
    assert.deepEqual(model.position, { epoch: 0, batch: 1 });
    const rejecting = watched(() => [BATCHES[0], Promise.reject(error)]);
    await assert.rejects(model.fitDataset(rejecting.dataset, quiet), error);
    assert.deepEqual(rejecting.seen, { opened: 1, asked: 2, ended: 0, closed: 1 }, 'a batch that did not come');
    const opening = () => {
      throw error;
    };
    await assert.rejects(model.fitDataset(opening, quiet), error);
    const late = watched(endless);
    const closing = () => ({ ...late.dataset(), return: () => Promise.reject(error) });
    await assert.rejects(model.fitDataset(closing, { ...quiet, batchesPerEpoch: 1 }), error, 'from return()');
    const first = new Error('the first');
    const onBatchEnd = () => Promise.reject(first);
    await assert.rejects(model.fitDataset(closing, { ...quiet, callbacks: { onBatchEnd } }), first);
    model.dispose();
  });

  test('fitDataset: a signal does not wait for a dataset that hangs', { timeout: 60_000 }, async () => {
    const model = await smallModel();
    const reason = new Error('enough');
    const hanging = () => new Promise(() => {});
    let closed = 0;
    const close = () => {
      closed++;
      return hanging();
    };
    /** @type {Record<string, any>} */
    const datasets = {
      'before its first batch': () => ({ next: hanging, return: close }),
      'after a batch': () => {
        const next = [() => ({ done: false, value: BATCHES[0] }), hanging];
        return { next: () => /** @type {() => any} */ (next.shift())(), return: close };
      },
      'when it is closed': () => ({
        next: async () => {
          await sleep(1);
          return { done: false, value: BATCHES[0] };
        },
        return: close,
      }),
    };
    for (const [what, dataset] of Object.entries(datasets)) {
      closed = 0;
      const controller = new AbortController();
      const ran = model.fitDataset(dataset, { ...quiet, epochs: 1e6, signal: controller.signal });
      setTimeout(() => controller.abort(reason), 20);
      await assert.rejects(ran, reason, what);
      assert.equal(closed, 1, what);
    }
    const controller = new AbortController();
    const opening = model.fitDataset(hanging, { ...quiet, signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(opening, reason);
    const skipping = new AbortController();
    const skipped = model.fitDataset(endless, { ...quiet, initialBatch: 1e9, signal: skipping.signal });
    setTimeout(() => skipping.abort(reason), 20);
    await assert.rejects(skipped, reason, 'while it reads what was trained on before');
    model.dispose();
  });

  test('fitDataset: a signal that aborts as a batch begins keeps it from being trained on', async () => {
    const model = await smallModel();
    const controller = new AbortController();
    const { signal } = controller;
    const onBatchBegin = (/** @type {number} */ batch) => {
      assert.ok(getEventListeners(signal, 'abort').length <= 1, 'no listener per batch');
      if (batch === 3) controller.abort();
    };
    const ran = model.fitDataset(BATCHES, { ...quiet, signal, callbacks: { onBatchBegin } });
    await assert.rejects(ran, { name: 'AbortError' });
    assert.deepEqual([model.optimizer.iterations, model.position], [3, { epoch: 0, batch: 3 }]);
    model.dispose();
  });

  test('fitDataset: an iterator that comes after the signal is closed all the same', async () => {
    const model = await smallModel();
    const { dataset, seen } = watched();
    const controller = new AbortController();
    let open = () => {};
    const late = () => {
      controller.abort();
      return new Promise((resolve) => {
        open = () => resolve(dataset());
      });
    };
    await assert.rejects(model.fitDataset(late, { ...quiet, signal: controller.signal }), { name: 'AbortError' });
    assert.deepEqual(seen, { opened: 0, asked: 0, ended: 0, closed: 0 });
    open();
    await sleep(1);
    assert.deepEqual(seen, { opened: 1, asked: 0, ended: 0, closed: 1 });
    const none = watched();
    await assert.rejects(model.fitDataset(none.dataset, { ...quiet, signal: controller.signal }), {
      name: 'AbortError',
    });
    assert.equal(none.seen.opened, 0, 'a signal that is aborted already');
    model.dispose();
  });

  test('fitDataset: validationData may be tensors or a dataset, in full or some batches of it', async (t) => {
    const warnings = warningsOf(t);
    const weights = tensor(
      Float32Array.from({ length: 50 }, (_, i) => (i % 5) / 2),
      [50],
    );
    /** @param {FitDatasetOptions} options */
    const figures = async (options) => {
      const { history } = await onDataset(BATCHES, { epochs: 2, ...options });
      return [history.val_loss, history.val_acc];
    };
    const all = await figures({ validationData: [held.x, held.y] });
    assert.equal(all[0].length, 2);
    assert.deepEqual(await figures({ validationData: cut(held.x, held.y) }), all);
    assert.deepEqual(await figures({ validationData: cut(held.x, held.y, undefined, 25) }), all, 'two batches');
    assert.deepEqual(await figures({ validationData: [held.x, held.y], validationBatchSize: 7 }), all);
    const weighted = await figures({ validationData: [held.x, held.y, weights] });
    assert.notDeepEqual(weighted, all);
    assert.deepEqual(await figures({ validationData: cut(held.x, held.y, weights) }), weighted);
    const some = await figures({ validationData: [slice(held.x, 0, 32), slice(held.y, 0, 32)] });
    assert.notDeepEqual(some, all);
    const { dataset, seen } = watched(() => cut(held.x, held.y));
    assert.deepEqual(await figures({ validationData: dataset, validationBatches: 2 }), some);
    assert.deepEqual(seen, { opened: 2, asked: 4, ended: 0, closed: 2 }, 'begun and closed for each validation');
    const cutHere = { validationData: /** @type {any} */ ([held.x, held.y]), validationBatches: 2 };
    assert.deepEqual(await figures({ ...cutHere, validationBatchSize: 16 }), some);
    const { history } = await onDataset(BATCHES, { epochs: 3, validationFreq: 2, ...cutHere });
    assert.deepEqual([history.loss.length, history.val_loss.length], [3, 1]);
    assert.deepEqual(warnings, []);
    assert.deepEqual(await figures({ validationData: cut(held.x, held.y), validationBatches: 9 }), all);
    const short = 'fitDataset: validationBatches is 9, but the dataset ended after 4';
    assert.deepEqual(warnings, [short, short], 'once per validation');
    const model = await smallModel();
    await model.evaluateDataset(BATCHES, { batches: 6 });
    assert.deepEqual(warnings.slice(2), ['evaluateDataset: batches is 6, but the dataset ended after 5']);
    model.dispose();
  });

  test('evaluateDataset finds what evaluate finds, whatever the batches', async () => {
    const model = await smallModel({ compile: { metrics: ['accuracy', 'precision', 'recall', 'mse'] } });
    await model.fit(x, y, inOrder);
    const want = await model.evaluate(x, y);
    for (const size of [1, 16, 69, 70])
      assert.deepEqual(await model.evaluateDataset(cut(x, y, undefined, size)), want, `batches of ${size}`);
    assert.deepEqual(await model.evaluateDataset(endless, { batches: COUNT }), want);
    const { dataset, seen } = watched();
    assert.deepEqual(
      await model.evaluateDataset(dataset, { batches: 2 }),
      await model.evaluate(slice(x, 0, 32), slice(y, 0, 32)),
    );
    assert.deepEqual(seen, { opened: 1, asked: 2, ended: 0, closed: 1 });
    /** @type {unknown[]} */
    const events = [];
    const figures = await model.evaluateDataset(BATCHES.slice(0, 2), {
      onProgress: ({ phase, batch, batches, samples }) => void events.push([phase, batch, batches, samples]),
      callbacks: {
        onTestBegin: () => void events.push('begin'),
        onTestBatchBegin: (batch) => void events.push(`begin ${batch}`),
        onTestBatchEnd: (batch, { size }) => void events.push(`end ${batch}: ${size}`),
        onTestEnd: ({ loss }) => void events.push(loss),
      },
    });
    assert.deepEqual(events, [
      'begin',
      ...['begin 0', 'end 0: 16', ['evaluate', 1, Infinity, 16]],
      ...['begin 1', 'end 1: 16', ['evaluate', 2, Infinity, 32]],
      figures[0],
    ]);
    const error = new Error('mine');
    const failing = watched(endless);
    const onProgress = () => Promise.reject(error);
    await assert.rejects(model.evaluateDataset(failing.dataset, { onProgress }), error);
    assert.equal(failing.seen.closed, 1);
    const controller = new AbortController();
    const ran = model.evaluateDataset(endless, { signal: controller.signal });
    setTimeout(() => controller.abort(error), 20);
    await assert.rejects(ran, error);
    model.dispose();
  });

  test('fitDataset: classWeight weighs samples by their class, and is refused beside weights of samples', async () => {
    const ones = tensor(new Float32Array(70).fill(1), [70]);
    const validationData = BATCHES.slice(0, 1);
    const classWeight = { 0: 4 };
    const got = await onDataset(BATCHES, { classWeight, validationData });
    assert.deepEqual(got, await onTensors({ classWeight, validationData: [BATCHES[0].xs, BATCHES[0].ys] }));
    assert.notEqual(got.weights, (await onDataset(BATCHES)).weights);
    await assert.rejects(onDataset(cut(x, y, ones), { classWeight }), {
      message: 'fitDataset: batch 0: give classWeight or sampleWeight, not both',
    });
    await assert.rejects(onDataset(BATCHES, { classWeight: { 3: 1 } }), {
      message: 'fitDataset: classWeight has a weight for class 3; classes are 0..2',
    });
  });

  test('fitDataset: callbacks and history are those of fit', async () => {
    /** @type {unknown[][]} */
    const [ours, theirs] = [[], []];
    /** @param {unknown[]} events */
    const recorder = (events) => ({
      setParams: (/** @type {any} */ { epochs, initialEpoch, verbose, doValidation, metrics }) =>
        void events.push([epochs, initialEpoch, verbose, doValidation, metrics]),
      onProgress: (/** @type {Progress} */ { phase, epoch, epochs, batch, samples, logs }) =>
        void events.push([phase, epoch, epochs, batch, samples, logs]),
      ...Object.fromEntries(
        ['Train', 'Epoch', 'Batch', 'TrainBatch', 'Test', 'TestBatch']
          .flatMap((name) => [`on${name}Begin`, `on${name}End`])
          .concat('onYield')
          .map((hook) => [hook, (/** @type {unknown[]} */ ...args) => void events.push([hook, ...args])]),
      ),
    });
    const validationData = /** @type {[Tensor, Tensor]} */ ([held.x, held.y]);
    const epochs = 2;
    await onTensors({ epochs, validationData, validationBatchSize: BATCH, callbacks: recorder(theirs) });
    await onDataset(BATCHES, { epochs, validationData: cut(held.x, held.y), callbacks: recorder(ours) });
    assert.deepEqual(ours, theirs);
    assert.ok(theirs.length > 60, `${theirs.length} events`);
  });

  test('fitDataset: callbacks and history are told what is known of the number of batches, and when', async () => {
    /** @param {any} dataset @param {FitDatasetOptions} [options] */
    const told = async (dataset, options) => {
      const model = await smallModel();
      /** @type {any} */
      let params;
      /** @type {Progress[]} */
      const seen = [];
      const { params: inHistory } = await model.fitDataset(dataset, {
        ...quiet,
        epochs: 2,
        ...options,
        callbacks: {
          setParams: (given) => {
            params = given;
          },
          onProgress: (progress) => void seen.push(progress),
        },
      });
      assert.deepEqual(inHistory, { epochs: 2, batchSize: null, samples: null });
      assert.deepEqual([params.samples, params.batchSize], [null, null]);
      const copy = await loadModel(await model.save({ includeOptimizer: true }));
      assert.deepEqual(copy.history, model.history);
      for (const each of [copy, model]) each.dispose();
      for (const { batch, batches, samplesPerSecond, etaSeconds } of seen) {
        assert.ok(samplesPerSecond > 0 && Number.isFinite(samplesPerSecond));
        assert.ok(batch === batches ? etaSeconds === 0 : etaSeconds > 0);
        assert.equal(Number.isFinite(etaSeconds), Number.isFinite(batches));
      }
      return [params.steps, ...seen.map(({ batches }) => batches)];
    };
    const first = Array(COUNT).fill(Infinity);
    const known = Array(COUNT).fill(COUNT);
    assert.deepEqual(await told(BATCHES), [null, ...first, ...known]);
    assert.deepEqual(await told(endless, { batchesPerEpoch: COUNT }), [COUNT, ...known, ...known]);
    const sized = (/** @type {unknown} */ size) => ({ size, iterator: () => BATCHES.values() });
    assert.deepEqual(await told(sized(COUNT)), [COUNT, ...known, ...known]);
    for (const size of [Infinity, null, NaN, '5'])
      assert.deepEqual(await told(sized(size)), [null, ...first, ...known]);
    assert.deepEqual(await told(sized(4)), [4, 4, 4, 4, 4, Infinity, ...known], 'a size that is wrong');
  });

  test('fitDataset: progress counts earlier batches of the epoch, and the time that the dataset takes', async () => {
    const model = await smallModel();
    /** @type {Progress[]} */
    const seen = [];
    const onProgress = (/** @type {Progress} */ progress) => {
      seen.push(progress);
      if (seen.length === 2) stop(model);
    };
    async function* slow() {
      for (const batch of BATCHES) {
        await sleep(20);
        yield batch;
      }
    }
    await model.fitDataset(slow, { ...quiet, callbacks: { onProgress } });
    await model.fitDataset(slow, { ...quiet, initialBatch: 2, callbacks: { onProgress } });
    assert.deepEqual(
      seen.map(({ samples }) => samples),
      [16, 32, 48, 64, 70],
    );
    for (const { samplesPerSecond } of seen) assert.ok(samplesPerSecond < 16 / 0.018, `${samplesPerSecond} per second`);
    model.dispose();
  });

  test('fitDataset: the bar has no end in the first epoch, and one from then on', async () => {
    /** @type {string[]} */
    const lines = [];
    const model = await smallModel();
    const log = (/** @type {string} */ text) => void lines.push(text);
    await model.fitDataset(BATCHES, { verbose: 1, epochs: 2, log });
    const figures = ' - loss: \\d\\.\\d{4} - acc: \\d\\.\\d{4}$';
    const forms = [
      '^Epoch 1/2$',
      ...[1, 2, 3, 4, 5].map((batch) => `^${batch}/Unknown - \\d+s \\d+(ms|us)/step${figures}`),
      `^5/5 \\[={30}\\] - \\d+s \\d+(ms|us)/step${figures}`,
      '^Epoch 2/2$',
      ...[1, 2, 3, 4].map((batch) => `^${batch}/5 \\[=*>\\.+\\] - ETA: \\d+s${figures}`),
      `^5/5 \\[={30}\\] - \\d+s \\d+(ms|us)/step${figures}`,
    ];
    assert.equal(lines.length, forms.length, lines.join('\n'));
    forms.forEach((form, i) => assert.match(lines[i], new RegExp(form)));
    lines.length = 0;
    await model.fitDataset(BATCHES, { verbose: 1, log, callbacks: { onBatchEnd: () => stop(model) } });
    assert.match(/** @type {string} */ (lines.at(-1)), /^1\/Unknown - \d+s \d+(ms|us)\/step - loss/);
    lines.length = 0;
    await model.fitDataset(BATCHES, { verbose: 2, epochs: 2, log });
    assert.equal(lines.length, 2);
    assert.match(lines[0], new RegExp(`^Epoch 1/2 - \\d+s${figures}`));
    model.dispose();
  });

  test('fitDataset: the core holds one batch at a time, and no more after many', async () => {
    const model = await smallModel();
    const size = 64;
    const big = tensor(new Uint8Array(size * SIDE * SIDE), [size, SIDE, SIDE, 1]);
    const labels = tensor(new Uint8Array(size), [size]);
    /** @type {number[]} */
    const between = [];
    /** @type {number[]} */
    const sizes = [];
    async function* dataset() {
      for (let i = 0; i < 120; i++) {
        const count = i === 0 ? size : 1 + ((i * 29) % size);
        between.push(await heapInUse());
        sizes.push(count);
        yield [slice(big, 0, count), slice(labels, 0, count)];
      }
    }
    const before = await heapInUse();
    await model.fitDataset(dataset, { ...quiet, epochs: 2 });
    assert.equal(between.length, 240);
    assert.ok(new Set(sizes).size > 30);
    const [first, second, ...rest] = between;
    assert.equal(first, before);
    assert.ok(second > before, 'room for a batch, as in fit');
    assert.ok(
      rest.every((bytes) => bytes === second),
      `${between}`,
    );
    await model.evaluateDataset(dataset);
    const after = await heapInUse();
    for (let i = 0; i < 20; i++) await model.evaluateDataset(dataset, { batches: 7 });
    await assert.rejects(model.fitDataset(wrong([...BATCHES, { xs: x }]), quiet));
    assert.equal(await heapInUse(), after);
    model.dispose();
  });

  test('fitDataset: one training at a time; what else runs meanwhile changes nothing', async () => {
    const alone = await onDataset(BATCHES, { epochs: 2 });
    const model = await smallModel();
    const again = /** @type {const} */ ([
      ['fit', () => model.fit(x, y, inOrder)],
      ['fitDataset', () => model.fitDataset(BATCHES, quiet)],
      ['trainOnBatch', async () => trainStep(compiledRunnerOf(model, 'trainOnBatch'), x, y)],
    ]);
    async function* dataset() {
      for (const batch of BATCHES) {
        for (const [what, act] of again)
          await assert.rejects(act(), { code: 'wrong-state', message: `${what}: this model is being trained already` });
        assert.throws(() => model.compile({ optimizer: 'sgd', loss: 'mse' }), { code: 'wrong-state' });
        await model.predict(x, { batchSize: 9 });
        await model.evaluateDataset(BATCHES);
        yield batch;
      }
    }
    await model.fitDataset(dataset, { ...quiet, epochs: 2 });
    assert.equal(weightBytes(model).toString('hex'), alone.weights);
    await model.fitDataset(BATCHES, quiet);
    const running = model.fit(x, y, inOrder);
    await assert.rejects(model.fitDataset(BATCHES, quiet), { code: 'wrong-state' });
    await running;
    model.dispose();
    for (const train of [() => model.fitDataset(BATCHES), () => model.evaluateDataset(BATCHES)])
      await assert.rejects(train(), { code: 'wrong-state', message: 'this model has been disposed' });
    const uncompiled = await sequential({ layers: varied() });
    await assert.rejects(uncompiled.fitDataset(BATCHES), { message: 'fitDataset: call compile first' });
    await assert.rejects(uncompiled.evaluateDataset(BATCHES), { message: 'evaluateDataset: call compile first' });
    uncompiled.dispose();
  });

  test('fitDataset: a model that its dataset disposes of ends the training', async () => {
    const before = await heapInUse();
    for (const at of [0, 2]) {
      const { dataset, seen } = watched(function* () {
        for (const [i, batch] of BATCHES.entries()) {
          if (i === at) model.dispose();
          yield batch;
        }
      });
      const model = await smallModel();
      /** @type {number[]} */
      const begun = [];
      const onBatchBegin = (/** @type {number} */ batch) => void begun.push(batch);
      await assert.rejects(model.fitDataset(dataset, { ...quiet, callbacks: { onBatchBegin } }), {
        code: 'wrong-state',
        message: 'this model has been disposed',
      });
      assert.deepEqual([seen.asked, seen.closed, begun.length], [at + 1, 1, at]);
      assert.equal(await heapInUse(), before);
    }
    const model = await smallModel();
    const ran = model.evaluateDataset(function* () {
      model.dispose();
      yield BATCHES[0];
    });
    await assert.rejects(ran, { message: 'this model has been disposed' });
    assert.equal(await heapInUse(), before);
  });

  test('fitDataset: other tasks get their turn', async (t) => {
    const model = await smallModel();
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    t.after(() => clearInterval(timer));
    const start = performance.now();
    const onBatchEnd = () => {
      model.stopTraining = turns >= 4 || performance.now() - start > 5000;
    };
    await model.fitDataset(endless, { ...quiet, callbacks: { onBatchEnd } });
    assert.ok(turns >= 4, `${turns} turns in five seconds`);
    model.dispose();
  });
});

test('fitDataset: what is wrong is said, and in which batch, and nothing moves', async () => {
  const model = await smallModel();
  const before = weightBytes(model);
  /** @param {unknown} dataset @param {object} options @param {string} message @param {string} [code] */
  const refused = async (dataset, options, message, code = 'invalid-argument') => {
    const at = { name: 'FittingRoomError', message: `fitDataset: ${message}`, code };
    await assert.rejects(model.fitDataset(wrong(dataset), { ...quiet, ...options }), at);
    assert.ok(weightBytes(model).equals(before), `moved by: ${message}`);
  };
  /** @param {unknown} batch @param {string} message @param {string} [code] */
  const refusedBatch = (batch, message, code) => refused([batch], {}, `batch 0${message}`, code);
  const { xs, ys } = BATCHES[0];

  const isDataset =
    'must be an object to iterate over, such as an array of batches or a dataset with iterator(), or a function that ' +
    'returns an iterator';
  for (const [dataset, got] of [
    [undefined, 'undefined'],
    [null, 'null'],
    [5, '5'],
    ['batches', '"batches"'],
    [{}, 'Object'],
    [x, 'Object'],
    [{ iterator: BATCHES }, 'Object'],
    [{ next: 1 }, 'Object'],
  ])
    await refused(dataset, {}, `dataset ${isDataset}, got ${got}`);
  const gives = 'dataset must give an iterator, an object with next(), got';
  await refused(() => undefined, {}, `${gives} undefined`);
  await refused(async () => 7, {}, `${gives} 7`);
  await refused({ iterator: async () => 7 }, {}, `${gives} 7`);
  await refused({ [Symbol.iterator]: () => ({}) }, {}, `${gives} Object`);
  const returns = 'dataset: its iterator must return { value, done }, got';
  await refused(() => ({ next: () => undefined }), {}, `${returns} undefined`);
  await refused(() => ({ next: async () => 3 }), {}, `${returns} 3`);

  const isBatch = ' must be { xs, ys }, { xs, ys, sampleWeight } or [xs, ys], got';
  await refusedBatch(undefined, `${isBatch} undefined`);
  await refusedBatch(null, `${isBatch} null`);
  await refusedBatch(3, `${isBatch} 3`);
  await refusedBatch({}, `${isBatch} Object`);
  await refusedBatch([], `${isBatch} []`);
  await refusedBatch([xs], `${isBatch} [Object]`);
  await refusedBatch([xs, ys, undefined, undefined], `${isBatch} [Object, Object, undefined, undefined]`);
  await refusedBatch({ xs }, `${isBatch} { xs }`);
  await refusedBatch({ x: xs, y: ys }, `${isBatch} { x, y }`);
  await refusedBatch({ xs, ys, sampleWeights: ys }, `${isBatch} { xs, ys, sampleWeights }`);
  await refused([xs, ys], {}, `batch 0${isBatch} { shape, data }`);

  const isTensor = 'must be a tensor { shape: number[], data: TypedArray }';
  await refusedBatch({ xs: undefined, ys }, `: x ${isTensor}, got undefined`);
  await refusedBatch({ xs: [xs], ys }, `: x ${isTensor}, got [Object]`);
  await refusedBatch([xs, null], `: y ${isTensor}, got null`);
  await refusedBatch({ xs: tensor(xs.data, [16, 64]), ys }, ': x must have shape [n, 8, 8, 1], got [16, 64]');
  await refusedBatch([slice(xs, 0, 0), slice(ys, 0, 0)], ': x must hold at least one sample, got none');
  await refusedBatch([xs, slice(ys, 0, 15)], ': y has 15 targets for 16 samples');
  await refusedBatch([xs, oneHot(ys)], ': y must hold one class index per sample, shape [n], got [16, 3]');
  const labels = Float32Array.from(ys.data).fill(3, 2, 3);
  await refusedBatch([xs, tensor(labels, [16])], ': y: label 2 must be a whole number 0..2, got 3', 'bad-data');
  await refusedBatch(
    [tensor(Float64Array.from(xs.data), xs.shape), ys],
    ': x: samples must be bytes 0..255 (Uint8Array, scaled by 1/255) or floats (Float32Array), got Float64Array',
  );
  await refusedBatch(
    { xs, ys, sampleWeight: tensor([1], [1]) },
    ': sampleWeight must hold one number per sample, shape [16], got [1]',
  );
  const many = 65537;
  await refusedBatch(
    [tensor(new Uint8Array(many * 64), [many, SIDE, SIDE, 1]), tensor(new Uint8Array(many), [many])],
    `: its size must be an integer 1..65536, got ${many}`,
  );

  const isOption =
    'it takes batchesPerEpoch, validationBatches, epochs, verbose, validationData, validationFreq, ' +
    'validationBatchSize, classWeight, initialEpoch, initialBatch, signal, callbacks, log';
  const unknown = { name: 'FittingRoomError', message: `fitDataset has no option 'batchSize'; ${isOption}` };
  await assert.rejects(model.fitDataset(BATCHES, wrong({ batchSize: 4 })), unknown);
  await refused(BATCHES, { batchesPerEpoch: 0 }, 'batchesPerEpoch must be an integer 1..1000000000, got 0');
  await refused(BATCHES, { batchesPerEpoch: 1.5 }, 'batchesPerEpoch must be an integer 1..1000000000, got 1.5');
  await refused(BATCHES, { epochs: 0 }, 'epochs must be an integer 1..1000000, got 0');
  await refused(BATCHES, { initialEpoch: 2 }, 'initialEpoch must be an integer 0..1, got 2');
  await refused(BATCHES, { initialBatch: -1 }, 'initialBatch must be an integer 0..1000000000, got -1');
  await refused(BATCHES, { initialBatch: 6 }, 'initialBatch must be an integer 0..5, got 6');
  await refused(BATCHES, { initialBatch: 3, batchesPerEpoch: 2 }, 'initialBatch must be an integer 0..2, got 3');
  await refused(BATCHES, { signal: {} }, 'signal must be an AbortSignal, got Object');
  await refused(BATCHES, { callbacks: { onEpochEnd: 1 } }, 'onEpochEnd must be a function, got 1');
  await refused(BATCHES, { validationBatches: 0 }, 'validationBatches must be an integer 1..1000000000, got 0');
  await refused(BATCHES, { validationData: 5 }, `validationData ${isDataset}, got 5`);
  await refused(BATCHES, { validationData: [x, slice(y, 0, 3)] }, 'validation y has 3 targets for 70 samples');
  await refused(BATCHES, { validationData: [undefined, y] }, `validation x ${isTensor}, got undefined`);
  await refused(
    BATCHES,
    { classWeight: 3 },
    'classWeight must be an object such as { 0: 1, 1: 2.5 } or an array, got 3',
  );
  await assert.rejects(model.fitDataset(BATCHES, { ...quiet, validationData: [BATCHES[0], { xs, ys: x }] }), {
    message: 'fitDataset: validation batch 1: y must hold one class index per sample, shape [n], got [70, 8, 8, 1]',
  });
  await assert.rejects(model.evaluateDataset(wrong([BATCHES[0], { xs }])), {
    message: `evaluateDataset: batch 1${isBatch} { xs }`,
  });
  await assert.rejects(model.evaluateDataset(wrong(undefined)), {
    message: `evaluateDataset: dataset ${isDataset}, got undefined`,
  });
  await assert.rejects(model.evaluateDataset(BATCHES, wrong({ steps: 1 })), {
    message: "evaluateDataset has no option 'steps'; it takes batches, signal, onProgress, callbacks",
  });
  model.dispose();
});
