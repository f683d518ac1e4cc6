import { layers } from '../shim/index.js';

/** @import { Recipe } from './recipe.js' */

/** The layers of the tutorial's model: 693,962 weights. */
export const tutorialLayers = () => [
  layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, activation: 'relu' }),
  layers.maxPooling2d({ poolSize: 2 }),
  layers.flatten(),
  layers.dense({ units: 128, activation: 'relu' }),
  layers.dropout({ rate: 0.5 }),
  layers.dense({ units: 10, activation: 'softmax' }),
];

/** @type {Recipe} */
export const tutorial = {
  name: 'tutorial',
  about:
    'The network that the page trains unless it is told otherwise: one convolution, one pooling, two dense layers.',
  optimizer: 'Adam, learning rate 0.001, weights averaged with momentum 0.999',
  limits: [
    'It knows pictures like those of the dataset: one garment, upright, in the middle, bright on black, 28 × 28. ' +
      'Photos it has never seen.',
    'The page’s own run does not average its weights: ten seeds of it come to 91.59 % ± 0.19 % on the test ' +
      'pictures (`make accuracy`).',
    'Shirts are its weak spot: it takes them for T-shirts, pullovers and coats, and those for shirts.',
  ],
  seed: 1,
  fit: { epochs: 20, batchSize: 32 },
  testAccuracy: 0.916,
  dtype: 'float16',
  layers: tutorialLayers,
  compile: () => ({ optimizer: { name: 'adam', useEma: true, emaMomentum: 0.999 } }),
};
