import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { initializers, layers, regularizers } from '../../shim/index.js';
import { callWithNumbers } from '../../shim/core/build.js';
import { checkLimits, numberOf } from '../../shim/core/description.js';
import { anyCore } from '../../shim/core/loading.js';
import { SCORE_FIELDS } from '../../shim/core/scores.js';
import { layerNumbers } from '../../shim/layers/lowering.js';
import { refused, refusedEach, wrong } from './support.js';

/** The position of each number in the core's list (src/api.c, fr_add); all are 0 unless a case says otherwise. */
const AT = {
  kind: 0,
  units: 1,
  kernel: 2,
  strides: 4,
  padding: 6,
  activation: 7,
  useBias: 8,
  rate: 9,
  slope: 10,
  margins: 11,
  target: 15,
  momentum: 19,
  epsilon: 20,
  center: 21,
  scale: 22,
  regularizers: 23,
  initializers: 27,
  seed: 43,
  range: 44,
  fill: 48,
  interpolation: 49,
  fillValue: 50,
  valueRange: 51,
  sources: 53,
  frozen: 62,
};

/** @param {Partial<Record<keyof typeof AT, number | number[]>>} given */
function numbers(given) {
  const list = new Array(63).fill(0);
  for (let i = 0; i < 4; i++) list[AT.initializers + 4 * i + 3] = -1;
  list[AT.seed] = -1;
  list[AT.sources] = 1;
  list[AT.sources + 1] = -1;
  for (const [name, value] of Object.entries(given))
    [value].flat().forEach((n, i) => {
      list[AT[/** @type {keyof typeof AT} */ (name)] + i] = n;
    });
  return list;
}

const core = await anyCore();

describe('a layer as the core reads it', () => {
  /** @type {[string, import('../../shim/layers/index.js').LayerConfig, Parameters<typeof numbers>[0]][]} */
  const cases = [
    [
      'conv2d',
      layers.conv2d({ filters: 4, kernelSize: [3, 5], strides: [2, 1], padding: 'same', activation: 'relu' }),
      { kind: 0, units: 4, kernel: [3, 5], strides: [2, 1], padding: 1, activation: 1, useBias: 1 },
    ],
    ['frozen', layers.dense({ units: 2, trainable: false }), { kind: 3, units: 2, useBias: 1, frozen: 1 }],
    [
      'depthwise',
      layers.depthwiseConv2d({
        kernelSize: 3,
        depthMultiplier: 2,
        activation: 'relu6',
        useBias: false,
        depthwiseInitializer: 'ones',
        depthwiseRegularizer: 'l1',
      }),
      {
        kind: 6,
        units: 2,
        kernel: [3, 3],
        strides: [1, 1],
        activation: 4,
        initializers: [1, 1, 0, -1],
        regularizers: [0.01, 0, 0, 0],
      },
    ],
    ['max pooling', layers.maxPooling2d({ poolSize: [2, 3] }), { kind: 1, kernel: [2, 3], strides: [2, 3] }],
    [
      'average pooling',
      layers.averagePooling2d({ strides: 1, padding: 'same' }),
      { kind: 7, kernel: [2, 2], strides: [1, 1], padding: 1 },
    ],
    ['global average', layers.globalAveragePooling2d(), { kind: 8 }],
    ['global max', layers.globalMaxPooling2d(), { kind: 9 }],
    [
      'zero padding',
      layers.zeroPadding2d({
        padding: [
          [1, 2],
          [3, 4],
        ],
      }),
      { kind: 12, margins: [1, 2, 3, 4] },
    ],
    ['dropout', layers.dropout({ rate: 0.25, seed: 9 }), { kind: 4, rate: 0.25, seed: 9 }],
    [
      'dense',
      layers.dense({
        units: 3,
        activation: 'leakyRelu',
        kernelInitializer: initializers.varianceScaling({ scale: 2, mode: 'fanOut', distribution: 'uniform', seed: 5 }),
        biasInitializer: initializers.constant({ value: 0.5 }),
        kernelRegularizer: regularizers.l1l2({ l2: 0.2 }),
        biasRegularizer: 'l2',
      }),
      {
        kind: 3,
        units: 3,
        activation: 5,
        slope: 0.2,
        useBias: 1,
        initializers: [2, 2, 1, 5, 1, 0.5, 0, -1],
        regularizers: [0.01, 0.2, 0, 0.01],
      },
    ],
    [
      'batch normalization',
      layers.batchNormalization({
        center: false,
        gammaInitializer: 'zeros',
        betaInitializer: 'ones',
        movingMeanInitializer: 'heNormal',
        movingVarianceInitializer: 'glorotNormal',
        gammaRegularizer: regularizers.l2({ l2: 3 }),
      }),
      {
        kind: 11,
        momentum: 0.99,
        epsilon: 0.001,
        scale: 1,
        initializers: [1, 0, 0, -1, 1, 1, 0, -1, 3, 2, 0, -1, 3, 1, 2, -1],
        regularizers: [0, 3, 0, 0],
      },
    ],
    ['re_lu', layers.reLU(), { kind: 5, activation: 1 }],
    ['leaky_re_lu', layers.leakyReLU({ alpha: 0.1 }), { kind: 5, activation: 5, slope: 0.1 }],
    ['softmax', layers.softmax(), { kind: 5, activation: 3 }],
    ['sigmoid', layers.activation({ activation: 'sigmoid' }), { kind: 5, activation: 2 }],
    ['gelu', layers.activation({ activation: 'gelu' }), { kind: 5, activation: 6 }],
    ['tanh', layers.activation({ activation: 'tanh' }), { kind: 5, activation: 7 }],
    ['swish', layers.activation({ activation: 'swish' }), { kind: 5, activation: 8 }],
    ['silu', layers.activation({ activation: 'silu' }), { kind: 5, activation: 8 }],
    ['flip', layers.randomFlip({ seed: 3 }), { kind: 15, range: [1, 1], seed: 3 }],
    ['flip horizontal', layers.randomFlip({ mode: 'horizontal' }), { kind: 15, range: [1, 0] }],
    ['flip vertical', layers.randomFlip({ mode: 'vertical' }), { kind: 15, range: [0, 1] }],
    [
      'translation',
      layers.randomTranslation({
        heightFactor: 0.1,
        widthFactor: [0, 0.2],
        fillMode: 'wrap',
        interpolation: 'nearest',
      }),
      { kind: 16, range: [-0.1, 0.1, 0, 0.2], fill: 3, interpolation: 1 },
    ],
    [
      'rotation',
      layers.randomRotation({ factor: 0.5, fillMode: 'nearest' }),
      { kind: 17, range: [-0.5, 0.5], fill: 1 },
    ],
    ['zoom, both alike', layers.randomZoom({ heightFactor: [0, 0.2] }), { kind: 18, range: [0, 0.2, 1, -1], fill: 2 }],
    [
      'contrast',
      layers.randomContrast({ factor: [0.3, 0.1], valueRange: [0, 255] }),
      { kind: 19, range: [0.3, 0.1], valueRange: [0, 255] },
    ],
    [
      'erasing',
      layers.randomErasing({ factor: 0.5, fillValue: 0.5 }),
      { kind: 20, range: [0.02, 0.33, 0, 0.5], fillValue: 0.5, valueRange: [0, 1] },
    ],
    [
      'erasing with noise',
      layers.randomErasing(),
      { kind: 20, range: [0.02, 0.33, 0, 1], fillValue: NaN, valueRange: [0, 1] },
    ],
  ];
  for (const [name, config, expected] of cases)
    test(name, () => assert.deepEqual(layerNumbers(core, config, [-1]), numbers(expected)));

  test('reshape, and add and concatenate with their sources', () => {
    assert.deepEqual(
      layerNumbers(core, layers.reshape({ targetShape: [2, -1] }), [4], [2, 8]),
      numbers({ kind: 10, target: [2, 2, 8, 0], sources: [1, 4] }),
    );
    assert.deepEqual(layerNumbers(core, layers.add(), [3, -1, 2]), numbers({ kind: 13, sources: [3, 3, -1, 2] }));
    assert.deepEqual(
      layerNumbers(core, layers.concatenate({ axis: 3 }), [-1, 4]),
      numbers({ kind: 14, sources: [2, -1, 4] }),
    );
  });

  test('every named initializer', () => {
    const draws = {
      glorotUniform: [2, 1, 2],
      glorotNormal: [3, 1, 2],
      heUniform: [2, 2, 0],
      heNormal: [3, 2, 0],
      leCunUniform: [2, 1, 0],
      leCunNormal: [3, 1, 0],
      lecunUniform: [2, 1, 0],
      lecunNormal: [3, 1, 0],
      varianceScaling: [3, 1, 0],
    };
    for (const [name, draw] of Object.entries(draws)) {
      for (const kernelInitializer of [wrong(name), wrong(initializers)[name]({})])
        assert.deepEqual(
          layerNumbers(core, layers.dense({ units: 1, kernelInitializer }), [-1]).slice(27, 31),
          [...draw, -1],
          name,
        );
      assert.equal(
        layerNumbers(
          core,
          layers.dense({ units: 1, kernelInitializer: wrong(initializers)[name]({ seed: 6 }) }),
          [-1],
        )[30],
        6,
        name,
      );
    }
    assert.deepEqual(
      layerNumbers(core, layers.dense({ units: 1, kernelInitializer: initializers.zeros() }), [-1]).slice(27, 31),
      [1, 0, 0, -1],
    );
  });
});

test('initializers and regularizers refuse what they do not know', () => {
  refusedEach([
    [() => initializers.heNormal(wrong({ scale: 2 })), "initializer heNormal has no option 'scale'"],
    [() => initializers.heNormal({ seed: 0.5 }), 'initializer heNormal: seed', '0.5'],
    [() => initializers.constant({ value: wrong('1') }), 'initializer constant: value', '"1"'],
  ]);
  refused(
    () => initializers.varianceScaling({ scale: 0 }),
    'initializer varianceScaling: scale must be above 0, got 0',
  );
  refusedEach([
    [() => initializers.varianceScaling({ scale: -1 }), 'initializer varianceScaling: scale', '-1'],
    [() => initializers.varianceScaling({ mode: wrong('fan_in') }), 'initializer varianceScaling: mode', '"fan_in"'],
    [
      () => initializers.varianceScaling({ distribution: wrong('cauchy') }),
      'initializer varianceScaling: distribution',
      '"cauchy"',
    ],
    [() => regularizers.l1(wrong({ l2: 1 })), "regularizer l1 has no option 'l2'"],
    [() => regularizers.l1l2({ l1: -1 }), 'regularizer l1l2: l1', '-1'],
  ]);
});

describe('the core describes itself', () => {
  test('names, in the order of its enumerations', () => {
    const names = Object.fromEntries(Object.entries(core.enums).map(([list, numbers]) => [list, Object.keys(numbers)]));
    for (const numbers of Object.values(core.enums))
      assert.deepEqual(
        Object.values(numbers),
        Object.values(numbers).map((_, i) => i),
      );
    assert.deepEqual(names.layer.slice(0, 3), ['conv2d', 'max_pooling2d', 'flatten']);
    assert.deepEqual(names.dtype, ['uint8', 'float32']);
    assert.deepEqual([...names.score].sort(), [...SCORE_FIELDS].sort());
  });

  test('limits, which must be those that the library checks with', () => {
    checkLimits(core);
    const { maxUnits } = core.limits;
    assert.throws(() => checkLimits({ limits: { ...core.limits, maxUnits: maxUnits + 1 } }), {
      message: `the core and the library are of different versions: maxUnits is ${maxUnits + 1}, not ${maxUnits}`,
    });
  });

  test('what it does not list has no number', () => {
    for (const name of ['rotate', 'toString', ''])
      refused(() => numberOf(core, 'fill', name), `the core has no fill "${name}"`);
  });

  test('a list of another length than the core reads is refused', () => {
    const pointer = core.withBytes(4, (out) => {
      core.call('fr_new', 1, 4, 0, 0, 1, 0, out);
      return core.ints(out, 1)[0];
    });
    const list = layerNumbers(core, layers.flatten(), [-1]);
    for (const values of [list.slice(1), [...list, 0]])
      refused(
        () => callWithNumbers(core, 'fr_add', pointer, values),
        `layer: its configuration has ${list.length} numbers, got ${values.length}`,
      );
    refused(
      () => callWithNumbers(core, 'fr_compile', pointer, [0]),
      'compile: its configuration has 21 numbers, got 1',
    );
    core.call('fr_dispose', pointer);
  });
});
