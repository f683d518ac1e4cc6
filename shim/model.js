import { seedWords } from './core.js';
import { FittingRoomError, checkBoolean, checkChoice, checkInteger, checkNumber, checkOptions, show } from './errors.js';
import { evaluate, predict } from './evaluation.js';
import { fit } from './fit.js';
import { computeActivations, computeGradients } from './inspection.js';
import { ACTIVATIONS, PADDINGS } from './layers.js';
import { loadCore } from './loading.js';
import { summaryText } from './summary.js';
import { checkTensor, elementsOf } from './tensor.js';

/** @import { Core } from './core.js' */
/** @import { LayerConfig, LayerKind } from './layers.js' */
/** @import { Tensor } from './tensor.js' */
/** @import { PassOptions } from './evaluation.js' */
/** @import { FitOptions, History, Position } from './fit.js' */
/** @import { RuntimeOptions } from './loading.js' */
/** @import { Runner } from './source.js' */

/** @typedef {{ name: string, kind: LayerKind, config: LayerConfig, outputShape: (number | null)[], parameters: number }} BuiltLayer */
/** @typedef {'sparseCategoricalCrossentropy' | 'categoricalCrossentropy' | 'binaryCrossentropy' | 'meanSquaredError'} Loss */
/** @typedef {'adam' | 'sgd' | 'adadelta'} OptimizerName */
/**
 * @typedef {object} OptimizerOptions Keras's defaults where one is left out
 * @property {OptimizerName} name
 * @property {number} [learningRate] 0.001; sgd 0.01
 * @property {number} [momentum] sgd: 0
 * @property {boolean} [nesterov] sgd: false
 * @property {number} [beta1] adam: 0.9
 * @property {number} [beta2] adam: 0.999
 * @property {number} [rho] adadelta: 0.95
 * @property {number} [epsilon] adam, adadelta: 1e-7
 */
/** @typedef {'accuracy' | 'acc' | 'meanSquaredError' | 'mse'} Metric */
/** @typedef {{ optimizer: OptimizerName | OptimizerOptions, loss: Loss, metrics?: Metric[] }} CompileOptions */

/* The orders of the enumerations in src/. */
const KINDS = /** @type {const} */ (['conv2d', 'max_pooling2d', 'flatten', 'dense', 'dropout', 'activation']);
const LOSSES = /** @type {const} */ ([
  'sparseCategoricalCrossentropy', 'categoricalCrossentropy', 'binaryCrossentropy', 'meanSquaredError',
]);
const OPTIMIZERS = /** @type {const} */ (['adam', 'sgd', 'adadelta']);

/** @type {Record<Metric, 'acc' | 'mse'>} the names that logs use */
const METRICS = { accuracy: 'acc', acc: 'acc', meanSquaredError: 'mse', mse: 'mse' };

/** @type {Record<OptimizerName, (keyof OptimizerOptions)[]>} */
const OPTIMIZER_OPTIONS = {
  adam: ['name', 'learningRate', 'beta1', 'beta2', 'epsilon'],
  sgd: ['name', 'learningRate', 'momentum', 'nesterov'],
  adadelta: ['name', 'learningRate', 'rho', 'epsilon'],
};

/**
 * The name is checked here, the ranges of the numbers in the core.
 * @param {OptimizerName | OptimizerOptions} optimizer
 * @returns {Required<OptimizerOptions>}
 */
function optimizerOf(optimizer) {
  const given = typeof optimizer === 'object' && optimizer !== null ? optimizer : { name: optimizer };
  const name = checkChoice('compile: optimizer', given.name, OPTIMIZERS);
  checkOptions(`optimizer ${name}`, given, OPTIMIZER_OPTIONS[name]);
  const defaults = {
    learningRate: name === 'sgd' ? 0.01 : 0.001,
    momentum: 0, nesterov: false, beta1: 0.9, beta2: 0.999, rho: 0.95, epsilon: 1e-7,
  };
  for (const [option, value] of Object.entries(given)) {
    if (option === 'nesterov') checkBoolean(`optimizer ${name}: ${option}`, value);
    else if (option !== 'name') checkNumber(`optimizer ${name}: ${option}`, value, 0, 1e6);
  }
  return { ...defaults, ...given, name };
}

/**
 * As Keras names layers: dense, dense_1, …; never one name twice.
 * @param {LayerConfig[]} configs
 */
function distinctNames(configs) {
  /** @type {Set<string>} */
  const taken = new Set();
  return configs.map(({ name, kind }) => {
    const base = name ?? kind;
    let free = base;
    for (let count = 1; taken.has(free); count++) free = `${base}_${count}`;
    taken.add(free);
    return free;
  });
}

/** Frees the core's side of models that were dropped without dispose. */
const forgotten = new FinalizationRegistry((/** @type {{ core: Core, pointer: number }} */ { core, pointer }) =>
  core.call('fr_dispose', pointer),
);

/** A linear stack of layers. Made by `sequential`. */
export class Sequential {
  #core;
  #pointer;
  /** @type {BuiltLayer[]} */
  #layers;
  /** @type {{ loss: Loss, metrics: ('acc' | 'mse')[] } | undefined} */
  #compiled;
  /** @type {{ position: Position, history: History, stopTraining: boolean }} */
  #state = {
    position: { epoch: 0, batch: 0, scores: { samples: 0, loss: 0, correct: 0, squaredError: 0 } },
    history: { epoch: [], history: {}, params: { epochs: 0, batchSize: 0, samples: 0 } },
    stopTraining: false,
  };
  #fitting = false;
  #passes = 0; // fits and evaluations under way

  /**
   * @param {Core} core
   * @param {number} pointer of a built fr_model, which this object owns from here on
   * @param {{ name: string, seed: number, inputShape: number[], configs: LayerConfig[] }} description
   */
  constructor(core, pointer, { name, seed, inputShape, configs }) {
    this.#core = core;
    this.#pointer = pointer;
    this.name = name;
    /** Determines initial weights, shuffling and dropout. */
    this.seed = seed;
    /** Of a sample, without the batch. */
    this.inputShape = inputShape;
    this.#layers = this.#describe(configs);
    forgotten.register(this, { core, pointer }, this);
  }

  /** @param {LayerConfig[]} configs */
  #describe(configs) {
    const shapes = this.#weightShapes();
    const names = distinctNames(configs);
    return configs.map((config, index) => {
      const weights = shapes.filter(({ layer }) => layer === index);
      return {
        name: names[index],
        kind: config.kind,
        config,
        outputShape: [null, ...this.#outputShape(index)],
        parameters: weights.reduce((sum, { shape }) => sum + elementsOf(shape), 0),
      };
    });
  }

  /** @param {number} layer */
  #outputShape(layer) {
    return this.#core.withBytes(16, (out) => {
      this.#core.call('fr_layer_output', this.#pointer, layer, out);
      const [rank, ...dims] = this.#core.ints(out, 4);
      return dims.slice(0, rank);
    });
  }

  /** @returns {{ layer: number, shape: number[] }[]} */
  #weightShapes() {
    return this.#core.withBytes(28, (out) => {
      this.#core.call('fr_weight_count', this.#pointer, out);
      return Array.from({ length: this.#core.ints(out, 1)[0] }, (_, index) => {
        this.#core.call('fr_weight_shape', this.#pointer, index, out);
        const [layer, , rank, ...dims] = this.#core.ints(out, 7);
        return { layer, shape: dims.slice(0, rank) };
      });
    });
  }

  #assertAlive() {
    if (this.#pointer === 0) throw new FittingRoomError('this model has been disposed', 'wrong-state');
  }

  /** @returns {Runner} */
  #runner() {
    this.#assertAlive();
    return {
      core: this.#core,
      pointer: () => {
        this.#assertAlive();
        return this.#pointer;
      },
      seed: this.seed,
      inputShape: this.inputShape,
      outputShape: /** @type {number[]} */ (this.#layers[this.#layers.length - 1].outputShape.slice(1)),
      loss: this.#compiled?.loss ?? '',
      metrics: this.#compiled?.metrics ?? [],
    };
  }

  /** @param {string} what */
  #compiledRunner(what) {
    this.#assertAlive();
    if (!this.#compiled) throw new FittingRoomError(`${what}: call compile first`, 'wrong-state');
    return this.#runner();
  }

  /** The layers with their names, output shapes (null: the batch) and numbers of weights. */
  get layers() {
    return this.#layers;
  }

  /** The record of the latest fit, up to its last whole epoch. */
  get history() {
    return this.#state.history;
  }

  /** Where training would go on: pass both as initialEpoch and initialBatch to continue a stopped fit. */
  get position() {
    const { epoch, batch } = this.#state.position;
    return { epoch, batch };
  }

  get stopTraining() {
    return this.#state.stopTraining;
  }

  /** Set to true from a callback, ends fit after the slice at hand; fit then resolves. */
  set stopTraining(stop) {
    this.#state.stopTraining = stop;
  }

  countParams() {
    return this.#layers.reduce((sum, layer) => sum + layer.parameters, 0);
  }

  /**
   * Prints Keras's table of layers, output shapes and parameters, and returns it.
   * @param {(text: string) => void} [printFn]
   */
  summary(printFn = console.log) {
    const text = summaryText(this.name, this.#layers);
    printFn(text);
    return text;
  }

  /**
   * Sets the optimizer (its state begins anew), the loss and the metrics.
   * @param {CompileOptions} options
   */
  compile(options) {
    this.#assertAlive();
    checkOptions('compile', options, ['optimizer', 'loss', 'metrics']);
    if (this.#passes > 0) {
      throw new FittingRoomError('compile: this model is being trained or evaluated; wait until that is over', 'wrong-state');
    }
    const o = optimizerOf(options.optimizer);
    const loss = checkChoice('compile: loss', options.loss, LOSSES);
    const { metrics: wanted = [] } = options;
    if (!Array.isArray(wanted)) {
      throw new FittingRoomError(`compile: metrics must be an array such as ['accuracy'], got ${show(wanted)}`);
    }
    const metrics = wanted.map(
      (metric) => METRICS[checkChoice('compile: metrics', metric, /** @type {Metric[]} */ (Object.keys(METRICS)))],
    );
    this.#core.call(
      'fr_compile', this.#pointer, OPTIMIZERS.indexOf(o.name), o.learningRate, o.momentum, Number(o.nesterov),
      o.beta1, o.beta2, o.rho, o.epsilon, LOSSES.indexOf(loss),
    );
    this.#compiled = { loss, metrics: [...new Set(metrics)] };
  }

  /**
   * Trains. Gives way to other tasks about every 30 ms (60 outside a page), so that a page stays alive even where it
   * does not use a worker.
   * @param {Tensor} x [n, ...inputShape]: bytes, scaled by 1/255, or floats
   * @param {Tensor} y [n] class indices, or [n, ...outputShape] for the losses that take one-hot targets
   * @param {FitOptions} [options]
   * @returns {Promise<History>}
   */
  async fit(x, y, options = {}) {
    const runner = this.#compiledRunner('fit');
    if (this.#fitting) throw new FittingRoomError('fit: this model is being trained already', 'wrong-state');
    this.#fitting = true;
    this.#passes++;
    try {
      return await fit(runner, x, y, options, this.#state);
    } finally {
      this.#fitting = false;
      this.#passes--;
    }
  }

  /**
   * @param {Tensor} x
   * @param {Tensor} y
   * @param {PassOptions} [options]
   * @returns {Promise<number[]>} the loss, then each metric in the order of compile
   */
  async evaluate(x, y, options = {}) {
    const runner = this.#compiledRunner('evaluate');
    this.#passes++;
    try {
      return await evaluate(runner, x, y, options);
    } finally {
      this.#passes--;
    }
  }

  /**
   * @param {Tensor} x
   * @param {PassOptions} [options]
   * @returns {Promise<Tensor<Float32Array>>} [n, ...outputShape]
   */
  async predict(x, options = {}) {
    return predict(this.#runner(), x, options);
  }

  /**
   * @param {Tensor} x
   * @param {PassOptions} [options]
   * @returns {Promise<Tensor<Int32Array>>} [n]: the most probable class of each sample; one output: 1 above 0.5
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

  /**
   * @param {string} read the core's function
   * @returns {Tensor<Float32Array>[]}
   */
  #readWeights(read) {
    this.#assertAlive();
    return this.#weightShapes().map(({ shape }, index) => {
      const elements = elementsOf(shape);
      const data = this.#core.withBytes(elements * 4, (out) => {
        this.#core.call(read, this.#pointer, index, out, elements);
        return this.#core.floats(out, elements).slice();
      });
      return { shape, data };
    });
  }

  /** Copies of all weights, in Keras's order and layout: each layer's kernel, then its bias. */
  getWeights() {
    return this.#readWeights('fr_get_weight');
  }

  /**
   * Sets all weights or, where any does not fit, none.
   * @param {Tensor[]} weights in the order and shapes of getWeights
   */
  setWeights(weights) {
    this.#assertAlive();
    const shapes = this.#weightShapes();
    if (!Array.isArray(weights) || weights.length !== shapes.length) {
      throw new FittingRoomError(`setWeights takes ${shapes.length} tensors, got ${Array.isArray(weights) ? weights.length : show(weights)}`);
    }
    weights.forEach((weight, index) => {
      const { shape } = checkTensor(`setWeights: tensor ${index}`, weight);
      if (String(shape) !== String(shapes[index].shape)) {
        throw new FittingRoomError(`setWeights: tensor ${index} must have shape ${show(shapes[index].shape)}, got ${show(shape)}`);
      }
    });
    weights.forEach(({ data }, index) => {
      this.#core.withBytes(data.length * 4, (values) => {
        this.#core.floats(values, data.length).set(data);
        this.#core.call('fr_set_weight', this.#pointer, index, values, data.length);
      });
    });
  }

  /**
   * The gradients of the mean loss of one batch with respect to each weight, as the next training
   * step would see them (dropout included), without taking the step.
   * @param {Tensor} x
   * @param {Tensor} y
   * @returns {{ loss: number, gradients: Tensor<Float32Array>[] }}
   */
  gradients(x, y) {
    const runner = this.#compiledRunner('gradients');
    const loss = computeGradients(runner, x, y);
    return { loss, gradients: this.#readWeights('fr_get_gradient') };
  }

  /**
   * The output of layer `layer` for each sample, in inference.
   * @param {Tensor} x
   * @param {number | string} layer its index or name
   * @returns {Tensor<Float32Array>} [n, ...its output shape]
   */
  activations(x, layer) {
    const runner = this.#runner();
    const index = typeof layer === 'string' ? this.#layers.findIndex(({ name }) => name === layer) : layer;
    if (!this.#layers[index]) {
      throw new FittingRoomError(`activations: no layer ${show(layer)}; there are ${this.#layers.map(({ name }) => name).join(', ')}`);
    }
    const shape = /** @type {number[]} */ (this.#layers[index].outputShape.slice(1));
    return computeActivations(runner, x, index, shape);
  }

  /** Frees the core's memory; the model cannot be used after this. Safe to call twice. */
  dispose() {
    if (this.#pointer === 0) return;
    forgotten.unregister(this);
    this.#core.call('fr_dispose', this.#pointer);
    this.#pointer = 0;
  }
}

/**
 * @param {Core} core
 * @param {number} pointer
 * @param {LayerConfig} config
 */
function addLayer(core, pointer, config) {
  const [windowHeight, windowWidth] = config.kernelSize ?? config.poolSize ?? [0, 0];
  const [strideHeight, strideWidth] = config.strides ?? [0, 0];
  core.call(
    'fr_add', pointer, KINDS.indexOf(config.kind), config.filters ?? config.units ?? 0, windowHeight, windowWidth,
    strideHeight, strideWidth, PADDINGS.indexOf(config.padding ?? 'valid'),
    ACTIVATIONS.indexOf(config.activation ?? 'linear'), Number(config.useBias ?? false), config.rate ?? 0,
  );
}

/**
 * @param {Core} core
 * @param {number[]} inputShape
 * @param {number} seed
 * @param {LayerConfig[]} configs
 */
function buildModel(core, inputShape, seed, configs) {
  const [d0 = 0, d1 = 0, d2 = 0] = inputShape;
  const pointer = core.withBytes(4, (out) => {
    core.call('fr_new', inputShape.length, d0, d1, d2, ...seedWords(seed), out);
    return core.ints(out, 1)[0];
  });
  try {
    for (const config of configs) addLayer(core, pointer, config);
    core.call('fr_build', pointer);
    return pointer;
  } catch (error) {
    core.call('fr_dispose', pointer);
    throw error;
  }
}

/**
 * Builds a model of the layers, its weights drawn from the seed.
 * @param {{ layers: LayerConfig[], seed?: number, name?: string } & RuntimeOptions} options
 *   seed: 0..2⁵³-1, random where left out
 * @returns {Promise<Sequential>}
 */
export async function sequential(options) {
  checkOptions('sequential', options, ['layers', 'seed', 'name', 'deterministic', 'threads']);
  const { layers: configs, name = 'sequential', deterministic, threads } = options;
  if (!Array.isArray(configs) || configs.length === 0) {
    throw new FittingRoomError(`sequential: layers must be an array of at least one layer, got ${show(configs)}`);
  }
  const stranger = configs.findIndex((config) => !KINDS.includes(config?.kind));
  if (stranger >= 0) {
    throw new FittingRoomError(`sequential: layer ${stranger} was not made by layers.*, got ${show(configs[stranger])}`);
  }
  const { inputShape } = configs[0];
  if (!inputShape) {
    throw new FittingRoomError('sequential: the first layer needs an inputShape such as [28, 28, 1]');
  }
  inputShape.forEach((length, axis) => checkInteger(`inputShape: dimension ${axis}`, length, 1, 2 ** 26));
  const seed = checkInteger('sequential: seed', options.seed ?? Math.floor(Math.random() * 2 ** 32), 0, Number.MAX_SAFE_INTEGER);
  const core = await loadCore({ deterministic, threads });
  const pointer = buildModel(core, inputShape, seed, configs);
  return new Sequential(core, pointer, { name, seed, inputShape: [...inputShape], configs });
}
