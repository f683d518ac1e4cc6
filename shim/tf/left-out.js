import { FittingRoomError } from '../check.js';

/* What TensorFlow.js has and this has not: each name says so when it is called. */

const GRADIENTS = 'gradients exist for models only; use model.fit, model.trainOnBatch, or model.model.gradients(x, y)';
const AS_LAYER = 'use the layer of that name in a model, if tf.layers has it';

/** What to do instead, by name. @type {Record<string, string>} */
const HINTS = {
  ...Object.fromEntries(
    [
      'applyGradients',
      'computeGradients',
      'customGrad',
      'grad',
      'grads',
      'minimize',
      'valueAndGrad',
      'valueAndGrads',
      'variable',
      'variableGrads',
    ].map((name) => [name, GRADIENTS]),
  ),
  ...Object.fromEntries(
    ['avgPool', 'batchNorm', 'conv2d', 'depthwiseConv2d', 'dropout', 'maxPool', 'separableConv2d'].map((name) => [
      name,
      AS_LAYER,
    ]),
  ),
  loadGraphModel: 'graph models cannot be read; tf.loadLayersModel reads layers models',
  webcam: 'use tf.browser.fromPixels(video)',
  csv: "read tables with datasets.fromCsv of 'fitting-room'",
  modelFromJSON: 'use tf.loadLayersModel',
  toJSON: 'use model.save',
  loadWeights: 'use model.setWeights',
  rescaling: 'multiply the tensors, or leave bytes to fitting-room, which scales them by 1/255',
  resizing: 'use tf.image.resizeBilinear',
};

/** @param {string} name @param {string} full as a program calls it @returns {(...args: unknown[]) => never} */
const refusing = (name, full) => () => {
  const hint = Object.hasOwn(HINTS, name) ? `: ${HINTS[name]}` : '';
  throw new FittingRoomError(`${full} is not supported${hint}; shim/KERAS.md lists what is`, 'unsupported');
};

/**
 * Functions that refuse.
 * @template {string} Names
 * @param {string} owner such as tf.layers
 * @param {Names} names separated by blanks
 * @returns {Record<string, (...args: unknown[]) => never>}
 */
const refusals = (owner, names) =>
  Object.fromEntries(names.split(/\s+/).map((name) => [name, refusing(name, `${owner}.${name}`)]));

/**
 * An object of functions, with others that refuse; those are not among its own.
 * @template T
 * @param {string} owner
 * @param {T} offered
 * @param {string} names of the others
 * @returns {Readonly<T>}
 */
export const withLeftOut = (owner, offered, names) =>
  Object.freeze(Object.assign(Object.create(refusals(owner, names)), offered));

/** @param {string} owner @param {object} prototype @param {string} names */
export function leaveOutMethods(owner, prototype, names) {
  for (const [name, value] of Object.entries(refusals(owner, names)))
    Object.defineProperty(prototype, name, { value, configurable: true });
}

/**
 * An object in which every name refuses.
 * @param {string} owner
 * @returns {Record<string, (...args: unknown[]) => never>}
 */
export const leftOut = (owner) =>
  new Proxy(/** @type {any} */ ({}), {
    get: (_, name) => (typeof name === 'string' ? refusing(name, `${owner}.${name}`) : undefined),
  });
