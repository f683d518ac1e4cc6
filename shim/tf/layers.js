import { FittingRoomError, show } from '../check.js';
import { addLayers, outputShape } from '../core/build.js';
import { graphOf, input as ownInput } from '../layers/graph.js';
import { layers as own } from '../layers/index.js';
import { configOf } from '../layers/built.js';
import { SymbolicTensor } from '../layers/layer.js';
import { checkLast, lastAxis } from '../layers/options.js';
import { TABLE, rowOf, weightsOf } from '../layers/table.js';
import { core } from './core.js';
import { draw, drawnOf } from './initializers.js';
import { leaveOutMethods, withLeftOut } from './left-out.js';
import { Tensor } from './tensor.js';

/** @import { AnyLayer } from '../layers/layer.js' */
/** @import { Built } from '../layers/built.js' */
/** @import { Node } from '../layers/graph.js' */
/** @import { Factory } from '../layers/table.js' */
/** @import { Drawn, DrawnName } from './initializers.js' */

/* tf.layers: layers as objects that are the same before and after a model is built of them. */

/** A tensor in the form the core takes: floats, so that bytes are not scaled. @param {Tensor} t */
export function floats(t) {
  if (!(t instanceof Tensor))
    throw new FittingRoomError(`expected a tensor made by tf.tensor or the like, got ${show(t)}`);
  const values = t.dataSync(); // a copy
  return { shape: t.shape, data: values instanceof Float32Array ? values : new Float32Array(values) };
}

/** @param {{ shape: number[], data: Float32Array }} weight */
export const tensorOfWeight = ({ shape, data }) => new Tensor(data, shape, 'float32');

/** The shape of a layer's output, by which it is known that its inputs fit. @param {SymbolicTensor} tensor */
function shapeAfter(tensor) {
  let start = tensor;
  while (!start.input) [start] = start.sources;
  const graph = graphOf(start, tensor);
  const pointer = addLayers(core, graph, 0);
  try {
    return [null, ...outputShape(core, pointer, graph.nodes.length - 1)];
  } finally {
    core.call('fr_dispose', pointer);
  }
}

/**
 * @param {SymbolicTensor} tensor the output of a layer
 * @returns {SymbolicTensor} the same, with its shape
 */
export const shaped = (tensor) => Object.assign(tensor, { shape: shapeAfter(tensor) });

/** @type {WeakMap<object, Layer>} the layers that tf.layers made, by their configurations */
const byConfig = new WeakMap();

/**
 * The layer at a place of a graph: the one that tf.layers made, or a new one if that is in another model already.
 * @param {Node} node
 */
export function layerAt({ config, origin }) {
  const made = origin ? undefined : byConfig.get(config);
  return made && !made.built ? made : new Layer(/** @type {AnyLayer} */ (config));
}

/**
 * Whatever may stand in a stack as a layer; those of the package's other entry too.
 * @param {any} value
 * @returns {Layer}
 */
export const layerOf = (value) => (value instanceof Layer ? value : new Layer(value));

/** One weight of a layer. */
export class LayerVariable {
  #layer;
  #index;

  /** @param {Layer} layer @param {number} index @param {{ name: string, shape: number[], trainable: boolean }} facts */
  constructor(layer, index, { name, shape, trainable }) {
    this.#layer = layer;
    this.#index = index;
    this.name = name;
    this.originalName = name;
    this.shape = shape;
    this.trainable = trainable;
    this.dtype = /** @type {const} */ ('float32');
  }

  /** A copy. @returns {Tensor} */
  read() {
    return this.#layer.getWeights()[this.#index];
  }

  get val() {
    return this.read();
  }

  /** @param {Tensor} value */
  write(value) {
    this.#layer.setWeights(this.#layer.getWeights().with(this.#index, value));
    return this;
  }
}

/**
 * What TF.js's layers take beyond those here.
 * @typedef {object} Extras
 * @property {Record<string, Drawn>} [begins] how weights begin, by the prefix of their options
 * @property {number} [axis] to be the last one
 * @property {Tensor[]} [weights] to begin with
 */

/** A layer of TF.js. */
export class Layer {
  #config;
  #extras;
  /** @type {Built | undefined} */
  #built;
  /** Builds the model that the layer is in. @type {(() => void) | undefined} */
  #build;

  /** @param {AnyLayer} config @param {Extras} [extras] */
  constructor(config, extras = {}) {
    this.#config = config;
    this.#extras = extras;
  }

  /** A layer of a built model, for another one: it begins with a copy of the weights. @param {Built} built */
  static of(built) {
    const layer = new Layer(/** @type {AnyLayer} */ (configOf(built)));
    layer.#built = built;
    return layer;
  }

  /** The configuration that models here are made of. */
  get config() {
    return this.#config;
  }

  get kind() {
    return this.#config.kind;
  }

  get name() {
    return this.#built?.name ?? this.#config.name ?? this.#config.kind;
  }

  getClassName() {
    return rowOf(this.kind).keras;
  }

  getConfig() {
    const { kind: _, inputShape, ...config } = this.#config;
    const batchInputShape = inputShape && { batchInputShape: [null, ...inputShape] };
    return { ...config, name: this.name, trainable: this.trainable, ...batchInputShape };
  }

  get built() {
    return this.#built !== undefined;
  }

  get trainable() {
    return this.#built?.trainable ?? this.#config.trainable !== false;
  }

  set trainable(trainable) {
    if (this.#built) this.#built.trainable = trainable;
    Object.assign(this.#config, { trainable: trainable ? undefined : trainable });
  }

  /** Remembers the model that a layer was put into, so that its weights can be asked for. @param {() => void} build */
  joined(build) {
    this.#build = build;
  }

  /** The layer as part of a built model. @returns {Built} */
  get inModel() {
    if (!this.#built) this.#build?.();
    if (this.#built) return this.#built;
    throw new FittingRoomError(
      `layer ${this.name} is in no model yet; put it into one by tf.sequential or tf.model`,
      'wrong-state',
    );
  }

  /** What this layer adds to a stack: itself, or a copy of it as it is in its model. @returns {Built | AnyLayer} */
  get content() {
    return this.#built ?? this.#config;
  }

  /**
   * Takes its place in a model that was built.
   * @param {Built} built
   * @param {{ seed: number, isNew: boolean }} model isNew: its weights are still to be drawn
   */
  bind(built, { seed, isNew }) {
    const { begins = {}, axis, weights } = this.#extras;
    if (axis !== undefined) checkLast(`${this.kind}: axis`, axis, built.outputShape.length - 1);
    this.#built = built;
    if (!isNew) return;
    if (weights) this.setWeights(weights);
    else if (Object.keys(begins).length > 0) {
      const prefixes = weightsOf(this.#config).map(({ prefix }) => prefix);
      built.setWeights(
        built.getWeights().map((weight, i) => {
          const drawn = begins[prefixes[i]];
          const place = `${seed} ${built.name} ${i}`;
          return drawn ? { shape: weight.shape, data: draw(drawn, weight.shape, place) } : weight;
        }),
      );
    }
  }

  /** The same layer for another model, with the weights that it has now. */
  copy() {
    const copied = new Layer(this.#config, this.#extras);
    copied.#built = this.#built;
    return copied;
  }

  /** Copies of its weights. */
  getWeights() {
    return this.inModel.getWeights().map(tensorOfWeight);
  }

  /** @param {Tensor[]} weights in the order and shapes of getWeights */
  setWeights(weights) {
    this.inModel.setWeights(weights.map(floats));
  }

  /** @returns {LayerVariable[]} */
  get weights() {
    const weights = this.inModel.getWeights();
    return weightsOf(this.#config).map(
      ({ name, isRegularized }, i) =>
        new LayerVariable(this, i, {
          name: `${this.name}/${name}`,
          shape: weights[i].shape,
          trainable: this.trainable && isRegularized,
        }),
    );
  }

  get trainableWeights() {
    return this.weights.filter(({ trainable }) => trainable);
  }

  get nonTrainableWeights() {
    return this.weights.filter(({ trainable }) => !trainable);
  }

  countParams() {
    return this.inModel.parameters;
  }

  /** With null for the batch axis. */
  get outputShape() {
    return this.inModel.outputShape;
  }

  /** What it passes on, for another model. */
  get output() {
    return this.inModel.output;
  }

  /** What it reads: one tensor, or an array of several. */
  get input() {
    const { sources } = this.inModel.output;
    return sources.length === 1 ? sources[0] : sources;
  }

  /**
   * Connects the layer. One that is in a model already passes copies of its weights on.
   * @param {SymbolicTensor | SymbolicTensor[]} inputs
   * @returns {SymbolicTensor}
   */
  apply(inputs) {
    if ([inputs].flat().some((each) => each instanceof Tensor))
      throw new FittingRoomError(
        `${this.kind}: apply takes what tf.input and other layers' apply return; for the values of a layer, put ` +
          'it into a model and call predict',
        'unsupported',
      );
    if (this.#built) return shaped(new SymbolicTensor(null, [inputs].flat(), undefined, this.#built));
    return shaped(this.#config.apply(inputs));
  }

  dispose() {}
}

/** @param {any} shape with the batch axis @param {string} what */
function sampleShape(what, shape) {
  if (Array.isArray(shape) && shape.length > 1) return shape.slice(1);
  throw new FittingRoomError(`${what} must be an array such as [null, 28, 28, 1], got ${show(shape)}`);
}

/** Options of TF.js that have one value here. @type {Record<string, (value: any) => boolean>} */
const FIXED = {
  dtype: (value) => value === 'float32',
  inputDType: (value) => value === 'float32',
  dataFormat: (value) => value === 'channelsLast',
  dilationRate: (value) => [value].flat().every((rate) => rate === 1),
  batchSize: Number.isInteger,
  updatable: () => true,
};
/** @type {Record<string, string>} */
const INSTEAD = {
  dtype: "'float32'",
  inputDType: "'float32'",
  dataFormat: "'channelsLast'",
  dilationRate: '1',
  batchSize: 'a whole number',
};
/** Layers that here act along the last axis only; TF.js has an option for it. */
const ALONG_LAST = ['batch_normalization', 'softmax'];

/**
 * The options as they are taken here. As in TF.js, null stands for the default, which may also be given.
 * @param {string} kind
 * @param {Record<string, any>} given
 */
function taken(kind, given) {
  /** @type {Record<string, any>} */
  const options = {};
  /** @type {Extras & { begins: Record<string, Drawn> }} */
  const extras = { begins: {} };
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined) continue;
    const drawn = name.endsWith('Initializer') ? drawnOf(value) : undefined;
    if (drawn) extras.begins[name.slice(0, -'Initializer'.length)] = drawn;
    else if (name === 'axis' && ALONG_LAST.includes(kind))
      extras.axis = /** @type {number} */ (lastAxis(`${kind}: axis`, value));
    else if (name === 'batchInputShape') options.inputShape = sampleShape(`${kind}: batchInputShape`, value);
    else if (name === 'inputDim') options.inputShape = [value];
    else if (name === 'weights') extras.weights = value;
    else if (!Object.hasOwn(FIXED, name)) options[name] = value;
    else if (!FIXED[name](value))
      throw new FittingRoomError(`${kind}: ${name} must be ${INSTEAD[name]} or left out, got ${show(value)}`);
  }
  return { options, extras };
}

/** @param {[string, (options?: any) => AnyLayer]} entry of the layers here */
const makerOf = ([name, make]) => [
  name,
  (/** @type {any} */ given) => {
    const isObject = typeof given === 'object' && given !== null;
    const { options, extras } = taken(TABLE[/** @type {Factory} */ (name)].kind, isObject ? given : {});
    const config = make(isObject ? options : given);
    const layer = new Layer(config, extras);
    byConfig.set(config, layer);
    return layer;
  },
];

/**
 * Options as TF.js takes them: null stands for the default.
 * @template T
 * @typedef {{ [K in keyof T]: T[K] | null | (K extends `${string}Initializer` ? DrawnName | Drawn : never) } & { axis?:
 *   number, batchInputShape?: (number | null)[], batchSize?: number, dataFormat?: 'channelsLast' | null, dilationRate?:
 *   number | number[] | null, dtype?: 'float32' | null, inputDim?: number, weights?: Tensor[], kernelConstraint?: null,
 *   biasConstraint?: null, activityRegularizer?: null, noiseShape?: null }} Loose
 */
/**
 * @template {unknown[]} Args
 * @typedef {{ [I in keyof Args]: Loose<Args[I]> }} LooseArgs
 */

/**
 * TF.js's alternative names of the pooling layers: avgPooling2d, avgPool2d, globalMaxPool2d.
 * @template {string} Name
 * @typedef {Name extends `averagePooling2d` ? 'avgPooling2d' | 'avgPool2d' : Name extends `global${infer
 *   What}Pooling2d` ? `global${What extends 'Average' ? 'Avg' : What}Pool2d` : Name extends `${infer What}Pooling2d` ?
 *   `${What}Pool2d` : never} Short
 */

/** @param {string} name */
const shortNames = (name) =>
  name === 'averagePooling2d'
    ? ['avgPooling2d', 'avgPool2d']
    : [name.replace('Average', 'Avg').replace('Pooling2d', 'Pool2d')].filter((short) => short !== name);

/**
 * @typedef {{ readonly [F in keyof typeof own]: (...args: LooseArgs<Parameters<(typeof own)[F]>>) => Layer }} Layers
 */

const makers = /** @type {Layers} */ (Object.fromEntries(Object.entries(own).map(makerOf)));

/** The first layer of a stack, or of a graph: it has no weights and says what a sample is like. */
export class InputLayer {
  /** @param {SymbolicTensor} output */
  constructor(output) {
    this.output = output;
    this.kind = /** @type {const} */ ('input_layer');
    this.name = output.input?.name ?? this.kind;
    this.trainable = false;
    this.built = true;
    /** @type {Tensor[]} none */
    this.weights = [];
  }

  getClassName() {
    return 'InputLayer';
  }

  get outputShape() {
    return /** @type {(number | null)[]} */ (this.output.shape);
  }

  /** @returns {Tensor[]} none */
  getWeights() {
    return [];
  }

  setWeights() {}

  countParams() {
    return 0;
  }
}

/**
 * Starts the graph of a model.
 * @param {{ shape?: number[], batchShape?: (number | null)[], name?: string, dtype?: 'float32' }} options shape: of a
 *   sample; batchShape: with the batch axis
 */
export function input(options) {
  const { batchShape, shape, dtype, ...others } = Object(options);
  if (dtype !== undefined && dtype !== 'float32')
    throw new FittingRoomError(`input: dtype must be 'float32' or left out, got ${show(dtype)}`);
  if (options === undefined || options === null) return ownInput(options);
  return ownInput({ shape: batchShape ? sampleShape('input: batchShape', batchShape) : shape, ...others });
}

/** @param {{ inputShape?: number[], batchInputShape?: (number | null)[], name?: string, dtype?: 'float32' }} options */
const inputLayer = ({ inputShape, batchInputShape, ...others }) =>
  new InputLayer(input({ shape: inputShape, batchShape: batchInputShape, ...others }));

/** The layers, also under TF.js's shorter names. */
const layers = /** @type {Layers & { readonly [F in keyof Layers as Short<F>]: Layers[F] }} */ (
  Object.fromEntries(
    Object.entries(makers).flatMap(([name, make]) => [name, ...shortNames(name)].map((each) => [each, make])),
  )
);

/** tf.layers: the layers, and how a graph begins. */
export const tfLayers = withLeftOut(
  'tf.layers',
  { ...layers, input, inputLayer, Layer },
  'RNN RNNCell alphaDropout average averagePooling1d averagePooling3d avgPool1d avgPool3d avgPooling1d ' +
    'avgPooling3d bidirectional categoryEncoding centerCrop conv1d conv2dTranspose conv3d conv3dTranspose ' +
    'convLstm2d convLstm2dCell cropping2D dot elu embedding gaussianDropout gaussianNoise globalAveragePooling1d ' +
    'globalMaxPool1d globalMaxPooling1d gru gruCell layerNormalization lstm lstmCell masking maxPool1d maxPooling1d ' +
    'maxPooling3d maximum minimum multiply permute prelu randomWidth repeatVector rescaling resizing rnn ' +
    'separableConv2d simpleRNN simpleRNNCell spatialDropout1d stackedRNNCells thresholdedReLU timeDistributed ' +
    'upSampling2d',
);

leaveOutMethods(
  'layer',
  Layer.prototype,
  'addLoss addWeight build calculateLosses call computeMask computeOutputShape getInputAt getOutputAt resetStates',
);
