import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { input, layers, tensor } from '../../shim/index.js';
import { show } from '../../shim/check.js';
import { refused, refusedEach, wrong } from './support.js';

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
    assert.deepEqual({ ...layers.concatenate() }, { kind: 'concatenate', axis: -1 });
    assert.deepEqual({ ...layers.concatenate({ axis: 3, name: 'c' }) }, { kind: 'concatenate', axis: 3, name: 'c' });
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
    refusedEach([
      [() => layers.conv2d(wrong({ filters: 4, kernel_size: 3 })), "conv2d has no option 'kernel_size'"],
      [() => layers.dropout(wrong({ rate: 0.5, units: 3 })), "dropout has no option 'units'"],
      [() => layers.conv2d(wrong({ kernelSize: 3 })), 'conv2d: filters', 'undefined'],
      [() => layers.conv2d({ filters: 0, kernelSize: 3 }), 'conv2d: filters', '0'],
      [() => layers.conv2d({ filters: 2.5, kernelSize: 3 }), 'conv2d: filters', '2.5'],
      [() => layers.conv2d(wrong({ filters: '4', kernelSize: 3 })), 'conv2d: filters', '"4"'],
      [() => layers.conv2d({ filters: 4, kernelSize: 0 }), 'conv2d: kernelSize', '0'],
    ]);
    refused(
      () => layers.conv2d(wrong({ filters: 4, kernelSize: [3] })),
      'conv2d: kernelSize must be one number or [height, width], got [3]',
    );
    refusedEach([
      [() => layers.conv2d({ filters: 4, kernelSize: [3, 256] }), 'conv2d: kernelSize', '256'],
      [() => layers.conv2d({ filters: 4, kernelSize: 3, strides: -1 }), 'conv2d: strides', '-1'],
      [() => layers.conv2d(wrong({ filters: 4, kernelSize: 3, padding: 'full' })), 'conv2d: padding', '"full"'],
      [() => layers.conv2d(wrong({ filters: 4, kernelSize: 3, activation: 'celu' })), 'conv2d: activation', '"celu"'],
      [() => layers.dense(wrong({ units: 4, useBias: 1 })), 'dense: useBias', '1'],
      [() => layers.dense({ units: 65537 }), 'dense: units', '65537'],
      [() => layers.maxPooling2d({ poolSize: 0 }), 'max_pooling2d: poolSize', '0'],
    ]);
    refused(
      () => layers.flatten(wrong({ inputShape: 784 })),
      'flatten: inputShape must be an array such as [28, 28, 1], got 784',
    );
    refusedEach([
      [() => layers.dropout(wrong({})), 'dropout: rate', 'undefined'],
      [() => layers.dropout({ rate: 1 }), 'dropout: rate', '1'],
      [() => layers.dropout({ rate: -0.1 }), 'dropout: rate', '-0.1'],
      [() => layers.dropout({ rate: NaN }), 'dropout: rate', 'NaN'],
      [() => layers.dropout({ rate: 0.5, seed: -1 }), 'dropout: seed', '-1'],
      [() => layers.dense(wrong({ units: 2, kernelInitializer: 'uniform' })), 'dense: kernelInitializer', '"uniform"'],
      [() => layers.dense(wrong({ units: 2, kernelRegularizer: 'l3' })), 'dense: kernelRegularizer', '"l3"'],
    ]);
    refused(
      () => layers.reshape(wrong({ targetShape: 4 })),
      'reshape: targetShape must be an array of one to three lengths, at most one of them -1, got 4',
    );
    refused(
      () => layers.reshape({ targetShape: [-1, -1] }),
      'reshape: targetShape must be an array of one to three lengths, at most one of them -1, got [-1, -1]',
    );
    refusedEach([[() => layers.reshape({ targetShape: [0, 2] }), 'reshape: targetShape', '0']]);
    refused(
      () => layers.zeroPadding2d(wrong({ padding: [1, 2, 3] })),
      'zero_padding2d: padding must be one number, [height, width] or [[top, bottom], [left, right]], got [1, 2, 3]',
    );
    refusedEach([
      [() => layers.zeroPadding2d({ padding: -1 }), 'zero_padding2d: padding', '-1'],
      [() => layers.batchNormalization({ momentum: 1.5 }), 'batch_normalization: momentum', '1.5'],
      [() => layers.batchNormalization({ epsilon: 0 }), 'batch_normalization: epsilon', '0'],
    ]);
    refused(() => layers.reLU(wrong({ maxValue: 5 })), 're_lu: maxValue must be 6 or left out, got 5');
    refusedEach([
      [() => layers.reLU(wrong({ activation: 'tanh' })), "re_lu has no option 'activation'"],
      [() => layers.leakyReLU({ alpha: 2 }), 'leaky_re_lu: alpha', '2'],
      [() => layers.randomFlip(wrong({ mode: 'diagonal' })), 'random_flip: mode', '"diagonal"'],
    ]);
    for (const axis of [0, -2, 4, 1.5, '3', [3], null, NaN])
      refused(
        () => layers.concatenate(wrong({ axis })),
        `concatenate: axis must be -1 or the number of the last axis (the batch is 0), got ${show(axis)}`,
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
    refusedEach([
      [
        () => layers.randomRotation({ factor: 0.1, fillMode: wrong('mirror') }),
        'random_rotation: fillMode',
        '"mirror"',
      ],
      [() => layers.activation(wrong({ activation: 'celu' })), 'activation', '"celu"'],
    ]);
  });
});

describe('apply', () => {
  test('refuses what is no tensor, too few or too many, and a second time', () => {
    const x = input({ shape: [4] });
    const dense = layers.dense({ units: 4 });
    const takes = "apply takes tensors from input or another layer's apply";
    refused(() => dense.apply(wrong(undefined)), `dense: ${takes}, got undefined`);
    refused(() => dense.apply([]), `dense: ${takes}, got []`);
    refused(() => dense.apply(wrong([x, 3])), `dense: ${takes}, got 3`);
    refused(() => dense.apply([x, x]), 'dense: apply takes one tensor, got 2');
    refused(() => layers.add().apply(x), 'add: apply takes 2..8 tensors, got 1');
    refused(() => layers.add().apply(Array(9).fill(x)), 'add: apply takes 2..8 tensors, got 9');
    refused(() => layers.concatenate().apply([x]), 'concatenate: apply takes 2..8 tensors, got 1');
    refused(() => layers.concatenate().apply(Array(9).fill(x)), 'concatenate: apply takes 2..8 tensors, got 9');
    dense.apply(x);
    refused(
      () => dense.apply(x),
      'dense: a layer can be applied only once; make another layer (weights cannot be shared)',
    );
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
    refused(() => tensor([1, 2], [-2]), 'tensor: shape must hold whole numbers, got [-2]');
    refused(() => tensor([1, 2], [0.5, 4]), 'tensor: shape must hold whole numbers, got [0.5, 4]');
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
