import { choice, choiceOr, flag, number, spelt, whole } from './fields.js';
import { readModel, writeModelTo } from './model-address.js';

/**
 * The settings of a run: the values that each may have, how the page's address spells them, and the initial ones.
 *
 * @typedef {import('./fields.js').Field} Field
 * @typedef {object} Settings
 * @property {'auto' | 'synthetic' | 'files' | 'pictures'} source
 * @property {import('./model-spec.js').Layer[]} layers all but the last one
 * @property {number} epochs
 * @property {number} batchSize
 * @property {OptimizerName} optimizer
 * @property {number} learningRate
 * @property {number} seed
 * @property {number} trainSize
 * @property {number} momentum
 * @property {boolean} nesterov
 * @property {number} weightDecay
 * @property {string} schedule how the learning rate changes over the run
 * @property {number} decay what share of it is left in the end; of piecewise: after each of its two steps
 * @property {number} warmUp the share of the run in which it rises
 * @property {number} labelSmoothing
 * @property {number} patience epochs without a better validation loss before training ends; 0: it never does
 * @property {boolean} ema whether the weights are averaged over the steps
 * @property {number} emaMomentum what share of the average each step leaves
 * @property {number} clipNorm the norm that the gradient of each weight array is cut to; 0: as it is
 * @property {number} verbose
 * @property {string} size of the images that pictures become, pixels along each edge; same: as the pictures are
 * @property {boolean} colour
 * @property {string} crop the part of each picture that is used
 * @property {string} base the model whose layers a model for pictures of one's own begins with; saved: and its id, if
 *   it was saved in this browser
 * @property {boolean} tune whether these layers are trained too
 * @property {boolean} balance whether classes with fewer pictures weigh more
 * @property {boolean} deterministic the same weights in every browser, rather than the fastest build
 * @property {number | 'auto'} threads in the address only, for experiments
 */

/**
 * An optimizer as the form offers it.
 * @typedef {object} OptimizerRow
 * @property {string} label
 * @property {number} learningRate Keras's default, except AdaDelta's, which would hardly learn with it
 * @property {readonly ('momentum' | 'nesterov' | 'weightDecay')[]} options settings that only some optimizers have
 */

export const OPTIMIZERS = /** @satisfies {Record<string, OptimizerRow>} */ ({
  adam: { label: 'Adam', learningRate: 0.001, options: [] },
  adamw: { label: 'AdamW', learningRate: 0.001, options: ['weightDecay'] },
  adadelta: { label: 'AdaDelta', learningRate: 1, options: [] },
  sgd: { label: 'SGD', learningRate: 0.01, options: ['momentum', 'nesterov'] },
  rmsprop: { label: 'RMSprop', learningRate: 0.001, options: ['momentum'] },
  adagrad: { label: 'Adagrad', learningRate: 0.001, options: [] },
  muon: { label: 'Muon', learningRate: 0.001, options: ['weightDecay'] },
});

/** @typedef {keyof typeof OPTIMIZERS} OptimizerName */

/**
 * Whether an optimizer has an option.
 * @param {OptimizerName} optimizer
 * @param {OptimizerRow['options'][number]} option
 */
export const hasOption = (optimizer, option) =>
  /** @type {OptimizerRow} */ (OPTIMIZERS[optimizer]).options.includes(option);

/**
 * Whether the images are files that the user chose: no address can say which, and a page that is loaded again no longer
 * has them.
 * @param {string} source
 */
export const isGiven = (source) => source === 'files' || source === 'pictures';

/** @type {Record<Exclude<keyof Settings, 'layers'>, Field & { key: string }>} */
export const FIELDS = {
  source: { key: 'data', ...choice('auto', 'synthetic') },
  epochs: { key: 'epochs', ...whole(20, 1, 1000) },
  batchSize: { key: 'batch-size', ...whole(32, 1, 60000) },
  optimizer: { key: 'optimizer', ...choice(...Object.keys(OPTIMIZERS)) },
  learningRate: { key: 'learning-rate', ...number(OPTIMIZERS.adam.learningRate, 1e-7, 100) },
  seed: { key: 'seed', ...whole(42, 0, 4294967295) },
  trainSize: { key: 'train-size', ...whole(60000, 1, 1_000_000) },
  momentum: { key: 'momentum', ...number(0, 0, 1) },
  nesterov: { key: 'nesterov', ...flag(false) },
  weightDecay: { key: 'weight-decay', ...number(0.004, 0, 1) },
  schedule: { key: 'schedule', ...choice('constant', 'exponential', 'cosine', 'oneCycle', 'piecewise') },
  decay: { key: 'decay', ...number(0.1, 1e-6, 1) },
  warmUp: { key: 'warm-up', ...number(0.1, 0, 0.9) },
  labelSmoothing: { key: 'label-smoothing', ...number(0, 0, 0.9) },
  patience: { key: 'patience', ...whole(0, 0, 1000) },
  ema: { key: 'ema', ...flag(false) },
  emaMomentum: { key: 'ema-momentum', ...number(0.99, 0, 0.9999) },
  clipNorm: { key: 'clip-norm', ...number(0, 0, 1e6) },
  size: { key: 'size', ...choice('28', '32', '48', '64', '96', 'same'), initial: '48' },
  colour: { key: 'colour', ...flag(true) },
  crop: { key: 'crop', ...choice('whole', 'centre', 'garment', 'cutout') },
  base: { key: 'base', ...choiceOr(/^saved:[\w-]{1,64}$/, 'none', 'accurate', 'photos') },
  tune: { key: 'tune', ...flag(false) },
  balance: { key: 'balance', ...flag(false) },
  verbose: { key: 'log', ...whole(2, 0, 2) },
  deterministic: { key: 'deterministic', ...flag(false) },
  threads: { key: 'threads', ...whole('auto', 1, 16) },
};

/**
 * Reads the settings out of a query; what cannot be used is replaced and reported.
 * @param {string} search
 * @returns {{ settings: Settings, corrected: import('./model-address.js').Correction[] }}
 */
export function readSettings(search) {
  const query = new URLSearchParams(search);
  const { layers, corrected } = readModel(query);
  /** @type {Record<string, import('./fields.js').Value>} */
  const settings = {};
  for (const [name, field] of Object.entries(FIELDS)) {
    const text = query.get(field.key);
    const value = text === null ? undefined : field.parse(text);
    settings[name] = value ?? initialValue(name, settings);
    if (text !== null && value === undefined) corrected.push({ key: field.key, text, used: settings[name] });
  }
  return { settings: /** @type {Settings} */ (/** @type {unknown} */ ({ layers, ...settings })), corrected };
}

/**
 * Writes what differs from the initial values, keeping what in the query is not ours.
 * @param {Settings} settings
 * @param {string} search
 */
export function writeSettings(settings, search) {
  const query = new URLSearchParams(search);
  writeModelTo(query, settings.layers);
  for (const [name, field] of Object.entries(FIELDS)) {
    const value = settings[/** @type {keyof typeof FIELDS} */ (name)];
    if (value === initialValue(name, settings) || (name === 'source' && isGiven(settings.source)))
      query.delete(field.key);
    else query.set(field.key, spelt(value));
  }
  // The marks between layers may stand as they are, and can be read then.
  return query.size === 0 ? '' : `?${query}`.replace(/%(2C|3A|3D)/g, decodeURIComponent);
}

/** @param {string} name @param {{ optimizer?: unknown }} settings */
function initialValue(name, settings) {
  if (name === 'learningRate') return OPTIMIZERS[/** @type {OptimizerName} */ (settings.optimizer)].learningRate;
  return FIELDS[/** @type {keyof typeof FIELDS} */ (name)].initial;
}

/**
 * What the model is to run on, as the API takes it.
 * @param {Settings} settings
 * @returns {import('../shim/core/loading.js').RuntimeOptions}
 */
export function runtimeOptions({ deterministic, threads }) {
  return threads === 'auto' ? { deterministic } : { deterministic, threads };
}
