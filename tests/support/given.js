import { exportModel, layers, sequential } from '../../shim/index.js';
import { idx } from './idx.js';

/** Files that users bring, as lists of names and bytes. */

/** @typedef {{ name: string, type?: string, bytes: Iterable<number> }} Given */

export const text = (/** @type {string} */ words) => new TextEncoder().encode(words);
export const NOTES = { name: 'notes.txt', type: 'text/plain', bytes: text('nothing that could be looked at') };

/** Four small files in the official format, under names that reveal nothing. @type {Given[]} */
export const DATASET = [
  { name: 'one', bytes: idx([60, 28, 28], (i) => i * 7) },
  { name: 'two', bytes: idx([60], (i) => i % 10) },
  { name: 'three', bytes: idx([20, 28, 28], (i) => i * 3) },
  { name: 'four', bytes: idx([20], (i) => i % 10) },
];

/** The same under the official names. */
export const OFFICIAL = ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'].map(
  (name, i) => ({ ...DATASET[i], name: `${name}-ubyte` }),
);

/** A TensorFlow.js model as exported by Teachable Machine, in the order of a file picker: by name. */
export async function teachable() {
  const model = await sequential({
    layers: [layers.flatten({ inputShape: [28, 28, 1] }), layers.dense({ units: 10, activation: 'softmax' })],
    seed: 1,
  });
  const files = await exportModel(model, 'tfjs');
  return [{ name: 'metadata.json', bytes: text('{"labels":["a","b"],"imageSize":28}') }, ...files].map(
    ({ name, bytes }) => ({ name, bytes: [...bytes] }),
  );
}
