import { layers, schedules } from '../shim/index.js';

/** @import { AnyLayer } from '../shim/layers/layer.js' */
/** @import { CompileOptions } from '../shim/model.js' */

const SAMPLES = 60000;

/** @param {number} filters @param {{ inputShape?: number[] }} [first] */
export const convolution = (filters, first = {}) =>
  layers.conv2d({
    ...first,
    filters,
    kernelSize: 3,
    padding: 'same',
    activation: 'relu',
    kernelInitializer: 'heNormal',
  });

export const normalization = () => layers.batchNormalization({ momentum: 0.9 });

/**
 * Two blocks of convolutions with batch normalization after each ReLU and pooling, where only a quarter of the values
 * is left to normalize, and two dense layers.
 * @param {{ augmentation?: AnyLayer[], units: number }} options `augmentation`: preceding layers, the first with the
 *   input's shape; `units`: of the first dense layer
 * @returns {AnyLayer[]}
 */
export const twoBlocks = ({ augmentation = [], units }) => [
  ...augmentation,
  convolution(32, augmentation.length > 0 ? {} : { inputShape: [28, 28, 1] }),
  layers.maxPooling2d({ poolSize: 2 }),
  normalization(),
  convolution(64),
  normalization(),
  convolution(64),
  layers.maxPooling2d({ poolSize: 2 }),
  normalization(),
  layers.flatten(),
  layers.dense({ units, activation: 'relu', kernelInitializer: 'heNormal' }),
  layers.dropout({ rate: 0.5 }),
  layers.dense({ units: 10, activation: 'softmax' }),
];

/** A description of `oneCycle`. */
export const ONE_CYCLE =
  'AdamW, weight decay 0.01, one cycle of the learning rate up to 0.003, weights averaged with momentum 0.998';

/**
 * One cycle of the learning rate over the whole training; the weights are averaged over about five hundred steps.
 * @param {{ epochs: number, batchSize: number }} fit @param {number} [weightDecay]
 * @returns {Pick<CompileOptions, 'optimizer'>}
 */
export const oneCycle = ({ epochs, batchSize }, weightDecay = 0.01) => ({
  optimizer: {
    name: 'adamw',
    learningRate: schedules.oneCycle({ maxLearningRate: 0.003, totalSteps: Math.ceil(SAMPLES / batchSize) * epochs }),
    weightDecay,
    useEma: true,
    emaMomentum: 0.998,
  },
});
