import { FittingRoomError, checkOptions, seedOf, show } from '../check.js';
import { evaluateNow, predictNow } from '../training/evaluation.js';
import { trainStep } from '../training/fit.js';
import { graphOf, stackOf } from '../layers/graph.js';
import { losses } from '../training/losses.js';
import { openerOf } from '../training/supply.js';
import { Model } from '../model.js';
import { core } from './core.js';
import { Tensor, scalar } from './tensor.js';

/** @import { Graph } from '../layers/graph.js' */
/** @import { FitDatasetOptions } from '../training/dataset.js' */
/** @import { FitOptions } from '../training/fit.js' */
/** @import { LayerConfig, SymbolicTensor } from '../layers/layer.js' */
/** @import { LossConfig } from '../training/losses.js' */
/** @import { CompileOptions } from '../model.js' */
/** @import { Metric } from '../training/metrics.js' */
/** @import { BatchIterator } from '../training/supply.js' */

/** @typedef {Omit<CompileOptions, 'metrics'> & { metrics?: Metric | Metric[] }} CompileArgs */
/**
 * @typedef {Omit<FitOptions, 'validationData' | 'sampleWeight'> & { validationData?: Tensor[], sampleWeight?: Tensor,
 *   yieldEvery?: unknown }} FitArgs yieldEvery: has no effect; other tasks run in any case
 */
/**
 * @typedef {Omit<FitDatasetOptions, 'validationData'> & { validationData?: Tensor[] | TensorDataset, yieldEvery?:
 *   unknown }} FitDatasetArgs yieldEvery: has no effect
 */
/**
 * @typedef {{ batchSize?: number, steps?: number, sampleWeight?: Tensor, verbose?: number }} EvaluateArgs verbose: has
 *   no effect
 */
/**
 * A dataset of `tf.data`, or anything else that fitDataset iterates over, whose batches are { xs, ys } or [xs, ys] of
 * tensors.
 * @typedef {(AsyncIterable<unknown> | Iterable<unknown> | { iterator: () => any } | (() => any)) & { size?: unknown
 *   }} TensorDataset
 */

/** TF.js's losses, with the names in its `tf.losses`. */
export const tfLosses = Object.freeze({
  ...losses,
  absoluteDifference: () => losses.meanAbsoluteError(),
  softmaxCrossEntropy: () => losses.categoricalCrossentropy({ fromLogits: true }),
  sigmoidCrossEntropy: () => losses.binaryCrossentropy({ fromLogits: true }),
});

/** The tensor in the form the core takes: floats, so that bytes are not scaled. @param {Tensor} t */
function floats(t) {
  if (!(t instanceof Tensor))
    throw new FittingRoomError(`expected a tensor made by tf.tensor or the like, got ${show(t)}`);
  return { shape: t.shape, data: Float32Array.from(t.dataSync()) };
}

/** @param {number[]} figures */
function scalars(figures) {
  const each = figures.map((figure) => scalar(figure));
  return each.length === 1 ? each[0] : each;
}

/**
 * An iterator over what `convert` makes of the values of another, which may be promises.
 * @param {BatchIterator} iterator
 * @param {(value: unknown) => unknown} convert
 * @returns {BatchIterator}
 */
const converted = (iterator, convert) => ({
  next: async () => {
    const result = await iterator.next();
    if (Object(result) !== result || result.done) return result;
    return { done: false, value: Promise.resolve(result.value).then(convert) };
  },
  return: async () => iterator.return?.(),
});

/** Key of a function that makes the graph of a model not built from inputs and outputs. */
const GRAPH = Symbol('graph');

/** @typedef {{ name?: string, seed?: number }} Named */
/**
 * @typedef {Named & { inputs: SymbolicTensor | SymbolicTensor[], outputs: SymbolicTensor | SymbolicTensor[] }}
 *   ContainerArgs
 */

/** TF.js's model: built on first use; evaluate and predict return at once. */
export class LayersModel {
  #graphOf;
  #options;
  /** @type {Model | undefined} */
  #model;

  /** @param {ContainerArgs | (Named & { [GRAPH]: () => Graph })} args */
  constructor(args) {
    if (GRAPH in Object(args)) {
      this.#graphOf = /** @type {{ [GRAPH]: () => Graph }} */ (args)[GRAPH];
    } else {
      checkOptions('model', args, ['inputs', 'outputs', 'name', 'seed']);
      const { inputs, outputs } = /** @type {ContainerArgs} */ (args);
      const graph = graphOf(inputs, outputs);
      this.#graphOf = () => graph;
    }
    const { name = 'model', seed } = args;
    this.#options = { name, seed: seedOf('model', seed) };
  }

  get isBuilt() {
    return this.#model !== undefined;
  }

  /** The underlying Model. */
  get model() {
    return (this.#model ??= new Model(core, this.#graphOf(), { ...this.#options, facade: this }));
  }

  get name() {
    return this.#options.name;
  }

  get layers() {
    return this.model.layers;
  }

  get optimizer() {
    return this.model.optimizer;
  }

  get metricsNames() {
    return this.model.metricsNames;
  }

  get history() {
    return this.model.history;
  }

  get position() {
    return this.model.position;
  }

  get interrupted() {
    return this.model.interrupted;
  }

  get continues() {
    return this.model.continues;
  }

  get stopTraining() {
    return this.model.stopTraining;
  }

  set stopTraining(stop) {
    this.model.stopTraining = stop;
  }

  /** @param {string | number | null} [name] or index @param {number} [index] takes precedence if given */
  getLayer(name, index) {
    return this.model.getLayer(/** @type {string} */ (index ?? name));
  }

  countParams() {
    return this.model.countParams();
  }

  /** @param {number} [_lineLength] @param {number[]} [_positions] @param {(text: string) => void} [printFn] */
  summary(_lineLength, _positions, printFn) {
    this.model.summary(printFn);
  }

  /** @param {CompileArgs} args */
  compile(args) {
    checkOptions('compile', args, ['optimizer', 'loss', 'metrics']);
    const { optimizer, loss, metrics = [] } = args;
    const named = Object.values(tfLosses).find((made) => made === loss);
    this.model.compile({
      optimizer,
      loss: named ? named() : loss,
      metrics: Array.isArray(metrics) ? metrics : [metrics],
    });
  }

  /** Class indices may have shape [n, 1], as in TF.js. @param {Tensor} y */
  #targets(y) {
    const { shape, data } = floats(y);
    const [count, ...rest] = shape;
    const single = rest.length === 1 && rest[0] === 1 && this.model.runner().loss === 'sparseCategoricalCrossentropy';
    return { shape: single ? [count] : shape, data };
  }

  /** @param {Tensor[]} data x, y, and optionally a weight per sample @returns {any} */
  #held([x, y, ...weights]) {
    return [floats(x), this.#targets(y), ...weights.map(floats)];
  }

  /**
   * A batch with its tensors as fitDataset takes them. Whatever is no tensor stays as it is, to be refused there by the
   * number of the batch.
   * @param {any} batch
   */
  #batch(batch) {
    const taken = (/** @type {string} */ key, /** @type {unknown} */ t) =>
      t instanceof Tensor ? (key === 'ys' ? this.#targets(t) : floats(t)) : t;
    if (Array.isArray(batch)) return batch.map((t, i) => taken(i === 1 ? 'ys' : '', t));
    if (Object(batch) !== batch) return batch;
    return Object.fromEntries(Object.entries(batch).map(([key, t]) => [key, taken(key, t)]));
  }

  /** @param {string} what the dataset in messages @param {TensorDataset} dataset */
  #dataset(what, dataset) {
    const open = openerOf(what, dataset);
    const iterator = async () => converted(await open(), (batch) => this.#batch(batch));
    return { size: dataset.size, iterator };
  }

  /**
   * @param {Tensor} x
   * @param {Tensor} y
   * @param {FitArgs} [args]
   */
  async fit(x, y, args = {}) {
    const { validationData, sampleWeight, yieldEvery: _, ...options } = args;
    return this.model.fit(floats(x), this.#targets(y), {
      ...options,
      ...(validationData && { validationData: this.#held(validationData) }),
      ...(sampleWeight && { sampleWeight: floats(sampleWeight) }),
    });
  }

  /**
   * @param {TensorDataset} dataset
   * @param {FitDatasetArgs} [args]
   */
  async fitDataset(dataset, args = {}) {
    const { validationData: held, yieldEvery: _, ...options } = args;
    const isTensors = Array.isArray(held) && held[0] instanceof Tensor;
    return this.model.fitDataset(this.#dataset('fitDataset: dataset', dataset), {
      ...options,
      ...(held && {
        validationData: isTensors
          ? this.#held(held)
          : this.#dataset('fitDataset: validationData', /** @type {TensorDataset} */ (held)),
      }),
    });
  }

  /**
   * One step of training.
   * @param {Tensor} x
   * @param {Tensor} y
   * @returns {Promise<number | number[]>} the loss before the step; with metrics, an array of it and the metrics
   */
  async trainOnBatch(x, y) {
    const figures = trainStep(this.model.compiledRunner('trainOnBatch'), floats(x), this.#targets(y));
    return figures.length === 1 ? figures[0] : figures;
  }

  /**
   * @param {Tensor} x
   * @param {Tensor} y
   * @param {EvaluateArgs} [args]
   * @returns {any} the loss, or an array of it and the metrics, as scalar tensors
   */
  evaluate(x, y, args = {}) {
    const { verbose: _, sampleWeight, ...options } = args;
    const figures = evaluateNow(this.model.compiledRunner('evaluate'), floats(x), this.#targets(y), {
      ...options,
      ...(sampleWeight && { sampleWeight: floats(sampleWeight) }),
    });
    return scalars(figures);
  }

  /**
   * @param {TensorDataset} dataset or its iterator
   * @param {{ batches?: number, verbose?: number }} [args] verbose: has no effect
   * @returns {Promise<any>} the loss, or an array of it and the metrics, as scalar tensors
   */
  async evaluateDataset(dataset, args = {}) {
    const { verbose: _, ...options } = args;
    return scalars(await this.model.evaluateDataset(this.#dataset('evaluateDataset: dataset', dataset), options));
  }

  /**
   * @param {Tensor} x
   * @param {{ batchSize?: number, verbose?: boolean }} [args]
   */
  predict(x, args = {}) {
    const { verbose: _, ...options } = args;
    const { shape, data } = predictNow(this.model.runner(), floats(x), options);
    return new Tensor(data, shape, 'float32');
  }

  /** @param {Tensor} x */
  predictOnBatch(x) {
    return this.predict(x, { batchSize: x.shape[0] });
  }

  getWeights() {
    return this.model.getWeights().map(({ shape, data }) => new Tensor(data, shape, 'float32'));
  }

  /** @param {Tensor[]} weights */
  setWeights(weights) {
    this.model.setWeights(weights.map(floats));
  }

  dispose() {
    this.#model?.dispose();
  }
}

/** @typedef {Named & { layers?: LayerConfig[] }} SequentialArgs */

/** A stack of layers; layers can be added until it is first used. */
export class Sequential extends LayersModel {
  #stack;

  /** @param {SequentialArgs} [args] */
  constructor(args = {}) {
    checkOptions('sequential', args, ['layers', 'name', 'seed']);
    const { layers = [], name = 'sequential', seed } = args;
    if (!Array.isArray(layers)) throw new FittingRoomError(`sequential: layers must be an array, got ${show(layers)}`);
    const stack = [...layers];
    super({ [GRAPH]: () => stackOf(stack), name, seed: seedOf('sequential', seed) });
    this.#stack = stack;
  }

  /** @param {LayerConfig} layer */
  add(layer) {
    if (this.isBuilt)
      throw new FittingRoomError('add: this model is already in use; add layers before compile', 'wrong-state');
    this.#stack.push(layer);
  }
}

/** @param {SequentialArgs} [args] */
export const sequential = (args) => new Sequential(args);

/** @param {ContainerArgs} args */
export const model = (args) => new LayersModel(args);
