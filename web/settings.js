/**
 * The settings of a run: what each may be, how the address of the page spells it, and what it is when nobody says.
 *
 * @typedef {object} Settings
 * @property {'auto' | 'synthetic' | 'files'} source
 * @property {number} filters
 * @property {number} kernelSize
 * @property {number} poolSize
 * @property {number} units
 * @property {number} rate
 * @property {number} epochs
 * @property {number} batchSize
 * @property {'adam' | 'adadelta' | 'sgd'} optimizer
 * @property {number} learningRate
 * @property {number} seed
 * @property {number} trainSize
 * @property {number} verbose
 * @property {boolean} deterministic the same weights in every browser, rather than the fastest build
 * @property {number | 'auto'} threads in the address only, for experiments
 *
 * @typedef {{ key: string, parse: (text: string) => any, initial: any, min?: number, max?: number, whole?: boolean }} Field
 */

export const LEARNING_RATES = { adam: 0.001, adadelta: 1, sgd: 0.01 };

/** @type {Record<keyof Settings, Field>} */
export const FIELDS = {
  source: choice('data', ['auto', 'synthetic']),
  filters: number('filters', 32, 1, 1024),
  kernelSize: number('kernel-size', 3, 1, 28),
  poolSize: number('pool-size', 2, 1, 28),
  units: number('units', 128, 1, 65536),
  rate: number('dropout', 0.5, 0, 1, false),
  epochs: number('epochs', 20, 1, 1000),
  batchSize: number('batch-size', 32, 1, 60000),
  optimizer: choice('optimizer', ['adam', 'adadelta', 'sgd']),
  learningRate: number('learning-rate', LEARNING_RATES.adam, 1e-7, 100, false),
  seed: number('seed', 42, 0, 4294967295),
  trainSize: number('train-size', 60000, 1, 60000),
  verbose: { ...choice('log', ['2', '0', '1']), initial: 2, parse: (text) => (/^[012]$/.test(text) ? Number(text) : undefined) },
  deterministic: { key: 'deterministic', initial: false, parse: (text) => (/^[01]$/.test(text) ? text === '1' : undefined) },
  threads: number('threads', 'auto', 1, 16),
};

/** @param {string} key @param {string[]} values @returns {Field} the first value is the initial one */
function choice(key, values) {
  return { key, initial: values[0], parse: (text) => (values.includes(text) ? text : undefined) };
}

/**
 * @param {string} key
 * @param {number | string} initial
 * @param {number} min
 * @param {number} max
 * @param {boolean} whole
 * @returns {Field}
 */
function number(key, initial, min, max, whole = true) {
  /** @param {string} text */
  const parse = (text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    return value >= min && value <= max && (!whole || Number.isInteger(value)) ? value : undefined;
  };
  return { key, initial, parse, min, max, whole };
}

/**
 * Reads the settings out of a query; what cannot be used is replaced and reported.
 * @param {string} search
 * @returns {{ settings: Settings, corrected: { key: string, text: string, used: any }[] }}
 */
export function readSettings(search) {
  const query = new URLSearchParams(search);
  /** @type {any} */
  const settings = {};
  const corrected = [];
  for (const [name, field] of Object.entries(FIELDS)) {
    const text = query.get(field.key);
    const value = text === null ? undefined : field.parse(text);
    settings[name] = value ?? initialValue(name, settings);
    if (text !== null && value === undefined) corrected.push({ key: field.key, text, used: settings[name] });
  }
  return { settings, corrected };
}

/** Writes what differs from the initial values, keeping what in the query is not ours. @param {Settings} settings @param {string} search */
export function writeSettings(settings, search) {
  const query = new URLSearchParams(search);
  for (const [name, field] of Object.entries(FIELDS)) {
    const value = settings[/** @type {keyof Settings} */ (name)];
    if (value === initialValue(name, settings) || value === 'files') query.delete(field.key);
    else query.set(field.key, String(typeof value === 'boolean' ? Number(value) : value));
  }
  return query.size === 0 ? '' : `?${query}`;
}

/** @param {string} name @param {any} settings */
function initialValue(name, settings) {
  if (name === 'learningRate') return LEARNING_RATES[/** @type {keyof typeof LEARNING_RATES} */ (settings.optimizer)];
  return FIELDS[/** @type {keyof Settings} */ (name)].initial;
}

/** What the model is to run on, as the API takes it. @param {Settings} settings @returns {import('../shim/loading.js').RuntimeOptions} */
export function runtimeOptions({ deterministic, threads }) {
  return threads === 'auto' ? { deterministic } : { deterministic, threads };
}

/** The tutorial's network. @param {Settings} settings */
export function layerSpecs({ filters, kernelSize, poolSize, units, rate }) {
  return [
    { kind: 'conv2d', inputShape: [28, 28, 1], filters, kernelSize, activation: 'relu' },
    { kind: 'maxPooling2d', poolSize },
    { kind: 'flatten' },
    { kind: 'dense', units, activation: 'relu' },
    { kind: 'dropout', rate },
    { kind: 'dense', units: 10, activation: 'softmax' },
  ];
}
