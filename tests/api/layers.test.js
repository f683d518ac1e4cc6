import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { input, layers, tensor } from '../../shim/index.js';
import { refused, wrong } from './support.js';

describe('layers', () => {
  test('take their options and fill in what Keras does', () => {
    assert.deepEqual(
      { ...layers.conv2d({ filters: 4, kernelSize: 3 }) },
      {
        kind: 'conv2d',
        filters: 4,
        kernelSize: [3, 3],
        strides: [1, 1],
        padding: 'valid',
        activation: 'linear',
        useBias: true,
      },
    );
    assert.deepEqual(
      {
        ...layers.conv2d({
          filters: 4,
          kernelSize: [3, 5],
          strides: [2, 1],
          padding: 'same',
          activation: 'relu',
          useBias: false,
          inputShape: [9, 9, 2],
          name: 'first',
        }),
      },
      {
        kind: 'conv2d',
        inputShape: [9, 9, 2],
        name: 'first',
        filters: 4,
        kernelSize: [3, 5],
        strides: [2, 1],
        padding: 'same',
        activation: 'relu',
        useBias: false,
      },
    );
    assert.deepEqual(
      { ...layers.maxPooling2d() },
      { kind: 'max_pooling2d', poolSize: [2, 2], strides: [2, 2], padding: 'valid' },
    );
    assert.deepEqual(layers.maxPooling2d({ poolSize: [3, 2] }).strides, [3, 2]);
    assert.deepEqual(layers.maxPooling2d({ poolSize: 3, strides: 1 }).strides, [1, 1]);
    assert.deepEqual({ ...layers.flatten() }, { kind: 'flatten' });
    assert.deepEqual(
      { ...layers.dense({ units: 3 }) },
      { kind: 'dense', units: 3, activation: 'linear', useBias: true },
    );
    assert.deepEqual({ ...layers.dropout({ rate: 0.25 }) }, { kind: 'dropout', rate: 0.25 });
    assert.deepEqual(
      { ...layers.activation({ activation: 'sigmoid' }) },
      { kind: 'activation', activation: 'sigmoid' },
    );
    assert.equal(layers.reLU().activation, 'relu');
    assert.equal(layers.softmax().activation, 'softmax');
  });

  test('the others too', () => {
    assert.deepEqual(
      { ...layers.depthwiseConv2d({ kernelSize: 3, name: 'depth' }) },
      {
        kind: 'depthwise_conv2d',
        name: 'depth',
        kernelSize: [3, 3],
        strides: [1, 1],
        padding: 'valid',
        depthMultiplier: 1,
        activation: 'linear',
        useBias: true,
      },
    );
    assert.deepEqual(
      { ...layers.averagePooling2d({ poolSize: 3, padding: 'same' }) },
      { kind: 'average_pooling2d', poolSize: [3, 3], strides: [3, 3], padding: 'same' },
    );
    assert.deepEqual({ ...layers.globalAveragePooling2d() }, { kind: 'global_average_pooling2d' });
    assert.deepEqual({ ...layers.globalMaxPooling2d() }, { kind: 'global_max_pooling2d' });
    assert.deepEqual({ ...layers.reshape({ targetShape: [7, -1] }) }, { kind: 'reshape', targetShape: [7, -1] });
    for (const [padding, margins] of /** @type {[any, number[][]][]} */ ([
      [
        undefined,
        [
          [1, 1],
          [1, 1],
        ],
      ],
      [
        2,
        [
          [2, 2],
          [2, 2],
        ],
      ],
      [
        [1, 2],
        [
          [1, 1],
          [2, 2],
        ],
      ],
      [
        [
          [1, 2],
          [3, 0],
        ],
        [
          [1, 2],
          [3, 0],
        ],
      ],
    ]))
      assert.deepEqual({ ...layers.zeroPadding2d({ padding }) }, { kind: 'zero_padding2d', padding: margins });
    assert.deepEqual(
      { ...layers.batchNormalization() },
      { kind: 'batch_normalization', momentum: 0.99, epsilon: 0.001, center: true, scale: true },
    );
    assert.deepEqual({ ...layers.reLU() }, { kind: 're_lu', activation: 'relu' });
    assert.deepEqual({ ...layers.reLU({ maxValue: 6 }) }, { kind: 're_lu', maxValue: 6, activation: 'relu6' });
    assert.deepEqual({ ...layers.leakyReLU() }, { kind: 'leaky_re_lu', alpha: 0.3, activation: 'leakyRelu' });
    assert.deepEqual({ ...layers.softmax() }, { kind: 'softmax', activation: 'softmax' });
    assert.deepEqual({ ...layers.add() }, { kind: 'add' });
    const filling = { fillMode: 'reflect', interpolation: 'bilinear', fillValue: 0 };
    assert.deepEqual({ ...layers.randomFlip() }, { kind: 'random_flip', mode: 'horizontalAndVertical' });
    assert.deepEqual(
      { ...layers.randomTranslation({ heightFactor: 0.1, widthFactor: [-0.2, 0.3], seed: 4 }) },
      { kind: 'random_translation', heightFactor: [-0.1, 0.1], widthFactor: [-0.2, 0.3], ...filling, seed: 4 },
    );
    assert.deepEqual(
      { ...layers.randomRotation({ factor: 0.05 }) },
      { kind: 'random_rotation', factor: [-0.05, 0.05], ...filling },
    );
    assert.deepEqual(
      { ...layers.randomZoom({ heightFactor: 0.2, fillMode: 'constant', fillValue: 0.5, interpolation: 'nearest' }) },
      {
        kind: 'random_zoom',
        heightFactor: [-0.2, 0.2],
        fillMode: 'constant',
        interpolation: 'nearest',
        fillValue: 0.5,
      },
    );
    assert.deepEqual(
      { ...layers.randomContrast({ factor: 0.3 }) },
      { kind: 'random_contrast', factor: [0.3, 0.3], valueRange: [0, 1] },
    );
    assert.deepEqual(layers.randomContrast({ factor: [0.3, 0.1] }).factor, [0.3, 0.1]);
    assert.deepEqual(
      { ...layers.randomErasing() },
      { kind: 'random_erasing', factor: [0, 1], scale: [0.02, 0.33], valueRange: [0, 1] },
    );
  });

  test('weights start and are held back as one says', () => {
    const dense = layers.dense({
      units: 2,
      kernelInitializer: 'heNormal',
      biasInitializer: { name: 'constant', value: 0.5 },
      kernelRegularizer: 'l2',
      biasRegularizer: { name: 'l1', l1: 0.1 },
    });
    assert.deepEqual(
      { ...dense },
      {
        kind: 'dense',
        units: 2,
        activation: 'linear',
        useBias: true,
        kernelInitializer: 'heNormal',
        biasInitializer: { name: 'constant', value: 0.5 },
        kernelRegularizer: 'l2',
        biasRegularizer: { name: 'l1', l1: 0.1 },
      },
    );
    assert.deepEqual(JSON.parse(JSON.stringify(dense)), { ...dense }, 'plain data');
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
    refused(
      () => layers.conv2d(wrong({ filters: 4, kernel_size: 3 })),
      "conv2d has no option 'kernel_size'; it takes inputShape, name, filters, kernelSize, strides, padding, " +
        'activation, useBias, kernelInitializer, biasInitializer, kernelRegularizer, biasRegularizer',
    );
    refused(
      () => layers.dropout(wrong({ rate: 0.5, units: 3 })),
      "dropout has no option 'units'; it takes inputShape, name, rate, seed",
    );
    refused(
      () => layers.conv2d(wrong({ kernelSize: 3 })),
      'conv2d: filters must be an integer 1..65536, got undefined',
    );
    refused(() => layers.conv2d({ filters: 0, kernelSize: 3 }), 'conv2d: filters must be an integer 1..65536, got 0');
    refused(
      () => layers.conv2d({ filters: 2.5, kernelSize: 3 }),
      'conv2d: filters must be an integer 1..65536, got 2.5',
    );
    refused(
      () => layers.conv2d(wrong({ filters: '4', kernelSize: 3 })),
      'conv2d: filters must be an integer 1..65536, got "4"',
    );
    refused(() => layers.conv2d({ filters: 4, kernelSize: 0 }), 'conv2d: kernelSize must be an integer 1..255, got 0');
    refused(
      () => layers.conv2d(wrong({ filters: 4, kernelSize: [3] })),
      'conv2d: kernelSize must be one number or [height, width], got [3]',
    );
    refused(
      () => layers.conv2d({ filters: 4, kernelSize: [3, 256] }),
      'conv2d: kernelSize must be an integer 1..255, got 256',
    );
    refused(
      () => layers.conv2d({ filters: 4, kernelSize: 3, strides: -1 }),
      'conv2d: strides must be an integer 1..255, got -1',
    );
    refused(
      () => layers.conv2d(wrong({ filters: 4, kernelSize: 3, padding: 'full' })),
      'conv2d: padding must be one of valid, same, got "full"',
    );
    refused(
      () => layers.conv2d(wrong({ filters: 4, kernelSize: 3, activation: 'elu' })),
      'conv2d: activation must be one of linear, relu, sigmoid, softmax, relu6, leakyRelu, gelu, tanh, swish, ' +
        'silu, got "elu"',
    );
    refused(() => layers.dense(wrong({ units: 4, useBias: 1 })), 'dense: useBias must be true or false, got 1');
    refused(() => layers.dense({ units: 65537 }), 'dense: units must be an integer 1..65536, got 65537');
    refused(() => layers.maxPooling2d({ poolSize: 0 }), 'max_pooling2d: poolSize must be an integer 1..255, got 0');
    refused(
      () => layers.flatten(wrong({ inputShape: 784 })),
      'flatten: inputShape must be an array such as [28, 28, 1], got 784',
    );
    refused(() => layers.dropout(wrong({})), 'dropout: rate must be a number 0..1, got undefined');
    refused(() => layers.dropout({ rate: 1 }), 'dropout: rate must be below 1, got 1');
    refused(() => layers.dropout({ rate: -0.1 }), 'dropout: rate must be a number 0..1, got -0.1');
    refused(() => layers.dropout({ rate: NaN }), 'dropout: rate must be a number 0..1, got NaN');
    refused(
      () => layers.dropout({ rate: 0.5, seed: -1 }),
      'dropout: seed must be an integer 0..9007199254740991, got -1',
    );
    refused(
      () => layers.dense(wrong({ units: 2, kernelInitializer: 'uniform' })),
      'dense: kernelInitializer must be one of glorotUniform, glorotNormal, heUniform, heNormal, leCunUniform, ' +
        'leCunNormal, lecunUniform, lecunNormal, zeros, ones, constant, varianceScaling, got "uniform"',
    );
    refused(
      () => layers.dense(wrong({ units: 2, kernelRegularizer: 'l3' })),
      'dense: kernelRegularizer must be one of l1, l2, l1l2, got "l3"',
    );
    refused(
      () => layers.reshape(wrong({ targetShape: 4 })),
      'reshape: targetShape must be an array of one to three lengths, at most one of them -1, got 4',
    );
    refused(
      () => layers.reshape({ targetShape: [-1, -1] }),
      'reshape: targetShape must be an array of one to three lengths, at most one of them -1, got [-1, -1]',
    );
    refused(
      () => layers.reshape({ targetShape: [0, 2] }),
      'reshape: targetShape must be an integer 1..67108864, got 0',
    );
    refused(
      () => layers.zeroPadding2d(wrong({ padding: [1, 2, 3] })),
      'zero_padding2d: padding must be one number, [height, width] or [[top, bottom], [left, right]], got [1, 2, 3]',
    );
    refused(() => layers.zeroPadding2d({ padding: -1 }), 'zero_padding2d: padding must be an integer 0..255, got -1');
    refused(
      () => layers.batchNormalization({ momentum: 1.5 }),
      'batch_normalization: momentum must be a number 0..1, got 1.5',
    );
    refused(
      () => layers.batchNormalization({ epsilon: 0 }),
      'batch_normalization: epsilon must be a number 1e-12..1, got 0',
    );
    refused(() => layers.reLU(wrong({ maxValue: 5 })), 're_lu: maxValue must be 6 where it is given, got 5');
    refused(
      () => layers.reLU(wrong({ activation: 'tanh' })),
      "re_lu has no option 'activation'; it takes inputShape, name, maxValue",
    );
    refused(() => layers.leakyReLU({ alpha: 2 }), 'leaky_re_lu: alpha must be a number 0..1, got 2');
    refused(
      () => layers.randomFlip(wrong({ mode: 'diagonal' })),
      'random_flip: mode must be one of horizontalAndVertical, horizontal, vertical, got "diagonal"',
    );
    refused(
      () => layers.randomTranslation(wrong({ heightFactor: 0.1 })),
      'random_translation: widthFactor must be a number or [low, high] within -1..1, got undefined',
    );
    refused(
      () => layers.randomRotation({ factor: 2 }),
      'random_rotation: factor must be a number or [low, high] within -1..1, got 2',
    );
    refused(
      () => layers.randomZoom({ heightFactor: [0.2, 0.1] }),
      'random_zoom: heightFactor must be a number or [low, high] within -1..1, got [0.2, 0.1]',
    );
    refused(
      () => layers.randomContrast({ factor: -0.1 }),
      'random_contrast: factor must be a number or [lower, upper] within 0..1, got -0.1',
    );
    refused(
      () => layers.randomErasing({ scale: [0, 2] }),
      'random_erasing: scale must be [low, high] within 0..1, got [0, 2]',
    );
    refused(
      () => layers.randomRotation({ factor: 0.1, fillMode: wrong('mirror') }),
      'random_rotation: fillMode must be one of constant, nearest, reflect, wrap, got "mirror"',
    );
    refused(
      () => layers.activation(wrong({ activation: 'elu' })),
      'activation must be one of linear, relu, sigmoid, softmax, relu6, leakyRelu, gelu, tanh, swish, silu, got "elu"',
    );
  });
});

describe('apply', () => {
  test('refuses what is no tensor, too few or too many, and a second time', () => {
    const x = input({ shape: [4] });
    const dense = layers.dense({ units: 4 });
    const takes = "apply takes what input or another layer's apply returned";
    refused(() => dense.apply(wrong(undefined)), `dense: ${takes}, got undefined`);
    refused(() => dense.apply([]), `dense: ${takes}, got []`);
    refused(() => dense.apply(wrong([x, 3])), `dense: ${takes}, got 3`);
    refused(() => dense.apply([x, x]), 'dense: apply takes one tensor, got 2');
    refused(() => layers.add().apply(x), 'add: apply takes 2..8 tensors, got 1');
    refused(() => layers.add().apply(Array(9).fill(x)), 'add: apply takes 2..8 tensors, got 9');
    dense.apply(x);
    refused(() => dense.apply(x), 'dense: a layer is applied once; make another one (weights cannot be shared)');
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
    refused(
      () => tensor(wrong('12'), [2]),
      'tensor must be a tensor { shape: number[], data: TypedArray }, got Object',
    );
    refused(
      () => tensor(wrong(new DataView(new ArrayBuffer(2))), [2]),
      'tensor must be a tensor { shape: number[], data: TypedArray }, got Object',
    );
  });
});
