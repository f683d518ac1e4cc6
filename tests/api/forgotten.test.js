import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layers, loadCore, loadModel, sequential, tensor } from '../../shim/index.js';
import * as tf from '../../shim/tf.js';

/** Models that nothing refers to any more and that nobody disposed of. */

const LONG = { timeout: 300_000 };
const MOST_FORGOTTEN = 1000;
/** 7 MB of weights, which are not drawn: that would take longer. */
const heavy = () => [layers.dense({ inputShape: [1024], units: 1760, kernelInitializer: 'zeros' })];

for (const threads of [1, 2]) {
  test(`a thousand models of 7 MB are made and forgotten: ${threads} threads`, LONG, async () => {
    for (let i = 0; i < MOST_FORGOTTEN; i++) {
      const model = await sequential({ layers: heavy(), threads, seed: i });
      if (i % 10 === 0) model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    }
  });
}

test(
  'models that are loaded, and those of TensorFlow.js’s names that are trained, are collected as well',
  LONG,
  async () => {
    const made = await sequential({ layers: heavy(), threads: 2 });
    const file = await made.save();
    for (let i = 0; i < 150; i++) await loadModel(file, { threads: 2 }); // twice the memory that there is
    const [x, y] = [tf.zeros([1, 1024]), tf.zeros([1, 1760])];
    for (let i = 0; i < 100; i++) {
      const model = tf.sequential({
        layers: [tf.layers.dense({ inputShape: [1024], units: 1760, kernelInitializer: 'zeros' })],
      });
      model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
      await model.fit(x, y, { verbose: 0 });
    }
    made.dispose();
  },
);

test('models that are in use stay; the error counts them and says what to do', LONG, async () => {
  /** @type {import('../../shim/index.js').Model[]} */
  const kept = [];
  await assert.rejects(
    async () => {
      for (;;) kept.push(await sequential({ layers: heavy(), threads: 2 }));
    },
    ({ name, code, message }) =>
      name === 'FittingRoomError' &&
      code === 'out-of-memory' &&
      / (\d+) models are in memory: dispose those that are no longer needed$/.test(message) &&
      Number(RegExp.$1) >= kept.length,
  );
  const x = tensor(new Float32Array(1024), [1, 1024]);
  kept.pop()?.dispose();
  assert.deepEqual((await kept[0].predict(x)).shape, [1, 1760]);
  const core = await loadCore({ threads: 2 });
  const before = core.heapInUse();
  for (const model of kept) model.dispose();
  assert.ok(core.heapInUse() < before - 7e6 * (kept.length - 1));
});

test('the end of a block that is using a model disposes of it', async () => {
  const model = await sequential({ layers: [layers.dense({ inputShape: [2], units: 1 })] });
  model[Symbol.dispose]();
  assert.throws(() => model.getWeights(), { message: 'this model has been disposed' });
});
