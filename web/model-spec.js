import { spelt } from './fields.js';
import { KINDS, optionsOf } from './kinds.js';
import { GARMENTS } from './subject.js';

/**
 * A model as the page edits it and as an address spells it: `conv2d:32:3:relu,maxPooling2d:2,flatten`. A layer is its
 * kind and its options, without their names where it is plain which is meant; `from=2` has it read from the second
 * layer in place of the one before it, and `add:with=2` or `concatenate:with=2` reads the second as well. 0 is the
 * picture. The last layer, a unit per class and softmax, is always there and never said.
 *
 * @typedef {object} Layer
 * @property {number} id of its own, as long as it lives
 * @property {string} kind
 * @property {Record<string, any>} options
 * @property {number} [from] the id of the layer that it reads, in place of the one before it
 * @property {number} [with] the id of the layer that it reads as well
 *
 * @typedef {{ kind: string, options: Record<string, any>, from?: number, with?: number }} Spec a layer as the worker
 *   builds it: without the rare options that are as usual; `from` and `with` are places from 1 on, 0 the picture
 */

export const MAX_LAYERS = 64; // with the last one
const MAX_LENGTH = 4000;
export const PICTURE = 0;

/** @type {Record<string, string>} */
export const PRESETS = {
  tutorial: 'conv2d:32:3:relu,maxPooling2d:2,flatten,dense:128:relu,dropout:0.5',
  lenet:
    'conv2d:6:5:tanh:same,averagePooling2d:2,conv2d:16:5:tanh,averagePooling2d:2,flatten,dense:120:tanh,dense:84:tanh',
  blocks:
    'conv2d:32:3:same:useBias=0,batchNormalization,activation:relu,maxPooling2d:2,' +
    'conv2d:64:3:same:useBias=0,batchNormalization,activation:relu,maxPooling2d:2,flatten,dense:128:relu,dropout:0.5',
  residual:
    'conv2d:32:3:same:useBias=0,batchNormalization,activation:relu,maxPooling2d:2,' +
    'conv2d:32:3:same:useBias=0,batchNormalization,activation:relu,conv2d:32:3:same:useBias=0,batchNormalization,' +
    'add:with=4,activation:relu,globalAveragePooling2d,dropout:0.3',
  accurate: // as models/accurate.js has it
    'randomFlip:horizontal,randomTranslation:0.06:0.06:constant,randomErasing:0.25:0.02:0.2,' +
    'conv2d:16:3:relu:same:kernelInitializer=heNormal,batchNormalization:momentum=0.9,' +
    'conv2d:32:3:relu:same:kernelInitializer=heNormal,maxPooling2d:2,batchNormalization:momentum=0.9,' +
    'conv2d:64:3:relu:same:kernelInitializer=heNormal,batchNormalization:momentum=0.9,' +
    'conv2d:64:3:relu:same:kernelInitializer=heNormal,maxPooling2d:2,batchNormalization:momentum=0.9,' +
    'conv2d:128:3:relu:same:kernelInitializer=heNormal,batchNormalization:momentum=0.9,' +
    'conv2d:128:3:relu:same:kernelInitializer=heNormal,maxPooling2d:2,batchNormalization:momentum=0.9,' +
    'conv2d:128:3:relu:same:kernelInitializer=heNormal,batchNormalization:momentum=0.9,' +
    'flatten,dense:256:relu:kernelInitializer=heNormal,dropout:0.5',
  few: // for pictures of any size, none of which is seen twice as it is
    'randomFlip:horizontal,randomRotation:0.04,randomZoom:0.15,randomTranslation:0.1:0.1,randomContrast:0.2,' +
    'randomErasing:0.5:0.02:0.2,' +
    'conv2d:16:3:relu:same:kernelInitializer=heNormal,batchNormalization:momentum=0.9,' +
    'conv2d:32:3:relu:same:kernelInitializer=heNormal,maxPooling2d:2,batchNormalization:momentum=0.9,' +
    'conv2d:32:3:relu:same:kernelInitializer=heNormal,batchNormalization:momentum=0.9,' +
    'conv2d:64:3:relu:same:kernelInitializer=heNormal,maxPooling2d:2,batchNormalization:momentum=0.9,' +
    'conv2d:64:3:relu:same:kernelInitializer=heNormal,batchNormalization:momentum=0.9,' +
    'conv2d:128:3:relu:same:kernelInitializer=heNormal,maxPooling2d:2,batchNormalization:momentum=0.9,' +
    'conv2d:128:3:relu:same:kernelInitializer=heNormal,batchNormalization:momentum=0.9,' +
    'globalAveragePooling2d,dropout:0.3',
};

const TUNED = {
  ...{ optimizer: 'adamw', schedule: 'oneCycle', warmUp: 0.3, labelSmoothing: 0.1, ema: true },
  ...{ momentum: 0, nesterov: false, clipNorm: 0, patience: 0 },
};
/**
 * How a preset is best trained, as settings of the page.
 * @type {Record<string, Partial<import('./settings.js').Settings>>}
 */
export const TRAINING = /** @type {any} */ ({
  accurate: { ...TUNED, epochs: 44, batchSize: 64, learningRate: 0.003, weightDecay: 0.02, emaMomentum: 0.998 },
  few: { ...TUNED, epochs: 40, batchSize: 32, learningRate: 0.005, weightDecay: 0.05, emaMomentum: 0.99 },
});

/** @param {string} kind @param {number} id @returns {Layer} with what nobody has said otherwise */
export function newLayer(kind, id) {
  const options = Object.entries(optionsOf(kind)).map(([name, { initial }]) => [name, initial]);
  return { id, kind, options: Object.fromEntries(options) };
}

/**
 * @param {string} text the name of a preset, or layer by layer
 * @returns {{ layers: Layer[], fault?: undefined } | { layers?: undefined, fault: string }} the fault: the part that
 *   cannot be
 */
export function parseModel(text) {
  const whole = Object.hasOwn(PRESETS, text) ? PRESETS[text] : text;
  const parts = whole === '' ? [] : whole.split(',');
  if (text.length > MAX_LENGTH || parts.length >= MAX_LAYERS) return { fault: text };
  const layers = [];
  for (const part of parts) {
    const layer = parseLayer(part, layers.length + 1);
    if (!layer) return { fault: part };
    if (layer.from === layers.length) delete layer.from; // the one before it, which no address says
    layers.push(layer);
  }
  const astray = layers.findIndex(({ id, ...reads }) =>
    [reads.from, reads.with].some((place = 0) => place === id || place > layers.length),
  );
  return astray < 0 ? { layers } : { fault: parts[astray] };
}

/** @param {string} part @param {number} id its place, from 1 on @returns {Layer | null} */
function parseLayer(part, id) {
  const [kind, ...words] = part.split(':');
  if (!Object.hasOwn(KINDS, kind)) return null;
  const layer = newLayer(kind, id);
  const said = new Set();
  for (const word of words) {
    const [name, text] = word.includes('=') ? word.split('=', 2) : [nameOf(kind, word, said), word];
    if (!name || said.has(name) || !setOption(layer, name, text)) return null;
    said.add(name);
  }
  return KINDS[kind].joins === (layer.with !== undefined) ? layer : null;
}

/**
 * The option that a word without a name is meant for.
 * @param {string} kind
 * @param {string} word
 * @param {Set<string>} said
 */
const nameOf = (kind, word, said) =>
  Object.entries(KINDS[kind].fields).find(([name, field]) => !said.has(name) && field.parse(word) !== undefined)?.[0];

/** @param {Layer} layer @param {string} name @param {string} text @returns {boolean} whether it could be */
function setOption(layer, name, text) {
  if (name === 'from' || name === 'with') {
    layer[name] = Number(text);
    return /^\d{1,2}$/.test(text);
  }
  const fields = optionsOf(layer.kind);
  const value = Object.hasOwn(fields, name) ? fields[name].parse(text) : undefined;
  layer.options[name] = value;
  return value !== undefined;
}

/** The name of the preset that these layers are, or the layers one by one. @param {Layer[]} layers */
export function writeModel(layers) {
  const text = layers.map((layer, at) => writeLayer(layer, at, layers)).join(',');
  return Object.keys(PRESETS).find((name) => PRESETS[name] === text) ?? text;
}

/** @param {Layer} layer @param {number} at @param {Layer[]} layers */
function writeLayer({ kind, options, ...reads }, at, layers) {
  const said = new Set();
  const words = Object.entries(optionsOf(kind)).flatMap(([name, { initial }]) => {
    const value = options[name];
    if (value === undefined || (value === initial && !leads(kind, name))) return [];
    const short = nameOf(kind, spelt(value), said) === name;
    said.add(name);
    return short && (leads(kind, name) || typeof value === 'string') ? spelt(value) : `${name}=${spelt(value)}`;
  });
  const references = referencesOf(reads, at, layers).map(([name, place]) => `${name}=${place}`);
  return [kind, ...words, ...references].join(':');
}

/**
 * Whether an option is said even where it is as at first: the first one, and the numbers that follow it.
 * @param {string} kind
 * @param {string} name
 */
function leads(kind, name) {
  const fields = Object.entries(KINDS[kind].fields);
  const end = fields.findIndex(([, { max }], i) => i > 0 && max === undefined);
  return fields.slice(0, end < 0 ? undefined : end).some(([each]) => each === name);
}

/**
 * What a layer says it reads, as places among the layers; 0 is the picture.
 * @param {{ from?: number, with?: number }} reads @param {number} at @param {Layer[]} layers
 * @returns {['from' | 'with', number][]}
 */
function referencesOf(reads, at, layers) {
  const names = /** @type {const} */ (['from', 'with']);
  return names.flatMap((name) => {
    const id = reads[name];
    if (id === undefined) return [];
    const place = placeOf(layers, id);
    return name === 'from' && place === at ? [] : [[name, place]];
  });
}

/** From 1 on. @param {Layer[]} layers @param {number} id */
export const placeOf = (layers, id) => layers.findIndex((layer) => layer.id === id) + 1;

/**
 * The layers as the worker builds them, the last one too.
 * @param {Layer[]} layers
 * @param {number} [units] of the last one: the number of classes
 * @returns {Spec[]}
 */
export function specsOf(layers, units = GARMENTS.classNames.length) {
  const specs = layers.map(({ kind, options, ...reads }, at) => ({
    kind,
    options: Object.fromEntries(
      Object.entries(options).filter(
        ([name, value]) => name in KINDS[kind].fields || value !== KINDS[kind].rare[name].initial,
      ),
    ),
    ...Object.fromEntries(referencesOf(reads, at, layers)),
  }));
  return [...specs, { kind: 'dense', options: { units, activation: 'softmax' } }];
}
