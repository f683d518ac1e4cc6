/* Sources of images: the real dataset, the user's own files, or a generator. */
import { fashionMnist } from './datasets/fashion-mnist.js';
import { fromFiles } from './datasets/files.js';
import { synthetic } from './datasets/synthetic.js';
import { FASHION_MNIST } from './datasets/catalogue.js';

/** @typedef {import('./datasets/fashion-mnist.js').Dataset} Dataset */

export const datasets = { fashionMnist, fromFiles, synthetic, FASHION_MNIST };
