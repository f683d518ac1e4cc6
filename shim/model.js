import { buildModel, callWithNumbers, describeLayers, weightRanges } from './core/build.js';
import { Core } from './core/core.js';
import { roomIn } from './core/room.js';
import { FittingRoomError, checkBoolean, checkOptions, show } from './check.js';
import { evaluate, predict } from './training/evaluation.js';
import { fit, newFitState } from './training/fit.js';
import { computeActivations, computeGradients } from './training/inspection.js';
import { lossNumbers, lossOf } from './training/losses.js';
import { metricsOf } from './training/metrics.js';
import { modelFile } from './formats/on-demand.js';
import { OptimizerHandle, optimizerNumbers, optimizerOf } from './training/optimizers.js';
import { ModelLayer, withTrainable } from './layers/built.js';
import { SymbolicTensor } from './layers/layer.js';
import { summaryText } from './layers/summary.js';
import { RUNNER, compiledRunnerOf } from './training/samples.js';
import { readWeights, writeWeights } from './core/weights.js';

/** @import { Built } from './layers/built.js' */
/** @import { Range } from './core/weights.js' */
/** @import { EvaluateDatasetOptions, FitDatasetOptions } from './training/dataset.js' */
/** @import { EvaluateOptions, PassOptions } from './training/evaluation.js' */
/** @import { FitOptions, FitState, History } from './training/fit.js' */
/** @import { Graph } from './layers/graph.js' */
/** @import { Loss, LossConfig } from './training/losses.js' */
/** @import { Metric, MetricName, Reading, TopK } from './training/metrics.js' */
/** @import { SaveOptions } from './formats/fit/save.js' */
/** @import { Runner } from './training/samples.js' */
/** @import { Dataset } from './training/supply.js' */
/** @import { Given, Samples, Tensor } from './tensor.js' */
/** @typedef {import('./training/optimizers.js').OptimizerName} OptimizerName */
/** @typedef {import('./training/optimizers.js').OptimizerOptions} OptimizerOptions */

/**
 * @typedef {object} CompileOptions
 * @property {OptimizerName | OptimizerOptions} optimizer 'adam', or an object with its options: { name: 'adam',
 *   learningRate: 3e-4 }
 * @property {Loss} loss what training makes small: a name, or one of `losses` with its options
 * @property {readonly Metric[]} [metrics] further figures for the logs: names such as 'accuracy', or `metrics`
 */
/**
 * @typedef {{ optimizer: OptimizerOptions, loss: LossConfig, metrics: (MetricName | TopK)[] }} Compiled CompileOptions
 *   after checking, with defaults filled in
 */

/**
 * @typedef {object} ActivationsOptions
 * @property {boolean} [training] default false; true: as in the next training step, with dropout, augmentation and the
 *   batch's own statistics
 */

/**
 * What a model is made of. facade: passed to callbacks instead of the model; blank: the caller sets all weights, so
 * none need to be drawn.
 * @typedef {{ core: Core, graph: Graph, name: string, seed: number, facade?: object, blank?: boolean }} Parts
 */

/** Engines without `using` lack the symbol; what compiles it for them looks for this one. */
const DISPOSE = /** @type {typeof Symbol.dispose} */ (Symbol.dispose ?? Symbol.for('Symbol.dispose'));

/** Frees the core's memory of models that were garbage-collected without dispose. */
const forgotten = new FinalizationRegistry((/** @type {{ core: Core, pointer: number }} */ { core, pointer }) =>
  free(core, pointer),
);

/** @param {Core} core @param {number} pointer of a model */
function free(core, pointer) {
  core.models--;
  core.call('fr_dispose', pointer);
}

/** A built model: a graph of layers with weights, from one input to one output. */
export class Model {
  #core;
  #pointer;
  #graph;
  /** @type {object} */
  #facade;
  /** @type {Built[]} */
  #layers;
  /** Of each layer's weights, once somebody asks. @type {Range[] | undefined} */
  #ranges;
  /** The input, then each layer's output. @type {SymbolicTensor[] | undefined} */
  #symbols;
  /** @type {{ options: Compiled, metrics: Map<string, Reading>, optimizer: OptimizerHandle } | undefined} */
  #compiled;
  /** @type {FitState} */
  #state = newFitState();
  #passes = 0; // fits and evaluations in progress

  /**
   * Not for callers: sequential, model, loadModel and importModel make models.
   * @param {never} parts
   */
  constructor(parts) {
    const { core, graph, ...options } = /** @type {Parts} */ (parts ?? {});
    if (!(core instanceof Core)) {
      throw new FittingRoomError(
        'Model: models must be made by sequential, model, loadModel and importModel, not by new',
        'unsupported',
      );
    }
    const { name, seed, facade, blank } = options;
    Object.defineProperty(this, RUNNER, { value: () => this.#runner() });
    this.#core = core;
    this.#graph = { ...graph, nodes: graph.nodes.map(({ config, sources }) => ({ config, sources })) };
    this.#facade = facade ?? this;
    this.#pointer = buildModel(core, graph, seed, blank);
    core.models++;
    forgotten.register(this, { core, pointer: this.#pointer }, this);
    /** In summaries and files. */
    this.name = name;
    /** Determines initial weights, shuffling and dropout. */
    this.seed = seed;
    /**
     * Further content of its file: class names, licence, facts about its training.
     * @type {Record<string, unknown> | undefined}
     */
    this.metadata = undefined;
    /** The shape of a sample, without the batch axis. */
    this.inputShape = [...graph.inputShape];
    this.#layers = describeLayers(core, this.#pointer, graph).map(
      (described, index) =>
        /** @type {Built} */ (
          new ModelLayer(described, {
            count: () => this.#rangeOf(index)[1] - this.#rangeOf(index)[0],
            getWeights: () => readWeights(this.#core, this.#alive(), 'fr_get_weight', this.#rangeOf(index)),
            setWeights: (weights) => writeWeights(this.#core, this.#alive(), weights, this.#rangeOf(index)),
            output: () => this.#symbolic()[index + 1],
          })
        ),
    );
    graph.nodes.forEach(({ origin }, index) => {
      if (origin) this.#layers[index].setWeights(origin.getWeights());
    });
  }

  /** @param {number} layer @returns {Range} its weights' */
  #rangeOf(layer) {
    this.#ranges ??= weightRanges(this.#core, this.#alive(), this.#layers.length);
    return this.#ranges[layer];
  }

  #symbolic() {
    if (this.#symbols) return this.#symbols;
    const { inputShape, inputName = 'input_1', nodes } = this.#graph;
    const symbols = [new SymbolicTensor(null, [], { shape: inputShape, name: inputName })];
    nodes.forEach(({ sources }, index) => {
      const read = sources.map((source) => symbols[source + 1]);
      symbols.push(new SymbolicTensor(null, read, undefined, this.#layers[index]));
    });
    return (this.#symbols = symbols);
  }

  /** The input, for a model that begins like this one: `model({ inputs: base.inputs, outputs: … })`. */
  get inputs() {
    return this.#symbolic().slice(0, 1);
  }

  /** The output of the last layer. */
  get outputs() {
    return this.#symbolic().slice(-1);
  }

  #assertAlive() {
    if (this.#pointer === 0) throw new FittingRoomError('this model has been disposed', 'wrong-state');
  }

  #alive() {
    this.#assertAlive();
    return this.#pointer;
  }

  /** @returns {Runner} */
  #runner() {
    this.#assertAlive();
    const { options, metrics = new Map(), optimizer } = this.#compiled ?? {};
    return {
      model: this.#facade,
      core: this.#core,
      graph: this.#graphNow(),
      pointer: () => this.#alive(),
      seed: this.seed,
      inputShape: this.inputShape,
      outputShape: this.outputShape,
      loss: options?.loss.name ?? '',
      metrics,
      optimizer,
      compiled: options,
      state: this.#state,
    };
  }

  /** The graph, with `trainable` as it is set now. @returns {Graph} */
  #graphNow() {
    const nodes = this.#graph.nodes.map((node, index) => {
      const { trainable } = this.#layers[index];
      const isSame = trainable === (node.config.trainable !== false);
      return isSame ? node : { ...node, config: withTrainable(node.config, trainable) };
    });
    return { ...this.#graph, nodes };
  }

  /**
   * The layers with their names, output shapes (null: the batch axis) and numbers of parameters. A layer whose
   * `trainable` is set to false keeps its weights from the next compile on.
   */
  get layers() {
    return this.#layers;
  }

  /** Whether training changes the weights of any layer. */
  get trainable() {
    return this.#layers.some(({ trainable }) => trainable);
  }

  /** Sets `trainable` of every layer; the next compile takes it over. */
  set trainable(trainable) {
    for (const layer of this.#layers) layer.trainable = checkBoolean('model: trainable', trainable);
  }

  /** The shape of a sample's output, without the batch axis. */
  get outputShape() {
    return /** @type {number[]} */ (this.#layers[this.#layers.length - 1].outputShape.slice(1));
  }

  /**
   * The record of the latest fit, by epoch. If stopTraining cut the last epoch short, it covers the part that was done.
   */
  get history() {
    return this.#state.history;
  }

  /** Where training would continue: pass both as initialEpoch and initialBatch to continue a stopped fit. */
  get position() {
    const { epoch, batch } = this.#state.position;
    return { epoch, batch };
  }

  get stopTraining() {
    return this.#state.stopTraining;
  }

  /**
   * If set to true, fit ends after the current slice; validation, onEpochEnd and onTrainEnd still run, and fit
   * resolves. Set in onEpochEnd, it ends the run; set earlier, it interrupts the run.
   */
  set stopTraining(stop) {
    Object.assign(this.#state, { stopTraining: stop, stopEndsRun: stop && this.#state.betweenEpochs });
  }

  /**
   * Whether the latest fit ended before its run was over: because of stopTraining within an epoch, a signal or an
   * error. The steps that end a run, such as replacing the weights by their averages, are not taken then, and a fit
   * that starts at `position` continues the run exactly.
   */
  get interrupted() {
    return this.#state.interrupted;
  }

  /** Whether the latest fit started where an interrupted one had ended. */
  get continues() {
    return this.#state.continues;
  }

  /** The optimizer set by compile. Its learningRate can be read and, unless it is a schedule, changed. */
  get optimizer() {
    if (!this.#compiled) throw new FittingRoomError('optimizer: call compile first', 'wrong-state');
    return this.#compiled.optimizer;
  }

  /** The names of the loss and the metrics in logs. */
  get metricsNames() {
    return ['loss', ...(this.#compiled?.metrics.keys() ?? [])];
  }

  /** The number of values in all weights. */
  countParams() {
    return this.#layers.reduce((sum, layer) => sum + layer.parameters, 0);
  }

  /**
   * The layer with a name.
   * @param {string} name as in `layers` and the summary
   * @returns {Built}
   * @throws {FittingRoomError} with all names, if there is no such layer
   */
  getLayer(name) {
    return this.#layers[this.#find('getLayer', name)];
  }

  /** @param {string} what @param {unknown} layer its index or name @returns {number} */
  #find(what, layer) {
    const index = typeof layer === 'string' ? this.#layers.findIndex(({ name }) => name === layer) : layer;
    if (typeof index === 'number' && this.#layers[index]) return index;
    throw new FittingRoomError(
      `${what}: no layer ${show(layer)}; there are ${this.#layers.map(({ name }) => name).join(', ')}`,
    );
  }

  /**
   * Prints Keras's table of layers, output shapes and parameters, and returns it as text.
   * @param {(text: string) => void} [printFn]
   */
  summary(printFn = console.log) {
    const { inputName, inputShape } = this.#graph;
    const text = summaryText(
      this.name,
      this.#layers,
      inputName === undefined ? undefined : { name: inputName, shape: inputShape },
    );
    printFn(text);
    return text;
  }

  /**
   * Sets the optimizer, whose state starts over, the loss and the metrics.
   * @param {CompileOptions} options
   */
  compile(options) {
    this.#assertAlive();
    checkOptions('compile', options, ['optimizer', 'loss', 'metrics']);
    if (this.#passes > 0) {
      throw new FittingRoomError(
        'compile: this model is being trained or evaluated; wait until that is over',
        'wrong-state',
      );
    }
    const config = optimizerOf(options.optimizer);
    const loss = lossOf(options.loss);
    const { chosen, metrics, k } = metricsOf(options.metrics ?? [], loss.name);
    const optimizer = new OptimizerHandle(config, {
      steps: () => this.#steps(),
      average: (swap) => this.#core.call('fr_average', this.#alive(), swap),
    });
    const rate = optimizer.rateAt(0);
    this.#layers.forEach(({ name, trainable }, index) => {
      const frozen = !checkBoolean(`compile: trainable of layer ${name}`, trainable);
      this.#core.call('fr_freeze', this.#pointer, index, Number(frozen));
    });
    callWithNumbers(this.#core, 'fr_compile', this.#pointer, [
      ...optimizerNumbers(this.#core, config, rate),
      ...lossNumbers(this.#core, loss),
      k,
    ]);
    this.#compiled = { options: { optimizer: config, loss, metrics: chosen }, metrics, optimizer };
  }

  /** The number of optimizer steps since compile. */
  #steps() {
    return this.#core.withBytes(8, (out) => {
      this.#core.call('fr_steps', this.#alive(), out);
      return this.#core.doubles(out, 1)[0];
    });
  }

  /**
   * Runs a pass, during which compile is refused. If it fails, weights and averages are put back in their places.
   * @template T
   * @param {Runner} runner
   * @param {() => Promise<T>} pass
   */
  async #during({ optimizer }, pass) {
    const swapped = optimizer?.swapped;
    this.#passes++;
    try {
      return await pass();
    } catch (error) {
      if (this.#pointer && optimizer && optimizer.swapped !== swapped) optimizer.swapAverages();
      throw error;
    } finally {
      this.#passes--;
    }
  }

  /**
   * @param {'fit' | 'fitDataset'} what
   * @param {(runner: Runner, state: FitState) => Promise<History>} run
   */
  async #train(what, run) {
    const runner = compiledRunnerOf(this, what);
    if (this.#state.fitting) throw new FittingRoomError(`${what}: this model is being trained already`, 'wrong-state');
    this.#state.fitting = true;
    try {
      return await this.#during(runner, async () => {
        await roomIn(this.#core);
        return run(runner, this.#state);
      });
    } finally {
      this.#state.fitting = false;
    }
  }

  /**
   * Trains the model. Lets other tasks run about every 30 ms (60 ms outside a page), so that a page stays responsive
   * even without a worker.
   * @param {Samples} x [n, ...inputShape]: bytes, scaled by 1/255, or floats
   * @param {Given} y [n] class indices, or [n, ...outputShape] for the losses that take one-hot targets
   * @param {FitOptions} [options]
   * @returns {Promise<History>}
   */
  async fit(x, y, options = {}) {
    return this.#train('fit', (runner, state) => fit(runner, x, y, options, state));
  }

  /**
   * Trains the model on batches that a dataset yields, so that not all samples have to be in memory: only one batch is,
   * and the next is asked for once it has been trained on. As fit with shuffle: false, to the bit, if the batches are
   * the same. A batch is { xs, ys }, { xs, ys, sampleWeight } or [xs, ys] of tensors as fit takes them: xs
   * [n, ...inputShape], ys [n] or [n, ...outputShape], sampleWeight [n], with any n of 1..65536.
   *
   * The dataset's iterator is closed (`return()`) when training ends before it does. A signal that aborts does not wait
   * for it.
   * @param {Dataset} dataset is iterated over once per epoch or, with batchesPerEpoch, again whenever it has ended: an
   *   object with [Symbol.asyncIterator], [Symbol.iterator] or TF.js's `iterator()`, or a function that returns an
   *   iterator, such as a generator function. A generator itself can be used once only
   * @param {FitDatasetOptions} [options]
   * @returns {Promise<History>}
   * @throws {FittingRoomError} if there are no batches, or a batch is not as described; its number is in the message.
   *   Errors of the dataset are passed on
   */
  async fitDataset(dataset, options = {}) {
    return this.#train('fitDataset', async (runner, state) => {
      const { fitDataset } = await import('./training/dataset.js');
      return fitDataset(runner, dataset, options, state);
    });
  }

  /**
   * The loss and the metrics on samples, without training on them.
   * @param {Samples} x [n, ...inputShape]: bytes, scaled by 1/255, or floats
   * @param {Given} y as for fit
   * @param {EvaluateOptions} [options]
   * @returns {Promise<number[]>} the loss, then each metric in the order of compile
   */
  async evaluate(x, y, options = {}) {
    const runner = compiledRunnerOf(this, 'evaluate');
    return this.#during(runner, () => evaluate(runner, x, y, options));
  }

  /**
   * Evaluates the model on one pass over a dataset, or on its first batches.
   * @param {Dataset} dataset as for fitDataset
   * @param {EvaluateDatasetOptions} [options]
   * @returns {Promise<number[]>} the loss, then each metric in the order of compile; each sample counts once, however
   *   large its batch is
   */
  async evaluateDataset(dataset, options = {}) {
    const runner = compiledRunnerOf(this, 'evaluateDataset');
    return this.#during(runner, async () => {
      const { evaluateDataset } = await import('./training/dataset.js');
      return evaluateDataset(runner, dataset, options);
    });
  }

  /**
   * The output for each sample: with a softmax at the end, a probability for each class.
   * @param {Samples} x [n, ...inputShape]: bytes, scaled by 1/255, or floats
   * @param {PassOptions} [options]
   * @returns {Promise<Tensor<Float32Array>>} [n, ...outputShape]
   */
  async predict(x, options = {}) {
    const runner = this.#runner();
    return this.#during(runner, () => predict(runner, x, options));
  }

  /**
   * The class of each sample.
   * @param {Samples} x [n, ...inputShape]: bytes, scaled by 1/255, or floats
   * @param {PassOptions} [options]
   * @returns {Promise<Tensor<Int32Array>>} [n]: the most probable class of each sample; with one output, 1 if above 0.5
   */
  async predictClasses(x, options = {}) {
    const { shape, data } = await this.predict(x, options);
    const count = shape[0];
    return this.#core.withBytes(data.byteLength, (p) =>
      this.#core.withBytes(count * 4, (out) => {
        this.#core.floats(p, data.length).set(data);
        this.#core.call('fr_classes', p, count, data.length / count, out);
        return { shape: [count], data: this.#core.ints(out, count).slice() };
      }),
    );
  }

  /** Copies of all weights, in Keras's order and layout: for each layer its kernel, then its bias. */
  getWeights() {
    return readWeights(this.#core, this.#alive(), 'fr_get_weight');
  }

  /**
   * Sets all weights, or none if any of them does not fit.
   * @param {readonly Given[]} weights in the order and shapes of getWeights
   */
  setWeights(weights) {
    writeWeights(this.#core, this.#alive(), weights);
  }

  /**
   * The model as the bytes of a file for loadModel: layers, weights and metadata. With includeOptimizer, also the
   * arguments of compile, the optimizer's state, history and position, so that fit continues as if it had never
   * stopped.
   * @param {SaveOptions} [options]
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  async save(options) {
    return (await modelFile()).saveModel(this, options);
  }

  /**
   * The gradients of one batch's mean loss with respect to each weight, as the next training step would compute them
   * (dropout included), without taking the step.
   * @param {Samples} x
   * @param {Given} y
   * @returns {{ loss: number, gradients: Tensor<Float32Array>[] }}
   */
  gradients(x, y) {
    const runner = compiledRunnerOf(this, 'gradients');
    const loss = computeGradients(runner, x, y);
    return { loss, gradients: readWeights(this.#core, this.#pointer, 'fr_get_gradient') };
  }

  /**
   * The output of one layer for each sample.
   * @param {Samples} x
   * @param {number | string} layer its index or name
   * @param {ActivationsOptions} [options]
   * @returns {Tensor<Float32Array>} [n, ...the layer's output shape]
   */
  activations(x, layer, options = {}) {
    checkOptions('activations', options, ['training']);
    const training = checkBoolean('activations: training', options.training ?? false);
    const runner = this.#runner();
    const index = this.#find('activations', layer);
    const shape = /** @type {number[]} */ (this.#layers[index].outputShape.slice(1));
    return computeActivations(runner, x, index, shape, training);
  }

  /**
   * Frees the core's memory. The model cannot be used afterwards. Safe to call twice. Models that nothing refers to any
   * more are freed too, but only once the engine collects garbage.
   */
  dispose() {
    if (this.#pointer === 0) return;
    forgotten.unregister(this);
    free(this.#core, this.#pointer);
    this.#pointer = 0;
  }

  /** The same, at the end of a block that began with `using model = await sequential(…)`. */
  [DISPOSE]() {
    this.dispose();
  }
}

/**
 * @template {Model} Kind
 * @param {new (parts: never) => Kind} Kind
 * @param {Parts} parts
 */
export const newModel = (Kind, parts) => new Kind(/** @type {never} */ (parts));
