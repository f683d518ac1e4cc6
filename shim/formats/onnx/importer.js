import { FittingRoomError, show } from '../../check.js';
import { layers } from '../../layers/index.js';
import { elementsOf } from '../../tensor.js';
import { INT64, MOST_AXES, dimsOf as dimsOfTensor, flagOf, floatsOf, integersOf } from './arrays.js';
import { channelsFirst, dimsOf, isPlain, plain, sameAxes } from './views.js';

/** @import { AnyLayer } from '../../layers/layer.js' */
/** @import { Tensor } from '../../tensor.js' */
/** @import { Allowance } from './arrays.js' */
/** @import { OnnxAttribute, OnnxNode, OnnxTensor } from './messages.js' */
/** @import { View } from './views.js' */

/** @typedef {Tensor<Float32Array<ArrayBuffer>>} Weight */
/** @typedef {{ layer: AnyLayer, sources: number[], weights: Weight[] }} Imported */

const AFFINE = ['conv2d', 'depthwise_conv2d', 'dense'];

/**
 * Attributes that do not affect the layer: how a mask is drawn, how positions are counted, and hints of early versions.
 */
const IDLE = ['seed', 'storage_order', 'consumed_inputs', 'broadcast', 'saturate', 'round_mode'];

/** A node's attributes and inputs, in the form that operators need. */
export class Call {
  /** @type {Set<string | number>} names of attributes and indices of inputs that have been read */
  #read = new Set();

  /** @param {Importer} importer @param {OnnxNode} node */
  constructor(importer, node) {
    this.importer = importer;
    this.node = node;
    this.inputs = node.inputs ?? [];
  }

  /** @param {string} name @returns {OnnxAttribute | undefined} */
  #attribute(name) {
    this.#read.add(name);
    return this.node.attributes?.find((attribute) => attribute.name === name);
  }

  /** @param {string} name */
  integer(name) {
    const attribute = this.#attribute(name);
    return attribute && (attribute.integer ?? 0); // protobuf leaves out zeros
  }

  /** @param {string} name @returns {number | undefined} the number before it was rounded to single precision */
  float(name) {
    const attribute = this.#attribute(name);
    return attribute && Number((attribute.float ?? 0).toPrecision(7));
  }

  /** @param {string} name */
  text(name) {
    return this.#attribute(name)?.text;
  }

  /** @param {string} name */
  integers(name) {
    const attribute = this.#attribute(name);
    return attribute && (attribute.integers ?? []);
  }

  /** @param {number} index */
  has(index) {
    return Boolean(this.inputs[index]);
  }

  /** @param {number} index @returns {View} an input that depends on the model's input */
  view(index = 0) {
    this.#read.add(index);
    const view = this.importer.views.get(this.inputs[index]);
    if (view) return view;
    throw new FittingRoomError(`input ${index} (${this.inputs[index]}) must come from the model's input`);
  }

  /** @param {number} index @returns {OnnxTensor} */
  #constant(index) {
    this.#read.add(index);
    const constant = this.importer.constants.get(this.inputs[index]);
    if (constant) return constant;
    throw new FittingRoomError(`input ${index} (${this.inputs[index]}) must be constant`);
  }

  /** @param {number} index @returns {Weight} */
  floats(index) {
    const constant = this.#constant(index);
    this.importer.allowance.take(constant);
    return floatsOf(constant);
  }

  /** @param {number} index */
  integersAt(index) {
    return integersOf(this.#constant(index));
  }

  /** @param {string} name */
  tensor(name) {
    return this.#attribute(name)?.tensor;
  }

  /** @param {number} index @returns {number[]} the shape of a constant */
  dimsAt(index) {
    return dimsOfTensor(this.#constant(index));
  }

  /** @param {number} index */
  flagAt(index) {
    return flagOf(this.#constant(index));
  }

  /** A constant that is one number. @param {number} index */
  scalar(index) {
    const { data } = this.floats(index);
    if (data.length !== 1) throw new FittingRoomError(`input ${index} must be one number, got ${data.length}`);
    return data[0];
  }

  /** Refuses attributes and inputs that the operator has not read, because they might matter. */
  checkRead() {
    const attribute = this.node.attributes?.find(({ name = '' }) => !this.#read.has(name) && !IDLE.includes(name));
    if (attribute) throw new FittingRoomError(`its attribute ${attribute.name} is not supported`);
    const input = this.inputs.findIndex((name, index) => name && !this.#read.has(index));
    if (input >= 0) throw new FittingRoomError(`its input ${input} (${this.inputs[input]}) is not supported`);
  }

  /** Sets the node's first output. @param {View} view */
  give(view) {
    const [output, ...others] = this.node.outputs ?? [];
    const used = others.find((name) => this.importer.readers(name) > 0);
    if (used) throw new FittingRoomError(`reading its further output ${used} is not supported`);
    if (view.axes.length > MOST_AXES)
      throw new FittingRoomError(
        `its output has ${view.axes.length} axes after the batch axis; at most ${MOST_AXES} are supported`,
      );
    this.importer.set(output, view);
  }
}

/** The layers made so far, and the ONNX values that they stand for. */
export class Importer {
  /** @type {Imported[]} */
  layers = [];
  /** @type {Map<string, View>} */
  views = new Map();
  /** @type {Set<OnnxNode>} nodes that another one has already handled */
  done = new Set();
  #readers;
  /** @type {Map<string, OnnxNode> | undefined} nodes that multiply two values, by these values */
  #products;

  /**
   * @param {OnnxNode[]} nodes
   * @param {Map<string, OnnxTensor>} constants
   * @param {Allowance} allowance
   * @param {string} output
   * @param {number} operatorSet
   * @param {number} [batch] the number of samples, if it is fixed
   */
  constructor(nodes, constants, allowance, output, operatorSet, batch) {
    this.nodes = nodes;
    this.constants = constants;
    this.allowance = allowance;
    this.operatorSet = operatorSet;
    this.batch = batch;
    this.#readers = new Map([[output, 1]]);
    for (const name of nodes.flatMap(({ inputs = [] }) => inputs)) this.#readers.set(name, this.readers(name) + 1);
  }

  /** How many times a value is read. @param {string} name */
  readers(name) {
    return this.#readers.get(name) ?? 0;
  }

  /**
   * The first node that multiplies two values, in either order, and does nothing else.
   * @param {(string | undefined)[]} values
   */
  product(values) {
    const keyOf = (/** @type {(string | undefined)[]} */ pair) => JSON.stringify(pair.toSorted());
    this.#products ??= new Map(
      this.nodes
        .flatMap((node) => {
          const { operator, inputs = [], attributes = [] } = node;
          return operator === 'Mul' && attributes.length === 0 && inputs.length === 2
            ? [/** @type {[string, OnnxNode]} */ ([keyOf(inputs), node])]
            : [];
        })
        .toReversed(),
    );
    return this.#products.get(keyOf(values));
  }

  /**
   * Makes the output of a node a constant.
   * @param {OnnxNode} node
   * @param {{ dims: number[], values: number[] }} integers
   */
  setIntegers({ outputs: [name = ''] = [] }, { dims, values }) {
    if (this.views.has(name) || this.constants.has(name))
      throw new FittingRoomError(`the value ${name} is defined twice`);
    this.constants.set(name, { name, dims, dataType: INT64, integers: values });
  }

  /** @param {string} name @param {View} view */
  set(name, view) {
    if (this.views.has(name) || this.constants.has(name))
      throw new FittingRoomError(`the value ${name} is defined twice`);
    this.views.set(name, view);
  }

  /** @param {AnyLayer} layer @param {View[]} from @param {Weight[]} [weights] @returns {number} its index */
  add(layer, from, weights = []) {
    return this.layers.push({ layer, sources: from.map(({ source }) => source), weights }) - 1;
  }

  /**
   * The layer that a value comes from, if it has weights, no activation, and no other readers than the node at hand.
   * @param {string} name
   * @param {number} readers
   * @returns {Imported | undefined}
   */
  open(name, readers = 1) {
    const { source } = /** @type {View} */ (this.views.get(name));
    const made = this.layers[source];
    if (!made || !AFFINE.includes(made.layer.kind) || made.layer.activation !== 'linear') return undefined;
    const names = [...this.views.keys()].filter((each) => this.views.get(each)?.source === source);
    return names.every((each) => this.readers(each) === (each === name ? readers : 1)) ? made : undefined;
  }

  /**
   * The same value in one of our shapes; no number moves.
   * @param {View} view
   * @param {number[]} shape
   * @returns {View}
   */
  reshaped(view, shape) {
    if (String(view.shape) === String(shape)) return view;
    const layer = shape.length === 1 ? layers.flatten() : layers.reshape({ targetShape: shape });
    return { ...view, source: this.add(layer, [view]), shape };
  }

  /** @param {View} view @returns {View} one that is a row of numbers, in ONNX and here */
  row(view) {
    const dims = dimsOf(view);
    if (dims.length !== 1)
      throw new FittingRoomError(`its input must have the shape [n, length], got [n, ${dims.join(', ')}]`);
    return this.reshaped(view, [elementsOf(view.shape)]);
  }

  /** @param {View} view @returns {View} one that is an image, channels first in ONNX and last here */
  image(view) {
    const [channels, height, width, ...rest] = dimsOf(view);
    if (width === undefined || rest.length > 0)
      throw new FittingRoomError(
        `its input must be images [n, channels, height, width], got [n, ${dimsOf(view).join(', ')}]`,
      );
    const shape = [height, width, channels];
    if (sameAxes(view.axes, channelsFirst(0, shape).axes)) return this.reshaped(view, shape);
    throw new FittingRoomError('its image would have to be transposed, which is not supported');
  }

  /** @param {View} view @returns {View} one whose numbers are in ONNX's order, or an image */
  output(view) {
    const dims = dimsOf(view);
    if (isPlain(view)) return plain(this.reshaped(view, dims).source, dims);
    if (dims.length === 3) return this.image(view);
    throw new FittingRoomError('the output would have to be transposed, which is not supported');
  }
}

/** @param {unknown} value @param {string} what @param {unknown} right */
export function checkIs(value, what, right) {
  if (value !== right) throw new FittingRoomError(`${what} must be ${show(right)}, got ${show(value)}`);
}
