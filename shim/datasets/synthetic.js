import { seedWords } from '../core/core.js';
import { sideModule } from '../core/side-module.js';
import { checkInteger, checkOptions } from '../check.js';
import { nextTask } from '../core/turns.js';
import { split } from './idx.js';
import { CLASS_NAMES } from './catalogue.js';

const PIXELS = 28 * 28;
const MOST_PICTURES = 1_000_000;
const FIRST_TEST_PICTURE = 2 ** 31; // training images are numbered from 0 and never get this far

const garments = sideModule('synthetic', new URL('../../build/synthetic/synthetic.wasm', import.meta.url));

/**
 * @param {number} seed
 * @param {number} first index of the first image
 * @param {number} count
 * @param {(drawn: number) => void} onDrawn
 */
async function draw(seed, first, count, onDrawn) {
  const module = await garments();
  const most = module.get('fr_synthetic_most');
  const pixels = new Uint8Array(count * PIXELS);
  const labels = new Uint8Array(count);
  for (let at = 0; at < count; at += most) {
    const size = Math.min(most, count - at);
    module.call('fr_synthetic', ...seedWords(seed), first + at, size);
    pixels.set(module.bytes('fr_synthetic_images', size * PIXELS), at * PIXELS);
    labels.set(module.bytes('fr_synthetic_labels', size), at);
    onDrawn(size);
    await nextTask();
  }
  return split(pixels, labels);
}

/**
 * @typedef {object} SyntheticOptions
 * @property {number} [trainSize] training images; default 10000
 * @property {number} [testSize] test images; default 2000
 * @property {number} [seed] of what is drawn; default 1
 * @property {import('./progress.js').OnProgress} [onProgress] called with { phase, file, loaded, total }, in images
 */

/**
 * Images of garments drawn from a seed, with the classes, size and look of Fashion-MNIST, for machines that cannot load
 * the real ones. The test images depend on the seed alone, not on `trainSize`.
 * @param {SyntheticOptions} [options]
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
