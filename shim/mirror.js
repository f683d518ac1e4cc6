/* Predictions for an image and its mirror image: a garment is the same in both, and two views are better than one. */

/** @import { Tensor } from './tensor.js' */
/** @typedef {Tensor<Uint8Array | Float32Array>} Images [n, height, width, channels] */

/** Reverses each row of pixels. @param {Images} images @returns {Images} */
function mirrored({ shape, data }) {
  const [, , width, channels] = shape;
  const result = data.slice();
  for (let at = 0; at < data.length; at += channels) {
    const column = (at / channels) % width;
    const from = at + (width - 1 - 2 * column) * channels;
    for (let channel = 0; channel < channels; channel++) result[at + channel] = data[from + channel];
  }
  return { shape, data: result };
}

/**
 * The mean of a model's predictions for images and for their mirror images.
 * @param {{ predict: (images: Images) => Promise<Tensor> }} model
 * @param {Images} images
 * @returns {Promise<Float32Array>} [n, classes]
 */
export async function predictTwice(model, images) {
  const first = Float32Array.from((await model.predict(images)).data);
  const { data: second } = await model.predict(mirrored(images));
  return first.map((value, i) => (value + second[i]) / 2);
}
