import { layers, schedules } from '../shim/index.js';
import { garmentsOf } from './garments/garments.js';

/** @import { Recipe } from './recipe.js' */

const BATCH = 64;
const SAMPLES = 60000;
const EPOCHS = 8;
const SEED = 1;

/** @param {number} filters @param {{ inputShape?: number[] }} [first] */
const convolution = (filters, first = {}) =>
  layers.conv2d({ ...first, filters, kernelSize: 3, padding: 'same', activation: 'relu', kernelInitializer: 'heNormal' });

const normalization = () => layers.batchNormalization({ momentum: 0.9 });

/** For photos of people's own; every epoch sees every garment of Fashion-MNIST in another pose. @type {Recipe} */
export const photos = {
  name: 'photos',
  about: 'For photos: two blocks of convolutions, trained on Fashion-MNIST’s garments turned, stretched and laid out as they lie in photos. It has learnt from no photo.',
  optimizer: 'AdamW, weight decay 0.01, one cycle of the learning rate up to 0.003, weights averaged with momentum 0.998; pullovers weigh 1.5, shirts 0.75, bags 0.5',
  limits: [
    'One garment, laid flat or hung, that stands out from what is behind it. Worn garments, several at once, and shoes from odd angles are often wrong.',
    'Pullover, shirt and coat look alike at 28 × 28 without colours: long sleeves are its weak spot.',
    'The classes’ weights and the poses were chosen by 700 photos of one collection, so that their accuracy flatters it a little.',
  ],
  seed: SEED,
  fit: { epochs: EPOCHS, batchSize: BATCH, classWeight: { 2: 1.5, 6: 0.75, 8: 0.5 } },
  testAccuracy: 0.88,
  dtype: 'int8',
  pictures: ({ images, labels }, epoch) => ({
    shape: images.shape,
    data: garmentsOf(/** @type {Uint8Array} */ (images.data), /** @type {Uint8Array} */ (labels.data), 1000 * SEED + epoch),
  }),
  layers: () => [
    convolution(32, { inputShape: [28, 28, 1] }),
    layers.maxPooling2d({ poolSize: 2 }),
    normalization(),
    convolution(64),
    normalization(),
    convolution(64),
    layers.maxPooling2d({ poolSize: 2 }),
    normalization(),
    layers.flatten(),
    layers.dense({ units: 96, activation: 'relu', kernelInitializer: 'heNormal' }),
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
