/**
 * An interrupted run is not over: nothing that belongs to the end of a run happens, and a fit that starts from
 * model.position ends exactly like an uninterrupted one, bit for bit, including the callbacks that watched it.
 */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { callbacks, layers, loadModel, sequential, tensor } from '../../shim/index.js';
import { onEveryBuild, smallData, smallModel, weightBytes } from './support.js';

/** @import { Sequential } from '../../shim/index.js' */
/** @import { OptimizerOptions } from '../../shim/model.js' */

const { x, y } = smallData(70);
const validationData = /** @type {[typeof x, typeof y]} */ (Object.values(smallData(50, 9)));
const STEPS = 5; // batches of 16
const EPOCHS = 3;
const run = /** @type {const} */ ({ verbose: 0, batchSize: 16, epochs: EPOCHS, validationData });

const { earlyStopping, learningRateScheduler, reduceLROnPlateau, swapEmaWeights, terminateOnNaN } = callbacks;
const ema = { name: /** @type {const} */ ('adam'), learningRate: 0.01, useEma: true, emaMomentum: 0.9 };
/** @type {OptimizerOptions} */
const plain = { name: 'adam', learningRate: 0.05 };

/** @type {[string, OptimizerOptions, () => any[]][]} what watches the run, created for each run */
const WATCHED = [
  ['useEma', ema, () => []],
  ['emaOverwriteFrequency', { ...ema, emaOverwriteFrequency: 4 }, () => []],
  ['swapEmaWeights', ema, () => [swapEmaWeights()]],
  ['swapEmaWeights at epochs’ ends', ema, () => [swapEmaWeights({ swapOnEpoch: true })]],
  ['earlyStopping with restoreBestWeights', plain, () => [earlyStopping({ patience: 1, restoreBestWeights: true })]],
  ['earlyStopping with averages', ema, () => [earlyStopping({ monitor: 'loss', mode: 'max', patience: 1 })]],
  ['learningRateScheduler', plain, () => [learningRateScheduler((_, rate) => rate / 2)]],
  ['reduceLROnPlateau', plain, () => [reduceLROnPlateau({ monitor: 'loss', minDelta: 10, patience: 1, factor: 0.1 })]],
];

/**
 * @type {[string, (model: Sequential, controller: AbortController) => void, boolean][]} how it is interrupted, and
 *   whether fit resolves then
 */
const INTERRUPTED = [
  [
    'stopTraining',
    (model) => {
      model.stopTraining = true;
    },
    true,
  ],
  ['a signal', (_, controller) => controller.abort(), false],
];

/**
 * Continues from the model's position, with the callbacks that watched it before.
 * @param {Sequential} model
 * @param {any[]} watching
 */
function goOn(model, watching) {
  const { epoch: initialEpoch, batch: initialBatch } = model.position;
  return model.fit(x, y, { ...run, initialEpoch, initialBatch, callbacks: watching });
}

onEveryBuild(() => {
  for (const [name, optimizer, made] of WATCHED)
    for (const [how, interrupt, resolves] of INTERRUPTED)
      test(`interrupted by ${how} after any batch, a run with ${name} ends as one that was not`, async () => {
        const whole = await smallModel({ compile: { optimizer } });
        const { history } = await whole.fit(x, y, { ...run, callbacks: made() });
        const last = /** @type {number} */ (whole.history.epoch.at(-1));
        for (let stop = 0; stop < (last + 1) * STEPS - 1; stop++) {
          const model = await smallModel({ compile: { optimizer } });
          const controller = new AbortController();
          const watching = made();
          let batches = 0;
          const onBatchEnd = () => {
            if (batches++ === stop) interrupt(model, controller);
          };
          const ran = model.fit(x, y, { ...run, signal: controller.signal, callbacks: [...watching, { onBatchEnd }] });
          if (resolves) await ran;
          else await assert.rejects(ran, { name: 'AbortError' });
          assert.equal(model.interrupted, true, `after batch ${stop}`);
          const copy = await loadModel(await model.save({ includeOptimizer: true }));
          assert.ok(weightBytes(copy).equals(weightBytes(model)));
          const rest = await goOn(model, watching);
          assert.equal(model.continues, true);
          assert.equal(model.interrupted, false);
          assert.ok(weightBytes(model).equals(weightBytes(whole)), `after batch ${stop}`);
          for (const [key, values] of Object.entries(rest.history))
            assert.deepEqual(values, history[key].slice(-rest.epoch.length), `${key}, after batch ${stop}`);
          if (!watching.some((callback) => callback.resume)) {
            await goOn(copy, made());
            assert.ok(weightBytes(copy).equals(weightBytes(whole)), `from a file, after batch ${stop}`);
          }
          copy.dispose();
          model.dispose();
        }
        whole.dispose();
      });

  test('what earlyStopping and reduceLROnPlateau have seen goes on in new ones, for a model from a file', async () => {
    for (const [name, optimizer, made] of WATCHED.filter(([, , each]) => each().some((callback) => callback.resume))) {
      const whole = await smallModel({ compile: { optimizer } });
      await whole.fit(x, y, { ...run, callbacks: made() });
      const model = await smallModel({ compile: { optimizer } });
      const [first] = made();
      await model.fit(x, y, {
        ...run,
        callbacks: [
          first,
          {
            onBatchEnd: (batch) => {
              if (model.position.epoch === 1 && batch === 1) model.stopTraining = true;
            },
          },
        ],
      });
      const copy = await loadModel(await model.save({ includeOptimizer: true }));
      const [second] = made();
      second.resume(first.state);
      await goOn(copy, [second]);
      assert.ok(weightBytes(copy).equals(weightBytes(whole)), name);
      for (const each of [whole, model, copy]) each.dispose();
    }
  });

  /**
   * Ways to leave a run after one epoch has ended and before the next has trained.
   * @type {[string, (at: number, controller: AbortController) => any][]}
   */
  const BETWEEN = [
    [
      'a signal at an epoch’s end',
      (at, controller) => ({
        onEpochEnd: (/** @type {number} */ epoch) => {
          if (epoch === at - 1) controller.abort();
        },
      }),
    ],
    [
      'a signal as an epoch begins',
      (at, controller) => ({
        onEpochBegin: (/** @type {number} */ epoch) => {
          if (epoch === at) controller.abort();
        },
      }),
    ],
    [
      'an error as an epoch begins',
      (at) => ({
        onEpochBegin: (/** @type {number} */ epoch) => {
          if (epoch === at) throw new Error('mine');
        },
      }),
    ],
    [
      'an error before the first batch',
      (at) => {
        let now = -1;
        return {
          onEpochBegin: (/** @type {number} */ epoch) => {
            now = epoch;
          },
          onBatchBegin: () => {
            if (now === at) throw new Error('mine');
          },
        };
      },
    ],
  ];

  test('a rate is set once per epoch by each of several schedulers, wherever a run was left', async () => {
    const halving = () => [1, 2].map(() => learningRateScheduler((_, rate) => rate / 2));
    const whole = await smallModel({ compile: { optimizer: plain } });
    const { history } = await whole.fit(x, y, { ...run, callbacks: halving() });
    for (const [how, leaving] of BETWEEN)
      for (const first of [0, 1, 2].filter((at) => at > 0 || !how.includes('end')))
        for (const others of [false, true]) {
          const model = await smallModel({ compile: { optimizer: plain } });
          const controller = new AbortController();
          const watching = halving();
          await assert.rejects(
            model.fit(x, y, {
              ...run,
              signal: controller.signal,
              callbacks: [...watching, leaving(first, controller)],
            }),
          );
          assert.deepEqual([model.position.epoch, model.position.batch], [first, 0]);
          const rest = await goOn(model, others ? halving() : watching);
          assert.deepEqual(rest.history.learning_rate, history.learning_rate.slice(first), `${how} ${first}`);
          assert.ok(weightBytes(model).equals(weightBytes(whole)), `${how} ${first}`);
          const again = await model.fit(x, y, { ...run, callbacks: watching });
          assert.deepEqual(
            again.history.learning_rate,
            history.learning_rate.map((rate) => rate / 64),
            'a run of its own sets them all',
          );
          model.dispose();
        }
    whole.dispose();
  });

  test('modelCheckpoint with saveBestOnly takes the figures of whole epochs only', async () => {
    for (const [monitor, mode] of /** @type {const} */ ([
      ['loss', 'min'],
      ['val_loss', 'max'],
    ])) {
      /** @type {[number, number][]} */
      const wanted = [];
      /** @type {[number, number][]} */
      const saved = [];
      const keep = (/** @type {[number, number][]} */ list) =>
        callbacks.modelCheckpoint({
          monitor,
          mode,
          saveBestOnly: true,
          save: (_, { epoch, logs }) => void list.push([epoch, logs[monitor]]),
        });
      const whole = await smallModel({ compile: { optimizer: plain } });
      await whole.fit(x, y, { ...run, callbacks: keep(wanted) });
      const model = await smallModel({ compile: { optimizer: plain } });
      const keeping = keep(saved);
      const stop = {
        onBatchEnd: () => {
          model.stopTraining = true;
        },
      };
      await model.fit(x, y, { ...run, callbacks: [keeping, stop] });
      while (model.interrupted) await goOn(model, [keeping, ...(model.position.batch < STEPS - 2 ? [stop] : [])]);
      assert.deepEqual(saved, wanted, monitor);
      for (const each of [whole, model]) each.dispose();
    }
  });

  test('callback csvLogger: a run that is continued keeps its lines, in a file too, whoever continues it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'csv-'));
    try {
      for (const others of [false, true]) {
        const filename = join(folder, `${others}.csv`);
        const model = await smallModel({ compile: { optimizer: plain } });
        const controller = new AbortController();
        const first = callbacks.csvLogger({ filename });
        await assert.rejects(
          model.fit(x, y, {
            ...run,
            signal: controller.signal,
            callbacks: [
              first,
              {
                onEpochEnd: (epoch) => {
                  if (epoch === 1) controller.abort();
                },
              },
            ],
          }),
        );
        const second = others ? callbacks.csvLogger({ filename }) : first;
        await goOn(model, [second]);
        const epochs = async () =>
          (await readFile(filename, 'utf8'))
            .trimEnd()
            .split('\n')
            .map((line) => line.split(',')[0]);
        assert.deepEqual(await epochs(), ['epoch', '0', '1', '2']);
        assert.equal(second.text, await readFile(filename, 'utf8'));
        await model.fit(x, y, { ...run, epochs: 1, callbacks: second });
        assert.deepEqual(await epochs(), ['epoch', '0'], 'a run of its own starts over');
        model.dispose();
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a model from a file tells that its run was interrupted within an epoch', async () => {
    const model = await smallModel({ compile: { optimizer: plain } });
    for (const [at, interrupted] of /** @type {const} */ ([
      [2, true],
      [Infinity, false],
    ])) {
      await model.fit(x, y, {
        ...run,
        callbacks: {
          onBatchEnd: (batch) => {
            model.stopTraining = batch === at;
          },
        },
      });
      const copy = await loadModel(await model.save({ includeOptimizer: true }));
      assert.deepEqual([model.interrupted, copy.interrupted], [interrupted, interrupted]);
      copy.dispose();
    }
    model.dispose();
  });

  test('a file that was saved while averages were shown goes on exactly, whoever continues it', async () => {
    const whole = await smallModel({ compile: { optimizer: ema } });
    /** @type {Uint8Array<ArrayBuffer>[]} */
    const files = [];
    const save = async (/** @type {any} */ model) => void files.push(await model.save({ includeOptimizer: true }));
    await whole.fit(x, y, {
      ...run,
      callbacks: [swapEmaWeights({ swapOnEpoch: true }), callbacks.modelCheckpoint({ save })],
    });
    for (const file of files.slice(0, -1)) {
      const copy = await loadModel(file);
      assert.equal(copy.optimizer.swapped, true);
      await goOn(copy, []);
      assert.ok(weightBytes(copy).equals(weightBytes(whole)));
      copy.dispose();
    }
    whole.dispose();
  });

  test('a run that a callback ends at an epoch’s end is over, one that is stopped before is not', async () => {
    for (const [hook, over] of /** @type {const} */ ([
      ['onEpochEnd', true],
      ['onEpochBegin', false],
      ['onBatchBegin', false],
      ['onBatchEnd', false],
      ['onTestEnd', false],
      ['onProgress', false],
    ])) {
      const model = await smallModel({ compile: { optimizer: ema } });
      await model.fit(x, y, {
        ...run,
        callbacks: {
          [hook]: () => {
            model.stopTraining = model.optimizer.iterations > 1;
          },
        },
      });
      assert.equal(model.interrupted, !over, hook);
      const own = weightBytes(model);
      model.optimizer.swapAverages();
      assert.equal(weightBytes(model).equals(own), over, `${hook}: whether the weights are their averages`);
      model.dispose();
    }
    const none = await smallModel();
    const { epoch } = await none.fit(x, y, {
      ...run,
      callbacks: {
        onTrainBegin: () => {
          none.stopTraining = true;
        },
      },
    });
    assert.deepEqual([epoch, none.interrupted, none.position], [[], true, { epoch: 0, batch: 0 }], 'onTrainBegin');
    none.dispose();
    const last = await smallModel({ compile: { optimizer: ema } });
    await last.fit(x, y, {
      ...run,
      epochs: 1,
      callbacks: {
        onBatchEnd: (batch) => {
          last.stopTraining = batch === STEPS - 1;
        },
      },
    });
    assert.equal(last.interrupted, false, 'all epochs are done');
    last.dispose();
    const both = await smallModel({ compile: { optimizer: ema } });
    const stopping = earlyStopping({ monitor: 'loss', mode: 'max' });
    await both.fit(x, y, {
      ...run,
      callbacks: [
        stopping,
        {
          onBatchEnd: () => {
            if (both.position.epoch === 1 && both.position.batch === STEPS) both.stopTraining = true;
          },
        },
      ],
    });
    assert.deepEqual(
      [stopping.stopped, both.interrupted],
      [{ epoch: 1 }, false],
      'stopped at the last batch, and ended after it',
    );
    both.dispose();
  });

  test('a run that diverged is over, wherever it was stopped: the best weights come back', async (t) => {
    t.mock.method(console, 'log', () => {});
    const one = (/** @type {number} */ value) => tensor([value, value], [2, 1]);
    const model = await sequential({ layers: [layers.dense({ units: 1, inputShape: [1], useBias: false })], seed: 1 });
    model.compile({ optimizer: { name: 'sgd', learningRate: 0.25 }, loss: 'mse' });
    model.setWeights([tensor([1], [1, 1])]);
    const terminating = terminateOnNaN();
    const rate = {
      onEpochBegin: (/** @type {number} */ epoch) => {
        if (epoch === 2) model.optimizer.learningRate = 1e6;
      },
    };
    const endless = { epochs: 50, batchSize: 1, verbose: /** @type {const} */ (0) };
    await model.fit(one(1), one(0), {
      ...endless,
      callbacks: [rate, earlyStopping({ monitor: 'loss', patience: 99, restoreBestWeights: true }), terminating],
    });
    assert.equal(model.interrupted, false);
    assert.equal(model.getWeights()[0].data[0], 2 ** -4, 'as after epoch 1');
    const stopped = /** @type {{ epoch: number, batch: number }} */ (terminating.stopped);
    assert.ok(stopped.epoch > 2 && [0, 1].includes(stopped.batch), JSON.stringify(stopped));
    assert.equal(model.history.epoch.at(-1), stopped.epoch);
    assert.ok(!Number.isFinite(model.history.history.loss.at(-1)));
    model.dispose();
  });

  test('trainOnBatch of TensorFlow.js’s names ends no run: averages stay averages', async () => {
    const tf = await import('../../shim/tf.js');
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 1, useBias: false, inputShape: [1], kernelInitializer: 'ones' })],
    });
    model.compile({
      optimizer: { name: 'sgd', learningRate: 0.25, useEma: true, emaMomentum: 0.5 },
      loss: 'meanSquaredError',
    });
    const { position } = model;
    for (const loss of [1, 0.25, 0.0625])
      assert.equal(await model.trainOnBatch(tf.ones([1, 1]), tf.zeros([1, 1])), loss);
    assert.equal(model.getWeights()[0].dataSync()[0], 0.125);
    assert.deepEqual([model.position, model.history.epoch], [position, []]);
    model.dispose();
  });
});
