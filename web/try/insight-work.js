import { inRange } from '../../shim/photo.js';
import { probabilitiesOf } from './probabilities.js';

/**
 * What a model sees in a picture: the worker's part.
 *
 * @typedef {import('fitting-room').Model} Model
 * @typedef {{ name: string, shape: number[], filters: boolean }} LayerInfo
 * @typedef {{ width: number, height: number, channels: number, signed: boolean, data: Uint8Array, inputs?: number }}
 *   Maps grey pictures, one per channel, one after the other in `data`; `inputs`: of a kernel
 */

const PATCH = 5 / 28; // of an image's edges
const MOST_PATCHES = 28 * 28; // each is one more image to be classified
/** Layers whose output shows nothing new. */
const DULL = /dropout|random|flatten|reshape|input/;

/**
 * Images as the model takes them.
 * @param {Pick<Model, 'inputShape' | 'metadata'>} model
 * @param {Uint8Array} pixels of one or several of its images
 */
export function imagesOf({ inputShape, metadata }, pixels) {
  const size = inputShape.reduce((product, length) => product * length, 1);
  const { range } = /** @type {Partial<import('./asking.js').Preparation>} */ (metadata?.preparation ?? {});
  return { shape: [pixels.length / size, ...inputShape], data: range ? inRange(pixels, range) : pixels };
}

/**
 * The places of an image's pixels, in the order of its rows.
 * @typedef {{ height: number, width: number }} Extent
 */

/**
 * The centres of the patches, and how far each reaches.
 * @param {Extent} extent
 */
function patchesOf({ height, width }) {
  const step = Math.ceil(Math.sqrt((height * width) / MOST_PATCHES));
  const edge = Math.max(Math.round(PATCH * Math.min(height, width)), step);
  const middles = (/** @type {number} */ length) =>
    Array.from({ length: Math.ceil(length / step) }, (_, i) => Math.min(length - 1, i * step + ((step - 1) >> 1)));
  const centres = middles(height).flatMap((y) => middles(width).map((x) => ({ x, y })));
  return { centres, reach: Math.ceil((edge - 1) / 2) };
}

/**
 * Calls `visit` with each pixel of the patch around `centre`.
 * @param {Extent} extent
 * @param {{ x: number, y: number }} centre
 * @param {number} reach
 * @param {(at: number) => void} visit
 */
function patchAround({ height, width }, centre, reach, visit) {
  for (let y = Math.max(0, centre.y - reach); y <= Math.min(height - 1, centre.y + reach); y++) {
    for (let x = Math.max(0, centre.x - reach); x <= Math.min(width - 1, centre.x + reach); x++) visit(y * width + x);
  }
}

/**
 * What a covered place shows: black, the ground of garments; in other pictures the mean, which stands for nothing.
 * @param {Uint8Array} pixels
 * @param {number} channels
 * @param {boolean} onBlack
 */
function coverOf(pixels, channels, onBlack) {
  const cover = new Array(channels).fill(0);
  if (!onBlack) pixels.forEach((value, i) => (cover[i % channels] += (value * channels) / pixels.length));
  return cover;
}

/**
 * How much less likely a class becomes when a patch is covered, for each pixel the mean over the patches that cover it:
 * positive where the picture is evidence for the class (Zeiler & Fergus, Visualizing and Understanding Convolutional
 * Networks, ECCV 2014, section 4.2). Of 28 × 28 pixels, each is the centre of a patch of 5 × 5.
 * @param {Model} model
 * @param {Uint8Array} pixels of one image
 * @param {number} classIndex
 * @param {{ signal?: AbortSignal, onBlack?: boolean }} [options] `onBlack`: whether nothing is black
 * @returns {Promise<Float32Array>} [height, width]
 */
export async function occlusionOf(model, pixels, classIndex, { signal, onBlack = true } = {}) {
  const [height, width, channels] = model.inputShape;
  const extent = { height, width };
  const { centres, reach } = patchesOf(extent);
  const cover = coverOf(pixels, channels, onBlack);
  const covered = new Uint8Array((centres.length + 1) * pixels.length); // the last one is left as it is
  for (let i = 0; i <= centres.length; i++) covered.set(pixels, i * pixels.length);
  centres.forEach((centre, i) =>
    patchAround(extent, centre, reach, (at) => covered.set(cover, i * pixels.length + at * channels)),
  );
  const answers = probabilitiesOf(model, await model.predict(imagesOf(model, covered), { signal }));
  const classes = answers.length / (centres.length + 1);
  const probability = (/** @type {number} */ i) => answers[i * classes + classIndex];
  const change = new Float32Array(height * width);
  const times = new Float32Array(height * width);
  centres.forEach((centre, i) => {
    const fall = probability(centres.length) - probability(i);
    patchAround(extent, centre, reach, (at) => {
      change[at] += fall;
      times[at]++;
    });
  });
  return change.map((sum, at) => sum / times[at]);
}

/**
 * The layers whose output can be shown.
 * @param {Model} model
 * @returns {LayerInfo[]}
 */
export function layersOf(model) {
  return model.layers
    .filter(({ name }) => !DULL.test(name))
    .map(({ name, outputShape }) => ({
      name,
      shape: /** @type {number[]} */ (outputShape.slice(1)),
      filters: kernelOf(model, name) !== null,
    }));
}

/**
 * The kernel of a convolution, [height, width, inputs, filters]; of other layers null.
 * @param {Model} model
 * @param {string} layer
 */
function kernelOf(model, layer) {
  const weights = model.getWeights();
  let next = 0;
  for (const { name, parameters } of model.layers) {
    let left = parameters;
    const first = weights[next];
    while (left > 0) left -= weights[next++].data.length;
    if (name === layer) return parameters > 0 && first.shape.length === 4 ? first : null;
  }
  return null;
}

/**
 * Values as grey: 0 … 255 for 0 … the largest, or where there are negative ones 128 for 0, evenly to both sides.
 * @param {Float32Array} values
 */
function grey(values) {
  const signed = values.some((value) => value < 0);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
  return {
    signed,
    data: Uint8Array.from(values, (value) =>
      Math.round(signed ? 128 + (127 * value) / largest : (255 * value) / largest),
    ),
  };
}

/**
 * A layer's output for one picture, channel by channel; a flat output as one channel.
 * @param {Model} model
 * @param {Uint8Array} pixels
 * @param {string} layer
 * @returns {Maps}
 */
export function mapsOf(model, pixels, layer) {
  const { shape, data } = model.activations(imagesOf(model, pixels), layer);
  const [height, width, channels] = shape.length === 4 ? shape.slice(1) : [1, shape[1], 1];
  const apart = new Float32Array(data.length);
  const area = height * width;
  for (let at = 0; at < area; at++) for (let c = 0; c < channels; c++) apart[c * area + at] = data[at * channels + c];
  return { width, height, channels, ...grey(apart) };
}

/**
 * A convolution's kernels, one picture per filter: the mean over its inputs, if it has several.
 * @param {Model} model
 * @param {string} layer
 * @returns {Maps}
 */
export function filtersOf(model, layer) {
  const kernel = kernelOf(model, layer);
  if (!kernel) throw new Error(`${layer} has no filters`);
  const [height, width, inputs, filters] = kernel.shape;
  const area = height * width;
  const means = new Float32Array(area * filters);
  kernel.data.forEach((value, i) => {
    const at = Math.floor(i / (inputs * filters));
    means[(i % filters) * area + at] += value / inputs;
  });
  return { width, height, inputs, channels: filters, ...grey(means) };
}
