import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { CLASS_NAMES } from '../../shim/datasets/catalogue.js';
import { createEmitter } from '../../web/emitter.js';
import { setDataset } from '../../web/images.js';
import { readSettings, writeSettings } from '../../web/settings.js';
import { chosenOf } from '../../web/theatre/chosen.js';
import { memorisedAfter, weakSpot } from '../../web/theatre/outcome.js';
import { createRecording } from '../../web/theatre/recording.js';
import { SHIPPED } from '../../web/theatre/shipped.js';
import { variationOf } from '../../web/theatre/steps.js';
import { createWatcher, watch } from '../../web/watching.js';

/** The parts of the training theatre that need no page. */

/** Cells of a confusion matrix with so many images. @param {number[][]} counts */
const cellsOf = (counts) => counts.map((row) => row.map((count) => Array.from({ length: count }, (_, i) => i)));

describe('what is said of a run', () => {
  test('the class with the lowest F1 score, and its most frequent confusion in either direction', () => {
    const cells = cellsOf([
      [90, 0, 13],
      [1, 99, 0],
      [9, 2, 79],
    ]);
    assert.deepEqual(weakSpot(cells), { weakest: 2, label: 0, predicted: 2, count: 13 });
    const other = cellsOf([
      [90, 0, 5],
      [1, 99, 0],
      [9, 2, 79],
    ]);
    assert.deepEqual(weakSpot(other), { weakest: 2, label: 2, predicted: 0, count: 9 });
  });

  test('nothing, where there are no mistakes between classes', () => {
    assert.equal(
      weakSpot(
        cellsOf([
          [3, 0],
          [0, 4],
        ]),
      ),
      null,
    );
    assert.equal(
      weakSpot(
        cellsOf([
          [3, 0, 1],
          [0, 4, 0],
        ]),
      ),
      null,
      'answers that are no numbers',
    );
    assert.equal(
      weakSpot(
        cellsOf([
          [0, 0],
          [0, 4],
        ]),
      ),
      null,
      'a class without images',
    );
  });

  /** @param {number[]} losses @param {(number | null)[]} validation */
  const epochsOf = (losses, validation) =>
    losses.map((loss, epoch) => ({ epoch, logs: { loss, val_loss: validation[epoch] } }));

  test('from where the validation loss rose to the end while that of training fell', () => {
    assert.equal(memorisedAfter(epochsOf([1, 0.8, 0.6, 0.5, 0.4], [0.9, 0.7, 0.72, 0.75, 0.8])), 2);
    assert.equal(memorisedAfter(epochsOf([1, 0.8, 0.6], [0.9, 0.7, 0.8])), null, 'one epoch may be chance');
    assert.equal(memorisedAfter(epochsOf([1, 0.8, 0.6, 0.5], [0.9, 0.7, 0.8, 0.7])), null, 'it came back');
    assert.equal(memorisedAfter(epochsOf([1, 0.8, 0.9, 1.1], [0.9, 0.7, 0.8, 0.9])), null, 'it diverged');
    assert.equal(memorisedAfter(epochsOf([1, 0.8, 0.6], [0.9, 0.8, 0.7])), null, 'it still learns');
    assert.equal(memorisedAfter(epochsOf([1, 0.8], [null, null])), null, 'without validation');
    assert.equal(memorisedAfter([]), null);
  });

  test('the page’s own models have the test accuracies of their cards', async () => {
    for (const [name, accuracy] of Object.entries(SHIPPED)) {
      const card = await readFile(new URL(`../../models/${name}.md`, import.meta.url), 'utf8');
      const [, percent] = card.match(/^\| test accuracy[^|]*\| ([\d.]+)%/m) ?? [];
      assert.equal((100 * accuracy).toFixed(2), percent, name);
    }
  });
});

describe('what is offered next', () => {
  test('without dropout, if there is any: the layers left read what it read', () => {
    const { settings } = readSettings(
      '?model=conv2d:8:3:relu,flatten,dense:16:relu,dropout:0.5,dense:8:relu,dropout:0.2',
    );
    const { key, change } = variationOf(settings);
    assert.equal(key, 'without-dropout');
    change();
    assert.equal(writeSettings(settings, ''), '?model=conv2d:8:3:relu,flatten,dense:16:relu,dense:8:relu');
  });

  test('else another seed, up to the last one', () => {
    const { settings } = readSettings('?model=flatten&seed=4294967295');
    const { key, change } = variationOf(settings);
    assert.equal(key, 'other-seed');
    change();
    assert.equal(settings.seed, 0);
  });
});

describe('which images are watched', () => {
  const shapes = (/** @type {number} */ count) => ({ images: [count, 28, 28, 1], labels: [count] });
  const info = {
    name: '',
    synthetic: false,
    source: /** @type {any} */ ('folder'),
    formerNames: [],
    classNames: ['hat', 'cap'],
  };

  test('the first test images of garments, some from all over of others', () => {
    const parts = { train: shapes(100), validation: null, test: shapes(50) };
    assert.deepEqual(chosenOf({ ...info, ...parts, classNames: CLASS_NAMES }), {
      split: 'test',
      indices: [...Array(25).keys()],
    });
    const { split, indices } = chosenOf({ ...info, ...parts });
    assert.equal(split, 'test');
    assert.deepEqual([indices.length, indices[0], indices[24]], [25, 0, 48]);
  });

  test('others where there are no test images, and fewer where there are few', () => {
    assert.deepEqual(chosenOf({ ...info, train: shapes(9), validation: shapes(3), test: shapes(0) }), {
      split: 'validation',
      indices: [0, 1, 2],
    });
    assert.equal(chosenOf({ ...info, train: shapes(9), validation: null, test: shapes(0) }).split, 'train');
  });
});

describe('what a run tells of the watched images', () => {
  const part = {
    images: { shape: [4, 1, 2, 1], data: Uint8Array.of(0, 9, 9, 0, 0, 9, 9, 0) },
    labels: { shape: [4], data: Uint8Array.of(1, 0, 1, 0) },
  };
  const dataset = /** @type {any} */ ({
    name: '',
    synthetic: true,
    source: 'generator',
    classNames: ['left', 'right'],
    train: part,
    test: part,
  });
  /** Takes the brighter side. */
  const model = /** @type {any} */ ({
    inputShape: [1, 2, 1],
    predict: async (/** @type {{ shape: number[], data: Uint8Array }} */ { shape, data }) => ({
      shape: [shape[0], 2],
      data: Float32Array.from(data),
    }),
  });

  test('classes of the images, probabilities of the picture, and at the end of an epoch in any case', async () => {
    setDataset(dataset);
    watch({ split: 'test', indices: [0, 3], picture: { id: 7, pixels: Uint8Array.of(1, 2) } });
    /** @type {any[]} */
    const told = [];
    const { onProgress, onEpochEnd } = createWatcher(model, (event) => told.push(event));
    const progress = /** @type {any} */ ({ phase: 'train', epoch: 2, batch: 1, batches: 9 });
    await onProgress(progress);
    await onProgress(progress);
    await onProgress({ ...progress, phase: 'validate' });
    assert.equal(told.length, 1, 'the next look is not due');
    await onEpochEnd(2);
    const look = { epoch: 2, predicted: Int32Array.of(1, 0), probabilities: Float32Array.of(1, 2), picture: 7 };
    assert.deepEqual(told, [
      { type: 'looked', look: { ...look, whole: false } },
      { type: 'looked', look: { ...look, whole: true } },
    ]);
    watch({ split: 'test', indices: [1], picture: null });
    await onProgress(progress);
    assert.deepEqual(
      told[2].look,
      { epoch: 2, predicted: Int32Array.of(0), probabilities: null, picture: 0, whole: false },
      'other images are looked at at once',
    );
  });

  test('nothing, if the model takes others', async () => {
    setDataset(dataset);
    watch({ split: 'test', indices: [0], picture: null });
    const { onEpochEnd } = createWatcher({ ...model, inputShape: [2, 2, 1] }, () => assert.fail());
    await onEpochEnd(0);
  });

  for (const batches of [1, 99, 100, 201, 1875, 30_000])
    test(`between 100 and 200 points of an epoch of ${batches} batches, or one for each`, async () => {
      /** @type {any[]} */
      const points = [];
      const { onProgress } = createWatcher(
        { ...model, inputShape: [] },
        (event) => event.type === 'batches' && points.push(...event.points),
      );
      let batch = 0;
      while (batch < batches) {
        const from = batch;
        batch = Math.min(batches, batch + 40);
        const batchLogs = Array.from({ length: batch - from }, (_, i) => ({ loss: from + i, acc: 1 }));
        await onProgress(/** @type {any} */ ({ phase: 'train', epoch: 3, batch, batches, batchLogs }));
      }
      assert.ok(points.length <= 200 && points.length >= Math.min(100, batches), `${points.length}`);
      assert.equal(points.at(-1).x, 4);
      const sizes = points.map(({ x }, i) => Math.round((x - (points[i - 1]?.x ?? 3)) * batches));
      const mean = points.reduce((sum, { loss }, i) => sum + loss * sizes[i], 0) / batches;
      assert.ok(Math.abs(mean - (batches - 1) / 2) < 1e-6 * batches, 'each batch counts once');
    });
});

describe('the recording of runs', () => {
  function begun() {
    const { on, emit: tell } = createEmitter();
    const emit = /** @type {(name: string, value?: any) => void} */ (tell);
    const trainer = /** @type {any} */ ({ on, history: [], trace: [] });
    const recording = createRecording(trainer, () => 5);
    return {
      recording,
      emit,
      /** @param {number} epoch */
      epoch(epoch) {
        emit('looked', { epoch, predicted: Int32Array.of(epoch), probabilities: null, picture: 0, whole: true });
        trainer.history = [...trainer.history, { epoch, logs: { val_acc: epoch / 10 } }];
        emit('epoch', trainer.history.at(-1));
      },
      /** @param {number} epochs */
      reset(epochs) {
        trainer.history = [];
        trainer.trace = [];
        emit('reset', { epochs });
      },
    };
  }

  test('shows the present, or the epoch that is pointed at', () => {
    const { recording, epoch, emit } = begun();
    recording.step(-1);
    assert.equal(recording.pointed, null, 'there is none yet');
    for (const each of [0, 1, 2]) epoch(each);
    emit('looked', { epoch: 3, predicted: Int32Array.of(9), whole: false });
    assert.equal(recording.look?.predicted[0], 9);
    recording.step(-1);
    assert.equal(recording.look?.predicted[0], 1);
    recording.step(-Infinity);
    assert.equal(recording.look?.predicted[0], 0);
    recording.point(40);
    assert.equal(recording.look?.predicted[0], 2);
    recording.point(null);
    assert.equal(recording.look?.predicted[0], 9);
  });

  test('keeps the runs before, and lays the last one beneath', () => {
    const { recording, epoch, reset, emit } = begun();
    reset(3);
    assert.deepEqual(recording.before, [], 'nothing was trained');
    epoch(0);
    emit('evaluation', { test: { loss: 1, accuracy: 0.8 } });
    reset(4);
    assert.equal(recording.before.length, 1);
    assert.equal(recording.beneath?.accuracy, 0.8);
    assert.deepEqual([recording.run.number, recording.run.planned, recording.run.accuracy], [2, 4, null]);
    recording.layBeneath(0);
    assert.equal(recording.beneath, null);
    recording.layBeneath(1);
    assert.equal(/** @type {any} */ (recording).beneath.epochs.length, 1);
  });
});
