/**
 * One description, three networks: ours, TensorFlow.js's (floats, its own backward pass) and the reference's (doubles,
 * finite differences). Neither of the two oracles shares a line with the code under test.
 */
import assert from 'node:assert/strict';
import '@tensorflow/tfjs-backend-cpu';
import * as tfc from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import * as api from '../../../shim/index.js';
import { useBuild } from '../../../shim/core/loading.js';
import { doubles, sizeOf } from '../../support/reference/array.js';
import { Network } from '../../support/reference/network.js';
import { BUILDS, noise } from '../support.js';

/** @import { Description, Node } from '../../support/reference/network.js' */
/** @import { Loss } from '../../support/reference/losses.js' */
/** @typedef {{ shape: number[], data: Float32Array }} Floats */

/** The builds give the same numbers, which other tests check to the bit: one is enough here. */
export async function useOracles() {
  const [[build, load, threads]] = BUILDS;
  await useBuild(build, load, threads);
  await tfc.setBackend('cpu');
}

/* ---- numbers ----------------------------------------------------------------------------------- */

/** @param {ArrayLike<number>} values */
export const largest = (values) => Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/**
 * A float is accurate to 2⁻²⁴ = 6e-8 of its size, and so is each product and sum that it is computed from. In the small
 * networks here, a number is a sum of up to some hundred products and has passed through up to six layers. Sums of
 * alternating signs lose about the square root of their length: √100 · 6 · 6e-8 = 4e-6 of the largest number in the
 * tensor. Twice to four times that is allowed.
 */
export const ROUNDING = 1e-5;

/** For tensors that are almost zero compared with the numbers that they are sums of. */
const FLOOR = 2e-7;

/**
 * @param {string} what
 * @param {ArrayLike<number>} got
 * @param {ArrayLike<number>} want
 * @param {{ relative?: number, floor?: number, where?: ArrayLike<boolean> }} [options] relative: to the largest wanted
 *   number
 */
export function near(what, got, want, { relative = ROUNDING, floor = FLOOR, where } = {}) {
  assert.equal(got.length, want.length, `${what}: how many`);
  const allowed = relative * largest(want) + floor;
  const same = (/** @type {number} */ i) =>
    Number.isNaN(want[i]) ? Number.isNaN(got[i]) : Math.abs(got[i] - want[i]) <= allowed;
  const wrong = Array.from(got).findIndex((_, i) => (!where || where[i]) && !same(i));
  assert.equal(wrong, -1, `${what}: ${got[wrong]} at ${wrong}, want ${want[wrong]} within ${allowed.toPrecision(2)}`);
}

/**
 * Floats in [low, high), the same on every run.
 * @param {number} count @param {number} seed @param {number} [low] @param {number} [high]
 */
export function uniform(count, seed, low = -1, high = 1) {
  const bytes = noise(3 * count, seed * 7919 + 17); // three bytes: 2²⁴ values, so that ties are rare
  return Float32Array.from(
    { length: count },
    (_, i) => low + ((high - low) * (bytes[3 * i] * 65536 + bytes[3 * i + 1] * 256 + bytes[3 * i + 2])) / 2 ** 24,
  );
}

/**
 * Gives a model of TensorFlow.js weights as training leaves them, the same on every run: kernels that keep the scale of
 * their inputs, and positive numbers for all else.
 * @template {tfl.LayersModel} M
 * @param {M} model
 * @returns {M}
 */
export function settle(model) {
  model.weights.forEach((weight, i) => {
    const shape = /** @type {number[]} */ (weight.shape);
    const inputs = sizeOf(shape.slice(0, weight.name.includes('depthwise') ? 2 : -1)); // of each output
    const most = Math.sqrt(3 / inputs);
    const [low, high] = shape.length > 1 ? [-most, most] : [0.1, 0.8];
    weight.write(toTf({ shape, data: uniform(sizeOf(shape), i + 1, low, high) }));
  });
  return model;
}

/**
 * Inputs, and targets that fit the loss: classes, probabilities that sum to one, binary values, or any number.
 * @param {Description} description
 * @param {Loss} loss
 * @param {number} count
 * @param {number} [seed]
 */
export function makeBatch({ inputShape, nodes }, { name }, count, seed = 1) {
  const width = sizeOf(new Network({ inputShape, nodes }).outputShape);
  const x = api.tensor(uniform(count * sizeOf(inputShape), seed), [count, ...inputShape]);
  const outputShape = [count, ...new Network({ inputShape, nodes }).outputShape];
  const draws = uniform(count * width, seed + 500, 0, 1);
  if (name === 'sparseCategoricalCrossentropy')
    return {
      x,
      y: api.tensor(
        Int32Array.from({ length: count }, (_, i) => Math.floor(draws[i] * width)),
        [count],
      ),
    };
  if (name === 'binaryCrossentropy')
    draws.forEach((value, i) => {
      draws[i] = Number(value > 0.5);
    });
  if (name === 'categoricalCrossentropy')
    for (let i = 0; i < count; i++) {
      const row = draws.subarray(i * width, (i + 1) * width);
      const hot = Math.floor(row[0] * width);
      row.forEach((_, c) => {
        row[c] = i % 2 ? Number(c === hot) : c === hot ? 0.75 : 0.25 / Math.max(1, width - 1);
      });
    }
  return { x, y: api.tensor(draws, outputShape) };
}

/** @param {{ shape: number[], data: ArrayLike<number> }} t */
export const toDoubles = ({ shape, data }) => doubles(shape, data);

/* ---- the reference ----------------------------------------------------------------------------- */

/**
 * Weights of moderate size: kernels as Glorot draws them, biases and betas that are not zero, gammas and variances
 * around one.
 * @param {Network} network @param {number} [seed]
 */
export function drawWeights(network, seed = 3) {
  return network.weights.map(({ name, shape }, i) => {
    const size = sizeOf(shape);
    if (name === 'kernel') {
      const limit = Math.sqrt(6 / (sizeOf(shape.slice(0, -1)) + shape[shape.length - 1]));
      return { shape, data: uniform(size, seed + i, -limit, limit) };
    }
    if (name === 'gamma' || name === 'movingVariance') return { shape, data: uniform(size, seed + i, 0.5, 1.5) };
    return { shape, data: uniform(size, seed + i, -0.3, 0.3) };
  });
}

/** @param {Description} description @param {Floats[]} [weights] */
export function referenceOf(description, weights) {
  const network = new Network(description);
  network.setWeights(weights ?? drawWeights(network));
  return network;
}

/* ---- ours -------------------------------------------------------------------------------------- */

/** @type {any} */
const { layers, regularizers } = api;

/** @param {any} options @param {any} l1l2 makes a regularizer from { l1, l2 } */
function withRegularizers(options, l1l2) {
  const made = { ...options };
  for (const key of Object.keys(made))
    if (key.endsWith('Regularizer')) made[key] = l1l2({ l1: 0, l2: 0, ...made[key] });
  return made;
}

/** @param {Node} node @param {number} index for its name */
const ourLayer = ({ layer, options = {} }, index) =>
  layers[layer]({ name: `node${index}`, ...withRegularizers(options, (/** @type {any} */ r) => regularizers.l1l2(r)) });

/** @param {Node} node */
export const tfLayer = ({ layer, options = {} }) =>
  /** @type {any} */ (tfl.layers)[layer](withRegularizers(options, (/** @type {any} */ r) => tfl.regularizers.l1l2(r)));

/** @param {Description} description */
const isSequence = ({ nodes }) => nodes.every(({ from }) => from === undefined);

/**
 * @param {Node[]} nodes
 * @param {any} input
 * @param {any[]} made one layer per node
 */
function applied(nodes, input, made) {
  /** @type {any[]} */
  const outputs = [];
  nodes.forEach(({ from }, i) => {
    const sources = (from ?? [i - 1]).map((source) => (source === -1 ? input : outputs[source]));
    outputs.push(made[i].apply(sources.length === 1 ? sources[0] : sources));
  });
  return outputs[outputs.length - 1];
}

/** Our network of the description, with weights in the order of its nodes. */
export class Ours {
  /**
   * @type {number[]} for each of the model's weights, the index of the description's: a graph may list its layers in
   *   another order
   */
  #order;

  /** @param {any} model @param {Description} description */
  constructor(model, description) {
    this.model = model;
    this.network = new Network(description);
    this.#order = /** @type {{ name: string }[]} */ (model.layers).flatMap(({ name }) =>
      this.network.weights.flatMap(({ node }, i) => (name === `node${node}` ? [i] : [])),
    );
    assert.equal(this.#order.length, this.network.weights.length, 'each layer is there once');
  }

  /** @param {any[]} values in the model's order */
  #sorted(values) {
    assert.equal(values.length, this.#order.length, 'one tensor for each weight');
    /** @type {Floats[]} */
    const sorted = [];
    this.#order.forEach((index, i) => {
      sorted[index] = values[i];
    });
    return sorted;
  }

  /** @param {Floats[]} weights */
  setWeights(weights) {
    this.model.setWeights(this.#order.map((index) => weights[index]));
  }

  getWeights() {
    return this.#sorted(this.model.getWeights());
  }

  /**
   * @param {any} x @param {any} y @param {any} [options]
   * @returns {{ loss: number, gradients: Float32Array[] }}
   */
  gradients(x, y, options) {
    const { loss, gradients } = this.model.gradients(x, y, ...(options ? [options] : []));
    return { loss, gradients: this.#sorted(gradients).map(({ data }) => data) };
  }

  /** @param {any} x @param {number} node @returns {Float32Array} */
  output(x, node) {
    return this.model.activations(x, `node${node}`).data;
  }

  dispose() {
    this.model.dispose();
  }
}

/**
 * @param {Description} description
 * @param {{ weights?: Floats[], seed?: number }} [options]
 */
export async function ourModel(description, { weights, seed = 11 } = {}) {
  const { inputShape, nodes } = description;
  const { input, model, sequential } = /** @type {any} */ (api);
  const [first, ...rest] = nodes;
  let made;
  if (isSequence(description))
    made = await sequential({
      seed,
      layers: [{ ...first, options: { inputShape, ...first.options } }, ...rest].map(ourLayer),
    });
  else {
    const x = input({ shape: inputShape });
    made = await model({ seed, inputs: x, outputs: applied(nodes, x, nodes.map(ourLayer)) });
  }
  const ours = new Ours(made, description);
  if (weights) ours.setWeights(weights);
  return ours;
}

/** The loss as compile takes it. @param {Loss} loss */
export const ourLoss = ({ name, ...options }) =>
  Object.keys(options).length ? /** @type {any} */ (api).losses[name](options) : name;

/* ---- TensorFlow.js ----------------------------------------------------------------------------- */

/** @param {{ shape: number[], data: ArrayLike<number> }} t */
export const toTf = ({ shape, data }) => tfc.tensor(Float32Array.from(data), shape);

/**
 * Passes each step's gradients, in doubles, to `apply`, which changes the weights: this gives the oracle's optimizers
 * and finite differences access to TensorFlow.js's gradients.
 */
class Interceptor extends tfc.Optimizer {
  static className = 'Interceptor';
  #apply;

  /** @param {(weights: Float64Array[], gradients: Float64Array[], names: string[]) => void} apply */
  constructor(apply) {
    super();
    this.#apply = apply;
  }

  /** @param {any} gradients */
  applyGradients(gradients) {
    const list = /** @type {{ name: string, tensor: tfc.Tensor }[]} */ (gradients);
    const variables = list.map(({ name }) => tfc.engine().registeredVariables[name]);
    const weights = variables.map((variable) => Float64Array.from(variable.dataSync()));
    this.#apply(
      weights,
      list.map(({ tensor }) => Float64Array.from(tensor.dataSync())),
      list.map(({ name }) => name),
    );
    variables.forEach((variable, i) => variable.assign(tfc.tensor(Float32Array.from(weights[i]), variable.shape)));
  }

  getConfig() {
    return {};
  }
}

/**
 * @param {(weights: Float64Array[], gradients: Float64Array[], names: string[]) => void} apply
 * @returns {tfc.Optimizer}
 */
export const intercept = (apply) => new Interceptor(apply);

/** A TensorFlow.js network of the description. */
export class TfModel {
  /** @param {Description} description @param {Floats[]} [weights] */
  constructor(description, weights) {
    const { inputShape, nodes } = description;
    const x = tfl.input({ shape: inputShape });
    /** @type {tfl.layers.Layer[]} */
    this.made = nodes.map((node) => tfLayer(node));
    /** @type {tfl.LayersModel} */
    this.model = tfl.model({ inputs: x, outputs: applied(nodes, x, this.made) });
    if (weights) this.setWeights(weights);
  }

  /** @param {Floats[]} weights layer by layer */
  setWeights(weights) {
    let next = 0;
    for (const layer of this.made) {
      const count = layer.weights.length;
      if (count) layer.setWeights(weights.slice(next, next + count).map(toTf));
      next += count;
    }
  }

  /** Layer by layer, in Keras's order; `model.getWeights` puts weights that are not trained last. */
  getWeights() {
    return this.made.flatMap((layer) =>
      layer.getWeights().map((t) => ({ shape: t.shape, data: /** @type {Float32Array} */ (t.dataSync()) })),
    );
  }

  /** Whether each weight is trained, layer by layer. */
  get trainable() {
    return this.made.flatMap((layer) => layer.weights.map((weight) => weight.trainable));
  }

  /** @param {{ shape: number[], data: ArrayLike<number> }} x */
  predict(x) {
    return /** @type {tfc.Tensor} */ (this.model.predict(toTf(x))).dataSync();
  }

  /**
   * @param {any} loss
   * @param {tfc.Optimizer} optimizer
   * @param {string[]} [metrics]
   */
  compile(loss, optimizer, metrics = []) {
    this.model.compile({ loss, optimizer, metrics });
  }

  /**
   * @param {Floats} x
   * @param {{ shape: number[], data: ArrayLike<number> }} y
   * @returns {Promise<number[]>} the loss, then the metrics
   */
  async step(x, y) {
    return /** @type {number[]} */ ([await this.model.trainOnBatch(toTf(x), toTf(y))].flat());
  }

  /**
   * The gradients of all trained weights, and the loss, from a step that changes only batch normalization's averages.
   * @param {any} loss
   * @param {Floats} x
   * @param {{ shape: number[], data: ArrayLike<number> }} y
   */
  async gradients(loss, x, y) {
    /** @type {Float64Array[]} */
    let sorted = [];
    const order = this.made.flatMap((layer) => layer.trainableWeights.map(({ name }) => name));
    this.compile(
      loss,
      intercept((_, gradients, names) => {
        sorted = order.map((name) => gradients[names.indexOf(name)]);
      }),
    );
    const [value] = await this.step(x, y);
    return { loss: value, gradients: sorted };
  }
}

/**
 * Targets as `tfLoss` takes them: class indices become one-hot, since for losses that Layers does not know, it expects
 * other shapes.
 * @param {Loss} loss
 * @param {{ shape: number[], data: ArrayLike<number> }} y
 * @param {number} classes
 */
export function tfTargets({ name }, y, classes) {
  if (name !== 'sparseCategoricalCrossentropy') return y;
  const data = Float32Array.from({ length: y.data.length * classes }, (_, i) =>
    Number(y.data[Math.floor(i / classes)] === i % classes),
  );
  return { shape: [y.data.length, classes], data };
}

/**
 * The loss in TensorFlow.js's terms; where Layers has no such option, the formula is written with its operations.
 * @param {Loss} loss
 * @param {{ sampleWeight?: Float32Array }} [options]
 * @returns {any}
 */
export function tfLoss({ name, fromLogits, labelSmoothing = 0 }, { sampleWeight } = {}) {
  const formulas = /** @type {Record<string, (t: tfc.Tensor, p: tfc.Tensor) => tfc.Tensor>} */ ({
    meanSquaredError: tfl.metrics.meanSquaredError,
    meanAbsoluteError: tfl.metrics.meanAbsoluteError,
    binaryCrossentropy: (t, p) =>
      fromLogits
        ? tfc.mean(tfc.losses.sigmoidCrossEntropy(t, p, undefined, labelSmoothing, tfc.Reduction.NONE), -1)
        : tfl.metrics.binaryCrossentropy(tfc.add(tfc.mul(t, 1 - labelSmoothing), 0.5 * labelSmoothing), p),
    categoricalCrossentropy: (t, p) =>
      fromLogits
        ? tfc.losses.softmaxCrossEntropy(t, p, undefined, labelSmoothing, tfc.Reduction.NONE)
        : tfl.metrics.categoricalCrossentropy(
            tfc.add(tfc.mul(t, 1 - labelSmoothing), labelSmoothing / p.shape[p.shape.length - 1]),
            p,
          ),
  });
  const formula = formulas[name === 'sparseCategoricalCrossentropy' ? 'categoricalCrossentropy' : name];
  return (/** @type {tfc.Tensor} */ t, /** @type {tfc.Tensor} */ p) =>
    sampleWeight ? tfc.mul(formula(t, p), tfc.tensor1d(sampleWeight)) : formula(t, p);
}
