import { distinctNames } from '../../building.js';
import { show } from '../../errors.js';
import { refusal } from '../../files/format.js';
import { inFile } from '../../files/topology.js';
import { layers } from '../../layers.js';
import { LEAKY_SLOPE } from '../../lowering.js';
import { factorsOf } from '../../regularizers.js';
import { checkObject, checkText } from '../json.js';

/** @import { BuiltLayer } from '../../building.js' */
/** @import { AnyLayer, LayerConfig } from '../../layer.js' */

/** Layers as TF.js Layers writes them: Keras's class and its configuration, in Keras's spelling. */

/** @typedef {{ class_name: string, config: Record<string, unknown> }} Entry */

const WINDOW = ['strides', 'padding'];
const AFFINE = ['activation', 'use_bias', 'bias_regularizer'];

/** What is taken over of each class's configuration, both ways. Classes are called as in `layers`, but for their capitals. @type {Record<string, string[]>} */
const CLASSES = {
  Conv2D: ['filters', 'kernel_size', ...WINDOW, ...AFFINE, 'kernel_regularizer'],
  DepthwiseConv2D: ['kernel_size', ...WINDOW, 'depth_multiplier', ...AFFINE, 'depthwise_regularizer'],
  MaxPooling2D: ['pool_size', ...WINDOW],
  AveragePooling2D: ['pool_size', ...WINDOW],
  GlobalAveragePooling2D: [],
  GlobalMaxPooling2D: [],
  Flatten: [],
  Reshape: ['target_shape'],
  ZeroPadding2D: ['padding'],
  Dense: ['units', ...AFFINE, 'kernel_regularizer'],
  Dropout: ['rate', 'seed'],
  BatchNormalization: ['momentum', 'epsilon', 'center', 'scale', 'gamma_regularizer', 'beta_regularizer'],
  Activation: ['activation'],
  ReLU: ['max_value'],
  LeakyReLU: ['alpha'],
  Softmax: [],
  Add: [],
};

/** What can only be as it is here, where it is not null. @type {Record<string, unknown[]>} */
const FIXED = {
  data_format: ['channels_last'], dilation_rate: [1, [1, 1]], groups: [1], keepdims: [false], negative_slope: [0], threshold: [0],
  noise_shape: [], activity_regularizer: [], kernel_constraint: [], bias_constraint: [], depthwise_constraint: [], gamma_constraint: [], beta_constraint: [],
};

/**
 * What says nothing of what the layer computes; an initializer has done its work. axis is looked at once shapes are known.
 */
const PASSED_OVER = /^(name|trainable|dtype|batch_input_shape|batch_shape|sparse|ragged|axis|\w+_initializer)$/;

/** @param {string} key kernel_size → kernelSize */
export const optionOf = (key) => key.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());

/** @param {string} key @param {LayerConfig} config */
function valueOf(key, config) {
  const value = config[/** @type {keyof LayerConfig} */ (optionOf(key))];
  if (value === 'silu') return 'swish';
  if (!key.endsWith('_regularizer') || value === undefined) return value ?? null;
  const [l1, l2] = factorsOf(/** @type {import('../../regularizers.js').Regularizer} */ (value));
  return { class_name: 'L1L2', config: { l1, l2 } };
}

/** @param {LayerConfig} layer @param {string} name @returns {Entry} */
export function entryOf(layer, name) {
  const className = /** @type {string} */ (Object.keys(CLASSES).find((known) => known.toLowerCase() === layer.kind.replaceAll('_', '')));
  const config = Object.fromEntries(CLASSES[className].map((key) => [key, valueOf(key, layer)]));
  return { class_name: className, config: { name, trainable: true, ...config, ...(className === 'Softmax' && { axis: -1 }) } };
}

/**
 * What TF.js computes the same with, one after the other: nothing for a random layer, which passes on in inference what it
 * gets; two for an activation that TF.js has as a layer only.
 * @param {LayerConfig} layer
 * @param {string} name
 * @param {(number | null)[]} inputShape with the batch
 * @param {(number | null)[]} outputShape
 * @returns {Entry[]}
 */
export function entriesOf(layer, name, inputShape, outputShape) {
  const { kind, activation } = layer;
  if (kind.startsWith('random_')) return [];
  if (kind === 'reshape' || (kind === 'flatten' && inputShape.length === 2)) {
    return [entryOf({ kind: 'reshape', targetShape: /** @type {number[]} */ (outputShape.slice(1)) }, name)];
  }
  if (activation !== 'leakyRelu' || kind === 'leaky_re_lu') return [entryOf(layer, name)];
  const slope = { kind: /** @type {const} */ ('leaky_re_lu'), alpha: LEAKY_SLOPE };
  if (kind === 'activation') return [entryOf(slope, name)];
  return [entryOf({ ...layer, activation: 'linear' }, name), entryOf(slope, `${name}/leaky_re_lu`)];
}

/** Names that TF.js takes for tensors, each once. @param {BuiltLayer[]} plan @param {string} [inputName] @returns {string[]} the input's last */
export function tensorNames(plan, inputName = 'input') {
  const names = [...plan.map(({ name }) => name), inputName].map((name) => name.replace(/[^\w.-]/g, '_').replace(/^(?![A-Za-z0-9.])/, 'layer'));
  return distinctNames(names.map((name) => ({ kind: 'activation', name })));
}

/** @param {string} where @param {unknown} value @returns {unknown} what layers take */
function regularizerFrom(where, value) {
  const { class_name: name, config } = checkObject(where, value);
  if (!['L1L2', 'L1', 'L2'].includes(name)) throw refusal(`${where}: there is no regularizer ${show(name)} here`);
  const { l1 = 0, l2 = 0 } = checkObject(`${where}: config`, config);
  return { name: 'l1l2', l1, l2 };
}

/** @param {string} where @param {string} key @param {unknown} value */
export function checkFixed(where, key, value) {
  if (!Object.hasOwn(FIXED, key)) throw refusal(`${where}: there is no ${key} here, it is ${show(value)}`);
  if (FIXED[key].some((fixed) => String(fixed) === String(value))) return;
  throw refusal(`${where}: ${key} can only be ${[...FIXED[key], null].map(show).join(' or ')} here, got ${show(value)}`);
}

/**
 * @param {string} where
 * @param {unknown} entry
 * @param {number[]} [inputShape] of a stack's first layer
 * @returns {AnyLayer}
 */
export function layerFrom(where, entry, inputShape) {
  const { class_name: className, config } = checkObject(where, entry);
  if (typeof className !== 'string' || !Object.hasOwn(CLASSES, className)) throw refusal(`${where}: there is no layer ${show(className)} here`);
  const given = checkObject(`${where}: config`, config);
  const place = `${where} (${className} ${show(checkText(`${where}: name`, given.name))})`;
  /** @type {Record<string, unknown>} */
  const options = { name: given.name, ...(inputShape && { inputShape }) };
  for (const [key, value] of Object.entries(given)) {
    if (value === null || PASSED_OVER.test(key)) continue;
    if (CLASSES[className].includes(key)) options[optionOf(key)] = key.endsWith('_regularizer') ? regularizerFrom(`${place}: ${key}`, value) : value;
    else checkFixed(place, key, value);
  }
  const maker = Object.entries(layers).find(([name]) => name.toLowerCase() === className.toLowerCase())?.[1];
  return inFile(`${place}: `, () => /** @type {(options: any) => AnyLayer} */ (maker)(options));
}
