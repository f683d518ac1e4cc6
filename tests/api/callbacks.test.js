import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { callbacks, layers, sequential, tensor } from '../../shim/index.js';
import { onEveryBuild, refused, refusedEach, slice, smallData, smallModel, weightBytes, wrong } from './support.js';

/** @typedef {import('../../shim/training/progress.js').Logs} Logs */

/**
 * Calls a callback as fit would, in epochs with these values, until it stops training.
 * @param {any} callback
 * @param {(number | undefined)[]} values
 * @param {string} [name]
 */
async function run(callback, values, name = 'val_loss') {
  const model = {
    weights: -1,
    stopTraining: false,
    optimizer: { learningRate: 1 },
    getWeights: () => [model.weights],
    setWeights: (/** @type {number[]} */ [weights]) => {
      model.weights = weights;
    },
  };
  const rates = [];
  /** @type {Logs[]} */
  const logs = [];
  callback.setModel(model);
  await callback.onTrainBegin?.();
  let epoch = 0;
  for (; epoch < values.length && !model.stopTraining; epoch++) {
    await callback.onEpochBegin?.(epoch);
    rates.push(model.optimizer.learningRate);
    model.weights = epoch;
    const value = values[epoch];
    logs.push(value === undefined ? {} : { [name]: value });
    await callback.onEpochEnd?.(epoch, logs[epoch]);
  }
  await callback.onTrainEnd?.();
  return { epochs: epoch, model, rates, logs };
}

/**
 * The console output while `act` runs.
 * @param {import('node:test').TestContext} t
 * @param {'log' | 'warn'} method
 */
function listen(t, method) {
  /** @type {string[]} */
  const lines = [];
  t.mock.method(console, method, (/** @type {string} */ line) => void lines.push(line));
  return lines;
}

describe('earlyStopping', () => {
  const { earlyStopping } = callbacks;

  test('callback earlyStopping: stops after the first epoch that is no better, or `patience` of them', async () => {
    assert.equal((await run(earlyStopping(), [3, 2, 2, 1])).epochs, 3, 'equal is not better');
    assert.equal((await run(earlyStopping({ patience: 2 }), [3, 2, 2.5, 2.1, 1])).epochs, 4);
    assert.equal(
      (await run(earlyStopping({ patience: 2 }), [3, 2, 2.5, 1, 1.5, 2, 0])).epochs,
      6,
      'patience begins anew',
    );
    assert.equal((await run(earlyStopping({ patience: 1 }), [3, 2, 1])).epochs, 3);
  });

  test('callback earlyStopping: auto knows which way is better; a mode says so', async () => {
    for (const name of ['val_acc', 'acc', 'precision', 'val_recall', 'binaryAccuracy', 'topKCategoricalAccuracy'])
      assert.equal((await run(earlyStopping({ monitor: name }), [0.1, 0.2, 0.1], name)).epochs, 3, name);
    for (const name of ['loss', 'val_mse', 'mae', 'meanSquaredError', 'val_meanAbsoluteError'])
      assert.equal((await run(earlyStopping({ monitor: name }), [0.1, 0.2, 0.1], name)).epochs, 2, name);
    assert.equal((await run(earlyStopping({ mode: 'max' }), [1, 2, 3, 3])).epochs, 4);
    assert.equal((await run(earlyStopping({ monitor: 'mine', mode: 'min' }), [3, 2, 3], 'mine')).epochs, 3);
  });

  test('callback earlyStopping: minDelta is the least that counts, whatever its sign', async () => {
    for (const minDelta of [0.5, -0.5])
      assert.equal((await run(earlyStopping({ minDelta }), [3, 2, 1.5, 0])).epochs, 3, 'by just as much is not enough');
    assert.equal((await run(earlyStopping({ minDelta: 0.5, monitor: 'acc' }), [1, 1.6, 2.0], 'acc')).epochs, 3);
  });

  test('callback earlyStopping: a baseline has to be beaten before patience begins anew', async () => {
    assert.equal(
      (await run(earlyStopping({ patience: 3, baseline: 1 }), [5, 4, 3, 3.5, 2])).epochs,
      4,
      'three epochs without, and then a worse one',
    );
    assert.equal((await run(earlyStopping({ patience: 2, baseline: 1 }), [5, 0.9, 0.95, 0.95, 0])).epochs, 4);
  });

  test('callback earlyStopping: epochs before startFromEpoch do not count', async () => {
    assert.equal((await run(earlyStopping({ startFromEpoch: 3 }), [1, 2, 3, 4, 5, 6])).epochs, 5);
  });

  test('callback earlyStopping: restoreBestWeights, stopped early or not', async () => {
    const restoreBestWeights = true;
    assert.equal((await run(earlyStopping({ restoreBestWeights }), [3, 2, 4])).model.weights, 1);
    assert.equal(
      (await run(earlyStopping({ restoreBestWeights, patience: 9 }), [3, 1, 2, 2])).model.weights,
      1,
      'not stopped early',
    );
    assert.equal((await run(earlyStopping({ patience: 9 }), [3, 1, 2, 2])).model.weights, 3);
    assert.equal(
      (await run(earlyStopping({ restoreBestWeights, patience: 2, baseline: 0 }), [3, 2, 1, 4])).model.weights,
      2,
      'the best, though it beats no baseline',
    );
    assert.equal(
      (await run(earlyStopping({ restoreBestWeights, startFromEpoch: 2, patience: 9 }), [1, 1, 3, 3.5])).model.weights,
      2,
    );
    assert.equal(
      (await run(earlyStopping({ restoreBestWeights, patience: 9 }), [NaN, NaN])).model.weights,
      0,
      'the first where none is better than another',
    );
  });

  test('callback earlyStopping: can be used again', async () => {
    const callback = earlyStopping({ restoreBestWeights: true, patience: 1 });
    assert.equal((await run(callback, [1, 2])).epochs, 2);
    assert.equal(callback.stoppedEpoch, 1);
    assert.deepEqual(callback.stopped, { epoch: 1 });
    const second = await run(callback, [5, 4, 3]);
    assert.deepEqual([second.epochs, second.model.weights, callback.stoppedEpoch, callback.stopped], [3, 2, 0, null]);
  });

  test('callback earlyStopping: says what it did, and what it misses', async (t) => {
    const said = listen(t, 'log');
    await run(earlyStopping({ restoreBestWeights: true, verbose: 1 }), [3, 2, 4]);
    assert.deepEqual(said, ['Epoch 3: early stopping', 'Restoring model weights from the end of the best epoch: 2.']);
    const warned = listen(t, 'warn');
    assert.equal((await run(earlyStopping(), [1, 2, 3], 'loss')).epochs, 3);
    assert.deepEqual(warned, Array(3).fill('earlyStopping: the logs have no val_loss; they have loss'));
  });

  test('callback earlyStopping: refuses what cannot be', () => {
    refusedEach([[() => earlyStopping(wrong({ patients: 1 })), "earlyStopping has no option 'patients'"]]);
    refused(
      () => earlyStopping({ monitor: wrong(1) }),
      'earlyStopping: monitor must be a name such as "val_loss", got 1',
    );
    for (const monitor of ['constructor', 'val_toString'])
      refused(
        () => earlyStopping({ monitor }),
        `earlyStopping: cannot tell whether a higher or a lower "${monitor}" is better; set mode to 'min' or 'max'`,
      );
    refused(
      () => earlyStopping({ monitor: 'f1' }),
      "earlyStopping: cannot tell whether a higher or a lower \"f1\" is better; set mode to 'min' or 'max'",
    );
    refusedEach([
      [() => earlyStopping({ mode: wrong('up') }), 'earlyStopping: mode', '"up"'],
      [() => earlyStopping({ minDelta: wrong('1') }), 'earlyStopping: minDelta', '"1"'],
      [() => earlyStopping({ patience: -1 }), 'earlyStopping: patience', '-1'],
      [() => earlyStopping({ baseline: wrong('1') }), 'earlyStopping: baseline', '"1"'],
      [() => earlyStopping({ restoreBestWeights: wrong(1) }), 'earlyStopping: restoreBestWeights', '1'],
      [() => earlyStopping({ startFromEpoch: -1 }), 'earlyStopping: startFromEpoch', '-1'],
      [() => earlyStopping({ verbose: wrong(2) }), 'earlyStopping: verbose', '2'],
    ]);
  });
});

describe('reduceLROnPlateau', () => {
  const { reduceLROnPlateau } = callbacks;

  test('callback reduceLROnPlateau: multiplies the rate after `patience` epochs that are no better', async () => {
    const { rates, logs } = await run(reduceLROnPlateau({ factor: 0.5, patience: 2 }), [3, 2, 2, 2, 2, 2, 2]);
    assert.deepEqual(rates, [1, 1, 1, 1, 0.5, 0.5, 0.25]);
    assert.deepEqual(
      logs.map((epoch) => epoch.learning_rate),
      rates,
      'the rate an epoch had',
    );
  });

  test('callback reduceLROnPlateau: waits while it cools down', async () => {
    // reduced at the end of epoch 1; cooldown is 1 in epoch 2 and 0 in epoch 3, which counts already
    assert.deepEqual(
      (await run(reduceLROnPlateau({ factor: 0.5, patience: 1, cooldown: 2 }), [1, 1, 1, 1, 1, 1])).rates,
      [1, 1, 0.5, 0.5, 0.25, 0.25],
    );
  });

  test('callback reduceLROnPlateau: has a least improvement and a least rate', async () => {
    assert.deepEqual(
      (await run(reduceLROnPlateau({ factor: 0.5, patience: 1, minDelta: 0.5 }), [3, 2.6, 2.4, 2.4])).rates,
      [1, 1, 0.5, 0.5],
    );
    assert.deepEqual(
      (await run(reduceLROnPlateau({ factor: 0.5, patience: 1 }), [3, 2.99995, 2])).rates,
      [1, 1, 0.5],
      'by default 0.0001',
    );
    assert.deepEqual(
      (await run(reduceLROnPlateau({ factor: 0.1, patience: 1, minLR: 0.05 }), [1, 1, 1, 1])).rates,
      [1, 1, 0.1, 0.05],
    );
    assert.equal(
      (await run(reduceLROnPlateau({ factor: 0.1, patience: 1, minLR: 0.05 }), [1, 1, 1, 1, 1, 1])).model.optimizer
        .learningRate,
      0.05,
    );
  });

  test('callback reduceLROnPlateau: knows which way is better, and misses what is not there', async (t) => {
    assert.deepEqual(
      (await run(reduceLROnPlateau({ patience: 1, monitor: 'val_acc', factor: 0.5 }), [1, 2, 3, 2, 2], 'val_acc'))
        .rates,
      [1, 1, 1, 1, 0.5],
    );
    const warned = listen(t, 'warn');
    await run(reduceLROnPlateau({ patience: 1 }), [1], 'loss');
    assert.deepEqual(warned, ['reduceLROnPlateau: the logs have no val_loss; they have loss, learning_rate']);
    const said = listen(t, 'log');
    await run(reduceLROnPlateau({ patience: 1, factor: 0.5, verbose: 1 }), [1, 1]);
    assert.deepEqual(said, ['Epoch 2: ReduceLROnPlateau reducing learning rate to 0.5.']);
  });

  test('callback reduceLROnPlateau: refuses what cannot be', () => {
    refusedEach([
      [() => reduceLROnPlateau(wrong({ minLr: 1 })), "reduceLROnPlateau has no option 'minLr'"],
      [() => reduceLROnPlateau({ factor: 1 }), 'reduceLROnPlateau: factor', '1'],
      [() => reduceLROnPlateau({ patience: 0.5 }), 'reduceLROnPlateau: patience', '0.5'],
      [() => reduceLROnPlateau({ cooldown: -1 }), 'reduceLROnPlateau: cooldown', '-1'],
      [() => reduceLROnPlateau({ minLR: -1 }), 'reduceLROnPlateau: minLR', '-1'],
      [() => reduceLROnPlateau({ verbose: wrong(2) }), 'reduceLROnPlateau: verbose', '2'],
    ]);
  });
});

describe('learningRateScheduler', () => {
  const { learningRateScheduler } = callbacks;

  test('callback learningRateScheduler: sets the rate as an epoch begins, by its number and the old one', async (t) => {
    const said = listen(t, 'log');
    const { rates, logs } = await run(
      learningRateScheduler((epoch, rate) => (epoch < 2 ? rate : rate / 2), 1),
      [1, 1, 1, 1],
    );
    assert.deepEqual(rates, [1, 1, 0.5, 0.25]);
    assert.deepEqual(
      logs.map((epoch) => epoch.learning_rate),
      rates,
    );
    assert.equal(said[2], 'Epoch 3: LearningRateScheduler setting learning rate to 0.5.');
  });

  test('callback learningRateScheduler: refuses what cannot be', async () => {
    refused(
      () => learningRateScheduler(wrong(undefined)),
      'learningRateScheduler takes a function (epoch, learningRate) => learningRate',
    );
    refusedEach([
      [() => learningRateScheduler(wrong(0.1)), 'learningRateScheduler: schedule', '0.1'],
      [() => learningRateScheduler(() => 1, wrong(2)), 'learningRateScheduler: verbose', '2'],
    ]);
    await assert.rejects(
      run(
        learningRateScheduler(() => -1),
        [1],
      ),
      { message: 'learningRateScheduler: the scheduled rate must be a number 0..1000000, got -1' },
    );
  });
});

describe('modelCheckpoint', () => {
  const { modelCheckpoint } = callbacks;
  /** @param {object} options @param {number[]} values */
  const saved = async (options, values) => {
    /** @type {number[]} */
    const epochs = [];
    await run(
      modelCheckpoint({
        save: (_, { epoch, batch }) => {
          assert.equal(batch, undefined);
          epochs.push(epoch);
        },
        ...options,
      }),
      values,
    );
    return epochs;
  };

  test('callback modelCheckpoint: saves each epoch, or the best so far', async () => {
    assert.deepEqual(await saved({}, [3, 4, 2]), [0, 1, 2]);
    assert.deepEqual(await saved({ saveBestOnly: true }, [3, 4, 2, 2]), [0, 2]);
    assert.deepEqual(await saved({ saveBestOnly: true, initialValueThreshold: 2.5 }, [3, 4, 2, 1]), [2, 3]);
    assert.deepEqual(await saved({ saveBestOnly: true, mode: 'max' }, [3, 4, 2]), [0, 1]);
  });

  test('callback modelCheckpoint: gives model and figures; without figures, saves with a warning', async (t) => {
    const said = listen(t, 'log');
    const { model } = await run(
      modelCheckpoint({
        verbose: 1,
        save: (given, { logs }) => {
          assert.equal(wrong(given).weights, 0);
          assert.deepEqual(logs, { val_loss: 7 });
        },
      }),
      [7],
    );
    assert.equal(model.weights, 0);
    assert.deepEqual(said, ['Epoch 1: saving model']);
    const warned = listen(t, 'warn');
    let count = 0;
    await run(modelCheckpoint({ save: () => void count++, saveBestOnly: true }), [1], 'loss');
    assert.deepEqual([warned, count], [['modelCheckpoint: the logs have no val_loss; they have loss'], 1]);
  });

  test('callback modelCheckpoint: saves every so many batches, across epochs', async () => {
    const { x, y } = smallData(70);
    /** @type {[number, number | undefined][]} */
    const at = [];
    const model = await smallModel();
    await model.fit(x, y, {
      verbose: 0,
      batchSize: 16,
      epochs: 3,
      callbacks: modelCheckpoint({
        saveFreq: 4,
        save: (given, { epoch, batch, logs }) => {
          assert.equal(given, model);
          assert.ok(logs.loss > 0);
          at.push([epoch, batch]);
        },
      }),
    });
    assert.deepEqual(at, [
      [0, 3],
      [1, 2],
      [2, 1],
    ]);
    model.dispose();
  });

  test('callback modelCheckpoint: refuses what cannot be', () => {
    const save = () => {};
    refused(
      () => modelCheckpoint(wrong({})),
      'modelCheckpoint: save must be a function (model, { epoch, batch, logs }) => …',
    );
    refusedEach([
      [() => modelCheckpoint(wrong({ save: 'file' })), 'modelCheckpoint: save', '"file"'],
      [() => modelCheckpoint(wrong({ save, path: 1 })), "modelCheckpoint has no option 'path'"],
      [() => modelCheckpoint({ save, saveBestOnly: wrong(1) }), 'modelCheckpoint: saveBestOnly', '1'],
      [
        () => modelCheckpoint({ save, saveFreq: wrong('batch') }),
        "modelCheckpoint: saveFreq (if not 'epoch')",
        '"batch"',
      ],
      [
        () => modelCheckpoint({ save, initialValueThreshold: wrong('1') }),
        'modelCheckpoint: initialValueThreshold',
        '"1"',
      ],
      [() => modelCheckpoint({ save, verbose: wrong(2) }), 'modelCheckpoint: verbose', '2'],
    ]);
    refused(
      () => modelCheckpoint({ save, saveBestOnly: true, monitor: 'f1' }),
      "modelCheckpoint: cannot tell whether a higher or a lower \"f1\" is better; set mode to 'min' or 'max'",
    );
  });
});

describe('csvLogger', () => {
  const { csvLogger } = callbacks;
  /** @param {any} callback @param {Logs[]} epochs */
  const write = async (callback, epochs) => {
    await callback.onTrainBegin();
    for (const [epoch, logs] of epochs.entries()) await callback.onEpochEnd(epoch, logs);
    return callback.text;
  };

  test('callback csvLogger: writes one line per epoch, its columns in order of their names', async () => {
    /** @type {string[]} */
    const lines = [];
    const text = await write(csvLogger({ write: (line) => void lines.push(line) }), [
      { loss: 2, acc: 0.5, val_loss: 3 },
      { loss: 1, acc: 0.75 },
    ]);
    assert.equal(text, 'epoch,acc,loss,val_loss\n0,0.5,2,3\n1,0.75,1,\n');
    assert.deepEqual(lines, ['epoch,acc,loss,val_loss', '0,0.5,2,3', '1,0.75,1,']);
    assert.equal(await write(csvLogger({ separator: ';' }), [{ loss: 2 }]), 'epoch;loss\n0;2\n');
  });

  test('callback csvLogger: a figure that comes up later gets a column in every line', async () => {
    /** @type {string[]} */
    const lines = [];
    const text = await write(csvLogger({ write: (line) => void lines.push(line) }), [
      { loss: -2 },
      { loss: 1, val_loss: 4, mine: 3 },
      { loss: 0 },
    ]);
    assert.equal(text, 'epoch,loss,mine,val_loss\n0,-2,,\n1,1,3,4\n2,0,,\n');
    assert.deepEqual(lines, ['epoch,loss', '0,-2', 'epoch,loss,mine,val_loss', '1,1,3,4', '2,0,,']);
  });

  test('callback csvLogger: figures that are not finite are spelt as Python spells them', async () => {
    assert.equal(
      await write(csvLogger(), [{ a: NaN, b: Infinity, c: -Infinity, d: 1e-7 }]),
      'epoch,a,b,c,d\n0,nan,inf,-inf,1e-7\n',
    );
  });

  test('callback csvLogger: names are quoted, are no formulas, and are marked as UTF-8 once', async () => {
    const own = { 'a,b': 1, 'say "x"': 2, '=SUM(A1)': 3, 损失: 4 };
    const [header, ...rest] = (await write(csvLogger(), [own, own, { ...own, '-late': 5 }])).split('\n');
    assert.equal(header, `\ufeffepoch,'=SUM(A1),"a,b","say ""x""",损失,'-late`);
    assert.deepEqual(rest, ['0,3,1,2,4,', '1,3,1,2,4,', '2,3,1,2,4,5', '']);
    const late = await write(csvLogger(), [{ loss: 1 }, { loss: 1, 准确率: 2 }]);
    assert.equal(late, '\ufeffepoch,loss,准确率\n0,1,\n1,1,2\n');
    assert.equal(await write(csvLogger({ separator: ';' }), [{ 'a;b': 1.5, 'c,d': 2 }]), 'epoch;"a;b";c,d\n0;1.5;2\n');
  });

  test('callback csvLogger: starts over, or goes on', async () => {
    for (const [append, text] of /** @type {const} */ ([
      [false, 'epoch,loss\n0,1\n'],
      [true, 'epoch,loss\n0,2\n0,1\n'],
    ])) {
      const callback = csvLogger({ append });
      await write(callback, [{ loss: 2 }]);
      assert.equal(await write(callback, [{ loss: 1 }]), text);
    }
  });

  test('callback csvLogger: writes files under Node, from the start or at their end, with any columns', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'csv-'));
    try {
      const filename = join(folder, 'log.csv');
      const file = () => readFile(filename, 'utf8');
      await write(csvLogger({ filename }), [{ loss: 2 }]);
      await write(csvLogger({ filename, append: true }), [{ loss: 1 }]);
      assert.equal(await file(), 'epoch,loss\n0,2\n0,1\n');
      const callback = csvLogger({ filename, append: true });
      await write(callback, [
        { acc: 0.5, loss: 3 },
        { 损失: 1, loss: 3 },
      ]);
      assert.equal(await file(), '\ufeffepoch,loss,acc,损失\n0,2,,\n0,1,,\n0,3,0.5,\n1,3,,1\n');
      assert.equal(callback.text, await file());
      await write(csvLogger({ filename }), [{ loss: 3 }]);
      assert.equal(await file(), 'epoch,loss\n0,3\n');
      const byHand = 'epoch,loss\r\n0,-2';
      await writeFile(filename, byHand);
      await assert.rejects(write(csvLogger({ filename, append: true, separator: ';' }), [{ loss: 1 }]), {
        message:
          'csvLogger: a table to append to must have epoch as its first column, got "epoch,loss"; give its ' +
          'separator, or another filename',
      });
      assert.equal(await file(), byHand);
      await write(csvLogger({ filename, append: true }), [{ loss: 1 }]);
      assert.equal(await file(), `${byHand}\n0,1\n`);
      await write(csvLogger({ filename: join(folder, 'new.csv'), append: true }), []);
      assert.equal(await readFile(join(folder, 'new.csv'), 'utf8'), '');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('callback csvLogger: refuses what cannot be', () => {
    refusedEach([
      [() => csvLogger(wrong({ file: 'x' })), "csvLogger has no option 'file'"],
      [() => csvLogger({ separator: wrong(1) }), 'csvLogger: separator', '1'],
    ]);
    for (const separator of ['', ', ', '"', '\n'])
      refused(
        () => csvLogger({ separator }),
        `csvLogger: separator must be one character, no quote or end of line, got ${JSON.stringify(separator)}`,
      );
    refusedEach([
      [() => csvLogger({ write: wrong('x') }), 'csvLogger: write', '"x"'],
      [() => csvLogger({ append: wrong(1) }), 'csvLogger: append', '1'],
    ]);
  });
});

onEveryBuild(() => {
  const { x, y } = smallData(70);
  const validationData = /** @type {[typeof x, typeof y]} */ (Object.values(smallData(50, 9)));
  const quiet = /** @type {const} */ ({ verbose: 0, batchSize: 16, epochs: 3 });

  test('all hooks of all callbacks, each in its place', async () => {
    const names = [
      'setParams',
      'setModel',
      'onTrainBegin',
      'onTrainEnd',
      'onEpochBegin',
      'onEpochEnd',
      'onYield',
      ...['Batch', 'TrainBatch', 'Test', 'TestBatch', 'Predict', 'PredictBatch'].flatMap((name) => [
        `on${name}Begin`,
        `on${name}End`,
      ]),
    ];
    /** @type {string[]} */
    const events = [];
    const recorder = (/** @type {string} */ who) =>
      Object.fromEntries(
        names.map((name) => [
          name,
          (/** @type {any} */ first, /** @type {any} */ second) => {
            const [epoch, batch] = [first, second].map((each) => (typeof each === 'number' ? each : ''));
            events.push(`${who} ${name}${epoch === '' ? '' : ` ${epoch}`}${batch === '' ? '' : `.${batch}`}`);
          },
        ]),
      );
    const model = await smallModel();
    const run = {
      verbose: /** @type {const} */ (0),
      batchSize: 40,
      validationData: /** @type {any} */ (validationData.map((t) => slice(t, 0, 30))),
    };
    await model.fit(x, y, { ...run, callbacks: recorder('a') });
    const training = (/** @type {number} */ batch) => [
      `onBatchBegin ${batch}`,
      `onTrainBatchBegin ${batch}`,
      `onBatchEnd ${batch}`,
      `onTrainBatchEnd ${batch}`,
      `onYield 0.${batch}`,
    ];
    const testing = ['onTestBegin', 'onTestBatchBegin 0', 'onTestBatchEnd 0', 'onTestEnd'];
    const expected = [
      'setParams',
      'setModel',
      'onTrainBegin',
      'onEpochBegin 0',
      ...training(0),
      ...training(1),
      ...testing,
      'onEpochEnd 0',
      'onTrainEnd',
    ];
    assert.deepEqual(
      events,
      expected.map((event) => `a ${event}`),
    );
    events.length = 0;
    await model.evaluate(x, y, { batchSize: 70, callbacks: [recorder('a'), recorder('b')] });
    assert.deepEqual(events, ['a setModel', 'b setModel', ...testing.flatMap((event) => [`a ${event}`, `b ${event}`])]);
    events.length = 0;
    await model.predict(x, { batchSize: 40, callbacks: recorder('a') });
    assert.deepEqual(events, [
      'a setModel',
      'a onPredictBegin',
      'a onPredictBatchBegin 0',
      'a onPredictBatchEnd 0',
      'a onPredictBatchBegin 1',
      'a onPredictBatchEnd 1',
      'a onPredictEnd',
    ]);
    model.dispose();
  });

  test('onProgress has the figures of each batch, however many a slice has', async (t) => {
    const { x, y } = smallData(40);
    /** @param {any} callback */
    const trained = async (callback) => {
      const model = await smallModel();
      await model.fit(x, y, { epochs: 2, batchSize: 4, verbose: 0, callbacks: [callback] });
      model.dispose();
    };
    /** @type {Logs[]} */
    const each = [];
    await trained({
      onBatchEnd: (/** @type {number} */ _, /** @type {Logs} */ { batch, size, ...logs }) => void each.push(logs),
    });
    assert.equal(each.length, 20);
    t.mock.method(performance, 'now', () => 0); // one slice for all batches after the first
    /** @type {Logs[][]} */
    const slices = [];
    await trained({
      onProgress: (/** @type {{ batchLogs: Logs[] }} */ { batchLogs }) => void slices.push(batchLogs),
    });
    assert.deepEqual(
      slices.map(({ length }) => length),
      [1, 9, 1, 9],
    );
    assert.deepEqual(slices.flat(), each);
  });

  test('callbacks are told about the run, and may be instances with fields of their own', async () => {
    class Own {
      count = 0;
      /** @type {any} */
      params;
      /** @type {any} */
      model;
      /** @param {any} params */
      setParams(params) {
        this.params = params;
      }
      /** @param {any} model */
      setModel(model) {
        this.model = model;
      }
      onEpochEnd() {
        this.count++;
      }
    }
    const own = new Own();
    const model = await smallModel();
    await model.fit(x, y, { ...quiet, initialEpoch: 1, validationSplit: 0.3, callbacks: [own] });
    assert.equal(own.count, 2);
    assert.equal(own.model, model);
    assert.deepEqual(own.params, {
      epochs: 3,
      initialEpoch: 1,
      steps: 4,
      samples: 49,
      batchSize: 16,
      verbose: 0,
      doValidation: true,
      metrics: ['acc'],
    });
    model.dispose();
  });

  test('callback history: what callbacks add to the logs is in the history and in later callbacks’ logs', async () => {
    const history = callbacks.history();
    const csv = callbacks.csvLogger();
    const model = await smallModel({ compile: { optimizer: { name: 'adam', learningRate: 0.01 } } });
    const fitted = await model.fit(x, y, {
      ...quiet,
      callbacks: [callbacks.learningRateScheduler((epoch, rate) => rate / (epoch + 1)), history, csv],
    });
    assert.deepEqual(fitted.history.learning_rate, [0.01, 0.005, 0.005 / 3]);
    assert.deepEqual(history.history, fitted.history);
    assert.deepEqual(history.epoch, [0, 1, 2]);
    assert.equal(csv.text.split('\n')[0], 'epoch,acc,learning_rate,loss');
    assert.equal(csv.text.split('\n')[3], `2,${fitted.history.acc[2]},${0.005 / 3},${fitted.history.loss[2]}`);
    model.dispose();
  });

  test('callback history: figures called like what every object has are in the history too', async () => {
    const model = await smallModel();
    const own = {
      onEpochEnd: (/** @type {number} */ epoch, /** @type {Logs} */ logs) =>
        void Object.assign(logs, { constructor: epoch, valueOf: 2 * epoch }),
    };
    const { history } = await model.fit(x, y, { ...quiet, callbacks: own });
    assert.deepEqual(
      [history.constructor, history.valueOf],
      [
        [0, 1, 2],
        [0, 2, 4],
      ],
    );
    model.dispose();
  });

  test('callback csvLogger: knows the columns of a run from its start, with validation only now and then', async () => {
    for (const [validationFreq, epochs] of [
      [1, 2],
      [2, 4],
      [3, 2],
    ]) {
      const csv = callbacks.csvLogger();
      const own = {
        onEpochEnd: (/** @type {number} */ epoch, /** @type {Logs} */ logs) => {
          if (epoch === 1) logs.mine = 7;
        },
      };
      const model = await smallModel({ compile: { metrics: ['accuracy', 'mse'] } });
      const { history } = await model.fit(x, y, {
        ...quiet,
        epochs,
        validationData,
        validationFreq,
        callbacks: [own, csv],
      });
      const [header, ...lines] = csv.text
        .trimEnd()
        .split('\n')
        .map((line) => line.split(','));
      assert.deepEqual(header, ['epoch', 'acc', 'loss', 'mse', 'val_acc', 'val_loss', 'val_mse', 'mine']);
      assert.equal(lines.length, epochs);
      /** @param {number} epoch @param {string} name */
      const cell = (epoch, name) => {
        if (name === 'epoch') return epoch;
        if (name === 'mine') return epoch === 1 ? 7 : '';
        if (!name.startsWith('val_')) return history[name][epoch];
        return (epoch + 1) % validationFreq === 0 ? history[name][(epoch + 1) / validationFreq - 1] : '';
      };
      lines.forEach((line, epoch) =>
        assert.deepEqual(
          line,
          header.map((name) => String(cell(epoch, name))),
        ),
      );
      model.dispose();
    }
  });

  test('callback earlyStopping: ends a fit, with the best weights', async () => {
    const model = await smallModel({ compile: { optimizer: { name: 'adam', learningRate: 0.3 } } });
    /** @type {Buffer[]} */
    const weights = [];
    const { history } = await model.fit(x, y, {
      ...quiet,
      epochs: 50,
      validationData,
      callbacks: [
        callbacks.earlyStopping({ patience: 3, restoreBestWeights: true }),
        { onEpochEnd: () => void weights.push(weightBytes(model)) },
      ],
    });
    const best = history.val_loss.indexOf(Math.min(...history.val_loss));
    assert.equal(history.val_loss.length, best + 4);
    assert.ok(weightBytes(model).equals(weights[best]));
    model.dispose();
  });

  test('callback terminateOnNaN: ends a fit at the batch, or by perBatch: false after its slice', async (t) => {
    const said = listen(t, 'log');
    /** @param {any} [options] */
    const diverged = async (options) => {
      const callback = callbacks.terminateOnNaN(options);
      assert.equal(callback.stopped, null);
      const model = await sequential({
        layers: [layers.dense({ units: 1, inputShape: [1], useBias: false })],
        seed: 1,
      });
      model.compile({ optimizer: { name: 'sgd', learningRate: 1e6 }, loss: 'mse' });
      const many = tensor(new Float32Array(400).fill(1e3), [400, 1]);
      let slices = 0;
      const { history } = await model.fit(many, many, {
        verbose: 0,
        epochs: 3,
        batchSize: 1,
        shuffle: false,
        callbacks: [callback, { onProgress: () => void slices++ }],
      });
      const { batch } = model.position;
      model.dispose();
      assert.equal(history.loss.length, 1);
      assert.ok(!Number.isFinite(history.loss[0]));
      return { batch, stopped: callback.stopped, slices, callback };
    };
    const exact = await diverged();
    assert.ok(exact.batch > 1 && exact.batch < 100, `${exact.batch}`);
    assert.deepEqual(exact.stopped, { epoch: 0, batch: exact.batch - 1 });
    assert.deepEqual(said, [`Batch ${exact.batch - 1}: Invalid loss, terminating training`]);
    assert.equal(exact.slices, exact.batch);
    t.mock.method(performance, 'now', () => 0); // one slice for all batches
    const sliced = await diverged({ perBatch: false });
    assert.deepEqual(sliced.stopped, { epoch: 0, batch: 399 });
    assert.equal(sliced.slices, 2, 'the first is one batch, to measure it');
    const model = await smallModel();
    await model.fit(x, y, { ...quiet, callbacks: sliced.callback });
    assert.equal(sliced.callback.stopped, null, 'of the latest fit');
    model.dispose();
    refusedEach([
      [() => callbacks.terminateOnNaN(wrong({ perSlice: true })), "terminateOnNaN has no option 'perSlice'"],
      [() => callbacks.terminateOnNaN({ perBatch: wrong(0) }), 'terminateOnNaN: perBatch', '0'],
    ]);
  });
});

onEveryBuild(() => {
  const one = tensor([1], [1, 1]);
  const nought = tensor([0], [1, 1]);

  /** Each step halves the single weight: 1, ½, ¼ …; the average begins with the first and then keeps half of itself. */
  async function halving() {
    const model = await sequential({ layers: [layers.dense({ units: 1, useBias: false, inputShape: [1] })], seed: 1 });
    model.compile({ optimizer: { name: 'sgd', learningRate: 0.25, useEma: true, emaMomentum: 0.5 }, loss: 'mse' });
    model.setWeights([tensor([1], [1, 1])]);
    return model;
  }
  /** @param {import('../../shim/index.js').Model} model */
  const weight = (model) => model.getWeights()[0].data[0];

  test('with useEma the weights become their averages where fit ends, not where it breaks off', async () => {
    const model = await halving();
    await model.fit(one, nought, { verbose: 0, epochs: 2 });
    assert.equal(weight(model), 0.375); // ½, then (½ + ¼) / 2
    model.dispose();
    const broken = await halving();
    await assert.rejects(
      broken.fit(one, nought, {
        verbose: 0,
        epochs: 3,
        callbacks: {
          onEpochEnd: (epoch) => {
            if (epoch === 1) throw new Error('enough');
          },
        },
      }),
      /enough/,
    );
    assert.equal(weight(broken), 0.25);
    broken.dispose();
    const stopped = await halving();
    await stopped.fit(one, nought, {
      verbose: 0,
      epochs: 9,
      callbacks: {
        onEpochEnd: (epoch) => {
          stopped.stopTraining = epoch === 1;
        },
      },
    });
    assert.equal(weight(stopped), 0.375);
    stopped.dispose();
  });

  test('callback swapEmaWeights: validates, evaluates and predicts with the averages', async () => {
    const model = await halving();
    /** @type {number[]} */
    const seen = [];
    const look = { onEpochBegin: () => void seen.push(weight(model)), onEpochEnd: () => void seen.push(weight(model)) };
    const { history } = await model.fit(one, nought, {
      verbose: 0,
      epochs: 2,
      validationData: [one, nought],
      callbacks: [callbacks.swapEmaWeights(), look],
    });
    assert.deepEqual(history.val_loss, [0.25, 0.375 ** 2]);
    assert.deepEqual(seen, [1, 0.5, 0.5, 0.25]);
    assert.equal(weight(model), 0.375);
    model.dispose();
    const between = await halving();
    /** @type {any[]} */
    const predicted = [];
    const swap = callbacks.swapEmaWeights();
    await between.fit(one, nought, {
      verbose: 0,
      epochs: 2,
      callbacks: {
        onEpochEnd: async () => {
          predicted.push(
            (await between.predict(one, { callbacks: swap })).data[0],
            (await between.predict(one)).data[0],
          );
          predicted.push((await between.evaluate(one, nought, { callbacks: swap }))[0]);
        },
      },
    });
    assert.deepEqual(predicted, [0.5, 0.5, 0.25, 0.375, 0.25, 0.375 ** 2]);
    between.dispose();
  });

  test('callback swapEmaWeights: with swapOnEpoch shows later callbacks the averages, and ends with them', async () => {
    const model = await halving();
    /** @type {number[]} */
    const saved = [];
    const save = (/** @type {any} */ given) => void saved.push(weight(given));
    await model.fit(one, nought, {
      verbose: 0,
      epochs: 2,
      callbacks: [callbacks.swapEmaWeights({ swapOnEpoch: true }), callbacks.modelCheckpoint({ save })],
    });
    assert.deepEqual(saved, [0.5, 0.375]);
    assert.equal(weight(model), 0.375);
    model.dispose();
  });

  test('a fit that breaks off while averages are shown leaves the weights, and goes on exactly', async () => {
    const whole = await halving();
    await whole.fit(one, nought, { verbose: 0, epochs: 4 });
    const model = await halving();
    const controller = new AbortController();
    const callback = [
      callbacks.swapEmaWeights(),
      {
        onTestBatchEnd: () => {
          if (model.position.epoch === 1) throw new Error('enough');
        },
      },
    ];
    await assert.rejects(
      model.fit(one, nought, {
        verbose: 0,
        epochs: 4,
        validationData: [one, nought],
        signal: controller.signal,
        callbacks: callback,
      }),
      /enough/,
    );
    assert.equal(weight(model), 0.25);
    assert.deepEqual(model.position, { epoch: 1, batch: 1 });
    await model.fit(one, nought, { verbose: 0, epochs: 4, initialEpoch: 1, initialBatch: 1 });
    assert.equal(weight(model), weight(whole));
    whole.dispose();
    model.dispose();
  });

  test('callback swapEmaWeights: needs averages', async () => {
    const model = await smallModel();
    const { x, y } = smallData(4);
    await assert.rejects(model.evaluate(x, y, { callbacks: callbacks.swapEmaWeights() }), {
      code: 'wrong-state',
      message: 'swapEmaWeights: compile with an optimizer that has useEma: true',
    });
    refusedEach([
      [() => callbacks.swapEmaWeights({ swapOnEpoch: wrong(1) }), 'swapEmaWeights: swapOnEpoch', '1'],
      [() => callbacks.swapEmaWeights(wrong({ swap: 1 })), "swapEmaWeights has no option 'swap'"],
    ]);
    model.dispose();
  });
});
