import { elementsOf } from '../tensor.js';
import { warn } from '../warning.js';

/** @import { Runner, Source } from './samples.js' */

/* What is allowed, but likely to be a mistake, told once per model. Loaded when there may be something to say. */

/** What has been said of each model. @type {WeakMap<object, Set<string>>} */
const said = new WeakMap();

/** @param {Runner} runner @param {string} doubt its name @param {() => string} tell */
function once({ model }, doubt, tell) {
  const known = said.get(model) ?? new Set();
  if (known.has(doubt)) return;
  said.set(model, known.add(doubt));
  warn(tell());
}

/** Pixels of bytes are above this, other floats hardly ever. */
const BRIGHT = 128;

/** The number of values whose range stands for that of all. */
const SOME = 16384;

const EXPONENT = 0x7f800000; // all ones: NaN or infinite

/** Whether any value is not finite: by its bits, which takes a tenth of the time. @param {Float32Array} values */
function hasStrange({ buffer, byteOffset, length }) {
  const bits = new Int32Array(buffer, byteOffset, length);
  let signs = 0;
  for (let i = 0; i < length; i++) signs |= (bits[i] & EXPONENT) + (1 << 23); // overflows into the sign
  return signs < 0;
}

/** Layers that may scale the pixels themselves. */
const SCALING = ['batch_normalization', 'depthwise_conv2d'];

/**
 * Floats that are no numbers, or that are pixels 0..255, which are not scaled as bytes are.
 * @param {string} what the caller
 * @param {Runner} runner
 * @param {Source} source
 */
function doubtValues(what, runner, { samples, sampleSize }) {
  if (!(samples instanceof Float32Array)) return;
  if (hasStrange(samples)) {
    const first = samples.findIndex((value) => !Number.isFinite(value));
    once(
      runner,
      'values',
      () =>
        `${what}: x holds ${samples[first]}, first in sample ${Math.floor(first / sampleSize)}, and so will the ` +
        'results; replace such values, or leave those samples out',
    );
    return;
  }
  let [low, high] = [0, 0];
  for (let i = 0; i < samples.length && i < SOME; i++) {
    low = Math.min(low, samples[i]);
    high = Math.max(high, samples[i]);
  }
  const [{ config }] = runner.graph.nodes;
  if (low >= 0 && high >= BRIGHT && high <= 255 && runner.inputShape.length === 3 && !SCALING.includes(config.kind)) {
    once(
      runner,
      'scale',
      () =>
        `${what}: x looks like pixels 0..255, but floats are taken as they are; give bytes (Uint8Array), which are ` +
        'scaled by 1/255, or divide by 255',
    );
  }
}

/** Layers that leave values as they are, or only choose among them. */
const PASSING = ['flatten', 'reshape', 'dropout', 'zero_padding2d'];

/** The activation of the last layer that has one to choose. @param {Runner} runner */
function lastActivation({ graph: { nodes } }) {
  let node = nodes[nodes.length - 1];
  while (PASSING.includes(node.config.kind) && node.sources[0] >= 0) node = nodes[node.sources[0]];
  return node.config.activation;
}

/**
 * A crossentropy, which takes probabilities, of an output that is linear.
 * @param {string} what the caller
 * @param {Runner} runner
 */
function doubtLoss(what, runner) {
  const { name = '', fromLogits } = runner.compiled?.loss ?? {};
  if (!name.endsWith('Crossentropy') || fromLogits || lastActivation(runner) !== 'linear') return;
  const activation = name === 'binaryCrossentropy' && elementsOf(runner.outputShape) === 1 ? 'sigmoid' : 'softmax';
  once(
    runner,
    'loss',
    () =>
      `${what}: ${name} takes probabilities, but the last layer has no activation; compile with loss: ` +
      `losses.${name}({ fromLogits: true }), or give the layer activation: '${activation}'`,
  );
}

/**
 * Warns of what is likely to be a mistake.
 * @param {string} what the caller
 * @param {Runner} runner
 * @param {Source} source
 */
export function doubt(what, runner, source) {
  doubtValues(what, runner, source);
  if (what !== 'predict') doubtLoss(what, runner);
}
