import { FittingRoomError, checkNumber, show } from '../check.js';
import { allocated, checkSamples, checkTensor, elementsOf } from '../tensor.js';

/** @import { Core } from '../core/core.js' */
/** @import { FitState } from './fit.js' */
/** @import { Graph } from '../layers/graph.js' */
/** @import { Reading } from './metrics.js' */
/** @import { Compiled } from '../model.js' */
/** @import { OptimizerHandle } from './optimizers.js' */
/** @import { Tensor } from '../tensor.js' */

/**
 * What training needs of a model.
 * @typedef {object} Runner
 * @property {object} model the model that callbacks receive
 * @property {Core} core
 * @property {Graph} graph
 * @property {() => number} pointer of the fr_model; throws if the model is disposed
 * @property {number} seed
 * @property {number[]} inputShape
 * @property {number[]} outputShape
 * @property {string} loss
 * @property {Map<string, Reading>} metrics by their names in logs, in the order of evaluate's result
 * @property {OptimizerHandle | undefined} optimizer of a compiled model
 * @property {Compiled | undefined} compiled the checked arguments of compile
 * @property {FitState} state the state of its training
 */

/** Under this name each model has a method that returns its runner, also for other copies of this library on a page. */
export const RUNNER = Symbol.for('fitting-room.runner');

/** @param {any} value @returns {boolean} whether it is a model, of this copy of the library or another */
export const isModel = (value) => typeof value?.[RUNNER] === 'function';

/** @param {any} model @returns {Runner} throws if the model is disposed */
export const runnerOf = (model) => model[RUNNER]();

/** @param {object} model @param {string} what the caller, which needs a compiled model */
export function compiledRunnerOf(model, what) {
  const runner = runnerOf(model);
  if (!runner.compiled) throw new FittingRoomError(`${what}: call compile first`, 'wrong-state');
  return runner;
}

/**
 * Samples and targets, checked, in the form in which they are staged for the core.
 * @typedef {object} Source
 * @property {number} count
 * @property {Uint8Array | Float32Array} samples
 * @property {number} sampleSize in elements
 * @property {'uint8' | 'float32'} dtype one of those in src/dataset.h
 * @property {ArrayLike<number>} [targets]
 * @property {number} targetSize in elements
 * @property {boolean} sparse targets are class indices
 * @property {Float32Array} [weights] the weight of each sample
 */

/** The loss whose targets are class indices. */
const SPARSE = 'sparseCategoricalCrossentropy';

/**
 * @param {string} name
 * @param {Tensor} x
 * @returns {Uint8Array | Float32Array}
 */
function sampleData(name, { data }) {
  if (data instanceof Uint8Array || data instanceof Float32Array) return data;
  if (data instanceof Uint8ClampedArray) return new Uint8Array(data.buffer, data.byteOffset, data.length);
  throw new FittingRoomError(
    `${name}: samples must be bytes 0..255 (Uint8Array, scaled by 1/255) or floats (Float32Array), got ${show(data)}`,
  );
}

/**
 * @param {Runner} runner
 * @param {string} name 'x' or 'validation x'
 * @param {unknown} x
 * @returns {Source}
 */
export function sourceOf(runner, name, x) {
  const checked = checkSamples(name, x, runner.inputShape);
  const samples = sampleData(name, checked);
  return {
    count: checked.shape[0],
    samples,
    sampleSize: elementsOf(runner.inputShape),
    dtype: samples instanceof Float32Array ? 'float32' : 'uint8',
    targetSize: 1,
    sparse: true,
  };
}

/**
 * Warns of what is allowed, but likely to be a mistake.
 * @param {string} what the caller
 * @param {Runner} runner
 * @param {Source} source
 */
export async function look(what, runner, source) {
  const { activation } = runner.graph.nodes[runner.graph.nodes.length - 1].config;
  if (source.dtype === 'float32' || activation !== 'softmax') (await import('./doubts.js')).doubt(what, runner, source);
}

/** @param {string} name @param {ArrayLike<number>} labels @param {number} classes */
function checkLabels(name, labels, classes) {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i];
    if (!(label >= 0 && label < classes && Number.isInteger(label))) {
      throw new FittingRoomError(
        `${name}: label ${i} must be a whole number 0..${classes - 1}, got ${label}`,
        'bad-data',
      );
    }
  }
}

/**
 * @param {string} name
 * @param {unknown} weights
 * @param {number} count number of samples
 * @returns {Float32Array}
 */
function checkWeights(name, weights, count) {
  const { shape, data } = checkTensor(name, weights);
  if (shape.length !== 1 || shape[0] !== count) {
    throw new FittingRoomError(`${name} must hold one number per sample, shape [${count}], got ${show(shape)}`);
  }
  const checked = allocated(Float32Array, count);
  for (let i = 0; i < count; i++) checked[i] = checkNumber(`${name}: weight ${i}`, data[i], 0, 1e6);
  return checked;
}

/** Rounds to the nearest whole number, halves to the even one, as NumPy does. @param {number} value */
function roundHalfEven(value) {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/**
 * The class of each sample as Keras determines it: its class index, the position of the largest target, or the only
 * target rounded.
 * @param {Source} source
 * @returns {(sample: number) => number}
 */
function classesOf({ targets = [], targetSize, sparse }) {
  if (sparse) return (i) => targets[i];
  if (targetSize === 1) return (i) => roundHalfEven(targets[i]);
  return (i) => {
    let largest = 0;
    for (let j = 1; j < targetSize; j++)
      if (targets[i * targetSize + j] > targets[i * targetSize + largest]) largest = j;
    return largest;
  };
}

/**
 * @param {string} what the caller in messages
 * @param {unknown} classWeight { [class]: weight }, or an array
 * @param {number} classes Infinity: every whole number is a class
 * @returns {Map<number, number>}
 */
function checkClassWeight(what, classWeight, classes) {
  if (typeof classWeight !== 'object' || classWeight === null) {
    throw new FittingRoomError(
      `${what}: classWeight must be an object such as { 0: 1, 1: 2.5 } or an array, got ${show(classWeight)}`,
    );
  }
  /** @type {Map<number, number>} */
  const weights = new Map();
  for (const [label, weight] of classWeight instanceof Map ? classWeight : Object.entries(classWeight)) {
    const known = /^-?\d+$/.test(label) && (classes === Infinity || (Number(label) >= 0 && Number(label) < classes));
    if (!known) {
      const which = classes === Infinity ? 'whole numbers' : `0..${classes - 1}`;
      throw new FittingRoomError(`${what}: classWeight has a weight for class ${label}; classes are ${which}`);
    }
    weights.set(Number(label), checkNumber(`${what}: classWeight of class ${label}`, weight, 0, 1e6));
  }
  return weights;
}

/**
 * A function that gives each sample the weight of its class. A class without one has weight 1, whatever the targets
 * are.
 * @param {string} what the caller in messages
 * @param {Runner} runner
 * @param {unknown} classWeight { [class]: weight }, or an array
 * @returns {(source: Source) => Float32Array}
 */
export function weigherOf(what, { loss, outputShape }, classWeight) {
  const outputs = elementsOf(outputShape);
  // A single output that is not a probability may be of any class.
  const classes = outputs > 1 ? outputs : loss === 'binaryCrossentropy' ? 2 : Infinity;
  const weights = checkClassWeight(what, classWeight, classes);
  if (loss !== SPARSE && outputShape.length > 1 && outputs > 1) {
    throw new FittingRoomError(
      `${what}: classWeight needs one class per sample, got targets of shape [n, ${outputShape.join(', ')}]; give ` +
        'sampleWeight',
    );
  }
  return (source) => {
    const classOf = classesOf(source);
    const each = allocated(Float32Array, source.count);
    for (let i = 0; i < source.count; i++) each[i] = weights.get(classOf(i)) ?? 1;
    return each;
  };
}

/**
 * @param {Runner} runner
 * @param {string} prefix of messages: '', 'validation ' or the name of a batch
 * @param {unknown} x
 * @param {unknown} y
 * @param {unknown} [weights] undefined: all samples have weight 1
 * @returns {Source & { targets: ArrayLike<number> }}
 */
export function labelledSource(runner, prefix, x, y, weights) {
  const source = sourceOf(runner, `${prefix}x`, x);
  const name = `${prefix}y`;
  const sparse = runner.loss === SPARSE;
  const targets = sparse ? checkTensor(name, y) : checkSamples(name, y, runner.outputShape);
  if (sparse && targets.shape.length !== 1) {
    throw new FittingRoomError(`${name} must hold one class index per sample, shape [n], got ${show(targets.shape)}`);
  }
  if (targets.shape[0] !== source.count) {
    throw new FittingRoomError(`${name} has ${targets.shape[0]} targets for ${source.count} samples`);
  }
  if (sparse) checkLabels(name, targets.data, elementsOf(runner.outputShape));
  return {
    ...source,
    targets: targets.data,
    sparse,
    targetSize: sparse ? 1 : elementsOf(runner.outputShape),
    ...(weights !== undefined && { weights: checkWeights(`${prefix}sampleWeight`, weights, source.count) }),
  };
}

/**
 * The samples first … end - 1 of a source.
 * @template {Source} T
 * @param {T} source @param {number} first @param {number} end
 * @returns {T}
 */
export function part(source, first, end) {
  const { samples, targets, sampleSize, targetSize, weights } = source;
  return {
    ...source,
    count: end - first,
    samples: samples.subarray(first * sampleSize, end * sampleSize),
    targets: targets && /** @type {Float32Array} */ (targets).subarray(first * targetSize, end * targetSize),
    weights: weights?.subarray(first, end),
  };
}
