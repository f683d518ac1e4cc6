import { seedWords } from '../core/core.js';
import { anyCore } from '../core/loading.js';
import { checkInteger, checkOptions } from '../check.js';
import { nextTask } from '../core/turns.js';
import { split } from './idx.js';
import { CLASS_NAMES } from './table.js';

const PIXELS = 28 * 28;
const CHUNK = 250; // pictures drawn between two looks at the event loop, about 10 ms
const MOST_PICTURES = 1_000_000;
const FIRST_TEST_PICTURE = 2 ** 31; // training pictures count up from 0 and never come as far

/**
 * @param {number} seed
 * @param {number} first index of the first picture
 * @param {number} count
 * @param {(drawn: number) => void} onDrawn
 */
async function draw(seed, first, count, onDrawn) {
  const core = await anyCore();
  const pixels = new Uint8Array(count * PIXELS);
  const labels = new Uint8Array(count);
  for (let at = 0; at < count; at += CHUNK) {
    const size = Math.min(CHUNK, count - at);
    core.withBytes(size * (PIXELS + 1), (images) => {
      const classes = images + size * PIXELS;
      core.call('fr_synthetic', ...seedWords(seed), first + at, size, images, classes);
      pixels.set(core.bytes(images, size * PIXELS), at * PIXELS);
      labels.set(core.bytes(classes, size), at);
    });
    onDrawn(size);
    await nextTask();
  }
  return split(pixels, labels);
}

/**
 * Pictures of garments drawn from a seed, of the classes, size and look of Fashion-MNIST, for machines
 * that cannot have the real ones. The test pictures depend on the seed alone, not on `trainSize`.
 * @param {{ trainSize?: number, testSize?: number, seed?: number,
 *   onProgress?: import('./progress.js').OnProgress }} [options]
 * @returns {Promise<import('./fashion-mnist.js').Dataset>}
 */
export async function synthetic(options = {}) {
  checkOptions('datasets.synthetic', options, ['trainSize', 'testSize', 'seed', 'onProgress']);
  const { trainSize = 10000, testSize = 2000, seed = 1, onProgress = () => {} } = options;
  checkInteger('datasets.synthetic: trainSize', trainSize, 1, MOST_PICTURES);
  checkInteger('datasets.synthetic: testSize', testSize, 1, MOST_PICTURES);
  checkInteger('datasets.synthetic: seed', seed, 0, Number.MAX_SAFE_INTEGER);
  const file = 'synthetic garments';
  const total = trainSize + testSize;
  let loaded = 0;
  const onDrawn = (/** @type {number} */ drawn) => {
    loaded += drawn;
    onProgress({ phase: 'generate', file, loaded, total });
  };
  return {
    name: 'synthetic garments',
    synthetic: true,
    source: 'generator',
    classNames: CLASS_NAMES,
    train: await draw(seed, 0, trainSize, onDrawn),
    test: await draw(seed, FIRST_TEST_PICTURE, testSize, onDrawn),
  };
}
