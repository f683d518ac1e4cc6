import { rowOf } from '../layers/table.js';

/** @import { Initializer, InitializerConfig } from '../layers/initializers.js' */
/** @import { LayerKind } from '../layers/layer.js' */

/* Initializers as Keras serializes them: reading and writing. */

/** @typedef {{ module: string, class_name: string, config: Record<string, any>, registered_name: null }} Serialized */

/** The Keras class for each name. */
const CLASSES = /** @type {const} */ ({
  glorotUniform: 'GlorotUniform',
  glorotNormal: 'GlorotNormal',
  heUniform: 'HeUniform',
  heNormal: 'HeNormal',
  leCunUniform: 'LecunUniform',
  leCunNormal: 'LecunNormal',
  lecunUniform: 'LecunUniform',
  lecunNormal: 'LecunNormal',
  zeros: 'Zeros',
  ones: 'Ones',
  constant: 'Constant',
  varianceScaling: 'VarianceScaling',
});
const MODES = /** @type {const} */ ({ fanIn: 'fan_in', fanOut: 'fan_out', fanAvg: 'fan_avg' });

/**
 * The initializer options of the weights that layers of a kind can have, with their defaults.
 * @param {LayerKind} kind
 * @returns {{ key: string, usual: InitializerConfig['name'] }[]}
 */
export const initializerKeys = (kind) =>
  (rowOf(kind).weights ?? []).map(({ name, initializer }) => ({
    key: `${name.replace('depthwise_kernel', 'depthwise')}_initializer`,
    usual: initializer,
  }));

/** @param {Initializer} initializer @returns {Serialized} */
export function serializedInitializer(initializer) {
  const {
    name,
    seed = null,
    value = 0,
    scale = 1,
    mode = 'fanIn',
    distribution,
  } = /** @type {InitializerConfig} */ (typeof initializer === 'object' ? initializer : { name: initializer });
  const drawn = { seed, input_axes: null, output_axes: null };
  const scaling = {
    scale,
    mode: MODES[mode],
    distribution: distribution === 'uniform' ? 'uniform' : 'truncated_normal',
  };
  /** @type {Partial<Record<InitializerConfig['name'], object>>} */
  const configs = { zeros: {}, ones: {}, constant: { value }, varianceScaling: { ...scaling, ...drawn } };
  return {
    module: 'keras.initializers',
    class_name: CLASSES[name],
    config: configs[name] ?? drawn,
    registered_name: null,
  };
}

/** @template {string} T @param {Record<T, string>} names @param {unknown} found @returns {T | undefined} */
const nameOf = (names, found) => /** @type {T[]} */ (Object.keys(names)).find((name) => names[name] === found);

/**
 * Reads the initializer of a weight. The weights themselves are given, so unknown initializers are ignored.
 * @param {InitializerConfig['name']} usual the default
 * @param {any} value
 * @returns {InitializerConfig | undefined} undefined if unknown or the default
 */
export function initializerFrom(usual, value) {
  const name = nameOf(CLASSES, value?.class_name);
  const { seed, value: constant, scale, mode, distribution } = value?.config ?? {};
  if (!name || (name === usual && !Number.isSafeInteger(seed))) return undefined;
  const seeded = Number.isSafeInteger(seed) && seed >= 0 ? { seed } : {};
  if (name === 'zeros' || name === 'ones') return { name };
  if (name === 'constant') return Number.isFinite(constant) ? { name, value: constant } : undefined;
  if (name !== 'varianceScaling') return { name, ...seeded };
  const fan = nameOf(MODES, mode);
  const isKnown =
    fan && scale > 0 && Number.isFinite(scale) && (distribution === 'uniform' || distribution === 'truncated_normal');
  return isKnown
    ? { name, scale, mode: fan, distribution: distribution === 'uniform' ? 'uniform' : 'truncatedNormal', ...seeded }
    : undefined;
}
