/** A garment is the same seen in a mirror, and two views of it tell more than one. */

const WIDTH = 28; // pixels

/** Each row of pixels the other way round. @param {Uint8Array} pixels [n, 28, 28] */
const mirrored = (pixels) => pixels.map((_, i) => pixels[i - 2 * (i % WIDTH) + WIDTH - 1]);

/**
 * The mean of what a model says of pictures and of their mirror images.
 * @param {{ predict: (images: any) => Promise<{ data: any }> }} model
 * @param {Uint8Array} pixels [n, 28, 28]
 * @returns {Promise<Float32Array>} [n, classes]
 */
export async function predictTwice(model, pixels) {
  const shape = [pixels.length / WIDTH ** 2, WIDTH, WIDTH, 1];
  const first = (await model.predict({ shape, data: pixels })).data.slice();
  const { data: second } = await model.predict({ shape, data: mirrored(pixels) });
  return first.map((/** @type {number} */ value, /** @type {number} */ i) => (value + second[i]) / 2);
}
