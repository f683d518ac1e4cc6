import { FittingRoomError, checkInteger, choice, field, flag, optional, show, whole, within } from '../check.js';
import { LIMITS } from '../core/limits.js';
import { checkInitializer } from './initializers.js';
import { checkRegularizer } from './regularizers.js';

/** @import { Check, Checking, Field } from '../check.js' */
/** @import { InitializerConfig } from './initializers.js' */

/* Checks of the options of layers. */

const { maxElements, maxUnits, maxWindow } = LIMITS;

export const ACTIVATIONS = /** @type {const} */ ([
  'linear',
  'relu',
  'sigmoid',
  'softmax',
  'relu6',
  'leakyRelu',
  'gelu',
  'tanh',
  'swish',
  'silu',
  'elu',
  'selu',
  'softplus',
  'mish',
  'hardSwish',
  'logSoftmax',
]);
export const PADDINGS = /** @type {const} */ (['valid', 'same']);
export const FILLS = /** @type {const} */ (['constant', 'nearest', 'reflect', 'wrap']);
export const INTERPOLATIONS = /** @type {const} */ (['bilinear', 'nearest']);
const FLIPS = /** @type {const} */ (['horizontalAndVertical', 'horizontal', 'vertical']);

export const units = whole(1, maxUnits);
export const activation = choice(ACTIVATIONS);
export const flips = choice(FLIPS);

/** A seed for this layer alone. */
export const seed = optional(whole(0, Number.MAX_SAFE_INTEGER));

/** @param {Checking} check @param {Partial<Check>} accepted @returns {Check} */
const checkThat = (check, accepted) => Object.assign(check, accepted);

/** One number for both sides, or [height, width]. */
export const pair = checkThat(
  (name, value) => {
    if (Array.isArray(value) && value.length !== 2) {
      throw new FittingRoomError(`${name} must be one number or [height, width], got ${show(value)}`);
    }
    const [height, width] = Array.isArray(value) ? value : [value, value];
    return [checkInteger(name, height, 1, maxWindow), checkInteger(name, width, 1, maxWindow)];
  },
  { low: 1, high: maxWindow, isWhole: true },
);

/**
 * @param {number} low
 * @param {number} high
 * @param {(size: number) => [number, number]} [spread] the range that a single number f stands for
 * @returns {Check} [low, high]
 */
export const range = (low, high, spread) =>
  checkThat(
    (name, value) => {
      const given = typeof value === 'number' && spread ? spread(value) : value;
      if (
        Array.isArray(given) &&
        given.length === 2 &&
        given.every((end) => typeof end === 'number' && end >= low && end <= high) &&
        !(given[0] > given[1])
      ) {
        return [...given];
      }
      throw new FittingRoomError(
        `${name} must be ${spread ? 'a number or ' : ''}[low, high] within ${low}..${high}, got ${show(value)}`,
      );
    },
    { low, high },
  );

/** A share in both directions: f stands for [-f, f]. */
export const either = range(-1, 1, (size) => [-Math.abs(size), Math.abs(size)]);

/** Shares below and above: f stands for [f, f]. */
export const shares = checkThat(
  (name, value) => {
    const both = typeof value === 'number' ? [value, value] : value;
    if (
      Array.isArray(both) &&
      both.length === 2 &&
      both.every((size) => typeof size === 'number' && size >= 0 && size <= 1)
    )
      return [...both];
    throw new FittingRoomError(`${name} must be a number or [lower, upper] within 0..1, got ${show(value)}`);
  },
  { low: 0, high: 1 },
);

/** A shape in which one length may be left open: -1 or null. @type {Checking} */
export function targetShape(name, value) {
  const lengths = Array.isArray(value) ? value : [];
  const open = lengths.filter((length) => length === -1 || length === null).length;
  if (lengths.length < 1 || lengths.length > 3 || open > 1) {
    throw new FittingRoomError(
      `${name} must be an array of one to three lengths, at most one of them -1, got ${show(value)}`,
    );
  }
  return lengths.map((length) => (length === -1 || length === null ? -1 : checkInteger(name, length, 1, maxElements)));
}

/** The last axis: -1, or its number, which checkLast compares with the input's. @type {Checking} */
export function lastAxis(name, value) {
  if (value === -1 || [1, 2, 3].includes(/** @type {number} */ (value))) return value;
  throw new FittingRoomError(`${name} must be -1 or the number of the last axis (the batch is 0), got ${show(value)}`);
}

/** @param {string} name @param {unknown} axis @param {number} last its number, counted with the batch as 0 */
export function checkLast(name, axis, last) {
  if (axis === -1 || axis === last) return;
  throw new FittingRoomError(`${name} must be the last one, -1 or ${last}, got ${show(axis)}`);
}

/** Margins around an image: [[top, bottom], [left, right]]. */
export const margins = checkThat(
  (name, value) => {
    const sides = Array.isArray(value) ? value : [value, value];
    const all = sides.map((side) => (Array.isArray(side) ? side : [side, side]));
    if (all.length !== 2 || all.some((side) => side.length !== 2)) {
      throw new FittingRoomError(
        `${name} must be one number, [height, width] or [[top, bottom], [left, right]], got ${show(value)}`,
      );
    }
    return all.map((side) => side.map((margin) => checkInteger(name, margin, 0, maxWindow)));
  },
  { low: 0, high: maxWindow, isWhole: true },
);

/** @type {Checking} */
export function six(name, value) {
  if (value === 6) return value;
  throw new FittingRoomError(`${name} must be 6 or left out, got ${show(value)}`);
}

/* Options shared by several layers. */

/** @type {Record<string, Field>} */
export const sliding = { strides: field(pair, 1), padding: field(choice(PADDINGS), 'valid') };

/** @type {Record<string, Field>} */
export const affine = { activation: field(activation, 'linear'), useBias: field(flag, true) };

/** @type {Record<string, Field>} */
export const pooling = {
  poolSize: field(pair, 2),
  strides: field(pair, (/** @type {{ poolSize?: number | number[] }} */ { poolSize = 2 }) => poolSize),
  padding: sliding.padding,
};

/** How areas that an image was moved out of are filled. @type {Record<string, Field>} */
export const filling = {
  fillMode: field(choice(FILLS), 'reflect'),
  interpolation: field(choice(INTERPOLATIONS), 'bilinear'),
  fillValue: field(within(-1e6, 1e6), 0),
  seed,
};

/**
 * A weight of a layer.
 * @typedef {object} WeightRow
 * @property {string} name its name in Keras
 * @property {string} prefix of the options about it: kernel for kernelInitializer
 * @property {InitializerConfig['name']} initializer the default
 * @property {boolean} isRegularized whether the layer has a regularizer option for it
 * @property {'useBias' | 'scale' | 'center'} [option] the option that is false if the layer does not have this weight
 */

/** @param {readonly WeightRow[]} weights @returns {Record<string, Field>} */
export function weightOptions(weights) {
  const regularized = weights.filter(({ isRegularized }) => isRegularized);
  const others = weights.filter(({ isRegularized }) => !isRegularized);
  /** @param {readonly WeightRow[]} some */
  const initializersOf = (some) => some.map(({ prefix }) => [`${prefix}Initializer`, optional(checkInitializer)]);
  return Object.fromEntries([
    ...initializersOf(regularized),
    ...regularized.map(({ prefix }) => [`${prefix}Regularizer`, optional(checkRegularizer)]),
    ...initializersOf(others),
  ]);
}
