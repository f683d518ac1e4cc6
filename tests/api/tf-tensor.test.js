import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as tfc from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '../../shim/tf.js';
import { refused } from './support.js';

test('tensors are made of nested arrays, of flat ones with a shape, and of typed ones', async () => {
  const t = tf.tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assert.deepEqual([t.shape, t.dtype, t.rank, t.size], [[2, 3], 'float32', 2, 6]);
  assert.deepEqual(t.dataSync(), Float32Array.of(1, 2, 3, 4, 5, 6));
  assert.deepEqual(await t.data(), t.dataSync());
  assert.deepEqual(t.arraySync(), [
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assert.deepEqual(await t.array(), t.arraySync());
  assert.deepEqual(tf.tensor2d([1, 2, 3, 4], [2, 2]).arraySync(), [
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual(tf.tensor1d([1, 2], 'int32').dataSync(), Int32Array.of(1, 2));
  assert.deepEqual(tf.tensor4d(Uint8Array.of(1, 255), [1, 1, 2, 1]).dtype, 'int32');
  assert.deepEqual(tf.tensor3d([[[1], [2]]]).shape, [1, 2, 1]);
  assert.deepEqual(tf.tensor2d([Float32Array.of(1, 2), Float32Array.of(3, 4)]).arraySync(), [
    [1, 2],
    [3, 4],
  ]);
  assert.deepEqual(tf.tensor1d([true, false]).dtype, 'bool');
  assert.equal(tf.scalar(3.5).arraySync(), 3.5);
  assert.deepEqual(tf.zeros([2, 1]).arraySync(), [[0], [0]]);
  assert.deepEqual(tf.ones([2], 'int32').dataSync(), Int32Array.of(1, 1));
  assert.deepEqual(tf.fill([2], 7).arraySync(), [7, 7]);
});

test('one-hot rows', () => {
  assert.deepEqual(tf.oneHot([2, 0, 5], 3).arraySync(), [
    [0, 0, 1],
    [1, 0, 0],
    [0, 0, 0],
  ]);
  assert.deepEqual(tf.oneHot(tf.tensor1d([1], 'int32'), 2, 5, -5).arraySync(), [[-5, 5]]);
});

test('shapes change, parts are taken', () => {
  const t = tf.tensor([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [2, 3, 2]);
  assert.deepEqual(t.reshape([-1, 4]).shape, [3, 4]);
  assert.deepEqual(t.flatten().shape, [12]);
  assert.deepEqual(t.expandDims().shape, [1, 2, 3, 2]);
  assert.deepEqual(t.expandDims(-1).shape, [2, 3, 2, 1]);
  assert.deepEqual(t.expandDims(-1).squeeze().shape, [2, 3, 2]);
  assert.deepEqual(t.slice(1).arraySync(), [
    [
      [6, 7],
      [8, 9],
      [10, 11],
    ],
  ]);
  assert.deepEqual(t.slice([0, 1, 0], [2, 2, 1]).arraySync(), [
    [[2], [4]],
    [[8], [10]],
  ]);
  assert.deepEqual(t.slice([0, 2], [-1, 1]).arraySync(), [[[4, 5]], [[10, 11]]]);
});

test('argMax along any axis takes the first of equal ones', () => {
  const t = tf.tensor2d([
    [1, 5, 5],
    [7, 2, 3],
  ]);
  assert.deepEqual(t.argMax(1).dataSync(), Int32Array.of(1, 0));
  assert.deepEqual(t.argMax(-1).arraySync(), [1, 0]);
  assert.deepEqual(t.argMax().arraySync(), [1, 0, 0]);
  assert.equal(tf.tensor1d([1, 3, 2]).argMax().arraySync(), 1);
});

test('sums, products and comparisons', () => {
  const t = tf.tensor1d([1, 2, 4]);
  assert.deepEqual(t.add(1).arraySync(), [2, 3, 5]);
  assert.deepEqual(t.sub(tf.tensor1d([1, 1, 1])).arraySync(), [0, 1, 3]);
  assert.deepEqual(t.mul(t).arraySync(), [1, 4, 16]);
  assert.deepEqual(tf.tensor1d([1, 255], 'int32').div(255).arraySync(), [Math.fround(1 / 255), 1]);
  assert.deepEqual(t.equal(2).arraySync(), [0, 1, 0]);
  assert.equal(t.equal(t).mean().dataSync()[0], 1);
  assert.equal(t.sum().arraySync(), 7);
  assert.deepEqual(tf.tensor1d([1.7, -1.7]).toInt().dataSync(), Int32Array.of(1, -1));
  assert.equal(t.toInt().toFloat().dtype, 'float32');
  const copy = t.clone();
  copy.dataSync()[0] = 9;
  assert.deepEqual(copy.arraySync(), [1, 2, 4], 'numbers are copies');
});

/** What makes a tensor, whoever created it. @param {any} t */
const facts = (t) => ({ shape: t.shape, dtype: t.dtype, values: [...t.dataSync()] });

/** @type {[string, (lib: any) => any][]} */
const ALIKE = [
  ['bytes by a share', (t) => t.tensor1d([10, 128, 255], 'int32').mul(1 / 255)],
  ['integers and a number', (t) => t.tensor1d([1, 2], 'int32').add(0.5)],
  ['integers less integers', (t) => t.tensor1d([1, 2], 'int32').sub(t.tensor1d([5, 0], 'int32'))],
  ['integers by floats', (t) => t.tensor1d([1, 2], 'int32').mul(t.tensor1d([0.25, 0.5]))],
  ['truths and integers', (t) => t.tensor1d([true, false], 'bool').add(t.tensor1d([4, 5], 'int32'))],
  ['integers over integers', (t) => t.tensor1d([7, -7, 4], 'int32').div(t.tensor1d([2, 2, 4], 'int32'))],
  ['integers over a number', (t) => t.tensor1d([7, -7], 'int32').div(2)],
  [
    'mean, axis 0',
    (t) =>
      t
        .tensor2d([
          [1, 2],
          [3, 4],
        ])
        .mean(0),
  ],
  [
    'mean, axis -1, kept',
    (t) =>
      t
        .tensor2d(
          [
            [1, 2],
            [3, 5],
          ],
          undefined,
          'int32',
        )
        .mean(-1, true),
  ],
  [
    'sum, axis 1',
    (t) =>
      t
        .tensor3d([
          [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
        ])
        .sum(1),
  ],
  [
    'sum, two axes',
    (t) =>
      t
        .tensor3d([
          [
            [1, 2],
            [3, 4],
          ],
          [
            [5, 6],
            [7, 8],
          ],
        ])
        .sum([0, 2]),
  ],
  [
    'sum of truths',
    (t) =>
      t
        .tensor2d([
          [true, false],
          [true, true],
        ])
        .sum(0),
  ],
  [
    'sum of all',
    (t) =>
      t
        .tensor2d(
          [
            [1, 2],
            [3, 4],
          ],
          undefined,
          'int32',
        )
        .sum(),
  ],
  [
    'mean of all, kept',
    (t) =>
      t
        .tensor2d([
          [1, 2],
          [3, 4],
        ])
        .mean(undefined, true),
  ],
  ['squeezed', (t) => t.zeros([1, 2, 1]).squeeze([0])],
  ['squeezed from the end', (t) => t.zeros([1, 2, 1]).squeeze([-1])],
  ['truths of numbers', (t) => t.tensor1d([2, 0.5, 0, -1]).cast('bool')],
  ['truths given as numbers', (t) => t.tensor1d([2, 0, 1], 'bool')],
];

// As all of TensorFlow.js does, of which only the core is installed.
for (const name of /** @type {const} */ (['add', 'sub', 'mul', 'div', 'mean', 'sum', 'squeeze', 'cast'])) {
  /** @type {any} */ (tfc.Tensor.prototype)[name] = function (/** @type {any[]} */ ...args) {
    return /** @type {any} */ (tfc)[name](this, ...args);
  };
}

for (const [what, act] of ALIKE)
  test(`as TensorFlow.js has it: ${what}`, async () => {
    await tfc.setBackend('cpu');
    assert.deepEqual(facts(act(tf)), facts(act(tfc)));
  });

test('print', (t) => {
  const printed = t.mock.method(console, 'log', () => {});
  tf.tensor2d([
    [1, 2.5],
    [1 / 3, 4],
  ]).print();
  tf.scalar(2).print();
  assert.deepEqual(
    printed.mock.calls.map(({ arguments: [text] }) => text),
    ['Tensor\n    [[1, 2.5],\n     [0.3333333, 4]]', 'Tensor\n    2'],
  );
});

test('what goes around a model', async () => {
  assert.equal(
    tf.tidy(() => 3),
    3,
  );
  assert.equal(
    tf.tidy('name', () => 4),
    4,
  );
  const t = tf.scalar(1);
  assert.equal(tf.keep(t), t);
  t.dispose();
  tf.dispose([t]);
  await tf.nextFrame();
  await tf.ready();
});

test('what cannot be is refused, in words', () => {
  refused(() => tf.tensor([1, 2, 3], [2, 2]), 'tensor: shape [2, 2] needs 4 elements, the data has 3');
  refused(() => tf.tensor4d([1, 2], [2]), 'tensor4d: the shape must have 4 lengths, got [2]');
  refused(() => tf.tensor1d([[1]]), 'tensor1d: the shape must have 1 lengths, got [1, 1]');
  const t = tf.tensor1d([1, 2, 3]);
  refused(() => t.reshape([2, -1]), 'reshape: 3 numbers do not fill the shape [2, -1]');
  refused(() => t.reshape([2, 2]), 'reshape: 3 numbers do not fill the shape [2, 2]');
  refused(() => t.sum(1), 'axis must be an integer 0..0, got 1');
  refused(() => t.squeeze([0]), 'squeeze: axis 0 must have length 1, got 3');
  refused(() => t.argMax(1), 'axis must be an integer 0..0, got 1');
  refused(() => t.slice(4), 'slice: begin must be an integer 0..3, got 4');
  refused(() => t.slice(1, 3), 'slice: size must be an integer 0..2, got 3');
  refused(() => t.add(tf.tensor1d([1, 2])), 'tensors of shapes [3] and [2] cannot be combined');
});
