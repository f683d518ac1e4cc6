/** The models that are trained here, by name. */
import { layers, sequential } from '../../../shim/index.js';
import { tutorialLayers } from '../../support/tutorial.js';

/** Two convolutions, of which the second does most of the work: 32 → 64 channels on 14×14. */
const twoBlockLayers = () => [
  layers.conv2d({ inputShape: [28, 28, 1], filters: 32, kernelSize: 3, padding: 'same', activation: 'relu' }),
  layers.maxPooling2d({ poolSize: 2 }),
  layers.conv2d({ filters: 64, kernelSize: 3, padding: 'same', activation: 'relu' }),
  layers.maxPooling2d({ poolSize: 2 }),
  layers.flatten(),
  layers.dense({ units: 128, activation: 'relu' }),
  layers.dense({ units: 10, activation: 'softmax' }),
];

const LAYERS = { tutorial: tutorialLayers, twoBlock: twoBlockLayers };

/** @typedef {keyof typeof LAYERS} ModelName */
/** @typedef {'simd' | 'simd-mt' | 'relaxed' | 'relaxed-mt'} Build */
/** @typedef {{ build: Build, threads: number }} Runtime */

/** The API's options that select this build. @param {Runtime} runtime */
export const optionsOf = ({ build, threads }) => ({ deterministic: build.startsWith('simd'), threads });

/** @param {ModelName} name @param {Runtime} runtime */
export async function modelOf(name, runtime) {
  const model = await sequential({ layers: LAYERS[name](), seed: 1, ...optionsOf(runtime) });
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}
