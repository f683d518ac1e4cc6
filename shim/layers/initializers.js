import { FittingRoomError, checkChoice, checkFields, checkOptions, choice, optional, whole, within } from '../check.js';

/** @import { Field } from '../check.js' */

/* Initial values of weights, as in Keras: plain data, stored in layers. The core draws the numbers. */

/** @typedef {'glorotUniform' | 'glorotNormal' | 'heUniform' | 'heNormal' | 'leCunUniform' | 'leCunNormal'} Scaled */
/**
 * @typedef {object} InitializerConfig
 * @property {Scaled | 'lecunUniform' | 'lecunNormal' | 'zeros' | 'ones' | 'constant' | 'varianceScaling'} name
 * @property {number} [seed] 0..2⁵³-1; default: the model's seed
 * @property {number} [value] for constant; default 0
 * @property {number} [scale] for varianceScaling; default 1
 * @property {'fanIn' | 'fanOut' | 'fanAvg'} [mode] for varianceScaling; default fanIn
 * @property {'normal' | 'uniform' | 'truncatedNormal'} [distribution] for varianceScaling; default normal, truncated
 */
/** @typedef {InitializerConfig['name'] | InitializerConfig} Initializer */
/** @typedef {Omit<InitializerConfig, 'name'>} InitializerOptions */

export const FANS = /** @type {const} */ (['fanIn', 'fanOut', 'fanAvg']);
const DISTRIBUTIONS = /** @type {const} */ (['normal', 'uniform', 'truncatedNormal']);

/** Variance · fan, which fan, whether uniform. @type {Record<string, [number, typeof FANS[number], boolean]>} */
const SCALED = {
  glorotUniform: [1, 'fanAvg', true],
  glorotNormal: [1, 'fanAvg', false],
  heUniform: [2, 'fanIn', true],
  heNormal: [2, 'fanIn', false],
  leCunUniform: [1, 'fanIn', true],
  leCunNormal: [1, 'fanIn', false],
  lecunUniform: [1, 'fanIn', true],
  lecunNormal: [1, 'fanIn', false],
};

/** @type {Record<string, string[]>} */
const OPTIONS = {
  ...Object.fromEntries(Object.keys(SCALED).map((name) => [name, ['seed']])),
  zeros: [],
  ones: [],
  constant: ['value'],
  varianceScaling: ['scale', 'mode', 'distribution', 'seed'],
};

/** @type {Record<string, Field>} */
const FIELDS = {
  seed: optional(whole(0, Number.MAX_SAFE_INTEGER)),
  value: optional(within(-1e30, 1e30)),
  scale: optional(within(0, 1e6)),
  mode: optional(choice(FANS)),
  distribution: optional(choice(DISTRIBUTIONS)),
};

/**
 * @param {string} name the option's name in messages
 * @param {unknown} value
 * @returns {Initializer}
 */
export function checkInitializer(name, value) {
  const given = /** @type {InitializerConfig} */ (typeof value === 'object' && value ? value : { name: value });
  const kind = checkChoice(name, given.name, Object.keys(OPTIONS));
  const { name: _, ...options } = given;
  checkOptions(`${name} ${kind}`, options, OPTIONS[kind]);
  checkFields(`${name} ${kind}`, options, FIELDS);
  if (options.scale === 0) throw new FittingRoomError(`${name} ${kind}: scale must be above 0, got 0`);
  return typeof value === 'object' ? { ...given } : /** @type {Initializer} */ (value);
}

/**
 * Reduces an initializer to a constant or to a distribution whose variance is scale / fan.
 * @param {Initializer} initializer
 * @returns {{ constant: number, seed?: number } | { scale: number, mode: typeof FANS[number], uniform: boolean, seed?:
 *   number }}
 */
export function resolveInitializer(initializer) {
  const { name, ...options } = typeof initializer === 'object' ? initializer : { name: initializer };
  const { value = 0, scale = 1, mode = 'fanIn', distribution, seed } = /** @type {InitializerOptions} */ (options);
  if (name === 'zeros' || name === 'ones' || name === 'constant') {
    return { constant: name === 'ones' ? 1 : value };
  }
  const [known, fan, uniform] = SCALED[name] ?? [scale, mode, distribution === 'uniform'];
  return { scale: known, mode: fan, uniform, seed };
}

/** @param {InitializerConfig['name']} name */
const maker =
  (name) =>
  (/** @type {InitializerOptions} */ options = {}) =>
    /** @type {InitializerConfig} */ (checkInitializer('initializer', { name, ...options }));

/** @typedef {(options?: Pick<InitializerOptions, 'seed'>) => InitializerConfig} MakeScaled */
/**
 * @typedef {object} Initializers
 * @property {MakeScaled} glorotUniform uniform, variance 2 / (fan in + fan out): what kernels have by default
 * @property {MakeScaled} glorotNormal truncated normal, variance 2 / (fan in + fan out)
 * @property {MakeScaled} heUniform uniform, variance 2 / fan in: for layers with relu
 * @property {MakeScaled} heNormal truncated normal, variance 2 / fan in: for layers with relu
 * @property {MakeScaled} leCunUniform uniform, variance 1 / fan in
 * @property {MakeScaled} leCunNormal truncated normal, variance 1 / fan in
 * @property {MakeScaled} lecunUniform the same as leCunUniform
 * @property {MakeScaled} lecunNormal the same as leCunNormal
 * @property {(options?: Omit<InitializerOptions, 'value'>) => InitializerConfig} varianceScaling variance scale / fan
 * @property {() => InitializerConfig} zeros 0 everywhere
 * @property {() => InitializerConfig} ones 1 everywhere
 * @property {(options?: Pick<InitializerOptions, 'value'>) => InitializerConfig} constant `value` everywhere
 */

/** Initial values of weights; a layer also takes their names as strings. */
export const initializers = /** @type {Readonly<Initializers>} */ (
  /** @type {unknown} */ (
    Object.freeze(
      Object.fromEntries(
        Object.keys(OPTIONS).map((name) => [name, maker(/** @type {InitializerConfig['name']} */ (name))]),
      ),
    )
  )
);
