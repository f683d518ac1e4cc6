import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadedCore } from '../../shim/core/loading.js';
import { layers, sequential } from '../../shim/index.js';
import { createLaps, roughly, secondsOf, speedKey } from '../../web/estimate.js';
import { speedOf } from '../../web/measuring.js';
import { specsOf } from '../../web/model-spec.js';
import { readSettings } from '../../web/settings.js';

/** How long a run will take, as the page says it before Start. */

describe('a time', () => {
  test('is rounded as people would', () => {
    for (const [seconds, amount, unit] of /** @type {[number, number, string][]} */ ([
      [0.3, 0, 'few'],
      [4.9, 0, 'few'],
      [5, 5, 'seconds'],
      [12, 10, 'seconds'],
      [17, 15, 'seconds'],
      [18, 20, 'seconds'],
      [38, 40, 'seconds'],
      [54, 50, 'seconds'],
      [56, 1, 'minute'],
      [74, 1, 'minute'],
      [76, 90, 'seconds'],
      [104, 90, 'seconds'],
      [106, 2, 'minutes'],
      [12.4 * 60, 12, 'minutes'],
      [22 * 60, 20, 'minutes'],
      [57 * 60, 55, 'minutes'],
      [58 * 60, 1, 'hour'],
      [80 * 60, 1.5, 'hours'],
      [4.7 * 3600, 4.5, 'hours'],
      [11.6 * 3600, 12, 'hours'],
    ]))
      assert.deepEqual(roughly(seconds), { unit, amount }, `${seconds} s`);
  });

  test('never becomes shorter when it is longer, and is at most a third off', () => {
    const inSeconds = { few: 0, seconds: 1, minute: 60, minutes: 60, hour: 3600, hours: 3600 };
    let before = 0;
    for (let seconds = 5; seconds < 1e5; seconds *= 1.003) {
      const { unit, amount } = roughly(seconds);
      const said = amount * inSeconds[unit];
      assert.ok(said >= before, `${seconds} s`);
      assert.ok(Math.abs(said - seconds) <= seconds / 3, `${seconds} s: ${said} s`);
      before = said;
    }
  });
});

describe('an estimate', () => {
  const speed = { training: 0.01, validation: 0.001 };
  const run = { images: 1000, tests: 2000, epochs: 3, batchSize: 30 };

  test('is training and validation, of each epoch', () => {
    assert.equal(secondsOf(speed, run, { epoch: 0, batch: 0 }), 36);
  });

  test('of a run that continues: what is left of it', () => {
    assert.equal(secondsOf(speed, run, { epoch: 2, batch: 0 }), 12);
    assert.equal(secondsOf(speed, run, { epoch: 2, batch: 10 }), 9);
    assert.equal(secondsOf(speed, run, { epoch: 2, batch: 34 }), 2, 'the last batch is smaller');
  });

  test('is measured again if the speed changes, but not for epochs, images, rates or the seed', () => {
    const keyOf = (/** @type {string} */ query, images = 60000, version = 1) => {
      const { settings } = readSettings(query);
      return speedKey(settings, specsOf(settings.layers), images, version);
    };
    const key = keyOf('');
    for (const query of ['?epochs=3', '?train-size=500', '?learning-rate=0.1', '?seed=1', '?patience=2', '?log=0'])
      assert.equal(keyOf(query), key, query);
    assert.equal(keyOf('', 500), key);
    for (const query of [
      '?batch-size=64',
      '?optimizer=sgd',
      '?filters=8',
      '?model=lenet',
      '?label-smoothing=0.1',
      '?ema=1',
      '?clip-norm=1',
      '?deterministic=1',
      '?threads=1',
    ])
      assert.notEqual(keyOf(query), key, query);
    assert.notEqual(keyOf('', 20), key, 'a batch is all images');
    assert.notEqual(keyOf('', 60000, 2), key, 'other images');
  });
});

test('epochs are timed from end to end, without those that were paused', () => {
  let time = 0;
  const laps = createLaps(() => time);
  const lapAt = (/** @type {number} */ at) => {
    time = at;
    laps.lap();
  };
  lapAt(7);
  assert.ok(Number.isNaN(laps.seconds));
  lapAt(9);
  assert.equal(laps.seconds, 2);
  laps.skip();
  lapAt(1000);
  lapAt(1002.5);
  lapAt(5000); // the computer slept
  assert.equal(laps.seconds, 2.5);
  laps.clear();
  lapAt(5001);
  assert.ok(Number.isNaN(laps.seconds));
});

describe('measuring', () => {
  /** @param {number} count */
  const blank = (count) => ({
    images: { shape: [count, 28, 28, 1], data: new Uint8Array(count * 784) },
    labels: { shape: [count], data: Uint8Array.from({ length: count }, (_, i) => i % 10) },
  });

  /** @param {number} batchSize @param {{ images?: number, signal?: AbortSignal }} [options] */
  async function measured(batchSize, { images = 500, signal = new AbortController().signal } = {}) {
    const heap = await loadedCore();
    const model = await sequential({
      layers: [
        layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, activation: 'relu' }),
        layers.flatten(),
        layers.dense({ units: 10, activation: 'softmax' }),
      ],
    });
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    try {
      return await speedOf(model, { train: blank(images), test: blank(100), batchSize }, { signal, heap });
    } finally {
      model.dispose();
    }
  }

  test('gives seconds per image', async () => {
    const { training, validation } = await measured(32);
    assert.ok(training > 0 && training < 1, `${training}`);
    assert.ok(validation > 0 && validation < 1, `${validation}`);
  });

  test('a batch that does not fit in memory is refused, although none as large is tried', async () => {
    await assert.rejects(measured(60000, { images: 60000 }), { code: 'out-of-memory' });
    assert.ok((await measured(60000)).training > 0, 'a batch is at most all images');
  });

  test('can be given up', async () => {
    const controller = new AbortController();
    const answer = measured(32, { signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    await assert.rejects(answer, (error) => controller.signal.aborted && error instanceof Error);
  });
});
