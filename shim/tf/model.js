import { FittingRoomError, checkOptions, seedOf, show } from '../check.js';
import { evaluateNow, predictNow } from '../training/evaluation.js';
import { trainStep } from '../training/fit.js';
import { chainOf, graphOf, input, stackOf } from '../layers/graph.js';
import { SymbolicTensor } from '../layers/layer.js';
import { weightsOf } from '../layers/table.js';
import { openerOf } from '../training/supply.js';
import { compiledRunnerOf, runnerOf } from '../training/samples.js';
import { Model, newModel } from '../model.js';
import { core } from './core.js';
import { scalar } from './creation.js';
import { save } from './io/index.js';
import { InputLayer, Layer, floats, input as tfInput, layerAt, layerOf, shaped, tensorOfWeight } from './layers.js';
import { leaveOutMethods } from './left-out.js';
import { lossOf, metricsOf } from './losses.js';
import { optimizerNamed } from './optimizers.js';
import { Tensor } from './tensor.js';

/** @import { Graph, Node } from '../layers/graph.js' */
/** @import { FitDatasetOptions } from '../training/dataset.js' */
/** @import { FitOptions } from '../training/fit.js' */
/** @import { LayerConfig } from '../layers/layer.js' */
/** @import { CompileOptions } from '../model.js' */
/** @import { OptimizerName } from '../training/optimizers.js' */
/** @import { Handler } from './io/artifacts.js' */
/** @import { TfLoss, TfMetric } from './losses.js' */
/** @import { BatchIterator } from '../training/supply.js' */

/**
 * @typedef {object} CompileArgs
 * @property {CompileOptions['optimizer'] | Capitalize<OptimizerName> | Uppercase<OptimizerName>} optimizer a name
 *   counts
 *   in any case
 * @property {TfLoss | [TfLoss]} loss
 * @property {TfMetric | TfMetric[]} [metrics]
 */
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
 * @typedef {(AsyncIterable<unknown> | Iterable<unknown> | { iterator: () => unknown } | (() => unknown)) & { size?:
 *   unknown }} TensorDataset
 */

/**
 * The one tensor that a model has as its input or output; TF.js also takes it in an array or by its name.
 * @param {any} given
 * @returns {Tensor}
 */
function single(given) {
  if (given instanceof Tensor || typeof given !== 'object' || given === null) return given;
  const [only, more] = Object.values(given);
  if (only instanceof Tensor && more === undefined) return only;
  throw new FittingRoomError(`expected a tensor made by tf.tensor or the like, got ${show(given)}`);
}

/** Samples as the core takes them; of a vector, each number is a sample. @param {Tensor | Tensor[]} x */
function samplesOf(x) {
  const { shape, data } = floats(single(x));
  return { shape: shape.length === 1 ? [...shape, 1] : shape, data };
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
export const GRAPH = Symbol('graph');

/** @typedef {{ name?: string, seed?: number }} Named */
/**
 * @typedef {Named & { inputs: SymbolicTensor | SymbolicTensor[], outputs: SymbolicTensor | SymbolicTensor[] }}
 *   ContainerArgs
 */
/** @typedef {Omit<Graph, 'nodes'> & { nodes: (Node & { layer?: Layer })[] }} LayeredGraph */

/** TF.js's model: built on first use; evaluate and predict return at once. */
export class LayersModel {
  #graphOf;
  #options;
  /** @type {Model | undefined} */
  #model;
  /** @type {Layer[]} */
  #layers = [];
  /** @type {InputLayer | undefined} */
  #input;
  #metadata;
  #isOutdated = false;

  /** @param {ContainerArgs | (Named & { [GRAPH]: () => LayeredGraph, metadata?: Record<string, unknown> })} args */
  constructor(args) {
    if (GRAPH in Object(args)) {
      this.#graphOf = /** @type {{ [GRAPH]: () => LayeredGraph }} */ (args)[GRAPH];
    } else {
      checkOptions('model', args, ['inputs', 'outputs', 'name', 'seed']);
      const { inputs, outputs } = /** @type {ContainerArgs} */ (args);
      /** @type {LayeredGraph} */
      const graph = graphOf(inputs, outputs);
      for (const node of graph.nodes) {
        node.layer = layerAt(node);
        node.layer.joined(() => this.model);
      }
      this.#graphOf = () => graph;
    }
    const { name = 'model', seed, metadata } = /** @type {any} */ (args);
    this.#options = { name, seed: seedOf('model', seed) };
    this.#metadata = metadata;
  }

  get isBuilt() {
    return this.#model !== undefined;
  }

  /** The underlying Model. */
  get model() {
    if (!this.#model || this.#isOutdated) {
      const before = this.#model;
      this.#model = this.#build(this.#graphOf()); // copies the weights of layers that were built before
      this.#isOutdated = false;
      before?.dispose();
    }
    return this.#model;
  }

  /** @param {LayeredGraph} graph */
  #build(graph) {
    const layers = graph.nodes.map((node) => node.layer ?? layerAt(node));
    const wasBuilt = graph.nodes.map(({ origin }) => origin !== undefined);
    const made = newModel(Model, { core, graph, ...this.#options, facade: this });
    made.metadata = this.#metadata;
    layers.forEach((layer, i) => layer.bind(made.layers[i], { seed: this.#options.seed, isNew: !wasBuilt[i] }));
    this.#layers = layers;
    this.#input = graph.inputName === undefined ? undefined : new InputLayer(made.inputs[0]);
    return made;
  }

  /** Lets the next use build another model of the same layers, with their weights. */
  outdate() {
    this.#isOutdated = true;
  }

  get isCompiled() {
    return this.#model !== undefined && runnerOf(this.#model).compiled !== undefined;
  }

  /** @returns {string} */
  get name() {
    return this.#options.name;
  }

  /** Of a model from tf.model, the first is the input. @returns {Layer[]} */
  get layers() {
    void this.model;
    const start = /** @type {Layer[]} */ (/** @type {unknown[]} */ (this.#input ? [this.#input] : []));
    return [...start, ...this.#layers];
  }

  get inputs() {
    return this.model.inputs;
  }

  get outputs() {
    return this.model.outputs;
  }

  get input() {
    return this.inputs[0];
  }

  get output() {
    return this.outputs[0];
  }

  /** With null for the batch axis. @returns {(number | null)[]} */
  get inputShape() {
    return [null, ...this.model.inputShape];
  }

  /** With null for the batch axis. @returns {(number | null)[]} */
  get outputShape() {
    return [null, ...this.model.outputShape];
  }

  get built() {
    return this.isBuilt;
  }

  get trainable() {
    return this.model.trainable;
  }

  set trainable(trainable) {
    this.model.trainable = trainable;
  }

  /** Those that training changes come first, as in TF.js. */
  get weights() {
    const all = this.layers.flatMap(({ weights }) => weights);
    return [...all.filter(({ trainable }) => trainable), ...all.filter(({ trainable }) => !trainable)];
  }

  get trainableWeights() {
    return this.weights.filter(({ trainable }) => trainable);
  }

  get nonTrainableWeights() {
    return this.weights.filter(({ trainable }) => !trainable);
  }

  /** The places of the weights in the order of TF.js: those that training changes, then the others. */
  #order() {
    const learns = this.model.layers.flatMap(({ config, trainable }) =>
      weightsOf(config).map(({ isRegularized }) => trainable && isRegularized),
    );
    const places = [...learns.keys()];
    return [...places.filter((i) => learns[i]), ...places.filter((i) => !learns[i])];
  }

  /**
   * Connects copies of the model's layers.
   * @param {SymbolicTensor | SymbolicTensor[]} inputs
   * @returns {SymbolicTensor}
   */
  apply(inputs) {
    const [start] = [inputs].flat();
    if (!(start instanceof SymbolicTensor))
      throw new FittingRoomError(
        `model: apply takes what tf.input and layers' apply return, got ${show(start)}; predict takes tensors`,
      );
    const symbols = [start];
    for (const built of this.model.layers)
      symbols.push(
        new SymbolicTensor(
          null,
          built.sources.map((source) => symbols[source + 1]),
          undefined,
          built,
        ),
      );
    return shaped(symbols[symbols.length - 1]);
  }

  /** @returns {Record<string, unknown> | undefined} */
  getUserDefinedMetadata() {
    return this.model.metadata;
  }

  /** Facts to be saved with the model. @param {Record<string, unknown>} metadata */
  setUserDefinedMetadata(metadata) {
    this.model.metadata = metadata;
  }

  /**
   * Saves the layers and weights as TF.js does, so that it can load them too.
   * @param {string | Handler} target 'downloads://name', 'indexeddb://name' or 'localstorage://name' in a page,
   *   'file://folder' in Node, an address to which the files are posted, or an object with save(artifacts)
   * @param {{ includeOptimizer?: false, trainableOnly?: false }} [options]
   */
  async save(target, options = {}) {
    return save(this.model, target, options);
  }

  get optimizer() {
    const { optimizer } = this.model;
    return Object.assign(optimizer, {
      /** @param {number} rate */
      setLearningRate(rate) {
        optimizer.learningRate = rate;
      },
    });
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

  /**
   * @param {string | number | null} [name] or index
   * @param {number} [index] takes precedence if given
   * @returns {Layer}
   */
  getLayer(name, index) {
    const wanted = index ?? name;
    const { layers } = this;
    const found = typeof wanted === 'number' ? layers[wanted] : layers.find((layer) => layer.name === wanted);
    if (found) return found;
    throw new FittingRoomError(
      `getLayer: no layer ${show(wanted)}; there are ${layers.map((layer) => layer.name).join(', ')}`,
    );
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
    this.model.compile({
      optimizer: /** @type {CompileOptions['optimizer']} */ (optimizerNamed(optimizer)),
      loss: lossOf(loss),
      metrics: metricsOf(metrics),
    });
  }

  /** A vector has a number per sample; class indices may have shape [n, 1]. @param {Tensor | Tensor[]} y */
  #targets(y) {
    const { shape, data } = floats(single(y));
    const [count, ...rest] = shape;
    const isSparse = runnerOf(this.model).loss === 'sparseCategoricalCrossentropy';
    if (isSparse) return { shape: rest.length === 1 && rest[0] === 1 ? [count] : shape, data };
    return { shape: rest.length === 0 ? [count, 1] : shape, data };
  }

  /** @param {Tensor[]} data x, y, and optionally a weight per sample @returns {any} */
  #held([x, y, ...weights]) {
    return [samplesOf(x), this.#targets(y), ...weights.map(floats)];
  }

  /**
   * A batch with its tensors as fitDataset takes them. Whatever is no tensor stays as it is, to be refused there by the
   * number of the batch.
   * @param {any} batch
   */
  #batch(batch) {
    const taken = (/** @type {string} */ key, /** @type {unknown} */ t) =>
      t instanceof Tensor ? (key === 'ys' ? this.#targets(t) : key === 'xs' ? samplesOf(t) : floats(t)) : t;
    if (Array.isArray(batch)) return batch.map((t, i) => taken(['xs', 'ys'][i], t));
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
   * @param {Tensor | Tensor[]} x
   * @param {Tensor | Tensor[]} y
   * @param {FitArgs} [args]
   */
  async fit(x, y, args = {}) {
    const { validationData, sampleWeight, yieldEvery: _, ...options } = args;
    return this.model.fit(samplesOf(x), this.#targets(y), {
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
   * @param {Tensor | Tensor[]} x
   * @param {Tensor | Tensor[]} y
   * @returns {Promise<number | number[]>} the loss before the step; with metrics, an array of it and the metrics
   */
  async trainOnBatch(x, y) {
    const figures = trainStep(compiledRunnerOf(this.model, 'trainOnBatch'), samplesOf(x), this.#targets(y));
    return figures.length === 1 ? figures[0] : figures;
  }

  /**
   * @param {Tensor | Tensor[]} x
   * @param {Tensor | Tensor[]} y
   * @param {EvaluateArgs} [args]
   * @returns {Tensor | Tensor[]} the loss, or an array of it and the metrics, as scalar tensors
   */
  evaluate(x, y, args = {}) {
    const { verbose: _, sampleWeight, ...options } = args;
    const figures = evaluateNow(compiledRunnerOf(this.model, 'evaluate'), samplesOf(x), this.#targets(y), {
      ...options,
      ...(sampleWeight && { sampleWeight: floats(sampleWeight) }),
    });
    return scalars(figures);
  }

  /**
   * @param {TensorDataset} dataset or its iterator
   * @param {{ batches?: number, verbose?: number }} [args] verbose: has no effect
   * @returns {Promise<Tensor | Tensor[]>} the loss, or an array of it and the metrics, as scalar tensors
   */
  async evaluateDataset(dataset, args = {}) {
    const { verbose: _, ...options } = args;
    return scalars(await this.model.evaluateDataset(this.#dataset('evaluateDataset: dataset', dataset), options));
  }

  /**
   * @param {Tensor | Tensor[]} x
   * @param {{ batchSize?: number, verbose?: boolean }} [args]
   */
  predict(x, args = {}) {
    const { verbose: _, ...options } = args;
    const { shape, data } = predictNow(runnerOf(this.model), samplesOf(x), options);
    return new Tensor(data, shape, 'float32');
  }

  /** @param {Tensor} x */
  predictOnBatch(x) {
    return this.predict(x, { batchSize: x.shape[0] });
  }

  /** Copies of the weights: those that training changes come first, as in TF.js. */
  getWeights() {
    const weights = this.model.getWeights();
    return this.#order().map((place) => tensorOfWeight(weights[place]));
  }

  /** @param {Tensor[]} weights in the order and shapes of getWeights */
  setWeights(weights) {
    const order = this.#order();
    if (!Array.isArray(weights) || weights.length !== order.length)
      throw new FittingRoomError(
        `setWeights takes ${order.length} tensors, got ${Array.isArray(weights) ? weights.length : show(weights)}`,
      );
    this.model.setWeights(order.map((_, place) => floats(weights[order.indexOf(place)])));
  }

  dispose() {
    this.#model?.dispose();
  }
}

leaveOutMethods('model', LayersModel.prototype, 'execute getConfig loadWeights resetStates toJSON');

/** @typedef {Layer | InputLayer | LayersModel} Entry of a stack; a model in it is copied */
/** @typedef {Named & { layers?: (Entry | LayerConfig)[], metadata?: Record<string, unknown> }} SequentialArgs */

/** @param {any} entry @returns {Entry} */
const entryOf = (entry) => (entry instanceof LayersModel || entry instanceof InputLayer ? entry : layerOf(entry));

/** @param {Entry[]} entries @returns {Entry[]} with the layers of stacks within the stack */
const unfolded = (entries) =>
  entries.flatMap((entry) => (entry instanceof Sequential ? unfolded(entry.entries) : [entry]));

/** @param {Entry} first @returns {number[]} of a sample */
function inputShapeOf(first) {
  const shape = first instanceof Layer ? undefined : first instanceof InputLayer ? first.outputShape : first.inputShape;
  const own = first instanceof Layer ? first.config.inputShape : shape?.slice(1);
  if (own) return /** @type {number[]} */ (own);
  throw new FittingRoomError('sequential: the first layer needs an inputShape such as [28, 28, 1]');
}

/**
 * The graph of a stack.
 * @param {Entry[]} entries
 * @returns {LayeredGraph}
 */
function stackedGraph(entries) {
  const [first] = entries;
  const begins = first instanceof InputLayer;
  const parts = /** @type {(Layer | LayersModel)[]} */ (begins ? entries.slice(1) : entries);
  if (parts.some((part) => part instanceof LayersModel)) {
    const start = input({ shape: inputShapeOf(first) });
    return graphOf(
      start,
      parts.reduce((symbol, part) => part.apply(symbol), start),
    );
  }
  const layers = /** @type {Layer[]} */ (parts);
  const contents = layers.map(({ content }) => content);
  const graph = begins && contents.length > 0 ? chainOf(contents, inputShapeOf(first)) : stackOf(contents);
  return { ...graph, nodes: graph.nodes.map((node, i) => ({ ...node, layer: layers[i] })) };
}

/** A stack of layers; layers can be added until it is compiled. */
export class Sequential extends LayersModel {
  /** @type {Entry[]} */
  #entries;

  /** @param {SequentialArgs} [args] */
  constructor(args = {}) {
    checkOptions('sequential', args, ['layers', 'name', 'seed', 'metadata']);
    const { layers = [], name = 'sequential', seed, metadata } = args;
    if (!Array.isArray(layers)) throw new FittingRoomError(`sequential: layers must be an array, got ${show(layers)}`);
    super({ [GRAPH]: () => stackedGraph(unfolded(this.#entries)), name, seed: seedOf('sequential', seed), metadata });
    this.#entries = [];
    for (const layer of layers) this.add(layer);
  }

  /** What has been added. */
  get entries() {
    return this.#entries;
  }

  /** @param {Entry | LayerConfig} layer a model adds copies of its layers */
  add(layer) {
    this.#change('add', () => {
      const entry = entryOf(layer);
      // a layer of another model stays there
      this.#entries.push(entry instanceof Layer && entry.built ? entry.copy() : entry);
      if (entry instanceof Layer) entry.joined(() => this.model);
    });
  }

  /**
   * Builds the model now.
   * @param {(number | null)[]} [inputShape] with the batch axis; for a stack whose first layer does not say it
   */
  build(inputShape) {
    const [first] = this.#entries;
    const hasShape = first instanceof InputLayer || (first instanceof Layer && first.config.inputShape);
    if (inputShape && !hasShape) this.#entries.unshift(new InputLayer(tfInput({ batchShape: inputShape })));
    void this.model;
  }

  /** Removes the last layer. */
  pop() {
    if (this.#entries.length === 0) throw new FittingRoomError('pop: there are no layers', 'wrong-state');
    this.#change('pop', () => this.#entries.pop());
  }

  /** @param {string} what @param {() => void} change */
  #change(what, change) {
    if (this.isCompiled)
      throw new FittingRoomError(`${what}: this model is already in use; ${what} layers before compile`, 'wrong-state');
    change();
    this.outdate();
  }
}

/** @param {SequentialArgs} [args] */
export const sequential = (args) => new Sequential(args);

/** @param {ContainerArgs} args */
export const model = (args) => new LayersModel(args);
