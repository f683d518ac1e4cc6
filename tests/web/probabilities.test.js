import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layers, sequential } from '../../shim/index.js';
import { probabilitiesOf } from '../../web/try/probabilities.js';

/** @param {any} activation of the last layer */
async function answers(activation) {
  const model = await sequential({
    layers: [layers.dense({ units: 3, inputShape: [2], activation, kernelInitializer: 'zeros' })],
  });
  model.setWeights([
    model.getWeights()[0],
    { shape: [3], data: Float32Array.of(Math.log(0.5), Math.log(0.2), Math.log(0.3)) },
  ]);
  const outputs = await model.predict({ shape: [2, 2], data: new Float32Array(4) });
  const shares = probabilitiesOf(model, outputs);
  model.dispose();
  return { shares: [...shares].map((share) => share.toFixed(6)), outputs: [...outputs.data] };
}

test('scores of models that end before softmax become probabilities', async () => {
  const expected = ['0.500000', '0.200000', '0.300000'];
  const { shares, outputs } = await answers('linear');
  assert.ok(outputs[0] < 0);
  assert.deepEqual(shares, [...expected, ...expected]);
  assert.deepEqual((await answers('softmax')).shares, [...expected, ...expected], 'probabilities already');
  const { shares: independent } = await answers('sigmoid');
  assert.deepEqual(
    independent.slice(0, 3),
    ['0.333333', '0.166667', '0.230769'],
    'of several labels, left as they are',
  );
});

test('scores of any size, and those that are no numbers', () => {
  const model = /** @type {any} */ ({ layers: [{ config: {} }] });
  const of = (/** @type {number[]} */ ...data) => [...probabilitiesOf(model, { shape: [1, data.length], data })];
  assert.deepEqual(of(1000, -1000), [1, 0]);
  assert.deepEqual(of(3e38, 3e38), [0.5, 0.5]);
  assert.ok(of(NaN, 1).every(Number.isNaN));
});
