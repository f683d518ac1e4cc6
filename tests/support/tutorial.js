import { layers } from '../../shim/index.js';

/** The layers of the tutorial's model: 693,962 weights. */
export const tutorialLayers = () => [
  layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, activation: 'relu' }),
  layers.maxPooling2d({ poolSize: 2 }),
  layers.flatten(),
  layers.dense({ units: 128, activation: 'relu' }),
  layers.dropout({ rate: 0.5 }),
  layers.dense({ units: 10, activation: 'softmax' }),
];
