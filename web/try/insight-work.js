/**
 * What a model sees in a picture: the worker's part.
 *
 * @typedef {import('fitting-room').Model} Model
 * @typedef {{ name: string, shape: number[], filters: boolean }} LayerInfo
 * @typedef {{ width: number, height: number, channels: number, signed: boolean, data: Uint8Array, inputs?: number }}
 *   Maps grey pictures, one per channel, one after the other in `data`; `inputs`: of a kernel
 */

const SIDE = 28;
const PATCH = 5;
/** Layers whose output shows nothing new. */
const DULL = /dropout|random|flatten|reshape|input/;

/** @param {Uint8Array} pixels [n, 28, 28] */
const picturesOf = (pixels) => ({ shape: [pixels.length / (SIDE * SIDE), SIDE, SIDE, 1], data: pixels });

/**
 * Calls `visit` with each pixel of the patch around pixel `centre`.
 * @param {number} centre
 * @param {(at: number) => void} visit
 */
function patchAround(centre, visit) {
  const [cx, cy] = [centre % SIDE, Math.floor(centre / SIDE)];
  const reach = (PATCH - 1) / 2;
  for (let y = Math.max(0, cy - reach); y <= Math.min(SIDE - 1, cy + reach); y++) {
    for (let x = Math.max(0, cx - reach); x <= Math.min(SIDE - 1, cx + reach); x++) visit(y * SIDE + x);
  }
}

/**
 * How much less likely a class becomes when a patch of 5 × 5 is blacked out, for each pixel the mean over the patches
 * that cover it: positive where the picture is evidence for the class (Zeiler & Fergus, Visualizing and Understanding
 * Convolutional Networks, ECCV 2014, section 4.2).
 * @param {Model} model
 * @param {Uint8Array} pixels [28, 28]
 * @param {number} classIndex
 * @param {{ signal?: AbortSignal }} [options]
 * @returns {Promise<Float32Array>} [28, 28]
 */
export async function occlusionOf(model, pixels, classIndex, { signal } = {}) {
  const count = pixels.length;
  const covered = new Uint8Array((count + 1) * count); // the last one is left as it is
  for (let i = 0; i <= count; i++) covered.set(pixels, i * count);
  for (let i = 0; i < count; i++) patchAround(i, (at) => (covered[i * count + at] = 0));
  const { shape, data } = await model.predict(picturesOf(covered), { signal });
  const probability = (/** @type {number} */ i) => data[i * shape[1] + classIndex];
  const change = new Float32Array(count);
  const times = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const fall = probability(count) - probability(i);
    patchAround(i, (at) => {
      change[at] += fall;
      times[at]++;
    });
  }
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
  const { shape, data } = model.activations(picturesOf(pixels), layer);
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
