import { layers } from '../shim/index.js';
import { ONE_CYCLE, oneCycle, twoBlocks } from './blocks.js';

/** @import { Recipe } from './recipe.js' */

const FIT = { epochs: 18, batchSize: 64 };

/** Two blocks on pictures that are mirrored, moved and partly erased. @type {Recipe} */
export const twoBlock = {
  name: 'two-block',
  about:
    'Two blocks of convolutions with batch normalization, trained on pictures that are mirrored, moved and ' +
    'partly erased.',
  optimizer: ONE_CYCLE,
  limits: [],
  seed: 1,
  fit: FIT,
  testAccuracy: 0.935,
  layers: () =>
    twoBlocks({
      augmentation: [
        layers.randomFlip({ inputShape: [28, 28, 1], mode: 'horizontal' }),
        layers.randomTranslation({ heightFactor: 0.05, widthFactor: 0.05, fillMode: 'constant' }),
        layers.randomErasing({ factor: [0.25, 0.25], scale: [0.02, 0.2] }),
      ],
      units: 256,
    }),
  compile: () => oneCycle(FIT),
};
