import { initializers, input, layers, regularizers } from '../../shim/index.js';
import { CLASSES, SIDE } from './support.js';

/** Every kind of layer except those that need a graph, none with only its defaults. */
export const everyKind = () => [
  layers.randomFlip({ inputShape: [SIDE, SIDE, 1], mode: 'horizontal', seed: 3 }),
  layers.randomTranslation({ heightFactor: 0.1, widthFactor: [-0.2, 0.1], fillMode: 'constant', fillValue: 0.5 }),
  layers.randomRotation({ factor: 0.05, interpolation: 'nearest' }),
  layers.randomZoom({ heightFactor: 0.1 }),
  layers.randomContrast({ factor: [0.1, 0.2] }),
  layers.randomErasing({ factor: 0.5, scale: [0.1, 0.2], fillValue: 0 }),
  layers.conv2d({
    filters: 6,
    kernelSize: [3, 2],
    strides: [1, 2],
    padding: 'same',
    activation: 'leakyRelu',
    kernelRegularizer: 'l2',
    name: 'first',
  }),
  layers.batchNormalization({
    momentum: 0.8,
    epsilon: 0.01,
    gammaInitializer: initializers.constant({ value: 0.5 }),
    betaRegularizer: regularizers.l1l2({ l1: 0.1 }),
  }),
  layers.reLU({ maxValue: 6 }),
  layers.depthwiseConv2d({
    kernelSize: 2,
    depthMultiplier: 2,
    useBias: false,
    depthwiseInitializer: initializers.heNormal({ seed: 4 }),
  }),
  layers.leakyReLU({ alpha: 0.1 }),
  layers.zeroPadding2d({
    padding: [
      [1, 0],
      [0, 1],
    ],
  }),
  layers.averagePooling2d({ poolSize: [2, 1], strides: 1 }),
  layers.maxPooling2d({ poolSize: 2, padding: 'same' }),
  layers.reshape({ targetShape: [2, -1, 12] }),
  layers.batchNormalization({ center: false, scale: false, movingMeanInitializer: 'ones' }),
  layers.flatten(),
  layers.dense({
    units: 9,
    activation: 'gelu',
    kernelInitializer: initializers.varianceScaling({ scale: 2, mode: 'fanOut', distribution: 'uniform' }),
    biasRegularizer: regularizers.l1({ l1: 0.001 }),
  }),
  layers.dropout({ rate: 0.25, seed: 9 }),
  layers.dense({ units: CLASSES, biasInitializer: initializers.constant({ value: -0.1 }) }),
  layers.activation({ activation: 'tanh' }),
  layers.softmax({ name: 'last' }),
];

/** Sums and concatenations of branches, of images and of rows, and the layers that everyKind lacks. */
export function residual() {
  const picture = input({ shape: [SIDE, SIDE, 1], name: 'picture' });
  const start = layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }).apply(picture);
  const next = layers
    .batchNormalization()
    .apply(layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same' }).apply(start));
  const sum = layers.add().apply([start, next, layers.conv2d({ filters: 4, kernelSize: 1 }).apply(picture)]);
  const joined = layers.concatenate().apply([sum, start]);
  const seen = layers.concatenate({ axis: 3, name: 'seen' }).apply([picture, joined, picture]);
  const both = layers
    .add({ name: 'pools' })
    .apply([layers.globalAveragePooling2d().apply(seen), layers.globalMaxPooling2d().apply(seen)]);
  const row = layers.concatenate({ name: 'row' }).apply([both, layers.globalMaxPooling2d().apply(sum)]);
  return {
    inputs: picture,
    outputs: layers.dense({ units: CLASSES, activation: 'softmax' }).apply(row),
    seed: 2 ** 40 + 5,
    name: 'residual',
  };
}
