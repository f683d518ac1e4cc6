/** The models that are measured here, by name. */
import { input, layers, model } from '../../../shim/index.js';
import { accurate } from '../../../models/accurate.js';
import { twoBlocks } from '../../../models/blocks.js';
import { tutorialLayers } from '../../support/tutorial.js';

/** @import { AnyLayer } from '../../../shim/layers/layer.js' */
/** @typedef {ReturnType<typeof input>} Value of a layer */

/** @param {Value} x @param {AnyLayer[]} chain */
const through = (x, chain) => chain.reduce((value, layer) => layer.apply(value), x);

/** Two convolutions, of which the second does most of the work: 32 → 64 channels on 14×14. */
const twoBlockLayers = () => [
  layers.conv2d({ filters: 32, kernelSize: 3, padding: 'same', activation: 'relu' }),
  layers.maxPooling2d({ poolSize: 2 }),
  layers.conv2d({ filters: 64, kernelSize: 3, padding: 'same', activation: 'relu' }),
  layers.maxPooling2d({ poolSize: 2 }),
  layers.flatten(),
  layers.dense({ units: 128, activation: 'relu' }),
  layers.dense({ units: 10, activation: 'softmax' }),
];

const normalization = () => layers.batchNormalization({ momentum: 0.9 });
const relu = () => layers.activation({ activation: 'relu' });

/** A convolution whose sums are normalized. @param {number} filters */
const normalized = (filters) => [
  layers.conv2d({ filters, kernelSize: 3, padding: 'same', useBias: false }),
  normalization(),
];

/** @param {Value} x @param {number} filters as many as x has channels */
function residualBlock(x, filters) {
  const change = through(x, [...normalized(filters), relu(), ...normalized(filters)]);
  return relu().apply(layers.add().apply([change, x]));
}

/** From one value per channel to ten classes. */
const classifier = () => [layers.globalAveragePooling2d(), layers.dense({ units: 10, activation: 'softmax' })];

/** @param {Value} x */
function residual(x) {
  const first = through(x, [...normalized(16), relu()]);
  return through(residualBlock(residualBlock(first, 16), 16), classifier());
}

/** A depthwise and a pointwise convolution, each normalized. @param {{ filters: number, strides: number }} block */
const separableBlock = ({ filters, strides }) => [
  layers.depthwiseConv2d({ kernelSize: 3, strides, padding: 'same', useBias: false }),
  normalization(),
  relu(),
  layers.conv2d({ filters, kernelSize: 1, useBias: false }),
  normalization(),
  relu(),
];

const SEPARABLE_BLOCKS = [
  { filters: 64, strides: 1 },
  { filters: 128, strides: 2 },
  { filters: 128, strides: 1 },
  { filters: 256, strides: 2 },
  { filters: 256, strides: 1 },
];

/** Like MobileNet, at its scale for small images. */
const mobileLayers = () => [
  layers.conv2d({ filters: 32, kernelSize: 3, strides: 2, padding: 'same', useBias: false }),
  normalization(),
  relu(),
  ...SEPARABLE_BLOCKS.flatMap(separableBlock),
  ...classifier(),
];

/** Without augmentation, which other libraries do differently. */
const accurateLayers = () => accurate.layers().filter(({ kind }) => !kind.startsWith('random_'));

/** The output of each model. @satisfies {Record<string, (x: Value) => Value>} */
const OUTPUTS = {
  tutorial: (x) => through(x, tutorialLayers()),
  twoBlock: (x) => through(x, twoBlockLayers()),
  accurate: (x) => through(x, accurateLayers()),
  photos: (x) => through(x, twoBlocks({ units: 96 })),
  residual,
  mobile: (x) => through(x, mobileLayers()),
};

/** @typedef {keyof typeof OUTPUTS} ModelName */
/** @typedef {'simd' | 'simd-mt' | 'relaxed' | 'relaxed-mt'} Build */
/** @typedef {{ build: Build, threads: number }} Runtime */

/** The API's options that select this build. @param {Runtime} runtime */
export const optionsOf = ({ build, threads }) => ({ deterministic: build.startsWith('simd'), threads });

/** @param {ModelName} name @param {Runtime} runtime */
export async function modelOf(name, runtime) {
  const inputs = input({ shape: [28, 28, 1] });
  const built = await model({ inputs, outputs: OUTPUTS[name](inputs), seed: 1, ...optionsOf(runtime) });
  built.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return built;
}
