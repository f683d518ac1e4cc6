import { layers, schedules } from '../shim/index.js';

/** @import { Recipe } from './recipe.js' */

const BATCH = 64;
const SAMPLES = 60000;
const EPOCHS = 18;

/** @param {number} filters */
const convolution = (filters) =>
  layers.conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu', kernelInitializer: 'heNormal' });

const normalization = () => layers.batchNormalization({ momentum: 0.9 });

/**
 * Two blocks of convolutions with batch normalization after each ReLU and pool, where only a quarter of the values is left to
 * normalize, on pictures that are mirrored, moved and partly erased. Its weights are averaged over some five hundred steps.
 * @type {Recipe}
 */
export const twoBlock = {
  name: 'two-block',
  about: 'Two blocks of convolutions with batch normalization, trained on pictures that are mirrored, moved and partly erased.',
  optimizer: 'AdamW, weight decay 0.01, one cycle of the learning rate up to 0.003, weights averaged with momentum 0.998',
  limits: [],
  seed: 1,
  fit: { epochs: EPOCHS, batchSize: BATCH },
  testAccuracy: 0.935,
  layers: () => [
    layers.randomFlip({ inputShape: [28, 28, 1], mode: 'horizontal' }),
    layers.randomTranslation({ heightFactor: 0.05, widthFactor: 0.05, fillMode: 'constant' }),
    layers.randomErasing({ factor: [0.25, 0.25], scale: [0.02, 0.2] }),
    convolution(32),
    layers.maxPooling2d({ poolSize: 2 }),
    normalization(),
    convolution(64),
    normalization(),
    convolution(64),
    layers.maxPooling2d({ poolSize: 2 }),
    normalization(),
    layers.flatten(),
    layers.dense({ units: 256, activation: 'relu', kernelInitializer: 'heNormal' }),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ],
  compile: () => ({
    optimizer: {
      name: 'adamw',
      learningRate: schedules.oneCycle({ maxLearningRate: 0.003, totalSteps: Math.ceil(SAMPLES / BATCH) * EPOCHS }),
      weightDecay: 0.01,
      useEma: true,
      emaMomentum: 0.998,
    },
  }),
};
