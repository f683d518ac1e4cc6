/* Predictions for an image and its mirror image: a garment is the same in both, and two views are better than one. */

/** @import { Tensor } from './tensor.js' */

const WIDTH = 28; // pixels

/** Reverses each row of pixels. @param {Uint8Array} pixels [n, 28, 28] */
const mirrored = (pixels) => pixels.map((_, i) => pixels[i - 2 * (i % WIDTH) + WIDTH - 1]);

/**
 * The mean of a model's predictions for images and for their mirror images.
 * @param {{ predict: (images: { shape: number[], data: Uint8Array }) => Promise<Tensor> }} model
 * @param {Uint8Array} pixels [n, 28, 28]
 * @returns {Promise<Float32Array>} [n, classes]
 */
export async function predictTwice(model, pixels) {
  const shape = [pixels.length / WIDTH ** 2, WIDTH, WIDTH, 1];
  const first = Float32Array.from((await model.predict({ shape, data: pixels })).data);
  const { data: second } = await model.predict({ shape, data: mirrored(pixels) });
  return first.map((value, i) => (value + second[i]) / 2);
}
