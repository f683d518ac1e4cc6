import { before, test } from 'node:test';
import { agree, within } from './agree.js';
import { useOracles } from './support.js';

before(useOracles);

const IMAGE = [6, 5, 2];

/* ---- convolutions ------------------------------------------------------------------------------ */

/** @type {[string, any][]} */
const WINDOWS = [
  ['valid', { kernelSize: 3 }],
  ["'same'", { kernelSize: 3, padding: 'same' }],
  ["'same', an even kernel and strides", { kernelSize: [2, 4], strides: [2, 3], padding: 'same' }],
  ['valid, strides that leave a rest', { kernelSize: [3, 2], strides: [2, 2] }],
  ['strides beyond the kernel', { kernelSize: [1, 2], strides: 3, padding: 'same' }],
  ['a kernel larger than the image', { kernelSize: [7, 3], padding: 'same' }],
];

for (const [name, window] of WINDOWS) {
  test(`layer conv2d: ${name}`, () => agree(within(IMAGE, 'conv2d', { filters: 4, activation: 'relu', ...window })));
  test(`layer depthwiseConv2d: ${name}`, () =>
    agree(within(IMAGE, 'depthwiseConv2d', { activation: 'relu', ...window })));
  test(`layer depthwiseConv2d: ${name}, two kernels a channel`, () =>
    agree(within(IMAGE, 'depthwiseConv2d', { depthMultiplier: 2, ...window })));
}

test('layer conv2d: without bias', () =>
  agree(within(IMAGE, 'conv2d', { filters: 5, kernelSize: 3, useBias: false, activation: 'tanh' })));

test('layer conv2d: one by one', () =>
  agree(within(IMAGE, 'conv2d', { filters: 9, kernelSize: 1, activation: 'relu' }), { seed: 2 }));

test('layer conv2d: first, of one channel', () =>
  agree(within([7, 7, 1], 'conv2d', { filters: 6, kernelSize: 3, activation: 'relu' }, { before: [] })));

test('layer conv2d: then relu and max-pooling', () =>
  agree(
    within(
      [9, 8, 1],
      'conv2d',
      { filters: 5, kernelSize: 3, activation: 'relu' },
      {
        before: [],
        after: [{ layer: 'maxPooling2d' }, { layer: 'flatten' }, { layer: 'dense', options: { units: 3 } }],
      },
    ),
  ));

/** So many channels that Winograd's algorithm pays. */
const WIDE = { layer: 'conv2d', options: { filters: 8, kernelSize: 1 } };
const toAverages = [{ layer: 'globalAveragePooling2d' }, { layer: 'dense', options: { units: 3 } }];

for (const [name, after] of /** @type {[string, any[]][]} */ ([
  ['', toAverages],
  [', then max-pooling', [{ layer: 'maxPooling2d' }, ...toAverages]],
]))
  test(`layer conv2d: by Winograd’s algorithm${name}`, () =>
    agree(
      within(
        [4, 4, 1],
        'conv2d',
        { filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' },
        { before: [WIDE], after },
      ),
    ));

test('layer depthwiseConv2d: without bias', () =>
  agree(within(IMAGE, 'depthwiseConv2d', { kernelSize: 3, useBias: false, activation: 'tanh' })));

test('layer depthwiseConv2d: first, of one channel', () =>
  agree(
    within([7, 7, 1], 'depthwiseConv2d', { kernelSize: 3, depthMultiplier: 5, activation: 'relu' }, { before: [] }),
  ));

/* ---- pooling ----------------------------------------------------------------------------------- */

/** @type {[string, any][]} */
const POOLS = [
  ['of two', {}],
  ['that overlaps', { poolSize: 3, strides: 1 }],
  ["'same', uneven", { poolSize: [3, 2], strides: [2, 1], padding: 'same' }],
  ["'same', even", { poolSize: 2, strides: 2, padding: 'same' }],
  ['with gaps', { poolSize: 1, strides: 2 }],
];

for (const [name, pool] of POOLS) {
  test(`layer maxPooling2d: ${name}`, () => agree(within(IMAGE, 'maxPooling2d', pool)));
  // With 'same', TensorFlow.js's gradient divides by the whole window, although its output is the mean of the pixels
  // inside the image.
  test(`layer averagePooling2d: ${name}`, () =>
    agree(within(IMAGE, 'averagePooling2d', pool), { tensorflow: pool.padding === 'same' ? 'forward' : 'all' }));
}

const toDense = { after: [{ layer: 'dense', options: { units: 3 } }] };

test('layer globalAveragePooling2d: the mean of each channel', () =>
  agree(within(IMAGE, 'globalAveragePooling2d', {}, toDense)));

test('layer globalMaxPooling2d: the largest of each channel', () =>
  agree(within(IMAGE, 'globalMaxPooling2d', {}, toDense)));

/* ---- shapes ------------------------------------------------------------------------------------ */

// TensorFlow.js refuses to flatten what is already flat.
test('layer flatten: of a row', () => agree(within([9], 'flatten'), { tensorflow: 'nothing' }));

test('layer flatten: rows first, then columns, then channels', () => agree(within(IMAGE, 'flatten', {}, toDense)));

test('layer reshape: to another image', () =>
  agree(
    within(
      IMAGE,
      'reshape',
      { targetShape: [3, 10, 3] },
      {
        after: [
          { layer: 'conv2d', options: { filters: 2, kernelSize: 3, padding: 'same' } },
          { layer: 'flatten' },
          { layer: 'dense', options: { units: 3 } },
        ],
      },
    ),
  ));

// TensorFlow.js leaves the side unknown, so flatten refuses it.
test('layer reshape: one side inferred', () =>
  agree(
    within(
      [12],
      'reshape',
      { targetShape: [2, -1, 1] },
      {
        before: [{ layer: 'dense', options: { units: 12 } }],
        after: [
          { layer: 'conv2d', options: { filters: 2, kernelSize: 2 } },
          { layer: 'flatten' },
          { layer: 'dense', options: { units: 3 } },
        ],
      },
    ),
    { tensorflow: 'nothing' },
  ));

for (const [name, padding] of /** @type {[string, any][]} */ ([
  ['one', 1],
  ['[height, width]', [2, 1]],
  [
    'each side',
    [
      [0, 2],
      [3, 1],
    ],
  ],
]))
  test(`layer zeroPadding2d: ${name}`, () =>
    agree(
      within(
        IMAGE,
        'zeroPadding2d',
        { padding },
        {
          after: [
            { layer: 'conv2d', options: { filters: 2, kernelSize: 3 } },
            { layer: 'flatten' },
            { layer: 'dense', options: { units: 3 } },
          ],
        },
      ),
    ));

/* ---- dense and normalization ------------------------------------------------------------------- */

test('layer dense: with and without bias', () =>
  agree({
    inputShape: [13],
    nodes: [
      { layer: 'dense', options: { units: 9, activation: 'relu' } },
      { layer: 'dense', options: { units: 5, useBias: false, activation: 'tanh' } },
      { layer: 'dense', options: { units: 1 } },
    ],
  }));

test('layer batchNormalization: of an image', () =>
  agree(
    within(
      IMAGE,
      'batchNormalization',
      {},
      { before: [{ layer: 'conv2d', options: { filters: 5, kernelSize: 2, useBias: false } }] },
    ),
  ));

test('layer batchNormalization: of a row, other momentum and epsilon', () =>
  agree(within([7], 'batchNormalization', { momentum: 0.6, epsilon: 0.1 }), { count: 6 }));

test('layer batchNormalization: first', () =>
  agree(within(IMAGE, 'batchNormalization', { momentum: 0.9 }, { before: [] })));

// In training, TensorFlow.js reads gamma and beta whether they exist or not, and fails.
for (const options of [{ center: false }, { scale: false }, { center: false, scale: false }])
  test(`layer batchNormalization: ${JSON.stringify(options)}`, () =>
    agree(within(IMAGE, 'batchNormalization', { momentum: 0.8, ...options }), { tensorflow: 'forward' }));

test('layer batchNormalization: then relu and max-pooling', () =>
  agree(
    within(
      IMAGE,
      'batchNormalization',
      { momentum: 0.8 },
      {
        after: [
          { layer: 'reLU' },
          { layer: 'maxPooling2d' },
          { layer: 'flatten' },
          { layer: 'dense', options: { units: 3 } },
        ],
      },
    ),
  ));

/* ---- graphs ------------------------------------------------------------------------------------ */

const same = (/** @type {any} */ options) => ({
  layer: 'conv2d',
  options: { filters: 2, kernelSize: 3, padding: 'same', ...options },
});

test('layer add: two branches of one input', () =>
  agree({
    inputShape: IMAGE,
    nodes: [
      same({ activation: 'tanh' }),
      same({ activation: 'relu' }),
      { layer: 'add', from: [0, 1] },
      { layer: 'flatten' },
      { layer: 'dense', options: { units: 3 } },
    ],
  }));

test('layer add: the input itself, and three more', () =>
  agree({
    inputShape: IMAGE,
    nodes: [
      same({}),
      { ...same({ kernelSize: 1 }), from: [-1] },
      { ...same({ activation: 'tanh' }), from: [0] },
      { layer: 'add', from: [2, -1, 1, 0] },
      { layer: 'reLU' },
      { layer: 'flatten' },
      { layer: 'dense', options: { units: 3 } },
    ],
  }));

test('layer add: twice over, the sum taken twice', () =>
  agree({
    inputShape: IMAGE,
    nodes: [
      same({ activation: 'tanh' }),
      { layer: 'add', from: [0, -1] },
      same({ activation: 'tanh' }),
      { layer: 'add', from: [2, 1] },
      { layer: 'globalAveragePooling2d' },
      { layer: 'dense', options: { units: 3 } },
    ],
  }));

test('layer concatenate: two branches of one input', () =>
  agree({
    inputShape: IMAGE,
    nodes: [
      same({ filters: 3, activation: 'tanh' }),
      { ...same({ filters: 5, activation: 'relu' }), from: [-1] },
      { layer: 'concatenate', from: [1, 0] },
      { layer: 'reLU' },
      { layer: 'flatten' },
      { layer: 'dense', options: { units: 3 } },
    ],
  }));

test('layer concatenate: the input itself, and three more, of which one is the same', () =>
  agree({
    inputShape: IMAGE,
    nodes: [
      same({}),
      { ...same({ filters: 4, kernelSize: 1, activation: 'tanh' }), from: [-1] },
      { layer: 'concatenate', options: { axis: 3 }, from: [0, -1, 1, 0] },
      same({ activation: 'tanh' }),
      { layer: 'flatten' },
      { layer: 'dense', options: { units: 3 } },
    ],
  }));

test('layer concatenate: of rows, and of what is already joined', () =>
  agree({
    inputShape: [5],
    nodes: [
      { layer: 'dense', options: { units: 4, activation: 'tanh' } },
      { layer: 'concatenate', options: { axis: 1 }, from: [-1, 0] },
      { layer: 'dense', options: { units: 3, activation: 'tanh' } },
      { layer: 'concatenate', from: [1, 2] },
      { layer: 'concatenate', from: [3, 0, 2] },
      { layer: 'dense', options: { units: 3 } },
    ],
  }));

test('layer concatenate: of two axes', () =>
  agree({
    inputShape: [12],
    nodes: [
      { layer: 'dense', options: { units: 8, activation: 'tanh' } },
      { layer: 'reshape', options: { targetShape: [4, 2] } },
      { layer: 'reshape', options: { targetShape: [4, 3] }, from: [-1] },
      { layer: 'concatenate', options: { axis: 2 }, from: [1, 2, 1] },
      { layer: 'flatten' },
      { layer: 'dense', options: { units: 3 } },
    ],
  }));

/* Wider than what is processed at once: whole groups of channels and a remainder. */
test(
  'layer conv2d, batchNormalization, depthwiseConv2d, maxPooling2d, averagePooling2d, globalAveragePooling2d, ' +
    'dense: many channels',
  () =>
    agree(
      {
        inputShape: [5, 4, 3],
        nodes: [
          { layer: 'conv2d', options: { filters: 37, kernelSize: 1, useBias: false } },
          { layer: 'batchNormalization', options: {} },
          { layer: 'reLU' },
          { layer: 'depthwiseConv2d', options: { kernelSize: 2, activation: 'swish' } },
          { layer: 'maxPooling2d', options: { poolSize: 2, strides: 1 } },
          { layer: 'averagePooling2d', options: { poolSize: 2, strides: 1 } },
          { layer: 'globalAveragePooling2d' },
          { layer: 'dense', options: { units: 2 } },
        ],
      },
      { count: 3, steps: 1 },
    ),
);

test('layer dense, batchNormalization: a batch of a hundred and one', () =>
  agree(
    {
      inputShape: [5],
      nodes: [
        { layer: 'dense', options: { units: 3, activation: 'tanh' } },
        { layer: 'batchNormalization', options: {} },
        { layer: 'dense', options: { units: 2 } },
      ],
    },
    { count: 101 },
  ));

/* ---- activations as layers, and what does nothing without chance --------------------------------- */

test('layer reLU: without and with a largest value', async () => {
  await agree(within([9], 'reLU'));
  await agree(
    within(
      [9],
      'reLU',
      { maxValue: 6 },
      {
        before: [
          { layer: 'dense', options: { units: 40 } },
          { layer: 'dense', options: { units: 40 } },
        ],
      },
    ),
  );
});

test('layer leakyReLU: a slope of 0.3, or another', async () => {
  await agree(within([9], 'leakyReLU'));
  await agree(within(IMAGE, 'leakyReLU', { alpha: 0.05 }));
});

test('layer softmax: over a row', () => agree(within([9], 'softmax')));

// Without an axis, TensorFlow.js assumes axis 1 and refuses it because it is not the last.
test('layer softmax: over the channels of an image', () => agree(within(IMAGE, 'softmax'), { tensorflow: 'nothing' }));

test('layer activation: over the channels of an image', () =>
  agree(within(IMAGE, 'activation', { activation: 'softmax' })));

test('layer dropout: a rate of zero changes nothing', () => agree(within([9], 'dropout', { rate: 0 })));
