import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FittingRoomError, layers, tensor } from '../../shim/index.js';
import { wrong } from './support.js';

/** @param {() => unknown} act @param {string} message */
const refused = (act, message) =>
  assert.throws(act, (error) => {
    assert.ok(error instanceof FittingRoomError, String(error));
    assert.equal(error.message, message);
    assert.equal(error.code, 'invalid-argument');
    return true;
  });

describe('layers', () => {
  test('take their options and fill in what Keras does', () => {
    assert.deepEqual({ ...layers.conv2d({ filters: 4, kernelSize: 3 }) }, {
      kind: 'conv2d', filters: 4, kernelSize: [3, 3], strides: [1, 1], padding: 'valid', activation: 'linear', useBias: true,
    });
    assert.deepEqual(
      { ...layers.conv2d({ filters: 4, kernelSize: [3, 5], strides: [2, 1], padding: 'same', activation: 'relu', useBias: false, inputShape: [9, 9, 2], name: 'first' }) },
      {
        kind: 'conv2d', inputShape: [9, 9, 2], name: 'first', filters: 4, kernelSize: [3, 5], strides: [2, 1],
        padding: 'same', activation: 'relu', useBias: false,
      },
    );
    assert.deepEqual({ ...layers.maxPooling2d() }, { kind: 'max_pooling2d', poolSize: [2, 2], strides: [2, 2], padding: 'valid' });
    assert.deepEqual(layers.maxPooling2d({ poolSize: [3, 2] }).strides, [3, 2]);
    assert.deepEqual(layers.maxPooling2d({ poolSize: 3, strides: 1 }).strides, [1, 1]);
    assert.deepEqual({ ...layers.flatten() }, { kind: 'flatten' });
    assert.deepEqual({ ...layers.dense({ units: 3 }) }, { kind: 'dense', units: 3, activation: 'linear', useBias: true });
    assert.deepEqual({ ...layers.dropout({ rate: 0.25 }) }, { kind: 'dropout', rate: 0.25 });
    assert.deepEqual({ ...layers.activation({ activation: 'sigmoid' }) }, { kind: 'activation', activation: 'sigmoid' });
    assert.equal(layers.reLU().activation, 'relu');
    assert.equal(layers.softmax().activation, 'softmax');
  });

  test('do not share arrays with their caller', () => {
    const inputShape = [9, 9, 2];
    const layer = layers.flatten({ inputShape });
    inputShape[0] = 1;
    assert.deepEqual(layer.inputShape, [9, 9, 2]);
  });

  test('refuse what cannot be right', () => {
    refused(() => layers.conv2d(wrong(undefined)), 'conv2d takes an object of options, got undefined');
    refused(() => layers.dense(wrong(10)), 'dense takes an object of options, got 10');
    refused(() => layers.conv2d(wrong({ filters: 4, kernel_size: 3 })),
      "conv2d has no option 'kernel_size'; it takes inputShape, name, filters, kernelSize, strides, padding, activation, useBias, kernelInitializer, biasInitializer, kernelRegularizer, biasRegularizer");
    refused(() => layers.dropout(wrong({ rate: 0.5, units: 3 })), "dropout has no option 'units'; it takes inputShape, name, rate, seed");
    refused(() => layers.conv2d(wrong({ kernelSize: 3 })), 'conv2d: filters must be an integer 1..65536, got undefined');
    refused(() => layers.conv2d({ filters: 0, kernelSize: 3 }), 'conv2d: filters must be an integer 1..65536, got 0');
    refused(() => layers.conv2d({ filters: 2.5, kernelSize: 3 }), 'conv2d: filters must be an integer 1..65536, got 2.5');
    refused(() => layers.conv2d(wrong({ filters: '4', kernelSize: 3 })), 'conv2d: filters must be an integer 1..65536, got "4"');
    refused(() => layers.conv2d({ filters: 4, kernelSize: 0 }), 'conv2d: kernelSize must be an integer 1..255, got 0');
    refused(() => layers.conv2d(wrong({ filters: 4, kernelSize: [3] })), 'conv2d: kernelSize must be one number or [height, width], got [3]');
    refused(() => layers.conv2d({ filters: 4, kernelSize: [3, 256] }), 'conv2d: kernelSize must be an integer 1..255, got 256');
    refused(() => layers.conv2d({ filters: 4, kernelSize: 3, strides: -1 }), 'conv2d: strides must be an integer 1..255, got -1');
    refused(() => layers.conv2d(wrong({ filters: 4, kernelSize: 3, padding: 'full' })), 'conv2d: padding must be one of valid, same, got "full"');
    refused(() => layers.conv2d(wrong({ filters: 4, kernelSize: 3, activation: 'elu' })),
      'conv2d: activation must be one of linear, relu, sigmoid, softmax, relu6, leakyRelu, gelu, tanh, swish, silu, got "elu"');
    refused(() => layers.dense(wrong({ units: 4, useBias: 1 })), 'dense: useBias must be true or false, got 1');
    refused(() => layers.dense({ units: 65537 }), 'dense: units must be an integer 1..65536, got 65537');
    refused(() => layers.maxPooling2d({ poolSize: 0 }), 'max_pooling2d: poolSize must be an integer 1..255, got 0');
    refused(() => layers.flatten(wrong({ inputShape: 784 })), 'flatten: inputShape must be an array such as [28, 28, 1], got 784');
    refused(() => layers.dropout(wrong({})), 'dropout: rate must be a number 0..1, got undefined');
    refused(() => layers.dropout({ rate: 1 }), 'dropout: rate must be below 1, got 1');
    refused(() => layers.dropout({ rate: -0.1 }), 'dropout: rate must be a number 0..1, got -0.1');
    refused(() => layers.dropout({ rate: NaN }), 'dropout: rate must be a number 0..1, got NaN');
    refused(() => layers.activation(wrong({ activation: 'elu' })), 'activation must be one of linear, relu, sigmoid, softmax, relu6, leakyRelu, gelu, tanh, swish, silu, got "elu"');
  });
});

describe('tensor', () => {
  test('keeps typed arrays and copies plain numbers to floats', () => {
    const data = Uint8Array.of(1, 2, 3, 4);
    assert.equal(tensor(data, [2, 2]).data, data);
    assert.deepEqual(tensor([1, 2.5], [2]), { shape: [2], data: Float32Array.of(1, 2.5) });
  });

  test('refuses data that does not fit its shape', () => {
    refused(() => tensor([1, 2, 3], [2, 2]), 'tensor: shape [2, 2] needs 4 elements, the data has 3');
    refused(() => tensor([1, 2, 3, 4, 5], [2, 2]), 'tensor: shape [2, 2] needs 4 elements, the data has 5');
    refused(() => tensor([1, 2], [-2]), 'tensor: a shape holds whole numbers, got [-2]');
    refused(() => tensor([1, 2], [0.5, 4]), 'tensor: a shape holds whole numbers, got [0.5, 4]');
    refused(() => tensor(wrong('12'), [2]), 'tensor must be a tensor { shape: number[], data: TypedArray }, got Object');
    refused(() => tensor(wrong(new DataView(new ArrayBuffer(2))), [2]), 'tensor must be a tensor { shape: number[], data: TypedArray }, got Object');
  });
});
